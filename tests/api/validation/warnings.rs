//! What may be a slip is taken, warned of, and told to readers for as long as it seems to be one.

use serde_json::{Value, json};

use crate::api::items;
use crate::api::lists::csv::rows;
use crate::support::{BASIC, Service, baseline, city, inventory, target};

use super::{TARGET, each, of_lines, service};

/// The codes of the warnings of a record.
fn warnings(answer: &Value) -> Vec<&str> {
    answer["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}

#[test]
fn slips_are_warned_of_and_taken() {
    let service = service();
    let put = |year: i32, totals: Value, population: i64| {
        let body = json!({"totals": totals, "population": population, "source": {"title": "A test"}});
        service.record(&format!("/v1/cities/us-here/reports/{year}"), &body).json()
    };
    let basic = |tonnes: f64| json!({"basic": tonnes});
    assert!(warnings(&put(2000, basic(1000.0), 100)).is_empty());
    // At the threshold, and beyond it.
    assert!(warnings(&put(2001, basic(1200.0), 115)).is_empty());
    assert_eq!(warnings(&put(2002, basic(1441.0), 115)), ["total_jump"]);
    assert_eq!(warnings(&put(2003, basic(1152.0), 115)), ["total_jump"]);
    assert_eq!(warnings(&put(2004, basic(1152.0), 133)), ["population_jump"]);
    assert_eq!(warnings(&put(2005, basic(1152.0), 113)), ["population_jump"]);
    // Of years further apart the nearest is compared, up to three years back, and more is allowed of a total.
    assert!(warnings(&put(2007, basic(1497.6), 113)).is_empty());
    assert_eq!(warnings(&put(2010, basic(1947.0), 113)), ["total_jump"]);
    assert_eq!(warnings(&put(2012, json!({"scope_1": 1}), 130)), ["population_jump"]);
    assert_eq!(warnings(&put(2013, basic(2540.0), 130)), ["total_jump"], "2012 has no such total");
    assert!(warnings(&put(2017, basic(30.0), 100)).is_empty());
    let small = put(2021, basic(29.9), 100);
    assert_eq!(warnings(&small), ["per_person_unlikely"]);
    assert!(small["warnings"][0]["detail"].as_str().unwrap().contains("kilotonnes"), "{small}");
    assert_eq!(warnings(&put(2025, basic(0.0), 100)), ["per_person_unlikely", "total_zero"]);
    assert!(warnings(&put(1970, basic(6000.0), 100)).is_empty());
    assert_eq!(warnings(&put(1974, basic(6000.1), 100)), ["per_person_unlikely"]);
    assert!(warnings(&put(1978, json!({"scope_1": 500, "scope_1_2": 500, "scope_1_2_3": 500}), 100)).is_empty());
    for (year, totals) in [
        (1982, json!({"scope_1": 501, "scope_1_2": 500})),
        (1986, json!({"scope_1_2": 501, "scope_1_2_3": 500})),
        (1990, json!({"scope_1_2": 501, "own": 500})),
    ] {
        assert_eq!(warnings(&put(year, totals, 100)), ["scopes_above_total"], "{year}");
    }
    service.record("/v1/cities/us-lines", &city("Lines"));
    for (year, stated, expected) in [(1980, 101.0, vec![]), (1984, 102.0, vec!["stated_differs_from_sum"])] {
        let mut body = of_lines(&each(&BASIC, 3.125));
        body["totals"] = basic(stated);
        let answer = service.record(&format!("/v1/cities/us-lines/reports/{year}"), &body).json();
        assert_eq!(warnings(&answer), expected, "{stated}");
    }
    // A baseline is looked over as well.
    let mut body = baseline(1995, 1000.0);
    body["population"] = json!(1_000_000);
    let answer = service.record("/v1/cities/us-here/baselines/1995", &body).json();
    assert_eq!(warnings(&answer), ["per_person_unlikely"]);
}

#[test]
fn a_fraction_in_place_of_a_percentage_is_warned_of() {
    let service = service();
    for (percent, expected) in [(0.999, vec!["fraction_or_percent"]), (1.0, vec![]), (200.0, vec![])] {
        let mut body = target("1990", percent, 2030);
        body["reason"] = json!("a test");
        let answer = service.record(TARGET, &body).json();
        assert_eq!(warnings(&answer), expected, "{percent}");
        assert_eq!(answer["reduction_percent"], percent);
        assert_eq!(service.json(TARGET), answer);
    }
}

#[test]
fn readers_are_told_what_may_be_a_slip_while_it_seems_to_be() {
    let service = Service::start();
    let place = "/v1/cities/us-somewhere";
    service.record(place, &city("Somewhere"));
    service.record(&format!("{place}/baselines/1990"), &baseline(1990, 1000.0));
    service.record(&format!("{place}/targets/half"), &target("1990", 50.0, 2030));
    service.record(&format!("{place}/reports/2019"), &inventory(900.0));
    let mut doubtful = inventory(600.0);
    // Of another level, which the target does not speak of.
    doubtful["totals"]["scope_1_2"] = json!(700);
    doubtful["totals"]["scope_1_2_3"] = json!(650);
    doubtful["gases"] = json!(["co2", "ch4"]);
    service.record(&format!("{place}/reports/2020"), &doubtful);

    let codes = |report: &Value| -> Vec<String> {
        let warnings = report["warnings"].as_array().unwrap().iter();
        warnings.map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
    };
    let expected = ["total_jump", "scopes_above_total"];
    assert_eq!(codes(&service.json(&format!("{place}/reports/2020"))), expected);
    assert_eq!(codes(&items(&service.json(&format!("{place}/reports")))[1]), expected);
    let cell = |path: &str, column: &str| {
        let (_, rows) = rows(&service.get(path));
        rows.into_iter()
            .filter_map(|row| row.into_iter().find(|(name, _)| name == column))
            .map(|(_, text)| text)
            .next_back()
    };
    let reports = format!("{place}/reports.csv");
    assert_eq!(cell(&reports, "warnings").as_deref(), Some("total_jump;scopes_above_total"));
    assert_eq!(cell(&reports, "gases").as_deref(), Some("co2;ch4"));

    let status = service.json(&format!("{place}/status"));
    let judged = &status["targets"][0];
    assert_eq!(judged["judged_figure"]["warning_codes"], json!(["total_jump"]));
    assert_eq!(judged["figures"][1]["warning_codes"], json!(["total_jump"]));
    assert!(
        judged["figures"][0].get("warning_codes").is_none() && judged["baseline_figure"].get("warning_codes").is_none()
    );
    let series = service.json(&format!("{place}/series"));
    let told: Vec<&Value> =
        series["rows"].as_array().unwrap().iter().filter(|row| row.get("warning_codes").is_some()).collect();
    assert_eq!((told.len(), &told[0]["year"], &told[0]["warning_codes"]), (1, &json!(2020), &json!(["total_jump"])));
    assert_eq!(cell(&format!("{place}/series.csv"), "warning_codes").as_deref(), Some("total_jump"));

    let mut restated = inventory(700.0);
    restated["reason"] = json!("The slip was in the year before");
    service.record(&format!("{place}/reports/2019"), &restated);
    assert_eq!(codes(&service.json(&format!("{place}/reports/2020"))), ["scopes_above_total"]);
    assert_eq!(cell(&reports, "warnings").as_deref(), Some("scopes_above_total"));
    let now = service.json(&format!("{place}/status"));
    assert!(now["targets"][0]["judged_figure"].get("warning_codes").is_none(), "{now}");
    // As it stood then, the doubt stays.
    let then = service.json(status["permalink"].as_str().unwrap());
    assert_eq!(then["targets"][0]["judged_figure"]["warning_codes"], json!(["total_jump"]));
}
