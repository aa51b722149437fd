//! The JSON structure of a record, read from its schema.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

/// The structure of a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text.
    Text,
    /// A day.
    Day,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An object with members of these names.
    Object(BTreeMap<String, Shape>),
    /// An object whose members may have any name, with values of the same shape.
    Map(Box<Shape>),
    /// An array.
    List(Box<Shape>),
    /// Anything else.
    Json,
}

impl Shape {
    /// The shape of a type.
    pub(super) fn of<T: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        let json = |schema| serde_json::to_value(schema).unwrap_or_default();
        let schemas = schemas.into_iter().map(|(name, schema)| (name, json(schema))).collect();
        read(&json(T::schema()), &schemas)
    }

    /// Merges two shapes. The result fits an object with the members of both, or a value that is one or the other.
    fn merge(self, other: Shape) -> Shape {
        match (self, other) {
            (Shape::Object(mut members), Shape::Object(others)) => {
                for (name, shape) in others {
                    let merged = match members.remove(&name) {
                        Some(known) => known.merge(shape),
                        None => shape,
                    };
                    members.insert(name, merged);
                }
                Shape::Object(members)
            }
            (Shape::Integer, Shape::Number) | (Shape::Number, Shape::Integer) => Shape::Number,
            (one, other) if one == other => one,
            _ => Shape::Json,
        }
    }
}

/// Reads a schema, which may refer to `schemas`.
fn read(schema: &Value, schemas: &BTreeMap<String, Value>) -> Shape {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = reference.rsplit('/').next().and_then(|name| schemas.get(name));
        return named.map_or(Shape::Json, |schema| read(schema, schemas));
    }
    // An object composed of parts has the members of all parts. With alternatives it may have the members of any.
    if let Some(parts) = ["allOf", "oneOf", "anyOf"].iter().find_map(|parts| schema[*parts].as_array()) {
        let parts = parts.iter().filter(|part| part["type"] != "null");
        return parts.map(|part| read(part, schemas)).reduce(Shape::merge).unwrap_or(Shape::Json);
    }
    match type_of(schema) {
        Some("string") if schema["format"] == "date" => Shape::Day,
        Some("string") => Shape::Text,
        Some("integer") => Shape::Integer,
        Some("number") => Shape::Number,
        Some("boolean") => Shape::Boolean,
        Some("array") => Shape::List(Box::new(read(&schema["items"], schemas))),
        Some("object") => match (schema["properties"].as_object(), &schema["additionalProperties"]) {
            (Some(members), _) => {
                Shape::Object(members.iter().map(|(name, member)| (name.clone(), read(member, schemas))).collect())
            }
            (None, values @ Value::Object(_)) => Shape::Map(Box::new(read(values, schemas))),
            (None, _) => Shape::Json,
        },
        _ => Shape::Json,
    }
}

/// The single type that a schema allows besides `null`.
fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.next().filter(|_| names.next().is_none())
        }
        _ => None,
    }
}
