//! What a report and a baseline may say, of which years they may be, and where a total may be below zero.

use serde_json::{Value, json};

use crate::support::{BASIC, baseline, faults, inventory};

use super::{Case, REPORT, long, refuse, service, source_cases, stated};

/// What an inventory may not be, as a baseline or as a report.
fn inventory_cases() -> Vec<Case> {
    let lines: Vec<Value> = (0..513).map(|_| json!({"ref": "I.1.1", "tonnes": 1})).collect();
    vec![
        ("", json!([]), &[" wrong_type"]),
        ("/colour", json!("green"), &["/colour unknown_field"]),
        ("/computed_totals", json!({}), &["/computed_totals unknown_field"]),
        ("/period", json!([]), &["/period wrong_type"]),
        ("/period", json!({}), &["/period/start missing", "/period/end missing"]),
        ("/period", json!({"start": "2010-01-01", "end": "2010-12-25"}), &["/period period_length"]),
        ("/period", json!({"start": "2010-01-01", "end": "2011-01-06"}), &["/period period_length"]),
        ("/period", json!({"start": "2010-12-31", "end": "2010-01-01"}), &["/period period_length"]),
        ("/period", json!({"start": "2010-02-30", "end": "2010-12-31"}), &["/period/start invalid_day"]),
        (
            "/period",
            json!({"start": "2010-1-1", "end": 20101231}),
            &["/period/start invalid_day", "/period/end wrong_type"],
        ),
        ("/period", json!({"start": "2010-01-01T00:00:00Z", "end": "2010-12-31"}), &["/period/start invalid_day"]),
        ("/period", json!({"start": "2010-01-01", "end": "2010-12-31", "days": 365}), &["/period/days unknown_field"]),
        ("/period", json!({"start": "2011-01-01", "end": "2011-12-31"}), &["/period/start year_differs"]),
        ("/totals", json!({}), &[" no_figures"]),
        ("/totals", json!(null), &["/totals wrong_type"]),
        ("/totals", json!(1000), &["/totals wrong_type"]),
        ("/totals/all", json!(1), &["/totals/all unknown_field"]),
        ("/totals/basic", json!(-0.001), &["/totals/basic out_of_range"]),
        ("/totals/basic", json!(1_000_000_000_000.001), &["/totals/basic out_of_range"]),
        ("/totals/basic", json!(1e13), &["/totals/basic out_of_range"]),
        ("/totals/basic", json!("1000"), &["/totals/basic wrong_type"]),
        ("/totals/basic", json!("NaN"), &["/totals/basic wrong_type"]),
        ("/totals/basic", json!(null), &["/totals/basic wrong_type"]),
        ("/totals/basic_plus", json!(-1e13), &["/totals/basic_plus out_of_range"]),
        ("/totals/scope_1", json!(-1), &["/totals/scope_1 out_of_range"]),
        ("/totals/scope_1_2", json!(-1), &["/totals/scope_1_2 out_of_range"]),
        ("/totals/scope_1_2_3", json!(-1), &["/totals/scope_1_2_3 out_of_range"]),
        ("/totals/consumption", json!(1_000_000_000_000.001), &["/totals/consumption out_of_range"]),
        ("/totals/consumption", json!("5"), &["/totals/consumption wrong_type"]),
        ("/totals/own", json!(-1e13), &["/totals/own out_of_range"]),
        ("/lines", json!({}), &["/lines wrong_type"]),
        ("/lines", json!(lines), &["/lines too_many"]),
        ("/lines", json!([7]), &["/lines/0 wrong_type"]),
        ("/lines", json!([{}]), &["/lines/0 line_form", "/lines/0/ref missing"]),
        ("/lines", json!([{"ref": "I.1.1"}]), &["/lines/0 line_form"]),
        ("/lines", json!([{"ref": "I.1.1", "tonnes": 1, "notation": "NO"}]), &["/lines/0 line_form"]),
        ("/lines", json!([{"ref": "I.1.1", "tonnes": 1, "explanation": "a"}]), &["/lines/0 line_form"]),
        ("/lines", json!([{"ref": "I.1.1", "tonnes": 1, "gas": "ch4", "gas_tonnes": 1}]), &["/lines/0 line_form"]),
        ("/lines", json!([{"ref": "I.1.1", "gas": "ch4"}]), &["/lines/0 line_form"]),
        ("/lines", json!([{"ref": "I.1.1", "gas_tonnes": 1}]), &["/lines/0 line_form"]),
        ("/lines", json!([{"ref": "I.1.1", "explanation": "a"}]), &["/lines/0 line_form"]),
        ("/lines", json!([{"ref": "I.1.1", "notation": "no"}]), &["/lines/0/notation not_allowed"]),
        ("/lines", json!([{"ref": "I.1.1", "notation": "NO; IE"}]), &["/lines/0/notation not_allowed"]),
        ("/lines", json!([{"ref": "I.1.1", "notation": "NE", "explanation": ""}]), &["/lines/0/explanation blank"]),
        ("/lines", json!([{"ref": "I.1.1", "tonnes": 1, "unit": "t"}]), &["/lines/0/unit unknown_field"]),
        ("/lines", json!([{"ref": "I.1.1", "tonnes": null}]), &["/lines/0/tonnes wrong_type"]),
        ("/lines", json!([{"ref": "I.9.1", "tonnes": 1}]), &["/lines/0/ref unknown_gpc_ref"]),
        (
            "/lines",
            json!([{"ref": "I.1.4", "tonnes": 1}, {"ref": "i.1.1", "tonnes": 1}]),
            &["/lines/0/ref unknown_gpc_ref", "/lines/1/ref unknown_gpc_ref"],
        ),
        ("/lines", json!([{"ref": "I.1.1", "tonnes": 1}, {"ref": "I.1.1", "tonnes": 2}]), &["/lines/1 duplicate_line"]),
        (
            "/lines",
            json!([{"ref": "I.1.1", "tonnes": 1}, {"ref": "I.1.1", "notation": "IE"}]),
            &["/lines/1 duplicate_line"],
        ),
        ("/lines", json!([{"ref": "I.1.1", "gas": "ch4", "gas_tonnes": 1}]), &["/lines/0 gwp_required"]),
        ("/lines", json!([{"ref": "I.1.1", "gas": "hfc", "gas_tonnes": 1}]), &["/lines/0/gas not_allowed"]),
        ("/lines", json!([{"ref": "V.2", "tonnes": -1e13}]), &["/lines/0/tonnes out_of_range"]),
        ("/lines", json!([{"ref": "V.1", "tonnes": -1}]), &["/lines/0 out_of_range"]),
        ("/lines", json!([{"ref": "I.1.1", "tonnes": -0.001}]), &["/lines/0 out_of_range"]),
        ("/population", json!(0), &["/population out_of_range"]),
        ("/population", json!(1_000_000_001), &["/population out_of_range"]),
        ("/population", json!(190.5), &["/population wrong_type"]),
        ("/population", json!("190"), &["/population wrong_type"]),
        ("/protocol", json!("GPC"), &["/protocol not_allowed"]),
        ("/gases", json!("co2"), &["/gases wrong_type"]),
        ("/gases", json!([]), &["/gases empty"]),
        ("/gases", json!(["co2", "co2"]), &["/gases duplicate"]),
        ("/gases", json!(["co2", "CH4", 4]), &["/gases/1 not_allowed", "/gases/2 not_allowed"]),
        ("/gases", json!(["co2", "co2", "co2", "co2", "co2", "co2", "co2", "co2"]), &["/gases too_many"]),
        ("/gwp", json!("ar3"), &["/gwp not_allowed"]),
        ("/sectors", json!(["Buildings"]), &["/sectors unknown_field"]),
        ("/series", json!(7), &["/series wrong_type"]),
        ("/series", json!("SMHI 2026"), &["/series invalid_id"]),
        ("/series", json!("a"), &["/series invalid_id"]),
        ("/series", json!("a".repeat(65)), &["/series invalid_id"]),
        ("/electricity", json!("Location"), &["/electricity not_allowed"]),
        ("/electricity", json!(null), &["/electricity not_allowed"]),
        ("/weather_normalised", json!("yes"), &["/weather_normalised wrong_type"]),
        ("/weather_normalised", json!(0), &["/weather_normalised wrong_type"]),
        ("/also_stated", json!({}), &["/also_stated wrong_type"]),
        ("/also_stated", json!([5]), &["/also_stated/0 wrong_type"]),
        (
            "/also_stated",
            json!([{}]),
            &["/also_stated/0/level missing", "/also_stated/0/tonnes missing", "/also_stated/0/source missing"],
        ),
        ("/also_stated", json!(vec![stated("own", json!(1)); 9]), &["/also_stated too_many"]),
        ("/also_stated", json!([stated("all", json!(1))]), &["/also_stated/0/level not_allowed"]),
        ("/also_stated", json!([stated("basic", json!(-1))]), &["/also_stated/0/tonnes out_of_range"]),
        ("/also_stated", json!([stated("own", json!(1e13))]), &["/also_stated/0/tonnes out_of_range"]),
        (
            "/also_stated",
            json!([stated("own", json!(1)), stated("scope_1", json!("1"))]),
            &["/also_stated/1/tonnes wrong_type"],
        ),
        (
            "/also_stated",
            json!([{"level": "own", "tonnes": 1, "year": 2010, "source": {"title": "A", "published": "2027-01-01"}}]),
            &["/also_stated/0/source/published in_future", "/also_stated/0/year unknown_field"],
        ),
        ("/credits_retired_tonnes", json!(-1), &["/credits_retired_tonnes out_of_range"]),
        ("/credits_retired_tonnes", json!(1e13), &["/credits_retired_tonnes out_of_range"]),
        ("/uncertainty_percent", json!(100.1), &["/uncertainty_percent out_of_range"]),
        ("/uncertainty_percent", json!(-1), &["/uncertainty_percent out_of_range"]),
        ("/uncertainty_percent", json!(0.00001), &["/uncertainty_percent out_of_range"]),
        ("/verification", json!("audited"), &["/verification wrong_type"]),
        ("/verification", json!({}), &["/verification/level missing"]),
        ("/verification", json!({"level": "third"}), &["/verification/level not_allowed"]),
        (
            "/verification",
            json!({"level": "self", "by": "", "on": "a"}),
            &["/verification/by blank", "/verification/on unknown_field"],
        ),
        ("/note", json!(""), &["/note blank"]),
        ("/note", long(2001), &["/note too_long"]),
        ("/note", json!("two\tparts"), &["/note control_character"]),
    ]
}

