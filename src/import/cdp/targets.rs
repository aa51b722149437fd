//! Targets, a row for each that a city answered with; C40's copy of the answers of 2021 too.
//!
//! A target is measured from the city's own total as stated beside it: each gives a baseline and a
//! target at the level `own`. One for a sector is recorded with its sector and not judged. Targets per
//! person or per unit of product are left out: the files do not say of how many the base was.

use std::cell::RefCell;

use serde_json::{Value, json};

use crate::import::csv_file::{Cells, CsvFile};
use crate::import::failure::FileError;
use crate::import::figure::{json, quoted, year};
use crate::import::finding::{Finding, LeftOut, Provenance};
use crate::import::format::{Sink, Stop};
use crate::import::header::{Column, Header, words};
use crate::import::records::{Publication, found, left_out, name, object, text};
use crate::record::Kind;

use super::account::Account;
use super::ids::Ids;
use super::{publication, said, stated};

const REPORTED: Column =
    Column { meaning: "the year of reporting", wordings: &[words(&["year", "reported|reporting"], &[])] };
const TYPE: Column = Column {
    meaning: "the type of target",
    wordings: &[words(&["type", "target"], &[]), words(&["type"], &["emissions", "boundary"])],
};
const SECTOR: Column = Column { meaning: "the sector", wordings: &[words(&["sector"], &["comment", "other"])] };
const BOUNDARY: Column = Column { meaning: "the target's boundary", wordings: &[words(&["target", "boundary"], &[])] };
const BASE_YEAR: Column = Column {
    meaning: "the base year",
    wordings: &[words(&["base|baseline", "year"], &["emissions", "tonnes", "covered", "population"])],
};
const BASE_EMISSIONS: Column = Column {
    meaning: "the base year's emissions in t CO2e",
    wordings: &[words(
        &["base|baseline", "emissions|tonnes"],
        &[
            "percentage",
            "percent",
            "covered",
            "kt",
            "kilotonnes",
            "mt",
            "megatonnes",
            "thousand",
            "thousands",
            "capita",
        ],
    )],
};
const REDUCTION: Column = Column {
    meaning: "the reduction in percent",
    wordings: &[words(&["percentage|percent", "reduction"], &["achieved", "covered"])],
};
const TARGET_YEAR: Column = Column {
    meaning: "the target year",
    wordings: &[words(&["target", "date|year"], &["emissions", "tonnes", "usual", "set", "reporting", "percentage"])],
};
const TARGET_TONNES: Column = Column {
    meaning: "the target year's emissions in t CO2e",
    wordings: &[
        words(&["usual", "emissions", "target", "year"], &[]),
        words(&["target", "year", "emissions|tonnes"], &["covered", "percentage"]),
    ],
};
const YEAR_SET: Column =
    Column { meaning: "the year the target was set", wordings: &[words(&["year", "set"], &["emissions"])] };

struct Columns {
    account: Account,
    reported: Option<usize>,
    kind: Option<usize>,
    sector: Option<usize>,
    boundary: Option<usize>,
    base_year: usize,
    base_emissions: usize,
    reduction: usize,
    target_year: usize,
    target_tonnes: Option<usize>,
    year_set: Option<usize>,
}

/// Whether a file is of this kind.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&TARGET_YEAR, &REDUCTION])
        || header.has(&[&BASE_YEAR, &REDUCTION])
        || header.has(&[&TARGET_YEAR, &BASE_YEAR])
}

/// Reads the file.
pub(super) fn read(file: CsvFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let columns = Columns::of(&file.header)?;
    // Each file has the type of a target or its boundary, and one in which nothing tells a sector from the whole
    // would make every target one of the whole.
    let expected: &[&Column] =
        if columns.boundary.is_some() { &[&SECTOR, &BOUNDARY] } else { &[&SECTOR, &TYPE, &REPORTED] };
    sink.notice(file.header.complete(expected, file.provenance.may_lack_columns)?);
    let provenance = file.provenance.clone();
    let subject = |cells: &Cells<'_>| {
        format!("{} {}", columns.account.name(cells), quoted(said(cells, Some(columns.target_year)))).trim().to_owned()
    };
    // Ids are told apart within the file; what is kept is one entry a target.
    let ids = RefCell::new(Ids::default());
    file.hand_on(sink, subject, |cells| columns.finding(cells, &mut ids.borrow_mut(), &provenance))
}

/// What a row asks for.
enum Asks {
    /// A reduction from the base year, in percent.
    Reduction(f64),
    /// A level, in t CO2e.
    Level(f64),
    /// A reduction from a scenario, in percent, and the scenario in t CO2e.
    Scenario(f64, f64),
}

