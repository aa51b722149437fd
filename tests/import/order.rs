//! Whatever the order of the files: what was published last stands, and what was known on a day is the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Database, Service, eventually, printed, shared};

use super::{HEADER, KLIMATKOLLEN, import, service, written};

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

#[test]
fn a_table_is_brought_in_once_and_restated_with_the_file_as_the_reason() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let row = |tonnes: i32, title: &str, day: &str| format!("us-somewhere,2015,{tonnes},100,{title},{day}\n");
    let old = written(&directory, "old.csv", format!("{HEADER}{}", row(900, "Old", "2017-01-01")));
    let new = written(&directory, "new.csv", format!("{HEADER}{}", row(950, "New", "2019-01-01")));
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
    eventually("both are served", || service.entries().len() >= 3);
    let entries = service.entries();
    assert_eq!(entries.len(), 3, "the same file again is no news");
    assert_eq!(entries[2]["reason"], "Restated in new.csv, row 2");

    // The other way round what was published later stands too, and the earlier value lies before it.
    let other = self::service();
    printed(&import(&other, "table", &[&new], &[]));
    printed(&import(&other, "table", &[&old], &[]));
    eventually("all three are served", || other.entries().len() >= 4);
    assert_eq!(standing(&other), standing(&service));
    let revisions: Vec<i64> =
        other.entries()[1..].iter().map(|entry| entry["after"]["totals"]["own"].as_i64().unwrap()).collect();
    assert_eq!(revisions, [950, 900, 950]);
    assert!(other.verify().status.success());
}

/// What the judgements of a city are made from, as they were known on a day.
fn known_on(service: &Service, city: &str, day: &str) -> Value {
    let status = service.json(&format!("/v1/cities/{city}/status?known_on={day}&judged_on=2026-11-23"));
    let judged = status["targets"].as_array().unwrap().iter().map(|judged| {
        let figures = judged["figures"].as_array().into_iter().flatten();
        let figures: Vec<Value> = figures.map(|figure| json!([figure["year"], figure["tonnes"]])).collect();
        let cautions = judged["cautions"].as_array().into_iter().flatten();
        let cautions: Vec<Value> = cautions
            .map(|caution| json!([caution["code"], caution["years"], caution["old_tonnes"], caution["new_tonnes"]]))
            .collect();
        let base = json!([judged["baseline_figure"]["year"], judged["baseline_figure"]["tonnes"]]);
        json!([judged["target"], judged["target_tonnes"], judged["verdict"], base, figures, cautions])
    });
    judged.collect()
}

#[test]
fn what_was_known_on_a_day_does_not_depend_on_the_order_of_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let file = |year: i32, base: i32, tonnes: i32| {
        let row = |of: i32, tonnes: i32| format!("us-somewhere,{of},{tonnes},,Inventory,{year}-01-10\n");
        let text = format!("{HEADER}{}{}", row(2005, base), row(2010, tonnes));
        written(&directory, &format!("{year}-{base}-{tonnes}.csv"), &text)
    };
    let target = json!({"kind": "base_year", "level": "own", "base_year": 2005, "reduction_percent": 50,
        "target_year": 2030, "standing": "adopted", "source": {"title": "Plan", "published": "2001-01-01"}});
    // The third file says again what the first said, or something new.
    for (base, tonnes) in [(9_000, 7_500), (8_000, 7_000)] {
        let files = [file(2016, 8_000, 7_000), file(2017, 8_500, 7_200), file(2018, base, tonnes)];
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let told = orders.map(|order| {
            let service = service();
            for index in order {
                printed(&import(&service, "table", &[&files[index]], &[]));
            }
            service.record("/v1/cities/us-somewhere/targets/half", &target);
            let days = ["2015-06-01", "2016-06-01", "2017-06-01", "2018-06-01", "2026-11-23"];
            let known = days.map(|day| known_on(&service, "us-somewhere", day));
            let figures = known.clone().map(|judged| judged[0][4].clone());
            let expected = [json!([]), json!([[2010, 7_000]]), json!([[2010, 7_200]])];
            assert_eq!(figures[..3], expected, "{order:?}");
            assert_eq!(figures[3..], [json!([[2010, tonnes]]), json!([[2010, tonnes]])], "{order:?}");
            assert!(known[4].to_string().contains("baseline_restated"), "{}", known[4]);
            known
        });
        assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
    }
}

