//! Restated baselines: whether the figure that a target is measured from has moved, `100 (new - old) / old`.
//!
//! It moves if the inventory is recorded again with another figure. It also moves if the target is measured from
//! another inventory, or at another level, than before.

use crate::method::base::BaseInventory;
use crate::method::case::Case;
use crate::method::caution::{Caution, CautionCode};
use crate::method::goal;
use crate::method::scope::Scope;
use crate::method::wording::amount;
use crate::record::inventory::Inventory;
use crate::record::level::Level;
use crate::record::target::Target;
use crate::record::{Stamp, Year};

use super::{Change, recorded_on, revisions};

/// One caution for each time that the figure moved; first those of the inventory, then those of the target.
pub(in crate::method) fn baseline_restated(case: &Case<'_, '_>) -> Vec<Caution> {
    let mut found = inventory_cautions(case);
    found.extend(target_cautions(case));
    found
}

/// A figure that a target was measured from.
#[derive(Clone, Copy, PartialEq)]
struct Measured {
    year: Year,
    level: Level,
    amount: f64,
}

impl Measured {
    /// The figure of an inventory at the level and in the unit of the case.
    fn of_inventory(inventory: &Inventory, case: &Case<'_, '_>) -> Option<Self> {
        let level = case.target.level;
        let amount = case.unit.amount(Scope::of(case.target).figure(inventory)?, inventory.population)?;
        Some(Measured { year: inventory.year, level, amount })
    }

    /// The figure that `target`, an earlier revision of the target of the case, would be measured from today.
    fn of_target(target: &Target, case: &Case<'_, '_>) -> Option<Self> {
        let base = BaseInventory::of(target, case.view, case.judged_on).filter(|_| goal::unit(target) == case.unit)?;
        Some(Measured { year: base.year(), level: target.level, amount: base.amount? })
    }

    fn is_same(&self, other: &Self, case: &Case<'_, '_>) -> bool {
        self.year == other.year && case.unit.round(self.amount - other.amount) == 0.0
    }
}

/// The cautions from revisions of the inventory itself.
fn inventory_cautions(case: &Case<'_, '_>) -> Vec<Caution> {
    let Some(base) = &case.base else { return Vec::new() };
    let revisions = base.record(case.view).map(revisions).unwrap_or_default();
    // A revision without a figure at the level hides no restatement: the figures before and after it are compared.
    let revisions: Vec<(Measured, &Stamp)> = revisions
        .into_iter()
        .filter_map(|(inventory, stamp)| Some((Measured::of_inventory(inventory, case)?, stamp)))
        .collect();
    moved_cautions(case, &revisions, |day, from, to| format!("The baseline was restated on {day}, from {from} to {to}"))
}

/// The cautions from revisions of the target, each with what it was measured from.
fn target_cautions(case: &Case<'_, '_>) -> Vec<Caution> {
    let earlier = case.earlier.run_starts().filter_map(|revision| Some((revision.abridged()?, &revision.stamp)));
    let revisions: Vec<(Measured, &Stamp)> = earlier
        .chain(std::iter::once((case.target, case.stamp)))
        .filter_map(|(target, stamp)| Some((Measured::of_target(target, case)?, stamp)))
        .collect();
    moved_cautions(case, &revisions, |day, from, to| {
        format!("On {day} the target was put on another base, from {from} to {to}")
    })
}

/// A caution for each revision whose figure differs from that of the revision before.
fn moved_cautions(
    case: &Case<'_, '_>,
    revisions: &[(Measured, &Stamp)],
    sentence: impl Fn(chrono::NaiveDate, String, String) -> String,
) -> Vec<Caution> {
    let moved = revisions.windows(2).filter(|pair| !pair[0].0.is_same(&pair[1].0, case));
    let caution = |pair: &[(Measured, &Stamp)]| {
        let ((old, _), (new, stamp)) = (pair[0], pair[1]);
        let name = |figure: Measured| {
            let at = if old.level == new.level { String::new() } else { format!(" at {}", figure.level) };
            format!("{} for {}{at}", amount(figure.amount, case.unit), figure.year)
        };
        let change =
            Change { before: old.amount, after: new.amount, day: recorded_on(stamp), reason: stamp.reason.clone() };
        let detail = format!("{}{}.", sentence(change.day, name(old), name(new)), change.in_brackets(case));
        let years = if old.year == new.year { vec![new.year] } else { vec![old.year, new.year] };
        change.caution(case, CautionCode::BaselineRestated, detail, years)
    };
    moved.map(caution).collect()
}
