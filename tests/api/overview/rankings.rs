//! Cities are ranked with ties, doubts and gaps shown.

use serde_json::json;

use crate::support::{Service, assert_near, baseline, city, faults, inventory, target};

use super::{list, number, record, record_of, told};

/// Cities that are ranked in every way there is.
fn contest() -> Service {
    let service = Service::start();
    let half = target("2010", 50.0, 2030);
    for (id, tonnes) in [("aa", 500.0), ("bb", 600.0), ("cc", 600.0), ("dd", 800.0), ("ee", 1100.0)] {
        record(&service, id, &half, tonnes);
    }
    // By an accounting that nobody declared, as good as no other.
    let own = |tonnes: f64| json!({"totals": {"own": tonnes}, "source": {"title": "A test"}});
    for id in ["low-one", "low-two"] {
        let path = format!("/v1/cities/{id}");
        service.record(&path, &city(id));
        let mut base = own(1000.0);
        base["year"] = json!(2010);
        service.record(&format!("{path}/baselines/2010"), &base);
        let mut pledge = half.clone();
        pledge["level"] = json!("own");
        service.record(&format!("{path}/targets/pledge"), &pledge);
        service.record(&format!("{path}/reports/2020"), &own(if id == "low-one" { 10.0 } else { 600.0 }));
    }
    service.record("/v1/cities/no-target", &city("No target"));
    record(
        &service,
        "proposed",
        &{
            let mut proposed = half.clone();
            proposed["standing"] = json!("proposed");
            proposed
        },
        1.0,
    );
    service.record("/v1/cities/no-report", &city("No report"));
    service.record("/v1/cities/no-report/baselines/2010", &baseline(2010, 1000.0));
    service.record("/v1/cities/no-report/targets/pledge", &half);
    record(&service, "other-protocol", &half, 1.0);
    let mut other = inventory(1.0);
    (other["protocol"], other["reason"]) = (json!("ipcc"), json!("It was another"));
    service.record("/v1/cities/other-protocol/reports/2020", &other);
    record_of(&service, "zero", &target("2010", 100.0, 2018), 2018, 100.0);
    // Of these nothing is known today, however good they were.
    record_of(&service, "late", &target("2010", 50.0, 2024), 2022, 1.0);
    record_of(&service, "old", &half, 2019, 1.0);
    let people = |id: &str, year: i32, tonnes: f64, population: i64| {
        let mut body = inventory(tonnes);
        (body["population"], body["reason"]) = (json!(population), json!("The people were counted"));
        service.record(&format!("/v1/cities/{id}/reports/{year}"), &body);
    };
    for (id, tonnes, population) in [("aa", 500.0, 100), ("bb", 600.0, 300), ("cc", 600.0, 300), ("dd", 800.0, 100)] {
        people(id, 2020, tonnes, population);
    }
    service
}

#[test]
fn cities_are_ranked_with_ties_and_doubts_and_gaps_shown() {
    let service = contest();
    let without = [
        "no_target no-target",
        "insufficient_data no-report",
        "not_comparable other-protocol",
        "no_target proposed",
        "unreported late",
        "outdated old",
    ];
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    for (by, expected) in [
        ("achieved_reduction", vec!["1 zero", "2 aa", "3 bb", "3 cc", "5 dd", "6 ee", "7 low-one", "8 low-two"]),
        // In 2020 250 t less were called for; of `zero`, due in 2018, all of the 1,000 t.
        ("pace", vec!["1 aa", "2 bb", "2 cc", "4 zero", "5 dd", "6 ee", "7 low-one", "8 low-two"]),
        ("gap", vec!["1 aa", "2 bb", "2 cc", "4 dd", "5 ee", "6 low-one", "7 low-two"]),
    ] {
        let ranking = service.json(&format!("/v1/rankings?by={by}"));
        let (ranked, unranked) = told(&ranking);
        assert_eq!(ranked, expected, "{by}");
        let mut missing: Vec<String> = without.iter().map(|line| (*line).to_owned()).collect();
        if by == "gap" {
            missing.push("pathway_at_zero zero".to_owned());
        }
        assert_eq!(sorted(unranked), sorted(missing), "{by}");
        assert_eq!(
            (ranking["total"].as_u64(), ranking["unranked_total"].as_u64()),
            (Some(expected.len() as u64), Some(14 - expected.len() as u64))
        );
        let figure = match by {
            "achieved_reduction" => "achieved_reduction_percent",
            "gap" => "gap_percent",
            _ => "pace",
        };
        for entry in list(&ranking, "items") {
            let headline = &entry["headline"];
            for name in [figure, "baseline_year", "baseline_tonnes", "judged_year", "judged_tonnes", "target_year"] {
                number(&headline[name]);
            }
            let is_low = entry["city"].as_str().unwrap().starts_with("low");
            assert_eq!(entry["confidence"] == "low", is_low, "{entry}");
        }
        // The pages together are the ranking, and the table has the same rows.
        let (mut path, mut pages) = (format!("/v1/rankings?by={by}&limit=5"), (Vec::new(), Vec::new()));
        loop {
            let page = service.json(&path);
            let (ranked, unranked) = told(&page);
            assert!(ranked.len() + unranked.len() <= 5);
            pages.0.extend(ranked);
            pages.1.extend(unranked);
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/v1/rankings?by={by}&limit=5&cursor={next}");
        }
        assert_eq!(pages, told(&ranking), "{by}");
        let table = service.get(&format!("/v1/rankings.csv?by={by}")).text;
        let ranks: Vec<String> =
            csv::Reader::from_reader(table.as_bytes()).records().map(|row| row.unwrap()[0].to_owned()).collect();
        let expected: Vec<String> = expected.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(ranks[..expected.len()], expected, "{table}");
        assert!(ranks[expected.len()..].iter().all(String::is_empty) && ranks.len() == 14);
    }
    let own = service.json("/v1/rankings?by=pace&level=own");
    assert_eq!(told(&own).0, ["1 low-one", "2 low-two"]);
    assert!(told(&own).1.contains(&"other_level aa".to_owned()));
}

