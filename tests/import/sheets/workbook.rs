//! Workbooks: what their cells hold and show, and what a formula, a footnote or a hidden cell comes to.

use pledgewatch::import::table::cell::Cell;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatScript, Formula, Workbook, Worksheet};
use serde_json::json;

use super::{bodies, faults, filled, import, refusal, tables, with_sheet, workbook};

#[test]
fn cells_hold_what_the_file_stores() {
    let bytes = workbook(|sheet| {
        let percent = Format::new().set_num_format("0.0%");
        let kilotonnes = Format::new().set_num_format("#,##0\" kt\"");
        let plain = Format::new().set_num_format("#,##0.000_);[Red]\\(#,##0.000\\)");
        let day = Format::new().set_num_format("dd.mm.yyyy");
        let time = Format::new().set_num_format("hh:mm");
        sheet.write(0, 0, "text").unwrap();
        sheet.write(0, 1, 1233.5).unwrap();
        sheet.write_with_format(0, 2, 0.07, &percent).unwrap();
        sheet.write_with_format(0, 3, 1233, &kilotonnes).unwrap();
        sheet.write_with_format(0, 4, 1.233, &kilotonnes).unwrap();
        sheet.write_with_format(0, 5, 1.233, &plain).unwrap();
        sheet.write_with_format(0, 6, ExcelDateTime::from_ymd(2020, 12, 31).unwrap(), &day).unwrap();
        sheet.write_with_format(0, 7, 0.5, &time).unwrap();
        sheet.write(0, 8, true).unwrap();
        sheet.write(0, 9, Formula::new("1/0").set_result("#DIV/0!")).unwrap();
        sheet.write(0, 10, Formula::new("1+1").set_result("2")).unwrap();
        sheet.write_blank(3, 2, &percent).unwrap();
        sheet.write(4, 1, "  ").unwrap();
        sheet.write(5, 1, "last").unwrap();
    });
    let tables = tables(&bytes);
    let rows = &tables[0].rows;
    assert_eq!(tables[0].sheet.as_deref(), Some("Reports"));
    let told: Vec<String> = rows[0].cells.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "text",
            "1233.5",
            "7 %",
            "1233 kt",
            "1.2330 kt",
            "1.233",
            "2020-12-31",
            "a time of day",
            "TRUE",
            "#DIV/0!",
            "2"
        ]
    );
    assert!(matches!(rows[0].cells[9], Cell::Error(_)), "{:?}", rows[0].cells[9]);
    assert_eq!((rows.len(), rows[1].number, rows[1].cells.len()), (2, 6, 2));
}

#[test]
fn a_number_that_its_format_shows_as_another_is_refused() {
    // Each number with its format: what is recorded, in tonnes, or why not.
    let cases: &[(f64, &str, Result<f64, &str>)] = &[
        (1_233_000.0, "#,##0,\"kt\"", Err("number_format")),
        (1_233_000.0, "0.0,,\" Mt\"", Err("number_format")),
        (1_233_000.0, "#,##0,\\ \"kt\"", Err("number_format")),
        (1_233_000.0, "0,.0", Err("number_format")),
        (1_233_000.0, "#,##0,", Err("number_format")),
        (500.0, "[>=1000000]0.0,,\"Mt\";[>=1000]0.0,\"kt\";0\"t\"", Err("number_format")),
        (5.0, "[<1000]0;0", Err("number_format")),
        (1233.0, "0\",000\"", Err("number_format")),
        (1233.0, "0\"000\"", Err("number_format")),
        (1233.0, "0\\0", Err("number_format")),
        (1233.0, "0*0", Err("number_format")),
        (1233.0, "1#", Err("number_format")),
        (1233.0, "\"closed\"", Err("number_format")),
        (1233.0, ";;;", Err("number_format")),
        (1233.0, "(0)", Err("number_format")),
        (1233.0, "0\"-\"", Err("number_format")),
        (12.0, "0%%", Err("number_format")),
        (12.0, "0% \"kt\"", Err("number_format")),
        (5.0, "0\"%\"", Err("unknown_unit")),
        (5.0, "0%", Err("unknown_unit")),
        (1233.0, "0.0\" k\"", Err("unknown_unit")),
        (1233.0, "#,##0 [$$-409]", Err("not_a_number")),
        (1233.0, "#,##0 \"Tsd. t\"", Ok(1_233_000.0)),
        (1233.0, "#,##0 \"kt CO2\"", Err("unknown_unit")),
        (1233.0, "#,##0 [$kt-407]", Ok(1_233_000.0)),
        (1233.0, "\"kt \"0", Ok(1_233_000.0)),
        (1233.0, "#,##0 \"t CO2e\"", Ok(1233.0)),
        (1233.0, "#,##0.00_);[Red](#,##0.00)", Ok(1233.0)),
        (1233.0, "_-* #,##0.00 _-;-* #,##0.00 _-;_-* \"-\"?? _-;_-@_-", Ok(1233.0)),
        (0.0, "_-* #,##0.00 _-;-* #,##0.00 _-;_-* \"-\"?? _-;_-@_-", Ok(0.0)),
        (0.0, "0;-0;\"-\"", Ok(0.0)),
        (0.0, "0;-0;\"none\"", Err("number_format")),
        (1_233_000.5, "0.00E+00", Ok(1_233_000.5)),
        (1233.0, "General", Ok(1233.0)),
        (1233.0, "@", Ok(1233.0)),
        (1233.0, "# ##0", Ok(1233.0)),
        (1233.0, "[Blue]General;[Red]-General", Ok(1233.0)),
        (-5.0, "0;\"kt\" -0", Ok(-5_000.0)),
    ];
    for (number, format, expected) in cases {
        let bytes = filled(&["year", "total_own", "source_title"], |sheet| {
            sheet.write(1, 0, 2020).unwrap();
            sheet.write_with_format(1, 1, *number, &Format::new().set_num_format(*format)).unwrap();
            sheet.write(1, 2, "x").unwrap();
        });
        let import = import(&tables(&bytes));
        match (&import.rows[0].outcome, expected) {
            (Ok(report), Ok(tonnes)) => {
                assert_eq!(report.record.body()["totals"]["own"].as_f64(), Some(*tonnes), "{format}");
            }
            (Err(found), Err(code)) => assert_eq!(found[0].code, *code, "{format}: {}", super::told(found)),
            (outcome, _) => panic!("{number} shown by {format} became {outcome:?}"),
        }
    }
}

