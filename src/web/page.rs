//! The frame of every page, and its headers.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, html};

use crate::answers::body::Body;
use crate::api::response::answer::{Keep, answer};

/// Responds with a page without a form.
#[must_use]
pub fn respond(request: &HttpRequest, title: &str, content: &Markup) -> HttpResponse {
    with_security_headers(answer(request, &render(title, content), Keep::Revalidate))
}

/// Renders a page, with the frame around its content.
#[must_use]
pub fn render(title: &str, content: &Markup) -> Body {
    Body::new("text/html; charset=utf-8", frame(title, content).into_string())
}

/// Adds the security headers to a page without a form.
#[must_use]
pub fn with_security_headers(response: HttpResponse) -> HttpResponse {
    with_policy(response, "form-action 'none'")
}

/// Responds with a page that has a form. No cache may store it.
#[must_use]
pub fn respond_with_form(status: StatusCode, title: &str, content: &Markup) -> HttpResponse {
    let page = frame(title, content).into_string();
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store"));
    with_policy(response.body(page), "form-action 'self'")
}

/// Adds the security headers. Pages load nothing but their style sheet and icon, so the policy allows nothing else.
fn with_policy(mut response: HttpResponse, form_action: &str) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; {form_action}; \
        frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(HeaderName::from_static("content-security-policy"), policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Keys are typed into the form, so other sites must not learn its address when a link is followed.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The document around the content of a page.
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
                        "Every record names the source of its figures. The figures remain under the terms of those \
                        who published them."
                    }
                }
            }
        }
    }
}
