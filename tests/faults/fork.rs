//! A log that does not continue what a node has seen is not followed until an operator says so.

use std::path::PathBuf;
use std::process::Command;

use pledgewatch::record::Change;
use pledgewatch::record::change::sha256;
use pledgewatch::store::{LogRange, log};
use serde_json::{Value, json};

use crate::support::{
    Answer, Database, Listener, Node, Paused, Service, baseline, city, eventually, inventory, large_report, printed,
    refused, run, send, target,
};

/// Takes the entries after one out of a database, as a failover to a standby that lagged does.
pub fn lose_after(database: &Database, sequence: i64) {
    database.execute(&format!(
        "BEGIN; DELETE FROM records WHERE sequence > {sequence}; DELETE FROM changes WHERE sequence > {sequence}; \
         UPDATE revision SET number = {sequence}, \
         head = (SELECT hash FROM changes WHERE sequence = {sequence}); COMMIT"
    ));
}

/// The log as it is in the database.
pub fn stored(database: &Database) -> Vec<Change> {
    log::read(&mut database.connect(), &LogRange::default()).unwrap()
}

/// Writes entries over those that are in the database, as someone with `psql` would who knows what a chain is.
pub fn overwrite(database: &Database, entries: &[Change]) {
    let mut statements = String::from("BEGIN;");
    for Change { sequence, body, body_hash, previous_hash, hash, .. } in entries {
        let body = body.as_deref().unwrap().replace('\'', "''");
        statements.push_str(&format!(
            "UPDATE changes SET body = '{body}', body_hash = '{body_hash}', previous_hash = '{previous_hash}', \
             hash = '{hash}' WHERE sequence = {sequence};"
        ));
    }
    let last = entries.last().unwrap();
    statements.push_str(&format!("UPDATE revision SET head = '{}'; COMMIT", last.hash));
    database.execute(&statements);
}

/// The entries as they would be if the body of one had said something else: every hash is valid.
pub fn rewritten(entries: &[Change], sequence: i64, from: &str, to: &str) -> Vec<Change> {
    let mut entries = entries.to_vec();
    for index in 0..entries.len() {
        let previous = index.checked_sub(1).map(|before| entries[before].hash.clone());
        let entry = &mut entries[index];
        if entry.sequence == sequence {
            let body = entry.body.take().unwrap();
            assert!(body.contains(from), "{body}");
            let body = body.replace(from, to);
            (entry.body_hash, entry.body) = (sha256(&body), Some(body));
        }
        if let Some(previous) = previous {
            entry.previous_hash = previous;
        }
        entry.hash = entry.computed_hash();
    }
    entries
}

/// A service with a city and reports, and the directory in which it saves what the database has lost.
fn with_reports(years: std::ops::RangeInclusive<i32>) -> (Service, tempfile::TempDir) {
    let state = tempfile::tempdir().unwrap();
    let service = Service::with(&["--state-dir", state.path().to_str().unwrap()]);
    service.record("/v1/cities/here", &city("Here"));
    for year in years {
        service.record(&format!("/v1/cities/here/reports/{year}"), &inventory(f64::from(year)));
    }
    (service, state)
}

/// What `/health/ready` says of a fork: the last entry that the node had seen, that of the database, and all of it.
struct Found {
    kept: String,
    seen: String,
    detail: String,
}

impl Found {
    fn by(get: impl Fn(&str) -> Answer) -> Self {
        let mut ready = json!(null);
        eventually("a fork that is found and saved", || {
            ready = get("/health/ready").json();
            let detail = ready["parts"]["log"]["detail"].as_str().unwrap_or_default();
            !detail.is_empty() && !detail.contains("are being saved")
        });
        assert_eq!((&ready["status"], &ready["parts"]["log"]["status"]), (&json!("degraded"), &json!("down")));
        let detail = ready["parts"]["log"]["detail"].as_str().unwrap().to_owned();
        let word_after = |flag: &str| detail.split_whitespace().skip_while(|word| *word != flag).nth(1);
        let end = |flag| word_after(flag).unwrap().trim_end_matches('`').to_owned();
        Found { kept: end("--kept"), seen: end("--seen"), detail }
    }

    fn accept(&self, database: &Database) -> std::process::Output {
        accept(database, &self.kept, &self.seen)
    }
}

fn accept(database: &Database, kept: &str, seen: &str) -> std::process::Output {
    run(&["accept-fork", "--database", &database.url, "--kept", kept, "--seen", seen, "--label", "A tester"])
}

