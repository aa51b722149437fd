//! What a file would change is told with what it was, and needs a reason.

use serde_json::{Value, json};

use super::{CITY, THREE, csv, lined, outcomes, post, service};

#[test]
fn a_changed_year_is_told_with_both_figures_and_needs_a_reason() {
    let service = service();
    csv(&service, "", THREE);
    let changed = THREE.replace("2019,690", "2019,621");
    let problem = csv(&service, "", &changed).assert_problem(422, "import_refused");
    assert_eq!(outcomes(&problem["import"]), ["unchanged", "refused", "unchanged"]);
    assert_eq!(problem["errors"][0]["code"], "reason_required");
    let refused = &problem["import"]["rows"][1];
    let figures = json!([{"level": "basic", "old_tonnes": 690, "new_tonnes": 621, "change_percent": -10}]);
    assert_eq!(refused["changes"], figures, "what it would change is told with the refusal");
    assert!(refused.get("warnings").is_none());
    let done = csv(&service, "?reason=Recalculated", &changed).json();
    let row = &done["rows"][1];
    assert_eq!(row["changes"], figures);
    assert_eq!((&row["row"], &row["year"], &row["outcome"]), (&json!(3), &json!(2019), &json!("revised")));
    let report = service.json(&format!("{CITY}/reports/2019"));
    assert_eq!((&report["revision"], &report["reason"]), (&json!(2), &json!("Recalculated")));
}

#[test]
fn every_member_that_changes_is_told_with_what_it_was() {
    let service = service();
    service.record(&format!("{CITY}/reports/2015"), &lined());
    let row = |asked: &str, body: Value| {
        let text = json!({"reports": [body]}).to_string();
        let answer = post(&service, &format!("?dry_run=true&{asked}"), "application/json", text);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["rows"][0].clone()
    };
    let mut body = lined();
    body["year"] = json!(2015);
    let same = row("", body.clone());
    assert_eq!(same, json!({"row": 0, "year": 2015, "outcome": "unchanged"}));

    body["lines"] =
        json!([{"ref": "II.1.1", "tonnes": 90}, {"ref": "II.1.2", "notation": "NO"}, {"ref": "I.2.1", "tonnes": 1}]);
    body["population"] = json!(110);
    body["period"] = json!({"start": "2015-07-01", "end": "2016-06-30"});
    body["source"] = json!({"title": "T", "url": "https://example.org/"});
    body["gases"] = json!(["co2"]);
    body.as_object_mut().unwrap().remove("gwp");
    for asked in ["", "reason=Restated"] {
        let told = row(asked, body.clone());
        assert_eq!(told["outcome"], if asked.is_empty() { "refused" } else { "revised" });
        assert_eq!(told["line_changes"], json!({"added": 2, "removed": 1, "changed": 1}));
        assert_eq!(
            told["member_changes"],
            json!([
                {"pointer": "/gases", "new": ["co2"]},
                {"pointer": "/gwp", "old": "ar5"},
                {"pointer": "/period/end", "new": "2016-06-30"},
                {"pointer": "/period/start", "new": "2015-07-01"},
                {"pointer": "/population", "old": 100, "new": 110, "change_percent": 10},
                {"pointer": "/source/title", "old": "S", "new": "T"},
                {"pointer": "/source/url", "new": "https://example.org/"},
            ])
        );
        assert!(told.get("changes").is_none(), "the figure is as it was");
    }
    let mut turned = lined();
    turned["year"] = json!(2015);
    turned["lines"].as_array_mut().unwrap().reverse();
    let told = row("reason=Sorted", turned);
    assert_eq!(told["line_changes"], json!({"added": 0, "removed": 0, "changed": 0}), "another order is a change");
}

#[test]
fn a_withdrawn_report_comes_back_with_a_reason() {
    let service = service();
    csv(&service, "", THREE);
    let withdrawn = service.delete(&format!("{CITY}/reports/2019?reason=Wrong%20city"), &service.admin);
    assert_eq!(withdrawn.status, 204);
    let problem = csv(&service, "", THREE).assert_problem(422, "import_refused");
    let fault = &problem["import"]["rows"][1]["faults"][0];
    assert_eq!(fault["code"], "reason_required");
    assert!(fault["detail"].as_str().unwrap().contains("was withdrawn"), "{fault}");
    assert_eq!(
        outcomes(&csv(&service, "?reason=Right%20after%20all", THREE).json()),
        ["unchanged", "created", "unchanged"]
    );
}

#[test]
fn warnings_come_with_their_rows() {
    let service = service();
    let slip = THREE.replace("2020,680", "2020,6.8");
    let done = csv(&service, "", &slip).json();
    let codes: Vec<&Value> = done["rows"][2]["warnings"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, [&json!("total_jump"), &json!("per_person_unlikely")]);
    assert!(done["rows"][1].get("warnings").is_none());
}
