//! What is imported is recorded for good and served, and no file but the report is written.

use std::path::Path;

use crate::support::{Service, city, eventually, printed, refused};

use super::{CITY, HEADER, PUBLIC, THREE, contents, csv, import, import_into, service, written};

const TABLE: &str = "city,year,total_own,source_title\nus-somewhere,2015,900,Inventory\n";

#[test]
fn an_import_survives_a_power_cut() {
    let mut service = service();
    assert_eq!(csv(&service, "", THREE).status, 200);
    service.kill_and_restart();
    assert_eq!(service.json(&format!("{CITY}/reports"))["total"], 3);
    assert!(service.verify().status.success());
}

#[test]
fn a_running_service_shows_what_is_brought_in() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let text = format!("{HEADER}us-somewhere,2015,900,100,Inventory,\n");
    printed(&import(&service, "table", &[&written(&directory, "table.csv", &text)], &["--label", "The operator"]));
    eventually("the report is served", || {
        let answer = service.get("/v1/cities/us-somewhere/reports/2015");
        answer.status == 200 && answer.json()["recorded_by"] == "The operator"
    });
}

#[test]
fn a_report_takes_the_place_of_no_file() {
    let (data, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = data.path().join("test.db");
    let url = format!("sqlite:{}", path.display());
    let file = written(&directory, "k.csv", PUBLIC);
    let report = |path: &Path, flags: &[&str]| {
        import_into(&url, "klimatkollen", &[&file], &[&["--report", path.to_str().unwrap()], flags].concat())
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
        assert!(told.contains("already exists") || told.contains("is a file of the database"), "{told}");
    }
    assert!((contents(data.path()), contents(directory.path())) == before, "a file was written to");

    // Where nothing was read there is no report, which would be in the way of the next one.
    let wrong = written(&directory, "wrong.csv", "a,b\n1,2\n");
    let path = directory.path().join("report.csv");
    refused(&import_into(&url, "cdp", &[&wrong], &["--report", path.to_str().unwrap()]));
    assert!(!path.exists());
}

#[test]
#[cfg(unix)]
fn the_name_of_a_file_stands_in_public_reasons_on_one_line() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    let directory = tempfile::tempdir().unwrap();
    printed(&import_into(&service.database.url, "table", &[&written(&directory, "a.csv", TABLE)], &[]));
    let changed = written(&directory, "bad\n\u{1b}[31m<b>\u{202e}.csv", TABLE.replace("900", "901"));
    printed(&import_into(&service.database.url, "table", &[&changed], &[]));
    eventually("the restatement is served", || service.entries().len() == 3);
    assert_eq!(service.entries()[2]["reason"], "Restated in bad [31m<b>.csv, row 2");
    let told = refused(&import_into(&service.database.url, "table", &[&directory.path().join("no\u{1b}\n.csv")], &[]));
    assert!(told.contains("no .csv cannot be opened") && told.lines().count() == 1, "{told:?}");
}
