//! The log is read by pages, says what was before and after, and anyone can check its chain.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Service, baseline, city, inventory, target};

use super::items;

/// Records two cities with every kind of change.
pub fn record_history(service: &Service) {
    for place in ["/v1/cities/us-one", "/v1/cities/us-two"] {
        service.record(place, &city("Zoë's \"Town\"\\ \u{1F3D9} </script>"));
        service.record(&format!("{place}/baselines/1990"), &baseline(1990, 1234.567));
        service.record(&format!("{place}/targets/half"), &target("1990", 33.3333, 2030));
        service.record(&format!("{place}/reports/2020"), &inventory(1e11));
        let mut restated = inventory(0.001);
        restated["reason"] = json!("Größer – «gezählt»");
        service.record(&format!("{place}/reports/2020"), &restated);
        // The same again is no change.
        service.record(&format!("{place}/reports/2020"), &restated);
        assert_eq!(service.delete(&format!("{place}/reports/2020?reason=Wrong"), &service.admin).status, 204);
        restated["reason"] = json!("Right after all");
        service.record(&format!("{place}/reports/2020"), &restated);
    }
}

#[test]
fn the_log_is_read_by_pages() {
    let service = Service::start();
    record_history(&service);
    let whole = service.json("/v1/changes?limit=500");
    assert_eq!((whole["total"].as_u64(), whole.get("next")), (Some(14), None));
    let sequences: Vec<i64> = items(&whole).iter().map(|change| change["sequence"].as_i64().unwrap()).collect();
    assert_eq!(sequences, (1..=14).collect::<Vec<_>>());
    for (path, all) in [
        ("/v1/changes", items(&whole).clone()),
        ("/v1/cities/us-two/changes", {
            items(&whole).iter().filter(|change| change["city"] == "us-two").cloned().collect()
        }),
    ] {
        for limit in [1, 3, 7, 500] {
            let mut page = service.json(&format!("{path}?limit={limit}"));
            let mut walked = items(&page).clone();
            while let Some(next) = page["next"].as_str() {
                page = service.json(&format!("{path}?limit={limit}&cursor={next}"));
                assert!(!items(&page).is_empty());
                walked.extend(items(&page).clone());
            }
            assert_eq!(walked, all, "{path} by {limit}");
            assert_eq!(page["total"], all.len(), "{path}");
        }
    }
    assert_eq!(items(&service.json("/v1/changes?after=12")).len(), 2);
    for nothing in ["/v1/changes?after=14", "/v1/changes?after=9007199254740991", "/v1/cities/us-one/changes?after=7"] {
        let page = service.json(nothing);
        assert_eq!((items(&page).len(), page.get("next")), (0, None), "{nothing}");
    }
    for bad in ["after=-1", "after=x", "cursor=x"] {
        service.get(&format!("/v1/changes?{bad}")).assert_problem(400, "invalid_query");
    }
    service.get("/v1/cities/us-three/changes").assert_problem(404, "not_found");
}

#[test]
fn a_change_tells_what_was_before_and_after() {
    let service = Service::start();
    record_history(&service);
    let changes = service.json("/v1/cities/us-one/changes");
    let of = |id: &str| items(&changes).iter().filter(|change| change["id"] == id).cloned().collect::<Vec<_>>();
    let report = of("2020");
    let told: Vec<_> =
        report.iter().map(|c| (c["action"].as_str().unwrap(), c["revision"].as_i64().unwrap())).collect();
    assert_eq!(told, [("create", 1), ("revise", 2), ("withdraw", 3), ("create", 4)]);
    assert!(report[0].get("before").is_none() && report[0].get("reason").is_none());
    assert_eq!(report[1]["before"], report[0]["after"]);
    assert_eq!(report[1]["reason"], "Größer – «gezählt»");
    assert_eq!(report[1]["after"]["totals"]["basic"], 0.001);
    assert_eq!(report[2]["before"], report[1]["after"]);
    assert!(report[2].get("after").is_none() && report[3].get("before").is_none());
    assert!(items(&changes).iter().all(|change| change["actor"] == "the tests" && change["city"] == "us-one"));
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// JSON with sorted members and no white space.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let members: Vec<String> =
                sorted.into_iter().map(|(name, value)| format!("{}:{}", json!(name), canonical(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// Checks the chain by the documented rule, from what is served alone.
pub fn check_chain(service: &Service) -> usize {
    let (mut previous, mut after, mut entries) = ("0".repeat(64), 0, 0);
    loop {
        let page = service.json(&format!("/v1/changes?limit=100&after={after}"));
        for change in items(&page) {
            let body: serde_json::Map<String, Value> = ["after", "key", "reason"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), change.get(name)?.clone())))
                .collect();
            assert_eq!(change["body_hash"], sha256(&canonical(&Value::Object(body))), "{change}");
            let word = |name: &str| match &change[name] {
                Value::String(text) => text.clone(),
                // A network belongs to no city.
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let names = [
                "previous_hash",
                "sequence",
                "recorded_at",
                "actor",
                "kind",
                "city",
                "id",
                "action",
                "revision",
                "body_hash",
            ];
            assert_eq!(word("previous_hash"), previous, "{change}");
            assert_eq!(word("hash"), sha256(&names.map(word).join("\n")), "{change}");
            previous = word("hash");
            entries += 1;
            assert_eq!(word("sequence"), entries.to_string());
        }
        match page["next"].as_str() {
            Some(next) => after = next.parse().unwrap(),
            None => return entries,
        }
    }
}

#[test]
fn anyone_can_check_the_chain() {
    let service = Service::start();
    record_history(&service);
    assert_eq!(check_chain(&service), 14);
    let demo = Service::with(&["--demo"]);
    assert!(check_chain(&demo) > 300);
}

#[test]
fn a_page_of_the_log_is_bounded_in_bytes() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    let lines: Vec<serde_json::Value> = [
        "I.1.1", "I.2.1", "I.3.1", "I.4.1", "I.5.1", "I.6.1", "I.7.1", "I.8.1", "II.1.1", "II.2.1", "II.3.1", "II.4.1",
    ]
    .iter()
    .map(|line| json!({"ref": line, "notation": "NE", "explanation": "x".repeat(2000)}))
    .collect();
    for year in 1970..2025 {
        let body = json!({"totals": {"basic": 1}, "lines": lines, "source": {"title": "A test"}});
        service.record(&format!("/v1/cities/us-somewhere/reports/{year}"), &body);
    }
    let first = service.json("/v1/changes?limit=500");
    let (items, next) = (first["items"].as_array().unwrap().len(), first["next"].as_str().unwrap());
    assert!((1..56).contains(&items), "{items}");
    let rest = service.json(&format!("/v1/changes?limit=500&cursor={next}"));
    assert_eq!(items + rest["items"].as_array().unwrap().len(), 56);
}
