//! The legend: samples of the marks, and what they mean.

use maud::{Markup, html};

use super::layout::{Layout, diamond, n};
use super::model::Chart;
use super::theme::Palette;

/// A sample of each mark that is drawn, and what it means.
fn samples(chart: &Chart, p: &Palette, layout: &Layout) -> Vec<(Markup, String)> {
    let r = layout.mark;
    let line = |stroke: &str, width: &str, dash: Option<&str>, class: &str| {
        let cap = dash.filter(|dash| dash.starts_with("1 ")).map(|_| "round");
        html! { line x1="0" x2="22" y1="0" y2="0" stroke=(stroke) stroke-width=(width) stroke-dasharray=[dash] stroke-linecap=[cap] class=(class) {} }
    };
    let mut entries: Vec<(Markup, String)> = Vec::new();
    if !chart.figures.is_empty() {
        let sample = html! { (line(p.reported, "2.6", None, "reported")) circle cx="11" cy="0" r=(n(r)) fill=(p.reported) class="mark" {} };
        entries.push((sample, "reported".to_owned()));
    }
    if chart.figures.first().is_some_and(|figure| figure.is_base) {
        let sample = html! { rect x=(n(11.0 - r)) y=(n(-r)) width=(n(2.0 * r)) height=(n(2.0 * r)) fill=(p.reported) class="mark" {} };
        entries.push((sample, "baseline".to_owned()));
    }
    if chart.pathway.len() > 1 {
        entries.push((line(p.pathway, "2", Some("7 4"), "pathway"), "pathway to the target".to_owned()));
    }
    if chart.milestones.iter().any(|milestone| milestone.kept == Some(true)) {
        entries.push((
            html! { path d=(diamond(11.0, 0.0, r * 1.35)) fill=(p.pathway) stroke=(p.pathway) stroke-width="1.8" {} },
            "milestone kept".to_owned(),
        ));
    }
    if chart.milestones.iter().any(|milestone| milestone.kept != Some(true)) {
        entries.push((
            html! { path d=(diamond(11.0, 0.0, r * 1.35)) fill=(p.paper) stroke=(p.pathway) stroke-width="1.8" {} },
            "milestone".to_owned(),
        ));
    }
    if !chart.trend.is_empty() {
        let sample = html! {
            rect x="0" y=(n(-r)) width="22" height=(n(2.0 * r)) fill=(p.trend) fill-opacity="0.13" class="band" {}
            (line(p.trend, "1.8", Some("1 4.5"), "trend"))
        };
        entries.push((sample, "trend with 95 % interval".to_owned()));
    }
    if let Some((name, _)) = &chart.benchmark {
        entries.push((line(p.benchmark, "1.5", Some("9 3 1.5 3"), "benchmark"), name.clone()));
    }
    if !chart.restated.is_empty() {
        entries.push((
            html! { circle cx="11" cy="0" r=(n(r)) fill=(p.paper) stroke=(p.reported) stroke-width="1.4" {} },
            "before restatement".to_owned(),
        ));
    }
    if !chart.left_out.is_empty() {
        let sample = html! { path d=(format!("M{} {}l{d} {d}m0 -{d}l-{d} {d}", n(11.0 - r), n(-r), d = n(2.0 * r))) stroke=(p.muted) stroke-width="1.8" fill="none" {} };
        entries.push((sample, "not comparable".to_owned()));
    }
    if chart.figures.len() > 1 {
        entries.push((html! { rect x="0" y="-1.5" width="22" height="3" fill=(p.muted) fill-opacity="0.45" class="unreported" {} }, "no comparable figure".to_owned()));
    }
    if let Some(latest) = chart.figures.last().filter(|_| chart.is_stale) {
        let text = format!("nothing newer than {}", latest.point.year);
        entries.push((html! { rect x="0" y="-5" width="22" height="10" fill=(layout.reference("hatch")) {} }, text));
    }
    entries
}

/// The samples in lines from `top` down, and where they end.
pub(super) fn legend(chart: &Chart, palette: &Palette, layout: &Layout, top: f64) -> (Markup, f64) {
    let step = layout.small.size * 1.75;
    let (mut x, mut y) = (layout.pad, top + step * 0.6);
    let mut placed = Vec::new();
    for (sample, text) in samples(chart, palette, layout) {
        let width = 28.0 + layout.small.width(&text);
        if x > layout.pad && x + width > layout.width - layout.pad {
            (x, y) = (layout.pad, y + step);
        }
        placed.push((x, y, sample, text));
        x += width + if layout.is_narrow { 12.0 } else { 18.0 };
    }
    let bottom = if placed.is_empty() { top } else { y + step * 0.6 };
    let drawn = html! {
        g class="legend" {
            @for (x, y, sample, text) in placed {
                g transform={ "translate(" (n(x)) " " (n(y)) ")" } { (sample) }
                text x=(n(x + 28.0)) y=(n(y + layout.small.size * 0.36)) font-size=(n(layout.small.size)) fill=(palette.ink) class="ink" { (text) }
            }
        }
    };
    (drawn, bottom)
}
