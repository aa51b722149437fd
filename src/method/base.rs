//! The inventory that a target is measured from: its base (section 2 of the method).

use crate::record::gwp::GwpSet;
use crate::record::inventory::{Figure, Inventory};
use crate::record::level::Level;
use crate::record::target::Target;
use crate::record::warning::{PreviousReports, WarningCode, warning_codes_at};
use crate::record::{Known, Slug, Stamp, View, Year};

use super::cited::CitedFigure;
use super::goal;
use super::pathway::Point;
use super::printed::Unit;
use super::scope::Scope;

/// How the base of a target was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The target names a recorded baseline.
    Baseline,
    /// The target names a year, and the report of that year serves.
    ReportOfYear,
    /// The target names nothing, and the first report that is comparable with the latest serves.
    FirstReport,
}

/// The inventory that a target is measured from.
#[derive(Debug, Clone)]
pub(super) struct BaseInventory<'a> {
    /// How it was chosen.
    pub origin: Origin,
    /// The baseline's id; `None` for a report.
    pub id: Option<&'a Slug>,
    /// The inventory itself.
    pub inventory: &'a Inventory,
    /// Who recorded it.
    pub stamp: &'a Stamp,
    /// What is counted of it.
    pub scope: Scope,
    /// The unit in which it is compared.
    pub unit: Unit,
    /// Its figure; `None` if it has none within the scope.
    pub figure: Option<Figure>,
    /// If the figure was converted: the set of potentials, and the figure before.
    pub converted: Option<(GwpSet, Figure)>,
    /// The figure in the unit of comparison, `B`.
    pub amount: Option<f64>,
}

impl<'a> BaseInventory<'a> {
    /// `known` as the base of `target`.
    pub fn for_target(origin: Origin, id: Option<&'a Slug>, known: &Known<'a, Inventory>, target: &Target) -> Self {
        Self::within_scope(origin, id, known, Scope::of(target), goal::unit(target))
    }

    /// A base of what `scope` counts of `known`.
    fn within_scope(
        origin: Origin,
        id: Option<&'a Slug>,
        known: &Known<'a, Inventory>,
        scope: Scope,
        unit: Unit,
    ) -> Self {
        let (inventory, stamp) = (known.value, known.stamp);
        let figure = scope.figure(inventory);
        let amount = figure.and_then(|figure| unit.amount(figure, inventory.population));
        BaseInventory { origin, id, inventory, stamp, scope, unit, figure, converted: None, amount }
    }

    /// A report as the base of `target`.
    pub fn of_report(known: &Known<'a, Inventory>, target: &Target) -> Self {
        Self::for_target(Origin::ReportOfYear, None, known, target)
    }

    /// A base at `level`, in tonnes, for another inventory of the city: a baseline with its id, or a report.
    pub fn at_level(id: Option<&'a Slug>, known: &Known<'a, Inventory>, level: Level) -> Self {
        let origin = if id.is_some() { Origin::Baseline } else { Origin::ReportOfYear };
        Self::within_scope(origin, id, known, Scope { level, lines: None }, Unit::Tonnes)
    }

    /// The same base with its lines converted by `gwp`; `None` if they cannot be converted.
    pub fn converted_by(&self, gwp: GwpSet) -> Option<Self> {
        let before = self.figure?;
        let figure = self.scope.figure_by(self.inventory, gwp)?;
        let amount = self.unit.amount(figure, self.inventory.population);
        Some(BaseInventory { figure: Some(figure), converted: Some((gwp, before)), amount, ..self.clone() })
    }

    /// The set of potentials that its lines are stated or converted in.
    pub fn gwp(&self) -> Option<GwpSet> {
        self.converted.map(|(gwp, _)| gwp).or(self.inventory.gwp)
    }

    /// The record with its revisions: the baseline, or else the report.
    pub fn record<'v>(&self, view: &'v View<'a>) -> Option<&'v Known<'a, Inventory>> {
        match self.id {
            Some(id) => view.baselines.get(id),
            None => view.reports.get(&self.year()),
        }
    }

    /// The report for the year of a recorded baseline; `None` if the base is a report itself.
    pub fn report_of_its_year<'v>(&self, view: &'v View<'a>) -> Option<&'v Known<'a, Inventory>> {
        self.id?;
        view.reports.get(&self.year())
    }

    /// The difference of a report's figure, in percent of this one.
    pub fn difference_percent(&self, report: &Inventory) -> Option<f64> {
        let (ours, theirs) = (self.figure?.tonnes.get(), self.scope.figure(report)?.tonnes.get());
        (ours > 0.0).then(|| 100.0 * (theirs - ours).abs() / ours)
    }

    /// The base year: `b`.
    pub fn year(&self) -> Year {
        self.inventory.year
    }

    /// `B` in year `b`; `None` if the figure is not known.
    pub fn point(&self) -> Option<Point> {
        self.amount.map(|amount| Point { year: self.year(), amount })
    }

    /// Probable mistakes in the figure; a report is also checked against those before it in `view`.
    pub fn warnings(&self, view: &View<'_>) -> Vec<WarningCode> {
        let is_report = self.id.is_none();
        let earlier = if is_report { PreviousReports::in_view(self.year(), view) } else { PreviousReports::default() };
        warning_codes_at(self.inventory, earlier, self.scope.level)
    }

    /// The figure with its source; `None` if there is none.
    pub fn cite(&self, view: &View<'_>) -> Option<CitedFigure> {
        let (inventory, unit) = (self.inventory, self.unit);
        Some(CitedFigure {
            id: self.id.cloned(),
            year: inventory.year,
            tonnes: self.figure?.tonnes,
            population: unit.population(inventory),
            tonnes_per_person: unit.print(self.amount).1,
            credits_retired_tonnes: None,
            credits_retired_tonnes_per_person: None,
            uncertainty_percent: inventory.uncertainty_percent,
            revision: self.stamp.revision,
            warning_codes: self.warnings(view),
            also_stated: goal::also_stated(inventory, &self.scope, view),
            source: inventory.source.clone(),
        })
    }
}
