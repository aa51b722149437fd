//! `excel=true`: CSV that begins with the mark by which Excel knows UTF-8.

use actix_web::{HttpRequest, web};

use crate::api::response::problem::Problem;

/// The name of the parameter.
pub const EXCEL: &str = "excel";
/// The byte order mark of UTF-8. Other programs may take it for a part of the first column's name, so it is not there
/// unless it is asked for.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// True if what is at the path can have the mark: all CSV but the templates, which always have it.
#[must_use]
pub fn is_taken(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, suffix)| suffix == "csv") && !path.starts_with("/v1/templates/")
}

/// True if a request, whose query was read, asks for the mark.
#[must_use]
pub fn is_asked(request: &HttpRequest) -> bool {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let is_mark = |(name, value): &(String, String)| name == EXCEL && value == "true";
    is_taken(request.match_info().as_str()) && pairs.is_ok_and(|pairs| pairs.iter().any(is_mark))
}

/// Takes the parameter out of those of a request, so that what is at the path need not know it.
///
/// # Errors
/// 400 when it is neither true nor false, or there twice.
pub fn take(pairs: &mut Vec<(String, String)>) -> Result<(), Problem> {
    let values: Vec<String> = pairs.extract_if(.., |(name, _)| name == EXCEL).map(|(_, value)| value).collect();
    match values.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["true" | "false"] => Ok(()),
        [_] => Err(Problem::parameter(EXCEL, "wrong_type", "must be true or false")),
        _ => Err(Problem::parameter(EXCEL, "duplicate", "must not be given twice")),
    }
}
