//! Templates to fill in: `/v1/templates/…`.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Service;
use super::request::lookup::present_city;
use super::request::query::{Query, check_id};
use super::request::upload::{Workbook, XLSX};
use super::response::answer::CachePolicy;
use super::response::costly;
use super::response::problem::{Code, Problem};
use crate::answers::body::Body;
use crate::import::template::columns::Sheet;
use crate::import::template::writer;
use crate::record::Inventory;
use crate::registry::Snapshot;

/// Whose years a template begins with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// The id of a city, whose recorded years are then filled in.
    #[param(pattern = "^[a-z0-9-]{2,64}$", example = "us-los-angeles")]
    city: Option<String>,
}

/// Get the template of reports as a workbook
///
/// A sheet for the totals of each year, one for GPC lines, and one that explains the columns. With `city` its recorded years are filled in; imported as it is, it changes nothing.
#[utoipa::path(operation_id = "getReportsTemplate", tag = "reports", params(TemplateQuery),
    responses((status = 200, description = "The workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Workbook)))]
#[get("/templates/reports.xlsx")]
pub async fn workbook(
    request: HttpRequest,
    service: web::Data<Service>,
    asked: Query<TemplateQuery>,
) -> Result<HttpResponse, Problem> {
    file(&request, &service, "reports.xlsx", move |snapshot| {
        let bytes = writer::xlsx(&reports(snapshot, &asked)?).map_err(|error| mistake(&error))?;
        Ok(Body::new(XLSX, bytes))
    })
    .await
}

/// Get the template of reports as CSV
///
/// One row a year. With `city` its recorded years are filled in; imported as it is, it changes nothing.
#[utoipa::path(operation_id = "getReportsTemplateCsv", tag = "reports", params(TemplateQuery),
    responses((status = 200, description = "The table", content_type = "text/csv", body = String)))]
#[get("/templates/reports.csv")]
pub async fn reports_csv(
    request: HttpRequest,
    service: web::Data<Service>,
    asked: Query<TemplateQuery>,
) -> Result<HttpResponse, Problem> {
    csv(&request, &service, asked, Sheet::Reports, "reports.csv").await
}

/// Get the template of GPC lines as CSV
///
/// The second file beside the reports, for inventories given line by line.
#[utoipa::path(operation_id = "getLinesTemplateCsv", tag = "reports", params(TemplateQuery),
    responses((status = 200, description = "The table", content_type = "text/csv", body = String)))]
#[get("/templates/lines.csv")]
pub async fn lines_csv(
    request: HttpRequest,
    service: web::Data<Service>,
    asked: Query<TemplateQuery>,
) -> Result<HttpResponse, Problem> {
    csv(&request, &service, asked, Sheet::Lines, "lines.csv").await
}

async fn csv(
    request: &HttpRequest,
    service: &web::Data<Service>,
    asked: Query<TemplateQuery>,
    sheet: Sheet,
    name: &str,
) -> Result<HttpResponse, Problem> {
    file(request, service, name, move |snapshot| {
        let bytes = writer::csv(sheet, &reports(snapshot, &asked)?).map_err(|error| mistake(&error))?;
        Ok(Body::new("text/csv; charset=utf-8", bytes))
    })
    .await
}

/// The reports that a template begins with.
fn reports(snapshot: &Snapshot, asked: &TemplateQuery) -> Result<Vec<Arc<Inventory>>, Problem> {
    let Some(city) = &asked.city else { return Ok(Vec::new()) };
    check_id("city", Some(city))?;
    let (entry, _) = present_city(snapshot, city)?;
    Ok(entry.dossier.reports.values().filter_map(|record| Some(Arc::clone(record.live()?.0))).collect())
}

/// An answer that a browser saves under a name.
async fn file(
    request: &HttpRequest,
    service: &web::Data<Service>,
    name: &str,
    make: impl FnOnce(&Snapshot) -> Result<Body, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let mut response = costly::answer(request, service, CachePolicy::Revalidate, |_, snapshot| make(snapshot)).await?;
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn mistake(error: &dyn std::error::Error) -> Problem {
    log::error!("a template cannot be made: {error}");
    Problem::new(Code::Internal, "the template cannot be made; this has been logged")
}
