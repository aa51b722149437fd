//! A body that has to go: taken out everywhere at once, visibly, with the chain whole.

use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::assert_refused;
use crate::support::{Listener, Service, TODAY, city, eventually, inventory, printed, run};

/// What must not be found any more.
const SECRET: &str = "Zaphod Beeblebrox";

fn redact(service: &Service, sequence: i64) -> Output {
    let sequence = sequence.to_string();
    let reason = ["--reason", "A court order, 4 O 2/26", "--label", "The registrar", "--today", TODAY];
    run(&[&["redact", "--database", &service.database.url, &sequence], &reason[..]].concat())
}

fn with_note(tonnes: f64, note: &str) -> Value {
    let mut body = inventory(tonnes);
    body["note"] = note.into();
    body["reason"] = format!("As {note} has it").into();
    body
}

/// Entry 2 names someone; 3 restates without; 5 to 7 are a network's, of which 5 and 7 name someone.
fn named() -> Service {
    let service = Service::start();
    let source = json!({"title": "A test"});
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/reports/2020", &with_note(900.0, SECRET));
    service.record("/v1/cities/here/reports/2020", &with_note(800.0, "Nobody"));
    service.record("/v1/cities/here/reports/2021", &inventory(700.0));
    service.record("/v1/networks/c40", &json!({"name": SECRET, "source": source}));
    service.record("/v1/networks/c40", &json!({"name": "C40", "source": source, "reason": "A slip"}));
    let why = format!("/v1/networks/c40?reason={}", SECRET.replace(' ', "+"));
    assert_eq!(service.delete(&why, &service.admin).status, 204);
    service
}

/// Addresses whose answers hold what entry 2 said, before it is redacted.
const PATHS: [&str; 7] = [
    "/v1/changes?limit=500",
    "/v1/changes.csv?limit=500",
    "/v1/cities/here/changes?limit=500",
    "/v1/export/changes.ndjson",
    "/v1/export/changes.csv",
    "/v1/changes?after=1&limit=1",
    "/v1/changes?after=2&limit=1",
];

#[test]
fn a_redacted_body_is_gone_at_once_on_every_node() {
    let service = named();
    let node = service.second_node();
    // The latest changes are kept in memory for those who listen.
    let mut listener = Listener::open(service.request("GET", "/v1/changes/stream"));
    service.record("/v1/cities/here/reports/2020", &with_note(850.0, SECRET));
    assert_eq!(listener.next().unwrap().0, 8);
    service.record("/v1/cities/here/reports/2020", &with_note(840.0, "Nobody"));
    for path in PATHS {
        assert!(service.get(path).text.contains(SECRET) && node.get(path).text.contains(SECRET), "{path}");
    }
    for sequence in [2, 8, 5, 7] {
        let told = printed(&redact(&service, sequence));
        assert!(told.contains(&format!("the body of entry {sequence} is removed; entry 1")), "{told}");
    }
    let begin = Instant::now();
    eventually("the redactions being known", || {
        service.json("/health/ready")["sequence"] == 13 && node.get("/health/ready").json()["sequence"] == 13
    });
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
    let asked = PATHS.into_iter().chain(["/v1/cities/here/status?sequence=2", "/v1/cities/here/reports"]);
    for path in asked {
        let answers = [service.get(path), node.get(path)];
        for answer in answers {
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert!(!answer.text.contains(SECRET), "{path}: {}", answer.text);
        }
    }
    let mut again = Listener::open(service.request("GET", "/v1/changes/stream?after=1"));
    let events = again.until(13);
    assert!(events.iter().all(|(_, data)| !format!("{data:?}").contains(SECRET)));
    assert_eq!(service.json("/v1/cities/here/reports/2020")["totals"]["basic"], 840);
}

#[test]
fn a_redaction_is_told_with_who_did_it_when_and_why() {
    let service = named();
    let before = service.entries();
    printed(&redact(&service, 2));
    eventually("the redaction being known", || service.json("/health/ready")["sequence"] == 8);
    let entries = service.entries();
    let (redacted, redaction) = (&entries[1], &entries[7]);
    assert_eq!((&redacted["redacted"], &redacted["redaction"]), (&json!(true), &json!(8)));
    assert!(redacted.get("after").is_none() && redacted.get("reason").is_none());
    assert_eq!(redacted["hash"], before[1]["hash"]);
    assert_eq!(entries[2].get("before"), None, "it is shown nowhere else");
    let told = ["kind", "city", "id", "actor", "reason", "action"].map(|member| redaction[member].as_str().unwrap());
    assert_eq!(told, ["redaction", "here", "2", "The registrar", "A court order, 4 O 2/26", "create"]);
    let what = json!({"sequence": 2, "record_kind": "report", "record_id": "2020", "record_revision": 1});
    assert_eq!(redaction["after"], what);
    let of_city = service.json("/v1/cities/here/changes?limit=500");
    assert_eq!((&of_city["total"], &of_city["items"][4]["kind"]), (&json!(5), &json!("redaction")));
    let verified = printed(&service.verify());
    assert!(verified.ends_with("; redacted bodies: 1"), "{verified}");
    // Whoever starts later sees the same.
    let service = service.restart_with(&[]);
    assert_eq!(service.entries(), entries);
    assert_eq!(service.json("/health/ready")["status"], "up");
    service.record("/v1/cities/here/reports/2022", &inventory(1.0));
    printed(&service.verify());
}

