//! `/about` and `/data`: what this is, and everything it gives away.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::page::{Head, render, with_security_headers};
use crate::api::Service;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;

/// The exports, by their names, with what a row of each is.
const EXPORTS: [(&str, &str); 7] = [
    ("cities", "a city"),
    ("baselines", "a baseline"),
    ("targets", "a pledge"),
    ("reports", "a yearly report"),
    ("status", "a judged target"),
    ("series", "a year of a target"),
    ("changes", "an entry of the change log"),
];

/// `GET /about`.
pub(super) async fn show(request: HttpRequest) -> HttpResponse {
    let content: Markup = html! {
        h1 { "About" }
        p.lead { "pledgewatch records the climate pledges of cities, judges whether they are kept, and publishes the answer." }
        p {
            "In 2017 the United States announced that they would leave the Paris Agreement, and mayors of many of their cities \
            said that they would keep to it. Whether such pledges are kept can only be said from figures: what was emitted in the \
            base year, what is emitted now, and whether both count the same."
        }
        ul {
            li { "Like is compared with like, or the verdict is “not comparable”." }
            li { "Every verdict can be computed again by hand from what is printed beside it." }
            li { "Nothing is overwritten: restated baselines and weakened pledges stay visible, and any past day can be asked for." }
        }
        p { a href="/method" { "How a verdict is made" } " · " a href="/guide/" { "The guide" } " · " a href="/data" { "All data" } }
    };
    super::page::respond(&request, "About pledgewatch", &content)
}

/// `GET /data`.
pub(super) async fn data(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        let (cities, networks) = (snapshot.present().count(), snapshot.networks.len());
        let content = html! {
            h1 { "Data" }
            p.lead { "Everything that is shown here can be downloaded, whole, without a key." }
            table.stack {
                caption { (cities) " cities, " (networks) " networks, " (snapshot.head.number) " entries of the change log" }
                thead { tr { th scope="col" { "What" } th scope="col" { "A row is" } th scope="col" { "Download" } } }
                tbody { @for (name, row) in EXPORTS {
                    tr {
                        th scope="row" { (name) }
                        td data-label="A row is" { (row) }
                        td data-label="Download" {
                            a href={ "/v1/export/" (name) ".csv" } { "CSV" } ", "
                            a href={ "/v1/export/" (name) ".ndjson" } { "NDJSON" } ", "
                            a href={ "/v1/export/" (name) ".parquet" } { "Parquet" }
                        }
                    }
                } }
            }
            h2 { "For programs" }
            p {
                "The API is described in " a href="/openapi.json" { "OpenAPI 3.1" } " and in "
                a href="/openapi-3.0.json" { "OpenAPI 3.0" } ". " a href="/docs/" { "Every operation, with a command to copy" } "."
            }
            h2 { "Licences" }
            p {
                "Figures stay under the terms of those who published them: each record names its source, and the source its licence \
                as far as it is stated. What this service computes from them may be used freely with the address of the page it was \
                taken from."
            }
            h2 { "What is covered, and what not" }
            p {
                "Emissions of whole cities, as the cities or statistical offices report them, in t CO2e. Pledges that are not about \
                amounts of emissions are not judged. " a href="/guide/data" { "Where the demo's figures come from" }
            }
        };
        let head = Head {
            twins: vec![("/openapi.json".to_owned(), "application/json")],
            ..Head::titled("Data – pledgewatch", &service.public_url)
        };
        Ok(render(&head, &content))
    });
    Ok(with_security_headers(page.await?))
}
