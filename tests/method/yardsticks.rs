//! Yardsticks: ambition, not delivery.

use pledgewatch::method::{YardstickReason, yardsticks};
use pledgewatch::record::Level;
use serde_json::{Value, json};

use super::{City, cut, day, inventory, level, with};

fn goal(city: &City) -> Value {
    serde_json::to_value(&city.yardsticks(None).targets["goal"]).unwrap()
}

#[test]
fn a_pathway_is_held_against_the_emissions_of_2019() {
    let city = City::new().base(2010, 1_000.0).reports(&[(2019, 900.0)]);
    // 57 % of 900 t are 513 t, 73 % are 657 t.
    for (tonnes, meets) in [(513.0, [true, true]), (513.1, [false, true]), (657.1, [false, false])] {
        let value =
            goal(&City::new().base(2010, 1_000.0).reports(&[(2019, 900.0)]).target("goal", level(tonnes, 2030)));
        assert_eq!([&value["ipcc_1_5c"]["meets"], &value["ipcc_2c"]["meets"]], meets, "{tonnes}");
    }
    let value = goal(&city.target("goal", cut(40.0, 2030)));
    assert_eq!(
        value["ipcc_1_5c"],
        json!({"target": "goal", "meets": false, "share": 0.57, "pathway_2030_tonnes": 600, "emissions_2019_tonnes": 900,
               "allowed_2030_tonnes": 513, "figures": [{"year": 2019, "tonnes": 900}],
               "sentence": "The pathway allows 600 t CO2e in 2030, more than the 513 t CO2e that are 43 % below 2019."})
    );
}

#[test]
fn the_emissions_of_2019_may_be_interpolated_but_not_guessed() {
    let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[(2017, 900.0)]);
    assert_eq!(goal(&city)["ipcc_2c"]["reason"], "no_2019_figure");
    let value = goal(&city.reports(&[(2021, 700.0)]));
    assert_eq!(value["ipcc_2c"]["emissions_2019_tonnes"], json!(800));
    assert_eq!(value["ipcc_2c"]["figures"], json!([{"year": 2017, "tonnes": 900}, {"year": 2021, "tonnes": 700}]));
    // A report before the base year counts where it can be compared; the base year's own figure is the baseline's.
    let later =
        City::new().base(2020, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[(2018, 1_200.0), (2020, 5.0)]);
    assert_eq!(goal(&later)["ipcc_2c"]["emissions_2019_tonnes"], json!(1_100));
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

#[test]
fn the_race_to_zero_asks_for_zero_by_2050_and_half_by_2030() {
    let race = |targets: &[(&str, Value)]| {
        let city = City::new().base(2010, 1_000.0);
        targets.iter().fold(city, |city, (id, body)| city.target(id, body.clone())).yardsticks(None).race_to_zero
    };
    // From 2010 a straight line to zero in 2050 halves by 2030.
    assert_eq!(race(&[("zero", level(0.0, 2050))]).meets, Some(true));
    assert_eq!(race(&[("zero", level(0.0, 2051))]).meets, Some(false));
    assert_eq!(race(&[("half", cut(50.0, 2030))]).meets, Some(false));
    let slow = with(cut(100.0, 2050), json!({"milestones": [{"year": 2040, "reduction_percent": 20}]}));
    assert_eq!(race(&[("zero", slow.clone())]).meets, Some(false));
    let both = race(&[("zero", slow), ("half", cut(50.0, 2030))]);
    assert_eq!(both.meets, Some(true));
    assert_eq!(both.halving_target.unwrap().as_str(), "half");
    assert_eq!(both.net_zero_target.unwrap().as_str(), "zero");
    let offset = with(cut(100.0, 2045), json!({"max_offset_percent": 10}));
    assert_eq!(race(&[("zero", offset)]).meets, Some(true));
    let proposed = with(level(0.0, 2050), json!({"standing": "proposed"}));
    assert_eq!(race(&[("zero", proposed)]).reason, Some(YardstickReason::NoAdoptedTarget));
    let missing = with(level(0.0, 2050), json!({"baseline": "none"}));
    assert_eq!(race(&[("zero", missing)]).reason, Some(YardstickReason::NoPathway));
}

#[test]
fn the_carbon_law_shifts_its_line_through_the_last_figure() {
    let figures = [(2014, 5_000.0), (2015, 1_000.0), (2016, 950.0), (2017, 900.0), (2018, 850.0), (2019, 810.0)];
    let law = City::new().reports(&figures).yardsticks(None).carbon_law;
    assert_eq!(law.slope_tonnes_per_year.unwrap().get(), -50.0);
    assert_eq!(law.from_tonnes.unwrap().get(), 460.0);
    // 460, 410, ... 10: ten terms.
    assert_eq!(law.trend_sum_tonnes.unwrap().get(), 2_350.0);
    assert_eq!((law.net_zero_year, law.meets), (Some(2035), Some(true)));
    let rising = City::new().reports(&[(2017, 800.0), (2018, 850.0), (2019, 900.0)]).yardsticks(None).carbon_law;
    assert_eq!((rising.meets, rising.net_zero_year), (Some(false), None));
    let two = City::new().reports(&[(2018, 850.0), (2019, 900.0)]).yardsticks(None).carbon_law;
    assert_eq!(two.reason, Some(YardstickReason::TooFewPoints));
    let city = City::new().reports(&figures);
    let late = yardsticks(&city.view(), day(2051, 1, 1), None, &city.assess()).carbon_law;
    assert_eq!(late.reason, Some(YardstickReason::After2050));
}

#[test]
fn figures_that_count_otherwise_than_the_last_are_left_out_of_the_line() {
    let other = with(inventory(5.0), json!({"protocol": "crf"}));
    let city = City::new().reports(&[(2015, 1_000.0), (2016, 950.0), (2018, 850.0)]).report(2017, other);
    let law = city.yardsticks(None).carbon_law;
    assert_eq!(law.left_out.iter().map(|y| y.get()).collect::<Vec<_>>(), [2017]);
    assert_eq!(law.figures.len(), 3);
}

#[test]
fn the_level_is_the_one_asked_for_else_the_headlines_else_the_most_reported() {
    let both = |own: f64| with(inventory(900.0), json!({"totals": {"basic": 900, "own": own}}));
    let own = json!({"totals": {"own": 5}, "source": {"title": "Test"}});
    let city = City::new().base(2010, 1_000.0).report(2015, both(1.0)).report(2016, own);
    assert_eq!(city.yardsticks(None).level, Some(Level::Own));
    let city = city.target("goal", cut(50.0, 2030));
    assert_eq!(city.yardsticks(None).level, Some(Level::Basic));
    assert_eq!(city.yardsticks(Some(Level::Own)).carbon_law.figures.len(), 2);
    let tied = City::new().base(2010, 1_000.0).report(2015, both(1.0));
    assert_eq!(tied.yardsticks(None).level, Some(Level::Basic));
}
