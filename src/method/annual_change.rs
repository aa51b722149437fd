//! The change per year between two years of a city, if the two figures may be compared.
//!
//! The earlier inventory takes the place of a baseline in the tests of section 1 of the method. The change is no
//! verdict and no part of one. It serves to compare cities over one common period.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::record::inventory::Inventory;
use crate::record::level::Level;
use crate::record::{Known, View, Year};

use super::accounting::Accounting;
use super::base::BaseInventory;
use super::caution::{CautionCode, Confidence, UsedFigures};
use super::cited::CitedFigure;
use super::comparison::{Compared, conversion};
use super::left_out::LeftOutReason;
use super::obstacle::find_obstacle;
use super::printed::Ratio;

/// The change per year of a city's emissions between two years.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnnualChange {
    /// The level of the totals.
    pub level: Level,
    /// The figure of the earlier year: that of its report, or else of the baseline for that year.
    pub from_figure: CitedFigure,
    /// The figure of the later year, from its report.
    pub to_figure: CitedFigure,
    /// The compound change per year, in percent: below 0 for a fall.
    pub percent_per_year: Ratio,
    /// The change over all the years, in percent: below 0 for a fall.
    pub change_percent: Ratio,
    /// What a reader should know before using the change.
    pub caution_codes: Vec<CautionCode>,
    /// How reliable the figures are for this comparison.
    pub confidence: Confidence,
}

/// Why there is no change from one year to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnnualChange {
    /// One of the years has no figure at the level.
    NoFigure,
    /// The earlier year has no report with a figure, and more than one baseline.
    SeveralBaselines,
    /// The two figures cannot be compared.
    NotComparable(LeftOutReason),
    /// A compound rate needs figures above 0.
    NotAboveZero,
}

/// The compound change per year at `level` between the figures of `from` and `to`:
/// `100 ((A(to) / A(from))^(1 / (to - from)) - 1)`. Both years must have ended on `judged_on`.
///
/// # Errors
/// Why there is none.
pub fn annual_change(
    view: &View<'_>,
    level: Level,
    [from, to]: [Year; 2],
    judged_on: NaiveDate,
) -> Result<AnnualChange, NoAnnualChange> {
    let report = view.reports.get(&to).filter(|report| has_figure(report, level, judged_on));
    let report = report.ok_or(NoAnnualChange::NoFigure)?;
    let base = find_base(view, level, from, judged_on)?;
    let base = conversion(&base, report.value).and_then(|gwp| base.converted_by(gwp)).unwrap_or(base);
    let accounting = Accounting::of_base(&base, view);
    if let Some(obstacle) = find_obstacle(report, &base, &accounting, view) {
        return Err(NoAnnualChange::NotComparable(obstacle.reason));
    }
    let figure = report.value.figure(level).ok_or(NoAnnualChange::NoFigure)?;
    let amount = figure.tonnes.get();
    let compared = Compared { inventory: report.value, stamp: report.stamp, figure, amount, of_other_gwp: false };
    let used = UsedFigures {
        view,
        scope: base.scope.clone(),
        unit: base.unit,
        base: Some(&base),
        accounting: Some(accounting),
        reports: vec![&compared],
        judged: Some(to),
        base_year_report: None,
    };
    compute_change(&used, &base, &compared)
}

/// The inventory of the earlier year: its report, or else the only baseline for that year.
pub(super) fn find_base<'a>(
    view: &View<'a>,
    level: Level,
    year: Year,
    judged_on: NaiveDate,
) -> Result<BaseInventory<'a>, NoAnnualChange> {
    let has_usable_figure = |known: &Known<'_, Inventory>| has_figure(known, level, judged_on);
    if let Some(report) = view.reports.get(&year).filter(|report| has_usable_figure(report)) {
        return Ok(BaseInventory::at_level(None, report, level));
    }
    let mut baselines = view.baselines.iter().filter(|(_, known)| known.value.year == year && has_usable_figure(known));
    let (id, known) = baselines.next().ok_or(NoAnnualChange::NoFigure)?;
    match baselines.next() {
        None => Ok(BaseInventory::at_level(Some(id), known, level)),
        Some(_) => Err(NoAnnualChange::SeveralBaselines),
    }
}

fn has_figure(known: &Known<'_, Inventory>, level: Level, judged_on: NaiveDate) -> bool {
    known.value.has_ended(judged_on) && known.value.figure(level).is_some()
}

/// The change between two figures that may be compared.
fn compute_change(
    used: &UsedFigures<'_, '_>,
    base: &BaseInventory<'_>,
    report: &Compared<'_>,
) -> Result<AnnualChange, NoAnnualChange> {
    let level = base.scope.level;
    let before = base.amount.filter(|before| *before > 0.0 && report.amount > 0.0);
    let ratio = report.amount / before.ok_or(NoAnnualChange::NotAboveZero)?;
    let percent = |ratio: f64| Ratio::new(100.0 * (ratio - 1.0)).ok_or(NoAnnualChange::NotAboveZero);
    let cautions = used.change_cautions();
    let confidence = Confidence::of(cautions.iter().map(|caution| caution.lowers_confidence(level)));
    let mut codes: Vec<CautionCode> = cautions.iter().map(|caution| caution.code).collect();
    codes.dedup();
    Ok(AnnualChange {
        level,
        from_figure: base.cite(used.view).ok_or(NoAnnualChange::NoFigure)?,
        to_figure: report.cite(&base.scope, base.unit, used.view),
        percent_per_year: percent(ratio.powf(1.0 / report.year().since(base.year())))?,
        change_percent: percent(ratio)?,
        caution_codes: codes,
        confidence,
    })
}
