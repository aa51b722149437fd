//! The schemas of the specification: what the generator nests is made flat, and bodies are closed.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Makes every schema of our own one flat object: what serde flattens, the generator describes as
/// `allOf` parts, of which none may be closed against unknown members. Bodies are then closed.
pub(super) fn flatten(document: &mut Value) {
    let original = document["components"]["schemas"].clone();
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    for (name, schema) in schemas.iter_mut() {
        // The generator writes the items of a list out; by name they are described once, and kept.
        let item = ["List_", "Ranking_"].iter().find_map(|list| name.strip_prefix(list));
        if let Some(item) = item.filter(|item| original[*item].is_object()) {
            for list in ["items", "unranked"] {
                if let Some(list) = schema["properties"].get_mut(list) {
                    list["items"] = json!({"$ref": format!("#/components/schemas/{item}")});
                }
            }
        }
        if schema["allOf"].is_array() || schema["oneOf"].as_array().is_some_and(|parts| parts.iter().all(is_object)) {
            let description = schema["description"].clone();
            let mut flat = Flat::default();
            flat.add(&original, schema);
            *schema = flat.into_schema(description);
        }
        // An optional member is left out when absent, never null; only GeoJSON has a member that may be.
        if name != "CityFeature" {
            drop_null(schema);
        }
        let is_body = name.ends_with("Body");
        // A year may be sent as a number; answers have it as text.
        if !is_body && schema["properties"]["ended_on"].is_object() {
            schema["properties"]["ended_on"]["type"] = json!("string");
        }
        if name == "ReportBody"
            && let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut)
        {
            // A report's year is in its path, and may be repeated.
            required.retain(|field| field != "year");
        }
        if name == "CityBody"
            && let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut)
        {
            required.retain(|field| field != "boundary");
        }
        if is_body || READ_PARTS.contains(&name.as_str()) {
            schema["additionalProperties"] = json!(false);
        }
    }
    drop_unused(document);
}

/// The parts of bodies that are read member by member, so that unknown members are refused.
const READ_PARTS: &[&str] =
    &["Totals", "Period", "Source", "Verification", "Line", "Milestone", "AlsoStated", "Predecessor"];

fn is_object(schema: &Value) -> bool {
    schema["type"] == "object" || schema["allOf"].is_array()
}

/// The members of the parts of an `allOf`, merged.
#[derive(Default)]
struct Flat {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
}

impl Flat {
    fn add(&mut self, schemas: &Value, part: &Value) {
        let part = match part["$ref"].as_str() {
            Some(reference) => &schemas[reference.rsplit('/').next().unwrap_or_default()],
            None => part,
        };
        for part in part["allOf"].as_array().into_iter().flatten() {
            self.add(schemas, part);
        }
        // Of alternatives every member may be there; only what all of them require is required.
        let choices: Vec<Flat> = part["oneOf"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|choice| {
                let mut flat = Flat::default();
                flat.add(schemas, choice);
                flat
            })
            .collect();
        if let Some(first) = choices.first() {
            let common =
                first.required.iter().filter(|name| choices.iter().all(|choice| choice.required.contains(*name)));
            self.required.extend(common.cloned());
        }
        for (name, property) in choices.into_iter().flat_map(|choice| choice.properties) {
            self.add_property(name, property);
        }
        for (name, property) in part["properties"].as_object().into_iter().flatten() {
            self.add_property(name.clone(), property.clone());
        }
        let required = part["required"].as_array().into_iter().flatten();
        self.required.extend(required.filter_map(|name| name.as_str().map(str::to_owned)));
    }

    /// Adds a member; the word that tells alternatives apart becomes one of all their words.
    fn add_property(&mut self, name: String, property: Value) {
        match self.properties.get_mut(&name) {
            Some(known) => {
                let words = property["enum"].as_array().cloned().unwrap_or_default();
                if let Some(known) = known.get_mut("enum").and_then(Value::as_array_mut) {
                    known.extend(words.into_iter().filter(|word| !known.contains(word)).collect::<Vec<_>>());
                }
            }
            None => {
                self.properties.insert(name, property);
            }
        }
    }

    fn into_schema(mut self, description: Value) -> Value {
        if let Some(kind) =
            self.properties.get_mut("kind").filter(|kind| kind["description"].is_null() && kind["enum"].is_array())
        {
            kind["description"] = json!("The kind of target.");
        }
        let mut schema = json!({"type": "object", "properties": self.properties});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        if !description.is_null() {
            schema["description"] = description;
        }
        schema
    }
}

/// Takes the null out of members that the generator calls nullable because they are optional.
fn drop_null(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Map::values_mut) {
        if let Some(types) = property["type"].as_array().cloned() {
            let mut types: Vec<Value> = types.into_iter().filter(|kind| kind != "null").collect();
            property["type"] = if types.len() == 1 { types.remove(0) } else { Value::Array(types) };
        }
        if let Some(choices) = property["oneOf"].as_array().cloned() {
            let mut choices: Vec<Value> = choices.into_iter().filter(|choice| choice["type"] != "null").collect();
            if choices.len() == 1 {
                let description = property["description"].clone();
                *property = choices.remove(0);
                if !description.is_null() {
                    property["description"] = description;
                }
            }
        }
    }
}

/// Drops schemas that nothing refers to once the parts are merged.
fn drop_unused(document: &mut Value) {
    loop {
        let text = document.to_string();
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
        let before = schemas.len();
        schemas.retain(|name, _| name == "Problem" || text.contains(&format!("\"#/components/schemas/{name}\"")));
        if schemas.len() == before {
            return;
        }
    }
}
