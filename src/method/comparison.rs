//! Which figures may be compared (section 1 of the method): like with like, or not at all.

use chrono::NaiveDate;

use crate::record::gwp::GwpSet;
use crate::record::inventory::{Figure, Inventory};
use crate::record::target::Target;
use crate::record::vocabulary::vocabulary;
use crate::record::warning::{Earlier, WarningCode, codes_at};
use crate::record::{Known, Stamp, View, Year};

use super::accounting::Accounting;
use super::assessment::{CitedFigure, LeftOut, YearFigure};
use super::base::BaseInventory;
use super::coverage::{Gap, LEFT_OUT_PERCENT, Lines};
use super::goal;
use super::pathway::Point;
use super::restated_since::restated_since;
use super::scope::Scope;

/// Percent of the baseline beyond which the report for its year contradicts it.
pub const CONTRADICTED_PERCENT: f64 = 5.0;

vocabulary! {
    /// Why a report after the base year cannot be compared with the baseline.
    LeftOutReason {
        /// It has no figure at the target's level, or not all lines of its sector.
        NoFigureAtLevel = "no_figure_at_level",
        /// It and the baseline name different series.
        SeriesDiffers = "series_differs",
        /// It and the baseline declare different protocols.
        ProtocolDiffers = "protocol_differs",
        /// It and the baseline declare gases, and one covers CO2 only and the other more.
        GasesDiffer = "gases_differ",
        /// The city was merged or split between the two, and they are not of one series.
        BoundaryChanged = "boundary_changed",
        /// More than 5 % of one side is on lines that the other does not know.
        CoverageDiffers = "coverage_differs",
        /// The baseline was restated by more than 5 %, and the report was not.
        RestatedSince = "restated_since",
        /// The target is per person and the report states no population.
        NoPopulation = "no_population",
    }
}

/// A report that is compared with the baseline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compared<'a> {
    /// What it says.
    pub inventory: &'a Inventory,
    /// Who recorded it.
    pub stamp: &'a Stamp,
    /// The figure that the target counts.
    pub figure: Figure,
    /// The figure in the target's unit: `A`.
    pub amount: f64,
    /// Whether the baseline was converted to another set of potentials than this report's.
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

    /// What may be a slip in the figure, beside the reports before it in `view`.
    pub fn warnings(&self, target: &Target, view: &View<'_>) -> Vec<WarningCode> {
        codes_at(self.inventory, Earlier::in_view(self.inventory.year, view), target.level)
    }

    /// The figure with its source.
    pub fn cited(&self, target: &Target, view: &View<'_>) -> CitedFigure {
        let unit = goal::unit(target);
        CitedFigure {
            id: None,
            year: self.inventory.year,
            tonnes: self.figure.tonnes,
            population: unit.population(self.inventory),
            tonnes_per_person: unit.print(Some(self.amount)).1,
            credits_retired_tonnes: self.inventory.credits_retired_tonnes,
            uncertainty_percent: self.inventory.uncertainty_percent,
            revision: self.stamp.revision,
            warnings: self.warnings(target, view),
            also_stated: goal::also_stated(self.inventory, &Scope::of(target), view),
            source: self.inventory.source.clone(),
        }
    }

    /// The figure in a list.
    pub fn listed(&self, target: &Target, view: &View<'_>) -> YearFigure {
        let unit = goal::unit(target);
        YearFigure {
            year: self.inventory.year,
            tonnes: self.figure.tonnes,
            population: unit.population(self.inventory),
            tonnes_per_person: unit.print(Some(self.amount)).1,
            of_other_gwp: self.of_other_gwp,
            revision: self.stamp.revision,
            warnings: self.warnings(target, view),
        }
    }
}

/// The reports after the base year, sorted into those that are compared and those that cannot be.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    /// The accounting that the reports are held against; none without a base.
    pub accounting: Option<Accounting<'a>>,
    /// The reports that are compared, by year.
    pub compared: Vec<Compared<'a>>,
    /// The reports that are not, by year.
    pub left_out: Vec<LeftOut>,
    /// How far the report for the base year is apart from the baseline in percent of it, if it is of the same
    /// accounting by the tests but of no series that both name.
    pub base_apart_percent: Option<f64>,
}

impl<'a> Comparison<'a> {
    /// Compares the reports of `view` with the base of `target`; without a base all reports are looked at.
    pub fn of(target: &Target, base: Option<&BaseInventory<'a>>, view: &View<'a>, judged_on: NaiveDate) -> Self {
        let accounting = base.map(|base| Accounting::of_base(base, view));
        let against = base.zip(accounting.as_ref());
        let (mut compared, mut left_out) = (Vec::new(), Vec::new());
        let after = |year: &Year| base.is_none_or(|base| *year > base.year());
        let reports = view.reports.iter().filter(|(year, report)| after(year) && has_ended(report.value, judged_on));
        for (year, report) in reports {
            match compare(report, target, against, view) {
                Ok(report) => compared.push(report),
                Err((reason, detail)) => left_out.push(LeftOut { year: *year, reason, detail: Some(detail) }),
            }
        }
        Comparison { base_apart_percent: base_apart(against, view), accounting, compared, left_out }
    }

    /// Whether the report for the base year shows that the baseline is not of the reports' accounting.
    pub fn is_contradicted(&self) -> bool {
        self.base_apart_percent.is_some_and(|percent| percent > CONTRADICTED_PERCENT)
    }
}

/// Whether the year of an inventory had ended on a day.
pub(super) fn has_ended(inventory: &Inventory, on: NaiveDate) -> bool {
    inventory.days().1 < on
}

