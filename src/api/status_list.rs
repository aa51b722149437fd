//! The status of every target of every city: `/v1/status`.

use actix_web::{HttpRequest, HttpResponse, routes, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::Service;
use super::request::filters::ListQuery;
use super::request::order::place;
use super::request::query::Query;
use super::response::costly;
use super::response::flat_assessment::FlatAssessment;
use super::response::list::{List, Listed, page};
use super::response::problem::Problem;
use crate::overview::row::Row;
use crate::record::city::Country;
use crate::record::units::Population;
use crate::record::{Degrees, Slug, Year};
use crate::registry::Snapshot;

/// The status of one target of a city.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetStatus {
    /// The city it belongs to.
    pub city: Slug,
    /// Its id within the city.
    pub target: Slug,
    /// The city's name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The country the city lies in: ISO 3166-1 alpha-2.
    pub country: Country,
    /// The state, province or region the city lies in.
    #[schema(example = "California")]
    pub region: Option<String>,
    /// Degrees north of the equator, to 0.0001.
    #[schema(value_type = f64, minimum = -90, maximum = 90, example = 34.0522)]
    pub latitude: Option<Degrees>,
    /// Degrees east of Greenwich, to 0.0001.
    #[schema(value_type = f64, minimum = -180, maximum = 180, example = -118.244)]
    pub longitude: Option<Degrees>,
    /// The people of the city's latest report that states them.
    pub population: Option<Population>,
    /// The year of that report.
    pub population_year: Option<Year>,
    /// The year of the city's latest report.
    pub latest_report_year: Option<Year>,
    /// Whether it is the target that the city is first shown with.
    pub is_headline: bool,
    /// What it asks for, the verdict, and the figures of the year judged.
    #[serde(flatten)]
    pub judged: FlatAssessment,
    /// The path of the city's whole judgement, which will give the same numbers for ever.
    #[schema(example = "/v1/cities/us-los-angeles/status?sequence=812&judged_on=2026-11-23&method=2")]
    pub permalink: String,
}

/// The page that is asked for.
pub(super) fn listed<'s>(
    snapshot: &'s Snapshot,
    columns: &[String],
    query: &ListQuery,
) -> Result<Listed<'s, TargetStatus>, Problem> {
    let (filters, sort) = (query.filters(snapshot)?, query.sort(columns)?);
    let rows = snapshot.present().flat_map(|(id, entry, present)| {
        present.targets.iter().map(move |target| Row { id, entry, present, target: Some(target) })
    });
    let keyed = rows.filter(|row| filters.take(row)).map(|row| {
        let target = row.target.map(|target| target.target.id.as_str()).unwrap_or_default();
        (place(sort, &row, format!("{}\n{target}", row.id), item), row)
    });
    let List { items, next, total } = page(keyed.collect(), &query.page(), &format!("status {}", query.fingerprint()))?;
    Ok((List { items: items.iter().filter_map(item).collect(), next, total }, &snapshot.edition))
}

/// The item of a row that has a target.
pub(super) fn item(row: &Row<'_>) -> Option<TargetStatus> {
    let (target, present) = (row.target?, row.present);
    let city = &present.city;
    Some(TargetStatus {
        city: row.id.clone(),
        target: target.target.id.clone(),
        name: city.name.to_string(),
        country: city.country,
        region: city.region.as_ref().map(ToString::to_string),
        latitude: city.latitude,
        longitude: city.longitude,
        population: present.latest.population.map(|(_, people)| people),
        population_year: present.latest.population.map(|(year, _)| year),
        latest_report_year: present.latest.report,
        is_headline: row.is_headline(),
        judged: FlatAssessment::of(target),
        permalink: present.permalink.clone(),
    })
}

/// List all judged targets
///
/// Every target of every city, one item each, with its verdict, its course and the figures they were made from;
/// targets that are only proposed, or ended before their year did, are `not_judged`. The `status` of a city has more:
/// the milestones, the trend, the budget, and why a number is absent.
#[utoipa::path(operation_id = "listStatus", tag = "status", params(ListQuery),
    responses((status = 200, description = "A page of targets", content((List<TargetStatus> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/status")]
#[get("/status.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let fields = query.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, columns| listed(snapshot, columns, &query)).await
}
