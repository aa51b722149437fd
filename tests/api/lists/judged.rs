//! A row of a judged target, and of a city, says what the judgement of the city says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api::items;
use crate::support::{assessment, target};

use super::{text, walk, world};

#[test]
fn an_item_of_the_status_says_what_the_citys_own_status_says() {
    let service = world();
    let mut targets = 0;
    for item in walk(&service, "/v1/status", 7) {
        let status = service.json(text(&item, "permalink"));
        let judged = assessment(&status, text(&item, "target"));
        assert_eq!([&status["city"], &status["name"]], [&item["city"], &item["name"]]);
        assert_eq!(item["is_headline"], json!(status["headline_target"] == item["target"]), "{item}");
        for name in [
            "kind",
            "title",
            "level",
            "sector",
            "standing",
            "set_on",
            "ended_on",
            "target_year",
            "reduction_percent",
            "target_tonnes",
        ] {
            assert_eq!(item.get(name), judged.get(name), "{name} of {item}");
        }
        for name in [
            "verdict",
            "course",
            "overdue_years",
            "confidence",
            "reason",
            "unit",
            "sentence",
            "expected_tonnes",
            "gap_tonnes",
            "gap_percent",
            "achieved_reduction_percent",
            "target_progress_percent",
            "pace",
            "growth_ratio",
            "disagreement",
            "gap_tonnes_per_person",
            "expected_tonnes_per_person",
        ] {
            assert_eq!(item.get(name), judged.get(name), "{name} of {item}");
        }
        for figure in ["baseline", "judged"] {
            for name in ["year", "tonnes", "population", "tonnes_per_person"] {
                let flat = item.get(format!("{figure}_{name}"));
                assert_eq!(
                    flat,
                    judged.get(format!("{figure}_figure")).and_then(|figure| figure.get(name)),
                    "{figure}_{name} of {item}"
                );
            }
        }
        let mut codes: Vec<&Value> = Vec::new();
        for caution in judged["cautions"].as_array().unwrap() {
            if !codes.contains(&&caution["code"]) {
                codes.push(&caution["code"]);
            }
        }
        assert_eq!(item["caution_codes"], json!(codes));
        targets += 1;
    }
    let cities = walk(&service, "/v1/cities", 500);
    let each = cities.iter().map(|city| service.json(&format!("/v1/cities/{}/targets?limit=500", text(city, "id"))));
    assert_eq!(each.map(|list| items(&list).len()).sum::<usize>(), targets);
}

#[test]
fn what_is_not_known_of_today_is_no_place_in_an_order() {
    let service = world();
    let rows = walk(&service, "/v1/status", 500);
    let find = |rows: &[Value], city: &str| rows.iter().position(|row| row["city"] == city).unwrap();
    for (city, verdict, course) in [
        ("fr-due", "unreported", "on_track"),
        ("fr-old", "outdated", "on_track"),
        ("fr-noise", "insufficient_data", "within_noise"),
    ] {
        let row = &rows[find(&rows, city)];
        assert_eq!((&row["verdict"], &row["course"]), (&json!(verdict), &json!(course)), "{row}");
        assert!(row["pace"].is_number() && row["gap_percent"].is_number(), "{row}");
        assert_eq!((&row["set_on"], &row["title"]), (&json!("2015-12-12"), &json!("Half by then")));
        for sort in ["pace", "-pace", "gap_percent", "-gap_percent", "-required_tonnes_per_year"] {
            let sorted = walk(&service, &format!("/v1/status?sort={sort}"), 500);
            assert!(find(&sorted, "fr-trois") < find(&sorted, city), "{sort} {city}");
        }
    }
    assert_eq!(rows[find(&rows, "fr-due")]["overdue_years"], 1);
    assert!(rows[find(&rows, "fr-met")].get("course").is_none());
    // By the verdict nobody who is late is found among those on track; by the course they are.
    let told = |query: &str| {
        let rows = walk(&service, &format!("/v1/status?country=FR&region=bretagne&{query}"), 500);
        rows.iter().map(|row| text(row, "city").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("verdict=on_track"), Vec::<String>::new());
    assert_eq!(told("course=on_track"), ["fr-due", "fr-old"]);
    assert_eq!(told("course=on_track&verdict=outdated,achieved"), ["fr-old"]);
    assert_eq!(told("sort=-overdue_years"), ["fr-due", "fr-met", "fr-noise", "fr-old"]);
}

#[test]
fn a_city_row_counts_its_targets_by_verdict() {
    let service = world();
    let path = "/v1/cities/fr-due";
    for (id, percent, year) in [("strict", 90.0, 2040), ("easy", 2.0, 2040), ("ended", 90.0, 2020)] {
        service.record(&format!("{path}/targets/{id}"), &target("2010", percent, year));
    }
    // Said to have ended in time, but only when its year was over.
    let mut ended = target("2010", 90.0, 2020);
    (ended["standing"], ended["ended_on"]) = (json!("withdrawn"), json!("2019-06-30"));
    ended["reason"] = json!("It was given up in 2019");
    service.record(&format!("{path}/targets/ended"), &ended);
    let judged = walk(&service, "/v1/status", 500);
    let words = judged.iter().map(|row| text(row, "verdict")).chain(["ended_claimed_later", "not_judged"]);
    let words: BTreeSet<&str> = words.collect();
    let table = service.get("/v1/cities.csv?limit=500");
    let mut reader = csv::Reader::from_reader(table.text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let map = service.json("/v1/cities.geojson");
    for ((city, row), feature) in
        walk(&service, "/v1/cities", 500).iter().zip(&rows).zip(map["features"].as_array().unwrap())
    {
        let id = text(city, "id");
        let claimed = |row: &&Value| row["caution_codes"].as_array().unwrap().contains(&json!("ended_claimed_later"));
        let (apart, others): (Vec<&Value>, Vec<&Value>) =
            judged.iter().filter(|row| row["city"] == id).partition(claimed);
        let mut told = Vec::new();
        for word in &words {
            let count = match *word {
                "ended_claimed_later" => apart.len(),
                word => others.iter().filter(|row| row["verdict"] == word).count(),
            };
            assert_eq!(city["target_counts"][word], count, "{word} of {city}");
            let column = header.iter().position(|column| column == format!("target_counts.{word}")).unwrap();
            assert_eq!(row[column], count.to_string(), "{word} of {id}");
            if count > 0 {
                told.push(format!("{word}:{count}"));
            }
        }
        let all: u64 = city["target_counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(all as usize, apart.len() + others.len(), "{id}");
        let properties = text(&feature["properties"], "targets_by_verdict");
        let mut listed: Vec<&str> = properties.split(';').filter(|count| !count.is_empty()).collect();
        listed.sort_unstable();
        told.sort_unstable();
        assert_eq!(listed, told, "{id}");
    }
    let due = service.json("/v1/cities?ids=fr-due");
    let counts = &due["items"][0]["target_counts"];
    let told =
        ["unreported", "on_track", "ended_claimed_later", "not_judged"].map(|word| counts[word].as_u64().unwrap());
    assert_eq!(told, [1, 2, 1, 0], "{counts}");
}
