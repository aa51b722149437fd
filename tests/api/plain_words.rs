//! Refusals are in words of our own: what parsers and libraries say is for programmers.

use serde_json::{Value, json};

use crate::support::{Answer, Service, faults, send};

/// What parsers and libraries say.
const OF_PARSERS: &[&str] = &[
    "invalid type",
    "invalid value",
    "invalid length",
    "invalid digit",
    "unknown variant",
    "unknown field",
    "missing field",
    "duplicate field",
    "expected",
    "trailing characters",
    "trailing input",
    "premature end",
    "EOF while",
    "recursion limit",
    "deserialize",
    "Deserialize",
    "untagged enum",
    "ParseError",
    "ParseIntError",
    "cannot parse",
    "control character (",
    "payload",
    "Payload",
    "Multipart",
    "boundary",
    "CSV error",
    "ZipError",
    "Io(",
    "Err(",
    "Some(",
    "serde",
    "utf-8 sequence",
];

/// Checks that an answer refuses in our own words; returns them.
fn assert_plain(answer: &Answer, what: &str) -> Value {
    assert!(answer.status.is_client_error(), "{what}: {} {}", answer.status, answer.text);
    let problem = answer.json();
    let mut told = vec![problem["detail"].as_str().unwrap().to_owned(), problem["title"].as_str().unwrap().to_owned()];
    let errors = problem["errors"].as_array().into_iter().flatten();
    told.extend(errors.map(|fault| fault["detail"].as_str().unwrap().to_owned()));
    for words in told {
        let found: Vec<&&str> = OF_PARSERS.iter().filter(|phrase| words.contains(**phrase)).collect();
        assert!(found.is_empty() && !words.is_empty(), "{what}: {found:?} in {words:?}");
    }
    problem
}

/// Values of every kind.
fn kinds() -> [Value; 7] {
    [json!(null), json!(true), json!(12.5), json!(-3), json!("?!"), json!([]), json!({"a": 1})]
}

/// The places of all members and elements within a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, part)| (name.clone(), part)).collect(),
        Value::Array(parts) => parts.iter().enumerate().map(|(at, part)| (at.to_string(), part)).collect(),
        _ => return,
    };
    for (name, part) in children {
        let place = format!("{at}/{name}");
        places(part, &place, found);
        found.push(place);
    }
}

/// The bodies of records, each with many members.
fn bodies() -> Vec<(&'static str, Value)> {
    let source = json!({"title": "A", "url": "https://a.org/", "publisher": "B", "published": "2020-01-02", "licence": "C",
        "locator": "D"});
    let report = json!({"totals": {"basic": 5}, "population": 7, "protocol": "gpc", "gases": ["co2"], "gwp": "ar5",
        "period": {"start": "2022-01-01", "end": "2022-12-31"}, "lines": [{"ref": "I.1.1", "tonnes": 5}],
        "also_stated": [{"level": "basic", "tonnes": 6, "source": source}], "weather_normalised": true,
        "verification": {"level": "self", "by": "E"}, "uncertainty_percent": 3, "source": source, "note": "F"});
    let target = json!({"kind": "base_year", "title": "A", "level": "basic", "baseline": "1990", "reduction_percent": 50,
        "target_year": 2040, "milestones": [{"year": 2030, "tonnes": 3}], "standing": "adopted", "set_on": "2019-12-31",
        "conditional": false, "max_offset_percent": 5, "source": source});
    vec![
        (
            "/v1/cities/xx-new",
            json!({"name": "A", "country": "FR", "identifiers": {"cdp": "1"}, "latitude": 1.5,
            "longitude": 2.5, "boundary": "community", "website": "https://a.org/",
            "predecessors": [{"city": "us-los-angeles", "on": "2001-01-01", "source": source}]}),
        ),
        ("/v1/cities/us-los-angeles/reports/2022", report),
        ("/v1/cities/us-los-angeles/targets/new", target),
        ("/v1/cities/us-los-angeles/statement", json!({"text": "A", "target": "2025-half"})),
        ("/v1/networks/new", json!({"name": "A", "website": "https://a.org/", "source": source})),
        ("/v1/networks/c40/members/us-los-angeles", json!({"joined_on": "2001-01-01", "source": source})),
    ]
}

