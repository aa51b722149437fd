//! Networks and their members are read by pages, and cities by the network that they are in today.

use serde_json::{Value, json};

use crate::api::changes::check_chain;
use crate::api::items;
use crate::support::{Service, city};

use super::csv::{leaves, rows};
use super::{ids, walk};

#[test]
fn networks_and_their_members_are_read_by_pages() {
    let service = Service::start();
    let source = json!({"title": "A test"});
    for id in ["alliance", "c40", "iclei"] {
        let body = json!({"name": id.to_uppercase(), "website": format!("https://{id}.example"), "source": source});
        service.record(&format!("/v1/networks/{id}"), &body);
    }
    let empty = service.json("/v1/networks/c40/members");
    assert_eq!(empty, json!({"items": [], "total": 0}));
    let periods = [
        ("aa", json!({}), true),
        ("bb", json!({"joined_on": "2026-11-23"}), true),
        ("cc", json!({"joined_on": "2026-11-24"}), false),
        ("dd", json!({"joined_on": "2015-06-01", "left_on": "2026-11-24"}), true),
        ("ee", json!({"left_on": "2026-11-23"}), false),
    ];
    for (id, period, _) in &periods {
        service.record(&format!("/v1/cities/{id}"), &city(id));
        let mut body = period.clone();
        body["source"] = source.clone();
        service.record(&format!("/v1/networks/c40/members/{id}"), &body);
    }
    service.record("/v1/networks/iclei/members/aa", &json!({"source": source}));

    for path in ["/v1/networks", "/v1/networks/c40/members"] {
        let whole = walk(&service, path, 500);
        assert!(whole.len() >= 3, "{path}");
        for limit in [1, 2] {
            assert_eq!(walk(&service, path, limit), whole, "{path}");
        }
        let (columns, rows) = rows(&service.get(&format!("{path}.csv")));
        for (item, mut row) in whole.iter().zip(rows) {
            let mut expected = Vec::new();
            leaves(item, "", &columns, &mut expected);
            expected.sort();
            row.sort();
            assert_eq!(row, expected, "{path}");
        }
    }
    let members = walk(&service, "/v1/networks/c40/members", 500);
    let told: Vec<_> = members.iter().map(|m| (m["city"].as_str().unwrap(), m["id"].as_str().unwrap())).collect();
    assert_eq!(told, ["aa", "bb", "cc", "dd", "ee"].map(|city| (city, "c40")));
    assert_eq!(members[3]["joined_on"], "2015-06-01");
    assert_eq!(service.json("/v1/networks/c40/members/dd"), members[3]);

    // Cities are members from the day they joined to the day before they left.
    let today: Vec<&str> = periods.iter().filter(|(_, _, now)| *now).map(|(id, _, _)| *id).collect();
    assert_eq!(ids(&walk(&service, "/v1/cities?network=c40", 1)), today);
    assert_eq!(ids(items(&service.json("/v1/cities?network=iclei"))), ["aa"]);
    assert_eq!(service.json("/v1/cities?network=alliance")["total"], 0);
    let next_day = service.restart_with(&["--today", "2026-11-24"]);
    assert_eq!(ids(items(&next_day.json("/v1/cities?network=c40"))), ["aa", "bb", "cc"]);
    for (unknown, status, code) in
        [("c41", 422, "invalid_input"), ("C40", 400, "invalid_query"), ("", 400, "invalid_query")]
    {
        let problem = next_day.get(&format!("/v1/cities?network={unknown}")).assert_problem(status, code);
        assert_eq!(problem["errors"][0]["pointer"], "/network");
    }

    let log = next_day.entries();
    assert_eq!(log.iter().filter(|entry| entry["kind"] == "network" && entry.get("city").is_none()).count(), 3);
    let of_dd: Vec<&Value> = log.iter().filter(|entry| entry["city"] == "dd").map(|entry| &entry["id"]).collect();
    assert_eq!(of_dd, ["dd", "c40"]);
    assert_eq!(next_day.json("/v1/cities/aa/changes")["total"], 3);
    assert_eq!(check_chain(&next_day), 3 + 5 + 6);
}
