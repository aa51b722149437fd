//! The change log: `/v1/changes`, and a city's part of it.

use actix_web::{HttpRequest, HttpResponse, routes, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

use super::Service;
use super::request::lookup::recorded_city;
use super::request::query::Query;
use super::response::answer::CachePolicy;
use super::response::costly;
use super::response::csv;
use super::response::list::{Format, limit};
use super::response::problem::Problem;
use super::response::rendered::Rendered;
use crate::answers::body::Body;
use crate::answers::records::ChangeAnswer;
use crate::record::limits::LAST_SEQUENCE;
use crate::record::{AsOf, CityId, Slug};
use crate::registry::limits::LOG_PAGE_BYTES;
use crate::registry::{History, LogRange};

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Only entries after this one, such as the last one seen.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64, default = 0)]
    after: Option<i64>,
    /// Where the page begins: `next` of the page before.
    #[param(pattern = "^[0-9]{1,16}$")]
    cursor: Option<String>,
    /// Most entries of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<usize>,
}

/// A page of the change log.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeList {
    /// The entries, in the order they were written; a page may end early when they are large.
    pub items: Vec<ChangeAnswer>,
    /// What to send as `cursor` for the next page; absent at the end.
    #[schema(example = "50")]
    pub next: Option<String>,
    /// How many entries there are in all.
    #[schema(minimum = 0, example = 812)]
    pub total: i64,
}

/// Reads the number of an entry, or 0, as `after`.
///
/// # Errors
/// 400 for what cannot be one.
pub fn position(after: i64) -> Result<i64, Problem> {
    if (0..=LAST_SEQUENCE).contains(&after) {
        return Ok(after);
    }
    Err(Problem::parameter("after", "out_of_range", format!("must be between 0 and {LAST_SEQUENCE}")))
}

/// Reads `cursor`: the number of the last entry of the page before.
///
/// # Errors
/// 400 for what is no number of an entry.
fn page_begin(cursor: &str) -> Result<i64, Problem> {
    let digits = Some(cursor).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| (0..=LAST_SEQUENCE).contains(number));
    number.ok_or_else(|| Problem::parameter("cursor", "not_a_cursor", "must be `next` of the page before"))
}

/// Which part of the log is asked for, and where it ends.
struct Part {
    range: LogRange,
    total: i64,
    /// Another node may have written since: items, `next` and `total` are of the same moment.
    last: i64,
}

impl Part {
    fn new(query: &ChangesQuery, city: Option<CityId>, total: i64, last: i64) -> Result<Self, Problem> {
        let limit = i64::try_from(limit(query.limit)?).unwrap_or(i64::MAX);
        let begin = query.cursor.as_deref().map(page_begin).transpose()?;
        let after = position(query.after.unwrap_or(0))?.max(begin.unwrap_or(0));
        Ok(Part { range: LogRange { after, city, limit: Some(limit) }, total, last })
    }

    fn of(service: &Service, city: &str, query: &ChangesQuery) -> Result<Self, Problem> {
        let snapshot = service.registry.present();
        let dossier = &recorded_city(&snapshot, city)?.dossier;
        Self::new(query, Some(dossier.id.clone()), dossier.entries, dossier.last_sequence(&AsOf::default()))
    }

    fn of_all(service: &Service, query: &ChangesQuery) -> Result<Self, Problem> {
        let last = service.registry.present().head.number;
        Self::new(query, None, last, last)
    }

    fn read(&self, history: &History) -> Result<ChangeList, Problem> {
        let mut items = history.read(&self.range, LOG_PAGE_BYTES)?;
        items.retain(|item| item.sequence <= self.last);
        let next = items.last().map(|item| item.sequence).filter(|sequence| *sequence < self.last);
        Ok(ChangeList { items, next: next.map(|next| next.to_string()), total: self.total })
    }
}

/// Answers with a part of the log, in the format that the path asks for.
async fn answer(request: &HttpRequest, service: &web::Data<Service>, part: Part) -> Result<HttpResponse, Problem> {
    let (format, maker) = (Format::of(request), service.clone());
    costly::answer_once(request, service, CachePolicy::Shared, move |history| {
        let page = part.read(history)?;
        match format {
            Format::Json => Ok(Body::json(&page).into()),
            Format::Csv { excel } => {
                let body = csv::render(maker.columns.of::<ChangeAnswer>(), &page.items, excel)?;
                Ok(Rendered { body, next: page.next })
            }
        }
    })
    .await
}

/// List a city's changes
///
/// Its whole history: who changed what, when and why, with the record before and after. It stays
/// readable after the city is withdrawn.
#[utoipa::path(operation_id = "listCityChanges", tag = "changes",
    params(("city" = Slug, Path, description = "The city's id"), ChangesQuery),
    responses((status = 200, description = "A page of its changes",
        content((ChangeList = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/cities/{city}/changes")]
#[get("/cities/{city}/changes.csv")]
pub async fn of_city(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: Query<ChangesQuery>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &service, Part::of(&service, &city, &query)?).await
}

/// List all changes
///
/// The public log of everything that was ever recorded. The entries are chained by SHA-256, so that
/// anyone who kept an old hash can check that nothing before it was altered.
#[utoipa::path(operation_id = "listChanges", tag = "changes", params(ChangesQuery),
    responses((status = 200, description = "A page of the log",
        content((ChangeList = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/changes")]
#[get("/changes.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<ChangesQuery>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &service, Part::of_all(&service, &query)?).await
}
