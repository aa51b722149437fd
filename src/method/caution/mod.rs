//! Cautions and confidence: how reliable a verdict is (sections 1, 4 and 7 of the method).

mod accounting;
mod coverage;
mod figures;
pub(super) mod timing;

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::inventory::Inventory;
use crate::record::level::Level;
use crate::record::vocabulary::vocabulary;
use crate::record::{Percent, Slug, View, Year};

use super::accounting::Accounting;
use super::base::BaseInventory;
use super::case::Case;
use super::comparison::{BaseYearComparison, Compared};
use super::conclusion::Conclusion;
use super::converted_gas::ConvertedGas;
use super::coverage::Uncovered;
use super::printed::{Amount, Ratio, Unit};
use super::scope::Scope;

pub(super) use figures::is_contradicted;
pub(super) use timing::STALE_AFTER_YEARS;

vocabulary! {
    /// What a reader should know before using a verdict.
    CautionCode {
        /// The latest figure is more than 4 years older than the judgement.
        Stale = "stale",
        /// The latest figure is less than 5 years after the base year.
        Early = "early",
        /// Fewer than 3 comparable reports follow the base year.
        FewPoints = "few_points",
        /// The budget includes years without a comparable report, which straight lines fill.
        Interpolated = "interpolated",
        /// The target year has no figure, so those on either side of it decide.
        TargetYearSkipped = "target_year_skipped",
        /// A later figure is above the target again, after it was met.
        Rebounded = "rebounded",
        /// The figure that decides is so close to the target that the uncertainty of inventories could reverse the
        /// verdict.
        WithinUncertainty = "within_uncertainty",
        /// The base year or the year judged is 2020 or 2021.
        PandemicYear = "pandemic_year",
        /// The milestones leave most of the reduction to the end.
        Backloaded = "backloaded",
        /// More than a tenth of the baseline is planned to be offset; only a tenth counts.
        OffsetHeavy = "offset_heavy",
        /// The log recorded only after the target year that the target had ended by then.
        EndedClaimedLater = "ended_claimed_later",
        /// The baseline or a report names no series, so the tests of comparability decide.
        SeriesUndeclared = "series_undeclared",
        /// The baseline or a report follows the GPC, the other the CRF, which was made from it.
        ProtocolRelated = "protocol_related",
        /// The baseline or a report declares no protocol.
        AccountingUndeclared = "accounting_undeclared",
        /// The baseline declares no protocol, so that of the report for its year is used.
        AccountingInferred = "accounting_inferred",
        /// The baseline or a report declares the gases it covers, and the other does not.
        GasesUndeclared = "gases_undeclared",
        /// The baseline and a report declare different gases.
        GasSetsDiffer = "gas_sets_differ",
        /// The baseline and a report use different sets of global warming potentials.
        GwpDiffers = "gwp_differs",
        /// The baseline was converted to the global warming potentials of the report.
        GwpConverted = "gwp_converted",
        /// The baseline and a report count electricity differently: location-based, market-based or mixed.
        ElectricityDiffers = "electricity_differs",
        /// The baseline or a report is corrected for the weather, and the other is not.
        WeatherDiffers = "weather_differs",
        /// The population changes so much that the boundary may have changed, too.
        BoundarySuspect = "boundary_suspect",
        /// Between 1 and 5 % of one inventory is on lines that the other does not know.
        CoverageDiffers = "coverage_differs",
        /// The baseline or a report has no lines, and the other leaves some out as not estimated or confidential.
        CoverageUnknown = "coverage_unknown",
        /// A stated total that is used differs from the sum of its lines by more than 1 %.
        StatedDiffersFromSum = "stated_differs_from_sum",
        /// Another source states a total for a year used that differs by more than 5 %.
        Contradicted = "contradicted",
        /// A figure that is used may be a mistake.
        FigureQuestioned = "figure_questioned",
        /// The target names no baseline, so the first comparable report serves as one.
        AnchoredAtFirstReport = "anchored_at_first_report",
        /// The target names a base year, and the report of that year serves as the baseline.
        ReportUsedAsBaseline = "report_used_as_baseline",
        /// The figure of the baseline was changed after it was first recorded.
        BaselineRestated = "baseline_restated",
        /// The baseline and the report for its year differ by more than 1 %, up to 5 %.
        BaselineDiffersFromReport = "baseline_differs_from_report",
        /// An earlier revision of the target, or a target it replaced, asked for lower emissions in its own target year
        /// than the present pathway does.
        TargetWeakened = "target_weakened",
        /// A figure that is used does not cover a calendar year.
        NotCalendarYear = "not_calendar_year",
    }
}

