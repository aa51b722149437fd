//! Which figures may be compared, read anew from section 1 of the method.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::inventory::{Inventory, Line, Record, Records, Scope, State, sector_of, tonnes};
use super::{Unit, year_of};

/// By which rules an inventory counts.
#[derive(Debug, Clone)]
pub struct Accounting<'r> {
    pub series: Option<&'r str>,
    pub protocol: Option<&'r str>,
    pub gases: BTreeSet<&'r str>,
    pub gwp: Option<&'r str>,
    pub electricity: Option<&'r str>,
    pub weather: Option<bool>,
    pub inferred: bool,
}

impl<'r> Accounting<'r> {
    pub fn of(inventory: Inventory<'r>) -> Self {
        Accounting {
            series: inventory.text("series"),
            protocol: inventory.protocol(),
            gases: inventory.gases(),
            gwp: inventory.text("gwp"),
            electricity: inventory.text("electricity"),
            weather: inventory.0["weather_normalised"].as_bool(),
            inferred: false,
        }
    }

    pub fn is_of_series(&self, other: &Accounting<'_>) -> bool {
        self.series.is_some() && self.series == other.series
    }

    fn differs(&self, report: &Accounting<'_>) -> Option<&'static str> {
        if self.is_of_series(report) {
            return None;
        }
        let both = |one: bool, other: bool| one && other;
        if both(self.series.is_some(), report.series.is_some()) {
            return Some("series_differs");
        }
        if both(self.protocol.is_some(), report.protocol.is_some()) && family(self.protocol) != family(report.protocol)
        {
            return Some("protocol_differs");
        }
        let declared = both(!self.gases.is_empty(), !report.gases.is_empty());
        (declared && only_co2(&self.gases) != only_co2(&report.gases)).then_some("gases_differ")
    }
}

pub fn family(protocol: Option<&str>) -> Option<&str> {
    protocol.map(|protocol| if protocol == "crf" { "gpc" } else { protocol })
}

pub fn only_co2(gases: &BTreeSet<&str>) -> bool {
    gases.iter().eq(["co2"].iter())
}

/// How a target came to what it is measured from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin {
    Baseline,
    ReportOfYear,
    FirstReport,
}

/// What a target is measured from.
#[derive(Debug, Clone)]
pub struct Base<'r> {
    pub origin: Origin,
    pub id: Option<String>,
    pub year: i32,
    pub record: Record<'r>,
    pub scope: Scope,
    pub kilograms: Option<i64>,
    /// The set that its lines were converted by, and what it was before.
    pub converted: Option<(&'r str, i64)>,
    pub accounting: Accounting<'r>,
}

impl<'r> Base<'r> {
    pub fn new(
        origin: Origin,
        id: Option<String>,
        year: i32,
        record: Record<'r>,
        scope: &Scope,
        records: &'r Records,
    ) -> Self {
        let inventory = record.inventory();
        let (kilograms, accounting) = (inventory.figure(scope), Accounting::of(inventory));
        let mut base = Base { origin, id, year, record, scope: scope.clone(), kilograms, converted: None, accounting };
        base.infer(records);
        base
    }

    pub fn inventory(&self) -> Inventory<'r> {
        self.record.inventory()
    }

    /// The report for its year, beside a recorded baseline.
    pub fn beside(&self, records: &'r Records) -> Option<Record<'r>> {
        self.id.as_ref()?;
        Record::of(records.reports.get(&self.year)?)
    }

    pub fn apart_percent(&self, report: Inventory<'_>) -> Option<f64> {
        let (ours, theirs) = (tonnes(self.kilograms?), tonnes(report.figure(&self.scope)?));
        (ours > 0.0).then(|| 100.0 * (theirs - ours).abs() / ours)
    }

    /// Takes the accounting of the report of the same year with the same figure, where no protocol is declared.
    fn infer(&mut self, records: &'r Records) {
        let Some(report) = self.beside(records).filter(|_| self.accounting.protocol.is_none()) else { return };
        let lent = Accounting::of(report.inventory());
        let same = self.apart_percent(report.inventory()).is_some_and(|percent| percent <= 1.0);
        if lent.protocol.is_none() || !same || self.accounting.differs(&lent).is_some() {
            return;
        }
        let own = self.accounting.clone();
        self.accounting = Accounting {
            protocol: lent.protocol,
            gases: if own.gases.is_empty() { lent.gases } else { own.gases },
            gwp: own.gwp.or(lent.gwp),
            electricity: own.electricity.or(lent.electricity),
            inferred: true,
            ..own
        };
    }

    /// The base by the potentials of a report, where both state every line by gas; `fixed` tonnes stay as they are.
    pub fn converted_for(&self, report: Inventory<'r>, fixed: bool) -> Option<Base<'r>> {
        let (ours, set) = (self.inventory(), report.text("gwp")?);
        let differs = ours.text("gwp") != Some(set) && !Accounting::of(ours).is_of_series(&Accounting::of(report));
        if fixed || !differs || !ours.is_by_gas(&self.scope) || !report.is_by_gas(&self.scope) {
            return None;
        }
        let kilograms = ours.summed(&self.scope, Some(set))?;
        Some(Base { kilograms: Some(kilograms), converted: Some((set, self.kilograms?)), ..self.clone() })
    }

    pub fn gwp(&self) -> Option<&'r str> {
        self.converted.map(|(set, _)| set).or(self.inventory().text("gwp"))
    }

    /// The gases of a base that was converted.
    pub fn gases(&self) -> Option<Value> {
        let (new, _) = self.converted?;
        let old = self.inventory().text("gwp")?;
        let row = |(gas, [stated, before, after]): (&str, [i64; 3])| json!({"gas": gas, "gas_tonnes": tonnes(stated), "old_tonnes": tonnes(before), "new_tonnes": tonnes(after)});
        let order = ["co2", "ch4", "n2o", "sf6", "nf3", "hfc_134a", "cf4"];
        let gases = self.inventory().by_gas(&self.scope, old, new);
        Some(
            order
                .into_iter()
                .filter_map(|gas| gases.get_key_value(gas))
                .map(|(gas, sums)| row((*gas, *sums)))
                .collect(),
        )
    }
}

