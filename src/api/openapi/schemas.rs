//! The schemas of the specification: what the generator nests is made flat, and bodies are closed.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Makes every schema of our own one flat object: what serde flattens, the generator describes as
/// `allOf` parts, of which none may be closed against unknown members. Bodies are then closed.
pub(super) fn flatten(document: &mut Value) {
    let original = document["components"]["schemas"].clone();
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let mut variants = Map::new();
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
        if name == "TargetBody" {
            *schema = union_by_kind(&original, schema, &mut variants);
        } else if schema["allOf"].is_array()
            || schema["oneOf"].as_array().is_some_and(|parts| parts.iter().all(is_object))
        {
            let description = schema["description"].clone();
            let mut flat = Flat::default();
            flat.add(&original, schema);
            *schema = flat.into_schema(description);
        }
        // An optional member is left out when absent, never null; only GeoJSON has a member that may be.
        if name != "CityFeature" {
            drop_null(schema);
        }
        let is_body = name.ends_with("Body") && schema["properties"].is_object();
        // A year may be sent as a number; answers have it as text.
        if !name.ends_with("Body")
            && let Some(ended_on) =
                schema.pointer_mut("/properties/ended_on").filter(|member| !member["$ref"].is_null())
        {
            *ended_on = json!({"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$",
                "description": ended_on["description"]});
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
    schemas.append(&mut variants);
    drop_unused(document);
}

/// A body that has other members for each `kind`: one closed schema a kind, which go to `variants`.
fn union_by_kind(schemas: &Value, body: &Value, variants: &mut Map<String, Value>) -> Value {
    let mut mapping = Map::new();
    for choice in kinds(schemas, body) {
        let Some(kind) = choice["properties"]["kind"]["enum"][0].as_str() else { continue };
        let name: String = kind.split('_').map(capitalized).chain(["TargetBody".to_owned()]).collect();
        if mapping.contains_key(kind) {
            continue;
        }
        let mut flat = Flat { kind: Some(kind), ..Flat::default() };
        flat.add(schemas, body);
        let mut variant = flat.into_schema(choice["description"].clone());
        drop_null(&mut variant);
        variant["additionalProperties"] = json!(false);
        mapping.insert(kind.to_owned(), json!(format!("#/components/schemas/{name}")));
        variants.insert(name, variant);
    }
    let choices: Vec<Value> = mapping.values().map(|reference| json!({"$ref": reference})).collect();
    json!({"description": body["description"], "oneOf": choices,
        "discriminator": {"propertyName": "kind", "mapping": mapping}})
}

/// The alternatives within a schema that a `kind` tells apart.
fn kinds<'s>(schemas: &'s Value, schema: &'s Value) -> Vec<&'s Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return kinds(schemas, &schemas[reference.rsplit('/').next().unwrap_or_default()]);
    }
    match schema["oneOf"].as_array() {
        Some(choices) => choices.iter().collect(),
        None => schema["allOf"].as_array().into_iter().flatten().flat_map(|part| kinds(schemas, part)).collect(),
    }
}

pub(super) fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at_checked(1).unwrap_or_default();
    first.to_uppercase() + rest
}

/// The parts of bodies that are read member by member, so that unknown members are refused.
const READ_PARTS: &[&str] =
    &["Totals", "Period", "Source", "Verification", "Line", "Milestone", "AlsoStated", "Predecessor"];

fn is_object(schema: &Value) -> bool {
    schema["type"] == "object" || schema["allOf"].is_array()
}

/// The members of the parts of an `allOf`, merged.
#[derive(Default)]
struct Flat<'k> {
    /// Of alternatives with a `kind` only those of this one, if it is given.
    kind: Option<&'k str>,
    properties: Map<String, Value>,
    required: BTreeSet<String>,
}

impl Flat<'_> {
    fn add(&mut self, schemas: &Value, part: &Value) {
        let part = match part["$ref"].as_str() {
            Some(reference) => &schemas[reference.rsplit('/').next().unwrap_or_default()],
            None => part,
        };
        for part in part["allOf"].as_array().into_iter().flatten() {
            self.add(schemas, part);
        }
        // Of alternatives every member may be there; only what all of them require is required.
        let kind = self.kind;
        let choices: Vec<Flat<'_>> = part["oneOf"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|choice| kind.is_none_or(|kind| choice["properties"]["kind"]["enum"] == json!([kind])))
            .map(|choice| {
                let mut flat = Flat { kind, ..Flat::default() };
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
