//! The progress of networks whose members report by other rules, in other years, or lie in one another.

use serde_json::{Value, json};

use crate::support::{Service, assert_near, baseline, city, faults, inventory, target};

/// A service with an empty network.
fn network() -> Service {
    let service = Service::start();
    service.record("/v1/networks/alliance", &json!({"name": "The Alliance", "source": {"title": "A test"}}));
    service
}

/// Records a member with these reports.
fn member(service: &Service, id: &str, body: &Value, reports: &[(i32, f64)]) {
    service.record(&format!("/v1/cities/{id}"), body);
    service.record(&format!("/v1/networks/alliance/members/{id}"), &json!({"source": {"title": "A test"}}));
    for (year, tonnes) in reports {
        service.record(&format!("/v1/cities/{id}/reports/{year}"), &inventory(*tonnes));
    }
}

/// Pledges half of `tonnes` in 2000 by 2030.
fn pledge(service: &Service, id: &str, tonnes: f64) {
    service.record(&format!("/v1/cities/{id}/baselines/2000"), &baseline(2000, tonnes));
    service.record(&format!("/v1/cities/{id}/targets/half"), &target("2000", 50.0, 2030));
}

fn progress(service: &Service, query: &str) -> Value {
    service.json(&format!("/v1/networks/alliance/progress{query}"))
}

/// Who is counted, and of the others why not.
fn told(progress: &Value) -> (Vec<&str>, Vec<String>) {
    let entries = |name: &str| progress[name].as_array().unwrap().iter();
    let counted = entries("counted").map(|entry| entry["city"].as_str().unwrap()).collect();
    let line = |entry: &Value| format!("{} {}", entry["city"].as_str().unwrap(), entry["reason"].as_str().unwrap());
    (counted, entries("left_out").map(line).collect())
}

/// What each member adds to `members_tonnes`, which must be their sum, as `city year tonnes`.
fn added(progress: &Value) -> Vec<String> {
    let members = ["counted", "left_out"].iter().flat_map(|name| progress[*name].as_array().unwrap());
    let adding: Vec<&Value> = members.filter(|entry| entry.get("added").is_some()).collect();
    let sum: f64 = adding.iter().map(|entry| entry["added"]["tonnes"].as_f64().unwrap()).sum();
    assert_near(&progress["joint"]["members_tonnes"], sum, 1e-6);
    let line = |entry: &&Value| {
        let (city, added) = (entry["city"].as_str().unwrap(), &entry["added"]);
        format!("{city} {} {}", added["year"], added["tonnes"].as_f64().unwrap())
    };
    adding.iter().map(line).collect()
}

fn assert_share(progress: &Value, counted: f64, members: f64) {
    let joint = &progress["joint"];
    assert_near(&joint["counted_tonnes"], counted, 1e-6);
    assert_near(&joint["members_tonnes"], members, 1e-6);
    assert_near(&joint["share_percent"], 100.0 * counted / members, 1e-6);
}

#[test]
fn the_share_is_of_the_figures_that_are_added_up() {
    let service = network();
    member(&service, "nc-a", &city("Counted"), &[(2018, 6e5)]);
    pledge(&service, "nc-a", 1e6);
    let mut other = inventory(9e6);
    other["protocol"] = json!("ipcc");
    service.record("/v1/cities/nc-a/reports/2022", &other);
    member(&service, "nc-b", &city("Without a target"), &[(2018, 6e5)]);

    let answer = progress(&service, "");
    assert_eq!(told(&answer), (vec!["nc-a"], vec!["nc-b no_target".to_owned()]));
    assert_eq!(answer["joint"]["years"].as_array().unwrap().len(), 1);
    assert_eq!(answer["counted"][0]["latest"], json!({"year": 2022, "tonnes": 9_000_000}));
    assert_eq!(added(&answer), ["nc-a 2018 600000", "nc-b 2018 600000"]);
    assert_share(&answer, 6e5, 12e5);

    // Of who is not counted the figure of the same year, else the latest.
    service.record("/v1/cities/nc-b/reports/2021", &inventory(3e5));
    member(&service, "nc-c", &city("Of other years"), &[(2012, 7e5), (2016, 1e5)]);
    let answer = progress(&service, "");
    assert_eq!(added(&answer), ["nc-a 2018 600000", "nc-b 2018 600000", "nc-c 2016 100000"]);
    assert_share(&answer, 6e5, 13e5);

    // Of who is counted that of the year it is held to, even when a later one is added up too.
    service.record("/v1/cities/nc-a/reports/2012", &inventory(8e5));
    let answer = progress(&service, "?year=2012");
    assert_eq!(added(&answer), ["nc-a 2012 800000", "nc-b 2021 300000", "nc-c 2012 700000"]);
    assert_share(&answer, 8e5, 18e5);
    let years = answer["joint"]["years"].as_array().unwrap();
    assert_eq!((years.len(), &years[0]["emitted_tonnes"]), (2, &answer["joint"]["counted_tonnes"]));

    let none = progress(&service, "?year=1999");
    assert!(none.get("joint").is_none() && none["left_out"][1].get("added").is_none());
}

#[test]
fn totals_by_own_definitions_are_not_added_up() {
    let service = network();
    let answer = service.get("/v1/networks/alliance/progress?level=own");
    answer.assert_problem(422, "invalid_input");
    assert_eq!(faults(&answer), ["/level not_comparable"]);
}
