//! One name has one shape: what a member is called says what it is, in every answer and body.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Names that have more than one shape, and why.
const EXEMPT: &[(&str, &str)] = &[
    ("items", "what a list is of"),
    ("rows", "the rows of a table: a series, or a file that was imported"),
    ("status", "RFC 9457 calls the HTTP status so; elsewhere it is the word for what works"),
    ("ended_on", "a year may be sent as a number; answers have it as text"),
    ("caution_codes", "the properties of a feature on the map are flat: a text, as in a cell of the list as CSV"),
];

/// Objects whose members are words of a vocabulary: the word says whose value it is, the object what it is.
const BY_WORD: &[&str] =
    &["TargetCounts", "VerdictCounts", "ByConfidence", "Totals", "ComputedTotals", "TonnesByLevel", "Completeness"];

/// What a value of a schema is: its type, and of an object which.
fn shape(schemas: &Value, schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        let is_object = schemas[name]["properties"].is_object() || schemas[name]["oneOf"].is_array();
        // A part of an object is called as the whole.
        let whole = name.strip_suffix("Fields").unwrap_or(name);
        return if is_object { whole.to_owned() } else { shape(schemas, &schemas[name]) };
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        return choices.iter().map(|choice| shape(schemas, choice)).collect::<Vec<_>>().join(" or ");
    }
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", shape(schemas, &schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map of {}", shape(schemas, &schema["additionalProperties"]))
        }
        // A number that happens to be whole.
        Some("integer") => "number".to_owned(),
        _ => schema["type"].to_string(),
    }
}

/// Gathers the shapes of every member, each with where it stands.
fn gather(
    schemas: &Value,
    schema: &Value,
    place: &str,
    found: &mut BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let shapes = found.entry(name.clone()).or_default();
        shapes.entry(shape(schemas, property)).or_default().insert(place.to_owned());
        gather(schemas, property, &format!("{place}.{name}"), found);
    }
    for within in ["items", "additionalProperties"] {
        if let Some(within) = schema.get(within) {
            gather(schemas, within, place, found);
        }
    }
    for choice in ["oneOf", "anyOf"].iter().flat_map(|name| schema[*name].as_array().into_iter().flatten()) {
        gather(schemas, choice, place, found);
    }
}

#[test]
fn one_name_has_one_shape() {
    let document = pledgewatch::api::openapi::document();
    let schemas = &document["components"]["schemas"];
    let mut found = BTreeMap::new();
    for (name, schema) in schemas.as_object().unwrap() {
        if !BY_WORD.contains(&name.strip_suffix("Fields").unwrap_or(name)) {
            gather(schemas, schema, name, &mut found);
        }
    }
    assert!(found.len() > 200, "{}", found.len());
    let several: BTreeMap<_, _> = found.iter().filter(|(_, shapes)| shapes.len() > 1).collect();
    let exempt: BTreeSet<&str> = EXEMPT.iter().map(|(name, _)| *name).collect();
    let wrong: BTreeMap<_, _> = several.iter().filter(|(name, _)| !exempt.contains(name.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let known: BTreeSet<&str> = several.keys().map(|name| name.as_str()).collect();
    assert!(exempt.is_subset(&known), "one shape only: {:?}", exempt.difference(&known));
}
