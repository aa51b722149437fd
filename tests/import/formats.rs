//! Which files are taken, by their type, in a form, as JSON, as a workbook and as the template came; and which are not.

use reqwest::blocking::multipart::{Form, Part};
use rust_xlsxwriter::Workbook;
use serde_json::json;

use crate::support::{Answer, Database, eventually, inventory, printed, refused, send};

use super::{CITY, PUBLIC, THREE, XLSX, csv, import, import_into, outcomes, post, service, written};

#[test]
fn the_template_comes_back_as_it_went() {
    let service = service();
    csv(&service, "", THREE);
    let lined = json!({"totals": {"own": 20}, "gwp": "ar5", "population": 7, "source": {"title": "Inventory"},
        "lines": [{"ref": "I.1.1", "gas": "ch4", "gas_tonnes": 0.5}, {"ref": "I.1.2", "notation": "NE"}]});
    service.record(&format!("{CITY}/reports/2016"), &lined);
    let fetch = |name: &str| {
        let answer = service.request("GET", &format!("/v1/templates/{name}?city=us-somewhere")).send().unwrap();
        assert_eq!(answer.status(), 200);
        let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert_eq!(disposition, format!("attachment; filename=\"{name}\""));
        answer.bytes().unwrap()
    };
    let workbook = fetch("reports.xlsx");
    assert_eq!(workbook, fetch("reports.xlsx"), "the same records give the same file");
    let back = post(&service, "", XLSX, workbook.to_vec());
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(outcomes(&back.json()), ["unchanged"; 4]);
    let file = |name: &str| Part::bytes(fetch(name).to_vec()).file_name(name.to_owned());
    let form = Form::new().part("reports", file("reports.csv")).part("lines", file("lines.csv"));
    let request = service.request("POST", &format!("{CITY}/reports:import")).bearer_auth(&service.admin);
    let back = send(request.multipart(form));
    assert_eq!(outcomes(&back.json()), ["unchanged"; 4], "{}", back.text);
    let empty = service.get("/v1/templates/reports.csv");
    assert_eq!(empty.header("content-type"), "text/csv; charset=utf-8");
    csv(&service, "", &empty.text).assert_problem(422, "invalid_input");
}

#[test]
fn json_is_taken_too() {
    let service = service();
    let report = |year: i32, tonnes: f64| {
        let mut report = inventory(tonnes);
        report["year"] = json!(year);
        report
    };
    let body = json!({"reports": [report(2019, 100.0), report(2020, 90.0)]});
    let done = post(&service, "", "application/json", body.to_string()).json();
    assert_eq!(outcomes(&done), ["created", "created"]);
    let twice = json!([report(2021, 1.0), report(2021, 2.0), {"year": 2022}]);
    let problem = post(&service, "", "application/json", twice.to_string()).assert_problem(422, "import_refused");
    assert_eq!(outcomes(&problem["import"]), ["refused"; 3]);
    assert_eq!(problem["errors"][0]["code"], "duplicate_year");
}

#[test]
fn a_file_is_known_by_its_type_in_any_letters_and_a_byte_order_mark_is_no_matter() {
    let service = service();
    for media_type in ["Text/CSV; Charset=utf-8", "APPLICATION/octet-stream"] {
        assert_eq!(post(&service, "?dry_run=true", media_type, THREE).status, 200, "{media_type}");
    }
    let report = json!([{"year": 2020, "totals": {"basic": 1}, "source": {"title": "S"}}]).to_string();
    for media_type in ["application/json", "Application/JSON"] {
        let done = post(&service, "?dry_run=true", media_type, format!("\u{feff}{report}"));
        assert_eq!(done.status, 200, "{}", done.text);
    }
    post(&service, "", "application/json", "\u{feff}[").assert_problem(400, "malformed_json");
}

#[test]
fn a_form_has_files_and_nothing_else() {
    let service = service();
    let import = |form: Form| {
        let request = service.request("POST", &format!("{CITY}/reports:import?dry_run=true"));
        send(request.bearer_auth(&service.admin).multipart(form))
    };
    let file = |text: &str, name: &str| Part::text(text.to_owned()).file_name(name.to_owned());
    let fault = |answer: Answer| answer.assert_problem(422, "invalid_input")["errors"][0].clone();
    for name in ["dry_run", "reason", "unchanged_since"] {
        let told = fault(import(Form::new().part("file", file(THREE, "three.csv")).text(name, "true")));
        assert_eq!(told["code"], "belongs_in_query");
        assert!(told["detail"].as_str().unwrap().contains(name), "{told}");
    }
    let report = json!([{"year": 2020, "totals": {"basic": 1}, "source": {"title": "S"}}]).to_string();
    let typed = Part::text(report.clone()).mime_str("application/json").unwrap();
    assert_eq!(outcomes(&import(Form::new().part("file", typed)).json()), ["created"]);
    assert_eq!(outcomes(&import(Form::new().part("file", file(&report, "reports.JSON"))).json()), ["created"]);
    let both = Form::new().part("file", file(&report, "reports.json")).part("lines", file("year,ref\n", "lines.csv"));
    assert_eq!(fault(import(both))["code"], "not_alone");
    assert_eq!(fault(import(Form::new().part("file", file("", ""))))["code"], "no_file");
}

#[test]
fn files_that_are_none_are_refused() {
    let service = service();
    let code = |answer: Answer| {
        let problem = answer.assert_problem(422, "invalid_input");
        problem["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(csv(&service, "", "")), "no_table");
    assert_eq!(code(csv(&service, "", "year,total_basic\n")), "no_rows");
    assert_eq!(code(csv(&service, "", "year,colour\n2020,red\n")), "unknown_column");
    post(&service, "", "application/pdf", "%PDF").assert_problem(415, "unsupported_media_type");
    let large = " ".repeat(5 * 1024 * 1024 + 1);
    post(&service, "", "text/csv", large).assert_problem(413, "body_too_large");
    post(&service, "", "multipart/form-data", "no boundary").assert_problem(400, "malformed_json");
    csv(&service, "?dry_run=maybe", THREE).assert_problem(400, "invalid_query");
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
    eventually("the figures are in tonnes", || {
        service.get("/v1/cities/us-somewhere/reports/2016").json()["totals"]["own"] == 1_500
    });
    let refused = import(&service, "table", &[&book("lines.xlsx", "us-somewhere", &|_| {})], &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the sheet Lines has rows"));
}

#[test]
fn a_workbook_that_is_cut_off_is_refused() {
    let database = Database::new();
    let directory = tempfile::tempdir().unwrap();
    let workbook = written(&directory, "table.xlsx", b"PK\x03\x04\x14\x00\x06\x00");
    let told = refused(&import_into(&database.url, "table", &[&workbook], &["--dry-run"]));
    assert!(told.contains("table.xlsx: the workbook cannot be read"), "{told}");
}

#[test]
fn columns_that_are_missing_are_told_and_taken_only_when_asked_for() {
    let database = Database::new();
    let directory = tempfile::tempdir().unwrap();
    let renamed = written(&directory, "k.csv", PUBLIC.replace("region", "where"));
    let told = refused(&import_into(&database.url, "klimatkollen", &[&renamed], &["--dry-run"]));
    assert!(told.contains("k.csv has no column for the region") && told.contains("\"where\""), "{told}");
    assert!(told.contains("--allow-missing-columns imports it as it is"), "{told}");
    let flags = ["--dry-run", "--allow-missing-columns"];
    let told = printed(&import_into(&database.url, "klimatkollen", &[&renamed], &flags));
    assert!(told.contains("1  reports created") && told.contains("Note: k.csv has no column for the region"), "{told}");
}
