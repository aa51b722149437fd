//! Networks and their members are written by administrators, in an order that leaves no member behind.

use serde_json::{Value, json};

use crate::support::{Service, city, faults};

use super::{CITY, MEMBER, NETWORK, because, changes, member, network, with_city};

/// A service with a city that is a member of a network, and the secret of the city's reporter.
fn with_member() -> (Service, String) {
    let (service, reporter) = with_city();
    service.record(NETWORK, &network("C40"));
    service.record(MEMBER, &member("2015-06-01"));
    (service, reporter)
}

#[test]
fn networks_are_for_administrators() {
    let (service, reporter) = with_member();
    for (path, body) in [(NETWORK, network("Mine")), (MEMBER, member("2001-01-01"))] {
        service.put(path, &reporter, &because(body, "a test")).assert_problem(403, "forbidden");
        service.delete(&format!("{path}?reason=a+test"), &reporter).assert_problem(403, "forbidden");
    }
}

#[test]
fn a_membership_ends_after_it_began() {
    let (service, _) = with_member();
    let refused = |body: Value| faults(&service.put(MEMBER, &service.admin, &because(body, "a test")));
    let mut body = member("2015-06-01");
    for left in ["2015-06-01", "2015-05-31"] {
        body["left_on"] = json!(left);
        assert_eq!(refused(body.clone()), ["/left_on not_after_joining"]);
    }
    assert_eq!(
        refused(json!({"joined_on": "soon", "colour": "red"})),
        ["/joined_on invalid_day", "/source missing", "/colour unknown_field"]
    );
    let nameless = service.put(NETWORK, &service.admin, &json!({"website": "ftp://c40.org"}));
    assert_eq!(faults(&nameless), ["/name missing", "/website invalid_url", "/source missing"]);
    body["left_on"] = json!("2015-06-02");
    assert_eq!(service.put(MEMBER, &service.admin, &because(body, "It left")).status, 200);
    assert!(service.verify().status.success());
}

#[test]
fn a_network_is_not_withdrawn_before_its_members() {
    let (service, _) = with_member();
    let withdraw = |path: &str| service.delete(&format!("{path}?reason=a+test"), &service.admin);
    let problem = withdraw(NETWORK).assert_problem(409, "in_use");
    assert!(problem["detail"].as_str().unwrap().ends_with("member us-here"), "{problem}");
    for path in [MEMBER, NETWORK] {
        assert_eq!(withdraw(path).status, 204, "{path}");
        service.get(path).assert_problem(410, "gone");
    }
    service.put(MEMBER, &service.admin, &because(member("2015-06-01"), "Back")).assert_problem(410, "gone");
    assert_eq!(service.json("/v1/networks")["total"], 0);
    for (path, body) in [(NETWORK, network("C40")), (MEMBER, member("2015-06-01"))] {
        service.put(path, &service.admin, &body).assert_problem(422, "reason_required");
        assert_eq!(service.put(path, &service.admin, &because(body, "Back")).status, 201, "{path}");
    }
    assert_eq!(service.json(MEMBER)["revision"], 3);

    for number in 0..21 {
        service.record(&format!("/v1/cities/us-{number:02}"), &city("Somewhere"));
        service.record(&format!("{NETWORK}/members/us-{number:02}"), &member("2015-06-01"));
    }
    let problem = withdraw(NETWORK).assert_problem(409, "in_use");
    assert!(problem["detail"].as_str().unwrap().ends_with("member us-19 and 2 more"), "{problem}");
    assert!(service.verify().status.success());
}

#[test]
fn a_city_leaves_its_networks_when_it_is_withdrawn() {
    let (service, _) = with_member();
    assert_eq!(service.delete(&format!("{CITY}?reason=A+test"), &service.admin).status, 204);
    let entry = &changes(&service, CITY)[2];
    assert_eq!((&entry["kind"], &entry["id"], &entry["action"]), (&json!("member"), &json!("c40"), &json!("withdraw")));
    service.get(MEMBER).assert_problem(410, "gone");
    assert_eq!(service.json(&format!("{NETWORK}/members")), json!({"items": [], "total": 0}));
    assert_eq!(service.delete(&format!("{NETWORK}?reason=a+test"), &service.admin).status, 204);
    service.put(MEMBER, &service.admin, &member("2015-06-01")).assert_problem(410, "gone");
    assert!(service.verify().status.success());
    let service = service.restart_with(&[]);
    service.get(NETWORK).assert_problem(410, "gone");
}
