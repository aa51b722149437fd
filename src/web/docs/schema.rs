//! A type of the specification: its members, its values, and what they may be.

use maud::{Markup, html};
use serde_json::Value;

use super::{DOCUMENT, curl, prose, text};

/// Where the types are in the specification.
const TYPES: &str = "#/components/schemas/";

pub(super) fn page(name: &str, schema: &Value) -> Markup {
    html! {
        p.crumbs { a href="/docs/" { "API" } " / " a href="/docs/#types" { "Types" } }
        h1 { (name) }
        div.guide { (prose::block(text(&schema["description"]))) }
        p { (kind(schema)) }
        (limits(schema))
        (table(schema, name))
    }
}

/// The members of the type that is meant, or what it is if it has none.
pub(super) fn members(schema: &Value, label: &str) -> Markup {
    let meant = schema["$ref"].as_str().and_then(|it| DOCUMENT.pointer(it.trim_start_matches('#'))).unwrap_or(schema);
    html! { p { (kind(schema)) } (table(meant, label)) }
}

fn table(schema: &Value, label: &str) -> Markup {
    let is_required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|it| it == name));
    html! {
        @if let Some(members) = schema["properties"].as_object() {
            div.scroll tabindex="0" role="group" aria-label={ "Members of " (label) } { table.stack {
                thead { tr { th scope="col" { "Member" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                tbody { @for (name, member) in members { (row(name, member, is_required(name))) } }
            } }
        }
    }
}

fn row(name: &str, member: &Value, is_required: bool) -> Markup {
    html! {
        tr {
            th scope="row" { code { (name) } @if is_required { " " span.note { "always" } } }
            td data-label="Type" { (kind(member)) }
            td {
                (prose::block(text(&member["description"])))
                (limits(member))
                @for (name, part) in member["properties"].as_object().into_iter().flatten() {
                    p { code { (name) } ": " (prose::line(text(&part["description"]))) }
                }
            }
        }
    }
}

/// What a value is, in a few words, with links to the types that have a name.
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix(TYPES)) {
        return html! { a href={ "/docs/types/" (name) } { (name) } };
    }
    if let Some(choices) = ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array()) {
        return html! { @for (at, choice) in choices.iter().enumerate() { @if at > 0 { " or " } (kind(choice)) } };
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! { @for (at, value) in values.iter().enumerate() { @if at > 0 { ", " } code { (curl::written(value)) } } };
    }
    if let Some(items) = schema.get("items") {
        return html! { "list of " (kind(items)) };
    }
    let words: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        one => vec![text(one)],
    };
    html! {
        (words.join(" or "))
        @if let Some(format) = schema["format"].as_str() { " (" (format) ")" }
        @if let Some(values) = schema.get("additionalProperties").filter(|it| it.is_object()) { " of " (kind(values)) }
    }
}

/// What a value is by default, for example, and at the least and the most.
pub(super) fn limits(schema: &Value) -> Markup {
    const LIMITS: [(&str, &str); 10] = [
        ("default", "Default"),
        ("example", "Example"),
        ("minimum", "At least"),
        ("maximum", "At most"),
        ("minLength", "Shortest"),
        ("maxLength", "Longest"),
        ("minItems", "Fewest"),
        ("maxItems", "Most"),
        ("pattern", "Pattern"),
        ("examples", "Examples"),
    ];
    let given: Vec<_> = LIMITS.iter().filter_map(|(member, words)| Some((*words, schema.get(*member)?))).collect();
    html! {
        @if !given.is_empty() {
            p.note { @for (at, (words, value)) in given.iter().enumerate() { @if at > 0 { " · " } (words) " " code { (short(value)) } } }
        }
    }
}

/// A value in one line.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(short).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
