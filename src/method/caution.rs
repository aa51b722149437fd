//! Cautions and confidence (sections 1 and 7 of the method): how far the figures carry a verdict.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use crate::record::inventory::{Figure, Inventory, Level};
use crate::record::vocabulary::vocabulary;
use crate::record::{Percent, Slug, Year};

use super::budget::filled;
use super::case::Case;
use super::comparison::{Accounting, coverage_differs, other_report};
use super::goal::Origin;
use super::history;
use super::pathway::Point;
use super::printed::{Amount, Ratio, Unit};
use super::sentence::amount;
use super::verdict::{EARLY_YEARS, Judgement, Verdict};

/// Years between the latest figure and the judgement after which the figure is stale.
pub(super) const STALE_AFTER_YEARS: i32 = 4;
/// Reports after the base year below which a verdict rests on few points.
const FEW_POINTS: usize = 3;

vocabulary! {
    /// What a reader should know before using a verdict.
    CautionCode {
        /// The latest figure is more than 4 years older than the judgement.
        Stale = "stale",
        /// The target year has passed and no comparable figure for it or later is recorded.
        TargetYearUnreported = "target_year_unreported",
        /// Less than 5 years lie between the base year and the latest figure.
        Early = "early",
        /// Fewer than 3 comparable reports follow the base year.
        FewPoints = "few_points",
        /// Years without a comparable report lie between the figures that the budget adds up; straight lines fill them.
        Interpolated = "interpolated",
        /// After the target was met, a later figure is above it again.
        Rebounded = "rebounded",
        /// The baseline and a report declare different sets of global warming potentials.
        GwpDiffers = "gwp_differs",
        /// The baseline or a report declares no protocol.
        AccountingUndeclared = "accounting_undeclared",
        /// The baseline declares no protocol; that of the report for its year is taken.
        AccountingInferred = "accounting_inferred",
        /// A stated total that is used and the sum of its lines differ by more than 1 %.
        StatedDiffersFromSum = "stated_differs_from_sum",
        /// Whole sectors have a value, or are counted, in the baseline or in a report only.
        CoverageDiffers = "coverage_differs",
        /// The target names no baseline; the first report serves.
        AnchoredAtFirstReport = "anchored_at_first_report",
        /// The target names a base year; the report of that year serves as the baseline.
        ReportUsedAsBaseline = "report_used_as_baseline",
        /// The figure of the baseline was changed after it was first recorded.
        BaselineRestated = "baseline_restated",
        /// The baseline and the report for its year differ by more than 1 %.
        BaselineDiffersFromReport = "baseline_differs_from_report",
        /// An earlier revision of the target, or a target it replaced, asked for lower emissions in its own target
        /// year than the pathway of this one does.
        TargetWeakened = "target_weakened",
        /// A figure that is used does not cover a calendar year.
        NotCalendarYear = "not_calendar_year",
    }
}

vocabulary! {
    /// How far the figures carry a verdict; counts and headlines show `low` apart.
    Confidence {
        /// No cautions.
        High = "high",
        /// Cautions, but none that makes it low.
        Medium = "medium",
        /// What is compared may not be the same: undeclared accounting at the level `own`, or one of
        /// `anchored_at_first_report`, `stated_differs_from_sum`, `baseline_differs_from_report`, `coverage_differs`.
        Low = "low",
    }
}

impl Confidence {
    /// The confidence of a verdict at `level` with these cautions.
    pub(super) fn of(cautions: impl IntoIterator<Item = CautionCode>, level: Level) -> Self {
        let lowers = |code: &CautionCode| match code {
            CautionCode::AccountingUndeclared => level == Level::Own,
            CautionCode::AnchoredAtFirstReport
            | CautionCode::StatedDiffersFromSum
            | CautionCode::BaselineDiffersFromReport
            | CautionCode::CoverageDiffers => true,
            _ => false,
        };
        let sureness = |code| if lowers(&code) { Confidence::Low } else { Confidence::Medium };
        cautions.into_iter().map(sureness).max().unwrap_or(Confidence::High)
    }
}

