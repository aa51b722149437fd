//! Explanations: the formula of every printed number with the figures put in.
//!
//! Made from the printed answer alone, so what a reader puts into a calculator is what stands there:
//! `pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.429) = 0.85613`. `^` is a power.

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::Year;
use crate::record::target::{MilestoneLevel, TargetKind};
use crate::record::units::Percent;

use super::assessment::{Assessment, CitedFigure, PathwayPoint, YearFigure};
use super::budget::Budget;
use super::caution::Caution;
use super::pathway::{Pathway, Point};
use super::printed::{Amount, Ratio, Unit, rounded};
use super::required::Required;
use super::trend::{Fit, Trend};
use super::yardstick::{CarbonLaw, Ipcc, RaceToZero, Yardsticks};

/// How one printed number is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    /// The number: the path of its field.
    #[schema(example = "pace")]
    pub field: String,
    /// The formula with the figures put in.
    #[schema(example = "pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.429) = 0.85613")]
    pub formula: String,
}

/// Explains every computed number of an assessment.
#[must_use]
pub fn explain(assessment: &Assessment) -> Vec<Explanation> {
    let mut told = Told { unit: assessment.unit, explained: Vec::new() };
    let base = assessment.baseline.as_ref().map(|figure| told.cited("baseline", figure));
    let judged = assessment.judged.as_ref().map(|figure| told.cited("judged", figure));
    told.figures(&assessment.figures);
    told.target(assessment, base);
    if let Some(base) = base {
        told.milestones(assessment, base);
    }
    let asked = told.unit.either(assessment.target.target_tonnes, assessment.target.target_tonnes_per_person);
    if let (Some(judged), Some(asked)) = (judged, asked) {
        let asked = Point { year: assessment.target.target_year, amount: asked };
        told.judgement(assessment, base, judged, asked);
        told.opinions(assessment, base, judged, asked);
    }
    assessment.cautions.iter().for_each(|caution| told.caution(caution));
    told.explained
}

/// Explains every computed number of the yardsticks; `assessments` are those they were made with.
#[must_use]
pub fn explain_yardsticks(yardsticks: &Yardsticks, assessments: &[Assessment]) -> Vec<Explanation> {
    let mut told = Told { unit: Unit::Tonnes, explained: Vec::new() };
    told.ipcc("ipcc_1_5c", &yardsticks.ipcc_1_5c, assessments);
    told.ipcc("ipcc_2c", &yardsticks.ipcc_2c, assessments);
    told.race_to_zero(&yardsticks.race_to_zero, assessments);
    told.carbon_law(&yardsticks.carbon_law);
    for (id, target) in &yardsticks.targets {
        told.ipcc(&format!("targets.{id}.ipcc_1_5c"), &target.ipcc_1_5c, assessments);
        told.ipcc(&format!("targets.{id}.ipcc_2c"), &target.ipcc_2c, assessments);
    }
    told.explained
}

/// A number in a formula: grouped by thousands, in brackets when below 0.
fn n(number: f64) -> String {
    if number < 0.0 { format!("({})", grouped(number)) } else { grouped(number) }
}

/// A number with its digits grouped by thousands.
fn grouped(number: f64) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut digits = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            digits.push(',');
        }
        digits.push(digit);
    }
    let sign = if number < 0.0 { "-" } else { "" };
    fraction.map_or_else(|| format!("{sign}{digits}"), |fraction| format!("{sign}{digits}.{fraction}"))
}

/// The terms joined by plus signs.
fn sum(terms: impl IntoIterator<Item = String>) -> String {
    terms.into_iter().collect::<Vec<_>>().join(" + ")
}

impl Unit {
    /// The printed amount of the two that is in this unit.
    fn either(self, tonnes: Option<Amount>, per_person: Option<Ratio>) -> Option<f64> {
        match self {
            Unit::Tonnes => tonnes.map(Amount::get),
            Unit::TonnesPerPerson => per_person.map(Ratio::get),
        }
    }
}

/// The printed figures that a trend was fitted to.
fn trend_points(assessment: &Assessment, base: Option<Point>, trend: &Trend) -> Vec<Point> {
    let compared = assessment.figures.iter().map(|figure| {
        let amount = figure.tonnes_per_person.map_or(figure.tonnes.get(), Ratio::get);
        Point { year: figure.year, amount }
    });
    let fitted = |point: &Point| trend.from <= point.year && point.year <= trend.to;
    base.into_iter().chain(compared).filter(fitted).collect()
}

