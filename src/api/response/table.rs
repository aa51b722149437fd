//! Rows as CSV: a column for each leaf of the documented shape, and nothing that a spreadsheet would run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The columns of a table, ready to be filled from rows.
pub struct Table {
    columns: Vec<String>,
    /// Where the columns stand, by the first of their names.
    places: Places,
    /// A row as JSON: it is written once and looked through once, however many columns there are.
    json: Vec<u8>,
}

/// What the members of an object lead to.
type Places = BTreeMap<String, Place>;

/// What a member leads to.
enum Place {
    /// The column of this number.
    Column(usize),
    /// An object with members that lead to columns.
    Within(Places),
}

impl Table {
    /// The table of these columns.
    #[must_use]
    pub fn new(columns: &[String]) -> Self {
        let mut places = Places::new();
        for (number, column) in columns.iter().enumerate() {
            add(&mut places, column, number);
        }
        Table { columns: columns.to_vec(), places, json: Vec::new() }
    }

    /// Adds the names of the columns.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn header(&self, bytes: &mut Vec<u8>) -> io::Result<()> {
        line(&self.columns, bytes)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written, which plain data always can.
    pub fn row<T: Serialize>(&mut self, row: &T, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.json.clear();
        serde_json::to_writer(&mut self.json, row)?;
        let mut cells: Vec<Option<&RawValue>> = vec![None; self.columns.len()];
        let mut reader = serde_json::Deserializer::from_slice(&self.json);
        Cells { places: &self.places, cells: &mut cells }.deserialize(&mut reader)?;
        let cells = cells.into_iter().map(cell).collect::<serde_json::Result<Vec<_>>>()?;
        line(cells.iter().map(|cell| cell.as_bytes()), bytes)
    }
}

/// Adds a line as RFC 4180 has it.
fn line<C: AsRef<[u8]>>(cells: impl IntoIterator<Item = C>, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(bytes);
    writer.write_record(cells)?;
    writer.flush()
}

/// The value of a row in one column.
#[must_use]
pub fn value_at<T: Serialize>(column: &str, row: &T) -> Option<Value> {
    let json = serde_json::to_vec(row).ok()?;
    let (mut places, mut cells) = (Places::new(), [None]);
    add(&mut places, column, 0);
    let mut reader = serde_json::Deserializer::from_slice(&json);
    Cells { places: &places, cells: &mut cells }.deserialize(&mut reader).ok()?;
    serde_json::from_str(cells[0]?.get()).ok()
}

fn add(places: &mut Places, path: &str, number: usize) {
    match path.split_once('.') {
        None => drop(places.insert(path.to_owned(), Place::Column(number))),
        Some((first, rest)) => {
            let within = places.entry(first.to_owned()).or_insert_with(|| Place::Within(Places::new()));
            if let Place::Within(places) = within {
                add(places, rest, number);
            }
        }
    }
}

/// Looks through an object for the cells of a row.
struct Cells<'t, 'c, 'json> {
    places: &'t Places,
    cells: &'c mut [Option<&'json RawValue>],
}

impl<'json> DeserializeSeed<'json> for Cells<'_, '_, 'json> {
    type Value = ();

    fn deserialize<D: Deserializer<'json>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'json> Visitor<'json> for Cells<'_, '_, 'json> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'json>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(name) = members.next_key::<&str>()? {
            match self.places.get(name) {
                Some(Place::Column(number)) => self.cells[*number] = Some(members.next_value()?),
                Some(Place::Within(places)) => members.next_value_seed(Cells { places, cells: self.cells })?,
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The text of a cell; the words of a list are joined by semicolons, and what a spreadsheet would run as a formula is made plain text.
fn cell(value: Option<&RawValue>) -> serde_json::Result<Cow<'_, str>> {
    let Some(json) = value.map(RawValue::get) else { return Ok(Cow::Borrowed("")) };
    match json.as_bytes().first() {
        Some(b'"') => {
            // Without an escape the text is what stands between the quotation marks.
            if !json.contains('\\') {
                return Ok(harmless(&json[1..json.len() - 1]));
            }
            let text: String = serde_json::from_str(json)?;
            Ok(Cow::Owned(harmless(&text).into_owned()))
        }
        Some(b'[') => {
            let elements: Vec<Value> = serde_json::from_str(json)?;
            Ok(Cow::Owned(match words(&elements) {
                Some(words) => harmless(&words.join(";")).into_owned(),
                None => Value::Array(elements).to_string(),
            }))
        }
        _ => Ok(Cow::Borrowed(json)),
    }
}

/// What a spreadsheet takes a formula by, in East Asia in full width too.
const FORMULA_BEGINS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// A text as a cell; what a spreadsheet would run as a formula is made plain text.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_BEGINS) { format!("'{text}").into() } else { text.into() }
}

/// The words of a list, those of things with a `code` being their codes; none for any other list.
pub fn words(elements: &[Value]) -> Option<Vec<&str>> {
    elements.iter().map(|element| element.as_str().or_else(|| element["code"].as_str())).collect()
}
