//! A rendered answer: its body, and where its next page is.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use crate::answers::body::Body;

/// A rendered answer.
pub struct Rendered {
    /// The body.
    pub body: Body,
    /// The `cursor` of the next page, where a header is to say so.
    pub next: Option<String>,
}

impl From<Body> for Rendered {
    fn from(body: Body) -> Self {
        Rendered { body, next: None }
    }
}

/// Has a `Link` header lead to the next page, so that no one takes a page for the whole.
pub fn link_next(request: &HttpRequest, response: &mut HttpResponse, next: Option<&str>) {
    let Some(cursor) = next else { return };
    let others = request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: Vec<String> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    let link = format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"));
    // A query that is no header text was refused before; the page is right without its link, too.
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}