/// The straight line between two points, at `year`.
fn line(from: Point, to: Point, year: Year) -> String {
    let (start, end) = (n(from.amount), n(to.amount));
    format!("{start} + ({end} - {start}) * ({year} - {}) / ({} - {})", from.year, to.year, from.year)
}

/// What has been explained so far, of an answer in one unit.
struct Told {
    unit: Unit,
    explained: Vec<Explanation>,
}

impl Told {
    /// Notes a formula, if its number is printed.
    fn add(&mut self, field: impl Into<String>, number: Option<f64>, formula: impl FnOnce() -> String) {
        if let Some(number) = number {
            let field = field.into();
            let formula = format!("{field} = {} = {}", formula(), grouped(number));
            self.explained.push(Explanation { field, formula });
        }
    }

    /// The name of an amount in this unit.
    fn named(&self, name: &str) -> String {
        match self.unit {
            Unit::Tonnes => format!("{name}_tonnes"),
            Unit::TonnesPerPerson => format!("{name}_tonnes_per_person"),
        }
    }

    /// A cited figure as it is compared; a figure a person is a quotient.
    fn cited(&mut self, name: &str, figure: &CitedFigure) -> Point {
        let quotient = figure.population.zip(figure.tonnes_per_person);
        if let Some((people, per_person)) = quotient {
            self.add(format!("{name}.tonnes_per_person"), Some(per_person.get()), || {
                format!("{} / {}", n(figure.tonnes.get()), n(people.people()))
            });
        }
        let amount = figure.tonnes_per_person.map_or(figure.tonnes.get(), Ratio::get);
        Point { year: figure.year, amount }
    }

    fn figures(&mut self, figures: &[YearFigure]) {
        for figure in figures {
            if let Some((people, per_person)) = figure.population.zip(figure.tonnes_per_person) {
                self.add(format!("figures.{}.tonnes_per_person", figure.year), Some(per_person.get()), || {
                    format!("{} / {}", n(figure.tonnes.get()), n(people.people()))
                });
            }
        }
    }

    fn target(&mut self, assessment: &Assessment, base: Option<Point>) {
        let target = &assessment.target;
        let asked = self.unit.either(target.target_tonnes, target.target_tonnes_per_person);
        let share = target.reduction_percent.map(Percent::get);
        let from = match target.kind {
            TargetKind::BaseYear | TargetKind::BaseYearIntensity => base.map(|base| base.amount),
            TargetKind::BaselineScenario => target.scenario_tonnes.map(|tonnes| tonnes.get()),
            TargetKind::FixedLevel => None,
        };
        let stated = target.tonnes.map(|tonnes| n(tonnes.get()));
        let before_offset = from.zip(share).map(|(from, share)| format!("{} * (100 - {}) / 100", n(from), n(share)));
        let offset = target.max_offset_percent.filter(|percent| !percent.is_zero()).zip(base);
        let offset = offset.map(|(percent, base)| format!(" + {} * {} / 100", n(base.amount), n(percent.get())));
        if let Some(before_offset) = before_offset.or(stated) {
            let offset = offset.unwrap_or_default();
            self.add(format!("target.{}", self.named("target")), asked, || format!("{before_offset}{offset}"));
        }
    }

    /// The points of the pathway that the city stated as a reduction.
    fn milestones(&mut self, assessment: &Assessment, base: Point) {
        for point in &assessment.pathway {
            let stated = assessment.target.milestones.iter().find(|milestone| milestone.year == point.year);
            if let Some(MilestoneLevel::Reduction { reduction_percent }) = stated.map(|milestone| milestone.level) {
                let field = format!("pathway.{}.{}", point.year, self.named("").trim_start_matches('_'));
                self.add(field, self.unit.either(point.tonnes, point.tonnes_per_person), || {
                    format!("{} * (100 - {}) / 100", n(base.amount), n(reduction_percent.get()))
                });
            }
        }
    }

    /// The points of the printed pathway.
    fn anchors(&self, pathway: &[PathwayPoint]) -> Vec<Point> {
        let point = |point: &PathwayPoint| {
            let amount = self.unit.either(point.tonnes, point.tonnes_per_person)?;
            Some(Point { year: point.year, amount })
        };
        pathway.iter().filter_map(point).collect()
    }

