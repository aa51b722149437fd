//! Weakened targets: whether the pathway allows more than an earlier pledge did, `P(t_old) > T_old`.
//!
//! Every earlier revision of the target, and every target that it replaced, is a pledge. Each is tested for its target
//! year and its milestones, so postponing counts. All are measured from today's baselines, so that a restatement does
//! not look like a weaker pledge.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use crate::method::base::BaseInventory;
use crate::method::case::Case;
use crate::method::caution::{Caution, CautionCode};
use crate::method::goal;
use crate::method::pathway::{Pathway, Point};
use crate::method::wording::amount;
use crate::record::target::{MilestoneLevel, Target};
use crate::record::{Goal, Known, Percent, Slug, Stamp, Standing, Year};

use super::{Change, recorded_on, revisions};

/// One caution for each earlier pledge, and each year in which it asked for lower emissions.
pub(in crate::method) fn target_weakened(case: &Case<'_, '_>) -> Vec<Caution> {
    let Ok(pathway) = &case.pathway else { return Vec::new() };
    let mut found = Vec::new();
    let own: Vec<(&Target, &Stamp)> =
        case.earlier.run_starts().filter_map(|revision| Some((revision.abridged()?, &revision.stamp))).collect();
    let after: Vec<&Stamp> = own.iter().map(|(_, stamp)| *stamp).skip(1).chain(std::iter::once(case.stamp)).collect();
    for ((old, _), stamp) in binding_revisions(&own).zip(&after) {
        if let Some(target) = old {
            let pledge = Pledge { target, replaced: None, day: recorded_on(stamp), reason: stamp.reason.as_ref() };
            found.extend(pledge.weakened(case, pathway));
        }
    }
    for (id, known) in replaced_targets(case) {
        let day = case.target.set_on.unwrap_or(recorded_on(known.stamp));
        for target in binding_revisions(&revisions(known)).filter_map(|(target, _)| target) {
            let pledge = Pledge { target, replaced: Some(id), day, reason: known.stamp.reason.as_ref() };
            found.extend(pledge.weakened(case, pathway));
        }
    }
    // Revisions that changed only a note repeat the same pledge. Of those, keep the last: its successor made the
    // change.
    let mut seen = HashSet::new();
    found.reverse();
    found.retain(|(key, _)| seen.insert(key.clone()));
    found.reverse();
    found.into_iter().map(|(_, caution)| caution).collect()
}

/// The revisions of a target; each is `None` if nobody was bound by it.
///
/// A proposal binds nobody, and does not become a pledge by being superseded. But a target that was first recorded as
/// superseded had been a pledge.
fn binding_revisions<'t, 's>(
    revisions: &'s [(&'t Target, &'t Stamp)],
) -> impl Iterator<Item = (Option<&'t Target>, &'t Stamp)> + use<'t, 's> {
    let mut is_bound = revisions.first().is_some_and(|(first, _)| first.standing == Standing::Superseded);
    revisions.iter().map(move |(target, stamp)| {
        is_bound |= matches!(target.standing, Standing::Adopted | Standing::InLaw);
        let is_binding = is_bound && !matches!(target.standing, Standing::Proposed | Standing::Withdrawn);
        (is_binding.then_some(*target), *stamp)
    })
}

/// The targets that this one replaced, directly or through others, each once.
fn replaced_targets<'c, 'a>(case: &Case<'c, 'a>) -> Vec<(&'a Slug, &'c Known<'a, Target>)> {
    let mut predecessors: BTreeMap<&Slug, Vec<&'a Slug>> = BTreeMap::new();
    for (id, known) in &case.view.targets {
        if let Some(successor) = &known.value.superseded_by {
            predecessors.entry(successor).or_default().push(id);
        }
    }
    let (mut found, mut open) = (Vec::new(), vec![case.id]);
    // What was looked up is removed, so that a ring of replacements ends.
    while let Some(id) = open.pop() {
        let before = predecessors.remove(id).unwrap_or_default();
        open.extend(&before);
        found.extend(before.into_iter().filter(|before| *before != case.id));
    }
    found.sort_unstable();
    found.into_iter().filter_map(|id| Some((id, case.view.targets.get(id)?))).collect()
}

/// An earlier pledge, and when and why it was given up.
struct Pledge<'p> {
    target: &'p Target,
    replaced: Option<&'p Slug>,
    day: NaiveDate,
    reason: Option<&'p String>,
}

/// Two weakenings are the same if they agree in the year, the amount asked for and the target replaced.
type Key = (Year, u64, Option<Slug>);

