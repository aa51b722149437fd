//! HTML pages for people; one file per page.

mod about;
mod badge;
mod card;
mod catalog;
mod changes;
mod city;
mod compare;
mod docs;
mod drawing;
mod format;
mod front;
mod guide;
mod lists;
mod method_page;
mod networks;
mod page;
pub mod problems;
mod rankings;
mod robots;
mod row;
mod submit;
mod texts;

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::answers::body::Body;
use crate::api::response::answer::{CachePolicy, answer};

/// Registers the pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(front::show))
        .route("/card.png", web::get().to(card::all))
        .route("/networks/{network}/card.png", web::get().to(card::of_network))
        .route("/cities/{city}", web::get().to(city::show))
        .route("/cities/{city}/chart.svg", web::get().to(city::chart_svg))
        .route("/cities/{city}/chart.png", web::get().to(city::chart_png))
        .route("/embed/{city}", web::get().to(city::embed))
        .route("/compare", web::get().to(compare::show))
        .route("/compare.svg", web::get().to(compare::svg))
        .route("/compare.png", web::get().to(compare::png))
        .route("/networks", web::get().to(networks::list))
        .route("/networks/{network}", web::get().to(networks::show))
        .route("/weakened", web::get().to(lists::weakened))
        .route("/never-reported", web::get().to(lists::never_reported))
        .route("/rankings", web::get().to(rankings::show))
        .route("/changes", web::get().to(changes::show))
        .route("/feeds/all.atom", web::get().to(changes::all))
        .route("/feeds/weakened.atom", web::get().to(changes::weakened))
        .route("/feeds/cities/{city}.atom", web::get().to(changes::of_city))
        .route("/feeds/networks/{network}.atom", web::get().to(changes::of_network))
        .route("/method", web::get().to(method_page::show))
        .route("/data", web::get().to(about::data))
        .route("/catalog.jsonld", web::get().to(catalog::dcat))
        .route("/about", web::get().to(about::show))
        .route("/robots.txt", web::get().to(robots::robots))
        .route("/sitemap.xml", web::get().to(robots::sitemap))
        .route("/world.svg", web::get().to(world))
        .service(web::redirect("/docs", "/docs/"))
        .route("/docs/", web::get().to(docs::index))
        .route("/docs/{operation}", web::get().to(docs::operation))
        .route("/docs/types/{name}", web::get().to(docs::kind))
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
    answer(&request, &STYLE, CachePolicy::Revalidate)
}

/// The outline of the land, rendered once.
static WORLD: LazyLock<Body> = LazyLock::new(|| Body::new("image/svg+xml", front::WORLD));

async fn world(request: HttpRequest) -> HttpResponse {
    answer(&request, &WORLD, CachePolicy::Revalidate)
}
