//! What a file says nothing of stays as it is recorded: lines, their potentials, and what other sources state.

use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{eventually, inventory, printed, send};

use super::{CITY, XLSX, csv, import, lined, outcomes, post, service, written};

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
        eventually("the service has seen it", || {
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
