//! `/`: what this is, every city with its verdict, and where to go from here.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::page::{guard, render};
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
    Ok(guard(page))
}

fn page(snapshot: &Snapshot) -> Body {
    let mut cities: Vec<_> = snapshot.present().map(|(id, _, present)| (id, present)).collect();
    cities.sort_by(|(_, one), (_, other)| one.city.name.cmp(&other.city.name));
    let content = html! {
        h1 { "Are climate pledges kept?" }
        p.lead {
            "Cities record what they emit and what they pledge. This service judges whether each pledge is on track, \
            and prints every figure that the verdict was made from. Like is compared with like, or it says "
            code { "not_comparable" } "; and what nobody has reported is " code { "unreported" } ", however it looked before."
        }
        @if cities.is_empty() { (first_steps()) } @else { (table(&cities, &snapshot.judged_on.to_string())) }
    };
    render("pledgewatch: are climate pledges kept?", &content)
}

fn first_steps() -> Markup {
    html! {
        h2 { "Nothing is recorded yet" }
        p { "Make a key with " code { "pledgewatch keys create --role admin --label YOU" } ", then record a city with it:" }
        pre { code {
            "curl -X PUT -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' \\\n"
            "  -d '{\"name\": \"Los Angeles\", \"country\": \"US\"}' \\\n"
            "  http://localhost:8080/v1/cities/us-los-angeles"
        } }
        p { a href="/guide/" { "The guide" } ", and " a href="/docs/" { "every operation, to read and to try" } }
    }
}

/// The cities in their order, those whose verdict is of low confidence after the others.
fn table(cities: &[(&CityId, &Present)], judged_on: &str) -> Markup {
    let is_unsure = |present: &Present| present.headline().is_some_and(|target| target.confidence == Confidence::Low);
    let (unsure, sure): (Vec<_>, Vec<_>) = cities.iter().partition(|(_, present)| is_unsure(present));
    html! {
        table {
            caption { "The target each city is first shown with, judged on " (judged_on) }
            thead { tr { th scope="col" { "City" } th scope="col" { "Verdict" } th scope="col" { "In a sentence" } } }
            tbody { @for (id, present) in sure { (row(id, present)) } }
            @if !unsure.is_empty() {
                tbody {
                    tr { th colspan="3" scope="rowgroup" {
                        "Low confidence "
                        span.note {
                            "These rest on figures that may not count the same, or that another figure contradicts."
                        }
                    } }
                    @for (id, present) in unsure { (row(id, present)) }
                }
            }
        }
        p.note {
            "Grey verdicts tell nothing of the present: the figure that would is missing, too old, or of another kind. "
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

/// The verdict in its colour, pale if it is of low confidence; with one that tells nothing of the present, the year of
/// which a figure is missing, or of which the last one is.
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

/// What the city says of its verdicts, to be opened.
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
