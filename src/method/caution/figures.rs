//! Cautions about single figures: those that another source, a sum or a second look questions.

use super::{Caution, CautionCode, judged, listed, used};
use crate::method::case::Case;
use crate::method::printed::Unit;
use crate::method::ruling::Ruling;
use crate::method::sentence::amount;
use crate::record::inventory::{AlsoStated, Figure, Inventory, Level};
use crate::record::warning::WarningCode;
use crate::record::{View, Year};

/// Percent of the figure used beyond which another source contradicts it.
const CONTRADICTED_PERCENT: f64 = 5.0;
/// Percent of the baseline beyond which the report for its year differs.
const DIFFERS_PERCENT: f64 = crate::method::accounting::SAME_FIGURE_PERCENT;
/// Percent of the baseline beyond which the report for its year contradicts it.
const TOO_FAR_PERCENT: f64 = crate::method::comparison::CONTRADICTED_PERCENT;

pub(super) fn cautions(case: &Case<'_, '_>, ruling: &Ruling) -> Vec<Caution> {
    let mut found = stated_differs_from_sum(case, ruling);
    found.extend(contradicted(case, ruling));
    found.extend(figure_questioned(case, ruling));
    found.extend(baseline_differs_from_report(case));
    found
}

/// One for each year, so that both figures stand beside it.
fn stated_differs_from_sum(case: &Case<'_, '_>, ruling: &Ruling) -> Vec<Caution> {
    let inventories = case.base.iter().map(|base| base.inventory);
    let inventories = inventories.chain(used(case, ruling).map(|report| report.inventory));
    let differs = |inventory: &Inventory| {
        let figure = inventory.figure(case.target.level).filter(Figure::differs_from_sum)?;
        let summed = Figure { tonnes: figure.summed?, ..figure };
        let amount = |figure| case.unit.amount(figure, inventory.population);
        let year = inventory.year;
        let detail =
            format!("For {year} the stated total, which is used, differs from the sum of its lines by more than 1 %.");
        let code = CautionCode::StatedDiffersFromSum;
        Some(Caution::between(code, detail, vec![year], case.unit, amount(figure)?, amount(summed)?))
    };
    let whole = case.target.sector.is_none();
    inventories.filter(|_| whole).filter_map(differs).collect()
}

/// One for each total of another source that is more than 5 % from the figure used.
fn contradicted(case: &Case<'_, '_>, ruling: &Ruling) -> Vec<Caution> {
    let whole = case.target.sector.is_none();
    let inventories = judged(case, ruling).into_iter().filter(|_| whole);
    inventories
        .flat_map(|inventory| {
            let others = contradictions(inventory, case.target.level, case.view);
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

/// The figure at `level` with each total of another source that is more than 5 % from it.
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

/// Whether another source states a total at `level` that is more than 5 % from the figure.
pub(in crate::method) fn is_contradicted(inventory: &Inventory, level: Level, view: &View<'_>) -> bool {
    contradictions(inventory, level, view).next().is_some()
}

/// The warnings on the two figures that make the verdict.
fn figure_questioned(case: &Case<'_, '_>, ruling: &Ruling) -> Option<Caution> {
    let years = case.base.iter().map(|base| base.year()).chain(ruling.numbers.map(|numbers| numbers.year));
    let questioned: Vec<(Year, Vec<WarningCode>)> =
        years.map(|year| (year, case.warnings(year))).filter(|(_, warnings)| !warnings.is_empty()).collect();
    let told = questioned.iter().map(|(year, warnings)| {
        let warnings: Vec<&str> = warnings.iter().map(|warning| warning.as_str()).collect();
        format!("{year} ({})", warnings.join(", "))
    });
    let told: Vec<String> = told.collect();
    let years: Vec<Year> = questioned.iter().map(|(year, _)| *year).collect();
    (!years.is_empty()).then(|| {
        let detail = format!("The figures for {} may hold a slip: {}.", listed(&years), told.join(", "));
        Caution::new(CautionCode::FigureQuestioned, detail, years)
    })
}

/// What is further apart than this caution reaches is no comparison at all.
fn baseline_differs_from_report(case: &Case<'_, '_>) -> Option<Caution> {
    let base = case.base.as_ref()?;
    let beside = case.comparison.beside.as_ref()?;
    beside.tested_percent().filter(|percent| DIFFERS_PERCENT < *percent && *percent <= TOO_FAR_PERCENT)?;
    let (other, theirs, year) = (beside.report, beside.figure, base.year());
    // A report without a population has no figure a person; then the totals are told.
    let (unit, old, new) = match base.amount.zip(case.unit.amount(theirs, other.population)) {
        Some((old, new)) => (case.unit, old, new),
        None => (Unit::Tonnes, base.figure?.tonnes.get(), theirs.tonnes.get()),
    };
    let detail = format!("The report for {year} states {}, the baseline {}.", amount(new, unit), amount(old, unit));
    Some(Caution::between(CautionCode::BaselineDiffersFromReport, detail, vec![year], unit, old, new))
}
