//! `/docs/`: every operation of the API and every type, made from the specification; without a script.

mod curl;
mod operation;
mod prose;
mod schema;

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use serde_json::Value;

use super::page::{Head, render, with_security_headers};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::openapi;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;

/// The specification.
static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi::document);

/// An operation, with where it is found.
struct Operation {
    method: &'static str,
    path: &'static str,
    told: &'static Value,
}

impl Operation {
    fn id(&self) -> &'static str {
        text(&self.told["operationId"])
    }

    fn tag(&self) -> &'static str {
        text(&self.told["tags"][0])
    }

    /// Whether a key is needed.
    fn is_locked(&self) -> bool {
        self.told["security"].as_array().is_some_and(|keys| !keys.is_empty())
    }
}

/// Every operation, by its path.
fn operations() -> impl Iterator<Item = Operation> {
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, told)| Operation { method, path, told })
    })
}

/// A text of the specification; empty if it is not there.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `GET /docs/`.
pub(super) async fn index(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page =
        costly::answer(&request, &service, CachePolicy::Revalidate, |service, _| Ok(contents(&service.public_url)));
    Ok(with_security_headers(page.await?))
}

/// `GET /docs/{operation}`.
pub(super) async fn operation(
    request: HttpRequest,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, move |service, _| {
        let operation = operations().find(|known| known.id() == id.as_str()).ok_or_else(Problem::not_found)?;
        let title = format!("{} – API of pledgewatch", text(&operation.told["summary"]));
        Ok(render(&Head::titled(&title, &service.public_url), &operation::page(&operation, &service.public_url)))
    });
    Ok(with_security_headers(page.await?))
}

/// `GET /docs/types/{name}`.
pub(super) async fn kind(
    request: HttpRequest,
    service: web::Data<Service>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, move |service, _| {
        let schema = DOCUMENT["components"]["schemas"].get(name.as_str()).ok_or_else(Problem::not_found)?;
        let head = Head::titled(&format!("{name} – API of pledgewatch"), &service.public_url);
        Ok(render(&head, &schema::page(&name, schema)))
    });
    Ok(with_security_headers(page.await?))
}

/// The page that lists the others.
fn contents(public_url: &str) -> Body {
    let content = html! {
        h1 { "API" }
        div.guide { (prose::block(text(&DOCUMENT["info"]["description"]))) }
        p {
            "The specification: " a href="/openapi.json" { "OpenAPI 3.1" } ", " a href="/openapi-3.0.json" { "OpenAPI 3.0" }
            ". " a href="/guide/api" { "What holds for every operation" } " is in the guide, with " a href="/guide/recipes" { "recipes" }
            " for " code { "curl" } " and " code { "jq" } "."
        }
        @for tag in DOCUMENT["tags"].as_array().into_iter().flatten() {
            (group(text(&tag["name"]), text(&tag["description"])))
        }
        section {
            h2 #types { "Types" }
            ul.columns { @for name in DOCUMENT["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name) {
                li { a href={ "/docs/types/" (name) } { (name) } }
            } }
        }
    };
    let head = Head {
        twins: vec![("/openapi.json".to_owned(), "application/json")],
        ..Head::titled("API of pledgewatch", public_url)
    };
    render(&head, &content)
}

/// The operations of one tag.
fn group(tag: &str, description: &str) -> Markup {
    html! {
        section {
            h2 id=(tag) { (capital(tag)) }
            p { (description) "." }
            table.stack {
                thead { tr { th scope="col" { "Operation" } th scope="col" { "Request" } } }
                tbody { @for operation in operations().filter(|operation| operation.tag() == tag) {
                    tr {
                        th scope="row" { a href={ "/docs/" (operation.id()) } { (text(&operation.told["summary"])) } }
                        td { (request_line(&operation)) }
                    }
                } }
            }
        }
    }
}

fn request_line(operation: &Operation) -> Markup {
    html! {
        code { (operation.method.to_uppercase()) " " (operation.path) }
        @if operation.is_locked() { " " span.note { "needs a key" } }
    }
}

/// A word with a capital.
fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}", first.to_uppercase())
}
