//! `/`: what this is, every city with its verdict, and where to go from here.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::page::respond;
use crate::api::Service;
use crate::method::Confidence;
use crate::record::CityId;
use crate::registry::Present;

pub(super) async fn show(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let snapshot = service.registry.present();
    let mut cities: Vec<_> = snapshot.present().map(|(id, _, present)| (id, present)).collect();
    cities.sort_by(|(_, one), (_, other)| one.city.name.cmp(&other.city.name));
    let content = html! {
        h1 { "Are climate pledges kept?" }
        p.lead {
            "Cities record what they emit and what they pledge. This service judges whether each pledge is on track, \
            and prints every figure that the verdict was made from. Like is compared with like, or it says "
            code { "not_comparable" } "."
        }
        @if cities.is_empty() { (first_steps()) } @else { (table(&cities, &snapshot.judged_on.to_string())) }
    };
    respond(&request, "pledgewatch: are climate pledges kept?", &content)
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
        p { a href="/docs/" { "Every operation, to read and to try" } }
    }
}

fn table(cities: &[(&CityId, &Present)], judged_on: &str) -> Markup {
    html! {
        table {
            caption { "The target each city is first shown with, judged on " (judged_on) }
            thead { tr { th scope="col" { "City" } th scope="col" { "Verdict" } th scope="col" { "In a sentence" } } }
            tbody { @for (id, present) in cities { (row(id, present)) } }
        }
        p.note {
            "Verdicts of low confidence are shown pale: they rest on figures whose accounting nobody declared, or that do \
            not quite agree."
        }
    }
}

fn row(id: &CityId, present: &Present) -> Markup {
    let status = format!("/v1/cities/{id}/status");
    html! {
        tr {
            th scope="row" { a href=(status) { (present.city.name) } " " span.country { (present.city.country.as_str()) } }
            @match present.headline() {
                Some(headline) => {
                    td {
                        @let pale = headline.confidence == Confidence::Low;
                        span.verdict.(headline.verdict.as_str()).pale[pale] { (headline.verdict.as_str().replace('_', " ")) }
                        @if pale { " " span.country { "low confidence" } }
                    }
                    td { (headline.sentence) (reply(present)) }
                }
                None => { td { span.verdict { "no adopted target" } } td { (reply(present)) } }
            }
        }
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
