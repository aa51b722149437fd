//! Why a report cannot be compared with the base of a target.

use chrono::NaiveDate;

use crate::record::inventory::Inventory;
use crate::record::target::Target;
use crate::record::{Known, View};

use super::accounting::Accounting;
use super::base::BaseInventory;
use super::coverage::{LEFT_OUT_PERCENT, Lines, Side, Uncovered};
use super::goal;
use super::left_out::{LeftOut, LeftOutReason};
use super::printed::Ratio;
use super::restated_since::{Restated, restated_since};
use super::scope::Scope;

/// Why a report cannot be compared, with the figures that show it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Obstacle {
    pub reason: LeftOutReason,
    /// The reason as a sentence.
    pub detail: String,
    /// The lines that one side does not know; only if coverage differs.
    pub uncovered: Option<Uncovered>,
    /// The figures of the restated baseline; only if it was restated.
    pub restated: Option<Restated>,
}

impl Obstacle {
    pub fn new(reason: LeftOutReason, detail: String) -> Box<Self> {
        Box::new(Obstacle { reason, detail, uncovered: None, restated: None })
    }

    fn from_restated(restated: Restated) -> Box<Self> {
        let obstacle = Obstacle::new(LeftOutReason::RestatedSince, restated.describe());
        Box::new(Obstacle { restated: Some(restated), ..*obstacle })
    }

    /// The report that cannot be compared with the base of `target` for this reason.
    pub fn into_left_out(self, report: &Inventory, target: &Target) -> LeftOut {
        let unit = goal::unit(target);
        let figure = Scope::of(target).figure(report);
        let restated = self.restated.as_ref();
        LeftOut {
            year: report.year,
            reason: self.reason,
            detail: Some(self.detail),
            tonnes: figure.map(|figure| figure.tonnes),
            population: unit.population(report),
            tonnes_per_person: unit.print(figure.and_then(|figure| unit.amount(figure, report.population))).1,
            old_revision: restated.map(|restated| restated.revision),
            old_tonnes: restated.map(|restated| restated.then),
            new_tonnes: restated.map(|restated| restated.now),
            apart_percent: restated.and_then(|restated| Ratio::new(restated.percent)),
            uncovered: self.uncovered,
        }
    }
}

/// Why a report with a figure cannot be compared with a base; `None` if it can.
pub(super) fn find_obstacle<'a>(
    report: &Known<'a, Inventory>,
    base: &BaseInventory<'a>,
    accounting: &Accounting<'_>,
    view: &View<'a>,
) -> Option<Box<Obstacle>> {
    let of_report = Accounting::of(report.value);
    let has_same_series = accounting.has_same_series(&of_report);
    accounting
        .find_difference(&of_report)
        .map(|(reason, detail)| Obstacle::new(reason, detail))
        .or_else(|| boundary_changed(base.inventory, report.value, view).filter(|_| !has_same_series))
        .or_else(|| coverage_differs(base, report.value))
        .or_else(|| restated_since(report, base, view).filter(|_| !has_same_series).map(Obstacle::from_restated))
}

fn coverage_differs(base: &BaseInventory<'_>, report: &Inventory) -> Option<Box<Obstacle>> {
    let uncovered = find_uncovered(base, report).filter(|part| part.percent() > LEFT_OUT_PERCENT)?;
    let obstacle = Obstacle::new(LeftOutReason::CoverageDiffers, describe_coverage(&uncovered));
    Some(Box::new(Obstacle { uncovered: Some(uncovered), ..*obstacle }))
}

/// The lines that a base and a report do not both count; `None` if a side has no lines, or they count the same.
pub(super) fn find_uncovered(base: &BaseInventory<'_>, report: &Inventory) -> Option<Uncovered> {
    let ours = Lines::of(base.inventory, &base.scope, base.gwp())?;
    let theirs = Lines::of(report, &base.scope, report.gwp)?;
    Uncovered::between([&ours, &theirs], [base.figure, base.scope.figure(report)], &base.scope, report.year)
}

/// A difference in coverage, as a sentence.
pub(super) fn describe_coverage(part: &Uncovered) -> String {
    let (one, other) = match part.side {
        Side::Baseline => ("baseline", "report"),
        Side::Report => ("report", "baseline"),
    };
    format!("{:.1} % of the {one} is on {}, which the {other} does not know.", part.percent(), part.named_lines())
}

/// The obstacle that the city was merged or split between the ends of the two inventories; `None` if it was not.
fn boundary_changed(base: &Inventory, report: &Inventory, view: &View<'_>) -> Option<Box<Obstacle>> {
    let (one, other) = (base.days().1, report.days().1);
    let is_between = |day: NaiveDate| one.min(other) < day && day <= one.max(other);
    let changed = view.city.value.predecessors.iter().find(|predecessor| is_between(predecessor.on))?;
    let detail = format!("On {} the city was made from {} or split off from it.", changed.on, changed.city);
    Some(Obstacle::new(LeftOutReason::BoundaryChanged, detail))
}
