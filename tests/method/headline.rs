//! The target that speaks for the city.

use serde_json::json;

use super::{City, cut, day, with};

fn headline(city: &City, year: i32) -> Option<String> {
    city.judged_on(day(year, 6, 1)).headline.map(|id| id.to_string())
}

#[test]
fn the_nearest_future_year_else_the_latest() {
    let city = City::new()
        .base(1990, 1_000.0)
        .target("a-2040", cut(80.0, 2040))
        .target("b-2030", cut(50.0, 2030))
        .target("c-2030", cut(40.0, 2030))
        .target("d-2020", cut(20.0, 2020));
    assert_eq!(headline(&city, 2020).unwrap(), "d-2020");
    assert_eq!(headline(&city, 2021).unwrap(), "b-2030");
    assert_eq!(headline(&city, 2031).unwrap(), "a-2040");
    assert_eq!(headline(&city, 2041).unwrap(), "a-2040");
}

#[test]
fn only_targets_that_are_judged_count() {
    let city = City::new()
        .base(1990, 1_000.0)
        .target("proposed", with(cut(50.0, 2030), json!({"standing": "proposed"})))
        .target("sector", with(cut(50.0, 2030), json!({"sector": "Waste"})));
    assert_eq!(headline(&city, 2026), None);
    assert_eq!(
        headline(&city.target("law", with(cut(50.0, 2020), json!({"standing": "in_law"}))), 2026).unwrap(),
        "law"
    );
}
