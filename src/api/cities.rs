//! Cities: `/v1/cities`.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, routes, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::Service;
use super::request::filters::ListQuery;
use super::request::lookup::present_record;
use super::request::order::place;
use super::request::query::{NoQuery, Query};
use super::response::answer::{CachePolicy, answer};
use super::response::costly;
use super::response::flat_assessment::FlatAssessment;
use super::response::list::{List, Listed, page};
use super::response::problem::Problem;
use super::write::{self, Named, put_body};
use crate::answers::records::{self, CityAnswer};
use crate::method::Assessment;
use crate::overview::row::Row;
use crate::overview::tally::TargetCounts;
use crate::record::units::Population;
use crate::record::{City, Kind, Slug, Year};
use crate::registry::Snapshot;

/// The target that a city is first shown with, judged.
#[derive(Debug, Serialize, ToSchema)]
pub struct Headline {
    /// Its id.
    pub target: Slug,
    /// What it asks for, the verdict, and the figures of the year judged.
    #[serde(flatten)]
    pub judged: FlatAssessment,
}

impl Headline {
    /// The row of the target.
    #[must_use]
    pub fn of(assessment: &Assessment) -> Self {
        Headline { target: assessment.target.id.clone(), judged: FlatAssessment::of(assessment) }
    }
}

/// A city in a list.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct CityItem {
    /// The city.
    #[serde(flatten)]
    pub city: CityAnswer,
    /// The people of its latest report that states them.
    pub population: Option<Population>,
    /// The year of that report.
    pub population_year: Option<Year>,
    /// The year of its latest report.
    pub latest_report_year: Option<Year>,
    /// How many of its targets have each verdict.
    pub target_counts: TargetCounts,
    /// The target to show first, judged; absent when none is adopted.
    pub headline: Option<Headline>,
}

fn listed<'s>(snapshot: &'s Snapshot, columns: &[String], query: &ListQuery) -> Result<Listed<'s, CityItem>, Problem> {
    let (filters, sort) = (query.filters(snapshot)?, query.sort(columns)?);
    let rows = snapshot.present().map(|(id, entry, present)| Row { id, entry, present, target: present.headline() });
    let keyed = rows.filter(|row| filters.take(row)).map(|row| (place(sort, &row, row.id.to_string(), item), row));
    let List { items, next, total } = page(keyed.collect(), &query.page(), &format!("cities {}", query.fingerprint()))?;
    Ok((List { items: items.iter().filter_map(item).collect(), next, total }, &snapshot.edition))
}

/// The item of a row.
pub(crate) fn item(row: &Row<'_>) -> Option<CityItem> {
    let population = row.present.latest.population;
    Some(CityItem {
        city: records::city(&row.entry.dossier, &row.entry.successors)?,
        population: population.map(|(_, people)| people),
        population_year: population.map(|(year, _)| year),
        latest_report_year: row.present.latest.report,
        target_counts: TargetCounts::of(&row.present.targets),
        headline: row.target.map(Headline::of),
    })
}

fn named(city: &str) -> Named<'_> {
    Named { city: Some(city), kind: Kind::City, id: city }
}

/// List cities
///
/// Every city that is not withdrawn, with the verdict on the target it is first shown with, and how many of its targets
/// have each verdict. What is said of targets in filters is about the one it is first shown with.
#[utoipa::path(operation_id = "listCities", tag = "cities", params(ListQuery),
    responses((status = 200, description = "A page of cities", content((List<CityItem> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/cities")]
#[get("/cities.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let fields = query.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, columns| listed(snapshot, columns, &query)).await
}

/// Get a city
///
/// What the city says of itself. Its judgement is under `status`. Once it is withdrawn, after a merger for one, the
/// answer is 410 with the paths of its `successors`, if there are any.
#[utoipa::path(operation_id = "getCity", tag = "cities", params(("city" = Slug, Path, description = "The city's id")),
    responses((status = 200, description = "The city", body = CityAnswer)))]
#[get("/cities/{city}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let body = present_record(&service.registry.present(), &city, Kind::City, &city)?;
    Ok(answer(&request, &body, CachePolicy::Revalidate))
}

/// Record a city
///
/// Administrators only. The same body again changes nothing; another body is a new revision and needs
/// a `reason`.
#[utoipa::path(operation_id = "putCity", tag = "cities", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id")),
    request_body = CityBody,
    responses((status = 200, description = "The city, changed or the same already", body = CityAnswer),
        (status = 201, description = "The city, new or back", body = CityAnswer)))]
#[put("/cities/{city}")]
pub async fn put(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    write::put(&request, &service, payload, named(&city)).await
}

/// Withdraw a city
///
/// Administrators only. The city and everything that belongs to it are withdrawn; the history stays. Cities that name it
/// as a predecessor do not keep it from that, those that are a part of it do.
#[utoipa::path(operation_id = "withdrawCity", tag = "cities", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/cities/{city}")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    write::withdraw(&request, &service, named(&city)).await
}

put_body! {
    /// The body of a city.
    CityBody {
        /// The city.
        city: City
    }
}
