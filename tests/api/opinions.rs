//! Second opinions, yardsticks, the series and the formulas, over HTTP.

use serde_json::{Value, json};

use crate::support::{Service, assert_near, assessment, baseline, city, inventory, send, target};

const STATUS: &str = "/v1/cities/us-los-angeles/status";
const SERIES: &str = "/v1/cities/us-los-angeles/series";

#[test]
fn los_angeles_is_told_what_is_needed_from_here() {
    let service = Service::with(&["--demo"]);
    let status = service.json(STATUS);
    let told = assessment(&status, "2025-half");
    for (member, expected) in [
        ("/required/tonnes_per_year", 884_995.1),
        ("/required/compound_percent_per_year", -4.610_339),
        ("/required/achieved_tonnes_per_year", 406_646.0),
        ("/trend/points", 8.0),
        ("/trend/tonnes_per_year", -1_233_172.167),
        ("/trend/at_target_year", 16_166_507.833),
        ("/trend/low", 8_862_458.244),
        ("/trend/high", 23_470_557.422),
        ("/trend/theil_sen_tonnes_per_year", -1_561_721.875),
        ("/budget/emitted_tonnes", 213_187_770.0),
        ("/budget/allowed_tonnes", 165_293_591.829),
        ("/budget/over_percent", 28.975_218),
        ("/growth_ratio", 0.771_198),
    ] {
        assert_near(told.pointer(member).unwrap_or(&Value::Null), expected, 5e-4);
    }
    assert_eq!(told["trend"]["meets_target"], "uncertain");
    assert_eq!(told["disagreement"], false);
}

#[test]
fn yardsticks_are_told_at_the_level_that_is_asked_for() {
    let service = Service::with(&["--demo"]);
    let usual = service.json(STATUS);
    assert_eq!(usual["yardsticks"]["level"], "basic");
    for yardstick in ["ipcc_1_5c", "ipcc_2c", "race_to_zero", "carbon_law"] {
        let told = &usual["yardsticks"][yardstick];
        assert!(told["meets"].is_boolean() != told["reason"].is_string(), "{told}");
        assert!(told["sentence"].is_string(), "{told}");
    }
    let other = service.json(&format!("{STATUS}?level=basic_plus"));
    assert_eq!(other["yardsticks"]["level"], "basic_plus");
    assert_eq!(other["targets"], usual["targets"], "a yardstick changes no verdict");
    let link = other["permalink"].as_str().unwrap();
    assert_eq!(service.json(link), other);
    service.get(&format!("{STATUS}?level=all")).assert_problem(400, "invalid_query");
}

#[test]
fn every_number_is_explained_when_asked() {
    let service = Service::with(&["--demo"]);
    assert!(service.json(STATUS).get("explain").is_none());
    assert_eq!(service.json(&format!("{STATUS}?explain=false")), service.json(STATUS));
    let status = service.json(&format!("{STATUS}?explain=true"));
    let told = status["explain"]["target_formulas"]["2025-half"].as_array().unwrap();
    let formula = |field: &str| {
        let found = told.iter().find(|explanation| explanation["field"] == field);
        found.unwrap_or_else(|| panic!("{field} is not explained"))["formula"].as_str().unwrap().to_owned()
    };
    assert_eq!(formula("pace"), "pace = (33,248,711 - 21,049,331) / (33,248,711 - 18,999,263.4285714) = 0.85613");
    for field in
        ["expected_tonnes", "gap_tonnes", "gap_percent", "required.tonnes_per_year", "trend.low", "growth_ratio"]
    {
        let result = formula(field).rsplit_once(" = ").unwrap().1.replace(',', "").parse().unwrap();
        let printed = assessment(&status, "2025-half").pointer(&format!("/{}", field.replace('.', "/"))).unwrap();
        assert_near(printed, result, 0.0);
    }
    assert!(!status["explain"]["yardstick_formulas"].as_array().unwrap().is_empty());
}