    /// What a printed pathway allows in a year, as a formula.
    fn allowed(&self, pathway: &[PathwayPoint], year: Year) -> Option<String> {
        let anchors = self.anchors(pathway);
        let segment = anchors.windows(2).find(|pair| pair[0].year <= year && year <= pair[1].year);
        match segment {
            Some(pair) => Some(line(pair[0], pair[1], year)),
            // Flat after the last point, and the only point of a pathway without a baseline.
            None => anchors.last().map(|last| format!("{} + 0 * ({year} - {})", n(last.amount), last.year)),
        }
    }

    fn judgement(&mut self, assessment: &Assessment, base: Option<Point>, judged: Point, asked: Point) {
        let actual = n(judged.amount);
        let expected = self.unit.either(assessment.expected_tonnes, assessment.expected_tonnes_per_person);
        let formula = self.allowed(&assessment.pathway, judged.year);
        self.add(self.named("expected"), expected, || formula.unwrap_or_default());
        let Some(allowed) = expected.map(n) else { return };
        let gap = self.unit.either(assessment.gap_tonnes, assessment.gap_tonnes_per_person);
        self.add(self.named("gap"), gap, || format!("{actual} - {allowed}"));
        let percent = assessment.gap_percent.map(Ratio::get);
        self.add("gap_percent", percent, || format!("100 * ({actual} - {allowed}) / {allowed}"));
        let Some(base) = base.map(|base| n(base.amount)) else { return };
        let reduction = assessment.achieved_reduction_percent.map(Ratio::get);
        self.add("achieved_reduction_percent", reduction, || format!("100 * ({base} - {actual}) / {base}"));
        let progress = assessment.target_progress_percent.map(Ratio::get);
        let asked = n(asked.amount);
        self.add("target_progress_percent", progress, || format!("100 * ({base} - {actual}) / ({base} - {asked})"));
        let delivered = self.unit.either(assessment.delivered_tonnes, assessment.delivered_tonnes_per_person);
        self.add(self.named("delivered"), delivered, || format!("{base} - {actual}"));
        let called_for = self.unit.either(assessment.called_for_tonnes, assessment.called_for_tonnes_per_person);
        self.add(self.named("called_for"), called_for, || format!("{base} - {allowed}"));
        let pace = assessment.pace.map(Ratio::get);
        self.add("pace", pace, || format!("({base} - {actual}) / ({base} - {allowed})"));
    }

    fn opinions(&mut self, assessment: &Assessment, base: Option<Point>, judged: Point, asked: Point) {
        if let Some((required, base)) = assessment.required.as_ref().zip(base) {
            self.required(required, base, judged, asked);
        }
        if let Some(trend) = &assessment.trend {
            self.trend(trend, &trend_points(assessment, base, trend), asked.year);
        }
        if let Some(budget) = &assessment.budget {
            self.budget(budget, assessment);
        }
        if let Some(base) = base {
            self.add("growth_ratio", assessment.growth_ratio.map(Ratio::get), || {
                let rate = |to: Point| {
                    format!("(({} / {}) ^ (1 / ({} - {})) - 1)", n(to.amount), n(base.amount), to.year, base.year)
                };
                format!("{} / {}", rate(judged), rate(asked))
            });
        }
    }

    fn required(&mut self, required: &Required, base: Point, judged: Point, asked: Point) {
        let (actual, target) = (n(judged.amount), n(asked.amount));
        let left = format!("({} - {})", asked.year, judged.year);
        let yearly = self.unit.either(required.tonnes_per_year, required.tonnes_per_person_per_year);
        self.add(self.yearly("required."), yearly, || format!("({actual} - {target}) / {left}"));
        let percent = required.base_percent_per_year.map(Ratio::get);
        self.add("required.base_percent_per_year", percent, || {
            format!("100 * ({actual} - {target}) / {left} / {}", n(base.amount))
        });
        let rate = required.compound_percent_per_year.map(Ratio::get);
        self.add("required.compound_percent_per_year", rate, || {
            format!("100 * (({target} / {actual}) ^ (1 / {left}) - 1)")
        });
        let achieved =
            self.unit.either(required.achieved_tonnes_per_year, required.achieved_tonnes_per_person_per_year);
        self.add(self.yearly("required.achieved_"), achieved, || {
            format!("({} - {actual}) / ({} - {})", n(base.amount), judged.year, base.year)
        });
    }

