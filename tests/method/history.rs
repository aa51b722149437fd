//! Restated baselines, weakened targets and filled gaps.

use pledgewatch::method::{Caution, CautionCode};
use pledgewatch::record::Kind;
use serde_json::{Value, json};

use super::{City, caution, codes, cut, inventory, level, of, with};

fn base(tonnes: f64) -> Value {
    with(inventory(tonnes), json!({"year": 2000}))
}

fn all(city: &City, code: CautionCode) -> Vec<Caution> {
    city.only().cautions.into_iter().filter(|caution| caution.code == code).collect()
}

#[test]
fn a_restated_baseline_is_told_with_both_figures() {
    let city = City::new().baseline("base", base(1_000.0)).target("goal", cut(50.0, 2030)).reports(&[(2015, 700.0)]);
    assert!(all(&city, CautionCode::BaselineRestated).is_empty());
    let city = city.revise(Kind::Baseline, "base", with(base(1_000.0), json!({"note": "A note"})), Some("a note"));
    assert!(all(&city, CautionCode::BaselineRestated).is_empty());
    let city = city.revise(Kind::Baseline, "base", base(1_100.0), Some("aviation added"));
    let told = serde_json::to_value(all(&city, CautionCode::BaselineRestated)).unwrap();
    let expected = json!([{"code": "baseline_restated", "years": [2000], "old_tonnes": 1_000, "new_tonnes": 1_100,
        "change_percent": 10, "changed_on": "2026-11-01", "reason": "aviation added",
        "detail": "The baseline was restated on 2026-11-01, from 1.00 kt CO2e for 2000 to 1.10 kt CO2e for 2000 (10.0 % more)."}]);
    assert_eq!(told, expected);
    let twice = city.baseline("base", base(900.0));
    assert_eq!(all(&twice, CautionCode::BaselineRestated).len(), 2);
}

#[test]
fn a_restated_report_that_serves_as_baseline_counts_too() {
    let target = with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2005}));
    let city = City::new().reports(&[(2005, 1_000.0), (2005, 990.0), (2010, 900.0)]).target("goal", target);
    assert!(codes(&city.only()).contains(&CautionCode::BaselineRestated));
}

#[test]
fn a_restatement_a_person_is_told_a_person() {
    let people = |people: i64| with(base(1_000.0), json!({"population": people}));
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let city = City::new().baseline("base", people(100)).baseline("base", people(125)).target("goal", target);
    let told = caution(&city.only(), CautionCode::BaselineRestated).clone();
    assert_eq!(told.old_tonnes_per_person.unwrap().get().to_string(), "10");
    assert_eq!(told.new_tonnes_per_person.unwrap().get().to_string(), "8");
    assert!(told.old_tonnes.is_none());
}

#[test]
fn a_weakened_target_is_told() {
    let city = City::new().baseline("base", base(1_000.0)).reports(&[(2015, 700.0)]);
    let from_half = |target: Value| {
        let city = City::new().baseline("base", base(1_000.0)).target("goal", cut(50.0, 2030));
        all(&city.revise(Kind::Target, "goal", target, Some("the council voted")), CautionCode::TargetWeakened)
    };
    assert!(all(&city.target("goal", cut(50.0, 2030)), CautionCode::TargetWeakened).is_empty());
    for kept in [cut(60.0, 2030), cut(50.0, 2029), level(500.0, 2030), level(300.0, 2035)] {
        let told = from_half(kept);
        let postponed_but_deeper = told.iter().all(|caution| caution.years[0].get() == 2030);
        assert!(told.is_empty() || postponed_but_deeper, "{told:?}");
    }
    let told = from_half(cut(40.0, 2030));
    assert_eq!(
        told[0].detail,
        "Until 2026-11-01 it asked for 500 t CO2e (50 % below 1.00 kt CO2e) in 2030; its pathway now allows 600 t CO2e in that year (20.0 % more)."
    );
    assert_eq!(told[0].reason.as_deref(), Some("the council voted"));
    // Postponed: the same level five years later.
    let postponed = from_half(cut(50.0, 2035));
    assert_eq!(postponed[0].new_tonnes.unwrap().get(), 571.429);
    // A milestone that keeps the old promise on the way.
    assert!(from_half(with(cut(90.0, 2040), json!({"milestones": [{"year": 2030, "tonnes": 500}]}))).is_empty());
    // What nobody was bound by is another matter.
    let proposed = with(cut(90.0, 2030), json!({"standing": "proposed"}));
    let city = City::new().baseline("base", base(1_000.0)).target("goal", proposed).target("goal", cut(50.0, 2030));
    assert!(all(&city, CautionCode::TargetWeakened).is_empty());
}

