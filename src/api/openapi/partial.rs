//! Items of lists with only the columns that `fields` asks for: each has a schema that requires only what every item has.

use serde_json::{Map, Value, json};

use crate::api::request::fields::KEPT;

/// What the name of the schema of a partial item ends with.
const SUFFIX: &str = "Fields";

/// Says of every list that takes `fields` that its items may be partial.
pub(super) fn allow_partial_items(document: &mut Value) {
    let lists = lists_with_fields(document);
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let mut partial = Map::new();
    for list in lists {
        for items in ["items", "unranked"] {
            let Some(items) = schemas.get_mut(&list).and_then(|list| list["properties"].get_mut(items)) else {
                continue;
            };
            let Some(item) = items["items"]["$ref"].as_str().map(name_of).map(str::to_owned) else { continue };
            items["items"] = json!({"anyOf": [{"$ref": reference(&item)}, {"$ref": reference(&partial_name(&item))}]});
            add_partial(schemas, &item, KEPT, &mut partial);
        }
    }
    schemas.append(&mut partial);
}

/// The names of the schemas of the lists that take `fields`.
fn lists_with_fields(document: &Value) -> Vec<String> {
    let operations = document["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.get("get"));
    let takes_fields = |operation: &&Value| {
        operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == "fields")
    };
    let answer = |operation: &Value| {
        let schema = operation.pointer("/responses/200/content/application~1json/schema/$ref")?;
        schema.as_str().map(|reference| name_of(reference).to_owned())
    };
    operations.filter(takes_fields).filter_map(answer).collect()
}

/// Adds the schema of a partial object, and those of the objects within it.
fn add_partial(schemas: &Map<String, Value>, name: &str, kept: &[&str], partial: &mut Map<String, Value>) {
    let new = partial_name(name);
    if partial.contains_key(&new) {
        return;
    }
    let mut schema = schemas[name].clone();
    let told = schema["description"].as_str().unwrap_or_default();
    schema["description"] = json!(format!("{told}\n\nOf this only the columns that `fields` asks for.").trim());
    let required = schema["required"].as_array().into_iter().flatten();
    let required: Vec<Value> =
        required.filter(|name| name.as_str().is_some_and(|name| kept.contains(&name))).cloned().collect();
    match schema.as_object_mut() {
        Some(schema) if required.is_empty() => drop(schema.remove("required")),
        _ => schema["required"] = Value::Array(required),
    }
    partial.insert(new.clone(), Value::Null);
    for property in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let Some(part) = property["$ref"].as_str().map(name_of).map(str::to_owned) else { continue };
        if schemas[&part]["properties"].is_object() {
            property["$ref"] = json!(reference(&partial_name(&part)));
            add_partial(schemas, &part, &[], partial);
        }
    }
    partial.insert(new, schema);
}

fn partial_name(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

fn name_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}
