//! The plot: its scales, its grid, and what is drawn in it, from the back to the front.

use maud::{Markup, html};

use super::axis::{Scale, decimals, number, ticks, years};
use super::layout::{Layout, n};
use super::model::{Chart, Point};
use super::theme::Palette;

/// The unit that amounts are shown in: what they are divided by, and its name.
fn unit(chart: &Chart, most: f64) -> (f64, &'static str) {
    if chart.per_person {
        return (1.0, "tonnes of CO₂e a person");
    }
    match most {
        most if most >= 2e6 => (1e6, "million tonnes of CO₂e a year"),
        most if most >= 2e3 => (1e3, "thousand tonnes of CO₂e a year"),
        _ => (1.0, "tonnes of CO₂e a year"),
    }
}

/// The amounts that the axis must reach. An interval that is far wider than all else is cut off.
fn reach(chart: &Chart) -> (f64, f64) {
    let points = (chart.figures.iter().map(|figure| figure.point.amount))
        .chain(chart.restated.iter().map(|value| value.point.amount))
        .chain(chart.left_out.iter().map(|value| value.point.amount))
        .chain(chart.pathway.iter().map(|point| point.amount))
        .chain(chart.milestones.iter().map(|milestone| milestone.point.amount))
        .chain(chart.target.map(|point| point.amount));
    let (mut low, mut high) =
        points.fold((0.0_f64, 0.0_f64), |(low, high), amount| (low.min(amount), high.max(amount)));
    if high <= 0.0 && low >= 0.0 {
        high = 1.0;
    }
    let most = high * 1.15;
    let trend = chart.trend.iter().flat_map(|year| [Some(year.point.amount), year.interval.map(|ends| ends[1])]);
    high = trend.flatten().filter(|amount| *amount <= most).fold(high, f64::max);
    let benchmark = chart.benchmark.iter().flat_map(|(_, points)| points);
    high = benchmark.map(|point| point.amount).fold(high, f64::max);
    low = low.min(0.0);
    (low, high)
}

/// The first and the last year that are drawn.
fn span(chart: &Chart) -> (i32, i32) {
    let years = (chart.figures.iter().map(|figure| figure.point.year))
        .chain(chart.pathway.iter().map(|point| point.year))
        .chain(chart.left_out.iter().map(|value| value.point.year))
        .chain(chart.target.map(|point| point.year));
    let (first, last) = years.fold((i32::MAX, i32::MIN), |(first, last), year| (first.min(year), last.max(year)));
    if first > last { (chart.this_year - 1, chart.this_year) } else { (first, last.max(first + 1)) }
}

/// The plot: its frame, its scales, and what is drawn in it.
pub(super) struct Plot<'c> {
    pub chart: &'c Chart,
    pub layout: &'c Layout,
    pub palette: &'c Palette,
    pub x: Scale,
    pub y: Scale,
    pub divisor: f64,
    pub ticks: Vec<f64>,
}

impl<'c> Plot<'c> {
    pub fn new(
        chart: &'c Chart,
        layout: &'c Layout,
        palette: &'c Palette,
        top: f64,
        bottom: f64,
    ) -> (Self, &'static str) {
        let (low, high) = reach(chart);
        let (divisor, unit) = unit(chart, high.max(-low));
        let room = bottom - top;
        let most = ((room / (layout.small.size * 3.6)) as usize).clamp(3, 7);
        let ticks = ticks(low / divisor, high / divisor, most);
        let places = decimals(&ticks);
        let axis = ticks.iter().map(|tick| layout.small.width(&number(*tick, places))).fold(0.0, f64::max);
        let (first, last) = span(chart);
        let left = layout.pad + axis + 8.0 + layout.mark;
        let right = layout.width - layout.pad - layout.mark - if layout.is_narrow { 6.0 } else { 14.0 };
        let x = Scale { from: [f64::from(first), f64::from(last)], to: [left, right] };
        let y = Scale { from: [ticks[0], ticks[ticks.len() - 1]], to: [bottom, top] };
        (Plot { chart, layout, palette, x, y, divisor, ticks }, unit)
    }

    pub fn at(&self, point: Point) -> (f64, f64) {
        (self.x.at(f64::from(point.year)), self.y.at(point.amount / self.divisor))
    }

