//! What a city reported last: its population, its totals, and what these come to a person.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::method::{NoPersonFigure, PersonFigure, per_person};
use crate::record::units::Population;
use crate::record::{Level, Tonnes, View, Year};

/// Years before that of the judgement of which at least one should be reported.
pub const REPORTED_WITHIN_YEARS: i32 = 3;

/// What a city reported last; of each the year, for they need not be the same.
#[derive(Debug)]
pub struct Latest {
    /// The year of its latest report.
    pub report: Option<Year>,
    /// The people of the latest report that states them.
    pub population: Option<(Year, Population)>,
    /// The latest total at each level, in t CO2e.
    pub totals: BTreeMap<Level, (Year, Tonnes)>,
    /// The latest figure a person at each level, in t CO2e a person.
    pub per_person: BTreeMap<Level, Result<PersonFigure, NoPersonFigure>>,
}

impl Latest {
    /// Looks for it in a city's reports, from the last one back.
    #[must_use]
    pub fn of(view: &View<'_>, judged_on: NaiveDate) -> Self {
        let reports = || view.reports.iter().rev().map(|(year, report)| (*year, report.value));
        let total = |level: &Level| {
            let mut figures = reports().filter_map(|(year, report)| Some((year, report.figure(*level)?.tonnes)));
            Some((*level, figures.next()?))
        };
        Latest {
            report: reports().next().map(|(year, _)| year),
            population: reports().find_map(|(year, report)| Some((year, report.population?))),
            totals: Level::ALL.iter().filter_map(total).collect(),
            per_person: Level::ALL.iter().map(|level| (*level, per_person(view, *level, judged_on))).collect(),
        }
    }

    /// Whether none of the three years before that of `day`, nor a later one, is reported.
    #[must_use]
    pub fn is_overdue(&self, day: NaiveDate) -> bool {
        self.report.is_none_or(|year| day.year() - year.get() > REPORTED_WITHIN_YEARS)
    }
}
