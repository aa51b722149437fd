//! Keys: what they leave in the log, how long they work, how they are replaced, and that none is made by hand.

use serde_json::{Value, json};

use crate::support::{Service, city, inventory, printed};

const CITY: &str = "/v1/cities/here";

/// Makes a key of this body, which has to be accepted; returns it with its secret.
fn make(service: &Service, body: &Value) -> Value {
    let made = service.post("/v1/keys", &service.admin, body);
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

fn reporter(service: &Service, label: &str) -> Value {
    make(service, &json!({"label": label, "role": "reporter", "cities": ["here"]}))
}

fn text<'a>(key: &'a Value, member: &str) -> &'a str {
    key[member].as_str().unwrap_or_else(|| panic!("no {member} in {key}"))
}

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
