//! Disagreement: whether a second opinion contradicts the course. It never changes the verdict.
//!
//! It is true if the course is `on_track` and one of these holds: the trend is `unlikely`; the budget is exceeded by more
//! than 10 %; the course within the reports or like for like is worse. It is also true if the course is `behind`,
//! `off_track` or `moving_away`, and the trend is `likely`.
//!
//! It is absent where nothing could contradict the course. A decided target has no course. A budget of only the year
//! judged repeats the course. A budget cannot show that a target missed so far will be met.
//! Source: ours.

use super::absent::AbsentReason;
use super::budget::Budget;
use super::conclusion::Conclusion;
use super::course::Course;
use super::opinion::Opinions;
use super::trend::Prospect;

/// Percent over the budget above which a course that is on track is called into question.
const OVER_BUDGET_PERCENT: f64 = 10.0;

impl Opinions {
    /// Whether a second opinion contradicts the course, or why that cannot be said.
    pub fn disagreement(&self, conclusion: &Conclusion) -> Result<bool, AbsentReason> {
        if conclusion.verdict.is_decided() {
            return Err(AbsentReason::TargetYearReached);
        }
        let rank = conclusion.course.and_then(Course::rank).ok_or(AbsentReason::InsufficientData)?;
        let prospect = self.trend.as_ref().ok().map(|trend| trend.meets_target);
        if rank > 0 {
            return prospect.map(|prospect| prospect == Prospect::Likely).ok_or(AbsentReason::NoSecondOpinion);
        }
        let budget = self.budget.as_ref().ok().filter(|budget| budget.from < budget.to);
        let others = [
            self.within_reports.as_ref().ok().map(|within| within.course),
            self.like_for_like.as_ref().ok().and_then(|lines| lines.course),
        ];
        let mut others = others.into_iter().flatten().filter_map(Course::rank).peekable();
        if prospect.is_none() && budget.is_none() && others.peek().is_none() {
            return Err(AbsentReason::NoSecondOpinion);
        }
        let over = |budget: &Budget| budget.over_percent.is_some_and(|over| over.get() > OVER_BUDGET_PERCENT);
        Ok(prospect == Some(Prospect::Unlikely) || budget.is_some_and(over) || others.any(|other| other > rank))
    }
}
