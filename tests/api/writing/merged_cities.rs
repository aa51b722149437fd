//! A city that came from others names them, and a city that was merged away leads on.

use serde_json::{Value, json};

use crate::support::{city, inventory};

use super::{CITY, REPORT, because, put_if, with_city};

/// A city that came from others.
fn merged(name: &str, from: &[&str]) -> Value {
    let came = |id: &&str| json!({"city": id, "on": "2007-01-01", "source": {"title": "A test"}});
    let mut body = city(name);
    body["predecessors"] = from.iter().map(came).collect();
    because(body, "a test")
}

#[test]
fn a_city_names_those_it_came_from_and_is_named_by_them() {
    let (service, _) = with_city();
    service.record("/v1/cities/us-old", &city("Old"));
    let successors = |id: &str| service.json(&format!("/v1/cities/{id}")).get("successors").cloned();
    let tag = || service.get("/v1/cities/us-old").header("etag").to_owned();
    assert_eq!(successors("us-old"), None);
    let before = tag();

    let new = service.record("/v1/cities/us-new", &merged("New", &["us-old", "us-here"])).json();
    assert_eq!(new["predecessors"][1]["city"], "us-here");
    assert!(new.get("successors").is_none());
    assert_eq!(successors("us-old"), Some(json!(["us-new"])));
    assert_ne!(tag(), before, "the answer of the earlier city has changed");
    service.record("/v1/cities/us-else", &merged("Else", &["us-old"]));
    assert_eq!(successors("us-old"), Some(json!(["us-else", "us-new"])));
    let listed = service.json("/v1/cities?ids=us-old")["items"][0].clone();
    assert_eq!(listed["successors"], json!(["us-else", "us-new"]));
    // Its tag is that of the answer with those that came after it.
    let renamed = because(city("Older"), "a test");
    put_if(&service, "/v1/cities/us-old", &service.admin, ("if-match", &before), &renamed)
        .assert_problem(412, "precondition_failed");
    let answer = put_if(&service, "/v1/cities/us-old", &service.admin, ("if-match", &tag()), &renamed);
    assert_eq!((answer.status.as_u16(), &answer.json()["successors"]), (200, &json!(["us-else", "us-new"])));

    // Another change of the later city leaves the earlier one as it is; who names it no more came from elsewhere.
    let (before, revision) = (tag(), service.json("/v1/cities/us-old")["revision"].clone());
    service.record("/v1/cities/us-new", &merged("Newer", &["us-here", "us-old"]));
    assert_eq!(tag(), before);
    service.record("/v1/cities/us-new", &merged("Newer", &["us-here"]));
    assert_eq!(successors("us-old"), Some(json!(["us-else"])));
    assert_eq!(service.delete("/v1/cities/us-else?reason=a+test", &service.admin).status, 204);
    assert_eq!(successors("us-old"), None);
    assert_eq!(service.put("/v1/cities/us-else", &service.admin, &merged("Else", &["us-old"])).status, 201);
    assert_eq!(successors("us-old"), Some(json!(["us-else"])));
    assert_eq!(service.json("/v1/cities/us-old")["revision"], revision, "no revision of it is made");
    let text = service.get("/v1/cities/us-old").text;
    let service = service.restart_with(&[]);
    assert_eq!(service.get("/v1/cities/us-old").text, text);
    assert!(service.verify().status.success());
}

#[test]
fn a_city_that_was_merged_away_leads_to_those_that_came_after_it() {
    let (service, _) = with_city();
    service.record(REPORT, &inventory(800.0));
    service.record("/v1/cities/us-new", &merged("New", &["us-here"]));
    let withdraw = |id: &str| {
        let answer = service.delete(&format!("/v1/cities/{id}?reason=Merged"), &service.admin);
        assert_eq!(answer.status, 204, "{}", answer.text);
    };
    withdraw("us-here");
    let leads = |path: &str| service.get(path).assert_problem(410, "gone").get("successors").cloned();
    for path in [CITY, REPORT, "/v1/cities/us-here/status", "/v1/cities/us-here/reports.csv"] {
        assert_eq!(leads(path), Some(json!(["/v1/cities/us-new"])), "{path}");
    }
    // Those that came from it can still be changed, and others can be recorded.
    service.record("/v1/cities/us-new", &merged("Renamed", &["us-here"]));
    service.record("/v1/cities/us-also", &merged("Also", &["us-here"]));
    assert_eq!(leads(CITY), Some(json!(["/v1/cities/us-also", "/v1/cities/us-new"])));

    // One that was merged away in its turn leads on; one that was recorded by mistake leads nowhere.
    service.record("/v1/cities/us-newest", &merged("Newest", &["us-new"]));
    withdraw("us-new");
    assert_eq!(leads(CITY), Some(json!(["/v1/cities/us-also", "/v1/cities/us-newest"])));
    withdraw("us-also");
    withdraw("us-newest");
    assert_eq!(leads(CITY), None);
    assert_eq!(service.put("/v1/cities/us-new", &service.admin, &merged("New", &["us-here"])).status, 201);
    let service = service.restart_with(&[]);
    let problem = service.get(CITY).assert_problem(410, "gone");
    assert_eq!(problem["successors"], json!(["/v1/cities/us-new"]));
    assert!(service.verify().status.success());
}
