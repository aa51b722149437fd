//! The page of one operation: how it is asked, what it takes, and what it answers.

use maud::{Markup, html};
use serde_json::Value;

use super::{Operation, capital, curl, prose, request_line, schema, text};

pub(super) fn page(operation: &Operation, public_url: &str) -> Markup {
    let (told, tag) = (operation.told, operation.tag());
    html! {
        p.crumbs { a href="/docs/" { "API" } " / " a href={ "/docs/#" (tag) } { (capital(tag)) } }
        h1 { (text(&told["summary"])) }
        p { (request_line(operation)) }
        div.guide { (prose::block(text(&told["description"]))) }
        (commands(operation, public_url))
        (parameters(&told["parameters"]))
        (body(&told["requestBody"]))
        section {
            h2 { "Answers" }
            @for (status, answer) in answers(told, true) { (success(status, answer)) }
            (refusals(operation))
        }
    }
}

/// The answers that are refusals, or those that are not.
fn answers(told: &'static Value, good: bool) -> impl Iterator<Item = (&'static String, &'static Value)> {
    let all = told["responses"].as_object().into_iter().flatten();
    all.filter(move |(status, _)| good == matches!(status.as_bytes().first(), Some(b'1'..=b'3')))
}

fn commands(operation: &Operation, public_url: &str) -> Markup {
    html! {
        section {
            h2 { "Try it" }
            @for (kind, command) in curl::commands(operation, public_url) {
                @if let Some(kind) = kind { h3 { (kind) } }
                pre tabindex="0" { code { (command) } }
            }
            @if operation.method == "get" && !operation.is_locked() {
                // One that never ends is nothing to look at.
                @if operation.told["responses"]["200"]["content"].get("text/event-stream").is_none() {
                    p { a href=(curl::address(operation)) { "Open the answer" } }
                }
            } @else {
                p.note { code { "$KEY" } " is a key of this service: " a href="/guide/keys" { "how keys are made" } "." }
            }
        }
    }
}

fn parameters(parameters: &Value) -> Markup {
    let all = parameters.as_array().map_or(&[][..], Vec::as_slice);
    html! {
        @if !all.is_empty() {
            section {
                h2 #parameters { "Parameters" }
                div.scroll tabindex="0" role="group" aria-labelledby="parameters" { table.stack {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "In" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                    tbody { @for parameter in all { (row(parameter)) } }
                } }
            }
        }
    }
}

fn row(parameter: &Value) -> Markup {
    html! {
        tr {
            th scope="row" {
                code { (text(&parameter["name"])) }
                @if parameter["required"] == true { " " span.note { "required" } }
            }
            td data-label="In" { (text(&parameter["in"])) }
            td data-label="Type" { (schema::kind(&parameter["schema"])) }
            td {
                (prose::block(text(&parameter["description"])))
                @if let Some(example) = parameter.get("example") { p.note { "Example: " code { (curl::written(example)) } } }
                (schema::limits(&parameter["schema"]))
                @if let Some(words) = parameter["schema"]["description"].as_str() {
                    details { summary { "What the words mean" } (prose::block(words)) }
                }
            }
        }
    }
}

fn body(body: &Value) -> Markup {
    html! {
        @if let Some(contents) = body["content"].as_object() {
            section {
                h2 { "Body" }
                div.guide { (prose::block(text(&body["description"]))) }
                @for (kind, content) in contents {
                    h3 { (kind) }
                    (schema::members(&content["schema"], kind))
                }
            }
        }
    }
}

fn success(status: &str, answer: &Value) -> Markup {
    html! {
        h3 { (status) }
        div.guide { (prose::block(text(&answer["description"]))) }
        @if let Some(headers) = answer["headers"].as_object() {
            ul { @for (name, header) in headers { li { code { (name) } ": " (prose::line(text(&header["description"]))) } } }
        }
        @for (kind, content) in answer["content"].as_object().into_iter().flatten() {
            p { code { (kind) } ": " (schema::kind(&content["schema"])) }
            @if let Some(example) = content.get("example") {
                details { summary { "Example of " (status) ", " (kind) } pre tabindex="0" { code { (curl::written(example)) } } }
            }
        }
    }
}

fn refusals(operation: &Operation) -> Markup {
    let all: Vec<_> = answers(operation.told, false).collect();
    html! {
        @if !all.is_empty() {
            h3 { "Refusals" }
            p { "Each is a " a href="/docs/types/Problem" { "problem" } " of the type " code { "application/problem+json" } "." }
            ul { @for (status, answer) in all { li { strong { (status) } " " (prose::line(text(&answer["description"]))) } } }
        }
    }
}
