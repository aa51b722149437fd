//! A write is done only under its condition: of two who change what they read, one wins.

use crate::support::{inventory, send};

use super::{REPORT, at_once, because, put_if, with_records};

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
