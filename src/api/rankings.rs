//! Rankings of cities: `/v1/rankings`.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, routes, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

use super::Service;
use super::cities::Headline;
use super::request::fields::Fields;
use super::request::filters::PlaceQuery;
use super::request::order::{Place, Standing};
use super::request::query::{Query, QueryFaults};
use super::response::answer::CachePolicy;
use super::response::list::{Format, List, Page, page};
use super::response::problem::Problem;
use super::response::{costly, csv};
use crate::answers::body::Body;
use crate::method::{AnnualChange, Confidence, LeftOutReason, PersonFigure};
use crate::overview::ranking::{Candidate, HeadlineFigure, Order, RankedBy, Rule, Unranked, ranks};
use crate::record::city::Country;
use crate::record::limits::{FIRST_YEAR, LAST_YEAR};
use crate::record::units::Population;
use crate::record::vocabulary::Boundary;
use crate::record::{CityId, Level, Slug, Year};
use crate::registry::{Refusal, Snapshot};

/// Which ranking.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RankingQuery {
    /// By what: `achieved_reduction` unless stated. All but `per_person` and `annual_change` are figures of the
    /// headline target.
    #[param(inline)]
    by: Option<RankedBy>,
    /// The level of the totals. `per_person` and `annual_change` need it; `per_person` takes all but `own`, by which
    /// every city counts something else. Of the others it ranks only cities whose headline target speaks of it.
    #[param(inline)]
    level: Option<Level>,
    /// The first year of `annual_change`, which alone takes and needs it: that of a report, else of the only baseline.
    #[param(minimum = 1970, maximum = 2100, example = 2015)]
    from: Option<i32>,
    /// The last year of `annual_change`, which alone takes and needs it: that of a report, later than `from`.
    #[param(minimum = 1970, maximum = 2100, example = 2020)]
    to: Option<i32>,
    /// Which way: unless stated the best first. Entries of low confidence come after all others, and those without a
    /// rank after these, either way.
    #[param(inline)]
    order: Option<Order>,
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
    /// separated by commas; `city` is always there.
    #[param(pattern = "^[a-z0-9_.]+(,[a-z0-9_.]+)*$", example = "rank,name")]
    fields: Option<String>,
}

/// A city in a ranking, with what it is ranked by.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct RankingEntry {
    /// The place in the ranking: equal figures share one, and the next goes on as if they did not (1, 2, 2, 4).
    /// Entries of low confidence come after all others, and share no place with them. Absent among `unranked`.
    #[schema(minimum = 1, example = 1)]
    pub rank: Option<usize>,
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The country it lies in: ISO 3166-1 alpha-2.
    pub country: Country,
    /// The people of its latest report that states them.
    pub population: Option<Population>,
    /// The year of that report.
    pub population_year: Option<Year>,
    /// How sure what it is ranked by is; `low` is ranked last.
    pub confidence: Option<Confidence>,
    /// Why it has no rank.
    pub reason: Option<Unranked>,
    /// Why the figures of the two years cannot be compared (only `annual_change`).
    pub left_out_reason: Option<LeftOutReason>,
    /// Its headline target, judged (not `per_person` and `annual_change`).
    pub headline: Option<Headline>,
    /// Its latest figure a person (only `per_person`).
    pub figure: Option<PersonFigure>,
    /// How its emissions changed a year (only `annual_change`).
    pub change: Option<AnnualChange>,
}

