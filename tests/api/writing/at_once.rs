//! Many who write at once: nothing is lost, and only what is wrong fails.

use serde_json::json;

use crate::support::{Service, baseline, city, faults, inventory, target};

use super::{CITY, REPORT, at_once, because, changes, with_records};

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
