//! Whole data sets: the exports are the lists, of one moment and whole or cut, in each format.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::{Answer, Service, TODAY, assessment, baseline, city, inventory, send, target};

use super::items;

mod map;
mod parquet;
mod series;

const SETS: &[&str] = &["cities", "baselines", "targets", "reports", "status", "series", "changes"];

const FORMATS: [(&str, &str); 3] = [
    ("csv", "text/csv; charset=utf-8"),
    ("ndjson", "application/x-ndjson"),
    ("parquet", "application/vnd.apache.parquet"),
];

/// The demo, and what could go wrong on the way: words that spreadsheets run or that must be quoted, a city without
/// a position, one that was withdrawn, and inventories line by line, of many pieces.
fn world() -> Service {
    let service = Service::with(&["--demo"]);
    service.record("/v1/cities/xx-formula", &json!({"name": "=1+1", "country": "FR", "region": "a \"b\", c"}));
    service.record("/v1/cities/xx-formula/baselines/2010", &baseline(2010, 1000.0));
    service.record("/v1/cities/xx-formula/targets/half", &target("2010", 50.0, 2030));
    for year in 1975..2020 {
        let mut report = inventory(1000.0 - f64::from(year - 1975));
        report["note"] = json!(format!("+{} ünïcode, \"quoted\"", "x".repeat(1900)));
        report["source"]["licence"] = json!("@terms; CC BY 4.0");
        service.record(&format!("/v1/cities/xx-formula/reports/{year}"), &report);
    }
    service.record("/v1/cities/xx-gone", &city("Gone"));
    service.record("/v1/cities/xx-gone/reports/2020", &inventory(5.0));
    for path in ["xx-formula/reports/2011", "xx-gone"] {
        assert_eq!(service.delete(&format!("/v1/cities/{path}?reason=a+test"), &service.admin).status, 204);
    }
    service
}

/// The paths of the lists that an export puts together, in its order.
fn lists(service: &Service, what: &str) -> Vec<String> {
    match what {
        "cities" | "status" | "changes" => vec![format!("/v1/{what}")],
        _ => {
            let cities = walk(service, "/v1/cities");
            cities.iter().map(|city| format!("/v1/cities/{}/{what}", city["id"].as_str().unwrap())).collect()
        }
    }
}

/// All pages of a list.
fn walk(service: &Service, path: &str) -> Vec<Value> {
    let parameter = if path == "/v1/changes" { "after" } else { "cursor" };
    let joint = if path.contains('?') { '&' } else { '?' };
    let mut page = service.json(&format!("{path}{joint}limit=7"));
    let mut all = items(&page).clone();
    while let Some(next) = page.get("next") {
        let next = next.as_str().map_or(next.to_string(), str::to_owned);
        page = service.json(&format!("{path}{joint}limit=7&{parameter}={next}"));
        all.extend(items(&page).clone());
    }
    all
}

/// The header and the rows of a CSV text.
fn table(text: &str) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    (reader.headers().unwrap().clone(), reader.records().map(Result::unwrap).collect())
}

/// All pages of a list as CSV, as the links lead through them.
fn walk_csv(service: &Service, path: &str) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let mut page = service.get(&format!("{path}.csv?limit=7"));
    let (header, mut rows) = table(&page.text);
    while let Some(next) = page.header("link").strip_prefix('<').and_then(|link| link.split('>').next()) {
        page = service.get(next);
        let (again, more) = table(&page.text);
        assert_eq!(again, header);
        rows.extend(more);
    }
    (header, rows)
}

