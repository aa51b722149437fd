//! The sentence of each verdict.

use serde_json::{Value, json};

use super::{City, cut, inventory, level, with};

/// A target, the figures after a base of 1,000 t in 2010, and what is told.
type Told = (Value, Vec<(i32, f64)>, &'static str);

fn sentence(base: f64, target: Value, figures: &[(i32, f64)]) -> String {
    City::new().base(2010, base).reports(figures).target("goal", target).only().sentence
}

fn check(cases: Vec<Told>) {
    for (target, figures, expected) in cases {
        assert_eq!(sentence(1_000.0, target, &figures), expected);
    }
}

#[test]
fn every_course_has_its_sentence() {
    let half = || cut(50.0, 2030);
    check(vec![
        (
            half(),
            vec![(2020, 750.0)],
            "In 2020 Exampleton emitted 750 t CO2e, exactly on its pathway to halving 2010 emissions by 2030.",
        ),
        (
            half(),
            vec![(2020, 480.0)],
            "In 2020 Exampleton emitted 480 t CO2e, 36.0 % below its pathway to halving 2010 emissions by 2030 and already within what it pledged for 2030.",
        ),
        (
            half(),
            vec![(2020, 800.0)],
            "In 2020 Exampleton emitted 800 t CO2e, 6.7 % above its pathway to halving 2010 emissions by 2030.",
        ),
        (
            half(),
            vec![(2020, 900.0)],
            "In 2020 Exampleton emitted 900 t CO2e, 20.0 % above its pathway to halving 2010 emissions by 2030, with 40.0 % of the reduction called for by then.",
        ),
        (
            half(),
            vec![(2020, 1_100.0)],
            "In 2020 Exampleton emitted 1.10 kt CO2e, 10.0 % more than in 2010 and 46.7 % above its pathway to halving 2010 emissions by 2030.",
        ),
        (
            level(800.0, 2090),
            vec![(2020, 995.0)],
            "In 2020 Exampleton emitted 995 t CO2e, 2.1 % above its pathway to emitting at most 800 t CO2e by 2090, but so little is called for by then that inventories cannot tell.",
        ),
        (
            with(cut(100.0, 2030), json!({"max_offset_percent": 10})),
            vec![(2020, 500.0)],
            "In 2020 Exampleton emitted 500 t CO2e, 9.1 % below its pathway to zero emissions by 2030 with up to 10 % of 2010 emissions offset.",
        ),
        (
            with(cut(30.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 2_000})),
            vec![(2020, 1_260.0)],
            "In 2020 Exampleton emitted 1.26 kt CO2e, 5.0 % above its pathway to emitting 30 % less in 2030 than its scenario foresees, which is 40.0 % more than in 2010.",
        ),
        (
            level(1_200.0, 2030),
            vec![(2020, 1_155.0)],
            "In 2020 Exampleton emitted 1.16 kt CO2e, 5.0 % above its pathway to emitting at most 1.20 kt CO2e by 2030, which is 20.0 % more than in 2010.",
        ),
    ]);
    let early = City::new().base(2020, 1_000.0).reports(&[(2023, 995.0)]).target("goal", level(800.0, 2070)).only();
    assert_eq!(
        early.sentence,
        "In 2023 Exampleton emitted 995 t CO2e, 0.7 % above its pathway to emitting at most 800 t CO2e by 2070, but so little is called for by then that it is too early to judge."
    );
}

#[test]
fn what_is_decided_has_its_sentence() {
    check(vec![
        (
            cut(33.0, 2020),
            vec![(2020, 670.0)],
            "In 2020 Exampleton emitted 670 t CO2e, exactly what its target of cutting 2010 emissions by 33 % by 2020 allows.",
        ),
        (
            cut(33.0, 2020),
            vec![(2020, 670.1)],
            "In 2020 Exampleton emitted 670 t CO2e, slightly more than its target of cutting 2010 emissions by 33 % by 2020 allows.",
        ),
        (
            level(0.0, 2020),
            vec![(2020, 5.0)],
            "In 2020 Exampleton emitted 5.00 t CO2e, more than its target of zero emissions by 2020 allows.",
        ),
        (
            level(1_200.0, 2020),
            vec![(2020, 1_100.0)],
            "In 2020 Exampleton emitted 1.10 kt CO2e, 8.3 % less than its target of emitting at most 1.20 kt CO2e by 2020, which is 20.0 % more than in 2010, allows.",
        ),
        (
            with(level(0.0, 2020), json!({"max_offset_percent": 10})),
            vec![(2020, 80.0)],
            "In 2020 Exampleton emitted 80.0 t CO2e, which its target of zero emissions by 2020 with up to 10 % of 2010 emissions offset allows only if the rest is offset: the credits retired for that year do not cover it.",
        ),
        (
            cut(33.0, 2020),
            vec![(2019, 650.0), (2021, 660.0)],
            "No figure for 2020 is recorded, but Exampleton was at or below its target of cutting 2010 emissions by 33 % by 2020 both in 2019 and in 2021, when it emitted 660 t CO2e.",
        ),
        (
            cut(33.0, 2020),
            vec![(2019, 680.0), (2021, 690.0)],
            "No figure for 2020 is recorded, but Exampleton was above its target of cutting 2010 emissions by 33 % by 2020 both in 2019 and in 2021, when it emitted 690 t CO2e.",
        ),
    ]);
}

