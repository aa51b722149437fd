//! The cautions that follow from the figures, worked out anew from sections 1, 4 and 7 of the method.

use serde_json::{Value, json};

use super::comparison::{Accounting, Base, Origin, family, only_co2, uncovered};
use super::inventory::{Inventory, Line as Said, tonnes};
use super::judgement::{Case, Ruling, Used};
use super::{Unit, along};

/// A caution about years, if there are any.
fn about(code: &str, years: Vec<i32>) -> Option<Value> {
    (!years.is_empty()).then(|| json!({"code": code, "years": years}))
}

/// A caution about two amounts.
pub fn between(code: &str, years: &[i32], unit: Unit, old: f64, new: f64) -> Value {
    let change = (unit.round(old) != 0.0).then(|| 100.0 * (new - old) / old);
    let years = (!years.is_empty()).then_some(years);
    json!({"code": code, "years": years, format!("old_{}", unit.ending): old, format!("new_{}", unit.ending): new,
        "change_percent": change})
}

/// Every caution but those of history; `warned` are the years of the two figures that are printed with warnings.
pub fn cautions(case: &Case<'_>, ruling: &Ruling, warned: Vec<i32>) -> Vec<Value> {
    let last = ruling.judged.map(|place| case.used[place].year);
    let used: Vec<&Used<'_>> = case.used.iter().filter(|report| last.is_none_or(|last| report.year <= last)).collect();
    let mut found = of_time(case, ruling, &used);
    found.extend(of_accounting(case, &used));
    found.extend(of_coverage(case, &used));
    found.extend(of_figures(case, ruling, &used));
    found.extend(about("figure_questioned", warned));
    found
}

fn of_time(case: &Case<'_>, ruling: &Ruling, used: &[&Used<'_>]) -> Vec<Value> {
    let open = ruling.outcome.is_none();
    let today = case.year_of_judgement();
    let (latest, before) = (case.used.last(), case.latest().map(|place| &case.used[place]));
    let base = case.base.as_ref();
    let stale = latest.filter(|report| open && today - report.year > 4).map(|report| report.year);
    let early =
        before.zip(base).filter(|(report, base)| open && report.year - base.year < 5).map(|(report, _)| report.year);
    let few: Vec<i32> = case.used.iter().map(|report| report.year).filter(|_| case.used.len() < 3).collect();
    let judged = ruling.judged.map(|place| &case.used[place]);
    let pandemic = base.map(|base| base.year).into_iter().chain(judged.map(|report| report.year));
    let mut found: Vec<Option<Value>> = vec![
        about("stale", stale.into_iter().collect()),
        about("early", early.into_iter().collect()),
        // None at all are few, too.
        about("few_points", few).or(case.used.is_empty().then(|| json!({"code": "few_points"}))),
        about("pandemic_year", pandemic.filter(|year| [2020, 2021].contains(year)).collect()),
        about("interpolated", interpolated(case, judged)),
        about("not_calendar_year", not_calendar(case, used)),
    ];
    if let Some((year, kept, before)) = ruling.outcome {
        found.push(before.and_then(|before| about("target_year_skipped", vec![before, year])));
        let line = case.line.as_ref().unwrap();
        let again =
            case.used.iter().filter(|report| kept && report.year > year && !case.at_most(report.amount, line.target.1));
        found.push(about("rebounded", again.map(|report| report.year).collect()));
        let report = judged.unwrap();
        let margin = case.uncertainty(&report.record) * report.amount.abs();
        let within = margin > 0.0 && case.at_most((report.amount - line.target.1).abs(), margin);
        found.push(about("within_uncertainty", vec![year]).filter(|_| within));
    }
    if let Some(base) = base {
        found.push(match base.origin {
            Origin::Baseline => None,
            Origin::ReportOfYear => about("report_used_as_baseline", vec![base.year]),
            Origin::FirstReport => about("anchored_at_first_report", vec![base.year]),
        });
    }
    let heavy = case.target["max_offset_percent"].as_f64().is_some_and(|percent| percent > 10.0);
    found.push(heavy.then(|| json!({"code": "offset_heavy"})));
    found.push(backloaded(case));
    found.into_iter().flatten().collect()
}

/// The years that the budget fills in.
fn interpolated(case: &Case<'_>, judged: Option<&Used<'_>>) -> Vec<i32> {
    let Some(judged) = judged.filter(|_| case.base.is_some() && !case.unit.is_per_person()) else { return Vec::new() };
    let known: Vec<i32> = case
        .used
        .iter()
        .filter(|report| report.year <= judged.year && !report.of_other_gwp)
        .map(|report| report.year)
        .collect();
    (known[0]..judged.year).filter(|year| !known.contains(year)).collect()
}

