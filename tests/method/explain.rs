//! Explanations: the formulas of every number, followed by a calculator.

use pledgewatch::method::{Assessment, Explanation, explain, explain_yardsticks};
use serde_json::{Value, json};

use super::calculator;

use super::demo::dossiers;
use super::{City, cut, inventory, level, today, with};

/// Checks explanations against the answer they are of.
pub fn check(told: &[Explanation], answer: &Value) {
    calculator::check(told.iter().map(|told| (told.field.as_str(), told.formula.as_str())), answer);
}

/// Checks an assessment, and that every number that is computed is explained.
pub fn check_assessment(assessment: &Assessment) {
    let told = explain(assessment);
    let answer = serde_json::to_value(assessment).unwrap();
    check(&told, &answer);
    calculator::check_that_all_are_explained(told.iter().map(|told| told.field.as_str()), &answer);
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
        let view = dossier.present().unwrap();
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