#[test]
fn reports_are_checked() {
    let service = service();
    refuse(&service, REPORT, &inventory(800.0), &inventory_cases());
    refuse(&service, REPORT, &inventory(800.0), &source_cases());
    refuse(
        &service,
        REPORT,
        &inventory(800.0),
        &[
            ("", json!({}), &["/source missing", " no_figures"]),
            ("/year", json!(2011), &["/year year_differs"]),
            ("/year", json!("2010"), &["/year wrong_type"]),
            ("/year", json!(1969), &["/year out_of_range"]),
        ],
    );
    let mut by_gas = inventory(800.0);
    by_gas["gwp"] = json!("ar2");
    refuse(
        &service,
        "/v1/cities/us-here/reports/2011",
        &by_gas,
        &[
            ("/lines", json!([{"ref": "I.1.1", "gas": "nf3", "gas_tonnes": 1}]), &["/lines/0/gas no_potential"]),
            (
                "/lines",
                json!([{"ref": "I.1.1", "gas": "sf6", "gas_tonnes": 1e9}]),
                &["/lines/0/gas_tonnes out_of_range"],
            ),
            ("/lines", json!([{"ref": "I.1.1", "gas": "ch4", "gas_tonnes": -1}]), &["/lines/0 out_of_range"]),
            (
                "/lines",
                json!([{"ref": "I.1.1", "gas": "ch4", "gas_tonnes": 1}, {"ref": "I.1.1", "gas": "ch4", "gas_tonnes": 1}]),
                &["/lines/1 duplicate_line"],
            ),
            (
                "/lines",
                json!([{"ref": "I.1.1", "gas": "ch4", "gas_tonnes": 1}, {"ref": "I.1.1", "tonnes": 1}]),
                &["/lines/1 duplicate_line"],
            ),
        ],
    );
}