#[test]
fn a_target_that_replaced_a_stronger_one_is_told_along_the_chain() {
    let replaced =
        |percent: f64, by: &str| with(cut(percent, 2025), json!({"standing": "superseded", "superseded_by": by}));
    let city = City::new()
        .baseline("base", base(1_000.0))
        .target("first", replaced(60.0, "second"))
        .target("second", replaced(30.0, "goal"))
        .target("goal", with(cut(40.0, 2025), json!({"set_on": "2020-05-01"})));
    let judged = city.assess().targets.into_iter().find(|it| it.target.id.as_str() == "goal").unwrap();
    let told = caution(&judged, CautionCode::TargetWeakened);
    assert_eq!(told.replaced.as_ref().unwrap().as_str(), "first");
    assert_eq!(told.changed_on.unwrap().to_string(), "2020-05-01");
    assert_eq!(told.change_percent.unwrap().get(), 50.0);
    assert_eq!(codes(&judged).iter().filter(|code| **code == CautionCode::TargetWeakened).count(), 1);
}

#[test]
fn a_target_put_on_another_base_is_told() {
    let on = |base: &str| with(cut(50.0, 2030), json!({"baseline": base}));
    let city = City::new()
        .baseline("1990", with(base(1_000.0), json!({"year": 1990})))
        .baseline("1990b", with(base(1_500.0), json!({"year": 1990})))
        .target("goal", on("1990"));
    assert!(all(&city, CautionCode::BaselineRestated).is_empty());
    let city = city.revise(Kind::Target, "goal", on("1990b"), Some("another plan"));
    let told = all(&city, CautionCode::BaselineRestated);
    assert_eq!((told[0].old_tonnes.unwrap().get(), told[0].new_tonnes.unwrap().get()), (1_000.0, 1_500.0));
    assert_eq!((told[0].change_percent.unwrap().get(), told[0].reason.as_deref()), (50.0, Some("another plan")));
    assert_eq!(
        told[0].detail,
        "On 2026-11-01 the target was put on another base, from 1.00 kt CO2e for 1990 to 1.50 kt CO2e for 1990 (50.0 % more)."
    );
    // A base year in place of a baseline of another year, with the same figure.
    let year = with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2005}));
    let city = city.reports(&[(2005, 1_500.0)]).target("goal", year);
    let told = all(&city, CautionCode::BaselineRestated);
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].years.iter().map(|year| year.get()).collect::<Vec<_>>(), [1990, 2005]);
}

#[test]
fn a_figure_published_earlier_is_the_earlier_one_whenever_it_was_recorded() {
    let published = |tonnes: f64, on: &str| with(base(tonnes), json!({"source": {"title": "Test", "published": on}}));
    let city = City::new()
        .baseline("base", published(1_100.0, "2020-01-01"))
        .baseline("base", published(1_000.0, "2016-01-01"))
        .baseline("base", published(1_100.0, "2020-01-01"))
        .target("goal", cut(50.0, 2030));
    let told = all(&city, CautionCode::BaselineRestated);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].old_tonnes.unwrap().get(), told[0].new_tonnes.unwrap().get()), (1_000.0, 1_100.0));
}

