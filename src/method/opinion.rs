//! Second opinions: computed in addition to the verdict; each is absent for a stated reason (section 5 of the method).

use super::absent::{AbsentField, AbsentReason};
use super::assessment::Assessment;
use super::budget::Budget;
use super::case::Case;
use super::conclusion::Conclusion;
use super::course::YearNumbers;
use super::growth::growth_ratio;
use super::like_for_like::LikeForLike;
use super::pathway::{Pathway, Point};
use super::printed::Ratio;
use super::required::Required;
use super::trend::{self, Fit, Trend};
use super::verdict::Verdict;
use super::within_reports::WithinReports;

/// The second opinions on a target.
#[derive(Debug)]
pub(super) struct Opinions {
    pub required: Result<Required, AbsentReason>,
    pub trend: Result<Trend, AbsentReason>,
    pub budget: Result<Budget, AbsentReason>,
    pub growth_ratio: Result<Ratio, AbsentReason>,
    pub within_reports: Result<WithinReports, AbsentReason>,
    pub like_for_like: Result<LikeForLike, AbsentReason>,
}

impl Opinions {
    /// The opinions on a case. Those that need the numbers of a judged year are absent without them.
    pub fn of(case: &Case<'_, '_>, conclusion: &Conclusion) -> Self {
        let unit = case.unit;
        let judged = match (&conclusion.numbers, &case.pathway) {
            (Some(numbers), Ok(pathway)) => Ok((numbers, pathway)),
            _ => Err(reason_without_numbers(conclusion.verdict)),
        };
        let line = judged.and_then(|(numbers, pathway)| Ok((pathway, fit_line(case, pathway, numbers)?)));
        Opinions {
            required: judged.and_then(|(numbers, pathway)| Required::of(pathway, numbers, unit)),
            trend: line.and_then(|(pathway, (points, fit))| Trend::of(&fit, &points, pathway.target(), unit)),
            budget: judged.and_then(|(numbers, pathway)| Budget::of(pathway, &case.points_through(numbers.year), unit)),
            growth_ratio: judged.and_then(|(numbers, pathway)| growth_ratio(pathway, numbers, unit)),
            within_reports: WithinReports::of(case),
            like_for_like: LikeForLike::of(case),
        }
    }

    /// Adds them to the assessment, with the reasons of those that are absent.
    pub fn add_to(self, assessment: &mut Assessment, conclusion: &Conclusion) {
        let mut absent = Vec::new();
        let disagreement = self.disagreement(conclusion);
        assessment.required = ok_or_note("required", self.required, &mut absent);
        absent.extend(assessment.required.iter().flat_map(|required| required.absent_fields(assessment.unit)));
        assessment.trend = ok_or_note("trend", self.trend, &mut absent);
        assessment.budget = ok_or_note("budget", self.budget, &mut absent);
        absent.extend(assessment.budget.as_ref().and_then(Budget::absent_field));
        assessment.growth_ratio = ok_or_note("growth_ratio", self.growth_ratio, &mut absent);
        assessment.within_reports = ok_or_note("within_reports", self.within_reports, &mut absent);
        assessment.like_for_like = ok_or_note("like_for_like", self.like_for_like, &mut absent);
        assessment.disagreement = ok_or_note("disagreement", disagreement, &mut absent);
        assessment.absent.extend(absent);
    }
}

/// Why there are no numbers with a verdict.
pub(super) fn reason_without_numbers(verdict: Verdict) -> AbsentReason {
    match verdict {
        Verdict::NotJudged => AbsentReason::NotJudged,
        Verdict::NotComparable => AbsentReason::NotComparable,
        _ => AbsentReason::InsufficientData,
    }
}

/// The points of the trend and the line fitted to them, or why there are none.
pub(super) fn fit_line(
    case: &Case<'_, '_>,
    pathway: &Pathway,
    numbers: &YearNumbers,
) -> Result<(Vec<Point>, Fit), AbsentReason> {
    let points = trend::points(pathway, &case.points(), numbers.year);
    let fit = Fit::of(&points)?;
    Ok((points, fit))
}

/// The opinion; if it is absent, its reason is added to `absent`.
fn ok_or_note<T>(field: &'static str, opinion: Result<T, AbsentReason>, absent: &mut Vec<AbsentField>) -> Option<T> {
    opinion.map_err(|reason| absent.push(AbsentField { field, reason })).ok()
}
