//! Databases of earlier schemas, up to that of the keys, are brought to this version, with all that was recorded in them.
//!
//! It is made as it came about: the first schema with its rows, then one migration after the other.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Database, Service, city, inventory, printed, run};

/// The secret of a key as the first versions made it.
const CLERK: &str = "pwk_c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1";
/// What was recorded under the first schema; the secret of its key is [`CLERK`].
const ROWS: &str = "tests/store/old_database/first.sql";
const ENTRIES: usize = 7;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The names of the migrations, in their order.
fn migrations() -> Vec<String> {
    let found = std::fs::read_dir(file("migrations")).unwrap();
    let mut names: Vec<String> = found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// A database after the first `steps` migrations.
fn database_after(steps: &[String]) -> Database {
    let database = Database::new();
    let read = |path: &str| std::fs::read_to_string(file(path)).unwrap();
    database.execute(
        "CREATE TABLE __diesel_schema_migrations \
         (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    );
    for (at, migration) in steps.iter().enumerate() {
        database.execute(&read(&format!("migrations/{migration}/up.sql")));
        let version: String = migration.split('_').next().unwrap().replace('-', "");
        database.execute(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"));
        if at == 0 {
            database.execute(&read(ROWS));
        }
    }
    database
}

fn assert_served_as_it_was(service: &Service, hashes: &[Value]) {
    let entries = service.entries();
    assert_eq!(entries.iter().map(|entry| entry["hash"].clone()).collect::<Vec<_>>(), hashes);
    assert_eq!(service.json("/v1/cities/here")["name"], "Hère");
    assert_eq!(service.json("/v1/cities/here/baselines/1990")["totals"]["basic"], 1000.5);
    assert_eq!(service.json("/v1/cities/here/reports/2020")["revision"], 2);
    assert_eq!(service.get("/v1/cities/here/reports/2021").status, 410);
    let targets = service.json("/v1/cities/here/status")["targets"].clone();
    assert_eq!((targets[0]["target"].as_str(), targets.as_array().unwrap().len()), (Some("2030-half"), 1));
    let mut restated = inventory(6.0);
    restated["reason"] = json!("Counted anew");
    let path = "/v1/cities/here/reports/2020";
    assert_eq!(service.put(path, CLERK, &restated).status, 200, "keys are kept");
    printed(&service.verify());
}

#[test]
fn every_earlier_schema_is_brought_to_this_one() {
    let migrations = migrations();
    assert!(migrations.len() > 5, "{migrations:?}");
    // From there on the program itself fills tables within a step, which the statements alone do not.
    let filled = migrations.iter().position(|migration| migration.ends_with("_keys")).unwrap();
    for steps in 1..=filled {
        let database = database_after(&migrations[..steps]);
        let hashes: Vec<Value> = {
            let mut rows = database.rows("changes");
            rows.sort_by_key(|row| row["sequence"].as_i64());
            rows.iter().map(|row| row["hash"].clone()).collect()
        };
        assert_eq!(hashes.len(), ENTRIES);
        let told = printed(&run(&["migrate", "--database", &database.url]));
        assert_eq!(told.matches("2026").count(), migrations.len() - steps, "{told}");
        let service = Service::on(database, &[]);
        assert_served_as_it_was(&service, &hashes);
        let told = printed(&run(&["migrate", "--database", &service.database.url]));
        assert!(told.ends_with(": nothing to do"), "{told}");
        // What is backed up from it is as good as any other backup.
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("backup");
        printed(&run(&["backup", "--database", &service.database.url, file.to_str().unwrap()]));
        let other = Database::new();
        printed(&run(&["restore", "--database", &other.url, file.to_str().unwrap()]));
        printed(&run(&["verify", "--database", &other.url]));
    }
}

#[test]
fn a_newer_schema_is_refused_by_every_command_and_stays_as_it_is() {
    let mut service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.kill();
    let url = service.database.url.clone();
    service.database.execute(
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', CURRENT_TIMESTAMP)",
    );
    let before = service.database.rows("changes");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("backup");
    let file = file.to_str().unwrap();
    std::fs::write(directory.path().join("table.csv"), "city,year,total_basic\nhere,2020,1\n").unwrap();
    let table = directory.path().join("table.csv");
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["verify"],
        &["keys", "create", "--role", "admin", "--label", "Me"],
        &["keys", "list"],
        &["backup", file],
        &["redact", "1", "--reason", "It has to go"],
        &["import", "table", table.to_str().unwrap()],
    ] {
        let output = run(&[command, &["--database", &url]].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && error.contains("made by a newer version of pledgewatch"),
            "{command:?}: {error}"
        );
    }
    assert_eq!(service.database.rows("changes"), before);
}
