//! Writing: revisions, reasons, conditions, withdrawals, keys, and many who write at once.

use std::sync::Barrier;

use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::limits::CITY_TARGETS;
use pledgewatch::record::{CarriedOver, CityRecord, RecordKey, Slug};
use pledgewatch::registry::arrival::{Arrival, ArrivalCity, ImportOutcome};
use pledgewatch::registry::bulk::Bulk;
use pledgewatch::registry::{Clock, Refusal};
use pledgewatch::store::DatabaseUrl;
use serde_json::{Value, json};

use crate::support::{
    Answer, Service, TODAY, baseline, city, eventually, faults, inventory, printed, run, send, target,
};

const CITY: &str = "/v1/cities/us-here";
const BASELINE: &str = "/v1/cities/us-here/baselines/1990";
const TARGET: &str = "/v1/cities/us-here/targets/2030-half";
const REPORT: &str = "/v1/cities/us-here/reports/2010";

const STATEMENT: &str = "/v1/cities/us-here/statement";

const NETWORK: &str = "/v1/networks/c40";
const MEMBER: &str = "/v1/networks/c40/members/us-here";

/// A service with a city, and the secret of its reporter.
fn with_city() -> (Service, String) {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let reporter = service.reporter(&["us-here"]);
    (service, reporter)
}

/// A service with a record of each kind.
fn with_records() -> (Service, String) {
    let (service, reporter) = with_city();
    service.record(BASELINE, &baseline(1990, 1000.0));
    service.record(TARGET, &target("1990", 50.0, 2030));
    service.record(REPORT, &inventory(800.0));
    service.record(STATEMENT, &statement("We are on our way.", "2030-half"));
    (service, reporter)
}

/// The body of a statement that speaks of a target.
fn statement(text: &str, target: &str) -> Value {
    json!({"text": text, "target": target})
}

/// The body of a network.
fn network(name: &str) -> Value {
    json!({"name": name, "source": {"title": "A test"}})
}

/// The body of a membership.
fn member(joined_on: &str) -> Value {
    json!({"joined_on": joined_on, "source": {"title": "A test"}})
}

/// The same body with a reason.
fn because(mut body: Value, reason: &str) -> Value {
    body["reason"] = json!(reason);
    body
}

/// The entries of the log, or of a city's part of it.
fn changes(service: &Service, of: &str) -> Vec<Value> {
    service.json(&format!("{of}/changes?limit=500"))["items"].as_array().unwrap().clone()
}

fn put_if(service: &Service, path: &str, key: &str, condition: (&str, &str), body: &Value) -> Answer {
    send(service.request("PUT", path).bearer_auth(key).header(condition.0, condition.1).json(body))
}

