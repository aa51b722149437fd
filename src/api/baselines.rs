//! Baselines: `/v1/cities/{city}/baselines`.

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
use crate::answers::records::{self, InventoryAnswer};
use crate::record::{Inventory, Kind, Slug};
use crate::registry::Snapshot;

/// The body of a baseline.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct BaselineBody {
    /// The baseline.
    #[serde(flatten)]
    inventory: Inventory,
    /// Why it is changed; required when it was recorded before and differs.
    #[schema(required = false, min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

fn listed<'s>(snapshot: &'s Snapshot, city: &str, asked: &Page) -> Result<Listed<'s, InventoryAnswer>, Problem> {
    let (entry, _) = present_city(snapshot, city)?;
    let keyed = entry
        .dossier
        .baselines
        .keys()
        .filter_map(|id| Some((id.to_string(), records::baseline(&entry.dossier, id.as_str())?)));
    Ok((page(keyed.collect(), asked, &format!("baselines {}", entry.dossier.id))?, &entry.edition))
}

/// List a city's baselines
///
/// The base-year inventories that targets are measured from, by id.
#[utoipa::path(operation_id = "listBaselines", tag = "baselines",
    params(("city" = Slug, Path, description = "The city's id"), Page),
    responses((status = 200, description = "A page of baselines", content((List<InventoryAnswer> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/cities/{city}/baselines")]
#[get("/cities/{city}/baselines.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    asked: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let fields = asked.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, _| listed(snapshot, &city, &asked)).await
}

/// Get a baseline
///
/// A base-year inventory with its totals, its accounting and its source.
#[utoipa::path(operation_id = "getBaseline", tag = "baselines",
    params(("city" = Slug, Path, description = "The city's id"), ("baseline" = Slug, Path, description = "The baseline's id")),
    responses((status = 200, description = "The baseline", body = InventoryAnswer)))]
#[get("/cities/{city}/baselines/{baseline}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let (city, baseline) = path.into_inner();
    let body = present_record(&service.registry.present(), &city, Kind::Baseline, &baseline)?;
    Ok(answer(&request, &body, Keep::Revalidate))
}

/// Record a baseline
///
/// A restatement is a new revision: the earlier figure stays visible. The year of a baseline does not change. A city may have 100 baselines, withdrawn ones included. The same body again changes nothing; another body is a new revision and needs a `reason`.
#[utoipa::path(operation_id = "putBaseline", tag = "baselines", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ("baseline" = Slug, Path, description = "The baseline's id")),
    request_body = BaselineBody,
    responses((status = 200, description = "The baseline, changed or the same already", body = InventoryAnswer),
        (status = 201, description = "The baseline, new or back", body = InventoryAnswer)))]
#[put("/cities/{city}/baselines/{baseline}")]
pub async fn put(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (city, baseline) = path.into_inner();
    write::put(&request, &service, payload, &city, Kind::Baseline, &baseline).await
}

/// Withdraw a baseline
///
/// A baseline that a target names cannot be withdrawn before it. The history stays.
#[utoipa::path(operation_id = "withdrawBaseline", tag = "baselines", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ("baseline" = Slug, Path, description = "The baseline's id"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/cities/{city}/baselines/{baseline}")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (city, baseline) = path.into_inner();
    write::withdraw(&request, &service, &city, Kind::Baseline, &baseline).await
}
