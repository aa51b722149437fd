//! An operation as a command to copy, filled in with the examples of the specification.

use std::fmt::Write as _;

use serde_json::Value;

use super::{DOCUMENT, Operation, text};

/// The path and the query, with an example for each parameter that must be given.
pub(super) fn address(operation: &Operation) -> String {
    let (mut path, mut query) = (operation.path.to_owned(), Vec::new());
    for parameter in operation.told["parameters"].as_array().into_iter().flatten() {
        let (name, Some(value)) = (text(&parameter["name"]), example(parameter)) else { continue };
        match text(&parameter["in"]) {
            "path" => path = path.replace(&format!("{{{name}}}"), &value),
            "query" => query.push((name, value)),
            _ => {}
        }
    }
    // Pairs of texts can always be written as a query.
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// The example of a parameter, else that of its type.
fn example(parameter: &Value) -> Option<String> {
    let schema = &parameter["schema"];
    let schema = schema["$ref"].as_str().and_then(|it| DOCUMENT.pointer(it.trim_start_matches('#'))).unwrap_or(schema);
    parameter.get("example").or_else(|| schema.get("example")).map(written)
}

/// A text as it is, anything else as JSON.
pub(super) fn written(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => serde_json::to_string_pretty(value).unwrap_or_default(),
    }
}

/// A command for each kind of body, or one for an operation without; with what the kind is.
pub(super) fn commands(operation: &Operation, public_url: &str) -> Vec<(Option<&'static str>, String)> {
    let method = match operation.method {
        "get" => String::new(),
        other => format!(" -X {}", other.to_uppercase()),
    };
    let key = if operation.is_locked() { " -H \"Authorization: Bearer $KEY\"" } else { "" };
    let start = format!("curl -s{method}{key}");
    let address = quoted(&format!("{public_url}{}", address(operation)));
    let Some(contents) = operation.told["requestBody"]["content"].as_object() else {
        return vec![(None, format!("{start} {address}"))];
    };
    let command = |(kind, content): (&'static String, &Value)| {
        let mut command = format!("{start} \\\n  -H 'Content-Type: {kind}' \\\n  {address} \\\n  ");
        // A body that cannot be written down is sent from a file.
        let body = content.get("example").map_or_else(|| "@FILE".to_owned(), |example| quoted(&written(example)));
        let _ = write!(command, "--data-binary {body}");
        (Some(kind.as_str()), command)
    };
    contents.iter().map(command).collect()
}

/// A word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
