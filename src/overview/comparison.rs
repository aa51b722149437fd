//! A comparison of a few cities: their emissions as percent of one base year, and per person.

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::method::{self, ComparableYears, IndexedFigure, LeftOutReason, NoAnnualChange, years_with_figure};
use crate::record::city::Country;
use crate::record::vocabulary::{Boundary, vocabulary};
use crate::record::{CityId, Level, Slug, View, Year};
use crate::registry::{CityEntry, Present};

vocabulary! {
    /// Why a city is not compared.
    NotCompared {
        /// Its inventories do not cover the whole community, but another boundary.
        OtherBoundary = "other_boundary",
        /// It has no figure at the level for the base year.
        YearNotReported = "year_not_reported",
        /// It has no report for the base year, and more than one baseline.
        SeveralBaselines = "several_baselines",
        /// It counts otherwise than most of the cities.
        NotComparable = "not_comparable",
        /// Its figure for the base year is not above 0.
        NotAboveZero = "not_above_zero",
    }
}

impl From<NoAnnualChange> for NotCompared {
    fn from(reason: NoAnnualChange) -> Self {
        match reason {
            NoAnnualChange::NoFigure => NotCompared::YearNotReported,
            NoAnnualChange::SeveralBaselines => NotCompared::SeveralBaselines,
            NoAnnualChange::NotComparable(_) => NotCompared::NotComparable,
            NoAnnualChange::NotAboveZero => NotCompared::NotAboveZero,
        }
    }
}

/// A city in a comparison.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComparedCity {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The country it lies in: ISO 3166-1 alpha-2.
    pub country: Country,
    /// Why it is not compared; absent if it is.
    pub reason: Option<NotCompared>,
    /// In what it counts otherwise (only `not_comparable`).
    pub left_out_reason: Option<LeftOutReason>,
    /// Its figures from the base year on; absent if it is not compared.
    #[serde(flatten)]
    pub years: Option<ComparableYears>,
}

/// A few cities side by side.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Comparison {
    /// The level of the totals.
    pub level: Level,
    /// The year whose figures count as 100.
    pub base_year: Year,
    /// The day of the comparison: only years that had ended by then are compared.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The version of the method, whose section 1 says what may be compared.
    #[schema(example = "2")]
    pub method: &'static str,
    /// The cities, in the order in which they were asked for.
    pub compared_cities: Vec<ComparedCity>,
}

/// A figure of a city in a comparison, as a row of a table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComparisonRow {
    /// The city.
    pub city: Slug,
    /// Its name.
    pub name: String,
    /// The figure.
    #[serde(flatten)]
    pub figure: IndexedFigure,
}

impl Comparison {
    /// The figures of all cities, by city and year.
    pub fn rows(&self) -> impl Iterator<Item = ComparisonRow> {
        self.compared_cities.iter().flat_map(|compared| {
            compared.years.iter().flat_map(|years| &years.indexed_figures).map(|figure| ComparisonRow {
                city: compared.city.clone(),
                name: compared.name.clone(),
                figure: figure.clone(),
            })
        })
    }
}

/// A city that is to be compared.
pub type Compared<'s> = (&'s CityId, &'s CityEntry, &'s Present);

/// The level and the base year that let most of the cities be compared; of several the first level and then the
/// earliest year. None if no city has figures of two years.
///
/// The level `own` is left out, because each city counts something else by it.
#[must_use]
pub fn choose(
    cities: &[Compared<'_>],
    level: Option<Level>,
    base_year: Option<Year>,
    judged_on: NaiveDate,
) -> Option<(Level, Year)> {
    let levels = Level::ALL.iter().copied().filter(|known| level.map_or(*known != Level::Own, |asked| asked == *known));
    let views: Vec<View<'_>> = cities.iter().filter_map(|(_, entry, _)| entry.dossier.present()).collect();
    let mut best: Option<(usize, Level, Year)> = None;
    for level in levels {
        let known: Vec<Vec<Year>> = views.iter().map(|view| years_with_figure(view, level, judged_on)).collect();
        let mut years: Vec<Year> = known.iter().flatten().copied().collect();
        years.sort_unstable();
        years.dedup();
        for year in years.into_iter().filter(|year| base_year.is_none_or(|asked| asked == *year)) {
            let has_course =
                |known: &&Vec<Year>| known.contains(&year) && known.last().is_some_and(|last| *last > year);
            let count = known.iter().filter(has_course).count();
            if count > best.map_or(0, |(most, ..)| most) {
                best = Some((count, level, year));
            }
        }
    }
    best.map(|(_, level, year)| (level, year))
}

/// Compares cities at a level from a base year on.
#[must_use]
pub fn compare(cities: &[Compared<'_>], level: Level, base_year: Year, judged_on: NaiveDate) -> Comparison {
    let is_community = |present: &Present| present.city.boundary == Boundary::Community;
    let views: Vec<Option<View<'_>>> =
        cities.iter().map(|(_, entry, present)| entry.dossier.present().filter(|_| is_community(present))).collect();
    let whole: Vec<&View<'_>> = views.iter().flatten().collect();
    let mut results = method::side_by_side(&whole, level, base_year, judged_on).into_iter();
    let compared = cities.iter().zip(&views).map(|((id, _, present), view)| {
        let result = view.as_ref().and_then(|_| results.next());
        let failure = result.as_ref().and_then(|result| result.as_ref().err());
        ComparedCity {
            city: (*id).clone(),
            name: present.city.name.to_string(),
            country: present.city.country,
            reason: if result.is_none() {
                Some(NotCompared::OtherBoundary)
            } else {
                failure.map(|reason| (*reason).into())
            },
            left_out_reason: failure.and_then(|reason| match reason {
                NoAnnualChange::NotComparable(reason) => Some(*reason),
                _ => None,
            }),
            years: result.and_then(Result::ok),
        }
    });
    Comparison { level, base_year, judged_on, method: method::VERSION, compared_cities: compared.collect() }
}
