//! What a record may be: every fault is listed with its place, and what is taken is recorded exactly.

use serde_json::{Value, json};

use crate::support::{Service, baseline, city, faults, inventory, send, target};

const CITY: &str = "/v1/cities/us-here";
const BASELINE: &str = "/v1/cities/us-here/baselines/1990";
const TARGET: &str = "/v1/cities/us-here/targets/2030-half";
const REPORT: &str = "/v1/cities/us-here/reports/2010";

/// A change of a valid body: where, what is put there, and the faults of it as `pointer code`.
type Case = (&'static str, Value, &'static [&'static str]);

/// A service with a city and its baseline of 1990.
fn service() -> Service {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    service.record(BASELINE, &baseline(1990, 1000.0));
    service
}

/// The body with the value at the pointer; the empty pointer is the body itself.
fn set(body: &Value, pointer: &str, value: &Value) -> Value {
    let mut body = body.clone();
    let mut place = &mut body;
    for name in pointer.split('/').skip(1) {
        place = match place {
            Value::Array(elements) => &mut elements[name.parse::<usize>().unwrap()],
            object => &mut object[name],
        };
    }
    *place = value.clone();
    body
}

/// Sends each variant of `body` and compares the faults; nothing may be recorded.
fn refuse(service: &Service, path: &str, body: &Value, cases: &[Case]) {
    let before = service.json("/v1/changes")["total"].clone();
    for (pointer, value, expected) in cases {
        let answer = service.put(path, &service.admin, &set(body, pointer, value));
        let told = format!("{pointer} = {}", value.to_string().chars().take(200).collect::<String>());
        assert_eq!(answer.status, 422, "{told}: {}", answer.text);
        answer.assert_problem(422, "invalid_input");
        assert_eq!(faults(&answer), *expected, "{told}");
    }
    assert_eq!(service.json("/v1/changes")["total"], before);
    let answer = service.put(path, &service.admin, body);
    assert!(answer.status.is_success(), "the body itself is valid: {}", answer.text);
}

fn long(characters: usize) -> Value {
    json!("é".repeat(characters))
}

#[test]
fn cities_are_checked() {
    let service = service();
    service.record("/v1/cities/us-there", &city("There"));
    let body = json!({"name": "New", "country": "US", "region": "West", "locode": "US NEW", "identifiers": {"cdp": "1"},
        "latitude": 1.5, "longitude": -2, "boundary": "community", "part_of": "us-there", "website": "https://new.example",
        "predecessors": [{"city": "us-there", "on": "2007-01-01", "source": {"title": "A test"}}]});
    let from = |ids: &[&str]| -> Value {
        ids.iter().map(|id| json!({"city": id, "on": "2007-01-01", "source": {"title": "A test"}})).collect()
    };
    let many: Vec<String> = (0..51).map(|number| format!("us-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    refuse(
        &service,
        "/v1/cities/us-new",
        &body,
        &[
            ("", json!([]), &[" wrong_type"]),
            ("", json!(null), &[" wrong_type"]),
            ("", json!("New"), &[" wrong_type"]),
            ("", json!({}), &["/name missing", "/country missing"]),
            ("/mayor", json!("Ann"), &["/mayor unknown_field"]),
            ("/id", json!("us-new"), &["/id unknown_field"]),
            ("/name", json!(null), &["/name wrong_type"]),
            ("/name", json!(7), &["/name wrong_type"]),
            ("/name", json!(""), &["/name blank"]),
            ("/name", json!(" \u{a0}\u{3000}"), &["/name blank"]),
            ("/name", long(201), &["/name too_long"]),
            ("/name", json!("New\u{0}"), &["/name control_character"]),
            ("/name", json!("New\n"), &["/name control_character"]),
            ("/name", json!("Ne\u{7f}w"), &["/name control_character"]),
            ("/name", json!("Ne\u{85}w"), &["/name control_character"]),
            ("/country", json!("XX"), &["/country unknown_country"]),
            ("/country", json!("us"), &["/country unknown_country"]),
            ("/country", json!("USA"), &["/country unknown_country"]),
            ("/country", json!(null), &["/country unknown_country"]),
            ("/country", json!("CA"), &["/locode country_differs"]),
            ("/region", long(201), &["/region too_long"]),
            ("/region", json!(null), &["/region wrong_type"]),
            ("/locode", json!("US"), &["/locode invalid_locode"]),
            ("/locode", json!("us new"), &["/locode invalid_locode"]),
            ("/locode", json!("US  NEW"), &["/locode invalid_locode"]),
            ("/locode", json!("US N01"), &["/locode invalid_locode"]),
            ("/locode", json!("US NÉW"), &["/locode invalid_locode"]),
            ("/locode", json!(null), &["/locode invalid_locode"]),
            ("/locode", json!("CA NEW"), &["/locode country_differs"]),
            ("/identifiers", json!([]), &["/identifiers wrong_type"]),
            ("/identifiers", json!({"cdp": 1}), &["/identifiers/cdp wrong_type"]),
            ("/identifiers", json!({"cdp": null}), &["/identifiers/cdp wrong_type"]),
            ("/identifiers", json!({"cdp": ""}), &["/identifiers/cdp blank"]),
            ("/identifiers", json!({"cdp": "1".repeat(65)}), &["/identifiers/cdp too_long"]),
            ("/identifiers", json!({"": "1"}), &["/identifiers/ invalid_register"]),
            ("/identifiers", json!({"C/D~P": "1"}), &["/identifiers/C~1D~0P invalid_register"]),
            ("/identifiers", (0..21).map(|n| (format!("n{n}"), json!("1"))).collect(), &["/identifiers too_many"]),
            ("/latitude", json!(90.0001), &["/latitude out_of_range"]),
            ("/latitude", json!("1.5"), &["/latitude wrong_type"]),
            ("/longitude", json!(-180.0001), &["/longitude out_of_range"]),
            ("/boundary", json!("Community"), &["/boundary not_allowed"]),
            ("/boundary", json!(null), &["/boundary not_allowed"]),
            ("/part_of", json!("us-new"), &["/part_of own_part"]),
            ("/part_of", json!("nowhere"), &["/part_of unknown_city"]),
            ("/part_of", json!("No-Id"), &["/part_of invalid_id"]),
            ("/website", json!("javascript:alert(1)"), &["/website invalid_url"]),
            ("/website", json!("ftp://new.example"), &["/website invalid_url"]),
            ("/website", json!("https://"), &["/website invalid_url"]),
            ("/website", json!("https:///new"), &["/website invalid_url"]),
            ("/website", json!("https://me:secret@new.example"), &["/website credentials"]),
            ("/website", json!("https://www.c40.org@new.example/"), &["/website credentials"]),
            ("/website", json!("https://new.example/\" onclick=\"x"), &["/website invalid_url"]),
            ("/website", json!(format!("https://{}", "a".repeat(1993))), &["/website too_long"]),
            ("/predecessors", json!({}), &["/predecessors wrong_type"]),
            ("/predecessors", json!(["us-there"]), &["/predecessors/0 wrong_type"]),
            (
                "/predecessors",
                json!([{}]),
                &["/predecessors/0/city missing", "/predecessors/0/on missing", "/predecessors/0/source missing"],
            ),
            ("/predecessors", from(&many), &["/predecessors too_many"]),
            ("/predecessors", from(&["us-there", "us-here", "us-there"]), &["/predecessors/2/city duplicate"]),
            (
                "/predecessors",
                from(&["us-new", "us-here", "nowhere"]),
                &["/predecessors/0/city own_predecessor", "/predecessors/2/city unknown_city"],
            ),
            ("/predecessors/0/city", json!("No-Id"), &["/predecessors/0/city invalid_id"]),
            ("/predecessors/0/on", json!("2026-11-24"), &["/predecessors/0/on in_future"]),
            ("/predecessors/0/on", json!("2007"), &["/predecessors/0/on invalid_day"]),
            ("/predecessors/0/source", json!({}), &["/predecessors/0/source/title missing"]),
            ("/predecessors/0/share", json!(1), &["/predecessors/0/share unknown_field"]),
            ("/reason", json!(""), &["/reason blank"]),
            ("/reason", json!(null), &["/reason wrong_type"]),
            ("/reason", long(2001), &["/reason too_long"]),
            ("/reason", json!("a\rtest"), &["/reason control_character"]),
        ],
    );
    let alone = |field: &str| json!({"name": "New", "country": "US", field: 1, "reason": "a test"});
    for field in ["latitude", "longitude"] {
        let answer = service.put("/v1/cities/us-new", &service.admin, &alone(field));
        assert_eq!(faults(&answer), [" incomplete_position"]);
    }
    for id in ["X", "x", "Us-New", "us_new", "us.new", &"x".repeat(65), "caf%C3%A9", "%00x", "us%20new"] {
        let answer = service.put(&format!("/v1/cities/{id}"), &service.admin, &city("New"));
        assert_eq!(faults(&answer), [" invalid_id"], "{id}");
    }
}

/// A total that another source states.
fn stated(level: &str, tonnes: Value) -> Value {
    json!({"level": level, "tonnes": tonnes, "source": {"title": "Another"}})
}

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
        ("/note", json!("two\nlines"), &["/note control_character"]),
    ]
}

/// What a source may not be, in any record.
fn source_cases() -> Vec<Case> {
    vec![
        ("/source", json!(null), &["/source wrong_type"]),
        ("/source", json!("A book"), &["/source wrong_type"]),
        ("/source", json!({}), &["/source/title missing"]),
        ("/source/title", long(201), &["/source/title too_long"]),
        ("/source/title", json!("\t"), &["/source/title control_character"]),
        ("/source/page", json!(7), &["/source/page unknown_field"]),
        ("/source/url", json!("javascript:alert(1)"), &["/source/url invalid_url"]),
        ("/source/url", json!("JaVaScRiPt://https://a.example"), &["/source/url invalid_url"]),
        ("/source/url", json!("data:text/html,x"), &["/source/url invalid_url"]),
        ("/source/url", json!("//a.example"), &["/source/url invalid_url"]),
        ("/source/url", json!("https://me:secret@a.example/x"), &["/source/url credentials"]),
        ("/source/url", json!("http://@a.example?x"), &["/source/url credentials"]),
        ("/source/url", json!("https://a.example/a b"), &["/source/url invalid_url"]),
        ("/source/url", json!(null), &["/source/url wrong_type"]),
        ("/source/publisher", json!(""), &["/source/publisher blank"]),
        ("/source/published", json!("2026-11-24"), &["/source/published in_future"]),
        ("/source/published", json!("24.11.2020"), &["/source/published invalid_day"]),
        ("/source/published", json!(2020), &["/source/published wrong_type"]),
        ("/source/licence", long(201), &["/source/licence too_long"]),
        ("/source/locator", long(2001), &["/source/locator too_long"]),
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

#[test]
fn targets_are_checked() {
    let service = service();
    service.record("/v1/cities/us-here/targets/other", &target("1990", 40.0, 2030));
    let body = target("1990", 50.0, 2030);
    refuse(&service, TARGET, &body, &source_cases());
    refuse(
        &service,
        TARGET,
        &body,
        &[
            ("", json!([]), &[" wrong_type"]),
            ("/verdict", json!("achieved"), &["/verdict unknown_field"]),
            ("/kind", json!("net_zero"), &["/kind not_allowed"]),
            ("/kind", json!(null), &["/kind not_allowed"]),
            ("/level", json!("BASIC"), &["/level not_allowed"]),
            ("/title", json!(""), &["/title blank"]),
            ("/title", json!(2050), &["/title wrong_type"]),
            ("/title", long(201), &["/title too_long"]),
            ("/title", json!("two\nlines"), &["/title control_character"]),
            ("/sector", json!(""), &["/sector unknown_sector"]),
            ("/sector", json!("Transport"), &["/sector unknown_sector"]),
            ("/sector", json!("ii"), &["/sector unknown_sector"]),
            ("/sector", json!("VII"), &["/sector unknown_sector"]),
            ("/sector", json!("II.1.1"), &["/sector unknown_sector"]),
            ("/sector", json!(2), &["/sector wrong_type"]),
            ("/sector", json!(null), &["/sector wrong_type"]),
            ("/sector", json!([]), &["/sector empty"]),
            ("/sector", json!(["II.1.1", "II.1.1"]), &["/sector duplicate"]),
            (
                "/sector",
                json!(["II", "II.1.9", 4]),
                &["/sector/0 unknown_gpc_ref", "/sector/1 unknown_gpc_ref", "/sector/2 unknown_gpc_ref"],
            ),
            ("/sector", json!(vec!["II.1.1"; 55]), &["/sector too_many"]),
            ("/baseline", json!("1991"), &["/baseline unknown_baseline"]),
            ("/baseline", json!(1990), &["/baseline wrong_type"]),
            ("/baseline", json!("A"), &["/baseline invalid_id"]),
            ("/base_year", json!(1990), &["/base_year two_bases"]),
            ("/reduction_percent", json!(0), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!(200.1), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!(-5), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!(0.00001), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!("50"), &["/reduction_percent wrong_type"]),
            ("/reduction_percent", json!(null), &["/reduction_percent wrong_type"]),
            ("/tonnes", json!(1), &["/tonnes not_of_kind"]),
            ("/tonnes_per_person", json!(1), &["/tonnes_per_person not_of_kind"]),
            ("/scenario_tonnes", json!(1), &["/scenario_tonnes not_of_kind"]),
            ("/target_year", json!(1990), &["/target_year not_after_base"]),
            ("/target_year", json!(1980), &["/target_year not_after_base"]),
            ("/target_year", json!(1969), &["/target_year out_of_range"]),
            ("/target_year", json!(2101), &["/target_year out_of_range"]),
            ("/target_year", json!("2030"), &["/target_year wrong_type"]),
            ("/milestones", json!({}), &["/milestones wrong_type"]),
            ("/milestones", json!([7]), &["/milestones/0 wrong_type"]),
            ("/milestones", json!([{}]), &["/milestones/0 milestone_form", "/milestones/0/year missing"]),
            ("/milestones", json!([{"year": 2020}]), &["/milestones/0 milestone_form"]),
            (
                "/milestones",
                json!([{"year": 2020, "tonnes": 1, "reduction_percent": 1}]),
                &["/milestones/0 milestone_form"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "reduction_percent": 0}]),
                &["/milestones/0/reduction_percent out_of_range"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "reduction_percent": 200.1}]),
                &["/milestones/0/reduction_percent out_of_range"],
            ),
            ("/milestones", json!([{"year": 2020, "tonnes": -1}]), &["/milestones/0/tonnes out_of_range"]),
            ("/milestones", json!([{"year": 2020, "tonnes": 1, "name": "a"}]), &["/milestones/0/name unknown_field"]),
            ("/milestones", json!([{"year": 2030, "tonnes": 1}]), &["/milestones/0/year not_between"]),
            (
                "/milestones",
                json!([{"year": 2040, "tonnes": 1}, {"year": 2020, "tonnes": 1}]),
                &["/milestones/0/year not_between"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "tonnes": 1}, {"year": 1990, "tonnes": 1}]),
                &["/milestones not_between"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "tonnes": 1}, {"year": 2010, "tonnes": 2}, {"year": 2020, "tonnes": 3}]),
                &["/milestones/2/year duplicate"],
            ),
            (
                "/milestones",
                (0..33).map(|n| json!({"year": 1991 + n, "tonnes": 1})).collect(),
                &["/milestones too_many"],
            ),
            ("/max_offset_percent", json!(100.1), &["/max_offset_percent out_of_range"]),
            ("/max_offset_percent", json!(-1), &["/max_offset_percent out_of_range"]),
            ("/standing", json!("law"), &["/standing not_allowed"]),
            ("/set_on", json!("2026-11-24"), &["/set_on in_future"]),
            ("/set_on", json!("2019"), &["/set_on invalid_day"]),
            ("/ended_on", json!("2019-04-29"), &["/ended_on not_ended"]),
            ("/ended_on", json!(2019), &["/ended_on not_ended"]),
            ("/superseded_by", json!("other"), &["/superseded_by not_superseded"]),
            ("/conditional", json!("no"), &["/conditional wrong_type"]),
            ("/conditional", json!(0), &["/conditional wrong_type"]),
            ("/note", long(2001), &["/note too_long"]),
        ],
    );
    let mut superseded = set(&body, "/standing", &json!("superseded"));
    superseded["reason"] = json!("a test");
    superseded["set_on"] = json!("2019-04-29");
    refuse(
        &service,
        TARGET,
        &superseded,
        &[
            ("/ended_on", json!("2019-04-28"), &["/ended_on before_start"]),
            ("/ended_on", json!("2018"), &["/ended_on before_start"]),
            ("/ended_on", json!("2026-11-24"), &["/ended_on in_future"]),
            ("/ended_on", json!("2026"), &["/ended_on in_future"]),
            ("/ended_on", json!(2026), &["/ended_on in_future"]),
            ("/ended_on", json!("1969"), &["/ended_on invalid_day"]),
            ("/ended_on", json!(1969), &["/ended_on out_of_range"]),
            ("/ended_on", json!("1969-12-31"), &["/ended_on out_of_range"]),
            ("/ended_on", json!("29.4.2019"), &["/ended_on invalid_day"]),
            ("/ended_on", json!("2019-04"), &["/ended_on invalid_day"]),
            ("/ended_on", json!("2019-02-30"), &["/ended_on invalid_day"]),
            ("/ended_on", json!(2019.5), &["/ended_on wrong_type"]),
            ("/ended_on", json!(true), &["/ended_on wrong_type"]),
            ("/superseded_by", json!("2030-half"), &["/superseded_by own_successor"]),
            ("/superseded_by", json!("unknown"), &["/superseded_by unknown_target"]),
            ("/superseded_by", json!("A"), &["/superseded_by invalid_id"]),
        ],
    );
}

