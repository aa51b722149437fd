//! Figures and pathway in the size of a word, for a row of a table.

use maud::{Markup, html};

const WIDTH: f64 = 110.0;
const HEIGHT: f64 = 30.0;
const EDGE: f64 = 3.0;

/// Draws figures and the corners of a pathway, each a year with its amount; nothing if there is no figure.
#[must_use]
pub fn sparkline(figures: &[(i32, f64)], pathway: &[(i32, f64)]) -> Markup {
    let all = || figures.iter().chain(pathway);
    let (first, last) =
        all().fold((i32::MAX, i32::MIN), |(first, last), (year, _)| (first.min(*year), last.max(*year)));
    let (low, high) =
        all().fold((0.0_f64, f64::MIN_POSITIVE), |(low, high), (_, amount)| (low.min(*amount), high.max(*amount)));
    let years = f64::from((last.saturating_sub(first)).max(1));
    let at = |&(year, amount): &(i32, f64)| {
        let x = EDGE + f64::from(year - first) / years * (WIDTH - 2.0 * EDGE);
        let y = HEIGHT - EDGE - (amount - low) / (high - low) * (HEIGHT - 2.0 * EDGE);
        (x, y)
    };
    let line = |points: &[(i32, f64)]| {
        let places: Vec<String> = points.iter().map(at).map(|(x, y)| format!("{x:.0},{y:.0}")).collect();
        places.join(" ")
    };
    html! {
        @if let Some(latest) = figures.last() {
            @let (x, y) = at(latest);
            svg.sparkline width="110" height="30" viewBox="0 0 110 30" aria-hidden="true" {
                @if pathway.len() > 1 { polyline.pathway points=(line(pathway)) fill="none" stroke-dasharray="4 3" {} }
                @if figures.len() > 1 { polyline.reported points=(line(figures)) fill="none" {} }
                circle.mark cx=(format!("{x:.0}")) cy=(format!("{y:.0}")) r="2.5" {}
            }
        }
    }
}