/// Something a reader should know before using a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Caution {
    /// What it is about; stable.
    pub code: CautionCode,
    /// The same as a sentence.
    #[schema(example = "The latest comparable figure is for 2020, 6 years before the judgement.")]
    pub detail: String,
    /// The years of the figures it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<Year>>)]
    pub years: Vec<Year>,
    /// The id of the target that was replaced (only `target_weakened`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, pattern = "^[a-z0-9-]{2,64}$", example = "2025-40")]
    pub replaced: Option<Slug>,
    /// What it is compared with, in t CO2e: the figure of the baseline before, or beside the report for its year;
    /// what was asked for in that year; the stated total.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 33_248_711)]
    pub old_tonnes: Option<Amount>,
    /// What it is compared with, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 8.25)]
    pub old_tonnes_per_person: Option<Ratio>,
    /// What there is now, in t CO2e: the figure of the baseline, or of the report for its year; what the pathway
    /// now allows in that year; the sum of the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 34_000_000)]
    pub new_tonnes: Option<Amount>,
    /// What there is now, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 8.5)]
    pub new_tonnes_per_person: Option<Ratio>,
    /// The difference in percent of what it is compared with; absent when that is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 2.259_603)]
    pub change_percent: Option<Ratio>,
    /// The reduction in percent that an earlier pledge was stated as (only `target_weakened`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 50)]
    pub asked_reduction_percent: Option<Percent>,
    /// What that is a percentage of, in t CO2e.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 33_248_711)]
    pub asked_of_tonnes: Option<Amount>,
    /// What that is a percentage of, in t CO2e a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 8.25)]
    pub asked_of_tonnes_per_person: Option<Ratio>,
    /// The day of the change: when it was recorded, or, of a target that replaced another, when it was set, if stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_on: Option<NaiveDate>,
    /// Why, in the words of whoever recorded the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "Recalculated with the 2023 grid factors")]
    pub reason: Option<String>,
}

impl Caution {
    /// A caution that reports no change.
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
        }
    }

    /// A caution about two amounts in `unit` that differ.
    pub(super) fn between(code: CautionCode, detail: String, years: Vec<Year>, unit: Unit, old: f64, new: f64) -> Self {
        let mut caution = Caution::new(code, detail, years);
        (caution.old_tonnes, caution.old_tonnes_per_person) = unit.print(Some(old));
        (caution.new_tonnes, caution.new_tonnes_per_person) = unit.print(Some(new));
        let differ = unit.round(old) != 0.0;
        caution.change_percent = differ.then(|| 100.0 * (new - old) / old).and_then(Ratio::new);
        caution
    }
}

/// The cautions of a case, in the order of their codes.
///
/// Those about accounting look at the figures that are used: the baseline, and every comparable
/// report after it, because each of them is printed and any of them may be the year judged.
pub(super) fn cautions(case: &Case<'_, '_>, judgement: Option<&Judgement>, judged_on: NaiveDate) -> Vec<Caution> {
    let mut found = Vec::new();
    found.extend(stale(case, judged_on));
    found.extend(target_year_unreported(case, judged_on));
    found.extend(early(case));
    found.extend(few_points(case));
    found.extend(judgement.and_then(|judgement| interpolated(case, judgement)));
    found.extend(judgement.and_then(|judgement| rebounded(case, judgement)));
    found.extend(gwp_differs(case));
    found.extend(accounting_undeclared(case));
    found.extend(accounting_inferred(case));
    found.extend(stated_differs_from_sum(case));
    found.extend(coverage(case));
    found.extend(report_as_baseline(case));
    found.extend(history::baseline_restated(case));
    found.extend(baseline_differs_from_report(case));
    found.extend(history::target_weakened(case));
    found.extend(not_calendar_year(case));
    found
}

/// A caution, if it is about any year.
fn about(code: CautionCode, years: Vec<Year>, detail: impl FnOnce(&str) -> String) -> Option<Caution> {
    let listed = listed(&years);
    (!years.is_empty()).then(|| Caution::new(code, detail(&listed), years))
}

/// Years for a sentence: `2013`, `2013 and 2014`, `2013, 2014 and 2016`.
fn listed(years: &[Year]) -> String {
    match years {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            format!("{} and {last}", first.join(", "))
        }
    }
}

