//! `/rankings`: cities in the order of one figure, by the same parameters as the API.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::page::{Head, render, with_security_headers};
use super::{format, texts};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::rankings::{Ranking, RankingEntry, RankingQuery, ranking};
use crate::api::request::query::Query;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::method::Confidence;
use crate::overview::ranking::RankedBy;
use crate::registry::Snapshot;

/// The rankings that need no further parameter, with the heading of each.
const OFFERED: [(RankedBy, &str); 3] = [
    (RankedBy::AchievedReduction, "Reduction since the base year"),
    (RankedBy::Pace, "Share of the due reduction delivered"),
    (RankedBy::Gap, "Gap to the pathway"),
];

/// `GET /rankings`.
pub(super) async fn show(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<RankingQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = request.query_string().to_owned();
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        page(snapshot, &query, &asked, &service.public_url)
    });
    Ok(with_security_headers(page.await?))
}

fn page(snapshot: &Snapshot, query: &RankingQuery, asked: &str, public_url: &str) -> Result<Body, Problem> {
    let ranking = ranking(snapshot, query)?;
    let content = html! {
        h1 { "Rankings" }
        p.lead { (ranking.ranks) }
        ul {
            @for (by, heading) in OFFERED {
                li { a href={ "/rankings?by=" (by) } aria-current=[(by == ranking.by).then_some("page")] { (heading) } }
            }
        }
        @if ranking.items.is_empty() { p { "No city has a rank." } } @else { (table(&ranking)) }
        @if let Some(next) = &ranking.next { p { a rel="next" href=(following(asked, next)) { "More cities" } } }
        (unranked(&ranking))
    };
    let head = Head {
        twins: vec![
            (format!("/v1/rankings?{asked}"), "application/json"),
            (format!("/v1/rankings.csv?{asked}"), "text/csv"),
        ],
        ..Head::titled("Rankings of cities – pledgewatch", public_url)
    };
    Ok(render(&head, &content))
}

/// The address of the next page.
fn following(asked: &str, next: &str) -> String {
    let others: Vec<&str> = asked.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).collect();
    let cursor = format!("cursor={next}");
    format!("/rankings?{}", others.into_iter().chain([cursor.as_str()]).collect::<Vec<_>>().join("&"))
}

fn table(ranking: &Ranking<RankingEntry>) -> Markup {
    html! {
        table.stack {
            caption { "Judged on " (format::day(ranking.judged_on)) }
            thead { tr { th scope="col" { "Rank" } th scope="col" { "City" } th.number scope="col" { "Figure" } th scope="col" { "Years" } th scope="col" { "Confidence" } } }
            @let (unsure, sure): (Vec<_>, Vec<_>) = ranking.items.iter().partition(|entry| is_unsure(entry));
            tbody { @for entry in sure { (row(ranking.by, entry)) } }
            @if !unsure.is_empty() {
                tbody {
                    tr { th colspan="5" scope="rowgroup" {
                        "Low confidence " span.note { "These have no rank: the figures may not be comparable, or one may be wrong." }
                    } }
                    @for entry in unsure { (row(ranking.by, entry)) }
                }
            }
        }
    }
}

fn row(by: RankedBy, entry: &RankingEntry) -> Markup {
    html! {
        tr {
            td data-label="Rank" { @if let Some(rank) = entry.rank.filter(|_| !is_unsure(entry)) { (rank) } }
            th scope="row" { a href={ "/cities/" (entry.city) } { (entry.name) } " " span.country { (entry.country.as_str()) } }
            td.number data-label="Figure" { (figure(by, entry).unwrap_or_default()) }
            td data-label="Years" { (years(by, entry).unwrap_or_default()) }
            td data-label="Confidence" { @if let Some(confidence) = entry.confidence { (texts::confidence(confidence)) } }
        }
    }
}

/// Whether a city is listed apart from those that have a rank.
fn is_unsure(entry: &RankingEntry) -> bool {
    entry.confidence == Some(Confidence::Low)
}

/// The years that the figure is about.
fn years(by: RankedBy, entry: &RankingEntry) -> Option<String> {
    match by {
        RankedBy::PerPerson => Some(entry.figure.as_ref()?.year.to_string()),
        RankedBy::AnnualChange => {
            let change = entry.change.as_ref()?;
            Some(format!("{} to {}", change.from_figure.year, change.to_figure.year))
        }
        RankedBy::AchievedReduction | RankedBy::Pace | RankedBy::Gap => {
            let judged = &entry.headline.as_ref()?.judged;
            Some(format!("{} to {}", judged.baseline_year?, judged.judged_year?))
        }
    }
}

/// The number that the city is ranked by.
fn figure(by: RankedBy, entry: &RankingEntry) -> Option<String> {
    match by {
        RankedBy::AchievedReduction => {
            Some(format::percent(entry.headline.as_ref()?.judged.gap.achieved_reduction_percent?.get()))
        }
        RankedBy::Pace => Some(format::percent(100.0 * entry.headline.as_ref()?.judged.pace?.get())),
        RankedBy::Gap => Some(format::percent(entry.headline.as_ref()?.judged.gap.gap_percent?.get())),
        RankedBy::PerPerson => {
            Some(format!("{} t a person", format::number(entry.figure.as_ref()?.tonnes_per_person.get(), 2)))
        }
        RankedBy::AnnualChange => {
            Some(format!("{} a year", format::percent(entry.change.as_ref()?.percent_per_year.get())))
        }
    }
}

/// The cities without a rank, each with the reason.
fn unranked(ranking: &Ranking<RankingEntry>) -> Markup {
    html! {
        @if !ranking.unranked.is_empty() {
            details {
                summary { (ranking.unranked_total) " cities without a rank" }
                ul {
                    @for entry in &ranking.unranked {
                        li {
                            a href={ "/cities/" (entry.city) } { (entry.name) }
                            @if let Some(reason) = entry.reason { ": " (texts::words(reason.as_str())) }
                        }
                    }
                }
            }
        }
    }
}
