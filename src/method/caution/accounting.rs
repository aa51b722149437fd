//! Cautions about accounting: whether the baseline and the reports count by the same rules.
//!
//! A report that names the baseline's series gets none: the two count alike.

use super::{Caution, CautionCode, UsedFigures, about};
use crate::method::accounting::{Accounting, family, is_only_co2};
use crate::method::comparison::Compared;
use crate::method::converted_gas::ConvertedGas;
use crate::method::wording::amount;
use crate::record::Year;
use crate::record::units::{Population, group_thousands};

/// Percent of the population between two figures beyond which the boundary may have changed.
const POPULATION_PERCENT: f64 = 15.0;
/// Years between two figures up to which their populations are compared.
const POPULATION_YEARS: f64 = 3.0;
/// Growth of the population since the base year, in percent per year, beyond which the boundary may have changed.
const GROWTH_PERCENT: f64 = 5.0;

pub(super) fn cautions(used: &UsedFigures<'_, '_>) -> Vec<Caution> {
    let Some(base) = used.accounting else {
        // Without a base, each report is checked by itself.
        return undeclared_alone(used).into_iter().collect();
    };
    let reports = used.reports.iter().copied().filter(|report| !has_same_series(&base, report));
    let sides = Sides { base, reports: reports.collect() };
    let found = [
        sides.series_undeclared(),
        sides.protocol_related(),
        sides.accounting_undeclared(used),
        accounting_inferred(used),
        sides.gases_undeclared(),
        sides.gas_sets_differ(),
        sides.gwp_differs(used),
        gwp_converted(used),
        sides.electricity_differs(),
        sides.weather_differs(),
        boundary_suspect(used),
    ];
    found.into_iter().flatten().collect()
}

fn has_same_series(base: &Accounting<'_>, report: &Compared<'_>) -> bool {
    base.has_same_series(&Accounting::of(report.inventory))
}

/// The accounting of the baseline, and the reports that are not of its series.
struct Sides<'c, 'a> {
    base: Accounting<'a>,
    reports: Vec<&'c Compared<'a>>,
}