#[test]
fn each_kind_of_target_has_its_own_fields() {
    let service = service();
    let of = |kind: &str, fields: Value| {
        let mut body = json!({"kind": kind, "level": "basic", "target_year": 2030, "standing": "adopted", "source": {"title": "A test"}});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    };
    let check = |kind: &str, fields: Value, expected: &[&str]| {
        let answer = service.put("/v1/cities/us-here/targets/refused", &service.admin, &of(kind, fields.clone()));
        assert_eq!(faults(&answer), expected, "{kind} {fields}");
    };
    for kind in ["base_year", "base_year_intensity"] {
        check(kind, json!({}), &["/reduction_percent missing", " no_base"]);
        check(kind, json!({"reduction_percent": 50}), &[" no_base"]);
        check(kind, json!({"baseline": "1990"}), &["/reduction_percent missing"]);
        check(kind, json!({"base_year": 2030, "reduction_percent": 50}), &["/target_year not_after_base"]);
        check(kind, json!({"base_year": 2031, "reduction_percent": 50}), &["/target_year not_after_base"]);
        check(kind, json!({"base_year": "1990", "reduction_percent": 50}), &["/base_year wrong_type"]);
        check(
            kind,
            json!({"base_year": 2000, "reduction_percent": 50, "milestones": [{"year": 2000, "tonnes": 1}]}),
            &["/milestones/0/year not_between"],
        );
        check(
            kind,
            json!({"base_year": 2000, "reduction_percent": 50, "tonnes": 1, "scenario_tonnes": 1}),
            &["/tonnes not_of_kind", "/scenario_tonnes not_of_kind"],
        );
    }
    check("fixed_level", json!({}), &["/tonnes missing"]);
    check("fixed_level", json!({"tonnes": -1e13}), &["/tonnes out_of_range"]);
    check("fixed_level", json!({"tonnes_per_person": 1000.1}), &["/tonnes_per_person out_of_range"]);
    check("fixed_level", json!({"tonnes_per_person": -1000.1}), &["/tonnes_per_person out_of_range"]);
    check("fixed_level", json!({"tonnes_per_person": "2"}), &["/tonnes_per_person wrong_type"]);
    check("fixed_level", json!({"tonnes": 5, "tonnes_per_person": 2}), &["/tonnes_per_person two_levels"]);
    check("fixed_level", json!({"tonnes": 0, "reduction_percent": 50}), &["/reduction_percent not_of_kind"]);
    check(
        "fixed_level",
        json!({"tonnes": 0, "milestones": [{"year": 2020, "reduction_percent": 50}]}),
        &["/milestones/0/reduction_percent no_base"],
    );
    let scenario = |fields: Value, expected: &[&str]| check("baseline_scenario", fields, expected);
    scenario(json!({"baseline": "1990"}), &["/reduction_percent missing", "/scenario_tonnes missing"]);
    scenario(json!({"reduction_percent": 50, "scenario_tonnes": 1}), &[" no_base"]);
    scenario(
        json!({"baseline": "1990", "reduction_percent": 50, "scenario_tonnes": 0}),
        &["/scenario_tonnes not_positive"],
    );
    scenario(
        json!({"baseline": "1990", "reduction_percent": 50, "scenario_tonnes": 9, "milestones": [{"year": 2020, "reduction_percent": 1}]}),
        &["/milestones/0/reduction_percent no_base"],
    );
    for (id, kind, fields) in [
        ("base-year", "base_year", json!({"base_year": 2000, "reduction_percent": 100})),
        ("intensity", "base_year_intensity", json!({"baseline": "1990", "reduction_percent": 0.0001})),
        ("net-zero", "fixed_level", json!({"tonnes": 0})),
        ("climate-positive", "fixed_level", json!({"tonnes": -5})),
        ("twice", "base_year", json!({"base_year": 2000, "reduction_percent": 200})),
        (
            "level",
            "fixed_level",
            json!({"tonnes": 5, "base_year": 2000, "milestones": [{"year": 2020, "reduction_percent": 50}]}),
        ),
        (
            "scenario",
            "baseline_scenario",
            json!({"baseline": "1990", "reduction_percent": 50, "scenario_tonnes": 0.001}),
        ),
    ] {
        service.record(&format!("/v1/cities/us-here/targets/{id}"), &of(kind, fields));
    }
}

