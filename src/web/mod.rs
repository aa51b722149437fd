//! HTML pages for people; one file per page.

mod front;
mod guide;
mod page;
mod problems;
mod row;
mod submit;

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::answers::body::Body;
use crate::api::response::answer::{Keep, answer};

/// Registers the pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(front::show))
        .route("/guide", web::get().to(guide::index))
        .route("/guide/", web::get().to(guide::index))
        .route("/guide/{page}", web::get().to(guide::show))
        .route("/problems/{code}", web::get().to(problems::show))
        .route("/submit", web::get().to(submit::show))
        .route("/submit", web::post().to(submit::receive))
        .route("/style.css", web::get().to(style));
}

/// The style sheet, rendered once.
static STYLE: LazyLock<Body> = LazyLock::new(|| Body::new("text/css; charset=utf-8", include_str!("style.css")));

async fn style(request: HttpRequest) -> HttpResponse {
    answer(&request, &STYLE, Keep::Revalidate)
}