#[test]
fn a_redacted_body_is_in_no_table_and_in_no_file() {
    let mut service = named();
    service.record("/v1/networks/c40", &json!({"name": "C40", "source": {"title": "A test"}, "reason": "Back"}));
    let body = json!({"note": SECRET}).to_string();
    let hash = "0".repeat(64);
    service.database.execute(&format!(
        "INSERT INTO confirmations (kind, city, id, since, body, body_hash) \
         VALUES ('report', 'here', '2020', '2024-05-06', '{body}', '{hash}')"
    ));
    for sequence in [2, 5, 7] {
        let output = redact(&service, sequence);
        printed(&output);
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for table in ["changes", "records", "confirmations"] {
        assert!(!format!("{:?}", service.database.rows(table)).contains(SECRET), "{table}");
    }
    let Some(file) = service.database.url.strip_prefix("sqlite:") else { return };
    let holds = |ending: &str| {
        let content = std::fs::read(format!("{file}{ending}")).unwrap_or_default();
        content.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
    };
    assert!(!holds("") && !holds("-wal"));
    // Nor once the service has written on and ended.
    service.record("/v1/cities/here/reports/2023", &inventory(1.0));
    assert!(!holds("") && !holds("-wal"));
    service.kill();
}

#[test]
fn what_is_recorded_now_is_not_redacted() {
    let service = named();
    assert_refused(
        &redact(&service, 3),
        "entry 3 holds the current state of the report here 2020: withdraw the record or restate",
    );
    assert_refused(&redact(&service, 99), "there is no entry 99");
    printed(&redact(&service, 2));
    assert_refused(&redact(&service, 2), "entry 2 is already redacted");
    assert_refused(&redact(&service, 8), "entry 8 is itself a redaction");
    let empty = ["redact", "--database", &service.database.url, "6", "--reason", ""];
    assert_refused(&run(&empty), "a reason has 1 to 2,000 characters");
    assert_eq!(service.delete("/v1/cities/here/reports/2020?reason=Wrong", &service.admin).status, 204);
    printed(&redact(&service, 3));
    printed(&service.verify());
}

#[test]
fn a_damaged_entry_is_not_hidden_by_a_redaction() {
    let service = named();
    service.database.execute("UPDATE changes SET body = replace(body, 'Zaphod', 'Arthur') WHERE sequence = 2");
    assert_refused(&redact(&service, 2), "entry 2 has a body that its body hash does not match");
}

#[test]
fn verify_tells_a_redaction_by_hand_and_one_that_was_undone() {
    let service = named();
    let entries = service.database.rows("changes");
    let body = entries.iter().find(|entry| entry["sequence"] == 2).unwrap()["body"].as_str().unwrap().to_owned();
    printed(&redact(&service, 2));
    service.database.execute("UPDATE changes SET body = NULL WHERE sequence = 5");
    let verified = printed(&service.verify());
    assert!(verified.ends_with("; redacted bodies: 2, without a redaction entry (removed by hand, or the entry was left out of a restore): those of 5"), "{verified}");
    // The body as it was: its hash still fits, and only the redaction says that it must not be there.
    service.database.execute(&format!("UPDATE changes SET body = '{body}' WHERE sequence = 2"));
    let output = service.verify();
    let listed = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && listed.contains("entry 2 is redacted, but still has its body"), "{listed}");
}

#[test]
fn a_backup_keeps_what_was_redacted_out() {
    let service = named();
    for sequence in [2, 5, 7] {
        printed(&redact(&service, sequence));
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("backup");
    let file = file.to_str().unwrap();
    printed(&run(&["backup", "--database", &service.database.url, file]));
    assert!(!std::fs::read_to_string(file).unwrap().contains(SECRET));
    let database = crate::support::Database::new();
    printed(&run(&["restore", "--database", &database.url, file]));
    let verified = printed(&run(&["verify", "--database", &database.url]));
    assert!(verified.ends_with("; redacted bodies: 3"), "{verified}");
}
