//! What is withdrawn is gone with all that belongs to it, unless others name it, and can be put back.

use serde_json::json;

use crate::support::{baseline, city, inventory, target};

use super::{BASELINE, CITY, REPORT, STATEMENT, TARGET, because, changes, statement, with_records};

#[test]
fn a_withdrawn_record_is_gone_until_it_is_put_back() {
    let (service, reporter) = with_records();
    let kinds = [
        (REPORT, "reports", inventory(800.0)),
        (STATEMENT, "", statement("We are on our way.", "2030-half")),
        (TARGET, "targets", target("1990", 50.0, 2030)),
        (BASELINE, "baselines", baseline(1990, 1000.0)),
    ];
    for (path, list, _) in &kinds {
        let withdrawn = service.delete(&format!("{path}?reason=Entered+by+mistake"), &reporter);
        assert_eq!((withdrawn.status.as_u16(), withdrawn.text.as_str()), (204, ""));
        service.get(path).assert_problem(410, "gone");
        if !list.is_empty() {
            assert_eq!(service.json(&format!("{CITY}/{list}")), json!({"items": [], "total": 0}));
        }
        service.delete(&format!("{path}?reason=Again"), &reporter).assert_problem(410, "gone");
        let entry = changes(&service, CITY).pop().unwrap();
        assert_eq!((&entry["action"], &entry["revision"]), (&json!("withdraw"), &json!(2)));
        assert_eq!(entry["reason"], "Entered by mistake");
        assert_eq!(entry["actor"], "reporter of us-here");
        assert!(entry["before"].is_object() && entry.get("after").is_none());
    }
    for (path, _, body) in kinds.into_iter().rev() {
        service.put(path, &reporter, &body).assert_problem(422, "reason_required");
        let back = service.put(path, &reporter, &because(body, "It was right"));
        assert_eq!(back.status, 201, "{}", back.text);
        assert_eq!(back.header("location"), path);
        assert_eq!((&back.json()["revision"], &back.json()["reason"]), (&json!(3), &json!("It was right")));
        assert_eq!(service.get(path).text, back.text);
        let entry = changes(&service, CITY).pop().unwrap();
        assert_eq!((&entry["action"], &entry["revision"]), (&json!("create"), &json!(3)));
        assert!(entry.get("before").is_none(), "{entry}");
    }
    assert!(service.verify().status.success());
}

#[test]
fn a_city_is_withdrawn_with_all_that_belongs_to_it() {
    let (service, reporter) = with_records();
    let lists = ["baselines", "targets", "reports"].map(|list| format!("{CITY}/{list}"));
    assert_eq!(service.delete(&format!("{CITY}?reason=A+test"), &service.admin).status, 204);
    let entries = changes(&service, CITY);
    let mut withdrawn: Vec<String> = entries[5..]
        .iter()
        .map(|entry| {
            assert_eq!((&entry["action"], &entry["reason"]), (&json!("withdraw"), &json!("A test")));
            format!("{} {}", entry["kind"].as_str().unwrap(), entry["id"].as_str().unwrap())
        })
        .collect();
    assert_eq!(withdrawn.pop().unwrap(), "city us-here");
    withdrawn.sort();
    assert_eq!(withdrawn, ["baseline 1990", "report 2010", "statement statement", "target 2030-half"]);

    for path in [CITY, BASELINE, TARGET, REPORT, STATEMENT].map(str::to_owned).iter().chain(&lists) {
        service.get(path).assert_problem(410, "gone");
    }
    for list in &lists {
        service.get(&format!("{list}.csv")).assert_problem(410, "gone");
    }
    service.get(&format!("{CITY}/status")).assert_problem(410, "gone");
    service.put(REPORT, &reporter, &inventory(1.0)).assert_problem(410, "gone");
    assert_eq!(service.json("/v1/cities")["total"], 0);
    assert_eq!(service.get(&format!("{CITY}/changes.csv")).text.lines().count(), 11);
    let past = service.json(&format!("{CITY}/status?sequence=5&judged_on=2026-11-23&method=2"));
    assert_eq!(past["targets"][0]["target"], "2030-half");
    assert_eq!(past["statement"]["text"], "We are on our way.");

    // The city alone comes back; what belonged to it is put back one by one.
    service.put(CITY, &service.admin, &city("Here")).assert_problem(422, "reason_required");
    assert_eq!(service.put(CITY, &service.admin, &because(city("Here"), "Back")).status, 201);
    service.get(REPORT).assert_problem(410, "gone");
    assert_eq!(service.json(&lists[2])["total"], 0);
    service.put(TARGET, &reporter, &because(target("1990", 50.0, 2030), "Back")).assert_problem(422, "invalid_input");
    assert_eq!(service.put(REPORT, &reporter, &because(inventory(1.0), "Back")).status, 201);
    assert!(service.verify().status.success());
}

#[test]
fn what_others_name_is_not_withdrawn_before_them() {
    let (service, reporter) = with_records();
    let mut old = target("1990", 40.0, 2030);
    old["standing"] = json!("superseded");
    old["superseded_by"] = json!("2030-half");
    service.record(&format!("{CITY}/targets/old"), &old);
    let mut part = city("Part");
    part["part_of"] = json!("us-here");
    service.record("/v1/cities/us-part", &part);

    let withdraw = |path: &str, key: &str| service.delete(&format!("{path}?reason=a+test"), key);
    for (path, key, users) in [
        (BASELINE, &reporter, "target 2030-half, target old"),
        (TARGET, &reporter, "target old, the city's statement"),
        (CITY, &service.admin, "city us-part"),
    ] {
        let problem = withdraw(path, key).assert_problem(409, "in_use");
        assert!(problem["detail"].as_str().unwrap().ends_with(users), "{problem}");
        assert_eq!(service.get(path).status, 200);
    }
    for path in ["/v1/cities/us-part", &format!("{CITY}/targets/old"), STATEMENT, TARGET, BASELINE, CITY] {
        assert_eq!(withdraw(path, &service.admin).status, 204, "{path}");
    }
}
