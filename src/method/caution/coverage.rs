//! Cautions about coverage: whether the baseline and the reports count the same lines.

use super::{Caution, CautionCode, about, used};
use crate::method::case::Case;
use crate::method::comparison::{coverage_told, uncovered};
use crate::method::coverage::{CAUTION_PERCENT, Lines, Uncovered};
use crate::method::ruling::Ruling;
use crate::record::Year;

pub(super) fn cautions(case: &Case<'_, '_>, ruling: &Ruling) -> Vec<Caution> {
    coverage_differs(case, ruling).into_iter().chain(coverage_unknown(case, ruling)).collect()
}

/// One caution for all years, which tells the largest share.
fn coverage_differs(case: &Case<'_, '_>, ruling: &Ruling) -> Option<Caution> {
    let base = case.base.as_ref()?;
    let parts = used(case, ruling).filter_map(|report| uncovered(base, report.inventory));
    let parts: Vec<Uncovered> = parts.filter(|part| part.percent() > CAUTION_PERCENT).collect();
    let years = parts.iter().map(|part| part.year).collect();
    let largest = parts.into_iter().max_by(|one, other| one.percent().total_cmp(&other.percent()))?;
    let detail = format!("For {}: {}", largest.year, coverage_told(&largest));
    Some(Caution { uncovered: Some(largest), ..Caution::new(CautionCode::CoverageDiffers, detail, years) })
}

/// Where only one side has lines, those it does not know may be in the total of the other.
fn coverage_unknown(case: &Case<'_, '_>, ruling: &Ruling) -> Option<Caution> {
    let base = case.base.as_ref()?;
    let ours = Lines::of(base.inventory, &base.scope, base.gwp());
    let unknown = |lines: &Lines| lines.has_unknown();
    let years: Vec<Year> = used(case, ruling)
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
