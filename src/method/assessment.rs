//! The assessment of a target: its verdict, and every number that the verdict is made from.

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::level::Level;
use crate::record::target::{Milestone, TargetKind};
use crate::record::units::{Percent, TonnesPerPerson};
use crate::record::{DayOrYear, Name, Sector, Slug, Standing, Tonnes, Year};

use super::absent::AbsentField;
use super::budget::Budget;
use super::caution::{Caution, Confidence};
use super::cited::{BaseYearReport, CitedFigure, PathwayPoint, YearFigure};
use super::course::Course;
use super::left_out::LeftOut;
use super::like_for_like::LikeForLike;
use super::milestone::MilestoneAssessment;
use super::printed::{Amount, Ratio, Unit};
use super::required::Required;
use super::trend::Trend;
use super::verdict::{Reason, Verdict};
use super::within_reports::WithinReports;

/// The assessments of all targets of a city.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assessments {
    /// The id of the target that is shown first for the city. Only targets that are adopted or in law and cover the
    /// whole city qualify. Targets not yet due come first; among them, the one whose pathway leaves the smallest share
    /// of the latest comparable figure in five years. Absent if no target qualifies.
    pub headline: Option<Slug>,
    /// The assessments, by id of the target.
    pub targets: Vec<Assessment>,
}

/// The assessment of a target, with everything that the verdict was made from. `absent` lists the fields that are
/// missing, with the reason.
///
/// A target per person has `..._tonnes_per_person` (t CO2e per person) instead of `..._tonnes` (t CO2e).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assessment {
    /// What it asks for.
    #[serde(flatten)]
    pub target: TargetSummary,
    /// True if it is adopted or in law on the day of judgement; a target that ended earlier binds nobody.
    #[serde(skip)]
    pub is_binding: bool,
    /// Whether the target is being kept, as far as can be said on the day of judgement.
    pub verdict: Verdict,
    /// How the city stood against its pathway in the latest comparable year before the target year. Absent if the
    /// target is decided, or no figure can be compared.
    pub course: Option<Course>,
    /// The years from the year after the target year to that of the judgement; absent unless the verdict is
    /// `unreported`.
    #[schema(minimum = 0, example = 0)]
    pub overdue_years: Option<i32>,
    /// How reliable the verdict is.
    pub confidence: Confidence,
    /// Why there is no verdict, or why a target is missed whose level was reached but whose rest was not offset; absent
    /// otherwise.
    pub reason: Option<Reason>,
    /// The unit in which the target is judged.
    pub unit: Unit,
    /// The verdict as one sentence, with rounded numbers.
    #[schema(
        example = "In 2020 Los Angeles emitted 21.0 Mt CO2e, 10.8 % above its pathway to zero emissions by 2050."
    )]
    pub sentence: String,
    /// The figure that the target is measured from, `B`; absent if there is none.
    #[serde(rename = "baseline_figure")]
    pub baseline: Option<CitedFigure>,
    /// The report for the base year, compared with the baseline: more than 5 % apart, it contradicts the baseline.
    /// Absent if there is no such report next to a baseline.
    pub base_year_report: Option<BaseYearReport>,
    /// The figure of the year judged, `A`: the latest comparable one before the target year. Once the target is decided,
    /// it is the figure for the target year, or the first one after it. Absent if no figure can be judged.
    #[serde(rename = "judged_figure")]
    pub judged: Option<CitedFigure>,
    /// The difference of that figure from what the pathway allowed, and from the target.
    #[serde(flatten)]
    pub gap: Gap,
    /// The reduction since the base year, `B - A`, in t CO2e; below 0 after a rise.
    pub delivered_tonnes: Option<Amount>,
    /// The reduction since the base year, in t CO2e per person (only targets per person).
    pub delivered_tonnes_per_person: Option<Ratio>,
    /// The reduction that the pathway called for by the year judged, `B - P`, in t CO2e; below 0 if it allowed growth.
    pub called_for_tonnes: Option<Amount>,
    /// The reduction that the pathway called for by the year judged, in t CO2e per person (only targets per person).
    pub called_for_tonnes_per_person: Option<Ratio>,
    /// The share of the reduction called for that was delivered: 1 is exactly on schedule. Absent if no reduction was
    /// called for.
    pub pace: Option<Ratio>,
    /// How fast emissions must fall from now on, and how fast they fell so far.
    pub required: Option<Required>,
    /// The trend of the last ten years, extended to the target year; it never changes the verdict.
    pub trend: Option<Trend>,
    /// The emissions of all reported years together, compared with what the pathway allowed.
    pub budget: Option<Budget>,
    /// The compound rate of change so far, as a ratio to the rate that the whole way to the target requires (Eurostat).
    pub growth_ratio: Option<Ratio>,
    /// The course measured from the report of the base year instead of the baseline; it never changes the verdict.
    pub within_reports: Option<WithinReports>,
    /// The change on the lines that both the baseline and the latest report know; it never changes the verdict.
    pub like_for_like: Option<LikeForLike>,
    /// True if a second opinion contradicts the course. Either the course is `on_track`, and the trend is `unlikely`, the
    /// budget is exceeded by more than 10 %, or `within_reports` or `like_for_like` has a worse course. Or the course is
    /// `behind`, `off_track` or `moving_away`, and the trend is `likely`.
    #[schema(example = false)]
    pub disagreement: Option<bool>,
    /// What the pathway leaves in five years; the headline is chosen by it.
    pub soon: Option<Soon>,
    /// The city's own milestones, each judged by itself; empty if the figures cannot be compared.
    #[serde(rename = "judged_milestones")]
    pub milestones: Vec<MilestoneAssessment>,
    /// The points that straight lines of the pathway connect: baseline, milestones and target. After the target the
    /// pathway is flat.
    pub pathway: Vec<PathwayPoint>,
    /// The comparable figures after the base year, by year.
    pub figures: Vec<YearFigure>,
    /// What a reader should know before using the verdict.
    pub cautions: Vec<Caution>,
    /// The reports after the base year that cannot be compared with the baseline, by year.
    pub left_out: Vec<LeftOut>,
    /// The fields that are absent, and why.
    pub absent: Vec<AbsentField>,
}

