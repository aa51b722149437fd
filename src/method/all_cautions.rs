//! Gathers the cautions of a target.

use super::case::Case;
use super::caution::{Caution, UsedFigures, timing};
use super::conclusion::Conclusion;
use super::history;

/// The cautions of a case that is judged, in the order of their kinds.
pub(super) fn cautions(case: &Case<'_, '_>, conclusion: &Conclusion) -> Vec<Caution> {
    let used = UsedFigures::of(case, conclusion);
    let mut found = timing::cautions(case, conclusion, &used);
    found.extend(used.comparison_cautions());
    found.extend(history::baseline_restated(case));
    found.extend(history::target_weakened(case));
    found
}

/// The only caution of a target that is not judged: that its end was recorded late.
pub(super) fn unjudged_cautions(case: &Case<'_, '_>) -> Vec<Caution> {
    timing::ended_claimed_later(case).into_iter().collect()
}
