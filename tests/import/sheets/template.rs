//! The template: what it is filled with is what is read back.

use std::sync::Arc;

use pledgewatch::import::table;
use pledgewatch::import::template::columns::Sheet;
use pledgewatch::import::template::{json, writer};
use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::gpc::GpcRef;
use pledgewatch::record::{CarriedOver, CityRecord, Inventory, Year};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{bodies, faults, here, import, import_csv, reports, today};

/// The report as it would be recorded.
fn recorded(year: i32, body: &Value) -> Arc<Inventory> {
    let key = CityRecord::Report(Year::new(year).unwrap());
    match AnyRecord::parse_city_record(&key, body.clone(), today()) {
        Ok(AnyRecord::Inventory(report)) => report,
        other => panic!("{other:?}\n{body}"),
    }
}

fn body(report: &Arc<Inventory>) -> Value {
    AnyRecord::Inventory(Arc::clone(report)).body()
}

/// A report with every member, and texts that a spreadsheet would run or take for something else.
fn full() -> Arc<Inventory> {
    recorded(
        2020,
        &json!({"totals": {"basic": 12.345, "basic_plus": 0.001, "scope_1": 1_000_000_000_000_i64, "scope_1_2": 0, "scope_1_2_3": 999.999,
            "consumption": -7.25, "own": 123_456_789_012.345}, "population": 3_898_474, "period": {"start": "2020-07-01", "end": "2021-06-30"},
            "protocol": "gpc", "gases": ["co2", "ch4", "nf3"], "gwp": "ar5", "series": "012-345",
            "electricity": "mixed", "weather_normalised": false, "credits_retired_tonnes": 1.234, "uncertainty_percent": 12.345,
            "verification": {"level": "audited", "by": "=TÜV"}, "source": {"title": "'=1", "url": "https://here.example/?a=1,2;3",
            "publisher": "#REF!", "published": "2022-01-31", "licence": "CC BY 4.0", "locator": "#REF, page -1"}, "note": "'#N/A",
            "also_stated": [{"level": "own", "tonnes": -1.234, "source": {"title": "=2", "publisher": "TRUE"}},
                {"level": "basic", "tonnes": 19_295_000, "source": {"title": "1,233", "url": "http://there.example", "publisher": "P",
                    "published": "2019-12-01", "licence": "-", "locator": "1/2"}}],
            "lines": [{"ref": "I.1.1", "tonnes": 12.345}, {"ref": "V.2", "tonnes": -1.234},
                {"ref": "I.2.1", "gas": "hfc_134a", "gas_tonnes": 0.5}, {"ref": "I.3.1", "notation": "NO", "explanation": "-none"},
                {"ref": "II.1.1", "notation": "IE"}]}),
    )
}

/// The reports that are read back from a workbook, and from two CSV files, that they were written to.
fn read_back(filled: &[Arc<Inventory>]) -> [Vec<Value>; 2] {
    let xlsx = table::read(&writer::xlsx(filled).unwrap()).unwrap();
    let csv =
        [Sheet::Reports, Sheet::Lines].map(|sheet| table::csv::read(&writer::csv(sheet, filled).unwrap()).unwrap());
    [&xlsx[..], &csv[..]].map(|tables| {
        let import = import(tables);
        assert!(import.ignored.is_empty());
        // An empty table of lines says nothing of them, and there are no more columns than it takes.
        let lines = filled.iter().all(|report| report.lines.is_empty());
        let also_stated = filled.iter().all(|report| report.also_stated.is_empty());
        assert_eq!(import.kept, CarriedOver { lines, also_stated });
        assert!(reports(&import).iter().all(|report| report.reason.is_none()));
        bodies(&import)
    })
}

#[test]
fn an_empty_template_has_no_rows() {
    assert_eq!(read_back(&[]), [Vec::<Value>::new(), Vec::new()]);
    let csv = String::from_utf8(writer::csv(Sheet::Reports, &[]).unwrap()).unwrap();
    assert!(csv.starts_with("\u{feff}year,total_basic,"));
    assert_eq!(csv.lines().count(), 2);
    assert_eq!(writer::xlsx(&[]).unwrap(), writer::xlsx(&[]).unwrap(), "the same template has the same bytes");
}