/// The difference of the figure of the year judged, `A`, from what the pathway allowed, and from the target.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, ToSchema)]
pub struct Gap {
    /// What the pathway allowed in the year judged, `P`, in t CO2e; absent if no year is judged.
    pub expected_tonnes: Option<Amount>,
    /// What the pathway allowed in the year judged, in t CO2e per person (only targets per person).
    pub expected_tonnes_per_person: Option<Ratio>,
    /// `A - P`, in t CO2e: above 0 if more was emitted than the pathway allowed.
    pub gap_tonnes: Option<Amount>,
    /// `A - P`, in t CO2e per person (only targets per person).
    pub gap_tonnes_per_person: Option<Ratio>,
    /// The gap in percent of what the pathway allowed; absent if the pathway allowed nothing.
    pub gap_percent: Option<Ratio>,
    /// The reduction since the base year, in percent of the baseline figure; below 0 after a rise. Absent without a
    /// baseline.
    pub achieved_reduction_percent: Option<Ratio>,
    /// The reduction since the base year, in percent of the whole reduction pledged. Absent without a baseline, or if
    /// the target equals it.
    pub target_progress_percent: Option<Ratio>,
}

/// The target as it was set, with all that the verdict is made from.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetSummary {
    /// The target's id within its city.
    #[serde(rename = "target")]
    pub id: Slug,
    /// Its kind.
    pub kind: TargetKind,
    /// The city's own name for it; absent if not known.
    #[schema(value_type = String, example = "Carbon neutral by 2050")]
    pub title: Option<Name>,
    /// The level of the totals that it applies to.
    pub level: Level,
    /// The sector it covers; absent if it covers the whole city.
    pub sector: Option<Sector>,
    /// The id of the baseline it names; absent if it names none.
    pub baseline: Option<Slug>,
    /// The base year it names instead of a baseline; absent if it names none.
    pub base_year: Option<Year>,
    /// The year by which it must be met.
    pub target_year: Year,
    /// The reduction in percent of the baseline figure, or of the scenario for `baseline_scenario`; absent for
    /// `fixed_level`.
    pub reduction_percent: Option<Percent>,
    /// The level pledged, in t CO2e (only `fixed_level`).
    pub tonnes: Option<Tonnes>,
    /// The level pledged, in t CO2e per person (only `fixed_level`).
    pub tonnes_per_person: Option<TonnesPerPerson>,
    /// The emissions that the scenario predicts for the target year, in t CO2e (only `baseline_scenario`).
    pub scenario_tonnes: Option<Tonnes>,
    /// The share of the baseline figure that is planned to be offset, in percent; absent if none is stated. Only for
    /// net zero does it count, and up to 10 %.
    pub max_offset_percent: Option<Percent>,
    /// The city's own intermediate steps, by year. For a target per person, their tonnes are t CO2e per person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// What may be emitted in the target year, `T`, in t CO2e. For net zero this includes what is left to be offset.
    /// Absent without a baseline, if the target needs one.
    pub target_tonnes: Option<Amount>,
    /// What may be emitted in the target year, in t CO2e per person (only targets per person).
    pub target_tonnes_per_person: Option<Ratio>,
    /// What may be emitted without any offset, in t CO2e; absent unless it is less than `target_tonnes`.
    pub target_gross_tonnes: Option<Amount>,
    /// What may be emitted without any offset, in t CO2e per person; absent unless it is less than
    /// `target_tonnes_per_person`.
    pub target_gross_tonnes_per_person: Option<Ratio>,
    /// Its status as recorded. A target that ended after its target year is still judged.
    pub standing: Standing,
    /// The day it was set; absent if not known.
    #[schema(example = "2019-04-29")]
    pub set_on: Option<NaiveDate>,
    /// The day or the year in which it was superseded or withdrawn; absent unless stated.
    #[schema(value_type = String, example = "2019-04-29")]
    pub ended_on: Option<DayOrYear>,
    /// True if it depends on others, such as on national support; absent if not known.
    pub conditional: Option<bool>,
    /// The revision of the target that was judged.
    #[schema(example = 1)]
    pub revision: i32,
}

