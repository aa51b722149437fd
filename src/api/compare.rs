//! A few cities side by side: `/v1/compare`.

use actix_web::{HttpRequest, HttpResponse, routes, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Service;
use super::rankings::OWN_LEVEL;
use super::request::lookup::present_city;
use super::request::query::{Query, QueryFaults};
use super::response::answer::CachePolicy;
use super::response::list::Format;
use super::response::problem::Problem;
use super::response::{costly, csv};
use crate::answers::body::Body;
use crate::overview::comparison::{Compared, Comparison, ComparisonRow, choose, compare};
use crate::record::limits::{FIRST_YEAR, LAST_YEAR};
use crate::record::{Level, Slug, Year};
use crate::registry::Snapshot;

/// The fewest and the most cities of a comparison; more lines cannot be told apart.
pub const CITIES: [usize; 2] = [2, 6];

/// Which cities, and how.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CompareQuery {
    /// The cities: 2 to 6 ids, separated by commas.
    #[param(
        required = true,
        pattern = "^[a-z0-9-]{2,64}(,[a-z0-9-]{2,64}){1,5}$",
        example = "us-los-angeles,ca-vancouver"
    )]
    pub ids: Option<String>,
    /// The level of the totals; unless stated the one by which most of the cities can be compared. All but `own`, by
    /// which every city counts something else.
    #[param(inline)]
    pub level: Option<Level>,
    /// The year whose figures count as 100; unless stated the earliest for which most of the cities have one.
    #[param(minimum = 1970, maximum = 2100, example = 2013)]
    pub base_year: Option<i32>,
}

/// Compares the cities that are asked for.
///
/// # Errors
/// What is wrong with the query; 404 for a city that there is not, 422 if no two years of any city can be compared.
pub fn comparison(snapshot: &Snapshot, query: &CompareQuery) -> Result<Comparison, Problem> {
    let mut faults = QueryFaults::default();
    let ids: Vec<&str> = query.ids.iter().flat_map(|ids| ids.split(',')).collect();
    let is_repeated = (1..ids.len()).any(|at| ids[..at].contains(&ids[at]));
    let are_ids = ids.iter().all(|id| Slug::new(id).is_some());
    if is_repeated || !are_ids || !(CITIES[0]..=CITIES[1]).contains(&ids.len()) {
        faults.misread("ids", "out_of_range", "must be 2 to 6 different ids of cities, separated by commas");
    }
    if query.level == Some(Level::Own) {
        faults.unfit("level", "not_comparable", OWN_LEVEL);
    }
    let base_year = query.base_year.and_then(Year::new);
    if query.base_year.is_some() && base_year.is_none() {
        faults.misread("base_year", "out_of_range", format!("must be a year between {FIRST_YEAR} and {LAST_YEAR}"));
    }
    faults.check()?;
    let cities: Vec<Compared<'_>> = ids
        .iter()
        .map(|id| present_city(snapshot, id).map(|(entry, present)| (&entry.dossier.id, entry, present)))
        .collect::<Result<_, _>>()?;
    let (level, year) = choose(&cities, query.level, base_year, snapshot.judged_on).ok_or_else(|| {
        Problem::fault("/ids", "not_comparable", "none of the cities has figures of two years at one level")
    })?;
    Ok(compare(&cities, level, year, snapshot.judged_on))
}

/// Compare cities
///
/// The emissions of 2 to 6 cities from one base year on: as percent of that year, and per person. A city's later years
/// are compared with its base year by the rules of the method, and so are the base years of the cities with each
/// other. What counts otherwise than most is left out, with the reason. As CSV it has a row for each city and year that is
/// compared.
#[utoipa::path(operation_id = "compareCities", tag = "rankings", params(CompareQuery),
    responses((status = 200, description = "The comparison", content((Comparison = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/compare")]
#[get("/compare.csv")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<CompareQuery>,
) -> Result<HttpResponse, Problem> {
    let format = Format::of(&request);
    costly::answer(&request, &service, CachePolicy::Shared, move |service, snapshot| {
        let comparison = comparison(snapshot, &query)?;
        let body = match format {
            Format::Json => Body::json(&comparison),
            Format::Csv { excel } => {
                let rows: Vec<ComparisonRow> = comparison.rows().collect();
                csv::render(service.columns.of::<ComparisonRow>(), &rows, excel)?
            }
        };
        Ok(body.with_edition(&snapshot.edition))
    })
    .await
}
