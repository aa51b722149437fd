//! Reports that are not compared with the baseline, and why.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::coverage::Uncovered;
use super::printed::Ratio;
use crate::record::units::Population;
use crate::record::vocabulary::vocabulary;
use crate::record::{Tonnes, Year};

vocabulary! {
    /// Why a report after the base year cannot be compared with the baseline.
    LeftOutReason {
        /// It has no figure at the target's level, or lacks lines of the target's sector.
        NoFigureAtLevel = "no_figure_at_level",
        /// It and the baseline name different series.
        SeriesDiffers = "series_differs",
        /// It and the baseline declare different protocols.
        ProtocolDiffers = "protocol_differs",
        /// It and the baseline both declare gases, and one covers CO2 only, the other more.
        GasesDiffer = "gases_differ",
        /// The city was merged or split between the two, and they do not name the same series.
        BoundaryChanged = "boundary_changed",
        /// More than 5 % of one of the two is on lines that the other does not know.
        CoverageDiffers = "coverage_differs",
        /// The baseline was restated by more than 5 % after the report became known, and the report was not.
        RestatedSince = "restated_since",
        /// The target is per person, and the report states no population.
        NoPopulation = "no_population",
    }
}

/// A report that cannot be compared with the baseline, with the figures that show why.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeftOut {
    /// The year of the report.
    pub year: Year,
    /// Why it is left out.
    pub reason: LeftOutReason,
    /// The reason as a sentence.
    #[schema(example = "The report has no figure at basic.")]
    pub detail: Option<String>,
    /// Its figure, in t CO2e; absent if it has none.
    pub tonnes: Option<Tonnes>,
    /// The number of people it is divided by (only targets per person).
    pub population: Option<Population>,
    /// Its figure in t CO2e per person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// The part of one inventory that the other does not know (only `coverage_differs`).
    pub uncovered: Option<Uncovered>,
    /// The revision of the baseline that was in force when the report became known (only `restated_since`).
    #[schema(example = 1)]
    pub old_revision: Option<i32>,
    /// The figure of that revision, in t CO2e (only `restated_since`).
    pub old_tonnes: Option<Tonnes>,
    /// The present figure of the baseline, in t CO2e (only `restated_since`).
    pub new_tonnes: Option<Tonnes>,
    /// The difference of the two, in percent of the present one (only `restated_since`).
    pub apart_percent: Option<Ratio>,
}
