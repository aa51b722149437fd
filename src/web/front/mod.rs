//! `/`: how many pledges are kept, every city with its verdict, a map, and what changed lately.

mod changes;
mod counts;
mod filters;
mod map;
mod table;

pub(super) use changes::in_words;
pub(super) use counts::ORDER;
pub(super) use map::WORLD;

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::page::{Head, filled, render, with_security_headers};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::cities::{self, CityItem};
use crate::api::request::filters::ListQuery;
use crate::api::request::order::{Place, place};
use crate::api::request::query::read_query;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::list::{List, page};
use crate::api::response::problem::Problem;
use crate::method::Confidence;
use crate::overview::row::Row;
use crate::registry::Snapshot;

/// `GET /`.
pub(super) async fn show(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let filled = filled(request.query_string()).collect::<Vec<_>>().join("&");
    let is_ordered = filled.split('&').any(|pair| pair.starts_with("sort="));
    let ordered = if is_ordered { filled.clone() } else { format!("{filled}&sort=name") };
    let query: ListQuery = read_query(&ordered)?;
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        front(service, snapshot, service.columns.of::<CityItem>(), &query, &filled)
    });
    Ok(with_security_headers(page.await?))
}

/// A city with its headline target, as the lists of the API have it.
fn rows(snapshot: &Snapshot) -> impl Iterator<Item = Row<'_>> {
    snapshot.present().map(|(id, entry, present)| Row { id, entry, present, target: present.headline() })
}

fn front(
    service: &Service,
    snapshot: &Snapshot,
    columns: &[String],
    query: &ListQuery,
    filled: &str,
) -> Result<Body, Problem> {
    let (filters, sort) = (query.filters(snapshot)?, query.sort(columns)?);
    let wanted: Vec<Row<'_>> = rows(snapshot).filter(|row| filters.take(row)).collect();
    let is_ordered = filled.contains("sort=");
    let keyed = wanted.iter().map(|row| {
        let place = place(sort, row, row.id.to_string(), cities::item);
        // Verdicts of low confidence stand apart, unless the reader asks for another order.
        (Place { group: u8::from(!is_ordered && is_unsure(row)), ..place }, *row)
    });
    let shown = page(keyed.collect(), &query.page(), &format!("front {}", query.fingerprint()))?;
    let is_all = filled.is_empty();
    let content = html! {
        h1 { "Are climate pledges kept?" }
        p.lead {
            "Cities record what they emit and what they pledge. This service judges whether each pledge is on track, and \
            prints every figure that the verdict was made from. Like is compared with like, or it says "
            a href="/method" { "not comparable" } "; and what nobody has reported is " a href="/method" { "unreported" }
            ", however it looked before."
        }
        @if snapshot.present().next().is_none() {
            (first_steps())
        } @else {
            (counts::section(&wanted))
            (filters::form(snapshot, filled))
            (listed(&shown, filled, is_all))
            (map::section(&wanted))
            @if is_all { (changes::section(snapshot)) }
        }
    };
    let head = Head {
        title: "pledgewatch: are climate pledges kept?".to_owned(),
        description: "Which cities keep their climate pledges, judged from their own figures.".to_owned(),
        picture: None,
        public_url: service.public_url.clone(),
        twins: vec![
            (format!("/v1/cities?{filled}"), "application/json"),
            (format!("/v1/cities.csv?{filled}"), "text/csv"),
        ],
    };
    Ok(render(&head, &content))
}

/// Whether the verdict on the headline target has low confidence.
fn is_unsure(row: &Row<'_>) -> bool {
    row.target.is_some_and(|target| target.confidence == Confidence::Low)
}

/// The cities of the page, and where the next ones are.
fn listed(shown: &List<Row<'_>>, filled: &str, is_all: bool) -> Markup {
    html! {
        section aria-labelledby="cities" {
            h2 #cities { @if is_all { "Every city" } @else { "The cities that match" } }
            @if shown.items.is_empty() {
                p { "No city matches. " a href="/" { "Show all" } }
            } @else {
                (table::table(shown, filled))
            }
        }
    }
}

fn first_steps() -> Markup {
    html! {
        h2 { "Nothing is recorded yet" }
        p { "Make a key with " code { "pledgewatch keys create --role admin --label YOU" } ", then record a city with it:" }
        pre tabindex="0" { code {
            "curl -X PUT -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' \\\n"
            "  -d '{\"name\": \"Los Angeles\", \"country\": \"US\"}' \\\n"
            "  http://localhost:8080/v1/cities/us-los-angeles"
        } }
        p { a href="/guide/" { "The guide" } ", and " a href="/docs/" { "every operation, with a command to copy" } }
    }
}
