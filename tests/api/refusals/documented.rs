//! Every documented refusal happens and no other, also where too much is asked.

use std::collections::BTreeSet;
use std::io::Read;

use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{Service, baseline, city, send};

use super::addresses::ROWS;
use super::{Operation, World, check};

/// What cannot be provoked here: the first two are tested where the database is taken away and where a
/// body is sent slowly, the third takes a withdrawal in the same instant.
const TESTED_ELSEWHERE: &[(&str, u16)] = &[("*", 503), ("*", 408), ("putCity", 410)];

/// A request, and how it is to be refused.
struct Refusal {
    operation: String,
    status: u16,
    code: &'static str,
    request: RequestBuilder,
}

/// What is refused at the addresses of the table, whoever asks.
fn by_address(world: &World) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for row in ROWS {
        let operation = world.operation(row.operation);
        let mut refuse = |status, code, request| {
            refusals.push(Refusal { operation: operation.id.clone(), status, code, request });
        };
        for path in row.missing {
            refuse(404, "not_found", world.whole(operation, path));
        }
        for path in row.gone {
            refuse(410, "gone", world.whole(operation, path));
        }
        refuse(400, "invalid_query", world.keyed(operation, &format!("{}?nonsense=1", row.here)));
        if operation.id == "streamChanges" {
            refuse(400, "invalid_query", world.bare(operation, &format!("{}?city=Not-an-id", row.here)));
            for after in ["", "-1", "many", "9007199254740992", "1&after=2"] {
                refuse(400, "invalid_query", world.bare(operation, &format!("{}?after={after}", row.here)));
            }
            for id in ["", "-1", "+1", "1.0", "many", "\u{e9}", "9007199254740992", "1, 2"] {
                refuse(400, "invalid_header", world.bare(operation, row.here).header("last-event-id", id));
            }
            let twice = world.bare(operation, row.here).header("last-event-id", "1").header("last-event-id", "2");
            refuse(400, "invalid_header", twice);
        }
        if operation.secured {
            let key = |scheme, secret: &str| {
                world.bare(operation, row.here).header("authorization", format!("{scheme} {secret}"))
            };
            let admin = &world.service.admin;
            refuse(401, "unauthorized", world.bare(operation, row.here));
            refuse(401, "unauthorized", key("Basic", admin));
            refuse(401, "unauthorized", key("Bearer", ""));
            refuse(401, "unauthorized", key("Bearer", "pwk_unknown"));
            refuse(401, "unauthorized", key("Bearer", &world.revoked.0));
            refuse(403, "forbidden", key("Bearer", &world.stranger));
        }
        if operation.conditional {
            let with = |name, value: &str| world.whole(operation, row.here).header(name, value);
            refuse(400, "invalid_header", with("if-match", "no-quotation-marks"));
            refuse(400, "invalid_header", with("if-none-match", "\"a-tag\""));
            refuse(412, "precondition_failed", with("if-match", "*").header("if-none-match", "*"));
            refuse(412, "precondition_failed", with("if-match", "\"stale\""));
            if operation.method == "PUT" {
                refuse(412, "precondition_failed", with("if-none-match", "*"));
            }
        }
        if let Some(body) = &operation.body {
            let typed = |media_type: &str| world.keyed(operation, row.here).header("content-type", media_type);
            let json = || typed("application/json");
            for broken in ["", "{", "{\"name\": NaN}", "{\"population\": 1e400}", "{} {}"] {
                refuse(400, "malformed_json", json().body(broken));
            }
            // Files are written by programs that begin them with a byte order mark.
            if operation.id != "importReports" {
                refuse(400, "malformed_json", json().body("\u{feff}{}"));
            }
            refuse(400, "malformed_json", json().body(vec![b'"', 0xff, b'"']));
            refuse(400, "malformed_json", json().body(r#"{"source": {"title": "one", "title": "two"}}"#));
            let most = if operation.id == "importReports" { 5 * 1024 * 1024 } else { 64 * 1024 };
            refuse(413, "body_too_large", json().body(" ".repeat(most + 1)));
            let unsized_body = reqwest::blocking::Body::new(std::io::repeat(b' ').take(most as u64 + 1));
            refuse(413, "body_too_large", json().body(unsized_body));
            refuse(415, "unsupported_media_type", world.keyed(operation, row.here).body(body.to_string()));
            refuse(415, "unsupported_media_type", typed("text/plain").body(body.to_string()));
            refuse(415, "unsupported_media_type", json().header("content-encoding", "gzip").body(body.to_string()));
            refuse(422, "invalid_input", json().body("[]"));
        }
    }
    refusals
}

/// What is refused for its query or its body by some operations only: status, code, operation, query, body.
fn by_content(world: &World) -> Vec<Refusal> {
    world.service.record("/v1/cities/us-los-angeles/targets/2030", &{
        let mut target = world.operation("putTarget").body.clone().unwrap();
        target["standing"] = json!("superseded");
        target["superseded_by"] = json!("2025-half");
        target
    });
    world.service.record("/v1/cities/us-part", &{
        let mut part = city("Part");
        part["part_of"] = json!("us-los-angeles");
        part["locode"] = json!("US PRT");
        part["identifiers"] = json!({"cdp": "1"});
        part
    });
    let nothing = Value::Null;
    let locode = json!({"name": "Los Angeles", "country": "US", "locode": "US PRT", "reason": "a test"});
    let identifier = json!({"name": "Los Angeles", "country": "US", "identifiers": {"cdp": "1"}, "reason": "a test"});
    let mut cases = vec![
        (409, "identifier_taken", "putCity", "", locode),
        (409, "identifier_taken", "putCity", "", identifier),
        (409, "in_use", "withdrawCity", "?reason=a+test", nothing.clone()),
        (409, "in_use", "withdrawBaseline", "?reason=a+test", nothing.clone()),
        (409, "in_use", "withdrawTarget", "?reason=a+test", nothing.clone()),
        (409, "in_use", "withdrawNetwork", "?reason=a+test", nothing.clone()),
        (400, "invalid_query", "listCities", "?country=us", nothing.clone()),
        (422, "invalid_input", "listCities", "?network=gone", nothing.clone()),
        (400, "invalid_query", "listCitiesCsv", "?country=ZZ", nothing.clone()),
        (422, "invalid_input", "mapCities", "?network=gone", nothing.clone()),
        (400, "invalid_query", "mapCities", "?limit=500", nothing.clone()),
        (400, "invalid_query", "exportCsv", "?limit=500", nothing.clone()),
        (422, "invalid_input", "compareCities", "&level=own", nothing.clone()),
        (422, "invalid_input", "compareCitiesCsv", "&level=own", nothing.clone()),
        (422, "invalid_input", "listStatus", "?population_min=5&population_max=4", nothing.clone()),
        (400, "invalid_query", "listCities", "?population_min=-1", nothing.clone()),
        (400, "invalid_query", "listCitiesCsv", "?population_max=-1", nothing.clone()),
        (400, "invalid_query", "listStatus", "?population_max=1000000001", nothing.clone()),
        (400, "invalid_query", "listRankings", "?population_min=-1&population_max=-1", nothing.clone()),
        (422, "invalid_input", "listRankings", "?by=per_person", nothing.clone()),
        (422, "invalid_input", "listRankings", "?by=per_person&level=own", nothing.clone()),
        (422, "invalid_input", "getProgress", "?level=own", nothing.clone()),
        (400, "invalid_query", "getProgress", "?year=1969", nothing.clone()),
        (422, "invalid_input", "getStatus", "?as_of=2026-11-24", nothing.clone()),
        (422, "invalid_input", "getSeries", "?sequence=1000000", nothing.clone()),
        (422, "invalid_input", "getSeriesCsv", "?method=0", nothing.clone()),
        (422, "import_refused", "importReports", "", json!([{"year": 2020}])),
        (422, "invalid_input", "rotateKey", "", json!({"overlap_hours": 721})),
        (400, "invalid_query", "revokeKey", "?reason=+", nothing.clone()),
        (
            412,
            "precondition_failed",
            "importReports",
            "?unchanged_since=0&reason=a+test",
            json!([{"year": 2020, "totals": {"basic": 1}, "source": {"title": "A test"}}]),
        ),
    ];
    for operation in &world.operations {
        if operation.has("reason_required") {
            match &operation.body {
                Some(body) => {
                    let mut changed = body.clone();
                    match operation.id.as_str() {
                        "putCity" => changed = json!({"name": "Another", "country": "US"}),
                        "putStatement" => changed = json!({"text": "Another"}),
                        _ => changed["source"]["title"] = json!("Another"),
                    }
                    cases.push((422, "reason_required", &operation.id, "", changed));
                }
                None => {
                    cases.push((422, "reason_required", &operation.id, "", nothing.clone()));
                    cases.push((400, "invalid_query", &operation.id, "?reason=+", nothing.clone()));
                    cases.push((400, "invalid_query", &operation.id, "?reason=a%0Atest", nothing.clone()));
                }
            }
        } else if operation.id.starts_with("list") {
            for query in ["?limit=0", "?limit=501", "?limit=many", "?limit=1&limit=2"] {
                cases.push((400, "invalid_query", &operation.id, query, nothing.clone()));
            }
            if !operation.path.contains("/changes") {
                cases.push((422, "invalid_input", &operation.id, "?cursor=0011223344", nothing.clone()));
                cases.push((400, "invalid_query", &operation.id, "?fields=colour", nothing.clone()));
            }
        }
    }
    let request = |(status, code, id, query, body): (u16, &'static str, &str, &str, Value)| {
        let operation = world.operation(id);
        let here = ROWS.iter().find(|row| row.operation == id).unwrap().here;
        let request = world.keyed(operation, &format!("{here}{query}"));
        let request = if body.is_null() { request } else { request.json(&body) };
        Refusal { operation: id.to_owned(), status, code, request }
    };
    let mut refusals: Vec<Refusal> = cases.into_iter().map(request).collect();
    refusals.extend(by_idempotency_key(world));
    refusals.extend(by_number(world));
    let keys = send(world.service.request("GET", "/v1/keys").bearer_auth(&world.service.admin)).json();
    let own = keys["items"].as_array().unwrap().iter().find(|key| key["role"] == "admin").unwrap();
    let path = format!("/v1/keys/{}", own["id"].as_str().unwrap());
    let request = world.keyed(world.operation("revokeKey"), &path);
    refusals.push(Refusal { operation: "revokeKey".to_owned(), status: 409, code: "in_use", request });
    refusals
}

/// What is refused where there are as many as there may be.
fn by_number(world: &World) -> Vec<Refusal> {
    world.service.record("/v1/cities/us-full", &city("Full"));
    let kinds = [("baselines", "putBaseline"), ("targets", "putTarget")];
    let fill = |(kind, id): (&str, &str)| {
        let operation = world.operation(id);
        let body = operation.body.clone().unwrap();
        for number in 0..100 {
            let id = if (kind, number) == ("baselines", 0) { "1990".to_owned() } else { format!("number-{number}") };
            world.service.record(&format!("/v1/cities/us-full/{kind}/{id}"), &body);
        }
        let request = world.whole(operation, &format!("/v1/cities/us-full/{kind}/one-more"));
        Refusal { operation: id.to_owned(), status: 422, code: "too_many_records", request }
    };
    kinds.into_iter().map(fill).collect()
}

/// What is refused for its `Idempotency-Key`.
fn by_idempotency_key(world: &World) -> Vec<Refusal> {
    let put = world.service.request("PUT", "/v1/cities/us-used").bearer_auth(&world.service.admin);
    assert_eq!(send(put.header("idempotency-key", "used").json(&city("Used"))).status, 201);
    let mut refusals = Vec::new();
    for operation in world.operations.iter().filter(|operation| operation.has("idempotency_key_reused")) {
        let here = ROWS.iter().find(|row| row.operation == operation.id).unwrap().here;
        let query = if operation.method == "DELETE" { "?reason=a+test" } else { "" };
        let report = json!([{"year": 2020, "totals": {"basic": 1}, "source": {"title": "A test"}}]);
        let body = if operation.id == "importReports" { Some(report) } else { operation.body.clone() };
        for (status, code, token) in [(422, "idempotency_key_reused", "used"), (400, "invalid_header", "with space")] {
            let request = world.keyed(operation, &format!("{here}{query}")).header("idempotency-key", token);
            let request = body.iter().fold(request, |request, body| request.json(body));
            refusals.push(Refusal { operation: operation.id.clone(), status, code, request });
        }
    }
    refusals
}

#[test]
fn every_documented_refusal_happens_and_no_other() {
    let world = World::new();
    let mut met = rate_limited(&world.operations);
    for Refusal { operation, status, code, request } in by_address(&world).into_iter().chain(by_content(&world)) {
        check(&operation, &send(request), status, code);
        met.insert((operation, status, code.to_owned()));
    }
    let elsewhere = |operation: &str, status: u16| {
        TESTED_ELSEWHERE.iter().any(|(id, code)| (*id == "*" || *id == operation) && *code == status)
    };
    let documented: BTreeSet<(String, u16, String)> = world
        .operations
        .iter()
        .flat_map(|operation| {
            operation.refusals.iter().map(|(status, code)| (operation.id.clone(), *status, code.clone()))
        })
        .filter(|(operation, status, _)| !elsewhere(operation, *status))
        .collect();
    let untested: Vec<_> = documented.difference(&met).collect();
    let undocumented: Vec<_> = met.difference(&documented).collect();
    assert!(untested.is_empty() && undocumented.is_empty(), "untested {untested:?}, undocumented {undocumented:?}");
    for (_, _, code) in &met {
        let page = world.service.get(&format!("/problems/{code}"));
        assert_eq!(page.status, 200, "{code}");
        assert!(page.header("content-type").starts_with("text/html"), "{code}");
        assert!(page.text.contains(code), "{code}");
    }
    assert_eq!(world.service.get("/problems/nonsense").status, 404);
}

/// Tries every operation of two services that take one request a minute.
fn rate_limited(operations: &[Operation]) -> BTreeSet<(String, u16, String)> {
    let mut met = BTreeSet::new();
    let slow_reads = Service::with(&["--reads-per-minute", "1"]);
    let slow_writes = Service::with(&["--writes-per-minute", "1"]);
    assert_eq!(slow_reads.get("/v1/cities").status, 200);
    assert_eq!(send(slow_writes.request("GET", "/v1/keys").bearer_auth(&slow_writes.admin)).status, 200);
    for operation in operations {
        let row = ROWS.iter().find(|row| row.operation == operation.id);
        let here = row.unwrap_or_else(|| panic!("{} has no test", operation.id)).here;
        if operation.path.starts_with("/health") {
            assert_eq!(slow_reads.get(here).status, 200, "health is never refused");
            continue;
        }
        let service = if operation.method == "GET" { &slow_reads } else { &slow_writes };
        let answer = send(service.request(&operation.method, here).bearer_auth(&service.admin));
        check(&operation.id, &answer, 429, "rate_limited");
        met.insert((operation.id.clone(), 429, "rate_limited".to_owned()));
    }
    let key = send(slow_writes.request("GET", "/v1/keys/nothing").bearer_auth(&slow_writes.admin));
    check("getKey", &key, 429, "rate_limited");
    met
}

#[test]
fn one_key_over_its_rate_does_not_stop_another() {
    let service = Service::with(&["--writes-per-minute", "2"]);
    let made = service.reporter(&["us-here"]);
    service.record("/v1/cities/us-here", &city("Here"));
    service.put("/v1/cities/us-here", &service.admin, &city("Here")).assert_problem(429, "rate_limited");
    let answer = service.put("/v1/cities/us-here/baselines/1990", &made, &baseline(1990, 10.0));
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(service.get("/v1/cities/us-here").status, 200);
}