/// The level that a pledge asked for in one year.
struct PledgedLevel {
    point: Point,
    /// The percentage it was stated as, and the amount that this is a percentage of.
    stated_as: Option<(Percent, f64)>,
}

impl Pledge<'_> {
    /// The cautions, one for each year in which the pathway now allows more than this pledge did.
    fn weakened(&self, case: &Case<'_, '_>, pathway: &Pathway) -> Vec<(Key, Caution)> {
        let key = |point: Point| (point.year, case.unit.round(point.amount).to_bits(), self.replaced.cloned());
        let caution = |level: PledgedLevel| Some((key(level.point), self.caution(&level, case, pathway)?));
        self.pledged_levels(case).into_iter().filter_map(caution).collect()
    }

    /// What it asked for in its milestones and its target year; empty if it counts something else than `case`.
    fn pledged_levels(&self, case: &Case<'_, '_>) -> Vec<PledgedLevel> {
        let old = self.target;
        if old.sector != case.target.sector {
            return Vec::new();
        }
        if old.level != case.target.level || goal::unit(old) != case.unit {
            return self.zero_level().into_iter().collect();
        }
        let base = BaseInventory::of(old, case.view, case.judged_on).and_then(|base| base.amount);
        let milestones = base.map_or_else(Vec::new, |base| goal::milestones(old, base));
        let percentages = old.milestones.iter().map(|milestone| match milestone.level {
            MilestoneLevel::Reduction { reduction_percent } => Some(reduction_percent).zip(base),
            MilestoneLevel::Tonnes { .. } => None,
        });
        let mut levels: Vec<PledgedLevel> = milestones
            .into_iter()
            .zip(percentages)
            .map(|(point, stated_as)| PledgedLevel { point, stated_as })
            .collect();
        levels.extend(goal::amount(old, base).map(|amount| {
            let point = Point { year: old.target_year, amount };
            PledgedLevel { point, stated_as: self.stated_as(base).filter(|_| goal::gross(old, base) == Some(amount)) }
        }));
        levels
    }

    /// What a pledge of zero asked for: zero, at every level and in every unit.
    fn zero_level(&self) -> Option<PledgedLevel> {
        let point = Point { year: self.target.target_year, amount: 0.0 };
        goal::is_net_zero(self.target).then_some(PledgedLevel { point, stated_as: None })
    }

    /// The percentage that the target is stated as, and the amount that this is a percentage of.
    fn stated_as(&self, base: Option<f64>) -> Option<(Percent, f64)> {
        match self.target.goal {
            Goal::BaseYear { reduction_percent } | Goal::BaseYearIntensity { reduction_percent } => {
                Some(reduction_percent).zip(base)
            }
            Goal::BaselineScenario { reduction_percent, scenario_tonnes } => {
                Some((reduction_percent, scenario_tonnes.get()))
            }
            Goal::FixedLevel { .. } | Goal::FixedLevelPerPerson { .. } => None,
        }
    }

    fn caution(&self, level: &PledgedLevel, case: &Case<'_, '_>, pathway: &Pathway) -> Option<Caution> {
        let Point { year, amount: before } = level.point;
        let is_defined = pathway.base().map_or(pathway.target().year <= year, |base| base.year < year);
        let after = pathway.at(year);
        if !is_defined || case.unit.round(after) <= case.unit.round(before) {
            return None;
        }
        let change = Change { before, after, day: self.day, reason: self.reason.cloned() };
        let (old, new) = (amount(before, case.unit), amount(after, case.unit));
        let stated_as =
            level.stated_as.map(|(percent, of)| format!(" ({} % below {})", percent.get(), amount(of, case.unit)));
        let old = format!("{old}{}", stated_as.unwrap_or_default());
        let first = match self.replaced {
            Some(id) => format!("It replaced {id}, which asked for {old} in {year}"),
            None => format!("Until {} it asked for {old} in {year}", change.day),
        };
        let detail = format!("{first}; its pathway now allows {new} in that year{}.", change.in_brackets(case));
        let mut caution = change.caution(case, CautionCode::TargetWeakened, detail, vec![year]);
        caution.replaced = self.replaced.cloned();
        caution.asked_reduction_percent = level.stated_as.map(|(percent, _)| percent);
        (caution.asked_of_tonnes, caution.asked_of_tonnes_per_person) =
            case.unit.print(level.stated_as.map(|(_, of)| of));
        Some(caution)
    }
}
