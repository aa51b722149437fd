//! CSV files: encodings, delimiters, quotes, limits, and what their rows come to.

use pledgewatch::import::table;
use pledgewatch::import::table::cell::{Cell, RefusedFile, Row, letters};
use pledgewatch::import::template::stream;
use proptest::prelude::*;
use serde_json::json;

use super::{bodies, faults, here, import_csv, reports, today, told};

/// The cells of a CSV file as text, with the number of each row.
fn cells(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
    let rows = table::csv::read(bytes).unwrap_or_else(|refused| panic!("{refused}")).rows;
    rows.iter().map(|row| (row.number, row.cells.iter().map(Cell::to_string).collect())).collect()
}

fn refusal(bytes: &[u8]) -> RefusedFile {
    table::csv::read(bytes).expect_err("is refused")
}

fn row(number: u64, cells: &[&str]) -> (u64, Vec<String>) {
    (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

#[test]
fn every_delimiter_is_found() {
    for text in [
        "year,total_own\n2020,5\n",
        "year;total_own\n2020;5\n",
        "year\ttotal_own\n2020\t5\n",
        "\u{feff}year,total_own\r\n2020,5",
        "\"year\";\"total_own\"\r\n\"2020\";\"5\"\r\n",
        "year , total_own\n 2020 , 5 \n",
    ] {
        assert_eq!(cells(text.as_bytes()), [row(1, &["year", "total_own"]), row(2, &["2020", "5"])], "{text:?}");
    }
    for text in ["sep=;\nyear;total_own\n2020;5", "\u{feff}SEP=;\r\nyear;total_own\r\n2020;5"] {
        assert_eq!(cells(text.as_bytes()), [row(2, &["year", "total_own"]), row(3, &["2020", "5"])], "{text:?}");
    }
    // What separates the cells is what the headers show, not the first remark or what stands in quotes.
    let text = "# a, b, c, d\n\nyear;\"note, or remark, if any\"\n2020;a,b,c\n";
    assert_eq!(cells(text.as_bytes()), [row(3, &["year", "note, or remark, if any"]), row(4, &["2020", "a,b,c"])]);
    assert_eq!(refusal(b"a,b;c\n1,2;3\n").code, "unclear_delimiter");
}

#[test]
fn other_encodings_are_refused_with_the_way_out() {
    for bytes in [
        &b"year,note\n2020,caf\xe9\n"[..],
        b"year,note\n2020,\x80\n",
        b"\xff\xfey\0e\0a\0r\0",
        b"\xfe\xff\0y\0e\0a\0r",
        b"y\0e\0a\0r\0,\0",
    ] {
        let refused = refusal(bytes);
        assert_eq!(refused.code, "not_utf8");
        assert!(refused.detail.contains("save it as \"CSV UTF-8"), "{refused}");
    }
    assert_eq!(refusal(b"year,note\n2020,caf\xe9\n").detail.split(" is not").next(), Some("row 2"));
    assert_eq!(cells("year,note\n2020,café 🙂\n".as_bytes())[1], row(2, &["2020", "café 🙂"]));
}

#[test]
fn quotes_lines_and_empty_cells_are_understood() {
    let text = "a,b,c,,\n\"x, \"\"y\"\"\",\"one\ntwo\",5\" pipe,,\n\n,,,,\nz\n,,last,,\n\n\n";
    assert_eq!(
        cells(text.as_bytes()),
        [
            row(1, &["a", "b", "c"]),
            row(2, &["x, \"y\"", "one\ntwo", "5\" pipe"]),
            row(5, &["z"]),
            row(6, &["", "", "last"]),
        ],
        "a cell of two lines is in one row, as a spreadsheet counts"
    );
    assert_eq!(refusal(b"a,b\n\"x\"y,z\n").code, "misplaced_quote");
    assert_eq!(refusal(b"a,b\n\"x,z\n").code, "misplaced_quote");
    assert_eq!(refusal(b"a,b\r1,2\r").code, "old_line_ends");
    assert_eq!(cells(b""), []);
    assert_eq!(cells(b"a,#REF!,'=1,'a,''-1,'5")[0], row(1, &["a", "#REF!", "=1", "'a", "'-1", "'5"]));
}

#[test]
fn files_beyond_the_limits_are_refused() {
    let rows = |count: usize| format!("# remark\nyear,total_own\n# years,# tonnes\n{}#\n", "2020,5\n".repeat(count));
    assert_eq!(table::csv::read(rows(5000).as_bytes()).unwrap().figures(), 5000, "headers and remarks are no figures");
    assert_eq!(refusal(rows(5001).as_bytes()).code, "too_many_rows");
    let two = |counts: [usize; 2]| table::read_all(&counts.map(rows));
    assert_eq!(two([2500, 2500]).unwrap().iter().map(|table| table.figures()).sum::<usize>(), 5000);
    assert_eq!(two([2500, 2501]).unwrap_err().code, "too_many_rows");
    assert!(table::read_all(&["a,b\n", "a,b;c\n"]).unwrap_err().detail.starts_with("file 2: "));
    assert!(table::csv::read(format!("{}x\n", "x,".repeat(255)).as_bytes()).is_ok());
    assert_eq!(refusal(format!("{}x\n", "x,".repeat(256)).as_bytes()).code, "too_many_columns");
    assert!(table::csv::read(format!("a,b{}\n", ",".repeat(1000)).as_bytes()).is_ok(), "empty columns are none");
    assert_eq!(refusal(format!("a,b\n\"{}", "x\n".repeat(200_000)).as_bytes()).code, "row_too_long");
    assert_eq!(table::read(&vec![b'x'; 5 * 1024 * 1024 + 1]).unwrap_err().code, "file_too_large");
}

#[test]
fn columns_have_the_letters_of_a_spreadsheet() {
    let told = [0, 1, 25, 26, 27, 51, 52, 701, 702, 16383].map(letters);
    assert_eq!(told, ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA", "XFD"]);
}

const REPORTS: &str = "Year;Total BASIC (t CO2e);total own [t];Population;Gases covered;GWP;Source title;Source-published;Period start;Period_End;Uncertainty (%);verification level;Verification by;Credits retired (t CO₂e);Reason;Protocol\n";

#[test]
fn a_row_becomes_a_report() {
    let text = format!(
        "{REPORTS}2020;1.233.000,5;1,5 kt;3.898.474;CO2, CH4;AR5;Inventory;31.12.2021;2020-01-01;31/12/2020;7,5 %;Audited;TÜV;12;corrected;GPC\n"
    );
    let import = import_csv(&[&text]);
    assert_eq!(
        bodies(&import),
        [
            json!({"year": 2020, "totals": {"basic": 1_233_000.5, "own": 1500}, "population": 3_898_474, "gases": ["co2", "ch4"],
            "gwp": "ar5", "source": {"title": "Inventory", "published": "2021-12-31"},
            "period": {"start": "2020-01-01", "end": "2020-12-31"}, "uncertainty_percent": 7.5, "credits_retired_tonnes": 12,
            "verification": {"level": "audited", "by": "TÜV"}, "protocol": "gpc"})
        ]
    );
    assert_eq!(reports(&import)[0].reason.as_deref(), Some("corrected"));
    assert_eq!((import.rows[0].row, import.rows[0].year.unwrap().get()), (2, 2020));
}

#[test]
fn all_faults_of_a_row_are_told_by_their_cells() {
    let text = format!(
        "{REPORTS}2020;1,233;-5 Pt;0;co2,co2;ar7;;2030-01-01;03/04/2020;;250;;TÜV;5%;{};gcp\n",
        "x".repeat(2001)
    );
    let import = import_csv(&[&text]);
    assert_eq!(
        faults(&import),
        [
            "2 B ambiguous_number",
            "2 C unknown_unit",
            "2 D out_of_range",
            "2 E duplicate",
            "2 F not_allowed",
            "2 G missing",
            "2 H in_future",
            "2 I ambiguous_day",
            "2 J missing",
            "2 K out_of_range",
            "2 L missing",
            "2 N unknown_unit",
            "2 O too_long",
            "2 P not_allowed",
        ],
        "{}",
        told(import.rows[0].outcome.as_ref().unwrap_err())
    );
    let faults = import.rows[0].outcome.as_ref().unwrap_err();
    assert_eq!(
        faults[0].to_string(),
        "row 2, column B (Total BASIC (t CO2e)), \"1,233\": could be 1233 or 1 and 233 thousandths: write 1233 or 1 233 for \
         the first, 1,2330 for the second"
    );
    assert_eq!(faults[7].detail, "could be 2020-04-03 or 2020-03-04: write it as year-month-day");
    assert_eq!(faults[0].pointer.as_deref(), Some("/totals/basic"));
    assert_eq!(faults[12].text.as_ref().unwrap().chars().count(), 101, "long texts are cut");
}

#[test]
fn a_column_that_agrees_settles_its_numbers() {
    let with =
        |other: &str| format!("year;total_own;total_basic;source_title\n2019;{other};;x\n2020;1.233;1.233,5;x\n");
    let own = |text: &str| bodies(&import_csv(&[text]))[1]["totals"]["own"].clone();
    assert_eq!(own(&with("1.233,5")), json!(1233));
    assert_eq!(own(&with("12.5")), json!(1.233));
    assert_eq!(faults(&import_csv(&[&with("1233")])), ["3 B ambiguous_number"], "another column is no evidence");
    let divided = "year;total_own;source_title\n2018;12,5;x\n2019;12.5;x\n2020;1.233;x\n";
    assert_eq!(faults(&import_csv(&[divided])), ["4 B ambiguous_number"]);
}

#[test]
fn a_number_cut_in_two_by_the_delimiter_is_noticed() {
    let import = import_csv(&["year,total_own,total_basic,source_title\n2020,1,233,5,Inventory\n2021,1,2,Inventory\n"]);
    assert_eq!(faults(&import), ["2 - too_many_cells"]);
    assert_eq!(faults(&import_csv(&["year,total_own,source_title\n2020,1,233,\n"])), ["2 - too_many_cells"]);
}

#[test]
fn headers_are_those_of_the_template() {
    let refused = |text: &str| {
        let table = table::csv::read(text.as_bytes()).unwrap();
        pledgewatch::import::template::reader::read(&[table], &here(), today(), &|_| None).expect_err("is refused")
    };
    let refusal = refused("year,populaton,Year,flavour,total_basic (kt CH4),uncertainty [t]\n2020,1,2,3,4,5\n");
    let told: Vec<String> = refusal.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "row 1, column B (populaton), \"populaton\": is not a column of the template; did you mean `population`?",
            "row 1, column C (Year), \"Year\": is the column `year` again: column A is the same",
            "row 1, column D (flavour), \"flavour\": is not a column of the template; those of Reports are year, total_basic, \
             total_basic_plus, total_scope_1, total_scope_1_2, total_scope_1_2_3, total_consumption, total_own, population, period_start, \
             period_end, protocol, gases, gwp, series, electricity, weather_normalised, credits_retired_tonnes, uncertainty_percent, verification_level, \
             verification_by, source_title, source_url, source_publisher, source_published, source_licence, \
             source_locator, note, reason",
            "row 1, column E (total_basic (kt CH4)), \"total_basic (kt CH4)\": `total_basic` is not taken in \"kt CH4\", \
             which is an amount of CH4, not of CO2e: give it in t CO2e. Total by GPC BASIC, in t CO2e: stationary energy, transport and waste, scopes 1 and 2, and scope 3 of waste. \
             At least one total, or lines, is required.",
            "row 1, column F (uncertainty [t]), \"uncertainty [t]\": `uncertainty_percent` is not taken in \"t\", \
             which is not a unit of it. The city's own estimate of the uncertainty of the total, in percent: 5 for 5 %.",
        ]
    );
    assert_eq!(refused("total_own\n5\n").faults[0].code, "missing_column");
    assert_eq!(refused("# nothing\n").code, "no_table");
    assert_eq!(refused("").code, "no_table");
}

#[test]
fn a_header_names_the_unit_of_its_cells_unless_they_name_their_own() {
    let cases = [
        ("total_own (kt CO2e)", "1233.5", 1_233_500.0),
        ("total_own (kt CO2e)", "1233 t", 1_233.0),
        ("Total own [Mt]", "0.29", 290_000.0),
        ("total_own: 1000 tonnes", "21.049331", 21_049.331),
        ("own total in Tsd. t", "5", 5_000.0),
        ("own, MMT CO2e", "1.5", 1_500_000.0),
        ("total_own (lb)", "1000000", 453.592),
        ("total_own (t CO\u{2082}e)", "7", 7.0),
    ];
    for (header, cell, tonnes) in cases {
        let read = import_csv(&[&format!("year,\"{header}\",source\n2020,{cell},Inventory\n")]);
        assert_eq!(bodies(&read)[0]["totals"]["own"].as_f64(), Some(tonnes), "{header}");
    }
    let read = import_csv(&["year,own,population (thousands),source\n2020,5,3898.474,Inventory\n"]);
    assert_eq!(bodies(&read)[0]["population"], 3_898_474);
    let refused = [
        "total_own (MT)",
        "total_own (tons)",
        "total_own (t CO2)",
        "total_own_kt",
        "population (kt)",
        "own (t CO2e) (000s)",
    ];
    for header in refused {
        let table = table::csv::read(format!("year,{header}\n2020,5\n").as_bytes()).unwrap();
        let refused =
            pledgewatch::import::template::reader::read(&[table], &here(), today(), &|_| None).expect_err(header);
        assert!(matches!(refused.faults[0].code.as_str(), "unknown_unit" | "unknown_column"), "{header}");
    }
}

#[test]
fn years_and_cities_are_checked() {
    let import = import_csv(&[
        "city,year,total_own,source_title\nus-here,2020,1,x\n,2019,1,x\nus-there,2018,1,x\n,20,1,x\n,,1,x\n,1905,1,x\n\
         ,2026,1,x\n,2019,1,x\n,2017.0,1,x\n,31.12.2016,1,x\n,30.6.2015,1,x\n# 2014,,,\n#REF!,2013,1,x\n,2012,#DIV/0!,x\n,2011,,x\n",
    ]);
    assert_eq!(
        faults(&import),
        [
            "3 B duplicate_year",
            "4 A other_city",
            "5 B invalid_year",
            "6 B missing",
            "7 B out_of_range",
            "8 B not_ended",
            "9 B duplicate_year",
            "12 B invalid_year",
            "14 A error_cell",
            "15 C error_cell",
            "16 - no_figures",
        ]
    );
    let ready: Vec<i32> = import.rows.iter().filter_map(|row| Some(row.outcome.as_ref().ok()?.year.get())).collect();
    assert_eq!(ready, [2020, 2017, 2016]);
}

#[test]
fn only_what_is_clearly_a_remark_is_left_out() {
    let text = "note,year,total_own,source_title\n# a remark,,,\n#,# 2013,# 10,\n#1 priority,2012,10,S\n#BEZUG!,2011,10,S\n\
                x,####,10,S\n####,,,\n# 2010 left out,,10,\n";
    let import = import_csv(&[text]);
    let rows: Vec<(u64, Option<i32>)> =
        import.rows.iter().map(|row| (row.row, row.year.map(pledgewatch::record::Year::get))).collect();
    assert_eq!(rows, [(4, Some(2012)), (5, Some(2011)), (6, None), (8, None)]);
    assert_eq!(faults(&import), ["6 B invalid_year", "8 B missing", "8 D missing"]);
    assert_eq!(reports(&import_csv(&[&text[..text.find("x,##").unwrap()]]))[0].record.body()["note"], "#1 priority");
}

#[test]
fn the_word_of_an_error_is_a_text_where_an_apostrophe_says_so() {
    let import = import_csv(&["year,total_own,source_title,note\n2020,1,'#REF!,''#N/A\n2019,'#N/A,#N/A,\n"]);
    assert_eq!(import.rows[0].outcome.as_ref().unwrap().record.body()["source"]["title"], "#REF!");
    assert_eq!(import.rows[0].outcome.as_ref().unwrap().record.body()["note"], "'#N/A");
    assert_eq!(faults(&import), ["3 B unknown_unit", "3 C error_cell"]);
    let fault = &import.rows[1].outcome.as_ref().unwrap_err()[1];
    assert!(fault.detail.ends_with("in CSV write '#N/A if the text itself is meant"), "{fault}");
}

#[test]
fn a_year_that_two_files_have_is_refused_in_both() {
    let files = [
        "year,total_own,source_title\n2014,10,S\n2013,10,S\n",
        "year,total_own,source_title\n2016,99,T\n2015,5,T\n2015,500,T\n2014,10,S\n",
    ];
    let import = super::import(&table::read_all(&files).unwrap());
    let told: Vec<String> = import
        .rows
        .iter()
        .filter_map(|row| row.outcome.as_ref().err())
        .flatten()
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(
        told,
        [
            "sheet file 1, row 2, column A (year), \"2014\": 2014 has more than one row; see row 5 of file 2",
            "sheet file 2, row 3, column A (year), \"2015\": 2015 has more than one row; see row 4",
            "sheet file 2, row 4, column A (year), \"2015\": 2015 has more than one row; see row 3",
            "sheet file 2, row 5, column A (year), \"2014\": 2014 has more than one row; see row 2 of file 1",
        ]
    );
}

#[test]
fn however_much_is_wrong_a_few_faults_are_told_and_that_there_are_more() {
    let same = format!("year,total_own,source_title\n{}", "2015,1,S\n".repeat(5000));
    let import = import_csv(&[&same]);
    assert_eq!(import.rows.len(), 5000);
    assert!(import.rows.iter().all(|row| row.outcome.is_err()), "each is refused, told or not");
    let told = faults(&import);
    assert_eq!(told.len(), 1001);
    assert_eq!((told[0].as_str(), told[1000].as_str()), ("2 A duplicate_year", "1002 - more_faults"));
    let first = &import.rows[0].outcome.as_ref().unwrap_err()[0];
    assert_eq!(first.detail, "2015 has more than one row; see row 3, row 4, row 5, row 6, row 7 and 4994 more");

    let rows = format!("year,total_own,source_title\n{}", "2015,1,S\n".repeat(500));
    let lines = format!("year,ref,tonnes\n{}", "2015,x,y\n".repeat(500));
    let told = faults(&import_csv(&[&rows, &lines]));
    assert_eq!(told.iter().filter(|fault| fault.ends_with("duplicate_year")).count(), 500);
    assert_eq!(told.iter().filter(|fault| fault.ends_with("more_faults")).count(), 1, "the lines are told once");
    assert!(told.len() < 550, "{}", told.len());

    let header = format!("year{},total_own,source_title\n", "!".repeat(200_000));
    let long = import_csv(&[&format!("{header}20x0,1,S\n")]);
    assert!(told_length(&long) < 1000, "a header is repeated no longer than a cell");
}

fn told_length(import: &pledgewatch::import::template::reader::Import) -> usize {
    import.rows.iter().filter_map(|row| row.outcome.as_ref().err()).map(|faults| told(faults).len()).sum()
}

#[test]
fn lines_join_the_row_of_their_year() {
    let reports = "year,gwp,source_title\n2020,ar5,x\n2019,,x\n2018,,x\n";
    let lines = "year,ref,tonnes,gas,gas_tonnes,notation,explanation\n2020,I.1.1,5,,,,\n2020,I.2.1,,CH4,1 kt,,\n\
                 2019,I.1.1,,,,no,none here\n2020,V.2,-5,,,,\n";
    let import = import_csv(&[reports, lines]);
    assert_eq!(faults(&import), ["4 - no_figures"]);
    let body = |row: usize| import.rows[row].outcome.as_ref().unwrap().record.body();
    assert_eq!(
        body(0)["lines"],
        json!([{"ref": "I.1.1", "tonnes": 5}, {"ref": "I.2.1", "gas": "ch4", "gas_tonnes": 1000}, {"ref": "V.2", "tonnes": -5}])
    );
    assert_eq!(body(1)["lines"], json!([{"ref": "I.1.1", "notation": "NO", "explanation": "none here"}]));

    let lines = "year,ref,tonnes,gas,gas_tonnes,notation\n2020,I.1.1,5,,,\n2020,I.1.1,6,,,\n2019,I.1.9,5,,,\n2019,I.2.1,-5,,,\n\
                 2018,I.1.1,5,ch4,,\n2018,,\"1,233\",,,\n2017,I.1.1,5,,,\n,I.1.1,5,,,\n2018,I.3.1,,ch4,5,\n";
    assert_eq!(
        faults(&import_csv(&[reports, lines])),
        [
            "3 - duplicate_line",
            "4 B unknown_gpc_ref",
            "5 - out_of_range",
            "6 - line_form",
            "7 B missing",
            "7 C ambiguous_number",
            "9 A missing",
            "8 A no_report_row",
        ]
    );
    assert_eq!(faults(&import_csv(&["year,ref,tonnes\n2020,I.1.1,5\n"])), ["2 A no_report_row"]);
}

#[test]
fn many_cities_are_read_row_by_row() {
    let text = "city,year,total_own,source_title\n# a remark\nus-here,2020,5,x\nus-there,2020,\"1,233\",x\n,2020,5,x\nNo City,,5,x\n\
                us-here,2020,1,233,x\n";
    let rows: Vec<stream::TableRow> = stream::open(text.as_bytes(), today()).unwrap().map(|row| row.unwrap()).collect();
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            let outcome = match &row.outcome {
                Ok(found) => format!("{} {}", found.city, found.report.record.body()["totals"]["own"]),
                Err(faults) => faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>().join(" "),
            };
            format!("{} {}: {outcome}", row.row, row.subject)
        })
        .collect();
    assert_eq!(
        told,
        [
            "3 us-here 2020: us-here 5",
            "4 us-there 2020: ambiguous_number",
            "5 2020: missing",
            "6 No City: invalid_id missing",
            "7 : too_many_cells"
        ]
    );
    assert_eq!(stream::open(&b"year,total_own\n"[..], today()).map(|_| ()).unwrap_err().code, "missing_column");
    let cut = stream::open(&b"city,year\nus-here,\xff\nus-here,2020\n"[..], today()).unwrap();
    assert_eq!(cut.map(|row| row.map_err(|refused| refused.code).map(|_| ())).collect::<Vec<_>>(), [Err("not_utf8")]);
}

/// Rows as RFC 4180 writes them.
fn written(rows: &[Vec<String>], delimiter: char, end: &str) -> String {
    let cell = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(&delimiter.to_string()) + end).collect()
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[a-z0-9,;\"\r\n\t# ']{0,200}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            if let Ok(tables) = table::read(bytes) {
                drop(pledgewatch::import::template::reader::read(&tables, &here(), today(), &|_| None));
            }
            if let Ok(rows) = stream::open(bytes, today()) {
                rows.for_each(drop);
            }
        }
    }

    #[test]
    fn cells_in_quotes_are_read_back(
        rows in prop::collection::vec(prop::collection::vec("[a-z,;\"\n é]{0,6}x", 2..5), 1..6),
        delimiter in prop::sample::select(vec![',', ';', '\t']),
        end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let read = table::csv::read(written(&rows, delimiter, end).as_bytes()).unwrap().rows;
        let cells = |row: &Row| row.cells.iter().map(Cell::to_string).collect::<Vec<_>>();
        let expected: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect();
        prop_assert_eq!(read.iter().map(cells).collect::<Vec<_>>(), expected);
    }
}
