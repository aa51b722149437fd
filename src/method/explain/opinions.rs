//! The formulas of the second opinions: required from here, trend, budget and growth ratio.

use crate::method::assessment::Assessment;
use crate::method::budget::{Budget, fill_gaps};
use crate::method::pathway::{Pathway, Point};
use crate::method::printed::{Ratio, Unit};
use crate::method::required::Required;
use crate::method::trend::{Fit, Trend};
use crate::record::Year;

use super::{Explainer, num, sum};

/// The figures that a trend was fitted to.
fn trend_points(assessment: &Assessment, base: Option<Point>, trend: &Trend) -> Vec<Point> {
    let compared = assessment.figures.iter().filter(|figure| !figure.of_other_gwp).map(|figure| {
        let amount = figure.tonnes_per_person.map_or(figure.tonnes.get(), Ratio::exact);
        Point { year: figure.year, amount }
    });
    let fitted = |point: &Point| trend.from <= point.year && point.year <= trend.to;
    base.into_iter().chain(compared).filter(fitted).collect()
}

impl Explainer {
    pub(super) fn opinions(&mut self, assessment: &Assessment, base: Option<Point>, judged: Point, target: Point) {
        if let Some((required, base)) = assessment.required.as_ref().zip(base) {
            self.required(required, base, judged, target);
        }
        if let Some(trend) = &assessment.trend {
            self.trend(trend, &trend_points(assessment, base, trend), target.year);
        }
        if let Some(budget) = &assessment.budget {
            self.budget(budget, assessment);
        }
        if let Some(base) = base {
            self.add("growth_ratio", assessment.growth_ratio.map(Ratio::get), || {
                let rate = |to: Point| {
                    format!("(({} / {}) ^ (1 / ({} - {})) - 1)", num(to.amount), num(base.amount), to.year, base.year)
                };
                format!("{} / {}", rate(judged), rate(target))
            });
        }
    }

    fn required(&mut self, required: &Required, base: Point, judged: Point, target: Point) {
        let (actual, target_amount) = (num(judged.amount), num(target.amount));
        let years_left = format!("({} - {})", target.year, judged.year);
        let yearly = self.unit.printed(required.tonnes_per_year, required.tonnes_per_person_per_year);
        self.add(self.yearly("required."), yearly, || format!("({actual} - {target_amount}) / {years_left}"));
        let percent = required.base_percent_per_year.map(Ratio::get);
        self.add("required.base_percent_per_year", percent, || {
            format!("100 * ({actual} - {target_amount}) / {years_left} / {}", num(base.amount))
        });
        let rate = required.compound_percent_per_year.map(Ratio::get);
        self.add("required.compound_percent_per_year", rate, || {
            format!("100 * (({target_amount} / {actual}) ^ (1 / {years_left}) - 1)")
        });
        let achieved =
            self.unit.printed(required.achieved_tonnes_per_year, required.achieved_tonnes_per_person_per_year);
        self.add(self.yearly("required.achieved_"), achieved, || {
            format!("({} - {actual}) / ({} - {})", num(base.amount), judged.year, base.year)
        });
    }

    /// The path of the field of a yearly amount in this unit.
    fn yearly(&self, path: &str) -> String {
        match self.unit {
            Unit::Tonnes => format!("{path}tonnes_per_year"),
            Unit::TonnesPerPerson => format!("{path}tonnes_per_person_per_year"),
        }
    }

