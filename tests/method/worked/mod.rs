//! Worked cases over HTTP: whole records, and what must come out of them.
//!
//! A case is a JSON object: `baselines`, `reports` and `targets` are bodies by id, `city` adds members to the city,
//! `today` is the day of judgement, `expect` what must come out of each target by its id (and `headline`). Only what is
//! named is expected; `then` lists what is recorded next, and what must come out after it. A name that begins with a
//! slash is the path of a member of the judgement.

mod figures;
mod hostile;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value};

use crate::support::{Service, TODAY, assessment, city, shared};

/// The cases beside the design, when they are there.
fn shared_cases() -> Vec<Value> {
    let Some(file) = shared("vectors/judgement.json") else { return Vec::new() };
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(!cases.is_empty());
    cases
}

/// Every case that is known here, by the day of judgement: a service judges on one day.
pub fn cases_by_day() -> BTreeMap<String, Vec<Value>> {
    let mut days: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for case in shared_cases().into_iter().chain(hostile::cases()) {
        let day = case["today"].as_str().unwrap_or(TODAY).to_owned();
        days.entry(day).or_default().push(case);
    }
    days
}

/// The members of an object that may be missing.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// Records a case as the city `id`; what is expected of it is checked after each step, and `look` looks on.
pub fn record_case(service: &Service, id: &str, case: &Value, mut look: impl FnMut(&Value)) {
    let (place, name) = (format!("/v1/cities/{id}"), case["case"].as_str().unwrap());
    let mut body = city(name);
    body.as_object_mut().unwrap().extend(members(&case["city"]).map(|(name, value)| (name.clone(), value.clone())));
    for before in body["predecessors"].as_array().into_iter().flatten() {
        let before = before["city"].as_str().unwrap();
        service.record(&format!("/v1/cities/{before}"), &city("The city before"));
    }
    service.record(&place, &body);
    for kind in ["baselines", "reports", "targets"] {
        for (record, body) in members(&case[kind]) {
            service.record(&format!("{place}/{kind}/{record}"), body);
        }
    }
    let mut checked = |name: &str, expect: &Value| {
        let status = service.json(&format!("{place}/status"));
        check_status(name, &status, expect);
        look(&status);
    };
    checked(name, &case["expect"]);
    for (number, step) in (1..).zip(case["then"].as_array().into_iter().flatten()) {
        service.record(&format!("{place}/{}", step["put"].as_str().unwrap()), &step["body"]);
        checked(&format!("{name}, step {number}"), &step["expect"]);
    }
}

fn check_status(name: &str, status: &Value, expect: &Value) {
    for (id, expect) in members(expect) {
        if id == "headline" {
            assert_eq!(&status["headline_target"], expect, "{name}");
        } else {
            let told = assessment(status, id);
            for what in members(expect).map(|(what, _)| what) {
                check_member(&format!("{name}, {id}, {what}"), told, what, expect);
            }
        }
    }
}

/// Checks one member of what is expected of a judgement.
fn check_member(name: &str, told: &Value, what: &str, all: &Value) {
    let (expect, codes) = (&all[what], words(&told["cautions"], "code"));
    match what {
        "verdict" | "course" | "confidence" | "reason" | "overdue_years" | "pace" => same(name, &told[what], expect),
        "base_tonnes" => same(name, &told["baseline_figure"]["tonnes"], expect),
        "tonnes" => same(name, &told["judged_figure"]["tonnes"], expect),
        "target_tonnes" => same(name, &told[what], expect),
        "within_reports" | "like_for_like" => {
            for (member, expect) in members(expect) {
                let served = if member == "lines" { "line_count" } else { member };
                same(&format!("{name}.{member}"), &told[what][served], expect);
            }
        }
        "cautions" => {
            let missing: Vec<&str> = words(expect, "").difference(&codes).copied().collect();
            assert!(missing.is_empty(), "{name}: without {missing:?} in {told:#}");
        }
        "lacks_cautions" => {
            let found: Vec<&str> = words(expect, "").intersection(&codes).copied().collect();
            assert!(found.is_empty(), "{name}: with {found:?} in {told:#}");
        }
        "cautions_exactly" => assert_eq!(codes, words(&all["cautions"], ""), "{name}"),
        "left_out" => assert_eq!(&by(&told[what], "year", "reason"), expect, "{name}"),
        "milestones" => assert_eq!(&by(&told["judged_milestones"], "year", "verdict"), expect, "{name}"),
        "weakened" => {
            let mut cautions = told["cautions"].clone();
            cautions.as_array_mut().unwrap().retain(|caution| caution["code"] == "target_weakened");
            assert_eq!(&by(&cautions, "replaced", "old_tonnes"), expect, "{name}");
        }
        path if path.starts_with('/') => same(name, told.pointer(&served(path)).unwrap_or(&Value::Null), expect),
        other => panic!("{name}: nothing is known of {other}"),
    }
}

/// Where a member stands that the cases name by what it is.
fn served(path: &str) -> String {
    let places = [
        ("/judged/", "/judged_figure/"),
        ("/baseline/", "/baseline_figure/"),
        ("/milestones/", "/judged_milestones/"),
        ("/target/", "/"),
    ];
    let place = places.iter().find_map(|(named, served)| Some(format!("{served}{}", path.strip_prefix(named)?)));
    place.unwrap_or_else(|| path.to_owned())
}

/// The strings of a list, or of a member of each of its objects.
fn words<'a>(list: &'a Value, member: &str) -> BTreeSet<&'a str> {
    let rows = list.as_array().unwrap_or_else(|| panic!("{list} is no list"));
    rows.iter().map(|row| row.get(member).unwrap_or(row).as_str().unwrap()).collect()
}

/// The rows of a list as an object: one member of each, by another.
fn by(list: &Value, key: &str, member: &str) -> Value {
    let name = |row: &Value| row[key].as_str().map_or_else(|| row[key].to_string(), str::to_owned);
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| (name(row), row[member].clone())).collect::<Map<String, Value>>().into()
}

/// Checks a value: a number within a millionth of it, or half of what print rounds to.
fn same(name: &str, told: &Value, expect: &Value) {
    match (told.as_f64(), expect.as_f64()) {
        (Some(told), Some(expect)) => {
            assert!((told - expect).abs() <= 5.1e-7_f64.max(1e-6 * expect.abs()), "{name}: {told}, not {expect}");
        }
        _ => assert_eq!(told, expect, "{name}"),
    }
}

#[test]
fn the_worked_cases_are_judged_as_they_must_be() {
    let mut failed = Vec::new();
    for (day, cases) in cases_by_day() {
        let service = Service::with(&["--today", &day]);
        for (number, case) in cases.iter().enumerate() {
            // Each tells what is wrong with it, so that one change can be seen in all of them at once.
            let judged = AssertUnwindSafe(|| record_case(&service, &format!("case-{number}"), case, |_| {}));
            if catch_unwind(judged).is_err() {
                failed.push(case["case"].clone());
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
