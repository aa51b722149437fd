//! The progress of a network can be worked out by hand from its members, whatever their rules, years and parts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Service, assert_near, baseline, city, faults, inventory, target};

use super::{list, number, record};

/// A network of cities, and of others that are not counted.
fn mixed_network() -> Service {
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
    let service = mixed_network();
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
        let all: BTreeSet<&str> = names("counted").into_iter().chain(names("not_counted")).collect();
        assert_eq!(all, BTreeSet::from(["aa", "bb", "cc", "part", "office", "silent", "a-head", "late"]));
        assert_eq!(progress["members"], 8);

        let printed: Vec<i64> = list(joint, "joint_years").iter().map(|row| row["year"].as_i64().unwrap()).collect();
        assert_eq!(printed, years, "{query}");
        for row in list(joint, "joint_years") {
            let of_year = |member: &Value| {
                list(member, "course_years")
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
            let totals = list(&progress, name).iter().filter_map(|member| member.get("added_total"));
            totals.map(|total| number(&total["tonnes"])).sum()
        };
        let (own, others) = (added("counted"), added("not_counted"));
        for member in list(&progress, "not_counted") {
            let is_elsewhere = member["reason"] == "other_boundary" || member["reason"] == "part_of_member";
            assert_eq!(
                member.get("added_total").is_some(),
                !is_elsewhere && member.get("latest").is_some(),
                "{member}"
            );
        }
        let held = list(joint, "joint_years").iter().find(|row| row["year"] == held_to).unwrap();
        assert_eq!(joint["counted_tonnes"], held["emitted_tonnes"]);
        assert_near(&joint["counted_tonnes"], own, 1e-6);
        assert_near(&joint["members_tonnes"], own + others, 1e-6);
        assert_near(&joint["share_percent"], 100.0 * own / (own + others), 1e-6);
    }
    // 2018 is 8/20 of the way from 1,000 t in 2010 to 500 t in 2030, so 800 t; with a step of 10 % by 2020, 920 t.
    let progress = service.json("/v1/networks/alliance/progress?year=2020");
    assert_near(&progress["joint"]["joint_years"][0]["expected_tonnes"], 800.0 + 920.0 + 800.0, 1e-9);
    assert_near(&progress["joint"]["joint_years"][1]["emitted_tonnes"], 800.0 + 950.125 + 600.0, 1e-9);
    let reasons: BTreeMap<&str, &str> = list(&progress, "not_counted")
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
    assert!(list(&progress, "not_counted").iter().all(|member| member["detail"].as_str().unwrap().len() > 10));

    // Judged in 2026: who reported neither 2023 nor later is overdue.
    let overdue: Vec<(&str, &Value)> = list(&progress, "overdue_members")
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
    assert_eq!(list(&service.json("/v1/networks/alliance/progress"), "overdue_members").len(), 7);

    let other = service.json("/v1/networks/alliance/progress?level=scope_1");
    assert!(other.get("joint").is_none() && list(&other, "counted").is_empty());
    assert!(list(&other, "not_counted").iter().any(|member| member["reason"] == "no_target_at_level"));
    let none = service.json("/v1/networks/alliance/progress?year=1999");
    assert!(none.get("joint").is_none() && list(&none, "not_counted").len() == 8);
    service.get("/v1/networks/alliance/progress?year=1969").assert_problem(400, "invalid_query");
    service.get("/v1/networks/alliance/progress?level=x").assert_problem(400, "invalid_query");
}

/// A service with an empty network.
fn network() -> Service {
    let service = Service::start();
    service.record("/v1/networks/alliance", &json!({"name": "The Alliance", "source": {"title": "A test"}}));
    service
}

/// Records a member with these reports.
fn member(service: &Service, id: &str, body: &Value, reports: &[(i32, f64)]) {
    service.record(&format!("/v1/cities/{id}"), body);
    service.record(&format!("/v1/networks/alliance/members/{id}"), &json!({"source": {"title": "A test"}}));
    for (year, tonnes) in reports {
        service.record(&format!("/v1/cities/{id}/reports/{year}"), &inventory(*tonnes));
    }
}

/// Pledges half of `tonnes` in 2000 by 2030.
fn pledge(service: &Service, id: &str, tonnes: f64) {
    service.record(&format!("/v1/cities/{id}/baselines/2000"), &baseline(2000, tonnes));
    service.record(&format!("/v1/cities/{id}/targets/half"), &target("2000", 50.0, 2030));
}

fn part_of(whole: &str) -> Value {
    json!({"name": format!("A part of {whole}"), "country": "US", "part_of": whole})
}

fn progress(service: &Service, query: &str) -> Value {
    service.json(&format!("/v1/networks/alliance/progress{query}"))
}

