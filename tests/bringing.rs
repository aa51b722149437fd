//! `pledgewatch import`: files brought in by the command line, whatever their order.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{Database, Service, city, printed, run, shared};

/// Runs an import of files into the database of a service.
fn import(service: &Service, format: &str, files: &[&Path], flags: &[&str]) -> Output {
    let files: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let database = ["--database", &service.database.url];
    run(&[&["import", format][..], &files, &database, flags].concat())
}

fn written(directory: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// What stands of every record of every city, with who says so.
fn standing(service: &Service) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in service.entries() {
        let place = format!("{} {} {}", entry["city"], entry["kind"], entry["id"]);
        found.retain(|(known, _)| *known != place);
        found.push((place, entry["after"].clone()));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

const HEADER: &str = "city,year,total_own,population,source_title,source_published\n";

fn service() -> Service {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    service
}

#[test]
fn a_table_is_brought_in_once_and_restated_with_the_file_as_the_reason() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let row = |tonnes: i32, title: &str, day: &str| format!("us-somewhere,2015,{tonnes},100,{title},{day}\n");
    let old = written(&directory, "old.csv", &format!("{HEADER}{}", row(900, "Old", "2017-01-01")));
    let new = written(&directory, "new.csv", &format!("{HEADER}{}", row(950, "New", "2019-01-01")));
    let report = directory.path().join("report.csv");
    let flags = ["--dry-run", "--report", report.to_str().unwrap()];
    let told = printed(&import(&service, "table", &[&old], &flags));
    assert!(told.contains("Nothing was changed") && told.contains("1  reports created"), "{told}");
    assert_eq!(service.entries().len(), 1);
    let verdicts = std::fs::read_to_string(&report).unwrap();
    assert!(verdicts.contains("old.csv,,2,us-somewhere 2015,created,us-somewhere,report,2015,"), "{verdicts}");

    printed(&import(&service, "table", &[&old], &[]));
    printed(&import(&service, "table", &[&new], &[]));
    let told = printed(&import(&service, "table", &[&old, &new], &[]));
    assert!(told.contains("2  reports known"), "{told}");
    // Nothing can be waited for: three entries are there once the service has seen them, and no more follow.
    crate::support::eventually("both are served", || service.entries().len() >= 3);
    let entries = service.entries();
    assert_eq!(entries.len(), 3, "the same file again is no news");
    assert_eq!(entries[2]["reason"], "Restated in new.csv, row 2");

    // The other way round what was published later stands too, and the earlier value lies before it.
    let other = self::service();
    printed(&import(&other, "table", &[&new], &[]));
    printed(&import(&other, "table", &[&old], &[]));
    crate::support::eventually("all three are served", || other.entries().len() >= 4);
    assert_eq!(standing(&other), standing(&service));
    let revisions: Vec<i64> =
        other.entries()[1..].iter().map(|entry| entry["after"]["totals"]["own"].as_i64().unwrap()).collect();
    assert_eq!(revisions, [950, 900, 950]);
    assert!(other.verify().status.success());
}

#[test]
fn a_bad_row_is_left_out_with_its_reason_and_the_others_are_recorded() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let text = format!(
        "{HEADER}us-somewhere,2015,900,100,Inventory,\nus-somewhere,2016,\"1,233\",100,Inventory,\nnowhere-at-all,2016,5,,Inventory,\n"
    );
    let told = printed(&import(&service, "table", &[&written(&directory, "table.csv", &text)], &[]));
    assert!(told.contains("1  reports created") && told.contains("1  ambiguous_number"), "{told}");
    assert!(told.contains("1  unknown_city"), "{told}");
    let missing = import(&service, "table", &[Path::new("no-such-file.csv")], &[]);
    assert!(!missing.status.success());
    let wrong = import(&service, "cdp", &[&written(&directory, "wrong.csv", "a,b\n1,2\n")], &[]);
    assert!(!wrong.status.success());
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("wrong.csv"));
}

#[test]
fn a_running_service_shows_what_is_brought_in() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let text = format!("{HEADER}us-somewhere,2015,900,100,Inventory,\n");
    printed(&import(&service, "table", &[&written(&directory, "table.csv", &text)], &["--label", "The operator"]));
    crate::support::eventually("the report is served", || {
        let answer = service.get("/v1/cities/us-somewhere/reports/2015");
        answer.status == 200 && answer.json()["recorded_by"] == "The operator"
    });
}

#[test]
fn the_world_of_cdp_is_the_same_in_either_order() {
    let Some(folder) = shared("data/cdp") else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let figures = |files: &[PathBuf]| {
        let service = Service::on(Database::new(), &[]);
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let told = printed(&import(&service, "cdp", &files, &[]));
        println!("{told}");
        let again = printed(&import(&service, "cdp", &files, &[]));
        assert!(again.contains("1332  reports known") && again.contains("462  targets known"), "{again}");
        assert!(!again.contains("revised"), "{again}");
        assert!(service.verify().status.success());
        let entries = told.lines().filter(|line| line.contains(" created") || line.contains(" revised"));
        assert!(entries.count() >= 3, "{told}");
        let recorded = |service: &Service| service.entries().iter().filter(|entry| entry["kind"] == "report").count();
        crate::support::eventually("all reports are served", || recorded(&service) >= 1332);
        // A city is named, and its id made, as the first file has it; its account number and its figures are what stands.
        let (cities, mut figures): (Vec<_>, Vec<_>) =
            standing(&service).into_iter().partition(|(place, _)| place.contains("\"city\""));
        // Served and judged: the first city that has a target.
        let judged = figures.iter().find(|(place, _)| place.contains("\"target\"")).unwrap();
        let city = judged.0.split('"').nth(1).unwrap();
        crate::support::eventually("the cities are served", || {
            service.get(&format!("/v1/cities/{city}/status")).status == 200
        });
        for (place, _) in &mut figures {
            let id = place.split('"').nth(1).unwrap().to_owned();
            let city = cities.iter().find(|(place, _)| place.starts_with(&format!("\"{id}\""))).unwrap();
            *place = place.replace(&id, city.1["identifiers"]["cdp"].as_str().unwrap());
        }
        figures.sort_by(|one, other| one.0.cmp(&other.0));
        figures
    };
    let forward = figures(&files);
    files.reverse();
    assert!(figures(&files) == forward, "the order of the files decided what stands");
}
