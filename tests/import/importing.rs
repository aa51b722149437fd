//! Many years at once: files of reports over HTTP.

use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Answer, Service, city, inventory, send};

const CITY: &str = "/v1/cities/us-somewhere";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A service with one city.
fn service() -> Service {
    let service = Service::start();
    service.record(CITY, &city("Somewhere"));
    service
}

fn post(service: &Service, query: &str, media_type: &str, body: impl Into<reqwest::blocking::Body>) -> Answer {
    let request = service.request("POST", &format!("{CITY}/reports:import{query}"));
    send(request.bearer_auth(&service.admin).header("content-type", media_type).body(body))
}

fn csv(service: &Service, query: &str, text: &str) -> Answer {
    post(service, query, "text/csv", text.to_owned())
}

/// What became of each row, in a word.
fn outcomes(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect()
}

const THREE: &str = "year,total_basic,population,protocol,source_title\n\
    2018,700,100,gpc,Inventory 2018\n2019,690,100,gpc,Inventory 2019\n2020,680,101,gpc,Inventory 2020\n";

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
fn a_changed_year_is_told_with_both_figures_and_needs_a_reason() {
    let service = service();
    csv(&service, "", THREE);
    let changed = THREE.replace("2019,690", "2019,621");
    let problem = csv(&service, "", &changed).assert_problem(422, "import_refused");
    assert_eq!(outcomes(&problem["import"]), ["unchanged", "refused", "unchanged"]);
    assert_eq!(problem["errors"][0]["code"], "reason_required");
    let refused = &problem["import"]["rows"][1];
    let figures = json!([{"level": "basic", "old_tonnes": 690, "new_tonnes": 621, "change_percent": -10}]);
    assert_eq!(refused["changes"], figures, "what it would change is told with the refusal");
    assert!(refused.get("warnings").is_none());
    let done = csv(&service, "?reason=Recalculated", &changed).json();
    let row = &done["rows"][1];
    assert_eq!(row["changes"], figures);
    assert_eq!((&row["row"], &row["year"], &row["outcome"]), (&json!(3), &json!(2019), &json!("revised")));
    let report = service.json(&format!("{CITY}/reports/2019"));
    assert_eq!((&report["revision"], &report["reason"]), (&json!(2), &json!("Recalculated")));
}

/// A report with lines, one of them by gas, so that it needs its potentials.
fn lined() -> Value {
    json!({"totals": {"basic": 380}, "gwp": "ar5", "population": 100, "source": {"title": "S"},
        "lines": [{"ref": "I.1.1", "gas": "nf3", "gas_tonnes": 10}, {"ref": "II.1.1", "tonnes": 100}]})
}

#[test]
fn every_member_that_changes_is_told_with_what_it_was() {
    let service = service();
    service.record(&format!("{CITY}/reports/2015"), &lined());
    let row = |asked: &str, body: Value| {
        let text = json!({"reports": [body]}).to_string();
        let answer = post(&service, &format!("?dry_run=true&{asked}"), "application/json", text);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["rows"][0].clone()
    };
    let mut body = lined();
    body["year"] = json!(2015);
    let same = row("", body.clone());
    assert_eq!(same, json!({"row": 0, "year": 2015, "outcome": "unchanged"}));

    body["lines"] =
        json!([{"ref": "II.1.1", "tonnes": 90}, {"ref": "II.1.2", "notation": "NO"}, {"ref": "I.2.1", "tonnes": 1}]);
    body["population"] = json!(110);
    body["period"] = json!({"start": "2015-07-01", "end": "2016-06-30"});
    body["source"] = json!({"title": "T", "url": "https://example.org/"});
    body["gases"] = json!(["co2"]);
    body.as_object_mut().unwrap().remove("gwp");
    for asked in ["", "reason=Restated"] {
        let told = row(asked, body.clone());
        assert_eq!(told["outcome"], if asked.is_empty() { "refused" } else { "revised" });
        assert_eq!(told["line_changes"], json!({"added": 2, "removed": 1, "changed": 1}));
        assert_eq!(
            told["member_changes"],
            json!([
                {"pointer": "/gases", "new": ["co2"]},
                {"pointer": "/gwp", "old": "ar5"},
                {"pointer": "/period/end", "new": "2016-06-30"},
                {"pointer": "/period/start", "new": "2015-07-01"},
                {"pointer": "/population", "old": 100, "new": 110, "change_percent": 10},
                {"pointer": "/source/title", "old": "S", "new": "T"},
                {"pointer": "/source/url", "new": "https://example.org/"},
            ])
        );
        assert!(told.get("changes").is_none(), "the figure is as it was");
    }
    let mut turned = lined();
    turned["year"] = json!(2015);
    turned["lines"].as_array_mut().unwrap().reverse();
    let told = row("reason=Sorted", turned);
    assert_eq!(told["line_changes"], json!({"added": 0, "removed": 0, "changed": 0}), "another order is a change");
}

