//! What is said of a target: the verdict, and every number it was made from.

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::inventory::{AlsoStated, Level};
use crate::record::target::{Milestone, TargetKind};
use crate::record::units::{Percent, Population, TonnesPerPerson};
use crate::record::vocabulary::vocabulary;
use crate::record::warning::WarningCode;
use crate::record::{DayOrYear, Name, Sector, Slug, Source, Standing, Tonnes, Year};

use super::budget::Budget;
use super::caution::{Caution, Confidence};
use super::comparison::LeftOutReason;
use super::course::Course;
use super::coverage::Uncovered;
use super::like_for_like::LikeForLike;
use super::milestone::MilestoneAssessment;
use super::printed::{Amount, Ratio, Unit};
use super::required::Required;
use super::trend::Trend;
use super::verdict::{Reason, Verdict};
use super::within_reports::WithinReports;

/// Every target of a city, judged.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assessments {
    /// The id of the target a city is first shown with: of the adopted or lawful ones for the whole city, those not yet
    /// due first, the one whose pathway leaves least of the latest comparable figure in five years.
    pub headline: Option<Slug>,
    /// The targets, by id.
    pub targets: Vec<Assessment>,
}

/// A target, judged. Everything the verdict was made from is printed here.
///
/// A target per person has `..._tonnes_per_person` (t CO2e a person) in place of `..._tonnes` (t CO2e).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assessment {
    /// The target.
    pub target: TargetSummary,
    /// Whether it is adopted or law on the day of judgement: a target that ended earlier binds nobody.
    #[serde(skip)]
    pub binds: bool,
    /// Whether it is being kept, as far as may be said on the day of judgement.
    pub verdict: Verdict,
    /// How things stood in the latest comparable year before the target year; absent once it is decided, and where no
    /// figure can be compared.
    pub course: Option<Course>,
    /// Whole years since the year after the target year; only of a target that is `unreported`.
    #[schema(minimum = 0, example = 0)]
    pub overdue_years: Option<i32>,
    /// How far the figures carry the verdict.
    pub confidence: Confidence,
    /// Why there is no verdict, or why a target that was met only with a rest is missed; else absent.
    pub reason: Option<Reason>,
    /// The unit in which the target is judged.
    pub unit: Unit,
    /// The verdict as one sentence, with rounded numbers.
    #[schema(
        example = "In 2020 Los Angeles emitted 21.0 Mt CO2e, 10.8 % above its pathway to zero emissions by 2050."
    )]
    pub sentence: String,
    /// The figure that the target is measured from, `B`.
    pub baseline: Option<CitedFigure>,
    /// The report for the base year beside the baseline: above 5 % apart it contradicts it.
    pub base_year_report: Option<BaseYearReport>,
    /// The figure of the year judged, `A`: that for the target year, or the first after it, once the target is decided;
    /// else the latest comparable one before it.
    pub judged: Option<CitedFigure>,
    /// How far that is from what the pathway allowed, and from the target.
    #[serde(flatten)]
    pub gap: Gap,
    /// The reduction since the base year, `B - A`, in t CO2e.
    pub delivered_tonnes: Option<Amount>,
    /// The reduction since the base year, in t CO2e a person.
    pub delivered_tonnes_per_person: Option<Ratio>,
    /// The reduction that the pathway called for by the year judged, `B - P`, in t CO2e; below 0 where growth is
    /// allowed.
    pub called_for_tonnes: Option<Amount>,
    /// The reduction that the pathway called for by the year judged, in t CO2e a person.
    pub called_for_tonnes_per_person: Option<Ratio>,
    /// The share of the reduction called for that is delivered, 1 for exactly on schedule; absent unless one is
    /// called for.
    pub pace: Option<Ratio>,
    /// How fast emissions must fall from here, beside how fast they fell.
    pub required: Option<Required>,
    /// Where the figures of the last ten years lead; never a verdict.
    pub trend: Option<Trend>,
    /// What was emitted in all the years reported on, against what the pathway allowed.
    pub budget: Option<Budget>,
    /// The compound rate so far as a share of the rate that the whole way to the target asks for (Eurostat).
    pub growth_ratio: Option<Ratio>,
    /// The course measured from the report of the base year instead of the baseline; never the verdict.
    pub within_reports: Option<WithinReports>,
    /// What became of the lines that both the baseline and the latest report know; never the verdict.
    pub like_for_like: Option<LikeForLike>,
    /// Whether a second opinion contradicts the course: on track, but the trend makes it unlikely, the budget is more
    /// than 10 % over, or one of the two above has a worse course; or behind, off track or moving away, but the trend
    /// makes it likely.
    #[schema(example = false)]
    pub disagreement: Option<bool>,
    /// What the pathway leaves soon: by it the headline is chosen.
    pub soon: Option<Soon>,
    /// The city's own milestones, each judged by itself; none where the figures cannot be compared.
    pub milestones: Vec<MilestoneAssessment>,
    /// The points that the pathway is drawn through by straight lines: baseline, milestones, target; flat after
    /// the last.
    pub pathway: Vec<PathwayPoint>,
    /// The comparable figures after the base year, by year.
    pub figures: Vec<YearFigure>,
    /// What a reader should know before using the verdict.
    pub cautions: Vec<Caution>,
    /// The reports after the base year that cannot be compared with the baseline, by year.
    pub left_out: Vec<LeftOut>,
    /// The fields above that are absent, and why.
    pub absent: Vec<AbsentField>,
}

