//! The figures that matter, beside their marks.

use maud::{Markup, html};

use super::axis::three_digits;
use super::layout::n;
use super::model::Point;
use super::placement::{Area, Placed, Room};
use super::plot::Plot;
use super::text::Font;

impl Plot<'_> {
    fn room(&self, top: f64) -> Room {
        let r = self.layout.mark;
        let within = Area { left: self.x.to[0] - r, top, right: self.layout.width - 4.0, bottom: self.y.to[0] - 1.0 };
        let mark = |point: Point, size: f64| {
            let (x, y) = self.at(point);
            Area::around(x, y, size)
        };
        let mut taken: Vec<Area> = self.chart.figures.iter().map(|figure| mark(figure.point, r)).collect();
        taken.extend(self.chart.restated.iter().map(|value| mark(value.point, r)));
        taken.extend(self.chart.left_out.iter().map(|value| mark(value.point, r)));
        taken.extend(self.chart.milestones.iter().map(|value| mark(value.point, r * 1.4)));
        taken.extend(self.chart.target.map(|target| mark(target, r * 1.8)));
        let is_within = f64::from(self.chart.this_year) <= self.x.from[1];
        let now = self.x.at(f64::from(self.chart.this_year));
        if is_within {
            let half = self.layout.small.width("2000") / 2.0 + 2.0;
            let top = self.y.to[1] - 10.0 - self.layout.small.size;
            taken.push(Area { left: now - half, top, right: now + half, bottom: self.y.to[1] - 6.0 });
        }
        let lines = [
            self.chart.figures.iter().map(|figure| figure.point).collect::<Vec<_>>(),
            self.chart.pathway.clone(),
            self.chart.trend.iter().map(|year| year.point).collect(),
            self.chart.benchmark.iter().flat_map(|(_, points)| points.clone()).collect(),
        ];
        let zero = [self.x.to[0], self.x.to[1]].map(|x| (x, self.y.at(0.0)));
        let ends = lines.iter().flat_map(|line| line.windows(2)).map(|pair| (self.at(pair[0]), self.at(pair[1])));
        let lines = ends.chain([(zero[0], zero[1])]).flat_map(|(a, b)| {
            let steps = (((b.0 - a.0).hypot(b.1 - a.1) / 4.0) as usize).max(1);
            (0..=steps).map(move |at| {
                let share = at as f64 / steps as f64;
                Area::around(a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1), 1.5)
            })
        });
        Room { within, taken, lines: lines.collect() }
    }

    /// The figures that matter, beside their marks: the latest, the target, the baseline, the milestones.
    pub fn labels(&self, top: f64) -> Markup {
        let (palette, layout) = (self.palette, self.layout);
        let mut room = self.room(top);
        let font = Font::bold(layout.small.size + 1.0);
        let amount = |point: Point| three_digits(point.amount / self.divisor);
        let mut drawn: Vec<(Placed, &str, &str)> = Vec::new();
        let mut label = |point: Point, text: String, fill: &'static str, class: &'static str| {
            if let Some(placed) = room.place(&text, font, self.at(point), layout.mark + 4.0) {
                drawn.push((placed, fill, class));
            }
        };
        let figures = &self.chart.figures;
        if let Some(latest) = figures.last().filter(|figure| !figure.is_base) {
            label(
                latest.point,
                format!("{}: {}", latest.point.year, amount(latest.point)),
                palette.reported,
                "reported",
            );
        }
        if let Some(target) = self.chart.target {
            label(target, format!("Target {}: {}", target.year, amount(target)), palette.pathway, "pathway");
        }
        if let Some(base) = figures.first().filter(|figure| figure.is_base) {
            label(base.point, format!("{}: {}", base.point.year, amount(base.point)), palette.reported, "reported");
        }
        for milestone in &self.chart.milestones {
            let word = match milestone.kept {
                Some(true) => " (kept)",
                Some(false) => " (missed)",
                None => "",
            };
            let text = format!("{}: {}{word}", milestone.point.year, amount(milestone.point));
            label(milestone.point, text, palette.pathway, "pathway");
        }
        html! {
            @for (placed, fill, class) in drawn {
                text x=(n(placed.x)) y=(n(placed.y)) font-size=(n(font.size)) font-weight="600" fill=(fill) stroke=(palette.paper)
                    stroke-width="3" stroke-linejoin="round" paint-order="stroke" class={ "label " (class) } { (placed.text) }
            }
        }
    }
}
