//! Explanations: the formula of every printed number, with the figures put in.
//!
//! Typed into a calculator as it is, a formula gives the printed number to its last digit:
//! `pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.4285714) = 0.85613`. For this, a computed number within a
//! formula has 15 significant digits; it is not rounded as it is printed by itself. `^` is a power. `max(a; b)` and
//! `min(a; b)` are the larger and the smaller one. `median(a; b)` is the middle one, or the mean of the middle two.
//! `t(0.975; n)` is Student's t quantile at 0.975 with `n` degrees of freedom. `sum(y = a to b; f)` is the sum of `f`
//! over the years, and `floor(a)` the largest whole number up to `a`.
//!
//! There is one exception: for the growth ratio of a pledge of almost no change, a calculator with 15 digits loses the
//! last ones.
//!
//! A number without a formula is copied from a record: tonnes, people, and the lines of an inventory.

mod alternatives;
mod cautions;
mod opinions;
mod yardsticks;

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::target::{MilestoneLevel, TargetKind};
use crate::record::units::{Percent, Population, group_thousands};
use crate::record::{Tonnes, Year};

use super::assessment::Assessment;
use super::cited::{CitedFigure, PathwayPoint, YearFigure};
use super::pathway::Point;
use super::printed::{Amount, Ratio, Unit};
use super::yardstick::Yardsticks;

/// How one printed number is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    /// The path of the number's field.
    #[schema(example = "pace")]
    pub field: String,
    /// The formula with the figures put in, and its result.
    #[schema(example = "pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.4285714) = 0.85613")]
    pub formula: String,
}

/// Explains every computed number of an assessment.
#[must_use]
pub fn explain(assessment: &Assessment) -> Vec<Explanation> {
    let mut explainer = Explainer { unit: assessment.unit, explained: Vec::new() };
    let base = assessment.baseline.as_ref().map(|figure| explainer.cited("baseline_figure", figure));
    let judged = assessment.judged.as_ref().map(|figure| explainer.cited("judged_figure", figure));
    explainer.figures(assessment);
    explainer.target(assessment, base);
    if let Some(base) = base {
        explainer.milestones(assessment, base);
    }
    explainer.overdue(assessment);
    let target_amount =
        explainer.unit.exact(assessment.target.target_tonnes, assessment.target.target_tonnes_per_person);
    if let (Some(judged), Some(amount)) = (judged, target_amount) {
        let target = Point { year: assessment.target.target_year, amount };
        explainer.judgement(assessment, base, judged, target);
        explainer.opinions(assessment, base, judged, target);
    }
    explainer.within_reports(assessment);
    explainer.like_for_like(assessment);
    explainer.soon(assessment);
    for left_out in &assessment.left_out {
        explainer.left_out(left_out);
    }
    for (index, caution) in assessment.cautions.iter().enumerate() {
        explainer.caution(index, caution, assessment);
    }
    explainer.explained
}

/// Explains every computed number of the yardsticks; `assessments` are those they were computed with.
#[must_use]
pub fn explain_yardsticks(yardsticks: &Yardsticks, assessments: &[Assessment]) -> Vec<Explanation> {
    let mut explainer = Explainer { unit: Unit::Tonnes, explained: Vec::new() };
    explainer.ipcc("ipcc_1_5c", &yardsticks.ipcc_1_5c, assessments);
    explainer.ipcc("ipcc_2c", &yardsticks.ipcc_2c, assessments);
    explainer.race_to_zero(&yardsticks.race_to_zero, assessments);
    explainer.carbon_law(&yardsticks.carbon_law);
    for (id, target) in &yardsticks.by_target {
        explainer.ipcc(&format!("by_target.{id}.ipcc_1_5c"), &target.ipcc_1_5c, assessments);
        explainer.ipcc(&format!("by_target.{id}.ipcc_2c"), &target.ipcc_2c, assessments);
    }
    explainer.explained
}