vocabulary! {
    /// How reliable a verdict is. Counts and headlines show `low` separately.
    Confidence {
        /// There are no cautions. This is only possible within one declared series.
        High = "high",
        /// There are cautions, but none that makes it low.
        Medium = "medium",
        /// The figures may not be comparable, or one may be wrong. Each of these cautions makes it low:
        /// `anchored_at_first_report`, `stated_differs_from_sum`, `baseline_differs_from_report`, `coverage_differs`,
        /// `coverage_unknown`, `contradicted`, `figure_questioned`, `electricity_differs`, `boundary_suspect`. So do
        /// `accounting_undeclared` and `gases_undeclared` at the level `own`, and `gases_undeclared` if the gases that
        /// are declared are CO2 only.
        Low = "low",
    }
}

impl Confidence {
    /// The confidence of a verdict, given for each of its cautions whether it makes it low.
    pub(super) fn of(lowers: impl IntoIterator<Item = bool>) -> Self {
        let to_confidence = |lowers| if lowers { Confidence::Low } else { Confidence::Medium };
        lowers.into_iter().map(to_confidence).max().unwrap_or(Confidence::High)
    }
}

impl CautionCode {
    /// True if it makes the confidence of a verdict at `level` low.
    pub(super) fn lowers_confidence(self, level: Level) -> bool {
        match self {
            CautionCode::AccountingUndeclared | CautionCode::GasesUndeclared => level == Level::Own,
            CautionCode::AnchoredAtFirstReport
            | CautionCode::StatedDiffersFromSum
            | CautionCode::BaselineDiffersFromReport
            | CautionCode::CoverageDiffers
            | CautionCode::CoverageUnknown
            | CautionCode::Contradicted
            | CautionCode::FigureQuestioned
            | CautionCode::ElectricityDiffers
            | CautionCode::BoundarySuspect => true,
            _ => false,
        }
    }
}

/// Something a reader should know before using a verdict.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Caution {
    /// The kind of caution; codes never change.
    pub code: CautionCode,
    /// The caution as a sentence.
    #[schema(example = "The latest comparable figure is for 2020, 6 years before the judgement.")]
    pub detail: String,
    /// The years of the figures it is about; absent if it is about no single years.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub years: Vec<Year>,
    /// The id of the target that was replaced (only `target_weakened`).
    pub replaced: Option<Slug>,
    /// The amount it is compared with, in t CO2e; absent if the caution compares no amounts. It depends on the code: the
    /// baseline's figure before it was restated or converted; the baseline's figure, for the report of its year; what was
    /// pledged for that year; the stated total; the straight line; or the figure used.
    pub old_tonnes: Option<Amount>,
    /// The amount it is compared with, in t CO2e per person (only targets per person).
    pub old_tonnes_per_person: Option<Ratio>,
    /// The amount that is compared, in t CO2e; absent if the caution compares no amounts. It depends on the code: the
    /// baseline's figure now; the figure of the report for its year; what the pathway now allows in that year, or in all
    /// years; the sum of the lines; or the total of another source.
    pub new_tonnes: Option<Amount>,
    /// The amount that is compared, in t CO2e per person (only targets per person).
    pub new_tonnes_per_person: Option<Ratio>,
    /// The difference in percent of the amount it is compared with; absent if that is 0, or nothing is compared.
    pub change_percent: Option<Ratio>,
    /// The reduction that an earlier pledge stated, in percent (only `target_weakened`).
    pub asked_reduction_percent: Option<Percent>,
    /// The amount that this percentage is taken of, in t CO2e.
    pub asked_of_tonnes: Option<Amount>,
    /// The amount that this percentage is taken of, in t CO2e per person (only targets per person).
    pub asked_of_tonnes_per_person: Option<Ratio>,
    /// The day of the change: when it was recorded or, if one target replaced another, when the new one was set, if
    /// stated. Absent if the caution is about no change.
    pub changed_on: Option<NaiveDate>,
    /// The reason that was recorded with the change; absent if none was given.
    #[schema(example = "Recalculated with the 2023 grid factors")]
    pub reason: Option<String>,
    /// The part of one inventory that the other does not know, in the year with the largest share (only
    /// `coverage_differs`).
    pub uncovered: Option<Uncovered>,
    /// The amount of each gas before and after the conversion, summed over all lines (only `gwp_converted`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub converted_gases: Vec<ConvertedGas>,
    /// True if the side that declares its gases covers CO2 only (only `gases_undeclared`).
    #[serde(skip)]
    pub(super) only_co2: bool,
}

impl Caution {
    /// True if it makes the confidence of a verdict at `level` low.
    pub(super) fn lowers_confidence(&self, level: Level) -> bool {
        self.only_co2 || self.code.lowers_confidence(level)
    }