/// One answer lists what is wrong at every level of a body, not the first of it.
#[test]
fn all_faults_are_listed_at_once() {
    let service = service();
    let put = |path: &str, body: Value| {
        let answer = service.put(path, &service.admin, &body);
        let mut faults = faults(&answer);
        faults.sort();
        faults
    };
    assert_eq!(
        put("/v1/cities/us-new", json!({"country": "XX", "locode": "?", "latitude": 91, "colour": 1, "reason": 7})),
        [
            " incomplete_position",
            "/colour unknown_field",
            "/country unknown_country",
            "/latitude out_of_range",
            "/locode invalid_locode",
            "/name missing",
            "/reason wrong_type"
        ]
    );
    assert_eq!(
        put(
            REPORT,
            json!({"year": 2011, "totals": {"basic": -1, "all": 1}, "gases": [], "gwp": "ar9",
            "lines": [{"ref": "I.1.1"}, {"ref": "?", "tonnes": 1}], "source": {"url": "a"}, "reason": ""})
        ),
        [
            "/gases empty",
            "/gwp not_allowed",
            "/lines/0 line_form",
            "/lines/1/ref unknown_gpc_ref",
            "/reason blank",
            "/source/title missing",
            "/source/url invalid_url",
            "/totals/all unknown_field",
            "/totals/basic out_of_range",
            "/year year_differs"
        ]
    );
    assert_eq!(
        put(
            TARGET,
            json!({"kind": "base_year", "reduction_percent": 0, "baseline": "1990", "base_year": 2000,
            "target_year": 2030, "milestones": [{"year": 2040, "tonnes": 1}], "superseded_by": "x", "set_on": "2027-01-01"})
        ),
        [
            "/base_year two_bases",
            "/level missing",
            "/milestones/0/year not_between",
            "/reduction_percent out_of_range",
            "/set_on in_future",
            "/source missing",
            "/standing missing",
            "/superseded_by invalid_id"
        ]
    );
    let mut unknown = target("1991", 50.0, 2030);
    unknown["standing"] = json!("superseded");
    unknown["superseded_by"] = json!("unknown");
    assert_eq!(put(TARGET, unknown), ["/baseline unknown_baseline", "/superseded_by unknown_target"]);
    let mut early = target("1990", 50.0, 1985);
    early["milestones"] = json!([{"year": 1980, "tonnes": 1}]);
    assert_eq!(put(TARGET, early), ["/milestones not_between", "/target_year not_after_base"]);
}