    /// The path of an amount a year in this unit.
    fn yearly(&self, path: &str) -> String {
        match self.unit {
            Unit::Tonnes => format!("{path}tonnes_per_year"),
            Unit::TonnesPerPerson => format!("{path}tonnes_per_person_per_year"),
        }
    }

    /// The line by sums over `u`, the years since the first point, which are whole numbers.
    fn trend(&mut self, trend: &Trend, points: &[Point], target_year: Year) {
        let since = |year: Year| year.since(trend.from);
        let count = n(points.iter().map(|_| 1.0).sum());
        let years = sum(points.iter().map(|point| n(since(point.year))));
        let squares = sum(points.iter().map(|point| format!("{} ^ 2", n(since(point.year)))));
        let amounts = sum(points.iter().map(|point| n(point.amount)));
        let products = sum(points.iter().map(|point| format!("{} * {}", n(since(point.year)), n(point.amount))));
        let slope = self.unit.either(trend.tonnes_per_year, trend.tonnes_per_person_per_year);
        self.add(self.yearly("trend."), slope, || {
            format!("({count} * ({products}) - ({years}) * ({amounts})) / ({count} * ({squares}) - ({years}) ^ 2)")
        });
        let Some(slope) = slope else { return };
        let away = format!("({} - ({years}) / {count})", n(since(target_year)));
        self.add("trend.at_target_year", Some(trend.at_target_year.get()), || {
            format!("({amounts}) / {count} + {} * {away}", n(slope))
        });
        self.standard_error(trend, points);
        self.interval(trend, &count, &away, &format!("({squares} - ({years}) ^ 2 / {count})"));
        let theil_sen = self.unit.either(trend.theil_sen_tonnes_per_year, trend.theil_sen_tonnes_per_person_per_year);
        self.add(self.yearly("trend.theil_sen_"), theil_sen, || {
            let pairs = points.len() * (points.len() - 1) / 2;
            format!("median of the {pairs} slopes (later - earlier) / years between any two of the {count} figures")
        });
    }

    /// What the figures are away from the line.
    fn standard_error(&mut self, trend: &Trend, points: &[Point]) {
        let Ok(fit) = Fit::of(points) else { return };
        let away = |point: &Point| format!("({} - {}) ^ 2", n(point.amount), n(self.unit.round(fit.at(point.year))));
        let squares = sum(points.iter().map(away));
        self.add("trend.standard_error", Some(trend.standard_error.get()), || {
            format!("(({squares}) / ({} - 2)) ^ 0.5", points.len())
        });
    }

    /// The ends of the prediction interval.
    fn interval(&mut self, trend: &Trend, count: &str, away: &str, spread: &str) {
        let (centre, s, q) = (trend.at_target_year.get(), trend.standard_error.get(), trend.t_quantile.get());
        let margin = format!("{} * {} * (1 + 1 / {count} + {away} ^ 2 / {spread}) ^ 0.5", n(q), n(s));
        self.add("trend.low", Some(trend.low.get()), || format!("{} - {margin}", n(centre)));
        self.add("trend.high", Some(trend.high.get()), || format!("{} + {margin}", n(centre)));
    }

    fn budget(&mut self, budget: &Budget, assessment: &Assessment) {
        let figures: Vec<Point> = assessment
            .figures
            .iter()
            .filter(|figure| figure.year <= budget.to)
            .map(|figure| Point { year: figure.year, amount: figure.tonnes.get() })
            .collect();
        let emitted = super::budget::filled(&figures);
        let yearly = sum(emitted.iter().map(|year| n(self.unit.round(year.point.amount))));
        self.add("budget.emitted_tonnes", Some(budget.emitted_tonnes.get()), || yearly);
        let anchors = self.anchors(&assessment.pathway);
        if let Some((target, before)) = anchors.split_last()
            && let Some((base, milestones)) = before.split_first()
            && let Some(pathway) = Pathway::new(Some(*base), milestones.to_vec(), *target)
        {
            let years = emitted.iter().map(|year| n(rounded(pathway.at(year.point.year), 1e3)));
            self.add("budget.allowed_tonnes", Some(budget.allowed_tonnes.get()), || sum(years));
        }
        let (emitted, allowed) = (n(budget.emitted_tonnes.get()), n(budget.allowed_tonnes.get()));
        let over = budget.over_percent.map(Ratio::get);
        self.add("budget.over_percent", over, || format!("100 * ({emitted} - {allowed}) / {allowed}"));
    }