/// What a pathway leaves, in five years, of the present emissions. The headline is the target with the lowest share,
/// among the targets that bind the whole city; those not yet due come first.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Soon {
    /// The year: five years after the judgement.
    pub year: Year,
    /// What the pathway allows in that year, in t CO2e.
    pub expected_tonnes: Option<Amount>,
    /// What the pathway allows in that year, in t CO2e per person (only targets per person).
    pub expected_tonnes_per_person: Option<Ratio>,
    /// That amount as a share of the latest of `figures`.
    pub share: Ratio,
}

impl Assessment {
    /// The names of the fields that are absent, in the unit of this assessment.
    pub(super) fn absent_fields(&self) -> Vec<&'static str> {
        let in_unit = |tonnes, per_person| if self.unit == Unit::Tonnes { tonnes } else { per_person };
        let fields = [
            ("baseline_figure", self.baseline.is_some()),
            ("judged_figure", self.judged.is_some()),
            (
                in_unit("expected_tonnes", "expected_tonnes_per_person"),
                self.gap.expected_tonnes.is_some() || self.gap.expected_tonnes_per_person.is_some(),
            ),
            (
                in_unit("gap_tonnes", "gap_tonnes_per_person"),
                self.gap.gap_tonnes.is_some() || self.gap.gap_tonnes_per_person.is_some(),
            ),
            ("gap_percent", self.gap.gap_percent.is_some()),
            ("achieved_reduction_percent", self.gap.achieved_reduction_percent.is_some()),
            ("target_progress_percent", self.gap.target_progress_percent.is_some()),
            (
                in_unit("delivered_tonnes", "delivered_tonnes_per_person"),
                self.delivered_tonnes.is_some() || self.delivered_tonnes_per_person.is_some(),
            ),
            (
                in_unit("called_for_tonnes", "called_for_tonnes_per_person"),
                self.called_for_tonnes.is_some() || self.called_for_tonnes_per_person.is_some(),
            ),
            ("pace", self.pace.is_some()),
            ("soon", self.soon.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| !given).map(|(field, _)| field).collect()
    }
}