impl Columns {
    fn of(header: &Header) -> Result<Self, FileError> {
        Ok(Columns {
            account: Account::of(header)?,
            reported: header.find(&REPORTED)?,
            kind: header.find(&TYPE)?,
            sector: header.find(&SECTOR)?,
            boundary: header.find(&BOUNDARY)?,
            base_year: header.need(&BASE_YEAR)?,
            base_emissions: header.need(&BASE_EMISSIONS)?,
            reduction: header.need(&REDUCTION)?,
            target_year: header.need(&TARGET_YEAR)?,
            target_tonnes: header.find(&TARGET_TONNES)?,
            year_set: header.find(&YEAR_SET)?,
        })
    }

    fn finding(&self, cells: &Cells<'_>, ids: &mut Ids, provenance: &Provenance) -> Result<Finding, LeftOut> {
        let today = provenance.today;
        let city = self.account.city(cells, today)?;
        let asks = self.asks(cells)?;
        let target_year = a_year(cells, self.target_year, "no_target_year", "target year")?;
        let sector = self.sector(cells);
        let base = match self.base(cells, target_year) {
            // A level can stand by itself.
            Err(_) if matches!(asks, Asks::Level(_)) => None,
            base => Some(base?),
        };
        let source = self.publication(cells, provenance);
        let account = self.account.number(cells)?;
        let mut records = Vec::new();
        let baseline =
            base.map(|(year, tonnes)| (ids.baseline(account, year, sector.as_deref(), tonnes), year, tonnes));
        if let Some((id, year, tonnes)) = &baseline {
            let body = baseline_body(account, sector.as_deref(), *year, *tonnes, &source);
            records.push(found(Kind::Baseline, id.clone(), &body, today)?);
        }
        let id = ids.target(account, target_year, &asks.in_short(), sector.as_deref());
        let locator = format!("account {account}, target year {target_year}, {}", asks.in_words());
        let body = object([
            ("kind", Some(json!(asks.kind()))),
            ("level", Some(json!("own"))),
            ("sector", sector.as_deref().and_then(name)),
            ("baseline", baseline.map(|(id, _, _)| Value::from(id))),
            ("reduction_percent", asks.percent().map(json)),
            ("tonnes", if let Asks::Level(tonnes) = asks { Some(json(tonnes)) } else { None }),
            ("scenario_tonnes", if let Asks::Scenario(_, tonnes) = asks { Some(json(tonnes)) } else { None }),
            ("target_year", Some(json!(target_year))),
            ("standing", Some(json!("adopted"))),
            ("source", Some(source.source(&locator))),
            ("note", text(&self.note(cells))),
        ]);
        records.push(found(Kind::Target, id, &body, today)?);
        let remarks =
            if sector.is_some() { vec!["recorded, not judged: for one sector".to_owned()] } else { Vec::new() };
        Ok(Finding { city, records, remarks })
    }

    /// What the row asks for, by the type of target it names; the files before 2017 name none and hold only reductions.
    fn asks(&self, cells: &Cells<'_>) -> Result<Asks, LeftOut> {
        let kind = said(cells, self.kind).to_lowercase();
        let level = || amount(cells, self.target_tonnes, "no_target_emissions", "target year's emissions");
        if kind.contains("intensity") {
            let told = "A target per person or per unit of product: the row does not say of how many the base was.";
            Err(left_out("intensity_target", told))
        } else if kind.contains("business as usual") || kind.contains("baseline scenario") {
            Ok(Asks::Scenario(self.percent(cells)?, level()?))
        } else if kind.contains("fixed level") {
            Ok(Asks::Level(level()?))
        } else if kind.is_empty() || kind.contains("absolute") {
            Ok(Asks::Reduction(self.percent(cells)?))
        } else {
            Err(left_out("unknown_type", format!("\"{}\" is no type of target that is known.", quoted(&kind))))
        }
    }

    fn percent(&self, cells: &Cells<'_>) -> Result<f64, LeftOut> {
        let percent = amount(cells, Some(self.reduction), "no_reduction", "reduction")?;
        if percent > 0.0 && percent <= 100.0 {
            return Ok(percent);
        }
        Err(left_out("reduction_out_of_range", format!("A reduction of {percent} % is none between 0 and 100 %.")))
    }