#[test]
fn a_sheet_becomes_reports() {
    let headers =
        ["year", "Total own", "population", "uncertainty %", "period start", "period end", "source title", "note"];
    let bytes = filled(&headers, |sheet| {
        let percent = Format::new().set_num_format("0%");
        let kilotonnes = Format::new().set_num_format("#,##0.0 \"kt\"");
        let day = Format::new().set_num_format("yyyy");
        let new_year = ExcelDateTime::from_ymd(2020, 1, 1).unwrap();
        sheet.write(1, 0, "# a remark").unwrap();
        sheet.write_with_format(2, 0, &new_year, &day).unwrap();
        sheet.write_with_format(2, 1, 1.5, &kilotonnes).unwrap();
        sheet.write(2, 2, 1000).unwrap();
        sheet.write_with_format(2, 3, 0.05, &percent).unwrap();
        sheet.write(2, 4, 43_831).unwrap();
        sheet.write(2, 5, "31.12.2020").unwrap();
        sheet.write(2, 6, 2020).unwrap();
        sheet.write(2, 7, "=1+1").unwrap();
        sheet.write(3, 0, 2019).unwrap();
        sheet.write_with_format(3, 1, &new_year, &day).unwrap();
        sheet.write_with_format(3, 2, 0.05, &percent).unwrap();
        sheet.write(3, 3, 2.5).unwrap();
        sheet.write(3, 4, "03/04/2019").unwrap();
        sheet.write(3, 6, Formula::new("#REF!").set_result("#REF!")).unwrap();
        sheet.write(3, 9, "stray").unwrap();
    });
    let import = import(&tables(&bytes));
    assert_eq!(
        import.rows[0].outcome.as_ref().unwrap().record.body(),
        json!({"year": 2020, "totals": {"own": 1500}, "population": 1000, "uncertainty_percent": 5, "note": "=1+1",
            "period": {"start": "2020-01-01", "end": "2020-12-31"}, "source": {"title": "2020"}})
    );
    assert_eq!(
        faults(&import),
        ["4 B not_a_number", "4 C unknown_unit", "4 E ambiguous_day", "4 F missing", "4 G error_cell", "4 J no_header"]
    );
    let fault = &import.rows[1].outcome.as_ref().unwrap_err()[0];
    assert!(fault.to_string().starts_with("sheet Reports, row 4, column B (Total own), \"2020-01-01\": "), "{fault}");
}

#[test]
fn a_formula_without_a_value_is_no_empty_cell() {
    let bytes = filled(&["year", "total_own", "source_title"], |sheet| {
        sheet.write_row(1, 0, [2020.0, 5.0]).unwrap();
        sheet.write(1, 2, "x").unwrap();
    });
    let bytes = with_sheet(&bytes, |text| {
        assert!(text.contains("<v>5</v>"));
        text.replace("<v>5</v>", "<f>SUM(A1:A9)</f>")
    });
    assert_eq!(faults(&import(&tables(&bytes))), ["2 B formula_without_value"]);
}

