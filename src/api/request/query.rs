//! Queries, and those of resources that take none.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::api::response::problem::{Code, Problem};

/// The query of a resource that has no parameters: anything is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// Reads the query by hand, after the key was checked.
///
/// # Errors
/// 400 for parameters that the resource does not have, or that cannot be read.
pub fn query<T: serde::de::DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    web::Query::<T>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .map_err(|error| Problem::new(Code::InvalidQuery, error.to_string()))
}

/// Refuses any query parameter.
///
/// # Errors
/// 400 when there is one.
pub fn refuse_query(request: &HttpRequest) -> Result<(), Problem> {
    query::<NoQuery>(request).map(drop)
}
