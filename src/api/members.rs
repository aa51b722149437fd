//! The members of a network: `/v1/networks/{network}/members`.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, routes, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::request::lookup::{present_network, present_record};
use super::request::query::{NoQuery, Query};
use super::response::answer::{Keep, answer};
use super::response::costly;
use super::response::list::{List, Listed, Page, page};
use super::response::problem::Problem;
use super::{Service, write};
use crate::answers::records::{self, MemberAnswer};
use crate::record::{Kind, Member, Slug};
use crate::registry::Snapshot;

/// The body of a membership.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct MemberBody {
    /// The membership.
    #[serde(flatten)]
    member: Member,
    /// Why it is changed; required when it was recorded before and differs.
    #[schema(required = false, min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

fn listed<'s>(snapshot: &'s Snapshot, network: &str, asked: &Page) -> Result<Listed<'s, MemberAnswer>, Problem> {
    present_network(snapshot, network)?;
    let cities = snapshot.present();
    let keyed =
        cities.filter_map(|(city, entry, _)| Some((city.to_string(), records::member(&entry.dossier, network)?)));
    Ok((page(keyed.collect(), asked, &format!("members {network}"))?, &snapshot.edition))
}

/// List a network's members
///
/// The cities that are or were its members, or are to be, by the city's id. `/v1/cities?network=` lists those of
/// today.
#[utoipa::path(operation_id = "listMembers", tag = "networks",
    params(("network" = Slug, Path, description = "The network's id"), Page),
    responses((status = 200, description = "A page of members", content((List<MemberAnswer> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/networks/{network}/members")]
#[get("/networks/{network}/members.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
    asked: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let fields = asked.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, _| listed(snapshot, &network, &asked)).await
}

/// Get a membership
///
/// From when to when a city belongs to a network, as far as that is known, and where it was taken from.
#[utoipa::path(operation_id = "getMember", tag = "networks",
    params(("network" = Slug, Path, description = "The network's id"), ("city" = Slug, Path, description = "The city's id")),
    responses((status = 200, description = "The membership", body = MemberAnswer)))]
#[get("/networks/{network}/members/{city}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let (network, city) = path.into_inner();
    let snapshot = service.registry.present();
    present_network(&snapshot, &network)?;
    let body = present_record(&snapshot, &city, Kind::Member, &network)?;
    Ok(answer(&request, &body, Keep::Revalidate))
}

/// Record a membership
///
/// Administrators only. A city that leaves stays recorded, with the day it left: withdraw only what was never so. The same body again changes nothing; another body is a new revision and needs a `reason`.
#[utoipa::path(operation_id = "putMember", tag = "networks", security(("bearer" = [])),
    params(("network" = Slug, Path, description = "The network's id"), ("city" = Slug, Path, description = "The city's id")),
    request_body = MemberBody,
    responses((status = 200, description = "The membership, changed or the same already", body = MemberAnswer),
        (status = 201, description = "The membership, new or back", body = MemberAnswer)))]
#[put("/networks/{network}/members/{city}")]
pub async fn put(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (network, city) = path.into_inner();
    write::put(&request, &service, payload, &city, Kind::Member, &network).await
}

/// Withdraw a membership
///
/// Administrators only. The history stays.
#[utoipa::path(operation_id = "withdrawMember", tag = "networks", security(("bearer" = [])),
    params(("network" = Slug, Path, description = "The network's id"), ("city" = Slug, Path, description = "The city's id"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/networks/{network}/members/{city}")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (network, city) = path.into_inner();
    write::withdraw(&request, &service, &city, Kind::Member, &network).await
}
