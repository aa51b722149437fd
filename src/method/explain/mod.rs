//! Explanations: the formula of every printed number with the figures put in.
//!
//! What is typed into a calculator as it stands gives the number as printed, to its last digit:
//! `pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.4285714) = 0.85613`. A number in a formula
//! that is itself computed therefore stands with 15 significant digits, not rounded as it is printed by
//! itself. `^` is a power, `median(a; b)` the one in the middle (of an even number the mean of both), and
//! `t(0.975; n)` Student's t quantile at 0.975 with `n` degrees of freedom, `sum(y = a to b; f)` the sum of
//! `f` over the years, and `floor(a)` the whole number below.

mod opinions;
mod yardsticks;

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::Year;
use crate::record::target::{MilestoneLevel, TargetKind};
use crate::record::units::{Percent, grouped};

use super::assessment::{Assessment, CitedFigure, PathwayPoint, YearFigure};
use super::caution::{Caution, CautionCode};
use super::pathway::Point;
use super::printed::{Amount, Ratio, Unit};
use super::yardstick::Yardsticks;

/// How one printed number is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    /// The number: the path of its field.
    #[schema(example = "pace")]
    pub field: String,
    /// The formula with the figures put in.
    #[schema(example = "pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.4285714) = 0.85613")]
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
    let asked = told.unit.exact(assessment.target.target_tonnes, assessment.target.target_tonnes_per_person);
    if let (Some(judged), Some(asked)) = (judged, asked) {
        let asked = Point { year: assessment.target.target_year, amount: asked };
        told.judgement(assessment, base, judged, asked);
        told.opinions(assessment, base, judged, asked);
    }
    for (index, caution) in assessment.cautions.iter().enumerate() {
        told.caution(index, caution, assessment);
    }
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

/// A number in a formula: 15 significant digits, grouped by thousands, in brackets when below 0.
fn n(number: f64) -> String {
    // More digits than these carry the noise of binary fractions: 0.30000000000000004.
    let number: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if number < 0.0 { format!("({})", grouped(number)) } else { grouped(number) }
}

/// The terms joined by plus signs.
fn sum(terms: impl IntoIterator<Item = String>) -> String {
    terms.into_iter().collect::<Vec<_>>().join(" + ")
}

impl Unit {
    /// The amount of the two that is in this unit, as printed.
    fn printed(self, tonnes: Option<Amount>, per_person: Option<Ratio>) -> Option<f64> {
        match self {
            Unit::Tonnes => tonnes.map(Amount::get),
            Unit::TonnesPerPerson => per_person.map(Ratio::get),
        }
    }