#[test]
fn the_series_has_a_row_a_year() {
    let service = Service::with(&["--demo"]);
    let series = service.json(&format!("{SERIES}?target=2025-half"));
    assert_eq!((&series["target"], &series["unit"]), (&json!("2025-half"), &json!("t_co2e")));
    let rows = series["rows"].as_array().unwrap();
    let years: Vec<i64> = rows.iter().map(|row| row["year"].as_i64().unwrap()).collect();
    assert_eq!(years, (1990..=2025).collect::<Vec<i64>>());
    let row = |year: i64| &rows[(year - 1990) as usize];
    assert_eq!((&row(1990)["reported_tonnes"], &row(1990)["pathway_tonnes"]), (&json!(33_248_711), &json!(33_248_711)));
    assert_eq!(row(2020)["reported_tonnes"], 21_049_331);
    assert_eq!(row(2020)["pathway_tonnes"], 18_999_263.429);
    assert!(row(2000).get("reported_tonnes").is_none());
    assert_eq!(row(2025)["trend_low_tonnes"], 8_862_458.244);
    assert_eq!(row(2025)["pathway_tonnes"], 16_624_355.5);

    // The headline target unless stated; only what is known at the moment.
    assert_eq!(service.json(SERIES)["target"], service.json(STATUS)["headline_target"]);
    let through = service.json(&format!("{SERIES}?target=2025-half&through=2016"));
    assert!(through["rows"][30].get("reported_tonnes").is_none());
    assert_eq!(service.json(&format!("{SERIES}?target=2030-greenla"))["rows"], json!([]), "it is not judged");

    let csv = service.get(&format!("{SERIES}.csv?target=2025-half"));
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 37);
    assert!(csv.text.starts_with("year,"), "{}", csv.text);
}

#[test]
fn what_was_restated_and_what_was_weakened_stays_visible() {
    const CITY: &str = "/v1/cities/us-somewhere";
    let service = Service::start();
    service.record(CITY, &city("Somewhere"));
    service.record(&format!("{CITY}/baselines/1990"), &baseline(1990, 1000.0));
    service.record(&format!("{CITY}/targets/half"), &target("1990", 50.0, 2030));
    for year in 2010..=2015 {
        service.record(&format!("{CITY}/reports/{year}"), &inventory(800.0));
    }
    let link = service.json(&format!("{CITY}/status"))["permalink"].as_str().unwrap().to_owned();
    let before = service.get(&link).text;

    let mut restated = baseline(1990, 1100.0);
    restated["reason"] = json!("Recalculated");
    service.record(&format!("{CITY}/baselines/1990"), &restated);
    let mut weaker = target("1990", 40.0, 2030);
    weaker["reason"] = json!("A new council");
    service.record(&format!("{CITY}/targets/half"), &weaker);

    let status = service.json(&format!("{CITY}/status"));
    let cautions = assessment(&status, "half")["cautions"].as_array().unwrap().clone();
    let caution = |code: &str| cautions.iter().find(|caution| caution["code"] == code).unwrap().clone();
    let told = caution("baseline_restated");
    assert_eq!(
        (&told["old_tonnes"], &told["new_tonnes"], &told["change_percent"]),
        (&json!(1000), &json!(1100), &json!(10))
    );
    assert_eq!((&told["reason"], &told["changed_on"]), (&json!("Recalculated"), &json!("2026-11-23")));
    let told = caution("target_weakened");
    assert_eq!(told["reason"], "A new council");
    assert!(told["new_tonnes"].as_f64() > told["old_tonnes"].as_f64(), "{told}");

    // The link to what was said before still says it, also after a power cut.
    let mut service = service;
    assert_eq!(service.get(&link).text, before);
    service.kill_and_restart();
    assert_eq!(send(service.request("GET", &link)).text, before);
}

#[test]
fn a_restatement_in_two_steps_is_told_too() {
    const CITY: &str = "/v1/cities/us-somewhere";
    let service = Service::start();
    service.record(CITY, &city("Somewhere"));
    service.record(&format!("{CITY}/baselines/1990"), &baseline(1990, 1000.0));
    service.record(&format!("{CITY}/targets/half"), &target("1990", 50.0, 2030));
    service.record(&format!("{CITY}/reports/2015"), &inventory(900.0));
    let mut without = baseline(1990, 1000.0);
    without["totals"] = json!({"own": 1000});
    without["reason"] = json!("Dropped");
    service.record(&format!("{CITY}/baselines/1990"), &without);
    let mut another = baseline(1990, 1700.0);
    another["reason"] = json!("Back again");
    service.record(&format!("{CITY}/baselines/1990"), &another);
    let status = service.json(&format!("{CITY}/status"));
    let cautions = assessment(&status, "half")["cautions"].as_array().unwrap().clone();
    let told = cautions.iter().find(|caution| caution["code"] == "baseline_restated").unwrap();
    assert_eq!((&told["old_tonnes"], &told["new_tonnes"]), (&json!(1000), &json!(1700)));
}

