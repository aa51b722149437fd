//! What a record may be: every fault is listed with its place, and what is taken is recorded exactly.

mod cities;
mod inventories;
mod lines;
mod recorded_form;
mod targets;
mod warnings;

use serde_json::{Value, json};

use crate::support::{Service, baseline, city, faults, target};

const CITY: &str = "/v1/cities/us-here";
const BASELINE: &str = "/v1/cities/us-here/baselines/1990";
const TARGET: &str = "/v1/cities/us-here/targets/2030-half";
const REPORT: &str = "/v1/cities/us-here/reports/2010";

/// A change of a valid body: where, what is put there, and the faults of it as `pointer code`.
type Case = (&'static str, Value, &'static [&'static str]);

/// A service with a city and its baseline of 1990.
pub fn service() -> Service {
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

/// A total that another source states.
fn stated(level: &str, tonnes: Value) -> Value {
    json!({"level": level, "tonnes": tonnes, "source": {"title": "Another"}})
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

fn of_lines(lines: &[Value]) -> Value {
    json!({"lines": lines, "gwp": "ar5", "protocol": "gpc", "source": {"title": "A test"}})
}

fn each(references: &[&str], tonnes: f64) -> Vec<Value> {
    references.iter().map(|reference| json!({"ref": reference, "tonnes": tonnes})).collect()
}
