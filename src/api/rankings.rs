//! Rankings of cities: `/v1/rankings`.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cities::Headline;
use super::conditional::{Keep, answer};
use super::fields::Fields;
use super::filters::PlaceQuery;
use super::list::{List, Page, page};
use super::problem::Problem;
use super::sorting::{Place, Standing};
use super::{Service, csv};
use crate::method::{Confidence, PersonFigure};
use crate::record::city::Country;
use crate::record::units::Population;
use crate::record::vocabulary::Boundary;
use crate::record::{CityId, Level, Slug, Year};
use crate::registry::Snapshot;
use crate::registry::bodies::Body;
use crate::registry::ranking::{Contestant, RankedBy, Unranked, person_figure, ranks};

/// Which ranking.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RankingQuery {
    /// By what: `achieved_reduction` unless stated. All but `per_person` are figures of the headline target.
    #[param(inline)]
    by: Option<RankedBy>,
    /// The level of the totals. `per_person` needs it and takes all but `own`, by which every city counts
    /// something else; of the others it ranks only cities whose headline target speaks of it.
    #[param(inline)]
    level: Option<Level>,
    /// Only cities of this country: ISO 3166-1 alpha-2.
    #[param(pattern = "^[A-Z]{2}$", example = "US")]
    country: Option<String>,
    /// Only cities of the state, province or region of this name, capitals and accents aside.
    #[param(min_length = 1, max_length = 200, example = "California")]
    region: Option<String>,
    /// Only cities that are members of this network on the day of the judgement, by its id.
    #[param(pattern = "^[a-z0-9-]{2,64}$", example = "c40")]
    network: Option<String>,
    /// Only cities whose latest reported population is at least this many people.
    #[param(minimum = 0, maximum = 1_000_000_000, example = 1_000_000)]
    population_min: Option<i64>,
    /// Only cities whose latest reported population is at most this many people.
    #[param(minimum = 0, maximum = 1_000_000_000, example = 10_000_000)]
    population_max: Option<i64>,
    /// Only entities whose inventories enclose this; `community` unless stated.
    #[param(inline)]
    boundary: Option<Boundary>,
    /// Most entries of the page, those without a rank among them.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<usize>,
    /// Where the page begins: `next` of the page before, of the same ranking. Ranks are those of the moment: they
    /// may shift from page to page while the data changes.
    #[param(pattern = "^([0-9a-f]{2}){4,2000}$")]
    cursor: Option<String>,
    /// Only these fields of the entries, by the names of the CSV columns or what comes before a point in them,
    /// separated by commas; `city` is always there. Others are left out even if they are required.
    #[param(pattern = "^[a-z0-9_.]+(,[a-z0-9_.]+)*$", example = "rank,name")]
    fields: Option<String>,
}

/// A city in a ranking, with what it is ranked by.
#[derive(Debug, Serialize, ToSchema)]
pub struct RankingEntry {
    /// The place in the ranking: equal figures share one, and the next goes on as if they did not (1, 2, 2, 4).
    /// Entries of low confidence come after all others, and share no place with them. Absent among `unranked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 1)]
    pub rank: Option<usize>,
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The country it lies in: ISO 3166-1 alpha-2.
    #[schema(value_type = String, pattern = "^[A-Z]{2}$", example = "US")]
    pub country: Country,
    /// The people of its latest report that states them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, example = 3_898_474)]
    pub population: Option<Population>,
    /// The year of that report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population_year: Option<Year>,
    /// How sure what it is ranked by is; `low` is ranked last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Why it has no rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Unranked>,
    /// Its headline target, judged (not `per_person`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
    /// Its latest figure a person (only `per_person`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figure: Option<PersonFigure>,
}

/// A page of a ranking.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ranking<T> {
    /// What cities are ranked by.
    pub by: RankedBy,
    /// The level of the totals, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The day of the judgement.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The entries of this page that have a rank, in its order.
    pub items: Vec<T>,
    /// The entries of this page that have none, by id; they come after all that have one.
    pub unranked: Vec<T>,
    /// What to send as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5f1d2c7a75732d6c6f73")]
    pub next: Option<String>,
    /// How many items with a rank there are on all pages.
    #[schema(minimum = 0, example = 31)]
    pub total: usize,
    /// How many items without a rank there are on all pages.
    #[schema(minimum = 0, example = 4)]
    pub unranked_total: usize,
}

/// The groups in which a ranking is listed.
const SURE: u8 = 0;
const UNSURE: u8 = 1;
const WITHOUT: u8 = 2;

impl RankingQuery {
    fn by(&self) -> RankedBy {
        self.by.unwrap_or(RankedBy::AchievedReduction)
    }

    fn places(&self) -> PlaceQuery<'_> {
        PlaceQuery {
            country: self.country.as_deref(),
            region: self.region.as_deref(),
            network: self.network.as_deref(),
            population_min: self.population_min,
            population_max: self.population_max,
        }
    }

    fn check_level(&self) -> Result<(), Problem> {
        match (self.by(), self.level) {
            (RankedBy::PerPerson, None) => {
                Err(Problem::fault("/level", "missing", "is required: only totals of one level are ranked a person"))
            }
            (RankedBy::PerPerson, Some(Level::Own)) => Err(own_level()),
            _ => Ok(()),
        }
    }
}

/// Refuses to hold totals of several cities together at the level `own`.
pub(super) fn own_level() -> Problem {
    let told = "cannot be own: each city counts something else by its own definition";
    Problem::fault("/level", "not_comparable", told)
}

