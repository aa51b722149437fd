//! A service that is started before its PostgreSQL waits for it, not for ever, and says so.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::cluster::Cluster;
use crate::support::{Database, Paused, Service, city, eventually, program, run};

#[test]
fn a_service_waits_for_its_database_and_says_so() {
    let Some(mut cluster) = Cluster::start() else { return };
    cluster.stop();
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut service = Command::new(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--database", &cluster.url()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log.reopen().unwrap())
        .spawn()
        .unwrap();
    let told = || std::fs::read_to_string(log.path()).unwrap();
    eventually("the second try", || told().matches("waiting for the database, ").count() == 2);
    assert!(told().contains(" s more: the database postgres:///postgres cannot be opened: "), "{}", told());
    cluster.resume();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("pledgewatch serves postgres://"));
    service.kill().unwrap();
    service.wait().unwrap();
}

#[test]
fn a_service_gives_up_waiting_and_says_why() {
    let begin = Instant::now();
    let database = "postgres://nobody:s3cret@127.0.0.1:1/nowhere?password=s3cret";
    let output = run(&["serve", "--wait-for-database", "4", "--database", database]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(output.stdout.is_empty());
    assert!((4..20).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
    assert!(begin.elapsed() >= Duration::from_secs(4));
    let last = told.lines().last().unwrap();
    assert!(last.starts_with("pledgewatch: the database postgres://127.0.0.1:1/nowhere cannot be opened: "), "{told}");
    assert!(told.contains("waiting for the database, for at most 4 s more: ") && !told.contains("s3cret"), "{told}");
}

#[test]
fn a_service_that_pauses_while_it_reads_the_log_starts_all_the_same() {
    let Some(cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    let mut holder = PgConnection::establish(&cluster.url()).unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE key_changes IN ACCESS EXCLUSIVE MODE").unwrap();
    let mut second = Command::new(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--operators", "127.0.0.1:0", "--database", &cluster.url()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'key_changes'::regclass";
    eventually("the log of keys being read", || cluster.number(waiting) == 1);
    let paused = Paused::new(second.id());
    holder.batch_execute("COMMIT").unwrap();
    // Longer than a transaction may pause that keeps others from writing.
    let idle = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' \
                AND clock_timestamp() - state_change > interval '7 seconds'";
    eventually("a long pause", || cluster.number(idle) == 1);
    drop(paused);
    let mut lines = BufReader::new(second.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("pledgewatch serves postgres://"));
    second.kill().unwrap();
    second.wait().unwrap();
}
