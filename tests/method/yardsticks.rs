//! Yardsticks: ambition, not delivery.

use pledgewatch::method::{Verdict, YardstickReason, Yardsticks, yardsticks};
use pledgewatch::record::Level;
use serde_json::{Value, json};

use super::{City, cut, day, inventory, level, with};

fn goal(city: &City) -> Value {
    serde_json::to_value(&city.yardsticks(None).by_target["goal"]).unwrap()
}

fn held_on(city: &City, on: chrono::NaiveDate) -> Yardsticks {
    yardsticks(&city.view(), on, None, &city.judged_on(on))
}

#[test]
fn a_pathway_is_held_against_the_emissions_of_2019() {
    let city = City::new().base(2010, 1_000.0).reports(&[(2019, 900.0)]);
    // 57 % of 900 t are 513 t, 73 % are 657 t.
    for (tonnes, meets) in [(513.0, [true, true]), (513.1, [false, true]), (657.1, [false, false])] {
        let value = goal(&city.clone().target("goal", level(tonnes, 2030)));
        assert_eq!([&value["ipcc_1_5c"]["meets"], &value["ipcc_2c"]["meets"]], meets, "{tonnes}");
    }
    let value = goal(&city.target("goal", cut(40.0, 2030)));
    assert_eq!(
        value["ipcc_1_5c"],
        json!({"target": "goal", "meets": false, "share": 0.57, "pathway_2030_tonnes": 600, "emissions_2019_tonnes": 900,
               "allowed_2030_tonnes": 513, "yearly_tonnes": [{"year": 2019, "tonnes": 900}],
               "sentence": "The pathway allows 600 t CO2e in 2030, more than the 513 t CO2e that are 43 % below 2019."})
    );
}

#[test]
fn the_emissions_of_2019_may_be_interpolated_but_not_guessed() {
    let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[(2017, 900.0)]);
    assert_eq!(goal(&city)["ipcc_2c"]["reason"], "no_2019_figure");
    let value = goal(&city.reports(&[(2021, 700.0)]));
    assert_eq!(value["ipcc_2c"]["emissions_2019_tonnes"], json!(800));
    assert_eq!(
        value["ipcc_2c"]["yearly_tonnes"],
        json!([{"year": 2017, "tonnes": 900}, {"year": 2021, "tonnes": 700}])
    );
    // A report before the base year counts where it can be compared; the base year's own figure is the baseline's.
    let later =
        City::new().base(2020, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[(2018, 1_200.0), (2020, 5.0)]);
    assert_eq!(goal(&later)["ipcc_2c"]["emissions_2019_tonnes"], json!(1_100));
    // One that cannot be compared does not count.
    let other = with(inventory(5.0), json!({"protocol": "ipcc"}));
    let left_out = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030)).report(2019, other);
    assert_eq!(goal(&left_out)["ipcc_2c"]["reason"], "no_2019_figure");
}

#[test]
fn where_there_is_no_answer_there_is_a_reason() {
    let city = || City::new().base(2010, 1_000.0).reports(&[(2019, 900.0)]);
    let reason = |city: City| goal(&city)["ipcc_1_5c"]["reason"].clone();
    assert_eq!(reason(city().target("goal", with(cut(50.0, 2030), json!({"standing": "proposed"})))), "not_judged");
    assert_eq!(reason(city().target("goal", with(cut(50.0, 2030), json!({"baseline": "none"})))), "no_pathway");
    assert_eq!(
        reason(city().target("goal", with(cut(50.0, 2030), json!({"kind": "base_year_intensity"})))),
        "per_person"
    );
    let unanchored = with(level(1.0, 2040), json!({"baseline": null}));
    assert_eq!(reason(City::new().target("goal", unanchored)), "pathway_without_2030");
    let none = City::new().yardsticks(None);
    assert_eq!((none.level, none.ipcc_1_5c.reason), (None, Some(YardstickReason::NoTarget)));
    assert_eq!(none.race_to_zero.reason, Some(YardstickReason::NoAdoptedTarget));
    assert_eq!(none.carbon_law.reason, Some(YardstickReason::NoReport));
}

