//! A target's course, ready to plot: `/v1/cities/{city}/series`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, routes, web};

use super::Service;
use super::request::moment::{ResolvedMoment, moment_query};
use super::request::query::{Query, check_id};
use super::response::list::Format;
use super::response::problem::{Code, Problem};
use super::response::{costly, csv};
use super::status::{answer_past, not_then, past_city};
use crate::answers::body::Body;
use crate::answers::city_status::{self, SeriesAnswer};
use crate::method::SeriesRow;
use crate::record::{Dossier, Incomplete, Slug};
use crate::registry::Refusal;

moment_query! {
    /// Which course.
    SeriesQuery {
        /// The id of the target; the city's headline target unless stated.
        #[param(pattern = "^[a-z0-9-]{2,64}$", example = "2025-half")]
        target: Option<String>,
    }
}

fn series(dossier: &Dossier, asked: &ResolvedMoment, target: Option<&str>) -> Result<SeriesAnswer, Problem> {
    let incomplete = |Incomplete| Problem::from(Refusal::Internal);
    let series = city_status::series(dossier, &asked.cut, asked.judged_on, target).map_err(incomplete)?;
    if let Some(series) = series {
        return Ok(series);
    }
    Err(match dossier.view(&asked.cut).map_err(incomplete)? {
        Some(_) => Problem::new(Code::NotFound, "the city had no such target at the asked moment"),
        None => not_then(dossier, &asked.cut),
    })
}

/// Plot a target's course
///
/// One row a year from the base year to the target year: what was reported, what the pathway and the milestones allow,
/// the trend with its 95 % prediction interval, and the cautions about that year's figure. What cannot be compared
/// stands apart, with the reason. A target that is not judged has no rows. The moment is asked for as of `status`.
#[utoipa::path(operation_id = "getSeries", tag = "status",
    params(("city" = Slug, Path, description = "The city's id"), SeriesQuery),
    responses((status = 200, description = "The course, a row a year",
        content((SeriesAnswer = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/cities/{city}/series")]
#[get("/cities/{city}/series.csv")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: Query<SeriesQuery>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, cache_policy) = (service.registry.present(), query.moment().cache_policy());
    if let Some(answer) = costly::answer_again(&request, &service, &snapshot.edition, cache_policy).await? {
        return Ok(answer);
    }
    check_id("target", query.target.as_deref())?;
    let (entry, asked) = past_city(&snapshot, &city, &query.moment())?;
    let (format, edition, maker) = (Format::of(&request), Arc::clone(&entry.edition), service.clone());
    answer_past(&request, &service, &snapshot, &entry, &asked.cut, cache_policy, move |dossier| {
        let series = series(dossier, &asked, query.target.as_deref())?;
        let body = match format {
            Format::Json => Body::json(&series),
            Format::Csv { excel } => csv::render(maker.columns.of::<SeriesRow>(), &series.rows, excel)?,
        };
        Ok(body.with_edition(&edition))
    })
    .await
}
