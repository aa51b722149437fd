//! Which figures may be compared (section 1 of the method): like with like, or not at all.

use crate::record::gwp::GwpSet;
use crate::record::inventory::{Figure, Inventory};
use crate::record::target::Target;
use crate::record::vocabulary::{Gas, Protocol, vocabulary};
use crate::record::warning::{Earlier, WarningCode, codes_at};
use crate::record::{Known, Stamp, View, Year};

use super::assessment::{CitedFigure, LeftOut, YearFigure};
use super::goal::{self, BaseInventory};
use super::pathway::Point;

/// Figures of one year further apart than this, in percent of the baseline's, are not the same figure.
///
/// The same 1 % as between a stated total and the sum of its lines: what rounding and a late
/// correction explain.
const SAME_FIGURE_PERCENT: f64 = 1.0;

vocabulary! {
    /// Why a report after the base year cannot be compared with the baseline.
    LeftOutReason {
        /// It has no figure at the target's level.
        NoFigureAtLevel = "no_figure_at_level",
        /// It and the baseline declare different protocols.
        ProtocolDiffers = "protocol_differs",
        /// It and the baseline declare gases, and one covers CO2 only and the other more.
        GasesDiffer = "gases_differ",
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
    /// Its figure at the target's level.
    pub figure: Figure,
    /// The figure in the target's unit: `A`.
    pub amount: f64,
}

impl Compared<'_> {
    /// The amount in its year.
    pub fn point(&self) -> Point {
        Point { year: self.inventory.year, amount: self.amount }
    }

    /// What may be a slip in the figure, beside the report of the year before in `view`.
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
            revision: self.stamp.revision,
            warnings: self.warnings(target, view),
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
}

impl<'a> Comparison<'a> {
    /// Compares the reports of `view` with the base of `target`; without a base all reports are looked at.
    pub fn of(target: &Target, base: Option<&BaseInventory<'a>>, view: &View<'a>) -> Self {
        let accounting = base.map(|base| Accounting::of_base(base, target, view));
        let (mut compared, mut left_out) = (Vec::new(), Vec::new());
        for (year, report) in &view.reports {
            if base.is_some_and(|base| *year <= base.year()) {
                continue;
            }
            match compare(report, target, accounting.as_ref()) {
                Ok(report) => compared.push(report),
                Err((reason, detail)) => left_out.push(LeftOut { year: *year, reason, detail }),
            }
        }
        Comparison { accounting, compared, left_out }
    }
}

/// Every figure that can be compared with the base, the years before it among them, by year.
///
/// For the base year itself the base counts, not a report beside it.
pub(super) fn points_of_all_years(
    target: &Target,
    base: Option<&BaseInventory<'_>>,
    accounting: Option<&Accounting<'_>>,
    view: &View<'_>,
) -> Vec<Point> {
    let beside = |year: Year| base.is_some_and(|base| base.year() == year);
    let reports = view.reports.iter().filter(|(year, _)| !beside(**year));
    let compared = reports.filter_map(|(_, report)| compare(report, target, accounting).ok());
    let mut points: Vec<Point> = compared.map(|report| report.point()).collect();
    points.extend(base.and_then(BaseInventory::point));
    points.sort_by_key(|point| point.year);
    points
}

/// A report in the terms of `target`, or why it cannot be compared.
fn compare<'a>(
    report: &Known<'a, Inventory>,
    target: &Target,
    base: Option<&Accounting<'_>>,
) -> Result<Compared<'a>, (LeftOutReason, Option<String>)> {
    let (inventory, stamp) = (report.value, report.stamp);
    let Some(figure) = inventory.figure(target.level) else {
        return Err((LeftOutReason::NoFigureAtLevel, Some(format!("The report has no figure at {}.", target.level))));
    };
    if let Some((reason, detail)) = base.and_then(|base| base.differs(&Accounting::of(inventory))) {
        return Err((reason, Some(detail)));
    }
    match goal::unit(target).amount(figure, inventory.population) {
        Some(amount) => Ok(Compared { inventory, stamp, figure, amount }),
        None => Err((LeftOutReason::NoPopulation, Some("The report states no population.".to_owned()))),
    }
}