/// Formats a number for a formula: 15 significant digits, grouped by thousands, in brackets if below 0.
fn num(number: f64) -> String {
    // More digits would show the noise of binary fractions: 0.30000000000000004.
    let number: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if number < 0.0 { format!("({})", group_thousands(number)) } else { group_thousands(number) }
}

/// The formula of an amount reduced by a percentage.
fn reduced_formula(amount: f64, percent: Percent) -> String {
    format!("{} * (100 - {}) / 100", num(amount), num(percent.get()))
}

/// The terms joined by plus signs.
fn sum(terms: impl IntoIterator<Item = String>) -> String {
    terms.into_iter().collect::<Vec<_>>().join(" + ")
}

impl Unit {
    /// The amount in this unit, of the two, as printed.
    fn printed(self, tonnes: Option<Amount>, per_person: Option<Ratio>) -> Option<f64> {
        match self {
            Unit::Tonnes => tonnes.map(Amount::get),
            Unit::TonnesPerPerson => per_person.map(Ratio::get),
        }
    }

    /// The amount in this unit, of the two, as it is used to compute other numbers.
    fn exact(self, tonnes: Option<Amount>, per_person: Option<Ratio>) -> Option<f64> {
        match self {
            Unit::Tonnes => tonnes.map(Amount::exact),
            Unit::TonnesPerPerson => per_person.map(Ratio::exact),
        }
    }
}

/// The formula of what may be emitted if net zero leaves a rest, of which `offset` percent of the base are planned to
/// be offset.
fn residual_formula(gross: &str, base: &str, offset: f64) -> String {
    format!("max({gross}; min({gross} + {base} * min({}; 10) / 100; {base} * 10 / 100))", num(offset))
}

/// The formula of what straight lines through points allow in a year.
fn pathway_formula(points: &[Point], year: Year) -> Option<String> {
    let segment = points.windows(2).find(|pair| pair[0].year <= year && year <= pair[1].year);
    match segment {
        Some(pair) => Some(line_formula(pair[0], pair[1], year)),
        // The pathway is flat after its last point, which is its only one without a baseline.
        None => points.last().map(|last| format!("{} + 0 * ({year} - {})", num(last.amount), last.year)),
    }
}

/// The formula of the straight line between two points, at `year`.
fn line_formula(from: Point, to: Point, year: Year) -> String {
    let (start, end) = (num(from.amount), num(to.amount));
    format!("{start} + ({end} - {start}) * ({year} - {}) / ({} - {})", from.year, to.year, from.year)
}

/// The explanations so far, for an assessment in one unit.
struct Explainer {
    unit: Unit,
    explained: Vec<Explanation>,
}

impl Explainer {
    /// Adds a formula if its number is printed.
    fn add(&mut self, field: impl Into<String>, number: Option<f64>, formula: impl FnOnce() -> String) {
        if let Some(number) = number {
            let field = field.into();
            let formula = format!("{field} = {} = {}", formula(), group_thousands(number));
            self.explained.push(Explanation { field, formula });
        }
    }

    /// The field name of an amount in this unit, such as `gap_tonnes`.
    fn field_name(&self, name: &str) -> String {
        match self.unit {
            Unit::Tonnes => format!("{name}_tonnes"),
            Unit::TonnesPerPerson => format!("{name}_tonnes_per_person"),
        }
    }