    /// A caution that compares no amounts.
    pub(super) fn new(code: CautionCode, detail: String, years: Vec<Year>) -> Self {
        Caution {
            code,
            detail,
            years,
            replaced: None,
            old_tonnes: None,
            old_tonnes_per_person: None,
            new_tonnes: None,
            new_tonnes_per_person: None,
            change_percent: None,
            asked_reduction_percent: None,
            asked_of_tonnes: None,
            asked_of_tonnes_per_person: None,
            changed_on: None,
            reason: None,
            uncovered: None,
            converted_gases: Vec::new(),
            only_co2: false,
        }
    }

    /// A caution about two amounts in `unit` that differ.
    pub(super) fn between(code: CautionCode, detail: String, years: Vec<Year>, unit: Unit, old: f64, new: f64) -> Self {
        let mut caution = Caution::new(code, detail, years);
        (caution.old_tonnes, caution.old_tonnes_per_person) = unit.print(Some(old));
        (caution.new_tonnes, caution.new_tonnes_per_person) = unit.print(Some(new));
        let has_percentage = unit.round(old) != 0.0;
        caution.change_percent = has_percentage.then(|| 100.0 * (new - old) / old).and_then(Ratio::new);
        caution
    }
}

/// A caution about `years`; `None` if there are none.
fn about(code: CautionCode, years: Vec<Year>, detail: impl FnOnce(&str) -> String) -> Option<Caution> {
    let listed = list_years(&years);
    (!years.is_empty()).then(|| Caution::new(code, detail(&listed), years))
}

/// Years for a sentence: `2013`, `2013 and 2014`, `2013, 2014 and 2016`.
fn list_years(years: &[Year]) -> String {
    match years {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            format!("{} and {last}", first.join(", "))
        }
    }
}

/// The figures that a verdict, or a change from one year to another, is made from.
pub(super) struct UsedFigures<'c, 'a> {
    /// The state of the city.
    pub view: &'c View<'a>,
    /// What is counted of the inventories.
    pub scope: Scope,
    /// The unit in which they are compared.
    pub unit: Unit,
    /// The base that they are compared with.
    pub base: Option<&'c BaseInventory<'a>>,
    /// The accounting of the base.
    pub accounting: Option<Accounting<'a>>,
    /// The comparable reports by year, up to the year judged or, without one, all of them. Each of them is printed, and
    /// trend and budget are made from them.
    pub reports: Vec<&'c Compared<'a>>,
    /// The year judged.
    pub judged: Option<Year>,
    /// The report for the base year, compared with the baseline.
    pub base_year_report: Option<&'c BaseYearComparison<'a>>,
}

impl<'c, 'a> UsedFigures<'c, 'a> {
    pub fn of(case: &'c Case<'_, 'a>, conclusion: &Conclusion) -> Self {
        let (comparison, judged) = (&case.comparison, conclusion.numbers.map(|numbers| numbers.year));
        UsedFigures {
            view: case.view,
            scope: Scope::of(case.target),
            unit: case.unit,
            base: case.base.as_ref(),
            accounting: comparison.accounting,
            reports: comparison
                .compared
                .iter()
                .filter(|report| judged.is_none_or(|last| report.year() <= last))
                .collect(),
            judged,
            base_year_report: comparison.base_year_report.as_ref(),
        }
    }

    /// The cautions about the comparison itself: about accounting, coverage and figures.
    ///
    /// Those about accounting consider every report; those about single figures only the two that decide.
    pub fn comparison_cautions(&self) -> Vec<Caution> {
        let mut found = accounting::cautions(self);
        found.extend(coverage::cautions(self));
        found.extend(figures::cautions(self));
        found
    }

    /// The cautions about a change from the base to the year judged, in the order of their kinds.
    pub fn change_cautions(&self) -> Vec<Caution> {
        let mut found = timing::year_cautions(self);
        found.extend(self.comparison_cautions());
        found
    }

    /// The report of the year judged.
    fn judged(&self) -> Option<&'c Compared<'a>> {
        self.reports.iter().copied().find(|report| Some(report.year()) == self.judged)
    }

    /// The inventories that decide: the base and the report of the year judged.
    fn deciding(&self) -> impl Iterator<Item = &'a Inventory> {
        let base = self.base.map(|base| base.inventory);
        base.into_iter().chain(self.judged().map(|report| report.inventory))
    }

    /// The base year and the year judged.
    fn years(&self) -> impl Iterator<Item = Year> {
        self.base.map(|base| base.year()).into_iter().chain(self.judged)
    }

    /// The inventories of the base and of every report.
    fn inventories(&self) -> impl Iterator<Item = &'a Inventory> {
        let base = self.base.map(|base| base.inventory);
        base.into_iter().chain(self.reports.iter().map(|report| report.inventory))
    }
}
