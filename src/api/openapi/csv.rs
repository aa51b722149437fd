//! The operations that answer in CSV.
//!
//! A list has one handler for `X` and `X.csv`, and one description, whose answer is JSON or CSV. The specification has an
//! operation for each of the two paths.

use serde_json::{Map, Value, json};

use crate::api::request::excel::{self, EXCEL};

/// Gives each list that can also be had as CSV a second operation, at its path with `.csv` behind it.
pub(super) fn add_operations(document: &mut Value) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    let mut added = Map::new();
    for (path, item) in paths.iter_mut() {
        if let Some(operation) = item.get_mut("get").and_then(split) {
            added.insert(format!("{path}.csv"), json!({"get": operation}));
        }
    }
    paths.append(&mut added);
}

/// Adds the parameter that all CSV takes.
pub(super) fn add_parameter(path: &str, operation: &mut Value) {
    if !excel::is_taken(path) {
        return;
    }
    let parameter = json!({"name": EXCEL, "in": "query", "required": false, "schema": {"type": "boolean", "default": false},
        "description": "Whether to begin with the byte order mark, by which Excel knows UTF-8."});
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

/// Takes CSV out of an operation that answers JSON or CSV, and makes an operation of it.
fn split(operation: &mut Value) -> Option<Value> {
    let content = operation.pointer_mut("/responses/200/content")?.as_object_mut()?;
    if content.len() < 2 {
        return None;
    }
    let answer = content.remove("text/csv")?;
    let mut csv = operation.clone();
    csv["operationId"] = json!(format!("{}Csv", text(operation, "operationId")));
    csv["summary"] = json!(format!("{} as CSV", text(operation, "summary")));
    csv["description"] = json!(description(operation));
    csv["responses"]["200"]["content"] = json!({"text/csv": answer});
    Some(csv)
}

/// What the operation that answers in CSV says of itself.
fn description(operation: &Value) -> &'static str {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    if parameters.any(|parameter| parameter["name"] == "cursor") {
        "The same rows as the JSON list; the `Link` header leads to the next page."
    } else {
        "The same rows as in JSON."
    }
}

fn text<'o>(operation: &'o Value, member: &str) -> &'o str {
    operation[member].as_str().unwrap_or_default()
}
