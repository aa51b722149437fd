//! Items are trimmed to the fields that are asked for, and what there is not is refused by name.

use serde_json::{Value, json};

use crate::api::items;
use crate::support::faults;

use super::world;

#[test]
fn fields_trim_items_to_what_is_asked_for() {
    let service = world();
    let cases = [
        ("/v1/cities", "name,headline.pace", json!(["headline.pace", "id", "name"])),
        ("/v1/cities", "id", json!(["id"])),
        ("/v1/cities", "identifiers,revision", json!(["id", "identifiers.cdp", "revision"])),
        ("/v1/status", "verdict,caution_codes", json!(["caution_codes", "city", "target", "verdict"])),
        ("/v1/rankings", "rank,headline.gap_percent,reason", json!(["city", "headline.gap_percent", "rank", "reason"])),
        (
            "/v1/summary",
            "verdicts.on_track,city_count",
            json!([
                "city_count",
                "id",
                "scope",
                "verdicts.on_track.high",
                "verdicts.on_track.low",
                "verdicts.on_track.medium"
            ]),
        ),
        ("/v1/networks", "name", json!(["id", "name"])),
        ("/v1/networks/alliance/members", "source.title", json!(["city", "id", "source.title"])),
        ("/v1/cities/us-los-angeles/targets", "target_year", json!(["city", "id", "target_year"])),
        (
            "/v1/cities/us-los-angeles/reports",
            "totals.basic,source",
            json!([
                "city",
                "id",
                "source.licence",
                "source.locator",
                "source.published",
                "source.publisher",
                "source.title",
                "source.url",
                "totals.basic"
            ]),
        ),
        ("/v1/cities/us-los-angeles/baselines", "year", json!(["city", "id", "year"])),
    ];
    for (path, fields, expected) in cases {
        let (whole, list) = (service.json(path), service.json(&format!("{path}?fields={fields}")));
        for lists in ["items", "unranked"] {
            let (Some(all), Some(trimmed)) = (whole[lists].as_array(), list[lists].as_array()) else { continue };
            assert_eq!(all.len(), trimmed.len(), "{path}");
            for (item, trimmed) in all.iter().zip(trimmed) {
                let mut paths = Vec::new();
                leaves(trimmed, "", &mut paths);
                for path in &paths {
                    let known = expected.as_array().unwrap().iter().any(|name| name == path.as_str());
                    assert!(
                        known || expected.to_string().contains("identifiers"),
                        "{path} was not asked for: {trimmed}"
                    );
                    let pointer = format!("/{}", path.replace('.', "/"));
                    assert_eq!(item.pointer(&pointer), trimmed.pointer(&pointer), "{path}");
                }
                // What was asked for, and is there, is there.
                for name in expected.as_array().unwrap() {
                    let pointer = format!("/{}", name.as_str().unwrap().replace('.', "/"));
                    assert_eq!(item.pointer(&pointer), trimmed.pointer(&pointer), "{name} of {trimmed}");
                }
            }
        }
        assert_eq!((&whole["total"], &whole["next"].is_null()), (&list["total"], &list["next"].is_null()), "{path}");
        let table = service.get(&format!("{path}.csv?fields={fields}"));
        let mut reader = csv::Reader::from_reader(table.text.as_bytes());
        let mut columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        columns.sort();
        let plain: Vec<Value> =
            expected.as_array().unwrap().iter().filter(|name| **name != "identifiers.cdp").cloned().collect();
        let without: Vec<String> = columns.iter().filter(|column| *column != "identifiers").cloned().collect();
        assert_eq!(json!(without), json!(plain), "{path}");
        let rows = items(&list).len() + list["unranked"].as_array().map_or(0, Vec::len);
        assert_eq!(reader.records().count(), rows, "{path}");
    }
    // A cursor goes on whatever the fields.
    let next = service.json("/v1/status?limit=2&fields=verdict")["next"].as_str().unwrap().to_owned();
    assert_eq!(
        service.json(&format!("/v1/status?limit=2&cursor={next}")),
        service.json(&format!("/v1/status?limit=2&cursor={next}"))
    );
}

fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &path, found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