    /// The amount of the two that is in this unit, as others are computed from it.
    fn exact(self, tonnes: Option<Amount>, per_person: Option<Ratio>) -> Option<f64> {
        match self {
            Unit::Tonnes => tonnes.map(Amount::exact),
            Unit::TonnesPerPerson => per_person.map(Ratio::exact),
        }
    }
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
        let amount = figure.tonnes_per_person.map_or(figure.tonnes.get(), Ratio::exact);
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
        let asked = self.unit.printed(target.target_tonnes, target.target_tonnes_per_person);
        let share = target.reduction_percent.map(Percent::get);
        let from = match target.kind {
            TargetKind::BaseYear | TargetKind::BaseYearIntensity => base.map(|base| base.amount),
            TargetKind::BaselineScenario => target.scenario_tonnes.map(|tonnes| tonnes.get()),
            TargetKind::FixedLevel => None,
        };
        let stated = target.tonnes.map(|tonnes| tonnes.get());
        let stated = stated.or(target.tonnes_per_person.map(|tonnes| tonnes.get())).map(n);
        let reduced = from.zip(share).map(|(from, share)| format!("{} * (100 - {}) / 100", n(from), n(share)));
        let Some(gross) = reduced.or(stated) else { return };
        let exact = self.unit.exact(target.target_gross_tonnes, target.target_gross_tonnes_per_person);
        let printed = self.unit.printed(target.target_gross_tonnes, target.target_gross_tonnes_per_person);
        self.add(format!("target.{}", self.named("target_gross")), printed, || gross.clone());
        let offset = target.max_offset_percent.map(Percent::get).zip(base).zip(exact);
        self.add(format!("target.{}", self.named("target")), asked, || match offset {
            Some(((offset, base), gross)) => {
                let (gross, base) = (n(gross), n(base.amount));
                format!("max({gross}, min({gross} + {base} * min({}, 10) / 100, {base} * 10 / 100))", n(offset))
            }
            None => gross,
        });
    }

    /// The points of the pathway that the city stated as a reduction.
    fn milestones(&mut self, assessment: &Assessment, base: Point) {
        for point in &assessment.pathway {
            let stated = assessment.target.milestones.iter().find(|milestone| milestone.year == point.year);
            if let Some(MilestoneLevel::Reduction { reduction_percent }) = stated.map(|milestone| milestone.level) {
                let field = format!("pathway.{}.{}", point.year, self.named("").trim_start_matches('_'));
                self.add(field, self.unit.printed(point.tonnes, point.tonnes_per_person), || {
                    format!("{} * (100 - {}) / 100", n(base.amount), n(reduction_percent.get()))
                });
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
        let expected = self.unit.printed(assessment.expected_tonnes, assessment.expected_tonnes_per_person);
        let formula = self.allowed(&assessment.pathway, judged.year);
        self.add(self.named("expected"), expected, || formula.unwrap_or_default());
        let allowed = self.unit.exact(assessment.expected_tonnes, assessment.expected_tonnes_per_person);
        let Some(allowed) = allowed.map(n) else { return };
        let gap = self.unit.printed(assessment.gap_tonnes, assessment.gap_tonnes_per_person);
        self.add(self.named("gap"), gap, || format!("{actual} - {allowed}"));
        let percent = assessment.gap_percent.map(Ratio::get);
        self.add("gap_percent", percent, || format!("100 * ({actual} - {allowed}) / {allowed}"));
        let Some(base) = base.map(|base| n(base.amount)) else { return };
        let reduction = assessment.achieved_reduction_percent.map(Ratio::get);
        self.add("achieved_reduction_percent", reduction, || format!("100 * ({base} - {actual}) / {base}"));
        let progress = assessment.target_progress_percent.map(Ratio::get);
        let asked = n(asked.amount);
        self.add("target_progress_percent", progress, || format!("100 * ({base} - {actual}) / ({base} - {asked})"));
        let delivered = self.unit.printed(assessment.delivered_tonnes, assessment.delivered_tonnes_per_person);
        self.add(self.named("delivered"), delivered, || format!("{base} - {actual}"));
        let called_for = self.unit.printed(assessment.called_for_tonnes, assessment.called_for_tonnes_per_person);
        self.add(self.named("called_for"), called_for, || format!("{base} - {allowed}"));
        let pace = assessment.pace.map(Ratio::get);
        self.add("pace", pace, || format!("({base} - {actual}) / ({base} - {allowed})"));
    }

    fn caution(&mut self, index: usize, caution: &Caution, assessment: &Assessment) {
        let field = |name: &str| format!("cautions.{index}.{name}");
        let old = self.unit.exact(caution.old_tonnes, caution.old_tonnes_per_person);
        let new = self.unit.exact(caution.new_tonnes, caution.new_tonnes_per_person);
        if let Some((old, new)) = old.zip(new) {
            self.add(field("change_percent"), caution.change_percent.map(Ratio::get), || {
                format!("100 * ({} - {}) / {}", n(new), n(old), n(old))
            });
        }
        if let (CautionCode::TargetWeakened, Some(year)) = (caution.code, caution.years.first()) {
            let allows = self.unit.printed(caution.new_tonnes, caution.new_tonnes_per_person);
            if let Some(formula) = self.allowed(&assessment.pathway, *year) {
                self.add(field(&self.named("new")), allows, || formula);
            }
            let of = self.unit.exact(caution.asked_of_tonnes, caution.asked_of_tonnes_per_person);
            if let Some((of, share)) = of.zip(caution.asked_reduction_percent) {
                let asked = self.unit.printed(caution.old_tonnes, caution.old_tonnes_per_person);
                self.add(field(&self.named("old")), asked, || format!("{} * (100 - {}) / 100", n(of), n(share.get())));
            }
        }
    }
}
