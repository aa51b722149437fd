//! What a record of a city says, read as a reader of the GPC would: figures, lines, accounting, and how it changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::support::Service;

use super::{Found, words};

/// One state of a record.
#[derive(Debug)]
pub struct State {
    pub sequence: i64,
    pub revision: i64,
    pub recorded_on: String,
    /// Why it changed.
    pub reason: Option<String>,
    pub body: Value,
}

/// Every state of the records of a city that a judgement looks at; a withdrawal is one without a body.
#[derive(Debug, Default)]
pub struct Records {
    pub baselines: BTreeMap<String, Vec<State>>,
    pub targets: BTreeMap<String, Vec<State>>,
    pub reports: BTreeMap<i32, Vec<State>>,
    pub city: Value,
}

impl Records {
    /// The records of a city with the reports of the years up to `through`.
    pub fn read(service: &Service, city: &str, through: i32) -> Self {
        let mut records = Records { city: service.json(&format!("/v1/cities/{city}")), ..Records::default() };
        let mut after = 0;
        loop {
            let page = service.json(&format!("/v1/cities/{city}/changes?limit=500&after={after}"));
            for change in page["items"].as_array().unwrap() {
                records.take(change, through);
            }
            match page["next"].as_str().map(|next| next.parse::<i64>().unwrap()) {
                Some(next) => after = next,
                None => return records,
            }
        }
    }

    fn take(&mut self, change: &Value, through: i32) {
        let id = change["id"].as_str().unwrap().to_owned();
        let states = match change["kind"].as_str().unwrap() {
            "baseline" => self.baselines.entry(id).or_default(),
            "target" => self.targets.entry(id).or_default(),
            "report" if id.parse::<i32>().unwrap() <= through => self.reports.entry(id.parse().unwrap()).or_default(),
            _ => return,
        };
        states.push(State {
            sequence: change["sequence"].as_i64().unwrap(),
            revision: change["revision"].as_i64().unwrap(),
            recorded_on: change["recorded_at"].as_str().unwrap()[..10].to_owned(),
            reason: change["reason"].as_str().map(str::to_owned),
            body: change["after"].clone(),
        });
    }
}

/// A record with what it said before.
#[derive(Debug, Clone)]
pub struct Record<'r> {
    pub now: &'r State,
    /// The states before, by the days of their sources.
    pub earlier: Vec<&'r State>,
}

impl<'r> Record<'r> {
    /// The record that states make; none once it is withdrawn.
    pub fn of(states: &'r [State]) -> Option<Self> {
        let (now, earlier) = states.split_last()?;
        let mut earlier: Vec<&State> = earlier.iter().filter(|state| !state.body.is_null()).collect();
        earlier.sort_by_key(|state| since(state));
        (!now.body.is_null()).then_some(Record { now, earlier })
    }

    pub fn inventory(&self) -> Inventory<'r> {
        Inventory(&self.now.body)
    }
}

/// The day from which a state counts when states are put in order: that of its source, else that of its recording.
fn since(state: &State) -> &str {
    state.body["source"]["published"].as_str().unwrap_or(&state.recorded_on)
}

/// Every line of the GPC: six sectors, of which the first has energy supplied to the grid beside the three scopes.
pub fn all_lines() -> &'static [String] {
    static LINES: LazyLock<Vec<String>> = LazyLock::new(taxonomy);
    &LINES
}

fn taxonomy() -> Vec<String> {
    let of = |sector: &str, from: u8, to: u8, scopes: u8| -> Vec<String> {
        let scopes = |part| (1..=scopes).map(move |scope| format!("{part}.{scope}"));
        (from..=to).flat_map(|part| scopes(format!("{sector}.{part}"))).collect()
    };
    let mut lines = of("I", 1, 4, 3);
    lines.push("I.4.4".to_owned());
    lines.extend(of("I", 5, 6, 3));
    lines.extend(of("I", 7, 8, 1));
    lines.extend(of("II", 1, 5, 3));
    lines.extend(of("III", 1, 4, 3));
    lines.extend(["IV.1", "IV.2", "V.1", "V.2", "V.3", "VI.1"].map(str::to_owned));
    lines
}

pub fn sector_of(line: &str) -> &str {
    line.split('.').next().unwrap()
}

/// The scope of a line; in waste the second kind is treated outside the city and the third comes from outside.
fn scope_of(line: &str) -> u8 {
    let kind = line.rsplit('.').next().unwrap();
    match (sector_of(line), kind) {
        ("VI", _) | ("III", "2") => 3,
        ("IV" | "V" | "III", _) | (_, "4") => 1,
        (_, kind) => kind.parse().unwrap(),
    }
}