#[test]
fn a_report_is_of_a_year_that_has_ended() {
    let service = service();
    let period = |start: &str, end: &str| {
        let mut body = inventory(800.0);
        body["period"] = json!({"start": start, "end": end});
        body
    };
    for (year, body, expected) in [
        ("1969", inventory(1.0), " out_of_range"),
        ("2101", inventory(1.0), " out_of_range"),
        ("02010", inventory(1.0), " out_of_range"),
        ("+2010", inventory(1.0), " out_of_range"),
        ("soon", inventory(1.0), " out_of_range"),
        ("2026", inventory(1.0), "/year not_ended"),
        ("2100", inventory(1.0), "/year not_ended"),
        ("2025", period("2025-12-01", "2026-11-30"), "/period/end not_ended"),
        ("2025", period("2025-11-24", "2026-11-23"), "/period/end not_ended"),
        ("2026", period("2026-07-01", "2027-06-30"), "/period/end not_ended"),
    ] {
        let answer = service.put(&format!("/v1/cities/us-here/reports/{year}"), &service.admin, &body);
        assert_eq!(faults(&answer), [expected], "{year}");
    }
    for (year, body) in [
        ("1970", inventory(1.0)),
        ("2024", inventory(1.0)),
        ("2025", period("2025-11-23", "2026-11-22")),
        ("2000", period("2000-01-01", "2000-12-25")),
        ("2001", period("2001-01-01", "2002-01-05")),
        ("2002", period("2002-01-01", "2002-12-31")),
    ] {
        service.record(&format!("/v1/cities/us-here/reports/{year}"), &body);
    }
}

