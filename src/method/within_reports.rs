//! Within the reports: the same target, measured from the report of the base year instead of the baseline.
//!
//! It answers what the verdict would be if the report were right and the baseline wrong; it is never the verdict
//! itself. The tests of comparability are repeated with that report, and a reduction is taken of its figure.
//! Source: ours.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::Year;

use super::absent::AbsentReason;
use super::base::BaseInventory;
use super::case::Case;
use super::converted_gas::ConvertedGas;
use super::course::{Course, YearNumbers, uncertainty};
use super::printed::{Amount, Ratio};

/// The course measured from the report of the base year.
///
/// A target per person has `..._tonnes_per_person` in place of `..._tonnes`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WithinReports {
    /// The year of the report that serves as the base.
    pub base_year: Year,
    /// The amount of each gas of that report, before and after its conversion to the global warming potentials of the
    /// report judged. Absent if it was not converted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub converted_gases: Vec<ConvertedGas>,
    /// Its figure, in t CO2e.
    pub base_tonnes: Option<Amount>,
    /// Its figure, in t CO2e per person (only targets per person).
    pub base_tonnes_per_person: Option<Ratio>,
    /// What may be emitted in the target year, measured from that report, in t CO2e.
    pub target_tonnes: Option<Amount>,
    /// What may be emitted in the target year, in t CO2e per person (only targets per person).
    pub target_tonnes_per_person: Option<Ratio>,
    /// The latest comparable year before the target year: the year judged.
    pub year: Year,
    /// The emissions of the year judged, in t CO2e.
    pub tonnes: Option<Amount>,
    /// The emissions of the year judged, in t CO2e per person (only targets per person).
    pub tonnes_per_person: Option<Ratio>,
    /// What the pathway from the report allowed in the year judged, in t CO2e.
    pub expected_tonnes: Option<Amount>,
    /// What the pathway from the report allowed in the year judged, in t CO2e per person (only targets per person).
    pub expected_tonnes_per_person: Option<Ratio>,
    /// The emissions above what the pathway allowed, in t CO2e.
    pub gap_tonnes: Option<Amount>,
    /// The emissions above what the pathway allowed, in t CO2e per person (only targets per person).
    pub gap_tonnes_per_person: Option<Ratio>,
    /// The share of the reduction called for that was delivered; absent if no reduction was called for.
    pub pace: Option<Ratio>,
    /// The course.
    pub course: Course,
    /// The uncertainty assumed for the course, in percent: the larger one that the two reports state, at most 10, or
    /// else 3.
    pub uncertainty_percent: Ratio,
}

impl WithinReports {
    /// The opinion on a case, or why there is none.
    pub(super) fn of(case: &Case<'_, '_>) -> Result<Self, AbsentReason> {
        let base = case.base.as_ref().ok_or(AbsentReason::NoBaseline)?;
        let report = base.report_of_its_year(case.view).ok_or(AbsentReason::NoReportOfBaseYear)?;
        let base = BaseInventory::of_report(report, case.target);
        base.figure.ok_or(AbsentReason::NoReportOfBaseYear)?;
        let case = Case::measured_from(Some(base), case.view, case.id, case.known, case.judged_on);
        let pathway = case.pathway.as_ref().map_err(|_| AbsentReason::InsufficientData)?;
        let latest = case.latest().ok_or(AbsentReason::NotComparable)?;
        let numbers = YearNumbers::of(pathway, latest.point(), case.unit);
        let uncertainty = uncertainty(&case.inventories_of(numbers.year));
        let course = numbers.course(pathway, uncertainty, case.unit).ok_or(AbsentReason::NoBaseline)?;
        let gases = case.base.as_ref().map(ConvertedGas::from_base).unwrap_or_default();
        let print = |amount| case.unit.print(Some(amount));
        let base = pathway.base().ok_or(AbsentReason::NoBaseline)?;
        let (base_tonnes, base_tonnes_per_person) = print(base.amount);
        let (target_tonnes, target_tonnes_per_person) = print(pathway.target().amount);
        let (tonnes, tonnes_per_person) = print(numbers.actual);
        let (expected_tonnes, expected_tonnes_per_person) = print(numbers.expected);
        let (gap_tonnes, gap_tonnes_per_person) = print(numbers.gap);
        Ok(WithinReports {
            base_year: base.year,
            converted_gases: gases,
            base_tonnes,
            base_tonnes_per_person,
            target_tonnes,
            target_tonnes_per_person,
            year: numbers.year,
            tonnes,
            tonnes_per_person,
            expected_tonnes,
            expected_tonnes_per_person,
            gap_tonnes,
            gap_tonnes_per_person,
            pace: numbers.pace.and_then(Ratio::new),
            course,
            uncertainty_percent: Ratio::new(100.0 * uncertainty).ok_or(AbsentReason::InsufficientData)?,
        })
    }
}
