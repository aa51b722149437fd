//! Disagreement: whether a second opinion contradicts the verdict.
//!
//! Flagged when the verdict is `on_track` and the trend `unlikely` or the budget more than 10 %
//! over; or when it is `behind` or `off_track` and the trend `likely`. It never changes the verdict.
//! Source: ours.

use super::assessment::AbsentReason;
use super::budget::Budget;
use super::trend::{Prospect, Trend};
use super::verdict::{Judgement, Verdict};

/// Percent over the budget above which being on track is called into question.
const OVER_BUDGET_PERCENT: f64 = 10.0;

/// Whether a second opinion contradicts the verdict, or why that cannot be said.
pub(super) fn disagreement(
    judgement: &Judgement,
    trend: Option<&Trend>,
    budget: Option<&Budget>,
) -> Result<bool, AbsentReason> {
    if judgement.verdict == Verdict::InsufficientData {
        return Err(AbsentReason::InsufficientData);
    }
    if trend.is_none() && budget.is_none() {
        return Err(AbsentReason::NoSecondOpinion);
    }
    let prospect = trend.map(|trend| trend.meets_target);
    let over = budget.and_then(|budget| budget.over_percent).is_some_and(|over| over.get() > OVER_BUDGET_PERCENT);
    Ok(match judgement.verdict {
        Verdict::OnTrack => prospect == Some(Prospect::Unlikely) || over,
        Verdict::Behind | Verdict::OffTrack => prospect == Some(Prospect::Likely),
        _ => false,
    })
}
