//! A rehearsal says what would be recorded and writes nothing, and a file can be recorded only as it saw it.

use serde_json::json;

use crate::support::{Database, inventory, printed, refused, run};

use super::{CITY, PUBLIC, THREE, contents, csv, import_into, outcomes, service, written};

#[test]
fn a_file_is_recorded_whole_and_a_dry_run_says_so_beforehand() {
    let service = service();
    let asked = csv(&service, "?dry_run=true", THREE);
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert_eq!(asked.header("cache-control"), "no-store");
    let mut asked = asked.json();
    assert_eq!((&asked["dry_run"], &asked["done"], &asked["created"]), (&json!(true), &json!(false), &json!(3)));
    assert_eq!(service.json(&format!("{CITY}/reports"))["total"], 0);
    assert_eq!(service.entries().len(), 1);

    let done = csv(&service, "", THREE).json();
    assert_eq!((&asked["sequence"], &done["sequence"]), (&json!(1), &json!(4)));
    (asked["dry_run"], asked["done"], asked["sequence"]) = (json!(false), json!(true), json!(4));
    assert_eq!(done, asked, "what was done is what was said");
    let report = service.json(&format!("{CITY}/reports/2019"));
    assert_eq!((&report["totals"]["basic"], &report["population"]), (&json!(690), &json!(100)));
    assert_eq!(service.entries().len(), 4);

    let again = csv(&service, "", THREE).json();
    assert_eq!((outcomes(&again), &again["unchanged"]), (vec!["unchanged"; 3], &json!(3)));
    assert_eq!(service.entries().len(), 4, "the same file twice is no news");
    assert!(service.verify().status.success());
}

#[test]
fn a_file_can_be_recorded_only_as_the_dry_run_saw_it() {
    let service = service();
    csv(&service, "", THREE);
    let file = THREE.replace("2019,690", "2019,600");
    let asked = csv(&service, "?dry_run=true&reason=Mended", &file).json();
    assert_eq!(asked["sequence"], 4);
    service.record(&format!("{CITY}/reports/2021"), &inventory(650.0));
    let mut other = inventory(610.0);
    other["reason"] = json!("Another's");
    service.record(&format!("{CITY}/reports/2019"), &other);
    let guarded = |since: i32| csv(&service, &format!("?reason=Mended&unchanged_since={since}"), &file);
    for since in [0, 4, 5] {
        let problem = guarded(since).assert_problem(412, "precondition_failed");
        assert_eq!(outcomes(&problem["import"]), ["unchanged", "refused", "unchanged"]);
        let row = &problem["import"]["rows"][1];
        assert_eq!(
            (&row["faults"][0]["code"], &row["changes"][0]["old_tonnes"]),
            (&json!("precondition_failed"), &json!(610))
        );
        assert!(problem["detail"].as_str().unwrap().contains("2019"), "{problem}");
    }
    assert_eq!(service.json(&format!("{CITY}/reports/2019"))["totals"]["basic"], 610);
    assert_eq!(outcomes(&guarded(6).json()), ["unchanged", "revised", "unchanged"]);
    assert_eq!(outcomes(&guarded(6).json()), ["unchanged"; 3], "the same file again overwrites nothing");
    csv(&service, "?unchanged_since=soon", &file).assert_problem(400, "invalid_query");
    csv(&service, "?unchanged_since=-1", &file).assert_problem(400, "invalid_query");
}

#[test]
fn a_rehearsal_makes_no_database() {
    let database = Database::new();
    let directory = tempfile::tempdir().unwrap();
    let file = written(&directory, "k.csv", PUBLIC);
    let told = printed(&import_into(&database.url, "klimatkollen", &[&file], &["--dry-run"]));
    assert!(told.contains("1  cities created") && told.contains("1  reports created"), "{told}");
    let migrated = printed(&run(&["migrate", "--database", &database.url]));
    assert!(migrated.contains(": ran "), "{migrated}");

    let url = format!("sqlite:{}", directory.path().join("none.db").display());
    printed(&import_into(&url, "klimatkollen", &[&file], &["--dry-run"]));
    assert_eq!(contents(directory.path()).len(), 1, "only the input is there");
}

#[test]
fn a_rehearsal_changes_no_byte_and_counts_what_is_recorded() {
    let (data, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let url = format!("sqlite:{}", data.path().join("test.db").display());
    let file = written(&directory, "k.csv", PUBLIC);
    printed(&import_into(&url, "klimatkollen", &[&file], &[]));
    let before = contents(data.path());
    let changed = written(&directory, "k2.csv", PUBLIC.replace("900.5", "901"));
    let told = printed(&import_into(&url, "klimatkollen", &[&changed], &["--dry-run"]));
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
    let told = refused(&import_into(&database.url, "klimatkollen", &[&file], &["--dry-run"]));
    assert!(told.contains("made by an older version") && told.contains("`pledgewatch migrate`"), "{told}");
    let newer = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', CURRENT_TIMESTAMP)";
    database.execute(newer);
    let told = refused(&import_into(&database.url, "klimatkollen", &[&file], &["--dry-run"]));
    assert!(told.contains("made by a newer version of pledgewatch (migration 29990101000000)"), "{told}");
}
