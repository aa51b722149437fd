//! What is wrong is told row by row; it keeps a file out over HTTP, and itself alone by the command line.

use std::path::Path;

use reqwest::blocking::multipart::{Form, Part};
use serde_json::json;

use crate::support::{printed, send};

use super::{CITY, HEADER, KLIMATKOLLEN, csv, import, lined, outcomes, post, service, written};

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
