//! The summary counts what the list of cities shows.

use std::collections::BTreeMap;

use pledgewatch::overview::summary::OVERDUE_LISTED;
use serde_json::{Value, json};

use crate::support::{Service, assert_near, folded, inventory, target};

use super::{list, number, record, record_of};

/// How many cities have each verdict with each confidence, as a reader of the list of cities counts them.
fn counted(cities: &[&Value]) -> Value {
    let mut counts = json!({});
    for verdict in [
        "achieved",
        "on_track",
        "behind",
        "off_track",
        "moving_away",
        "missed",
        "unreported",
        "outdated",
        "not_comparable",
        "insufficient_data",
    ] {
        for confidence in ["high", "medium", "low"] {
            let same =
                |city: &&&Value| city["headline"]["verdict"] == verdict && city["headline"]["confidence"] == confidence;
            counts[verdict][confidence] = json!(cities.iter().filter(same).count());
        }
    }
    counts["no_target"] = json!(cities.iter().filter(|city| city.get("headline").is_none()).count());
    let claimed = cities.iter().map(|city| city["target_counts"]["ended_claimed_later"].as_u64().unwrap());
    counts["ended_claimed_later"] = json!(claimed.sum::<u64>());
    counts
}

#[test]
fn the_summary_counts_what_the_list_of_cities_shows() {
    let service = Service::with(&["--demo"]);
    let source = json!({"title": "A test"});
    service.record("/v1/networks/alliance", &json!({"name": "Alliance", "source": source}));
    service.record("/v1/networks/empty", &json!({"name": "Empty", "source": source}));
    for id in ["us-los-angeles", "fr-paris", "se-stockholm"] {
        service.record(&format!("/v1/networks/alliance/members/{id}"), &json!({"source": source}));
    }
    record(&service, "fr-neuf", &target("2010", 50.0, 2030), 700.0);
    service.record(
        "/v1/cities/fr-neuf",
        &json!({"name": "Neuf", "country": "FR", "region": "Bretagne", "reason": "It lies there"}),
    );
    service.record("/v1/cities/fr-neuf/reports/2024", &inventory(690.0));
    // One that is late, one whose figure is old, and a pledge that is said to have ended in time.
    record_of(&service, "fr-late", &target("2010", 50.0, 2024), 2022, 600.0);
    record_of(&service, "fr-old", &target("2010", 50.0, 2040), 2012, 900.0);
    let ended = json!({"standing": "superseded", "ended_on": "2013-01-01", "reason": "It was replaced"});
    let mut pledge = target("2010", 5.0, 2015);
    service.record("/v1/cities/fr-old/targets/ended", &pledge);
    pledge.as_object_mut().unwrap().extend(ended.as_object().unwrap().clone());
    service.record("/v1/cities/fr-old/targets/ended", &pledge);
    // A part of a city that is added up itself, and an administration: counted, but not added up.
    record(&service, "fr-part", &target("2010", 50.0, 2030), 100.0);
    service.record(
        "/v1/cities/fr-part",
        &json!({"name": "Part", "country": "FR", "part_of": "fr-neuf", "reason": "It lies there"}),
    );
    record(&service, "fr-office", &target("2010", 50.0, 2030), 100.0);
    service.record(
        "/v1/cities/fr-office",
        &json!({"name": "Office", "country": "FR", "boundary": "operations", "reason": "It is"}),
    );

    let cities = service.json("/v1/cities?limit=500");
    let summary = service.json("/v1/summary?limit=500");
    let mut scopes: Vec<String> = Vec::new();
    for row in list(&summary, "items") {
        let (scope, id) = (row["scope"].as_str().unwrap(), row["id"].as_str().unwrap());
        scopes.push(scope.to_owned());
        let members = match scope {
            "network" => service.json(&format!("/v1/cities?network={id}&limit=500")),
            _ => json!({"items": []}),
        };
        let within = |city: &&Value| match scope {
            "world" => true,
            "country" => city["country"] == id,
            "region" => city["region"]
                .as_str()
                .is_some_and(|region| id == format!("{}/{}", city["country"].as_str().unwrap(), folded(region))),
            _ => list(&members, "items").iter().any(|member| member["id"] == city["id"]),
        };
        let of: Vec<&Value> = list(&cities, "items").iter().filter(within).collect();
        assert_eq!(row["city_count"], of.len(), "{id}");
        assert_eq!(row["verdicts"], counted(&of), "{id}");
        let sum = |name: &str| -> u64 {
            let of_verdict = row["verdicts"][name].as_object().unwrap();
            of_verdict.values().map(|count| count.as_u64().unwrap()).sum()
        };
        if scope == "world" {
            assert!(sum("unreported") > 0 && sum("outdated") > 0, "{row}");
            assert!(number(&row["verdicts"]["ended_claimed_later"]) > 0.0, "{row}");
        }

        let mut tonnes: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
        for city in &of {
            let status = service.json(&format!("/v1/cities/{}/status", city["id"].as_str().unwrap()));
            let Some(headline) =
                list(&status, "targets").iter().find(|target| target["target"] == status["headline_target"])
            else {
                continue;
            };
            let Some(figure) = list(headline, "figures")
                .last()
                .filter(|_| !["fr-part", "fr-office"].contains(&city["id"].as_str().unwrap()))
            else {
                continue;
            };
            let level = city["headline"]["level"].as_str().unwrap();
            let sum = tonnes.entry(level).or_default();
            *sum = (sum.0 + 1, sum.1 + number(&figure["tonnes"]));
            let covered = &row["tonnes_by_level"][level];
            assert!(
                number(&covered["oldest_year"]) <= number(&figure["year"])
                    && number(&figure["year"]) <= number(&covered["newest_year"])
            );
        }
        assert_eq!(row["tonnes_by_level"].as_object().unwrap().len(), tonnes.len(), "{id}");
        for (level, (cities, sum)) in tonnes {
            assert_eq!(row["tonnes_by_level"][level]["city_count"], cities, "{id} {level}");
            assert_near(&row["tonnes_by_level"][level]["tonnes"], sum, 1e-3);
        }
        let years: Vec<i64> = of.iter().filter_map(|city| city["latest_report_year"].as_i64()).collect();
        let mut ages: Vec<f64> = years.iter().map(|year| (2026 - year) as f64).collect();
        ages.sort_by(f64::total_cmp);
        match ages.len() {
            0 => assert!(row.get("median_age_years").is_none()),
            n => assert_near(&row["median_age_years"], f64::midpoint(ages[(n - 1) / 2], ages[n / 2]), 1e-9),
        }
        let reports: i64 = list(row, "latest_reports").iter().map(|year| year["city_count"].as_i64().unwrap()).sum();
        assert_eq!(reports, years.len() as i64);
        for told in list(row, "latest_reports") {
            let same = years.iter().filter(|year| told["year"] == **year).count();
            assert_eq!(told["city_count"], same, "{id}");
        }
        let late = of.iter().filter(|city| city["latest_report_year"].as_i64().is_none_or(|year| year < 2023));
        let late: Vec<&Value> = late.map(|city| &city["id"]).collect();
        assert_eq!(json!(late), row["overdue_cities"], "{id}");
        assert_eq!(row["overdue_count"], late.len());
    }
    assert!(["world", "country", "region", "network"].iter().all(|scope| scopes.iter().any(|known| known == scope)));
    let order = |scope: &String| ["world", "country", "region", "network"].iter().position(|known| known == scope);
    assert!(scopes.is_sorted_by_key(order), "{scopes:?}");
    let world = &list(&summary, "items")[0];
    let overdue = service.json("/v1/cities?reported_before=2023&limit=500");
    assert_eq!(world["overdue_count"], overdue["total"]);

    let regions = service.json("/v1/summary?scope=region");
    assert_eq!(list(&regions, "items")[0]["scope"], "region");
    let (mut path, mut walked) = ("/v1/summary?limit=3".to_owned(), Vec::new());
    loop {
        let page = service.json(&path);
        walked.extend(list(&page, "items").clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/summary?limit=3&cursor={next}");
    }
    assert_eq!(walked, *list(&summary, "items"));
    let table = service.get("/v1/summary.csv?limit=500").text;
    assert_eq!(csv::Reader::from_reader(table.as_bytes()).records().count(), walked.len());
    for query in ["scope=planet", "level=basic"] {
        service.get(&format!("/v1/summary?{query}")).assert_problem(400, "invalid_query");
    }
    let empty = Service::start().json("/v1/summary");
    assert_eq!((empty["total"].as_u64(), &empty["items"][0]["city_count"]), (Some(1), &json!(0)));
}

#[test]
fn a_region_is_one_however_it_is_spelled() {
    let service = Service::start();
    for (id, country, region) in [
        ("fr-a", "FR", "Ile-de-France"),
        ("fr-b", "FR", "Île-de-France"),
        ("fr-c", "FR", "Île-de-France"),
        ("fr-d", "FR", "Bretagne"),
        ("us-a", "US", "california"),
        ("us-b", "US", "California"),
        ("mx-a", "MX", "California"),
        ("pl-a", "PL", "Łódzkie"),
        ("pl-b", "PL", "lodzkie"),
        ("pl-c", "PL", "lodzkie"),
        ("in-a", "IN", "काशी"),
        ("in-b", "IN", "केशी"),
    ] {
        service.record(&format!("/v1/cities/{id}"), &json!({"name": id, "country": country, "region": region}));
    }
    let regions = service.json("/v1/summary?scope=region");
    let told: Vec<(&str, &str, u64)> = list(&regions, "items")
        .iter()
        .map(|row| (row["id"].as_str().unwrap(), row["name"].as_str().unwrap(), row["city_count"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("FR/bretagne", "Bretagne", 1),
            ("FR/ile-de-france", "Île-de-France", 3),
            ("IN/काशी", "काशी", 1),
            ("IN/केशी", "केशी", 1),
            ("MX/california", "California", 1),
            ("PL/lodzkie", "lodzkie", 3),
            ("US/california", "California", 2),
        ]
    );
    for (id, name, cities) in told {
        let (country, folded) = id.split_once('/').unwrap();
        for region in [name, folded] {
            let found = service.json(&format!("/v1/cities?country={country}&region={region}"));
            assert_eq!(found["total"], cities, "{id} {region}");
        }
    }
}

#[test]
fn the_summary_lists_the_first_overdue_cities_and_counts_all() {
    let service = Service::start();
    for number in 0..=OVERDUE_LISTED {
        service.record(&format!("/v1/cities/xx-{number:03}"), &json!({"name": "Late", "country": "FR"}));
    }
    let world = &service.json("/v1/summary")["items"][0];
    let late = service.json("/v1/cities?reported_before=2023&limit=500");
    assert_eq!((&world["overdue_count"], &world["overdue_count"]), (&late["total"], &json!(OVERDUE_LISTED + 1)));
    let first: Vec<&Value> = list(&late, "items")[..OVERDUE_LISTED].iter().map(|city| &city["id"]).collect();
    assert_eq!(world["overdue_cities"], json!(first));
}
