//! Every judgement is worked out again from the records and the text of the method, as a reader who distrusts us would,
//! and compared with what is printed, member by member.

mod cautions;
mod comparison;
mod every_kind;
mod history;
mod inventory;
mod judgement;
mod opinions;
mod printed;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::support::Service;

use super::{calculator, worked};
use every_kind::nothing_may_be_missing;
use inventory::Records;
use printed::{every_absence_has_a_reason, expected, sorted};

/// What a reader finds, or why the answer does not allow it to be found.
type Found<T> = Result<T, String>;

/// A year and the amount in it.
type Point = (i32, f64);

/// A number that must be printed.
fn number(value: &Value, name: &str) -> Found<f64> {
    value[name].as_f64().ok_or_else(|| format!("{name} is missing"))
}

/// A year that must be printed.
fn year_in(value: &Value, name: &str) -> Found<i32> {
    let year = value[name].as_i64().and_then(|year| year.try_into().ok());
    year.ok_or_else(|| format!("{name} is missing"))
}

/// The year of a row; 0 where it is missing, which no other is.
fn year_of(row: &Value) -> i32 {
    row["year"].as_i64().map_or(0, |year| year as i32)
}

/// The words of a list.
fn words(list: &Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Found<()> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The unit of a judgement: how its fields end and how finely they are printed.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    ending: &'static str,
    parts: f64,
}

impl Unit {
    const TONNES: Unit = Unit { ending: "tonnes", parts: 1e3 };
    const PER_PERSON: Unit = Unit { ending: "tonnes_per_person", parts: 1e6 };

    /// A share of people, and a level a person, are judged a person.
    fn of(target: &Value) -> Self {
        let per_person = target["kind"] == "base_year_intensity" || target.get("tonnes_per_person").is_some();
        if per_person { Self::PER_PERSON } else { Self::TONNES }
    }

    fn is_per_person(self) -> bool {
        self.ending == Self::PER_PERSON.ending
    }

    /// As an amount is printed; verdicts compare amounts so.
    fn round(self, amount: f64) -> f64 {
        (amount * self.parts).round() / self.parts
    }

    /// Tonnes of a whole city in this unit; none without the people to divide them by.
    fn of_tonnes(self, tonnes: f64, people: Option<f64>) -> Option<f64> {
        if self.is_per_person() { people.map(|people| tonnes / people) } else { Some(tonnes) }
    }
}

/// The amount on the straight lines through the points; flat outside.
fn along(points: &[Point], year: i32) -> f64 {
    let after = points.iter().position(|(y, _)| *y >= year).unwrap_or(points.len());
    match (after.checked_sub(1).map(|before| points[before]), points.get(after)) {
        (None, Some(first)) => first.1,
        (Some(last), None) => last.1,
        (Some((y0, v0)), Some((y1, v1))) => v0 + (v1 - v0) * f64::from(year - y0) / f64::from(y1 - y0),
        (None, None) => f64::NAN,
    }
}

/// What only tells for people what other members say.
const TOLD: [&str; 2] = ["sentence", "detail"];

/// Checks that two values are the same, as far as numbers are printed; a null is absent.
fn same(path: &str, printed: &Value, expected: &Value) -> Found<()> {
    match (printed, expected) {
        (Value::Object(printed), Value::Object(expected)) => {
            let names = printed.keys().filter(|name| !TOLD.contains(&name.as_str()));
            let names: BTreeSet<&String> =
                names.chain(expected.iter().filter(|(_, v)| !v.is_null()).map(|(k, _)| k)).collect();
            let of = |members: &Map<String, Value>, name: &str| members.get(name).cloned().unwrap_or_default();
            names
                .into_iter()
                .try_for_each(|name| same(&format!("{path}.{name}"), &of(printed, name), &of(expected, name)))
        }
        (Value::Array(printed), Value::Array(expected)) if printed.len() == expected.len() => {
            let rows = printed.iter().zip(expected).enumerate();
            rows.into_iter().try_for_each(|(place, (one, other))| same(&format!("{path}.{place}"), one, other))
        }
        (Value::Number(_), Value::Number(_)) => {
            let (one, other) = (printed.as_f64().unwrap(), expected.as_f64().unwrap());
            let fine =
                ["percent", "pace", "share", "ratio", "person", "quantile"].iter().any(|name| path.contains(name));
            // Half of the last digit, and what binary fractions lose.
            let within = if fine { 0.501e-6 } else { 0.501e-3 } + 1e-11 * other.abs();
            check((one - other).abs() <= within, || format!("{path} is {one}, not {other}"))
        }
        _ => check(printed == expected, || format!("{path} is {printed}, not {expected}")),
    }
}