#[test]
fn keys_are_checked() {
    let service = service();
    let many: Vec<String> = (0..501).map(|number| format!("city-{number}")).collect();
    for (body, expected) in [
        (json!([]), vec![" wrong_type"]),
        (json!({}), vec!["/label missing", "/role missing"]),
        (json!({"label": "", "role": "admin"}), vec!["/label blank"]),
        (json!({"label": "a\u{7}", "role": "admin"}), vec!["/label control_character"]),
        (json!({"label": "a".repeat(201), "role": "Admin"}), vec!["/label too_long", "/role not_allowed"]),
        (json!({"label": "a", "role": "admin", "cities": ["us-here"]}), vec!["/cities not_of_role"]),
        (json!({"label": "a", "role": "reporter"}), vec!["/cities missing"]),
        (json!({"label": "a", "role": "reporter", "cities": []}), vec!["/cities missing"]),
        (json!({"label": "a", "role": "reporter", "cities": "us-here"}), vec!["/cities wrong_type"]),
        (
            json!({"label": "a", "role": "reporter", "cities": ["us-here", "A", 1]}),
            vec!["/cities/1 invalid_id", "/cities/2 wrong_type"],
        ),
        (json!({"label": "a", "role": "reporter", "cities": many}), vec!["/cities too_many"]),
        (json!({"label": "a", "role": "admin", "secret": "mine"}), vec!["/secret unknown_field"]),
        (json!({"label": "a", "role": "admin", "expires_on": "2026-11-22"}), vec!["/expires_on in_past"]),
    ] {
        let answer = service.post("/v1/keys", &service.admin, &body);
        answer.assert_problem(422, "invalid_input");
        assert_eq!(faults(&answer), expected, "{body}");
    }
}

