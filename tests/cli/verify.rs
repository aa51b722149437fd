//! `verify` names every entry and every record that is not as it was written, once.

use std::process::Output;

use pledgewatch::record::Kind;

use crate::support::{Service, baseline, city, inventory, printed, target};

use super::stderr;

/// A service with five entries: a city, a baseline, a report, the report restated, another report.
fn five_entries() -> Service {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/here/reports/2020", &inventory(900.0));
    let mut restated = inventory(800.0);
    restated["reason"] = "A better count".into();
    service.record("/v1/cities/here/reports/2020", &restated);
    service.record("/v1/cities/here/reports/2021", &inventory(700.0));
    service
}

#[test]
fn verify_names_every_entry_that_was_tampered_with() {
    let hash = "f".repeat(64);
    let forged = format!("UPDATE revision SET head = '{hash}'");
    for (statements, expected) in [
        ("UPDATE changes SET body = replace(body, '900', '100') WHERE sequence IN (3, 5)", "entry 3 has a body that"),
        ("UPDATE changes SET body = NULL, body_hash = previous_hash WHERE sequence = 3", "entry 3 has a hash that"),
        ("UPDATE changes SET actor = 'someone else' WHERE sequence IN (2, 4)", "entry 2 has a hash that"),
        ("UPDATE changes SET recorded_at = '2001-01-01 00:00:00' WHERE sequence = 4", "entry 4 has a hash that"),
        ("DELETE FROM changes WHERE sequence = 3", "entry 4 does not follow the entry before it"),
        ("DELETE FROM records WHERE sequence = 5; DELETE FROM changes WHERE sequence = 5", "the revision row says 5 "),
        (
            "UPDATE records SET body = replace(body, '00', '01') WHERE kind = 'report'",
            "(entry 4): of report here/2020 it has another body",
        ),
        ("UPDATE records SET state = 'withdrawn', body = NULL WHERE id = '2021'", "2021 it has another state, body"),
        ("UPDATE records SET revision = 2, reason = 'So' WHERE id = '2021'", "2021 it has another revision, reason"),
        ("UPDATE records SET recorded_by = 'me' WHERE kind = 'city'", "of city here it has another recorded_by"),
        (
            "UPDATE records SET recorded_at = '2001-01-01 00:00:00', sequence = 1",
            "1990 it has another sequence, recorded_at",
        ),
        ("DELETE FROM records WHERE id = '2021'", "(entry 5): of report here/2021 it has no row"),
        (
            "INSERT INTO records SELECT kind, city, '2022', revision, state, sequence, recorded_at, recorded_by, reason, \
             body FROM records WHERE id = '2021'",
            "of report here/2022 it has a row that no entry makes",
        ),
        ("UPDATE revision SET number = 9", "the revision row says 9 "),
        (&forged, "the revision row says 5 ffff"),
    ] {
        let service = five_entries();
        assert!(printed(&service.verify()).contains("5 entries of 1 cities"));
        service.database.execute(statements);
        let told = wrong(&service.verify());
        assert!(told.iter().any(|told| told.contains(expected)), "{statements}: {told:?}");
    }
}

/// What a verification that failed has listed as wrong.
fn wrong(output: &Output) -> Vec<String> {
    assert_eq!(output.status.code(), Some(1), "{}", stderr(output));
    let told = stderr(output);
    let listed: Vec<String> = String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect();
    assert!(
        told.contains(&format!("errors listed: {}", listed.len())) && told.contains("pledgewatch restore"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
    listed
}

#[test]
fn verify_names_each_of_many_wrong_entries_once() {
    let service = five_entries();
    service.record("/v1/cities/there", &city("There"));
    service.database.execute(
        "UPDATE changes SET body = replace(body, '00', '10') WHERE sequence IN (2, 4); \
         UPDATE records SET recorded_by = 'me' WHERE kind = 'city'",
    );
    let told = wrong(&service.verify());
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("entry 2 has a body") && told[1].contains("entry 4 has a body"), "{told:?}");
    // Of the city whose entries are wrong nothing is compared.
    assert!(told[2].contains("of city there it has another recorded_by"), "{told:?}");
}

#[test]
fn verify_looks_at_records_of_every_kind() {
    let service = Service::start();
    let source = serde_json::json!({"title": "A test"});
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/statement", &serde_json::json!({"text": "We said so."}));
    service.record("/v1/networks/c40", &serde_json::json!({"name": "C40", "source": source}));
    service.record("/v1/networks/c40/members/here", &serde_json::json!({"source": source}));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/here/targets/2030", &target("1990", 50.0, 2030));
    service.record("/v1/cities/here/reports/2020", &inventory(900.0));
    for kind in &Kind::RECORDS {
        let change = |reason: &str| {
            service.database.execute(&format!("UPDATE records SET reason = {reason} WHERE kind = '{kind}'"));
        };
        assert!(printed(&service.verify()).contains("7 entries of 1 cities"));
        change("'Never said'");
        let told = wrong(&service.verify());
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("differs from the log (entry ") && told[0].contains(&format!("of {kind} ")),
            "{told:?}"
        );
        change("NULL");
    }
}

#[test]
fn a_redacted_body_is_counted_and_breaks_nothing() {
    let service = five_entries();
    let mut renamed = city("Not a person's name");
    renamed["reason"] = "The old name was a person's".into();
    service.record("/v1/cities/here", &renamed);
    let withdrawn = service.delete("/v1/cities/here/reports/2021?reason=It+names+a+person", &service.admin);
    assert_eq!(withdrawn.status, 204);
    for (count, sequence) in (1..).zip([3, 1, 5]) {
        service.database.execute(&format!("UPDATE changes SET body = NULL WHERE sequence = {sequence}"));
        let verified = printed(&service.verify());
        assert!(verified.contains("7 entries of 1 cities; "), "{verified}");
        assert!(verified.contains(&format!("; redacted bodies: {count}, without a redaction entry ")), "{verified}");
        assert!(verified.contains(&sequence.to_string()), "{verified}");
    }
    let service = service.restart_with(&[]);
    assert_eq!(service.json("/v1/cities/here")["name"], "Not a person's name");
    assert_eq!(service.json("/v1/cities/here/reports/2020")["totals"]["basic"], 800);
    let entries = service.entries();
    assert!(entries[2].get("after").is_none() && entries[2]["hash"].is_string());
}
