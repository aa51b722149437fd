//! The parameters of the specification: what `/docs` fills in by itself must be answered, and filters must not be filled in.

use serde_json::{Map, Value, json};

use super::examples;
use crate::api::cities::CityItem;
use crate::api::request::order::Sort;
use crate::api::response::columns::Columns;
use crate::api::status_list::TargetStatus;

/// Names the columns that a list can be sorted by: those of the list as CSV.
pub(super) fn name_columns(path: &str, operation: &mut Value, columns: &Columns) {
    let columns = if path.starts_with("/v1/cities") { columns.of::<CityItem>() } else { columns.of::<TargetStatus>() };
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
    for parameter in parameters.filter(|parameter| parameter["name"] == "sort") {
        parameter["schema"]["enum"] = Sort::words(columns).collect();
    }
}

/// Gives each required parameter of a path a value that the demo has, and tells the examples of optional ones in words.
///
/// Swagger UI, the page at `/docs`, fills in every `example`, the first of the `examples`, and the example of the schema.
/// Filters that are all filled in at once exclude each other.
pub(super) fn complete(operation: &mut Value, schemas: &Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
        if parameter.get("required") == Some(&json!(true)) {
            if let Some(example) = parameter.get("name").and_then(Value::as_str).and_then(examples::of_path) {
                parameter.entry("example").or_insert(example);
            }
        } else {
            tell_in_words(parameter, schemas);
        }
    }
}

/// Takes the examples out of an optional parameter, and adds its own to its description.
fn tell_in_words(parameter: &mut Map<String, Value>, schemas: &Value) {
    if let Some(example) = parameter.remove("example")
        && let Some(Value::String(description)) = parameter.get_mut("description")
    {
        let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        description.push_str(&format!(" For example `{text}`."));
    }
    let Some(schema) = parameter.get_mut("schema") else { return };
    if let Some(reference) = schema["$ref"].as_str() {
        *schema = schemas[reference.rsplit('/').next().unwrap_or_default()].clone();
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("example");
    }
}
