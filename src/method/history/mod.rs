//! Changes after the fact: restated baselines and weakened targets.
//!
//! The recorded history shows whether the figure that a target is measured from has moved, and whether its pathway
//! allows more than an earlier pledge did.
//! Source: ours. The GPC, chapter 11, asks that recalculations of the base year are disclosed with their reason.

mod restated;
mod weakened;

pub(super) use restated::baseline_restated;
pub(super) use weakened::target_weakened;

use chrono::NaiveDate;

use crate::record::revision::Versioned;
use crate::record::{Known, Stamp, Year};

use super::case::Case;
use super::caution::{Caution, CautionCode};
use super::wording::percent;

/// Every revision of a record that is no withdrawal, in order of publication, with its stamp.
fn revisions<'s, T: Versioned>(known: &'s Known<'_, T>) -> Vec<(&'s T, &'s Stamp)> {
    let earlier = known.earlier.run_starts().filter_map(|revision| Some((revision.abridged()?, &revision.stamp)));
    earlier.chain(std::iter::once((known.value, known.stamp))).collect()
}

/// A value before and after a change, with the day of the change and its reason.
struct Change {
    before: f64,
    after: f64,
    day: NaiveDate,
    reason: Option<String>,
}

impl Change {
    /// The change in brackets, for the end of a sentence: ` (76.5 % more)`; empty if it is slight.
    fn in_brackets(&self, case: &Case<'_, '_>) -> String {
        if case.unit.round(self.before) == 0.0 {
            return String::new();
        }
        let change = 100.0 * (self.after - self.before) / self.before;
        let direction = if change > 0.0 { "more" } else { "less" };
        if change.abs() < 0.05 { String::new() } else { format!(" ({} {direction})", percent(change.abs())) }
    }

    fn caution(self, case: &Case<'_, '_>, code: CautionCode, detail: String, years: Vec<Year>) -> Caution {
        let mut caution = Caution::between(code, detail, years, case.unit, self.before, self.after);
        caution.changed_on = Some(self.day);
        caution.reason = self.reason;
        caution
    }
}

/// The day a revision was recorded.
fn recorded_on(stamp: &Stamp) -> NaiveDate {
    stamp.recorded_at.date_naive()
}
