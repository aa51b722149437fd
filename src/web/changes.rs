//! `/changes` and the feeds: what was recorded lately, to read and to subscribe to.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SecondsFormat, Utc};
use maud::{Markup, PreEscaped, html};

use super::front::in_words;
use super::lists::given_up;
use super::page::{Head, render, with_security_headers};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::request::lookup::{present_network, recorded_city};
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::record::{Change, CityId};
use crate::registry::Snapshot;

/// The most entries of the page and of a feed.
const MOST: usize = 100;

/// `GET /changes`.
pub(super) async fn show(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        Ok(page(snapshot, &service.public_url))
    });
    Ok(with_security_headers(page.await?))
}

fn page(snapshot: &Snapshot, public_url: &str) -> Body {
    let content = html! {
        h1 { "What changed" }
        p.lead {
            "The newest entries of the change log. Nothing is ever overwritten: every earlier revision can still be read. "
            a href="/weakened" { "Weakened or dropped pledges" } " have a list of their own."
        }
        ul { @for entry in snapshot.newest().take(MOST) { li { (in_words(snapshot, entry)) } } }
        p { "Subscribe: " a href="/feeds/all.atom" { "all changes" } ", " a href="/feeds/weakened.atom" { "weakened pledges" } ". " }
        p { a href="/v1/changes" { "The whole log as JSON" } ", " a href="/v1/changes.csv" { "as CSV" } }
    };
    let head = Head {
        twins: vec![
            ("/v1/changes".to_owned(), "application/json"),
            ("/v1/changes.csv".to_owned(), "text/csv"),
            ("/feeds/all.atom".to_owned(), "application/atom+xml"),
        ],
        ..Head::titled("What changed – pledgewatch", public_url)
    };
    render(&head, &content)
}

/// An entry of a feed.
struct Item {
    id: String,
    title: String,
    link: String,
    updated: DateTime<Utc>,
    content: String,
}

/// `GET /feeds/all.atom`.
pub(super) async fn all(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    feed_of(request, service, "pledgewatch: all changes", |_, _| Ok(true)).await
}

/// `GET /feeds/cities/{city}.atom`.
pub(super) async fn of_city(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let city = city.into_inner();
    recorded_city(&service.registry.present(), &city)?;
    let title = format!("pledgewatch: {city}");
    feed_of(request, service, &title, move |_, of| Ok(of.is_some_and(|of| of.as_str() == city))).await
}

/// `GET /feeds/networks/{network}.atom`.
pub(super) async fn of_network(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let network = network.into_inner();
    present_network(&service.registry.present(), &network)?;
    let title = format!("pledgewatch: members of {network}");
    feed_of(request, service, &title, move |snapshot, of| {
        let city = of.and_then(|id| snapshot.cities.get(id));
        Ok(city.is_some_and(|city| city.is_member(&network, snapshot.judged_on)))
    })
    .await
}

/// A feed of the newest entries about the cities that `is_wanted` takes.
async fn feed_of(
    request: HttpRequest,
    service: web::Data<Service>,
    title: &str,
    is_wanted: impl Fn(&Snapshot, Option<&CityId>) -> Result<bool, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (title, path) = (title.to_owned(), request.path().to_owned());
    costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        let mut items = Vec::new();
        for entry in snapshot.newest() {
            if items.len() < MOST && is_wanted(snapshot, entry.subject.city())? {
                items.push(item(snapshot, entry));
            }
        }
        Ok(feed(&title, &path, &service.public_url, snapshot.recorded_at, &items))
    })
    .await
}

fn item(snapshot: &Snapshot, entry: &Change) -> Item {
    let link = entry
        .subject
        .city()
        .map_or_else(|| format!("/networks/{}", entry.subject.id()), |city| format!("/cities/{city}"));
    let kind = entry.subject.kind();
    Item {
        id: format!("urn:sha256:{}", entry.hash),
        title: format!(
            "{} {} {}",
            entry.subject.city().map_or_else(String::new, ToString::to_string),
            kind,
            entry.subject.id()
        ),
        link,
        updated: entry.recorded_at,
        content: in_words(snapshot, entry).into_string(),
    }
}

/// `GET /feeds/weakened.atom`.
pub(super) async fn weakened(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let path = request.path().to_owned();
    costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        let items: Vec<Item> = given_up(snapshot)
            .iter()
            .take(MOST)
            .map(|entry| {
                let day = entry.day().and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc());
                let sentence = entry.sentence();
                Item {
                    id: format!(
                        "urn:pledgewatch:{}:{}:{}",
                        entry.city, entry.target.target.id, entry.target.target.revision
                    ),
                    title: format!("{}: {}", entry.present.city.name, entry.title()),
                    link: format!("/cities/{}?target={}", entry.city, entry.target.target.id),
                    updated: day.unwrap_or(snapshot.recorded_at),
                    content: html! { (sentence) }.into_string(),
                }
            })
            .collect();
        Ok(feed("pledgewatch: weakened or dropped pledges", &path, &service.public_url, snapshot.recorded_at, &items))
    })
    .await
}

/// An Atom feed (RFC 4287).
fn feed(title: &str, path: &str, public_url: &str, updated: DateTime<Utc>, items: &[Item]) -> Body {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let entry = |item: &Item| -> Markup {
        html! {
            entry {
                id { (item.id) }
                title { (item.title) }
                updated { (time(item.updated)) }
                link rel="alternate" type="text/html" href={ (public_url) (item.link) } {}
                content type="html" { (item.content) }
            }
        }
    };
    let feed = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" {
            id { (public_url) (path) }
            title { (title) }
            updated { (time(updated)) }
            author { name { "pledgewatch" } }
            link rel="self" href={ (public_url) (path) } {}
            @for item in items { (entry(item)) }
        }
    };
    Body::new("application/atom+xml; charset=utf-8", feed.into_string())
}