/// The 32 lines of GPC BASIC.
const BASIC: [&str; 32] = [
    "I.1.1", "I.1.2", "I.2.1", "I.2.2", "I.3.1", "I.3.2", "I.4.1", "I.4.2", "I.5.1", "I.5.2", "I.6.1", "I.6.2",
    "I.7.1", "I.8.1", "II.1.1", "II.1.2", "II.2.1", "II.2.2", "II.3.1", "II.3.2", "II.4.1", "II.4.2", "II.5.1",
    "II.5.2", "III.1.1", "III.1.2", "III.2.1", "III.2.2", "III.3.1", "III.3.2", "III.4.1", "III.4.2",
];

/// The 16 lines that BASIC+ adds.
const PLUS: [&str; 16] = [
    "I.1.3", "I.2.3", "I.3.3", "I.4.3", "I.5.3", "I.6.3", "II.1.3", "II.2.3", "II.3.3", "II.4.3", "II.5.3", "IV.1",
    "IV.2", "V.1", "V.2", "V.3",
];

fn of_lines(lines: &[Value]) -> Value {
    json!({"lines": lines, "gwp": "ar5", "protocol": "gpc", "source": {"title": "A test"}})
}

fn each(references: &[&str], tonnes: f64) -> Vec<Value> {
    references.iter().map(|reference| json!({"ref": reference, "tonnes": tonnes})).collect()
}

