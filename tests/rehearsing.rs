//! What an import never writes: anything in a rehearsal.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Database, printed, run};

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
