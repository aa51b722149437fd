//! The progress of networks whose members report by other rules, in other years, or lie in one another.

use serde_json::json;

use crate::support::{Service, faults};

/// A service with an empty network.
fn network() -> Service {
    let service = Service::start();
    service.record("/v1/networks/alliance", &json!({"name": "The Alliance", "source": {"title": "A test"}}));
    service
}

#[test]
fn totals_by_own_definitions_are_not_added_up() {
    let service = network();
    let answer = service.get("/v1/networks/alliance/progress?level=own");
    answer.assert_problem(422, "invalid_input");
    assert_eq!(faults(&answer), ["/level not_comparable"]);
}