#[test]
fn lines_are_summed() {
    let service = service();
    let mut lines = each(&BASIC, 10.5);
    let answer = service.record(REPORT, &of_lines(&lines)).json();
    assert_eq!(answer["computed_totals"], json!({"basic": 336}));
    assert_eq!(answer["completeness_percent"], json!({"basic": 100, "basic_plus": 66.666_667}));
    assert!(answer.get("totals").is_none());

    // Without one of the lines there is no sum; a notation key stands for a value or for its absence.
    let last = lines.pop().unwrap();
    let answer = service.record("/v1/cities/us-here/reports/2011", &of_lines(&lines)).json();
    assert!(answer.get("computed_totals").is_none(), "{answer}");
    assert_eq!(answer["completeness_percent"]["basic"], 96.875);
    for (year, key, known) in [(2001, "NO", 100.0), (2003, "NE", 96.875), (2005, "IE", 96.875), (2007, "C", 96.875)] {
        let noted =
            [lines.clone(), vec![json!({"ref": last["ref"], "notation": key, "explanation": "Because"})]].concat();
        let answer = service.record(&format!("/v1/cities/us-here/reports/{year}"), &of_lines(&noted)).json();
        assert_eq!(answer["computed_totals"], json!({"basic": 325.5}), "{key}");
        assert_eq!(answer["completeness_percent"]["basic"].as_f64(), Some(known), "{key}");
    }

    // Land use may take up more than everything else emits.
    let mut all = [each(&BASIC, 1.0), each(&PLUS, 2.0)].concat();
    let answer = service.record("/v1/cities/us-here/reports/2012", &of_lines(&all)).json();
    assert_eq!(answer["computed_totals"], json!({"basic": 32, "basic_plus": 64}));
    all[46] = json!({"ref": "V.2", "tonnes": -10});
    all[47] = json!({"ref": "V.3", "gas": "co2", "gas_tonnes": -20.25});
    let answer = service.record("/v1/cities/us-here/reports/2014", &of_lines(&all)).json();
    assert_eq!(answer["computed_totals"], json!({"basic": 32, "basic_plus": 29.75}));
}

#[test]
fn gases_are_converted_by_the_inventorys_own_potentials() {
    let service = service();
    let sets = [
        ("ar2", [Some(1.0), Some(21.0), Some(310.0), Some(23_900.0), None, Some(1_300.0), Some(6_500.0)]),
        ("ar4", [Some(1.0), Some(25.0), Some(298.0), Some(22_800.0), Some(17_200.0), Some(1_430.0), Some(7_390.0)]),
        ("ar5", [Some(1.0), Some(28.0), Some(265.0), Some(23_500.0), Some(16_100.0), Some(1_300.0), Some(6_630.0)]),
        ("ar6", [Some(1.0), Some(27.9), Some(273.0), Some(25_200.0), Some(17_400.0), Some(1_530.0), Some(7_380.0)]),
    ];
    for (year, (set, potentials)) in (2001..).zip(sets) {
        let mut lines = each(&BASIC[1..], 0.0);
        let gases = ["co2", "ch4", "n2o", "sf6", "nf3", "hfc_134a", "cf4"].iter().zip(potentials);
        for (gas, potential) in gases.filter(|(_, potential)| potential.is_some()) {
            // So many tonnes that every gas of the set adds 1,000 t.
            lines.push(json!({"ref": "I.1.1", "gas": gas, "gas_tonnes": 1000.0 * potential.unwrap()}));
        }
        let expected: f64 = potentials.iter().flatten().map(|potential| 1000.0 * potential * potential).sum();
        let mut body = of_lines(&lines);
        body["gwp"] = json!(set);
        let answer = service.record(&format!("/v1/cities/us-here/reports/{year}"), &body).json();
        assert_eq!(answer["computed_totals"]["basic"].as_f64(), Some(expected), "{set}");
    }
}

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

