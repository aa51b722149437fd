//! How progress is judged: what follows from what cities say.
//!
//! A pure function of baseline, target, reports and the day of judgement: no clock, no I/O. Every
//! number that a verdict is made from is printed beside it, so that a reader who distrusts us can
//! do the sum again. The parts follow the method section by section: [`comparison`] (which figures
//! may be compared), `goal` (the target in tonnes), [`pathway`], [`verdict`], the second opinions
//! ([`required`], [`trend`], [`budget`], `growth`, `disagreement`), [`yardstick`] (ambition), [`caution`];
//! [`explain`] puts the figures into the formulas, and [`series`] lays them out year by year.

pub mod assessment;
pub mod budget;
mod case;
pub mod caution;
pub mod comparison;
mod disagreement;
pub mod explain;
mod goal;
mod growth;
mod history;
pub mod joint;
pub mod lad;
mod opinion;
pub mod pathway;
pub mod per_person;
pub mod printed;
pub mod required;
mod sentence;
pub mod series;
pub mod trend;
pub mod verdict;
pub mod yardstick;

use chrono::{Datelike, NaiveDate};

use crate::record::target::Goal;
use crate::record::{Slug, View};

pub use assessment::{
    Absent, AbsentReason, Assessment, Assessments, CitedFigure, LeftOut, PathwayPoint, TargetSummary, YearFigure,
};
pub use budget::Budget;
pub use caution::{Caution, CautionCode, Confidence};
pub use comparison::LeftOutReason;
pub use explain::{Explanation, explain, explain_yardsticks};
pub use joint::{CourseYear, Joint, JointMember, JointYear, course, join};
pub use lad::{Line, least_absolute_deviations};
pub use pathway::{Pathway, Point};
pub use per_person::{NoPersonFigure, PersonFigure, per_person};
pub use printed::{Amount, Quantity, Ratio, Unit};
pub use required::Required;
pub use series::{SeriesRow, series};
pub use trend::{Fit, Prospect, Trend, theil_sen};
pub use verdict::{Judgement, Reason, Verdict, judge};
pub use yardstick::{CarbonLaw, Ipcc, RaceToZero, YardstickReason, Yardsticks, yardsticks};

use case::{Case, Ruling};
use opinion::Opinions;

/// The version of the method: a change that can alter a verdict raises it.
pub const VERSION: &str = "1";

/// Judges every target of a city as it stood in `view`, on the day `judged_on`.
#[must_use]
pub fn assess(view: &View<'_>, judged_on: NaiveDate) -> Assessments {
    let cases = view.targets.iter().map(|(id, target)| Case::of(view, id, target));
    let targets: Vec<Assessment> = cases.map(|case| assess_case(&case, judged_on)).collect();
    Assessments { headline: headline(&targets, judged_on), targets }
}

/// The target that speaks for the city: the nearest of those that are judged.
fn headline(targets: &[Assessment], judged_on: NaiveDate) -> Option<Slug> {
    let judged = targets.iter().filter(|assessment| assessment.verdict != Verdict::NotJudged);
    nearest(judged, judged_on).map(|assessment| assessment.target.id.clone())
}

/// Of targets in the order of their ids the one with the nearest future year, else with the latest; of two with the
/// same year the first.
pub fn nearest<'t>(
    targets: impl DoubleEndedIterator<Item = &'t Assessment> + Clone,
    judged_on: NaiveDate,
) -> Option<&'t Assessment> {
    let year = |assessment: &&Assessment| assessment.target.target_year;
    let future = targets.clone().filter(|assessment| year(assessment).get() >= judged_on.year()).min_by_key(year);
    // Of several maxima the last is taken: from the back, that is the first by id.
    future.or_else(|| targets.rev().max_by_key(year))
}

/// Judges one target.
fn assess_case(case: &Case<'_, '_>, judged_on: NaiveDate) -> Assessment {
    let ruling = case.ruling();
    let mut assessment = blank(case, &ruling);
    if ruling.verdict() != Verdict::NotJudged {
        add_inputs(&mut assessment, case);
        assessment.cautions = caution::cautions(case, ruling.judgement(), judged_on);
        assessment.confidence =
            Confidence::of(assessment.cautions.iter().map(|caution| caution.code), case.target.level);
    }
    if let Ruling::Judged(judgement) = &ruling {
        add_numbers(&mut assessment, case, judgement);
    }
    assessment.absent = absent(&assessment, case, &ruling);
    if let (Ruling::Judged(judgement), Ok(pathway)) = (&ruling, &case.pathway) {
        Opinions::of(case, pathway, judgement).add_to(&mut assessment);
    }
    assessment
}

