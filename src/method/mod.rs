//! How progress is judged: from the records of a city to verdicts.
//!
//! A judgement is a pure function of baseline, target, reports and the day of judgement, without a clock or I/O. Every
//! number that a verdict is made from is printed with it, so that a distrustful reader can repeat the calculation. The
//! modules follow the sections of the method:
//!
//! - [`comparison`] with `accounting`, [`coverage`] and [`restated_since`]: which figures may be compared;
//! - [`goal`] and `base`: the target in tonnes, and what it is measured from;
//! - [`pathway`] and [`milestone`]: what is allowed in each year;
//! - `course`, `outcome`, `conclusion`, [`verdict`], `standing` and `headline`: the verdict on the day of judgement;
//! - [`required`], [`trend`], [`budget`], `growth`, [`within_reports`], [`like_for_like`] and `disagreement`: second
//!   opinions;
//! - [`yardstick`]: ambition; [`caution`]: what a reader should know;
//! - `explain`: the formulas; `series`: the figures year by year;
//! - `annual_change`, `comparable_years` and `per_person`: cities compared with each other.

mod absent;
mod accounting;
mod all_cautions;
pub mod annual_change;
pub mod assessment;
mod base;
mod base_choice;
pub mod budget;
mod case;
pub mod caution;
mod cited;
pub mod comparable_years;
pub mod comparison;
mod conclusion;
mod converted_gas;
pub mod course;
pub mod coverage;
mod disagreement;
pub mod explain;
pub mod goal;
mod growth;
mod headline;
mod history;
pub mod joint;
pub mod least_absolute_deviations;
mod left_out;
pub mod like_for_like;
pub mod milestone;
mod obstacle;
mod opinion;
mod outcome;
pub mod pathway;
pub mod per_person;
pub mod printed;
pub mod required;
pub mod restated_since;
mod scope;
mod sentence;
pub mod series;
mod standing;
pub mod trend;
pub mod verdict;
pub mod within_reports;
mod wording;
pub mod yardstick;

use chrono::NaiveDate;

use crate::record::View;
use crate::record::target::Goal;

pub use absent::{AbsentField, AbsentReason};
pub use annual_change::{AnnualChange, NoAnnualChange, annual_change};
pub use assessment::{Assessment, Assessments, Gap, Soon, TargetSummary};
pub use budget::Budget;
pub use caution::{Caution, CautionCode, Confidence};
pub use cited::{BaseYearReport, CitedFigure, PathwayPoint, YearFigure};
pub use comparable_years::{ComparableYears, IndexedFigure, LeftOutYear, side_by_side, years_with_figure};
pub use course::{Course, YearNumbers};
pub use coverage::{Side, Uncovered};
pub use explain::{Explanation, explain, explain_yardsticks};
pub use headline::most_demanding;
pub use joint::{CourseYear, Joint, JointMember, JointYear, course, join};
pub use least_absolute_deviations::{Line, least_absolute_deviations};
pub use left_out::{LeftOut, LeftOutReason};
pub use like_for_like::{LikeForLike, SharedLine};
pub use milestone::{MilestoneAssessment, MilestoneVerdict};
pub use pathway::{Pathway, Point};
pub use per_person::{NoPersonFigure, PersonFigure, per_person};
pub use printed::{Amount, Quantity, Ratio, Unit};
pub use required::Required;
pub use series::{SeriesRow, series};
pub use trend::{Fit, Prospect, Trend, theil_sen};
pub use verdict::{Reason, Verdict};
pub use within_reports::WithinReports;
pub use yardstick::{CarbonLaw, Ipcc, RaceToZero, YardstickReason, Yardsticks, yardsticks};

use case::Case;
use conclusion::Conclusion;
use opinion::Opinions;
use scope::Scope;

/// The version of the method; a change that can alter a verdict raises it.
pub const VERSION: &str = "2";

/// Judges every target of a city in the state `view`, on the day `judged_on`.
#[must_use]
pub fn assess(view: &View<'_>, judged_on: NaiveDate) -> Assessments {
    let targets: Vec<Assessment> = cases(view, judged_on).iter().map(assess_case).collect();
    let headline = most_demanding(&targets, judged_on).map(|target| target.target.id.clone());
    Assessments { headline, targets }
}