#[test]
fn a_member_of_the_wrong_kind_is_refused_in_plain_words_with_its_place() {
    let service = Service::with(&["--demo"]);
    let mut refused = 0;
    for (path, body) in bodies() {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            for value in kinds() {
                let mut wrong = body.clone();
                *wrong.pointer_mut(&place).unwrap() = value.clone();
                let answer = service.put(path, &service.admin, &wrong);
                // A text may say anything, a number may be any; a record that is changed needs a reason.
                if answer.status.is_success() || answer.json()["code"] == "reason_required" {
                    continue;
                }
                let what = format!("{path} {place} = {value}");
                assert_plain(&answer, &what);
                // Some faults are of the whole, such as a target without what it is measured from.
                let near = |fault: &String| place.starts_with(fault.split(' ').next().unwrap());
                let is_within = |fault: &String| fault.starts_with(&place);
                assert!(faults(&answer).iter().any(|fault| near(fault) || is_within(fault)), "{what}: {}", answer.text);
                refused += 1;
            }
        }
        for whole in kinds() {
            assert_plain(&service.put(path, &service.admin, &whole), &format!("{path} = {whole}"));
        }
    }
    assert!(refused > 400, "{refused}");
}

#[test]
fn what_is_not_json_is_refused_in_plain_words_with_its_place() {
    let service = Service::with(&["--demo"]);
    let path = "/v1/cities/xx-new";
    let deep = "[".repeat(1000);
    for body in [
        "",
        " ",
        "{",
        "{\"name\"",
        "{\"name\": }",
        "{\"name\": tru}",
        "[1,]",
        "{} x",
        "\"\u{1}\"",
        "1e999",
        "NaN",
        &deep,
    ] {
        let send = |method: &str, path: &str, kind: &str| {
            let request = service.request(method, path).bearer_auth(&service.admin).header("Content-Type", kind);
            send(request.body(body.to_owned()))
        };
        let problem = assert_plain(&send("PUT", path, "application/json"), body);
        assert_eq!(problem["code"], "malformed_json", "{body}");
        assert!(problem["detail"].as_str().unwrap().contains("line "), "{problem}");
        for (kind, import) in [
            ("application/json", "/v1/cities/us-los-angeles/reports:import"),
            ("text/csv", "/v1/cities/us-los-angeles/reports:import"),
            ("multipart/form-data; boundary=x", "/v1/cities/us-los-angeles/reports:import"),
            ("multipart/form-data", "/v1/cities/us-los-angeles/reports:import"),
            (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "/v1/cities/us-los-angeles/reports:import",
            ),
        ] {
            assert_plain(&send("POST", import, kind), &format!("{kind}: {body}"));
        }
    }
    let twice = service.request("PUT", path).bearer_auth(&service.admin).header("Content-Type", "application/json");
    let problem = assert_plain(&send(twice.body(r#"{"name": "A", "name": "B"}"#)), "twice");
    assert!(problem["detail"].as_str().unwrap().contains("`name` stands twice"), "{problem}");
}

#[test]
fn queries_and_headers_are_refused_in_plain_words() {
    let service = Service::with(&["--demo"]);
    for address in [
        "/v1/cities?limit=x",
        "/v1/cities?limit=",
        "/v1/cities?level=x",
        "/v1/cities?verdict=x",
        "/v1/cities?is_headline=x",
        "/v1/cities?x=1",
        "/v1/cities?limit=1&limit=2",
        "/v1/cities?cursor=zz",
        "/v1/cities/us-los-angeles?x=1",
        "/v1/cities/us-los-angeles/status?as_of=yesterday",
        "/v1/cities/us-los-angeles/reports/soon",
        "/v1/networks/c40/progress?year=soon",
        "/submit?x=1",
    ] {
        assert_plain(&service.get(address), address);
    }
    for (name, value) in [("If-Match", "x"), ("If-None-Match", "y"), ("Idempotency-Key", "ü")] {
        let request = service.request("PUT", "/v1/cities/xx-new").bearer_auth(&service.admin).header(name, value);
        assert_plain(&send(request.json(&json!({"name": "A", "country": "FR"}))), name);
    }
}
