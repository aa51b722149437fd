//! Workbooks: what their cells hold, and archives that are not what they claim.

use std::io::{Cursor, Read, Write};

use pledgewatch::import::table;
use pledgewatch::import::table::cell::{Cell, RefusedFile, Table};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatScript, Formula, Workbook, Worksheet};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{bodies, faults, import};

/// A workbook with one sheet, `Reports`, that is filled by `fill`.
fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("Reports").unwrap());
    book.save_to_buffer().unwrap()
}

/// A workbook whose first row is the headers and whose others are filled by `fill`.
fn filled(headers: &[&str], fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    workbook(|sheet| {
        sheet.write_row(0, 0, headers.iter().copied()).unwrap();
        fill(sheet);
    })
}

fn tables(bytes: &[u8]) -> Vec<Table> {
    table::read(bytes).unwrap_or_else(|refused| panic!("{refused}"))
}

fn refusal(bytes: &[u8]) -> RefusedFile {
    table::read(bytes).expect_err("is refused")
}

/// The archive with its parts rewritten: none leaves one out.
fn rewritten(bytes: &[u8], method: CompressionMethod, rewrite: impl Fn(&str, String) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        if let Some(content) = rewrite(&name, text) {
            written.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            written.write_all(&content).unwrap();
        }
    }
    written.finish().unwrap().into_inner()
}

