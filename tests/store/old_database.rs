//! A database that an earlier version made, with a table for each kind of record, is brought to this version.
//!
//! `old_database/sqlite.db` was made by that version: records of every kind, some restated, some withdrawn, a body
//! redacted. `old_database/rows.sql` holds the same for PostgreSQL.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pledgewatch::record::change::{GENESIS, sha256};
use pledgewatch::record::{Action, Change, Kind, Subject};
use pledgewatch::store::{LogRange, log};
use serde_json::{Value, json};

use crate::support::{Database, Service, inventory, printed, run};

/// The migrations of that version.
const MIGRATIONS: [&str; 3] =
    ["2026-11-23-000001_records", "2026-11-24-000001_statements", "2026-11-24-000002_networks"];

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn old_database() -> Database {
    let database = Database::new();
    if let Some(path) = database.url.strip_prefix("sqlite:") {
        std::fs::copy(file("tests/store/old_database/sqlite.db"), path).unwrap();
        return database;
    }
    let read = |path: &str| std::fs::read_to_string(file(path)).unwrap();
    database.execute(
        "CREATE TABLE __diesel_schema_migrations \
         (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    );
    for migration in MIGRATIONS {
        database.execute(&read(&format!("migrations/{migration}/up.sql")));
    }
    database.execute(&read("tests/store/old_database/rows.sql"));
    database
}

/// The log of a database, which need not be of this version.
fn entries(database: &Database) -> Vec<Change> {
    log::read(&mut database.connect(), &LogRange::default()).unwrap()
}

fn path(subject: &Subject) -> String {
    let (city, id, kind) = (subject.city_or_empty(), subject.id(), subject.kind());
    match kind {
        Kind::City => format!("/v1/cities/{id}"),
        Kind::Statement => format!("/v1/cities/{city}/statement"),
        Kind::Network => format!("/v1/networks/{id}"),
        Kind::Member => format!("/v1/networks/{id}/members/{city}"),
        Kind::Redaction => panic!("a redaction is no record"),
        Kind::Baseline | Kind::Target | Kind::Report => format!("/v1/cities/{city}/{kind}s/{id}"),
    }
}

/// Whether an answer, or a part of it, holds all that was recorded.
fn holds(answer: &Value, recorded: &Value) -> bool {
    match (answer, recorded) {
        (Value::Object(answer), Value::Object(recorded)) => {
            recorded.iter().all(|(name, value)| answer.get(name).is_some_and(|answer| holds(answer, value)))
        }
        (Value::Array(answer), Value::Array(recorded)) => {
            answer.len() == recorded.len() && answer.iter().zip(recorded).all(|(one, other)| holds(one, other))
        }
        (Value::Number(answer), Value::Number(recorded)) => answer.as_f64() == recorded.as_f64(),
        _ => answer == recorded,
    }
}

#[test]
fn an_old_database_serves_what_it_did() {
    let database = old_database();
    let log = entries(&database);
    let service = Service::on(database, &[]);
    assert_eq!(entries(&service.database), log);
    let served = service.entries();
    assert_eq!(served.len(), log.len());
    assert!(served.iter().zip(&log).all(|(served, entry)| served["hash"] == entry.hash));
    let verified = printed(&service.verify());
    let expected = "45 entries of 3 cities; the chain holds and every record agrees with the log; redacted bodies: 1, \
                    without a redaction entry (removed by hand, or the entry was left out of a restore): those of 2";
    assert!(verified.ends_with(expected), "{verified}");

    let last: BTreeMap<&Subject, &Change> = log.iter().map(|entry| (&entry.subject, entry)).collect();
    for kind in &Kind::RECORDS {
        let of_kind: Vec<_> = last.values().filter(|entry| entry.subject.kind() == *kind).collect();
        assert!(of_kind.iter().any(|entry| entry.action == Action::Withdraw), "of {kind} one is withdrawn");
        assert!(of_kind.iter().any(|entry| entry.action != Action::Withdraw), "of {kind} one is not");
    }
    for (key, entry) in last {
        let answer = service.get(&path(key));
        let Some(mut recorded) = entry.contents().unwrap().0 else {
            assert_eq!(answer.status, 410, "{key:?}");
            continue;
        };
        assert_eq!(answer.status, 200, "{key:?}");
        // A member that reports had once is kept in the log alone.
        recorded.as_object_mut().unwrap().remove("sectors");
        let answer = answer.json();
        assert!(holds(&answer, &recorded), "{key:?}: {answer} does not hold {recorded}");
        assert_eq!(answer["revision"], entry.revision, "{key:?}");
    }
}

#[test]
fn an_old_database_is_written_to_as_any() {
    let service = Service::on(old_database(), &[]);
    let mut restated = inventory(21_000_000.0);
    restated["reason"] = json!("Restated");
    service.record("/v1/cities/here/reports/2020", &restated);
    service.record("/v1/cities/here/reports/2018", &inventory(22_500_000.0));
    assert_eq!(service.delete("/v1/cities/here/reports/2021?reason=A+slip", &service.admin).status, 204);
    // What was withdrawn comes back.
    service
        .record("/v1/networks/past", &json!({"name": "Back", "source": {"title": "A list"}, "reason": "It is back"}));
    printed(&service.verify());
    // Keys are kept.
    let keys = printed(&run(&["keys", "list", "--database", &service.database.url]));
    assert!(["The registry", "A clerk", "A former clerk"].iter().all(|label| keys.contains(label)), "{keys}");
}

#[test]
fn an_old_database_whose_log_cannot_be_read_stays_as_it_is() {
    let database = old_database();
    let body = |from: &str, to: &str| {
        database.execute(&format!("UPDATE changes SET body = replace(body, '{from}', '{to}') WHERE sequence = 3"));
    };
    body("{\"after\"", "\"after\"");
    let migrate = || run(&["migrate", "--database", &database.url]);
    let told = String::from_utf8(migrate().stderr).unwrap();
    assert!(told.contains("entry 3 has a body that cannot be read"), "{told}");
    assert!(!database.columns("inventories").is_empty() && database.columns("records").is_empty());
    body("\"after\"", "{\"after\"");
    let told = printed(&migrate());
    assert!(told.contains(": ran 20261125000001"), "{told}");
    assert!(database.columns("inventories").is_empty() && !database.columns("records").is_empty());
    printed(&run(&["verify", "--database", &database.url]));
}

/// Writes the log of an old database anew with other words in its bodies, as if that had been recorded.
pub fn rewrite(database: &Database, from: &str, to: &str) {
    let mut previous = GENESIS.to_owned();
    for mut entry in entries(database) {
        let body = entry.body.as_ref().map(|body| body.replace(from, to));
        if let Some(body) = &body {
            entry.body_hash = sha256(body);
        }
        entry.previous_hash.clone_from(&previous);
        entry.hash = entry.computed_hash();
        previous.clone_from(&entry.hash);
        let text = body.map_or("NULL".to_owned(), |body| format!("'{}'", body.replace('\'', "''")));
        let Change { sequence, body_hash, previous_hash, hash, .. } = entry;
        database.execute(&format!(
            "UPDATE changes SET body = {text}, body_hash = '{body_hash}', previous_hash = '{previous_hash}', \
             hash = '{hash}' WHERE sequence = {sequence}"
        ));
    }
    database.execute(&format!("UPDATE revision SET head = '{previous}'"));
}