#[test]
fn the_series_tells_what_is_left_out_and_what_the_milestones_asked_for() {
    let service = Service::start();
    let path = "/v1/cities/us-somewhere";
    service.record(path, &city("Somewhere"));
    service.record(&format!("{path}/baselines/2010"), &baseline(2010, 1000.0));
    let mut stepped = target("2010", 60.0, 2030);
    stepped["milestones"] =
        json!([{"year": 2015, "tonnes": 900}, {"year": 2020, "reduction_percent": 20}, {"year": 2028, "tonnes": 500}]);
    service.record(&format!("{path}/targets/stepped"), &stepped);
    for (year, tonnes) in [(2015, 950.0), (2020, 790.0), (2023, 700.0)] {
        service.record(&format!("{path}/reports/{year}"), &inventory(tonnes));
    }
    let mut other = inventory(333.0);
    other["protocol"] = json!("ipcc");
    service.record(&format!("{path}/reports/2021"), &other);
    service.record(&format!("{path}/reports/2022"), &json!({"totals": {"own": 5}, "source": {"title": "A test"}}));
    let series = service.json(&format!("{path}/series"));
    let rows = series["rows"].as_array().unwrap();
    let row = |year: i64| rows.iter().find(|row| row["year"] == year).unwrap();
    assert_eq!(
        (&row(2021)["left_out_reason"], &row(2021)["left_out_tonnes"]),
        (&json!("protocol_differs"), &json!(333))
    );
    assert!(row(2021).get("reported_tonnes").is_none() && row(2021)["interpolated"] == true, "{}", row(2021));
    assert_eq!((&row(2022)["left_out_reason"], row(2022).get("left_out_tonnes")), (&json!("no_figure_at_level"), None));
    assert_eq!(rows.iter().filter(|row| row.get("left_out_reason").is_some()).count(), 2);
    for (year, tonnes, verdict) in [(2015, 900, "missed"), (2020, 800, "achieved"), (2028, 500, "ahead")] {
        assert_eq!((&row(year)["milestone_tonnes"], &row(year)["milestone"]), (&json!(tonnes), &json!(verdict)));
        assert_eq!(row(year)["pathway_tonnes"], tonnes);
    }
    assert_eq!(rows.iter().filter(|row| row.get("milestone_tonnes").is_some()).count(), 3);
    let table = service.get(&format!("{path}/series.csv")).text;
    let header = table.lines().next().unwrap();
    assert!(
        ["left_out_reason", "left_out_tonnes", "milestone", "milestone_tonnes"]
            .iter()
            .all(|name| header.split(',').any(|column| column == *name))
    );

    // Where no report can be compared, the rows reach as far as the reports, and no milestone is judged.
    for year in [2015, 2020, 2023] {
        let mut other = inventory(600.0);
        (other["protocol"], other["reason"]) = (json!("national"), json!("It always was"));
        service.record(&format!("{path}/reports/{year}"), &other);
    }
    service.record(&format!("{path}/targets/short"), &target("2010", 50.0, 2021));
    let series = service.json(&format!("{path}/series?target=short"));
    let rows = series["rows"].as_array().unwrap();
    assert_eq!((&rows[0]["year"], &rows.last().unwrap()["year"]), (&json!(2010), &json!(2023)));
    assert!(rows[1..].iter().all(|row| row.get("reported_tonnes").is_none()));
    let stepped = service.json(&format!("{path}/series?target=stepped"));
    let rows = stepped["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row.get("milestone").is_none()));
    assert_eq!(rows.iter().filter(|row| row.get("milestone_tonnes").is_some()).count(), 3);
}
