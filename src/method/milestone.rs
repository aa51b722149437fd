//! Milestones: each is judged as a target of its own year, without a rest to be offset (section 3 of the method).

use chrono::Datelike;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::Year;
use crate::record::vocabulary::vocabulary;

use super::case::Case;
use super::conclusion::Conclusion;
use super::outcome::AllowedLevel;
use super::pathway::{Pathway, Point};
use super::printed::{Amount, Ratio};
use super::verdict::Verdict;

vocabulary! {
    /// Whether a milestone was met.
    MilestoneVerdict {
        /// The figure for its year, or those on either side of it, is at or below it.
        Achieved = "achieved",
        /// The figure for its year, or those on either side of it, is above it.
        Missed = "missed",
        /// Its year has ended, and no comparable figure shows the outcome.
        Unreported = "unreported",
        /// Its year has not ended.
        Ahead = "ahead",
    }
}

/// The assessment of a milestone: an intermediate step towards a target.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MilestoneAssessment {
    /// Its year.
    pub year: Year,
    /// Whether it was met.
    pub verdict: MilestoneVerdict,
    /// What may be emitted in that year, in t CO2e.
    pub tonnes: Option<Amount>,
    /// What may be emitted in that year, in t CO2e per person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// The years of the figures that decide: its own year, or one year on either side; absent if undecided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decided_by: Vec<Year>,
}

/// The assessments of a pathway's milestones; empty if the figures cannot be compared, or the target is not judged.
pub(super) fn milestones(case: &Case<'_, '_>, conclusion: &Conclusion) -> Vec<MilestoneAssessment> {
    let is_judged = !matches!(conclusion.verdict, Verdict::NotComparable | Verdict::NotJudged);
    let pathway = case.pathway.as_ref().ok().filter(|_| is_judged);
    let milestones = pathway.map(Pathway::milestones).unwrap_or_default();
    milestones.iter().map(|milestone| assess_milestone(case, *milestone)).collect()
}

fn assess_milestone(case: &Case<'_, '_>, milestone: Point) -> MilestoneAssessment {
    let Point { year, amount } = milestone;
    let allowed = AllowedLevel { year, amount, gross: amount, unit: case.unit };
    let outcome = allowed.outcome(&case.comparison.compared);
    let verdict = match outcome {
        Some(outcome) if outcome.achieved => MilestoneVerdict::Achieved,
        Some(_) => MilestoneVerdict::Missed,
        None if case.judged_on.year() > year.get() => MilestoneVerdict::Unreported,
        None => MilestoneVerdict::Ahead,
    };
    let (tonnes, tonnes_per_person) = case.unit.print(Some(amount));
    let decided_by = outcome.map(|outcome| outcome.before.into_iter().chain([outcome.year]).collect());
    MilestoneAssessment { year, verdict, tonnes, tonnes_per_person, decided_by: decided_by.unwrap_or_default() }
}