/// Runs so many writers, each in its thread, all beginning in the same instant.
fn at_once<T: Send>(writers: usize, write: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(writers);
    let (start, write) = (&start, &write);
    std::thread::scope(|scope| {
        let run = |writer| {
            scope.spawn(move || {
                start.wait();
                write(writer)
            })
        };
        let running: Vec<_> = (0..writers).map(run).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

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
fn a_write_is_done_only_under_its_condition() {
    let (service, reporter) = with_records();
    let tag = service.get(REPORT).header("etag").to_owned();
    let opaque = tag.trim_matches('"').to_owned();
    let stale = service.put(REPORT, &reporter, &because(inventory(801.0), "a"));
    let now = stale.header("etag").trim_matches('"').to_owned();
    let report = |tonnes: f64| because(inventory(tonnes), "a test");

    for (name, value) in [
        ("if-match", format!("\"{opaque}\"")),
        ("if-match", format!("\"{opaque}-gzip\"")),
        ("if-match", format!("W/\"{now}\"")),
        ("if-match", "\"\"".to_owned()),
        ("if-none-match", "*".to_owned()),
    ] {
        put_if(&service, REPORT, &reporter, (name, &value), &report(1.0)).assert_problem(412, "precondition_failed");
        // Even a body that would change nothing.
        put_if(&service, REPORT, &reporter, (name, &value), &inventory(801.0))
            .assert_problem(412, "precondition_failed");
    }
    assert_eq!(service.json(REPORT)["revision"], 2);

    let mut tonnes = 900.0;
    let forms: [fn(&str) -> String; 6] = [
        |tag| format!("\"{tag}\""),
        |tag| format!("\"{tag}-gzip\""),
        |tag| format!("\"{tag}-br\""),
        |tag| format!("\"another\", \"{tag}\""),
        |tag| format!("W/\"{tag}\",\"{tag}\""),
        |_| "*".to_owned(),
    ];
    for form in forms {
        let tag = service.get(REPORT).header("etag").trim_matches('"').to_owned();
        tonnes += 1.0;
        let answer = put_if(&service, REPORT, &reporter, ("if-match", &form(&tag)), &report(tonnes));
        assert_eq!(answer.status, 200, "{} {}", form(&tag), answer.text);
        assert_eq!(answer.json()["totals"]["basic"], tonnes);
    }

    let fresh = "/v1/cities/us-here/reports/2011";
    for value in ["*", "\"a-tag\""] {
        put_if(&service, fresh, &reporter, ("if-match", value), &inventory(1.0))
            .assert_problem(412, "precondition_failed");
    }
    assert_eq!(put_if(&service, fresh, &reporter, ("if-none-match", "*"), &inventory(1.0)).status, 201);
    put_if(&service, fresh, &reporter, ("if-none-match", "*"), &inventory(1.0))
        .assert_problem(412, "precondition_failed");
}

#[test]
fn a_withdrawal_is_done_only_under_its_condition() {
    let (service, reporter) = with_records();
    let withdraw = |name: &str, value: &str| {
        send(service.request("DELETE", &format!("{REPORT}?reason=a+test")).bearer_auth(&reporter).header(name, value))
    };
    withdraw("if-match", "\"stale\"").assert_problem(412, "precondition_failed");
    withdraw("if-none-match", "*").assert_problem(412, "precondition_failed");
    let tag = service.get(REPORT).header("etag").to_owned();
    assert_eq!(withdraw("if-match", &tag).status, 204);
    withdraw("if-match", "*").assert_problem(410, "gone");
}

#[test]
fn of_two_who_change_what_they_read_one_wins() {
    let (service, reporter) = with_records();
    let keys = [reporter, service.reporter(&["us-here"])];
    for round in 0..10 {
        let tag = service.get(REPORT).header("etag").to_owned();
        let answers = at_once(2, |writer| {
            let body = because(inventory((1000 + 2 * round + writer) as f64), "a race");
            put_if(&service, REPORT, &keys[writer], ("if-match", &tag), &body)
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 1), "round {round}");
        lost[0].assert_problem(412, "precondition_failed");
        assert_eq!(service.get(REPORT).text, won[0].text);
        assert_eq!(won[0].json()["revision"], round + 2);
    }
}

#[test]
fn of_many_who_change_a_record_at_once_no_change_is_lost() {
    const WRITERS: usize = 8;
    const EACH: usize = 5;
    let (service, reporter) = with_records();
    at_once(WRITERS, |writer| {
        for turn in 0..EACH {
            let body = because(inventory((1000 + writer * EACH + turn) as f64), "a race");
            let answer = service.put(REPORT, &reporter, &body);
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    });
    let log = changes(&service, CITY);
    let reports: Vec<_> = log.iter().filter(|entry| entry["kind"] == "report").collect();
    let revisions: Vec<_> = reports.iter().map(|entry| entry["revision"].as_u64().unwrap()).collect();
    assert_eq!(revisions, (1..=(WRITERS * EACH + 1) as u64).collect::<Vec<_>>());
    let mut written: Vec<_> = reports.iter().map(|entry| entry["after"]["totals"]["basic"].as_u64().unwrap()).collect();
    assert_eq!(service.json(REPORT)["totals"]["basic"], *written.last().unwrap());
    written.sort_unstable();
    assert_eq!(written[0], 800);
    assert_eq!(written[1..], (1000..1000 + (WRITERS * EACH) as u64).collect::<Vec<_>>());
    assert!(reports.windows(2).all(|pair| pair[1]["before"] == pair[0]["after"]));
    assert!(service.verify().status.success());
}

/// Every third of many writes at once is refused, each for another cause; the others stand.
#[test]
fn of_many_writes_at_once_only_the_bad_ones_fail() {
    let (service, reporter) = with_records();
    let answers = at_once(50, |writer| {
        let body = match writer % 6 {
            0 => target("unknown", 50.0, 2030),
            3 => target("1990", 50.0, 1990),
            _ => target("1990", 50.0, 2030),
        };
        service.put(&format!("/v1/cities/us-here/targets/number-{writer}"), &reporter, &body)
    });
    for (writer, answer) in answers.iter().enumerate() {
        let path = format!("/v1/cities/us-here/targets/number-{writer}");
        match writer % 6 {
            0 => assert_eq!(faults(answer), ["/baseline unknown_baseline"]),
            3 => assert_eq!(faults(answer), ["/target_year not_after_base"]),
            _ => {
                assert_eq!(answer.status, 201, "{}", answer.text);
                assert_eq!(service.get(&path).text, answer.text);
                continue;
            }
        }
        assert_eq!(service.get(&path).status, 404);
    }
    let stood = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(service.json(&format!("{CITY}/targets"))["total"], stood + 1);
    assert_eq!(changes(&service, CITY).len(), stood + 5);
    assert!(service.verify().status.success());
}

#[test]
fn many_who_write_different_cities_at_once_all_succeed() {
    const WRITERS: usize = 50;
    let service = Service::start();
    at_once(WRITERS, |writer| {
        let path = format!("/v1/cities/us-{writer:02}");
        service.record(&path, &city("Somewhere"));
        service.record(&format!("{path}/baselines/1990"), &baseline(1990, 1000.0));
        service.record(&format!("{path}/targets/half"), &target("1990", 50.0, 2030));
        service.record(&format!("{path}/reports/2010"), &inventory(700.0));
    });
    assert_eq!(service.json("/v1/cities?verdict=outdated")["total"], WRITERS);
    let sequences: Vec<_> = changes(&service, "/v1").iter().map(|entry| entry["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequences, (1..=4 * WRITERS as u64).collect::<Vec<_>>());
    assert!(service.verify().status.success());
}

/// Only one of those who claim an identifier at once gets it.
#[test]
fn an_identifier_goes_to_one_city_only() {
    const WRITERS: usize = 10;
    let service = Service::start();
    let mut body = city("Somewhere");
    body["locode"] = json!("US SMW");
    let answers = at_once(WRITERS, |writer| service.put(&format!("/v1/cities/us-{writer:02}"), &service.admin, &body));
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, WRITERS - 1));
    let owner = won[0].json()["id"].as_str().unwrap().to_owned();
    for answer in lost {
        let problem = answer.assert_problem(409, "identifier_taken");
        assert!(problem["detail"].as_str().unwrap().contains(&owner), "{problem}");
    }
    // Given up or withdrawn, it is free again.
    service.record(&format!("/v1/cities/{owner}"), &because(city("Somewhere"), "Not ours"));
    service.record("/v1/cities/us-next", &body);
    assert_eq!(service.delete("/v1/cities/us-next?reason=a+test", &service.admin).status, 204);
    service.record("/v1/cities/us-last", &body);
    service.put("/v1/cities/us-next", &service.admin, &because(body, "Back")).assert_problem(409, "identifier_taken");
}

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
    assert_eq!(past["targets"][0]["target"]["id"], "2030-half");
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
    assert_eq!(refused(json!({"text": "one\nline"})), ["/text control_character"]);
    assert_eq!(service.json(STATEMENT), record);

    let longest = json!({"text": "\u{e9}".repeat(2000)});
    assert_eq!(service.put(STATEMENT, &reporter, &because(longest, "All of it")).status, 200);
    // It names the target no more, which can go now.
    assert_eq!(service.delete(&format!("{TARGET}?reason=a+test"), &reporter).status, 204);
    let stranger = service.reporter(&["us-there"]);
    service.put(STATEMENT, &stranger, &json!({"text": "Theirs."})).assert_problem(403, "forbidden");
    assert!(service.verify().status.success());
}

/// A service with a city that is a member of a network, and the secret of the city's reporter.
fn with_member() -> (Service, String) {
    let (service, reporter) = with_city();
    service.record(NETWORK, &network("C40"));
    service.record(MEMBER, &member("2015-06-01"));
    (service, reporter)
}

#[test]
fn networks_are_for_administrators() {
    let (service, reporter) = with_member();
    for (path, body) in [(NETWORK, network("Mine")), (MEMBER, member("2001-01-01"))] {
        service.put(path, &reporter, &because(body, "a test")).assert_problem(403, "forbidden");
        service.delete(&format!("{path}?reason=a+test"), &reporter).assert_problem(403, "forbidden");
    }
}

#[test]
fn a_membership_ends_after_it_began() {
    let (service, _) = with_member();
    let refused = |body: Value| faults(&service.put(MEMBER, &service.admin, &because(body, "a test")));
    let mut body = member("2015-06-01");
    for left in ["2015-06-01", "2015-05-31"] {
        body["left_on"] = json!(left);
        assert_eq!(refused(body.clone()), ["/left_on not_after_joining"]);
    }
    assert_eq!(
        refused(json!({"joined_on": "soon", "colour": "red"})),
        ["/joined_on invalid_day", "/source missing", "/colour unknown_field"]
    );
    let nameless = service.put(NETWORK, &service.admin, &json!({"website": "ftp://c40.org"}));
    assert_eq!(faults(&nameless), ["/name missing", "/website invalid_url", "/source missing"]);
    body["left_on"] = json!("2015-06-02");
    assert_eq!(service.put(MEMBER, &service.admin, &because(body, "It left")).status, 200);
    assert!(service.verify().status.success());
}

#[test]
fn a_network_is_not_withdrawn_before_its_members() {
    let (service, _) = with_member();
    let withdraw = |path: &str| service.delete(&format!("{path}?reason=a+test"), &service.admin);
    let problem = withdraw(NETWORK).assert_problem(409, "in_use");
    assert!(problem["detail"].as_str().unwrap().ends_with("member us-here"), "{problem}");
    for path in [MEMBER, NETWORK] {
        assert_eq!(withdraw(path).status, 204, "{path}");
        service.get(path).assert_problem(410, "gone");
    }
    service.put(MEMBER, &service.admin, &because(member("2015-06-01"), "Back")).assert_problem(410, "gone");
    assert_eq!(service.json("/v1/networks")["total"], 0);
    for (path, body) in [(NETWORK, network("C40")), (MEMBER, member("2015-06-01"))] {
        service.put(path, &service.admin, &body).assert_problem(422, "reason_required");
        assert_eq!(service.put(path, &service.admin, &because(body, "Back")).status, 201, "{path}");
    }
    assert_eq!(service.json(MEMBER)["revision"], 3);

    for number in 0..21 {
        service.record(&format!("/v1/cities/us-{number:02}"), &city("Somewhere"));
        service.record(&format!("{NETWORK}/members/us-{number:02}"), &member("2015-06-01"));
    }
    let problem = withdraw(NETWORK).assert_problem(409, "in_use");
    assert!(problem["detail"].as_str().unwrap().ends_with("member us-19 and 2 more"), "{problem}");
    assert!(service.verify().status.success());
}

#[test]
fn a_city_leaves_its_networks_when_it_is_withdrawn() {
    let (service, _) = with_member();
    assert_eq!(service.delete(&format!("{CITY}?reason=A+test"), &service.admin).status, 204);
    let entry = &changes(&service, CITY)[2];
    assert_eq!((&entry["kind"], &entry["id"], &entry["action"]), (&json!("member"), &json!("c40"), &json!("withdraw")));
    service.get(MEMBER).assert_problem(410, "gone");
    assert_eq!(service.json(&format!("{NETWORK}/members")), json!({"items": [], "total": 0}));
    assert_eq!(service.delete(&format!("{NETWORK}?reason=a+test"), &service.admin).status, 204);
    service.put(MEMBER, &service.admin, &member("2015-06-01")).assert_problem(410, "gone");
    assert!(service.verify().status.success());
    let service = service.restart_with(&[]);
    service.get(NETWORK).assert_problem(410, "gone");
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let admin = |method: &str, path: &str| send(service.request(method, path).bearer_auth(&service.admin));
    let new =
        json!({"label": " The climate office ", "role": "reporter", "cities": ["us-there", "us-here", "us-here"]});
    let made = service.post("/v1/keys", &service.admin, &new);
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((made.header("cache-control"), made.header("etag")), ("no-store", ""));
    let mut key = made.json();
    let secret = key.as_object_mut().unwrap().remove("secret").unwrap().as_str().unwrap().to_owned();
    assert_eq!(key["label"], "The climate office");
    assert_eq!(key["cities"], json!(["us-here", "us-there"]));
    let path = format!("/v1/keys/{}", key["id"].as_str().unwrap());
    assert_eq!(made.header("location"), path);
    assert_eq!(admin("GET", &path).json(), key);

    assert_eq!(service.put(BASELINE, &secret, &baseline(1990, 10.0)).status, 201);
    assert_eq!(service.json(BASELINE)["recorded_by"], "The climate office");
    service.put("/v1/cities/us-other/reports/2010", &secret, &inventory(1.0)).assert_problem(403, "forbidden");
    send(service.request("GET", "/v1/keys").bearer_auth(&secret)).assert_problem(403, "forbidden");

    let list = admin("GET", "/v1/keys");
    assert_eq!(list.json()["total"], 2);
    key["last_used_on"] = json!("2026-11-23");
    assert_eq!(list.json()["items"][1], key);
    for answer in [&list, &admin("GET", &path), &service.get("/v1/changes")] {
        assert!(!answer.text.contains(&secret) && !answer.text.contains("secret"), "{}", answer.text);
    }

    assert_eq!(admin("DELETE", &path).status, 204);
    service.put(BASELINE, &secret, &baseline(1990, 10.0)).assert_problem(401, "unauthorized");
    admin("GET", &path).assert_problem(410, "gone");
    let list = admin("GET", "/v1/keys").json();
    assert_eq!(list["total"], 2);
    assert!(list["items"][1]["revoked_at"].as_str().unwrap().starts_with("2026-11-23T"));
    admin("DELETE", &path).assert_problem(410, "gone");
    assert_eq!(service.json(BASELINE)["recorded_by"], "The climate office", "what it wrote stays");
}

#[test]
fn a_new_key_is_readable_and_works_with_its_answer() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    for number in 0..20 {
        let new = json!({"label": format!("Key {number}"), "role": "reporter", "cities": ["us-here"]});
        let made = service.post("/v1/keys", &service.admin, &new);
        let read = send(service.request("GET", made.header("location")).bearer_auth(&service.admin));
        assert_eq!(read.status, 200, "{}", read.text);
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        let path = format!("/v1/cities/us-here/reports/{}", 2000 + number);
        assert_eq!(service.put(&path, &secret, &inventory(1.0)).status, 201);
    }
}

#[test]
fn keys_of_the_command_line_work_in_a_running_service() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let database = &service.database.url;
    let create =
        ["keys", "create", "--database", database, "--role", "reporter", "--city", "us-here", "--label", "Typed"];
    let secret = printed(&run(&create));
    let answer = service.put(BASELINE, &secret, &baseline(1990, 10.0));
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json()["recorded_by"], "Typed");

    let list = printed(&run(&["keys", "list", "--database", database]));
    let line = list.lines().find(|line| line.contains("Typed")).unwrap();
    assert!(line.contains("us-here") && !list.contains(&secret), "{list}");
    let id = line.split_whitespace().next().unwrap();
    assert!(run(&["keys", "revoke", "--database", database, id]).status.success());
    eventually("the end of the key", || service.put(BASELINE, &secret, &baseline(1990, 10.0)).status == 401);
    assert!(!run(&["keys", "revoke", "--database", database, id]).status.success());
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
