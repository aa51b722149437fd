//! The frame that every page stands in.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{DOCTYPE, Markup, html};

use crate::answers::body::Body;
use crate::api::Service;
use crate::api::response::answer::{CachePolicy, answer};

/// What stands in the head of a page.
#[derive(Debug, Default)]
pub struct Head {
    /// The title.
    pub title: String,
    /// What the page says, in a sentence.
    pub description: String,
    /// The address of a picture for those who show a card of the page; if there is none, the card of the service.
    pub picture: Option<String>,
    /// Where the service is reached from outside; empty for a page that is not to be shown as a card.
    pub public_url: String,
    /// The same as data: addresses with their media types.
    pub twins: Vec<(String, &'static str)>,
}

impl Head {
    /// A page that has only a title.
    #[must_use]
    pub fn titled(title: &str, public_url: &str) -> Self {
        Head { title: title.to_owned(), public_url: public_url.to_owned(), ..Head::default() }
    }

    /// The address of the picture of its card.
    fn card(&self) -> Option<String> {
        let of_service = || (!self.public_url.is_empty()).then(|| format!("{}/card.png", self.public_url));
        self.picture.clone().or_else(of_service)
    }
}

/// Answers with a page: its title, and what stands in it.
#[must_use]
pub fn respond(request: &HttpRequest, title: &str, content: &Markup) -> HttpResponse {
    with_security_headers(answer(
        request,
        &render(&Head::titled(title, public_url(request)), content),
        CachePolicy::Revalidate,
    ))
}

/// The parameters of a query that say something: a form sends every field, also those that were left empty.
pub fn filled(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty() && !pair.ends_with('='))
}

/// Where the service is reached from outside.
#[must_use]
pub fn public_url(request: &HttpRequest) -> &str {
    request.app_data::<web::Data<Service>>().map_or("", |service| service.public_url.as_str())
}

/// A page: its head, and what stands in it.
#[must_use]
pub fn render(head: &Head, content: &Markup) -> Body {
    Body::new("text/html; charset=utf-8", frame(head, content).into_string())
}

/// Lets a page without a form to write have nothing but its own style sheet, pictures, and forms that search.
#[must_use]
pub fn with_security_headers(response: HttpResponse) -> HttpResponse {
    with_policy(response, "form-action 'self'", "frame-ancestors 'none'")
}

/// The same for a page that others may show within theirs.
#[must_use]
pub fn with_embedding_headers(response: HttpResponse) -> HttpResponse {
    with_policy(response, "form-action 'none'", "frame-ancestors *")
}

/// Answers with a page that is for this request alone: nobody keeps it.
#[must_use]
pub fn respond_once(status: StatusCode, title: &str, content: &Markup) -> HttpResponse {
    let page = frame(&Head::titled(title, ""), content).into_string();
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store"));
    with_policy(response.body(page), "form-action 'self'", "frame-ancestors 'none'")
}

/// Pages need nothing but their own style sheet and pictures, so nothing else is let in.
fn with_policy(mut response: HttpResponse, form: &str, frames: &str) -> HttpResponse {
    let policy =
        format!("default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; {form}; {frames}");
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
fn frame(head: &Head, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (heading(head))
            body {
                a.skip href="#content" { "Skip to the content" }
                header.site {
                    a.brand href="/" { "pledgewatch" }
                    nav aria-label="Main" {
                        a href="/" { "Cities" }
                        a href="/networks" { "Networks" }
                        a href="/rankings" { "Rankings" }
                        a href="/compare" { "Compare" }
                        a href="/changes" { "Changes" }
                        a href="/method" { "Method" }
                        a href="/data" { "Data" }
                        a href="/submit" { "Submit figures" }
                    }
                }
                main #content { (content) }
                footer.site {
                    p {
                        "Every figure names its source. Figures stay under the terms of those who published them. "
                        a href="/about" { "About" } " · " a href="/guide/" { "Guide" } " · " a href="/docs/" { "API" }
                    }
                }
            }
        }
    }
}

/// The head of a page, also of one that stands within another.
pub(super) fn heading(head: &Head) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (head.title) }
            link rel="stylesheet" href="/style.css";
            link rel="icon" href="data:,";
            meta property="og:title" content=(head.title);
            meta property="og:type" content="website";
            @if !head.description.is_empty() {
                meta name="description" content=(head.description);
                meta property="og:description" content=(head.description);
            }
            @if let Some(picture) = head.card() {
                meta property="og:image" content=(picture);
                meta name="twitter:card" content="summary_large_image";
            }
            @for (address, media_type) in &head.twins {
                link rel="alternate" type=(media_type) href=(address);
            }
        }
    }
}
