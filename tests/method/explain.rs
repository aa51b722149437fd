//! Explanations: what stands left of the last equals sign comes to what stands right of it.

use pledgewatch::method::{Assessment, Explanation, explain, explain_yardsticks};
use pledgewatch::record::Cut;
use serde_json::{Value, json};

use super::demo::dossiers;
use super::{City, cut, inventory, level, today, with};

/// A calculator: numbers, `+ - * / ^`, brackets, and the functions that formulas name.
struct Calculator<'t> {
    left: &'t str,
    /// The year that a sum over years has come to.
    year: Option<f64>,
}

impl Calculator<'_> {
    /// The value of a formula; none if it is more than a calculator can do.
    fn value(text: &str) -> Option<f64> {
        let mut calculator = Calculator { left: text, year: None };
        let value = calculator.sum()?;
        calculator.left.trim().is_empty().then_some(value)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.left.trim_start().strip_prefix(sign);
        if let Some(rest) = rest {
            self.left = rest;
        }
        rest.is_some()
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        loop {
            if self.takes("+") {
                value += self.product()?;
            } else if self.takes("-") {
                value -= self.product()?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.power()?;
        loop {
            if self.takes("*") {
                value *= self.power()?;
            } else if self.takes("/") {
                value /= self.power()?;
            } else {
                return Some(value);
            }
        }
    }

    fn power(&mut self) -> Option<f64> {
        let value = self.atom()?;
        if self.takes("^") { Some(value.powf(self.atom()?)) } else { Some(value) }
    }

    /// What stands in the brackets of a function.
    fn arguments(&mut self) -> Option<Vec<f64>> {
        let mut found = vec![self.sum()?];
        while self.takes(";") {
            found.push(self.sum()?);
        }
        self.takes(")").then_some(found)
    }

    /// A sum over years, after `sum(y =`.
    fn sum_over_years(&mut self) -> Option<f64> {
        let from = self.sum()?;
        let to = self.takes("to").then(|| self.sum())??;
        let body = self.takes(";").then_some(self.left)?;
        let (mut total, mut year) = (0.0, from);
        while year <= to {
            (self.left, self.year) = (body, Some(year));
            total += self.sum()?;
            year += 1.0;
        }
        self.takes(")").then_some(total)
    }

    fn atom(&mut self) -> Option<f64> {
        if self.takes("median(") {
            let mut of = self.arguments()?;
            of.sort_by(f64::total_cmp);
            let middle = of.len() / 2;
            return Some(if of.len() % 2 == 0 { (of[middle - 1] + of[middle]) / 2.0 } else { of[middle] });
        }
        if self.takes("t(") {
            let of = self.arguments()?;
            let student = statrs::distribution::StudentsT::new(0.0, 1.0, of[1]).ok()?;
            return Some(statrs::distribution::ContinuousCDF::inverse_cdf(&student, of[0]));
        }
        if self.takes("floor(") {
            return self.arguments().map(|of| of[0].floor());
        }
        if self.takes("sum(y =") {
            return self.sum_over_years();
        }
        if self.takes("y") {
            return self.year;
        }
        if self.takes("max(0,") {
            let value = self.sum()?;
            return self.takes(")").then_some(value.max(0.0));
        }
        if self.takes("(") {
            let value = self.sum()?;
            return self.takes(")").then_some(value);
        }
        if self.takes("-") {
            return self.atom().map(|value| -value);
        }
        self.left = self.left.trim_start();
        // A comma groups digits; one before a space does not belong to the number.
        let end = self.left.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(self.left.len());
        let (number, rest) = self.left.split_at(end);
        self.left = rest;
        number.replace(',', "").parse().ok()
    }
}

/// The printed number at a path such as `required.tonnes_per_year` or `cautions.0.change_percent`; that of a year
/// of `figures` or of `pathway` stands in the row of that year.
fn printed<'v>(answer: &'v Value, path: &str) -> Option<&'v Value> {
    let step = |value: &'v Value, name: &str| match value {
        Value::Array(rows) => {
            let number: usize = name.parse().ok()?;
            rows.iter().find(|row| row["year"] == json!(number)).or_else(|| rows.get(number))
        }
        _ => value.get(name),
    };
    Some(path.split('.').try_fold(answer, step).unwrap_or_else(|| panic!("{path} is not printed")))
}

/// The two sides of a formula, after its name.
fn sides(Explanation { field, formula }: &Explanation) -> (&str, &str) {
    let rest = formula.strip_prefix(&format!("{field} = ")).unwrap_or_else(|| panic!("{formula}"));
    rest.rsplit_once(" = ").unwrap_or_else(|| panic!("{formula}"))
}