/// Why a report is left out, and the figures that show it.
pub type Obstacle = (&'static str, Map<String, Value>);

/// A report in the terms of a target, or why it is left out.
pub fn compare(
    report: &Record<'_>,
    year: i32,
    scope: &Scope,
    unit: Unit,
    base: Option<&Base<'_>>,
    records: &Records,
) -> Result<f64, Obstacle> {
    let said = |reason| (reason, Map::new());
    let kilograms = report.inventory().figure(scope).ok_or(said("no_figure_at_level"))?;
    if let Some(found) = base.and_then(|base| obstacle(report, year, base, records)) {
        return Err(found);
    }
    unit.of_tonnes(tonnes(kilograms), report.inventory().people()).ok_or(said("no_population"))
}

/// Why a report with a figure cannot be compared with a base.
pub fn obstacle(report: &Record<'_>, year: i32, base: &Base<'_>, records: &Records) -> Option<Obstacle> {
    let theirs = Accounting::of(report.inventory());
    let of_series = base.accounting.is_of_series(&theirs);
    if let Some(reason) = base.accounting.differs(&theirs) {
        return Some((reason, Map::new()));
    }
    if !of_series && boundary_changed(report, year, base, records) {
        return Some(("boundary_changed", Map::new()));
    }
    if let Some((share, part)) = uncovered(base, report.inventory(), year).filter(|(share, _)| *share > 5.0) {
        assert!(share > 5.0);
        return Some(("coverage_differs", members(json!({"uncovered": part}))));
    }
    restated_since(report, base).filter(|_| !of_series).map(|told| ("restated_since", told))
}

fn members(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn boundary_changed(report: &Record<'_>, year: i32, base: &Base<'_>, records: &Records) -> bool {
    let (one, other) = (base.inventory().ends(base.year), report.inventory().ends(year));
    let (first, last) = if one < other { (one, other) } else { (other, one) };
    let mut predecessors = records.city["predecessors"].as_array().into_iter().flatten();
    predecessors.any(|predecessor| {
        let on = predecessor["on"].as_str().unwrap();
        first.as_str() < on && on <= last.as_str()
    })
}

/// The larger share of one side that the other does not know, in percent, and what is printed of it.
pub fn uncovered(base: &Base<'_>, report: Inventory<'_>, year: i32) -> Option<(f64, Value)> {
    let (ours, scope) = (base.inventory(), &base.scope);
    if !ours.has_lines(scope) || !report.has_lines(scope) {
        return None;
    }
    let (one, other) = (ours.by_line(scope, base.gwp()), report.by_line(scope, report.text("gwp")));
    let side = |name: &str, lines: &Lines<'_>, others: &Lines<'_>, figure: Option<i64>| {
        let known = lines.iter().filter_map(|(line, said)| match said {
            Line::Known { kilograms, .. } => Some((*line, *kilograms)),
            _ => None,
        });
        let known: Vec<(&str, i64)> = known.collect();
        let all: i64 = known.iter().map(|(_, kilograms)| kilograms.abs()).sum();
        let whole = if scope.is_own() { all.max(figure.unwrap_or(0).abs()) } else { all };
        let missing: Vec<(&str, i64)> =
            known.into_iter().filter(|(line, kilograms)| *kilograms != 0 && !covers(others, line)).collect();
        let part: i64 = missing.iter().map(|(_, kilograms)| kilograms.abs()).sum();
        let share = if whole > 0 { 100.0 * part as f64 / whole as f64 } else { 0.0 };
        let order = super::inventory::all_lines();
        let mut rows: Vec<(usize, Value)> = missing
            .iter()
            .map(|(line, kilograms)| {
                let place = order.iter().position(|known| known == line).unwrap();
                (place, json!({"ref": line, "tonnes": tonnes(*kilograms)}))
            })
            .collect();
        rows.sort_by_key(|(place, _)| *place);
        let lines: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
        let told = json!({"year": year, "side": name, "uncovered_lines": lines, "tonnes": tonnes(part), "of_tonnes": tonnes(whole),
            "share_percent": share});
        (share, told)
    };
    let of_base = side("baseline", &one, &other, base.kilograms);
    let of_report = side("report", &other, &one, report.figure(scope));
    let larger = if of_base.0 >= of_report.0 { of_base } else { of_report };
    Some(larger).filter(|(share, _)| *share > 0.0)
}

type Lines<'r> = std::collections::BTreeMap<&'r str, Line>;

/// Whether what another inventory has on a line is counted here.
fn covers(lines: &Lines<'_>, line: &str) -> bool {
    let has_value = |name: &str| matches!(lines.get(name), Some(Line::Known { has_value: true, .. }));
    match lines.get(line) {
        Some(Line::Known { .. }) => true,
        Some(Line::Elsewhere { named }) => {
            named.iter().any(|name| has_value(name))
                || lines.keys().any(|other| sector_of(other) == sector_of(line) && has_value(other))
        }
        Some(Line::Unknown) | None => false,
    }
}

/// The revision of the baseline in force when a report became known, if it is more than 5 % away from today's.
fn restated_since(report: &Record<'_>, base: &Base<'_>) -> Option<Map<String, Value>> {
    let figure = |state: &State| match base.converted {
        Some((set, _)) => Inventory(&state.body).summed(&base.scope, Some(set)),
        None => Inventory(&state.body).figure(&base.scope),
    };
    let of_report = |state: &State| Inventory(&state.body).figure(&base.scope);
    // To record the same figure again does not make it known anew.
    let unchanged = report.earlier.iter().rev().take_while(|state| of_report(state) == of_report(report.now));
    let first = unchanged.map(|state| state.sequence).chain([report.now.sequence]).min()?;
    let known_before = |state: &State| {
        let day = |state: &State| state.body["source"]["published"].as_str().map(str::to_owned);
        match (day(state), day(report.now)) {
            (Some(ours), Some(theirs)) => ours <= theirs,
            _ => state.sequence < first,
        }
    };
    if base.record.earlier.is_empty() || known_before(base.record.now) {
        return None;
    }
    let in_force =
        base.record.earlier.iter().rev().find(|state| known_before(state)).or(base.record.earlier.first())?;
    let (then, now) = (tonnes(figure(in_force)?), tonnes(base.kilograms?));
    let apart = 100.0 * (then - now).abs() / now;
    (now > 0.0 && apart > 5.0).then(|| {
        members(
            json!({"old_revision": in_force.revision, "old_tonnes": then, "new_tonnes": now, "apart_percent": apart}),
        )
    })
}

/// What a target is measured from, if it is recorded.
pub fn base_of<'r>(
    target: &Value,
    unit: Unit,
    records: &'r Records,
    judged_on: &str,
) -> super::Found<Option<Base<'r>>> {
    let scope = Scope::of(target)?;
    let ended = |record: &Record<'_>, year: i32| record.inventory().ends(year).as_str() < judged_on;
    if let Some(id) = target["baseline"].as_str() {
        let record = records.baselines.get(id).and_then(|states| Record::of(states));
        let base = record.map(|record| {
            let year = year_of(&record.now.body);
            Base::new(Origin::Baseline, Some(id.to_owned()), year, record, &scope, records)
        });
        return Ok(base.filter(|base| ended(&base.record, base.year)));
    }
    let report = |year: i32| records.reports.get(&year).and_then(|states| Record::of(states));
    let made = |origin, year, record| Base::new(origin, None, year, record, &scope, records);
    if let Some(year) = target["base_year"].as_i64() {
        let year = year as i32;
        let base = report(year).map(|record| made(Origin::ReportOfYear, year, record));
        return Ok(base.filter(|base| ended(&base.record, base.year)));
    }
    // The earliest report before the target year that is comparable with the latest.
    let end = super::year_in(target, "target_year")?;
    let reports: Vec<(i32, Record<'r>)> = records
        .reports
        .iter()
        .filter_map(|(year, states)| Some((*year, Record::of(states)?)))
        .filter(|(year, record)| ended(record, *year) && record.inventory().figure(&scope).is_some())
        .collect();
    let Some((latest, last)) = reports.last() else { return Ok(None) };
    let first = reports.iter().filter(|(year, _)| year < latest && *year < end).find_map(|(year, record)| {
        let base = made(Origin::FirstReport, *year, record.clone());
        let amount = unit.of_tonnes(tonnes(base.kilograms?), record.inventory().people())?;
        (amount > 0.0 && obstacle(last, *latest, &base, records).is_none()).then_some(base)
    });
    Ok(first)
}