#[test]
fn a_ranking_says_what_it_ranks_and_goes_either_way() {
    let service = contest();
    for (query, order, words) in [
        ("by=achieved_reduction", "desc", vec!["reduction since the base year", "the largest first"]),
        ("by=pace&order=desc", "desc", vec!["called for so far", "the largest first"]),
        ("by=pace&order=asc&level=basic", "asc", vec!["called for so far", "target at basic", "the lowest first"]),
        ("by=gap", "asc", vec!["gap to the pathway", "the lowest first", "unreported or outdated"]),
        ("by=per_person&level=basic&order=desc", "desc", vec!["a person at basic", "the largest first", "6 years"]),
        (
            "by=annual_change&level=basic&from=2010&to=2020",
            "asc",
            vec!["at basic from 2010 to 2020", "the lowest first", "both years"],
        ),
    ] {
        let ranking = service.json(&format!("/v1/rankings?{query}"));
        assert_eq!(ranking["order"], order, "{query}");
        let told = ranking["ranks"].as_str().unwrap();
        assert!(words.iter().all(|word| told.contains(word)) && told.contains("low confidence"), "{query}: {told}");
    }
    // The other way round low confidence is still last, and ties still share a rank.
    let (ranked, unranked) = told(&service.json("/v1/rankings?by=pace&order=asc"));
    assert_eq!(ranked, ["1 ee", "2 dd", "3 zero", "4 bb", "4 cc", "6 aa", "7 low-two", "8 low-one"]);
    assert_eq!(unranked, told(&service.json("/v1/rankings?by=pace")).1);
    let page = service.json("/v1/rankings?by=pace&order=asc&limit=3");
    let next = page["next"].as_str().unwrap();
    let path = |order: &str| format!("/v1/rankings?by=pace&order={order}&limit=3&cursor={next}");
    assert_eq!(told(&service.json(&path("asc"))).0, ["4 bb", "4 cc", "6 aa"]);
    assert_eq!(faults(&service.get(&path("desc"))), ["/cursor other_list"]);
    service.get("/v1/rankings?order=down").assert_problem(400, "invalid_query");
}

#[test]
fn a_ranking_per_person_needs_a_level() {
    let service = contest();
    let people = |id: &str, year: i32, population: f64| {
        let mut body = inventory(1.0);
        (body["population"], body["reason"]) = (json!(population), json!("The people were counted"));
        service.record(&format!("/v1/cities/{id}/reports/{year}"), &body);
    };
    for (query, fault) in [("by=per_person", "/level missing"), ("by=per_person&level=own", "/level not_comparable")] {
        let answer = service.get(&format!("/v1/rankings?{query}"));
        answer.assert_problem(422, "invalid_input");
        assert_eq!(faults(&answer), [fault]);
    }
    for query in ["by=size", "by=", "level=scope", "boundary=x", "verdict=behind", "sort=pace"] {
        service.get(&format!("/v1/rankings?{query}")).assert_problem(400, "invalid_query");
    }
    let ranking = service.json("/v1/rankings?by=per_person&level=basic");
    let (ranked, unranked) = told(&ranking);
    assert_eq!(ranked, ["1 bb", "1 cc", "3 aa", "4 dd"]);
    assert!(unranked.contains(&"no_population ee".to_owned()), "{unranked:?}");
    assert!(unranked.contains(&"no_figure_at_level low-one".to_owned()), "{unranked:?}");
    // More than six years old it is shown, and has no rank.
    people("old", 2019, 10.0);
    let ranking = service.json("/v1/rankings?by=per_person&level=basic");
    assert_eq!(told(&ranking).0, ["1 bb", "1 cc", "3 aa", "4 dd"]);
    let old = list(&ranking, "unranked").iter().find(|entry| entry["city"] == "old").unwrap();
    assert_eq!((&old["reason"], number(&old["figure"]["tonnes_per_person"])), (&json!("outdated"), 0.1));
    for entry in list(&ranking, "items") {
        let figure = &entry["figure"];
        let expected = number(&figure["tonnes"]) / number(&figure["population"]);
        assert_near(&figure["tonnes_per_person"], expected, 5e-7);
        assert_eq!((&figure["year"], &figure["level"]), (&json!(2020), &json!("basic")));
    }
    // The latest report with both counts, not the latest of each.
    service.record("/v1/cities/aa/reports/2021", &inventory(490.0));
    assert_eq!(told(&service.json("/v1/rankings?by=per_person&level=basic")).0, ["1 bb", "1 cc", "3 aa", "4 dd"]);
    assert_eq!(told(&service.json("/v1/rankings?population_min=200")).0, ["1 bb", "1 cc"]);
    assert_eq!(told(&service.json("/v1/rankings?population_max=200")).0, ["1 aa", "2 dd"]);
    // Administrations and metropolitan areas are other entities.
    service
        .record("/v1/cities/bb", &json!({"name": "bb", "country": "US", "boundary": "operations", "reason": "It was"}));
    assert_eq!(told(&service.json("/v1/rankings?population_min=200")).0, ["1 cc"]);
    assert_eq!(told(&service.json("/v1/rankings?boundary=operations")).0, ["1 bb"]);
}