/// Who is counted, and of the others why not.
fn told(progress: &Value) -> (Vec<&str>, Vec<String>) {
    let entries = |name: &str| progress[name].as_array().unwrap().iter();
    let counted = entries("counted").map(|entry| entry["city"].as_str().unwrap()).collect();
    let line = |entry: &Value| format!("{} {}", entry["city"].as_str().unwrap(), entry["reason"].as_str().unwrap());
    (counted, entries("not_counted").map(line).collect())
}

/// What each member adds to `members_tonnes`, which must be their sum, as `city year tonnes`.
fn added(progress: &Value) -> Vec<String> {
    let members = ["counted", "not_counted"].iter().flat_map(|name| progress[*name].as_array().unwrap());
    let adding: Vec<&Value> = members.filter(|entry| entry.get("added_total").is_some()).collect();
    let sum: f64 = adding.iter().map(|entry| entry["added_total"]["tonnes"].as_f64().unwrap()).sum();
    assert_near(&progress["joint"]["members_tonnes"], sum, 1e-6);
    let line = |entry: &&Value| {
        let (city, added) = (entry["city"].as_str().unwrap(), &entry["added_total"]);
        format!("{city} {} {}", added["year"], added["tonnes"].as_f64().unwrap())
    };
    adding.iter().map(line).collect()
}

fn assert_share(progress: &Value, counted: f64, members: f64) {
    let joint = &progress["joint"];
    assert_near(&joint["counted_tonnes"], counted, 1e-6);
    assert_near(&joint["members_tonnes"], members, 1e-6);
    assert_near(&joint["share_percent"], 100.0 * counted / members, 1e-6);
}

#[test]
fn the_share_is_of_the_figures_that_are_added_up() {
    let service = network();
    member(&service, "nc-a", &city("Counted"), &[(2020, 6e5)]);
    pledge(&service, "nc-a", 1e6);
    let mut other = inventory(9e6);
    other["protocol"] = json!("ipcc");
    service.record("/v1/cities/nc-a/reports/2022", &other);
    member(&service, "nc-b", &city("Without a target"), &[(2020, 6e5)]);

    let answer = progress(&service, "");
    assert_eq!(told(&answer), (vec!["nc-a"], vec!["nc-b no_target".to_owned()]));
    assert_eq!(answer["joint"]["joint_years"].as_array().unwrap().len(), 1);
    assert_eq!(answer["counted"][0]["latest"], json!({"year": 2022, "tonnes": 9_000_000}));
    assert_eq!(added(&answer), ["nc-a 2020 600000", "nc-b 2020 600000"]);
    assert_share(&answer, 6e5, 12e5);

    // Of who is not counted the figure of the same year, else the latest.
    service.record("/v1/cities/nc-b/reports/2022", &inventory(3e5));
    member(&service, "nc-c", &city("Of other years"), &[(2012, 7e5), (2016, 1e5)]);
    let answer = progress(&service, "");
    assert_eq!(added(&answer), ["nc-a 2020 600000", "nc-b 2020 600000", "nc-c 2016 100000"]);
    assert_share(&answer, 6e5, 13e5);

    // Of who is counted that of the year it is held to, even when a later one is added up too.
    service.record("/v1/cities/nc-a/reports/2012", &inventory(8e5));
    let answer = progress(&service, "?year=2012");
    assert_eq!(added(&answer), ["nc-a 2012 800000", "nc-b 2022 300000", "nc-c 2012 700000"]);
    assert_share(&answer, 8e5, 18e5);
    let years = answer["joint"]["joint_years"].as_array().unwrap();
    assert_eq!((years.len(), &years[0]["emitted_tonnes"]), (2, &answer["joint"]["counted_tonnes"]));

    let none = progress(&service, "?year=1999");
    assert!(none.get("joint").is_none() && none["not_counted"][1].get("added_total").is_none());
}

