//! Lists as CSV: the same rows as in JSON, one column for each leaf of the documented shape.

use std::io;
use std::sync::Arc;

use serde::Serialize;

use super::problem::{Code, Problem};
use super::rendered::Rendered;
use super::table::Table;
use crate::answers::body::Body;
use crate::answers::edition::Edition;
use crate::api::request::excel::BYTE_ORDER_MARK;
use crate::api::request::fields::Fields;

/// A page of a list, of the columns only those of the `fields` asked for, and what leads to the next page.
///
/// # Errors
/// Those of [`render`], and 422 for fields that there are not.
pub fn page<T: Serialize>(
    columns: &[String],
    fields: Option<&str>,
    items: &[T],
    next: Option<String>,
    edition: &Arc<Edition>,
    excel: bool,
) -> Result<Rendered, Problem> {
    let left = fields.map(|fields| Fields::read(fields, columns)).transpose()?.map(|fields| fields.columns(columns));
    let body = render(left.as_deref().unwrap_or(columns), items, excel)?;
    Ok(Rendered { body: body.with_edition(edition), next })
}

/// Renders rows under the given columns; a column is a path such as `totals.basic`. For Excel the mark of UTF-8 comes
/// first.
///
/// # Errors
/// 500 when a row cannot be written, which plain data always can.
pub fn render<T: Serialize>(columns: &[String], rows: &[T], excel: bool) -> Result<Body, Problem> {
    let bytes = written(columns, rows, excel).map_err(|error| unwritten(&error))?;
    Ok(Body::new("text/csv; charset=utf-8", bytes))
}

/// What comes before the header.
#[must_use]
pub fn begin(excel: bool) -> Vec<u8> {
    if excel { BYTE_ORDER_MARK.into() } else { Vec::new() }
}

/// The answer when rows could not be written.
pub fn unwritten(error: &io::Error) -> Problem {
    log::error!("rows could not be written: {error}");
    Problem::new(Code::Internal, "something went wrong on our side; it has been logged")
}

fn written<T: Serialize>(columns: &[String], rows: &[T], excel: bool) -> io::Result<Vec<u8>> {
    let (mut table, mut bytes) = (Table::new(columns), begin(excel));
    table.header(&mut bytes)?;
    for row in rows {
        table.row(row, &mut bytes)?;
    }
    Ok(bytes)
}
