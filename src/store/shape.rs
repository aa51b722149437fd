//! What a record looks like as JSON, read from its schema.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

/// What a schema describes.
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
    /// An object whose members may have any name and are all alike.
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

    /// What an object has that has the members of both, and what a value is that is one or the other.
    fn or(self, other: Shape) -> Shape {
        match (self, other) {
            (Shape::Object(mut members), Shape::Object(others)) => {
                for (name, shape) in others {
                    let both = match members.remove(&name) {
                        Some(known) => known.or(shape),
                        None => shape,
                    };
                    members.insert(name, both);
                }
                Shape::Object(members)
            }
            (Shape::Integer, Shape::Number) | (Shape::Number, Shape::Integer) => Shape::Number,
            (one, other) if one == other => one,
            _ => Shape::Json,
        }
    }
}

/// Reads a schema that may name those of `schemas`.
fn read(schema: &Value, schemas: &BTreeMap<String, Value>) -> Shape {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = reference.rsplit('/').next().and_then(|name| schemas.get(name));
        return named.map_or(Shape::Json, |schema| read(schema, schemas));
    }
    // An object that is put together of parts has the members of all, and of alternatives it may have any.
    if let Some(parts) = ["allOf", "oneOf", "anyOf"].iter().find_map(|parts| schema[*parts].as_array()) {
        let parts = parts.iter().filter(|part| part["type"] != "null");
        return parts.map(|part| read(part, schemas)).reduce(Shape::or).unwrap_or(Shape::Json);
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

/// The one type that a schema allows beside `null`.
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