fn end(entry: &Value) -> String {
    format!("{}:{}", entry["sequence"], entry["hash"].as_str().unwrap())
}

/// The files in which lost entries were saved, each as its entries.
fn saved(state: &tempfile::TempDir) -> Vec<Vec<Value>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(state.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let entry = |line: &str| serde_json::from_str(line).unwrap();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap().lines().map(entry).collect()).collect()
}

fn put(service: &Service, year: i32) -> Answer {
    service.put(&format!("/v1/cities/here/reports/{year}"), &service.admin, &inventory(1.0))
}

fn assert_diverged(answer: &Answer) {
    answer.assert_problem(503, "log_diverged");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
}

/// Reads of what is recorded, and what they answer.
fn reads(get: impl Fn(&str) -> Answer) -> Vec<(u16, String)> {
    let today = crate::support::TODAY;
    let as_of = format!("/v1/cities/here/status?as_of={today}");
    let paths = [
        "/v1/cities",
        "/v1/cities.csv",
        "/v1/cities/here",
        "/v1/cities/here/reports",
        "/v1/cities/here/status",
        "/v1/cities/here/status?sequence=5",
        "/v1/export/reports.ndjson",
        "/v1/cities/here/reports/2004",
        &as_of,
    ];
    paths.map(get).map(|answer| (answer.status.as_u16(), answer.text)).into()
}

/// Waits until a node writes again.
fn wait_until_up(get: impl Fn(&str) -> Answer) {
    eventually("writes going on", || get("/health/ready").json()["status"] == "up");
}

#[test]
fn lost_entries_stop_writes_until_an_operator_accepts_that() {
    let (service, state) = with_reports(2000..=2004);
    let (entries, before) = (service.entries(), reads(|path| service.get(path)));
    let mut listener = Listener::open(service.request("GET", "/v1/changes/stream"));
    lose_after(&service.database, 4);
    let found = Found::by(|path| service.get(path));
    assert_eq!((&found.kept, &found.seen), (&end(&entries[5]), &end(&entries[3])));

    // What the node holds stays readable; what it does not hold is not shown for its log.
    assert_eq!(reads(|path| service.get(path)), before);
    assert_eq!(service.json("/health/ready")["sequence"], 6);
    for path in ["/v1/changes", "/v1/changes?after=2", "/v1/cities/here/changes", "/v1/export/changes.csv"] {
        assert_diverged(&service.get(path));
    }
    assert_diverged(&send(service.request("GET", "/v1/changes/stream?after=3")));
    // Nothing is written, keys included; who may not write is told that first.
    let problem = put(&service, 2010);
    assert_diverged(&problem);
    assert!(problem.text.contains(&found.kept) && problem.text.contains(&found.seen), "{}", problem.text);
    assert_diverged(&service.delete("/v1/cities/here/reports/2000?reason=x", &service.admin));
    assert_diverged(&service.post("/v1/keys", &service.admin, &json!({"label": "x", "role": "admin"})));
    service.put("/v1/cities/here", "", &city("Here")).assert_problem(401, "unauthorized");
    assert_eq!(stored(&service.database).len(), 4);
    let logged = service.log();
    assert_eq!(logged.matches("WRITES ARE STOPPED").count(), 1, "{logged}");
    assert!(logged.contains(&found.detail), "{logged}");
    // What only this node holds is on disk already, with the hashes it had.
    assert_eq!(saved(&state), [entries[4..].to_vec()]);
    let file = std::fs::read_dir(state.path()).unwrap().next().unwrap().unwrap().path().canonicalize().unwrap();
    assert!(found.detail.contains(file.to_str().unwrap()) && found.detail.contains("each as it was"));

    for (kept, seen) in [
        (&found.seen, &found.kept),
        (&found.kept, &found.kept),
        (&end(&entries[4]), &found.seen),
        (&found.kept, &end(&entries[2])),
        (&format!("6:{}", "0".repeat(64)), &found.seen),
    ] {
        let told = refused(&accept(&service.database, kept, seen));
        assert!(told.contains("no node has found such a fork; open: --kept 6:"), "{told}");
    }
    assert!(refused(&accept(&service.database, "6", &found.seen)).contains("must be SEQUENCE:HASH"));
    assert_diverged(&put(&service, 2010));

    printed(&found.accept(&service.database));
    wait_until_up(|path| service.get(path));
    assert_eq!(listener.next(), None, "what was sent is true no longer");
    assert_eq!(service.get("/v1/cities/here/reports/2004").status, 404);
    assert_eq!(service.entries(), entries[..4]);
    let mut listener = Listener::open(service.request("GET", "/v1/changes/stream").header("last-event-id", "6"));
    assert_eq!(listener.seen, 4, "the log does not have what it saw");
    service.record("/v1/cities/here/reports/2004", &inventory(4.0));
    assert_eq!(listener.next().unwrap().0, 5);
    assert_eq!(service.json("/v1/cities/here/reports/2004")["revision"], 1);
    printed(&service.verify());
    assert!(refused(&found.accept(&service.database)).contains("already accepted"));
    let decided = &service.database.rows("forks")[0];
    assert_eq!((&decided["accepted_by"], &decided["kept_sequence"]), (&json!("A tester"), &json!(6)));
    assert_eq!(saved(&state).len(), 1);
    // The same again is another fork: a decision holds once.
    lose_after(&service.database, 4);
    let found = Found::by(|path| service.get(path));
    assert!(found.kept.starts_with("5:") && found.seen == end(&entries[3]));
}

