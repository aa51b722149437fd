//! Yearly reports: `/v1/cities/{city}/reports`.

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
use crate::record::{Inventory, Kind, Slug, Year};
use crate::registry::Snapshot;

/// The body of a report.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct ReportBody {
    /// The report.
    #[serde(flatten)]
    inventory: Inventory,
    /// Why it is changed; required when it was recorded before and differs.
    #[schema(required = false, min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

fn listed<'s>(snapshot: &'s Snapshot, city: &str, asked: &Page) -> Result<Listed<'s, InventoryAnswer>, Problem> {
    let (entry, _) = present_city(snapshot, city)?;
    let keyed =
        entry.dossier.reports.keys().filter_map(|id| Some((id.to_string(), records::report(&entry.dossier, *id)?)));
    Ok((page(keyed.collect(), asked, &format!("reports {}", entry.dossier.id))?, &entry.edition))
}

/// List a city's reports
///
/// The yearly inventories, by year.
#[utoipa::path(operation_id = "listReports", tag = "reports",
    params(("city" = Slug, Path, description = "The city's id"), Page),
    responses((status = 200, description = "A page of reports", content((List<InventoryAnswer> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/cities/{city}/reports")]
#[get("/cities/{city}/reports.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    asked: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let fields = asked.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, _| listed(snapshot, &city, &asked)).await
}

/// Get a report
///
/// The inventory of one year with its totals, its accounting, its source, and warnings about what may be a slip.
#[utoipa::path(operation_id = "getReport", tag = "reports",
    params(("city" = Slug, Path, description = "The city's id"), ("year" = Year, Path, description = "The year; of a fiscal year the one in which it begins")),
    responses((status = 200, description = "The report", body = InventoryAnswer)))]
#[get("/cities/{city}/reports/{year}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let (city, year) = path.into_inner();
    let body = present_record(&service.registry.present(), &city, Kind::Report, &year)?;
    Ok(answer(&request, &body, Keep::Revalidate))
}

/// Record a report
///
/// The year is in the path and need not be repeated in the body. The same body again changes nothing; another body is a new revision and needs a `reason`.
#[utoipa::path(operation_id = "putReport", tag = "reports", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ("year" = Year, Path, description = "The year; of a fiscal year the one in which it begins")),
    request_body = ReportBody,
    responses((status = 200, description = "The report, changed or the same already", body = InventoryAnswer),
        (status = 201, description = "The report, new or back", body = InventoryAnswer)))]
#[put("/cities/{city}/reports/{year}")]
pub async fn put(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (city, year) = path.into_inner();
    write::put(&request, &service, payload, &city, Kind::Report, &year).await
}

/// Withdraw a report
///
/// The verdicts are judged anew without it. The history stays.
#[utoipa::path(operation_id = "withdrawReport", tag = "reports", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ("year" = Year, Path, description = "The year; of a fiscal year the one in which it begins"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/cities/{city}/reports/{year}")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (city, year) = path.into_inner();
    write::withdraw(&request, &service, &city, Kind::Report, &year).await
}
