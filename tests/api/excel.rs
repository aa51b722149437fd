//! `excel=true`: the mark by which Excel knows UTF-8, on every CSV and on nothing else.

use crate::support::Service;

const MARK: &str = "\u{feff}";

/// The CSV of the demo that may have the mark.
const PATHS: &[&str] = &[
    "/v1/cities.csv",
    "/v1/status.csv?limit=3",
    "/v1/summary.csv",
    "/v1/rankings.csv",
    "/v1/networks.csv",
    "/v1/networks/c40/members.csv",
    "/v1/changes.csv",
    "/v1/compare.csv?ids=us-los-angeles,gb-london",
    "/v1/cities/us-los-angeles/baselines.csv",
    "/v1/cities/us-los-angeles/targets.csv",
    "/v1/cities/us-los-angeles/reports.csv",
    "/v1/cities/us-los-angeles/changes.csv",
    "/v1/cities/us-los-angeles/series.csv",
    "/v1/export/status.csv",
    "/v1/export/changes.csv",
];

#[test]
fn every_csv_has_the_mark_when_it_is_asked_for() {
    let service = Service::with(&["--demo"]);
    for path in PATHS {
        let joint = if path.contains('?') { '&' } else { '?' };
        let (plain, marked) = (service.get(path), service.get(&format!("{path}{joint}excel=true")));
        assert_eq!((plain.status.as_u16(), marked.status.as_u16()), (200, 200), "{path}: {}", marked.text);
        // The mark is taken off by who reads text, so it is looked for in the bytes.
        let response = service.request("GET", &format!("{path}{joint}excel=true")).send().unwrap();
        let bytes = response.bytes().unwrap();
        assert!(bytes.starts_with(MARK.as_bytes()), "{path}");
        assert_eq!(String::from_utf8_lossy(&bytes[MARK.len()..]), plain.text, "{path}");
        assert_ne!(plain.header("etag"), marked.header("etag"), "{path}");
        let without = service.get(&format!("{path}{joint}excel=false"));
        assert_eq!((without.text, without.headers.get("etag")), (plain.text, plain.headers.get("etag")), "{path}");
        for wrong in ["excel=yes", "excel=", "excel=true&excel=true"] {
            service.get(&format!("{path}{joint}{wrong}")).assert_problem(400, "invalid_query");
        }
    }
    let next = service.get("/v1/status.csv?limit=3&excel=true").header("link").to_owned();
    assert!(next.contains("excel=true"), "{next}");
}

#[test]
fn nothing_but_csv_takes_it() {
    let service = Service::with(&["--demo"]);
    for path in ["/v1/cities", "/v1/export/status.ndjson", "/v1/export/status.parquet", "/v1/templates/reports.csv"] {
        service.get(&format!("{path}?excel=true")).assert_problem(400, "invalid_query");
    }
    let document = service.json("/openapi.json");
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array();
        let takes = parameters.is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "excel"));
        assert_eq!(takes, path.ends_with(".csv") && !path.starts_with("/v1/templates/"), "{path}");
    }
}
