//! The target in tonnes (section 2 of the method).

use crate::record::View;
use crate::record::inventory::{AlsoStated, Inventory};
use crate::record::target::{Goal, Milestone, MilestoneLevel, Target};

use super::pathway::Point;
use super::printed::Unit;
use super::scope::Scope;

/// The largest share of the baseline that a pledge of net zero may leave to be offset, in percent.
///
/// Source: Race to Zero criteria 3.0 and the Science Based Targets initiative's net-zero standard: both demand a
/// reduction of at least nine tenths.
pub const RESIDUAL_PERCENT: f64 = 10.0;

/// The unit in which a target is judged.
pub(super) fn unit(target: &Target) -> Unit {
    if target.goal.is_per_person() { Unit::TonnesPerPerson } else { Unit::Tonnes }
}

/// What may be emitted in the target year without any offset, `T_gross`, in the target's unit; `None` if this needs a
/// `B` that is not known.
pub(super) fn gross(target: &Target, base: Option<f64>) -> Option<f64> {
    Some(match &target.goal {
        Goal::BaseYear { reduction_percent } | Goal::BaseYearIntensity { reduction_percent } => {
            reduce(base?, reduction_percent.get())
        }
        Goal::FixedLevel { tonnes } => tonnes.get(),
        Goal::FixedLevelPerPerson { tonnes_per_person } => tonnes_per_person.get(),
        Goal::BaselineScenario { reduction_percent, scenario_tonnes } => {
            reduce(scenario_tonnes.get(), reduction_percent.get())
        }
    })
}

/// What may be emitted in the target year, `T`: `T_gross`, plus what net zero leaves to be offset.
///
/// `T = max(T_gross, min(T_gross + min(offset, 10)/100 B, 0.1 B))`, so an offset never softens a partial reduction.
pub(super) fn amount(target: &Target, base: Option<f64>) -> Option<f64> {
    let gross = gross(target, base)?;
    let (Some(percent), Some(base)) = (target.max_offset_percent, base) else { return Some(gross) };
    let share = percent.get().min(RESIDUAL_PERCENT);
    Some(gross.max((gross + base * share / 100.0).min(base * RESIDUAL_PERCENT / 100.0)))
}

/// True if nothing may be emitted in the target year, except what is offset.
pub(super) fn is_net_zero(target: &Target) -> bool {
    match &target.goal {
        Goal::FixedLevel { tonnes } => tonnes.kilograms() <= 0,
        Goal::FixedLevelPerPerson { tonnes_per_person } => tonnes_per_person.get() <= 0.0,
        Goal::BaseYear { reduction_percent }
        | Goal::BaseYearIntensity { reduction_percent }
        | Goal::BaselineScenario { reduction_percent, .. } => reduction_percent.get() >= 100.0,
    }
}

/// True if the target is an amount of tonnes, which no set of potentials changes.
pub(super) fn is_fixed(target: &Target) -> bool {
    matches!(target.goal, Goal::FixedLevel { .. } | Goal::FixedLevelPerPerson { .. } | Goal::BaselineScenario { .. })
}

/// The target's milestones in its unit; percentages are of `base`.
pub(super) fn milestones(target: &Target, base: f64) -> Vec<Point> {
    let point = |milestone: &Milestone| {
        let amount = match milestone.level {
            MilestoneLevel::Tonnes { tonnes } => tonnes.get(),
            MilestoneLevel::Reduction { reduction_percent } => reduce(base, reduction_percent.get()),
        };
        Point { year: milestone.year, amount }
    };
    target.milestones.iter().map(point).collect()
}

/// What other sources state for the figure that a target counts.
pub(super) fn also_stated(inventory: &Inventory, scope: &Scope, view: &View<'_>) -> Vec<AlsoStated> {
    let known = view.also_stated(inventory);
    let of_level = known.filter(|other| scope.lines.is_none() && other.level == scope.level);
    of_level.cloned().collect()
}

/// `amount` reduced by `percent`.
pub(super) fn reduce(amount: f64, percent: f64) -> f64 {
    amount * (100.0 - percent) / 100.0
}