/// The race to zero of targets measured from 1,000 t in 2010, with as much emitted in 2019.
fn race(targets: &[(&str, Value)]) -> pledgewatch::method::RaceToZero {
    let city = City::new().base(2010, 1_000.0).reports(&[(2019, 1_000.0)]);
    targets.iter().fold(city, |city, (id, body)| city.target(id, body.clone())).yardsticks(None).race_to_zero
}

#[test]
fn the_race_to_zero_asks_for_zero_by_2050_and_half_of_2019_by_2030() {
    // From 2010 a straight line to zero in 2050 halves by 2030.
    let told = race(&[("zero", level(0.0, 2050))]);
    assert_eq!((told.meets, told.allowed_2030_tonnes.unwrap().get()), (Some(true), 500.0));
    assert_eq!(race(&[("zero", level(0.0, 2051))]).meets, Some(false));
    assert_eq!(race(&[("half", cut(50.0, 2030))]).meets, Some(false));
    let slow = with(cut(100.0, 2050), json!({"milestones": [{"year": 2040, "reduction_percent": 20}]}));
    assert_eq!(race(&[("zero", slow.clone())]).meets, Some(false));
    let both = race(&[("zero", slow), ("half", cut(50.0, 2030))]);
    assert_eq!(both.meets, Some(true));
    assert_eq!(both.halving_target.unwrap().as_str(), "half");
    assert_eq!(both.net_zero_target.unwrap().as_str(), "zero");
    let proposed = with(level(0.0, 2050), json!({"standing": "proposed"}));
    assert_eq!(race(&[("zero", proposed)]).reason, Some(YardstickReason::NoAdoptedTarget));
    let missing = with(level(0.0, 2050), json!({"baseline": "none"}));
    assert_eq!(race(&[("zero", missing)]).reason, Some(YardstickReason::NoPathway));
}

#[test]
fn net_zero_leaves_at_most_a_tenth_to_be_offset() {
    let offset = |percent: f64| race(&[("zero", with(cut(100.0, 2045), json!({"max_offset_percent": percent})))]);
    assert_eq!(offset(10.0).meets, Some(true));
    let heavy = offset(10.1);
    assert_eq!((heavy.meets, heavy.net_zero_target), (Some(false), None));
    // What is more than all is zero, too.
    assert_eq!(race(&[("zero", level(-10.0, 2045))]).meets, Some(true));
}

#[test]
fn half_is_of_recent_emissions_and_not_of_a_base_year_long_past() {
    // Half of 1990 by 2030, and more than half of what was emitted in 2019.
    let city = |of_2019: &[(i32, f64)]| {
        let zero = with(level(0.0, 2050), json!({"milestones": [{"year": 2040, "tonnes": 500}]}));
        let city = City::new().base(1990, 1_000.0).reports(of_2019).target("zero", zero);
        city.target("half", cut(50.0, 2030)).yardsticks(None).race_to_zero
    };
    assert_eq!(city(&[(2019, 1_000.0)]).meets, Some(true));
    assert_eq!(city(&[(2019, 999.0)]).meets, Some(false));
    let between = city(&[(2018, 700.0), (2020, 500.0)]);
    assert_eq!((between.meets, between.emissions_2019_tonnes.unwrap().get()), (Some(false), 600.0));
    // Without E(2019) there is no answer.
    let without = city(&[(2018, 700.0)]);
    assert_eq!((without.meets, without.reason), (None, Some(YardstickReason::No2019Figure)));
}

#[test]
fn a_target_that_ended_binds_nobody_any_more() {
    let ended = json!({"standing": "superseded", "ended_on": "2024-05-01"});
    let city = City::new().base(2010, 1_000.0).reports(&[(2019, 1_000.0)]);
    let city = city.target("zero", with(level(0.0, 2050), ended)).target("half", cut(50.0, 2030));
    assert_eq!(held_on(&city, day(2024, 5, 1)).race_to_zero.meets, Some(false));
    assert_eq!(held_on(&city, day(2024, 4, 30)).race_to_zero.meets, Some(true));
}

const FIGURES: [(i32, f64); 6] =
    [(2014, 5_000.0), (2015, 1_000.0), (2016, 950.0), (2017, 900.0), (2018, 850.0), (2019, 810.0)];