/// Whether a total at a level counts a line.
fn is_counted_at(line: &str, level: &str) -> bool {
    let to_the_grid = line == "I.4.4";
    let basic = match sector_of(line) {
        "I" | "II" => scope_of(line) <= 2 && !to_the_grid,
        "III" => !line.ends_with(".3"),
        _ => false,
    };
    let plus = match sector_of(line) {
        "I" | "II" => scope_of(line) == 3,
        sector => sector == "IV" || sector == "V",
    };
    match level {
        "basic" => basic,
        "basic_plus" => basic || plus,
        "scope_1" => scope_of(line) == 1,
        "scope_1_2" => scope_of(line) <= 2 && !to_the_grid,
        "scope_1_2_3" => !to_the_grid,
        _ => false,
    }
}

/// What of an inventory a target counts.
#[derive(Debug, Clone)]
pub struct Scope {
    pub level: String,
    /// The lines of a target for one sector.
    pub sector: Option<BTreeSet<String>>,
}

impl Scope {
    pub fn of(target: &Value) -> Found<Self> {
        let level = target["level"].as_str().ok_or("level is missing")?.to_owned();
        let listed = !["own", "consumption"].contains(&level.as_str());
        let sector = match target.get("sector") {
            None => None,
            Some(Value::Array(lines)) => Some(lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect()),
            Some(numeral) => {
                let numeral = numeral.as_str().ok_or("sector is no text")?;
                let lines = all_lines().iter().filter(|line| sector_of(line) == numeral);
                Some(lines.filter(|line| !listed || is_counted_at(line, &level)).cloned().collect())
            }
        };
        Ok(Scope { level, sector })
    }

    pub fn is_own(&self) -> bool {
        self.level == "own" && self.sector.is_none()
    }

    /// Whether lines are looked at one by one.
    fn has_test(&self) -> bool {
        self.sector.is_some() || self.level != "consumption"
    }

    pub fn counts(&self, line: &str) -> bool {
        match &self.sector {
            Some(lines) => lines.contains(line),
            None => self.level == "own" || is_counted_at(line, &self.level),
        }
    }

    /// The lines that a sum must have; none where that is not known.
    fn wanted(&self) -> Vec<&'static String> {
        let known = self.sector.is_some() || !["own", "consumption"].contains(&self.level.as_str());
        all_lines().iter().filter(|line| known && self.counts(line)).collect()
    }
}

/// Tonnes of CO2 that a tonne of a gas counts by a set.
fn potential(gas: &str, set: &str) -> f64 {
    let place = ["ar2", "ar4", "ar5", "ar6"].iter().position(|known| *known == set).unwrap();
    let row = match gas {
        "co2" => [1.0; 4],
        "ch4" => [21.0, 25.0, 28.0, 27.9],
        "n2o" => [310.0, 298.0, 265.0, 273.0],
        "sf6" => [23_900.0, 22_800.0, 23_500.0, 25_200.0],
        "nf3" => [f64::NAN, 17_200.0, 16_100.0, 17_400.0],
        "hfc_134a" => [1_300.0, 1_430.0, 1_300.0, 1_530.0],
        "cf4" => [6_500.0, 7_390.0, 6_630.0, 7_380.0],
        other => panic!("no gas {other}"),
    };
    row[place]
}

fn kilograms(tonnes: &Value) -> Option<i64> {
    tonnes.as_f64().map(|tonnes| (tonnes * 1e3).round() as i64)
}

pub fn tonnes(kilograms: i64) -> f64 {
    kilograms as f64 / 1e3
}

/// What a line says.
pub enum Line {
    Known { kilograms: i64, has_value: bool },
    Elsewhere { named: Vec<String> },
    Unknown,
}

/// The body of a baseline or a report.
#[derive(Debug, Clone, Copy)]
pub struct Inventory<'r>(pub &'r Value);