#[test]
fn sheets_are_chosen_by_name_or_alone() {
    let two = |names: [&str; 2]| {
        let mut book = Workbook::new();
        for name in names {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            sheet.write_row(0, 0, ["year", "total_own", "source_title"]).unwrap();
            sheet.write_row(1, 0, ["2020", "5", "x"]).unwrap();
        }
        book.save_to_buffer().unwrap()
    };
    let names = |bytes: &[u8]| {
        let import = import(&tables(bytes));
        let ignored: Vec<String> = import.ignored.iter().map(ToString::to_string).collect();
        (import.rows.len(), ignored)
    };
    assert_eq!(names(&two(["My sums", "REPORTS"])), (1, vec!["My sums".to_owned()]));
    assert_eq!(names(&two(["Sheet1", "Read me"])), (1, vec![]));
    let read = pledgewatch::import::template::reader::read(
        &tables(&two(["Data", "Notes"])),
        &super::here(),
        super::today(),
        &|_| None,
    );
    let refused = read.unwrap_err();
    assert_eq!(refused.code, "no_table", "which of two sheets is meant nobody can say");
    assert_eq!(
        refused.detail,
        "there is no table in the workbook that could be read; its sheets are \"Data\", \"Notes\". A sheet with headers \
         and a row a year is called \"Reports\", one with GPC lines \"Lines\"; if there is only one sheet it may have any name"
    );
}

#[test]
fn what_cannot_be_seen_is_not_imported() {
    let hidden = |names: [&str; 2]| {
        let mut book = Workbook::new();
        for name in names {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            sheet.write_row(0, 0, ["year", "total_own", "source_title"]).unwrap();
            sheet.write_row(1, 0, ["2020", "5", "x"]).unwrap();
        }
        book.worksheet_from_index(1).unwrap().set_hidden(true);
        book.save_to_buffer().unwrap()
    };
    let refused = refusal(&hidden(["Notes", "Reports"]));
    assert_eq!((refused.code, refused.detail.split(':').next()), ("hidden_sheet", Some("the sheet Reports is hidden")));
    let import = import(&tables(&hidden(["Data", "Old data"])));
    assert_eq!((import.rows.len(), import.ignored), (1, vec!["Old data".into()]));
}

const OWN: [&str; 4] = ["year", "total_own", "note", "source"];

/// What is wrong with a row of 2020 whose total and note are written by `fill`, or its total.
fn total_of(fill: impl FnOnce(&mut Worksheet)) -> Result<f64, Vec<String>> {
    let bytes = filled(&OWN, |sheet| {
        sheet.write(1, 0, 2020).unwrap();
        sheet.write(1, 3, "Inventory").unwrap();
        fill(sheet);
    });
    let read = import(&tables(&bytes));
    if read.rows[0].outcome.is_ok() {
        Ok(bodies(&read)[0]["totals"]["own"].as_f64().unwrap())
    } else {
        Err(faults(&read))
    }
}

#[test]
fn the_mark_of_a_footnote_is_no_digit() {
    let plain = Format::new();
    let raised = Format::new().set_font_script(FormatScript::Superscript);
    let lowered = Format::new().set_font_script(FormatScript::Subscript);
    let struck = Format::new().set_font_strikethrough();
    let rich = |runs: &[(&Format, &str)]| {
        total_of(|sheet| {
            sheet.write_rich_string(1, 1, runs).unwrap();
        })
    };
    let refused = |code: &str| Err(vec![format!("2 B {code}")]);
    assert_eq!(rich(&[(&plain, "1,234,567"), (&raised, "1")]), refused("raised_text"));
    assert_eq!(rich(&[(&plain, "1 233 "), (&raised, "a"), (&plain, "t")]), refused("raised_text"));
    assert_eq!(rich(&[(&plain, "1234"), (&lowered, "5")]), refused("raised_text"));
    assert_eq!(rich(&[(&struck, "1233"), (&plain, " 1300")]), refused("struck_out"));
    // The 2 of CO2 belongs where it stands.
    assert_eq!(rich(&[(&plain, "1233 kt CO"), (&lowered, "2"), (&plain, "e")]), Ok(1_233_000.0));
    assert_eq!(rich(&[(&Format::new().set_bold(), "12"), (&Format::new().set_italic(), "34")]), Ok(1_234.0));
    for (format, code) in [(&raised, "raised_text"), (&lowered, "raised_text"), (&struck, "struck_out")] {
        let number = total_of(|sheet| {
            sheet.write_with_format(1, 1, 1233, format).unwrap();
        });
        assert_eq!(number, refused(code));
        let text = total_of(|sheet| {
            sheet.write_with_format(1, 1, "1,233,000", format).unwrap();
        });
        assert_eq!(text, refused(code));
    }
    let noted = |runs: &[(&Format, &str)]| {
        total_of(|sheet| {
            sheet.write(1, 1, 1233).unwrap();
            sheet.write_rich_string(1, 2, runs).unwrap();
        })
    };
    assert_eq!(noted(&[(&plain, "1 km"), (&raised, "2")]), Ok(1_233.0), "a note may raise what it likes");
    assert_eq!(noted(&[(&struck, "old"), (&plain, " new")]), Err(vec!["2 C struck_out".to_owned()]));

    // The text is told as the cell has it, and a text within the sheet is looked at as one that is shared.
    let bytes = filled(&OWN, |sheet| {
        sheet.write_row(1, 0, ["2020", "12345671", "", "Inventory"]).unwrap();
    });
    let inline = "<c r=\"B2\" t=\"inlineStr\"><is><r><t>1234567</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>1</t></r></is></c>";
    let bytes = with_sheet(&bytes, |text| {
        let begins = text.find("<c r=\"B2\"").unwrap();
        let ends = begins + text[begins..].find("</c>").unwrap() + 4;
        format!("{}{inline}{}", &text[..begins], &text[ends..])
    });
    let read = import(&tables(&bytes));
    let told = read.rows[0].outcome.as_ref().unwrap_err()[0].to_string();
    assert!(told.starts_with("sheet Reports, row 2, column B (total_own), \"12345671\": has raised"), "{told}");
}

