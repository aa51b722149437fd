//! The frame that every page stands in.

use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, html};

use crate::api::conditional::{Keep, answer};
use crate::registry::bodies::Body;

/// Answers with a page: its title, and what stands in it.
#[must_use]
pub fn respond(request: &HttpRequest, title: &str, content: &Markup) -> HttpResponse {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="data:,";
            }
            body {
                header {
                    a.brand href="/" { "pledgewatch" }
                    nav aria-label="Main" {
                        a href="/docs/" { "API documentation" }
                        a href="/openapi.json" { "OpenAPI" }
                        a href="/v1/cities" { "Cities as JSON" }
                        a href="/v1/changes" { "Change log" }
                    }
                }
                main { (content) }
                footer {
                    p {
                        "Every figure names its source in the record it is part of. Figures stay under the terms of \
                        those who published them."
                    }
                }
            }
        }
    };
    let mut response = answer(request, &Body::new("text/html; charset=utf-8", page.into_string()), Keep::Revalidate);
    // Pages need nothing but their own style sheet, so nothing else is let in.
    let policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    for (name, value) in [("content-security-policy", policy), ("x-content-type-options", "nosniff")] {
        let name = actix_web::http::header::HeaderName::from_static(name);
        response.headers_mut().insert(name, actix_web::http::header::HeaderValue::from_static(value));
    }
    response
}
