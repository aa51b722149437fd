//! The target that a city is first shown with.

use serde_json::{Value, json};

use super::{City, cut, day, inventory, level, of, with};

fn headline(city: &City, year: i32) -> Option<String> {
    city.judged_on(day(year, 6, 1)).headline.map(|id| id.to_string())
}

/// 1,000 t in 2010 and 900 t in 2022.
fn city() -> City {
    City::new().base(2010, 1_000.0).reports(&[(2022, 900.0)])
}

fn shown(targets: &[(&str, Value)]) -> Option<String> {
    headline(&targets.iter().fold(city(), |city, (id, body)| city.target(id, body.clone())), 2026)
}

#[test]
fn the_target_that_asks_for_most_soon_is_shown() {
    // In 2031 -80 % by 2040 allows 440 t, -50 % by 2030 500 t.
    let targets = [("half", cut(50.0, 2030)), ("most", cut(80.0, 2040)), ("zero", level(0.0, 2060))];
    assert_eq!(shown(&targets).unwrap(), "most");
    assert_eq!(shown(&[("half", cut(50.0, 2030)), ("zero", level(0.0, 2060))]).unwrap(), "half");
}

#[test]
fn an_easier_pledge_beside_it_changes_nothing() {
    let hard = || City::new().base(2010, 1_000.0).reports(&[(2022, 900.0)]).target("hard", cut(55.0, 2030));
    for easy in [cut(5.0, 2027), cut(54.0, 2030), level(999.0, 2028), level(1_500.0, 2027), cut(50.0, 2029)] {
        let assessed = hard().target("easy", easy.clone()).assess();
        assert_eq!(assessed.headline.as_ref().unwrap().as_str(), "hard", "{easy}");
        assert_eq!(of(&assessed, "hard").verdict, hard().only().verdict);
    }
}

#[test]
fn those_not_yet_due_come_first() {
    let city = city().target("due", level(0.0, 2025)).target("ahead", cut(5.0, 2040));
    assert_eq!(headline(&city, 2025).unwrap(), "due", "its year has not ended");
    assert_eq!(headline(&city, 2026).unwrap(), "ahead");
    // When all are due, the one that asks for most.
    let all_due = super::City::new().base(2010, 1_000.0).reports(&[(2022, 900.0)]);
    let all_due = all_due.target("soft", cut(10.0, 2020)).target("stern", cut(40.0, 2015));
    assert_eq!(headline(&all_due, 2026).unwrap(), "stern");
}

#[test]
fn each_is_measured_by_the_figure_at_its_own_level() {
    let both = |basic: i32, own: i32| json!({"totals": {"basic": basic, "own": own}, "protocol": "gpc", "source": {"title": "Test"}});
    let city =
        City::new().baseline("base", with(both(1_000, 2_000), json!({"year": 2010}))).report(2022, both(900, 1_000));
    // In 2031 1,000 t of the city's own 1,000 t are left, and 500 t of 900 t at `basic`.
    let own = with(cut(50.0, 2030), json!({"level": "own"}));
    let city = city.target("a-own", own).target("b-basic", cut(50.0, 2030));
    assert_eq!(headline(&city, 2026).unwrap(), "b-basic");
}

#[test]
fn those_without_a_figure_above_zero_come_after_those_with_one_by_their_year() {
    let own = |by: i32| with(level(0.0, by), json!({"level": "own"}));
    let without = [("b-2040", own(2040)), ("a-2050", own(2050))];
    assert_eq!(shown(&without).unwrap(), "b-2040", "the nearest year");
    let with_one = [("b-2040", own(2040)), ("slow", cut(5.0, 2090))];
    assert_eq!(shown(&with_one).unwrap(), "slow");
    // A figure of 0 has no share.
    let zero = City::new().base(2010, 1_000.0).reports(&[(2022, 0.0)]);
    let zero = zero.target("later", level(0.0, 2050)).target("sooner", cut(5.0, 2040));
    assert_eq!(headline(&zero, 2026).unwrap(), "sooner");
}

#[test]
fn ties_go_by_year_then_by_id() {
    // -60 % by 2034 and -80 % by 2042 lie on one line.
    let line = [("a-later", cut(80.0, 2042)), ("z-sooner", cut(60.0, 2034))];
    assert_eq!(shown(&line).unwrap(), "z-sooner");
    assert_eq!(shown(&[("b-half", cut(50.0, 2030)), ("a-half", cut(50.0, 2030))]).unwrap(), "a-half");
}

#[test]
fn a_person_is_measured_a_person() {
    let people = |tonnes: f64, people: i64| with(inventory(tonnes), json!({"population": people}));
    let city = City::new()
        .baseline("base", with(people(1_000.0, 100), json!({"year": 2010})))
        .report(2022, people(900.0, 300));
    // A third of the baseline a person is emitted already: of that more is left than of the tonnes.
    let each = with(cut(60.0, 2030), json!({"kind": "base_year_intensity"}));
    assert_eq!(headline(&city.target("each", each).target("half", cut(50.0, 2030)), 2026).unwrap(), "half");
}

#[test]
fn only_adopted_and_lawful_targets_for_the_whole_city_are_candidates() {
    let bound_by = |changes: Value| with(level(0.0, 2030), changes);
    let others = [
        ("proposed", bound_by(json!({"standing": "proposed"}))),
        ("sector", bound_by(json!({"sector": "III"}))),
        ("ended", bound_by(json!({"standing": "superseded", "ended_on": "2024-05-01"}))),
        ("withdrawn", bound_by(json!({"standing": "withdrawn", "ended_on": 2023}))),
    ];
    assert_eq!(shown(&others), None);
    let mut all = others.to_vec();
    all.push(("law", with(cut(5.0, 2040), json!({"standing": "in_law"}))));
    assert_eq!(shown(&all).unwrap(), "law");
}

#[test]
fn a_missed_target_that_ended_after_its_year_is_judged_but_not_shown_first() {
    let ended = with(cut(30.0, 2022), json!({"standing": "superseded", "ended_on": "2024-05-01"}));
    assert_eq!(shown(&[("old", ended), ("new", cut(5.0, 2040))]).unwrap(), "new");
}
