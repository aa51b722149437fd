//! Tables of figures: what is read from them is what they say, and what could be two things is refused.

mod archive;
mod csv;
mod number;
mod template;
mod workbook;

use std::io::{Cursor, Read, Write};

use chrono::NaiveDate;
use pledgewatch::import::table;
use pledgewatch::import::table::cell::{CellFault, RefusedFile, Table};
use pledgewatch::import::template::draft::Report;
use pledgewatch::import::template::reader::Import;
use pledgewatch::record::CityId;
use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The day on which the tests read.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

pub fn here() -> CityId {
    CityId::new("us-here").unwrap()
}

/// Reads tables as those of the city of the tests.
pub fn import(tables: &[Table]) -> Import {
    pledgewatch::import::template::reader::read(tables, &here(), today(), &|_| None)
        .unwrap_or_else(|refused| panic!("{refused}"))
}

/// Reads CSV files, the first of reports, as those of the city of the tests.
pub fn import_csv(files: &[&str]) -> Import {
    let tables: Vec<Table> = files.iter().map(|text| table::csv::read(text.as_bytes()).unwrap()).collect();
    import(&tables)
}

/// The reports of an import that has no fault.
pub fn reports(import: &Import) -> Vec<&Report> {
    import.rows.iter().map(|row| row.outcome.as_ref().unwrap_or_else(|faults| panic!("{}", told(faults)))).collect()
}

/// The bodies of the reports of an import that has no fault.
pub fn bodies(import: &Import) -> Vec<Value> {
    reports(import).into_iter().map(|report| report.record.body()).collect()
}

pub fn told(faults: &[CellFault]) -> String {
    faults.iter().map(|fault| format!("[{}] {fault}", fault.code)).collect::<Vec<_>>().join("\n")
}

/// The faults of every row as `row column code`, the column as its letters or, without one, its header.
pub fn faults(import: &Import) -> Vec<String> {
    let all = import.rows.iter().filter_map(|row| row.outcome.as_ref().err()).flatten();
    all.map(|fault| {
        let column = fault.column.as_ref().map(|place| place.letters.clone().unwrap_or(place.header.clone()));
        format!("{} {} {}", fault.row, column.as_deref().unwrap_or("-"), fault.code)
    })
    .collect()
}

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
