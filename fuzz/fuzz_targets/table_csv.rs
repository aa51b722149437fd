//! CSV files: `cargo fuzz run table_csv`.
#![no_main]

use chrono::NaiveDate;
use libfuzzer_sys::fuzz_target;
use pledgewatch::import::table::csv;
use pledgewatch::import::template::{reader, stream};
use pledgewatch::record::CityId;

fuzz_target!(|bytes: &[u8]| {
    let (Some(city), Some(today)) = (CityId::new("us-here"), NaiveDate::from_ymd_opt(2026, 11, 24)) else { return };
    if let Ok(table) = csv::read(bytes) {
        let _ = reader::read(&[table], &city, today, &|_| None);
    }
    if let Ok(rows) = stream::open(bytes, today) {
        rows.for_each(drop);
    }
});