#[test]
fn a_milestone_that_was_dropped_is_told() {
    let step = json!({"milestones": [{"year": 2020, "reduction_percent": 40}]});
    let city = City::new().baseline("base", base(1_000.0)).target("goal", with(cut(50.0, 2030), step));
    assert!(all(&city, CautionCode::TargetWeakened).is_empty());
    let told = all(&city.target("goal", cut(50.0, 2030)), CautionCode::TargetWeakened);
    assert_eq!(told.len(), 1, "the target year asks for as much as before");
    assert_eq!(told[0].years[0].get(), 2020);
    assert_eq!((told[0].old_tonnes.unwrap().get(), told[0].new_tonnes.unwrap().get()), (600.0, 666.667));
    assert_eq!(told[0].asked_reduction_percent.unwrap().get(), 40.0);
}

#[test]
fn a_proposal_that_was_superseded_bound_nobody() {
    let stands = |standing: &str| {
        let by = (standing == "superseded").then_some("goal");
        with(cut(90.0, 2030), json!({"standing": standing, "superseded_by": by}))
    };
    let weakened = |states: &[&str]| {
        let city = City::new().baseline("base", base(1_000.0)).target("goal", cut(50.0, 2030));
        let city = states.iter().fold(city, |city, standing| city.target("old", stands(standing)));
        let targets = city.assess().targets;
        let goal = targets.into_iter().find(|target| target.target.id.as_str() == "goal").unwrap();
        codes(&goal).contains(&CautionCode::TargetWeakened)
    };
    assert!(!weakened(&["proposed", "superseded"]));
    assert!(weakened(&["superseded"]), "recorded afterwards, as what it was");
    assert!(weakened(&["proposed", "adopted", "superseded"]));
}

#[test]
fn targets_that_replace_each_other_in_a_ring_do_no_harm() {
    let replaced = |by: &str| with(cut(60.0, 2025), json!({"standing": "superseded", "superseded_by": by}));
    let city = City::new()
        .baseline("base", base(1_000.0))
        .target("one", replaced("two"))
        .target("two", replaced("one"))
        .target("goal", cut(40.0, 2025));
    assert_eq!(city.assess().targets.len(), 3);
}

#[test]
fn another_level_is_another_matter_but_zero_is_zero_at_every_level() {
    let weakened = |old: Value, new: Value| {
        let both = with(base(1_000.0), json!({"totals": {"basic": 1_000, "own": 1_200}, "population": 100}));
        all(&City::new().baseline("base", both).target("goal", old).target("goal", new), CautionCode::TargetWeakened)
    };
    let own = |target: Value| with(target, json!({"level": "own"}));
    assert!(weakened(own(cut(90.0, 2030)), cut(50.0, 2030)).is_empty());
    // Zero by 2020, however it is put, replaced by zero by 2040.
    for zero in [level(0.0, 2020), cut(100.0, 2020), level(-10.0, 2020)] {
        let told = weakened(own(zero), level(0.0, 2040));
        assert_eq!((told.len(), told[0].years[0].get()), (1, 2020));
        assert_eq!((told[0].old_tonnes.unwrap().get(), told[0].new_tonnes.unwrap().get()), (0.0, 500.0));
    }
    let per_person = with(level(0.0, 2020), json!({"tonnes": null, "tonnes_per_person": 0}));
    assert_eq!(weakened(per_person.clone(), level(0.0, 2040)).len(), 1);
    let told = weakened(own(level(0.0, 2020)), with(per_person, json!({"target_year": 2040})));
    assert_eq!(told[0].new_tonnes_per_person.unwrap().get(), 5.0);
    // The same year at another level is no weakening, nor is a part of the city another whole.
    assert!(weakened(own(level(0.0, 2030)), level(0.0, 2030)).is_empty());
    assert!(weakened(with(level(0.0, 2020), json!({"sector": "II"})), level(0.0, 2040)).is_empty());
}

#[test]
fn a_target_that_replaced_zero_at_another_level_is_told() {
    let zero = json!({"standing": "superseded", "superseded_by": "goal", "level": "own"});
    let city = City::new().baseline("base", base(1_000.0)).target("zero", with(level(0.0, 2020), zero));
    let judged = of(&city.target("goal", level(0.0, 2040)).assess(), "goal");
    assert_eq!(caution(&judged, CautionCode::TargetWeakened).replaced.as_ref().unwrap().as_str(), "zero");
}
