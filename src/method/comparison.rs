//! Which figures may be compared (section 1 of the method): only those that count alike.

use chrono::NaiveDate;

use crate::record::gwp::GwpSet;
use crate::record::inventory::{Figure, Inventory};
use crate::record::level::Level;
use crate::record::target::Target;
use crate::record::warning::{PreviousReports, WarningCode, warning_codes_at};
use crate::record::{Known, Stamp, View, Year};

use super::accounting::Accounting;
use super::base::BaseInventory;
use super::cited::{BaseYearReport, CitedFigure, YearFigure};
use super::goal;
use super::left_out::{LeftOut, LeftOutReason};
use super::obstacle::{Obstacle, find_obstacle};
use super::pathway::Point;
use super::printed::{Ratio, Unit};
use super::scope::Scope;

/// Percent of the baseline beyond which the report for its year contradicts it.
pub const CONTRADICTED_PERCENT: f64 = 5.0;

/// A report that can be compared with the baseline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compared<'a> {
    /// The inventory itself.
    pub inventory: &'a Inventory,
    /// Who recorded it.
    pub stamp: &'a Stamp,
    /// The figure that the target counts.
    pub figure: Figure,
    /// The figure in the target's unit: `A`.
    pub amount: f64,
    /// True if the baseline was converted to another set of potentials than this report's.
    pub of_other_gwp: bool,
}

impl Compared<'_> {
    /// The year it is for.
    pub fn year(&self) -> Year {
        self.inventory.year
    }

    /// The amount in its year.
    pub fn point(&self) -> Point {
        Point { year: self.inventory.year, amount: self.amount }
    }

    /// Probable mistakes in the figure, also compared with the reports before it in `view`.
    pub fn warnings(&self, level: Level, view: &View<'_>) -> Vec<WarningCode> {
        warning_codes_at(self.inventory, PreviousReports::in_view(self.inventory.year, view), level)
    }

    /// The figure that `scope` counts in `unit`, with its source.
    pub fn cite(&self, scope: &Scope, unit: Unit, view: &View<'_>) -> CitedFigure {
        CitedFigure {
            id: None,
            year: self.inventory.year,
            tonnes: self.figure.tonnes,
            population: unit.population(self.inventory),
            tonnes_per_person: unit.print(Some(self.amount)).1,
            credits_retired_tonnes: self.inventory.credits_retired_tonnes,
            credits_retired_tonnes_per_person: unit.credits_per_person(self.inventory).and_then(Ratio::new),
            uncertainty_percent: self.inventory.uncertainty_percent,
            revision: self.stamp.revision,
            warning_codes: self.warnings(scope.level, view),
            also_stated: goal::also_stated(self.inventory, scope, view),
            source: self.inventory.source.clone(),
        }
    }

    /// The figure as an item of a list.
    pub fn year_figure(&self, target: &Target, view: &View<'_>) -> YearFigure {
        let unit = goal::unit(target);
        YearFigure {
            year: self.inventory.year,
            tonnes: self.figure.tonnes,
            population: unit.population(self.inventory),
            tonnes_per_person: unit.print(Some(self.amount)).1,
            credits_retired_tonnes: self.inventory.credits_retired_tonnes,
            credits_retired_tonnes_per_person: unit.credits_per_person(self.inventory).and_then(Ratio::new),
            of_other_gwp: self.of_other_gwp,
            revision: self.stamp.revision,
            warning_codes: self.warnings(target.level, view),
        }
    }
}

/// The reports after the base year: those that can be compared, and those that cannot.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    /// The accounting that the reports are compared with; `None` without a base.
    pub accounting: Option<Accounting<'a>>,
    /// The reports that can be compared, by year.
    pub compared: Vec<Compared<'a>>,
    /// The reports that cannot, by year.
    pub left_out: Vec<LeftOut>,
    /// The report for the base year, compared with a recorded baseline; `None` if it has no figure.
    pub base_year_report: Option<BaseYearComparison<'a>>,
}

/// The report for the base year, compared with the baseline.
#[derive(Debug)]
pub(super) struct BaseYearComparison<'a> {
    /// The report itself.
    pub report: &'a Inventory,
    /// Who recorded it.
    pub stamp: &'a Stamp,
    /// Its figure.
    pub figure: Figure,
    /// The difference from the baseline, in percent of the baseline.
    pub apart_percent: Option<f64>,
    /// Why it cannot be compared with the baseline; `None` if it can.
    pub left_out: Option<LeftOutReason>,
    /// True if both name the same series, so that a difference is no contradiction.
    pub has_same_series: bool,
}

impl<'a> BaseYearComparison<'a> {
    fn of((base, accounting): (&BaseInventory<'a>, &Accounting<'_>), view: &View<'a>) -> Option<Self> {
        let report = base.report_of_its_year(view)?;
        Some(BaseYearComparison {
            report: report.value,
            stamp: report.stamp,
            figure: base.scope.figure(report.value)?,
            apart_percent: base.difference_percent(report.value),
            left_out: find_obstacle(report, base, accounting, view).map(|obstacle| obstacle.reason),
            has_same_series: accounting.has_same_series(&Accounting::of(report.value)),
        })
    }

    /// The difference in percent, if the tests allow the comparison and no common series explains it.
    pub fn tested_percent(&self) -> Option<f64> {
        self.apart_percent.filter(|_| !self.has_same_series && self.left_out.is_none())
    }

