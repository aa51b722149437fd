//! Several lines in one drawing, such as cities side by side: told apart by colour, dash and mark.

use maud::{Markup, html};

use super::axis::{Scale, decimals, number, ticks, years};
use super::layout::{Layout, credits, diamond, n, paragraph};
use super::model::{Options, Point};
use super::text::FAMILY;
use super::theme::{LINES, Palette};

/// A line with its name.
#[derive(Debug, Clone)]
pub struct NamedLine {
    /// What it is the line of.
    pub name: String,
    /// Its points, by year.
    pub points: Vec<Point>,
}

/// Several lines in one unit.
#[derive(Debug, Clone)]
pub struct Lines {
    /// The heading.
    pub title: String,
    /// What the numbers are.
    pub unit: String,
    /// The lines; at most six can be told apart.
    pub lines: Vec<NamedLine>,
    /// An amount that is drawn across, such as the 100 of an index.
    pub level: Option<f64>,
    /// What stands below: source, day, method.
    pub source: String,
    /// The address where it can be checked.
    pub address: String,
}

/// Dashes of the lines, so that they differ in grey too.
const DASHES: [Option<&str>; 6] = [None, Some("7 4"), Some("2 4"), Some("9 3 2 3"), Some("4 2"), Some("12 4")];

/// Where the plot lies, and how years and amounts become pixels.
struct Frame<'l> {
    layout: &'l Layout,
    palette: &'l Palette,
    colours: [&'static str; 6],
    x: Scale,
    y: Scale,
    ticks: Vec<f64>,
}

/// The lines as an SVG document, or as an element of a page.
#[must_use]
pub fn lines(chart: &Lines, options: &Options) -> String {
    let width = f64::from(options.width);
    let layout = Layout::of(width, options.id);
    let palette = options.theme.palette();
    let mut parts: Vec<Markup> = Vec::new();
    let mut y = layout.pad;
    if options.has_frame {
        let title = layout.title.wrap(&chart.title, layout.inner(), 3);
        let (drawn, bottom) = paragraph(&title, layout.title, layout.pad, y, 1.22, palette.ink, "ink");
        parts.push(drawn);
        y = bottom + 8.0;
    }
    let colours = LINES[usize::from(options.theme == super::Theme::Dark)];
    let (drawn, bottom) = legend(chart, &layout, &palette, colours, y);
    parts.push(drawn);
    let (drawn, top) = paragraph(
        std::slice::from_ref(&chart.unit),
        layout.small,
        layout.pad,
        bottom + 8.0,
        1.3,
        palette.muted,
        "muted",
    );
    parts.push(drawn);
    let height = layout.plot_height();
    let frame = Frame::new(chart, &layout, &palette, colours, [top + 10.0, top + 10.0 + height]);
    parts.extend([frame.grid(chart), frame.years()]);
    parts.extend(chart.lines.iter().enumerate().map(|(at, line)| frame.line(line, at)));
    let mut bottom = top + 10.0 + height + layout.small.size + 14.0;
    if options.has_frame {
        let (drawn, next) = credits(&layout, &palette, [&chart.source, &chart.address], bottom + 6.0);
        parts.push(drawn);
        bottom = next;
    }
    document(chart, &layout, &palette, width, bottom + layout.pad * 0.7, &parts)
}

fn document(chart: &Lines, layout: &Layout, palette: &Palette, width: f64, total: f64, parts: &[Markup]) -> String {
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (n(layout.width)) " " (n(total)) } width=(n(width))
            height=(n(total * width / layout.width)) font-family=(FAMILY) class="chart" role="img" aria-label=(chart.title) {
            title { (chart.title) }
            desc { (description(chart)) }
            rect width="100%" height="100%" fill=(palette.paper) class="paper" {}
            @for part in parts { (part) }
        }
    }
    .into_string()
}

/// The lines in words: where each begins and ends.
fn description(chart: &Lines) -> String {
    let line = |line: &NamedLine| {
        let (first, last) = (line.points.first()?, line.points.last()?);
        let [from, to] = [first, last].map(|point| format!("{} in {}", number(point.amount, 1), point.year));
        Some(format!("{}: {from}, {to}.", line.name))
    };
    chart.lines.iter().filter_map(line).collect::<Vec<_>>().join(" ")
}

/// A mark of the line with this number; each has a shape of its own.
fn mark(at: usize, (x, y): (f64, f64), r: f64, colour: &str, paper: &str) -> Markup {
    let fill = if at.is_multiple_of(2) { colour } else { paper };
    html! {
        @match at / 2 {
            0 => circle cx=(n(x)) cy=(n(y)) r=(n(r)) fill=(fill) stroke=(colour) stroke-width="1.6" {},
            1 => rect x=(n(x - r)) y=(n(y - r)) width=(n(2.0 * r)) height=(n(2.0 * r)) fill=(fill) stroke=(colour) stroke-width="1.6" {},
            _ => path d=(diamond(x, y, r * 1.3)) fill=(fill) stroke=(colour) stroke-width="1.6" {},
        }
    }
}

