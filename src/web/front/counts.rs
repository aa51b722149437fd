//! How many pledges are kept: the numbers, and a bar that reads in grey.
#![allow(clippy::cast_precision_loss, reason = "nobody counts 2^52 cities")]

use maud::{Markup, html};

use crate::method::Verdict;
use crate::overview::row::Row;
use crate::web::texts;

/// The verdicts in the order of the bar, from the best to what nobody knows, each with how its part is filled.
pub(in crate::web) const ORDER: [(Verdict, &str); 10] = [
    (Verdict::Achieved, "kept"),
    (Verdict::OnTrack, "kept"),
    (Verdict::Behind, "behind"),
    (Verdict::OffTrack, "off"),
    (Verdict::MovingAway, "off"),
    (Verdict::Missed, "off"),
    (Verdict::Unreported, "unknown"),
    (Verdict::Outdated, "unknown"),
    (Verdict::NotComparable, "unknown"),
    (Verdict::InsufficientData, "unknown"),
];
const WIDTH: f64 = 1000.0;

pub(super) fn section(rows: &[Row<'_>]) -> Markup {
    let count = |verdict| rows.iter().filter(|row| row.target.is_some_and(|target| target.verdict == verdict)).count();
    let counts: Vec<(Verdict, &str, usize)> =
        ORDER.into_iter().map(|(verdict, fill)| (verdict, fill, count(verdict))).collect();
    let judged: usize = counts.iter().map(|(.., count)| count).sum();
    let without = rows.len() - judged;
    html! {
        section aria-labelledby="counts" {
            h2 #counts { (rows.len()) @if rows.len() == 1 { " city" } @else { " cities" } }
            @if judged > 0 { (bar(&counts, judged)) }
            p.note { "Only cities that are recorded here are counted, each by the target that it is first shown with." }
            ul.counts {
                @for (verdict, fill, count) in &counts {
                    @if *count > 0 {
                        li {
                            svg.swatch width="14" height="14" aria-hidden="true" { rect.(*fill) width="14" height="14" {} }
                            " " a href={ "/?verdict=" (verdict) } { strong { (count) } " " (texts::verdict(*verdict)) }
                            " " span.note { (texts::meaning(*verdict)) }
                        }
                    }
                }
                @if without > 0 {
                    li { strong { (without) } " without a target " span.note { "No target is adopted for the whole city." } }
                }
            }
        }
    }
}

/// A part a verdict, as wide as its share; a number where there is room for one.
fn bar(counts: &[(Verdict, &str, usize)], judged: usize) -> Markup {
    let mut left = 0.0;
    let mut parts = Vec::new();
    for (verdict, fill, count) in counts.iter().filter(|(.., count)| *count > 0) {
        let width = WIDTH * *count as f64 / judged as f64;
        parts.push((left, width, *verdict, *fill, *count));
        left += width;
    }
    let words: Vec<String> =
        parts.iter().map(|(.., verdict, _, count)| format!("{count} {}", texts::verdict(*verdict))).collect();
    html! {
        svg.bar viewBox="0 0 1000 44" preserveAspectRatio="none" role="img" aria-label=(words.join(", ")) {
            @for (left, width, verdict, fill, count) in parts {
                g {
                    title { (count) " " (texts::verdict(verdict)) }
                    rect.(fill) x=(format!("{left:.1}")) width=(format!("{:.1}", width - 2.0)) height="44" {}
                }
            }
        }
    }
}