    /// The report as printed.
    pub fn to_report(&self, target: &Target) -> BaseYearReport {
        let unit = goal::unit(target);
        BaseYearReport {
            year: self.report.year,
            tonnes: self.figure.tonnes,
            population: unit.population(self.report),
            tonnes_per_person: unit.print(unit.amount(self.figure, self.report.population)).1,
            apart_percent: self.apart_percent.and_then(Ratio::new),
            left_out_reason: self.left_out,
            revision: self.stamp.revision,
        }
    }
}

impl<'a> Comparison<'a> {
    /// Compares the reports of `view` with the base of `target`; without a base it includes all reports.
    pub fn of(target: &Target, base: Option<&BaseInventory<'a>>, view: &View<'a>, judged_on: NaiveDate) -> Self {
        let accounting = base.map(|base| Accounting::of_base(base, view));
        let base_and_accounting = base.zip(accounting.as_ref());
        let (mut compared, mut left_out) = (Vec::new(), Vec::new());
        let is_after_base = |year: &Year| base.is_none_or(|base| *year > base.year());
        let reports =
            view.reports.iter().filter(|(year, report)| is_after_base(year) && report.value.has_ended(judged_on));
        for (_, report) in reports {
            match compare(report, target, base_and_accounting, view) {
                Ok(report) => compared.push(report),
                Err(obstacle) => left_out.push(obstacle.into_left_out(report.value, target)),
            }
        }
        Comparison {
            base_year_report: base_and_accounting
                .and_then(|base_and_accounting| BaseYearComparison::of(base_and_accounting, view)),
            accounting,
            compared,
            left_out,
        }
    }

    /// The difference of the report for the base year from the baseline, in percent of the baseline, if it is tested.
    pub fn base_apart_percent(&self) -> Option<f64> {
        self.base_year_report.as_ref().and_then(BaseYearComparison::tested_percent)
    }

    /// True if the report for the base year shows that the baseline counts differently from the reports.
    pub fn is_contradicted(&self) -> bool {
        self.base_apart_percent().is_some_and(|percent| percent > CONTRADICTED_PERCENT)
    }
}

/// Every figure that can be compared with the base, also of the years before it, by year.
///
/// For the base year the base itself counts, not a report for that year.
pub(super) fn points_of_all_years<'a>(
    target: &Target,
    base: Option<&BaseInventory<'a>>,
    accounting: Option<&Accounting<'_>>,
    view: &View<'a>,
    judged_on: NaiveDate,
) -> Vec<Point> {
    let is_base_year = |year: Year| base.is_some_and(|base| base.year() == year);
    let reports = view.reports.iter().filter(|(year, _)| !is_base_year(**year));
    let reports = reports.filter(|(_, report)| report.value.has_ended(judged_on));
    let compared = reports.filter_map(|(_, report)| compare(report, target, base.zip(accounting), view).ok());
    let mut points: Vec<Point> = compared.filter(|report| !report.of_other_gwp).map(|report| report.point()).collect();
    points.extend(base.and_then(BaseInventory::point));
    points.sort_by_key(|point| point.year);
    points
}

/// A report as compared for `target`, or why it cannot be compared.
fn compare<'a>(
    report: &Known<'a, Inventory>,
    target: &Target,
    base_and_accounting: Option<(&BaseInventory<'a>, &Accounting<'_>)>,
    view: &View<'a>,
) -> Result<Compared<'a>, Box<Obstacle>> {
    let (inventory, stamp) = (report.value, report.stamp);
    let figure = Scope::of(target).figure(inventory).ok_or_else(|| no_figure(target))?;
    if let Some(obstacle) =
        base_and_accounting.and_then(|(base, accounting)| find_obstacle(report, base, accounting, view))
    {
        return Err(obstacle);
    }
    let converted = base_and_accounting.and_then(|(base, _)| base.converted);
    let of_other_gwp = converted.is_some_and(|(gwp, _)| inventory.gwp.is_some_and(|of_report| of_report != gwp));
    let amount = goal::unit(target).amount(figure, inventory.population);
    let no_population = || Obstacle::new(LeftOutReason::NoPopulation, "The report states no population.".to_owned());
    Ok(Compared { inventory, stamp, figure, amount: amount.ok_or_else(no_population)?, of_other_gwp })
}

fn no_figure(target: &Target) -> Box<Obstacle> {
    let detail = match &target.sector {
        Some(sector) => format!("The report does not have all lines of {sector}."),
        None => format!("The report has no figure at {}.", target.level),
    };
    Obstacle::new(LeftOutReason::NoFigureAtLevel, detail)
}

/// The set of potentials to which the base is converted for a report. `None` unless both state every line by gas, use
/// different sets and name no common series.
pub(super) fn conversion(base: &BaseInventory<'_>, report: &Inventory) -> Option<GwpSet> {
    let has_same_series = || Accounting::of(base.inventory).has_same_series(&Accounting::of(report));
    let are_by_gas = || base.scope.is_by_gas(base.inventory) && base.scope.is_by_gas(report);
    let uses_other_gwp = report.gwp.is_some() && report.gwp != base.inventory.gwp;
    report.gwp.filter(|_| uses_other_gwp && !has_same_series() && are_by_gas())
}
