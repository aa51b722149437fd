//! Whether a baseline was restated after a report became known, so that the two are of different accountings.

use crate::record::inventory::Inventory;
use crate::record::{Known, Stamp, View};

use super::base::BaseInventory;
use super::comparison::LeftOutReason;
use super::printed::Unit;
use super::sentence::amount;

/// Percent of the baseline beyond which an earlier revision is another figure.
pub const RESTATED_PERCENT: f64 = 5.0;

/// Why a report is left out: the revision of the baseline in force when it became known is more than 5 % of today's
/// figure away from it. Without an earlier revision it never is.
pub(super) fn restated_since<'a>(
    report: &Known<'a, Inventory>,
    base: &BaseInventory<'a>,
    view: &View<'a>,
) -> Option<(LeftOutReason, String)> {
    let known = base.known(view)?;
    let now = base.figure?.tonnes.get();
    let earlier: Vec<State<'_>> = known
        .earlier
        .iter()
        .filter_map(|state| Some(State { inventory: state.value.as_deref()?, stamp: &state.stamp }))
        .collect();
    if earlier.is_empty() || State::of(known).is_known_to(report, base) {
        return None;
    }
    // A report older than every revision was compared with the first.
    let in_force = earlier.iter().rev().find(|state| state.is_known_to(report, base)).or(earlier.first())?;
    let then = in_force.figure(base)?;
    let differs = now > 0.0 && 100.0 * (then - now).abs() / now > RESTATED_PERCENT;
    differs.then(|| {
        let (then, now) = (amount(then, Unit::Tonnes), amount(now, Unit::Tonnes));
        let detail = format!("The baseline has been restated since, from {then} to {now}; the report has not.");
        (LeftOutReason::RestatedSince, detail)
    })
}

/// A state of the baseline.
struct State<'s> {
    inventory: &'s Inventory,
    stamp: &'s Stamp,
}

impl<'s> State<'s> {
    fn of(known: &Known<'s, Inventory>) -> Self {
        State { inventory: known.value, stamp: known.stamp }
    }

    fn figure(&self, base: &BaseInventory<'_>) -> Option<f64> {
        let figure = match base.converted {
            Some((gwp, _)) => base.scope.figure_by(self.inventory, gwp),
            None => base.scope.figure(self.inventory),
        };
        figure.map(|figure| figure.tonnes.get())
    }

    /// Whether the state was known when the report was: by the days of their sources where both have one, the same
    /// day being together, else by the order of the log.
    fn is_known_to(&self, report: &Known<'_, Inventory>, base: &BaseInventory<'_>) -> bool {
        match (self.inventory.source.published, report.value.source.published) {
            (Some(ours), Some(theirs)) => ours <= theirs,
            _ => self.stamp.sequence < first_said(report, base),
        }
    }
}

/// The entry of the log from which on a report has said its figure: to record it again changes nothing.
fn first_said(report: &Known<'_, Inventory>, base: &BaseInventory<'_>) -> i64 {
    let figure = |inventory: &Inventory| base.scope.figure(inventory).map(|figure| figure.tonnes);
    let now = figure(report.value);
    let mut first = report.stamp.sequence;
    for state in report.earlier.iter().rev() {
        if state.value.as_deref().and_then(figure) != now {
            break;
        }
        first = first.min(state.stamp.sequence);
    }
    first
}