/// Every target of a city with what its verdict depends on, by id.
fn cases<'v, 'a>(view: &'v View<'a>, judged_on: NaiveDate) -> Vec<Case<'v, 'a>> {
    view.targets.iter().map(|(id, target)| Case::of(view, id, target, judged_on)).collect()
}

/// Judges one target.
fn assess_case(case: &Case<'_, '_>) -> Assessment {
    let conclusion = Conclusion::of(case);
    let mut assessment = new_assessment(case, &conclusion);
    if conclusion.verdict == Verdict::NotJudged {
        assessment.cautions = all_cautions::unjudged_cautions(case);
    } else {
        add_inputs(&mut assessment, case);
        assessment.cautions = all_cautions::cautions(case, &conclusion);
        assessment.milestones = milestone::milestones(case, &conclusion);
    }
    let lowers_confidence = assessment.cautions.iter().map(|caution| caution.lowers_confidence(case.target.level));
    assessment.confidence = Confidence::of(lowers_confidence);
    if let Some(numbers) = &conclusion.numbers {
        add_numbers(&mut assessment, case, numbers);
    }
    assessment.absent = absent_fields(&assessment, case, &conclusion);
    if conclusion.verdict == Verdict::NotJudged {
        let opinions =
            ["required", "trend", "budget", "growth_ratio", "within_reports", "like_for_like", "disagreement"];
        let absent = opinions.map(|field| AbsentField { field, reason: AbsentReason::NotJudged });
        assessment.absent.extend(absent);
    } else {
        Opinions::of(case, &conclusion).add_to(&mut assessment, &conclusion);
    }
    assessment
}

/// The assessment with the verdict and the target, without the figures.
fn new_assessment(case: &Case<'_, '_>, conclusion: &Conclusion) -> Assessment {
    Assessment {
        target: summarise_target(case),
        is_binding: standing::is_binding(case.known, case.standing_day()),
        verdict: conclusion.verdict,
        course: conclusion.course,
        overdue_years: conclusion.overdue_years,
        confidence: Confidence::High,
        reason: conclusion.reason,
        unit: case.unit,
        sentence: sentence::sentence(case, conclusion),
        baseline: None,
        base_year_report: None,
        judged: None,
        gap: Gap::default(),
        delivered_tonnes: None,
        delivered_tonnes_per_person: None,
        called_for_tonnes: None,
        called_for_tonnes_per_person: None,
        pace: None,
        required: None,
        trend: None,
        budget: None,
        growth_ratio: None,
        within_reports: None,
        like_for_like: None,
        disagreement: None,
        soon: None,
        milestones: Vec::new(),
        pathway: Vec::new(),
        figures: Vec::new(),
        cautions: Vec::new(),
        left_out: Vec::new(),
        absent: Vec::new(),
    }
}

/// The target as it was set.
fn summarise_target(case: &Case<'_, '_>) -> TargetSummary {
    let target = case.target;
    let (reduction_percent, tonnes, tonnes_per_person, scenario_tonnes) = match target.goal {
        Goal::BaseYear { reduction_percent } | Goal::BaseYearIntensity { reduction_percent } => {
            (Some(reduction_percent), None, None, None)
        }
        Goal::FixedLevel { tonnes } => (None, Some(tonnes), None, None),
        Goal::FixedLevelPerPerson { tonnes_per_person } => (None, None, Some(tonnes_per_person), None),
        Goal::BaselineScenario { reduction_percent, scenario_tonnes } => {
            (Some(reduction_percent), None, None, Some(scenario_tonnes))
        }
    };
    TargetSummary {
        id: case.id.clone(),
        kind: target.goal.kind(),
        title: target.title.clone(),
        level: target.level,
        sector: target.sector.clone(),
        baseline: target.baseline.clone(),
        base_year: target.base_year,
        target_year: target.target_year,
        reduction_percent,
        tonnes,
        tonnes_per_person,
        scenario_tonnes,
        max_offset_percent: target.max_offset_percent,
        milestones: target.milestones.clone(),
        target_tonnes: None,
        target_tonnes_per_person: None,
        target_gross_tonnes: None,
        target_gross_tonnes_per_person: None,
        standing: target.standing,
        set_on: target.set_on,
        ended_on: target.ended_on,
        conditional: target.conditional,
        revision: case.stamp.revision,
    }
}