#[test]
fn what_a_target_says_is_recorded_in_one_form() {
    let service = service();
    let of = |members: Value| {
        let mut body = target("1990", 50.0, 2030);
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body["reason"] = json!("a test");
        service.record(TARGET, &body).json()
    };
    assert_eq!(of(json!({"title": " Half by 2030 "}))["title"], "Half by 2030");
    assert_eq!(of(json!({"sector": "II"}))["sector"], "II");
    let lines = of(json!({"sector": ["II.1.2", "I.1.1", "II.1.1"]}));
    assert_eq!(lines["sector"], json!(["I.1.1", "II.1.1", "II.1.2"]));
    for standing in ["superseded", "withdrawn"] {
        for (sent, recorded) in [
            (json!("2019"), "2019"),
            (json!(2019), "2019"),
            (json!(2019.0), "2019"),
            (json!("2019-04-29"), "2019-04-29"),
            (json!("2026-11-23"), "2026-11-23"),
        ] {
            let answer = of(json!({"standing": standing, "set_on": "2019-04-29", "ended_on": sent}));
            assert_eq!(answer["ended_on"], recorded, "{standing} {sent}");
        }
    }
    let level = |value: Value| {
        let body = json!({"kind": "fixed_level", "tonnes_per_person": value, "level": "basic", "target_year": 2050,
            "standing": "adopted", "source": {"title": "A test"}, "reason": "a test"});
        service.record("/v1/cities/us-here/targets/level", &body).json()
    };
    for (sent, recorded) in [(json!(2), json!(2)), (json!(-0.5), json!(-0.5)), (json!(1.234_567_8), json!(1.234_568))] {
        let answer = level(sent);
        assert_eq!((&answer["tonnes_per_person"], answer.get("tonnes")), (&recorded, None));
    }
}

#[test]
fn numbers_are_recorded_to_the_kilogram() {
    let service = service();
    for (year, sent, recorded) in [
        (2000, "1000.0004", "1000"),
        (2001, "1000.0006", "1000.001"),
        (2002, "0.0004", "0"),
        (2003, "21049331.123", "21049331.123"),
        (2004, "1e12", "1000000000000"),
        (2005, "999999999999.999", "999999999999.999"),
        (2006, "0.1", "0.1"),
        (2007, "-0.0", "0"),
        (2008, "190.0", "190"),
    ] {
        let mut body = inventory(1.0);
        body["totals"]["basic"] = serde_json::from_str(sent).unwrap();
        let answer = service.record(&format!("/v1/cities/us-here/reports/{year}"), &body);
        assert!(answer.text.contains(&format!("\"totals\":{{\"basic\":{recorded}}}")), "{sent}: {}", answer.text);
    }
    let mut whole = baseline(1990, 1000.0);
    whole["year"] = json!(1990.0);
    whole["population"] = json!(190.0);
    whole["reason"] = json!("a test");
    let answer = service.record(BASELINE, &whole).json();
    assert_eq!((&answer["year"], &answer["population"]), (&json!(1990), &json!(190)));
    let mut pledge = target("1990", 50.0, 2030);
    pledge["target_year"] = json!(2030.0);
    pledge["milestones"] =
        json!([{"year": 2020.0, "reduction_percent": 33.333_333_3}, {"year": 2010, "tonnes": 900.0}]);
    let answer = service.record(TARGET, &pledge).json();
    assert_eq!(answer["target_year"], json!(2030));
    assert_eq!(
        answer["milestones"],
        json!([{"year": 2010, "tonnes": 900}, {"year": 2020, "reduction_percent": 33.333_333}])
    );
}

#[test]
fn texts_are_tidied_and_defaults_stated() {
    let service = service();
    let answer = service
        .record(
            "/v1/cities/ca-new",
            &json!({"name": " \u{a0}Québec ", "country": "CA", "locode": "CAQUE",
        "latitude": 46.813_88, "longitude": -71, "identifiers": {"cdp": " 31182 "}}),
        )
        .json();
    assert_eq!(answer["name"], "Québec");
    assert_eq!(answer["locode"], "CA QUE");
    assert_eq!(answer["boundary"], "community");
    assert_eq!((&answer["latitude"], &answer["longitude"]), (&json!(46.8139), &json!(-71)));
    assert_eq!(answer["identifiers"], json!({"cdp": "31182"}));
    for absent in ["region", "part_of", "website", "reason"] {
        assert!(answer.get(absent).is_none(), "{absent}");
    }
    // The longest that is allowed, counted in characters.
    let mut body = inventory(1.0);
    body["note"] = long(2000);
    body["source"] = json!({"title": long(200), "url": format!("https://{}", "a".repeat(1992)), "locator": long(2000),
        "publisher": long(200), "licence": long(200), "published": "2026-11-23"});
    assert_eq!(service.record(REPORT, &body).json()["source"], body["source"]);
    let mut other = city("Ra\u{308}ume 🌍");
    other["identifiers"] = (0..20).map(|number| (format!("n{number}"), json!("1"))).collect();
    assert_eq!(service.record("/v1/cities/us-odd", &other).json()["name"], other["name"]);
    for unseen in ["\u{200b}", "Turned \u{202e}round", "\u{feff}Marked", "Two\u{2028}lines"] {
        let answer = service.put("/v1/cities/us-unseen", &service.admin, &city(unseen));
        assert_eq!(faults(&answer), ["/name control_character"], "{unseen:?}");
    }
}