/// A page of a ranking.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct Ranking<T> {
    /// What cities are ranked by.
    pub by: RankedBy,
    /// What is ranked and by which rule, in words.
    #[schema(
        example = "Cities by the emissions a person at basic in the latest report that states both: the lowest first. Figures that are more than 6 years old have no rank. Entries of low confidence come after all others."
    )]
    pub ranks: String,
    /// Which way figures are ranked.
    pub order: Order,
    /// The level of the totals, if one was asked for.
    pub level: Option<Level>,
    /// The first year of the change (only `annual_change`).
    pub from: Option<Year>,
    /// The last year of the change (only `annual_change`).
    pub to: Option<Year>,
    /// The day of the judgement.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The entries of this page that have a rank, in its order.
    pub items: Vec<T>,
    /// The entries of this page that have none, by id; they come after all that have one.
    pub unranked: Vec<T>,
    /// What to send as `cursor` for the next page; absent at the end.
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
    /// The ranking by the change a year at `level` between two years.
    pub(super) fn by_change(level: Level, [from, to]: [i32; 2]) -> Self {
        RankingQuery {
            by: Some(RankedBy::AnnualChange),
            level: Some(level),
            from: Some(from),
            to: Some(to),
            ..RankingQuery::default()
        }
    }

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

    /// The rule that is asked for.
    fn rule(&self) -> Result<Rule, Problem> {
        let mut faults = QueryFaults::default();
        let rule = match self.by() {
            RankedBy::AchievedReduction => Some(Rule::Headline(HeadlineFigure::AchievedReduction, self.level)),
            RankedBy::Pace => Some(Rule::Headline(HeadlineFigure::Pace, self.level)),
            RankedBy::Gap => Some(Rule::Headline(HeadlineFigure::Gap, self.level)),
            RankedBy::PerPerson => self.level(&mut faults).map(Rule::PerPerson),
            RankedBy::AnnualChange => {
                let level = self.level(&mut faults);
                level.zip(self.window(&mut faults)).map(|(level, years)| Rule::AnnualChange(level, years))
            }
        };
        if self.by() != RankedBy::AnnualChange {
            let given = [("from", self.from), ("to", self.to)].into_iter().filter(|(_, year)| year.is_some());
            for (name, year) in given {
                match year.and_then(Year::new) {
                    Some(_) => faults.unfit(name, "not_allowed", "is of by=annual_change alone"),
                    None => faults.misread(name, "out_of_range", bounds()),
                }
            }
        }
        faults.check()?;
        // Without a fault there is a rule.
        rule.ok_or_else(|| Problem::from(Refusal::Internal))
    }

    /// The level, where one is needed.
    fn level(&self, faults: &mut QueryFaults) -> Option<Level> {
        match (self.by(), self.level) {
            (_, None) => faults.unfit("level", "missing", "is required: only totals of one level are ranked"),
            (RankedBy::PerPerson, Some(Level::Own)) => faults.unfit("level", "not_comparable", OWN_LEVEL),
            _ => {}
        }
        self.level
    }

    /// The years of the change.
    fn window(&self, faults: &mut QueryFaults) -> Option<[Year; 2]> {
        let mut read = |name: &str, asked: Option<i32>| {
            let year = asked.and_then(Year::new);
            match (asked, year) {
                (None, _) => faults.unfit(name, "missing", "is required: a change is one between two years"),
                (Some(_), None) => faults.misread(name, "out_of_range", bounds()),
                (Some(_), Some(_)) => {}
            }
            year
        };
        let (from, to) = (read("from", self.from), read("to", self.to));
        let (from, to) = from.zip(to)?;
        if to <= from {
            faults.unfit("to", "out_of_range", format!("must be after from, {from}"));
        }
        Some([from, to])
    }
}

/// The years that there are.
fn bounds() -> String {
    format!("must be a year between {FIRST_YEAR} and {LAST_YEAR}")
}

/// That totals of several cities cannot be held together at the level `own`.
pub(super) const OWN_LEVEL: &str = "cannot be own: each city counts something else by its own definition";

