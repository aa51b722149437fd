//! What was changed after the fact: restated baselines and weakened targets.
//!
//! Answers from the recorded history whether a baseline's figure moved (`100 (new - old) / old`), and
//! whether the pathway of a target allows more in the target year of an earlier pledge than that
//! pledge did: `P(t_old) > T_old`. Postponing counts. Both pledges are measured from today's baselines,
//! so that a restatement is not taken for a weaker pledge.
//! Source: ours; that base-year recalculations are disclosed with their reason is asked for by the GPC, chapter 11.

use chrono::NaiveDate;

use crate::record::inventory::Inventory;
use crate::record::target::Target;
use crate::record::{Known, Slug, Stamp, Standing, Year};

use super::case::Case;
use super::caution::{Caution, CautionCode};
use super::goal::{self, BaseInventory};
use super::pathway::{Pathway, Point};
use super::printed::Ratio;
use super::sentence::{amount, percent};

/// Every state of a record that was not a withdrawal, oldest first, with who made it.
fn states<'s, T>(known: &'s Known<'_, T>) -> Vec<(&'s T, &'s Stamp)> {
    let earlier = known.earlier.iter().filter_map(|state| Some((state.value.as_deref()?, &state.stamp)));
    earlier.chain(std::iter::once((known.value, known.stamp))).collect()
}

/// One caution for each time that the figure of the baseline moved.
pub(super) fn baseline_restated(case: &Case<'_, '_>) -> Vec<Caution> {
    let Some(base) = case.base else { return Vec::new() };
    let known = match base.id {
        Some(id) => case.view.baselines.get(id),
        None => case.view.reports.get(&base.year()),
    };
    let mut states = known.map(states).unwrap_or_default();
    // A state without a figure at the level hides no restatement: the figures beside it are compared.
    states.retain(|(inventory, _)| figure(case, inventory).is_some());
    states.windows(2).filter_map(|pair| restated(case, pair[0].0, pair[1].0, pair[1].1)).collect()
}

/// The figure of an inventory that the target is measured from, in its unit.
fn figure(case: &Case<'_, '_>, of: &Inventory) -> Option<f64> {
    of.figure(case.target.level).and_then(|figure| case.unit.amount(figure, of.population))
}

/// The caution of one restatement, if the figure at the target's level moved.
fn restated(case: &Case<'_, '_>, old: &Inventory, new: &Inventory, stamp: &Stamp) -> Option<Caution> {
    let (before, after) = (figure(case, old)?, figure(case, new)?);
    if case.unit.round(after - before) == 0.0 && old.year == new.year {
        return None;
    }
    let told = |value, of: &Inventory| format!("{} for {}", amount(value, case.unit), of.year);
    let change = Change { before, after, day: day(stamp), reason: reason(stamp) };
    let (from, to) = (told(before, old), told(after, new));
    let detail = format!("The baseline was restated on {}, from {from} to {to}{}.", change.day, change.aside(case));
    let years = if old.year == new.year { vec![new.year] } else { vec![old.year, new.year] };
    Some(change.caution(case, CautionCode::BaselineRestated, detail, years))
}

/// One caution for each earlier pledge that asked for lower emissions in its own target year.
pub(super) fn target_weakened(case: &Case<'_, '_>) -> Vec<Caution> {
    let Ok(pathway) = &case.pathway else { return Vec::new() };
    let mut found = Vec::new();
    let own: Vec<(&Target, &Stamp)> =
        case.earlier.iter().filter_map(|state| Some((state.value.as_deref()?, &state.stamp))).collect();
    let after = own.iter().map(|(_, stamp)| *stamp).skip(1).chain(std::iter::once(case.stamp));
    for ((old, _), stamp) in own.iter().zip(after) {
        let change = Pledge { target: old, replaced: None, day: day(stamp), reason: reason(stamp) };
        found.extend(change.weakened(case, pathway));
    }
    for (id, known) in replaced(case) {
        let day = case.target.set_on.unwrap_or(day(known.stamp));
        for (old, _) in states(known) {
            let change = Pledge { target: old, replaced: Some(id), day, reason: reason(known.stamp) };
            found.extend(change.weakened(case, pathway));
        }
    }
    // Revisions that changed nothing but a note repeat the same pledge; what made the change is told last.
    let pledge = |caution: &Caution| {
        (caution.years.clone(), caution.replaced.clone(), caution.old_tonnes, caution.old_tonnes_per_person)
    };
    let last = |index: usize| !found[index + 1..].iter().any(|later| pledge(later) == pledge(&found[index]));
    (0..found.len()).filter(|index| last(*index)).map(|index| found[index].clone()).collect()
}