fn lines(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn export(service: &Service, file: &str) -> Answer {
    let answer = service.get(&format!("/v1/export/{file}"));
    assert_eq!(answer.status, 200, "{file}: {}", answer.text);
    answer
}

#[test]
fn exports_are_all_pages_of_the_lists() {
    let service = world();
    for what in SETS.iter().filter(|what| **what != "series") {
        let listed: Vec<Value> = lists(&service, what).iter().flat_map(|path| walk(&service, path)).collect();
        assert!(listed.len() > 20, "{what}");
        assert_eq!(lines(&export(&service, &format!("{what}.ndjson")).text), listed, "{what}");

        let pages: Vec<_> = lists(&service, what).iter().map(|path| walk_csv(&service, path)).collect();
        let (header, rows) = table(&export(&service, &format!("{what}.csv")).text);
        assert!(pages.iter().all(|(of_page, _)| *of_page == header), "{what}");
        assert_eq!(rows, pages.into_iter().flat_map(|(_, rows)| rows).collect::<Vec<_>>(), "{what}");
        assert_eq!(rows.len(), listed.len(), "{what}");
    }
    let reports = export(&service, "reports.csv").text;
    assert!(reports.len() > 3 * pledgewatch::api::limits::EXPORT_PIECE_BYTES / 2, "of several pieces");
}

#[test]
fn every_figure_has_its_source_and_licence() {
    let service = world();
    // The figures, and where their source is told.
    for (what, figure, source) in [
        ("baselines", "year", "source"),
        ("targets", "id", "source"),
        ("reports", "year", "source"),
        ("status", "baseline_tonnes", "baseline_source"),
        ("status", "judged_tonnes", "judged_source"),
        ("cities", "headline.baseline_tonnes", "headline.baseline_source"),
        ("cities", "headline.judged_tonnes", "headline.judged_source"),
    ] {
        let (header, rows) = table(&export(&service, &format!("{what}.csv")).text);
        let place = |name: &str| {
            header.iter().position(|column| column == name).unwrap_or_else(|| panic!("{what} has no {name}"))
        };
        let (figure, title) = (place(figure), place(&format!("{source}.title")));
        place(&format!("{source}.licence"));
        assert!(rows.iter().any(|row| !row[title].is_empty()), "{what}: {source}");
        assert!(rows.iter().all(|row| row[figure].is_empty() == row[title].is_empty()), "{what}: {source}");
    }
    let (header, rows) = table(&export(&service, "status.csv").text);
    let cell =
        |row: &csv::StringRecord, name: &str| row[header.iter().position(|column| column == name).unwrap()].to_owned();
    let row =
        rows.iter().find(|row| cell(row, "city") == "us-los-angeles" && cell(row, "target") == "2025-half").unwrap();
    let status = service.json("/v1/cities/us-los-angeles/status");
    let judged = assessment(&status, "2025-half");
    let listed = service.json("/v1/cities?ids=us-los-angeles");
    let ranked = service.json("/v1/rankings?country=US&limit=500");
    let ranked = items(&ranked).iter().find(|entry| entry["city"] == "us-los-angeles").unwrap();
    for figure in ["baseline", "judged"] {
        assert_eq!(
            cell(row, &format!("{figure}_source.title")),
            judged[format!("{figure}_figure")]["source"]["title"].as_str().unwrap()
        );
        for headline in [&listed["items"][0]["headline"], &ranked["headline"]] {
            let judged = assessment(&status, headline["target"].as_str().unwrap());
            assert_eq!(headline[format!("{figure}_source")], judged[format!("{figure}_figure")]["source"]);
        }
    }
    // What a spreadsheet would run is plain text, and what JSON readers get is what was written.
    let row = rows.iter().find(|row| cell(row, "city") == "xx-formula").unwrap();
    assert_eq!(cell(row, "name"), "'=1+1");
    assert_eq!(cell(row, "judged_source.licence"), "'@terms; CC BY 4.0");
    let status = lines(&export(&service, "status.ndjson").text);
    let item = status.iter().find(|item| item["city"] == "xx-formula").unwrap();
    assert_eq!((&item["name"], &item["region"]), (&json!("=1+1"), &json!("a \"b\", c")));
}

#[test]
fn every_row_of_a_judged_target_has_its_course_and_its_cautions() {
    let service = world();
    let judged = walk(&service, "/v1/status");
    for (file, within) in [("status", ""), ("cities", "headline.")] {
        let (header, rows) = table(&export(&service, &format!("{file}.csv")).text);
        let place = |name: &str| header.iter().position(|column| column == format!("{within}{name}")).unwrap();
        let id = if file == "status" { "target".to_owned() } else { format!("{within}target") };
        let (city, id) =
            (if file == "status" { "city" } else { "id" }, header.iter().position(|name| name == id).unwrap());
        let city = header.iter().position(|name| name == city).unwrap();
        for row in rows.iter().filter(|row| !row[id].is_empty()) {
            let item = judged.iter().find(|item| item["city"] == row[city] && item["target"] == row[id]).unwrap();
            for name in ["verdict", "course", "overdue_years", "title", "set_on", "ended_on"] {
                let text = match &item[name] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                assert_eq!(row[place(name)], text, "{file}: {name} of {item}");
            }
            let codes: Vec<&str> =
                item["caution_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
            assert_eq!(row[place("caution_codes")], codes.join(";"), "{file}: {item}");
        }
    }
}

#[test]
fn an_empty_service_has_empty_exports() {
    let service = Service::start();
    for what in SETS {
        assert_eq!(export(&service, &format!("{what}.ndjson")).text, "", "{what}");
        let (header, rows) = table(&export(&service, &format!("{what}.csv")).text);
        assert!(header.len() > 5 && rows.is_empty(), "{what}");
    }
}

#[test]
fn exports_say_what_they_are() {
    let service = world();
    let mut tags = BTreeSet::new();
    for what in SETS {
        for (suffix, content_type) in FORMATS {
            let path = format!("/v1/export/{what}.{suffix}");
            let answer = send(service.request("GET", &path).header("accept-encoding", "gzip, br"));
            assert_eq!(answer.header("content-type"), content_type, "{path}");
            assert_eq!(answer.header("content-encoding"), "", "{path}");
            let name = format!("attachment; filename=\"pledgewatch-{what}-{TODAY}.{suffix}\"");
            assert_eq!(answer.header("content-disposition"), name);
            let tag = answer.header("etag");
            assert!(tag.len() == 34 && tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag}");
            assert!(tags.insert(tag.to_owned()), "{path}");
            assert_eq!(service.get(&path).header("etag"), tag, "{path}");

            let again = send(service.request("GET", &path).header("if-none-match", tag));
            assert_eq!((again.status.as_u16(), again.text.as_str(), again.header("etag")), (304, "", tag), "{path}");
            assert_eq!(again.header("cache-control"), answer.header("cache-control"), "{path}");
            let head = send(service.request("HEAD", &path));
            assert_eq!((head.status.as_u16(), head.text.as_str(), head.header("etag")), (200, "", tag), "{path}");
            assert_eq!(head.header("content-disposition"), name, "{path}");
        }
    }
    service.record("/v1/cities/xx-new", &city("New"));
    let after: BTreeSet<String> = SETS
        .iter()
        .flat_map(|what| FORMATS.map(|(suffix, _)| format!("{what}.{suffix}")))
        .map(|file| export(&service, &file).header("etag").to_owned())
        .collect();
    assert_eq!(after.len(), 3 * SETS.len());
    assert!(after.is_disjoint(&tags));
    // Another day, another judgement.
    let service = service.restart_with(&["--today", "2026-11-24"]);
    let tomorrow = export(&service, "status.csv");
    assert!(!after.contains(tomorrow.header("etag")));
    assert!(tomorrow.header("content-disposition").contains("2026-11-24"));
}

#[test]
fn a_body_taken_out_of_the_log_is_taken_out_of_what_is_kept_of_it() {
    let mut service = Service::start();
    service.record("/v1/cities/us-here", &city("A name that must go"));
    let (before, cities) = (export(&service, "changes.ndjson"), export(&service, "cities.ndjson"));
    assert!(before.text.contains("must go"));
    service.database.execute("UPDATE changes SET body = NULL WHERE sequence = 1");
    let request = service.request("GET", "/v1/export/changes.ndjson").header("if-none-match", before.header("etag"));
    let after = send(request);
    assert_eq!(after.status, 200);
    assert!(!after.text.contains("must go"));
    assert_eq!(lines(&after.text)[0]["redacted"], true);
    // What is in memory is read from the log when the service starts.
    service.kill_and_restart();
    let request = service.request("GET", "/v1/export/cities.ndjson").header("if-none-match", cities.header("etag"));
    let after = send(request);
    assert_eq!((after.status.as_u16(), after.text.contains("must go")), (200, false));
}

#[test]
fn an_export_is_of_one_moment() {
    let service = Service::with(&["--demo"]);
    service.record("/v1/cities/zz-together", &city("Together"));
    let import = |round: u32| {
        let report = |year: u32| {
            let mut report = inventory(f64::from(round));
            (report["year"], report["reason"]) = (json!(year), json!("Another round"));
            report["note"] = json!("x".repeat(1800));
            report
        };
        let reports: Vec<Value> = (1975..2025).map(report).collect();
        let path = "/v1/cities/zz-together/reports:import";
        let answer = service.post(path, &service.admin, &json!({"reports": reports}));
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    import(1);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 2..12 {
                import(round);
            }
            done.store(true, Ordering::Relaxed);
        });
        let mut rounds = BTreeSet::new();
        while !done.load(Ordering::Relaxed) || rounds.len() < 2 {
            let reports = lines(&export(&service, "reports.ndjson").text);
            let together = reports.iter().filter(|report| report["city"] == "zz-together");
            let seen: Vec<u64> = together.map(|report| report["totals"]["basic"].as_u64().unwrap()).collect();
            assert_eq!(seen.len(), 50);
            assert!(seen.iter().all(|round| *round == seen[0]), "{seen:?}");
            rounds.insert(seen[0]);

            let head = service.json("/health/ready")["sequence"].as_u64().unwrap();
            let changes = lines(&export(&service, "changes.ndjson").text);
            assert!((1..).zip(&changes).all(|(sequence, change)| change["sequence"] == sequence));
            // An import is one transaction: its fifty entries come together.
            let before = changes.iter().position(|change| change["id"] == "zz-together").unwrap() + 1;
            assert!(changes.len() as u64 >= head && (changes.len() - before).is_multiple_of(50), "{}", changes.len());
        }
    });
}