fn not_calendar(case: &Case<'_>, used: &[&Used<'_>]) -> Vec<i32> {
    let of_base = case.base.iter().map(|base| (base.year, base.inventory()));
    let all = of_base.chain(used.iter().map(|report| (report.year, report.record.inventory())));
    let other = all.filter(|(year, inventory)| {
        let period = &inventory.0["period"];
        period.is_object() && (period["start"] != format!("{year}-01-01") || period["end"] != format!("{year}-12-31"))
    });
    let mut years: Vec<i32> = other.map(|(year, _)| year).collect();
    years.sort_unstable();
    years
}

/// A pathway that allows more than a tenth more, over all its years, than the straight line does.
fn backloaded(case: &Case<'_>) -> Option<Value> {
    let line = case.line.as_ref().ok()?;
    let base = line.base?;
    let years = || base.0..=line.target.0;
    let allowed: f64 = years().map(|year| line.at(year)).sum();
    let straight: f64 = years().map(|year| along(&[base, line.target], year)).sum();
    let more = allowed - straight > 0.1 * straight.abs() * (1.0 + 1e-9);
    more.then(|| between("backloaded", &[], case.unit, straight, allowed))
}

/// The years of those that pass a test.
fn years(used: &[(i32, Accounting<'_>)], test: impl Fn(&Accounting<'_>) -> bool) -> Vec<i32> {
    used.iter().filter(|(_, report)| test(report)).map(|(year, _)| *year).collect()
}

fn of_accounting(case: &Case<'_>, used: &[&Used<'_>]) -> Vec<Value> {
    let all = used.iter().map(|report| (report.year, Accounting::of(report.record.inventory())));
    let Some(base) = &case.base else {
        let all: Vec<_> = all.collect();
        return about("accounting_undeclared", years(&all, |report| report.protocol.is_none())).into_iter().collect();
    };
    let ours = &base.accounting;
    let others: Vec<_> = all.filter(|(_, report)| !ours.is_of_series(report)).collect();
    let mut undeclared = years(&others, |report| report.protocol.is_none());
    if ours.protocol.is_none() && !others.is_empty() {
        undeclared.insert(0, base.year);
    }
    let set = base.converted.map(|(set, _)| set).or(ours.gwp);
    let differs = |ours: Option<&str>, theirs: Option<&str>| ours.is_some() && theirs.is_some() && ours != theirs;
    let related = |report: &Accounting<'_>| {
        differs(ours.protocol, report.protocol) && family(ours.protocol) == family(report.protocol)
    };
    let sets_differ = |report: &Accounting<'_>| {
        let declared = !ours.gases.is_empty() && !report.gases.is_empty();
        declared && report.gases != ours.gases && !only_co2(&ours.gases) && !only_co2(&report.gases)
    };
    let mut found = vec![
        about("series_undeclared", years(&others, |_| true)),
        about("protocol_related", years(&others, related)),
        about("accounting_undeclared", undeclared),
        about("accounting_inferred", vec![base.year]).filter(|_| ours.inferred),
        about("gases_undeclared", years(&others, |report| report.gases.is_empty() != ours.gases.is_empty())),
        about("gas_sets_differ", years(&others, sets_differ)),
        about("gwp_differs", years(&others, |report| differs(set, report.gwp))),
        about("electricity_differs", years(&others, |report| differs(ours.electricity, report.electricity))),
        about(
            "weather_differs",
            years(&others, |report| ours.weather.zip(report.weather).is_some_and(|(ours, theirs)| ours != theirs)),
        ),
        boundary_suspect(base, used),
    ];
    found.push(converted(case, base));
    found.into_iter().flatten().collect()
}

/// Whether the gases undeclared are those of a side whose counterpart declares CO2 alone.
pub fn declares_only_co2(case: &Case<'_>, ruling: &Ruling) -> bool {
    let Some(base) = &case.base else { return false };
    let last = ruling.judged.map(|place| case.used[place].year);
    let reports = case.used.iter().filter(|report| last.is_none_or(|last| report.year <= last));
    let others = reports.map(|report| Accounting::of(report.record.inventory()));
    let others: Vec<_> = others.filter(|report| !base.accounting.is_of_series(report)).collect();
    let ours = &base.accounting.gases;
    others.iter().any(|report| match (ours.is_empty(), report.gases.is_empty()) {
        (false, true) => only_co2(ours),
        (true, false) => only_co2(&report.gases),
        _ => false,
    })
}

fn converted(case: &Case<'_>, base: &Base<'_>) -> Option<Value> {
    let (_, before) = base.converted?;
    let amount = |kilograms| case.unit.of_tonnes(tonnes(kilograms), base.inventory().people());
    let (old, new) = (amount(before)?, amount(base.kilograms?)?);
    let mut caution = between("gwp_converted", &[base.year], case.unit, old, new);
    caution["converted_gases"] = base.gases()?;
    Some(caution)
}

