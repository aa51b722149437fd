//! The map is by RFC 7946, and takes the filters of the list.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{walk, world};
use crate::support::send;

#[test]
fn the_map_is_geojson() {
    let service = world();
    let answer = service.get("/v1/cities.geojson");
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/geo+json"));
    let map = answer.json();
    let features = map["features"].as_array().unwrap();
    assert_eq!((&map["type"], &map["total"]), (&json!("FeatureCollection"), &json!(features.len())));
    // RFC 7946, 7.1: a collection has none of these.
    assert!(["geometry", "properties", "coordinates", "geometries"].iter().all(|name| map.get(name).is_none()));
    let cities = walk(&service, "/v1/cities");
    assert_eq!(features.len(), cities.len());
    for (feature, city) in features.iter().zip(&cities) {
        let members: BTreeSet<&str> = feature.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(["type", "id", "geometry", "properties"]));
        assert_eq!((&feature["type"], &feature["id"]), (&json!("Feature"), &city["id"]));
        match city.get("longitude") {
            Some(longitude) => {
                let point = json!({"type": "Point", "coordinates": [longitude, city["latitude"]]});
                assert_eq!(feature["geometry"], point);
                let place: Vec<f64> = feature["geometry"]["coordinates"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|n| n.as_f64().unwrap())
                    .collect();
                assert!(place[0].abs() <= 180.0 && place[1].abs() <= 90.0);
            }
            None => assert!(feature["geometry"].is_null()),
        }
        let properties = feature["properties"].as_object().unwrap();
        assert!(properties.values().all(|value| !value.is_object() && !value.is_array() && !value.is_null()), "flat");
        for (name, value) in properties {
            let listed = match name.as_str() {
                "judged_source_title" | "judged_source_licence" | "targets_by_verdict" => continue,
                "caution_codes" => {
                    let codes = city["headline"]["caution_codes"].as_array().unwrap();
                    let codes: Vec<&str> = codes.iter().map(|code| code.as_str().unwrap()).collect();
                    assert_eq!(*value, codes.join(";"));
                    continue;
                }
                "name" | "country" | "region" | "population" | "latest_report_year" => &city[name],
                _ => &city["headline"][name],
            };
            assert_eq!(value, listed, "{name}");
        }
        let is_judged = city["headline"].get("judged_tonnes").is_some();
        assert_eq!(properties.contains_key("judged_source_title"), is_judged);
        assert!(city.get("headline").is_none() || properties.contains_key("verdict"));
        for name in ["title", "set_on", "ended_on", "course", "overdue_years"] {
            assert_eq!(properties.get(name), city["headline"].get(name), "{name} of {feature}");
        }
    }
    assert!(features.iter().any(|feature| feature["geometry"].is_null()));
    assert!(features.iter().any(|feature| feature["geometry"].is_object()));
    let known = send(service.request("GET", "/v1/cities.geojson").header("if-none-match", answer.header("etag")));
    assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
}

#[test]
fn the_map_takes_the_filters_of_the_list() {
    let service = world();
    for filter in [
        "country=US",
        "course=behind,on_track",
        "caution=series_undeclared",
        "population_min=3000000",
        "ids=us-los-angeles,xx-formula",
        "q=AN",
    ] {
        let map = service.json(&format!("/v1/cities.geojson?{filter}"));
        let ids = |list: &[Value]| list.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
        let listed = ids(&walk(&service, &format!("/v1/cities?{filter}")));
        assert!(!listed.is_empty(), "{filter}");
        assert_eq!(ids(map["features"].as_array().unwrap()), listed, "{filter}");
    }
    for (query, named) in
        [("limit=5", "limit"), ("cursor=00112233", "cursor"), ("sort=name", "sort"), ("fields=name", "fields")]
    {
        let problem = service.get(&format!("/v1/cities.geojson?{query}")).assert_problem(400, "invalid_query");
        assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
    }
}