/// The page that is asked for.
pub(super) fn ranking(snapshot: &Snapshot, query: &RankingQuery) -> Result<Ranking<RankingEntry>, Problem> {
    query.check_level()?;
    let (by, level) = (query.by(), query.level);
    let places = query.places().read(snapshot)?;
    let boundary = query.boundary.unwrap_or(Boundary::Community);
    let taken = snapshot
        .present()
        .filter(|(_, entry, present)| present.city.boundary == boundary && places.take(entry, present));
    let mut placed: Vec<(Place, Contestant<'_>)> = taken
        .map(|(id, _, present)| Contestant::of(id, present, by, level))
        .map(|contestant| (place(&contestant, by), contestant))
        .collect();
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let ranked: Vec<(u8, &Standing)> =
        placed.iter().map(|(place, _)| (place.group, &place.standing)).filter(|(group, _)| *group != WITHOUT).collect();
    let ids = placed.iter().map(|(_, contestant)| contestant.id);
    let ranks: BTreeMap<&CityId, usize> = ids.zip(ranks(&ranked)).collect();
    let (total, all) = (ranked.len(), placed.len());

    let asked = Page { limit: query.limit, cursor: query.cursor.clone(), fields: None };
    let filters = RankingQuery { limit: None, cursor: None, fields: None, ..query.clone() };
    let List { items, next, .. } = page(placed, &asked, &format!("rankings {filters:?}"))?;
    let entries = items.iter().map(|contestant| entry(contestant, by, level, ranks.get(contestant.id).copied()));
    let (items, unranked) = entries.partition(|entry| entry.rank.is_some());
    let judged_on = snapshot.judged_on;
    Ok(Ranking { by, level, judged_on, items, unranked, next, total, unranked_total: all - total })
}

/// Where a city stands: those of low confidence after the others, those without the figure after them.
fn place(contestant: &Contestant<'_>, by: RankedBy) -> Place {
    let (group, standing) = match contestant.figure {
        Ok(figure) => {
            let group = if contestant.is_unsure() { UNSURE } else { SURE };
            (group, Standing::number(figure, by.is_descending()))
        }
        Err(_) => (WITHOUT, Standing::Absent),
    };
    Place { group, standing, id: contestant.id.to_string() }
}

/// The entry of a city, with the numbers it is ranked by.
fn entry(contestant: &Contestant<'_>, by: RankedBy, level: Option<Level>, rank: Option<usize>) -> RankingEntry {
    let present = contestant.present;
    let is_per_person = by == RankedBy::PerPerson;
    RankingEntry {
        rank,
        city: contestant.id.clone(),
        name: present.city.name.to_string(),
        country: present.city.country,
        population: present.latest.population.map(|(_, people)| people),
        population_year: present.latest.population.map(|(year, _)| year),
        confidence: contestant.confidence,
        reason: contestant.figure.err(),
        headline: present.headline().filter(|_| !is_per_person).map(Headline::of),
        figure: person_figure(present, level).ok().filter(|_| is_per_person).cloned(),
    }
}

/// Rank cities
///
/// Of each city the headline target counts, or, `per_person`, the latest report that states a total at the level
/// and its population. Entries of low confidence come last; cities without a comparable figure are listed apart,
/// each with the reason, and never as zero. Figures of different years and base years are ranked side by side:
/// each entry has its own beside it.
#[utoipa::path(operation_id = "listRankings", tag = "rankings", params(RankingQuery),
    responses((status = 200, description = "A page of the ranking", body = Ranking<RankingEntry>)))]
#[get("/rankings")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    query: web::Query<RankingQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = service.registry.present();
    let ranking = ranking(&snapshot, &query)?;
    let Some(fields) = query.fields.as_deref() else {
        return Ok(answer(&request, &Body::json(&ranking).of(&snapshot.edition), Keep::Shared));
    };
    let fields = Fields::read(fields, service.columns("RankingEntry"))?;
    let trim = |entries: Vec<RankingEntry>| entries.iter().map(|entry| fields.trim(entry)).collect::<Result<_, _>>();
    let Ranking { by, level, judged_on, items, unranked, next, total, unranked_total } = ranking;
    let (items, unranked): (Vec<serde_json::Value>, Vec<serde_json::Value>) = (trim(items)?, trim(unranked)?);
    let trimmed = Ranking { by, level, judged_on, items, unranked, next, total, unranked_total };
    Ok(answer(&request, &Body::json(&trimmed).of(&snapshot.edition), Keep::Shared))
}

/// Rank cities as CSV
///
/// The same entries as in JSON, those without a rank after the others; the `Link` header leads to the next page.
#[utoipa::path(operation_id = "listRankingsCsv", tag = "rankings", params(RankingQuery),
    responses((status = 200, description = "A page of the ranking", content_type = "text/csv", body = String)))]
#[get("/rankings.csv")]
pub async fn list_csv(
    request: HttpRequest,
    service: web::Data<Service>,
    query: web::Query<RankingQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = service.registry.present();
    let Ranking { mut items, unranked, next, .. } = ranking(&snapshot, &query)?;
    items.extend(unranked);
    let (columns, fields) = (service.columns("RankingEntry"), query.fields.as_deref());
    csv::answer_fields(&request, columns, fields, &items, next.map(|next| ("cursor", next)), &snapshot.edition)
}
