//! `/about` and `/data`: what this is, and everything it gives away.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, PreEscaped, html};

use super::catalog;
use super::page::{Head, render, with_security_headers};
use crate::api::Service;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::dataset::DataSet;
use crate::api::response::problem::Problem;

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
                tbody { @for what in DataSet::ALL {
                    tr id=(what) {
                        th scope="row" { (what) }
                        td data-label="A row is" { (catalog::row(*what)) }
                        td data-label="Download" {
                            @for (number, (format, name)) in catalog::FORMATS.iter().enumerate() {
                                @if number > 0 { ", " }
                                a href=(catalog::path(*what, *format)) { (name) }
                            }
                        }
                    }
                } }
            }
            p {
                "A CSV with " code { "?excel=true" } " opens in Excel as it is; " a href="/v1/status.xlsx?limit=500" { "judged targets" }
                " and each city can be had as a workbook too. " a href="/guide/data" { "How to read the files" } " with DuckDB, pandas \
                and others. Catalogues of data read " a href="/catalog.jsonld" { "the list of all files" } " (DCAT 3)."
            }
            // A block of data is not a script: no browser runs it, whatever the policy of the page.
            script type="application/ld+json" { (PreEscaped(catalog::schema_org(&service.public_url, snapshot))) }
            h2 { "For programs" }
            p {
                "The API is described in " a href="/openapi.json" { "OpenAPI 3.1" } " and in "
                a href="/openapi-3.0.json" { "OpenAPI 3.0" } ". " a href="/docs/" { "Every operation, with a command to copy" } "."
            }
            h2 #licences { "Licences" }
            p { (catalog::TERMS) }
            h2 { "What is covered, and what not" }
            p {
                "Emissions of whole cities, as the cities or statistical offices report them, in t CO2e. Pledges that are not about \
                amounts of emissions are not judged. " a href="/guide/data" { "Where the demo's figures come from" }
            }
        };
        let head = Head {
            twins: vec![
                ("/catalog.jsonld".to_owned(), "application/ld+json"),
                ("/openapi.json".to_owned(), "application/json"),
            ],
            ..Head::titled("Data – pledgewatch", &service.public_url)
        };
        Ok(render(&head, &content))
    });
    Ok(with_security_headers(page.await?))
}
