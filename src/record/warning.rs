//! Warnings: slips that a city should look at; they never refuse a figure.

use serde::Serialize;
use utoipa::ToSchema;

use super::inventory::{Inventory, Level};
use super::units::grouped;
use super::vocabulary::vocabulary;

/// A change of a total from the year before that is worth a look, in percent.
const JUMP_PERCENT: f64 = 20.0;
/// A change of the population from the year before that is worth a look, in percent.
const POPULATION_JUMP_PERCENT: f64 = 30.0;
/// Emissions a person below this are unlikely, in t CO2e.
const PER_PERSON_LEAST: f64 = 0.3;
/// Emissions a person above this are unlikely, in t CO2e.
const PER_PERSON_MOST: f64 = 60.0;

vocabulary! {
    /// What a warning is about.
    WarningCode {
        /// A total differs by more than 20 % from the year before.
        TotalJump = "total_jump",
        /// Emissions a person are below 0.3 or above 60 t.
        PerPersonUnlikely = "per_person_unlikely",
        /// A stated total and the sum of the lines differ by more than 1 %.
        StatedDiffersFromSum = "stated_differs_from_sum",
        /// A total of fewer scopes is above one of more scopes.
        ScopesAboveTotal = "scopes_above_total",
        /// The population differs by more than 30 % from the year before.
        PopulationJump = "population_jump",
    }
}

/// Something in an inventory that may be a slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// What it is about; stable.
    pub code: WarningCode,
    /// What was found, with the figures.
    #[schema(example = "basic is 32.1 % above 2019: 27,201,138 t after 20,592,000 t")]
    pub detail: String,
}

/// Looks an inventory over, beside the report of the year before if there is one.
#[must_use]
pub fn warnings(inventory: &Inventory, year_before: Option<&Inventory>) -> Vec<Warning> {
    let mut found = Vec::new();
    for level in Level::ALL {
        found.extend(total_jump(inventory, year_before, *level));
        found.extend(per_person(inventory, *level));
        found.extend(stated_against_sum(inventory, *level));
    }
    found.extend(scopes_above_total(inventory, |_| true));
    found.extend(population_jump(inventory, year_before));
    found
}

/// What the warnings are about that bear on the figure at `level`: those of other levels say nothing of it.
#[must_use]
pub fn codes_at(inventory: &Inventory, year_before: Option<&Inventory>, level: Level) -> Vec<WarningCode> {
    let found = [
        total_jump(inventory, year_before, level),
        per_person(inventory, level),
        stated_against_sum(inventory, level),
        scopes_above_total(inventory, |other| other == level),
        population_jump(inventory, year_before),
    ];
    found.into_iter().flatten().map(|warning| warning.code).collect()
}

fn warning(code: WarningCode, detail: String) -> Warning {
    Warning { code, detail }
}

fn total_jump(inventory: &Inventory, year_before: Option<&Inventory>, level: Level) -> Option<Warning> {
    let before = year_before?;
    let (was, is) = (before.figure(level)?.tonnes.get(), inventory.figure(level)?.tonnes.get());
    let (percent, way) = change(was, is)?;
    (percent > JUMP_PERCENT).then(|| {
        let detail =
            format!("{level} is {percent:.1} % {way} {}: {} t after {} t", before.year, grouped(is), grouped(was));
        warning(WarningCode::TotalJump, detail)
    })
}

fn population_jump(inventory: &Inventory, year_before: Option<&Inventory>) -> Option<Warning> {
    let before = year_before?;
    let (was, is) = (before.population?.people(), inventory.population?.people());
    let (percent, way) = change(was, is)?;
    (percent > POPULATION_JUMP_PERCENT).then(|| {
        let detail =
            format!("the population is {percent:.1} % {way} {}: {} after {}", before.year, grouped(is), grouped(was));
        warning(WarningCode::PopulationJump, detail)
    })
}

/// How much `is` differs from `was`, in percent of `was`, and which way.
fn change(was: f64, is: f64) -> Option<(f64, &'static str)> {
    (was > 0.0).then(|| (100.0 * (is - was).abs() / was, if is > was { "above" } else { "below" }))
}

fn per_person(inventory: &Inventory, level: Level) -> Option<Warning> {
    // Scope 1 alone may well be little: a city without industry that imports its electricity.
    if level == Level::Scope1 {
        return None;
    }
    let tonnes = inventory.figure(level)?.tonnes.get();
    let each = tonnes / inventory.population?.people();
    let hint = if each < PER_PERSON_LEAST {
        "was it entered in kilotonnes?"
    } else if each > PER_PERSON_MOST {
        "was it entered in kilograms, or the population in thousands?"
    } else {
        return None;
    };
    let detail = format!("{level} is {each:.3} t a person, which is unlikely: {hint}");
    Some(warning(WarningCode::PerPersonUnlikely, detail))
}

fn stated_against_sum(inventory: &Inventory, level: Level) -> Option<Warning> {
    let figure = inventory.figure(level).filter(super::inventory::Figure::differs_from_sum)?;
    let (stated, summed) = (grouped(figure.stated?.get()), grouped(figure.summed?.get()));
    let detail = format!("{level} is stated as {stated} t, its lines sum to {summed} t");
    Some(warning(WarningCode::StatedDiffersFromSum, detail))
}

/// The first pair of totals that contradict each other, of those that `concerns` takes one of.
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
            let (less, more) = (grouped(less.get()), grouped(more.get()));
            let detail = format!("{part} ({less} t) is above {whole} ({more} t), which should include it");
            warning(WarningCode::ScopesAboveTotal, detail)
        })
    })
}