#[test]
fn lines_stay_with_their_potentials_or_the_row_is_refused() {
    let service = service();
    service.record(&format!("{CITY}/reports/2015"), &lined());
    let restated = "year,total_basic,source_title\n2015,390,S\n";
    let done = csv(&service, "?reason=Revised", restated).json();
    assert_eq!(outcomes(&done), ["revised"]);
    let row = &done["rows"][0];
    assert!(row.get("line_changes").is_none(), "{row}");
    assert_eq!(row["member_changes"][0], json!({"pointer": "/population", "old": 100}), "what is not said goes");
    let report = service.json(&format!("{CITY}/reports/2015"));
    assert_eq!((&report["lines"], &report["gwp"]), (&lined()["lines"], &json!("ar5")));

    // The set of 1995 has no value for the gas of a line.
    let unfit = "year,total_basic,gwp,source_title\n2015,400,ar2,S\n";
    let problem = csv(&service, "?reason=Revised", unfit).assert_problem(422, "import_refused");
    let fault = &problem["import"]["rows"][0]["faults"][0];
    assert_eq!((&fault["code"], &fault["pointer"]), (&json!("no_potential"), &json!("/lines/0/gas")));
    assert_eq!(service.json(&format!("{CITY}/reports/2015"))["totals"]["basic"], 390);
}

#[test]
fn what_other_sources_state_stays_where_a_file_has_no_column_for_it() {
    let service = service();
    let path = format!("{CITY}/reports/2015");
    let stated = json!([{"level": "basic", "tonnes": 410, "source": {"title": "Another"}}]);
    let mut body = inventory(380.0);
    body["also_stated"] = stated.clone();
    service.record(&path, &body);
    csv(&service, "?reason=Revised", "year,total_basic,source_title\n2015,390,S\n");
    let report = service.json(&path);
    assert_eq!((&report["totals"]["basic"], &report["also_stated"]), (&json!(390), &stated));

    let header = "year,total_basic,source_title,also_stated_1_level,also_stated_1_tonnes,also_stated_1_source_title";
    let done = csv(&service, "?reason=Revised", &format!("{header}\n2015,390,S,basic,420,Another\n")).json();
    let change = &done["rows"][0]["member_changes"][0];
    assert_eq!((&change["pointer"], &change["old"]), (&json!("/also_stated"), &stated));
    assert_eq!(change["new"][0]["tonnes"], 420);
    csv(&service, "?reason=Revised", &format!("{header}\n2015,390,S,,,\n"));
    assert!(service.json(&path).get("also_stated").is_none(), "a column without a value says that there is none");
}

