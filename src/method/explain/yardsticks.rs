//! The formulas of the yardsticks.

use crate::method::assessment::Assessment;
use crate::method::pathway::Point;
use crate::method::printed::Amount;
use crate::method::yardstick::{CarbonLaw, Ipcc, RaceToZero, YardstickFigure};
use crate::record::Year;

use super::{Explainer, Explanation, line_formula, num};

impl Explainer {
    /// Adds what the pathway of a target allows in 2030.
    fn in_2030(&mut self, field: String, printed: Option<Amount>, id: Option<&str>, assessments: &[Assessment]) {
        let target = assessments.iter().find(|assessment| Some(assessment.target.id.as_str()) == id);
        let formula = target.zip(Year::new(2030)).and_then(|(target, year)| self.allowed(&target.pathway, year));
        if let Some(formula) = formula {
            self.add(field, printed.map(Amount::get), || formula);
        }
    }

    pub(super) fn ipcc(&mut self, name: &str, ipcc: &Ipcc, assessments: &[Assessment]) {
        let target = ipcc.target.as_ref().map(|id| id.as_str());
        self.in_2030(format!("{name}.pathway_2030_tonnes"), ipcc.pathway_2030_tonnes, target, assessments);
        self.emissions_2019(name, ipcc.emissions_2019_tonnes, &ipcc.yearly_tonnes);
        if let Some(emitted) = ipcc.emissions_2019_tonnes.map(Amount::exact) {
            let allowed = ipcc.allowed_2030_tonnes.map(Amount::get);
            self.add(format!("{name}.allowed_2030_tonnes"), allowed, || {
                format!("{} * {}", num(ipcc.share.get()), num(emitted))
            });
        }
    }

    /// Adds the emissions of 2019, if they are interpolated between two figures.
    fn emissions_2019(&mut self, name: &str, printed: Option<Amount>, figures: &[YardstickFigure]) {
        let points: Vec<Point> =
            figures.iter().map(|figure| Point { year: figure.year, amount: figure.tonnes.exact() }).collect();
        if let ([before, after], Some(year)) = (&points[..], Year::new(2019)) {
            let printed = printed.map(Amount::get);
            self.add(format!("{name}.emissions_2019_tonnes"), printed, || line_formula(*before, *after, year));
        }
    }

    pub(super) fn race_to_zero(&mut self, race: &RaceToZero, assessments: &[Assessment]) {
        let target = race.halving_target.as_ref().map(|id| id.as_str());
        self.in_2030("race_to_zero.pathway_2030_tonnes".to_owned(), race.pathway_2030_tonnes, target, assessments);
        self.emissions_2019("race_to_zero", race.emissions_2019_tonnes, &race.yearly_tonnes);
        if let Some(emitted) = race.emissions_2019_tonnes {
            let allowed = race.allowed_2030_tonnes.map(Amount::get);
            self.add("race_to_zero.allowed_2030_tonnes", allowed, || format!("0.5 * {}", num(emitted.exact())));
        }
    }

    pub(super) fn carbon_law(&mut self, law: &CarbonLaw) {
        let points: Vec<Point> =
            law.yearly_tonnes.iter().map(|figure| Point { year: figure.year, amount: figure.tonnes.exact() }).collect();
        let through: Vec<Point> =
            points.iter().copied().filter(|point| law.line_through.contains(&point.year)).collect();
        let ([from, to], Some(last)) = (&through[..], points.last()) else { return };
        let (Some(slope), Some(first), Some((start, end))) =
            (law.slope_tonnes_per_year, law.from_tonnes, law.from.zip(law.to))
        else {
            return;
        };
        self.add("carbon_law.slope_tonnes_per_year", Some(slope.get()), || {
            format!("({} - {}) / ({} - {})", num(to.amount), num(from.amount), to.year, from.year)
        });
        let printed = first.get();
        let (slope, first) = (slope.exact(), first.exact());
        let at = |year: &str| format!("max(0; {} + {} * ({year} - {}))", num(last.amount), num(slope), last.year);
        self.add("carbon_law.from_tonnes", Some(printed), || at(&start.to_string()));
        self.add("carbon_law.trend_sum_tonnes", law.trend_sum_tonnes.map(Amount::get), || {
            format!("sum(y = {start} to {end}; {})", at("y"))
        });
        let share = num(law.yearly_share.get());
        self.add("carbon_law.allowed_sum_tonnes", law.allowed_sum_tonnes.map(Amount::get), || {
            format!("{} * (1 - {share} ^ ({end} - {start} + 1)) / (1 - {share})", num(first))
        });
        if let Some(year) = law.net_zero_year {
            let field = "carbon_law.net_zero_year".to_owned();
            let formula = format!("{field} = floor({} - {} / {}) = {year}", last.year, num(last.amount), num(slope));
            self.explained.push(Explanation { field, formula });
        }
    }
}
