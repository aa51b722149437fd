//! The signed head of the log: what is served, and that an outsider can check it with the documentation alone.

use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Service, city, eventually, inventory, send};

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// Checks a head as the documentation says, with nothing of the service's own.
fn is_signed(head: &Value, key: &Value) -> bool {
    let public: [u8; 32] = hex::decode(text(key, "public_key")).unwrap().try_into().unwrap();
    assert_eq!(text(key, "key_id"), hex::encode(Sha256::digest(public)));
    assert_eq!(head["key_id"], key["key_id"]);
    let lines = [
        "pledgewatch log head",
        text(head, "key_id"),
        &head["sequence"].to_string(),
        text(head, "hash"),
        text(head, "signed_at"),
    ];
    let signature: [u8; 64] = hex::decode(text(head, "signature")).unwrap().try_into().unwrap();
    let key = VerifyingKey::from_bytes(&public).unwrap();
    key.verify_strict(lines.join("\n").as_bytes(), &Signature::from_bytes(&signature)).is_ok()
}

#[test]
fn the_head_is_signed_by_the_key_of_the_database() {
    let mut service = Service::start();
    let key = service.json("/v1/log/key");
    assert_eq!(key["algorithm"], "Ed25519");
    let empty = service.json("/v1/log/head");
    assert_eq!((&empty["sequence"], &empty["hash"]), (&json!(0), &json!("0".repeat(64))));
    assert!(empty.get("recorded_at").is_none() && is_signed(&empty, &key));

    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/reports/2000", &inventory(1.0));
    let last = service.entries().pop().unwrap();
    let head = service.json("/v1/log/head");
    assert_eq!((&head["sequence"], &head["hash"]), (&json!(2), &last["hash"]));
    assert_eq!(head["recorded_at"], last["recorded_at"]);
    assert!(is_signed(&head, &key));
    // Every word of it is signed.
    for (name, other) in
        [("sequence", json!(1)), ("hash", empty["hash"].clone()), ("signed_at", json!("2020-01-01T00:00:00Z"))]
    {
        let mut forged = head.clone();
        forged[name] = other;
        assert!(!is_signed(&forged, &key), "{forged}");
    }
    // One key for all nodes, and for ever.
    let node = service.second_node();
    assert_eq!(node.get("/v1/log/key").json(), key);
    eventually("the other node's head", || node.get("/v1/log/head").json()["sequence"] == 2);
    assert!(is_signed(&node.get("/v1/log/head").json(), &key));
    service.kill_and_restart();
    assert_eq!(service.json("/v1/log/key"), key);
    assert!(is_signed(&service.json("/v1/log/head"), &key));
}

#[test]
fn the_head_is_cached_as_other_reads_are() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    for path in ["/v1/log/head", "/v1/log/key"] {
        let answer = service.get(path);
        assert_eq!(answer.header("cache-control"), service.get("/v1/changes").header("cache-control"));
        let again = send(service.request("GET", path).header("if-none-match", answer.header("etag")));
        assert_eq!(again.status, 304, "{path}");
        service.get(&format!("{path}?page=1")).assert_problem(400, "invalid_query");
    }
    let head = service.get("/v1/log/head");
    service.record("/v1/cities/here/reports/2000", &inventory(1.0));
    assert_ne!(service.get("/v1/log/head").header("etag"), head.header("etag"));
}

#[test]
fn the_private_key_stays_in_the_database() {
    let service = Service::with(&["--demo"]);
    let private = service.database.rows("head_keys")[0]["private_key"].as_str().unwrap().to_owned();
    assert_eq!(private.len(), 64);
    for path in
        ["/v1/log/head", "/v1/log/key", "/v1/changes", "/health/ready", "/openapi.json", "/v1/export/changes.ndjson"]
    {
        assert!(!service.get(path).text.contains(&private), "{path}");
    }
    assert!(!service.log().contains(&private));
}

#[test]
fn a_key_pair_that_does_not_fit_together_signs_nothing() {
    let mut service = Service::start();
    service.database.execute(&format!("UPDATE head_keys SET public_key = '{}'", "0".repeat(64)));
    service.kill_and_restart();
    for path in ["/v1/log/head", "/v1/log/key"] {
        let problem = service.get(path).assert_problem(503, "unavailable");
        assert!(text(&problem, "detail").contains("does not fit together"), "{problem}");
    }
    assert!(service.log().contains("the head of the log cannot be signed"));
    service.record("/v1/cities/here", &city("Here"));
}
