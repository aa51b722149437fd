//! Rankings, the progress of networks and the summary: each recomputed from what is printed beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use pledgewatch::overview::summary::OVERDUE_LISTED;

use crate::support::{Service, assert_near, baseline, city, faults, folded, inventory, target};

fn list<'a>(answer: &'a Value, name: &str) -> &'a Vec<Value> {
    answer[name].as_array().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Records a city with 1,000 t in 2010, a target and a report for 2020.
fn record(service: &Service, id: &str, target: &Value, tonnes: f64) {
    record_of(service, id, target, 2020, tonnes);
}

/// Records a city with 1,000 t in 2010, a target and a report for a year.
fn record_of(service: &Service, id: &str, target: &Value, year: i32, tonnes: f64) {
    service.record(&format!("/v1/cities/{id}"), &city(id));
    service.record(&format!("/v1/cities/{id}/baselines/2010"), &baseline(2010, 1000.0));
    service.record(&format!("/v1/cities/{id}/targets/pledge"), target);
    service.record(&format!("/v1/cities/{id}/reports/{year}"), &inventory(tonnes));
}

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

/// The entries as `rank city`, those without a rank as `reason city`.
fn told(ranking: &Value) -> (Vec<String>, Vec<String>) {
    let line = |entry: &Value, name: &str| {
        format!("{} {}", entry[name].to_string().trim_matches('"'), entry["city"].as_str().unwrap())
    };
    let ranked = list(ranking, "items").iter().map(|entry| line(entry, "rank")).collect();
    (ranked, list(ranking, "unranked").iter().map(|entry| line(entry, "reason")).collect())
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

/// Cities with figures for 2015 and 2020, of some of which the two cannot be compared.
fn windows() -> Service {
    let service = Service::start();
    let report = |id: &str, year: i32, body: &Value| {
        let path = format!("/v1/cities/{id}");
        if service.get(&path).status != 200 {
            service.record(&path, &city(id));
        }
        service.record(&format!("{path}/reports/{year}"), body);
    };
    for (id, from, to) in [("aa", 1000.0, 500.0), ("bb", 1000.0, 900.5), ("cc", 2000.0, 1801.0), ("dd", 1000.0, 1200.0)]
    {
        report(id, 2015, &inventory(from));
        report(id, 2020, &inventory(to));
    }
    // A year between says nothing of the window, whatever it counts.
    let mut between = inventory(950.0);
    between["protocol"] = json!("national");
    report("bb", 2017, &between);
    let with = |tonnes: f64, name: &str, value: Value| {
        let mut body = inventory(tonnes);
        body[name] = value;
        body
    };
    let pairs = [
        ("protocol", with(1000.0, "protocol", json!("ipcc")), inventory(100.0)),
        ("gases", with(1000.0, "gases", json!(["co2"])), with(100.0, "gases", json!(["co2", "ch4"]))),
        ("series", with(1000.0, "series", json!("one")), with(100.0, "series", json!("another"))),
        (
            "coverage",
            with(1000.0, "lines", json!([{"ref": "I.1.1", "tonnes": 600}, {"ref": "II.1.1", "tonnes": 400}])),
            with(100.0, "lines", json!([{"ref": "II.1.1", "tonnes": 100}])),
        ),
        ("power", with(1000.0, "electricity", json!("location")), with(100.0, "electricity", json!("market"))),
        ("zero", inventory(1000.0), inventory(0.0)),
    ];
    for (id, from, to) in &pairs {
        report(id, 2015, from);
        report(id, 2020, to);
    }
    report("first-only", 2015, &inventory(1000.0));
    report("last-only", 2020, &inventory(1000.0));
    report("other-level", 2015, &inventory(1000.0));
    report("other-level", 2020, &json!({"totals": {"own": 10}, "source": {"title": "A test"}}));
    // The figure of the earlier year may be that of a baseline, as long as there is but one.
    for (id, baselines) in [("one-base", vec![1000.0]), ("two-bases", vec![1000.0, 5000.0])] {
        report(id, 2020, &inventory(800.0));
        for (number, tonnes) in baselines.iter().enumerate() {
            service.record(&format!("/v1/cities/{id}/baselines/base-{number}"), &baseline(2015, *tonnes));
        }
    }
    service
}

#[test]
fn cities_are_ranked_by_their_change_a_year_over_one_window() {
    let service = windows();
    let path = "/v1/rankings?by=annual_change&level=basic&from=2015&to=2020";
    let ranking = service.json(path);
    let (ranked, unranked) = told(&ranking);
    assert_eq!(ranked, ["1 aa", "2 one-base", "3 bb", "3 cc", "5 dd", "6 power"]);
    assert_eq!(
        unranked,
        [
            "not_comparable coverage",
            "year_not_reported first-only",
            "not_comparable gases",
            "year_not_reported last-only",
            "year_not_reported other-level",
            "not_comparable protocol",
            "not_comparable series",
            "several_baselines two-bases",
            "not_above_zero zero",
        ]
    );
    for (entry, reason) in list(&ranking, "unranked").iter().filter_map(|entry| Some((entry, entry.get("left_out")?))) {
        let expected =
            format!("{}_differ{}", entry["city"].as_str().unwrap(), if entry["city"] == "gases" { "" } else { "s" });
        assert_eq!(*reason, expected);
    }
    assert_eq!((&ranking["from"], &ranking["to"], &ranking["level"]), (&json!(2015), &json!(2020), &json!("basic")));
    for entry in list(&ranking, "items") {
        let change = &entry["change"];
        let (from, to) = (number(&change["from"]["tonnes"]), number(&change["to"]["tonnes"]));
        assert_near(&change["percent_per_year"], 100.0 * ((to / from).powf(1.0 / 5.0) - 1.0), 6e-7);
        assert_near(&change["change_percent"], 100.0 * (to - from) / from, 6e-7);
        assert_eq!((&change["from"]["year"], &change["to"]["year"]), (&json!(2015), &json!(2020)));
        let id = entry["city"].as_str().unwrap();
        let of_year = |path: &str| service.json(&format!("/v1/cities/{id}/{path}"));
        let base = if id == "one-base" { of_year("baselines/base-0") } else { of_year("reports/2015") };
        assert_eq!((&change["from"]["tonnes"], &change["from"]["source"]), (&base["totals"]["basic"], &base["source"]));
        assert_eq!(change["to"]["tonnes"], of_year("reports/2020")["totals"]["basic"]);
        assert_eq!((&entry["confidence"], entry.get("headline")), (&change["confidence"], None));
        let codes = list(change, "cautions");
        let is_low = id == "power";
        assert_eq!(entry["confidence"] == "low", is_low, "{entry}");
        assert_eq!(codes.contains(&json!("electricity_differs")), is_low, "{entry}");
        // 2020 says little of a course, and nothing is of a declared series.
        assert!(codes.contains(&json!("pandemic_year")) && codes.contains(&json!("series_undeclared")), "{entry}");
    }
    let (ranked, other) = told(&service.json(&format!("{path}&order=desc")));
    assert_eq!(
        (ranked, other),
        (["1 dd", "2 bb", "2 cc", "4 one-base", "5 aa", "6 power"].map(str::to_owned).to_vec(), unranked)
    );
    let table = service.get(&path.replace("rankings?", "rankings.csv?")).text;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "change.percent_per_year").unwrap();
    let first = reader.records().next().unwrap().unwrap();
    assert_eq!(first[column], list(&ranking, "items")[0]["change"]["percent_per_year"].to_string());

    // A restatement of the earlier figure alone, and what is declared to be of one series.
    let mut restated = inventory(1200.0);
    restated["reason"] = json!("Counted again");
    service.record("/v1/cities/dd/reports/2015", &restated);
    let after = service.json(path);
    let dd = list(&after, "unranked").iter().find(|entry| entry["city"] == "dd").unwrap();
    assert_eq!((&dd["reason"], &dd["left_out"]), (&json!("not_comparable"), &json!("restated_since")));
    for (year, tonnes) in [(2015, 1200.0), (2020, 1200.0)] {
        let mut of_series = inventory(tonnes);
        (of_series["series"], of_series["reason"]) = (json!("recalculated"), json!("One series"));
        service.record(&format!("/v1/cities/dd/reports/{year}"), &of_series);
    }
    let after = service.json(path);
    let dd = list(&after, "items").iter().find(|entry| entry["city"] == "dd").unwrap();
    assert_eq!((&dd["rank"], number(&dd["change"]["percent_per_year"])), (&json!(5), 0.0));
}

