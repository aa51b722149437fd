//! An address has its methods, its parameters and no other name; what is not there is refused alike.

use std::collections::BTreeSet;

use serde_json::json;

use crate::api::refusals::addresses::ROWS;
use crate::support::{Service, city, inventory, send};

use super::refusals::{Operation, World, check};
use super::{READS, with};

#[test]
fn an_address_tells_its_methods() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    for (path, allow) in [
        ("/v1/cities", "GET, HEAD, OPTIONS"),
        ("/v1/cities.csv", "GET, HEAD, OPTIONS"),
        ("/v1/cities/us-somewhere", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/cities/us-somewhere/reports", "GET, HEAD, OPTIONS"),
        ("/v1/cities/us-somewhere/reports.csv", "GET, HEAD, OPTIONS"),
        ("/v1/cities/us-somewhere/reports/2020", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/cities/us-somewhere/statement", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/cities/us-somewhere/status", "GET, HEAD, OPTIONS"),
        ("/v1/networks", "GET, HEAD, OPTIONS"),
        ("/v1/networks/c40", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/networks/c40/members.csv", "GET, HEAD, OPTIONS"),
        ("/v1/networks/c40/members/us-somewhere", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/changes", "GET, HEAD, OPTIONS"),
        ("/v1/keys", "GET, HEAD, OPTIONS, POST"),
        ("/health/live", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/openapi-3.0.json", "GET, HEAD, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
    ] {
        let options = with(&service, "OPTIONS", path, &[]);
        assert_eq!((options.status.as_u16(), options.header("allow")), (204, allow), "{path}");
        let patch = with(&service, "PATCH", path, &[]);
        patch.assert_problem(405, "method_not_allowed");
        assert_eq!(patch.header("allow"), allow, "{path}");
    }
    with(&service, "OPTIONS", "/v1/nothing", &[]).assert_problem(404, "not_found");
}

#[test]
fn a_parameter_that_there_is_not_is_refused_by_name() {
    let service = Service::with(&["--demo"]);
    for path in READS.iter().copied().chain(["/health/live", "/health/ready"]) {
        let problem = service.get(&format!("{path}?colour=red")).assert_problem(400, "invalid_query");
        assert!(problem["detail"].as_str().unwrap().contains("colour"), "{path}: {problem}");
    }
    for query in ["sort=size", "limit=1&limit=2", "ids=Los+Angeles", "ids="] {
        service.get(&format!("/v1/cities?{query}")).assert_problem(400, "invalid_query");
    }
    for country in ["XX", "us", "USA", ""] {
        let problem = service.get(&format!("/v1/cities?country={country}")).assert_problem(400, "invalid_query");
        assert_eq!(problem["errors"][0]["pointer"], "/country", "{country}");
    }
    let many = |number: usize| (0..number).map(|n| format!("id-{n}")).collect::<Vec<_>>().join(",");
    assert_eq!(service.get(&format!("/v1/cities?ids={}", many(500))).status, 200);
    service.get(&format!("/v1/cities?ids={}", many(501))).assert_problem(400, "invalid_query");
}

#[test]
fn a_report_has_one_address() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    service.record("/v1/cities/us-somewhere/reports/2020", &inventory(5.0));
    for year in ["02020", "+2020", "2020.0", "20 20", "two", "1969"] {
        let path = format!("/v1/cities/us-somewhere/reports/{year}");
        service.get(&path).assert_problem(404, "not_found");
        service.put(&path, &service.admin, &inventory(6.0)).assert_problem(422, "invalid_input");
        let withdraw = format!("{path}?reason=Wrong");
        service.delete(&withdraw, &service.admin).assert_problem(404, "not_found");
    }
    assert_eq!(service.json("/v1/cities/us-somewhere/reports")["total"], 1);
}

#[test]
fn undeclared_methods_are_answered_with_those_that_there_are() {
    let world = World::new();
    let paths: BTreeSet<&str> = world.operations.iter().map(|operation| operation.path.as_str()).collect();
    for path in paths {
        let here: Vec<&Operation> = world.operations.iter().filter(|operation| operation.path == path).collect();
        let mut allowed: BTreeSet<&str> = here.iter().map(|operation| operation.method.as_str()).collect();
        allowed.insert("OPTIONS");
        if allowed.contains("GET") {
            allowed.insert("HEAD");
        }
        let address = ROWS.iter().find(|row| row.operation == here[0].id).unwrap().here;
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"] {
            if allowed.contains(method) {
                continue;
            }
            let answer =
                send(world.service.request(method, address).bearer_auth(&world.service.admin).json(&json!({})));
            // An answer to HEAD has no body to look at.
            if method == "HEAD" {
                assert_eq!(answer.status, 405, "{path}");
            } else {
                check(path, &answer, 405, "method_not_allowed");
            }
            let told: BTreeSet<&str> = answer.header("allow").split(", ").collect();
            assert_eq!(told, allowed, "{method} {path}");
        }
        let options = send(world.service.request("OPTIONS", address));
        assert_eq!(options.status, 204, "{path}");
        assert_eq!(options.header("allow").split(", ").collect::<BTreeSet<_>>(), allowed, "{path}");
    }
}

#[test]
fn addresses_that_nothing_answers_are_refused_alike() {
    let service = Service::start();
    for path in [
        "/nothing",
        "/v1",
        "/v1/keys/a:b",
        "/v1/keys/a%3Ab",
        "/v1/",
        "/v1/nothing",
        "/v2/cities",
        "/v1/cities/",
        "/v1/cities/us-here/nothing",
        "/v1/cities//status",
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            check(path, &send(service.request(method, path)), 404, "not_found");
        }
    }
}
