//! Cities: `/v1/cities`.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::{IntoParams, ToSchema};

use super::conditional::{Keep, answer};
use super::list::{List, Page, page};
use super::problem::{Code, Problem};
use super::{NoQuery, Service, csv, present_network, present_record, write};
use crate::method::{Confidence, Verdict};
use crate::record::city::Country;
use crate::record::limits::{IDS_MAX, NAME_CHARACTERS};
use crate::record::{City, Kind, Recorded, Slug};
use crate::registry::answers::{self, CityAnswer};
use crate::registry::bodies::Body;
use crate::registry::{CityEntry, Present, Snapshot};

/// The target that a city is first shown with, judged.
#[derive(Debug, Serialize, ToSchema)]
pub struct Headline {
    /// Its id.
    pub target: Slug,
    /// The verdict.
    pub verdict: Verdict,
    /// How sure it is.
    pub confidence: Confidence,
    /// The verdict in a sentence.
    #[schema(
        example = "In 2020 Los Angeles emitted 21.0 Mt CO2e, 10.8 % above its pathway to halving 1990 emissions by 2025."
    )]
    pub sentence: String,
}

/// A city in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CityItem {
    /// The city.
    #[serde(flatten)]
    pub city: CityAnswer,
    /// The target to show first, judged; absent when none is adopted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
}

/// How a list of cities is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CitySort {
    /// By id.
    #[default]
    Id,
    /// By name, accents aside.
    Name,
}

/// Which cities.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CityQuery {
    /// Only cities of this country: ISO 3166-1 alpha-2.
    #[param(pattern = "^[A-Z]{2}$", example = "US")]
    country: Option<String>,
    /// Only cities that are members of this network on the day of the judgement, by its id.
    #[param(pattern = "^[a-z0-9-]{2,64}$", example = "c40")]
    network: Option<String>,
    /// Only cities whose headline target has this verdict.
    #[param(inline)]
    verdict: Option<Verdict>,
    /// Only cities whose headline target is judged with this confidence.
    #[param(inline)]
    confidence: Option<Confidence>,
    /// Only cities whose name contains this, capitals and accents aside.
    #[param(min_length = 1, max_length = 200, example = "bogota")]
    q: Option<String>,
    /// Only these cities, by their ids, separated by commas.
    #[param(pattern = "^[a-z0-9-]{2,64}(,[a-z0-9-]{2,64}){0,499}$", example = "us-los-angeles,ca-vancouver")]
    ids: Option<String>,
    /// In which order.
    #[param(inline)]
    sort: Option<CitySort>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<usize>,
    /// Where the page begins: `next` of the page before, with the same filters.
    #[param(pattern = "^([0-9a-f]{2}){4,2000}$")]
    cursor: Option<String>,
}

impl CityQuery {
    /// The filters and the order as one text, which a cursor belongs to.
    fn fingerprint(&self) -> String {
        let CityQuery { country, network, verdict, confidence, q, ids, sort, limit: _, cursor: _ } = self;
        format!("{country:?} {network:?} {verdict:?} {confidence:?} {q:?} {ids:?} {sort:?}")
    }

    fn check(&self, snapshot: &Snapshot) -> Result<(), Problem> {
        if let Some(country) = self.country.as_deref().filter(|code| Country::new(code).is_none()) {
            return Err(Problem::fault(
                "/country",
                "unknown_country",
                format!("{country} is not an ISO 3166-1 alpha-2 code"),
            ));
        }
        if let Some(network) = self.network.as_deref().filter(|id| present_network(snapshot, id).is_err()) {
            let known = Slug::new(network)
                .map_or("there is no such network".to_owned(), |id| format!("there is no network {id}"));
            return Err(Problem::fault("/network", "unknown_network", known));
        }
        if self.q.as_deref().is_some_and(|q| !(1..=NAME_CHARACTERS).contains(&q.chars().count())) {
            return Err(Problem::new(Code::InvalidQuery, format!("q must have 1 to {NAME_CHARACTERS} characters")));
        }
        let ids = self.ids.iter().flat_map(|ids| ids.split(','));
        if ids.clone().count() > IDS_MAX || ids.into_iter().any(|id| Slug::new(id).is_none()) {
            return Err(Problem::new(
                Code::InvalidQuery,
                format!("ids must be at most {IDS_MAX} ids, separated by commas"),
            ));
        }
        Ok(())
    }