/// The workbook with another text in its first sheet.
pub fn with_sheet(bytes: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    rewritten(bytes, CompressionMethod::Deflated, |name, text| {
        Some(if name == "xl/worksheets/sheet1.xml" { change(text) } else { text }.into_bytes())
    })
}

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
fn two_cells_in_one_place_are_damage() {
    let bytes = filled(&["year", "total_own", "source_title"], |sheet| {
        sheet.write_row(1, 0, [2020.0, 5.0]).unwrap();
    });
    let twice = |again: &str| {
        with_sheet(&bytes, |text| {
            assert!(text.contains("</row></sheetData>"));
            text.replace("</row></sheetData>", &format!("{again}</row></sheetData>"))
        })
    };
    assert_eq!(refusal(&twice("<c r=\"B2\"><v>99</v></c>")).code, "damaged_workbook");
    assert_eq!(tables(&twice("<c r=\"B2\"/>"))[0].rows[1].cells.len(), 2, "an empty one takes nothing away");
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

#[test]
fn other_formats_are_refused_by_name() {
    let zip = |name: &str| {
        let mut written = ZipWriter::new(Cursor::new(Vec::new()));
        written.start_file(name, SimpleFileOptions::default()).unwrap();
        written.finish().unwrap().into_inner()
    };
    let cases = [
        (zip("content.xml"), "OpenDocument"),
        (zip("xl/workbook.bin"), ".xlsb"),
        (zip("word/document.xml"), ".docx"),
        (zip("anything"), "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "old or encrypted"),
        (b"%PDF-1.7".to_vec(), "PDF"),
        (b"<html>".to_vec(), "web page"),
    ];
    for (bytes, named) in cases {
        let refused = refusal(&bytes);
        assert_eq!(refused.code, "unknown_format");
        assert!(refused.detail.contains(named), "{refused}");
    }
    assert_eq!(refusal(b"PK\x03\x04 and no more").code, "damaged_workbook");
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let small = filled(&["year"], |_| ());
    let spaces =
        |count: usize| move |text: String| text.replace("<sheetData>", &format!("<sheetData>{}", " ".repeat(count)));
    let fits = with_sheet(&small, spaces(1_000_000));
    assert!(table::read(&fits).is_ok());
    let mut bomb = with_sheet(&small, spaces(70_000_000));
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    assert_eq!(refusal(&bomb).code, "workbook_too_large");

    // The sizes declared in the directory and before each part are replaced by small ones.
    let honest = (70_000_000_u32..70_100_000).find_map(|size| {
        let wanted = size.to_le_bytes();
        let places: Vec<usize> = bomb.windows(4).enumerate().filter(|(_, w)| *w == wanted).map(|(at, _)| at).collect();
        (!places.is_empty()).then_some(places)
    });
    for place in honest.expect("the size is declared") {
        bomb[place..place + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    assert!(matches!(refusal(&bomb).code, "workbook_too_large" | "damaged_workbook"));

    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..2001 {
        many.start_file(format!("{index}.xml"), SimpleFileOptions::default()).unwrap();
    }
    assert_eq!(refusal(&many.finish().unwrap().into_inner()).code, "workbook_too_large");
}

#[test]
fn a_small_file_cannot_stand_for_many_sheets_cells_texts_or_formats() {
    let small = filled(&["year"], |_| ());
    let part = |wanted: &'static str, from: &str, to: &str| {
        rewritten(&small, CompressionMethod::Deflated, |name, text| {
            if name != wanted {
                return Some(text.into_bytes());
            }
            assert!(text.contains(from), "{text}");
            Some(text.replace(from, to).into_bytes())
        })
    };
    let code = |bytes: &[u8]| refusal(bytes).code;
    let sheets = |count: usize, id: fn(usize) -> usize| {
        let entry = |n: usize| format!("<x:sheet name=\"s{n}\" sheetId=\"{n}\" r:id='rId{}' ></x:sheet>", 100 + id(n));
        let entries: String = (0..count).map(entry).collect();
        part("xl/workbook.xml", "<sheets>", &format!("<sheets>{entries}"))
    };
    assert_eq!(code(&sheets(2, |_| 1)), "damaged_workbook", "two sheets have one relation");
    assert_eq!(code(&sheets(100, |n| n)), "workbook_too_large");
    let worksheet = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    for target in ["worksheets/sheet1.xml", "/xl/worksheets/SHEET1.xml", "other/../worksheets/sheet1.xml"] {
        let again = format!("<Relationship Target = '{target}' Id=\"rId9\" Type=\"{worksheet}\"/></Relationships>");
        let bytes = part("xl/_rels/workbook.xml.rels", "</Relationships>", &again);
        assert_eq!(code(&bytes), "damaged_workbook", "{target}");
    }
    let formats =
        |element: &str, count: usize| part("xl/styles.xml", "<cellXfs", &format!("{}<cellXfs", element.repeat(count)));
    assert_eq!(code(&formats("<xf/>", 4_001)), "workbook_too_large");
    assert_eq!(code(&formats("<a:xf></a:xf>", 4_001)), "workbook_too_large");
    assert_eq!(code(&formats("<font/>", 200_000)), "workbook_too_large");
    assert_eq!(code(&formats(&format!("<font name='{}'/>", "x".repeat(2048)), 1)), "damaged_workbook");
    assert!(table::read(&formats("<font name='x'/>", 10_000)).is_ok());
    let texts = part("xl/sharedStrings.xml", "</sst>", &format!("{}</sst>", "<si/>".repeat(100_001)));
    assert_eq!(code(&texts), "workbook_too_large");
    let cells = |count: usize| {
        with_sheet(&small, |text| text.replace("</row>", &format!("{}</row>", "<c r=\"A1\"/>".repeat(count))))
    };
    assert!(table::read(&cells(10_000)).is_ok());
    assert_eq!(code(&cells(300_000)), "workbook_too_large");
    let repeated = filled(&["year"], |sheet| {
        for row in 1..300 {
            sheet.write(row, 0, "x".repeat(32_000)).unwrap();
        }
    });
    assert_eq!(code(&repeated), "workbook_too_large");
}

#[test]
fn declared_sizes_cost_nothing() {
    let small = filled(&["year"], |sheet| {
        sheet.write(1, 0, "# none").unwrap();
    });
    let huge = with_sheet(&small, |text| {
        let begins = text.find("<dimension").unwrap();
        let ends = begins + text[begins..].find("/>").unwrap() + 2;
        text.replace(&text[begins..ends], "<dimension ref=\"A1:XFD1048576\"/>")
    });
    assert_eq!(tables(&huge)[0].rows.len(), 1);
    let counted = rewritten(&small, CompressionMethod::Stored, |name, text| {
        let text = if name.ends_with("sharedStrings.xml") {
            assert!(text.contains("uniqueCount=\"2\""));
            text.replace("uniqueCount=\"2\"", "uniqueCount = '99999999999'")
        } else {
            text
        };
        Some(text.into_bytes())
    });
    assert_eq!(refusal(&counted).code, "damaged_workbook");
    let encoded = rewritten(&small, CompressionMethod::Stored, |name, text| {
        let wide = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Some(if name.ends_with("sharedStrings.xml") { wide(text) } else { text.into_bytes() })
    });
    assert_eq!(refusal(&encoded).code, "damaged_workbook");
    let far = filled(&["year"], |sheet| {
        sheet.write(1_048_575, 0, "the last row").unwrap();
    });
    assert_eq!(tables(&far)[0].rows[1].number, 1_048_576);
    let wide = filled(&["year"], |sheet| {
        sheet.write(1, 16_383, 1).unwrap();
    });
    assert_eq!(refusal(&wide).code, "too_many_columns");
    let moved = |place: &str| with_sheet(&small, |text| text.replace("r=\"A2\"", place));
    for place in ["r=\"A0\"", "r=\"1A\""] {
        assert_eq!(refusal(&moved(place)).code, "damaged_workbook", "{place}");
    }
    for place in ["r=\"A99999999999\"", "r=\"ZZZZZZZZZZZZ1\""] {
        drop(table::read(&moved(place)));
    }
}

#[test]
fn days_counted_from_1904_and_more_rows_than_are_read_are_refused() {
    let small = filled(&["year"], |_| ());
    let other = rewritten(&small, CompressionMethod::Stored, |_, text| {
        Some(text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ").into_bytes())
    });
    assert_eq!(refusal(&other).code, "days_from_1904");
    let rows = |count: u32| {
        filled(&["year"], |sheet| {
            sheet.write(1, 0, "# the year").unwrap();
            for row in 2..count + 2 {
                sheet.write(row, 0, 2020).unwrap();
            }
            sheet.write(count + 2, 0, "# the end").unwrap();
        })
    };
    assert_eq!(tables(&rows(5000))[0].figures(), 5000, "headers and remarks are no figures");
    assert_eq!(refusal(&rows(5001)).code, "too_many_rows");
}

#[test]
fn two_sheets_share_the_limit_of_rows() {
    let mut book = Workbook::new();
    for name in ["Reports", "Lines"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for row in 0..=2501 {
            sheet.write(row, 0, 1).unwrap();
        }
    }
    assert_eq!(refusal(&book.save_to_buffer().unwrap()).code, "too_many_rows");
    assert_eq!(bodies(&import(&tables(&filled(&["year"], |_| ())))), [] as [serde_json::Value; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_change_of_its_bytes_makes_the_reader_fail(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        part in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = filled(&["year", "total_own", "source_title"], |sheet| {
            sheet.write_row(1, 0, ["2020", "5", "x"]).unwrap();
            sheet.write(2, 0, 2019).unwrap();
            sheet.write(2, 1, Formula::new("1+1").set_result("2")).unwrap();
        });
        let damage = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            for (index, byte) in &changes {
                let at = index.index(bytes.len());
                bytes[at] = *byte;
            }
            bytes
        };
        // In the archive, and in the text of one of its parts.
        drop(table::read(&damage(&bytes)));
        drop(table::read(&bytes[..cut.index(bytes.len())]));
        let parts = ZipArchive::new(Cursor::new(&bytes[..])).unwrap().len();
        let chosen = ZipArchive::new(Cursor::new(&bytes[..])).unwrap().name_for_index(part.index(parts)).unwrap().unwrap().into_owned();
        let inside = rewritten(&bytes, CompressionMethod::Stored, |name, text| {
            let text = text.into_bytes();
            Some(if name == chosen { damage(&text) } else { text })
        });
        if let Ok(tables) = table::read(&inside) {
            drop(pledgewatch::import::template::reader::read(&tables, &super::here(), super::today(), &|_| None));
        }
    }
}
