//! The outcome of a target: its year is reported, or is skipped between two reports (section 4 of the method).

use crate::record::{Tonnes, Year};

use super::comparison::Compared;
use super::printed::Unit;

/// If the target year has no figure: the years on either side within which other figures decide together.
pub const SKIPPED_YEARS: i32 = 3;

/// What may be emitted in a year, in the target's unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct AllowedLevel {
    /// The year.
    pub year: Year,
    /// What may be emitted, `T`.
    pub amount: f64,
    /// What may be emitted without any offset, `T_gross`.
    pub gross: f64,
    /// The unit of both.
    pub unit: Unit,
}

/// The outcome of a pledge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    /// True if it was kept.
    pub achieved: bool,
    /// True if its level was reached, but it was missed because the rest was not offset.
    pub not_offset: bool,
    /// The year of the figure that decides: the pledge's own year, or the first reported after it.
    pub year: Year,
    /// The year of the figure before it, if the pledge's own year was skipped.
    pub before: Option<Year>,
}

impl AllowedLevel {
    /// The outcome by comparable figures, which are in order of their years; `None` if they do not decide it.
    pub fn outcome(&self, figures: &[Compared<'_>]) -> Option<Outcome> {
        if let Some(figure) = figures.iter().find(|figure| figure.year() == self.year) {
            let is_met = self.is_met(figure);
            let not_offset = !is_met && self.is_within(figure);
            return Some(Outcome { achieved: is_met, not_offset, year: self.year, before: None });
        }
        let is_near = |figure: &&Compared<'_>| (figure.year().get() - self.year.get()).abs() <= SKIPPED_YEARS;
        let before = figures.iter().rev().filter(is_near).find(|figure| figure.year() < self.year)?;
        let after = figures.iter().filter(is_near).find(|figure| figure.year() > self.year)?;
        let outcome =
            |achieved| Outcome { achieved, not_offset: false, year: after.year(), before: Some(before.year()) };
        match (self.is_within(before), self.is_within(after)) {
            (true, true) => (self.is_met(before) && self.is_met(after)).then(|| outcome(true)),
            (false, false) => Some(outcome(false)),
            _ => None,
        }
    }

    /// True if a figure is at or below what may be emitted.
    pub fn is_within(&self, figure: &Compared<'_>) -> bool {
        self.unit.round(figure.amount) <= self.unit.round(self.amount)
    }

    /// True if the credits retired for the figure's year also offset its excess over `T_gross`.
    fn is_met(&self, figure: &Compared<'_>) -> bool {
        let excess = self.unit.round(figure.amount - self.gross);
        let credits = match self.unit {
            Unit::Tonnes => figure.inventory.credits_retired_tonnes.map(Tonnes::get),
            Unit::TonnesPerPerson => self.unit.credits_per_person(figure.inventory),
        };
        self.is_within(figure) && (excess <= 0.0 || self.unit.round(credits.unwrap_or(0.0)) >= excess)
    }
}
