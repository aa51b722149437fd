//! UK local authorities: their yearly emissions, as the government's statistics have them.
//!
//! The unit and the gases are those that the header of the total names: the statistics until 2019 count CO2 alone, in
//! kt, later ones CO2e. People are counted in thousands. An authority is known by the code the file gives: the
//! nine characters of the Office for National Statistics in the register `ons`, any other code in
//! the register `uk_local_authority`.
//!
//! Each release computes every year since 2005 anew and supersedes those before, with which it cannot be compared
//! (Defra, "Emissions of carbon dioxide for local authority areas", September 2008, of the figures of 2005). So the
//! years of a file are one series, which is named after the last of them.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::record::Kind;

use super::file::{Cells, PublicFile};
use super::finding::{LeftOut, RowRecords};
use super::header::{Column, Header, words};
use super::records::{Publication, city, found, left_out, name, object};
use super::source::{Sink, SourceFile, Stop};
use crate::import::table::figure::{NoFigure, figure_in, json, population, quoted, year};
use crate::import::table::unit::{Scale, Substance, Unit};

const CODE: Column = Column {
    meaning: "the local authority's code",
    wordings: &[words(&["local", "authority", "code"], &[]), words(&["authority|gss|ons", "code"], &[])],
};
const NAME: Column = Column {
    meaning: "the local authority's name",
    wordings: &[
        words(&["official", "name"], &[]),
        words(&["authority", "name"], &["code"]),
        words(&["authority"], &["code"]),
    ],
};
const YEAR: Column =
    Column { meaning: "the year", wordings: &[words(&["year"], &[]), words(&["calendar", "year"], &[])] };
const TOTAL: Column = Column {
    meaning: "the total emissions",
    wordings: &[
        words(&["total", "emissions"], &["per", "km2", "capita", "person"]),
        words(&["grand", "total"], &["per", "km2", "capita", "person"]),
    ],
};
const POPULATION: Column = Column {
    meaning: "the population in thousands",
    wordings: &[words(&["population", "000s|thousand|thousands|1000s"], &[])],
};
/// The statistics until 2019 count CO2 alone.
const ALONE: &str = "CO2";

struct Columns {
    code: usize,
    name: usize,
    year: usize,
    total: usize,
    /// The unit of the total.
    unit: Unit,
    population: Option<usize>,
}

/// Whether a header is that of such a file.
fn recognises(header: &Header) -> bool {
    header.has(&[&CODE, &YEAR, &TOTAL])
}

/// Reads the file.
pub(in crate::import) fn read(file: SourceFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut file = PublicFile::open(file, recognises)?;
    let total = file.header.need(&TOTAL)?;
    let columns = Columns {
        code: file.header.need(&CODE)?,
        name: file.header.need(&NAME)?,
        year: file.header.need(&YEAR)?,
        total,
        unit: file.header.need_unit(total, &[ALONE])?,
        population: file.header.find(&POPULATION)?,
    };
    sink.notice(file.header.complete(&[&POPULATION], file.provenance.may_lack_columns)?);
    let series = file.last_year(columns.year).map(|year| format!("uk-la-{year}"));
    let today = file.provenance.today;
    let publication = Publication {
        title: format!(
            "UK local authority {} emissions",
            if columns.is_co2_alone() { "CO2" } else { "greenhouse gas" }
        ),
        publisher: "mySociety, from BEIS statistics",
        licence: Some("CC BY 4.0"),
        published: file.provenance.published,
    };
    let subject = |cells: &Cells<'_>| format!("{} {}", cells.at(columns.name), cells.at(columns.year));
    file.hand_on(sink, subject, |cells| columns.report(cells, &publication, series.as_deref(), today))
}

impl Columns {
    /// Whether the header of the total says that nothing but CO2 is counted.
    fn is_co2_alone(&self) -> bool {
        self.unit.of == Substance::Gas(ALONE)
    }

    /// The authority as the body of a city.
    fn authority(&self, cells: &Cells<'_>) -> Result<Value, LeftOut> {
        let code = cells.at(self.code);
        if code.is_empty() {
            return Err(left_out("no_city", "The row names no local authority's code."));
        }
        let national = code.len() == 9 && code.starts_with(['E', 'N', 'S', 'W']);
        let register =
            if national && code[1..].bytes().all(|b| b.is_ascii_digit()) { "ons" } else { "uk_local_authority" };
        Ok(object([
            ("name", name(cells.at(self.name))),
            ("country", Some(json!("GB"))),
            ("identifiers", Some(json!({register: code}))),
        ]))
    }

    fn report(
        &self,
        cells: &Cells<'_>,
        publication: &Publication,
        series: Option<&str>,
        today: NaiveDate,
    ) -> Result<RowRecords, LeftOut> {
        let city = city(&self.authority(cells)?, today)?;
        let stated = cells.at(self.year);
        let Some(year) = year(stated) else {
            return Err(left_out("no_year", format!("\"{}\" is no year.", quoted(stated))));
        };
        let tonnes = figure_in(self.unit.scale, cells.at(self.total)).map_err(|no| match no {
            NoFigure::Empty => left_out("no_total", "The row states no total."),
            NoFigure::Text(text) => left_out("not_a_number", format!("The total is stated as \"{text}\".")),
        })?;
        let mut remarks = Vec::new();
        let population = population(Scale::THOUSAND, cells.maybe(self.population), &mut remarks);
        let locator = format!("row {} {year}, total emissions", cells.at(self.code));
        let body = object([
            ("totals", Some(json!({"own": json(tonnes)}))),
            ("population", population.map(Value::from)),
            ("protocol", Some(json!("national"))),
            ("gases", self.is_co2_alone().then(|| json!(["co2"]))),
            ("series", series.map(Value::from)),
            ("source", Some(publication.source(&locator))),
        ]);
        let report = found(Kind::Report, &year.to_string(), &body, today)?;
        Ok(RowRecords { city, records: vec![report], remarks })
    }
}
