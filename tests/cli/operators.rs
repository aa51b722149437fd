//! What operators see: counters, the id of a request, the log, and the alerts that the guide offers.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Database, Service, city, eventually, inventory, printed, program, run, send, start};

fn metrics(service: &Service) -> String {
    let answer = reqwest::blocking::get(format!("{}/metrics", service.operators)).unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    answer.text().unwrap()
}

/// The value of a series.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().unwrap()
}

#[test]
fn requests_refusals_and_commits_are_counted() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/reports/2020", &inventory(1.0));
    service.get("/v1/cities/nowhere").assert_problem(404, "not_found");
    let text = metrics(&service);
    assert!(text.ends_with("# EOF\n"));
    assert_eq!(value(&text, "pledgewatch_http_requests_total{method=\"PUT\",status=\"201\"}"), 2.0);
    assert_eq!(value(&text, "pledgewatch_refusals_total{code=\"not_found\"}"), 1.0);
    assert_eq!(value(&text, "pledgewatch_sequence"), 2.0);
    assert_eq!(value(&text, "pledgewatch_cities"), 1.0);
    assert_eq!(value(&text, "pledgewatch_database_up"), 1.0);
    assert_eq!(value(&text, "pledgewatch_writer_up"), 1.0);
    assert!(value(&text, "pledgewatch_commit_duration_seconds_count") >= 2.0);
    service.get("/metrics").assert_problem(404, "not_found");
}

#[test]
fn every_series_that_an_alert_names_is_there() {
    let service = Service::start();
    service.get("/v1/cities/nowhere");
    let (text, guide) = (metrics(&service), include_str!("../../src/web/guide/when-something-is-wrong.md"));
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let named: BTreeSet<&str> =
        guide.split(|letter: char| !is_of_name(letter)).filter(|word| word.starts_with("pledgewatch_")).collect();
    assert!(named.len() > 6, "{named:?}");
    for name in named {
        assert!(text.lines().any(|line| line.starts_with(name)), "the guide's {name} is not in\n{text}");
    }
}

#[test]
fn a_request_is_known_by_its_id() {
    let service = Service::start();
    let given = send(service.request("GET", "/v1/cities").header("x-request-id", "from-a.proxy_1"));
    assert_eq!(given.header("x-request-id"), "from-a.proxy_1");
    for bad in ["with space", &"x".repeat(65), "quote\""] {
        let answer = send(service.request("GET", "/v1/cities").header("x-request-id", bad));
        assert_eq!(answer.header("x-request-id").len(), 32, "one of our own");
    }
    let refused = service.get("/v1/cities/nowhere");
    assert_eq!(refused.header("x-request-id").len(), 32);
    assert_ne!(refused.header("x-request-id"), service.get("/v1/cities").header("x-request-id"));
}

#[test]
fn the_log_says_who_wrote_what() {
    let service = Service::with(&["--log-format", "json"]);
    let key = service.post("/v1/keys", &service.admin, &json!({"label": "Ada", "role": "admin"})).json();
    let (id, secret) = (key["id"].as_str().unwrap(), key["secret"].as_str().unwrap());
    let put = service.request("PUT", "/v1/cities/here").bearer_auth(secret).header("x-request-id", "the-write");
    assert_eq!(send(put.json(&city("Here"))).status, 201);
    let line = || {
        let log = service.log();
        let mut lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
        lines.find(|line| line["from"] == "pledgewatch::writes" && line["request_id"] == "the-write")
    };
    eventually("the line of the write", || line().is_some());
    let line = line().unwrap();
    assert_eq!((&line["key_id"], &line["label"]), (&json!(id), &json!("Ada")));
    assert_eq!(
        (&line["method"], &line["target"], &line["status"]),
        (&json!("PUT"), &json!("/v1/cities/here"), &json!(201))
    );
    assert!(!service.log().contains(secret) && !service.log().contains(&service.admin));
}

#[test]
fn no_key_gets_into_the_log_however_a_request_brings_it() {
    for format in ["text", "json"] {
        let database = Database::new();
        let create = ["keys", "create", "--database", &database.url, "--role", "admin", "--label", "the tests"];
        let secret = printed(&run(&create));
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new(program());
        command.args(["serve", "--database", &database.url, "--log-format", format]);
        command.args(["--listen", "127.0.0.1:0", "--operators", "127.0.0.1:0"]).env("RUST_LOG", "trace");
        let (mut child, url, _) = start(command, &log);
        let client = reqwest::blocking::Client::new();
        let escaped = secret.replace('_', "%5F");
        for path in [
            format!("/v1/keys?access_token={secret}"),
            format!("/v1/cities/{secret}"),
            format!("/v1/cities/here/reports?q={escaped}&{secret}={secret}"),
        ] {
            let request = client.get(format!("{url}{path}")).bearer_auth(&secret).header("x-request-id", &secret);
            let answer = request.send().unwrap();
            assert_eq!(answer.headers()["x-request-id"].len(), 32, "a key is no id");
        }
        let put = |path: &str, body: Value| client.put(format!("{url}{path}")).bearer_auth(&secret).json(&body).send();
        put("/v1/cities/here", city("Here")).unwrap();
        put("/v1/cities/here/reports/2020", inventory(1.0)).unwrap();
        let withdraw = client.delete(format!("{url}/v1/cities/here/reports/2020?reason={secret}")).bearer_auth(&secret);
        assert_eq!(withdraw.send().unwrap().status(), 204);
        let text = || std::fs::read_to_string(log.path()).unwrap();
        eventually("the line of the last write", || {
            text().contains("DELETE /v1/cities/here/reports/2020?reason=pwk_***")
        });
        child.kill().unwrap();
        child.wait().unwrap();
        let text = text();
        assert!(text.contains("/v1/keys?access_token=pwk_***") && text.contains("/v1/cities/pwk_***"), "{text}");
        let rest = secret.strip_prefix("pwk_").unwrap();
        let line = text.lines().find(|line| line.contains(rest));
        assert_eq!(line, None);
    }
}

#[test]
fn a_full_disk_is_told_as_such() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let (full, free) = if service.database.url.starts_with("sqlite:") {
        let told = "SELECT RAISE(ABORT, 'database or disk is full')";
        (format!("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN {told}; END"), "DROP TRIGGER full")
    } else {
        let told = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'";
        let function = format!("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {told}; END $$");
        let trigger = "CREATE TRIGGER no_room BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION no_room()";
        (format!("{function}; {trigger}"), "DROP TRIGGER no_room ON changes")
    };
    service.database.execute(&full);
    eventually("the full disk being told", || {
        let put = service.put("/v1/cities/here/reports/2020", &service.admin, &inventory(1.0));
        put.assert_problem(503, "unavailable");
        let ready = service.json("/health/ready");
        ready["parts"]["database"]["detail"]
            .as_str()
            .is_some_and(|told| told.contains("the disk of the database is full"))
    });
    service.database.execute(free);
    eventually("a write with room", || {
        service.put("/v1/cities/here/reports/2020", &service.admin, &inventory(1.0)).status == 201
    });
}