#[test]
fn what_there_is_not_is_refused_by_name() {
    let service = world();
    for list in ["/v1/cities", "/v1/status", "/v1/cities.csv", "/v1/status.csv"] {
        for query in [
            "sort=size",
            "sort=--pace",
            "sort=-",
            "level=scope",
            "standing=old",
            "kind=x",
            "is_headline=yes",
            "population_min=many",
            "target_year=soon",
        ] {
            let problem = service.get(&format!("{list}?{query}")).assert_problem(400, "invalid_query");
            let word = query.split('=').next().unwrap();
            assert!(word != "sort" || problem["errors"][0]["pointer"] == "/sort", "{query}: {problem}");
        }
        for (query, status, fault) in [
            ("network=nothing", 422, "/network unknown_network"),
            ("network=No", 400, "/network invalid_id"),
            ("country=ZZ", 400, "/country unknown_country"),
            ("population_min=2&population_max=1", 422, "/population_max out_of_range"),
            ("population_min=-1", 400, "/population_min out_of_range"),
            ("target_year=1969", 400, "/target_year out_of_range"),
            ("reported_before=2101", 400, "/reported_before out_of_range"),
            ("verdict=good", 400, "/verdict not_allowed"),
            ("verdict=", 400, "/verdict not_allowed"),
            ("verdict=behind,", 400, "/verdict not_allowed"),
            ("verdict=behind;missed", 400, "/verdict not_allowed"),
            ("verdict=Behind,behind", 400, "/verdict not_allowed"),
            ("course=unreported", 400, "/course not_allowed"),
            ("confidence=sure", 400, "/confidence not_allowed"),
            ("caution=stale,old", 400, "/caution not_allowed"),
        ] {
            let answer = service.get(&format!("{list}?{query}"));
            answer.assert_problem(status, if status == 400 { "invalid_query" } else { "invalid_input" });
            assert_eq!(faults(&answer), [fault], "{list}?{query}");
        }
        // All that is wrong at once, and what there is.
        let several = service.get(&format!("{list}?verdict=good,behind,bad&caution=old"));
        assert_eq!(faults(&several), ["/verdict not_allowed", "/verdict not_allowed", "/caution not_allowed"]);
        assert!(several.text.contains("good") && several.text.contains("off_track"), "{}", several.text);
        for fields in ["", "name,nam", "name.first"] {
            let answer = service.get(&format!("{list}?fields={fields}"));
            answer.assert_problem(400, "invalid_query");
            assert_eq!(faults(&answer), ["/fields unknown_field"], "{list} {fields}");
        }
    }
    let next = |path: &str| service.json(path)["next"].as_str().unwrap().to_owned();
    let cursor = next("/v1/status?country=US&sort=-pace&limit=1");
    for other in [
        "/v1/status?country=US",
        "/v1/status?country=US&sort=pace",
        "/v1/status?sort=-pace",
        "/v1/status?country=US&sort=-pace&level=basic",
        "/v1/cities?country=US&sort=-headline.pace",
        "/v1/rankings",
    ] {
        let joint = if other.contains('?') { '&' } else { '?' };
        let answer = service.get(&format!("{other}{joint}cursor={cursor}"));
        answer.assert_problem(422, "invalid_input");
        assert_eq!(faults(&answer), ["/cursor other_list"], "{other}");
    }
    let again = service.json(&format!("/v1/status?country=US&sort=-pace&limit=5&fields=pace&cursor={cursor}"));
    assert_eq!(items(&again).len(), 5);
    // What is not the text of a place is refused, too.
    let (mark, _) = cursor.split_at(8);
    for broken in ["", "00", "6e", "300974"] {
        service
            .get(&format!("/v1/status?country=US&sort=-pace&cursor={mark}{broken}"))
            .assert_problem(422, "invalid_input");
    }
}

#[test]
fn a_sector_is_one_of_the_gpc() {
    let service = world();
    for list in ["/v1/cities", "/v1/cities.csv", "/v1/cities.geojson", "/v1/status"] {
        for word in ["", "VII", "ii", "I.9.9", "Transport", "I,II"] {
            let answer = service.get(&format!("{list}?sector={word}"));
            answer.assert_problem(400, "invalid_query");
            assert_eq!(faults(&answer), ["/sector unknown_sector"], "{word}");
        }
    }
    let rows = service.json("/v1/status?ids=de-anteil&sector=I.1.1");
    let row = &items(&rows)[0];
    assert_eq!((&row["sector"], &row["title"]), (&json!(["I.1.1", "II.1.1"]), &json!("Höfe und Wege")));
    let table = service.get("/v1/status.csv?ids=de-anteil&sector=II.1.1&fields=sector,title").text;
    assert_eq!(table.lines().nth(1).unwrap(), "de-anteil,sector,I.1.1;II.1.1,Höfe und Wege");
}
