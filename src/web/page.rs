//! The frame that every page stands in.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, html};

use crate::answers::body::Body;
use crate::api::response::answer::{Keep, answer};

/// Answers with a page: its title, and what stands in it.
#[must_use]
pub fn respond(request: &HttpRequest, title: &str, content: &Markup) -> HttpResponse {
    guard(answer(request, &render(title, content), Keep::Revalidate))
}

/// A page: its title, and what stands in it.
#[must_use]
pub fn render(title: &str, content: &Markup) -> Body {
    Body::new("text/html; charset=utf-8", frame(title, content).into_string())
}

/// Lets a page without a form have nothing but its own style sheet.
#[must_use]
pub fn guard(response: HttpResponse) -> HttpResponse {
    guarded(response, "form-action 'none'")
}

/// Answers with a page that has a form; nobody keeps it.
#[must_use]
pub fn respond_with_form(status: StatusCode, title: &str, content: &Markup) -> HttpResponse {
    let page = frame(title, content).into_string();
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store"));
    guarded(response.body(page), "form-action 'self'")
}

/// Pages need nothing but their own style sheet, so nothing else is let in.
fn guarded(mut response: HttpResponse, form: &str) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; {form}; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(HeaderName::from_static("content-security-policy"), policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The key is typed here: where it is sent must not be told to where a link leads.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// What stands around every page.
fn frame(title: &str, content: &Markup) -> Markup {
    html! {
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
                        a href="/submit" { "Submit figures" }
                        a href="/guide/" { "Guide" }
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
    }
}
