//! A city with targets of every kind: each is worked out again, and nothing of it may be missing.

use serde_json::{Value, json};

use crate::support::{Service, baseline, city, inventory as total, target};

use super::inventory::Records;
use super::{Point, TOLD, recompute, recompute_city, recompute_status};

/// A target against the baseline of [`record_city`].
fn pledge(kind: &str, more: &Value) -> Value {
    let mut body = json!({"kind": kind, "level": "basic", "baseline": "2000", "target_year": 2040, "standing": "in_law",
        "source": {"title": "A test"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A city with targets of every kind, and reports of which some cannot be compared.
fn record_city(service: &Service) {
    let place = "/v1/cities/us-somewhere";
    let counted = |tonnes: f64, people: i64| {
        let mut body = total(tonnes);
        body["population"] = json!(people);
        body
    };
    service.record(place, &city("Somewhere"));
    let mut base = baseline(2000, 1_234_567.891);
    base["population"] = json!(300_001);
    service.record(&format!("{place}/baselines/2000"), &base);
    service.record(&format!("{place}/baselines/nobody"), &baseline(2000, 1_234_567.891));
    for (year, tonnes) in [(1995, 0.0), (1996, 5.0)] {
        let own = json!({"totals": {"own": tonnes}, "source": {"title": "A test"}});
        service.record(&format!("{place}/reports/{year}"), &own);
    }
    service.record(&format!("{place}/reports/2000"), &total(1_300_000.0));
    service.record(&format!("{place}/reports/2003"), &counted(1_250_000.5, 310_000));
    service.record(&format!("{place}/reports/2010"), &counted(1_099_999.999, 333_333));
    service.record(&format!("{place}/reports/2016"), &total(1_000_000.0));
    let mut other = total(900_000.0);
    other["protocol"] = json!("crf");
    service.record(&format!("{place}/reports/2017"), &other);
    service.record(&format!("{place}/reports/2021"), &counted(777_777.777, 351_234));

    for (id, kind, more) in [
        ("plain", "base_year", json!({"reduction_percent": 33.3333})),
        ("all", "base_year", json!({"reduction_percent": 100})),
        ("offset", "base_year", json!({"reduction_percent": 100, "max_offset_percent": 7.5})),
        (
            "steps",
            "base_year",
            json!({"reduction_percent": 90, "milestones": [
            {"year": 2015, "reduction_percent": 12.5}, {"year": 2030, "tonnes": 400_000.125}]}),
        ),
        ("peak", "fixed_level", json!({"tonnes": 0, "milestones": [{"year": 2025, "tonnes": 1_500_000}]})),
        ("level", "fixed_level", json!({"tonnes": 600_000.001, "max_offset_percent": 1})),
        ("same", "fixed_level", json!({"tonnes": 1_234_567.891})),
        ("met", "base_year", json!({"reduction_percent": 10, "target_year": 2010})),
        ("missed", "base_year", json!({"reduction_percent": 30, "target_year": 2015})),
        ("nearly", "base_year", json!({"reduction_percent": 30, "target_year": 2020})),
        ("person", "base_year_intensity", json!({"reduction_percent": 60, "max_offset_percent": 2})),
        (
            "person-steps",
            "base_year_intensity",
            json!({"reduction_percent": 60, "milestones": [
            {"year": 2012, "tonnes": 3.5}, {"year": 2030, "reduction_percent": 45}]}),
        ),
        ("person-nobody", "base_year_intensity", json!({"reduction_percent": 60, "baseline": "nobody"})),
        ("scenario", "baseline_scenario", json!({"scenario_tonnes": 2_000_000, "reduction_percent": 15})),
        (
            "scenario-offset",
            "baseline_scenario",
            json!({"scenario_tonnes": 1_500_000, "reduction_percent": 45, "max_offset_percent": 3}),
        ),
        ("no-figure", "base_year", json!({"level": "scope_1", "reduction_percent": 10})),
    ] {
        service.record(&format!("{place}/targets/{id}"), &pledge(kind, &more));
    }
    let without = |body: Value, more: Value| {
        let mut body = body;
        body.as_object_mut().unwrap().remove("baseline");
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let report = pledge("base_year", &json!({"reduction_percent": 40}));
    service.record(&format!("{place}/targets/report"), &without(report.clone(), json!({"base_year": 2003})));
    let zero = json!({"base_year": 1995, "level": "own"});
    service.record(&format!("{place}/targets/zero"), &without(report.clone(), zero));
    service.record(&format!("{place}/targets/no-report"), &without(report, json!({"base_year": 2004})));
    let level = pledge("fixed_level", &json!({"tonnes": 500_000}));
    service.record(&format!("{place}/targets/anchored"), &without(level.clone(), json!({})));
    service
        .record(&format!("{place}/targets/due"), &without(level, json!({"level": "basic_plus", "target_year": 2020})));
}

#[test]
fn judgements_of_every_kind_are_worked_out_again() {
    let service = Service::start();
    record_city(&service);
    let verdicts = recompute_city(&service, "us-somewhere");
    assert_eq!(verdicts.len(), 21);
    for year in [2002, 2009, 2010, 2020] {
        let records = Records::read(&service, "us-somewhere", year);
        recompute_status(&service.json(&format!("/v1/cities/us-somewhere/status?through={year}")), &records);
    }
}

#[test]
fn more_courses_are_worked_out_again() {
    // Baseline and target, then the reports, then the verdict that a reader must come to.
    type Course<'a> = (f64, f64, i32, &'a [Point], &'a str);
    let courses: [Course<'_>; 10] = [
        (1000.0, 50.0, 2040, &[(2019, 1100.0), (2023, 1200.0)], "moving_away"),
        (1000.0, 1.0, 2100, &[(2022, 999.0)], "insufficient_data"),
        (1000.0, 50.0, 2020, &[(2019, 800.0), (2020, 500.0), (2022, 500.001)], "achieved"),
        (1000.0, 50.0, 2020, &[(2020, 500.001)], "missed"),
        (1000.0, 50.0, 2035, &[(2025, 762.5)], "on_track"),
        (1000.0, 50.0, 2035, &[(2025, 762.501)], "behind"),
        (1000.0, 50.0, 2035, &[(2025, 850.0)], "behind"),
        (1000.0, 50.0, 2035, &[(2025, 850.001)], "off_track"),
        (1000.0, 50.0, 2035, &[(2019, 800.0)], "outdated"),
        (1000.0, 50.0, 2024, &[(2020, 700.0)], "unreported"),
    ];
    let service = Service::start();
    for (number, (base, percent, end, reports, verdict)) in courses.into_iter().enumerate() {
        let place = format!("/v1/cities/course-{number}");
        service.record(&place, &city("A course"));
        service.record(&format!("{place}/baselines/2015"), &baseline(2015, base));
        service.record(&format!("{place}/targets/pledge"), &target("2015", percent, end));
        for (year, tonnes) in reports {
            service.record(&format!("{place}/reports/{year}"), &total(*tonnes));
        }
        assert_eq!(recompute_city(&service, &format!("course-{number}")), [verdict], "course {number}");
    }
}

/// Every place of a value that a judgement may be made without: what tells it for people, and where it was published.
fn is_aside(path: &[String]) -> bool {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names.as_slice() {
        [.., last] if TOLD.contains(last) => true,
        // The record tells more of these.
        ["figures", _, "warning_codes"] | ["figures", _, "warning_codes", _] => true,
        _ => false,
    }
}

/// The paths of all members of a value.
fn places(path: &[String], value: &Value, found: &mut Vec<Vec<String>>) {
    let below = |name: String| path.iter().cloned().chain([name]).collect::<Vec<String>>();
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.push(below(name.clone()));
            places(&below(name.clone()), value, found);
        }),
        // The first and the last row of a list tell for the others.
        Value::Array(rows) => {
            let ends = rows.iter().enumerate().filter(|(place, _)| *place == 0 || *place == rows.len() - 1);
            ends.for_each(|(place, row)| places(&below(place.to_string()), row, found));
        }
        _ => {}
    }
}

/// Checks that nothing can be taken out of a judgement without its being noticed.
pub fn nothing_may_be_missing(printed: &Value, records: &Records, judged_on: &str) -> usize {
    recompute(printed, records, judged_on).unwrap_or_else(|why| panic!("{why} in {printed:#}"));
    let mut all = Vec::new();
    places(&[], printed, &mut all);
    for path in all.iter().filter(|path| !is_aside(path)) {
        let mut less = printed.clone();
        let (name, parents) = path.split_last().unwrap();
        let parent = parents.iter().fold(String::new(), |pointer, name| format!("{pointer}/{name}"));
        less.pointer_mut(&parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        assert!(recompute(&less, records, judged_on).is_err(), "it is worked out without {path:?}: {printed:#}");
    }
    all.len()
}

#[test]
fn nothing_that_is_printed_may_be_missing() {
    let service = Service::start();
    record_city(&service);
    let records = Records::read(&service, "us-somewhere", 2100);
    let status = service.json("/v1/cities/us-somewhere/status");
    let targets = status["targets"].as_array().unwrap();
    let places: usize =
        targets.iter().map(|printed| nothing_may_be_missing(printed, &records, crate::support::TODAY)).sum();
    assert!(places > 500, "{places}");
}
