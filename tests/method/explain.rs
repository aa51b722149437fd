//! Explanations: what stands left of the last equals sign comes to what stands right of it.

use pledgewatch::method::{Assessment, Explanation, explain, explain_yardsticks};
use pledgewatch::record::Cut;
use serde_json::{Value, json};

use super::demo::dossiers;
use super::{City, cut, inventory, level, today, with};

/// A pocket calculator: numbers, `+ - * / ^`, brackets and `max(0, x)`.
struct Calculator<'t> {
    left: &'t str,
}

impl Calculator<'_> {
    /// The value of a formula; none if it is more than a calculator can do.
    fn value(text: &str) -> Option<f64> {
        let mut calculator = Calculator { left: text };
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

    fn atom(&mut self) -> Option<f64> {
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

/// The printed number at a path such as `required.tonnes_per_year`.
fn printed<'v>(answer: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(answer, |value, name| value.get(name))
}

/// Checks that every explanation ends with the number as it is printed.
pub fn check_right_hand_sides(told: &[Explanation], answer: &Value) {
    for Explanation { field, formula } in told {
        let parts: Vec<&str> = formula.split(" = ").collect();
        assert_eq!((parts.len(), parts[0]), (3, field.as_str()), "{formula}");
        let in_list = ["figures.", "cautions.", "pathway."].iter().any(|list| field.starts_with(list));
        if !in_list {
            assert_eq!(printed(answer, field).and_then(Value::as_f64), Calculator::value(parts[2]), "{formula}");
        }
    }
}

/// Checks every explanation against the answer it is of; the number of those a calculator can follow.
fn check(told: &[Explanation], answer: &Value) -> usize {
    check_right_hand_sides(told, answer);
    let mut followed = 0;
    for Explanation { formula, .. } in told {
        let parts: Vec<&str> = formula.split(" = ").collect();
        let right = Calculator::value(parts[2]).unwrap();
        if let Some(value) = Calculator::value(parts[1]) {
            // What is put in is rounded, so what comes out may differ in the last figures.
            let tolerance = 1e-2 + 1e-5 * right.abs();
            assert!((value - right).abs() <= tolerance, "{formula}: {value}");
            followed += 1;
        }
    }
    followed
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
        let inputs = ["points", "from", "to", "t_quantile", "meets_target", "interpolated_years"];
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
    assert_eq!(pace.formula, "pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.429) = 0.85613");
    check_assessment(&judged);
}

#[test]
fn every_number_of_the_demo_cities_can_be_followed() {
    let mut followed = 0;
    for dossier in dossiers() {
        let view = dossier.view(&Cut::default()).unwrap();
        let assessed = pledgewatch::method::assess(&view, today());
        assessed.targets.iter().for_each(check_assessment);
        let held = pledgewatch::method::yardsticks(&view, today(), None, &assessed);
        followed += check(&explain_yardsticks(&held, &assessed.targets), &serde_json::to_value(&held).unwrap());
    }
    assert!(followed > 100, "{followed}");
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
    assert_eq!(Calculator::value("median of the 28 slopes"), None);
}
