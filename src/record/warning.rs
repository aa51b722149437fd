//! Warnings: probable mistakes that a city should check. A warning never rejects a record.

use serde::Serialize;
use utoipa::ToSchema;

use super::inventory::Inventory;
use super::level::Level;
use super::target::{Goal, Target};
use super::units::{Tonnes, Year, group_thousands};
use super::view::View;
use super::vocabulary::vocabulary;

/// A change of a total from the year before, in percent, above which there is a warning.
const JUMP_PERCENT: f64 = 20.0;
/// A change of a total from the nearest report two or three years before, in percent, above which there is a warning.
const LATER_JUMP_PERCENT: f64 = 30.0;
/// A change of the population from the nearest report of the three years before, in percent, above which there is a
/// warning.
const POPULATION_JUMP_PERCENT: f64 = 15.0;
/// A reduction below this, in percent, may have been entered as a fraction.
const FRACTION_PERCENT: f64 = 1.0;
/// Emissions below this are unlikely, in t CO2e per person.
const PER_PERSON_LEAST: f64 = 0.3;
/// Emissions above this are unlikely, in t CO2e per person.
const PER_PERSON_MOST: f64 = 60.0;

vocabulary! {
    /// What a warning is about.
    WarningCode {
        /// A total differs by more than 20 % from the year before, or by more than 30 % from the nearest report two or
        /// three years before.
        TotalJump = "total_jump",
        /// Emissions are below 0.3 or above 60 t CO2e per person.
        PerPersonUnlikely = "per_person_unlikely",
        /// A total is 0.
        TotalZero = "total_zero",
        /// A stated total and the sum of the lines differ by more than 1 %.
        StatedDiffersFromSum = "stated_differs_from_sum",
        /// A total of fewer scopes is above a total that should include it.
        ScopesAboveTotal = "scopes_above_total",
        /// The population differs by more than 15 % from the nearest report of the three years before.
        PopulationJump = "population_jump",
        /// A reduction below 1 % may have been entered as a fraction (targets only).
        FractionOrPercent = "fraction_or_percent",
    }
}

/// A probable mistake in a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// The kind of mistake; codes never change.
    pub code: WarningCode,
    /// What was found, with the figures, for people.
    #[schema(example = "basic is 32.1 % above 2019: 27,201,138 t after 20,592,000 t")]
    pub detail: String,
}

/// The reports of the three years before an inventory, the latest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct PreviousReports<'a>([Option<&'a Inventory>; 3]);

impl<'a> PreviousReports<'a> {
    /// The reports of the three years before `year`, each looked up with `report`.
    #[must_use]
    pub fn of(year: Year, report: impl Fn(Year) -> Option<&'a Inventory>) -> Self {
        PreviousReports([1, 2, 3].map(|years| Year::new(year.get() - years).and_then(&report)))
    }

    /// The reports of the three years before `year` in a view of the city.
    #[must_use]
    pub fn in_view(year: Year, view: &View<'a>) -> Self {
        Self::of(year, |year| view.reports.get(&year).map(|report| report.value))
    }

    /// The nearest report for which `measure` gives a value, and that value.
    fn nearest<T>(&self, measure: impl Fn(&Inventory) -> Option<T>) -> Option<(&'a Inventory, T)> {
        self.0.into_iter().flatten().find_map(|report| Some((report, measure(report)?)))
    }
}

/// Checks an inventory by itself and against the reports before it.
#[must_use]
pub fn warnings(inventory: &Inventory, earlier: PreviousReports<'_>) -> Vec<Warning> {
    let mut found = Vec::new();
    for level in Level::ALL {
        found.extend(total_jump(inventory, earlier, *level));
        found.extend(per_person(inventory, *level));
        found.extend(total_zero(inventory, *level));
        found.extend(stated_against_sum(inventory, *level));
    }
    found.extend(scopes_above_total(inventory, |_| true));
    found.extend(population_jump(inventory, earlier));
    found
}

/// The codes of the warnings that affect the figure at `level`; those about other levels only are left out.
#[must_use]
pub fn warning_codes_at(inventory: &Inventory, earlier: PreviousReports<'_>, level: Level) -> Vec<WarningCode> {
    let found = [
        total_jump(inventory, earlier, level),
        per_person(inventory, level),
        total_zero(inventory, level),
        stated_against_sum(inventory, level),
        scopes_above_total(inventory, |other| other == level),
        population_jump(inventory, earlier),
    ];
    found.into_iter().flatten().map(|warning| warning.code).collect()
}

