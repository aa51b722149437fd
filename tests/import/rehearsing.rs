//! What an import never writes: anything in a rehearsal, a report over another file, letters that are not seen.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Database, Service, city, printed, run};

const TABLE: &str = "city,year,total_own,source_title\nus-somewhere,2015,900,Inventory\n";
const PUBLIC: &str = "municipality,region,year,emissions_tco2e\nExemplby,L,2015,900.5\n";

fn import(database: &str, format: &str, file: &Path, flags: &[&str]) -> Output {
    run(&[&["import", format, file.to_str().unwrap(), "--database", database][..], flags].concat())
}

fn written(directory: &tempfile::TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Why a run failed.
fn refused(output: &Output) -> String {
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success() && !told.contains("panicked"), "{told}");
    told
}

/// The files of a folder, with what they hold.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    found.sort();
    found
}

#[test]
fn a_rehearsal_makes_no_database() {
    let database = Database::new();
    let directory = tempfile::tempdir().unwrap();
    let file = written(&directory, "k.csv", PUBLIC);
    let told = printed(&import(&database.url, "klimatkollen", &file, &["--dry-run"]));
    assert!(told.contains("1  cities created") && told.contains("1  reports created"), "{told}");
    let migrated = printed(&run(&["migrate", "--database", &database.url]));
    assert!(migrated.contains(": ran "), "{migrated}");

    let url = format!("sqlite:{}", directory.path().join("none.db").display());
    printed(&import(&url, "klimatkollen", &file, &["--dry-run"]));
    assert_eq!(contents(directory.path()).len(), 1, "only the input is there");
}

#[test]
fn a_rehearsal_changes_no_byte_and_counts_what_is_recorded() {
    let (data, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let url = format!("sqlite:{}", data.path().join("test.db").display());
    let file = written(&directory, "k.csv", PUBLIC);
    printed(&import(&url, "klimatkollen", &file, &[]));
    let before = contents(data.path());
    let changed = written(&directory, "k2.csv", PUBLIC.replace("900.5", "901"));
    let told = printed(&import(&url, "klimatkollen", &changed, &["--dry-run"]));
    assert!(told.contains("0  cities created") && told.contains("1  reports revised"), "{told}");
    assert!(contents(data.path()) == before, "the rehearsal wrote");
}

#[test]
fn a_rehearsal_brings_no_database_to_this_version() {
    let directory = tempfile::tempdir().unwrap();
    let file = written(&directory, "k.csv", PUBLIC);
    let database = Database::new();
    printed(&run(&["migrate", "--database", &database.url]));
    database.execute(
        "DELETE FROM __diesel_schema_migrations \
         WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
    );
    let told = refused(&import(&database.url, "klimatkollen", &file, &["--dry-run"]));
    assert!(told.contains("made by an older version") && told.contains("`pledgewatch migrate`"), "{told}");
    let newer = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', CURRENT_TIMESTAMP)";
    database.execute(newer);
    let told = refused(&import(&database.url, "klimatkollen", &file, &["--dry-run"]));
    assert!(told.contains("made by a newer version of pledgewatch (migration 29990101000000)"), "{told}");
}

#[test]
fn a_report_takes_the_place_of_no_file() {
    let (data, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = data.path().join("test.db");
    let url = format!("sqlite:{}", path.display());
    let file = written(&directory, "k.csv", PUBLIC);
    let report = |path: &Path, flags: &[&str]| {
        import(&url, "klimatkollen", &file, &[&["--report", path.to_str().unwrap()], flags].concat())
    };
    // The database, also where it is not there yet and by another way to it.
    let winding = data.path().join("../").join(data.path().file_name().unwrap()).join("test.db-wal");
    for database in [&path, &winding] {
        let told = refused(&report(database, &["--dry-run"]));
        assert!(told.contains("is a file of the database"), "{told}");
    }
    assert!(contents(data.path()).is_empty());
    printed(&report(&data.path().join("report.csv"), &[]));
    let before = (contents(data.path()), contents(directory.path()));
    for there in [&path, &file, &data.path().join("report.csv")] {
        let told = refused(&report(there, &["--dry-run"]));
        assert!(told.contains("is there already") || told.contains("is a file of the database"), "{told}");
    }
    assert!((contents(data.path()), contents(directory.path())) == before, "a file was written to");

    // Where nothing was read there is no report, which would be in the way of the next one.
    let wrong = written(&directory, "wrong.csv", "a,b\n1,2\n");
    let path = directory.path().join("report.csv");
    refused(&import(&url, "cdp", &wrong, &["--report", path.to_str().unwrap()]));
    assert!(!path.exists());
}

#[test]
#[cfg(unix)]
fn the_name_of_a_file_stands_in_public_reasons_on_one_line() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    let directory = tempfile::tempdir().unwrap();
    printed(&import(&service.database.url, "table", &written(&directory, "a.csv", TABLE), &[]));
    let changed = written(&directory, "bad\n\u{1b}[31m<b>\u{202e}.csv", TABLE.replace("900", "901"));
    printed(&import(&service.database.url, "table", &changed, &[]));
    crate::support::eventually("the restatement is served", || service.entries().len() == 3);
    assert_eq!(service.entries()[2]["reason"], "Restated in bad [31m<b>.csv, row 2");
    let told = refused(&import(&service.database.url, "table", &directory.path().join("no\u{1b}\n.csv"), &[]));
    assert!(told.contains("no .csv cannot be opened") && told.lines().count() == 1, "{told:?}");
}

#[test]
fn a_workbook_that_is_cut_off_is_refused() {
    let database = Database::new();
    let directory = tempfile::tempdir().unwrap();
    let workbook = written(&directory, "table.xlsx", b"PK\x03\x04\x14\x00\x06\x00");
    let told = refused(&import(&database.url, "table", &workbook, &["--dry-run"]));
    assert!(told.contains("table.xlsx: the workbook cannot be read"), "{told}");
}

#[test]
fn columns_that_are_missing_are_told_and_taken_only_when_asked_for() {
    let database = Database::new();
    let directory = tempfile::tempdir().unwrap();
    let renamed = written(&directory, "k.csv", PUBLIC.replace("region", "where"));
    let told = refused(&import(&database.url, "klimatkollen", &renamed, &["--dry-run"]));
    assert!(told.contains("k.csv has no column for the region") && told.contains("\"where\""), "{told}");
    assert!(told.contains("with --allow-missing-columns it is taken as it is"), "{told}");
    let flags = ["--dry-run", "--allow-missing-columns"];
    let told = printed(&import(&database.url, "klimatkollen", &renamed, &flags));
    assert!(told.contains("1  reports created") && told.contains("Note: k.csv has no column for the region"), "{told}");
}
