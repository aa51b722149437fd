//! Targets that cities reported, one row each; also C40's copy of the answers of 2021.
//!
//! A target is measured from the city's total stated in the same row. The files do not say at which level that total
//! was counted. So each row gives a baseline and a target at the level `own`, unless the row names another level.
//! Targets per person or per unit of product are left out, because the files do not say how many people or units the
//! base had. A target for the city government's own operations belongs to a separate entity besides the city.
//!
//! A percentage of at most 1 could be a fraction, so such a row is left out. The year in which a target was set goes
//! into the note: the row says what was published then, and an earlier row may have said something else. The files have
//! no column for the city's name of a target.

use crate::import::failure::FileError;
use crate::import::public::file::{Cells, PublicFile};
use crate::import::public::finding::{LeftOut, Provenance, Row};
use crate::import::public::header::{Column, Header, words};
use crate::import::public::records::{Publication, left_out};
use crate::import::public::source::{Sink, Stop};
use crate::import::table::figure::{quoted, year};

use super::account::Account;
use super::covers::{Covers, covers};
use super::ids::Ids;
use super::pledge::{Base, Goal, Pledge};
use super::{publication, stated};

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
const LEVEL: Column = Column {
    meaning: "the target year's emissions in t CO2e",
    wordings: &[words(
        &["target", "year", "emissions|tonnes"],
        &[
            "usual",
            "covered",
            "percentage",
            "percent",
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
const SCENARIO: Column = Column {
    meaning: "the emissions that business as usual would lead to in the target year, in t CO2e",
    wordings: &[words(&["usual", "emissions", "target", "year"], &["kt", "kilotonnes", "mt", "megatonnes", "capita"])],
};
const DESCRIPTION: Column = Column {
    meaning: "the description of the target",
    wordings: &[words(&["target", "description"], &["modelling", "methodology"])],
};
const YEAR_SET: Column =
    Column { meaning: "the year the target was set", wordings: &[words(&["year", "set"], &["emissions"])] };

/// How far the file's own target may differ from the stated percentage of the base, as a share of the base, because of
/// rounding.
const TOLERANCE: f64 = 0.005;

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
    level: Option<usize>,
    scenario: Option<usize>,
    year_set: Option<usize>,
    description: Option<usize>,
}

/// True if a file is of this kind.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&TARGET_YEAR, &REDUCTION])
        || header.has(&[&BASE_YEAR, &REDUCTION])
        || header.has(&[&TARGET_YEAR, &BASE_YEAR])
}

/// Reads the file. All rows are read before the first record is made, because ids must be unique within a file.
pub(super) fn read(mut file: PublicFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let columns = Columns::of(&file.header)?;
    sink.notice(file.header.check_complete(columns.expected(), file.provenance.may_lack_columns)?);
    let provenance = file.provenance.clone();
    let (mut rows, mut ids) = (Vec::new(), Ids::default());
    let error = loop {
        match file.next_row() {
            Ok(None) => break None,
            Err(error) => break Some(error),
            Ok(Some((place, cells))) => {
                let pledge = columns.pledge(&cells, &provenance);
                if let Ok(pledge) = &pledge {
                    ids.add(pledge);
                }
                rows.push((place, columns.subject(&cells), pledge));
            }
        }
    };
    for (place, subject, pledge) in rows {
        let outcome = pledge.and_then(|pledge| {
            let (baseline, target) = (ids.baseline(&pledge), ids.target(&pledge));
            pledge.into_records(baseline, &target, provenance.today)
        });
        sink.row(Row { place, subject, outcome })?;
    }
    sink.notice(file.ending());
    error.map_or(Ok(()), |error| Err(error.into()))
}

impl Columns {
    fn of(header: &Header) -> Result<Self, FileError> {
        let in_tonnes = |index| header.require_tonnes(index);
        Ok(Columns {
            account: Account::of(header)?,
            reported: header.find(&REPORTED)?,
            kind: header.find(&TYPE)?,
            sector: header.find(&SECTOR)?,
            boundary: header.find(&BOUNDARY)?,
            base_year: header.require(&BASE_YEAR)?,
            base_emissions: in_tonnes(header.require(&BASE_EMISSIONS)?)?,
            reduction: header.require(&REDUCTION)?,
            target_year: header.require(&TARGET_YEAR)?,
            level: header.find(&LEVEL)?.map(in_tonnes).transpose()?,
            scenario: header.find(&SCENARIO)?.map(in_tonnes).transpose()?,
            year_set: header.find(&YEAR_SET)?,
            description: header.find(&DESCRIPTION)?,
        })
    }

    /// The columns that files of this layout have.
    ///
    /// Without a column for the sector, every target would be taken for one of the whole.
    fn expected(&self) -> &'static [&'static Column] {
        match (self.kind, self.boundary) {
            (Some(_), Some(_)) => &[&SECTOR, &LEVEL],
            (None, Some(_)) => &[&SECTOR],
            (_, None) => &[&SECTOR, &TYPE, &REPORTED],
        }
    }

    fn subject(&self, cells: &Cells<'_>) -> String {
        format!("{} {}", self.account.name(cells), quoted(cells.at(self.target_year))).trim().to_owned()
    }

    fn pledge(&self, cells: &Cells<'_>, provenance: &Provenance) -> Result<Pledge, LeftOut> {
        cells.check_shape()?;
        let goal = self.goal(cells)?;
        let target_year = required_year(cells, self.target_year, "no_target_year", "target year")?;
        let covers = self.covers(cells)?;
        let base = match self.base(cells, target_year) {
            // A fixed level needs no base.
            Err(_) if matches!(goal, Goal::Level(_)) => None,
            base => Some(base?),
        };
        let boundary = cells.maybe(self.boundary);
        let is_operations = boundary.to_lowercase().starts_with("local government operations");
        let mut remarks: Vec<String> = cells.remark.map(str::to_owned).into_iter().collect();
        remarks.extend(covers.part.map(|part| format!("for one part only: {}", part.name)));
        remarks.extend(self.contradiction(cells, goal, base));
        Ok(Pledge {
            city: if is_operations {
                self.account.operations(cells, provenance.today)?
            } else {
                self.account.city(cells, provenance.today)?
            },
            account: self.account.number(cells)?.to_owned(),
            is_operations,
            goal,
            target_year,
            covers,
            base,
            note: self.note(cells),
            source: self.publication(cells, provenance),
            remarks,
        })
    }

    /// What the row promises, by the type of target. The files before 2017 name no type and hold only reductions.
    fn goal(&self, cells: &Cells<'_>) -> Result<Goal, LeftOut> {
        let kind = cells.maybe(self.kind).to_lowercase();
        if kind == "no target" {
            Err(left_out("no_target", "The row says that there is no target."))
        } else if kind.contains("intensity") {
            let message = "A target per person or per unit of product: the row does not say of how many the base was.";
            Err(left_out("intensity_target", message))
        } else if kind.contains("business as usual") || kind.contains("baseline scenario") {
            let percent = self.percent(cells)?;
            Ok(Goal::Scenario(
                percent,
                required_amount(cells, self.scenario, "no_scenario_emissions", "scenario's emissions")?,
            ))
        } else if kind.contains("fixed level") {
            Ok(Goal::Level(required_amount(cells, self.level, "no_target_emissions", "target year's emissions")?))
        } else if kind.is_empty() || kind.contains("absolute") {
            Ok(Goal::Reduction(self.percent(cells)?))
        } else {
            Err(left_out("unknown_type", format!("\"{}\" is no type of target that is known.", quoted(&kind))))
        }
    }

    fn percent(&self, cells: &Cells<'_>) -> Result<f64, LeftOut> {
        let percent = required_amount(cells, Some(self.reduction), "no_reduction", "reduction")?;
        if percent > 1.0 && percent <= 200.0 {
            return Ok(percent);
        }
        if percent > 0.0 && percent <= 1.0 {
            let message = format!("A reduction of {percent} may be that many percent, or that fraction of the whole.");
            return Err(left_out("fraction_or_percent", message));
        }
        Err(left_out("reduction_out_of_range", format!("A reduction of {percent} % is none between 0 and 200 %.")))
    }

    /// The base year and its emissions.
    fn base(&self, cells: &Cells<'_>, target_year: i32) -> Result<Base, LeftOut> {
        let year = required_year(cells, self.base_year, "no_base_year", "base year")?;
        let tonnes = required_amount(cells, Some(self.base_emissions), "no_base_emissions", "base year's emissions")?;
        if tonnes <= 0.0 {
            return Err(left_out("base_not_positive", format!("The base year's emissions are stated as {tonnes} t.")));
        }
        if target_year <= year {
            let message = format!("The target year {target_year} does not lie after the base year {year}.");
            return Err(left_out("not_after_base", message));
        }
        Ok(Base { year, tonnes })
    }

    /// What the target covers. A file without a column for it only has targets for the whole.
    fn covers(&self, cells: &Cells<'_>) -> Result<Covers, LeftOut> {
        covers(self.sector.map_or("Total", |index| cells.at(index)))
    }

    /// A remark if the file's own target differs from the one that follows from its base and percentage.
    fn contradiction(&self, cells: &Cells<'_>, goal: Goal, base: Option<Base>) -> Option<String> {
        let (Goal::Reduction(percent), Some(base)) = (goal, base) else { return None };
        let own_target = stated(cells, self.level).ok().flatten()?;
        let computed = base.tonnes * (1.0 - percent / 100.0);
        let message =
            format!("the file's own target of {own_target} t is not {percent} % below its base of {} t", base.tonnes);
        ((own_target - computed).abs() > (TOLERANCE * base.tonnes).max(1.0)).then_some(message)
    }

    fn note(&self, cells: &Cells<'_>) -> Vec<String> {
        let (boundary, description) = (cells.maybe(self.boundary), cells.maybe(self.description));
        let set = year(cells.maybe(self.year_set)).map(|year| format!("Set in {year}."));
        let boundary = (!boundary.is_empty()).then(|| format!("Boundary: {}.", boundary.trim_end_matches('.')));
        let description = (!description.is_empty()).then(|| format!("In the city's words: {description}"));
        set.into_iter().chain(boundary).chain(description).collect()
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

/// Reads a year that must be stated.
fn required_year(cells: &Cells<'_>, index: usize, code: &'static str, what: &str) -> Result<i32, LeftOut> {
    match cells.at(index) {
        "" => Err(left_out(code, format!("The row states no {what}."))),
        stated => {
            year(stated).ok_or_else(|| left_out(code, format!("The {what} is stated as \"{}\".", quoted(stated))))
        }
    }
}

/// Reads an amount that must be stated.
fn required_amount(cells: &Cells<'_>, index: Option<usize>, code: &'static str, what: &str) -> Result<f64, LeftOut> {
    match stated(cells, index) {
        Ok(Some(amount)) => Ok(amount),
        Ok(None) => Err(left_out(code, format!("The row states no {what}."))),
        Err(text) => Err(left_out("not_a_number", format!("The {what} is stated as \"{text}\"."))),
    }
}