/// Every figure that can be compared with the base, the years before it among them, by year.
///
/// For the base year itself the base counts, not a report beside it.
pub(super) fn points_of_all_years<'a>(
    target: &Target,
    base: Option<&BaseInventory<'a>>,
    accounting: Option<&Accounting<'_>>,
    view: &View<'a>,
    judged_on: NaiveDate,
) -> Vec<Point> {
    let beside = |year: Year| base.is_some_and(|base| base.year() == year);
    let reports = view.reports.iter().filter(|(year, _)| !beside(**year));
    let reports = reports.filter(|(_, report)| has_ended(report.value, judged_on));
    let compared = reports.filter_map(|(_, report)| compare(report, target, base.zip(accounting), view).ok());
    let mut points: Vec<Point> = compared.filter(|report| !report.of_other_gwp).map(|report| report.point()).collect();
    points.extend(base.and_then(BaseInventory::point));
    points.sort_by_key(|point| point.year);
    points
}

/// A report in the terms of `target`, or why it cannot be compared.
fn compare<'a>(
    report: &Known<'a, Inventory>,
    target: &Target,
    against: Option<(&BaseInventory<'a>, &Accounting<'_>)>,
    view: &View<'a>,
) -> Result<Compared<'a>, (LeftOutReason, String)> {
    let (inventory, stamp) = (report.value, report.stamp);
    let figure = Scope::of(target).figure(inventory).ok_or_else(|| no_figure(target))?;
    if let Some(reason) = against.and_then(|(base, accounting)| left_out(report, base, accounting, view)) {
        return Err(reason);
    }
    let converted = against.and_then(|(base, _)| base.converted);
    let of_other_gwp = converted.is_some_and(|(gwp, _)| inventory.gwp.is_some_and(|of_report| of_report != gwp));
    let amount = goal::unit(target).amount(figure, inventory.population);
    let no_population = || (LeftOutReason::NoPopulation, "The report states no population.".to_owned());
    Ok(Compared { inventory, stamp, figure, amount: amount.ok_or_else(no_population)?, of_other_gwp })
}

fn no_figure(target: &Target) -> (LeftOutReason, String) {
    let detail = match &target.sector {
        Some(sector) => format!("The report does not have all lines of {sector}."),
        None => format!("The report has no figure at {}.", target.level),
    };
    (LeftOutReason::NoFigureAtLevel, detail)
}

/// Why a report with a figure cannot be compared with a base, if it cannot.
pub(super) fn left_out<'a>(
    report: &Known<'a, Inventory>,
    base: &BaseInventory<'a>,
    accounting: &Accounting<'_>,
    view: &View<'a>,
) -> Option<(LeftOutReason, String)> {
    let of_report = Accounting::of(report.value);
    let of_series = accounting.is_of_series(&of_report);
    let gap = || coverage_gap(base, report.value).filter(|gap| gap.percent > LEFT_OUT_PERCENT);
    accounting
        .differs(&of_report)
        .or_else(|| boundary_changed(base.inventory, report.value, view).filter(|_| !of_series))
        .or_else(|| gap().map(|gap| (LeftOutReason::CoverageDiffers, coverage_told(&gap))))
        .or_else(|| restated_since(report, base, view).filter(|_| !of_series))
}

/// The lines that a base and a report do not both count.
pub(super) fn coverage_gap(base: &BaseInventory<'_>, report: &Inventory) -> Option<Gap> {
    let ours = Lines::of(base.inventory, &base.scope, base.gwp())?;
    let theirs = Lines::of(report, &base.scope, report.gwp)?;
    let kilograms = |figure: Option<Figure>| figure.map_or(0, |figure| figure.tonnes.kilograms());
    let figures = [kilograms(base.figure), kilograms(base.scope.figure(report))];
    Gap::between(&ours, &theirs, &base.scope, figures)
}

/// Coverage that differs, as a sentence.
pub(super) fn coverage_told(gap: &Gap) -> String {
    let (one, other) = if gap.of_base { ("baseline", "report") } else { ("report", "baseline") };
    format!("{:.1} % of the {one} is on {}, which the {other} does not know.", gap.percent, gap.named_lines())
}

/// Whether the city was merged or split between the end of one inventory and that of the other.
fn boundary_changed(base: &Inventory, report: &Inventory, view: &View<'_>) -> Option<(LeftOutReason, String)> {
    let (one, other) = (base.days().1, report.days().1);
    let between = |day: NaiveDate| one.min(other) < day && day <= one.max(other);
    let changed = view.city.value.predecessors.iter().find(|predecessor| between(predecessor.on))?;
    let detail = format!("On {} the city was made from {} or split off from it.", changed.on, changed.city);
    Some((LeftOutReason::BoundaryChanged, detail))
}

/// How far the report for the base year is apart, where the tests leave it in and the two are of no common series.
fn base_apart<'a>(against: Option<(&BaseInventory<'a>, &Accounting<'_>)>, view: &View<'a>) -> Option<f64> {
    let (base, accounting) = against?;
    let report = base.report_of_its_year(view)?;
    let of_series = accounting.is_of_series(&Accounting::of(report.value));
    let comparable = !of_series && left_out(report, base, accounting, view).is_none();
    comparable.then(|| base.apart_percent(report.value))?
}

/// The set of potentials that the base can be converted to for a report: both state every line by gas.
pub(super) fn conversion(base: &BaseInventory<'_>, report: &Inventory, target: &Target) -> Option<GwpSet> {
    let by_gas = || base.scope.is_by_gas(base.inventory) && base.scope.is_by_gas(report);
    let differs = report.gwp.is_some() && report.gwp != base.inventory.gwp;
    report.gwp.filter(|_| differs && !goal::is_fixed(target) && by_gas())
}
