//! The judgement of a city: `/v1/cities/{city}/status`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, web};

use super::Service;
use super::request::lookup::{present_city, recorded_city};
use super::request::moment::{Moment, ResolvedMoment, moment_query};
use super::request::query::Query;
use super::response::answer::{CachePolicy, answer};
use super::response::costly;
use super::response::problem::{Code, Problem};
use crate::answers::body::Body;
use crate::answers::city_status::{self, CityStatus};
use crate::record::{AsOf, Dossier, Incomplete, Level, Slug};
use crate::registry::{CityEntry, Refusal, Snapshot};

moment_query! {
    /// Which judgement, and how much of it.
    StatusQuery {
        /// Whether to add, for every number, the formula with the figures put in.
        explain: Option<bool>,
        /// The level of the yardsticks `race_to_zero` and `carbon_law`; that of the headline target unless stated.
        #[param(inline)]
        level: Option<Level>,
    }
}

/// Judge a city's targets
///
/// Every target with its verdict, which says how it stands on the day of judgement, its course, which says how it stood
/// in the latest comparable year, the figures they were made from, and what qualifies them. Without parameters: the
/// present. `as_of`, `known_on`, `through` and `sequence` go back in time and can be
/// combined; `permalink` in the answer gives the same numbers for ever. `explain=true` adds, for every
/// number, the formula with the figures put in.
#[utoipa::path(operation_id = "getStatus", tag = "status",
    params(("city" = Slug, Path, description = "The city's id"), StatusQuery),
    responses((status = 200, description = "The judgement", body = CityStatus)))]
#[get("/cities/{city}/status")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: Query<StatusQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = service.registry.present();
    let moment = query.moment();
    let explain = query.explain.unwrap_or(false);
    if moment.is_present() && query.level.is_none() && !explain {
        let (_, present) = present_city(&snapshot, &city)?;
        return Ok(answer(&request, &present.status, CachePolicy::Shared));
    }
    if let Some(answer) = costly::answer_again(&request, &service, &snapshot.edition, moment.cache_policy()).await? {
        return Ok(answer);
    }
    let (entry, asked) = past_city(&snapshot, &city, &moment)?;
    let (edition, level) = (Arc::clone(&entry.edition), query.level);
    answer_past(&request, &service, &snapshot, &entry, &asked.cut, moment.cache_policy(), move |dossier| {
        let status = city_status::status(dossier, &asked.cut, asked.judged_on, level, explain);
        let status = status.map_err(|Incomplete| Refusal::Internal)?.ok_or_else(|| not_then(dossier, &asked.cut))?;
        Ok(Body::json(&status).with_edition(&edition))
    })
    .await
}

/// Answers with what `make` makes of a city as it was known, which is read from the log only where it is not in memory.
pub(crate) async fn answer_past(
    request: &HttpRequest,
    service: &web::Data<Service>,
    snapshot: &Snapshot,
    city: &Arc<CityEntry>,
    cut: &AsOf,
    cache_policy: CachePolicy,
    make: impl FnOnce(&Dossier) -> Result<Body, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (city, cut, edition) = (Arc::clone(city), *cut, &snapshot.edition);
    if city.dossier.missing_entries(&cut).is_empty() {
        return costly::answer_of(request, service, edition, cache_policy, move || make(&city.dossier)).await;
    }
    costly::answer_of_log(request, service, edition, cache_policy, move |history| {
        make(&*history.restore(&city.dossier, &cut)?)
    })
    .await
}

/// The city and the moment asked for; withdrawn at present, its past stays readable.
///
/// # Errors
/// 404 for a city that never was, 410 for the present of a withdrawn one, 422 for the moment.
pub(crate) fn past_city(
    snapshot: &Snapshot,
    city: &str,
    moment: &Moment<'_>,
) -> Result<(Arc<CityEntry>, ResolvedMoment), Problem> {
    if moment.is_present() {
        present_city(snapshot, city)?;
    }
    let entry = recorded_city(snapshot, city)?;
    Ok((Arc::clone(entry), moment.resolve(snapshot.judged_on, snapshot.head.number)?))
}

/// Why there is nothing of a city at the asked moment.
pub(crate) fn not_then(dossier: &Dossier, cut: &AsOf) -> Problem {
    if dossier.city.revisions().next().is_some_and(|first| cut.includes(&first.stamp)) {
        Problem::new(Code::Gone, "the city was withdrawn at the asked moment; its history is among its changes")
    } else {
        Problem::new(Code::NotFound, "the city was not recorded yet at the asked moment")
    }
}
