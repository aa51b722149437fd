//! Klimatkollen's file: the yearly emissions of each Swedish municipality, in CO2e.
//!
//! The figures come from SMHI. The file says neither which gases nor which standard they cover, so the reports declare
//! neither. A municipality is identified by its name, which is unique within Sweden. It is the identifier in the
//! register `klimatkollen`.
//!
//! For each report of Sweden to the UNFCCC, SMHI and its partners compute every year since 1990 again. Then they
//! distribute the results over the municipalities (SMED, "Luft och klimat", <https://www.smed.se/luft>). So the years
//! of a file form one series, named after the last of them.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::record::{City, Kind};

use super::file::{Cells, PublicFile};
use super::finding::{LeftOut, RowRecords};
use super::header::{Column, Header, words};
use super::records::{Publication, city, identifier, left_out, name, object, parse_record};
use super::source::{Sink, SourceFile, Stop};
use crate::import::table::figure::{NoFigure, figure_in, json, quoted, year};
use crate::import::table::unit::Scale;

const MUNICIPALITY: Column =
    Column { meaning: "the municipality", wordings: &[words(&["municipality|kommun"], &["code|kod"])] };
const REGION: Column = Column { meaning: "the region", wordings: &[words(&["region|county|län"], &["code|kod"])] };
const YEAR: Column = Column { meaning: "the year", wordings: &[words(&["year|år"], &[])] };
const EMISSIONS: Column =
    Column { meaning: "the emissions", wordings: &[words(&["emissions"], &["per", "capita", "person"])] };

struct Columns {
    municipality: usize,
    region: Option<usize>,
    year: usize,
    emissions: usize,
    /// The unit of the emissions.
    scale: Scale,
}

/// True if a header is that of such a file.
fn recognises(header: &Header) -> bool {
    header.has(&[&MUNICIPALITY, &YEAR, &EMISSIONS])
}

/// Reads the file.
pub(in crate::import) fn read(file: SourceFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut file = PublicFile::open(file, recognises)?;
    let emissions = file.header.require(&EMISSIONS)?;
    let columns = Columns {
        municipality: file.header.require(&MUNICIPALITY)?,
        region: file.header.find(&REGION)?,
        year: file.header.require(&YEAR)?,
        emissions,
        scale: file.header.require_unit(emissions, &[])?.scale,
    };
    sink.notice(file.header.check_complete(&[&REGION], file.provenance.may_lack_columns)?);
    let series = file.last_year(columns.year).map(|year| format!("smhi-{year}"));
    let today = file.provenance.today;
    let publication = Publication {
        title: "Klimatkollen: emissions of Swedish municipalities".to_owned(),
        publisher: "Klimatkollen",
        licence: None,
        published: file.provenance.published,
    };
    let subject = |cells: &Cells<'_>| format!("{} {}", cells.at(columns.municipality), cells.at(columns.year));
    file.send_rows(sink, subject, |cells| columns.report(cells, &publication, series.as_deref(), today))
}

impl Columns {
    fn city(&self, cells: &Cells<'_>, today: NaiveDate) -> Result<Arc<City>, LeftOut> {
        let municipality = cells.at(self.municipality);
        let municipality =
            identifier(municipality).ok_or_else(|| left_out("no_city", "The row names no municipality."))?;
        let body = object([
            ("name", name(&municipality)),
            ("country", Some(json!("SE"))),
            ("region", name(cells.maybe(self.region))),
            ("identifiers", Some(json!({"klimatkollen": municipality}))),
        ]);
        city(&body, today)
    }

    fn report(
        &self,
        cells: &Cells<'_>,
        publication: &Publication,
        series: Option<&str>,
        today: NaiveDate,
    ) -> Result<RowRecords, LeftOut> {
        let city = self.city(cells, today)?;
        let stated = cells.at(self.year);
        let Some(year) = year(stated) else {
            return Err(left_out("no_year", format!("\"{}\" is no year.", quoted(stated))));
        };
        let tonnes = figure_in(self.scale, cells.at(self.emissions)).map_err(|no| match no {
            NoFigure::Empty => left_out("no_total", "The row states no emissions."),
            NoFigure::Text(text) => left_out("not_a_number", format!("The emissions are stated as \"{text}\".")),
        })?;
        let locator = format!("row {} {year}, column emissions", cells.at(self.municipality));
        let body = object([
            ("totals", Some(json!({"own": json(tonnes)}))),
            ("series", series.map(Value::from)),
            ("source", Some(publication.source(&locator))),
            ("note", Some(json!("Computed by SMHI, as Klimatkollen publishes it."))),
        ]);
        let report = parse_record(Kind::Report, &year.to_string(), &body, today)?;
        Ok(RowRecords { city, records: vec![report], remarks: Vec::new() })
    }
}
