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
    (asked["dry_run"], asked["done"]) = (json!(false), json!(true));
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
    let done = csv(&service, "?reason=Recalculated", &changed).json();
    let row = &done["rows"][1];
    assert_eq!(
        row["changes"],
        json!([{"level": "basic", "old_tonnes": 690, "new_tonnes": 621, "change_percent": -10}])
    );
    assert_eq!((&row["row"], &row["year"], &row["outcome"]), (&json!(3), &json!(2019), &json!("revised")));
    let report = service.json(&format!("{CITY}/reports/2019"));
    assert_eq!((&report["revision"], &report["reason"]), (&json!(2), &json!("Recalculated")));
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
