//! What keeps a text from being JSON, in our own words: those of the parser are for programmers.

use serde_json::error::Category;

/// Says of a text that is not JSON what is wrong with it, and where.
#[must_use]
pub fn explain(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => format!("it ends too early, at {place}"),
        Category::Syntax => format!("what stands at {place} is no part of JSON"),
        Category::Data => format!("what stands at {place} is not of the kind that is needed there"),
        Category::Io => "it could not be read".to_owned(),
    }
}