#[test]
fn a_table_of_lines_that_nobody_filled_in_says_nothing_of_them() {
    let service = service();
    service.record(&format!("{CITY}/reports/2015"), &lined());
    let mut book = rust_xlsxwriter::Workbook::new();
    let reports = book.add_worksheet().set_name("Reports").unwrap();
    reports.write_row(0, 0, ["year", "total_basic", "source_title"]).unwrap();
    reports.write_row(1, 0, ["2015", "390", "S"]).unwrap();
    let lines = book.add_worksheet().set_name("Lines").unwrap();
    lines.write_row(0, 0, ["year", "ref", "tonnes"]).unwrap();
    let done = post(&service, "?reason=Revised", XLSX, book.save_to_buffer().unwrap()).json();
    assert_eq!(outcomes(&done), ["revised"]);
    assert_eq!(service.json(&format!("{CITY}/reports/2015"))["lines"], lined()["lines"]);
}

#[test]
fn lines_that_stay_never_overwrite_newer_ones() {
    let service = service();
    let path = format!("{CITY}/reports/2015");
    service.record(&path, &lined());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for tonnes in 0..40 {
                let mut body = lined();
                body["lines"][1]["tonnes"] = json!(tonnes);
                body["reason"] = json!("Counted anew");
                service.record(&path, &body);
            }
        });
        for total in 0..40 {
            let file = format!("year,total_basic,source_title\n2015,{total},S\n");
            let done = csv(&service, "?reason=Restated", &file);
            assert!(done.status == 200 || done.status == 412, "{}", done.text);
        }
    });
    let entries = service.entries();
    let reports: Vec<&Value> = entries.iter().filter(|entry| entry["kind"] == "report").collect();
    let mut imports = 0;
    for pair in reports.windows(2).filter(|pair| pair[1]["reason"] == "Restated") {
        assert_eq!(pair[0]["after"]["lines"], pair[1]["after"]["lines"], "as they were just before");
        imports += 1;
    }
    assert!(imports > 0);
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
    csv(&service, "?unchanged_since=-1", &file).assert_problem(422, "invalid_input");
}

#[test]
fn a_withdrawn_report_comes_back_with_a_reason() {
    let service = service();
    csv(&service, "", THREE);
    let withdrawn = service.delete(&format!("{CITY}/reports/2019?reason=Wrong%20city"), &service.admin);
    assert_eq!(withdrawn.status, 204);
    let problem = csv(&service, "", THREE).assert_problem(422, "import_refused");
    let fault = &problem["import"]["rows"][1]["faults"][0];
    assert_eq!(fault["code"], "reason_required");
    assert!(fault["detail"].as_str().unwrap().contains("was withdrawn"), "{fault}");
    assert_eq!(
        outcomes(&csv(&service, "?reason=Right%20after%20all", THREE).json()),
        ["unchanged", "created", "unchanged"]
    );
}

#[test]
fn a_row_is_no_larger_than_a_record_may_be() {
    let service = service();
    let references = [
        "I.1", "I.2", "I.3", "I.4", "I.5", "I.6", "I.7", "I.8", "II.1", "II.2", "II.3", "III.1", "III.2", "III.3",
        "III.4",
    ];
    let line = |reference: String| json!({"ref": reference, "notation": "NE", "explanation": "é".repeat(2_000)});
    let mut body = lined();
    body["lines"] = references.map(|reference| line(format!("{reference}.1"))).into();
    service.record(&format!("{CITY}/reports/2014"), &body);
    body["lines"].as_array_mut().unwrap().extend(["I.1.2", "I.2.2"].map(|reference| line(reference.to_owned())));
    let alone = service.put(&format!("{CITY}/reports/2015"), &service.admin, &body);
    alone.assert_problem(413, "body_too_large");
    body["year"] = json!(2015);
    let problem =
        post(&service, "", "application/json", json!([body]).to_string()).assert_problem(422, "import_refused");
    assert_eq!(problem["errors"][0]["code"], "record_too_large", "{problem}");
}

#[test]
fn the_faults_of_a_file_are_not_all_told_twice() {
    let service = service();
    let rows: String = (0..150).map(|row| format!("20x{row},1\n")).collect();
    let problem = csv(&service, "", &format!("year,total_own\n{rows}")).assert_problem(422, "import_refused");
    let rows = problem["import"]["rows"].as_array().unwrap();
    assert_eq!((rows.len(), problem["errors"].as_array().unwrap().len()), (150, 100));
    assert!(rows.iter().all(|row| row["faults"][0]["code"] == problem["errors"][0]["code"]), "{}", rows[149]);
}

