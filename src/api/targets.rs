//! Targets: `/v1/cities/{city}/targets`.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, routes, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::request::lookup::{present_city, present_record};
use super::request::query::{NoQuery, Query};
use super::response::answer::{Keep, answer};
use super::response::costly;
use super::response::list::{List, Listed, Page, page};
use super::response::problem::Problem;
use super::{Service, write};
use crate::answers::records::{self, TargetAnswer};
use crate::record::{Kind, Slug, Target};
use crate::registry::Snapshot;

/// The body of a target.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct TargetBody {
    /// The target.
    #[serde(flatten)]
    target: Target,
    /// Why it is changed; required when it was recorded before and differs.
    #[schema(required = false, min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

fn listed<'s>(snapshot: &'s Snapshot, city: &str, asked: &Page) -> Result<Listed<'s, TargetAnswer>, Problem> {
    let (entry, _) = present_city(snapshot, city)?;
    let keyed = entry
        .dossier
        .targets
        .keys()
        .filter_map(|id| Some((id.to_string(), records::target(&entry.dossier, id.as_str())?)));
    Ok((page(keyed.collect(), asked, &format!("targets {}", entry.dossier.id))?, &entry.edition))
}

/// List a city's targets
///
/// What the city pledges and pledged, by id; superseded targets too.
#[utoipa::path(operation_id = "listTargets", tag = "targets",
    params(("city" = Slug, Path, description = "The city's id"), Page),
    responses((status = 200, description = "A page of targets", content((List<TargetAnswer> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/cities/{city}/targets")]
#[get("/cities/{city}/targets.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    asked: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let fields = asked.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, _| listed(snapshot, &city, &asked)).await
}

/// Get a target
///
/// A pledge as recorded. Whether it is kept is under the city's `status`.
#[utoipa::path(operation_id = "getTarget", tag = "targets",
    params(("city" = Slug, Path, description = "The city's id"), ("target" = Slug, Path, description = "The target's id")),
    responses((status = 200, description = "The target", body = TargetAnswer)))]
#[get("/cities/{city}/targets/{target}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let (city, target) = path.into_inner();
    let body = present_record(&service.registry.present(), &city, Kind::Target, &target)?;
    Ok(answer(&request, &body, Keep::Revalidate))
}

/// Record a target
///
/// A weakened target is a new revision: what was asked before stays visible. A city may have 100 targets, withdrawn ones included. The same body again changes nothing; another body is a new revision and needs a `reason`.
#[utoipa::path(operation_id = "putTarget", tag = "targets", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ("target" = Slug, Path, description = "The target's id")),
    request_body = TargetBody,
    responses((status = 200, description = "The target, changed or the same already", body = TargetAnswer),
        (status = 201, description = "The target, new or back", body = TargetAnswer)))]
#[put("/cities/{city}/targets/{target}")]
pub async fn put(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (city, target) = path.into_inner();
    write::put(&request, &service, payload, &city, Kind::Target, &target).await
}

/// Withdraw a target
///
/// A target that another names as its successor, or the city's statement names, cannot be withdrawn before it. The history stays.
#[utoipa::path(operation_id = "withdrawTarget", tag = "targets", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ("target" = Slug, Path, description = "The target's id"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/cities/{city}/targets/{target}")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (city, target) = path.into_inner();
    write::withdraw(&request, &service, &city, Kind::Target, &target).await
}
