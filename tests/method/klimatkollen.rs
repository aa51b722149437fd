//! The carbon law against the results that Klimatkollen published.

use std::collections::BTreeMap;

use pledgewatch::method::CarbonLaw;
use pledgewatch::record::Level;
use serde_json::{Value, json};

use super::City;
use crate::support::shared;

/// What was published of one municipality.
struct Published {
    slope: f64,
    trend_sum: f64,
    allowed_sum: f64,
    meets_paris: bool,
    net_zero_year: Option<i64>,
}

fn law(figures: &BTreeMap<i32, f64>) -> CarbonLaw {
    let body = |tonnes: f64| json!({"totals": {"own": tonnes}, "source": {"title": "SMHI"}});
    let city = figures.iter().fold(City::new(), |city, (year, tonnes)| city.report(*year, body(*tonnes)));
    city.yardsticks(Some(Level::Own)).carbon_law
}

fn check(name: &str, law: &CarbonLaw, published: &Published) {
    let near = |what: &str, ours: f64, theirs: f64| {
        // Published with three decimals.
        let tolerance = (theirs.abs() * 1e-6).max(6e-4);
        assert!((ours - theirs).abs() <= tolerance, "{name}: {what} is {ours}, not {theirs}");
    };
    near("slope", law.slope_tonnes_per_year.unwrap().get(), published.slope);
    near("trend sum", law.trend_sum_tonnes.unwrap().get(), published.trend_sum);
    near("allowed sum", law.allowed_sum_tonnes.unwrap().get(), published.allowed_sum);
    assert_eq!(law.meets, Some(published.meets_paris), "{name}");
    assert_eq!(law.net_zero_year, published.net_zero_year, "{name}");
}

#[test]
fn ten_municipalities_come_out_as_published() {
    let data: Value = serde_json::from_str(include_str!("municipalities.json")).unwrap();
    let municipalities = data["municipalities"].as_array().unwrap();
    assert_eq!(municipalities.len(), 10);
    for municipality in municipalities {
        let figures = municipality["tonnes"].as_object().unwrap();
        let figures = figures.iter().map(|(year, tonnes)| (year.parse().unwrap(), tonnes.as_f64().unwrap())).collect();
        let number = |field: &str| municipality[field].as_f64().unwrap();
        let published = Published {
            slope: number("slope"),
            trend_sum: number("trend_sum"),
            allowed_sum: number("allowed_sum"),
            meets_paris: municipality["meets_paris"].as_bool().unwrap(),
            net_zero_year: municipality["net_zero_year"].as_i64(),
        };
        check(municipality["name"].as_str().unwrap(), &law(&figures), &published);
    }
}

#[test]
fn all_290_municipalities_come_out_as_published() {
    let Some(emissions) = shared("data/klimatkollen/emissions_2026-05.csv") else { return };
    let Some(results) = shared("data/klimatkollen/published_results_2026-05.csv") else { return };
    let mut figures: BTreeMap<String, BTreeMap<i32, f64>> = BTreeMap::new();
    for row in csv::Reader::from_path(emissions).unwrap().records() {
        let row = row.unwrap();
        let year = row[2].parse().unwrap();
        figures.entry(row[0].to_owned()).or_default().insert(year, row[3].parse().unwrap());
    }
    let mut met = 0;
    for row in csv::Reader::from_path(results).unwrap().records() {
        let row = row.unwrap();
        let published = Published {
            slope: row[1].parse().unwrap(),
            trend_sum: row[6].parse().unwrap(),
            allowed_sum: row[7].parse().unwrap(),
            meets_paris: &row[10] == "True",
            net_zero_year: row[9].get(..4).map(|year| year.parse().unwrap()),
        };
        check(&row[0], &law(&figures[&row[0]]), &published);
        met += usize::from(published.meets_paris);
    }
    assert_eq!((figures.len(), met), (290, 20));
}
