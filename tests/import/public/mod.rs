//! Public files read row by row: what each row comes to, and why others come to nothing.

mod bytes;
mod c40;
mod cdp;
mod covenant;
mod makes;
mod yearly;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Cursor;

use chrono::NaiveDate;
use pledgewatch::import::{FileError, Format, Provenance, ReadError, Row, SourceFile};
use pledgewatch::record::Kind;
use serde_json::Value;

use crate::support::shared;

/// The day of every reading here.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn source<'a>(name: &str, bytes: &'a [u8]) -> SourceFile<'a> {
    let provenance = Provenance { file: name.into(), published: None, today: today(), may_lack_columns: false };
    SourceFile { provenance, reader: Box::new(Cursor::new(bytes)) }
}

/// The rows of texts, as files of those names.
fn read_all(format: Format, files: &[(&str, &[u8])]) -> Result<Vec<Row>, FileError> {
    let mut rows = Vec::new();
    let files = files.iter().map(|(name, bytes)| source(name, bytes)).collect();
    let outcome = format.read(files, &mut |row| {
        rows.push(row);
        Ok::<(), Infallible>(())
    });
    match outcome {
        Ok(_) => Ok(rows),
        Err(ReadError::File(error)) => Err(error),
        Err(ReadError::Sink(never)) => match never {},
    }
}

/// The rows of one text.
fn rows(format: Format, text: &str) -> Vec<Row> {
    read_all(format, &[("file.csv", text.as_bytes())]).unwrap()
}

/// Why the text cannot be read at all.
fn refusal(format: Format, text: &str) -> String {
    read_all(format, &[("file.csv", text.as_bytes())]).unwrap_err().to_string()
}

/// The rows of real files, where they are at hand.
fn real(format: Format, names: &[&str]) -> Option<Vec<Row>> {
    let bytes: Option<Vec<Vec<u8>>> =
        names.iter().map(|name| shared(&format!("data/{name}")).map(|path| std::fs::read(path).unwrap())).collect();
    let bytes = bytes?;
    let files: Vec<(&str, &[u8])> = names.iter().copied().zip(bytes.iter().map(Vec::as_slice)).collect();
    Some(read_all(format, &files).unwrap())
}

/// The code of each row that is left out, `usable` for the others.
fn codes(rows: &[Row]) -> Vec<&'static str> {
    rows.iter().map(|row| row.outcome.as_ref().err().map_or("usable", |left_out| left_out.code)).collect()
}

/// How many rows came to what.
fn tally(rows: &[Row]) -> BTreeMap<&'static str, usize> {
    codes(rows).into_iter().fold(BTreeMap::new(), |mut counts, code| {
        *counts.entry(code).or_default() += 1;
        counts
    })
}

/// How many rows carry each remark.
fn remarks(rows: &[Row]) -> BTreeMap<String, usize> {
    let made = rows.iter().filter_map(|row| row.outcome.as_ref().ok()).flat_map(|finding| &finding.remarks);
    made.fold(BTreeMap::new(), |mut counts, remark| {
        *counts.entry(remark.clone()).or_default() += 1;
        counts
    })
}

/// The bodies of the only row's records, by kind and id.
fn bodies(row: &Row) -> Vec<(Kind, String, Value)> {
    let finding = row.outcome.as_ref().unwrap_or_else(|left_out| panic!("{}: {left_out:?}", row.place));
    finding.records.iter().map(|found| (found.key.kind(), found.key.id().unwrap(), found.record.body())).collect()
}

/// The city of a row, as a body.
fn city(row: &Row) -> Value {
    serde_json::to_value(row.outcome.as_ref().unwrap().city.as_ref()).unwrap()
}
