//! Whether a baseline was restated after a report became known, so that the two count differently.

use std::cell::OnceCell;

use crate::record::inventory::Inventory;
use crate::record::{Known, Revision, Stamp, Tonnes, View};

use super::base::BaseInventory;
use super::printed::Unit;
use super::wording::amount;

/// Percent of the baseline beyond which an earlier revision is another figure.
pub const RESTATED_PERCENT: f64 = 5.0;

/// The figures of a baseline that was restated after a report became known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Restated {
    /// The revision that was in force when the report became known.
    pub revision: i32,
    /// The figure of that revision, in t CO2e.
    pub then: Tonnes,
    /// The present figure, in t CO2e.
    pub now: Tonnes,
    /// The difference of the two, in percent of the present figure.
    pub percent: f64,
}

impl Restated {
    /// The restatement as a sentence.
    pub fn describe(&self) -> String {
        let [then, now] = [self.then, self.now].map(|tonnes| amount(tonnes.get(), Unit::Tonnes));
        format!("The baseline has been restated since, from {then} to {now}; the report has not.")
    }
}

/// How a baseline was restated since a report became known: the revision in force when the report became known differs from the
/// present figure by more than 5 % of it. A baseline without an earlier revision was never restated.
pub(super) fn restated_since<'a>(
    report: &Known<'a, Inventory>,
    base: &BaseInventory<'a>,
    view: &View<'a>,
) -> Option<Restated> {
    let known = base.record(view)?;
    // Without an earlier revision nothing was restated.
    let first = known.earlier.run_starts().next()?;
    let now = base.figure?.tonnes;
    let first_sequence = OnceCell::new();
    // If both sources have a day, compare the days, and treat the same day as known. Otherwise compare the order of the
    // log.
    let is_known =
        |inventory: &Inventory, stamp: &Stamp| match (inventory.source.published, report.value.source.published) {
            (Some(ours), Some(theirs)) => ours <= theirs,
            _ => stamp.sequence < *first_sequence.get_or_init(|| first_sequence_of_figure(report, base)),
        };
    if is_known(known.value, known.stamp) {
        return None;
    }
    let was_known = |revision: &Revision<Inventory>| {
        revision.abridged().is_some_and(|inventory| is_known(inventory, &revision.stamp))
    };
    let run_start = known.earlier.run_starts().rev().find(|revision| was_known(revision));
    // A report older than every revision was compared with the first.
    let in_force = run_start.map_or(first, |run_start| known.earlier.last_of_run(run_start, was_known));
    let then = figure(in_force.abridged()?, base)?;
    let percent = if now.is_positive() { 100.0 * (then.get() - now.get()).abs() / now.get() } else { 0.0 };
    (percent > RESTATED_PERCENT).then_some(Restated { revision: in_force.stamp.revision, then, now, percent })
}

/// The figure of a revision of the baseline, converted as the base is.
fn figure(inventory: &Inventory, base: &BaseInventory<'_>) -> Option<Tonnes> {
    let figure = match base.converted {
        Some((gwp, _)) => base.scope.figure_by(inventory, gwp),
        None => base.scope.figure(inventory),
    };
    figure.map(|figure| figure.tonnes)
}

/// The first entry of the log with the present figure of a report: recording it again changes nothing.
fn first_sequence_of_figure(report: &Known<'_, Inventory>, base: &BaseInventory<'_>) -> i64 {
    let figure = |inventory: &Inventory| base.scope.figure(inventory).map(|figure| figure.tonnes);
    let now = figure(report.value);
    let mut first = report.stamp.sequence;
    for revision in report.earlier.run_starts().rev() {
        if revision.abridged().and_then(figure) != now {
            break;
        }
        first = first.min(revision.stamp.sequence);
    }
    first
}
