//! Entries of the log that are not as they were written: the rest is served, and nothing is written.

use pledgewatch::record::change::Draft;
use pledgewatch::record::{Action, Kind, Slug, Subject};
use pledgewatch::store::{Head, log};
use serde_json::{Value, json};

use crate::support::{Answer, Service, baseline, city, inventory, run, target};

/// Two cities and two networks; entries 1 to 10.
fn two_cities() -> Service {
    let service = Service::start();
    let source = json!({"title": "A test"});
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/there", &city("There"));
    service.record("/v1/networks/c40", &json!({"name": "C40", "source": source}));
    service.record("/v1/networks/other", &json!({"name": "Other", "source": source}));
    service.record("/v1/networks/c40/members/here", &json!({"source": source}));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/here/targets/2030", &target("1990", 50.0, 2030));
    service.record("/v1/cities/here/reports/2020", &inventory(900.0));
    service.record("/v1/cities/there/reports/2020", &inventory(700.0));
    let mut restated = inventory(800.0);
    restated["reason"] = "A better count".into();
    service.record("/v1/cities/here/reports/2020", &restated);
    service
}

fn damaged(service: Service, statements: &str) -> Service {
    let mut service = service;
    service.kill();
    service.database.execute(statements);
    service.kill_and_restart();
    service
}

fn assert_damaged(answer: &Answer, entry: i64) {
    let problem = answer.assert_problem(503, "record_damaged");
    assert!(problem["detail"].as_str().unwrap().contains(&format!("entry {entry} ")), "{problem}");
    assert_eq!(answer.header("retry-after"), "", "trying again does not help");
}

