//! Every refusal that the specification documents is provoked, and answered as it says.

pub mod addresses;
mod documented;

use std::collections::BTreeSet;

use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{Answer, Service, city, faults};

/// An operation as the specification has it.
pub struct Operation {
    pub id: String,
    pub path: String,
    pub method: String,
    pub secured: bool,
    conditional: bool,
    /// The example of its body, if it has one; valid for the city of the examples.
    body: Option<Value>,
    /// Every status and code that it may be refused with.
    refusals: BTreeSet<(u16, String)>,
}

impl Operation {
    fn has(&self, code: &str) -> bool {
        self.refusals.iter().any(|(_, documented)| documented == code)
    }
}

/// The operations of the served specification.
fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let responses = operation["responses"].as_object().unwrap().iter();
            let refused = responses.filter(|(status, _)| status.starts_with(['4', '5']));
            // A description is `code`: title; `code`: title.
            let codes = refused.flat_map(|(status, response)| {
                let words = response["description"].as_str().unwrap().split('`').skip(1).step_by(2);
                words.map(|code| (status.parse().unwrap(), code.to_owned())).collect::<Vec<_>>()
            });
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                path: path.clone(),
                method: method.to_uppercase(),
                secured: !operation["security"].as_array().unwrap().is_empty(),
                conditional: parameters.into_iter().any(|parameter| parameter["name"] == "If-Match"),
                body: operation.pointer("/requestBody/content/application~1json/example").cloned(),
                refusals: codes.collect(),
            });
        }
    }
    operations
}

/// A service in which there is something to refuse.
pub struct World {
    pub service: Service,
    pub operations: Vec<Operation>,
    /// The secret of a key that is bound to another city.
    pub stranger: String,
    /// The secret and the id of a key that was revoked.
    pub revoked: (String, String),
    /// The id of a valid key.
    key: String,
}

impl World {
    /// One with the city of the specification's examples, and a copy of it that was withdrawn.
    pub fn new() -> Self {
        let service = Service::start();
        let operations = operations(&service.json("/openapi.json"));
        let example = |id: &str| operations.iter().find(|o| o.id == id).and_then(|o| o.body.clone()).unwrap();
        service.record("/v1/cities/us-los-angeles", &example("putCity"));
        for (path, operation) in [
            ("baselines/1990", "putBaseline"),
            ("baselines/gone", "putBaseline"),
            ("targets/2025-half", "putTarget"),
            ("targets/gone", "putTarget"),
            ("reports/2020", "putReport"),
            ("reports/2000", "putReport"),
            ("statement", "putStatement"),
        ] {
            service.record(&format!("/v1/cities/us-los-angeles/{path}"), &example(operation));
        }
        service.record("/v1/cities/us-gone", &city("Gone"));
        service.record("/v1/cities/us-gone/baselines/1990", &example("putBaseline"));
        service.record("/v1/cities/us-quiet", &city("Quiet"));
        service.record("/v1/cities/us-silent", &city("Silent"));
        service.record("/v1/cities/us-silent/statement", &json!({"text": "We said something."}));
        for network in ["c40", "gone"] {
            service.record(&format!("/v1/networks/{network}"), &example("putNetwork"));
        }
        for member in ["us-los-angeles", "us-silent"] {
            service.record(&format!("/v1/networks/c40/members/{member}"), &example("putMember"));
        }
        for path in [
            "cities/us-gone",
            "cities/us-los-angeles/baselines/gone",
            "cities/us-los-angeles/targets/gone",
            "cities/us-los-angeles/reports/2000",
            "cities/us-silent/statement",
            "networks/gone",
            "networks/c40/members/us-silent",
        ] {
            let answer = service.delete(&format!("/v1/{path}?reason=a+test"), &service.admin);
            assert_eq!(answer.status, 204, "{}", answer.text);
        }
        let stranger = service.reporter(&["us-elsewhere"]);
        let make = |label: &str| {
            let new = json!({"label": label, "role": "reporter", "cities": ["us-los-angeles"]});
            let key = service.post("/v1/keys", &service.admin, &new).json();
            (key["secret"].as_str().unwrap().to_owned(), key["id"].as_str().unwrap().to_owned())
        };
        let (revoked, (_, key)) = (make("revoked"), make("valid"));
        assert_eq!(service.delete(&format!("/v1/keys/{}", revoked.1), &service.admin).status, 204);
        World { service, operations, stranger, revoked, key }
    }

    fn operation(&self, id: &str) -> &Operation {
        self.operations.iter().find(|operation| operation.id == id).unwrap_or_else(|| panic!("there is no {id}"))
    }

    /// A request without key and body.
    pub fn bare(&self, operation: &Operation, path: &str) -> RequestBuilder {
        let path = path.replace("{key}", &self.key).replace("{revoked}", &self.revoked.1);
        self.service.request(&operation.method, &path)
    }

    /// A request with the administrator's key where one is needed, but without body.
    fn keyed(&self, operation: &Operation, path: &str) -> RequestBuilder {
        let bare = self.bare(operation, path);
        if operation.secured { bare.bearer_auth(&self.service.admin) } else { bare }
    }

    /// A request that is itself in order; a withdrawal has its reason.
    fn whole(&self, operation: &Operation, path: &str) -> RequestBuilder {
        match &operation.body {
            Some(body) => self.keyed(operation, path).json(body),
            None if operation.conditional => self.keyed(operation, &format!("{path}?reason=a+test")),
            None => self.keyed(operation, path),
        }
    }
}

/// What every problem document is like.
pub fn check(operation: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{operation} ({code}): {}", answer.text);
    answer.assert_problem(status, code);
    assert_eq!(answer.header("cache-control"), "no-store", "{operation}");
    match status {
        401 => assert!(answer.header("www-authenticate").starts_with("Bearer"), "{operation}"),
        422 => assert!(!faults(answer).is_empty(), "{operation}: {}", answer.text),
        429 | 503 => {
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&wait), "{operation}: {wait}");
        }
        _ => {}
    }
}