    /// Adds the line of the trend. Its sums are over the years since the first point, which are whole numbers.
    fn trend(&mut self, trend: &Trend, points: &[Point], target_year: Year) {
        let Ok(fit) = Fit::of(points) else { return };
        let since = |year: Year| year.since(trend.from);
        let count = num(fit.points);
        let years = sum(points.iter().map(|point| num(since(point.year))));
        let squares = sum(points.iter().map(|point| format!("{} ^ 2", num(since(point.year)))));
        let amounts = sum(points.iter().map(|point| num(point.amount)));
        let products = sum(points.iter().map(|point| format!("{} * {}", num(since(point.year)), num(point.amount))));
        let slope = self.unit.printed(trend.tonnes_per_year, trend.tonnes_per_person_per_year);
        self.add(self.yearly("trend."), slope, || {
            format!("({count} * ({products}) - ({years}) * ({amounts})) / ({count} * ({squares}) - ({years}) ^ 2)")
        });
        let away = format!("({} - ({years}) / {count})", num(since(target_year)));
        self.add("trend.at_target_year", Some(trend.at_target_year.get()), || {
            format!("({amounts}) / {count} + {} * {away}", num(fit.slope))
        });
        self.standard_error(trend, &fit, points);
        self.add("trend.t_quantile", Some(trend.t_quantile.get()), || format!("t(0.975; {count} - 2)"));
        let spread = format!("({squares} - ({years}) ^ 2 / {count})");
        self.interval(trend, &fit, target_year, &format!("(1 + 1 / {count} + {away} ^ 2 / {spread}) ^ 0.5"));
        self.theil_sen(trend, points);
    }

    /// Adds the distance of the figures from the line.
    fn standard_error(&mut self, trend: &Trend, fit: &Fit, points: &[Point]) {
        let away = |point: &Point| format!("({} - {}) ^ 2", num(point.amount), num(fit.at(point.year)));
        let squares = sum(points.iter().map(away));
        self.add("trend.standard_error", Some(trend.standard_error.get()), || {
            format!("(({squares}) / ({} - 2)) ^ 0.5", points.len())
        });
    }

    /// Adds the ends of the prediction interval.
    fn interval(&mut self, trend: &Trend, fit: &Fit, target_year: Year, width: &str) {
        let centre = num(fit.at(target_year));
        let margin = format!("{} * {} * {width}", num(fit.t_quantile), num(fit.standard_error));
        self.add("trend.low", Some(trend.low.get()), || format!("{centre} - {margin}"));
        self.add("trend.high", Some(trend.high.get()), || format!("{centre} + {margin}"));
    }

    /// Adds the median of the slopes between any two figures.
    fn theil_sen(&mut self, trend: &Trend, points: &[Point]) {
        let slope = self.unit.printed(trend.theil_sen_tonnes_per_year, trend.theil_sen_tonnes_per_person_per_year);
        let between = |from: &Point, to: &Point| {
            format!("({} - {}) / ({} - {})", num(to.amount), num(from.amount), to.year, from.year)
        };
        let pairs = points.iter().enumerate().flat_map(|(index, from)| {
            let later = points[index + 1..].iter();
            later.map(move |to| between(from, to))
        });
        let slopes: Vec<String> = pairs.collect();
        self.add(self.yearly("trend.theil_sen_"), slope, || format!("median({})", slopes.join("; ")));
    }

    fn budget(&mut self, budget: &Budget, assessment: &Assessment) {
        let figures: Vec<Point> = assessment
            .figures
            .iter()
            .filter(|figure| figure.year <= budget.to && !figure.of_other_gwp)
            .map(|figure| Point { year: figure.year, amount: figure.tonnes.get() })
            .collect();
        let emitted = fill_gaps(&figures);
        let yearly = sum(emitted.iter().map(|year| num(year.point.amount)));
        self.add("budget.emitted_tonnes", Some(budget.emitted_tonnes.get()), || yearly);
        let anchors = self.anchors(&assessment.pathway);
        if let Some((target, before)) = anchors.split_last()
            && let Some((base, milestones)) = before.split_first()
            && let Some(pathway) = Pathway::new(Some(*base), milestones.to_vec(), *target)
        {
            let years = emitted.iter().map(|year| num(pathway.at(year.point.year)));
            self.add("budget.allowed_tonnes", Some(budget.allowed_tonnes.get()), || sum(years));
        }
        let (emitted, allowed) = (num(budget.emitted_tonnes.exact()), num(budget.allowed_tonnes.exact()));
        let over = budget.over_percent.map(Ratio::get);
        self.add("budget.over_percent", over, || format!("100 * ({emitted} - {allowed}) / {allowed}"));
    }
}