    /// The field name of an amount in this unit without a prefix.
    fn bare_field_name(&self) -> &'static str {
        match self.unit {
            Unit::Tonnes => "tonnes",
            Unit::TonnesPerPerson => "tonnes_per_person",
        }
    }

    /// Adds an amount per person, if both the total and the population are printed.
    fn per_person(
        &mut self,
        field: String,
        printed: Option<Ratio>,
        tonnes: Option<Tonnes>,
        people: Option<Population>,
    ) {
        if let Some((tonnes, people)) = tonnes.zip(people) {
            self.add(field, printed.map(Ratio::get), || format!("{} / {}", num(tonnes.get()), num(people.people())));
        }
    }

    /// Adds the numbers of a cited figure, and returns the figure as it is compared.
    fn cited(&mut self, name: &str, figure: &CitedFigure) -> Point {
        let CitedFigure { tonnes, population, tonnes_per_person, credits_retired_tonnes, .. } = figure;
        self.per_person(format!("{name}.tonnes_per_person"), *tonnes_per_person, Some(*tonnes), *population);
        let credits = figure.credits_retired_tonnes_per_person;
        let field = format!("{name}.credits_retired_tonnes_per_person");
        self.per_person(field, credits, *credits_retired_tonnes, *population);
        Point { year: figure.year, amount: tonnes_per_person.map_or(tonnes.get(), Ratio::exact) }
    }

    /// Adds the figures per person, and the difference of the report for the base year from the baseline.
    fn figures(&mut self, assessment: &Assessment) {
        for figure in &assessment.figures {
            let YearFigure { tonnes, population, tonnes_per_person, credits_retired_tonnes, .. } = figure;
            let name = format!("figures.{}", figure.year);
            self.per_person(format!("{name}.tonnes_per_person"), *tonnes_per_person, Some(*tonnes), *population);
            let credits = figure.credits_retired_tonnes_per_person;
            let field = format!("{name}.credits_retired_tonnes_per_person");
            self.per_person(field, credits, *credits_retired_tonnes, *population);
        }
        let Some(report) = &assessment.base_year_report else { return };
        let field = "base_year_report.tonnes_per_person".to_owned();
        self.per_person(field, report.tonnes_per_person, Some(report.tonnes), report.population);
        if let Some(base) = &assessment.baseline {
            self.difference("base_year_report.apart_percent", report.apart_percent, report.tonnes, base.tonnes);
        }
    }

    /// Adds the difference between a figure and another, in percent of the other.
    fn difference(&mut self, field: impl Into<String>, printed: Option<Ratio>, figure: Tonnes, of: Tonnes) {
        let (less, more) = (num(figure.min(of).get()), num(figure.max(of).get()));
        self.add(field, printed.map(Ratio::get), || format!("100 * ({more} - {less}) / {}", num(of.get())));
    }

    /// Adds the years from the year after the target year to that of the judgement.
    fn overdue(&mut self, assessment: &Assessment) {
        let due = assessment.target.target_year;
        self.add("overdue_years", assessment.overdue_years.map(f64::from), || {
            let judged = due.get() + 1 + assessment.overdue_years.unwrap_or_default();
            format!("{judged} - {due} - 1")
        });
    }

    fn target(&mut self, assessment: &Assessment, base: Option<Point>) {
        let target = &assessment.target;
        let target_amount = self.unit.printed(target.target_tonnes, target.target_tonnes_per_person);
        let reduced_from = match target.kind {
            TargetKind::BaseYear | TargetKind::BaseYearIntensity => base.map(|base| base.amount),
            TargetKind::BaselineScenario => target.scenario_tonnes.map(|tonnes| tonnes.get()),
            TargetKind::FixedLevel => None,
        };
        let stated = target.tonnes.map(|tonnes| tonnes.get());
        let stated = stated.or(target.tonnes_per_person.map(|tonnes| tonnes.get())).map(num);
        let reduced = reduced_from.zip(target.reduction_percent).map(|(from, percent)| reduced_formula(from, percent));
        let Some(gross) = reduced.or(stated) else { return };
        let exact = self.unit.exact(target.target_gross_tonnes, target.target_gross_tonnes_per_person);
        let printed = self.unit.printed(target.target_gross_tonnes, target.target_gross_tonnes_per_person);
        self.add(self.field_name("target_gross"), printed, || gross.clone());
        let offset = target.max_offset_percent.map(Percent::get).zip(base).zip(exact);
        self.add(self.field_name("target"), target_amount, || match offset {
            Some(((offset, base), gross)) => {
                let (gross, base) = (num(gross), num(base.amount));
                residual_formula(&gross, &base, offset)
            }
            None => gross,
        });
    }

    /// Adds the milestones that the city stated as reductions, and the points of the pathway that they make.
    fn milestones(&mut self, assessment: &Assessment, base: Point) {
        let stated = assessment.target.milestones.iter().filter_map(|milestone| match milestone.level {
            MilestoneLevel::Reduction { reduction_percent } => Some((milestone.year, reduction_percent)),
            MilestoneLevel::Tonnes { .. } => None,
        });
        let unit = self.unit;
        for (year, percent) in stated {
            let points = assessment.pathway.iter().filter(|point| point.year == year);
            let points = points.map(|point| ("pathway", unit.printed(point.tonnes, point.tonnes_per_person)));
            let judged = assessment.milestones.iter().filter(|milestone| milestone.year == year);
            let judged = judged.map(|point| ("judged_milestones", unit.printed(point.tonnes, point.tonnes_per_person)));
            for (list, printed) in points.chain(judged) {
                let field = format!("{list}.{year}.{}", self.bare_field_name());
                self.add(field, printed, || reduced_formula(base.amount, percent));
            }
        }
    }

    /// The points of the printed pathway.
    fn anchors(&self, pathway: &[PathwayPoint]) -> Vec<Point> {
        let point = |point: &PathwayPoint| {
            let amount = self.unit.exact(point.tonnes, point.tonnes_per_person)?;
            Some(Point { year: point.year, amount })
        };
        pathway.iter().filter_map(point).collect()
    }

    /// The formula of what a printed pathway allows in a year.
    fn allowed(&self, pathway: &[PathwayPoint], year: Year) -> Option<String> {
        pathway_formula(&self.anchors(pathway), year)
    }

    fn judgement(&mut self, assessment: &Assessment, base: Option<Point>, judged: Point, target: Point) {
        let actual = num(judged.amount);
        let expected = self.unit.printed(assessment.gap.expected_tonnes, assessment.gap.expected_tonnes_per_person);
        let formula = self.allowed(&assessment.pathway, judged.year);
        self.add(self.field_name("expected"), expected, || formula.unwrap_or_default());
        let allowed = self.unit.exact(assessment.gap.expected_tonnes, assessment.gap.expected_tonnes_per_person);
        let Some(allowed) = allowed.map(num) else { return };
        let gap = self.unit.printed(assessment.gap.gap_tonnes, assessment.gap.gap_tonnes_per_person);
        self.add(self.field_name("gap"), gap, || format!("{actual} - {allowed}"));
        let percent = assessment.gap.gap_percent.map(Ratio::get);
        self.add("gap_percent", percent, || format!("100 * ({actual} - {allowed}) / {allowed}"));
        let Some(base) = base.map(|base| num(base.amount)) else { return };
        let reduction = assessment.gap.achieved_reduction_percent.map(Ratio::get);
        self.add("achieved_reduction_percent", reduction, || format!("100 * ({base} - {actual}) / {base}"));
        let progress = assessment.gap.target_progress_percent.map(Ratio::get);
        let target = num(target.amount);
        self.add("target_progress_percent", progress, || format!("100 * ({base} - {actual}) / ({base} - {target})"));
        let delivered = self.unit.printed(assessment.delivered_tonnes, assessment.delivered_tonnes_per_person);
        self.add(self.field_name("delivered"), delivered, || format!("{base} - {actual}"));
        let called_for = self.unit.printed(assessment.called_for_tonnes, assessment.called_for_tonnes_per_person);
        self.add(self.field_name("called_for"), called_for, || format!("{base} - {allowed}"));
        let pace = assessment.pace.map(Ratio::get);
        self.add("pace", pace, || format!("({base} - {actual}) / ({base} - {allowed})"));
    }
}