impl Sides<'_, '_> {
    /// The years of the reports whose accounting passes `test`.
    fn years(&self, test: impl Fn(&Accounting<'_>) -> bool) -> Vec<Year> {
        let reports = self.reports.iter().filter(|report| test(&Accounting::of(report.inventory)));
        reports.map(|report| report.year()).collect()
    }

    /// Reports of another series are left out, so here at least one side names no series.
    fn series_undeclared(&self) -> Option<Caution> {
        let years = self.years(|_| true);
        about(CautionCode::SeriesUndeclared, years, |listed| {
            format!(
                "No common series is declared for the baseline and {listed}: whether they are of one accounting is \
                 judged by what they say of themselves."
            )
        })
    }

    fn protocol_related(&self) -> Option<Caution> {
        let ours = self.base.protocol?;
        let years =
            self.years(|report| report.protocol.is_some_and(|theirs| theirs != ours && family(theirs) == family(ours)));
        about(CautionCode::ProtocolRelated, years, |listed| {
            format!("The baseline follows {ours} and the figures for {listed} a protocol related to it.")
        })
    }

    fn accounting_undeclared(&self, used: &UsedFigures<'_, '_>) -> Option<Caution> {
        let mut years = self.years(|report| report.protocol.is_none());
        if self.base.protocol.is_none() && !self.reports.is_empty() {
            years.splice(0..0, used.base.map(|base| base.year()));
        }
        undeclared_caution(years)
    }

    fn gases_undeclared(&self) -> Option<Caution> {
        let ours = self.base.gases;
        let years = self.years(|report| report.gases.is_empty() != ours.is_empty());
        let mut caution = about(CautionCode::GasesUndeclared, years, |listed| {
            let side = if ours.is_empty() { "the baseline does not" } else { "they do not" };
            let other = if ours.is_empty() { "declare" } else { "are compared with a baseline that declares" };
            format!("The figures for {listed} {other} which gases they cover, {side}.")
        })?;
        let theirs = |report: &&Compared<'_>| is_only_co2(&report.inventory.gases);
        caution.only_co2 =
            is_only_co2(ours) || (ours.is_empty() && self.reports.iter().copied().any(|report| theirs(&report)));
        Some(caution)
    }

    fn gas_sets_differ(&self) -> Option<Caution> {
        let ours = self.base.gases;
        let years = self.years(|report| {
            let declared = !ours.is_empty() && !report.gases.is_empty();
            declared && report.gases != ours && !is_only_co2(ours) && !is_only_co2(report.gases)
        });
        about(CautionCode::GasSetsDiffer, years, |listed| {
            format!("The figures for {listed} do not cover the same gases as the baseline.")
        })
    }

    fn gwp_differs(&self, used: &UsedFigures<'_, '_>) -> Option<Caution> {
        let converted = used.base.and_then(|base| base.converted).map(|(gwp, _)| gwp);
        let ours = converted.or(self.base.gwp)?;
        let years = self.years(|report| report.gwp.is_some_and(|gwp| gwp != ours));
        let suffix = if converted.is_some() { ": they stay out of trend and budget" } else { "" };
        about(CautionCode::GwpDiffers, years, |listed| {
            format!(
                "The baseline counts with the global warming potentials of {ours}; another set is used for {listed}{suffix}."
            )
        })
    }

    fn electricity_differs(&self) -> Option<Caution> {
        let ours = self.base.electricity?;
        let years = self.years(|report| report.electricity.is_some_and(|theirs| theirs != ours));
        about(CautionCode::ElectricityDiffers, years, |listed| {
            format!("The baseline counts electricity by the method {ours}; another is used for {listed}.")
        })
    }

    fn weather_differs(&self) -> Option<Caution> {
        let ours = self.base.weather_normalised?;
        let years = self.years(|report| report.weather_normalised.is_some_and(|theirs| theirs != ours));
        let difference = if ours {
            "is corrected for the weather, and the figures are not"
        } else {
            "is not corrected for the weather, and the figures are"
        };
        about(CautionCode::WeatherDiffers, years, |listed| format!("The baseline {difference} for {listed}."))
    }
}

fn undeclared_caution(years: Vec<Year>) -> Option<Caution> {
    about(CautionCode::AccountingUndeclared, years, |listed| {
        format!("No accounting protocol is declared for {listed}: the figures may not count the same.")
    })
}

fn undeclared_alone(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let reports = used.reports.iter().copied().filter(|report| Accounting::of(report.inventory).protocol.is_none());
    undeclared_caution(reports.map(Compared::year).collect())
}

fn accounting_inferred(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let accounting = used.accounting.filter(|accounting| accounting.inferred)?;
    let (year, protocol) = (used.base?.year(), accounting.protocol?);
    let detail = format!(
        "The baseline declares no protocol; that of the report for {year}, which has its figure, is taken: {protocol}."
    );
    Some(Caution::new(CautionCode::AccountingInferred, detail, vec![year]))
}

fn gwp_converted(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let base = used.base?;
    let (gwp, before) = base.converted?;
    let amounts = |figure| used.unit.amount(figure, base.inventory.population);
    let (old, new) = (amounts(before)?, base.amount?);
    let stated = base.inventory.gwp.map_or_else(String::new, |gwp| format!(" by those of {gwp}"));
    let detail = format!(
        "With the global warming potentials of {gwp}, by which the report counts, the baseline is {}; it was {}{stated}.",
        amount(new, used.unit),
        amount(old, used.unit)
    );
    let code = CautionCode::GwpConverted;
    let caution = Caution::between(code, detail, vec![base.year()], used.unit, old, new);
    Some(Caution { converted_gases: ConvertedGas::from_base(base), ..caution })
}

/// The year of a figure, and its population.
type People = (Year, f64);

fn boundary_suspect(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let (base, accounting) = (used.base?, used.accounting?);
    let people = |year, population: Option<Population>| population.map(|population| (year, population.people()));
    let base_people = people(base.year(), base.inventory.population);
    let reports = used.reports.iter().filter(|report| !has_same_series(&accounting, report));
    let report_people: Vec<People> =
        reports.filter_map(|report| people(report.year(), report.inventory.population)).collect();
    let all: Vec<People> = base_people.into_iter().chain(report_people.iter().copied()).collect();
    let jump = all.windows(2).find(|pair| {
        let ((from, before), (to, after)) = (pair[0], pair[1]);
        to.since(from) <= POPULATION_YEARS && 100.0 * (after - before).abs() / before > POPULATION_PERCENT
    });
    if let Some(&[(from, before), (to, after)]) = jump.and_then(|pair| <&[People; 2]>::try_from(pair).ok()) {
        return Some(boundary_caution(from, before, to, after));
    }
    let ((from, before), (to, after)) = base_people.zip(report_people.last().copied())?;
    let growth = 100.0 * ((after / before).powf(1.0 / to.since(from)) - 1.0);
    (growth > GROWTH_PERCENT).then(|| boundary_caution(from, before, to, after))
}

fn boundary_caution(from: Year, before: f64, to: Year, after: f64) -> Caution {
    let detail = format!(
        "The population goes from {} in {from} to {} in {to}: the figures may not be of the same boundary.",
        group_thousands(before),
        group_thousands(after)
    );
    Caution::new(CautionCode::BoundarySuspect, detail, vec![from, to])
}