/// The page that is asked for.
pub(crate) fn ranking(snapshot: &Snapshot, query: &RankingQuery) -> Result<Ranking<RankingEntry>, Problem> {
    let rule = query.rule()?;
    let order = query.order.unwrap_or(rule.best_first());
    let mut faults = QueryFaults::default();
    let places = query.places().read(snapshot, &mut faults);
    faults.check()?;
    let boundary = query.boundary.unwrap_or(Boundary::Community);
    let judged_on = snapshot.judged_on;
    let taken = snapshot
        .present()
        .filter(|(_, entry, present)| present.city.boundary == boundary && places.take(entry, present));
    let mut placed: Vec<(Place, Candidate<'_>)> = taken
        .map(|(id, entry, present)| Candidate::of(id, entry, present, rule, judged_on))
        .map(|candidate| (place(&candidate, order), candidate))
        .collect();
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let ranked: Vec<(u8, &Standing)> =
        placed.iter().map(|(place, _)| (place.group, &place.standing)).filter(|(group, _)| *group != WITHOUT).collect();
    let ids = placed.iter().map(|(_, candidate)| candidate.id);
    let ranks: BTreeMap<&CityId, usize> = ids.zip(ranks(&ranked)).collect();
    let (total, all) = (ranked.len(), placed.len());

    let asked = Page { limit: query.limit, cursor: query.cursor.clone(), fields: None };
    let filters = RankingQuery { limit: None, cursor: None, fields: None, ..query.clone() };
    let List { items, next, .. } = page(placed, &asked, &format!("rankings {filters:?}"))?;
    let entries = items.into_iter().map(|candidate| {
        let rank = ranks.get(candidate.id).copied();
        entry(candidate, rule, rank)
    });
    let (items, unranked) = entries.partition(|entry| entry.rank.is_some());
    let years = match rule {
        Rule::AnnualChange(_, years) => Some(years),
        Rule::Headline(..) | Rule::PerPerson(_) => None,
    };
    Ok(Ranking {
        by: query.by(),
        ranks: rule.in_words(order),
        order,
        level: query.level,
        from: years.map(|[from, _]| from),
        to: years.map(|[_, to]| to),
        judged_on,
        items,
        unranked,
        next,
        total,
        unranked_total: all - total,
    })
}

/// Where a city stands: those of low confidence after the others, those without the figure after them.
fn place(candidate: &Candidate<'_>, order: Order) -> Place {
    let (group, standing) = match candidate.figure {
        Ok(figure) => {
            let group = if candidate.is_unsure() { UNSURE } else { SURE };
            (group, Standing::number(figure, order == Order::Descending))
        }
        Err(_) => (WITHOUT, Standing::Absent),
    };
    Place { group, standing, id: candidate.id.to_string() }
}

/// The entry of a city, with the numbers it is ranked by.
fn entry(candidate: Candidate<'_>, rule: Rule, rank: Option<usize>) -> RankingEntry {
    let present = candidate.present;
    let of_headline = matches!(rule, Rule::Headline(..));
    RankingEntry {
        rank,
        city: candidate.id.clone(),
        name: present.city.name.to_string(),
        country: present.city.country,
        population: present.latest.population.map(|(_, people)| people),
        population_year: present.latest.population.map(|(year, _)| year),
        confidence: candidate.confidence,
        reason: candidate.figure.err(),
        left_out_reason: candidate.left_out,
        headline: present.headline().filter(|_| of_headline).map(Headline::of),
        figure: candidate.per_person.cloned(),
        change: candidate.change,
    }
}

impl Ranking<RankingEntry> {
    /// The same with what `trim` leaves of each entry.
    fn trimmed<T>(self, trim: impl Fn(&RankingEntry) -> Result<T, Problem>) -> Result<Ranking<T>, Problem> {
        let Ranking { by, ranks, order, level, from, to, judged_on, items, unranked, next, total, unranked_total } =
            self;
        let (items, unranked): (Result<_, _>, Result<_, _>) =
            (items.iter().map(&trim).collect(), unranked.iter().map(&trim).collect());
        let (items, unranked) = (items?, unranked?);
        Ok(Ranking { by, ranks, order, level, from, to, judged_on, items, unranked, next, total, unranked_total })
    }
}

/// Rank cities
///
/// Of each city the headline target counts; or, `per_person`, the latest report that states a total at the level and
/// its population; or, `annual_change`, the reports of two years at one level that may be compared. `ranks` says in
/// words what is ranked, and how. Entries of low confidence come last, and are marked; cities whose target is
/// `unreported` or `outdated`, or without a comparable figure, are listed apart, each with the reason, and never as
/// zero. But for `annual_change` figures of different years and base years are ranked side by side: each entry has its
/// own beside it.
#[utoipa::path(operation_id = "listRankings", tag = "rankings", params(RankingQuery),
    responses((status = 200, description = "A page of the ranking",
        content((Ranking<RankingEntry> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/rankings")]
#[get("/rankings.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<RankingQuery>,
) -> Result<HttpResponse, Problem> {
    let format = Format::of(&request);
    costly::answer(&request, &service, CachePolicy::Shared, move |service, snapshot| {
        let ranking = ranking(snapshot, &query)?;
        let (columns, fields) = (service.columns.of::<RankingEntry>(), query.fields.as_deref());
        match format {
            Format::Json => Ok(json(ranking, columns, fields)?.with_edition(&snapshot.edition).into()),
            Format::Csv { excel } => {
                let Ranking { mut items, unranked, next, .. } = ranking;
                items.extend(unranked);
                csv::page(columns, fields, &items, next, &snapshot.edition, excel)
            }
        }
    })
    .await
}

/// A ranking as JSON, with only the `fields` asked for.
fn json(ranking: Ranking<RankingEntry>, columns: &[String], fields: Option<&str>) -> Result<Body, Problem> {
    let Some(fields) = fields else { return Ok(Body::json(&ranking)) };
    let fields = Fields::read(fields, columns)?;
    Ok(Body::json(&ranking.trimmed(|entry| fields.trim(entry))?))
}
