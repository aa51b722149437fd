//! A target as a row states it, and the records made from it.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::import::public::finding::{LeftOut, RowRecords};
use crate::import::public::records::{Publication, object, parse_record, text};
use crate::import::table::figure::json;
use crate::record::{City, Kind};

use super::covers::Covers;

/// A target as a row states it.
#[derive(Debug)]
pub(super) struct Pledge {
    /// The city that pledges.
    pub city: Arc<City>,
    /// The account number.
    pub account: String,
    /// True if the target is for the city government's own operations.
    pub is_operations: bool,
    /// What it promises.
    pub goal: Goal,
    /// The target year.
    pub target_year: i32,
    /// The emissions that it covers.
    pub covers: Covers,
    /// The base year and its emissions. A fixed level may have none.
    pub base: Option<Base>,
    /// What readers should know about the target.
    pub note: Vec<String>,
    /// The publication that it comes from.
    pub source: Publication,
    /// Remarks for the report of the import.
    pub remarks: Vec<String>,
}

/// The year and the emissions, in t CO2e, that a target is measured from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Base {
    pub year: i32,
    pub tonnes: f64,
}

/// What a row promises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// A reduction from the base year, in percent.
    Reduction(f64),
    /// A level, in t CO2e.
    Level(f64),
    /// A reduction from a scenario, in percent, and the scenario in t CO2e.
    Scenario(f64, f64),
}

impl Pledge {
    /// Identifies who pledges. A city and its government's own operations are two entities.
    pub fn entity(&self) -> String {
        format!("{}{}", self.account, if self.is_operations { " operations" } else { "" })
    }

    /// The records under these ids: the baseline, if there is one, and the target.
    pub fn into_records(self, baseline: Option<String>, target: &str, today: NaiveDate) -> Result<RowRecords, LeftOut> {
        let mut records = Vec::new();
        if let (Some(id), Some(base)) = (&baseline, &self.base) {
            records.push(parse_record(Kind::Baseline, id, &self.baseline_body(base), today)?);
        }
        records.push(parse_record(Kind::Target, target, &self.body(baseline), today)?);
        Ok(RowRecords { city: self.city, records, remarks: self.remarks })
    }

    fn body(&self, baseline: Option<String>) -> Value {
        let goal = self.goal;
        let account = &self.account;
        let locator = format!("account {account}, target year {}, {}", self.target_year, goal.in_words());
        object([
            ("kind", Some(json!(goal.kind()))),
            ("level", Some(json!(self.covers.level))),
            ("sector", self.covers.part.map(super::covers::Part::sector)),
            ("baseline", baseline.map(Value::from)),
            ("reduction_percent", goal.percent().map(json)),
            ("tonnes", if let Goal::Level(tonnes) = goal { Some(json(tonnes)) } else { None }),
            ("scenario_tonnes", goal.scenario().map(json)),
            ("target_year", Some(json!(self.target_year))),
            ("standing", Some(json!("adopted"))),
            ("source", Some(self.source.source(&locator))),
            ("note", text(&self.note.join(" "))),
        ])
    }

    /// The same for every row with this base, so that it is recorded only once.
    fn baseline_body(&self, base: &Base) -> Value {
        let part = self.covers.part.map_or(String::new(), |part| format!(", {}", part.name));
        let locator = format!("account {}, base year {}{part}: base year's emissions", self.account, base.year);
        object([
            ("year", Some(json!(base.year))),
            ("totals", Some(json!({self.covers.level: json(base.tonnes)}))),
            ("source", Some(self.source.source(&locator))),
            ("note", self.covers.part.and_then(|part| text(&format!("Of one part only: {}.", part.name)))),
        ])
    }
}

impl Goal {
    const fn kind(self) -> &'static str {
        match self {
            Goal::Reduction(_) => "base_year",
            Goal::Level(_) => "fixed_level",
            Goal::Scenario(..) => "baseline_scenario",
        }
    }

    const fn percent(self) -> Option<f64> {
        match self {
            Goal::Reduction(percent) | Goal::Scenario(percent, _) => Some(percent),
            Goal::Level(_) => None,
        }
    }

    /// The emissions in the scenario, in t CO2e.
    pub const fn scenario(self) -> Option<f64> {
        match self {
            Goal::Scenario(_, tonnes) => Some(tonnes),
            Goal::Reduction(_) | Goal::Level(_) => None,
        }
    }

    /// The short form for an id: `40`, `to 0`, `scenario 25`.
    pub fn in_short(self) -> String {
        match self {
            Goal::Reduction(percent) => percent.to_string(),
            // An id cannot contain a sign.
            Goal::Level(tonnes) if tonnes < 0.0 => format!("to minus {}", tonnes.abs()),
            Goal::Level(tonnes) => format!("to {tonnes}"),
            Goal::Scenario(percent, _) => format!("scenario {percent}"),
        }
    }

    fn in_words(self) -> String {
        match self {
            Goal::Reduction(percent) => format!("reduction of {percent} %"),
            Goal::Level(tonnes) => format!("level of {tonnes} t"),
            Goal::Scenario(percent, tonnes) => format!("reduction of {percent} % from a scenario of {tonnes} t"),
        }
    }
}
