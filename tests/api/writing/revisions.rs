//! A record is created once and revised with a reason, and what says the same is no news.

use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::limits::CITY_TARGETS;
use pledgewatch::record::{CarriedOver, CityRecord, RecordKey, Slug};
use pledgewatch::registry::bulk::Bulk;
use pledgewatch::registry::import_matching::{Arrival, ArrivalCity, ImportOutcome};
use pledgewatch::registry::{Clock, Refusal};
use pledgewatch::store::DatabaseUrl;
use serde_json::{Value, json};

use crate::support::{Service, TODAY, baseline, city, faults, inventory, printed, target};

use super::{
    BASELINE, MEMBER, NETWORK, REPORT, STATEMENT, TARGET, because, changes, member, network, statement, with_city,
    with_records,
};

#[test]
fn each_kind_is_created_repeated_and_revised() {
    let (service, reporter) = with_city();
    let admin = service.admin.clone();
    let kinds = [
        ("/v1/cities/us-new", &admin, "the tests", city("New"), city("Renamed")),
        (BASELINE, &reporter, "reporter of us-here", baseline(1990, 1000.0), baseline(1990, 1010.0)),
        (TARGET, &reporter, "reporter of us-here", target("1990", 50.0, 2030), target("1990", 55.0, 2030)),
        (REPORT, &reporter, "reporter of us-here", inventory(800.0), inventory(810.0)),
        (STATEMENT, &reporter, "reporter of us-here", statement("Early days.", "2030-half"), json!({"text": "Later."})),
        (NETWORK, &admin, "the tests", network("C40"), network("C40 Cities")),
        (MEMBER, &admin, "the tests", member("2015-06-01"), member("2016-06-01")),
    ];
    for (path, key, label, first, second) in kinds {
        let created = service.put(path, key, &first);
        assert_eq!(created.status, 201, "{}", created.text);
        assert_eq!(created.header("location"), path);
        let read = service.get(path);
        assert_eq!((read.text.as_str(), read.header("etag")), (created.text.as_str(), created.header("etag")));
        let record = read.json();
        assert_eq!(record["revision"], 1);
        assert_eq!(record["recorded_by"], label);
        assert!(record["recorded_at"].as_str().unwrap().starts_with("2026-11-23T"), "{record}");
        assert!(record.get("reason").is_none());

        let entries = changes(&service, "/v1").len();
        for same in [first.clone(), because(first.clone(), "not needed")] {
            let again = service.put(path, key, &same);
            assert_eq!(again.status, 200, "{}", again.text);
            assert_eq!((again.text.as_str(), again.header("etag")), (created.text.as_str(), created.header("etag")));
            assert_eq!(again.header("location"), "");
        }
        let unexplained = service.put(path, key, &second);
        unexplained.assert_problem(422, "reason_required");
        assert_eq!(faults(&unexplained), ["/reason missing"]);
        assert_eq!(service.get(path).text, created.text);
        assert_eq!(changes(&service, "/v1").len(), entries);

        let revised = service.put(path, key, &because(second.clone(), "A better figure"));
        assert_eq!(revised.status, 200, "{}", revised.text);
        assert_ne!(revised.header("etag"), created.header("etag"));
        let read = service.get(path);
        assert_eq!((read.text.as_str(), read.header("etag")), (revised.text.as_str(), revised.header("etag")));
        assert_eq!((&read.json()["revision"], &read.json()["reason"]), (&json!(2), &json!("A better figure")));

        let log = changes(&service, "/v1");
        assert_eq!(log.len(), entries + 1);
        let [create, revise] = &log[entries - 1..] else { panic!("two entries of {path}") };
        for (entry, action, revision) in [(create, "create", 1), (revise, "revise", 2)] {
            assert_eq!(entry["action"], action);
            assert_eq!(entry["revision"], revision);
            assert_eq!(entry["actor"], label);
            // A membership's id is that of its network.
            let id = if path == MEMBER { "c40" } else { path.rsplit('/').next().unwrap() };
            assert_eq!(entry["id"], id);
        }
        assert!(create.get("before").is_none() && create.get("reason").is_none());
        assert_eq!(revise["before"], create["after"]);
        assert_eq!(revise["reason"], "A better figure");
        for (name, value) in revise["after"].as_object().unwrap() {
            assert_eq!(&read.json()[name], value, "{name}");
        }
        assert_eq!(revise["previous_hash"], create["hash"]);
    }
    assert!(service.verify().status.success());
}

