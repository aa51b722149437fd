//! What judgements read of a superseded record, for each kind.

use chrono::NaiveDate;

use super::city::City;
use super::inventory::Inventory;
use super::line::{Line, LineValue};
use super::member::Member;
use super::network::Network;
use super::revision::Versioned;
use super::source::Source;
use super::statement::Statement;
use super::target::Target;

impl Versioned for Inventory {
    fn counts_from(&self) -> Option<NaiveDate> {
        self.source.published
    }

    /// Its figures, and when they were published.
    fn abridged(&self) -> Option<Self> {
        Some(Inventory {
            year: self.year,
            period: self.period,
            totals: self.totals.clone(),
            lines: self.lines.iter().map(Line::abridged).collect(),
            population: self.population,
            protocol: self.protocol,
            gases: self.gases.clone(),
            gwp: self.gwp,
            series: self.series.clone(),
            electricity: self.electricity,
            weather_normalised: self.weather_normalised,
            also_stated: Vec::new(),
            credits_retired_tonnes: self.credits_retired_tonnes,
            uncertainty_percent: self.uncertainty_percent,
            verification: None,
            source: self.source.abridged(),
            note: None,
        })
    }
}

impl Versioned for Target {
    fn counts_from(&self) -> Option<NaiveDate> {
        // A pledge counts from the day it was set; a source often reports it only years later.
        self.set_on.or(self.source.published)
    }

    /// What it asked for, and when it was in force.
    fn abridged(&self) -> Option<Self> {
        Some(Target {
            goal: self.goal.clone(),
            title: None,
            level: self.level,
            sector: self.sector.clone(),
            baseline: self.baseline.clone(),
            base_year: self.base_year,
            target_year: self.target_year,
            milestones: self.milestones.clone(),
            max_offset_percent: self.max_offset_percent,
            standing: self.standing,
            set_on: self.set_on,
            ended_on: self.ended_on,
            superseded_by: self.superseded_by.clone(),
            conditional: self.conditional,
            source: self.source.abridged(),
            note: None,
        })
    }
}

impl Versioned for City {
    /// A city's name is no figure: it counts as known from the start.
    fn counts_from(&self) -> Option<NaiveDate> {
        Some(NaiveDate::MIN)
    }
}

// No judgement reads the earlier revisions of these.
impl Versioned for Statement {}
impl Versioned for Member {}
impl Versioned for Network {}

impl Line {
    /// The line without its explanation.
    fn abridged(&self) -> Line {
        let value = match &self.value {
            LineValue::Notation { notation, .. } => LineValue::Notation { notation: *notation, explanation: None },
            stated => stated.clone(),
        };
        Line { reference: self.reference, value }
    }
}

impl Source {
    /// The title of the publication and the day it was published.
    fn abridged(&self) -> Source {
        Source {
            title: self.title.clone(),
            url: None,
            publisher: None,
            published: self.published,
            licence: None,
            locator: None,
        }
    }
}
