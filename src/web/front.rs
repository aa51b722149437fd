//! `/`: what this service is, and every city with the verdict on its headline target.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::page::{render, with_security_headers};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::response::answer::Keep;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::method::{Assessment, Confidence, Verdict};
use crate::record::CityId;
use crate::registry::{Present, Snapshot};

pub(super) async fn show(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, Keep::Revalidate, |_, snapshot| Ok(page(snapshot))).await?;
    Ok(with_security_headers(page))
}

fn page(snapshot: &Snapshot) -> Body {
    let mut cities: Vec<_> = snapshot.present().map(|(id, _, present)| (id, present)).collect();
    cities.sort_by(|(_, one), (_, other)| one.city.name.cmp(&other.city.name));
    let content = html! {
        h1 { "Are climate pledges kept?" }
        p.lead {
            "Cities record their emissions and their pledges. This service judges whether each pledge is on track, \
            and shows every figure behind the verdict. It compares only like with like; where it cannot, the verdict \
            is " code { "not_comparable" } ". When the target year has ended and nobody has reported a figure for it, \
            the verdict is " code { "unreported" } ", even if the city was on track before."
        }
        @if cities.is_empty() { (first_steps()) } @else { (table(&cities, &snapshot.judged_on.to_string())) }
    };
    render("pledgewatch: are climate pledges kept?", &content)
}

fn first_steps() -> Markup {
    html! {
        h2 { "Nothing is recorded yet" }
        p { "Make a key with " code { "pledgewatch keys create --role admin --label YOU" } ". Then record a city with it:" }
        pre { code {
            "curl -X PUT -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' \\\n"
            "  -d '{\"name\": \"Los Angeles\", \"country\": \"US\"}' \\\n"
            "  http://localhost:8080/v1/cities/us-los-angeles"
        } }
        p { a href="/guide/" { "Read the guide" } ", or " a href="/docs/" { "try every operation" } "." }
    }
}

/// The cities in the given order; those whose verdict is of low confidence come after the others.
fn table(cities: &[(&CityId, &Present)], judged_on: &str) -> Markup {
    let is_low = |present: &Present| present.headline().is_some_and(|target| target.confidence == Confidence::Low);
    let (low, others): (Vec<_>, Vec<_>) = cities.iter().partition(|(_, present)| is_low(present));
    html! {
        table {
            caption { "The headline target of each city, judged on " (judged_on) }
            thead { tr { th scope="col" { "City" } th scope="col" { "Verdict" } th scope="col" { "In a sentence" } } }
            tbody { @for (id, present) in others { (row(id, present)) } }
            @if !low.is_empty() {
                tbody {
                    tr { th colspan="3" scope="rowgroup" {
                        "Low confidence "
                        span.note { "The figures behind these verdicts may not be comparable, or one may be wrong." }
                    } }
                    @for (id, present) in low { (row(id, present)) }
                }
            }
        }
        p.note {
            "A grey verdict says nothing about today, because the figures for it are missing, too old or not comparable. "
            a href="/guide/method" { "What each verdict means" }
        }
    }
}

fn row(id: &CityId, present: &Present) -> Markup {
    let status = format!("/v1/cities/{id}/status");
    html! {
        tr {
            th scope="row" { a href=(status) { (present.city.name) } " " span.country { (present.city.country.as_str()) } }
            @match present.headline() {
                Some(headline) => { td { (verdict(headline)) } td { (headline.sentence) (reply(present)) } }
                None => { td { span.verdict { "no adopted target" } } td { (reply(present)) } }
            }
        }
    }
}

/// The verdict in its colour, pale if its confidence is low. `unreported` shows the year that lacks a figure, and
/// `outdated` the year of the latest figure.
fn verdict(headline: &Assessment) -> Markup {
    let (verdict, pale) = (headline.verdict, headline.confidence == Confidence::Low);
    let year = match verdict {
        Verdict::Unreported => Some(format!("for {}", headline.target.target_year)),
        Verdict::Outdated => headline.judged.as_ref().map(|figure| format!("last figure {}", figure.year)),
        _ => None,
    };
    let notes: Vec<String> = year.into_iter().chain(pale.then(|| "low confidence".to_owned())).collect();
    html! {
        span.verdict.(verdict.as_str()).pale[pale] { (verdict.as_str().replace('_', " ")) }
        @if !notes.is_empty() { " " span.country { (notes.join(", ")) } }
    }
}

/// The city's statement, folded until the reader opens it.
fn reply(present: &Present) -> Markup {
    html! {
        @if let Some(reply) = &present.statement {
            details {
                summary { "The city replies" @if let Some(target) = &reply.statement.target { " on " (target) } }
                blockquote { (reply.statement.text) }
            }
        }
    }
}
