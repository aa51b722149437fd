//! XLSX workbooks: `cargo fuzz run workbook`.
#![no_main]

use chrono::NaiveDate;
use libfuzzer_sys::fuzz_target;
use pledgewatch::import::table::workbook;
use pledgewatch::import::template::reader;
use pledgewatch::record::CityId;

fuzz_target!(|bytes: &[u8]| {
    let (Some(city), Some(today)) = (CityId::new("us-here"), NaiveDate::from_ymd_opt(2026, 11, 24)) else { return };
    if let Ok(tables) = workbook::read(bytes) {
        let _ = reader::read(&tables, &city, today, &|_| None);
    }
});