/// The latest comparable year, `L`.
fn latest(case: &Case<'_, '_>) -> Option<Year> {
    case.comparison.compared.last().map(|report| report.inventory.year)
}

/// The years of the comparable reports for which `test` holds.
fn reports_where(case: &Case<'_, '_>, test: impl Fn(&Inventory) -> bool) -> Vec<Year> {
    let reports = case.comparison.compared.iter().map(|report| report.inventory);
    reports.filter(|report| test(report)).map(|report| report.year).collect()
}

/// The years of the figures that are used, the baseline's first, for which `test` holds.
fn used_where(case: &Case<'_, '_>, test: impl Fn(&Inventory) -> bool) -> Vec<Year> {
    let base = case.base.iter().map(|base| base.inventory).filter(|base| test(base)).map(|base| base.year);
    base.chain(reports_where(case, &test)).collect()
}

fn stale(case: &Case<'_, '_>, judged_on: NaiveDate) -> Option<Caution> {
    let latest = latest(case)?;
    let age = judged_on.year() - latest.get();
    (age > STALE_AFTER_YEARS).then(|| {
        let detail = format!("The latest comparable figure is for {latest}, {age} years before the judgement.");
        Caution::new(CautionCode::Stale, detail, vec![latest])
    })
}

fn target_year_unreported(case: &Case<'_, '_>, judged_on: NaiveDate) -> Option<Caution> {
    let due = case.target.target_year;
    let passed = judged_on.year() > due.get();
    let reported = latest(case).is_some_and(|latest| latest >= due);
    (passed && !reported).then(|| {
        let detail = format!("The target year {due} has passed, and no comparable figure for it or later is recorded.");
        Caution::new(CautionCode::TargetYearUnreported, detail, vec![due])
    })
}

fn early(case: &Case<'_, '_>) -> Option<Caution> {
    let (base, latest) = (case.base?.year(), latest(case)?);
    let years = latest.since(base);
    (years < EARLY_YEARS).then(|| {
        let plural = if years > 1.0 { "s" } else { "" };
        let detail =
            format!("The latest comparable figure is for {latest}, only {years} year{plural} after the baseline.");
        Caution::new(CautionCode::Early, detail, vec![latest])
    })
}

fn few_points(case: &Case<'_, '_>) -> Option<Caution> {
    let years = reports_where(case, |_| true);
    let few = years.len() < FEW_POINTS;
    let detail = |listed: &str| format!("The only comparable figures after the base year are for {listed}.");
    about(CautionCode::FewPoints, if few { years } else { Vec::new() }, detail)
}

/// Only the budget fills years in, and it is in tonnes and measured from a baseline.
fn interpolated(case: &Case<'_, '_>, judgement: &Judgement) -> Option<Caution> {
    let years = match case.unit {
        Unit::Tonnes if case.base.is_some() => filled(&case.points_through(judgement.year)),
        _ => Vec::new(),
    };
    let years = years.iter().filter(|year| year.interpolated).map(|year| year.point.year).collect();
    about(CautionCode::Interpolated, years, |listed| {
        format!(
            "There is no comparable figure for {listed}: the budget takes a straight line between the years beside."
        )
    })
}

fn rebounded(case: &Case<'_, '_>, judgement: &Judgement) -> Option<Caution> {
    let asked = case.unit.round(case.pathway.as_ref().ok()?.target().amount);
    let met = judgement.verdict == Verdict::Achieved;
    let again = |point: &Point| met && point.year > judgement.year && case.unit.round(point.amount) > asked;
    let years = case.points().into_iter().filter(again).map(|point| point.year).collect();
    about(CautionCode::Rebounded, years, |listed| {
        format!("The target was met in {}, but emissions were above it again in {listed}.", judgement.year)
    })
}

fn gwp_differs(case: &Case<'_, '_>) -> Option<Caution> {
    let base = case.comparison.accounting?.gwp?;
    let years = reports_where(case, |report| report.gwp.is_some_and(|gwp| gwp != base));
    about(CautionCode::GwpDiffers, years, |listed| {
        format!("The baseline uses the global warming potentials of {base}; another set is used for {listed}.")
    })
}

