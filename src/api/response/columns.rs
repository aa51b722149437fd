//! The columns of lists as CSV, known by the type of a list's items.

use std::any::TypeId;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// An item of a list that has columns.
pub trait Item: Serialize + ToSchema + 'static {}

/// An item of a list, by its type.
pub struct Named {
    item: TypeId,
    /// The name of its schema in the specification.
    name: String,
    /// The schema as the type itself has it.
    schema: fn() -> RefOr<Schema>,
}

impl Named {
    /// The item `T`.
    #[must_use]
    pub fn of<T: Item>() -> Self {
        Named { item: TypeId::of::<T>(), name: T::name().into_owned(), schema: T::schema }
    }
}

/// What says which row it is comes first, the rest by name.
const FIRST: [&str; 9] = ["sequence", "rank", "city", "target", "scope", "kind", "id", "year", "name"];

/// What a cell of a column is, where it is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text, or several values written as one.
    Text,
    /// True or false.
    Bool,
    /// A number without fraction of 32 bits.
    Int32,
    /// A number without fraction of 64 bits.
    Int64,
    /// A number.
    Double,
    /// A day: `YYYY-MM-DD`.
    Day,
    /// A time: RFC 3339, UTC.
    Time,
}

impl Kind {
    /// What the specification says of it.
    fn of(schema: &Value) -> Self {
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("boolean"), _) => Kind::Bool,
            (Some("integer"), Some("int32")) => Kind::Int32,
            (Some("integer"), _) => Kind::Int64,
            (Some("number"), _) => Kind::Double,
            (Some("string"), Some("date")) => Kind::Day,
            (Some("string"), Some("date-time")) => Kind::Time,
            _ => Kind::Text,
        }
    }
}

/// The columns of one list, by their names.
#[derive(Debug, Default)]
pub struct Shape {
    names: Vec<String>,
    kinds: Vec<Kind>,
}

impl Shape {
    /// The names: a name such as `totals.basic` leads into an object.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Those of these columns whose names are taken.
    #[must_use]
    pub fn of(&self, is_taken: impl Fn(&str) -> bool) -> Shape {
        let columns = self.names.iter().zip(&self.kinds).filter(|(name, _)| is_taken(name));
        let (names, kinds) = columns.map(|(name, kind)| (name.clone(), *kind)).unzip();
        Shape { names, kinds }
    }

    /// What is in each column, in the same order.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }
}

/// The columns of each list: one for each leaf of the documented shape of its items that is not a list.
pub struct Columns(BTreeMap<TypeId, Shape>);

impl Columns {
    /// Those of these items, by the specification. An item that no operation answers with as JSON is not in it, and is
    /// known by its type; what it is made of is in it.
    ///
    /// # Panics
    /// When an item is not specified.
    #[must_use]
    pub fn new(document: &Value, items: Vec<Named>) -> Self {
        let schemas = &document["components"]["schemas"];
        let columns = |Named { item, name, schema }: Named| {
            let own = serde_json::to_value(schema()).unwrap_or_default();
            let mut columns = Vec::new();
            leaves(schemas, schemas.get(&name).unwrap_or(&own), "", &mut columns);
            assert!(columns.len() > 1, "{name} is not specified");
            columns.sort_by_key(|(column, _)| FIRST.iter().position(|name| name == column).unwrap_or(FIRST.len()));
            let (names, kinds) = columns.into_iter().unzip();
            (item, Shape { names, kinds })
        };
        Columns(items.into_iter().map(columns).collect())
    }

    /// The names of those of a list of `T`.
    #[must_use]
    pub fn of<T: Item>(&self) -> &[String] {
        self.shape::<T>().names()
    }

    /// Those of a list of `T`.
    #[must_use]
    pub fn shape<T: Item>(&self) -> &Shape {
        &self.0[&TypeId::of::<T>()]
    }
}

fn leaves(schemas: &Value, schema: &Value, path: &str, columns: &mut Vec<(String, Kind)>) {
    let schema = resolved(schemas, schema);
    if let Some(parts) = schema["allOf"].as_array() {
        for part in parts {
            leaves(schemas, part, path, columns);
        }
        return;
    }
    match schema["properties"].as_object() {
        Some(properties) => {
            for (name, property) in properties {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(schemas, property, &path, columns);
            }
        }
        None => columns.push((path.to_owned(), Kind::of(schema))),
    }
}

/// The schema that a reference, or a choice between null and a schema, leads to; a choice between several is left.
fn resolved<'a>(schemas: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return resolved(schemas, &schemas[name]);
    }
    let choices: Vec<&Value> =
        schema["oneOf"].as_array().into_iter().flatten().filter(|choice| choice["type"] != "null").collect();
    match choices[..] {
        [choice] => resolved(schemas, choice),
        _ => schema,
    }
}