#[test]
fn the_same_figures_are_no_restatement_because_their_day_of_publication_was_given_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let file = written(&directory, "k.csv", KLIMATKOLLEN);
    let day = ["--published", "2020-05-01"];
    let service = Service::start();
    let bring = |flags: &[&str]| printed(&import(&service, "klimatkollen", &[&file], flags));
    assert!(bring(&day).contains("2  reports created"));
    assert!(bring(&[]).contains("2  reports known"));
    assert!(bring(&day).contains("2  reports known"));
    eventually("all is served", || service.entries().len() == 3);

    // The other way round the day is news: until then they counted from when they were recorded.
    let service = Service::start();
    let bring = |flags: &[&str]| printed(&import(&service, "klimatkollen", &[&file], flags));
    assert!(bring(&[]).contains("2  reports created"));
    assert!(bring(&day).contains("2  reports dated"));
    assert!(bring(&day).contains("2  reports known") && bring(&[]).contains("2  reports known"));
    eventually("all is served", || service.entries().len() == 5);
    assert_eq!(service.entries()[4]["reason"], "The same, published on 2020-05-01, in k.csv, row 3");

    // A later publication that says the same confirms it, and is nothing new.
    assert!(bring(&["--published", "2021-05-01"]).contains("2  reports known"));
    assert_eq!(service.entries().len(), 5);
    let future = import(&service, "klimatkollen", &[&file], &["--published", "2999-01-01"]);
    assert!(String::from_utf8_lossy(&future.stderr).contains("--published must not lie in the future"));
}

#[test]
fn a_day_that_is_filled_in_once_it_has_passed_makes_no_restatement() {
    let header = "Year Reported to CDP,Account Number,Organization,City,Country,Accounting year,Boundary,Protocol,Gases Included,Total emissions (metric tonnes CO2e),Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Population,Population Year";
    let row = |total: i32| {
        format!("2020,10001,Examplia,Examplia,France,2015-01-01 - 2015-12-31,,,CO2,{total},3000,2000,1000,2015")
    };
    let directory = tempfile::tempdir().unwrap();
    // The answer was corrected: the second file stands.
    let files = [5_400, 5_100]
        .map(|total| written(&directory, &format!("cdp_{total}.csv"), format!("{header}\n{}\n", row(total))));
    let service = Service::start();
    let files = [files[0].as_path(), files[1].as_path()];
    let bring = |today: &str| printed(&import(&service, "cdp", &files, &["--today", today]));
    let told = bring("2020-11-25");
    assert!(told.contains("1  reports created") && told.contains("1  reports revised"), "{told}");
    let told = bring("2021-02-01");
    assert!(told.contains("2  reports known") && !told.contains("revised"), "{told}");
    eventually("the second answer stands", || {
        service.get("/v1/cities/fr-examplia/reports/2015").json()["totals"]["own"] == 5_100
    });
}

#[test]
fn of_files_without_a_day_the_one_brought_in_last_stands() {
    let directory = tempfile::tempdir().unwrap();
    let one = written(&directory, "one.csv", KLIMATKOLLEN);
    let other = written(&directory, "other.csv", KLIMATKOLLEN.replace("900.5", "901"));
    for (files, stands) in [([&one, &other], 901.0), ([&other, &one], 900.5)] {
        let service = Service::start();
        let told = printed(&import(&service, "klimatkollen", &files.map(PathBuf::as_path), &[]));
        assert!(told.contains("2  reports created") && told.contains("1  reports revised"), "{told}");
        eventually("the last one stands", || {
            service.get("/v1/cities/se-exemplby/reports/2015").json()["totals"]["own"] == stands
        });
    }
}

#[test]
fn a_table_takes_the_day_of_publication_where_it_has_none_and_no_year_twice() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let text = format!(
        "{HEADER}us-somewhere,2015,900,100,Inventory,\nus-somewhere,2016,800,100,Inventory,2018-02-03\n\
         us-somewhere,2015,901,100,Inventory,\nus-somewhere,2017,700,100,Inventory,\nnowhere,2015,901,100,Inventory,\nnowhere,2015,901,100,Inventory,\n"
    );
    let table = written(&directory, "table.csv", &text);
    let report = directory.path().join("report.csv");
    let flags = ["--published", "2017-04-05", "--report", report.to_str().unwrap()];
    let told = printed(&import(&service, "table", &[&table], &flags));
    assert!(told.contains("2  reports created") && told.contains("2  duplicate_year"), "{told}");
    assert!(told.contains("2  unknown_city") && !told.contains("revised"), "{told}");
    let verdicts = std::fs::read_to_string(&report).unwrap();
    for (row, other) in [(2, 4), (4, 2)] {
        let told = format!(
            "table.csv,,{row},us-somewhere 2015,left_out,,,,duplicate_year,2015 of us-somewhere has more than one row; see row {other}."
        );
        assert!(verdicts.contains(&told), "{verdicts}");
    }
    eventually("both are served", || service.entries().len() == 3);
    let published = |entry: usize| service.entries()[entry]["after"]["source"]["published"].clone();
    assert_eq!((published(1), published(2)), (json!("2018-02-03"), json!("2017-04-05")));
}

