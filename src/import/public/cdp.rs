//! CDP open data: what cities reported about their yearly emissions and their targets.
//!
//! The headers change from year to year, and they show which of the two kinds a file is. The CDP account number
//! identifies a city, in the register `cdp`, because names and countries change.

mod account;
mod accounting;
mod covers;
mod emissions;
mod ids;
mod pledge;
mod targets;

use chrono::{Datelike, NaiveDate};

use super::file::{Cells, PublicFile};
use super::finding::Provenance;
use super::records::Publication;
use super::source::{Sink, SourceFile, Stop};
use crate::import::table::figure::{NoFigure, figure};

/// Reads a file of either kind.
pub(in crate::import) fn read(file: SourceFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let file = PublicFile::open(file, |header| targets::recognises(header) || emissions::recognises(header))?;
    if targets::recognises(&file.header) {
        targets::read(file, sink)
    } else if emissions::recognises(&file.header) {
        emissions::read(file, sink)
    } else {
        Err(file.header.not_of_format("city-wide emissions by accounting year, targets by target year").into())
    }
}

/// The figure in a cell; none if the cell is blank.
fn stated(cells: &Cells<'_>, index: Option<usize>) -> Result<Option<f64>, String> {
    match figure(cells.maybe(index)) {
        Ok(figure) => Ok(Some(figure)),
        Err(NoFigure::Empty) => Ok(None),
        Err(NoFigure::Text(text)) => Err(text),
    }
}

/// The data set with the answers of a year.
///
/// The files give the year of reporting, not a day. Unless the user gives a day, the last day of that year is used, so
/// that no figure counts before it was public.
fn publication(title: String, reported: Option<i32>, provenance: &Provenance) -> Publication {
    let last_day = reported.and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31));
    let published = provenance.published.or(last_day.filter(|day| *day <= provenance.today && day.year() > 1990));
    Publication { title, publisher: "CDP", licence: Some("CDP open data portal licence"), published }
}
