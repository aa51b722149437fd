//! The city's right of reply: `/v1/cities/{city}/statement`.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};

use super::Service;
use super::request::lookup::present_record;
use super::request::query::{NoQuery, Query};
use super::response::answer::{CachePolicy, answer};
use super::response::problem::Problem;
use super::write::{self, Named, put_body};
use crate::answers::records::StatementAnswer;
use crate::record::{Kind, Slug, Statement};

put_body! {
    /// The body of a statement.
    StatementBody {
        /// The statement.
        statement: Statement
    }
}

fn named(city: &str) -> Named<'_> {
    Named { city: Some(city), kind: Kind::Statement, id: Statement::ID }
}

/// Get a city's statement
///
/// What the city replies to the verdicts on it. It is shown beside them under the city's `status`, too.
#[utoipa::path(operation_id = "getStatement", tag = "statement",
    params(("city" = Slug, Path, description = "The city's id")),
    responses((status = 200, description = "The statement", body = StatementAnswer)))]
#[get("/cities/{city}/statement")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let body = present_record(&service.registry.present(), &city, Kind::Statement, Statement::ID)?;
    Ok(answer(&request, &body, CachePolicy::Revalidate))
}

/// Record a city's statement
///
/// A city makes one statement, of all verdicts or of the `target` it names; no verdict changes by it. The same body again changes nothing; another body is a new revision and needs a `reason`.
#[utoipa::path(operation_id = "putStatement", tag = "statement", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id")),
    request_body = StatementBody,
    responses((status = 200, description = "The statement, changed or the same already", body = StatementAnswer),
        (status = 201, description = "The statement, new or back", body = StatementAnswer)))]
#[put("/cities/{city}/statement")]
pub async fn put(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    write::put(&request, &service, payload, named(&city)).await
}

/// Withdraw a city's statement
///
/// The verdicts then stand alone. The history stays.
#[utoipa::path(operation_id = "withdrawStatement", tag = "statement", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/cities/{city}/statement")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    write::withdraw(&request, &service, named(&city)).await
}
