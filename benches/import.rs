//! How fast `import table` records: 200,000 reports, as a ratio to the same rows by a bare prepared statement.
//!
//! Everything of an import is in it: reading the CSV, judging every cell, the change log with its hashes, the tables,
//! and the disk. The bare statement inserts rows of the same bodies in batches of one transaction each, as the import
//! does. `PLEDGEWATCH_BENCH_REPORTS` takes another number of reports, `TEST_DATABASE_URL` PostgreSQL.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use pledgewatch::import::stream;
use pledgewatch::record::dossier::AnyRecord;
use pledgewatch::record::limits::IMPORT_BATCH;
use pledgewatch::record::{Kind, RecordKey, Slug};
use pledgewatch::registry::arrival::{Arrival, ArrivalCity};
use pledgewatch::registry::bulk::Bulk;
use pledgewatch::store::DatabaseUrl;

const YEARS: usize = 20;

/// The file: a row for each of 20 years of each city.
fn table(cities: usize) -> String {
    let mut text = "city,year,total_basic,population,protocol,source_title\n".to_owned();
    for city in 0..cities {
        for year in 0..YEARS {
            let tonnes = 1_000_000 + city * 7 - year * 1_000;
            writeln!(text, "xx-city-{city},{},{tonnes},200000,gpc,Inventory", 2000 + year).expect("memory");
        }
    }
    text
}

/// Records the cities that the file is about.
fn cities(bulk: &mut Bulk, count: usize) {
    let today = Utc::now().date_naive();
    for chunk in (0..count).collect::<Vec<_>>().chunks(IMPORT_BATCH) {
        let arrival = |number: &usize| {
            let id = format!("xx-city-{number}");
            let city = Slug::new(&id).expect("a slug");
            let key = RecordKey { city: Some(city.clone()), kind: Kind::City, id: id.clone() };
            let body = serde_json::json!({"name": format!("City {number}"), "country": "FR"});
            let record = AnyRecord::parse(&key, body, today).expect("a city");
            Arrival {
                city: ArrivalCity::Id(city),
                records: vec![(Kind::City, id, record)],
                place: "set-up".into(),
                reason: None,
            }
        };
        let landed = bulk.land(&chunk.iter().map(arrival).collect::<Vec<_>>(), "bench").expect("the database");
        assert!(landed.iter().all(|landed| landed.as_ref().is_ok_and(|landed| landed.records[0].is_ok())));
    }
}

fn import(bulk: &mut Bulk, text: &str) -> Duration {
    let begun = Instant::now();
    let mut waiting = Vec::new();
    let mut land = |waiting: &mut Vec<Arrival>| {
        let landed = bulk.land(waiting, "bench").expect("the database");
        assert!(landed.iter().all(|landed| landed.as_ref().is_ok_and(|landed| landed.records[0].is_ok())));
        waiting.clear();
    };
    for row in stream::open(text.as_bytes(), Utc::now().date_naive()).expect("a table") {
        let row = row.expect("a row");
        let report = row.outcome.expect("a report");
        let record = (Kind::Report, report.report.year.to_string(), report.report.record);
        let city = ArrivalCity::Id(report.city);
        waiting.push(Arrival { city, records: vec![record], place: format!("row {}", row.row), reason: None });
        if waiting.len() == IMPORT_BATCH {
            land(&mut waiting);
        }
    }
    land(&mut waiting);
    begun.elapsed()
}

/// Inserts as many rows of the same size with one prepared statement, a transaction for each batch.
fn bare<C: Connection + SimpleConnection>(
    connection: &mut C,
    rows: usize,
    insert: impl Fn(&mut C, i64, &str),
) -> Duration {
    let body = "{\"after\":{\"population\":200000,\"protocol\":\"gpc\",\"source\":{\"title\":\"Inventory\"},\"totals\":{\"basic\":1000000},\"year\":2000}}";
    let text = "create table bare (number bigint primary key not null, body text not null)";
    connection.batch_execute(text).expect("a table");
    let begun = Instant::now();
    for batch in (0..rows).collect::<Vec<_>>().chunks(IMPORT_BATCH) {
        connection
            .transaction(|connection| {
                for number in batch {
                    insert(connection, i64::try_from(*number).expect("small"), body);
                }
                QueryResult::Ok(())
            })
            .expect("a transaction");
    }
    begun.elapsed()
}

/// The most memory that this process has had, in MiB; Linux only.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

#[allow(clippy::cast_precision_loss, reason = "numbers of rows are far below 2^52")]
fn tell(name: &str, rows: usize, import: Duration, bare: Duration) {
    let rate = |time: Duration| rows as f64 / time.as_secs_f64();
    println!(
        "{name}: {rows} reports imported at {:.0} a second, bare statement at {:.0}: ratio {:.2}; peak memory {} MiB",
        rate(import),
        rate(bare),
        rate(import) / rate(bare),
        peak().map_or("?".to_owned(), |mib| mib.to_string())
    );
}

fn run(url: &str, count: usize, text: &str) -> Duration {
    let database = DatabaseUrl::parse(url).expect("a database");
    let mut bulk = Bulk::open(&database, Arc::new(Utc::now), false).expect("a database");
    cities(&mut bulk, count);
    import(&mut bulk, text)
}

fn main() {
    let rows = std::env::var("PLEDGEWATCH_BENCH_REPORTS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let count = rows / YEARS;
    let text = table(count);
    let directory = tempfile::tempdir().expect("a directory");
    let statement = "insert into bare (number, body) values ($1, $2)";
    let path = |name: &str| directory.path().join(name).display().to_string();
    let imported = run(&format!("sqlite:{}", path("import.db")), count, &text);
    let mut sqlite = SqliteConnection::establish(&path("bare.db")).expect("a file");
    sqlite.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").expect("settings");
    let plain = bare(&mut sqlite, count * YEARS, |connection, number, body| {
        let bound = diesel::sql_query(statement).bind::<BigInt, _>(number).bind::<Text, _>(body);
        bound.execute(connection).expect("a row");
    });
    tell("SQLite", count * YEARS, imported, plain);
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let mut admin = PgConnection::establish(&server).expect("the server");
    let name = format!("bench_{}", std::process::id());
    admin.batch_execute(&format!("create database {name}")).expect("a database");
    let url = format!("{}/{name}", server.rsplit_once('/').map_or(server.as_str(), |(host, _)| host));
    let imported = run(&url, count, &text);
    let mut postgres = PgConnection::establish(&url).expect("the database");
    let plain = bare(&mut postgres, count * YEARS, |connection, number, body| {
        let bound = diesel::sql_query(statement).bind::<BigInt, _>(number).bind::<Text, _>(body);
        bound.execute(connection).expect("a row");
    });
    drop(postgres);
    tell("PostgreSQL", count * YEARS, imported, plain);
    admin.batch_execute(&format!("drop database {name} with (force)")).expect("the database goes");
}
