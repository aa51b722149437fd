//! Disagreement: whether a second opinion contradicts the verdict.
//!
//! Flagged when the verdict is `on_track` and the trend `unlikely` or the budget more than 10 %
//! over; or when it is `behind`, `off_track` or `moving_away` and the trend `likely`. It never changes the
//! verdict. Where nothing could have contradicted it, it is not said that nothing does: a target whose year
//! has come is decided, a budget of the year judged alone is the verdict once more, and a budget cannot say
//! that a target missed so far will be met.
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
    let late = match judgement.verdict {
        Verdict::OnTrack => false,
        Verdict::Behind | Verdict::OffTrack | Verdict::MovingAway => true,
        Verdict::Achieved | Verdict::Missed => return Err(AbsentReason::TargetYearReached),
        Verdict::InsufficientData | Verdict::NotJudged | Verdict::NotComparable => {
            return Err(AbsentReason::InsufficientData);
        }
    };
    let prospect = trend.map(|trend| trend.meets_target);
    let budget = budget.filter(|budget| !late && budget.from < budget.to);
    if prospect.is_none() && budget.is_none() {
        return Err(AbsentReason::NoSecondOpinion);
    }
    let over = budget.and_then(|budget| budget.over_percent).is_some_and(|over| over.get() > OVER_BUDGET_PERCENT);
    Ok(if late { prospect == Some(Prospect::Likely) } else { prospect == Some(Prospect::Unlikely) || over })
}