#[test]
fn a_window_needs_two_years_and_a_level() {
    let service = windows();
    for (query, expected) in [
        ("by=annual_change", vec!["/level missing", "/from missing", "/to missing"]),
        ("by=annual_change&from=2015&to=2020", vec!["/level missing"]),
        ("by=annual_change&level=basic&to=2020", vec!["/from missing"]),
        ("by=annual_change&level=basic&from=2020&to=2020", vec!["/to out_of_range"]),
        ("by=annual_change&level=basic&from=2020&to=2015", vec!["/to out_of_range"]),
        ("by=annual_change&level=basic&from=1969&to=2101", vec!["/from out_of_range", "/to out_of_range"]),
        ("by=pace&from=2015&to=2020", vec!["/from not_allowed", "/to not_allowed"]),
        ("by=per_person&to=2020", vec!["/level missing", "/to not_allowed"]),
    ] {
        for path in ["/v1/rankings", "/v1/rankings.csv"] {
            let answer = service.get(&format!("{path}?{query}"));
            answer.assert_problem(422, "invalid_input");
            assert_eq!(faults(&answer), expected, "{query}");
        }
    }
    for query in ["by=annual", "by=annual_change&from=soon", "by=annual_change&level=x", "order="] {
        service.get(&format!("/v1/rankings?{query}")).assert_problem(400, "invalid_query");
    }
    // A city is compared with itself alone, so its own definition will do; nobody declared it, so it is of low confidence.
    for (year, tonnes) in [(2015, 20), (2020, 10)] {
        let mut both = inventory(1000.0);
        both["totals"]["own"] = json!(tonnes);
        (both["protocol"], both["reason"]) = (json!("other"), json!("Its own total"));
        service.record(&format!("/v1/cities/aa/reports/{year}"), &both);
    }
    let own = service.json("/v1/rankings?by=annual_change&level=own&from=2015&to=2020");
    assert_eq!(told(&own).0, ["1 aa"]);
    assert_eq!(list(&own, "items")[0]["confidence"], "low");
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

/// A network of the cities, and others.
fn network() -> Service {
    let service = Service::start();
    let source = json!({"title": "A test"});
    service.record("/v1/networks/alliance", &json!({"name": "The Alliance", "source": source}));
    let member = |id: &str, body: Value| {
        let mut body = body;
        body["source"] = source.clone();
        service.record(&format!("/v1/networks/alliance/members/{id}"), &body);
    };
    let report = |id: &str, year: i32, tonnes: f64| {
        service.record(&format!("/v1/cities/{id}/reports/{year}"), &inventory(tonnes));
    };
    let half = target("2010", 50.0, 2030);
    record(&service, "aa", &half, 800.0);
    let mut stepped = target("2010", 80.0, 2040);
    stepped["milestones"] = json!([{"year": 2020, "reduction_percent": 10}]);
    record(&service, "bb", &stepped, 950.125);
    record(&service, "cc", &half, 600.0);
    for (id, years) in [("aa", vec![2016, 2018, 2019, 2021]), ("bb", vec![2018, 2019, 2021]), ("cc", vec![2018])] {
        for year in years {
            report(id, year, 700.0 + f64::from(year - 2000) * 10.333);
        }
        member(id, json!({}));
    }
    record(&service, "part", &half, 1.0);
    service.record(
        "/v1/cities/part",
        &json!({"name": "part", "country": "US", "part_of": "aa", "reason": "It lies there"}),
    );
    record(&service, "office", &half, 2.0);
    service.record(
        "/v1/cities/office",
        &json!({"name": "office", "country": "US", "boundary": "operations", "reason": "It is"}),
    );
    service.record("/v1/cities/silent", &city("Silent"));
    record(
        &service,
        "a-head",
        &{
            let mut body = half.clone();
            body["kind"] = json!("base_year_intensity");
            body
        },
        300.0,
    );
    record(&service, "late", &half, 50.0);
    report("late", 2021, 40.0);
    assert_eq!(service.delete("/v1/cities/late/reports/2020?reason=A+slip", &service.admin).status, 204);
    for id in ["part", "office", "silent", "a-head", "late"] {
        member(id, json!({}));
    }
    record(&service, "gone", &half, 5.0);
    member("gone", json!({"left_on": "2020-01-01"}));
    record(&service, "stranger", &half, 5.0);
    service
}

/// What straight lines through the printed points allow in a year.
fn allowed(pathway: &Value, year: f64) -> f64 {
    let points: Vec<(f64, f64)> =
        pathway.as_array().unwrap().iter().map(|point| (number(&point["year"]), number(&point["tonnes"]))).collect();
    let after = points.windows(2).find(|pair| year <= pair[1].0);
    after.map_or(points[points.len() - 1].1, |pair| {
        pair[0].1 + (pair[1].1 - pair[0].1) * (year - pair[0].0) / (pair[1].0 - pair[0].0)
    })
}

#[test]
fn the_progress_of_a_network_can_be_recomputed_by_hand() {
    let service = network();
    for (query, held_to, counted, years) in [
        ("?year=2020", 2020, vec!["aa", "bb", "cc"], vec![2018, 2020]),
        // As many have a figure for 2021 as for 2020: the latest counts.
        ("", 2021, vec!["aa", "bb", "late"], vec![2021]),
        ("?level=basic&year=2016", 2016, vec!["aa"], vec![2016, 2018, 2019, 2020, 2021]),
    ] {
        let progress = service.json(&format!("/v1/networks/alliance/progress{query}"));
        let joint = &progress["joint"];
        let names = |name: &str| -> Vec<&str> {
            list(&progress, name).iter().map(|entry| entry["city"].as_str().unwrap()).collect()
        };
        assert_eq!(names("counted"), counted, "{query}");
        assert_eq!(
            (joint["year"].as_i64(), joint["counted_members"].as_u64()),
            (Some(held_to), Some(counted.len() as u64))
        );
        // Every member is there once.
        let all: BTreeSet<&str> = names("counted").into_iter().chain(names("left_out")).collect();
        assert_eq!(all, BTreeSet::from(["aa", "bb", "cc", "part", "office", "silent", "a-head", "late"]));
        assert_eq!(progress["members"], 8);

        let printed: Vec<i64> = list(joint, "years").iter().map(|row| row["year"].as_i64().unwrap()).collect();
        assert_eq!(printed, years, "{query}");
        for row in list(joint, "years") {
            let of_year = |member: &Value| {
                list(member, "years")
                    .iter()
                    .find(|own| own["year"] == row["year"])
                    .unwrap_or_else(|| panic!("{member}"))
                    .clone()
            };
            let rows: Vec<(Value, Value)> =
                list(&progress, "counted").iter().map(|member| (member.clone(), of_year(member))).collect();
            let emitted: f64 = rows.iter().map(|(_, own)| number(&own["emitted_tonnes"])).sum();
            let expected: f64 = rows.iter().map(|(_, own)| number(&own["expected_tonnes"])).sum();
            assert_near(&row["emitted_tonnes"], emitted, 1e-6);
            assert_near(&row["expected_tonnes"], expected, 1e-6);
            assert_near(&row["gap_tonnes"], emitted - expected, 1e-6);
            assert_near(&row["gap_percent"], 100.0 * (emitted - expected) / expected, 1e-6);
            for (member, own) in &rows {
                assert_near(&own["expected_tonnes"], allowed(&member["pathway"], number(&row["year"])), 6e-4);
                let report =
                    service.json(&format!("/v1/cities/{}/reports/{}", member["city"].as_str().unwrap(), row["year"]));
                assert_eq!(own["emitted_tonnes"], report["totals"]["basic"]);
            }
        }
        let added = |name: &str| -> f64 {
            let totals = list(&progress, name).iter().filter_map(|member| member.get("added"));
            totals.map(|total| number(&total["tonnes"])).sum()
        };
        let (own, others) = (added("counted"), added("left_out"));
        for member in list(&progress, "left_out") {
            let is_elsewhere = member["reason"] == "other_boundary" || member["reason"] == "part_of_member";
            assert_eq!(member.get("added").is_some(), !is_elsewhere && member.get("latest").is_some(), "{member}");
        }
        let held = list(joint, "years").iter().find(|row| row["year"] == held_to).unwrap();
        assert_eq!(joint["counted_tonnes"], held["emitted_tonnes"]);
        assert_near(&joint["counted_tonnes"], own, 1e-6);
        assert_near(&joint["members_tonnes"], own + others, 1e-6);
        assert_near(&joint["share_percent"], 100.0 * own / (own + others), 1e-6);
    }
    // 2018 is 8/20 of the way from 1,000 t in 2010 to 500 t in 2030, so 800 t; with a step of 10 % by 2020, 920 t.
    let progress = service.json("/v1/networks/alliance/progress?year=2020");
    assert_near(&progress["joint"]["years"][0]["expected_tonnes"], 800.0 + 920.0 + 800.0, 1e-9);
    assert_near(&progress["joint"]["years"][1]["emitted_tonnes"], 800.0 + 950.125 + 600.0, 1e-9);
    let reasons: BTreeMap<&str, &str> = list(&progress, "left_out")
        .iter()
        .map(|member| (member["city"].as_str().unwrap(), member["reason"].as_str().unwrap()))
        .collect();
    let expected = [
        ("a-head", "per_person_target"),
        ("late", "year_not_reported"),
        ("office", "other_boundary"),
        ("part", "part_of_member"),
        ("silent", "no_target"),
    ];
    assert_eq!(reasons, expected.into());
    assert!(list(&progress, "left_out").iter().all(|member| member["detail"].as_str().unwrap().len() > 10));

    // Judged in 2026: who reported neither 2023 nor later is overdue.
    let overdue: Vec<(&str, &Value)> = list(&progress, "overdue")
        .iter()
        .map(|member| (member["city"].as_str().unwrap(), &member["years_ago"]))
        .collect();
    assert_eq!(overdue.len(), 8, "{overdue:?}");
    assert!(
        overdue.contains(&("aa", &json!(5)))
            && overdue.contains(&("cc", &json!(6)))
            && overdue.contains(&("silent", &Value::Null))
    );
    service.record("/v1/cities/aa/reports/2023", &inventory(700.0));
    assert_eq!(list(&service.json("/v1/networks/alliance/progress"), "overdue").len(), 7);

    let other = service.json("/v1/networks/alliance/progress?level=scope_1");
    assert!(other.get("joint").is_none() && list(&other, "counted").is_empty());
    assert!(list(&other, "left_out").iter().any(|member| member["reason"] == "no_target_at_level"));
    let none = service.json("/v1/networks/alliance/progress?year=1999");
    assert!(none.get("joint").is_none() && list(&none, "left_out").len() == 8);
    service.get("/v1/networks/alliance/progress?year=1969").assert_problem(422, "invalid_input");
    service.get("/v1/networks/alliance/progress?level=x").assert_problem(400, "invalid_query");
}

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
    let claimed = cities.iter().map(|city| city["verdicts"]["ended_claimed_later"].as_u64().unwrap());
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
        assert_eq!(row["cities"], of.len(), "{id}");
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
                list(&status, "targets").iter().find(|target| target["target"]["id"] == status["headline"])
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
            let covered = &row["tonnes"][level];
            assert!(
                number(&covered["oldest_year"]) <= number(&figure["year"])
                    && number(&figure["year"]) <= number(&covered["newest_year"])
            );
        }
        assert_eq!(row["tonnes"].as_object().unwrap().len(), tonnes.len(), "{id}");
        for (level, (cities, sum)) in tonnes {
            assert_eq!(row["tonnes"][level]["cities"], cities, "{id} {level}");
            assert_near(&row["tonnes"][level]["tonnes"], sum, 1e-3);
        }
        let years: Vec<i64> = of.iter().filter_map(|city| city["latest_report_year"].as_i64()).collect();
        let mut ages: Vec<f64> = years.iter().map(|year| (2026 - year) as f64).collect();
        ages.sort_by(f64::total_cmp);
        match ages.len() {
            0 => assert!(row.get("median_age_years").is_none()),
            n => assert_near(&row["median_age_years"], f64::midpoint(ages[(n - 1) / 2], ages[n / 2]), 1e-9),
        }
        let reports: i64 = list(row, "latest_reports").iter().map(|year| year["cities"].as_i64().unwrap()).sum();
        assert_eq!(reports, years.len() as i64);
        for told in list(row, "latest_reports") {
            let same = years.iter().filter(|year| told["year"] == **year).count();
            assert_eq!(told["cities"], same, "{id}");
        }
        let late = of.iter().filter(|city| city["latest_report_year"].as_i64().is_none_or(|year| year < 2023));
        let late: Vec<&Value> = late.map(|city| &city["id"]).collect();
        assert_eq!(json!(late), row["overdue_cities"], "{id}");
        assert_eq!(row["overdue"], late.len());
    }
    assert!(["world", "country", "region", "network"].iter().all(|scope| scopes.iter().any(|known| known == scope)));
    let order = |scope: &String| ["world", "country", "region", "network"].iter().position(|known| known == scope);
    assert!(scopes.is_sorted_by_key(order), "{scopes:?}");
    let world = &list(&summary, "items")[0];
    let overdue = service.json("/v1/cities?reported_before=2023&limit=500");
    assert_eq!(world["overdue"], overdue["total"]);

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
    assert_eq!((empty["total"].as_u64(), &empty["items"][0]["cities"]), (Some(1), &json!(0)));
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
        .map(|row| (row["id"].as_str().unwrap(), row["name"].as_str().unwrap(), row["cities"].as_u64().unwrap()))
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
    assert_eq!((&world["overdue"], &world["overdue"]), (&late["total"], &json!(OVERDUE_LISTED + 1)));
    let first: Vec<&Value> = list(&late, "items")[..OVERDUE_LISTED].iter().map(|city| &city["id"]).collect();
    assert_eq!(world["overdue_cities"], json!(first));
}
