//! The map: a dot a city, whose shape and colour tell its verdict.

use maud::{Markup, html};

use crate::method::Verdict;
use crate::overview::row::Row;
use crate::web::texts;

/// The outline of the land, drawn by the Equal Earth projection from Natural Earth's 1:110m land (public domain).
pub(in crate::web) const WORLD: &str = include_str!("../world.svg");
/// Width and height of that drawing.
const SIZE: (f64, f64) = (1000.0, 435.0);
/// Pixels a unit of the projection, and how far below its top the equator lies.
const SCALE: f64 = 184.731_567_67;
const EQUATOR: f64 = 241.391_166_65;
/// Most cities of which each is a link.
const LINKED: usize = 300;

/// Where a place lies on the map (Šavrič, Patterson and Jenny 2018, "The Equal Earth map projection").
fn place(latitude: f64, longitude: f64) -> (f64, f64) {
    const A: [f64; 4] = [1.340_264, -0.081_106, 0.000_893, 0.003_796];
    let root = 3_f64.sqrt() / 2.0;
    let angle = (root * latitude.to_radians().sin()).asin();
    let (square, sixth) = (angle * angle, angle.powi(6));
    let slope = A[0] + 3.0 * A[1] * square + sixth * (7.0 * A[2] + 9.0 * A[3] * square);
    let x = longitude.to_radians() * angle.cos() / (root * slope);
    let y = angle * (A[0] + A[1] * square + sixth * (A[2] + A[3] * square));
    (SIZE.0 / 2.0 + SCALE * x, EQUATOR - SCALE * y)
}

/// The path of a dot: a disc, a triangle, a square, or a ring.
fn dot(verdict: Option<Verdict>, (x, y): (f64, f64)) -> (&'static str, String) {
    let disc = |r: f64| format!("M{:.1} {y:.1}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z", x - r, d = 2.0 * r);
    match verdict {
        Some(Verdict::Achieved | Verdict::OnTrack) => ("kept", disc(4.5)),
        Some(Verdict::Behind) => ("behind", format!("M{x:.1} {:.1}l5 9h-10z", y - 5.5)),
        Some(Verdict::OffTrack | Verdict::MovingAway | Verdict::Missed) => {
            ("off", format!("M{:.1} {:.1}h8v8h-8z", x - 4.0, y - 4.0))
        }
        _ => ("unknown", disc(3.5)),
    }
}

pub(super) fn section(rows: &[Row<'_>]) -> Markup {
    let placed: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, place(row.present.city.latitude?.get(), row.present.city.longitude?.get()))))
        .collect();
    html! {
        @if !placed.is_empty() && placed.len() <= LINKED {
            section aria-labelledby="map" {
                h2 #map { "On the map" }
                svg.map viewBox="0 0 1000 435" role="group" aria-labelledby="map" {
                    image href="/world.svg" width="1000" height="435" {}
                    @for (row, at) in &placed {
                        @let (class, path) = dot(row.target.map(|target| target.verdict), *at);
                        @let words = row.target.map_or("no target", |target| texts::verdict(target.verdict));
                        a href={ "/cities/" (row.id) } aria-label={ (row.present.city.name) ": " (words) } {
                            title { (row.present.city.name) ": " (words) }
                            path.(class) d=(path) {}
                        }
                    }
                }
                p.note {
                    "Disc: kept or on track. Triangle: behind. Square: off track, moving away or missed. Ring: no verdict that \
                    tells how it stands today. Land: Natural Earth. "
                    (rows.len() - placed.len()) " cities without a stated position are not drawn."
                }
            }
        }
    }
}
