//! Emissions per person: the latest report that states both a figure and the population it is divided by.
//!
//! They are no verdict and no part of one. They serve to compare cities of different sizes, at one level.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::inventory::Inventory;
use crate::record::level::Level;
use crate::record::units::Population;
use crate::record::vocabulary::Protocol;
use crate::record::warning::{PreviousReports, WarningCode, warning_codes_at};
use crate::record::{Source, Tonnes, View, Year};

use super::caution::{CautionCode, Confidence, STALE_AFTER_YEARS, is_contradicted};
use super::conclusion::OUTDATED_AFTER_YEARS;
use super::printed::Ratio;

/// A city's emissions per person in the latest year for which both a figure and the population are reported.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonFigure {
    /// The level of the total.
    pub level: Level,
    /// The year.
    pub year: Year,
    /// The city's figure, in t CO2e.
    pub tonnes: Tonnes,
    /// The number of people it is divided by.
    pub population: Population,
    /// The figure in t CO2e per person.
    pub tonnes_per_person: Ratio,
    /// The standard that the report follows; absent if it declares none.
    pub protocol: Option<Protocol>,
    /// The revision of the report.
    #[schema(example = 1)]
    pub revision: i32,
    /// Probable mistakes in the figure; absent if none were found. The report has the details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warning_codes: Vec<WarningCode>,
    /// What a reader should know before using the figure.
    pub caution_codes: Vec<CautionCode>,
    /// How reliable the figure is for a comparison with others.
    pub confidence: Confidence,
    /// Where it was published.
    pub source: Source,
}

impl PersonFigure {
    /// True if it is too old to describe the day of judgement, by the same rule as for verdicts.
    #[must_use]
    pub fn is_outdated(&self, judged_on: NaiveDate) -> bool {
        judged_on.year() - self.year.get() > OUTDATED_AFTER_YEARS
    }
}

/// What is missing for a figure per person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPersonFigure {
    /// No report has a figure at the level.
    NoFigureAtLevel,
    /// There are figures, but no report that has one states its population.
    NoPopulation,
}

/// The latest figure per person at `level`: `A / population`, both of the same report, in t CO2e per person.
///
/// The quotient is that of targets per person (section 2 of the method).
///
/// # Errors
/// What is missing for it.
pub fn per_person(view: &View<'_>, level: Level, judged_on: NaiveDate) -> Result<PersonFigure, NoPersonFigure> {
    let mut missing = NoPersonFigure::NoFigureAtLevel;
    for report in view.reports.values().rev().filter(|report| report.value.has_ended(judged_on)) {
        let inventory = report.value;
        let Some(figure) = inventory.figure(level) else { continue };
        missing = NoPersonFigure::NoPopulation;
        let Some(population) = inventory.population else { continue };
        let Some(tonnes_per_person) = Ratio::new(figure.tonnes.get() / population.people()) else { continue };
        let warnings = warning_codes_at(inventory, PreviousReports::in_view(inventory.year, view), level);
        let cautions = cautions(inventory, view, level, judged_on, !warnings.is_empty());
        return Ok(PersonFigure {
            level,
            year: inventory.year,
            tonnes: figure.tonnes,
            population,
            tonnes_per_person,
            protocol: inventory.protocol,
            revision: report.stamp.revision,
            warning_codes: warnings,
            confidence: Confidence::of(cautions.iter().map(|code| code.lowers_confidence(level))),
            caution_codes: cautions,
            source: inventory.source.clone(),
        });
    }
    Err(missing)
}

/// The cautions that a figure by itself can cause.
fn cautions(
    inventory: &Inventory,
    view: &View<'_>,
    level: Level,
    judged_on: NaiveDate,
    has_warnings: bool,
) -> Vec<CautionCode> {
    let differs = inventory.figure(level).is_some_and(|figure| figure.differs_from_sum());
    let undeclared = inventory.protocol.is_none_or(|protocol| protocol == Protocol::Other);
    let found = [
        (CautionCode::Stale, judged_on.year() - inventory.year.get() > STALE_AFTER_YEARS),
        (CautionCode::AccountingUndeclared, undeclared),
        (CautionCode::StatedDiffersFromSum, differs),
        (CautionCode::Contradicted, is_contradicted(inventory, level, view)),
        (CautionCode::FigureQuestioned, has_warnings),
        (CautionCode::NotCalendarYear, !inventory.is_calendar_year()),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| code).collect()
}
