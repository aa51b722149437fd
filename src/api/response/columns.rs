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

/// The columns of each list: one for each leaf of the documented shape of its items that is not a list.
pub struct Columns(BTreeMap<TypeId, Vec<String>>);

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
            columns.sort_by_key(|column| FIRST.iter().position(|name| name == column).unwrap_or(FIRST.len()));
            (item, columns)
        };
        Columns(items.into_iter().map(columns).collect())
    }

    /// Those of a list of `T`.
    #[must_use]
    pub fn of<T: Item>(&self) -> &[String] {
        &self.0[&TypeId::of::<T>()]
    }
}

fn leaves(schemas: &Value, schema: &Value, path: &str, columns: &mut Vec<String>) {
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
        None => columns.push(path.to_owned()),
    }
}

/// The schema that a reference, or a choice between null and a schema, leads to.
fn resolved<'a>(schemas: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return resolved(schemas, &schemas[name]);
    }
    match schema["oneOf"].as_array().and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
        Some(choice) => resolved(schemas, choice),
        None => schema,
    }
}