#[test]
fn what_is_not_known_of_today_is_told_with_its_year_first() {
    check(vec![
        (
            cut(50.0, 2025),
            vec![(2020, 700.0)],
            "No figure for 2025 is recorded. In 2020 Exampleton was behind: it emitted 700 t CO2e, 5.0 % above its pathway to halving 2010 emissions by 2025.",
        ),
        (
            cut(50.0, 2025),
            vec![],
            "No figure for 2025 is recorded. Whether Exampleton kept its target, halving 2010 emissions by 2025, is not known.",
        ),
        (
            cut(50.0, 2030),
            vec![(2019, 700.0)],
            "The latest figure is of 2019, 7 years old. In 2019 Exampleton was on track: it emitted 700 t CO2e, 9.7 % below its pathway to halving 2010 emissions by 2030.",
        ),
    ]);
}

#[test]
fn what_is_not_judged_is_told_with_the_reason() {
    let half = || cut(50.0, 2030);
    check(vec![
        (
            half(),
            vec![],
            "The target of Exampleton, halving 2010 emissions by 2030, cannot be judged: there is no report for a year after 2010.",
        ),
        (
            with(half(), json!({"standing": "superseded"})),
            vec![],
            "The target of Exampleton, halving 2010 emissions by 2030, is not judged: it was replaced by another.",
        ),
        (
            with(half(), json!({"baseline": "other"})),
            vec![],
            "The target of Exampleton, halving its base-year emissions by 2030, cannot be judged: there is no baseline figure to measure it from.",
        ),
        (
            with(half(), json!({"sector": "II"})),
            vec![(2020, 700.0)],
            "The target of Exampleton, halving 2010 emissions by 2030 in transportation, is not judged: it covers transportation, and the figures do not have all of these lines.",
        ),
        (
            half(),
            vec![(2010, 700.0), (2020, 690.0)],
            "The target of Exampleton, halving 2010 emissions by 2030, cannot be judged: the report for 2010 itself differs from the baseline by more than 5 %.",
        ),
    ]);
}

#[test]
fn what_cannot_be_compared_is_told_with_the_year_and_why() {
    let other = |tonnes: f64| with(inventory(tonnes), json!({"protocol": "ipcc"}));
    let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030)).report(2019, other(900.0));
    assert_eq!(
        city.only().sentence,
        "The target of Exampleton, halving 2010 emissions by 2030, cannot be judged: no report after 2010 can be compared with the baseline (for 2019: The report follows ipcc, the baseline gpc)."
    );
    // Where others are compared, the one that matters is named.
    let told = |by: i32, compared: i32, left_out: [i32; 2]| {
        let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, by)).reports(&[(compared, 800.0)]);
        left_out.into_iter().fold(city, |city, year| city.report(year, other(700.0))).only().sentence
    };
    let why = "cannot be compared with the baseline (The report follows ipcc, the baseline gpc).";
    assert!(
        told(2030, 2018, [2020, 2022]).ends_with(&format!(": the figure for 2022, later than that for 2018, {why}"))
    );
    assert!(told(2020, 2021, [2020, 2022]).ends_with(&format!(": the figure for 2020 {why}")));
    let unnamed = with(level(500.0, 2020), json!({"baseline": null}));
    let own = json!({"totals": {"own": 400}, "source": {"title": "Test"}});
    let city = City::new().report(2020, own).target("goal", unnamed);
    assert!(
        city.only().sentence.ends_with(
            ": the figure for 2020 cannot be compared with the baseline (The report has no figure at basic)."
        )
    );
}

#[test]
fn a_person_is_told_what_a_person_emits() {
    let people = |tonnes: f64| with(inventory(tonnes), json!({"population": 100}));
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let city = City::new().baseline("base", with(people(1_000.0), json!({"year": 2010}))).report(2020, people(780.0));
    assert_eq!(
        city.target("goal", target).only().sentence,
        "In 2020 Exampleton emitted 7.80 t CO2e per person, 4.0 % above its pathway to halving 2010 emissions per person by 2030."
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
        let sentence = sentence(1_000.0, cut(50.0, 2030), &[(2020, tonnes)]);
        assert!(sentence.starts_with(&format!("In 2020 Exampleton emitted {told} CO2e,")), "{sentence}");
    }
}