#[test]
fn a_filled_template_is_read_back_unchanged() {
    let report = full();
    for read in read_back(&[Arc::clone(&report)]) {
        assert_eq!(read, [body(&report)]);
    }
    let alone = import(&[table::csv::read(&writer::csv(Sheet::Reports, &[report]).unwrap()).unwrap()]);
    assert!(alone.kept.lines, "a file of reports alone says nothing of lines");
}

#[test]
fn what_other_sources_state_stands_in_numbered_columns() {
    let header = "year,total_own,source_title,also_stated_2_level,also_stated_2_tonnes,also_stated_2_source_title";
    let row = |cells: &str| import_csv(&[&format!("{header},also_stated_1_level\n2020,5,S,{cells}\n")]);
    assert!(!row(",,,").kept.also_stated, "who has a column for it says that there is none");
    assert!(bodies(&row(",,,"))[0].get("also_stated").is_none());
    // A gap, a cell that is wrong and one that is missing are told by their cells.
    assert_eq!(
        faults(&row("basic,1 stone,,")),
        [
            "2 E unknown_unit",
            "2 F missing",
            "2 G missing",
            "2 also_stated_1_tonnes missing",
            "2 also_stated_1_source_title missing"
        ]
    );
    let ninth = format!("{header},also_stated_9_level\n2020,5,S,own,6,T,\n");
    let refused = pledgewatch::import::template::reader::read(
        &[table::csv::read(ninth.as_bytes()).unwrap()],
        &here(),
        today(),
        &|_| None,
    );
    assert_eq!(refused.unwrap_err().faults[0].code, "unknown_column");
}

#[test]
fn a_question_is_answered_by_yes_or_no() {
    let read =
        |cell: &str| import_csv(&[&format!("year,total_own,source_title,weather_normalised\n2020,5,S,{cell}\n")]);
    for (cell, answer) in [("yes", true), ("TRUE", true), ("No", false), ("false", false)] {
        assert_eq!(bodies(&read(cell))[0]["weather_normalised"], answer, "{cell}");
    }
    for cell in ["1", "perhaps", "2020-01-01"] {
        assert_eq!(faults(&read(cell)), ["2 D not_allowed"], "{cell}");
    }
}

#[test]
fn json_is_read_like_a_table() {
    let report = |year: Value| json!({"year": year, "totals": {"own": 5}, "source": {"title": "x"}});
    let read = |value: Value| json::read(value.to_string().as_bytes(), today());
    let wrapped = read(json!({"reports": [report(json!(2020))]})).unwrap();
    let bare = read(json!([report(json!(2020))])).unwrap();
    assert_eq!(bodies(&wrapped), bodies(&bare));
    assert_eq!(bodies(&bare)[0]["year"], 2020);
    let mut with_reason = report(json!(2019));
    with_reason["reason"] = json!("corrected");
    assert_eq!(reports(&read(json!([with_reason])).unwrap())[0].reason.as_deref(), Some("corrected"));

    let faulty = json!([report(json!(2020)), report(json!(2020)), report(json!("2018")), {"totals": {"basic": -1}}, 5,
        {"year": 2017, "totals": {"own": 5}, "source": {"title": "x"}, "flavour": 1, "reason": ""}]);
    let import = read(faulty).unwrap();
    assert_eq!(
        faults(&import),
        [
            "0 - duplicate_year",
            "1 - duplicate_year",
            "2 - wrong_type",
            "3 - missing",
            "3 - out_of_range",
            "3 - missing",
            "4 - wrong_type",
            "5 - unknown_field",
            "5 - blank"
        ]
    );
    let pointers: Vec<_> =
        import.rows[3].outcome.as_ref().unwrap_err().iter().map(|f| f.pointer.clone().unwrap()).collect();
    assert_eq!(pointers, ["/year", "/totals/basic", "/source"]);
    for wrong in [json!({}), json!({"reports": 1}), json!({"reports": [], "more": 1}), json!(1)] {
        assert_eq!(read(wrong).unwrap_err().code, "invalid_json");
    }
    assert_eq!(json::read(b"{", today()).unwrap_err().code, "invalid_json");
    assert_eq!(read(Value::Array(vec![json!(1); 5001])).unwrap_err().code, "too_many_rows");
}