#[test]
fn a_body_that_says_the_same_in_other_words_is_the_same() {
    let (service, reporter) = with_city();
    service.put(
        REPORT,
        &reporter,
        &json!({"totals": {"basic": 800}, "gases": ["co2", "ch4"], "source": {"title": "A"}}),
    );
    for same in [
        json!({"source": {"title": " A "}, "gases": ["ch4", "co2"], "totals": {"basic": 800.0000001}, "year": 2010}),
        json!({"source": {"title": "A"}, "gases": ["ch4", "co2"], "totals": {"basic": 8e2}, "lines": []}),
    ] {
        let answer = service.put(REPORT, &reporter, &same);
        assert_eq!((answer.status.as_u16(), &answer.json()["revision"]), (200, &json!(1)), "{}", answer.text);
    }
}

#[test]
fn a_statement_is_of_its_city_and_names_a_target_that_there_is() {
    let (service, reporter) = with_records();
    let record = service.json(STATEMENT);
    for (name, value) in [
        ("id", "statement"),
        ("city", "us-here"),
        ("text", "We are on our way."),
        ("target", "2030-half"),
        ("recorded_by", "the tests"),
    ] {
        assert_eq!(record[name], value, "{record}");
    }
    let refused = |body: Value| faults(&service.put(STATEMENT, &reporter, &because(body, "a test")));
    assert_eq!(refused(statement("Of another.", "unknown")), ["/target unknown_target"]);
    assert_eq!(
        refused(json!({"target": "No", "colour": "red"})),
        ["/text missing", "/target invalid_id", "/colour unknown_field"]
    );
    assert_eq!(refused(json!({"text": "x".repeat(2001)})), ["/text too_long"]);
    assert_eq!(refused(json!({"text": "one\rline"})), ["/text control_character"]);
    assert_eq!(service.json(STATEMENT), record);

    let longest = json!({"text": "\u{e9}".repeat(2000)});
    assert_eq!(service.put(STATEMENT, &reporter, &because(longest, "All of it")).status, 200);
    // It names the target no more, which can go now.
    assert_eq!(service.delete(&format!("{TARGET}?reason=a+test"), &reporter).status, 204);
    let stranger = service.reporter(&["us-there"]);
    service.put(STATEMENT, &stranger, &json!({"text": "Theirs."})).assert_problem(403, "forbidden");
    assert!(service.verify().status.success());
}

#[test]
fn a_city_has_room_for_so_many_targets_and_no_more() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    let body = target("1990", 50.0, 2030);
    let path = |number: usize| format!("/v1/cities/here/targets/number-{number}");
    for number in 0..CITY_TARGETS {
        service.record(&path(number), &body);
    }
    let refused = |number: usize| {
        let problem = service.put(&path(number), &service.admin, &body).assert_problem(422, "too_many_records");
        assert!(problem["detail"].as_str().unwrap().contains("100 targets"), "{problem}");
    };
    refused(CITY_TARGETS);
    // One that is withdrawn makes no room: its history stays.
    assert_eq!(service.delete(&format!("{}?reason=wrong", path(0)), &service.admin).status, 204);
    refused(CITY_TARGETS);
    // What a file brings is refused alike.
    let database = DatabaseUrl::parse(&service.database.url).unwrap();
    let mut bulk = Bulk::open(&database, Clock::system(), true).unwrap();
    let here = Slug::new("here").unwrap();
    let target_of = |id: &str| CityRecord::Target(Slug::new(id).unwrap());
    let key = RecordKey::OfCity(here.clone(), target_of("one-more"));
    let record = AnyRecord::parse(&key, body.clone(), TODAY.parse().unwrap()).unwrap();
    let records = ["one-more", "number-1"].map(|id| (target_of(id), record.clone())).into();
    let city = ArrivalCity::Id(here);
    let arrival = Arrival { city, records, place: "a file".into(), reason: None, kept: CarriedOver::default() };
    let outcomes = bulk.import(&[arrival], "the tests").unwrap().remove(0).unwrap();
    assert!(
        matches!(&outcomes.records[..], [Err(Refusal::TooManyRecords(_)), Ok(ImportOutcome::Known)]),
        "{outcomes:?}"
    );
    // What is there may change, and come back.
    let mut changed = target("1990", 55.0, 2030);
    changed["reason"] = "stricter".into();
    for number in [0, 1] {
        service.record(&path(number), &changed);
    }
    assert_eq!(service.json("/v1/cities/here/targets")["total"], CITY_TARGETS);
    printed(&service.verify());
}
