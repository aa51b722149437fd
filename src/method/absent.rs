//! Fields of an assessment that are absent, and why.

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::vocabulary::vocabulary;

vocabulary! {
    /// Why a field is absent.
    AbsentReason {
        /// The target is not judged.
        NotJudged = "not_judged",
        /// The figures cannot be compared.
        NotComparable = "not_comparable",
        /// There are too few figures.
        InsufficientData = "insufficient_data",
        /// The target has no baseline that it could be measured from.
        NoBaseline = "no_baseline",
        /// The pathway allows nothing, so there is no percentage of it.
        PathwayAtZero = "pathway_at_zero",
        /// The pathway called for no reduction by the year judged.
        NoReductionCalledFor = "no_reduction_called_for",
        /// The target equals the baseline, so there is no share of the reduction.
        TargetEqualsBaseline = "target_equals_baseline",
        /// The target year is judged, so nothing remains to be required or to be doubted.
        TargetYearReached = "target_year_reached",
        /// A rate of change needs amounts above 0.
        NotAboveZero = "not_above_zero",
        /// Fewer than five figures lie in the ten years up to the year judged.
        TooFewPoints = "too_few_points",
        /// The figures of the ten years up to the year judged span fewer than five years.
        SpanTooShort = "span_too_short",
        /// The target is per person, but this is about all emissions together.
        PerPerson = "per_person",
        /// There is no report for the base year with such a figure next to the baseline.
        NoReportOfBaseYear = "no_report_of_base_year",
        /// The baseline and the latest report have no lines that both know.
        NoLines = "no_lines",
        /// There is no second opinion that could contradict the course.
        NoSecondOpinion = "no_second_opinion",
    }
}

/// A field that is absent, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AbsentField {
    /// The name of the field; a dot leads into an object.
    #[schema(example = "required.compound_percent_per_year")]
    pub field: &'static str,
    /// Why it is absent.
    pub reason: AbsentReason,
}