fn members(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Works a judgement out again.
fn recompute(printed: &Value, records: &Records, judged_on: &str) -> Found<()> {
    every_absence_has_a_reason(printed)?;
    let mut printed = printed.clone();
    let cautions = printed["cautions"].as_array().ok_or("cautions are missing")?;
    printed["cautions"] = json!(sorted(cautions.clone()));
    let mut expected = expected(&printed, records, judged_on)?;
    expected["absent"] = printed["absent"].clone();
    same("", &printed, &expected)
}

/// The target that asks for most soon, of those that bind the whole city.
fn headline(status: &Value, records: &Records, judged_on: &str) -> Option<String> {
    let today: i64 = judged_on[..4].parse().unwrap();
    let targets = status["targets"].as_array().unwrap().iter();
    let candidates =
        targets.filter(|judged| judgement::binds(judged, records, judged_on) && judged.get("sector").is_none());
    let place = |judged: &&Value| {
        let share = judged["soon"]["share"].as_f64();
        let year = judged["target_year"].as_i64().unwrap();
        let share = share.map_or(i64::MAX, |share| (share * 1e6).round() as i64);
        (today > year, share, year, judged["target"].as_str().unwrap().to_owned())
    };
    candidates.map(|judged| place(&judged)).min().map(|(.., id)| id)
}

/// Works out every judgement of a status again, and follows its formulas; the verdicts found.
fn recompute_status(status: &Value, records: &Records) -> Vec<String> {
    let judged_on = status["judged_on"].as_str().unwrap();
    let targets = status["targets"].as_array().unwrap();
    for printed in targets {
        if let Err(why) = recompute(printed, records, judged_on) {
            panic!("{}: {why} in {printed:#}", status["city"]);
        }
    }
    assert_eq!(
        status["headline_target"].as_str(),
        headline(status, records, judged_on).as_deref(),
        "{}",
        status["city"]
    );
    targets.iter().map(|printed| printed["verdict"].as_str().unwrap().to_owned()).collect()
}

/// The judgement of a city with its formulas, worked out again.
fn recompute_city(service: &Service, id: &str) -> Vec<String> {
    let status = service.json(&format!("/v1/cities/{id}/status?explain=true"));
    for printed in status["targets"].as_array().unwrap() {
        let explained = &status["explain"]["target_formulas"][printed["target"].as_str().unwrap()];
        let told = || explained.as_array().unwrap().iter();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let pairs: Vec<(String, String)> = told().map(|row| (text(row, "field"), text(row, "formula"))).collect();
        calculator::check(pairs.iter().map(|(field, formula)| (field.as_str(), formula.as_str())), printed);
        calculator::check_that_all_are_explained(pairs.iter().map(|(field, _)| field.as_str()), printed);
    }
    recompute_status(&status, &Records::read(service, id, 2100))
}

#[test]
fn every_judgement_of_the_demo_is_worked_out_again() {
    let service = Service::with(&["--demo"]);
    let cities = service.json("/v1/cities?limit=500");
    let mut verdicts = Vec::new();
    for city in cities["items"].as_array().unwrap() {
        verdicts.extend(recompute_city(&service, city["id"].as_str().unwrap()));
    }
    assert!(verdicts.len() > 60, "{verdicts:?}");
    for verdict in ["on_track", "behind", "off_track", "achieved", "unreported", "not_judged", "not_comparable"] {
        assert!(verdicts.iter().any(|found| found == verdict), "no target is {verdict}");
    }
}

#[test]
fn every_worked_case_is_worked_out_again() {
    for (day, cases) in worked::cases_by_day() {
        let service = Service::with(&["--today", &day]);
        for (number, case) in cases.iter().enumerate() {
            let id = format!("case-{number}");
            worked::record_case(&service, &id, case, |_| {
                recompute_city(&service, &id);
            });
            let status = service.json(&format!("/v1/cities/{id}/status"));
            let records = Records::read(&service, &id, 2100);
            for printed in status["targets"].as_array().unwrap() {
                nothing_may_be_missing(printed, &records, &day);
            }
        }
    }
}