impl<'r> Inventory<'r> {
    pub fn text(self, member: &str) -> Option<&'r str> {
        self.0[member].as_str()
    }

    pub fn people(self) -> Option<f64> {
        self.0["population"].as_f64()
    }

    pub fn gases(self) -> BTreeSet<&'r str> {
        self.0.get("gases").map(|gases| words(gases)).unwrap_or_default()
    }

    /// The protocol; `other` is none.
    pub fn protocol(self) -> Option<&'r str> {
        self.text("protocol").filter(|protocol| *protocol != "other")
    }

    /// The last day it covers.
    pub fn ends(self, year: i32) -> String {
        self.0["period"]["end"].as_str().map_or_else(|| format!("{year}-12-31"), str::to_owned)
    }

    fn lines(self) -> &'r [Value] {
        self.0["lines"].as_array().map_or(&[], Vec::as_slice)
    }

    pub fn has_lines(self, scope: &Scope) -> bool {
        scope.has_test() && !self.lines().is_empty()
    }

    /// The lines within a scope, those stated by gas counted by `gwp`; each of several gases adds to its line.
    pub fn by_line(self, scope: &Scope, gwp: Option<&str>) -> BTreeMap<&'r str, Line> {
        let mut found = BTreeMap::new();
        for line in self.lines() {
            let name = line["ref"].as_str().unwrap();
            if !scope.counts(name) {
                continue;
            }
            let said = match line["notation"].as_str() {
                Some("NO") => Line::Known { kilograms: 0, has_value: false },
                Some("IE") => Line::Elsewhere { named: named(line["explanation"].as_str().unwrap_or_default()) },
                Some(_) => Line::Unknown,
                None => Line::Known { kilograms: amount(line, gwp), has_value: true },
            };
            let said = match (found.remove(name), said) {
                (Some(Line::Known { kilograms: one, .. }), Line::Known { kilograms: other, .. }) => {
                    Line::Known { kilograms: one + other, has_value: true }
                }
                (_, said) => said,
            };
            found.insert(name, said);
        }
        found
    }

    /// The sum of the lines of a scope, if none is missing and one has a value.
    pub fn summed(self, scope: &Scope, gwp: Option<&str>) -> Option<i64> {
        let (lines, wanted) = (self.by_line(scope, gwp), scope.wanted());
        let all = !wanted.is_empty() && wanted.iter().all(|line| lines.contains_key(line.as_str()));
        let values = lines.values().filter_map(|line| match line {
            Line::Known { kilograms, has_value } => Some((*kilograms, *has_value)),
            _ => None,
        });
        let values: Vec<(i64, bool)> = values.collect();
        let some = values.iter().any(|(_, has_value)| *has_value);
        (all && some).then(|| values.iter().map(|(kilograms, _)| kilograms).sum())
    }

    /// The stated total of the whole city.
    pub fn stated(self, scope: &Scope) -> Option<i64> {
        kilograms(&self.0["totals"][scope.level.as_str()]).filter(|_| scope.sector.is_none())
    }

    pub fn figure(self, scope: &Scope) -> Option<i64> {
        self.stated(scope).or_else(|| self.summed(scope, self.text("gwp")))
    }

    /// Whether every line of a scope is there, and none in tonnes of CO2e.
    pub fn is_by_gas(self, scope: &Scope) -> bool {
        let lines: Vec<&Value> =
            self.lines().iter().filter(|line| scope.counts(line["ref"].as_str().unwrap())).collect();
        let wanted = scope.wanted();
        let all = !wanted.is_empty() && wanted.iter().all(|name| lines.iter().any(|line| line["ref"] == **name));
        let some = self.lines().iter().any(|line| line.get("gas").is_some());
        all && some && self.text("gwp").is_some() && lines.iter().all(|line| line.get("tonnes").is_none())
    }

    /// The tonnes of each gas within a scope, with what they come to by two sets.
    pub fn by_gas(self, scope: &Scope, old: &str, new: &str) -> BTreeMap<&'r str, [i64; 3]> {
        let mut gases: BTreeMap<&str, [i64; 3]> = BTreeMap::new();
        for line in self.lines().iter().filter(|line| scope.counts(line["ref"].as_str().unwrap())) {
            if let Some(gas) = line["gas"].as_str() {
                let sums = gases.entry(gas).or_default();
                let stated = kilograms(&line["gas_tonnes"]).unwrap();
                for (sum, more) in sums.iter_mut().zip([stated, amount(line, Some(old)), amount(line, Some(new))]) {
                    *sum += more;
                }
            }
        }
        gases
    }
}

/// The kilograms of CO2e of a line with a value.
fn amount(line: &Value, gwp: Option<&str>) -> i64 {
    kilograms(&line["tonnes"]).unwrap_or_else(|| {
        let stated = tonnes(kilograms(&line["gas_tonnes"]).unwrap());
        (stated * potential(line["gas"].as_str().unwrap(), gwp.unwrap()) * 1e3).round() as i64
    })
}

/// The lines that a text names.
fn named(text: &str) -> Vec<String> {
    let known = all_lines();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').map(|word| word.trim_matches('.'));
    words.filter(|word| known.iter().any(|line| line == word)).map(str::to_owned).collect()
}