/// Adds the figures, whether or not there is a verdict.
fn add_inputs(assessment: &mut Assessment, case: &Case<'_, '_>) {
    let unit = case.unit;
    let base = case.base.as_ref();
    let base_amount = base.and_then(|base| base.amount);
    let (allowed, gross) = (goal::amount(case.target, base_amount), goal::gross(case.target, base_amount));
    let target = &mut assessment.target;
    (target.target_tonnes, target.target_tonnes_per_person) = unit.print(allowed);
    // Printed separately only if something may be left to be offset.
    let residual = gross.filter(|gross| allowed.is_some_and(|allowed| unit.round(allowed) > unit.round(*gross)));
    (target.target_gross_tonnes, target.target_gross_tonnes_per_person) = unit.print(residual);
    assessment.baseline = base.and_then(|base| base.cite(case.view));
    let anchors = case.pathway.iter().flat_map(Pathway::anchors);
    assessment.pathway = anchors
        .map(|Point { year, amount }| {
            let (tonnes, tonnes_per_person) = unit.print(Some(amount));
            PathwayPoint { year, tonnes, tonnes_per_person }
        })
        .collect();
    assessment.figures =
        case.comparison.compared.iter().map(|report| report.year_figure(case.target, case.view)).collect();
    assessment.left_out.clone_from(&case.comparison.left_out);
    assessment.base_year_report =
        case.comparison.base_year_report.as_ref().map(|comparison| comparison.to_report(case.target));
    assessment.soon = headline::soon(case);
}

/// Adds the numbers of the year judged.
fn add_numbers(assessment: &mut Assessment, case: &Case<'_, '_>, numbers: &YearNumbers) {
    let unit = case.unit;
    let judged = case.report_of(numbers.year);
    assessment.judged = judged.map(|report| report.cite(&Scope::of(case.target), unit, case.view));
    (assessment.gap.expected_tonnes, assessment.gap.expected_tonnes_per_person) = unit.print(Some(numbers.expected));
    (assessment.gap.gap_tonnes, assessment.gap.gap_tonnes_per_person) = unit.print(Some(numbers.gap));
    (assessment.delivered_tonnes, assessment.delivered_tonnes_per_person) = unit.print(numbers.delivered);
    (assessment.called_for_tonnes, assessment.called_for_tonnes_per_person) = unit.print(numbers.called_for);
    assessment.gap.gap_percent = numbers.gap_percent.and_then(Ratio::new);
    assessment.gap.achieved_reduction_percent = numbers.achieved_reduction_percent.and_then(Ratio::new);
    assessment.gap.target_progress_percent = numbers.target_progress_percent.and_then(Ratio::new);
    assessment.pace = numbers.pace.and_then(Ratio::new);
}

/// The absent fields, each with the reason.
fn absent_fields(assessment: &Assessment, case: &Case<'_, '_>, conclusion: &Conclusion) -> Vec<AbsentField> {
    let no_numbers = opinion::reason_without_numbers(conclusion.verdict);
    let reason = |field: &str| match field {
        "soon" if conclusion.verdict != Verdict::NotJudged => headline::reason_without_soon(case),
        _ if conclusion.numbers.is_none() => no_numbers,
        "gap_percent" => AbsentReason::PathwayAtZero,
        _ if case.base.is_none() => AbsentReason::NoBaseline,
        "pace" => AbsentReason::NoReductionCalledFor,
        _ => AbsentReason::TargetEqualsBaseline,
    };
    let fields = assessment.absent_fields();
    fields.into_iter().map(|field| AbsentField { field, reason: reason(field) }).collect()
}
