//! The drawing: lays the parts of a chart out from top to bottom, and writes them as SVG.
//!
//! Colours and lines are attributes, for a page may not have styles within it; a page's style sheet may override them by
//! the classes.

use maud::{Markup, html};

use super::layout::{Layout, credits, n, paragraph};
use super::legend::legend;
use super::model::{Chart, Options};
use super::plot::Plot;
use super::text::FAMILY;
use super::theme::Palette;

/// What stands in place of a plot without anything in it.
const EMPTY: &str = "There is no figure and no pathway to draw.";

/// The chart as an SVG document, or as an element of a page.
pub fn svg(chart: &Chart, options: &Options) -> String {
    let width = f64::from(options.width);
    let layout = Layout::of(width, options.id);
    let palette = options.theme.palette();
    let mut parts: Vec<Markup> = Vec::new();
    let mut y = layout.pad;
    if options.has_frame {
        let lines = layout.title.wrap(&chart.title, layout.inner(), 3);
        let (drawn, bottom) = paragraph(&lines, layout.title, layout.pad, y, 1.22, palette.ink, "ink");
        parts.push(drawn);
        let lines = layout.text.wrap(&chart.sentence, layout.inner(), if layout.is_narrow { 7 } else { 4 });
        let (drawn, bottom) = paragraph(&lines, layout.text, layout.pad, bottom + 5.0, 1.38, palette.ink, "ink");
        parts.push(drawn);
        y = bottom + 10.0;
    }
    let (drawn, bottom) = legend(chart, &palette, &layout, y);
    parts.push(drawn);
    let (drawn, clip, mut bottom) = if chart.is_empty() {
        let (drawn, bottom) =
            paragraph(&[EMPTY.to_owned()], layout.text, layout.pad, bottom + 24.0, 1.3, palette.muted, "muted");
        (vec![drawn], html! {}, bottom + 24.0)
    } else {
        plotted(chart, options, &layout, &palette, bottom)
    };
    parts.extend(drawn);
    if options.has_frame {
        let (drawn, next) = credits(&layout, &palette, [&chart.source, &chart.address], bottom + 6.0);
        parts.push(drawn);
        bottom = next;
    }
    let total = bottom + layout.pad * 0.7;
    let scale = width / layout.width;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (n(layout.width)) " " (n(total)) } width=(n(width)) height=(n(total * scale))
            font-family=(FAMILY) class="chart" role="group" aria-label=(chart.title) {
            title { (chart.title) }
            desc { (chart.description) }
            defs {
                pattern id={ (layout.id) "-hatch" } width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line x1="0" y1="0" x2="0" y2="6" stroke=(palette.grid) stroke-width="2" class="tick" {}
                }
                (clip)
            }
            rect width="100%" height="100%" fill=(palette.paper) class="paper" {}
            @for part in &parts { (part) }
        }
    }
    .into_string()
}

/// The plot below `above`: its parts, what its lines are cut off by, and where it ends.
fn plotted(
    chart: &Chart,
    options: &Options,
    layout: &Layout,
    palette: &Palette,
    above: f64,
) -> (Vec<Markup>, Markup, f64) {
    let caption = above + 8.0;
    let top = caption + layout.small.size * 2.6 + 8.0;
    let height = layout.plot_height();
    let (plot, unit) = Plot::new(chart, layout, palette, top, top + height);
    let unit = format!("{}{}", unit[..1].to_uppercase(), &unit[1..]);
    let parts = vec![
        paragraph(&[unit], layout.small, layout.pad, caption, 1.3, palette.muted, "muted").0,
        plot.present(),
        plot.grid(),
        plot.years(),
        plot.trend(),
        plot.pathway(),
        plot.reported(),
        plot.marks(),
        // Between the caption and the plot there is room for one line.
        plot.labels(top - layout.small.size * 1.3 - 4.0),
        plot.figures(!options.has_frame),
    ];
    let (left, right, low, high) = (plot.x.to[0], plot.x.to[1], plot.y.to[0], plot.y.to[1]);
    let clip = html! {
        clipPath id={ (layout.id) "-plot" } {
            rect x=(n(left - 6.0)) y=(n(high)) width=(n(right - left + 12.0)) height=(n(low - high)) {}
        }
    };
    (parts, clip, top + height + layout.small.size + 14.0)
}