/// A sample of each line with its name, and where the samples end.
fn legend(chart: &Lines, layout: &Layout, palette: &Palette, colours: [&str; 6], top: f64) -> (Markup, f64) {
    let step = layout.text.size * 1.6;
    let (mut x, mut y) = (layout.pad, top + step * 0.6);
    let mut placed = Vec::new();
    for (at, line) in chart.lines.iter().enumerate().take(colours.len()) {
        let name = layout.text.shorten(&line.name, layout.inner() - 32.0);
        let width = 32.0 + layout.text.width(&name);
        if x > layout.pad && x + width > layout.width - layout.pad {
            (x, y) = (layout.pad, y + step);
        }
        placed.push((at, x, y, name));
        x += width + 18.0;
    }
    let drawn = html! {
        g class="legend" {
            @for (at, x, y, name) in placed {
                line x1=(n(x)) x2=(n(x + 24.0)) y1=(n(y)) y2=(n(y)) stroke=(colours[at]) stroke-width="2.4" stroke-dasharray=[DASHES[at]] {}
                (mark(at, (x + 12.0, y), layout.mark, colours[at], palette.paper))
                text x=(n(x + 32.0)) y=(n(y + layout.text.size * 0.36)) font-size=(n(layout.text.size)) fill=(palette.ink) class="ink" { (name) }
            }
        }
    };
    (drawn, y + step * 0.5)
}

impl<'l> Frame<'l> {
    fn new(
        chart: &Lines,
        layout: &'l Layout,
        palette: &'l Palette,
        colours: [&'static str; 6],
        [top, bottom]: [f64; 2],
    ) -> Self {
        let points = || chart.lines.iter().flat_map(|line| &line.points);
        let amounts = || points().map(|point| point.amount).chain(chart.level);
        let (low, high) = amounts().fold((0.0_f64, 0.0_f64), |(low, high), amount| (low.min(amount), high.max(amount)));
        let first = points().map(|point| point.year).min().unwrap_or_default();
        let last = points().map(|point| point.year).max().unwrap_or_default().max(first + 1);
        let most = (((bottom - top) / (layout.small.size * 3.6)) as usize).clamp(3, 7);
        let ticks = ticks(low, high.max(f64::MIN_POSITIVE), most);
        let places = decimals(&ticks);
        let axis = ticks.iter().map(|tick| layout.small.width(&number(*tick, places))).fold(0.0, f64::max);
        let x = Scale {
            from: [f64::from(first), f64::from(last)],
            to: [layout.pad + axis + 14.0, layout.width - layout.pad - 14.0],
        };
        let y = Scale { from: [ticks[0], ticks[ticks.len() - 1]], to: [bottom, top] };
        Frame { layout, palette, colours, x, y, ticks }
    }

    fn at(&self, point: Point) -> (f64, f64) {
        (self.x.at(f64::from(point.year)), self.y.at(point.amount))
    }

    fn grid(&self, chart: &Lines) -> Markup {
        let places = decimals(&self.ticks);
        let [left, right] = [self.x.to[0] - 8.0, self.x.to[1] + 8.0];
        html! {
            g class="grid" {
                @for tick in &self.ticks {
                    @let y = self.y.at(*tick);
                    line x1=(n(left)) x2=(n(right)) y1=(n(y)) y2=(n(y))
                        stroke=(if *tick == 0.0 { self.palette.ink } else { self.palette.grid }) class=(if *tick == 0.0 { "zero" } else { "tick" }) {}
                    text x=(n(left - 5.0)) y=(n(y + self.layout.small.size * 0.35)) text-anchor="end"
                        font-size=(n(self.layout.small.size)) fill=(self.palette.muted) class="muted" { (number(*tick, places)) }
                }
                @if let Some(level) = chart.level {
                    @let y = self.y.at(level);
                    line x1=(n(left)) x2=(n(right)) y1=(n(y)) y2=(n(y)) stroke=(self.palette.muted) stroke-width="1.4" stroke-dasharray="1 3" class="now" {}
                }
            }
        }
    }

    fn years(&self) -> Markup {
        let [first, last] = self.x.from.map(|year| year as i32);
        let apart = self.layout.small.width("2000") + 10.0;
        let base = self.y.to[0];
        html! {
            g class="years" {
                @for year in years(first, last, &[first, last], self.x, apart) {
                    @let x = self.x.at(f64::from(year));
                    line x1=(n(x)) x2=(n(x)) y1=(n(base)) y2=(n(base + 5.0)) stroke=(self.palette.muted) class="tick" {}
                    text x=(n(x)) y=(n(base + 8.0 + self.layout.small.size)) text-anchor="middle"
                        font-size=(n(self.layout.small.size)) fill=(self.palette.muted) class="muted" { (year) }
                }
            }
        }
    }

    /// A line with its marks. Across years without a figure it is thin.
    fn line(&self, line: &NamedLine, at: usize) -> Markup {
        let colour = self.colours[at % self.colours.len()];
        html! {
            g class={ "line line-" (at) } {
                @for pair in line.points.windows(2) {
                    @let ((x1, y1), (x2, y2)) = (self.at(pair[0]), self.at(pair[1]));
                    @let is_next = pair[1].year - pair[0].year == 1;
                    line x1=(n(x1)) x2=(n(x2)) y1=(n(y1)) y2=(n(y2)) stroke=(colour)
                        stroke-width=(if is_next { "2.4" } else { "1.2" }) stroke-dasharray=[DASHES[at % DASHES.len()]] {}
                }
                @for point in &line.points {
                    g {
                        title { (line.name) ", " (point.year) ": " (number(point.amount, 2)) }
                        (mark(at, self.at(*point), self.layout.mark, colour, self.palette.paper))
                    }
                }
            }
        }
    }
}