/// The verdict and the target, without the figures.
fn blank(case: &Case<'_, '_>, ruling: &Ruling) -> Assessment {
    Assessment {
        target: summary(case),
        verdict: ruling.verdict(),
        confidence: Confidence::High,
        reason: ruling.reason(),
        unit: case.unit,
        sentence: sentence::sentence(case, ruling),
        baseline: None,
        judged: None,
        expected_tonnes: None,
        expected_tonnes_per_person: None,
        gap_tonnes: None,
        gap_tonnes_per_person: None,
        gap_percent: None,
        achieved_reduction_percent: None,
        target_progress_percent: None,
        delivered_tonnes: None,
        delivered_tonnes_per_person: None,
        called_for_tonnes: None,
        called_for_tonnes_per_person: None,
        pace: None,
        required: None,
        trend: None,
        budget: None,
        growth_ratio: None,
        disagreement: None,
        pathway: Vec::new(),
        figures: Vec::new(),
        cautions: Vec::new(),
        left_out: Vec::new(),
        absent: Vec::new(),
    }
}

/// What the target asks for, as it was set.
fn summary(case: &Case<'_, '_>) -> TargetSummary {
    let target = case.target;
    let (reduction_percent, tonnes, scenario_tonnes) = match target.goal {
        Goal::BaseYear { reduction_percent } | Goal::BaseYearIntensity { reduction_percent } => {
            (Some(reduction_percent), None, None)
        }
        Goal::FixedLevel { tonnes } => (None, Some(tonnes), None),
        Goal::FixedLevelPerPerson { .. } => (None, None, None),
        Goal::BaselineScenario { reduction_percent, scenario_tonnes } => {
            (Some(reduction_percent), None, Some(scenario_tonnes))
        }
    };
    TargetSummary {
        id: case.id.clone(),
        kind: target.goal.kind(),
        level: target.level,
        sector: target.sector.as_ref().map(ToString::to_string),
        baseline: target.baseline.clone(),
        base_year: target.base_year,
        target_year: target.target_year,
        reduction_percent,
        tonnes,
        scenario_tonnes,
        max_offset_percent: target.max_offset_percent,
        milestones: target.milestones.clone(),
        target_tonnes: None,
        target_tonnes_per_person: None,
        standing: target.standing,
        conditional: target.conditional,
        revision: case.stamp.revision,
    }
}

/// Adds what is known of the figures, whether or not there is a verdict.
fn add_inputs(assessment: &mut Assessment, case: &Case<'_, '_>) {
    let unit = case.unit;
    let base_amount = case.base.and_then(|base| base.amount);
    let (tonnes, per_person) = unit.print(goal::amount(case.target, base_amount));
    assessment.target.target_tonnes = tonnes;
    assessment.target.target_tonnes_per_person = per_person;
    assessment.baseline = case.base.and_then(|base| base.cited(case.target, case.view));
    let anchors = case.pathway.iter().flat_map(Pathway::anchors);
    assessment.pathway = anchors
        .map(|Point { year, amount }| {
            let (tonnes, tonnes_per_person) = unit.print(Some(amount));
            PathwayPoint { year, tonnes, tonnes_per_person }
        })
        .collect();
    assessment.figures = case.comparison.compared.iter().map(|report| report.listed(case.target, case.view)).collect();
    assessment.left_out.clone_from(&case.comparison.left_out);
}

/// Adds the numbers of the year judged.
fn add_numbers(assessment: &mut Assessment, case: &Case<'_, '_>, judgement: &Judgement) {
    let unit = case.unit;
    let judged = case.comparison.compared.iter().find(|report| report.inventory.year == judgement.year);
    assessment.judged = judged.map(|report| report.cited(case.target, case.view));
    (assessment.expected_tonnes, assessment.expected_tonnes_per_person) = unit.print(Some(judgement.expected));
    (assessment.gap_tonnes, assessment.gap_tonnes_per_person) = unit.print(Some(judgement.gap));
    (assessment.delivered_tonnes, assessment.delivered_tonnes_per_person) = unit.print(judgement.delivered);
    (assessment.called_for_tonnes, assessment.called_for_tonnes_per_person) = unit.print(judgement.called_for);
    assessment.gap_percent = judgement.gap_percent.and_then(Ratio::new);
    assessment.achieved_reduction_percent = judgement.achieved_reduction_percent.and_then(Ratio::new);
    assessment.target_progress_percent = judgement.target_progress_percent.and_then(Ratio::new);
    assessment.pace = judgement.pace.and_then(Ratio::new);
}

/// Why each field that is absent is so.
fn absent(assessment: &Assessment, case: &Case<'_, '_>, ruling: &Ruling) -> Vec<Absent> {
    let reason = |field: &str| match ruling {
        Ruling::Unjudged(Verdict::NotJudged, _) => AbsentReason::NotJudged,
        Ruling::Unjudged(Verdict::NotComparable, _) => AbsentReason::NotComparable,
        Ruling::Unjudged(..) => AbsentReason::InsufficientData,
        Ruling::Judged(_) => match field {
            "gap_percent" => AbsentReason::PathwayAtZero,
            _ if case.base.is_none() => AbsentReason::NoBaseline,
            "pace" => AbsentReason::NoReductionCalledFor,
            _ => AbsentReason::TargetEqualsBaseline,
        },
    };
    let mut fields = assessment.absent_fields();
    if matches!(ruling, Ruling::Unjudged(..)) {
        fields.extend(["required", "trend", "budget", "growth_ratio", "disagreement"]);
    }
    fields.into_iter().map(|field| Absent { field, reason: reason(field) }).collect()
}