    fn caution(&mut self, caution: &Caution) {
        let old = self.unit.either(caution.old_tonnes, caution.old_tonnes_per_person);
        let new = self.unit.either(caution.new_tonnes, caution.new_tonnes_per_person);
        if let Some((old, new)) = old.zip(new) {
            let field = format!("cautions.{}.change_percent", caution.code);
            self.add(field, caution.change_percent.map(Ratio::get), || {
                format!("100 * ({} - {}) / {}", n(new), n(old), n(old))
            });
        }
    }

    /// What the pathway of a target allows in 2030.
    fn in_2030(&mut self, field: String, printed: Option<Amount>, id: Option<&str>, assessments: &[Assessment]) {
        let target = assessments.iter().find(|assessment| Some(assessment.target.id.as_str()) == id);
        let formula = target.zip(Year::new(2030)).and_then(|(target, year)| self.allowed(&target.pathway, year));
        if let Some(formula) = formula {
            self.add(field, printed.map(Amount::get), || formula);
        }
    }

    fn ipcc(&mut self, name: &str, ipcc: &Ipcc, assessments: &[Assessment]) {
        let target = ipcc.target.as_ref().map(|id| id.as_str());
        self.in_2030(format!("{name}.pathway_2030_tonnes"), ipcc.pathway_2030_tonnes, target, assessments);
        let emitted = ipcc.emissions_2019_tonnes.map(Amount::get);
        let points: Vec<Point> =
            ipcc.figures.iter().map(|figure| Point { year: figure.year, amount: figure.tonnes.get() }).collect();
        if let ([before, after], Some(year)) = (&points[..], Year::new(2019)) {
            self.add(format!("{name}.emissions_2019_tonnes"), emitted, || line(*before, *after, year));
        }
        if let Some(emitted) = emitted {
            let allowed = ipcc.allowed_2030_tonnes.map(Amount::get);
            self.add(format!("{name}.allowed_2030_tonnes"), allowed, || {
                format!("{} * {}", n(ipcc.share.get()), n(emitted))
            });
        }
    }

    fn race_to_zero(&mut self, race: &RaceToZero, assessments: &[Assessment]) {
        let target = race.halving_target.as_ref().map(|id| id.as_str());
        self.in_2030("race_to_zero.pathway_2030_tonnes".to_owned(), race.pathway_2030_tonnes, target, assessments);
        if let Some(base) = race.base_tonnes {
            let allowed = race.allowed_2030_tonnes.map(Amount::get);
            self.add("race_to_zero.allowed_2030_tonnes", allowed, || format!("0.5 * {}", n(base.get())));
        }
    }

    fn carbon_law(&mut self, law: &CarbonLaw) {
        let points: Vec<Point> =
            law.figures.iter().map(|figure| Point { year: figure.year, amount: figure.tonnes.get() }).collect();
        let through: Vec<Point> =
            points.iter().copied().filter(|point| law.line_through.contains(&point.year)).collect();
        let ([from, to], Some(last)) = (&through[..], points.last()) else { return };
        let (Some(slope), Some(first), Some((start, end))) =
            (law.slope_tonnes_per_year, law.from_tonnes, law.from.zip(law.to))
        else {
            return;
        };
        let (slope, first) = (slope.get(), first.get());
        self.add("carbon_law.slope_tonnes_per_year", Some(slope), || {
            format!("({} - {}) / ({} - {})", n(to.amount), n(from.amount), to.year, from.year)
        });
        let at = |year: &str| format!("max(0, {} + {} * ({year} - {}))", n(last.amount), n(slope), last.year);
        self.add("carbon_law.from_tonnes", Some(first), || at(&start.to_string()));
        self.add("carbon_law.trend_sum_tonnes", law.trend_sum_tonnes.map(Amount::get), || {
            format!("sum over the years y from {start} to {end} of {}", at("y"))
        });
        let share = n(law.yearly_share.get());
        self.add("carbon_law.allowed_sum_tonnes", law.allowed_sum_tonnes.map(Amount::get), || {
            format!("{} * (1 - {share} ^ ({end} - {start} + 1)) / (1 - {share})", n(first))
        });
        if let Some(year) = law.net_zero_year {
            let field = "carbon_law.net_zero_year".to_owned();
            let formula = format!("{field} = whole part of {} - {} / {} = {year}", last.year, n(last.amount), n(slope));
            self.explained.push(Explanation { field, formula });
        }
    }
}
