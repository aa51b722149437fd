//! The outcome of a pledge once its year is reported, or skipped between two reports (section 4 of the method).

use crate::record::{Tonnes, Year};

use super::comparison::Compared;
use super::printed::Unit;

/// Years on either side of a target year without a figure within which figures decide it together.
pub const SKIPPED_YEARS: i32 = 3;

/// What is asked for in a year, in the target's unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct LevelAsked {
    /// The year.
    pub year: Year,
    /// What may be emitted, `T`.
    pub amount: f64,
    /// What is asked for before any offset, `T_gross`.
    pub gross: f64,
    /// The unit of both.
    pub unit: Unit,
}

/// How a pledge came out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    /// Whether it was kept.
    pub achieved: bool,
    /// Whether it was missed only because what is left was not offset.
    pub not_offset: bool,
    /// The year of the figure that decides: the pledge's own, or the first after it.
    pub year: Year,
    /// The year of the figure before, where the pledge's own was skipped.
    pub before: Option<Year>,
}

impl LevelAsked {
    /// How the pledge came out by comparable figures, in order of their years; none if they do not tell.
    pub fn outcome(&self, figures: &[Compared<'_>]) -> Option<Outcome> {
        if let Some(figure) = figures.iter().find(|figure| figure.year() == self.year) {
            let met = self.is_met(figure);
            let not_offset = !met && self.is_within(figure);
            return Some(Outcome { achieved: met, not_offset, year: self.year, before: None });
        }
        let away = |figure: &&Compared<'_>| (figure.year().get() - self.year.get()).abs() <= SKIPPED_YEARS;
        let before = figures.iter().rev().filter(away).find(|figure| figure.year() < self.year)?;
        let after = figures.iter().filter(away).find(|figure| figure.year() > self.year)?;
        let outcome =
            |achieved| Outcome { achieved, not_offset: false, year: after.year(), before: Some(before.year()) };
        match (self.is_within(before), self.is_within(after)) {
            (true, true) => (self.is_met(before) && self.is_met(after)).then(|| outcome(true)),
            (false, false) => Some(outcome(false)),
            _ => None,
        }
    }

    /// Whether a figure is at or below what may be emitted.
    pub fn is_within(&self, figure: &Compared<'_>) -> bool {
        self.unit.round(figure.amount) <= self.unit.round(self.amount)
    }

    /// Whether what a figure has above `T_gross` is offset by the credits retired for its year.
    fn is_met(&self, figure: &Compared<'_>) -> bool {
        let left = self.unit.round(figure.amount - self.gross);
        let credits = match self.unit {
            Unit::Tonnes => figure.inventory.credits_retired_tonnes.map(Tonnes::get),
            Unit::TonnesPerPerson => self.unit.credits_per_person(figure.inventory),
        };
        self.is_within(figure) && (left <= 0.0 || self.unit.round(credits.unwrap_or(0.0)) >= left)
    }
}
