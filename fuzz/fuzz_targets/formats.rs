//! Public files: `cargo fuzz run formats`. The first byte chooses the format, NUL bytes part files that are read together.
#![no_main]

use std::convert::Infallible;
use std::io::Cursor;

use chrono::NaiveDate;
use libfuzzer_sys::fuzz_target;
use pledgewatch::import::{Format, Provenance, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    let Some(today) = NaiveDate::from_ymd_opt(2026, 11, 24) else { return };
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let format = Format::ALL[usize::from(*choice) % Format::ALL.len()];
    let provenance = Provenance { file: "file.csv".into(), published: None, today, may_lack_columns: true };
    let file = |bytes| SourceFile { provenance: provenance.clone(), reader: Box::new(Cursor::new(bytes)) };
    let files = bytes.split(|byte| *byte == 0).map(file).collect();
    let _ = format.read(files, &mut |_| Ok::<(), Infallible>(()));
});