#[test]
fn one_bad_row_keeps_the_whole_file_out_and_every_fault_is_told_by_its_cell() {
    let service = service();
    let bad = "year,total_basic,population,protocol,source_title\n\
        2018,\"1,233\",100,gpc,Inventory\n2019,690,100,gpc,Inventory\n20x0,680,many,gpc,\n";
    let problem = csv(&service, "", bad).assert_problem(422, "import_refused");
    assert_eq!(outcomes(&problem["import"]), ["refused", "created", "refused"]);
    let fault = &problem["import"]["rows"][0]["faults"][0];
    assert_eq!(
        (&fault["row"], &fault["column"], &fault["header"], &fault["text"]),
        (&json!(2), &json!("B"), &json!("total_basic"), &json!("1,233"))
    );
    let told = problem["errors"][0]["detail"].as_str().unwrap();
    assert!(told.starts_with("row 2, column B (total_basic) \"1,233\": "), "{told}");
    let columns: Vec<&str> = problem["import"]["rows"][2]["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["header"].as_str().unwrap())
        .collect();
    assert_eq!(columns, ["year", "population", "source_title"]);
    assert_eq!(service.json(&format!("{CITY}/reports"))["total"], 0, "nothing of it is recorded");
    // A dry run answers for every row, and refuses nothing.
    let asked = csv(&service, "?dry_run=true", bad);
    assert_eq!(asked.status, 200);
    assert_eq!(asked.json()["rows"], problem["import"]["rows"]);
}

#[test]
fn warnings_come_with_their_rows() {
    let service = service();
    let slip = THREE.replace("2020,680", "2020,6.8");
    let done = csv(&service, "", &slip).json();
    let codes: Vec<&Value> = done["rows"][2]["warnings"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, [&json!("total_jump"), &json!("per_person_unlikely")]);
    assert!(done["rows"][1].get("warnings").is_none());
}

#[test]
fn lines_come_in_a_second_file_and_stay_when_nothing_is_said_of_them() {
    let service = service();
    let reports = "year,total_own,gwp,source_title\n2020,20,ar5,Inventory\n";
    let lines = "year,ref,tonnes,notation\n2020,I.1.1,12.5,\n2020,I.1.2,,NO\n";
    let part = |text: &str, name: &str| Part::text(text.to_owned()).file_name(name.to_owned());
    let form = Form::new().part("reports", part(reports, "reports.csv")).part("lines", part(lines, "lines.csv"));
    let request = service.request("POST", &format!("{CITY}/reports:import")).bearer_auth(&service.admin);
    let done = send(request.multipart(form));
    assert_eq!(done.status, 200, "{}", done.text);
    let report = service.json(&format!("{CITY}/reports/2020"));
    assert_eq!(report["lines"], json!([{"ref": "I.1.1", "tonnes": 12.5}, {"ref": "I.1.2", "notation": "NO"}]));
    let again = csv(&service, "?reason=Mended", &reports.replace("20,ar5", "21,ar5")).json();
    assert_eq!(outcomes(&again), ["revised"]);
    assert_eq!(service.json(&format!("{CITY}/reports/2020"))["lines"], report["lines"]);
}

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
fn a_report_of_lines_alone_comes_back_without_them() {
    let service = service();
    let lines = json!([{"ref": "I.1.1", "gas": "ch4", "gas_tonnes": 10}, {"ref": "II.1.1", "tonnes": 100}]);
    let body = json!({"lines": lines, "gwp": "ar5", "source": {"title": "Inventory"}});
    service.record(&format!("{CITY}/reports/2015"), &body);
    let template = service.get("/v1/templates/reports.csv?city=us-somewhere").text;
    let back = csv(&service, "", &template);
    assert_eq!(outcomes(&back.json()), ["unchanged"], "{}", back.text);
    let bare = "year,source_title,note\n2015,Inventory,Checked\n";
    assert_eq!(outcomes(&csv(&service, "?reason=Checked", bare).json()), ["revised"]);
    let report = service.json(&format!("{CITY}/reports/2015"));
    assert_eq!((&report["lines"], &report["gwp"], &report["note"]), (&lines, &json!("ar5"), &json!("Checked")));
    let other = bare.replace("2015", "2016");
    let problem = csv(&service, "", &other).assert_problem(422, "import_refused");
    assert_eq!(problem["errors"][0]["code"], "no_figures", "no lines are recorded for 2016");
}

#[test]
fn a_year_that_two_files_name_is_recorded_from_neither() {
    let service = service();
    let file =
        |rows: &str, name: &str| Part::text(format!("year,total_own,source_title\n{rows}")).file_name(name.to_owned());
    let form = Form::new().part("a", file("2014,10,S\n", "a.csv"));
    let form = form.part("b", file("2016,99,T\n2015,5,T\n2015,500,T\n2014,11,S\n", "b.csv"));
    let request = service.request("POST", &format!("{CITY}/reports:import")).bearer_auth(&service.admin);
    let problem = send(request.multipart(form)).assert_problem(422, "import_refused");
    assert_eq!(outcomes(&problem["import"]), ["refused", "created", "refused", "refused", "refused"]);
    let row = &problem["import"]["rows"][0];
    assert_eq!((&row["sheet"], &row["faults"][0]["code"]), (&json!("file 1"), &json!("duplicate_year")));
    assert_eq!(row["faults"][0]["detail"], "2014 has more than one row; see row 5 of file 2");
    assert_eq!(problem["import"]["rows"][1]["sheet"], "file 2");
    assert_eq!(service.json(&format!("{CITY}/reports"))["total"], 0);
}

#[test]
fn an_answer_stays_small_however_much_is_wrong() {
    let service = service();
    let same = format!("year,total_own,source_title\n{}", "2015,1,S\n".repeat(4999));
    let years = format!("[{}]", vec!["{\"year\":2015}"; 5000].join(","));
    for answer in [csv(&service, "", &same), post(&service, "", "application/json", years)] {
        let problem = answer.assert_problem(422, "import_refused");
        assert!(problem["import"]["rows"].as_array().unwrap().len() >= 4999);
        assert!(problem["import"]["refused"].as_u64().unwrap() >= 4999, "every row is counted");
        let errors = problem["errors"].as_array().unwrap();
        assert!(errors.iter().any(|fault| fault["code"] == "duplicate_year"));
        assert!(answer.text.len() < 3_000_000, "{} bytes", answer.text.len());
    }
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
fn a_city_imports_for_itself_only() {
    let service = service();
    service.record("/v1/cities/us-elsewhere", &city("Elsewhere"));
    let import = |key: &str, of: &str| {
        let request = service.request("POST", &format!("/v1/cities/{of}/reports:import")).bearer_auth(key);
        send(request.header("content-type", "text/csv").body(THREE))
    };
    let key = service.reporter(&["us-somewhere"]);
    import(&key, "us-elsewhere").assert_problem(403, "forbidden");
    import(&key, "nowhere").assert_problem(403, "forbidden");
    import(&service.admin, "nowhere").assert_problem(404, "not_found");
    assert_eq!(import(&key, "us-somewhere").status, 200);
    let other = THREE.replace("year,", "city,year,").replace("\n20", "\nus-elsewhere,20");
    let problem = csv(&service, "", &other).assert_problem(422, "import_refused");
    assert_eq!(problem["errors"][0]["code"], "other_city");
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
fn an_import_survives_a_power_cut() {
    let mut service = service();
    assert_eq!(csv(&service, "", THREE).status, 200);
    service.kill_and_restart();
    assert_eq!(service.json(&format!("{CITY}/reports"))["total"], 3);
    assert!(service.verify().status.success());
}
