//! The sentence of each verdict.

use serde_json::{Value, json};

use super::{City, cut, inventory, level, with};

/// A target, the figures after a base of 1,000 t in 2000, and what is told.
type Told = (Value, Vec<(i32, f64)>, &'static str);

fn sentence(base: f64, target: Value, figures: &[(i32, f64)]) -> String {
    City::new().base(2000, base).reports(figures).target("goal", target).only().sentence
}

#[test]
fn every_verdict_has_its_sentence() {
    let half = || cut(50.0, 2030);
    let cases: Vec<Told> = vec![
        (
            half(),
            vec![(2015, 750.0)],
            "In 2015 Exampleton emitted 750 t CO2e, exactly on its pathway to halving 2000 emissions by 2030.",
        ),
        (
            half(),
            vec![(2015, 480.0)],
            "In 2015 Exampleton emitted 480 t CO2e, 36.0 % below its pathway to halving 2000 emissions by 2030 and already within what it pledged for 2030.",
        ),
        (
            half(),
            vec![(2015, 900.0)],
            "In 2015 Exampleton emitted 900 t CO2e, 20.0 % above its pathway to halving 2000 emissions by 2030, with 40.0 % of the reduction called for by then.",
        ),
        (
            half(),
            vec![(2015, 1_100.0)],
            "In 2015 Exampleton emitted 1.10 kt CO2e, 10.0 % more than in 2000 and 46.7 % above its pathway to halving 2000 emissions by 2030.",
        ),
        (
            cut(33.0, 2010),
            vec![(2010, 670.0)],
            "In 2010 Exampleton emitted 670 t CO2e, exactly what its target of cutting 2000 emissions by 33 % by 2010 allows.",
        ),
        (
            cut(33.0, 2010),
            vec![(2010, 670.1)],
            "In 2010 Exampleton emitted 670 t CO2e, slightly more than its target of cutting 2000 emissions by 33 % by 2010 allows.",
        ),
        (
            level(0.0, 2010),
            vec![(2010, 5.0)],
            "In 2010 Exampleton emitted 5.00 t CO2e, more than its target of zero emissions by 2010 allows.",
        ),
        (
            level(800.0, 2060),
            vec![(2003, 995.0)],
            "In 2003 Exampleton emitted 995 t CO2e, 0.5 % above its pathway to emitting at most 800 t CO2e by 2060, but so little is called for by then that it is too early to judge.",
        ),
        (
            half(),
            vec![],
            "The target of Exampleton, halving 2000 emissions by 2030, cannot be judged: there is no report for a year after 2000.",
        ),
        (
            with(half(), json!({"standing": "superseded"})),
            vec![],
            "The target of Exampleton, halving 2000 emissions by 2030, is not judged: it was replaced by another.",
        ),
        (
            with(half(), json!({"baseline": "other"})),
            vec![],
            "The target of Exampleton, halving its base-year emissions by 2030, cannot be judged: there is no baseline figure to measure it from.",
        ),
        (
            with(cut(100.0, 2030), json!({"max_offset_percent": 10})),
            vec![(2015, 500.0)],
            "In 2015 Exampleton emitted 500 t CO2e, 9.1 % below its pathway to zero emissions by 2030 with up to 10 % of 2000 emissions offset.",
        ),
        (
            with(cut(30.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 2_000})),
            vec![(2015, 1_260.0)],
            "In 2015 Exampleton emitted 1.26 kt CO2e, 5.0 % above its pathway to emitting 30 % less in 2030 than its scenario foresees, which is 40.0 % more than in 2000.",
        ),
        (
            level(1_200.0, 2030),
            vec![(2015, 1_155.0)],
            "In 2015 Exampleton emitted 1.16 kt CO2e, 5.0 % above its pathway to emitting at most 1.20 kt CO2e by 2030, which is 20.0 % more than in 2000.",
        ),
        (
            level(1_200.0, 2010),
            vec![(2010, 1_100.0)],
            "In 2010 Exampleton emitted 1.10 kt CO2e, 8.3 % less than its target of emitting at most 1.20 kt CO2e by 2010, which is 20.0 % more than in 2000, allows.",
        ),
    ];
    for (target, figures, expected) in cases {
        assert_eq!(sentence(1_000.0, target, &figures), expected);
    }
}

#[test]
fn what_cannot_be_compared_is_counted() {
    let other = |tonnes: f64| with(inventory(tonnes), json!({"protocol": "crf"}));
    let city = City::new().base(2000, 1_000.0).target("goal", cut(50.0, 2030)).report(2010, other(900.0));
    assert!(city.only().sentence.ends_with("the only report after 2000 cannot be compared with the baseline."));
    let city = city.report(2011, other(900.0));
    assert!(city.only().sentence.ends_with("none of the 2 reports after 2000 can be compared with the baseline."));
}

#[test]
fn a_person_is_told_what_a_person_emits() {
    let people = |tonnes: f64| with(inventory(tonnes), json!({"population": 100}));
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let city = City::new().baseline("base", with(people(1_000.0), json!({"year": 2000}))).report(2015, people(780.0));
    assert_eq!(
        city.target("goal", target).only().sentence,
        "In 2015 Exampleton emitted 7.80 t CO2e per person, 4.0 % above its pathway to halving 2000 emissions per person by 2030."
    );
}

#[test]
fn amounts_are_told_with_three_figures() {
    for (tonnes, told) in [
        (21_049_331.0, "21.0 Mt"),
        (1_234_567.0, "1.23 Mt"),
        (999_600.0, "1.00 Mt"),
        (999_400.0, "999 kt"),
        (12_345.0, "12.3 kt"),
        (999.6, "1.00 kt"),
        (99.96, "100 t"),
        (9.996, "10.0 t"),
        (0.5, "0.500 t"),
        (0.0, "0 t"),
    ] {
        let sentence = sentence(1_000.0, cut(50.0, 2030), &[(2015, tonnes)]);
        assert!(sentence.starts_with(&format!("In 2015 Exampleton emitted {told} CO2e,")), "{sentence}");
    }
}
