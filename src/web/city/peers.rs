//! Cities of a similar size that count alike, to be compared with.

use maud::{Markup, html};

use super::story::Story;
use crate::method::{Assessment, PersonFigure};
use crate::record::CityId;
use crate::registry::{Present, Snapshot};
use crate::web::badge::badge;
use crate::web::format;

/// The most peers that are shown: with the city itself as many as can be compared at a time.
const PEERS: usize = 5;
/// A peer has at most this many times the people, or at least that share of them.
const SIZE_FACTOR: f64 = 2.0;

/// A city that may stand beside another.
struct Peer<'s> {
    id: &'s CityId,
    present: &'s Present,
    target: &'s Assessment,
    figure: &'s PersonFigure,
    /// How far its size is from that of the city, as the logarithm of the ratio.
    distance: f64,
}

/// The cities nearest in size whose headline target counts the same level, and whose latest figure follows the same
/// protocol. Whether they are alike in other ways is not looked at.
pub(super) fn section(snapshot: &Snapshot, story: &Story<'_>) -> Markup {
    let peers =
        story.target.filter(|_| story.is_present).map(|target| find(snapshot, story, target)).unwrap_or_default();
    let compared: Vec<String> = peers.iter().map(|peer| format!("&city={}", peer.id)).collect();
    html! {
        @if !peers.is_empty() {
            section aria-labelledby="peers" {
                h2 #peers { "Cities of similar size" }
                p.note {
                    "They have half to twice as many people, their headline target counts the same level, and their figures \
                    follow the same protocol. That they are alike in other ways is not said."
                }
                table.stack {
                    thead { tr {
                        th scope="col" { "City" } th.number scope="col" { "People" } th.number scope="col" { "Per person" }
                        th.number scope="col" { "Since the base year" } th scope="col" { "Verdict" }
                    } }
                    tbody { @for peer in &peers { (row(peer)) } }
                }
                p { a href={ "/compare?city=" (story.status.city) (compared.concat()) } { "Compare them year by year" } }
            }
        }
    }
}

fn find<'s>(snapshot: &'s Snapshot, story: &Story<'_>, target: &Assessment) -> Vec<Peer<'s>> {
    let level = target.target.level;
    let own = snapshot.cities.get(&story.status.city).and_then(|entry| entry.present.as_ref());
    let own = own.and_then(|present| present.latest.per_person.get(&level)?.as_ref().ok());
    let Some(own) = own.filter(|figure| figure.protocol.is_some()) else { return Vec::new() };
    let candidate = |(id, _, present): (&'s CityId, _, &'s Present)| {
        let target = present.headline().filter(|target| target.target.level == level)?;
        let figure = present.latest.per_person.get(&level)?.as_ref().ok()?;
        let distance = (figure.population.people() / own.population.people()).ln().abs();
        let is_peer = *id != story.status.city && figure.protocol == own.protocol && distance <= SIZE_FACTOR.ln();
        is_peer.then_some(Peer { id, present, target, figure, distance })
    };
    let mut peers: Vec<Peer<'s>> = snapshot.present().filter_map(candidate).collect();
    peers.sort_by(|one, other| one.distance.total_cmp(&other.distance));
    peers.truncate(PEERS);
    peers
}

fn row(peer: &Peer<'_>) -> Markup {
    let change = peer.target.gap.achieved_reduction_percent.map(|reduction| format::percent(-reduction.get()));
    html! {
        tr {
            th scope="row" { a href={ "/cities/" (peer.id) } { (peer.present.city.name) } " " span.country { (peer.present.city.country.as_str()) } }
            td.number data-label="People" { (format::number(peer.figure.population.people(), 0)) }
            td.number data-label="Per person" { (format::number(peer.figure.tonnes_per_person.get(), 2)) " t " span.note { (peer.figure.year) } }
            td.number data-label="Since the base year" {
                @if let Some(change) = change { (change) }
                @if let Some(judged) = &peer.target.judged { " " span.note { "by " (judged.year) } }
            }
            td { (badge(peer.target)) }
        }
    }
}