#[test]
fn baselines_are_checked() {
    let service = service();
    let body = baseline(2010, 1000.0);
    let path = "/v1/cities/us-here/baselines/of-2010";
    refuse(&service, path, &body, &inventory_cases());
    refuse(&service, path, &body, &source_cases());
    refuse(
        &service,
        path,
        &body,
        &[
            ("", json!({}), &["/year missing", "/source missing", " no_figures"]),
            ("/year", json!(1969), &["/year out_of_range"]),
            ("/year", json!(2101), &["/year out_of_range"]),
            ("/year", json!(2010.5), &["/year wrong_type"]),
            ("/year", json!(null), &["/year wrong_type"]),
            ("/year", json!(2026), &["/year not_ended"]),
            ("/totals/basic", json!(0), &["/totals/basic not_positive"]),
            ("/totals/basic", json!(0.0004), &["/totals/basic not_positive"]),
            ("/totals/own", json!(0), &["/totals/own not_positive"]),
            ("/totals/own", json!(-5), &["/totals/own not_positive"]),
            ("/totals/basic_plus", json!(-5), &["/totals/basic_plus not_positive"]),
            ("/totals/consumption", json!(-5), &["/totals/consumption not_positive"]),
            ("/totals", json!({"basic": 0, "own": 0}), &["/totals/basic not_positive", "/totals/own not_positive"]),
            (
                "",
                json!({"year": 2010, "totals": {"basic": 0}, "colour": "green", "source": {"title": "A"}}),
                &["/colour unknown_field", "/totals/basic not_positive"],
            ),
        ],
    );
    let mut moved = baseline(2011, 1000.0);
    moved["reason"] = json!("a test");
    let answer = service.put(path, &service.admin, &moved);
    assert_eq!(faults(&answer), ["/year year_changed"]);
}

/// A baseline whose lines sum to 0 is as useless as one that states 0; lines without any value have no sum.
#[test]
fn a_baseline_of_lines_is_above_zero() {
    let service = service();
    let mut lines: Vec<Value> = BASIC.iter().map(|reference| json!({"ref": reference, "notation": "NO"})).collect();
    let body = |lines: &[Value]| json!({"year": 1995, "lines": lines, "source": {"title": "A test"}});
    service.record("/v1/cities/us-here/baselines/of-nothing", &body(&lines));
    lines[0] = json!({"ref": "I.1.1", "tonnes": 0});
    let answer = service.put("/v1/cities/us-here/baselines/of-1995", &service.admin, &body(&lines));
    assert_eq!(faults(&answer), ["/totals/basic not_positive"]);
    lines[0] = json!({"ref": "I.1.1", "tonnes": 0.001});
    service.record("/v1/cities/us-here/baselines/of-1995", &body(&lines));
}

/// Land takes up carbon, and what a city counts by its own definition or by consumption may be below 0 as well.
#[test]
fn totals_may_be_below_zero_where_land_is_counted() {
    let service = service();
    let totals = json!({"basic": 0, "basic_plus": -12.345, "consumption": -1_000_000_000_000_i64, "own": -0.001});
    let mut body = json!({"totals": totals, "source": {"title": "A test"}});
    body["also_stated"] = ["basic_plus", "consumption", "own"].map(|level| stated(level, json!(-1.5))).into();
    let answer = service.record(REPORT, &body).json();
    assert_eq!((&answer["totals"], &answer["also_stated"]), (&body["totals"], &body["also_stated"]));
    assert!(service.verify().status.success());
}
