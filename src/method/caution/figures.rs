//! Cautions about single figures that another source, a sum of lines or a warning contradicts.

use super::{Caution, CautionCode, UsedFigures, list_years};
use crate::method::printed::Unit;
use crate::method::wording::amount;
use crate::record::inventory::{AlsoStated, Figure, Inventory};
use crate::record::level::Level;
use crate::record::warning::WarningCode;
use crate::record::{View, Year};

/// Percent of the figure used beyond which another source contradicts it.
const CONTRADICTED_PERCENT: f64 = 5.0;
/// Percent of the baseline beyond which the report for its year differs.
const DIFFERS_PERCENT: f64 = crate::method::accounting::SAME_FIGURE_PERCENT;
/// Percent of the baseline beyond which the report for its year contradicts it.
const TOO_FAR_PERCENT: f64 = crate::method::comparison::CONTRADICTED_PERCENT;

pub(super) fn cautions(used: &UsedFigures<'_, '_>) -> Vec<Caution> {
    let mut found = stated_differs_from_sum(used);
    found.extend(contradicted(used));
    found.extend(figure_questioned(used));
    found.extend(baseline_differs_from_report(used));
    found
}

/// One caution for each year, so that each gives both figures.
fn stated_differs_from_sum(used: &UsedFigures<'_, '_>) -> Vec<Caution> {
    let differs = |inventory: &Inventory| {
        let figure = inventory.figure(used.scope.level).filter(Figure::differs_from_sum)?;
        let summed = Figure { tonnes: figure.summed?, ..figure };
        let amount = |figure| used.unit.amount(figure, inventory.population);
        let year = inventory.year;
        let detail =
            format!("For {year} the stated total, which is used, differs from the sum of its lines by more than 1 %.");
        let code = CautionCode::StatedDiffersFromSum;
        Some(Caution::between(code, detail, vec![year], used.unit, amount(figure)?, amount(summed)?))
    };
    used.inventories().filter(|_| used.scope.lines.is_none()).filter_map(differs).collect()
}

/// One caution for each total of another source that differs from the figure used by more than 5 %.
fn contradicted(used: &UsedFigures<'_, '_>) -> Vec<Caution> {
    let inventories = used.deciding().filter(|_| used.scope.lines.is_none());
    inventories
        .flat_map(|inventory| {
            let others = contradictions(inventory, used.scope.level, used.view);
            others.map(|(figure, other)| {
                let (year, unit, stated) = (inventory.year, Unit::Tonnes, other.tonnes.get());
                let (ours, theirs) = (amount(figure, unit), amount(stated, unit));
                let detail =
                    format!("For {year} another source, {}, states {theirs}; {ours} is used.", other.source.title);
                Caution::between(CautionCode::Contradicted, detail, vec![year], unit, figure, stated)
            })
        })
        .collect()
}

/// The figure at `level`, with each total of another source that differs from it by more than 5 %.
fn contradictions<'i>(
    inventory: &'i Inventory,
    level: Level,
    view: &View<'_>,
) -> impl Iterator<Item = (f64, &'i AlsoStated)> + use<'i> {
    let figure = inventory.figure(level).map(|figure| figure.tonnes.get());
    let others = view.also_stated(inventory).filter(move |other| other.level == level);
    others
        .filter_map(move |other| Some((figure?, other)))
        .filter(|(figure, other)| 100.0 * (other.tonnes.get() - figure).abs() > CONTRADICTED_PERCENT * figure.abs())
}

/// True if another source states a total at `level` that differs from the figure by more than 5 %.
pub(in crate::method) fn is_contradicted(inventory: &Inventory, level: Level, view: &View<'_>) -> bool {
    contradictions(inventory, level, view).next().is_some()
}

/// The warnings about the two figures that decide.
fn figure_questioned(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let base = used.base.map(|base| (base.year(), base.warnings(used.view)));
    let judged = used.judged().map(|report| (report.year(), report.warnings(used.scope.level, used.view)));
    let questioned: Vec<(Year, Vec<WarningCode>)> =
        base.into_iter().chain(judged).filter(|(_, warnings)| !warnings.is_empty()).collect();
    let findings = questioned.iter().map(|(year, warnings)| {
        let warnings: Vec<&str> = warnings.iter().map(|warning| warning.as_str()).collect();
        format!("{year} ({})", warnings.join(", "))
    });
    let findings: Vec<String> = findings.collect();
    let years: Vec<Year> = questioned.iter().map(|(year, _)| *year).collect();
    (!years.is_empty()).then(|| {
        let detail = format!("The figures for {} may hold a slip: {}.", list_years(&years), findings.join(", "));
        Caution::new(CautionCode::FigureQuestioned, detail, years)
    })
}

/// Above the upper limit of this caution, the figures are not compared at all.
fn baseline_differs_from_report(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let base = used.base?;
    let comparison = used.base_year_report?;
    comparison.tested_percent().filter(|percent| DIFFERS_PERCENT < *percent && *percent <= TOO_FAR_PERCENT)?;
    let (other, theirs, year) = (comparison.report, comparison.figure, base.year());
    // A report without a population has no figure per person; then the totals are given.
    let (unit, old, new) = match base.amount.zip(used.unit.amount(theirs, other.population)) {
        Some((old, new)) => (used.unit, old, new),
        None => (Unit::Tonnes, base.figure?.tonnes.get(), theirs.tonnes.get()),
    };
    let detail = format!("The report for {year} states {}, the baseline {}.", amount(new, unit), amount(old, unit));
    Some(Caution::between(CautionCode::BaselineDiffersFromReport, detail, vec![year], unit, old, new))
}