/// Checks every explanation against the answer it is of: it ends with the number as printed, and what stands
/// before comes to it.
pub fn check(told: &[Explanation], answer: &Value) {
    for explanation in told {
        let (left, right) = sides(explanation);
        let (field, formula) = (&explanation.field, &explanation.formula);
        let right = Calculator::value(right).unwrap_or_else(|| panic!("{formula}"));
        if let Some(printed) = printed(answer, field) {
            assert_eq!(printed.as_f64(), Some(right), "{formula}");
        }
        let value = Calculator::value(left).unwrap_or_else(|| panic!("no calculator can follow {formula}"));
        // Half of the last digit printed, and the noise of binary fractions.
        let ratios = ["percent", "pace", "growth_ratio", "t_quantile", "slope_tonnes", "per_person"];
        let is_ratio = answer["unit"] == "t_co2e_per_person" || ratios.iter().any(|name| field.contains(name));
        let tolerance = 0.5001 * if is_ratio { 1e-6 } else { 1e-3 } + 1e-12 * right.abs();
        assert!((value - right).abs() <= tolerance, "{formula}: {value}");
    }
    let mut fields: Vec<&str> = told.iter().map(|told| told.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    assert_eq!(fields.len(), told.len(), "every number is explained once");
}

/// Checks an assessment, and that every number that is computed is explained.
pub fn check_assessment(assessment: &Assessment) {
    let told = explain(assessment);
    let answer = serde_json::to_value(assessment).unwrap();
    check(&told, &answer);
    let has = |field: &str| told.iter().any(|told| told.field == field);
    let computed = ["gap_percent", "achieved_reduction_percent", "target_progress_percent", "pace", "growth_ratio"];
    let computed = computed.into_iter().filter(|field| answer.get(*field).is_some());
    let nested = ["required", "trend", "budget"].into_iter().flat_map(|part| {
        let inputs = ["points", "from", "to", "meets_target", "interpolated_years"];
        let members = answer.get(part).and_then(Value::as_object).into_iter().flatten();
        members.filter(move |(name, _)| !inputs.contains(&name.as_str())).map(move |(name, _)| format!("{part}.{name}"))
    });
    for field in computed.map(str::to_owned).chain(nested) {
        assert!(has(&field), "{field} is not explained in {told:?}");
    }
}

#[test]
fn the_example_of_the_method_stands_as_it_would_be_typed() {
    let figures = [(2013, 27_910_034.0), (2020, 21_049_331.0)];
    let judged = City::new().base(1990, 33_248_711.0).reports(&figures).target("goal", cut(50.0, 2025)).only();
    let told = explain(&judged);
    let pace = told.iter().find(|told| told.field == "pace").unwrap();
    assert_eq!(pace.formula, "pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.4285714) = 0.85613");
    check_assessment(&judged);
}

#[test]
fn every_number_of_the_demo_cities_can_be_followed() {
    let mut told = 0;
    for dossier in dossiers() {
        let view = dossier.view(&Cut::default()).unwrap();
        let assessed = pledgewatch::method::assess(&view, today());
        assessed.targets.iter().for_each(check_assessment);
        let held = pledgewatch::method::yardsticks(&view, today(), None, &assessed);
        let explained = explain_yardsticks(&held, &assessed.targets);
        check(&explained, &serde_json::to_value(&held).unwrap());
        told += explained.len();
    }
    assert!(told > 100, "{told}");
}

#[test]
fn every_kind_of_target_can_be_followed() {
    let people = |tonnes: f64| with(inventory(tonnes), json!({"population": 300}));
    let offset = json!({"max_offset_percent": 12.5});
    for target in [
        with(cut(33.0, 2030), offset.clone()),
        with(level(200.0, 2030), offset),
        level(1_500.0, 2030),
        level(0.0, 2010),
        with(cut(30.0, 2030), json!({"kind": "base_year_intensity"})),
        with(cut(30.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 2_000})),
        with(
            cut(30.0, 2030),
            json!({"milestones": [{"year": 2014, "reduction_percent": 7.5}, {"year": 2016, "tonnes": 3}]}),
        ),
    ] {
        let city = City::new().baseline("base", with(people(1_000.0), json!({"year": 2000}))).target("goal", target);
        let figures = [(2010, 980.0), (2012, 970.0), (2014, 900.0), (2015, 910.5), (2016, 890.0)];
        check_assessment(&figures.iter().fold(city, |city, (y, tonnes)| city.report(*y, people(*tonnes))).only());
    }
}

#[test]
fn the_calculator_calculates() {
    assert_eq!(Calculator::value("2 + 3 * (1,000 - 990) ^ 2 / 4"), Some(77.0));
    assert_eq!(Calculator::value("max(0, 5 - 1,000) + (-3)"), Some(-3.0));
    assert_eq!(Calculator::value("median(1; 2 * 4; 3 - 1) + floor(2.7)"), Some(4.0));
    assert_eq!(Calculator::value("sum(y = 2001 to 2003; max(0, y - 2001))"), Some(3.0));
    assert_eq!(Calculator::value("2 slopes"), None);
}
