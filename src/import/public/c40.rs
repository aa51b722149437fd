//! C40's dashboard data: GPC inventories line by line, with notation keys and stated totals.
//!
//! C40's own name identifies the cities: it is their identifier in the register `c40`. The year comes from the column
//! of calendar years; for a fiscal year that is the year in which it begins. The line VI.1, other scope 3, belongs to
//! no total of the GPC. It is left out if a city enters a negative value.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::record::Kind;
use crate::record::gpc::GpcRef;

use super::country::country;
use super::file::{Cells, PublicFile};
use super::finding::{LeftOut, RowRecords};
use super::header::{Column, Header, words};
use super::period;
use super::records::{Publication, city, identifier, left_out, name, object, parse_record, text};
use super::source::{Sink, SourceFile, Stop};
use crate::import::failure::FileError;
use crate::import::table::figure::{NoFigure, figure, figure_in, json, population, quoted, year};
use crate::import::table::unit::Scale;

const CITY: Column = Column { meaning: "the city", wordings: &[words(&["city"], &["year", "location", "boundary"])] };
const COUNTRY: Column = Column { meaning: "the country", wordings: &[words(&["country"], &[])] };
const YEAR: Column = Column {
    meaning: "the calendar year of the inventory",
    wordings: &[words(&["year", "calendar"], &["city"]), words(&["year"], &["city", "gdp", "population"])],
};
const PERIOD: Column = Column {
    meaning: "the year in the city's own words",
    wordings: &[words(&["year"], &["calendar", "city", "gdp", "population"])],
};
const BOUNDARY: Column = Column { meaning: "the boundary", wordings: &[words(&["boundary"], &[])] };
const LEVEL: Column = Column { meaning: "the level, BASIC or BASIC+", wordings: &[words(&["level"], &[])] };
const POPULATION: Column =
    Column { meaning: "the population", wordings: &[words(&["population"], &["year", "density"])] };
const BASIC: Column = Column {
    meaning: "the BASIC total",
    wordings: &[
        words(&["basic", "total"], &["stationary", "transport", "waste"]),
        words(&["basic"], &["stationary", "transport", "waste", "i", "ii", "iii"]),
    ],
};
const BASIC_PLUS: Column = Column {
    meaning: "the BASIC+ total",
    wordings: &[words(
        &["basic+"],
        &["stationary", "transport", "waste", "ippu", "afolu", "s3", "i", "ii", "iii", "iv", "v"],
    )],
};

struct Columns {
    city: usize,
    country: usize,
    year: usize,
    period: Option<usize>,
    boundary: Option<usize>,
    level: Option<usize>,
    population: Option<usize>,
    basic: (usize, Scale),
    basic_plus: Option<(usize, Scale)>,
    /// The GPC lines that the file has.
    lines: Vec<(GpcRef, usize)>,
}

/// True if a header is that of such a file.
fn recognises(header: &Header) -> bool {
    header.has(&[&CITY, &COUNTRY, &YEAR, &BASIC])
}

/// Reads the file.
pub(in crate::import) fn read(file: SourceFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let file = PublicFile::open(file, recognises)?;
    let columns = Columns::of(&file.header)?;
    let expected = [&PERIOD, &BOUNDARY, &LEVEL, &POPULATION, &BASIC_PLUS];
    sink.notice(file.header.check_complete(&expected, file.provenance.may_lack_columns)?);
    let today = file.provenance.today;
    let publication = Publication {
        title: "C40 GHG dashboard data".to_owned(),
        publisher: "C40 Cities",
        licence: Some("C40 terms"),
        published: file.provenance.published,
    };
    let subject = |cells: &Cells<'_>| format!("{} {}", cells.at(columns.city), cells.at(columns.year));
    file.send_rows(sink, subject, |cells| columns.report(cells, &publication, today))
}

impl Columns {
    fn of(header: &Header) -> Result<Self, FileError> {
        let line = |reference: GpcRef| {
            let index = header.find_exact(reference.as_str())?;
            Some((reference, index))
        };
        let with_scale = |index| Ok::<_, FileError>((index, header.scale(index)?));
        Ok(Columns {
            city: header.require(&CITY)?,
            country: header.require(&COUNTRY)?,
            year: header.require(&YEAR)?,
            period: header.find(&PERIOD)?,
            boundary: header.find(&BOUNDARY)?,
            level: header.find(&LEVEL)?,
            population: header.find(&POPULATION)?,
            basic: with_scale(header.require(&BASIC)?)?,
            basic_plus: header.find(&BASIC_PLUS)?.map(with_scale).transpose()?,
            lines: GpcRef::all().filter_map(line).collect(),
        })
    }