/// How far the figure of the year judged, `A`, is from what the pathway allowed, and from the target.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, ToSchema)]
pub struct Gap {
    /// What the pathway allowed in the year judged, `P`, in t CO2e.
    pub expected_tonnes: Option<Amount>,
    /// What the pathway allowed in the year judged, in t CO2e a person.
    pub expected_tonnes_per_person: Option<Ratio>,
    /// `A - P`, in t CO2e: above 0 when more was emitted than the pathway allowed.
    pub gap_tonnes: Option<Amount>,
    /// `A - P`, in t CO2e a person.
    pub gap_tonnes_per_person: Option<Ratio>,
    /// The gap in percent of what the pathway allowed; absent unless that is above 0.
    pub gap_percent: Option<Ratio>,
    /// The reduction since the base year in percent of the baseline figure; below 0 after a rise.
    pub achieved_reduction_percent: Option<Ratio>,
    /// The reduction since the base year in percent of the whole reduction pledged.
    pub target_progress_percent: Option<Ratio>,
}

/// What a target asks for: all of it that a verdict is made from.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetSummary {
    /// Its id within the city.
    pub id: Slug,
    /// Its kind.
    pub kind: TargetKind,
    /// What the city calls it, in its own words.
    #[schema(value_type = String, example = "Carbon neutral by 2050")]
    pub title: Option<Name>,
    /// The level of the totals it speaks of.
    pub level: Level,
    /// The only sector it covers, if it does not cover the whole city.
    pub sector: Option<Sector>,
    /// The id of the baseline it names.
    pub baseline: Option<Slug>,
    /// The base year it names in place of a baseline.
    pub base_year: Option<Year>,
    /// The year by which it is to be met.
    pub target_year: Year,
    /// Percent below the baseline figure (of `baseline_scenario`: below the scenario).
    pub reduction_percent: Option<Percent>,
    /// The level pledged, in t CO2e (only `fixed_level`).
    pub tonnes: Option<Tonnes>,
    /// The level pledged, in t CO2e a person (only `fixed_level`).
    pub tonnes_per_person: Option<TonnesPerPerson>,
    /// What the scenario foresees for the target year, in t CO2e (only `baseline_scenario`).
    pub scenario_tonnes: Option<Tonnes>,
    /// The share of the baseline figure that is planned to be offset, in percent: of net zero, up to a tenth may be left.
    pub max_offset_percent: Option<Percent>,
    /// The steps on the way that the city itself set, by year; tonnes of a per-person target are t CO2e a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// What may be emitted in the target year, `T`, in t CO2e: of net zero what is left to be offset is included.
    pub target_tonnes: Option<Amount>,
    /// What may be emitted in the target year, in t CO2e a person.
    pub target_tonnes_per_person: Option<Ratio>,
    /// What is asked for before anything is offset, in t CO2e; only where that is less than `target_tonnes`.
    pub target_gross_tonnes: Option<Amount>,
    /// What is asked for before anything is offset, in t CO2e a person.
    pub target_gross_tonnes_per_person: Option<Ratio>,
    /// Its standing as recorded; what ended after its target year is judged all the same.
    pub standing: Standing,
    /// The day it was set.
    #[schema(example = "2019-04-29")]
    pub set_on: Option<NaiveDate>,
    /// The day, or the year, in which it was superseded or withdrawn.
    #[schema(value_type = String, example = "2019-04-29")]
    pub ended_on: Option<DayOrYear>,
    /// Whether it depends on what others do, such as national support.
    pub conditional: Option<bool>,
    /// The revision of the target that was judged.
    #[schema(example = 1)]
    pub revision: i32,
}

