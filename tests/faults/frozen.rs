//! A node that is frozen within a transaction, and a database that does not answer.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use serde_json::json;

use super::cluster::Cluster;
use crate::support::{Answer, Database, Paused, Service, city, eventually, inventory, printed, send};

/// How many sessions wait for the advisory lock that stands in the way of an entry.
const WAITING: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 42";
/// Every entry of the log waits for an advisory lock, when it is written or when it is committed.
fn hold_up(cluster: &Cluster, deferred: bool) {
    let (kind, when) = if deferred { ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED") } else { ("", "") };
    cluster.execute(&format!(
        "CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$; \
         CREATE {kind} TRIGGER hold_up AFTER INSERT ON changes {when} FOR EACH ROW EXECUTE FUNCTION hold_up()"
    ));
}

fn database(service: &Service) -> String {
    let ready = service.json("/health/ready");
    ready["parts"]["database"]["status"].as_str().unwrap().to_owned()
}

fn report(service: &Service, year: i32, tonnes: f64) -> Answer {
    service.put(&format!("/v1/cities/here/reports/{year}"), &service.admin, &inventory(tonnes))
}

#[test]
fn a_node_that_is_frozen_amid_a_transaction_stops_no_other() {
    let Some(cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    let node = service.second_node();
    service.record("/v1/cities/here", &city("Here"));
    hold_up(&cluster, false);
    let mut holder = PgConnection::establish(&cluster.url()).unwrap();
    holder.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
    std::thread::scope(|scope| {
        let frozen = scope.spawn(|| report(&service, 2001, 1.0));
        eventually("the entry being held up", || cluster.number(WAITING) == 1);
        let paused = Paused::new(service.process());
        // Its entry is written now, and the revision row locked until the transaction ends.
        holder.batch_execute("SELECT pg_advisory_unlock(42)").unwrap();
        eventually("a write on the other node", || {
            let path = "/v1/cities/here/reports/2002";
            let answer = send(node.request("PUT", path).bearer_auth(&service.admin).json(&inventory(2.0)));
            if !answer.status.is_success() {
                answer.assert_problem(503, "unavailable");
            }
            answer.status == 201
        });
        drop(paused);
        // Its own transaction was broken off, and is repeated.
        assert_eq!(frozen.join().unwrap().status, 201);
    });
    eventually("both reports on both nodes", || {
        let there = |answer: Answer| answer.json()["total"] == 2;
        there(service.get("/v1/cities/here/reports")) && there(node.get("/v1/cities/here/reports"))
    });
    assert_eq!(service.entries().len(), 3, "nothing was written twice");
    printed(&service.verify());
}

#[test]
fn a_database_that_hangs_is_seen_and_what_was_refused_is_not_done_later() {
    let Some(cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    let node = service.second_node();
    // Which process of the server serves the first node's writer.
    cluster.execute(
        "CREATE TABLE writer (pid BIGINT); \
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO writer VALUES (pg_backend_pid()); RETURN NEW; END $$; \
         CREATE TRIGGER note AFTER INSERT ON changes FOR EACH ROW EXECUTE FUNCTION note()",
    );
    service.record("/v1/cities/here", &city("Here"));
    let backend = u32::try_from(cluster.number("SELECT max(pid) FROM writer")).unwrap();
    let before = service.get("/v1/cities/here/status").text;
    let paused = Paused::new(backend);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| report(&service, 2001, 1.0));
        eventually("the database being seen to hang", || database(&service) == "stalled");
        // At once: the one that waits has not been answered yet.
        report(&service, 2002, 2.0).assert_problem(503, "unavailable");
        service.get("/v1/changes").assert_problem(503, "unavailable");
        assert!(!first.is_finished());
        assert_eq!(service.get("/v1/cities/here/status").text, before, "reads go on");
        first.join().unwrap().assert_problem(503, "unavailable");
    });
    let other = node.request("PUT", "/v1/cities/here/reports/2001").bearer_auth(&service.admin).json(&inventory(3.0));
    assert_eq!(send(other).status, 201);
    drop(paused);
    eventually("the database being back", || database(&service) == "up");
    assert_eq!(report(&service, 2003, 4.0).status, 201);
    assert_eq!(service.json("/v1/cities/here/reports/2001")["totals"]["basic"], 3);
    assert_eq!(service.entries().len(), 3, "what was refused was not done");
    printed(&service.verify());
}

#[test]
fn a_dead_synchronous_standby_is_seen_and_a_write_that_may_be_done_says_so() {
    let Some(cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    cluster.set("synchronous_standby_names = 'standby'");
    let put = || {
        let request = service.request("PUT", "/v1/cities/here/reports/2001").bearer_auth(&service.admin);
        send(request.header("Idempotency-Key", "one").json(&inventory(1.0)))
    };
    // The server takes over its settings in its own time: until it has, the report is recorded at once.
    let mut body = json!({"name": "Here", "country": "US"});
    std::thread::scope(|scope| {
        let probe = scope.spawn(|| {
            let mut number = 0;
            loop {
                number += 1;
                body["website"] = format!("https://example.org/{number}").into();
                body["reason"] = "another address".into();
                let answer = service.put("/v1/cities/here", &service.admin, &body);
                if !answer.status.is_success() {
                    return answer;
                }
            }
        });
        eventually("the standby being missed", || database(&service) == "stalled");
        report(&service, 2002, 2.0).assert_problem(503, "unavailable");
        let unknown = probe.join().unwrap();
        unknown.assert_problem(503, "outcome_unknown");
        assert!(unknown.header("retry-after").parse::<u32>().unwrap() > 0);
    });
    cluster.set("synchronous_standby_names = ''");
    eventually("the database being back", || database(&service) == "up");
    assert_eq!(put().status, 201);
    let again = put();
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    printed(&service.verify());
}

#[test]
fn a_commit_that_was_not_answered_is_looked_for_in_the_log() {
    let Some(cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    hold_up(&cluster, true);
    let mut holder = PgConnection::establish(&cluster.url()).unwrap();
    holder.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
    std::thread::scope(|scope| {
        let write = scope.spawn(|| report(&service, 2001, 1.0));
        eventually("the commit being held up", || cluster.number(WAITING) == 1);
        // The connection is cut amid the commit, which is undone; the write is done anew once the way is free.
        cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        holder.batch_execute("SELECT pg_advisory_unlock(42)").unwrap();
        assert_eq!(write.join().unwrap().status, 201);
    });
    assert_eq!(service.entries().len(), 2);
    assert!(service.log().contains("a commit got no reply"));
    printed(&service.verify());
}

#[test]
fn a_read_of_the_log_that_is_under_way_when_the_database_hangs_is_given_up_soon() {
    let Some(cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    assert_eq!(service.get("/v1/changes").status, 200);
    let clients = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let paused: Vec<Paused> = (0..cluster.number(&format!("SELECT count(*) {clients}")))
        .map(|place| cluster.number(&format!("SELECT pid::bigint {clients} ORDER BY pid OFFSET {place} LIMIT 1")))
        .map(|backend| Paused::new(u32::try_from(backend).unwrap()))
        .collect();
    let begin = Instant::now();
    service.get("/v1/changes").assert_problem(503, "unavailable");
    let keys = send(service.request("GET", "/v1/keys").bearer_auth(&service.admin));
    keys.assert_problem(503, "unavailable");
    let waited = begin.elapsed();
    drop(paused);
    assert!(waited < Duration::from_secs(9), "{waited:?}");
    eventually("the database being back", || service.get("/v1/changes").status == 200);
}