    /// The base year and its emissions.
    fn base(&self, cells: &Cells<'_>, target_year: i32) -> Result<(i32, f64), LeftOut> {
        let year = a_year(cells, self.base_year, "no_base_year", "base year")?;
        let tonnes = amount(cells, Some(self.base_emissions), "no_base_emissions", "base year's emissions")?;
        if tonnes <= 0.0 {
            return Err(left_out("base_not_positive", format!("The base year's emissions are stated as {tonnes} t.")));
        }
        if target_year <= year {
            let told = format!("The target year {target_year} does not lie after the base year {year}.");
            return Err(left_out("not_after_base", told));
        }
        Ok((year, tonnes))
    }

    /// The sector; none for the whole inventory. An empty cell does not say that it is the whole.
    fn sector(&self, cells: &Cells<'_>) -> Option<String> {
        let stated = said(cells, self.sector);
        let named = stated.strip_prefix("Other:").map_or(stated, str::trim);
        let whole = named.eq_ignore_ascii_case("total") || named.to_lowercase().starts_with("all emissions sources");
        if whole || self.sector.is_none() {
            return None;
        }
        let named = if stated.is_empty() {
            "not stated"
        } else if named.is_empty() {
            "Other"
        } else {
            named
        };
        Some(named.to_owned())
    }

    fn note(&self, cells: &Cells<'_>) -> String {
        let (set, boundary) = (said(cells, self.year_set), said(cells, self.boundary));
        let set = year(set).map(|year| format!("Set in {year}."));
        let boundary = (!boundary.is_empty()).then(|| format!("Boundary: {}.", boundary.trim_end_matches('.')));
        set.into_iter().chain(boundary).collect::<Vec<_>>().join(" ")
    }

    fn publication(&self, cells: &Cells<'_>, provenance: &Provenance) -> Publication {
        let reported = year(cells.maybe(self.reported));
        let title = match reported {
            Some(year) => format!("Emission reduction targets, reported to CDP in {year}"),
            None => "2021 Cities Emissions Reduction Targets".to_owned(),
        };
        publication(title, reported, provenance)
    }
}

impl Asks {
    const fn kind(&self) -> &'static str {
        match self {
            Asks::Reduction(_) => "base_year",
            Asks::Level(_) => "fixed_level",
            Asks::Scenario(..) => "baseline_scenario",
        }
    }

    const fn percent(&self) -> Option<f64> {
        match self {
            Asks::Reduction(percent) | Asks::Scenario(percent, _) => Some(*percent),
            Asks::Level(_) => None,
        }
    }

    /// For an id: `40`, `to-0`, `scenario-25`.
    fn in_short(&self) -> String {
        match self {
            Asks::Reduction(percent) => percent.to_string(),
            Asks::Level(tonnes) => format!("to {tonnes}"),
            Asks::Scenario(percent, _) => format!("scenario {percent}"),
        }
    }

    fn in_words(&self) -> String {
        match self {
            Asks::Reduction(percent) => format!("reduction of {percent} %"),
            Asks::Level(tonnes) => format!("level of {tonnes} t"),
            Asks::Scenario(percent, tonnes) => format!("reduction of {percent} % from a scenario of {tonnes} t"),
        }
    }
}

/// The same for every row that states this base, so that it is recorded once.
fn baseline_body(account: &str, sector: Option<&str>, year: i32, tonnes: f64, source: &Publication) -> Value {
    let of = sector.map_or(String::new(), |sector| format!(", sector {sector}"));
    object([
        ("year", Some(json!(year))),
        ("totals", Some(json!({"own": json(tonnes)}))),
        ("source", Some(source.source(&format!("account {account}, base year {year}{of}: base year's emissions")))),
        ("note", sector.and_then(|sector| text(&format!("Of one sector only: {sector}.")))),
    ])
}

/// A year that must be stated.
fn a_year(cells: &Cells<'_>, index: usize, code: &'static str, what: &str) -> Result<i32, LeftOut> {
    match said(cells, Some(index)) {
        "" => Err(left_out(code, format!("The row states no {what}."))),
        stated => {
            year(stated).ok_or_else(|| left_out(code, format!("The {what} is stated as \"{}\".", quoted(stated))))
        }
    }
}

/// An amount that must be stated.
fn amount(cells: &Cells<'_>, index: Option<usize>, code: &'static str, what: &str) -> Result<f64, LeftOut> {
    match stated(cells, index) {
        Ok(Some(amount)) => Ok(amount),
        Ok(None) => Err(left_out(code, format!("The row states no {what}."))),
        Err(text) => Err(left_out("not_a_number", format!("The {what} is stated as \"{text}\"."))),
    }
}