    fn report(&self, cells: &Cells<'_>, publication: &Publication, today: NaiveDate) -> Result<RowRecords, LeftOut> {
        let city_name = identifier(cells.at(self.city)).ok_or_else(|| left_out("no_city", "The row names no city."))?;
        let body = object([
            ("name", name(&city_name)),
            ("country", Some(json!(country(cells.at(self.country))?))),
            ("identifiers", Some(json!({"c40": city_name}))),
        ]);
        let city = city(&body, today)?;
        let stated = cells.at(self.year);
        let Some(year) = year(stated) else {
            return Err(left_out("no_year", format!("\"{}\" is no year.", quoted(stated))));
        };
        let mut remarks = Vec::new();
        let population = population(Scale::ONE, cells.maybe(self.population), &mut remarks);
        let body = object([
            ("period", period::in_words(cells.maybe(self.period), year)),
            ("totals", self.totals(cells)?),
            ("lines", self.lines(cells, &mut remarks)?),
            ("population", population.map(Value::from)),
            ("protocol", Some(json!("gpc"))),
            ("source", Some(publication.source(&format!("row {city_name}_{year}, columns I.1.1 to BASIC+")))),
            ("note", text(&self.note(cells, stated))),
        ]);
        let report = parse_record(Kind::Report, &year.to_string(), &body, today)?;
        Ok(RowRecords { city, records: vec![report], remarks })
    }

    /// The stated totals; none if neither is stated.
    fn totals(&self, cells: &Cells<'_>) -> Result<Option<Value>, LeftOut> {
        let figure = |(index, scale)| figure_in(scale, cells.at(index));
        let total = |column: Option<_>, level: &str| match column.map_or(Err(NoFigure::Empty), figure) {
            Ok(tonnes) => Ok(Some(json(tonnes))),
            Err(NoFigure::Empty) => Ok(None),
            Err(NoFigure::Text(text)) => {
                Err(left_out("not_a_number", format!("The {level} total is stated as \"{text}\".")))
            }
        };
        let (basic, plus) = (total(Some(self.basic), "BASIC")?, total(self.basic_plus, "BASIC+")?);
        if basic.is_none() && plus.is_none() {
            return Ok(None);
        }
        Ok(Some(object([("basic", basic), ("basic_plus", plus)])))
    }

    /// The lines with a value or a notation key. An empty cell says nothing, so the line counts as not estimated.
    fn lines(&self, cells: &Cells<'_>, remarks: &mut Vec<String>) -> Result<Option<Value>, LeftOut> {
        let mut lines = Vec::new();
        for (reference, index) in &self.lines {
            let line = line(*reference, cells.at(*index))?;
            let below_zero = line["tonnes"].as_f64().is_some_and(|tonnes| tonnes < 0.0);
            if reference.as_str() == "VI.1" && below_zero {
                remarks.push("VI.1 is below zero and left out; it belongs to no total".to_owned());
            } else {
                lines.push(line);
            }
        }
        Ok((!lines.is_empty()).then_some(Value::Array(lines)))
    }

    /// Further remarks in the row that a reader should know.
    fn note(&self, cells: &Cells<'_>, calendar_year: &str) -> String {
        let mut note = Vec::new();
        let boundary = cells.maybe(self.boundary);
        if !boundary.is_empty() {
            note.push(format!("Boundary: {boundary}."));
        }
        let own_words = cells.maybe(self.period);
        if !own_words.is_empty() && own_words != calendar_year {
            note.push(format!("The year is given as {own_words}."));
        }
        if cells.maybe(self.level).eq_ignore_ascii_case("basic") {
            let message = "C40 lists this inventory at level BASIC: the BASIC+ total holds only those further lines that were given.";
            note.push(message.to_owned());
        }
        note.join(" ")
    }
}

/// The line of a cell. If the cell is not a number, the line says why there is no value.
fn line(reference: GpcRef, cell: &str) -> Result<Value, LeftOut> {
    let line = reference.as_str();
    let notation = match figure(cell) {
        Ok(tonnes) => return Ok(json!({"ref": line, "tonnes": json(tonnes)})),
        Err(NoFigure::Empty) => "NE",
        Err(NoFigure::Text(text)) => notation(&text).ok_or_else(|| {
            left_out(
                "not_a_number",
                format!("Line {line} is stated as \"{text}\", neither a number nor a notation key."),
            )
        })?,
    };
    let explanation = (cell != notation).then_some(if cell.is_empty() { "The cell is empty." } else { cell });
    Ok(object([
        ("ref", Some(json!(line))),
        ("notation", Some(json!(notation))),
        ("explanation", explanation.and_then(text)),
    ]))
}

/// The notation key in a text. Any mention of IE means that the line is counted elsewhere.
fn notation(text: &str) -> Option<&'static str> {
    let mut keys = text.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|word| !word.is_empty());
    let first = keys.clone().next()?;
    if keys.any(|word| word == "IE") {
        return Some("IE");
    }
    ["NO", "NE", "C"].into_iter().find(|key| *key == first)
}
