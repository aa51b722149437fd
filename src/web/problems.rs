//! `/problems/{code}`: what a refusal means, and what to do about it.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::html;

use super::page::{respond, respond_once};
use crate::api::response::problem::{Code, Problem};

pub(super) async fn show(request: HttpRequest, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let code =
        Code::ALL.iter().copied().find(|known| known.as_str() == code.as_str()).ok_or_else(Problem::not_found)?;
    let content = html! {
        h1 { (code.title()) }
        p.code { code { (code.as_str()) } " · HTTP status " (code.status().as_u16()) }
        h2 { "What it means" }
        p { (code.meaning()) }
        h2 { "What to do" }
        p { (code.remedy()) }
        p { a href="/docs/" { "All operations, with the refusals of each" } }
    };
    Ok(respond(&request, code.title(), &content))
}

/// The page that a browser is shown where a program is answered with the problem itself.
#[must_use]
pub fn refusal(problem: &Problem) -> HttpResponse {
    let (code, document) = (problem.code(), problem.document());
    let content = html! {
        h1 { (document.title()) }
        p.lead { (in_words(document.detail())) }
        @if !document.errors().is_empty() {
            ul { @for fault in document.errors() { li { code { (fault.pointer) } " " (fault.detail) } } }
        }
        p { a href="/" { "All cities" } " · " a href={ "/problems/" (code.as_str()) } { "What this means, and what to do" } }
    };
    respond_once(code.status(), code.title(), &content)
}

/// A detail as a sentence of its own.
fn in_words(detail: &str) -> String {
    let mut rest = detail.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", rest.as_str())
}
