//! Tables of figures: what is read from them is what they say, and what could be two things is refused.

mod csv;
mod number;
mod template;
pub mod workbook;

use chrono::NaiveDate;
use pledgewatch::import::table;
use pledgewatch::import::table::cell::{CellFault, Table};
use pledgewatch::import::template::draft::Report;
use pledgewatch::import::template::reader::Import;
use pledgewatch::record::CityId;
use serde_json::Value;

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