/// Checks what is told of the service as a whole; returns the detail of its database.
fn assert_read_only(service: &Service, left_out: &Value) -> String {
    let ready = service.json("/health/ready");
    assert_eq!((&ready["status"], &ready["parts"]["database"]["status"]), (&json!("degraded"), &json!("down")));
    assert_eq!(&ready["unserved"], left_out);
    let detail = ready["parts"]["database"]["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("pledgewatch restore"), "{detail}");
    assert!(service.log().contains(&detail), "{}", service.log());
    for path in ["/v1/cities/here/reports/2021", "/v1/cities/there/reports/2021"] {
        service.put(path, &service.admin, &inventory(1.0)).assert_problem(503, "database_damaged");
    }
    detail
}

fn ids(service: &Service, path: &str) -> Vec<String> {
    let items = service.json(path)["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_altered_body_marks_its_city_alone() {
    let service = damaged(two_cities(), "UPDATE changes SET body = replace(body, '900', '100') WHERE sequence = 8");
    let detail = assert_read_only(&service, &json!({"city_count": 1, "network_count": 0}));
    assert!(detail.contains("entry 8 has a body that its body hash does not match"), "{detail}");
    for path in
        ["", "/reports", "/reports/2020", "/baselines/1990", "/status", "/status?sequence=6", "/series", "/changes"]
    {
        assert_damaged(&service.get(&format!("/v1/cities/here{path}")), 8);
    }
    assert_eq!(ids(&service, "/v1/cities"), ["there"]);
    assert_eq!(service.json("/v1/cities/there/reports/2020")["totals"]["basic"], 700);
    assert_eq!(service.json("/v1/cities/there/changes")["total"], 2);
    assert_eq!(ids(&service, "/v1/networks"), ["c40", "other"]);
    assert_eq!(service.json("/v1/networks/c40/members")["total"], 0);
    // The log itself is served, with a mark in place of what is wrong.
    let entries = service.entries();
    assert_eq!(entries.len(), 10);
    for entry in &entries {
        assert_eq!(entry.get("damaged"), (entry["sequence"] == 8).then_some(&json!(true)), "{entry}");
    }
    assert!(entries[7].get("after").is_none() && entries[9].get("before").is_none());
    assert_eq!(entries[9]["after"]["totals"]["basic"], 800);
    assert!(service.get("/").text.contains("There"));
}

#[test]
fn an_altered_network_is_marked_alone() {
    let service = damaged(two_cities(), "UPDATE changes SET body = replace(body, 'C40', 'C41') WHERE sequence = 3");
    assert_read_only(&service, &json!({"city_count": 0, "network_count": 1}));
    for path in ["", "/members", "/members/here", "/progress"] {
        assert_damaged(&service.get(&format!("/v1/networks/c40{path}")), 3);
    }
    assert_eq!(ids(&service, "/v1/networks"), ["other"]);
    assert_eq!(service.json("/v1/cities/here/reports/2020")["totals"]["basic"], 800);
}

#[test]
fn what_follows_a_broken_chain_is_not_trusted() {
    for (statements, told, at) in [
        ("UPDATE changes SET actor = 'someone else' WHERE sequence = 9", "entry 9 has a hash that does not match", 9),
        ("UPDATE changes SET previous_hash = hash WHERE sequence = 9", "entry 9 does not name the hash", 9),
        ("UPDATE changes SET action = 'create', city = '' WHERE sequence = 9", "entry 9 has an unknown city", 10),
        ("DELETE FROM changes WHERE sequence = 8", "entry 9 does not follow the entry before it", 9),
    ] {
        let service = damaged(two_cities(), statements);
        // There entry 9 is about, here entry 10; of what cannot be read it is not known.
        let cities = if at == 10 { 1 } else { 2 };
        let detail = assert_read_only(&service, &json!({"city_count": cities, "network_count": 0}));
        assert!(detail.contains(told), "{detail}");
        assert_damaged(&service.get("/v1/cities/here/status"), 10);
        assert_eq!(service.json("/v1/networks/c40")["name"], "C40");
    }
}

#[test]
fn an_id_that_was_altered_is_served_as_it_is() {
    let service = damaged(two_cities(), "UPDATE changes SET id = 'soon' WHERE sequence = 9");
    let detail = assert_read_only(&service, &json!({"city_count": 2, "network_count": 0}));
    assert!(detail.contains("entry 9 has a hash that does not match its fields"), "{detail}");
    let entry = &service.entries()[8];
    assert_eq!((&entry["id"], &entry["damaged"]), (&json!("soon"), &json!(true)));
}

#[test]
fn an_id_that_was_none_from_the_start_marks_its_city_alone() {
    let mut service = two_cities();
    service.kill();
    let mut connection = service.database.connect();
    let head = log::head(&mut connection).unwrap();
    let last = log::entry(&mut connection, head.number).unwrap().unwrap();
    let draft = Draft {
        actor: "test".into(),
        subject: Subject::Misnamed { kind: Kind::Report, city: Slug::new("here"), id: "soon".to_owned() },
        action: Action::Create,
        revision: 1,
        after: Some(inventory(1.0)),
        reason: None,
    };
    let entry = draft.into_entry(head.number + 1, last.recorded_at, &head.hash);
    log::append(&mut connection, std::slice::from_ref(&entry)).unwrap();
    log::set_head(&mut connection, &Head { number: entry.sequence, hash: entry.hash, ..head }).unwrap();
    drop(connection);
    service.kill_and_restart();
    let detail = assert_read_only(&service, &json!({"city_count": 1, "network_count": 0}));
    assert!(detail.contains("entry 11 names no year"), "{detail}");
    assert_damaged(&service.get("/v1/cities/here/status"), 11);
    assert_eq!(service.entries()[10]["id"], "soon");
}

#[test]
fn a_log_whose_end_is_missing_is_only_read() {
    let service =
        damaged(two_cities(), "DELETE FROM records WHERE sequence = 10; DELETE FROM changes WHERE sequence = 10");
    let detail = assert_read_only(&service, &json!({"city_count": 0, "network_count": 0}));
    assert!(detail.contains("the revision row says that the log ends with entry 10"), "{detail}");
    assert_eq!(service.json("/v1/cities/here/reports/2020")["totals"]["basic"], 900);
}

#[test]
fn nothing_is_imported_into_a_damaged_log() {
    let service = damaged(two_cities(), "UPDATE changes SET body = replace(body, '900', '100') WHERE sequence = 8");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "city,year,basic\nthere,2021,1\n").unwrap();
    let output = run(&["import", "table", "--database", &service.database.url, file.path().to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("entry 8 has a body"), "{output:?}");
}

#[test]
fn a_restored_log_is_served_whole_again() {
    let service = damaged(two_cities(), "UPDATE changes SET body = replace(body, '900', '100') WHERE sequence = 8");
    let service = damaged(service, "UPDATE changes SET body = replace(body, '100', '900') WHERE sequence = 8");
    assert_eq!(service.json("/health/ready")["status"], "up");
    assert!(service.json("/health/ready").get("unserved").is_none());
    service.record("/v1/cities/here/reports/2021", &inventory(1.0));
}