/// A figure, and where it was published.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CitedFigure {
    /// The id of the baseline; absent for a report, which its year names.
    pub id: Option<Slug>,
    /// The year; of a fiscal year the one in which it begins.
    pub year: Year,
    /// The whole city's figure, in t CO2e.
    pub tonnes: Tonnes,
    /// The people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// The figure that is compared, in t CO2e a person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// Carbon credits retired for that year, in t CO2e: they never lower the figure, and cover what net zero leaves.
    pub credits_retired_tonnes: Option<Tonnes>,
    /// These credits in t CO2e a person (only targets per person).
    pub credits_retired_tonnes_per_person: Option<Ratio>,
    /// The uncertainty of the figure as the city states it, in percent.
    pub uncertainty_percent: Option<Percent>,
    /// The revision of the baseline or report.
    #[schema(example = 1)]
    pub revision: i32,
    /// What may be a slip in the figure; absent when nothing seems to be. The record tells more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningCode>,
    /// What other sources state for the same year and level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_stated: Vec<AlsoStated>,
    /// Where it was published.
    pub source: Source,
}

/// A comparable figure of one year.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct YearFigure {
    /// The year.
    pub year: Year,
    /// The whole city's figure, in t CO2e.
    pub tonnes: Tonnes,
    /// The people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// The figure that is compared, in t CO2e a person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// Carbon credits retired for that year, in t CO2e: they never lower the figure, and cover what net zero leaves.
    pub credits_retired_tonnes: Option<Tonnes>,
    /// These credits in t CO2e a person (only targets per person).
    pub credits_retired_tonnes_per_person: Option<Ratio>,
    /// Whether it counts with other global warming potentials than the baseline was converted to: it stays out of
    /// trend and budget.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_other_gwp: bool,
    /// The revision of the report.
    #[schema(example = 1)]
    pub revision: i32,
    /// What may be a slip in the figure; absent when nothing seems to be. The report tells more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningCode>,
}

/// The report for the base year, beside a recorded baseline.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BaseYearReport {
    /// The base year.
    pub year: Year,
    /// The whole city's figure, in t CO2e.
    pub tonnes: Tonnes,
    /// The people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// The figure in t CO2e a person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// How far it is apart from the baseline, in percent of it: above 1 there is a caution, above 5 no verdict. Neither
    /// is made where both name one series.
    pub apart_percent: Option<Ratio>,
    /// Why it says nothing of the baseline, where it could not be compared with it.
    pub left_out: Option<LeftOutReason>,
    /// The revision of the report.
    #[schema(example = 1)]
    pub revision: i32,
}

/// What a pathway leaves soon of what is emitted now: of the targets that bind the whole city, those not yet due
/// first, the headline is the one with the lowest share.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Soon {
    /// The year, five after that of the judgement.
    pub year: Year,
    /// What the pathway allows in it, in t CO2e.
    pub expected_tonnes: Option<Amount>,
    /// What the pathway allows in it, in t CO2e a person.
    pub expected_tonnes_per_person: Option<Ratio>,
    /// This as a share of the last of `figures`.
    pub share: Ratio,
}

/// A point that the pathway is drawn through.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PathwayPoint {
    /// The year.
    pub year: Year,
    /// What the pathway allows in that year, in t CO2e.
    pub tonnes: Option<Amount>,
    /// What the pathway allows in that year, in t CO2e a person.
    pub tonnes_per_person: Option<Ratio>,
}

