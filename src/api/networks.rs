//! Networks of cities: `/v1/networks`.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, routes, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Service;
use super::request::lookup::present_network;
use super::request::query::{NoQuery, Query};
use super::response::answer::{Keep, answer};
use super::response::costly;
use super::response::list::{List, Listed, Page, page};
use super::response::problem::Problem;
use super::write::{self, Named};
use crate::answers::records::{self, NetworkAnswer};
use crate::record::{Kind, Network, Slug};
use crate::registry::Snapshot;

/// The body of a network.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct NetworkBody {
    /// The network.
    #[serde(flatten)]
    network: Network,
    /// Why it is changed; required when it was recorded before and differs.
    #[schema(required = false, min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

fn named(network: &str) -> Named<'_> {
    Named { city: None, kind: Kind::Network, id: network }
}

fn listed<'s>(snapshot: &'s Snapshot, asked: &Page) -> Result<Listed<'s, NetworkAnswer>, Problem> {
    let networks = snapshot.networks.iter();
    let keyed = networks.filter_map(|(id, entry)| Some((id.to_string(), records::network(id, &entry.network)?)));
    Ok((page(keyed.collect(), asked, "networks")?, &snapshot.edition))
}

/// List networks
///
/// The networks of cities, by id.
#[utoipa::path(operation_id = "listNetworks", tag = "networks", params(Page),
    responses((status = 200, description = "A page of networks", content((List<NetworkAnswer> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/networks")]
#[get("/networks.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    asked: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let fields = asked.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, _| listed(snapshot, &asked)).await
}

/// Get a network
///
/// The network itself. Its members are under `members`.
#[utoipa::path(operation_id = "getNetwork", tag = "networks",
    params(("network" = Slug, Path, description = "The network's id")),
    responses((status = 200, description = "The network", body = NetworkAnswer)))]
#[get("/networks/{network}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(answer(&request, &present_network(&service.registry.present(), &network)?, Keep::Revalidate))
}

/// Record a network
///
/// Administrators only. The same body again changes nothing; another body is a new revision and needs
/// a `reason`.
#[utoipa::path(operation_id = "putNetwork", tag = "networks", security(("bearer" = [])),
    params(("network" = Slug, Path, description = "The network's id")),
    request_body = NetworkBody,
    responses((status = 200, description = "The network, changed or the same already", body = NetworkAnswer),
        (status = 201, description = "The network, new or back", body = NetworkAnswer)))]
#[put("/networks/{network}")]
pub async fn put(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    write::put_named(&request, &service, payload, named(&network)).await
}

/// Withdraw a network
///
/// Administrators only. A network cannot be withdrawn before its members. The history stays.
#[utoipa::path(operation_id = "withdrawNetwork", tag = "networks", security(("bearer" = [])),
    params(("network" = Slug, Path, description = "The network's id"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/networks/{network}")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    write::withdraw_named(&request, &service, named(&network)).await
}
