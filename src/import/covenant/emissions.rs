//! Later totals of the signatories, by UN/LOCODE.

use serde_json::json;

use crate::import::csv_file::{Cells, CsvFile};
use crate::import::figure::{NoFigure, figure, json, quoted, year};
use crate::import::finding::{Finding, LeftOut, Provenance};
use crate::import::format::{Sink, Stop};
use crate::import::header::{Column, Header, words};
use crate::import::records::{found, left_out, object};
use crate::record::Kind;

use super::inventories::Known;
use super::of_compilation;
use super::signatories::Signatories;

const ACTOR: Column =
    Column { meaning: "the UN/LOCODE", wordings: &[words(&["actor", "id"], &[]), words(&["locode"], &[])] };
const YEAR: Column = Column { meaning: "the year", wordings: &[words(&["year"], &["baseline", "target"])] };
const TOTAL: Column = Column {
    meaning: "the total emissions in t",
    wordings: &[words(&["total", "emissions"], &["kt", "per", "capita"])],
};

/// Whether a file is one of totals.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ACTOR, &TOTAL])
}

/// Reads the totals.
pub(super) fn read(
    file: CsvFile<'_>,
    signatories: &Signatories,
    known: &Known,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let columns = (file.header.need(&ACTOR)?, file.header.need(&YEAR)?, file.header.need(&TOTAL)?);
    let provenance = file.provenance.clone();
    let subject = |cells: &Cells<'_>| format!("{} {}", cells.at(columns.0), cells.at(columns.1));
    file.hand_on(sink, subject, |cells| report(columns, cells, signatories, known, &provenance))
}

fn report(
    (actor, of_year, total): (usize, usize, usize),
    cells: &Cells<'_>,
    signatories: &Signatories,
    known: &Known,
    provenance: &Provenance,
) -> Result<Finding, LeftOut> {
    let locode = cells.at(actor);
    let signatory = signatories.of_locode(locode)?;
    let Some(year) = year(cells.at(of_year)) else {
        return Err(left_out("no_year", format!("\"{}\" is no year.", quoted(cells.at(of_year)))));
    };
    let tonnes = figure(cells.at(total)).map_err(|no| match no {
        NoFigure::Empty => left_out("no_total", "The row states no total."),
        NoFigure::Text(text) => left_out("not_a_number", format!("The total is stated as \"{text}\".")),
    })?;
    if known.has_report(signatory, year) {
        let told = format!("The inventory lines hold the inventory that monitors {year}; it counts.");
        return Err(left_out("inventory_given", told));
    }
    let publication = of_compilation("EU Covenant of Mayors: total emissions, compilation of 2022", provenance);
    let body = object([
        ("totals", Some(json!({"own": json(tonnes)}))),
        ("source", Some(publication.source(&format!("{locode}, {year}, column total_emissions")))),
    ]);
    let record = found(Kind::Report, year.to_string(), &body, provenance.today)?;
    Ok(Finding { city: signatory.city(provenance.today)?, records: vec![record], remarks: Vec::new() })
}
