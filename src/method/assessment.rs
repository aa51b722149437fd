//! What is said of a target: the verdict, and every number it was made from.

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::inventory::Level;
use crate::record::target::{Milestone, TargetKind};
use crate::record::units::{Percent, Population};
use crate::record::vocabulary::vocabulary;
use crate::record::warning::WarningCode;
use crate::record::{Slug, Source, Standing, Tonnes, Year};

use super::budget::Budget;
use super::caution::{Caution, Confidence};
use super::comparison::LeftOutReason;
use super::printed::{Amount, Ratio, Unit};
use super::required::Required;
use super::trend::Trend;
use super::verdict::{Reason, Verdict};

/// Every target of a city, judged.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assessments {
    /// The id of the target that speaks for the city: of those judged the one with the nearest future
    /// year (the year of judgement counts), else the latest; of two with the same year the first by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, pattern = "^[a-z0-9-]{2,64}$", example = "2025-half")]
    pub headline: Option<Slug>,
    /// The targets, by id.
    pub targets: Vec<Assessment>,
}

/// A target, judged. Everything the verdict was made from is printed here.
///
/// A target per person has `..._tonnes_per_person` (t CO2e a person) in place of `..._tonnes` (t CO2e).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assessment {
    /// The target.
    pub target: TargetSummary,
    /// Whether it is being kept.
    pub verdict: Verdict,
    /// How far the figures carry the verdict.
    pub confidence: Confidence,
    /// Why there is no verdict; absent when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The unit in which the target is judged.
    pub unit: Unit,
    /// The verdict as one sentence, with rounded numbers.
    #[schema(
        example = "In 2020 Los Angeles emitted 21.0 Mt CO2e, 10.8 % above its pathway to zero emissions by 2050."
    )]
    pub sentence: String,
    /// The figure that the target is measured from, `B`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<CitedFigure>,
    /// The figure of the year judged, `A`: the latest comparable one, or the first for the target year or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<CitedFigure>,
    /// What the pathway allowed in the year judged, `P`, in t CO2e.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 18_999_263.429)]
    pub expected_tonnes: Option<Amount>,
    /// What the pathway allowed in the year judged, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 4.25)]
    pub expected_tonnes_per_person: Option<Ratio>,
    /// `A - P`, in t CO2e: above 0 when more was emitted than the pathway allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 2_050_067.571)]
    pub gap_tonnes: Option<Amount>,
    /// `A - P`, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 0.75)]
    pub gap_tonnes_per_person: Option<Ratio>,
    /// The gap in percent of what the pathway allowed; absent when that is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 10.790_248)]
    pub gap_percent: Option<Ratio>,
    /// The reduction since the base year in percent of the baseline figure; below 0 after a rise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 36.691_287)]
    pub achieved_reduction_percent: Option<Ratio>,
    /// The reduction since the base year in percent of the whole reduction pledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 73.382_574)]
    pub target_progress_percent: Option<Ratio>,
    /// The reduction since the base year, `B - A`, in t CO2e.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 12_199_380)]
    pub delivered_tonnes: Option<Amount>,
    /// The reduction since the base year, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 2.5)]
    pub delivered_tonnes_per_person: Option<Ratio>,
    /// The reduction that the pathway called for by the year judged, `B - P`, in t CO2e; below 0 where growth is
    /// allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 14_249_447.571)]
    pub called_for_tonnes: Option<Amount>,
    /// The reduction that the pathway called for by the year judged, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 3.25)]
    pub called_for_tonnes_per_person: Option<Ratio>,
    /// The share of the reduction called for that is delivered, 1 for exactly on schedule; absent unless one is
    /// called for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 0.856_13)]
    pub pace: Option<Ratio>,
    /// How fast emissions must fall from here, beside how fast they fell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Required>,
    /// Where the figures of the last ten years lead; never a verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<Trend>,
    /// What was emitted in all the years reported on, against what the pathway allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// The compound rate so far as a share of the rate that the whole way to the target asks for (Eurostat).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 0.771_198)]
    pub growth_ratio: Option<Ratio>,
    /// Whether a second opinion contradicts the verdict: on track, but the trend makes it unlikely or the budget
    /// is more than 10 % over; or behind or off track, but the trend makes it likely.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = false)]
    pub disagreement: Option<bool>,
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
    pub absent: Vec<Absent>,
}