#[test]
fn the_world_of_cdp_is_the_same_in_either_order() {
    let Some(folder) = shared("data/cdp") else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // The files of each command, in the order of the commands.
    let figures = |commands: &[Vec<PathBuf>]| {
        let service = Service::on(Database::new(), &[]);
        let bring = |files: &Vec<PathBuf>| {
            let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
            printed(&import(&service, "cdp", &files, &[]))
        };
        let told: String = commands.iter().map(bring).collect();
        println!("{told}");
        let again = bring(&commands.concat());
        assert!(again.contains("1702  reports known") && again.contains("1196  targets known"), "{again}");
        assert!(!again.contains("revised"), "{again}");
        assert!(service.verify().status.success());
        let entries = told.lines().filter(|line| line.contains(" created") || line.contains(" revised"));
        assert!(entries.count() >= 3, "{told}");
        let recorded = |service: &Service| standing(service).iter().filter(|it| it.0.contains("\"report\"")).count();
        eventually("all reports are served", || recorded(&service) >= 1263);
        println!("{} restatements", restatements(&service.entries()));
        // A city is named, and its id made, as the first command has it; its account number and its figures are what stands.
        let (cities, mut figures): (Vec<_>, Vec<_>) =
            standing(&service).into_iter().partition(|(place, _)| place.contains("\"city\""));
        // Served and judged: the first city that has a target.
        let judged = figures.iter().find(|(place, _)| place.contains("\"target\"")).unwrap();
        let city = judged.0.split('"').nth(1).unwrap();
        eventually("the cities are served", || service.get(&format!("/v1/cities/{city}/status")).status == 200);
        let mut known: Vec<(String, Value)> = Vec::new();
        for (place, city) in &cities {
            let id = place.split('"').nth(1).unwrap();
            if !figures.iter().any(|(of, _)| of.starts_with(&format!("\"{id}\" \"target\""))) {
                continue;
            }
            for year in 2016..=2021 {
                let account = format!("{} {year}", city["identifiers"]);
                known.push((account, known_on(&service, id, &format!("{year}-07-01"))));
            }
        }
        known.sort_by(|one, other| one.0.cmp(&other.0));
        for (place, _) in &mut figures {
            let id = place.split('"').nth(1).unwrap().to_owned();
            let city = cities.iter().find(|(place, _)| place.starts_with(&format!("\"{id}\""))).unwrap();
            *place = place.replace(&id, &city.1["identifiers"].to_string());
        }
        figures.sort_by(|one, other| one.0.cmp(&other.0));
        (figures, known)
    };
    let forward = figures(&[files.clone()]);
    // Neither forwards nor backwards: editions of one year lie on both sides of those of others.
    let mixed: Vec<Vec<PathBuf>> = [4, 8, 0, 6, 2, 7, 1, 5, 3].map(|index| vec![files[index].clone()]).to_vec();
    files.reverse();
    for other in [figures(&[files]), figures(&mixed)] {
        assert!(forward.0 == other.0, "the order of the files decided what stands");
        println!("{} answers about what was known", forward.1.len());
        for (one, other) in forward.1.iter().zip(&other.1) {
            assert_eq!(one, other, "the order of the files decided what was known");
        }
        assert!(forward.1.len() == other.1.len() && forward.1.len() > 1_000);
    }
}

/// How many revisions restate a record; each says otherwise than the one before it.
fn restatements(entries: &[Value]) -> usize {
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    let mut restated = 0;
    for entry in entries {
        let place = format!("{} {} {}", entry["city"], entry["kind"], entry["id"]);
        let mut said = entry["after"].clone();
        said.as_object_mut().unwrap().retain(|member, _| !["note", "source"].contains(&member.as_str()));
        let before = last.insert(place.clone(), said.clone());
        if entry["reason"].as_str().is_some_and(|reason| reason.starts_with("Restated in")) {
            assert_ne!(before, Some(said), "{place}");
            restated += 1;
        }
    }
    restated
}
