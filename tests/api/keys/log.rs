//! What keys leave in the log, and that a key which was changed by hand can do no more than before.

use pledgewatch::record::change::sha256;
use pledgewatch::store::secret;
use serde_json::{Value, json};

use crate::support::{Service, city, inventory, printed, run, send};

use super::{CITY, assert_refused, report, reporter, text};

#[test]
fn entries_of_two_keys_with_one_label_can_be_told_apart() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let keys = [reporter(&service, "The office"), reporter(&service, "The office")];
    for (number, key) in keys.iter().enumerate() {
        let path = format!("{CITY}/reports/{}", 2010 + number);
        assert_eq!(service.put(&path, text(key, "secret"), &inventory(1.0)).status, 201);
    }
    let path = format!("{CITY}/reports:import?reason=a+test");
    let file = json!([{"year": 2015, "totals": {"basic": 2}, "source": {"title": "A test"}}]);
    assert_eq!(service.post(&path, text(&keys[0], "secret"), &file).status, 200);
    let gone = service.delete(&format!("{CITY}/reports/2010?reason=a+test"), text(&keys[1], "secret"));
    assert_eq!(gone.status, 204);
    let entries = service.entries();
    assert!(entries[1..].iter().all(|entry| entry["actor"] == "The office"));
    let wrote: Vec<&Value> = entries[1..].iter().map(|entry| &entry["key"]).collect();
    assert_eq!(wrote, [0, 1, 0, 1].map(|number| &keys[number]["id"]));
    printed(&service.verify());
}

#[test]
fn what_is_recorded_without_a_key_names_none() {
    let service = Service::with(&["--demo"]);
    assert!(service.entries().iter().all(|entry| entry.get("key").is_none() && entry["actor"] == "pledgewatch demo"));
}

/// Statements of someone with a password of the database, and what `verify` says of them.
const BY_HAND: &[(&str, &str)] = &[
    ("UPDATE keys SET role = 'admin' WHERE role = 'reporter'", "it has another role"),
    ("UPDATE key_cities SET city = 'there'", "it has another cities"),
    ("UPDATE keys SET revoked_at = NULL", "it has another revoked_at"),
    ("UPDATE keys SET expires_on = '2099-01-01'", "it has another expires_on"),
    ("UPDATE keys SET secret_hash = replace(secret_hash, '0', 'f')", "it has another secret_hash"),
    ("DELETE FROM key_cities", "it has another cities"),
    (
        "INSERT INTO keys (id, label, role, secret_hash, created_at) \
         SELECT 'mine', label, role, replace(secret_hash, '0', 'f'), created_at FROM keys WHERE role = 'admin'",
        "of key mine it has a row that no entry makes",
    ),
    ("UPDATE key_changes SET body = replace(body, 'reporter', 'admin')", "of the log of keys has a hash that"),
    ("UPDATE key_changes SET actor = 'someone else' WHERE sequence = 2", "entry 2 of the log of keys has a hash that"),
    ("DELETE FROM key_changes WHERE sequence = 2", "entry 3 of the log of keys does not follow"),
    ("DELETE FROM key_changes WHERE sequence = 3", "the revision row says 3 "),
];

#[test]
fn verify_finds_a_key_that_was_changed_by_hand() {
    for (statement, expected) in BY_HAND {
        let service = Service::start();
        let key = reporter(&service, "reporter");
        assert_eq!(service.delete(&format!("/v1/keys/{}", text(&key, "id")), &service.admin).status, 204);
        printed(&service.verify());
        service.database.execute(statement);
        let output = service.verify();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success() && told.contains(expected), "{statement}: {told}");
    }
}

#[test]
fn a_key_that_was_changed_by_hand_can_do_no_more_than_before() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let (clerk, former) = (reporter(&service, "A clerk"), reporter(&service, "A former clerk"));
    assert_eq!(service.delete(&format!("/v1/keys/{}", text(&former, "id")), &service.admin).status, 204);
    let mine = secret::make().unwrap();
    service.database.execute(&format!(
        "UPDATE keys SET role = 'admin', revoked_at = NULL; \
         INSERT INTO keys (id, label, role, secret_hash, created_at) \
         SELECT 'mine', 'mine', 'admin', '{}', created_at FROM keys WHERE label = 'A clerk';",
        sha256(&mine)
    ));
    let service = service.restart_with(&[]);
    let keys = |secret: &str| send(service.request("GET", "/v1/keys").bearer_auth(secret));
    keys(text(&clerk, "secret")).assert_problem(403, "forbidden");
    assert_refused(&keys(text(&former, "secret")), "the key was revoked");
    assert_refused(&keys(&mine), "the key is unknown");
}

#[test]
fn a_damaged_log_of_keys_keeps_nobody_from_reading() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let clerk = reporter(&service, "A clerk");
    service.database.execute("UPDATE key_changes SET body = replace(body, 'reporter', 'admin')");
    let before = service.admin.clone();
    // This makes another administrator's key, after the damage.
    let service = service.restart_with(&[]);
    assert_eq!(service.get(CITY).status, 200);
    for secret in [text(&clerk, "secret"), &before] {
        assert_refused(&report(&service, 2010, secret), "the key is unknown");
    }
    assert!(service.log().contains("no key made so far is accepted: entry 2 of the log of keys"), "{}", service.log());
    let new = printed(&run(&[
        "keys",
        "create",
        "--database",
        &service.database.url,
        "--role",
        "admin",
        "--label",
        "The one who mends it",
    ]));
    assert_eq!(report(&service, 2010, &new).status, 201);
}
