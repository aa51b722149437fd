//! `/card.png` and `/networks/{network}/card.png`: how many pledges are kept, as a picture for those who show a link.

use actix_web::{HttpRequest, HttpResponse, web};

use super::front::ORDER;
use super::{format, texts};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::request::lookup::present_network;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::chart::{self, Part};
use crate::registry::{Present, Refusal, Snapshot};

/// `GET /card.png`.
pub(super) async fn all(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        let cities = snapshot.present().map(|(_, _, present)| present);
        picture(snapshot, "Are climate pledges kept?", cities, &service.public_url)
    })
    .await
}

/// `GET /networks/{network}/card.png`.
pub(super) async fn of_network(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        present_network(snapshot, &network)?;
        let entry = snapshot.networks.get(network.as_str()).ok_or_else(Problem::not_found)?;
        let (known, _) = entry.network.live().ok_or_else(Problem::not_found)?;
        let members = snapshot.present().filter(|(_, city, _)| city.is_member(&network, snapshot.judged_on));
        let heading = format!("{}: are their climate pledges kept?", known.name);
        picture(snapshot, &heading, members.map(|(_, _, present)| present), &service.public_url)
    })
    .await
}

fn picture<'s>(
    snapshot: &Snapshot,
    heading: &str,
    cities: impl Iterator<Item = &'s Present>,
    public_url: &str,
) -> Result<Body, Problem> {
    let verdicts: Vec<_> = cities.filter_map(Present::headline).map(|target| target.verdict).collect();
    let part = |(verdict, fill)| Part {
        words: texts::verdict(verdict).to_owned(),
        count: verdicts.iter().filter(|known| **known == verdict).count(),
        colour: colour(fill),
    };
    let parts: Vec<Part> = ORDER.into_iter().map(part).collect();
    let source = format!("{public_url} · judged on {}", format::day(snapshot.judged_on));
    let picture = chart::png(&chart::card(heading, &parts, &source)).ok_or(Refusal::Internal)?;
    Ok(Body::new("image/png", picture))
}

/// The colour that the style sheet gives a part of the bar.
fn colour(fill: &str) -> &'static str {
    match fill {
        "kept" => "#1c6b3c",
        "behind" => "#d99a1c",
        "off" => "#c2392f",
        _ => "#98a0a8",
    }
}
