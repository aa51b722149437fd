//! Keys: who has one, how long it works, how it is replaced, and that none is made by hand.

mod log;
mod making;
mod secrets;

use serde_json::{Value, json};

use crate::support::{Answer, Service, inventory};

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

fn report(service: &Service, year: i32, secret: &str) -> Answer {
    service.put(&format!("{CITY}/reports/{year}"), secret, &inventory(1.0))
}

/// Checks that a key is refused, with these words.
fn assert_refused(answer: &Answer, words: &str) {
    let problem = answer.assert_problem(401, "unauthorized");
    assert!(text(&problem, "detail").contains(words), "{problem}");
}
