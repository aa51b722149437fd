//! Second opinions (section 5 of the method): computed beside the verdict, each absent with a reason.

use super::assessment::{Absent, AbsentReason, Assessment};
use super::budget::Budget;
use super::case::Case;
use super::disagreement::disagreement;
use super::growth::growth_ratio;
use super::pathway::{Pathway, Point};
use super::printed::Ratio;
use super::required::Required;
use super::trend::{self, Fit, Trend};
use super::verdict::Judgement;

/// What else the figures say of a judged target.
#[derive(Debug)]
pub(super) struct Opinions {
    required: Result<Required, AbsentReason>,
    trend: Result<Trend, AbsentReason>,
    budget: Result<Budget, AbsentReason>,
    growth_ratio: Result<Ratio, AbsentReason>,
    disagreement: Result<bool, AbsentReason>,
}

impl Opinions {
    /// The opinions on a case that was judged.
    pub fn of(case: &Case<'_, '_>, pathway: &Pathway, judgement: &Judgement) -> Self {
        let unit = case.unit;
        let figures = case.points_through(judgement.year);
        let trend =
            line(case, pathway, judgement).and_then(|(points, fit)| Trend::of(&fit, &points, pathway.target(), unit));
        let budget = Budget::of(pathway, &figures, unit);
        let disagreement = disagreement(judgement, trend.as_ref().ok(), budget.as_ref().ok());
        Opinions {
            required: Required::of(pathway, judgement, unit),
            trend,
            budget,
            growth_ratio: growth_ratio(pathway, judgement, unit),
            disagreement,
        }
    }

    /// Adds them to the assessment, and the reasons of those that are absent.
    pub fn add_to(self, assessment: &mut Assessment) {
        let mut absent = Vec::new();
        assessment.required = kept("required", self.required, &mut absent);
        absent.extend(assessment.required.iter().flat_map(|required| required.absent(assessment.unit)));
        assessment.trend = kept("trend", self.trend, &mut absent);
        assessment.budget = kept("budget", self.budget, &mut absent);
        absent.extend(assessment.budget.as_ref().and_then(Budget::absent));
        assessment.growth_ratio = kept("growth_ratio", self.growth_ratio, &mut absent);
        assessment.disagreement = kept("disagreement", self.disagreement, &mut absent);
        assessment.absent.extend(absent);
    }
}

/// The points of the trend and the line fitted to them, or why there is none.
pub(super) fn line(
    case: &Case<'_, '_>,
    pathway: &Pathway,
    judgement: &Judgement,
) -> Result<(Vec<Point>, Fit), AbsentReason> {
    let points = trend::points(pathway, &case.points(), judgement.year);
    let fit = Fit::of(&points)?;
    Ok((points, fit))
}

/// The opinion, or its reason noted.
fn kept<T>(field: &'static str, opinion: Result<T, AbsentReason>, absent: &mut Vec<Absent>) -> Option<T> {
    opinion.map_err(|reason| absent.push(Absent { field, reason })).ok()
}
