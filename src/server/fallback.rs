//! Handles requests that no route matches: 404, 405 with the allowed methods, and OPTIONS.

use std::cmp::Reverse;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::api::openapi;
use crate::api::response::problem::{Code, Problem};
use crate::web::problems;

/// The pages for people, which are not part of the documented API.
const PAGES: &[&str] = &[
    "/",
    "/guide",
    "/guide/",
    "/guide/{page}",
    "/problems/{code}",
    "/style.css",
    "/docs",
    "/docs/",
    "/docs/{operation}",
    "/docs/types/{name}",
    "/openapi.json",
    "/openapi-3.0.json",
];
/// The page that accepts a form.
const FORM: (&str, &str) = ("/submit", "GET, HEAD, OPTIONS, POST");

/// The allowed methods of each address.
pub(super) struct AllowedMethods(Vec<(ResourceDef, String)>);

impl AllowedMethods {
    pub(super) fn new(document: &Value) -> Self {
        let pages = PAGES.iter().map(|path| ((*path).to_owned(), "GET, HEAD, OPTIONS".to_owned()));
        let pages = pages.chain(std::iter::once((FORM.0.to_owned(), FORM.1.to_owned())));
        let mut entries: Vec<(String, String)> = openapi::methods(document).into_iter().chain(pages).collect();
        // `/v1/cities/{city}/reports.csv` comes before `/v1/cities/{city}/{…}`: a path with fewer variables is more
        // specific. So is `/v1/keys/{key}:rotate` before `/v1/keys/{key}`.
        entries.sort_by_key(|(path, _)| (path.matches('{').count(), Reverse(path.len())));
        let paths: Vec<String> = entries.iter().map(|(path, _)| path.clone()).collect();
        AllowedMethods(
            entries.into_iter().map(|(path, allow)| (ResourceDef::new(pattern(&path, &paths)), allow)).collect(),
        )
    }

    fn find(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(resource, _)| resource.is_match(path)).map(|(_, allow)| allow.as_str())
    }
}

/// The pattern of a path. If other paths add a verb to it, such as `:rotate`, its last segment may not contain a colon,
/// as in the routes.
fn pattern(path: &str, all: &[String]) -> String {
    let has_verbs = all.iter().any(|other| other.strip_prefix(path).is_some_and(|rest| rest.starts_with(':')));
    match path.strip_suffix('}') {
        Some(start) if has_verbs => format!("{start}:[^/:]+}}"),
        _ => path.to_owned(),
    }
}

/// Adds our problem body to a 404 without one.
pub(super) async fn fill_empty_404(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let response = next.call(request).await?;
    if response.status() == StatusCode::NOT_FOUND && !response.headers().contains_key(header::CONTENT_TYPE) {
        let message = HttpResponse::from_error(Problem::not_found()).map_into_right_body();
        return Ok(response.into_response(message));
    }
    Ok(response.map_into_left_body())
}

/// Shows a refusal as a page to a browser that asked for one; under `/v1` everybody is answered alike.
pub(super) async fn refuse_by_page(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let accepted = request.headers().get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    let is_for_people =
        !request.path().starts_with("/v1/") && accepted.is_some_and(|kinds| kinds.contains("text/html"));
    let response = next.call(request).await?;
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    let Some(problem) = problem.filter(|_| is_for_people) else {
        return Ok(response.map_into_left_body());
    };
    let mut page = problems::refusal(problem);
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != header::CONTENT_TYPE) {
        page.headers_mut().insert(name.clone(), value.clone());
    }
    page.extensions_mut().insert(problem.code());
    Ok(response.into_response(page.map_into_right_body()))
}

/// The headers that a page of another origin may send with a read.
const READ_HEADERS: &str = "Accept, If-Modified-Since, If-None-Match, Last-Event-ID";

/// Responds to requests that no route matches. If the address exists, OPTIONS gets 204 and other methods get 405. Else
/// the response is 404.
///
/// A CORS preflight request is granted reading, but not writing.
pub(super) async fn fallback(
    request: HttpRequest,
    allowed: web::Data<AllowedMethods>,
) -> Result<HttpResponse, Problem> {
    // The decoded path, as the routes see it.
    match allowed.find(request.match_info().as_str()) {
        Some(allow) if request.method() == Method::OPTIONS => Ok(HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, READ_HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
            .finish()),
        Some(allow) => Err(Problem::method_not_allowed(allow)),
        None => Err(Problem::new(Code::NotFound, "there is nothing under this address; /docs shows what there is")),
    }
}
