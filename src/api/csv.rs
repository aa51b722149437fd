//! Lists as CSV: the same rows as in JSON, one column for each leaf of the documented shape.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::dear::Made;
use super::fields::Fields;
use super::problem::{Code, Problem};
use super::table::Table;
use crate::registry::bodies::Body;
use crate::registry::edition::Edition;

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
) -> Result<Made, Problem> {
    let left = fields.map(|fields| Fields::read(fields, columns)).transpose()?.map(|fields| fields.columns(columns));
    let body = render(left.as_deref().unwrap_or(columns), items)?;
    Ok(Made { body: body.of(edition), next: next.map(|next| ("cursor", next)) })
}

/// Has a `Link` header lead to the next page, so that no one takes a page for the whole.
pub fn link_next(request: &HttpRequest, response: &mut HttpResponse, next: Option<&(&str, String)>) {
    let Some((parameter, value)) = next else { return };
    let others = request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with(parameter));
    let query: Vec<String> = others.map(str::to_owned).chain([format!("{parameter}={value}")]).collect();
    let link = format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"));
    // A query that is no header text was refused before; the page is right without its link, too.
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}

/// Renders rows under the given columns; a column is a path such as `totals.basic`.
///
/// # Errors
/// 500 when a row cannot be written, which plain data always can.
pub fn render<T: Serialize>(columns: &[String], rows: &[T]) -> Result<Body, Problem> {
    let mut table = Table::new(columns);
    let mut bytes = Vec::new();
    table.header(&mut bytes);
    for row in rows {
        table.row(row, &mut bytes).map_err(|error| {
            log::error!("a list could not be written as CSV: {error}");
            Problem::new(Code::Internal, "something went wrong on our side; it has been logged")
        })?;
    }
    Ok(Body::new("text/csv; charset=utf-8", bytes))
}