#[test]
fn restated_records_are_saved_with_what_they_said_before() {
    let (service, state) = with_reports(2000..=2004);
    for year in [2000, 2004, 2004] {
        let mut restated = inventory(f64::from(year) + service.entries().len() as f64);
        restated["reason"] = json!("A slip");
        service.record(&format!("/v1/cities/here/reports/{year}"), &restated);
    }
    assert_eq!(service.delete("/v1/cities/here/reports/2004?reason=wrong", &service.admin).status, 204);
    let entries = service.entries();
    assert_eq!(entries.iter().filter(|entry| entry.get("before").is_some()).count(), 4);
    lose_after(&service.database, 6);
    Found::by(|path| service.get(path));
    assert_eq!(saved(&state), [entries[6..].to_vec()]);
}

#[test]
fn what_was_redacted_is_not_saved() {
    let (service, state) = with_reports(2000..=2001);
    let mut restated = inventory(1.0);
    restated["reason"] = json!("A slip");
    service.record("/v1/cities/here/reports/2001", &restated);
    let database = service.database.url.as_str();
    printed(&run(&["redact", "3", "--database", database, "--reason", "A name in it"]));
    eventually("the redaction being followed", || service.json("/health/ready")["sequence"] == 5);
    lose_after(&service.database, 2);
    Found::by(|path| service.get(path));
    let saved = &saved(&state)[0];
    assert_eq!((saved.len(), &saved[0]["redacted"]), (3, &json!(true)));
    assert!(saved.iter().all(|entry| !entry.to_string().contains("\"basic\":2001")), "{saved:?}");
    assert_eq!(saved[1]["after"]["totals"]["basic"], 1);
}

#[test]
fn of_what_is_no_longer_kept_as_entries_the_states_are_saved() {
    let (service, state) = with_reports(2000..=2009);
    // More than is kept as entries.
    for number in 1..=80 {
        service.record("/v1/cities/here/reports/2020", &large_report(number));
    }
    let last = service.entries();
    let last = &last[40..];
    lose_after(&service.database, 5);
    let found = Found::by(|path| service.get(path));
    assert!(found.detail.contains("the oldest only as their records were left"), "{}", found.detail);
    let saved = &saved(&state)[0];
    assert_eq!(saved[saved.len() - last.len()..], *last);
    for year in 2004..=2009 {
        let state = saved.iter().find(|entry| entry["id"] == year.to_string().as_str()).unwrap();
        assert_eq!((&state["after"]["totals"]["basic"], &state["kind"]), (&json!(year), &json!("report")));
    }
}

