//! The same specification in OpenAPI 3.0.3, for programs that do not read 3.1.

use serde_json::{Map, Value, json};

/// Translates a specification from OpenAPI 3.1 to 3.0.3.
///
/// It knows what our own specification uses of 3.1, and no more; a test looks for what is left of it.
#[must_use]
pub fn translate(document: &Value) -> Value {
    let mut document = document.clone();
    document["openapi"] = json!("3.0.3");
    if let Some(license) = document.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        // In 3.0 there is an address in its place; the name is the expression that SPDX has for it.
        if license.remove("identifier").is_some() {
            license.insert("url".to_owned(), json!("https://spdx.org/licenses/"));
        }
    }
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    schemas.into_iter().flatten().for_each(|(_, schema)| translate_schema(schema));
    translate_within(&mut document["paths"]);
    document
}

/// Translates every schema below a part of the document that is none itself.
fn translate_within(part: &mut Value) {
    match part {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    "schema" => translate_schema(member),
                    // What is shown as an example is no part of the document.
                    "example" | "examples" => {}
                    _ => translate_within(member),
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(translate_within),
        _ => {}
    }
}

/// Translates a schema and those within it.
fn translate_schema(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    for map in ["properties", "patternProperties"] {
        members
            .get_mut(map)
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
            .for_each(|(_, s)| translate_schema(s));
    }
    for one in ["items", "additionalProperties", "not"] {
        members.get_mut(one).into_iter().for_each(translate_schema);
    }
    for several in ["allOf", "anyOf", "oneOf"] {
        members.get_mut(several).and_then(Value::as_array_mut).into_iter().flatten().for_each(translate_schema);
    }
    translate_types(members);
    translate_null(members);
    translate_bounds(members);
    members.remove("propertyNames");
    if let Some(value) = members.remove("const") {
        members.insert("enum".to_owned(), json!([value]));
    }
    if let Some(Value::Array(mut examples)) = members.remove("examples")
        && !examples.is_empty()
    {
        members.insert("example".to_owned(), examples.swap_remove(0));
    }
    wrap_reference(members);
}

/// In 3.0 a schema has one type, and says by a word of its own that null is allowed.
fn translate_types(schema: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = schema.get("type").cloned() else { return };
    let (nulls, types): (Vec<Value>, Vec<Value>) = types.into_iter().partition(|kind| kind == "null");
    if !nulls.is_empty() {
        schema.insert("nullable".to_owned(), json!(true));
    }
    match types.as_slice() {
        [one] => drop(schema.insert("type".to_owned(), one.clone())),
        several => {
            let choices: Vec<Value> = several.iter().map(|kind| json!({"type": kind})).collect();
            schema.remove("type");
            schema.insert("anyOf".to_owned(), Value::Array(choices));
        }
    }
}

/// The same of a choice between null and others.
fn translate_null(schema: &mut Map<String, Value>) {
    for several in ["anyOf", "oneOf"] {
        let Some(choices) = schema.get_mut(several).and_then(Value::as_array_mut) else { continue };
        let all = choices.len();
        choices.retain(|choice| choice["type"] != "null");
        if choices.len() < all {
            schema.insert("nullable".to_owned(), json!(true));
        }
    }
}

/// In 3.0 a bound is excluded by a word beside it.
fn translate_bounds(schema: &mut Map<String, Value>) {
    for (excluded, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(limit) = schema.get(excluded).filter(|limit| limit.is_number()).cloned() {
            schema.insert(bound.to_owned(), limit);
            schema.insert(excluded.to_owned(), json!(true));
        }
    }
}

/// In 3.0 nothing may stand beside a reference.
fn wrap_reference(schema: &mut Map<String, Value>) {
    if schema.len() > 1
        && let Some(reference) = schema.remove("$ref")
    {
        let mut parts = vec![json!({"$ref": reference})];
        if let Some(Value::Array(others)) = schema.remove("allOf") {
            parts.extend(others);
        }
        schema.insert("allOf".to_owned(), Value::Array(parts));
    }
}