/// Entries of the log that no buffer on the way holds together.
fn large_log(service: &Service) -> i64 {
    let mut body = baseline(2010, 1000.0);
    let refs = (1..=5)
        .flat_map(|sector| (1..=3).flat_map(move |scope| ["I", "II"].map(|part| format!("{part}.{sector}.{scope}"))));
    body["lines"] = refs.map(|at| json!({"ref": at, "notation": "NE", "explanation": "x".repeat(1900)})).collect();
    for number in 0..250 {
        body["note"] = json!(format!("number {number}"));
        // A city has room for so many.
        let place = format!("/v1/cities/us-here-{}", number / 100);
        service.record(&place, &city("Here"));
        service.record(&format!("{place}/baselines/b-{number}"), &body);
    }
    service.json("/health/ready")["sequence"].as_i64().unwrap()
}

#[test]
fn what_cannot_be_read_to_its_end_is_cut_and_what_is_written_meanwhile_is_not_in_it() {
    let service = Service::start();
    let last = large_log(&service);
    let begin = || {
        let mut response = service.request("GET", "/v1/export/changes.ndjson").send().unwrap();
        assert_eq!(response.status(), 200);
        let mut first = [0; 1000];
        response.read_exact(&mut first).unwrap();
        (response, first.to_vec())
    };
    let (mut response, mut text) = begin();
    service.record("/v1/cities/us-later", &city("Later"));
    response.read_to_end(&mut text).unwrap();
    let changes = lines(&String::from_utf8(text).unwrap());
    assert_eq!(changes.last().unwrap()["sequence"], last);

    let (mut response, mut text) = begin();
    service.database.execute(&format!("UPDATE changes SET hash = '{}' WHERE sequence = {last}", "0".repeat(64)));
    response.read_to_end(&mut text).unwrap_err();
    assert!(!String::from_utf8_lossy(&text).contains(&format!("\"sequence\":{last},")));
    // Nothing is wrong with what is in memory.
    assert_eq!(lines(&export(&service, "baselines.ndjson").text).len(), 250);
}
