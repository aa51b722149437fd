//! An assessment in one row: what the target asks for, the verdict, and the figures of the year judged.

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::method::{Amount, Assessment, CautionCode, Confidence, Course, Gap, Ratio, Reason, Unit, Verdict};
use crate::record::target::TargetKind;
use crate::record::units::Population;
use crate::record::warning::WarningCode;
use crate::record::{DayOrYear, Level, Name, Percent, Sector, Source, Standing, Tonnes, Year};

/// An assessment in one row. The status of its city has all that the verdict was made from.
///
/// The verdict says how the target stands on the day of judgement. Of one that is `unreported` or `outdated` the figures
/// tell only how it stood in the year judged: that is its `course`, and must not be shown as a verdict.
///
/// A target per person has `..._tonnes_per_person` (t CO2e a person) in place of `..._tonnes` (t CO2e).
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlatAssessment {
    /// Its kind.
    pub kind: TargetKind,
    /// What the city calls it, in its own words.
    #[schema(value_type = String, example = "Carbon neutral by 2050")]
    pub title: Option<Name>,
    /// The level of the totals it speaks of.
    pub level: Level,
    /// The only sector it covers, if it does not cover the whole city: its numeral in the GPC, or GPC lines.
    pub sector: Option<Sector>,
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
    /// The year by which it is to be met.
    pub target_year: Year,
    /// Percent below the baseline figure (of `baseline_scenario`: below the scenario).
    pub reduction_percent: Option<Percent>,
    /// What may be emitted in the target year, `T`, in t CO2e: of net zero what is left to be offset is included.
    pub target_tonnes: Option<Amount>,
    /// What may be emitted in the target year, in t CO2e a person.
    pub target_tonnes_per_person: Option<Ratio>,
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
        example = "In 2020 Los Angeles emitted 21.0 Mt CO2e, 10.8 % above its pathway to halving 1990 emissions by 2025."
    )]
    pub sentence: String,
    /// The year that the target is measured from, `b`.
    pub baseline_year: Option<Year>,
    /// The whole city's figure of that year, `B`, in t CO2e.
    pub baseline_tonnes: Option<Tonnes>,
    /// The people of that year (only targets per person).
    pub baseline_population: Option<Population>,
    /// The figure of that year in t CO2e a person (only targets per person).
    pub baseline_tonnes_per_person: Option<Ratio>,
    /// What may be a slip in that figure; absent when nothing seems to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub baseline_warning_codes: Vec<WarningCode>,
    /// The year judged: the target year, or the first after it that decides, once it is decided; else that of the latest
    /// comparable figure before it.
    pub judged_year: Option<Year>,
    /// The whole city's figure of the year judged, `A`, in t CO2e.
    pub judged_tonnes: Option<Tonnes>,
    /// The people of the year judged (only targets per person).
    pub judged_population: Option<Population>,
    /// The figure of the year judged in t CO2e a person (only targets per person).
    pub judged_tonnes_per_person: Option<Ratio>,
    /// The year of the latest comparable figure.
    pub latest_year: Option<Year>,
    /// How far that is from what the pathway allowed, and from the target.
    #[serde(flatten)]
    pub gap: Gap,
    /// The share of the reduction called for that is delivered, 1 for exactly on schedule; absent unless one is
    /// called for.
    pub pace: Option<Ratio>,
    /// The yearly reduction still to be made, in t CO2e a year; below 0 where emissions may rise.
    pub required_tonnes_per_year: Option<Amount>,
    /// Eurostat's ratio of actual to needed growth.
    pub growth_ratio: Option<Ratio>,
    /// Whether the course and the second opinions point different ways.
    pub disagreement: Option<bool>,
    /// What a reader should know before using the verdict.
    pub caution_codes: Vec<CautionCode>,
    /// What may be a slip in the figure of the year judged; absent when nothing seems to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warning_codes: Vec<WarningCode>,
    /// Where the figure that the target is measured from was published.
    pub baseline_source: Option<Source>,
    /// Where the figure of the year judged was published.
    pub judged_source: Option<Source>,
}

impl FlatAssessment {
    /// The row of an assessment.
    #[must_use]
    pub fn of(assessment: &Assessment) -> Self {
        let (target, baseline, judged) = (&assessment.target, assessment.baseline.as_ref(), assessment.judged.as_ref());
        FlatAssessment {
            kind: target.kind,
            title: target.title.clone(),
            level: target.level,
            sector: target.sector.clone(),
            standing: target.standing,
            set_on: target.set_on,
            ended_on: target.ended_on,
            conditional: target.conditional,
            target_year: target.target_year,
            reduction_percent: target.reduction_percent,
            target_tonnes: target.target_tonnes,
            target_tonnes_per_person: target.target_tonnes_per_person,
            verdict: assessment.verdict,
            course: assessment.course,
            overdue_years: assessment.overdue_years,
            confidence: assessment.confidence,
            reason: assessment.reason,
            unit: assessment.unit,
            sentence: assessment.sentence.clone(),
            baseline_year: baseline.map(|figure| figure.year),
            baseline_tonnes: baseline.map(|figure| figure.tonnes),
            baseline_population: baseline.and_then(|figure| figure.population),
            baseline_tonnes_per_person: baseline.and_then(|figure| figure.tonnes_per_person),
            baseline_warning_codes: baseline.map(|figure| figure.warning_codes.clone()).unwrap_or_default(),
            judged_year: judged.map(|figure| figure.year),
            judged_tonnes: judged.map(|figure| figure.tonnes),
            judged_population: judged.and_then(|figure| figure.population),
            judged_tonnes_per_person: judged.and_then(|figure| figure.tonnes_per_person),
            latest_year: assessment.figures.last().map(|figure| figure.year),
            gap: assessment.gap,
            pace: assessment.pace,
            required_tonnes_per_year: assessment.required.as_ref().and_then(|required| required.tonnes_per_year),
            growth_ratio: assessment.growth_ratio,
            disagreement: assessment.disagreement,
            caution_codes: codes(assessment),
            warning_codes: judged.map(|figure| figure.warning_codes.clone()).unwrap_or_default(),
            baseline_source: baseline.map(|figure| figure.source.clone()),
            judged_source: judged.map(|figure| figure.source.clone()),
        }
    }
}

/// The codes of the cautions, each once, in their order.
pub(in crate::api) fn codes(assessment: &Assessment) -> Vec<CautionCode> {
    let mut codes: Vec<CautionCode> = Vec::new();
    for caution in &assessment.cautions {
        if !codes.contains(&caution.code) {
            codes.push(caution.code);
        }
    }
    codes
}
