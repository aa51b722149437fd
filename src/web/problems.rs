//! `/problems/{code}`: what a refusal means, and what to do about it.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::html;

use super::page::respond;
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
