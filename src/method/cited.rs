//! The figures of an assessment: each with its year, its revision and where it was published.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::left_out::LeftOutReason;
use super::printed::{Amount, Ratio};
use crate::record::inventory::AlsoStated;
use crate::record::units::{Percent, Population};
use crate::record::warning::WarningCode;
use crate::record::{Slug, Source, Tonnes, Year};

/// A figure, and where it was published.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CitedFigure {
    /// The id of the baseline; absent for a report, which its year identifies.
    pub id: Option<Slug>,
    /// The year; for a fiscal year, the one in which it begins.
    pub year: Year,
    /// The figure as a total, in t CO2e.
    pub tonnes: Tonnes,
    /// The number of people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// The figure that is compared, in t CO2e per person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// Carbon credits retired for that year, in t CO2e; absent if none are stated. They never lower the figure, but
    /// cover what net zero leaves over.
    pub credits_retired_tonnes: Option<Tonnes>,
    /// These credits in t CO2e per person (only targets per person).
    pub credits_retired_tonnes_per_person: Option<Ratio>,
    /// The uncertainty of the figure as the city states it, in percent; absent if not stated.
    pub uncertainty_percent: Option<Percent>,
    /// The revision of the baseline or report.
    #[schema(example = 1)]
    pub revision: i32,
    /// Probable mistakes in the figure; absent if none were found. The record has the details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warning_codes: Vec<WarningCode>,
    /// Totals that other sources state for the same year and level; absent if there are none.
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
    /// The figure as a total, in t CO2e.
    pub tonnes: Tonnes,
    /// The number of people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// The figure that is compared, in t CO2e per person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// Carbon credits retired for that year, in t CO2e; absent if none are stated. They never lower the figure, but
    /// cover what net zero leaves over.
    pub credits_retired_tonnes: Option<Tonnes>,
    /// These credits in t CO2e per person (only targets per person).
    pub credits_retired_tonnes_per_person: Option<Ratio>,
    /// True if it uses other global warming potentials than those the baseline was converted to. Trend and budget then
    /// leave it out. Absent if false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_other_gwp: bool,
    /// The revision of the report.
    #[schema(example = 1)]
    pub revision: i32,
    /// Probable mistakes in the figure; absent if none were found. The report has the details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warning_codes: Vec<WarningCode>,
}

/// The report for the base year, compared with a recorded baseline.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BaseYearReport {
    /// The base year.
    pub year: Year,
    /// The figure as a total, in t CO2e.
    pub tonnes: Tonnes,
    /// The number of people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// The figure in t CO2e per person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// The difference from the baseline, in percent of the baseline. Above 1 there is a caution, above 5 no verdict,
    /// unless both name the same series. Absent if the baseline has no figure above 0.
    pub apart_percent: Option<Ratio>,
    /// Why it cannot be compared with the baseline; absent if it can.
    pub left_out_reason: Option<LeftOutReason>,
    /// The revision of the report.
    #[schema(example = 1)]
    pub revision: i32,
}

/// A point that the pathway passes through.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PathwayPoint {
    /// The year.
    pub year: Year,
    /// What the pathway allows in that year, in t CO2e.
    pub tonnes: Option<Amount>,
    /// What the pathway allows in that year, in t CO2e per person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
}
