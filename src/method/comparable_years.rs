//! A city's figures of many years as percent of one of them, if they may be compared, beside those of other cities.
//!
//! The inventory of the base year takes the place of a baseline in the tests of section 1 of the method, both against
//! the city's later reports and against the base years of other cities. An index is no verdict and no part of one.

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::inventory::Inventory;
use crate::record::level::Level;
use crate::record::units::Population;
use crate::record::vocabulary::Protocol;
use crate::record::{Known, Source, Tonnes, View, Year};

use super::accounting::Accounting;
use super::annual_change::{NoAnnualChange, find_base};
use super::base::BaseInventory;
use super::comparison::conversion;
use super::left_out::LeftOutReason;
use super::obstacle::find_obstacle;
use super::printed::Ratio;

/// A figure of one year, as percent of the figure of the base year.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IndexedFigure {
    /// The year.
    pub year: Year,
    /// The figure, in t CO2e.
    pub tonnes: Tonnes,
    /// The figure of the base year that it is divided by, in t CO2e. It differs from year to year only where it was
    /// converted to the global warming potentials of the report.
    pub base_tonnes: Tonnes,
    /// `100 tonnes / base_tonnes`: 100 in the base year.
    pub index: Ratio,
    /// The number of people of that year; absent if the report does not state it.
    pub population: Option<Population>,
    /// The figure in t CO2e per person; absent without a population.
    pub tonnes_per_person: Option<Ratio>,
    /// The revision of the report or baseline.
    #[schema(example = 1)]
    pub revision: i32,
    /// Where it was published.
    pub source: Source,
}

/// A year with a report that cannot be compared with the base year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOutYear {
    /// The year.
    pub year: Year,
    /// Why it is left out.
    pub reason: LeftOutReason,
}

/// The figures of a city from a base year on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparableYears {
    /// The standard that the inventory of the base year follows; absent if it declares none, so that it is not known
    /// whether it counts as the others do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The figures by year; the first is that of the base year.
    pub indexed_figures: Vec<IndexedFigure>,
    /// The later years whose reports cannot be compared with the base year.
    pub not_compared: Vec<LeftOutYear>,
}

/// The figures of several cities at `level` as percent of those of `base_year`, in the order of `views`.
///
/// The base year that counts like most of the others, by section 1 of the method, sets what all are compared with: a
/// city that counts otherwise is left out.
///
/// # Errors
/// For each city, why it has no such figures.
pub fn side_by_side(
    views: &[&View<'_>],
    level: Level,
    base_year: Year,
    judged_on: NaiveDate,
) -> Vec<Result<ComparableYears, NoAnnualChange>> {
    let bases: Vec<_> = views.iter().map(|view| find_base(view, level, base_year, judged_on)).collect();
    let accountings: Vec<Option<Accounting<'_>>> =
        bases.iter().zip(views).map(|(base, view)| Some(Accounting::of_base(base.as_ref().ok()?, view))).collect();
    let known = || accountings.iter().flatten();
    let alike = |one: &Accounting<'_>| known().filter(|other| one.find_difference(other).is_none()).count();
    // Of equals the first: the order in which cities are asked for decides nothing else.
    let norm = known().rev().max_by_key(|one| alike(one));
    let years = |(at, view): (usize, &&View<'_>)| {
        let base = bases[at].as_ref().map_err(|reason| *reason)?;
        let own = accountings[at].as_ref().ok_or(NoAnnualChange::NoFigure)?;
        if let Some((reason, _)) = norm.and_then(|norm| norm.find_difference(own)) {
            return Err(NoAnnualChange::NotComparable(reason));
        }
        comparable_years(view, base, own, judged_on)
    };
    views.iter().enumerate().map(years).collect()
}

/// The figures of one city from its base on.
fn comparable_years<'a>(
    view: &View<'a>,
    base: &BaseInventory<'a>,
    accounting: &Accounting<'_>,
    judged_on: NaiveDate,
) -> Result<ComparableYears, NoAnnualChange> {
    let of_base =
        view.baselines.values().chain(view.reports.values()).find(|known| std::ptr::eq(known.value, base.inventory));
    let first = of_base.and_then(|known| index(known, base)).ok_or(NoAnnualChange::NotAboveZero)?;
    let mut years =
        ComparableYears { protocol: accounting.protocol, indexed_figures: vec![first], not_compared: Vec::new() };
    for report in view.reports.values().filter(|report| report.value.year > base.year()) {
        if !report.value.has_ended(judged_on) || base.scope.figure(report.value).is_none() {
            continue;
        }
        let converted = conversion(base, report.value).and_then(|gwp| base.converted_by(gwp));
        let base = converted.as_ref().unwrap_or(base);
        match find_obstacle(report, base, accounting, view) {
            Some(obstacle) => years.not_compared.push(LeftOutYear { year: report.value.year, reason: obstacle.reason }),
            None => years.indexed_figures.extend(index(report, base)),
        }
    }
    Ok(years)
}

/// The figure of an inventory as percent of that of a base; `None` if the base is not above 0.
fn index(known: &Known<'_, Inventory>, base: &BaseInventory<'_>) -> Option<IndexedFigure> {
    let inventory = known.value;
    let is_base = std::ptr::eq(inventory, base.inventory);
    let base_tonnes = base.figure?.tonnes;
    let tonnes = if is_base { base_tonnes } else { base.scope.figure(inventory)?.tonnes };
    let share = base_tonnes.is_positive().then(|| 100.0 * tonnes.get() / base_tonnes.get())?;
    let per_person = |people: Population| Ratio::new(tonnes.get() / people.people());
    Some(IndexedFigure {
        year: inventory.year,
        tonnes,
        base_tonnes,
        index: Ratio::new(share)?,
        population: inventory.population,
        tonnes_per_person: inventory.population.and_then(per_person),
        revision: known.stamp.revision,
        source: inventory.source.clone(),
    })
}

/// The years for which a city has a figure at `level`, of a report or else of its only baseline.
#[must_use]
pub fn years_with_figure(view: &View<'_>, level: Level, judged_on: NaiveDate) -> Vec<Year> {
    let recorded = view.reports.keys().copied().chain(view.baselines.values().map(|known| known.value.year));
    let mut years: Vec<Year> = recorded.filter(|year| find_base(view, level, *year, judged_on).is_ok()).collect();
    years.sort_unstable();
    years.dedup();
    years
}