#[test]
fn a_header_with_a_footnote_is_not_another_header() {
    let bytes = workbook(|sheet| {
        let raised = Format::new().set_font_script(FormatScript::Superscript);
        sheet.write_row(0, 0, ["year", "", "source"]).unwrap();
        sheet.write_rich_string(0, 1, &[(&Format::new(), "total_scope_1"), (&raised, "2")]).unwrap();
        sheet.write_row(1, 0, ["2020", "5", "Inventory"]).unwrap();
    });
    let refused =
        pledgewatch::import::template::reader::read(&tables(&bytes), &super::here(), super::today(), &|_| None)
            .expect_err("is refused");
    assert_eq!((refused.faults.len(), refused.faults[0].code.as_str()), (1, "raised_text"));
}

#[test]
fn hidden_rows_and_columns_are_refused_by_cell() {
    let shown = |hide: &dyn Fn(&mut Worksheet)| {
        let bytes = filled(&OWN, |sheet| {
            sheet.write_row(1, 0, ["# remark", "# remark"]).unwrap();
            sheet.write_row(2, 0, ["2020", "1233", "", "Inventory"]).unwrap();
            sheet.write_row(3, 0, ["2021", "1200", "", "Inventory"]).unwrap();
            hide(sheet);
        });
        faults(&import(&tables(&bytes)))
    };
    assert!(shown(&|_| {}).is_empty());
    let of_row = ["3 A hidden_cell", "3 B hidden_cell", "3 D hidden_cell"];
    assert_eq!(shown(&|sheet| drop(sheet.set_row_hidden(2))), of_row);
    assert_eq!(shown(&|sheet| drop(sheet.set_row_height(2, 0))), of_row);
    assert_eq!(shown(&|sheet| drop(sheet.set_column_hidden(1))), ["3 B hidden_cell", "4 B hidden_cell"]);
    assert_eq!(shown(&|sheet| drop(sheet.set_column_width(1, 0))), ["3 B hidden_cell", "4 B hidden_cell"]);
    // What holds no figure may be hidden: remarks, the headers, a column that nobody filled in.
    assert!(shown(&|sheet| drop(sheet.set_row_hidden(1))).is_empty());
    assert!(shown(&|sheet| drop(sheet.set_row_hidden(0))).is_empty());
    assert!(shown(&|sheet| drop(sheet.set_column_hidden(2))).is_empty());
}

#[test]
fn an_error_is_one_and_its_word_is_text() {
    let bytes = filled(&["year", "total_own", "source_title", "note"], |sheet| {
        sheet.write_row(1, 0, [2020.0, 5.0]).unwrap();
        sheet.write(1, 2, "#REF!").unwrap();
        sheet.write(1, 3, Formula::new("NA()").set_result("#N/A")).unwrap();
    });
    assert_eq!(faults(&import(&tables(&bytes))), ["2 D error_cell"]);
}

#[test]
fn cells_without_headers_are_told_once_a_row() {
    let bytes = filled(&["year"], |sheet| {
        for row in 1..=1200 {
            for column in 1..20 {
                sheet.write(row, column, 1).unwrap();
            }
        }
    });
    let import = import(&tables(&bytes));
    assert!(import.rows.iter().all(|row| row.outcome.is_err()));
    let first = &import.rows[0].outcome.as_ref().unwrap_err();
    let stray = first.iter().find(|fault| fault.code == "no_header").unwrap();
    assert_eq!(stray.column.as_ref().unwrap().letters.as_deref(), Some("B"));
    assert!(stray.detail.ends_with("as do the cells in C, D, E, F, G and 13 more"), "{stray}");
    assert_eq!(faults(&import).len(), 1001);
}