/// A ring of cities or targets that name each other has no first and no last.
#[test]
fn nothing_is_part_of_itself() {
    let service = service();
    let part_of = |whole: &str| json!({"name": "Somewhere", "country": "US", "part_of": whole, "reason": "a test"});
    service.record("/v1/cities/us-part", &part_of("us-here"));
    service.record("/v1/cities/us-part-of-part", &part_of("us-part"));
    let from = |earlier: &str| {
        json!({"name": "Somewhere", "country": "US", "reason": "a test",
            "predecessors": [{"city": earlier, "on": "2007-01-01", "source": {"title": "A test"}}]})
    };
    service.record("/v1/cities/us-later", &from("us-here"));
    service.record("/v1/cities/us-latest", &from("us-later"));
    for earlier in ["us-here", "us-later", "us-latest"] {
        let answer = service.put(CITY, &service.admin, &from(earlier));
        assert_eq!(faults(&answer), ["/predecessors/0/city own_predecessor"], "{earlier}");
    }
    for whole in ["us-here", "us-part", "us-part-of-part"] {
        assert_eq!(faults(&service.put(CITY, &service.admin, &part_of(whole))), ["/part_of own_part"], "{whole}");
    }
    let superseded_by = |successor: Option<&str>| {
        let mut body = target("1990", 50.0, 2030);
        body["standing"] = json!("superseded");
        body["reason"] = json!("a test");
        body.as_object_mut().unwrap().extend(successor.map(|id| ("superseded_by".to_owned(), json!(id))));
        body
    };
    service.record(TARGET, &superseded_by(None));
    service.record("/v1/cities/us-here/targets/one", &superseded_by(Some("2030-half")));
    service.record("/v1/cities/us-here/targets/two", &superseded_by(Some("one")));
    for successor in ["2030-half", "one", "two"] {
        let answer = service.put(TARGET, &service.admin, &superseded_by(Some(successor)));
        assert_eq!(faults(&answer), ["/superseded_by own_successor"], "{successor}");
    }
}

/// The most lines, and the most bytes.
#[test]
fn the_largest_record_is_taken() {
    let service = service();
    let gases = ["co2", "ch4", "n2o", "sf6", "nf3", "hfc_134a", "cf4"];
    let lines: Vec<Value> = [&BASIC[..], &PLUS[..]]
        .concat()
        .iter()
        .flat_map(|reference| gases.map(|gas| json!({"ref": reference, "gas": gas, "gas_tonnes": 1})))
        .collect();
    assert_eq!(lines.len(), 336);
    let answer = service.record(REPORT, &of_lines(&lines)).json();
    assert_eq!(answer["lines"].as_array().unwrap().len(), 336);
    let each: f64 = [1.0, 28.0, 265.0, 23_500.0, 16_100.0, 1_300.0, 6_630.0].iter().sum();
    assert_eq!(answer["computed_totals"], json!({"basic": 32 * each as i64, "basic_plus": 48 * each as i64}));
    let small = inventory(1.0).to_string();
    let full = |bytes: usize| format!("{small}{}", " ".repeat(bytes - small.len()));
    let put = |path: &str, body: String| {
        let typed = ("content-type", "application/json; charset=utf-8");
        send(service.request("PUT", path).bearer_auth(&service.admin).header(typed.0, typed.1).body(body))
    };
    assert_eq!(put("/v1/cities/us-here/reports/2012", full(64 * 1024)).status, 201);
    put("/v1/cities/us-here/reports/2013", full(64 * 1024 + 1)).assert_problem(413, "body_too_large");
}

/// An at sign has its place in a path or a query.
#[test]
fn addresses_may_have_an_at_sign_behind_the_host() {
    let service = service();
    for (year, url) in
        [(2011, "https://a.example/@city"), (2012, "https://a.example?by=me@a.example"), (2013, "https://a.example#@")]
    {
        let mut report = inventory(1.0);
        report["source"]["url"] = json!(url);
        service.record(&format!("{CITY}/reports/{year}"), &report);
    }
}

/// What an earlier version took is read as it was recorded.
#[test]
fn addresses_with_credentials_that_are_recorded_are_still_served() {
    let database = crate::store::old_database::old_database();
    let url = "https://city.example/inventory.pdf";
    // The hashes of the chain are made anew, as that version would have made them.
    let with_password = url.replace("city.example", "me:pw@city.example");
    crate::store::old_database::rewrite(&database, url, &with_password);
    let service = Service::on(database, &[]);
    assert_eq!(service.json("/v1/cities/here/reports/2020")["source"]["url"], with_password);
    crate::support::printed(&service.verify());
}