/// A report that cannot be compared with the baseline, with the figures that show why.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeftOut {
    /// The year of the report.
    pub year: Year,
    /// Why.
    pub reason: LeftOutReason,
    /// Why, for a person.
    #[schema(example = "The report has no figure at basic.")]
    pub detail: Option<String>,
    /// Its figure, in t CO2e; absent if it has none.
    pub tonnes: Option<Tonnes>,
    /// The people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// Its figure in t CO2e a person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// The part of one side that the other does not know (only `coverage_differs`).
    pub uncovered: Option<Uncovered>,
    /// The revision of the baseline that was in force when the report became known (only `restated_since`).
    #[schema(example = 1)]
    pub old_revision: Option<i32>,
    /// The figure of that revision, in t CO2e (only `restated_since`).
    pub old_tonnes: Option<Tonnes>,
    /// The figure of the baseline today, in t CO2e (only `restated_since`).
    pub new_tonnes: Option<Tonnes>,
    /// How far the one is apart from the other, in percent of today's (only `restated_since`).
    pub apart_percent: Option<Ratio>,
}

vocabulary! {
    /// Why a field is absent.
    AbsentReason {
        /// The target is not judged.
        NotJudged = "not_judged",
        /// The figures cannot be compared.
        NotComparable = "not_comparable",
        /// There are too few figures.
        InsufficientData = "insufficient_data",
        /// The target has no baseline to be measured from.
        NoBaseline = "no_baseline",
        /// The pathway is not above 0, so nothing can be a percentage of it.
        PathwayAtZero = "pathway_at_zero",
        /// The pathway calls for no reduction by the year judged.
        NoReductionCalledFor = "no_reduction_called_for",
        /// The target equals the baseline: there is no reduction to have a share of.
        TargetEqualsBaseline = "target_equals_baseline",
        /// The target year is judged: nothing is left to be required, or to disagree about.
        TargetYearReached = "target_year_reached",
        /// A rate needs amounts above 0.
        NotAboveZero = "not_above_zero",
        /// Fewer than five figures lie in the ten years up to the one judged.
        TooFewPoints = "too_few_points",
        /// The figures of the ten years up to the one judged span fewer than five.
        SpanTooShort = "span_too_short",
        /// The target is per person: what is emitted in all is not asked.
        PerPerson = "per_person",
        /// There is no report for the base year with a figure of the kind, beside the baseline.
        NoReportOfBaseYear = "no_report_of_base_year",
        /// The baseline or the latest report has no lines that both know.
        NoLines = "no_lines",
        /// There is no second opinion that could contradict the course.
        NoSecondOpinion = "no_second_opinion",
    }
}

/// A field that is absent, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AbsentField {
    /// The name of the field.
    #[schema(example = "required.compound_percent_per_year")]
    pub field: &'static str,
    /// Why.
    pub reason: AbsentReason,
}

impl Assessment {
    /// The fields that are absent, by their names in this assessment's unit.
    pub(super) fn absent_fields(&self) -> Vec<&'static str> {
        let named = |tonnes, per_person| if self.unit == Unit::Tonnes { tonnes } else { per_person };
        let fields = [
            ("baseline", self.baseline.is_some()),
            ("judged", self.judged.is_some()),
            (
                named("expected_tonnes", "expected_tonnes_per_person"),
                self.gap.expected_tonnes.is_some() || self.gap.expected_tonnes_per_person.is_some(),
            ),
            (
                named("gap_tonnes", "gap_tonnes_per_person"),
                self.gap.gap_tonnes.is_some() || self.gap.gap_tonnes_per_person.is_some(),
            ),
            ("gap_percent", self.gap.gap_percent.is_some()),
            ("achieved_reduction_percent", self.gap.achieved_reduction_percent.is_some()),
            ("target_progress_percent", self.gap.target_progress_percent.is_some()),
            (
                named("delivered_tonnes", "delivered_tonnes_per_person"),
                self.delivered_tonnes.is_some() || self.delivered_tonnes_per_person.is_some(),
            ),
            (
                named("called_for_tonnes", "called_for_tonnes_per_person"),
                self.called_for_tonnes.is_some() || self.called_for_tonnes_per_person.is_some(),
            ),
            ("pace", self.pace.is_some()),
            ("soon", self.soon.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| !given).map(|(field, _)| field).collect()
    }
}