/// What a target asks for: all of it that a verdict is made from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetSummary {
    /// Its id within the city.
    #[schema(value_type = String, pattern = "^[a-z0-9-]{2,64}$", example = "2025-half")]
    pub id: Slug,
    /// Its kind.
    pub kind: TargetKind,
    /// The level of the totals it speaks of.
    pub level: Level,
    /// The only sector it covers, if it does not cover the whole city.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "Buildings")]
    pub sector: Option<String>,
    /// The id of the baseline it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, pattern = "^[a-z0-9-]{2,64}$", example = "1990")]
    pub baseline: Option<Slug>,
    /// The base year it names in place of a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_year: Option<Year>,
    /// The year by which it is to be met.
    pub target_year: Year,
    /// Percent below the baseline figure (of `baseline_scenario`: below the scenario).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 50)]
    pub reduction_percent: Option<Percent>,
    /// The level pledged, in t CO2e (only `fixed_level`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 0)]
    pub tonnes: Option<Tonnes>,
    /// What the scenario foresees for the target year, in t CO2e (only `baseline_scenario`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 40_000_000)]
    pub scenario_tonnes: Option<Tonnes>,
    /// The share of the baseline figure that may be offset, in percent: it raises what may be emitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 10)]
    pub max_offset_percent: Option<Percent>,
    /// The steps on the way that the city itself set, by year; tonnes of a per-person target are t CO2e a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<Milestone>>)]
    pub milestones: Vec<Milestone>,
    /// What may be emitted in the target year, `T`, in t CO2e: offsets included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 16_624_355.5)]
    pub target_tonnes: Option<Amount>,
    /// What may be emitted in the target year, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 3.5)]
    pub target_tonnes_per_person: Option<Ratio>,
    /// Its standing; only adopted targets and those in law are judged.
    pub standing: Standing,
    /// Whether it depends on what others do, such as national support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditional: Option<bool>,
    /// The revision of the target that was judged.
    #[schema(example = 1)]
    pub revision: i32,
}

/// A figure, and where it was published.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CitedFigure {
    /// The id of the baseline; absent for a report, which its year names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, pattern = "^[a-z0-9-]{2,64}$", example = "1990")]
    pub id: Option<Slug>,
    /// The year; of a fiscal year the one in which it begins.
    pub year: Year,
    /// The whole city's figure, in t CO2e.
    #[schema(value_type = f64, example = 33_248_711)]
    pub tonnes: Tonnes,
    /// The people it is divided by (only targets per person).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, example = 3_898_474)]
    pub population: Option<Population>,
    /// The figure that is compared, in t CO2e a person (only targets per person).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 5.399_377)]
    pub tonnes_per_person: Option<Ratio>,
    /// The revision of the baseline or report.
    #[schema(example = 1)]
    pub revision: i32,
    /// What may be a slip in the figure; absent when nothing seems to be. The record tells more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<WarningCode>>)]
    pub warnings: Vec<WarningCode>,
    /// Where it was published.
    pub source: Source,
}

/// A comparable figure of one year.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct YearFigure {
    /// The year.
    pub year: Year,
    /// The whole city's figure, in t CO2e.
    #[schema(value_type = f64, example = 21_049_331)]
    pub tonnes: Tonnes,
    /// The people it is divided by (only targets per person).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, example = 3_898_474)]
    pub population: Option<Population>,
    /// The figure that is compared, in t CO2e a person (only targets per person).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 5.399_377)]
    pub tonnes_per_person: Option<Ratio>,
    /// The revision of the report.
    #[schema(example = 1)]
    pub revision: i32,
    /// What may be a slip in the figure; absent when nothing seems to be. The report tells more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<WarningCode>>)]
    pub warnings: Vec<WarningCode>,
}

/// A point that the pathway is drawn through.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PathwayPoint {
    /// The year.
    pub year: Year,
    /// What the pathway allows in that year, in t CO2e.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 33_248_711)]
    pub tonnes: Option<Amount>,
    /// What the pathway allows in that year, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 7.5)]
    pub tonnes_per_person: Option<Ratio>,
}

/// A report that cannot be compared with the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOut {
    /// The year of the report.
    pub year: Year,
    /// Why.
    pub reason: LeftOutReason,
    /// Why, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "The report has no figure at basic.")]
    pub detail: Option<String>,
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
        /// The pathway is at 0, which nothing can be a percentage of.
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
        /// There is no trend, or budget of several years, that could contradict the verdict.
        NoSecondOpinion = "no_second_opinion",
    }
}

/// A field that is absent, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Absent {
    /// The name of the field.
    #[schema(value_type = String, example = "required.compound_percent_per_year")]
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
                self.expected_tonnes.is_some() || self.expected_tonnes_per_person.is_some(),
            ),
            (
                named("gap_tonnes", "gap_tonnes_per_person"),
                self.gap_tonnes.is_some() || self.gap_tonnes_per_person.is_some(),
            ),
            ("gap_percent", self.gap_percent.is_some()),
            ("achieved_reduction_percent", self.achieved_reduction_percent.is_some()),
            ("target_progress_percent", self.target_progress_percent.is_some()),
            (
                named("delivered_tonnes", "delivered_tonnes_per_person"),
                self.delivered_tonnes.is_some() || self.delivered_tonnes_per_person.is_some(),
            ),
            (
                named("called_for_tonnes", "called_for_tonnes_per_person"),
                self.called_for_tonnes.is_some() || self.called_for_tonnes_per_person.is_some(),
            ),
            ("pace", self.pace.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| !given).map(|(field, _)| field).collect()
    }
}