/// The targets that this one replaced, directly or by others between.
fn replaced<'c, 'a>(case: &Case<'c, 'a>) -> Vec<(&'c Slug, &'c Known<'a, Target>)> {
    let leads_here = |first: &Target| {
        let mut next = first.superseded_by.as_ref();
        // A ring of replacements would never end; a chain is no longer than there are targets.
        for _ in 0..case.view.targets.len() {
            match next {
                Some(id) if id == case.id => return true,
                Some(id) => next = case.view.targets.get(id).and_then(|known| known.value.superseded_by.as_ref()),
                None => return false,
            }
        }
        false
    };
    let targets = case.view.targets.iter().filter(|(id, _)| **id != case.id);
    targets.filter(|(_, known)| leads_here(known.value)).map(|(id, known)| (*id, known)).collect()
}

/// An earlier pledge, and when and why it was given up.
struct Pledge<'p> {
    target: &'p Target,
    replaced: Option<&'p Slug>,
    day: NaiveDate,
    reason: Option<String>,
}

impl Pledge<'_> {
    /// The caution, if it asked for less in its target year than the pathway now allows.
    fn weakened(self, case: &Case<'_, '_>, pathway: &Pathway) -> Option<Caution> {
        let Point { year, amount: before } = asked(self.target, case)?;
        let says = pathway.base().map_or(pathway.target().year <= year, |base| base.year < year);
        let after = pathway.at(year);
        if !says || case.unit.round(after) <= case.unit.round(before) {
            return None;
        }
        let change = Change { before, after, day: self.day, reason: self.reason };
        let (old, new) = (amount(before, case.unit), amount(after, case.unit));
        let first = match self.replaced {
            Some(id) => format!("It replaced {id}, which asked for {old} in {year}"),
            None => format!("Until {} it asked for {old} in {year}", change.day),
        };
        let detail = format!("{first}; its pathway now allows {new} in that year{}.", change.aside(case));
        let mut caution = change.caution(case, CautionCode::TargetWeakened, detail, vec![year]);
        caution.replaced = self.replaced.cloned();
        Some(caution)
    }
}

/// What an earlier pledge asked for, if it bound the city and counts what `case` counts.
fn asked(old: &Target, case: &Case<'_, '_>) -> Option<Point> {
    let bound = !matches!(old.standing, Standing::Proposed | Standing::Withdrawn);
    let alike = old.level == case.target.level && old.sector.is_none() && goal::unit(old) == case.unit;
    let base = BaseInventory::of(old, case.view).and_then(|base| base.amount);
    let amount = goal::amount(old, base).filter(|_| bound && alike)?;
    Some(Point { year: old.target_year, amount })
}

/// A value, what it was before, and when and why it changed.
struct Change {
    before: f64,
    after: f64,
    day: NaiveDate,
    reason: Option<String>,
}

impl Change {
    /// The change in percent of the value before, unless that is 0.
    fn percent(&self, case: &Case<'_, '_>) -> Option<f64> {
        (case.unit.round(self.before) != 0.0).then(|| 100.0 * (self.after - self.before) / self.before)
    }

    /// The change for the end of a sentence: ` (76.5 % more)`.
    fn aside(&self, case: &Case<'_, '_>) -> String {
        match self.percent(case) {
            Some(change) if change.abs() >= 0.05 => {
                format!(" ({} {})", percent(change.abs()), if change > 0.0 { "more" } else { "less" })
            }
            _ => String::new(),
        }
    }

    fn caution(self, case: &Case<'_, '_>, code: CautionCode, detail: String, years: Vec<Year>) -> Caution {
        let mut caution = Caution::new(code, detail, years);
        (caution.old_tonnes, caution.old_tonnes_per_person) = case.unit.print(Some(self.before));
        (caution.new_tonnes, caution.new_tonnes_per_person) = case.unit.print(Some(self.after));
        caution.change_percent = self.percent(case).and_then(Ratio::new);
        caution.changed_on = Some(self.day);
        caution.reason = self.reason;
        caution
    }
}

/// The day a revision was recorded.
fn day(stamp: &Stamp) -> NaiveDate {
    stamp.recorded_at.date_naive()
}

/// Why a revision was made, as stated.
fn reason(stamp: &Stamp) -> Option<String> {
    stamp.reason.clone()
}