/// The base counts by its accounting after inference; without a base the reports are looked at alone.
fn accounting_undeclared(case: &Case<'_, '_>) -> Option<Caution> {
    let inferred = case.comparison.accounting.is_some_and(|accounting| accounting.inferred);
    let mut years = reports_where(case, |report| Accounting::of(report).protocol.is_none());
    if let Some(base) = case.base.filter(|base| base.inventory.protocol.is_none() && !inferred) {
        years.insert(0, base.year());
    }
    about(CautionCode::AccountingUndeclared, years, |listed| {
        format!("No accounting protocol is declared for {listed}: the figures may not count the same.")
    })
}

fn accounting_inferred(case: &Case<'_, '_>) -> Option<Caution> {
    let accounting = case.comparison.accounting.filter(|accounting| accounting.inferred)?;
    let (year, protocol) = (case.base?.year(), accounting.protocol?);
    let detail = format!(
        "The baseline declares no protocol; that of the report for {year}, which has its figure, is taken: {protocol}."
    );
    Some(Caution::new(CautionCode::AccountingInferred, detail, vec![year]))
}

/// One for each year, so that both figures stand beside it.
fn stated_differs_from_sum(case: &Case<'_, '_>) -> Vec<Caution> {
    let used = case.base.iter().map(|base| base.inventory);
    let used = used.chain(case.comparison.compared.iter().map(|report| report.inventory));
    let differs = |inventory: &Inventory| {
        let figure = inventory.figure(case.target.level).filter(|figure| figure.differs_from_sum())?;
        let summed = Figure { tonnes: figure.summed?, ..figure };
        let amount = |figure| case.unit.amount(figure, inventory.population);
        let year = inventory.year;
        let detail =
            format!("For {year} the stated total, which is used, differs from the sum of its lines by more than 1 %.");
        let code = CautionCode::StatedDiffersFromSum;
        Some(Caution::between(code, detail, vec![year], case.unit, amount(figure)?, amount(summed)?))
    };
    used.filter_map(differs).collect()
}

fn coverage(case: &Case<'_, '_>) -> Option<Caution> {
    let base = case.base?.inventory;
    let years = reports_where(case, |report| coverage_differs(base, report, case.target));
    about(CautionCode::CoverageDiffers, years, |listed| {
        format!("For {listed} whole sectors are counted that the baseline leaves out, or left out that it counts.")
    })
}

fn report_as_baseline(case: &Case<'_, '_>) -> Option<Caution> {
    let base = case.base?;
    let year = base.year();
    let (code, detail) = match base.origin {
        Origin::Baseline => return None,
        Origin::ReportOfYear => (
            CautionCode::ReportUsedAsBaseline,
            format!("The target names a base year but no baseline; the report for {year} serves as one."),
        ),
        Origin::FirstReport => (
            CautionCode::AnchoredAtFirstReport,
            format!("The target names no baseline; the earliest report, for {year}, serves as one."),
        ),
    };
    Some(Caution::new(code, detail, vec![year]))
}

fn baseline_differs_from_report(case: &Case<'_, '_>) -> Option<Caution> {
    let base = case.base?;
    let other = other_report(&base, case.target, case.view)?;
    let year = base.year();
    // A report without a population has no figure a person; then the totals are told.
    let theirs = other.figure(case.target.level)?;
    let (unit, old, new) = match base.amount.zip(case.unit.amount(theirs, other.population)) {
        Some((old, new)) => (case.unit, old, new),
        None => (Unit::Tonnes, base.figure?.tonnes.get(), theirs.tonnes.get()),
    };
    let detail = format!("The report for {year} states {}, the baseline {}.", amount(new, unit), amount(old, unit));
    Some(Caution::between(CautionCode::BaselineDiffersFromReport, detail, vec![year], unit, old, new))
}

fn not_calendar_year(case: &Case<'_, '_>) -> Option<Caution> {
    let years = used_where(case, |inventory| !inventory.is_calendar_year());
    about(CautionCode::NotCalendarYear, years, |listed| {
        format!("The accounting period of {listed} is not the calendar year.")
    })
}