#[test]
fn a_chain_that_was_rewritten_at_the_same_length_is_not_followed() {
    let (service, state) = with_reports(2000..=2004);
    let (entries, before) = (service.entries(), reads(|path| service.get(path)));
    let chain = stored(&service.database);
    overwrite(&service.database, &rewritten(&chain, 3, "\"basic\":2001", "\"basic\":1"));
    // The first write may be what finds it; it is not done on the other log.
    assert_diverged(&put(&service, 2010));
    let found = Found::by(|path| service.get(path));
    assert_eq!(found.kept, end(&entries[5]));
    assert!(found.seen.starts_with("6:") && found.seen != found.kept);
    assert_eq!(reads(|path| service.get(path)), before);
    assert_eq!(saved(&state), [entries[2..].to_vec()]);
    assert_eq!(stored(&service.database).len(), 6);
    // With the right database back nothing has to be decided.
    overwrite(&service.database, &chain);
    wait_until_up(|path| service.get(path));
    assert_eq!(put(&service, 2010).status, 201);
    assert_eq!(service.entries()[..6], entries);
    printed(&service.verify());
    assert!(refused(&found.accept(&service.database)).contains("no longer has entry"));
}

#[test]
fn a_node_that_slept_through_a_failover_does_not_mix_two_histories() {
    // Afterwards the log is shorter than, as long as, and longer than what the sleeping node had.
    for written in [1, 2, 3] {
        let (service, state) = with_reports(2000..=2004);
        let before = service.entries();
        let paused = Paused::new(service.process());
        lose_after(&service.database, 4);
        let node = service.second_node();
        for year in (2010..2010 + written).rev() {
            let request = node.request("PUT", &format!("/v1/cities/here/reports/{year}"));
            let answer = send(request.bearer_auth(&service.admin).json(&inventory(1.0)));
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        let entries = node.get("/v1/changes?limit=500").json()["items"].as_array().unwrap().clone();
        drop(paused);
        let found = Found::by(|path| service.get(path));
        assert_eq!((&found.kept, &found.seen), (&end(&before[5]), &end(entries.last().unwrap())));
        assert_eq!(service.get("/v1/cities/here/reports/2010").status, 404);
        assert_diverged(&put(&service, 2020));
        assert_eq!(saved(&state), [before[4..].to_vec()]);
        printed(&found.accept(&service.database));
        wait_until_up(|path| service.get(path));
        assert_eq!(service.entries(), entries);
        service.record("/v1/cities/here/reports/2020", &inventory(1.0));
        printed(&service.verify());
    }
}

fn node_gets(node: &Node) -> impl Fn(&str) -> Answer {
    |path| node.get(path)
}

#[test]
fn every_node_stops_and_one_decision_is_followed_by_all() {
    let (service, state) = with_reports(2000..=2004);
    let entries = service.entries();
    let node = service.second_node();
    lose_after(&service.database, 4);
    let found = Found::by(|path| service.get(path));
    let other = Found::by(node_gets(&node));
    assert_eq!((&other.kept, &other.seen), (&found.kept, &found.seen));
    assert_eq!(service.database.rows("forks").len(), 1, "they find the same");
    let request = node.request("PUT", "/v1/cities/here/reports/2010");
    assert_diverged(&send(request.bearer_auth(&service.admin).json(&inventory(1.0))));
    printed(&found.accept(&service.database));
    wait_until_up(|path| service.get(path));
    wait_until_up(node_gets(&node));
    assert_eq!(saved(&state), [entries[4..].to_vec(), entries[4..].to_vec()], "each has saved what it held");
    service.record("/v1/cities/here/reports/2010", &inventory(1.0));
    eventually("what the other wrote", || node.get("/v1/cities/here/reports/2010").status == 200);
    printed(&service.verify());
}

#[test]
fn a_restart_does_not_decide() {
    let (mut service, state) = with_reports(2000..=2004);
    let entries = service.entries();
    lose_after(&service.database, 4);
    let found = Found::by(|path| service.get(path));
    service.kill_and_restart();
    // It has nothing but what the database has, and says so; the file stays, and is named.
    let again = Found::by(|path| service.get(path));
    let file = std::fs::read_dir(state.path()).unwrap().next().unwrap().unwrap().path().canonicalize().unwrap();
    assert!(again.detail.contains(file.to_str().unwrap()), "{}", again.detail);
    assert_eq!((&again.kept, &again.seen), (&found.kept, &found.seen));
    assert!(service.log().matches("WRITES ARE STOPPED").count() == 2, "{}", service.log());
    assert_eq!(service.get("/v1/cities/here/reports/2004").status, 404);
    assert_eq!(service.entries(), entries[..4]);
    assert_diverged(&put(&service, 2010));
    assert_diverged(&service.get("/v1/log/head"));
    let table = state.path().join("table.csv");
    std::fs::write(&table, "city,year,total_basic\n").unwrap();
    let import = run(&["import", "table", table.to_str().unwrap(), "--database", &service.database.url]);
    assert!(refused(&import).contains(&format!("accept-fork --kept {}", found.kept)));
    std::fs::remove_file(table).unwrap();
    assert_eq!(saved(&state), [entries[4..].to_vec()]);

    printed(&found.accept(&service.database));
    wait_until_up(|path| service.get(path));
    service.record("/v1/cities/here/reports/2010", &inventory(1.0));
    // Once it is decided, a node that starts just works.
    service.kill_and_restart();
    assert_eq!(service.json("/health/ready")["status"], "up");
    service.record("/v1/cities/here/reports/2011", &inventory(1.0));
    assert_eq!(service.json("/v1/log/head")["sequence"], 6);
    printed(&service.verify());
}

#[test]
fn what_cannot_be_saved_is_not_given_up() {
    let state = tempfile::tempdir().unwrap();
    let missing = state.path().join("missing");
    let service = Service::with(&["--state-dir", missing.to_str().unwrap()]);
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/reports/2000", &inventory(1.0));
    service.record("/v1/cities/here/reports/2001", &inventory(2.0));
    let entries = service.entries();
    lose_after(&service.database, 1);
    let found = Found::by(|path| service.get(path));
    assert!(found.detail.contains("CANNOT BE SAVED"), "{}", found.detail);
    printed(&found.accept(&service.database));
    eventually("that it does not go on", || service.log().contains("the fork is accepted, but"));
    assert_diverged(&put(&service, 2010));
    assert_eq!(service.get("/v1/cities/here/reports/2001").status, 200);
    std::fs::create_dir(&missing).unwrap();
    wait_until_up(|path| service.get(path));
    let file = std::fs::read_dir(&missing).unwrap().next().unwrap().unwrap().path();
    let lines = std::fs::read_to_string(file).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, entries[1..]);
    assert_eq!(service.get("/v1/cities/here/reports/2001").status, 404);
}

