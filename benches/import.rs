//! How fast `import table` records: 200,000 reports, as a ratio to the same rows by a bare prepared statement.
//!
//! Everything of an import is in it: reading the CSV, judging every cell, the change log with its hashes, the records,
//! and the disk. The bare statement inserts the same rows, of the log and of the table, in batches of one transaction
//! each, as the import does. `PLEDGEWATCH_BENCH_REPORTS` takes another number of reports, `TEST_DATABASE_URL` PostgreSQL.

#![allow(missing_docs, reason = "what `table!` makes has none")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use chrono::Utc;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use pledgewatch::import::limits::IMPORT_BATCH;
use pledgewatch::import::template::stream;
use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::{CarriedOver, CityRecord, Slug};
use pledgewatch::registry::Clock;
use pledgewatch::registry::bulk::Bulk;
use pledgewatch::registry::import_matching::{Arrival, ArrivalCity};
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
            let body = serde_json::json!({"name": format!("City {number}"), "country": "FR"});
            let record = AnyRecord::parse_city_record(&CityRecord::City, body, today).expect("a city");
            Arrival {
                city: ArrivalCity::Id(city),
                records: vec![(CityRecord::City, record)],
                place: "set-up".into(),
                reason: None,
                kept: CarriedOver::default(),
            }
        };
        let landed = bulk.import(&chunk.iter().map(arrival).collect::<Vec<_>>(), "bench").expect("the database");
        assert!(landed.iter().all(|landed| landed.as_ref().is_ok_and(|landed| landed.records[0].is_ok())));
    }
}

fn import(bulk: &mut Bulk, text: &str) -> Duration {
    let begun = Instant::now();
    let mut waiting = Vec::new();
    let mut import = |waiting: &mut Vec<Arrival>| {
        let landed = bulk.import(waiting, "bench").expect("the database");
        assert!(landed.iter().all(|landed| landed.as_ref().is_ok_and(|landed| landed.records[0].is_ok())));
        waiting.clear();
    };
    let rows = stream::open(text.as_bytes(), Utc::now().date_naive()).expect("a table");
    let kept = rows.kept();
    for row in rows {
        let row = row.expect("a row");
        let report = row.outcome.expect("a report");
        let record = (CityRecord::Report(report.report.year), report.report.record);
        let city = ArrivalCity::Id(report.city);
        waiting.push(Arrival { city, records: vec![record], place: format!("row {}", row.row), reason: None, kept });
        if waiting.len() == IMPORT_BATCH {
            import(&mut waiting);
        }
    }
    import(&mut waiting);
    begun.elapsed()
}

diesel::table! {
    changes (sequence) {
        sequence -> BigInt,
        recorded_at -> Timestamp,
        actor -> Text,
        kind -> Text,
        city -> Text,
        id -> Text,
        action -> Text,
        revision -> Integer,
        body -> Text,
        body_hash -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    records (sequence) {
        kind -> Text,
        city -> Text,
        id -> Text,
        revision -> Integer,
        state -> Text,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        body -> Text,
    }
}

/// Inserts what the import writes of as many reports, an entry of the log and a row of the table each, into the same
/// tables with the same indexes: one prepared statement for each table, a transaction for each batch.
///
/// A macro, for what a function would have to say of the backend is longer than this.
macro_rules! bare {
    ($connection:expr, $count:expr) => {{
        let connection = $connection;
        let after = "{\"population\":200000,\"protocol\":\"gpc\",\"source\":{\"title\":\"Inventory\"},\"totals\":{\"basic\":1000000}}";
        let body = format!("{{\"after\":{after}}}");
        let hash = "0".repeat(64);
        let now = Utc::now().naive_utc();
        let begun = Instant::now();
        for batch in (0..$count * YEARS).collect::<Vec<_>>().chunks(IMPORT_BATCH) {
            let inserted = connection.transaction(|connection| {
                for number in batch {
                    let (city, id) = (format!("xx-city-{}", number / YEARS), (2000 + number % YEARS).to_string());
                    let sequence = i64::try_from(number + $count + 1).expect("small");
                    let entry = (
                        changes::sequence.eq(sequence),
                        changes::recorded_at.eq(now),
                        changes::actor.eq("bench"),
                        changes::kind.eq("report"),
                        changes::city.eq(&city),
                        changes::id.eq(&id),
                        changes::action.eq("create"),
                        changes::revision.eq(1),
                        changes::body.eq(&body),
                        changes::body_hash.eq(&hash),
                        changes::previous_hash.eq(&hash),
                        changes::hash.eq(&hash),
                    );
                    diesel::insert_into(changes::table).values(entry).execute(connection)?;
                    let row = (
                        records::kind.eq("report"),
                        records::city.eq(&city),
                        records::id.eq(&id),
                        records::revision.eq(1),
                        records::state.eq("live"),
                        records::sequence.eq(sequence),
                        records::recorded_at.eq(now),
                        records::recorded_by.eq("bench"),
                        records::body.eq(after),
                    );
                    diesel::insert_into(records::table).values(row).execute(connection)?;
                }
                QueryResult::Ok(())
            });
            inserted.expect("a transaction");
        }
        begun.elapsed()
    }};
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

/// A database with the cities that the reports are of.
fn prepared(url: &str, count: usize) -> Bulk {
    let database = DatabaseUrl::parse(url).expect("a database");
    let mut bulk = Bulk::open(&database, Clock::system(), false).expect("a database");
    cities(&mut bulk, count);
    bulk
}

fn main() {
    let rows = std::env::var("PLEDGEWATCH_BENCH_REPORTS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let count = rows / YEARS;
    let text = table(count);
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let imported = import(&mut prepared(&format!("sqlite:{}", path("import.db")), count), &text);
    drop(prepared(&format!("sqlite:{}", path("bare.db")), count));
    let mut sqlite = SqliteConnection::establish(&path("bare.db")).expect("a file");
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";
    sqlite.batch_execute(settings).expect("settings");
    tell("SQLite", count * YEARS, imported, bare!(&mut sqlite, count));

    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let mut admin = PgConnection::establish(&server).expect("the server");
    let host = server.rsplit_once('/').map_or(server.as_str(), |(host, _)| host);
    let names = ["import", "bare"].map(|name| format!("bench_{name}_{}", std::process::id()));
    for name in &names {
        admin.batch_execute(&format!("create database {name}")).expect("a database");
    }
    let [import_url, bare_url] = names.each_ref().map(|name| format!("{host}/{name}"));
    let imported = import(&mut prepared(&import_url, count), &text);
    drop(prepared(&bare_url, count));
    let mut postgres = PgConnection::establish(&bare_url).expect("the database");
    tell("PostgreSQL", count * YEARS, imported, bare!(&mut postgres, count));
    drop(postgres);
    for name in &names {
        admin.batch_execute(&format!("drop database {name} with (force)")).expect("the database goes");
    }
}
