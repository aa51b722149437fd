//! Lists as CSV: the same rows as in JSON, one column for each leaf of the documented shape.

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::Value;

use super::conditional::{Keep, answer};
use super::fields::Fields;
use super::problem::{Code, Problem};
use crate::registry::bodies::Body;

/// Answers with a page of a list; a `Link` header leads to the next one, so that no one takes a page for
/// the whole.
///
/// # Errors
/// Those of [`render`].
pub fn answer_list<T: Serialize>(
    request: &HttpRequest,
    columns: &[String],
    items: &[T],
    next: Option<(&str, String)>,
) -> Result<HttpResponse, Problem> {
    answer_fields(request, columns, None, items, next)
}

/// The same with only the columns of the `fields` asked for.
///
/// # Errors
/// Those of [`render`], and 422 for fields that there are not.
pub fn answer_fields<T: Serialize>(
    request: &HttpRequest,
    columns: &[String],
    fields: Option<&str>,
    items: &[T],
    next: Option<(&str, String)>,
) -> Result<HttpResponse, Problem> {
    let left = fields.map(|fields| Fields::read(fields, columns)).transpose()?.map(|fields| fields.columns(columns));
    let mut response = answer(request, &render(left.as_deref().unwrap_or(columns), items)?, Keep::Revalidate);
    if let Some((parameter, value)) = next {
        let others = request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with(parameter));
        let query: Vec<String> = others.map(str::to_owned).chain([format!("{parameter}={value}")]).collect();
        let link = format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"));
        // A query that is no header text was refused before; the page is right without its link, too.
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

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

/// The text of a cell; the words of a list are joined by semicolons, and what a spreadsheet would run as a formula is made plain text.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(text).into_owned(),
        Some(Value::Array(elements)) => match words(elements) {
            Some(words) => harmless(&words.join(";")).into_owned(),
            None => Value::from(elements.as_slice()).to_string(),
        },
        Some(other) => other.to_string(),
    }
}

/// A text as a cell; what a spreadsheet would run as a formula is made plain text.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

/// The words of a list, those of things with a `code` being their codes; none for any other list.
fn words(elements: &[Value]) -> Option<Vec<&str>> {
    elements.iter().map(|element| element.as_str().or_else(|| element["code"].as_str())).collect()
}