/// Checks a target.
#[must_use]
pub fn target_warnings(target: &Target) -> Vec<Warning> {
    let percent = match &target.goal {
        Goal::BaseYear { reduction_percent }
        | Goal::BaseYearIntensity { reduction_percent }
        | Goal::BaselineScenario { reduction_percent, .. } => reduction_percent.get(),
        Goal::FixedLevel { .. } | Goal::FixedLevelPerPerson { .. } => return Vec::new(),
    };
    let detail = || format!("a reduction of {percent} % is very small: was {} % meant?", 100.0 * percent);
    let slip = (percent < FRACTION_PERCENT).then(|| warning(WarningCode::FractionOrPercent, detail()));
    slip.into_iter().collect()
}

fn warning(code: WarningCode, detail: String) -> Warning {
    Warning { code, detail }
}

fn total_jump(inventory: &Inventory, earlier: PreviousReports<'_>, level: Level) -> Option<Warning> {
    let current = inventory.figure(level)?.tonnes.get();
    let (report, previous) = earlier.nearest(|report| report.figure(level).map(|figure| figure.tonnes.get()))?;
    let (percent, direction) = change(previous, current)?;
    let is_next_year = inventory.year.get() - report.year.get() == 1;
    (percent > if is_next_year { JUMP_PERCENT } else { LATER_JUMP_PERCENT }).then(|| {
        let detail = format!(
            "{level} is {percent:.1} % {direction} {}: {} t after {} t",
            report.year,
            group_thousands(current),
            group_thousands(previous)
        );
        warning(WarningCode::TotalJump, detail)
    })
}

fn population_jump(inventory: &Inventory, earlier: PreviousReports<'_>) -> Option<Warning> {
    let current = inventory.population?.people();
    let (report, previous) = earlier.nearest(|report| report.population.map(|population| population.people()))?;
    let (percent, direction) = change(previous, current)?;
    (percent > POPULATION_JUMP_PERCENT).then(|| {
        let detail = format!(
            "the population is {percent:.1} % {direction} {}: {} after {}",
            report.year,
            group_thousands(current),
            group_thousands(previous)
        );
        warning(WarningCode::PopulationJump, detail)
    })
}

fn total_zero(inventory: &Inventory, level: Level) -> Option<Warning> {
    let zero = inventory.figure(level)?.tonnes == Tonnes::default();
    zero.then(|| warning(WarningCode::TotalZero, format!("{level} is 0 t: leave a total out that is not known")))
}

/// The difference of `current` from `previous` in percent of `previous`, and its direction.
fn change(previous: f64, current: f64) -> Option<(f64, &'static str)> {
    (previous > 0.0)
        .then(|| (100.0 * (current - previous).abs() / previous, if current > previous { "above" } else { "below" }))
}

fn per_person(inventory: &Inventory, level: Level) -> Option<Warning> {
    // Scope 1 alone may be low, as in a city without industry that imports its electricity.
    if level == Level::Scope1 {
        return None;
    }
    let tonnes = inventory.figure(level)?.tonnes.get();
    let tonnes_each = tonnes / inventory.population?.people();
    let hint = if tonnes_each < PER_PERSON_LEAST {
        "was it entered in kilotonnes?"
    } else if tonnes_each > PER_PERSON_MOST {
        "was it entered in kilograms, or the population in thousands?"
    } else {
        return None;
    };
    let detail = format!("{level} is {tonnes_each:.3} t a person, which is unlikely: {hint}");
    Some(warning(WarningCode::PerPersonUnlikely, detail))
}

fn stated_against_sum(inventory: &Inventory, level: Level) -> Option<Warning> {
    let figure = inventory.figure(level).filter(super::inventory::Figure::differs_from_sum)?;
    let (stated, summed) = (group_thousands(figure.stated?.get()), group_thousands(figure.summed?.get()));
    let detail = format!("{level} is stated as {stated} t, its lines sum to {summed} t");
    Some(warning(WarningCode::StatedDiffersFromSum, detail))
}

/// The first pair of contradictory totals of which one is at a level that passes `concerns`.
fn scopes_above_total(inventory: &Inventory, concerns: impl Fn(Level) -> bool) -> Option<Warning> {
    let parts = [
        (Level::Scope1, Level::Scope12),
        (Level::Scope1, Level::Scope123),
        (Level::Scope12, Level::Scope123),
        (Level::Scope12, Level::Own),
    ];
    parts.into_iter().filter(|(part, whole)| concerns(*part) || concerns(*whole)).find_map(|(part, whole)| {
        let (less, more) = (inventory.figure(part)?.tonnes, inventory.figure(whole)?.tonnes);
        (less > more).then(|| {
            let (less, more) = (group_thousands(less.get()), group_thousands(more.get()));
            let detail = format!("{part} ({less} t) is above {whole} ({more} t), which should include it");
            warning(WarningCode::ScopesAboveTotal, detail)
        })
    })
}
