//! `/networks` and `/networks/{network}`: the members of a network side by side.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::badge::badge;
use super::page::{Head, render, with_security_headers};
use super::{format, texts};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::request::lookup::present_network;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::method::Verdict;
use crate::overview::progress::{ProgressAnswer, progress};
use crate::record::{CityId, Level, Network, Slug};
use crate::registry::{Present, Snapshot};

/// `GET /networks`.
pub(super) async fn list(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        Ok(index(snapshot, &service.public_url))
    });
    Ok(with_security_headers(page.await?))
}

/// The networks there are, by id.
fn networks(snapshot: &Snapshot) -> impl Iterator<Item = (&Slug, &Network)> {
    snapshot.networks.iter().filter_map(|(id, entry)| Some((id, &**entry.network.live()?.0)))
}

fn members<'s>(snapshot: &'s Snapshot, network: &'s Slug) -> impl Iterator<Item = (&'s CityId, &'s Present)> {
    let day = snapshot.judged_on;
    snapshot
        .present()
        .filter(move |(_, entry, _)| entry.is_member(network.as_str(), day))
        .map(|(id, _, present)| (id, present))
}

fn index(snapshot: &Snapshot, public_url: &str) -> Body {
    let content = html! {
        h1 { "Networks" }
        p.lead {
            "Cities that pledge together. Only members that are recorded here are counted; a network may have many more."
        }
        table.stack {
            thead { tr { th scope="col" { "Network" } th.number scope="col" { "Members recorded here" } th.number scope="col" { "Judged today" } th.number scope="col" { "Kept or on track" } } }
            tbody {
                @for (id, network) in networks(snapshot) {
                    @let good = members(snapshot, id).filter(|(_, present)| is_good(present)).count();
                    tr {
                        th scope="row" { a href={ "/networks/" (id) } { (network.name) } }
                        td.number data-label="Members recorded here" { (members(snapshot, id).count()) }
                        td.number data-label="Judged today" { (members(snapshot, id).filter(|(_, present)| is_current(present)).count()) }
                        td.number data-label="Kept or on track" { (good) }
                    }
                }
            }
        }
    };
    let head = Head {
        twins: vec![("/v1/networks".to_owned(), "application/json"), ("/v1/networks.csv".to_owned(), "text/csv")],
        ..Head::titled("Networks of cities – pledgewatch", public_url)
    };
    render(&head, &content)
}

/// Whether the verdict on the headline target tells how it stands today.
fn is_current(present: &Present) -> bool {
    present.headline().is_some_and(|target| target.verdict.is_current())
}

fn is_good(present: &Present) -> bool {
    present.headline().is_some_and(|target| matches!(target.verdict, Verdict::Achieved | Verdict::OnTrack))
}

/// `GET /networks/{network}`.
pub(super) async fn show(
    request: HttpRequest,
    service: web::Data<Service>,
    network: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        present_network(snapshot, &network)?;
        let (id, network) =
            networks(snapshot).find(|(id, _)| id.as_str() == network.as_str()).ok_or_else(Problem::not_found)?;
        Ok(page(snapshot, id, network, &service.public_url))
    });
    Ok(with_security_headers(page.await?))
}

fn page(snapshot: &Snapshot, id: &Slug, network: &Network, public_url: &str) -> Body {
    let progress = progress(snapshot, id, network.name.as_str(), Level::Basic, None);
    let content = html! {
        p.crumbs { a href="/networks" { "All networks" } }
        h1 { (network.name) }
        @let judged = members(snapshot, id).filter(|(_, present)| is_current(present)).count();
        @let good = members(snapshot, id).filter(|(_, present)| is_good(present)).count();
        p.lead {
            (progress.members) " of its members are recorded here. " (judged) " of them can be judged today, and " (good)
            " of these have kept their pledge or are on track."
        }
        (together(&progress))
        section aria-labelledby="members" {
            h2 #members { "Members" }
            table.stack {
                thead { tr { th scope="col" { "City" } th scope="col" { "Verdict" } th scope="col" { "In a sentence" } } }
                tbody { @for (city, present) in members(snapshot, id) { (member(city, present)) } }
            }
        }
    };
    let head = Head {
        twins: vec![
            (format!("/v1/networks/{id}/progress"), "application/json"),
            (format!("/v1/status.csv?network={id}"), "text/csv"),
        ],
        ..Head {
            picture: Some(format!("{public_url}/networks/{id}/card.png")),
            ..Head::titled(&format!("{} – pledgewatch", network.name), public_url)
        }
    };
    render(&head, &content)
}

fn member(id: &CityId, present: &Present) -> Markup {
    html! {
        tr {
            th scope="row" { a href={ "/cities/" (id) } { (present.city.name) } }
            @match present.headline() {
                Some(target) => { td { (badge(target)) } td { (target.sentence) } }
                None => { td { span.verdict { "no target" } } td {} }
            }
        }
    }
}

/// The emissions of the members that are counted, as if they were one city's.
fn together(progress: &ProgressAnswer) -> Markup {
    html! {
        section aria-labelledby="together" {
            h2 #together { "Together" }
            @match &progress.joint {
                Some(joint) => p {
                    (joint.counted_members) " members with comparable figures at " (texts::level(progress.level)) " emitted "
                    (format::rounded(joint.counted_tonnes.get(), crate::method::Unit::Tonnes)) " in " (joint.year) "."
                },
                None => p { "No member has figures that could be added up." },
            }
            @if !progress.overdue_members.is_empty() {
                details {
                    summary { (progress.overdue_members.len()) " members have not reported for the last three years" }
                    ul { @for member in &progress.overdue_members {
                        li {
                            a href={ "/cities/" (member.city) } { (member.name) }
                            @match member.latest_report_year { Some(year) => { ", last for " (year) }, None => ", never" }
                        }
                    } }
                }
            }
        }
    }
}