/// By which rules an inventory counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accounting<'a> {
    /// The standard, if declared.
    pub protocol: Option<Protocol>,
    /// The gases covered; empty if not declared.
    pub gases: &'a [Gas],
    /// The set of global warming potentials, if declared.
    pub gwp: Option<GwpSet>,
    /// Whether it was taken from the report of the same year, because the baseline declares none.
    pub inferred: bool,
}

impl<'a> Accounting<'a> {
    /// The accounting that an inventory declares.
    pub fn of(inventory: &'a Inventory) -> Self {
        Accounting { protocol: inventory.protocol, gases: &inventory.gases, gwp: inventory.gwp, inferred: false }
    }

    /// The accounting of a base: its own, else that of the report of the same year with the same figure.
    ///
    /// A report that declares a protocol lends it, and its gases and potentials where the base
    /// declares none of its own; not when the gases contradict what the base does declare.
    fn of_base(base: &BaseInventory<'a>, target: &Target, view: &View<'a>) -> Self {
        let own = Accounting::of(base.inventory);
        let Some(report) = same_year(base, view).filter(|_| own.protocol.is_none()) else { return own };
        let lent = Accounting::of(report);
        let fits = apart_percent(base, report, target).is_some_and(|percent| percent <= SAME_FIGURE_PERCENT)
            && own.differs(&lent).is_none();
        if lent.protocol.is_none() || !fits {
            return own;
        }
        Accounting {
            protocol: lent.protocol,
            gases: if own.gases.is_empty() { lent.gases } else { own.gases },
            gwp: own.gwp.or(lent.gwp),
            inferred: true,
        }
    }

    /// Why figures by this accounting and by that of a report cannot be compared, if they cannot.
    pub(super) fn differs(&self, report: &Accounting<'_>) -> Option<(LeftOutReason, String)> {
        if let (Some(ours), Some(theirs)) = (self.protocol, report.protocol)
            && ours != theirs
        {
            let detail = format!("The report follows {theirs}, the baseline {ours}.");
            return Some((LeftOutReason::ProtocolDiffers, detail));
        }
        let declared = !self.gases.is_empty() && !report.gases.is_empty();
        if declared && only_co2(self.gases) != only_co2(report.gases) {
            let (one, other) = if only_co2(self.gases) { ("baseline", "report") } else { ("report", "baseline") };
            let detail = format!("The {one} covers CO2 only, the {other} other gases too.");
            return Some((LeftOutReason::GasesDiffer, detail));
        }
        None
    }
}

fn only_co2(gases: &[Gas]) -> bool {
    gases == [Gas::Co2]
}

/// The report of the year of a recorded baseline; none when the base is a report itself.
fn same_year<'a>(base: &BaseInventory<'a>, view: &View<'a>) -> Option<&'a Inventory> {
    base.id?;
    view.reports.get(&base.year()).map(|report| report.value)
}

/// How far the figures of a base and a report of the same year are apart, in percent of the base's.
fn apart_percent(base: &BaseInventory<'_>, report: &Inventory, target: &Target) -> Option<f64> {
    let (ours, theirs) = (base.figure?.tonnes.get(), report.figure(target.level)?.tonnes.get());
    (ours > 0.0).then(|| 100.0 * (theirs - ours).abs() / ours)
}

/// The report of the base year, if its figure differs from the baseline's by more than 1 %.
pub(super) fn other_report<'a>(base: &BaseInventory<'a>, target: &Target, view: &View<'a>) -> Option<&'a Inventory> {
    let report = same_year(base, view)?;
    apart_percent(base, report, target).filter(|percent| *percent > SAME_FIGURE_PERCENT).map(|_| report)
}

/// Whether one of two inventories has values in sectors in which the other has none.
pub(super) fn coverage_differs(one: &Inventory, other: &Inventory, target: &Target) -> bool {
    let sectors = |inventory: &Inventory| -> std::collections::BTreeSet<&'static str> {
        let valued = inventory.lines.iter().filter(|line| line.has_value());
        let counted = valued.filter(|line| !target.level.has_lines() || line.reference.counts_at(target.level));
        counted.map(|line| line.reference.sector()).collect()
    };
    !one.lines.is_empty() && !other.lines.is_empty() && sectors(one) != sectors(other)
}
