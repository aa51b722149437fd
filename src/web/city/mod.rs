//! `/cities/{city}`: the verdict on a city's pledges, with everything that it was made from; its chart, and its embed.

mod cite;
mod embed;
mod figures;
mod history;
mod opinions;
mod page;
mod peers;
mod picture;
mod story;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use self::story::Story;
use super::page::{with_embedding_headers, with_security_headers};
use crate::answers::body::Body;
use crate::answers::city_status;
use crate::api::Service;
use crate::api::request::moment::{Moment, ResolvedMoment, moment_query};
use crate::api::request::query::Query;
use crate::api::response::costly;
use crate::api::response::problem::{Code, Problem};
use crate::api::status::{answer_past, not_then, past_city};
use crate::chart;
use crate::method::Assessment;
use crate::record::{Dossier, Incomplete, Slug};
use crate::registry::{CityEntry, Refusal, Snapshot};
use crate::web::drawing;

moment_query! {
    /// Which moment, and which target.
    PageQuery {
        /// The id of the target that is drawn; the headline target unless stated.
        target: Option<String>,
    }
}

moment_query! {
    /// Which moment, which target, and how it is drawn.
    ChartQuery {
        /// The id of the target that is drawn; the headline target unless stated.
        target: Option<String>,
        /// Width in pixels, 200 to 2400.
        width: Option<u64>,
        /// `light` or `dark`.
        theme: Option<String>,
    }
}

/// `GET /cities/{city}`.
pub(super) async fn show(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (moment, target) = (query.moment(), query.target.clone());
    let page = answer(&request, &service, &city, &moment, target, |snapshot, entry, story| {
        Ok(page::render(snapshot, entry, story))
    });
    Ok(with_security_headers(page.await?))
}

/// `GET /embed/{city}`.
pub(super) async fn embed(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (moment, target) = (query.moment(), query.target.clone());
    let page = answer(&request, &service, &city, &moment, target, |_, _, story| Ok(embed::render(story)));
    Ok(with_embedding_headers(page.await?))
}

/// Answers with what `make` makes of a city at a moment.
async fn answer(
    request: &HttpRequest,
    service: &web::Data<Service>,
    city: &str,
    moment: &Moment<'_>,
    target: Option<String>,
    make: impl FnOnce(&Snapshot, &CityEntry, &Story<'_>) -> Result<Body, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (snapshot, cache_policy) = (service.registry.present(), moment.cache_policy());
    if let Some(answer) = costly::answer_again(request, service, &snapshot.edition, cache_policy).await? {
        return Ok(answer);
    }
    let (entry, asked) = past_city(&snapshot, city, moment)?;
    let is_present = moment.is_present();
    let (maker, shown, of) = (service.clone(), Arc::clone(&snapshot), Arc::clone(&entry));
    answer_past(request, service, &snapshot, &entry, &asked.cut, cache_policy, move |dossier| {
        tell(dossier, (&asked, is_present), target.as_deref(), &maker.public_url, |story| make(&shown, &of, story))
    })
    .await
}

/// Judges a city at a moment, and hands it on with the target that is drawn.
fn tell(
    dossier: &Dossier,
    (asked, is_present): (&ResolvedMoment, bool),
    target: Option<&str>,
    public_url: &str,
    make: impl FnOnce(&Story<'_>) -> Result<Body, Problem>,
) -> Result<Body, Problem> {
    let incomplete = |Incomplete| Problem::from(Refusal::Internal);
    let status = city_status::status(dossier, &asked.cut, asked.judged_on, None, true).map_err(incomplete)?;
    let status = status.ok_or_else(|| not_then(dossier, &asked.cut))?;
    let view = dossier.view(&asked.cut).map_err(incomplete)?.ok_or_else(|| not_then(dossier, &asked.cut))?;
    let find = |id: &Slug| status.targets.iter().find(|assessment| assessment.target.id == *id);
    let shown = match target {
        Some(id) => {
            let found = Slug::new(id).and_then(|id| find(&id));
            Some(found.ok_or_else(|| Problem::new(Code::NotFound, "the city had no such target at that moment"))?)
        }
        None => status.headline_target.as_ref().and_then(find),
    };
    let series = |target: &Assessment| {
        city_status::series(dossier, &asked.cut, asked.judged_on, Some(target.target.id.as_str())).map_err(incomplete)
    };
    let rows = shown.map(series).transpose()?.flatten().map(|series| series.rows).unwrap_or_default();
    make(&Story { view: &view, status: &status, target: shown, rows, is_present, public_url })
}

/// `GET /cities/{city}/chart.svg`.
pub(super) async fn chart_svg(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: Query<ChartQuery>,
) -> Result<HttpResponse, Problem> {
    let (options, target) = (drawing::options(query.width, query.theme.as_deref())?, query.target.clone());
    answer(&request, &service, &city, &query.moment(), target, move |_, _, story| {
        Ok(Body::new("image/svg+xml", drawn(story, &options)?))
    })
    .await
}

/// `GET /cities/{city}/chart.png`.
pub(super) async fn chart_png(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: Query<ChartQuery>,
) -> Result<HttpResponse, Problem> {
    let (options, target) = (drawing::options(query.width, query.theme.as_deref())?, query.target.clone());
    answer(&request, &service, &city, &query.moment(), target, move |_, _, story| {
        let picture = chart::png(&drawn(story, &options)?).ok_or(Refusal::Internal)?;
        Ok(Body::new("image/png", picture))
    })
    .await
}

fn drawn(story: &Story<'_>, options: &chart::Options) -> Result<String, Problem> {
    let target =
        story.target.ok_or_else(|| Problem::new(Code::NotFound, "the city had no target to draw at that moment"))?;
    Ok(chart::svg(&picture::chart(story, target), options))
}
