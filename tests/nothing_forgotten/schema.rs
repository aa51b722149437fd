//! Values made from the schemas of the specification, so that a new member is made by itself.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::string::string_regex;
use serde_json::{Map, Value, json};

use crate::support::TODAY;

/// The schemas of the specification, by name.
pub struct Schemas(pub Value);

/// Elements of an array, and members of an object whose members may have any name, at the most.
const MOST: u64 = 4;
/// How often a member that may be left out is there.
const OFTEN: f64 = 0.8;

impl Schemas {
    /// Any value that the schema of this name allows.
    pub fn any(&self, name: &str) -> BoxedStrategy<Value> {
        self.value(&self.0[name])
    }

    /// The names of the members that an object of this schema may have, but for the reason why it is changed.
    pub fn members(&self, name: &str) -> BTreeSet<&str> {
        let schema = &self.0[name];
        let alternatives = schema["oneOf"].as_array().into_iter().flatten().map(|choice| self.resolved(choice));
        let properties = alternatives.chain([schema]).filter_map(|schema| schema["properties"].as_object());
        properties.flat_map(Map::keys).map(String::as_str).filter(|name| *name != "reason").collect()
    }

    /// The words of a vocabulary, in its order.
    pub fn words(&self, name: &str) -> Vec<&str> {
        self.0[name]["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
    }

    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.resolved(&self.0[reference.rsplit('/').next().unwrap()]),
            None => schema,
        }
    }

    fn value(&self, schema: &Value) -> BoxedStrategy<Value> {
        let schema = self.resolved(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            return Union::new(choices.iter().map(|choice| self.value(choice))).boxed();
        }
        if let Some(words) = schema["enum"].as_array() {
            return select(words.clone()).boxed();
        }
        match &schema["type"] {
            Value::Array(types) => {
                let of = |kind: &Value| {
                    let mut one = schema.clone();
                    one["type"] = kind.clone();
                    self.value(&one)
                };
                Union::new(types.iter().map(of)).boxed()
            }
            Value::String(kind) => match kind.as_str() {
                "boolean" => any::<bool>().prop_map(Value::from).boxed(),
                "integer" => numbers(schema, 1),
                "number" => numbers(schema, 1_000),
                "string" => texts(schema),
                "array" => {
                    let least = schema["minItems"].as_u64().unwrap_or(0);
                    let most = schema["maxItems"].as_u64().unwrap_or(MOST).min(MOST.max(least));
                    let items = self.value(&schema["items"]);
                    prop::collection::vec(items, least as usize..=most as usize).prop_map(Value::from).boxed()
                }
                "object" => self.object(schema),
                other => panic!("nothing is known of the type {other}: {schema}"),
            },
            _ => panic!("nothing is known of such a schema: {schema}"),
        }
    }

    fn object(&self, schema: &Value) -> BoxedStrategy<Value> {
        let Some(properties) = schema["properties"].as_object() else {
            // Of any name.
            let values = self.value(&schema["additionalProperties"]);
            let named = prop::collection::btree_map("[a-z][a-z0-9_]{0,8}", values, 0..MOST as usize);
            return named.prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()).boxed();
        };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let members: Vec<_> = properties
            .iter()
            .map(|(name, property)| {
                let value = self.value(property);
                let value = if required.contains(&name.as_str()) {
                    value.prop_map(Some).boxed()
                } else {
                    prop::option::weighted(OFTEN, value).boxed()
                };
                (Just(name.clone()), value)
            })
            .collect();
        let made = members.prop_map(|members| {
            let there = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
            there.collect::<Map<_, _>>().into()
        });
        made.boxed()
    }

    /// The places of all members within the schema of this name.
    pub fn places(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.add_places(&self.0[name], None, name, &mut found);
        found
    }

    /// The places of the members that a value of the schema of this name has.
    pub fn places_in(&self, name: &str, value: &Value) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.add_places(&self.0[name], Some(value), name, &mut found);
        found
    }

    fn add_places(&self, schema: &Value, value: Option<&Value>, place: &str, found: &mut BTreeSet<String>) {
        let schema = self.resolved(schema);
        if schema["discriminator"].is_object() {
            let alternatives = schema["oneOf"].as_array().into_iter().flatten();
            alternatives.for_each(|choice| self.add_places(choice, value, place, found));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = format!("{place}/{name}");
            match value.map(|value| &value[name]) {
                Some(Value::Null) => {}
                within => {
                    self.add_places(property, within, &place, found);
                    found.insert(place);
                }
            }
        }
        if schema["items"].is_object() {
            match value {
                None => self.add_places(&schema["items"], None, place, found),
                Some(value) => {
                    let elements = value.as_array().unwrap();
                    elements.iter().for_each(|element| self.add_places(&schema["items"], Some(element), place, found));
                }
            }
        }
    }
}

/// Numbers within the bounds of a schema, with as many parts to one as `parts`; the bounds themselves among them.
fn numbers(schema: &Value, parts: i64) -> BoxedStrategy<Value> {
    let bound = |name: &str, otherwise: f64| schema[name].as_f64().unwrap_or(otherwise) * parts as f64;
    let (least, most) = (bound("minimum", -1e6).ceil() as i64, bound("maximum", 1e6).floor() as i64);
    let small = least.max(-2_000 * parts)..=most.min(2_500 * parts);
    let counts = prop_oneof![1 => Just(least), 1 => Just(most), 4 => small, 4 => least..=most];
    counts
        .prop_map(
            move |count| if count % parts == 0 { json!(count / parts) } else { json!(count as f64 / parts as f64) },
        )
        .boxed()
}

/// Texts that a schema allows: days that have come, texts of a pattern, or texts that tables and SQL stumble over.
fn texts(schema: &Value) -> BoxedStrategy<Value> {
    if schema["format"] == "date" {
        let today: NaiveDate = TODAY.parse().unwrap();
        return (0_u64..15_000).prop_map(move |back| json!(today.checked_sub_days(Days::new(back)).unwrap())).boxed();
    }
    let Some(pattern) = schema["pattern"].as_str() else {
        let within = "[-=+@'#_x0-9a-zA-Z\",;:. \u{a0}éß€中%{}\\\\$]{0,12}";
        let end = "[-=+@'#_x0-9a-zA-Z\",;:.é€中]";
        return string_regex(&format!("({end}{within})?{end}")).unwrap().prop_map(Value::from).boxed();
    };
    // What follows a pattern without an end may be anything.
    let closed = pattern.strip_suffix('$').map_or_else(|| format!("{pattern}[a-z0-9]{{1,12}}"), str::to_owned);
    string_regex(closed.trim_start_matches('^')).unwrap().prop_map(Value::from).boxed()
}
