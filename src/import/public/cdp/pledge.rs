//! A target as a row states it, and the records that it comes to.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::import::public::finding::{LeftOut, RowRecords};
use crate::import::public::records::{Publication, found, object, text};
use crate::import::table::figure::json;
use crate::record::{City, Kind};

use super::covers::Covers;

/// A target as a row states it.
#[derive(Debug)]
pub(super) struct Pledge {
    /// Whose it is.
    pub city: Arc<City>,
    /// The number of the account.
    pub account: String,
    /// Whether it is of what the city's government runs itself.
    pub operations: bool,
    /// What it asks for.
    pub asks: Asks,
    /// By when.
    pub target_year: i32,
    /// Of which emissions.
    pub covers: Covers,
    /// From what; a level may name nothing.
    pub base: Option<Base>,
    /// What readers should know of it.
    pub note: Vec<String>,
    /// Where it is published.
    pub source: Publication,
    /// What readers of the import's report should know of it.
    pub remarks: Vec<String>,
}

/// The year and the emissions, in t CO2e, that a target is measured from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Base {
    pub year: i32,
    pub tonnes: f64,
}

/// What a row asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Asks {
    /// A reduction from the base year, in percent.
    Reduction(f64),
    /// A level, in t CO2e.
    Level(f64),
    /// A reduction from a scenario, in percent, and the scenario in t CO2e.
    Scenario(f64, f64),
}

impl Pledge {
    /// Who pledges, in one word: a city and its government's own operations are two.
    pub fn entity(&self) -> String {
        format!("{}{}", self.account, if self.operations { " operations" } else { "" })
    }

    /// The records, under these ids: the baseline, if there is one, and the target.
    pub fn finding(self, baseline: Option<String>, target: &str, today: NaiveDate) -> Result<RowRecords, LeftOut> {
        let mut records = Vec::new();
        if let (Some(id), Some(base)) = (&baseline, &self.base) {
            records.push(found(Kind::Baseline, id, &self.baseline_body(base), today)?);
        }
        records.push(found(Kind::Target, target, &self.body(baseline), today)?);
        Ok(RowRecords { city: self.city, records, remarks: self.remarks })
    }

    fn body(&self, baseline: Option<String>) -> Value {
        let asks = self.asks;
        let account = &self.account;
        let locator = format!("account {account}, target year {}, {}", self.target_year, asks.in_words());
        object([
            ("kind", Some(json!(asks.kind()))),
            ("level", Some(json!(self.covers.level))),
            ("sector", self.covers.part.map(super::covers::Part::sector)),
            ("baseline", baseline.map(Value::from)),
            ("reduction_percent", asks.percent().map(json)),
            ("tonnes", if let Asks::Level(tonnes) = asks { Some(json(tonnes)) } else { None }),
            ("scenario_tonnes", asks.scenario().map(json)),
            ("target_year", Some(json!(self.target_year))),
            ("standing", Some(json!("adopted"))),
            ("source", Some(self.source.source(&locator))),
            ("note", text(&self.note.join(" "))),
        ])
    }

    /// The same for every row that states this base, so that it is recorded once.
    fn baseline_body(&self, base: &Base) -> Value {
        let of = self.covers.part.map_or(String::new(), |part| format!(", {}", part.name));
        let locator = format!("account {}, base year {}{of}: base year's emissions", self.account, base.year);
        object([
            ("year", Some(json!(base.year))),
            ("totals", Some(json!({self.covers.level: json(base.tonnes)}))),
            ("source", Some(self.source.source(&locator))),
            ("note", self.covers.part.and_then(|part| text(&format!("Of one part only: {}.", part.name)))),
        ])
    }
}

impl Asks {
    const fn kind(self) -> &'static str {
        match self {
            Asks::Reduction(_) => "base_year",
            Asks::Level(_) => "fixed_level",
            Asks::Scenario(..) => "baseline_scenario",
        }
    }

    const fn percent(self) -> Option<f64> {
        match self {
            Asks::Reduction(percent) | Asks::Scenario(percent, _) => Some(percent),
            Asks::Level(_) => None,
        }
    }

    /// What the scenario foresees, in t CO2e.
    pub const fn scenario(self) -> Option<f64> {
        match self {
            Asks::Scenario(_, tonnes) => Some(tonnes),
            Asks::Reduction(_) | Asks::Level(_) => None,
        }
    }

    /// For an id: `40`, `to 0`, `scenario 25`.
    pub fn in_short(self) -> String {
        match self {
            Asks::Reduction(percent) => percent.to_string(),
            // An id has no sign.
            Asks::Level(tonnes) if tonnes < 0.0 => format!("to minus {}", tonnes.abs()),
            Asks::Level(tonnes) => format!("to {tonnes}"),
            Asks::Scenario(percent, _) => format!("scenario {percent}"),
        }
    }

    fn in_words(self) -> String {
        match self {
            Asks::Reduction(percent) => format!("reduction of {percent} %"),
            Asks::Level(tonnes) => format!("level of {tonnes} t"),
            Asks::Scenario(percent, tonnes) => format!("reduction of {percent} % from a scenario of {tonnes} t"),
        }
    }
}
