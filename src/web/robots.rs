//! `/robots.txt` and `/sitemap.xml`: what search engines may read, and where it is.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{PreEscaped, html};

use crate::answers::body::Body;
use crate::api::Service;
use crate::api::response::answer::{CachePolicy, answer};
use crate::api::response::costly;
use crate::api::response::problem::Problem;

/// Pages that are not of a city or a network.
const PAGES: [&str; 10] = [
    "/",
    "/compare",
    "/networks",
    "/rankings",
    "/changes",
    "/weakened",
    "/never-reported",
    "/method",
    "/data",
    "/about",
];
/// The most addresses that a sitemap may have (sitemaps.org, 0.9).
const SITEMAP_MAX: usize = 50_000;

/// `GET /robots.txt`.
pub(super) async fn robots(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let text =
        format!("User-agent: *\nDisallow: /v1/\nDisallow: /submit\nSitemap: {}/sitemap.xml\n", service.public_url);
    answer(&request, &Body::new("text/plain; charset=utf-8", text), CachePolicy::Revalidate)
}

/// `GET /sitemap.xml`.
pub(super) async fn sitemap(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        let networks = snapshot.networks.iter().filter(|(_, entry)| entry.network.live().is_some());
        let paths = PAGES.iter().map(|path| (*path).to_owned());
        let paths = paths.chain(networks.map(|(id, _)| format!("/networks/{id}")));
        let paths = paths.chain(snapshot.present().map(|(id, ..)| format!("/cities/{id}")));
        let map = html! {
            (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
            urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
                @for path in paths.take(SITEMAP_MAX) { url { loc { (service.public_url) (path) } } }
            }
        };
        Ok(Body::new("application/xml; charset=utf-8", map.into_string()))
    })
    .await
}
