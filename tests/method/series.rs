//! The series of a target.

use pledgewatch::method::{CautionCode, series};
use pledgewatch::record::Slug;
use serde_json::json;

use super::{City, cut, inventory, level, today, with};

#[test]
fn one_row_a_year_from_the_base_year_to_the_target_year() {
    let figures = [(2010, 900.0), (2011, 880.0), (2012, 860.0), (2013, 840.0), (2015, 800.0), (2016, 790.0)];
    let city = City::new().base(2000, 1_000.0).reports(&figures).target("goal", cut(50.0, 2030));
    let rows = city.series();
    let years: Vec<i32> = rows.iter().map(|row| row.year.get()).collect();
    assert_eq!(years, (2000..=2030).collect::<Vec<_>>());
    let value = serde_json::to_value(&rows).unwrap();
    assert_eq!(
        value[0],
        json!({"year": 2000, "reported_tonnes": 1_000, "interpolated": false, "pathway_tonnes": 1_000, "caution_codes": []})
    );
    assert_eq!(value[5], json!({"year": 2005, "interpolated": false, "pathway_tonnes": 916.667, "caution_codes": []}));
    assert_eq!(value[14]["interpolated_tonnes"], json!(820));
    assert_eq!(value[14]["caution_codes"], json!(["interpolated"]));
    assert!(value[14].get("reported_tonnes").is_none());
    assert_eq!(rows[16].caution_codes, [CautionCode::Stale, CautionCode::SeriesUndeclared]);
    let trend = city.only().trend.unwrap();
    let last = rows.last().unwrap();
    assert_eq!(last.trend_tonnes.map(|n| n.get()), Some(trend.at_target_year.get()));
    assert_eq!(last.trend_low_tonnes.map(|n| n.get()), Some(trend.low.get()));
    assert_eq!(last.trend_high_tonnes.map(|n| n.get()), Some(trend.high.get()));
    assert!(rows[9].trend_tonnes.is_none() && rows[10].trend_tonnes.is_some());
}

#[test]
fn a_person_is_plotted_a_person() {
    let people = |tonnes: f64| with(inventory(tonnes), json!({"population": 100}));
    let target = with(cut(50.0, 2010), json!({"kind": "base_year_intensity"}));
    let city = City::new().baseline("base", with(people(1_000.0), json!({"year": 2000}))).report(2005, people(800.0));
    let value = serde_json::to_value(city.target("goal", target).series()).unwrap();
    assert_eq!(value[5]["reported_tonnes_per_person"], json!(8));
    assert_eq!(value[5]["pathway_tonnes_per_person"], json!(7.5));
    assert!(value[5].get("pathway_tonnes").is_none());
}

#[test]
fn what_cannot_be_plotted_is_left_empty() {
    let city = City::new().base(2000, 1_000.0).reports(&[(2010, 900.0)]);
    assert!(series(&city.view(), &Slug::new("goal").unwrap(), today()).is_none());
    let sector = city.target("goal", with(cut(50.0, 2030), json!({"sector": "III"})));
    assert!(sector.series().is_empty());
    let unanchored = with(level(500.0, 2010), json!({"baseline": null}));
    assert!(City::new().target("goal", unanchored.clone()).series().is_empty());
    let missing = with(cut(50.0, 2020), json!({"baseline": "none"}));
    let rows = City::new().reports(&[(2018, 900.0)]).target("goal", missing).series();
    assert_eq!(rows.len(), 3);
    assert!(rows[0].reported_tonnes.is_some() && rows[0].pathway_tonnes.is_none());
}

#[test]
fn figures_after_the_target_year_are_plotted_too() {
    let figures = [(2010, 490.0), (2012, 510.0)];
    let rows = City::new().base(2000, 1_000.0).reports(&figures).target("goal", cut(50.0, 2010)).series();
    let last = serde_json::to_value(rows.last().unwrap()).unwrap();
    assert_eq!(
        last,
        json!({"year": 2012, "reported_tonnes": 510, "interpolated": false, "pathway_tonnes": 500, "caution_codes": ["few_points", "rebounded"]})
    );
}
