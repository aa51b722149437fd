//! Workbooks have the rows and columns of the lists, with numbers, days and times as such, and no formula.

use std::io::{Cursor, Read};

use calamine::{Data, Range, Reader, Xlsx};
use serde_json::{Value, json};

use super::items;
use crate::support::{Service, baseline, inventory, send, target};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn world() -> Service {
    let service = Service::with(&["--demo"]);
    service.record("/v1/cities/xx-formula", &json!({"name": "=1+1", "country": "FR", "region": "@x"}));
    service.record("/v1/cities/xx-formula/baselines/2010", &baseline(2010, 1000.0));
    service.record("/v1/cities/xx-formula/targets/half", &target("2010", 50.0, 2030));
    let mut report = inventory(900.0);
    report["source"]["published"] = json!("2021-05-04");
    service.record("/v1/cities/xx-formula/reports/2020", &report);
    service
}

fn bytes(service: &Service, path: &str) -> Vec<u8> {
    let response = service.request("GET", path).send().unwrap();
    assert_eq!(
        (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()),
        (200, XLSX),
        "{path}"
    );
    assert!(
        response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"pledgewatch-")
    );
    response.bytes().unwrap().to_vec()
}

fn book(service: &Service, path: &str) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes(service, path))).unwrap()
}

/// The cell of a row in the column of a name.
fn cell<'s>(sheet: &'s Range<Data>, row: usize, name: &str) -> &'s Data {
    let column = sheet.headers().unwrap().iter().position(|header| header == name).unwrap();
    sheet.get((row, column)).unwrap()
}

#[test]
fn the_targets_are_a_sheet_with_the_columns_of_the_csv() {
    let service = world();
    for query in ["?limit=500", "?verdict=off_track&sort=-pace&limit=3", "?fields=name,pace&limit=5"] {
        let csv = service.get(&format!("/v1/status.csv{query}"));
        let mut rows = csv::Reader::from_reader(csv.text.as_bytes());
        let header: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
        let sheet = book(&service, &format!("/v1/status.xlsx{query}")).worksheet_range("Verdicts").unwrap();
        assert_eq!(sheet.headers().unwrap(), header, "{query}");
        let listed = service.json(&format!("/v1/status{query}"));
        assert_eq!(sheet.height(), 1 + items(&listed).len(), "{query}");
        for (row, item) in (1..).zip(items(&listed)) {
            assert_eq!(cell(&sheet, row, "city"), &Data::String(item["city"].as_str().unwrap().to_owned()));
            let pace = item["pace"].as_f64().map_or(Data::Empty, Data::Float);
            assert_eq!(cell(&sheet, row, "pace"), &pace, "{query}: {item}");
        }
        let link = service.get(&format!("/v1/status.xlsx{query}")).header("link").to_owned();
        assert_eq!(link.replace(".xlsx", ".csv"), csv.header("link"), "{query}");
    }
    service.get("/v1/status.xlsx?nothing=1").assert_problem(400, "invalid_query");
    service.get("/v1/status.xlsx?excel=true").assert_problem(400, "invalid_query");
    service.get("/v1/status.xlsx?fields=nothing").assert_problem(400, "invalid_query");
}

#[test]
fn a_city_is_a_workbook() {
    let service = world();
    let path = "/v1/cities/us-los-angeles/workbook.xlsx";
    let mut city = book(&service, path);
    let names = ["Read me", "City", "Verdicts", "Targets", "Series", "Reports", "Baselines"];
    assert_eq!(city.sheet_names(), names);
    for (sheet, list) in [("Targets", "targets"), ("Reports", "reports"), ("Baselines", "baselines")] {
        let listed = service.json(&format!("/v1/cities/us-los-angeles/{list}?limit=500"));
        let sheet = city.worksheet_range(sheet).unwrap();
        assert_eq!(sheet.height(), 1 + items(&listed).len(), "{list}");
        for (row, item) in (1..).zip(items(&listed)) {
            let title = item["source"]["title"].as_str().unwrap();
            assert_eq!(cell(&sheet, row, "source.title"), &Data::String(title.to_owned()), "{list}");
            assert!(matches!(cell(&sheet, row, "recorded_at"), Data::DateTime(_)), "{list}");
        }
    }
    let status = service.json("/v1/cities/us-los-angeles/status");
    let targets: &Vec<Value> = status["targets"].as_array().unwrap();
    assert_eq!(city.worksheet_range("Verdicts").unwrap().height(), 1 + targets.len());

    let tag = service.get(path).header("etag").to_owned();
    assert_eq!(send(service.request("GET", path).header("if-none-match", tag)).status, 304);
    service.get("/v1/cities/nowhere/workbook.xlsx").assert_problem(404, "not_found");
    service.get("/v1/cities/us-los-angeles/workbook.xlsx?limit=5").assert_problem(400, "invalid_query");
}

#[test]
fn days_are_days_and_texts_are_never_formulas() {
    let service = world();
    let mut city = book(&service, "/v1/cities/xx-formula/workbook.xlsx");
    let sheet = city.worksheet_range("City").unwrap();
    assert_eq!(cell(&sheet, 1, "name"), &Data::String("=1+1".to_owned()));
    let reports = city.worksheet_range("Reports").unwrap();
    let Data::DateTime(published) = cell(&reports, 1, "source.published") else { panic!("no day") };
    assert!((published.as_f64() - 44_320.0).abs() < 1e-9, "{published:?}: 4 May 2021");
    assert_eq!(cell(&reports, 1, "totals.basic"), &Data::Float(900.0));

    let mut package =
        zip::ZipArchive::new(Cursor::new(bytes(&service, "/v1/cities/xx-formula/workbook.xlsx"))).unwrap();
    for number in 0..package.len() {
        let mut part = package.by_index(number).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        assert!(!text.contains("<f>") && !text.contains("<hyperlink"), "{name}");
        if name.starts_with("xl/worksheets/sheet") && name != "xl/worksheets/sheet1.xml" {
            assert!(text.contains("state=\"frozen\""), "the header of {name} stays in view");
        }
    }
}