#[test]
fn the_carbon_law_shifts_its_line_through_the_last_figure() {
    let law = held_on(&City::new().reports(&FIGURES), day(2023, 12, 31)).carbon_law;
    assert_eq!(law.slope_tonnes_per_year.unwrap().get(), -50.0);
    assert_eq!(law.from_tonnes.unwrap().get(), 610.0);
    // 610, 560, ... 10: thirteen terms.
    assert_eq!(law.trend_sum_tonnes.unwrap().get(), 4_030.0);
    assert_eq!((law.net_zero_year, law.meets), (Some(2035), Some(true)));
    let rising = City::new().reports(&[(2022, 800.0), (2023, 850.0), (2024, 900.0)]).yardsticks(None).carbon_law;
    assert_eq!((rising.meets, rising.net_zero_year), (Some(false), None));
    let two = City::new().reports(&[(2023, 850.0), (2024, 900.0)]).yardsticks(None).carbon_law;
    assert_eq!(two.reason, Some(YardstickReason::TooFewPoints));
}

#[test]
fn the_carbon_law_says_nothing_of_figures_more_than_four_years_old() {
    let city = City::new().reports(&FIGURES);
    assert_eq!(held_on(&city, day(2023, 12, 31)).carbon_law.reason, None);
    let old = held_on(&city, day(2024, 1, 1)).carbon_law;
    assert_eq!((old.meets, old.reason), (None, Some(YardstickReason::FiguresTooOld)));
    assert!(old.trend_sum_tonnes.is_none());
    // A year that had not ended on the day does not exist.
    let before = held_on(&city, day(2019, 12, 31)).carbon_law;
    assert_eq!(before.yearly_tonnes.last().unwrap().year.get(), 2018);
    assert_eq!(before.slope_tonnes_per_year.unwrap().get(), -50.0);
    let late = City::new().on(day(2051, 1, 1)).reports(&[(2048, 800.0), (2049, 850.0), (2050, 900.0)]);
    assert_eq!(held_on(&late, day(2051, 1, 1)).carbon_law.reason, Some(YardstickReason::After2050));
}

#[test]
fn figures_that_count_otherwise_than_the_last_are_left_out_of_the_line() {
    let other = |changes: Value| with(inventory(5.0), changes);
    let city = City::new().reports(&[(2019, 1_000.0), (2022, 950.0), (2024, 850.0)]);
    let city =
        city.report(2020, other(json!({"protocol": "ipcc"}))).report(2023, other(json!({"series": "office-2020"})));
    let law = city.report(2024, with(inventory(850.0), json!({"series": "office-2026"}))).yardsticks(None).carbon_law;
    assert_eq!(law.left_out_years.iter().map(|y| y.get()).collect::<Vec<_>>(), [2020, 2023]);
    assert_eq!(law.yearly_tonnes.len(), 3);
}

#[test]
fn the_level_is_the_one_asked_for_else_the_headlines_else_the_most_reported() {
    let both = |own: f64| with(inventory(900.0), json!({"totals": {"basic": 900, "own": own}}));
    let own = json!({"totals": {"own": 5}, "source": {"title": "Test"}});
    let city = City::new().base(2010, 1_000.0).report(2015, both(1.0)).report(2016, own);
    assert_eq!(city.yardsticks(None).level, Some(Level::Own));
    let city = city.target("goal", cut(50.0, 2030));
    assert_eq!(city.yardsticks(None).level, Some(Level::Basic));
    assert_eq!(city.yardsticks(Some(Level::Own)).carbon_law.yearly_tonnes.len(), 2);
    let tied = City::new().base(2010, 1_000.0).report(2015, both(1.0));
    assert_eq!(tied.yardsticks(None).level, Some(Level::Basic));
}

#[test]
fn ambition_changes_no_verdict() {
    let city = City::new().base(2010, 1_000.0).reports(&[(2019, 900.0), (2022, 890.0)]);
    let city = city.target("goal", cut(15.0, 2030));
    assert_eq!((city.only().verdict, &goal(&city)["ipcc_2c"]["meets"]), (Verdict::OnTrack, &json!(false)));
}