/// Two figures at most three years apart whose people differ by more than 15 %, or growth of more than 5 % a year.
fn boundary_suspect(base: &Base<'_>, used: &[&Used<'_>]) -> Option<Value> {
    let reports =
        used.iter().filter(|report| !base.accounting.is_of_series(&Accounting::of(report.record.inventory())));
    let reports = reports.filter_map(|report| Some((report.year, report.record.inventory().people()?)));
    let reports: Vec<(i32, f64)> = reports.collect();
    let of_base = base.inventory().people().map(|people| (base.year, people));
    let all: Vec<(i32, f64)> = of_base.into_iter().chain(reports.iter().copied()).collect();
    let jump =
        |pair: &&[(i32, f64)]| pair[1].0 - pair[0].0 <= 3 && 100.0 * (pair[1].1 - pair[0].1).abs() / pair[0].1 > 15.0;
    if let Some(pair) = all.windows(2).find(jump) {
        return about("boundary_suspect", vec![pair[0].0, pair[1].0]);
    }
    let (from, to) = of_base.zip(reports.last().copied())?;
    let growth = 100.0 * ((to.1 / from.1).powf(1.0 / f64::from(to.0 - from.0)) - 1.0);
    about("boundary_suspect", vec![from.0, to.0]).filter(|_| growth > 5.0)
}

fn of_coverage(case: &Case<'_>, used: &[&Used<'_>]) -> Vec<Value> {
    let Some(base) = &case.base else { return Vec::new() };
    let parts = used.iter().filter_map(|report| uncovered(base, report.record.inventory(), report.year));
    let parts: Vec<(f64, Value)> = parts.filter(|(share, _)| *share > 1.0).collect();
    let mut found = Vec::new();
    if let Some((_, part)) = parts.iter().max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        let years: Vec<&Value> = parts.iter().map(|(_, part)| &part["year"]).collect();
        found.push(json!({"code": "coverage_differs", "years": years, "uncovered": part}));
    }
    let unknown = |inventory: Inventory<'_>, gwp| {
        inventory.by_line(&case.scope, gwp).values().any(|line| matches!(line, Said::Unknown))
    };
    let ours = base.inventory();
    let alone = used.iter().filter(|report| {
        let theirs = report.record.inventory();
        match (ours.has_lines(&case.scope), theirs.has_lines(&case.scope)) {
            (true, false) => unknown(ours, base.gwp()),
            (false, true) => unknown(theirs, theirs.text("gwp")),
            _ => false,
        }
    });
    found.extend(about("coverage_unknown", alone.map(|report| report.year).collect()));
    found
}

fn of_figures(case: &Case<'_>, ruling: &Ruling, used: &[&Used<'_>]) -> Vec<Value> {
    let mut found = Vec::new();
    let of_base = case.base.iter().map(|base| (base.year, base.inventory()));
    let all = of_base.clone().chain(used.iter().map(|report| (report.year, report.record.inventory())));
    for (year, inventory) in all.filter(|_| case.scope.sector.is_none()) {
        let summed = inventory.summed(&case.scope, inventory.text("gwp"));
        if let Some((stated, summed)) = inventory.stated(&case.scope).zip(summed)
            && (stated - summed).abs() * 100 > stated.abs()
        {
            let amount = |kilograms| case.unit.of_tonnes(tonnes(kilograms), inventory.people()).unwrap();
            found.push(between("stated_differs_from_sum", &[year], case.unit, amount(stated), amount(summed)));
        }
    }
    let judged = ruling.judged.map(|place| (case.used[place].year, case.used[place].record.inventory()));
    for (year, inventory) in of_base.chain(judged).filter(|_| case.scope.sector.is_none()) {
        let Some(figure) = inventory.figure(&case.scope).map(tonnes) else { continue };
        for other in inventory.0["also_stated"].as_array().into_iter().flatten() {
            let theirs = other["tonnes"].as_f64().unwrap();
            if other["level"] == case.scope.level.as_str() && 100.0 * (theirs - figure).abs() > 5.0 * figure.abs() {
                found.push(between("contradicted", &[year], Unit::TONNES, figure, theirs));
            }
        }
    }
    found.extend(differs_from_report(case));
    found
}

fn differs_from_report(case: &Case<'_>) -> Option<Value> {
    let base = case.base.as_ref()?;
    case.tested_percent().filter(|percent| *percent > 1.0 && *percent <= 5.0)?;
    let report = base.beside(case.records)?.inventory();
    let (ours, theirs) = (tonnes(base.kilograms?), tonnes(report.figure(&case.scope)?));
    let each = case.unit.of_tonnes(ours, base.inventory().people()).zip(case.unit.of_tonnes(theirs, report.people()));
    Some(match each {
        Some((old, new)) => between("baseline_differs_from_report", &[base.year], case.unit, old, new),
        None => between("baseline_differs_from_report", &[base.year], Unit::TONNES, ours, theirs),
    })
}
