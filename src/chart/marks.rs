//! Lines and marks: pathway, trend and benchmark, and the figures over them.

use maud::{Markup, html};

use super::layout::{diamond, n, paragraph};
use super::model::Point;
use super::plot::Plot;

impl Plot<'_> {
    pub fn trend(&self) -> Markup {
        let palette = self.palette;
        let ends = |end: usize| {
            self.chart
                .trend
                .iter()
                .filter_map(move |year| Some(Point { year: year.point.year, amount: year.interval?[end] }))
        };
        let band: Vec<Point> = ends(1).chain(ends(0).collect::<Vec<_>>().into_iter().rev()).collect();
        html! {
            g clip-path=(self.layout.reference("plot")) {
                @if !band.is_empty() {
                    polygon points=(self.line(band.into_iter())) fill=(palette.trend) fill-opacity="0.13" class="band" {}
                }
                @if !self.chart.trend.is_empty() {
                    polyline points=(self.line(self.chart.trend.iter().map(|year| year.point))) fill="none"
                        stroke=(palette.trend) stroke-width="1.8" stroke-dasharray="1 4.5" stroke-linecap="round" class="trend" {}
                }
            }
        }
    }

    pub fn pathway(&self) -> Markup {
        let palette = self.palette;
        html! {
            @if let Some((_, points)) = &self.chart.benchmark {
                polyline points=(self.line(points.iter().copied())) fill="none" stroke=(palette.benchmark) stroke-width="1.5"
                    stroke-dasharray="9 3 1.5 3" class="benchmark" {}
            }
            @if self.chart.pathway.len() > 1 {
                polyline points=(self.line(self.chart.pathway.iter().copied())) fill="none" stroke=(palette.pathway)
                    stroke-width="2" stroke-dasharray="7 4" class="pathway" {}
            }
        }
    }

    /// Figures of years that follow each other are joined; across years without one the line is thin and broken.
    pub fn reported(&self) -> Markup {
        let palette = self.palette;
        html! {
            @for pair in self.chart.figures.windows(2) {
                @if let [from, to] = pair {
                    @let (a, b) = (self.at(from.point), self.at(to.point));
                    @let is_next = to.point.year - from.point.year == 1;
                    line x1=(n(a.0)) y1=(n(a.1)) x2=(n(b.0)) y2=(n(b.1)) stroke=(palette.reported)
                        stroke-width=(if is_next { "2.6" } else { "1.2" }) stroke-dasharray=[(!is_next).then_some("3 3")]
                        stroke-linecap="round" class="reported" {}
                }
            }
        }
    }

    pub fn marks(&self) -> Markup {
        let (palette, r) = (self.palette, self.layout.mark);
        html! {
            @for value in &self.chart.left_out {
                @let (x, y) = self.at(value.point);
                g class="left-out" { title { (value.detail) }
                    path d=(format!("M{} {}l{d} {d}m0 -{d}l-{d} {d}", n(x - r), n(y - r), d = n(2.0 * r))) stroke=(palette.muted)
                        stroke-width="1.8" fill="none" {}
                }
            }
            @for value in &self.chart.restated {
                @let (x, y) = self.at(value.point);
                g class="restated" { title { (value.detail) }
                    circle cx=(n(x)) cy=(n(y)) r=(n(r)) fill=(palette.paper) stroke=(palette.reported) stroke-width="1.4" {}
                }
            }
            @for milestone in &self.chart.milestones {
                @let (x, y) = self.at(milestone.point);
                g class="milestone" { title { (milestone.detail) }
                    path d=(diamond(x, y, r * 1.35)) stroke=(palette.pathway) stroke-width="1.8"
                        fill=(if milestone.kept == Some(true) { palette.pathway } else { palette.paper }) {}
                }
            }
            @if let Some(target) = self.chart.target {
                @let (x, y) = self.at(target);
                g class="target" {
                    circle cx=(n(x)) cy=(n(y)) r=(n(r * 1.7)) fill=(palette.paper) stroke=(palette.pathway) stroke-width="2" {}
                    circle cx=(n(x)) cy=(n(y)) r=(n(r * 0.7)) fill=(palette.pathway) {}
                }
            }
            @for figure in &self.chart.figures {
                @let (x, y) = self.at(figure.point);
                @if figure.is_base {
                    rect x=(n(x - r)) y=(n(y - r)) width=(n(2.0 * r)) height=(n(2.0 * r)) fill=(palette.reported) class="mark" {}
                } @else {
                    circle cx=(n(x)) cy=(n(y)) r=(n(r)) fill=(palette.reported) class="mark" {}
                }
            }
        }
    }

    /// What is pointed at to read of a figure and to follow its source; above all else, so that nothing covers a tip.
    ///
    /// A page shows the tips by its style sheet. A picture for itself has none, but titles, which browsers show.
    pub fn figures(&self, has_tips: bool) -> Markup {
        let area = |point: Point| {
            let (x, y) = self.at(point);
            html! { circle cx=(n(x)) cy=(n(y)) r=(n(self.layout.mark * 2.2)) fill="transparent" {} }
        };
        html! {
            @for figure in &self.chart.figures {
                @let inner = html! {
                    @if !has_tips { title { (figure.detail) } }
                    (area(figure.point))
                    @if has_tips { (self.tip(figure.point, &figure.detail)) }
                };
                @match &figure.url {
                    Some(url) => a href=(url) class="figure" aria-label=(figure.detail) { (inner) },
                    None => g class="figure" tabindex=[has_tips.then_some("0")] role="img" aria-label=(figure.detail) { (inner) },
                }
            }
        }
    }

    /// A text beside a point, hidden until the point is looked at.
    fn tip(&self, point: Point, text: &str) -> Markup {
        const EDGE: f64 = 8.0;
        let (palette, layout, (x, y)) = (self.palette, self.layout, self.at(point));
        let lines = layout.small.wrap(text, layout.inner().min(260.0) - 2.0 * EDGE, 8);
        let width = lines.iter().map(|line| layout.small.width(line)).fold(0.0, f64::max) + 2.0 * EDGE;
        let height = layout.small.size * 1.35 * lines.len() as f64 + 2.0 * EDGE;
        let left = (x - width / 2.0).clamp(2.0, (layout.width - width - 2.0).max(2.0));
        let is_room_above = y - height - 3.0 * layout.mark > 0.0;
        let top = if is_room_above { y - height - 3.0 * layout.mark } else { y + 3.0 * layout.mark };
        html! {
            g class="tip" visibility="hidden" aria-hidden="true" {
                rect x=(n(left)) y=(n(top)) width=(n(width)) height=(n(height)) rx="4" fill=(palette.paper) stroke=(palette.muted) class="paper" {}
                (paragraph(&lines, layout.small, left + EDGE, top + EDGE, 1.35, palette.ink, "ink").0)
            }
        }
    }
}
