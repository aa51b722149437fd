//! Answers to `fields` are as specified: what was not asked for is required of no item.

use serde_json::{Value, json};

use super::specification::{assert_valid, document, operations, validator};
use crate::support::Service;

/// Where the lists of the demo are that take `fields`, each with its schema.
fn lists(document: &Value) -> Vec<(String, Value)> {
    let lists = operations(document).into_iter().filter(|(method, path, operation)| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let is_json = operation.pointer("/responses/200/content/application~1json").is_some();
        *method == "get"
            && is_json
            && !path.starts_with("/v1/keys")
            && parameters.clone().any(|p| p["name"] == "fields")
    });
    let address = |path: &str| path.replace("{city}", "us-los-angeles").replace("{network}", "c40");
    let schema = |operation: &Value| operation["responses"]["200"]["content"]["application/json"]["schema"].clone();
    lists.map(|(_, path, operation)| (address(path), schema(operation))).collect()
}

/// The columns of a list, and what stands before their points.
fn names(service: &Service, address: &str) -> Vec<String> {
    let table = service.get(&format!("{address}.csv?limit=1")).text;
    let columns = table.lines().next().unwrap().split(',').map(str::to_owned);
    let mut names: Vec<String> =
        columns.flat_map(|column| [column.split('.').next().unwrap().to_owned(), column]).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn an_item_with_any_one_field_is_as_specified() {
    let service = Service::with(&["--demo"]);
    // Nothing else may be there.
    let mut document = document();
    for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
        if schema["properties"].is_object() && schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = json!(false);
        }
    }
    let lists = lists(&document);
    assert!(lists.len() > 8, "{lists:?}");
    for (address, schema) in lists {
        for name in names(&service, &address) {
            let answer = service.json(&format!("{address}?limit=20&fields={name}"));
            assert_valid(&document, &schema, &answer, &format!("{address}?fields={name}"));
        }
    }
}

#[test]
fn an_item_without_what_tells_it_apart_is_not_as_specified() {
    let document = document();
    let list = json!({"$ref": "#/components/schemas/List_TargetStatus"});
    let validator = validator(&document, &list);
    let items = |item: Value| json!({"items": [item], "total": 1});
    assert!(validator.is_valid(&items(json!({"city": "us-los-angeles", "target": "2025-half", "verdict": "behind"}))));
    assert!(!validator.is_valid(&items(json!({"verdict": "behind"}))));
    assert!(!validator.is_valid(&items(json!({"city": "us-los-angeles", "target": "2025-half", "verdict": "good"}))));
}
