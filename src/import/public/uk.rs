//! UK local authorities: their yearly emissions, from the government's statistics.
//!
//! The header of the total names the unit and the gases. The statistics until 2019 count CO2 alone, in kt; later ones
//! count CO2e. The population is in thousands. The code in the file identifies an authority. The nine-character codes
//! of the Office for National Statistics are in the register `ons`, all others in the register `uk_local_authority`.
//!
//! Each release computes every year since 2005 again and replaces earlier releases. They cannot be compared with each
//! other (Defra, "Emissions of carbon dioxide for local authority areas", September 2008, on the figures of 2005). So
//! the years of a file form one series, named after the last of them.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::record::Kind;

use super::file::{Cells, PublicFile};
use super::finding::{LeftOut, RowRecords};
use super::header::{Column, Header, words};
use super::records::{Publication, city, left_out, name, object, parse_record};
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
/// The gas that the statistics until 2019 count alone.
const SINGLE_GAS: &str = "CO2";

struct Columns {
    code: usize,
    name: usize,
    year: usize,
    total: usize,
    /// The unit of the total.
    unit: Unit,
    population: Option<usize>,
}

/// True if a header is that of such a file.
fn recognises(header: &Header) -> bool {
    header.has(&[&CODE, &YEAR, &TOTAL])
}

/// Reads the file.
pub(in crate::import) fn read(file: SourceFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut file = PublicFile::open(file, recognises)?;
    let total = file.header.require(&TOTAL)?;
    let columns = Columns {
        code: file.header.require(&CODE)?,
        name: file.header.require(&NAME)?,
        year: file.header.require(&YEAR)?,
        total,
        unit: file.header.require_unit(total, &[SINGLE_GAS])?,
        population: file.header.find(&POPULATION)?,
    };
    sink.notice(file.header.check_complete(&[&POPULATION], file.provenance.may_lack_columns)?);
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
    file.send_rows(sink, subject, |cells| columns.report(cells, &publication, series.as_deref(), today))
}

impl Columns {
    /// True if the header of the total says that only CO2 is counted.
    fn is_co2_alone(&self) -> bool {
        self.unit.of == Substance::Gas(SINGLE_GAS)
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
        let report = parse_record(Kind::Report, &year.to_string(), &body, today)?;
        Ok(RowRecords { city, records: vec![report], remarks })
    }
}