/// The script that the guide offers.
fn script() -> &'static str {
    let guide = include_str!("../../src/web/guide/when-something-is-wrong.md");
    guide.split_once("```sh\n").unwrap().1.split_once("```").unwrap().0
}

#[test]
fn what_was_lost_is_recorded_again_as_the_guide_says() {
    if ["jq", "curl"].iter().any(|program| Command::new(program).arg("--version").output().is_err()) {
        eprintln!("skipped: jq and curl are not on this machine");
        return;
    }
    let (service, state) = with_reports(2000..=2001);
    let network = json!({"name": "C40", "source": {"title": "A \"test\"'s $HOME \\ source"}});
    let mut restated = inventory(1.0);
    restated["reason"] = "A slip, and more: & ? # %".into();
    for (path, body) in [
        ("cities/here/baselines/1990", baseline(1990, 1000.0)),
        ("cities/here/targets/2030-half", target("1990", 50.0, 2030)),
        ("cities/here/statement", json!({"text": "We said \"something\"."})),
        ("networks/c40", network),
        ("networks/c40/members/here", json!({"joined_on": "2020-01-01", "source": {"title": "A test"}})),
        ("cities/here/reports/2001", restated),
    ] {
        service.record(&format!("/v1/{path}"), &body);
    }
    assert_eq!(service.delete("/v1/cities/here/reports/2001?reason=wrong+%26+gone", &service.admin).status, 204);
    let before = service.entries();
    lose_after(&service.database, 2);
    let found = Found::by(|path| service.get(path));
    printed(&found.accept(&service.database));
    wait_until_up(|path| service.get(path));
    let file = std::fs::read_dir(state.path()).unwrap().next().unwrap().unwrap().path();
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", script()]).current_dir(directory.path()).stdin(std::fs::File::open(file).unwrap());
    let told = printed(&command.env("URL", &service.url).env("KEY", &service.admin).output().unwrap());
    assert!(told.lines().all(|line| ["200 ", "201 ", "204 "].iter().any(|status| line.starts_with(status))), "{told}");
    let said = |entries: &[Value]| -> Vec<Value> {
        let of = |entry: &Value| ["kind", "city", "id", "action", "revision", "after"].map(|name| entry[name].clone());
        entries.iter().map(|entry| of(entry).into()).collect()
    };
    let after = service.entries();
    assert_eq!(said(&after), said(&before));
    assert_eq!(after.last().unwrap()["reason"], before.last().unwrap()["reason"]);
    printed(&service.verify());
}
