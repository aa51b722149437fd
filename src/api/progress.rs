//! The progress of a network: `/v1/networks/{network}/progress`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Service;
use super::rankings::OWN_LEVEL;
use super::request::lookup::present_network;
use super::request::query::Query;
use super::response::answer::CachePolicy;
use super::response::costly;
use super::response::problem::Problem;
use crate::answers::body::Body;
use crate::overview::progress::{ProgressAnswer, progress};
use crate::record::limits::{FIRST_YEAR, LAST_YEAR};
use crate::record::{Level, Recorded, Slug, Year};

/// How the members are held together.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProgressQuery {
    /// The level of the joint figures; `basic` unless stated. All but `own`, by which every city counts something
    /// else.
    #[param(inline)]
    level: Option<Level>,
    /// The year that every counted member has a figure for; unless stated the one for which most members have one,
    /// their own or one of a member that they are a part of; of several the latest.
    #[param(minimum = 1970, maximum = 2100, example = 2020)]
    year: Option<i32>,
}

impl ProgressQuery {
    fn level(&self) -> Result<Level, Problem> {
        match self.level.unwrap_or(Level::Basic) {
            Level::Own => Err(Problem::fault("/level", "not_comparable", OWN_LEVEL)),
            level => Ok(level),
        }
    }

    fn year(&self) -> Result<Option<Year>, Problem> {
        let Some(number) = self.year else { return Ok(None) };
        let message = || format!("must be a year between {FIRST_YEAR} and {LAST_YEAR}");
        Year::new(number).map(Some).ok_or_else(|| Problem::parameter("year", "out_of_range", message()))
    }
}

/// Show a network's progress
///
/// How many of today's members stand where, and their emissions as if they were one city's: the sum of their
/// figures against the sum of their pathways, at one level, over the years that every counted member has a
/// comparable figure for. A member is counted with an adopted target at the level, in tonnes, that has a baseline
/// and comparable figures, unless a member that it is a part of is counted; every other member is named with the
/// reason. The share of tonnes is of the year that the figures are held to, of members without it of their latest
/// total; what each adds is printed with it, and no part is added beside its whole. The sums are of the numbers printed with
/// the members. Low confidence is marked with each member, and counted apart.
#[utoipa::path(operation_id = "getProgress", tag = "networks",
    params(("network" = Slug, Path, description = "The network's id"), ProgressQuery),
    responses((status = 200, description = "The progress", body = ProgressAnswer)))]
#[get("/networks/{network}/progress")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
    query: Query<ProgressQuery>,
) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Shared, move |_, snapshot| {
        present_network(snapshot, &network)?;
        let entry = snapshot.networks.get(network.as_str()).ok_or_else(Problem::not_found)?;
        let (known, _) = Recorded::live(&entry.network).ok_or_else(Problem::not_found)?;
        let progress = progress(snapshot, &entry.id, known.name.as_str(), query.level()?, query.year()?);
        Ok(Body::json(&progress).with_edition(&snapshot.edition))
    })
    .await
}
