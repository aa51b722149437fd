//! A few cities side by side: each index worked out again, and what counts otherwise left out.

use serde_json::{Value, json};

use super::{list, number};
use crate::support::{Service, baseline, city, inventory};

/// Records a city with reports of these years, in tonnes.
fn record(service: &Service, id: &str, reports: &[(i32, f64)]) {
    service.record(&format!("/v1/cities/{id}"), &city(id));
    for (year, tonnes) in reports {
        let mut report = inventory(*tonnes);
        report["population"] = json!(1000);
        service.record(&format!("/v1/cities/{id}/reports/{year}"), &report);
    }
}

fn of<'a>(comparison: &'a Value, id: &str) -> &'a Value {
    list(comparison, "compared_cities").iter().find(|city| city["city"] == id).unwrap()
}

#[test]
fn cities_are_compared_from_the_year_that_most_of_them_share() {
    let service = Service::start();
    record(&service, "early", &[(2012, 900.0), (2015, 800.0), (2020, 600.0)]);
    record(&service, "late", &[(2015, 50.0), (2020, 60.0)]);
    let comparison = service.json("/v1/compare?ids=late,early");
    assert_eq!(comparison["level"], "basic");
    assert_eq!(comparison["base_year"], 2015);
    let ids: Vec<&Value> = list(&comparison, "compared_cities").iter().map(|city| &city["city"]).collect();
    assert_eq!(ids, ["late", "early"], "in the order asked for");
    for city in list(&comparison, "compared_cities") {
        for figure in list(city, "indexed_figures") {
            let index = 100.0 * number(&figure["tonnes"]) / number(&figure["base_tonnes"]);
            assert!((number(&figure["index"]) - index).abs() < 1e-6, "{figure}");
            let per_person = number(&figure["tonnes"]) / number(&figure["population"]);
            assert!((number(&figure["tonnes_per_person"]) - per_person).abs() < 1e-6, "{figure}");
            assert_eq!(figure["source"]["title"], "A test");
        }
    }
    assert_eq!(of(&comparison, "early")["indexed_figures"][1]["index"], 75.0);
    assert_eq!(of(&comparison, "late")["indexed_figures"][1]["index"], 120.0);
    let from_2012 = service.json("/v1/compare?ids=late,early&base_year=2012&level=basic");
    assert_eq!(of(&from_2012, "late")["reason"], "year_not_reported");
    assert_eq!(list(of(&from_2012, "early"), "indexed_figures").len(), 3);
    let rows = service.get("/v1/compare.csv?ids=late,early").text;
    assert!(rows.starts_with("city,year,name,"), "{rows}");
    assert_eq!(rows.lines().count(), 5, "{rows}");
}

#[test]
fn what_counts_otherwise_is_left_out_with_the_reason() {
    let service = Service::start();
    record(&service, "one", &[(2015, 800.0), (2020, 600.0)]);
    record(&service, "two", &[(2015, 500.0)]);
    let mut other = inventory(400.0);
    other["protocol"] = json!("national");
    service.record("/v1/cities/two/reports/2020", &other);
    record(&service, "part", &[(2015, 10.0), (2020, 5.0)]);
    service.record("/v1/cities/region", &json!({"name": "Region", "country": "US", "boundary": "metropolitan"}));
    service.record("/v1/cities/nation", &city("Nation"));
    service.record("/v1/cities/nation/reports/2015", &other);
    service.record("/v1/cities/nation/reports/2020", &other);
    service.record("/v1/cities/twice", &city("Twice"));
    let mut again = baseline(2015, 100.0);
    again["protocol"] = json!("other");
    service.record("/v1/cities/twice/baselines/one", &baseline(2015, 90.0));
    service.record("/v1/cities/twice/baselines/two", &again);
    let comparison = service.json("/v1/compare?ids=nation,one,two,part,region,twice&base_year=2015");
    assert_eq!(of(&comparison, "nation")["reason"], "not_comparable", "three count by the GPC, one does not");
    assert_eq!(of(&comparison, "nation")["left_out_reason"], "protocol_differs");
    assert_eq!(of(&comparison, "two")["not_compared"], json!([{"year": 2020, "reason": "protocol_differs"}]));
    assert_eq!(of(&comparison, "region")["reason"], "other_boundary");
    assert_eq!(of(&comparison, "twice")["reason"], "several_baselines");
    let page = service.get("/compare?city=nation&city=one&city=two&city=&level=&base_year=");
    assert!(page.text.contains("Not compared") && page.text.contains("protocol differs"), "{}", page.text);
}

#[test]
fn a_comparison_that_cannot_be_made_is_refused() {
    let service = Service::start();
    record(&service, "one", &[(2015, 800.0)]);
    record(&service, "two", &[(2015, 500.0)]);
    for wrong in [
        "",
        "ids=one",
        "ids=one,one",
        "ids=a1,a2,a3,a4,a5,a6,a7",
        "ids=one,two&base_year=1066",
        "ids=one,two&level=high",
        "ids=one,two&colour=red",
    ] {
        service.get(&format!("/v1/compare?{wrong}")).assert_problem(400, "invalid_query");
    }
    service.get("/v1/compare?ids=one,two&level=own").assert_problem(422, "invalid_input");
    service.get("/v1/compare?ids=one,two").assert_problem(422, "invalid_input");
    service.get("/v1/compare?ids=one,nowhere").assert_problem(404, "not_found");
}
