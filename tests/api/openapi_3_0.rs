//! The specification in OpenAPI 3.0 says the same as that in 3.1, in the words that 3.0 has.

use std::collections::BTreeSet;

use pledgewatch::api::openapi::version_3_0::translate;
use serde_json::{Value, json};

use super::specification::{document, operations};

/// Calls with every schema of a document and where it stands.
fn each_schema(schema: &Value, place: &str, found: &mut dyn FnMut(&str, &Value)) {
    found(place, schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        each_schema(property, &format!("{place}/{name}"), found);
    }
    for one in ["items", "additionalProperties", "not"] {
        if let Some(schema) = schema.get(one).filter(|schema| schema.is_object()) {
            each_schema(schema, &format!("{place}/{one}"), found);
        }
    }
    for several in ["allOf", "anyOf", "oneOf"] {
        schema[several].as_array().into_iter().flatten().for_each(|part| each_schema(part, place, found));
    }
}

/// The schemas of components, parameters, headers and bodies.
fn all_schemas(document: &Value, found: &mut dyn FnMut(&str, &Value)) {
    fn within(part: &Value, place: &str, found: &mut dyn FnMut(&str, &Value)) {
        match part {
            Value::Object(members) => {
                for (name, member) in members.iter().filter(|(name, _)| !name.starts_with("example")) {
                    let place = format!("{place}/{name}");
                    if name == "schema" { each_schema(member, &place, found) } else { within(member, &place, found) }
                }
            }
            Value::Array(parts) => parts.iter().for_each(|part| within(part, place, found)),
            _ => {}
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        each_schema(schema, name, found);
    }
    within(&document["paths"], "", found);
}

#[test]
fn it_has_the_same_operations_parameters_and_answers() {
    let (new, old) = (document(), translate(&document()));
    assert_eq!(old["openapi"], "3.0.3");
    let ids = |document: &Value| -> BTreeSet<String> {
        let operations = operations(document).into_iter();
        operations.map(|(_, _, operation)| operation["operationId"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&new), ids(&old));
    assert!(ids(&old).len() > 50);
    let shape = |document: &Value| -> Vec<Value> {
        let told = |operation: &Value| {
            let names = operation["parameters"].as_array().into_iter().flatten();
            let names: Vec<&Value> = names.map(|parameter| &parameter["name"]).collect();
            let answers: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
            json!([names, answers])
        };
        operations(document).into_iter().map(|(_, _, operation)| told(operation)).collect()
    };
    assert_eq!(shape(&new), shape(&old));
    let names = |document: &Value| -> Vec<String> {
        document["components"]["schemas"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names(&new), names(&old));
}

#[test]
fn nothing_of_3_1_is_left() {
    // All that a schema of 3.0 may say, of which ours says something.
    let known = [
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "default",
        "description",
        "discriminator",
        "enum",
        "example",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "nullable",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "type",
        "uniqueItems",
    ];
    let (mut schemas, mut nullable) = (0, 0);
    all_schemas(&translate(&document()), &mut |place, schema| {
        schemas += 1;
        let members = schema.as_object().unwrap();
        let strange: Vec<&String> = members.keys().filter(|name| !known.contains(&name.as_str())).collect();
        assert!(strange.is_empty(), "{place}: {strange:?}");
        assert!(!members.contains_key("$ref") || members.len() == 1, "{place}: something stands beside a reference");
        assert!(schema["type"].is_null() || schema["type"].is_string(), "{place}: {}", schema["type"]);
        assert!(schema["type"] != "null", "{place}");
        assert!(schema["type"] != "array" || schema["items"].is_object(), "{place}: an array of what?");
        nullable += usize::from(schema["nullable"] == true);
    });
    assert!(schemas > 1000 && nullable > 0, "{schemas} {nullable}");
}

#[test]
fn each_word_of_3_1_has_its_like() {
    let schema = |schema: Value| {
        let document = json!({"info": {"license": {"name": "MIT", "identifier": "MIT"}}, "components": {"schemas": {"A": schema}},
            "paths": {}});
        translate(&document)["components"]["schemas"]["A"].clone()
    };
    for (new, old) in [
        (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
        (json!({"type": ["string", "integer"]}), json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})),
        (json!({"oneOf": [{"type": "null"}, {"$ref": "#/b"}]}), json!({"oneOf": [{"$ref": "#/b"}], "nullable": true})),
        (json!({"const": "a"}), json!({"enum": ["a"]})),
        (json!({"type": "string", "examples": ["a", "b"]}), json!({"type": "string", "example": "a"})),
        (json!({"exclusiveMinimum": 0}), json!({"minimum": 0, "exclusiveMinimum": true})),
        (json!({"exclusiveMaximum": 9}), json!({"maximum": 9, "exclusiveMaximum": true})),
        (json!({"$ref": "#/b", "description": "c"}), json!({"allOf": [{"$ref": "#/b"}], "description": "c"})),
        (json!({"$ref": "#/b"}), json!({"$ref": "#/b"})),
        // A member may be called as a word of the language is.
        (
            json!({"properties": {"const": {"const": 1}, "examples": {"type": ["integer", "null"]}}}),
            json!({"properties": {"const": {"enum": [1]}, "examples": {"type": "integer", "nullable": true}}}),
        ),
        (json!({"items": {"const": 1}}), json!({"items": {"enum": [1]}})),
    ] {
        assert_eq!(schema(new.clone()), old, "{new}");
    }
}
