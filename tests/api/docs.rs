//! The page at `/docs`: every operation is answered at the first click, with what the page fills in by itself.

use serde_json::Value;

use crate::support::{Answer, Service, send};
use crate::web::pages::assert_page;

/// What is not answered when it is pressed, and why.
const NOT_PRESSED: &[(&str, &str)] = &[
    ("streamChanges", "its answer never ends"),
    ("getKey", "no service has the key of the example"),
    ("rotateKey", "no service has the key of the example"),
    ("revokeKey", "no service has the key of the example"),
    ("withdrawCity", "it takes the city of the other examples away"),
    ("withdrawBaseline", "a target is measured from it"),
    ("withdrawTarget", "it takes the target of the other examples away"),
    ("withdrawReport", "it takes the report of the other examples away"),
    ("withdrawStatement", "it takes the statement away that the others show"),
    ("withdrawMember", "it takes the membership of the other examples away"),
    ("withdrawNetwork", "it has members"),
];

/// What the page fills in for a parameter: its example, else that of its schema.
fn filled_in(document: &Value, parameter: &Value) -> Option<String> {
    let schema = match parameter["schema"]["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => &parameter["schema"],
    };
    assert!(parameter.get("examples").is_none(), "the page fills the first of them in: {parameter}");
    let value = [parameter.get("example"), schema.get("example")].into_iter().flatten().next()?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// The address that the page asks.
fn address(document: &Value, path: &str, operation: &Value) -> String {
    let (mut path, mut query) = (path.to_owned(), reqwest::Url::parse("http://localhost").unwrap());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        match (parameter["in"].as_str().unwrap(), filled_in(document, parameter)) {
            ("path", Some(value)) => path = path.replace(&format!("{{{name}}}"), &value),
            ("query", Some(value)) => drop(query.query_pairs_mut().append_pair(name, &value)),
            (place, value) => assert!(place != "path" && value.is_none(), "{path}: {parameter} is to be filled in"),
        }
    }
    query.query().map_or(path.clone(), |query| format!("{path}?{query}"))
}

/// The answers to an operation: one, or one for each kind of body that has an example.
fn press(service: &Service, method: &str, address: &str, operation: &Value) -> Vec<Answer> {
    let request = || service.request(&method.to_uppercase(), address).bearer_auth(&service.admin);
    let Some(contents) = operation.pointer("/requestBody/content").and_then(Value::as_object) else {
        return vec![send(request())];
    };
    let examples = contents.iter().filter_map(|(kind, content)| Some((kind, content.get("example")?)));
    let answers: Vec<Answer> = examples
        .map(|(kind, example)| {
            let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            send(request().header("Content-Type", kind).body(body))
        })
        .collect();
    assert!(!answers.is_empty(), "{address} has no example of a body");
    answers
}

/// Whether an answer has rows, where it is one that may have some.
fn has_rows(answer: &Answer) -> bool {
    match answer.header("content-type") {
        kind if kind.starts_with("text/csv") => answer.text.lines().count() > 1,
        kind if kind.starts_with("application/x-ndjson") => answer.text.lines().count() > 0,
        kind if kind.contains("json") => {
            let json = answer.json();
            let mut lists =
                ["items", "features", "rows", "targets", "counted"].iter().filter_map(|name| json.get(name));
            lists.all(|list| list.as_array().is_some_and(|rows| !rows.is_empty()))
        }
        _ => true,
    }
}

#[test]
fn every_operation_is_answered_at_the_first_click() {
    let service = Service::with(&["--demo"]);
    let document = service.json("/openapi.json");
    let paths = document["paths"].as_object().unwrap().iter();
    let mut operations: Vec<(&String, &String, &Value)> =
        paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(m, told)| (path, m, told))).collect();
    // No city of the demo has made a statement: it is there to be read once it is put.
    operations.sort_by_key(|(_, method, _)| *method != "put");
    let entries = service.entries().len();
    let mut pressed = 0;
    for (path, method, operation) in operations {
        let id = operation["operationId"].as_str().unwrap();
        if NOT_PRESSED.iter().any(|(known, _)| *known == id) {
            continue;
        }
        let address = address(&document, path, operation);
        let page = service.get(&format!("/docs/{id}"));
        assert_page(&service, &page);
        let command = format!("'{}{address}'", service.url).replace('&', "&amp;");
        let is_locked = operation["security"].as_array().is_some_and(|keys| !keys.is_empty());
        assert_eq!(page.text.contains("Authorization: Bearer"), is_locked, "{id}");
        assert!(page.text.contains(&command), "{id}: no command to copy asks {command}: {}", page.text);
        for answer in press(&service, method, &address, operation) {
            assert!(matches!(answer.status.as_u16(), 200 | 201), "{id} {address}: {} {}", answer.status, answer.text);
            assert!(has_rows(&answer), "{id} {address} has no rows: {}", answer.text);
            pressed += 1;
        }
    }
    assert!(pressed > 40, "{pressed}");
    // Each body is that of a record of the demo, and so changes nothing; but for the statement.
    let after = service.entries();
    let new: Vec<&Value> = after[entries..].iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(new, ["statement"]);
}

#[test]
fn what_is_not_pressed_is_there() {
    let document = pledgewatch::api::openapi::document();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    for (id, why) in NOT_PRESSED {
        assert!(ids.contains(id), "{id} ({why}) is no operation");
    }
}

#[test]
fn an_optional_parameter_has_its_example_in_words() {
    let document = pledgewatch::api::openapi::document();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    for parameter in operations.flat_map(|operation| operation["parameters"].as_array().into_iter().flatten()) {
        let is_filled_in = parameter.get("example").is_some() || parameter["schema"].get("example").is_some();
        assert!(parameter["required"] == true || !is_filled_in, "{parameter}");
    }
}
