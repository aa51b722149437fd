//! Charts of cases that are hard to draw, each kept as a whole.

use serde_json::{Value, json};

use super::pages::assert_well_formed;
use crate::support::{Service, baseline, inventory, target};

/// The day on which the cases are judged.
const DAY: &str = "judged_on=2026-06-30";

/// A city of this name, with a baseline, a pledge and reports of these years in tonnes.
fn record(service: &Service, name: &str, base: Option<(i32, f64)>, pledge: &Value, reports: &[(i32, f64)]) {
    service.record("/v1/cities/zz-case", &json!({"name": name, "country": "US"}));
    if let Some((year, tonnes)) = base {
        service.record(&format!("/v1/cities/zz-case/baselines/{year}"), &baseline(year, tonnes));
    }
    service.record("/v1/cities/zz-case/targets/pledge", pledge);
    for (year, tonnes) in reports {
        service.record(&format!("/v1/cities/zz-case/reports/{year}"), &inventory(*tonnes));
    }
}

/// The chart, without what differs from run to run.
fn drawn(service: &Service) -> String {
    let chart = service.get(&format!("/cities/zz-case/chart.svg?{DAY}"));
    assert_eq!(chart.status, 200, "{}", chart.text);
    assert_well_formed(&chart.text.replace("<title>", "<title >"));
    let today = chrono::Utc::now().format("%-d %B %Y").to_string();
    chart.text.replace(&service.url, "http://localhost").replace(&today, "TODAY").replace("><", ">\n<")
}

/// One case: its chart is kept under its name.
fn keep(case: &str, base: Option<(i32, f64)>, pledge: &Value, reports: &[(i32, f64)]) {
    let service = Service::start();
    record(&service, "Case", base, pledge, reports);
    insta::assert_snapshot!(case, drawn(&service));
}

/// `count` years from `first` on, falling from `top` by `step` a year.
fn falling(first: i32, count: i32, top: f64, step: f64) -> Vec<(i32, f64)> {
    (0..count).map(|at| (first + at, top - step * f64::from(at))).collect()
}

#[test]
fn a_chart_of_few_points() {
    keep("few_points", Some((2015, 1000.0)), &target("2015", 50.0, 2030), &[(2024, 900.0)]);
}

#[test]
fn a_chart_with_gaps() {
    let reports = [(2012, 980.0), (2013, 960.0), (2017, 900.0), (2024, 640.0)];
    keep("gaps", Some((2010, 1000.0)), &target("2010", 50.0, 2030), &reports);
}

#[test]
fn a_chart_of_a_restatement() {
    let service = Service::start();
    let reports = falling(2018, 7, 900.0, 20.0);
    record(&service, "Case", Some((2010, 1000.0)), &target("2010", 50.0, 2030), &reports);
    let mut restated = inventory(950.0);
    restated["reason"] = json!("a source was counted twice");
    service.record("/v1/cities/zz-case/reports/2020", &restated);
    insta::assert_snapshot!("restatement", drawn(&service));
}

#[test]
fn a_chart_of_a_target_that_limits_growth() {
    let pledge = json!({"kind": "baseline_scenario", "level": "basic", "baseline": "2010", "scenario_tonnes": 2000,
        "reduction_percent": 20, "target_year": 2030, "standing": "adopted", "source": {"title": "A test"}});
    keep("limited_growth", Some((2010, 1000.0)), &pledge, &[(2018, 1150.0), (2020, 1230.0), (2024, 1400.0)]);
}

#[test]
fn a_chart_with_long_names() {
    let service = Service::start();
    let mut pledge = target("2010", 50.0, 2030);
    pledge["title"] = json!("Halve the emissions of the whole community, with all of its harbours, by ".repeat(2));
    let name = format!("Llanfair{}", "pwllgwyngyll".repeat(14));
    record(&service, &name, Some((2010, 1000.0)), &pledge, &falling(2018, 7, 900.0, 20.0));
    insta::assert_snapshot!("long_names", drawn(&service));
}

#[test]
fn a_chart_that_ends_right_at_zero() {
    let mut pledge = target("2010", 100.0, 2024);
    pledge["kind"] = json!("base_year");
    keep("right_at_zero", Some((2010, 1000.0)), &pledge, &[(2018, 400.0), (2022, 100.0), (2024, 0.0)]);
}

#[test]
fn a_chart_that_goes_below_zero() {
    let service = Service::start();
    let level = "basic_plus";
    let of = |tonnes: f64| json!({"totals": {level: tonnes}, "protocol": "gpc", "source": {"title": "A test"}});
    service.record("/v1/cities/zz-case", &json!({"name": "Case", "country": "US"}));
    let mut base = of(1000.0);
    base["year"] = json!(2010);
    service.record("/v1/cities/zz-case/baselines/2010", &base);
    let mut pledge = target("2010", 100.0, 2030);
    pledge["level"] = json!(level);
    service.record("/v1/cities/zz-case/targets/pledge", &pledge);
    for (year, tonnes) in [(2018, 300.0), (2021, 20.0), (2023, -60.0), (2024, -80.0)] {
        service.record(&format!("/v1/cities/zz-case/reports/{year}"), &of(tonnes));
    }
    insta::assert_snapshot!("below_zero", drawn(&service));
}

#[test]
fn a_chart_without_data() {
    let mut pledge = target("2010", 50.0, 2030);
    pledge.as_object_mut().unwrap().remove("baseline");
    pledge["base_year"] = json!(2010);
    keep("no_data", None, &pledge, &[]);
}

#[test]
fn a_chart_of_a_contradicted_baseline() {
    let reports = [(2010, 700.0), (2018, 600.0), (2022, 560.0), (2024, 540.0)];
    keep("contradicted", Some((2010, 1000.0)), &target("2010", 50.0, 2030), &reports);
}

#[test]
fn a_chart_of_forty_years() {
    keep("forty_years", Some((1984, 9000.0)), &target("1984", 80.0, 2050), &falling(1985, 40, 8900.0, 110.0));
}
