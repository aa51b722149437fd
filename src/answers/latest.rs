//! What a city reported last: its population, its totals, and its emissions per person.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::method::{NoPersonFigure, PersonFigure, per_person};
use crate::record::units::Population;
use crate::record::{Level, Tonnes, View, Year};

/// A city is overdue if it has reported none of this many years before the year of the judgement.
pub const REPORTED_WITHIN_YEARS: i32 = 3;

/// What a city reported last. Each value has its own year, because the years may differ.
#[derive(Debug)]
pub struct Latest {
    /// The year of the latest report; none without a report.
    pub report: Option<Year>,
    /// The population in the latest report that states one.
    pub population: Option<(Year, Population)>,
    /// The latest total at each level, in t CO2e.
    pub totals: BTreeMap<Level, (Year, Tonnes)>,
    /// The latest figure per person at each level, in t CO2e per person.
    pub per_person: BTreeMap<Level, Result<PersonFigure, NoPersonFigure>>,
}

impl Latest {
    /// Searches the reports of a city, the latest first.
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

    /// True if no report is for one of the three years before the year of `day`, or for a later year.
    #[must_use]
    pub fn is_overdue(&self, day: NaiveDate) -> bool {
        self.report.is_none_or(|year| day.year() - year.get() > REPORTED_WITHIN_YEARS)
    }
}