    pub fn line(&self, points: impl Iterator<Item = Point>) -> String {
        let places: Vec<String> =
            points.map(|point| self.at(point)).map(|(x, y)| format!("{},{}", n(x), n(y))).collect();
        places.join(" ")
    }

    pub fn grid(&self) -> Markup {
        let (layout, palette) = (self.layout, self.palette);
        let places = decimals(&self.ticks);
        let (left, right) = (self.x.to[0] - layout.mark - 2.0, self.x.to[1] + layout.mark + 2.0);
        html! {
            g class="grid" {
                @for tick in &self.ticks {
                    @let y = self.y.at(*tick);
                    @let is_zero = *tick == 0.0;
                    line x1=(n(left)) x2=(n(right)) y1=(n(y)) y2=(n(y))
                        stroke=(if is_zero { palette.ink } else { palette.grid }) class=(if is_zero { "zero" } else { "tick" }) {}
                    text x=(n(left - 6.0)) y=(n(y + layout.small.size * 0.35)) text-anchor="end"
                        font-size=(n(layout.small.size)) fill=(palette.muted) class="muted" { (number(*tick, places)) }
                }
            }
        }
    }

    pub fn years(&self) -> Markup {
        let (layout, palette) = (self.layout, self.palette);
        let (first, last) = (self.x.from[0] as i32, self.x.from[1] as i32);
        let mut important = Vec::new();
        important.extend(self.chart.target.map(|point| point.year));
        important.extend(self.chart.figures.first().map(|figure| figure.point.year));
        important.extend([first, last]);
        let apart = layout.small.width("2000") + if layout.is_narrow { 8.0 } else { 12.0 };
        let base = self.y.to[0];
        let step = self.x.at(1.0) - self.x.at(0.0);
        html! {
            g class="years" {
                @for year in years(first, last, &important, self.x, apart) {
                    @let x = self.x.at(f64::from(year));
                    line x1=(n(x)) x2=(n(x)) y1=(n(base)) y2=(n(base + 5.0)) stroke=(palette.muted) class="tick" {}
                    text x=(n(x)) y=(n(base + 8.0 + layout.small.size)) text-anchor="middle" font-size=(n(layout.small.size))
                        fill=(palette.muted) class="muted" { (year) }
                }
                @for year in self.unreported() {
                    @let x = self.x.at(f64::from(year));
                    rect x=(n(x - step / 2.0)) y=(n(base + 1.0)) width=(n(step)) height="3" fill=(palette.muted) fill-opacity="0.45" class="unreported" {
                        title { (year) ": no comparable figure" }
                    }
                }
            }
        }
    }

    /// The years up to the present one without a comparable figure.
    fn unreported(&self) -> Vec<i32> {
        let Some(first) = self.chart.figures.first() else { return Vec::new() };
        let is_reported = |year: i32| self.chart.figures.iter().any(|figure| figure.point.year == year);
        (first.point.year..self.chart.this_year.min(self.x.from[1] as i32)).filter(|year| !is_reported(*year)).collect()
    }

    /// The time since the latest figure, if that is long ago, and the present year.
    pub fn present(&self) -> Markup {
        let palette = self.palette;
        let now = self.x.at(f64::from(self.chart.this_year));
        let (top, bottom) = (self.y.to[1], self.y.to[0]);
        let is_within = f64::from(self.chart.this_year) <= self.x.from[1];
        let latest = self.chart.figures.last().filter(|_| self.chart.is_stale && is_within);
        html! {
            @if let Some(latest) = latest {
                @let x = self.x.at(f64::from(latest.point.year));
                rect x=(n(x)) y=(n(top)) width=(n((now - x).max(0.0))) height=(n(bottom - top)) fill=(self.layout.reference("hatch")) {
                    title { "No comparable figure since " (latest.point.year) }
                }
            }
            @if is_within {
                line x1=(n(now)) x2=(n(now)) y1=(n(top - 4.0)) y2=(n(bottom)) stroke=(palette.muted) stroke-dasharray="1 3" class="now" {}
                text x=(n(now)) y=(n(top - 8.0)) text-anchor="middle" font-size=(n(self.layout.small.size)) fill=(palette.muted)
                    class="muted" { (self.chart.this_year) }
            }
        }
    }
}
