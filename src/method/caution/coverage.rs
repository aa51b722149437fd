//! Cautions about coverage: whether the baseline and the reports count the same lines.

use super::{Caution, CautionCode, UsedFigures, about};
use crate::method::coverage::{CAUTION_PERCENT, Lines, Uncovered};
use crate::method::obstacle::{describe_coverage, find_uncovered};
use crate::record::Year;

pub(super) fn cautions(used: &UsedFigures<'_, '_>) -> Vec<Caution> {
    coverage_differs(used).into_iter().chain(coverage_unknown(used)).collect()
}

/// One caution for all years, which gives the largest share.
fn coverage_differs(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let base = used.base?;
    let parts = used.reports.iter().filter_map(|report| find_uncovered(base, report.inventory));
    let parts: Vec<Uncovered> = parts.filter(|part| part.percent() > CAUTION_PERCENT).collect();
    let years = parts.iter().map(|part| part.year).collect();
    let largest = parts.into_iter().max_by(|one, other| one.percent().total_cmp(&other.percent()))?;
    let detail = format!("For {}: {}", largest.year, describe_coverage(&largest));
    Some(Caution { uncovered: Some(largest), ..Caution::new(CautionCode::CoverageDiffers, detail, years) })
}

/// If only one side has lines, the total of the other may include lines that this side does not know.
fn coverage_unknown(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let base = used.base?;
    let ours = Lines::of(base.inventory, &base.scope, base.gwp());
    let unknown = |lines: &Lines| lines.has_unknown();
    let years: Vec<Year> = used
        .reports
        .iter()
        .filter(|report| match (&ours, Lines::of(report.inventory, &base.scope, report.inventory.gwp)) {
            (Some(ours), None) => unknown(ours),
            (None, Some(theirs)) => unknown(&theirs),
            _ => false,
        })
        .map(|report| report.year())
        .collect();
    about(CautionCode::CoverageUnknown, years, |listed| {
        let side = if ours.is_some() { "The baseline leaves" } else { "The reports leave" };
        format!("{side} lines out as not estimated or confidential, and the other side has no lines: see {listed}.")
    })
}