    fn takes(&self, entry: &CityEntry, present: &Present, judged_on: NaiveDate) -> bool {
        let headline = present.headline();
        let is_member = |network: &str| {
            let membership = entry.dossier.memberships.get(network).and_then(Recorded::live);
            membership.is_some_and(|(member, _)| member.includes(judged_on))
        };
        let city = &present.city;
        self.country.as_deref().is_none_or(|country| city.country.as_str() == country)
            && self.network.as_deref().is_none_or(is_member)
            && self.q.as_deref().is_none_or(|q| folded(city.name.as_str()).contains(&folded(q)))
            && self.ids.as_deref().is_none_or(|ids| ids.split(',').any(|id| id == entry.dossier.id.as_str()))
            && self.verdict.is_none_or(|verdict| headline.is_some_and(|headline| headline.verdict == verdict))
            && self.confidence.is_none_or(|sure| headline.is_some_and(|headline| headline.confidence == sure))
    }
}

/// A name without capitals and accents.
fn folded(name: &str) -> String {
    name.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

fn listed(service: &Service, query: &CityQuery) -> Result<List<CityItem>, Problem> {
    let snapshot = service.registry.present();
    query.check(&snapshot)?;
    let taken = snapshot.present().filter(|(_, entry, present)| query.takes(entry, present, snapshot.judged_on));
    let mut keyed: Vec<_> = taken
        .map(|(id, entry, present)| match query.sort.unwrap_or_default() {
            CitySort::Id => (id.to_string(), (entry, present)),
            CitySort::Name => (format!("{}\n{id}", folded(present.city.name.as_str())), (entry, present)),
        })
        .collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let asked = Page { limit: query.limit, cursor: query.cursor.clone() };
    let List { items, next, total } = page(keyed, &asked, &query.fingerprint())?;
    let items = items.into_iter().filter_map(|(entry, present)| item(entry, present)).collect();
    Ok(List { items, next, total })
}

fn item(entry: &CityEntry, present: &Present) -> Option<CityItem> {
    let headline = present.headline().map(|headline| Headline {
        target: headline.target.id.clone(),
        verdict: headline.verdict,
        confidence: headline.confidence,
        sentence: headline.sentence.clone(),
    });
    Some(CityItem { city: answers::city(&entry.dossier)?, headline })
}

/// List cities
///
/// Every city that is not withdrawn, with the verdict on the target it is first shown with.
#[utoipa::path(operation_id = "listCities", tag = "cities", params(CityQuery),
    responses((status = 200, description = "A page of cities", body = List<CityItem>)))]
#[get("/cities")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    query: web::Query<CityQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(answer(&request, &Body::json(&listed(&service, &query)?), Keep::Revalidate))
}

/// List cities as CSV
///
/// The same rows as the JSON list; the `Link` header leads to the next page.
#[utoipa::path(operation_id = "listCitiesCsv", tag = "cities", params(CityQuery),
    responses((status = 200, description = "A page of cities", content_type = "text/csv", body = String)))]
#[get("/cities.csv")]
pub async fn list_csv(
    request: HttpRequest,
    service: web::Data<Service>,
    query: web::Query<CityQuery>,
) -> Result<HttpResponse, Problem> {
    let List { items, next, .. } = listed(&service, &query)?;
    csv::answer_list(&request, service.columns("CityItem"), &items, next.map(|next| ("cursor", next)))
}

/// Get a city
///
/// What the city says of itself. Its judgement is under `status`.
#[utoipa::path(operation_id = "getCity", tag = "cities", params(("city" = Slug, Path, description = "The city's id")),
    responses((status = 200, description = "The city", body = CityAnswer)))]
#[get("/cities/{city}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    _: web::Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let body = present_record(&service.registry.present(), &city, Kind::City, &city)?;
    Ok(answer(&request, &body, Keep::Revalidate))
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
    write::put(&request, &service, payload, &city, Kind::City, &city).await
}

/// Withdraw a city
///
/// Administrators only. The city and everything that belongs to it are withdrawn; the history stays.
#[utoipa::path(operation_id = "withdrawCity", tag = "cities", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), write::WithdrawQuery),
    responses((status = 204, description = "It is withdrawn")))]
#[delete("/cities/{city}")]
pub async fn withdraw(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    write::withdraw(&request, &service, &city, Kind::City, &city).await
}

/// The body of a city.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct CityBody {
    /// The city.
    #[serde(flatten)]
    city: City,
    /// Why it is changed; required when it was recorded before and differs.
    #[schema(required = false, min_length = 1, max_length = 2000)]
    reason: Option<String>,
}
