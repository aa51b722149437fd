//! The target in tonnes, and the inventory it is measured from (section 2 of the method).

use crate::record::inventory::{Figure, Inventory};
use crate::record::target::{Base, Goal, Milestone, MilestoneLevel, Target};
use crate::record::warning::{Earlier, WarningCode, codes_at};
use crate::record::{Known, Slug, Stamp, View, Year};

use super::assessment::CitedFigure;
use super::pathway::Point;
use super::printed::Unit;

/// How a target came to its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The target names a recorded baseline.
    Baseline,
    /// The target names a year; the report of that year serves.
    ReportOfYear,
    /// The target names nothing; the first report serves.
    FirstReport,
}

/// The inventory that a target is measured from.
#[derive(Debug, Clone, Copy)]
pub(super) struct BaseInventory<'a> {
    /// How the target came to it.
    pub origin: Origin,
    /// The baseline's id; none for a report.
    pub id: Option<&'a Slug>,
    /// What it says.
    pub inventory: &'a Inventory,
    /// Who recorded it.
    pub stamp: &'a Stamp,
    /// Its figure at the target's level.
    pub figure: Option<Figure>,
    /// The figure in the target's unit: `B`.
    pub amount: Option<f64>,
}

impl<'a> BaseInventory<'a> {
    /// Resolves what `target` is measured from, if it is recorded.
    pub fn of(target: &Target, view: &View<'a>) -> Option<Self> {
        let (origin, id, known) = match target.base() {
            Base::Baseline(id) => {
                let (id, known) = view.baselines.get_key_value(&id)?;
                (Origin::Baseline, Some(*id), known)
            }
            Base::Year(year) => (Origin::ReportOfYear, None, view.reports.get(&year)?),
            Base::Unnamed => (Origin::FirstReport, None, first_report(target, view)?),
        };
        let (inventory, stamp) = (known.value, known.stamp);
        let figure = inventory.figure(target.level);
        let amount = figure.and_then(|figure| unit(target).amount(figure, inventory.population));
        Some(BaseInventory { origin, id, inventory, stamp, figure, amount })
    }

    /// The base year: `b`.
    pub fn year(&self) -> Year {
        self.inventory.year
    }

    /// `B` in year `b`, if the figure is known.
    pub fn point(&self) -> Option<Point> {
        self.amount.map(|amount| Point { year: self.year(), amount })
    }

    /// What may be a slip in the figure; of a report beside that of the year before in `view`.
    pub fn warnings(&self, target: &Target, view: &View<'_>) -> Vec<WarningCode> {
        let report = self.id.is_none();
        let earlier = if report { Earlier::in_view(self.year(), view) } else { Earlier::default() };
        codes_at(self.inventory, earlier, target.level)
    }

    /// The figure with its source, if there is one.
    pub fn cited(&self, target: &Target, view: &View<'_>) -> Option<CitedFigure> {
        let (inventory, unit) = (self.inventory, unit(target));
        Some(CitedFigure {
            id: self.id.cloned(),
            year: inventory.year,
            tonnes: self.figure?.tonnes,
            population: unit.population(inventory),
            tonnes_per_person: unit.print(self.amount).1,
            revision: self.stamp.revision,
            warnings: self.warnings(target, view),
            source: inventory.source.clone(),
        })
    }
}

/// The earliest report at the level, before the target year, whose figure is above 0.
fn first_report<'v, 'a>(target: &Target, view: &'v View<'a>) -> Option<&'v Known<'a, Inventory>> {
    let positive =
        |report: &&Known<'a, Inventory>| report.value.figure(target.level).is_some_and(|f| f.tonnes.is_positive());
    view.reports.range(..target.target_year).map(|(_, report)| report).find(positive)
}

/// The unit in which a target is judged.
pub(super) fn unit(target: &Target) -> Unit {
    match target.goal {
        Goal::BaseYearIntensity { .. } | Goal::FixedLevelPerPerson { .. } => Unit::TonnesPerPerson,
        Goal::BaseYear { .. } | Goal::FixedLevel { .. } | Goal::BaselineScenario { .. } => Unit::Tonnes,
    }
}

/// What is asked for in the target year, `T`, in the target's unit; none when it needs a `B` that is not known.
pub(super) fn amount(target: &Target, base: Option<f64>) -> Option<f64> {
    let asked = match &target.goal {
        Goal::BaseYear { reduction_percent } | Goal::BaseYearIntensity { reduction_percent } => {
            less(base?, reduction_percent.get())
        }
        Goal::FixedLevel { tonnes } => tonnes.get(),
        Goal::FixedLevelPerPerson { tonnes_per_person } => tonnes_per_person.get(),
        Goal::BaselineScenario { reduction_percent, scenario_tonnes } => {
            less(scenario_tonnes.get(), reduction_percent.get())
        }
    };
    Some(asked + offset(target, base)?)
}

/// What may be left in the target year because it is offset; none when it needs a `B` that is not known.
pub(super) fn offset(target: &Target, base: Option<f64>) -> Option<f64> {
    match target.max_offset_percent {
        Some(percent) if !percent.is_zero() => Some(base? * percent.get() / 100.0),
        _ => Some(0.0),
    }
}

/// Whether nothing is to be emitted in the target year, but what is offset.
pub(super) fn is_net_zero(target: &Target) -> bool {
    match &target.goal {
        Goal::FixedLevel { tonnes } => tonnes.kilograms() <= 0,
        Goal::FixedLevelPerPerson { tonnes_per_person } => tonnes_per_person.get() <= 0.0,
        Goal::BaseYear { reduction_percent }
        | Goal::BaseYearIntensity { reduction_percent }
        | Goal::BaselineScenario { reduction_percent, .. } => reduction_percent.get() >= 100.0,
    }
}

/// The target's milestones in its unit; percentages are of `base`.
pub(super) fn milestones(target: &Target, base: f64) -> Vec<Point> {
    let point = |milestone: &Milestone| {
        let amount = match milestone.level {
            MilestoneLevel::Tonnes { tonnes } => tonnes.get(),
            MilestoneLevel::Reduction { reduction_percent } => less(base, reduction_percent.get()),
        };
        Point { year: milestone.year, amount }
    };
    target.milestones.iter().map(point).collect()
}

/// `percent` less than `amount`.
fn less(amount: f64, percent: f64) -> f64 {
    amount * (100.0 - percent) / 100.0
}
