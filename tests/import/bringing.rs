//! `pledgewatch import`: files brought in by the command line, whatever their order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

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

/// A table of many cities has no lines, and one without a column for other sources says nothing of them.
#[test]
fn what_a_table_says_nothing_of_stays_unless_it_is_of_a_later_day() {
    let service = service();
    let path = "/v1/cities/us-somewhere/reports/2015";
    let lines = json!([{"ref": "I.1.1", "gas": "ch4", "gas_tonnes": 10}]);
    let stated = json!([{"level": "own", "tonnes": 910, "source": {"title": "Another"}}]);
    let body = json!({"totals": {"own": 900}, "gwp": "ar5", "lines": lines, "also_stated": stated,
        "source": {"title": "Ours", "published": "2017-01-01"}});
    service.record(path, &body);
    let directory = tempfile::tempdir().unwrap();
    let table = |name: &str, header: &str, row: &str| {
        let text = format!("city,year,total_own,source_title,source_published{header}\nus-somewhere,2015,{row}\n");
        let told = printed(&import(&service, "table", &[&written(&directory, name, &text)], &[]));
        crate::support::eventually("the service has seen it", || {
            let verified = printed(&service.verify());
            verified.contains(&format!(" {} entries", service.entries().len()))
        });
        told
    };
    assert!(table("later.csv", "", "950,Ours,2018-01-01").contains("1  reports revised"));
    let report = service.json(path);
    assert_eq!((&report["totals"]["own"], &report["gwp"]), (&json!(950), &json!("ar5")));
    assert_eq!((&report["lines"], &report["also_stated"]), (&lines, &stated));
    for _ in 0..2 {
        assert!(table("later.csv", "", "950,Ours,2018-01-01").contains("1  reports known"));
    }
    let (header, row) = (",also_stated_1_level", "960,Ours,2019-01-01,");
    assert!(table("newest.csv", header, row).contains("1  reports revised"));
    let report = service.json(path);
    assert_eq!((&report["lines"], report.get("also_stated")), (&lines, None));

    assert!(table("first.csv", "", "800,Ours,2016-01-01").contains("1  reports earlier"));
    let entries = service.entries();
    let earlier = entries.iter().find(|entry| entry["after"]["totals"]["own"] == 800).unwrap();
    assert!(earlier["after"].get("lines").is_none() && earlier["after"].get("also_stated").is_none());
    assert_eq!(service.json(path)["lines"], lines);
    let entries = service.entries().len();
    for (name, header, row) in [
        ("first.csv", "", "800,Ours,2016-01-01"),
        ("later.csv", "", "950,Ours,2018-01-01"),
        ("newest.csv", header, row),
    ] {
        assert!(table(name, header, row).contains("1  reports known"), "{name}");
    }
    assert_eq!(service.entries().len(), entries);
    // The set of 1995 has no value for a gas of the lines.
    let unfit = json!([{"ref": "I.1.1", "gas": "nf3", "gas_tonnes": 1}]);
    let mut body =
        json!({"totals": {"own": 970}, "gwp": "ar5", "source": {"title": "Ours", "published": "2020-01-01"}});
    (body["lines"], body["reason"]) = (unfit.clone(), json!("Counted by gas"));
    service.record(path, &body);
    let told = table("unfit.csv", ",gwp", "980,Ours,2021-01-01,ar2");
    assert!(told.contains("1  invalid"), "{told}");
    assert_eq!(service.json(path)["lines"], unfit);
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
        let base = json!([judged["baseline"]["year"], judged["baseline"]["tonnes"]]);
        json!([judged["target"]["id"], judged["target"]["target_tonnes"], judged["verdict"], base, figures, cautions])
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

const KLIMATKOLLEN: &str = "municipality,region,year,emissions_tco2e\nExemplby,L,2015,900.5\nExemplby,L,2016,800\n";

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
    crate::support::eventually("all is served", || service.entries().len() == 3);

    // The other way round the day is news: until then they counted from when they were recorded.
    let service = Service::start();
    let bring = |flags: &[&str]| printed(&import(&service, "klimatkollen", &[&file], flags));
    assert!(bring(&[]).contains("2  reports created"));
    assert!(bring(&day).contains("2  reports dated"));
    assert!(bring(&day).contains("2  reports known") && bring(&[]).contains("2  reports known"));
    crate::support::eventually("all is served", || service.entries().len() == 5);
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
        .map(|total| written(&directory, &format!("cdp_{total}.csv"), &format!("{header}\n{}\n", row(total))));
    let service = Service::start();
    let files = [files[0].as_path(), files[1].as_path()];
    let bring = |today: &str| printed(&import(&service, "cdp", &files, &["--today", today]));
    let told = bring("2020-11-25");
    assert!(told.contains("1  reports created") && told.contains("1  reports revised"), "{told}");
    let told = bring("2021-02-01");
    assert!(told.contains("2  reports known") && !told.contains("revised"), "{told}");
    crate::support::eventually("the second answer stands", || {
        service.get("/v1/cities/fr-examplia/reports/2015").json()["totals"]["own"] == 5_100
    });
}