#[test]
fn a_part_is_counted_unless_a_whole_of_it_is() {
    let service = network();
    let metro = json!({"name": "Metro", "country": "US", "boundary": "metropolitan"});
    member(&service, "zz-metro", &metro, &[(2018, 5e6)]);
    member(&service, "zz-core", &part_of("zz-metro"), &[(2018, 6e5)]);
    pledge(&service, "zz-core", 1e6);
    let answer = progress(&service, "");
    assert_eq!(told(&answer), (vec!["zz-core"], vec!["zz-metro other_boundary".to_owned()]));
    assert_share(&answer, 6e5, 6e5);

    // A whole without a target: its tonnes include those of its parts, and of their parts.
    member(&service, "whole", &city("Whole"), &[(2018, 2e6)]);
    member(&service, "part", &part_of("whole"), &[(2018, 5e5)]);
    pledge(&service, "part", 1e6);
    member(&service, "quarter", &part_of("part"), &[(2018, 2e5), (2020, 1e5)]);
    pledge(&service, "quarter", 4e5);
    let answer = progress(&service, "");
    let left = ["quarter part_of_member", "whole no_target", "zz-metro other_boundary"].map(str::to_owned);
    assert_eq!(told(&answer), (vec!["part", "zz-core"], left.to_vec()));
    assert_eq!(added(&answer), ["zz-core 2018 600000", "whole 2018 2000000"]);
    assert_share(&answer, 11e5, 26e5);
    // The part has no figure for 2020, its own part has.
    let answer = progress(&service, "?year=2020");
    let left = ["part year_not_reported", "whole no_target", "zz-core year_not_reported", "zz-metro other_boundary"];
    assert_eq!(told(&answer), (vec!["quarter"], left.map(str::to_owned).to_vec()));
    assert_share(&answer, 1e5, 26e5);

    // Once the whole has a target, all that lies in it is counted with it, at whatever remove.
    pledge(&service, "whole", 3e6);
    let answer = progress(&service, "");
    assert_eq!(answer["joint"]["year"], 2018);
    let left = ["part part_of_member", "quarter part_of_member", "zz-metro other_boundary"].map(str::to_owned);
    assert_eq!(told(&answer), (vec!["whole", "zz-core"], left.to_vec()));
    assert!(answer["not_counted"][1]["detail"].as_str().unwrap().contains("part of whole"), "{answer}");
    assert_share(&answer, 26e5, 26e5);
    // But not for a year that the whole has no figure for.
    let answer = progress(&service, "?year=2020");
    assert_eq!(told(&answer).0, ["quarter"]);
    assert_share(&answer, 1e5, 26e5);
    // What is less than its part has no share of it to show.
    service.record("/v1/cities/quarter/reports/2021", &inventory(9e6));
    let answer = progress(&service, "?year=2021");
    assert!(told(&answer).0 == ["quarter"] && answer["joint"].get("share_percent").is_none(), "{answer}");
}

#[test]
fn a_whole_speaks_for_its_parts_when_the_year_is_chosen() {
    let service = network();
    member(&service, "whole", &city("Whole"), &[(2020, 2e6)]);
    pledge(&service, "whole", 3e6);
    for id in ["part-1", "part-2"] {
        member(&service, id, &part_of("whole"), &[(2018, 5e5)]);
        pledge(&service, id, 1e6);
    }
    // Two have a figure of their own for 2018; for 2020 the one includes both.
    let answer = progress(&service, "");
    let left = ["part-1 part_of_member", "part-2 part_of_member"].map(str::to_owned);
    assert_eq!((&answer["joint"]["year"], told(&answer)), (&json!(2020), (vec!["whole"], left.to_vec())));
    assert_share(&answer, 2e6, 2e6);
    let answer = progress(&service, "?year=2018");
    assert_eq!(told(&answer), (vec!["part-1", "part-2"], vec!["whole year_not_reported".to_owned()]));
    assert_eq!(added(&answer), ["whole 2020 2000000"]);
    assert_share(&answer, 1e6, 2e6);
}

#[test]
fn members_of_whom_nothing_is_known_today_are_told_apart() {
    let service = network();
    // On track when they last reported, both.
    member(&service, "late", &city("Late"), &[(2022, 6e5)]);
    service.record("/v1/cities/late/baselines/2000", &baseline(2000, 1e6));
    service.record("/v1/cities/late/targets/half", &target("2000", 50.0, 2024));
    member(&service, "old", &city("Old"), &[(2015, 7e5)]);
    pledge(&service, "old", 1e6);
    let answer = progress(&service, "");
    let counts = |name: &str| {
        let of_verdict = answer["verdicts"][name].as_object().unwrap();
        of_verdict.values().map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!([counts("unreported"), counts("outdated"), counts("on_track")], [1, 1, 0], "{answer}");
    // Their figures stay those of their years.
    assert_eq!(told(&answer), (vec!["late"], vec!["old year_not_reported".to_owned()]));
    assert_eq!((&answer["joint"]["year"], &answer["counted"][0]["verdict"]), (&json!(2022), &json!("unreported")));
    let answer = progress(&service, "?year=2015");
    assert_eq!((told(&answer).0, &answer["counted"][0]["verdict"]), (vec!["old"], &json!("outdated")));

    // Of several targets at the level the one that asks for most soon is counted, and none for a sector alone.
    service.record("/v1/cities/old/targets/ambitious", &target("2000", 90.0, 2035));
    assert_eq!(progress(&service, "?year=2015")["counted"][0]["target"], "ambitious");
    member(&service, "sector", &city("Sector"), &[(2022, 5e5)]);
    service.record("/v1/cities/sector/baselines/2000", &baseline(2000, 1e6));
    let mut transport = target("2000", 50.0, 2030);
    transport["sector"] = json!("II");
    service.record("/v1/cities/sector/targets/transport", &transport);
    assert!(told(&progress(&service, "")).1.contains(&"sector no_target".to_owned()));
}

#[test]
fn totals_by_own_definitions_are_not_added_up() {
    let service = network();
    let answer = service.get("/v1/networks/alliance/progress?level=own");
    answer.assert_problem(422, "invalid_input");
    assert_eq!(faults(&answer), ["/level not_comparable"]);
}
