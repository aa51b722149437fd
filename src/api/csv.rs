//! Lists as CSV: the same rows as in JSON, one column for each leaf of the documented shape.

use serde::Serialize;
use serde_json::Value;

use super::problem::{Code, Problem};
use crate::registry::bodies::Body;

/// Renders rows under the given columns; a column is a path such as `totals.basic`.
///
/// # Errors
/// 500 when a row cannot be written, which plain data always can.
pub fn render<T: Serialize>(columns: &[String], rows: &[T]) -> Result<Body, Problem> {
    let mistake = |error: &dyn std::fmt::Display| {
        log::error!("a list could not be written as CSV: {error}");
        Problem::new(Code::Internal, "something went wrong on our side; it has been logged")
    };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns).map_err(|error| mistake(&error))?;
    for row in rows {
        let row = serde_json::to_value(row).map_err(|error| mistake(&error))?;
        let cells = columns.iter().map(|column| cell(column.split('.').try_fold(&row, |value, name| value.get(name))));
        writer.write_record(cells).map_err(|error| mistake(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| mistake(&error))?;
    Ok(Body::new("text/csv; charset=utf-8", bytes))
}

/// The text of a cell; what a spreadsheet would run as a formula is made plain text.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => {
            if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                format!("'{text}")
            } else {
                text.clone()
            }
        }
        Some(other) => other.to_string(),
    }
}