#[test]
fn of_files_without_a_day_the_one_brought_in_last_stands() {
    let directory = tempfile::tempdir().unwrap();
    let one = written(&directory, "one.csv", KLIMATKOLLEN);
    let other = written(&directory, "other.csv", &KLIMATKOLLEN.replace("900.5", "901"));
    for (files, stands) in [([&one, &other], 901.0), ([&other, &one], 900.5)] {
        let service = Service::start();
        let told = printed(&import(&service, "klimatkollen", &files.map(PathBuf::as_path), &[]));
        assert!(told.contains("2  reports created") && told.contains("1  reports revised"), "{told}");
        crate::support::eventually("the last one stands", || {
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
    crate::support::eventually("both are served", || service.entries().len() == 3);
    let published = |entry: usize| service.entries()[entry]["after"]["source"]["published"].clone();
    assert_eq!((published(1), published(2)), (json!("2018-02-03"), json!("2017-04-05")));
}

#[test]
fn a_table_with_a_row_for_each_sector_is_read_as_none_of_them() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let row = |tonnes: &str, title: &str| format!("us-somewhere,2015,{tonnes},100,{title},\n");
    let text = format!(
        "{HEADER}{}{}{}us-somewhere,2016,700,100,Total,\n",
        row("900", "Transport"),
        row("500", "Buildings"),
        row("\"1,233\"", "Waste")
    );
    let report = directory.path().join("report.csv");
    let flags = ["--report", report.to_str().unwrap()];
    let told = printed(&import(&service, "table", &[&written(&directory, "long.csv", &text)], &flags));
    assert!(told.contains("1  reports created") && told.contains("2  duplicate_year"), "{told}");
    assert!(told.contains("1  ambiguous_number"), "{told}");
    let verdicts = std::fs::read_to_string(&report).unwrap();
    assert!(verdicts.contains("2015 of us-somewhere has more than one row; see row 3, row 4."), "{verdicts}");
}

#[test]
fn a_table_may_be_a_workbook() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let book = |name: &str, lines: &str, change: &dyn Fn(&mut Workbook)| {
        let mut book = Workbook::new();
        let reports = book.add_worksheet().set_name("Reports").unwrap();
        reports.write_row(0, 0, ["city", "year", "total_own (kt CO2e)", "source_title"]).unwrap();
        for (row, year) in [(1, 2015), (2, 2016)] {
            reports.write(row, 0, "us-somewhere").unwrap().write(row, 1, year).unwrap();
            reports.write(row, 2, 1.5).unwrap().write(row, 3, "Inventory").unwrap();
        }
        let other = book.add_worksheet().set_name("Lines").unwrap();
        other.write_row(0, 0, ["city", "year", "ref", "tonnes"]).unwrap();
        other.write(1, 0, lines).unwrap();
        book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "mine").unwrap();
        change(&mut book);
        let path = directory.path().join(name);
        book.save(&path).unwrap();
        path
    };
    let hide = |book: &mut Workbook| {
        book.worksheet_from_name("Reports").unwrap().set_row_hidden(1).unwrap();
    };
    let told = printed(&import(&service, "table", &[&book("hidden.xlsx", "# what a line is", &hide)], &["--dry-run"]));
    assert!(told.contains("1  reports created") && told.contains("1  hidden_cell"), "{told}");
    let told = printed(&import(&service, "table", &[&book("reports.xlsx", "", &|_| {})], &[]));
    assert!(
        told.contains("2  reports created") && told.contains("only the sheet \"Reports\" is read, not \"Notes\""),
        "{told}"
    );
    crate::support::eventually("the figures are in tonnes", || {
        service.get("/v1/cities/us-somewhere/reports/2016").json()["totals"]["own"] == 1_500
    });
    let refused = import(&service, "table", &[&book("lines.xlsx", "us-somewhere", &|_| {})], &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the sheet Lines has rows"));
}

#[test]
fn a_city_of_the_same_name_in_another_country_is_not_taken_for_it() {
    let header = "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,BASIC,BASIC+";
    let row = |country: &str, tonnes: i32| format!("London,{country},City,2015,2015,BASIC,1000,{tonnes},{tonnes},\n");
    let directory = tempfile::tempdir().unwrap();
    let text = format!("{header}\n{}{}", row("United Kingdom", 900), row("Canada", 300));
    let service = Service::start();
    let report = directory.path().join("report.csv");
    let flags = ["--report", report.to_str().unwrap()];
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", &text)], &flags));
    assert!(told.contains("1  reports created") && told.contains("1  identifier_taken"), "{told}");
    let verdicts = std::fs::read_to_string(&report).unwrap();
    assert!(verdicts.contains("its identifier belongs to gb-london in GB, not in CA"), "{verdicts}");
    crate::support::eventually("one city is served", || service.json("/v1/cities")["total"] == 1);
    crate::support::eventually("its figure is its own", || {
        service.get("/v1/cities/gb-london/reports/2015").json()["totals"]["basic"] == 900
    });
}

const C40: &str = "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,BASIC,BASIC+\n";

#[test]
fn a_city_is_found_by_its_identifier_however_its_name_is_written() {
    let service = Service::start();
    let known = json!({"name": "Bogotá D.C.", "country": "CO", "identifiers": {"c40": "Bogotá Distrito"}});
    service.record("/v1/cities/co-bogota", &known);
    let directory = tempfile::tempdir().unwrap();
    let row = |name: &str, year: i32| format!("{name},Colombia,City,{year},{year},BASIC,1000,900,900,\n");
    // The accent beside its letter, and spaces that are not those of the keyboard.
    let text = format!("{C40}{}{}", row("Bogota\u{301}\u{a0}Distrito", 2015), row("Bogotá \u{3000}Distrito", 2016));
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", &text)], &[]));
    assert!(told.contains("0  cities created") && told.contains("2  reports created"), "{told}");
    crate::support::eventually("both are served", || service.entries().len() == 3);
}

#[test]
fn a_city_that_is_made_beside_one_of_its_name_is_told() {
    let service = Service::start();
    service.record("/v1/cities/au-sydney", &json!({"name": "City of Sydney", "country": "AU"}));
    service.record("/v1/cities/us-portland", &json!({"name": "Portland", "country": "US", "region": "Oregon"}));
    let directory = tempfile::tempdir().unwrap();
    let row = |name: &str, country: &str| format!("{name},{country},City,2015,2015,BASIC,1000,900,900,\n");
    let text = format!("{C40}{}{}{}", row("Sydney", "Australia"), row("Perth", "Australia"), row("Portland", "USA"));
    let report = directory.path().join("report.csv");
    let flags = ["--report", report.to_str().unwrap()];
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", &text)], &flags));
    assert!(told.contains("3  cities created"), "{told}");
    let notice = "Note: 2 cities were made though one of the same name is there: au-c40-sydney-sydney (as au-sydney), \
                  us-c40-portland-portland (as us-portland); where they are the same";
    assert!(told.contains(notice), "{told}");
    let verdicts = std::fs::read_to_string(&report).unwrap();
    let remarked: Vec<&str> = verdicts.lines().filter(|line| line.contains("a new city was made")).collect();
    assert_eq!(remarked.len(), 2, "{verdicts}");
    assert!(remarked[0].contains("though au-sydney is named like it and lacks its identifier"), "{}", remarked[0]);
}

#[test]
fn the_cities_of_the_demo_are_found_by_c40s_names_of_them() {
    let service = Service::on(Database::new(), &["--demo"]);
    let directory = tempfile::tempdir().unwrap();
    let cities = [
        ("Los Angeles", "USA"),
        ("Bogotá", "Colombia"),
        ("Sydney", "Australia"),
        ("Cape Town", "South Africa"),
        ("Amsterdam", "The Netherlands"),
    ];
    let rows: String =
        cities.iter().map(|(name, country)| format!("{name},{country},City,1999,1999,BASIC,1000,900,900,\n")).collect();
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", &format!("{C40}{rows}"))], &[]));
    assert!(told.contains("0  cities created") && told.contains("5  reports created"), "{told}");
    for file in ["gpc_inventories.csv", "gpc_inventories_more.csv"] {
        let Some(file) = shared(&format!("data/c40/{file}")) else { continue };
        let told = printed(&import(&service, "c40", &[&file], &["--dry-run"]));
        assert!(!told.contains("made though"), "{told}");
    }
}

#[test]
fn a_file_that_breaks_off_is_told_and_its_last_row_remarked_on() {
    let service = service();
    let directory = tempfile::tempdir().unwrap();
    let report = directory.path().join("report.csv");
    let flags = ["--dry-run", "--report", report.to_str().unwrap()];
    let cut = written(&directory, "cut.csv", KLIMATKOLLEN.trim_end().strip_suffix("00").unwrap());
    let told = printed(&import(&service, "klimatkollen", &[&cut], &flags));
    assert!(told.contains("2  reports created"), "{told}");
    assert!(told.contains("Note: cut.csv ends within row 3, without a line end: is it whole?"), "{told}");
    let verdicts = std::fs::read_to_string(&report).unwrap();
    let remarked = |row: &str, word: &str| verdicts.lines().any(|line| line.starts_with(row) && line.contains(word));
    assert!(remarked("cut.csv,,3,", "without a line end") && !remarked("cut.csv,,2,", "without"), "{verdicts}");
    // Without its last cells nobody can say what the row was to be.
    let shorter = written(&directory, "shorter.csv", KLIMATKOLLEN.trim_end().strip_suffix(",800").unwrap());
    let told = printed(&import(&service, "klimatkollen", &[&shorter], &["--dry-run"]));
    assert!(told.contains("1  reports created") && told.contains("1  row_shape") && told.contains("Note: "), "{told}");
    assert!(
        !printed(&import(&service, "klimatkollen", &[&written(&directory, "k.csv", KLIMATKOLLEN)], &[]))
            .contains("Note")
    );

    let rows = "us-somewhere,2015,900,100,Inventory,\nus-somewhere,2016,800,100,Inv";
    let whole =
        |text: String| printed(&import(&service, "table", &[&written(&directory, "t.csv", &text)], &["--dry-run"]));
    let told = whole(format!("{HEADER}{rows}entory,2017-01-01"));
    assert!(told.contains("2  reports created") && told.contains("Note: t.csv ends within row 3"), "{told}");
    let told = whole(format!("{HEADER}{rows}"));
    assert!(told.contains("1  reports created") && told.contains("1  cut_off"), "{told}");
    assert!(!whole(format!("{HEADER}{rows}entory,2017-01-01\n")).contains("Note"));
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
        crate::support::eventually("all reports are served", || recorded(&service) >= 1263);
        println!("{} restatements", restatements(&service.entries()));
        // A city is named, and its id made, as the first command has it; its account number and its figures are what stands.
        let (cities, mut figures): (Vec<_>, Vec<_>) =
            standing(&service).into_iter().partition(|(place, _)| place.contains("\"city\""));
        // Served and judged: the first city that has a target.
        let judged = figures.iter().find(|(place, _)| place.contains("\"target\"")).unwrap();
        let city = judged.0.split('"').nth(1).unwrap();
        crate::support::eventually("the cities are served", || {
            service.get(&format!("/v1/cities/{city}/status")).status == 200
        });
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