/// Amounts of tonnes, exact to the kilogram.
fn tonnes() -> impl Strategy<Value = Value> {
    let kilograms = prop_oneof![0_i64..2_000_000, 0_i64..1_000_000_000_000_000];
    kilograms.prop_map(|kilograms| json!(kilograms as f64 / 1000.0))
}

/// Texts that a record takes.
fn text() -> impl Strategy<Value = Value> {
    "[-=+@'#_x0-9a-zA-Z\",;:. \u{a0}éß€中]{0,12}[-=+@'#_x0-9a-zA-Z\",;:.é€中]".prop_map(|text| json!(text))
}

fn report() -> impl Strategy<Value = Value> {
    let totals = prop::collection::btree_map(
        prop::sample::select(vec!["basic", "basic_plus", "scope_1", "scope_1_2", "scope_1_2_3", "own"]),
        tonnes(),
        1..6,
    );
    let references: Vec<&str> = GpcRef::all().map(GpcRef::as_str).collect();
    let lines =
        prop::collection::btree_map(prop::sample::select(references), (0..4, 0..1_000_000_000_i64, text()), 0..6);
    let rest = (
        text(),
        prop::option::of(text()),
        0..3,
        prop::option::of(1..1_000_000_000_i64),
        prop::option::of(1..1_000_000_i64),
        prop::option::of(tonnes()),
    );
    (totals, lines, rest).prop_map(|(totals, lines, (title, note, form, population, percent, credits))| {
        let lines: Vec<Value> = lines
            .into_iter()
            .map(|(reference, (form, kilograms, text))| match form {
                0 => json!({"ref": reference, "tonnes": kilograms as f64 / 1000.0}),
                1 => json!({"ref": reference, "gas": "ch4", "gas_tonnes": kilograms as f64 / 1000.0}),
                2 => json!({"ref": reference, "notation": "NE", "explanation": text}),
                _ => json!({"ref": reference, "notation": "C"}),
            })
            .collect();
        let mut body = json!({"totals": totals, "lines": lines, "gwp": "ar6", "source": {"title": title}});
        let optional = [
            ("note", note),
            ("population", population.map(Value::from)),
            ("uncertainty_percent", percent.map(|millionths| json!(millionths as f64 / 10_000.0))),
            ("credits_retired_tonnes", credits),
            ("gases", (form == 1).then(|| json!(["co2", "n2o"]))),
            ("protocol", (form == 2).then(|| json!("other"))),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_recorded_is_read_back_unchanged(bodies in prop::collection::vec(report(), 1..4)) {
        let filled: Vec<Arc<Inventory>> =
            (2001..).zip(&bodies).map(|(year, body)| recorded(year, body)).collect();
        let expected: Vec<Value> = filled.iter().map(body).collect();
        let [xlsx, csv] = read_back(&filled);
        prop_assert_eq!(&xlsx, &expected);
        prop_assert_eq!(&csv, &expected);
    }

    #[test]
    fn no_changed_byte_makes_the_reader_fail(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = writer::csv(Sheet::Reports, &[full()]).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(table) = table::csv::read(&bytes)
            && let Ok(import) = pledgewatch::import::template::reader::read(&[table], &here(), today(), &|_| None)
        {
            for report in import.rows.iter().filter_map(|row| row.outcome.as_ref().ok()) {
                prop_assert!(report.record.body()["source"]["title"].is_string());
            }
        }
    }
}
