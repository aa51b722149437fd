//! Rows as CSV: a column for each leaf of the documented shape, and nothing that a spreadsheet would run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The columns of a table of CSV, ready to be filled from rows.
pub struct Table {
    columns: Vec<String>,
    finder: Finder,
}

/// What finds the cells of rows.
pub struct Finder {
    /// How many columns there are.
    count: usize,
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
        Table { columns: columns.to_vec(), finder: Finder::new(columns) }
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
        let cells = self.finder.cells(row)?;
        let cells = cells.into_iter().map(cell).collect::<serde_json::Result<Vec<_>>>()?;
        line(cells.iter().map(|cell| cell.as_bytes()), bytes)
    }
}

impl Finder {
    /// The one of these columns.
    #[must_use]
    pub fn new(columns: &[String]) -> Self {
        let mut places = Places::new();
        for (number, column) in columns.iter().enumerate() {
            add(&mut places, column, number);
        }
        Finder { count: columns.len(), places, json: Vec::new() }
    }

    /// The cells of a row as JSON, in the order of the columns; none where the row has nothing.
    ///
    /// # Errors
    /// When it cannot be written, which plain data always can.
    pub fn cells<T: Serialize>(&mut self, row: &T) -> serde_json::Result<Vec<Option<&RawValue>>> {
        self.json.clear();
        serde_json::to_writer(&mut self.json, row)?;
        let mut cells = vec![None; self.count];
        let mut reader = serde_json::Deserializer::from_slice(&self.json);
        Cells { places: &self.places, cells: &mut cells }.deserialize(&mut reader)?;
        Ok(cells)
    }

    /// How long the last row is as JSON, in bytes.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.json.len()
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
    let mut finder = Finder::new(&[column.to_owned()]);
    let cells = finder.cells(row).ok()?;
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

/// The text of a cell; what a spreadsheet would run as a formula is made plain text.
fn cell(value: Option<&RawValue>) -> serde_json::Result<Cow<'_, str>> {
    let Some(value) = value else { return Ok(Cow::Borrowed("")) };
    Ok(match (text(value)?, value.get().as_bytes().first()) {
        (Cow::Borrowed(text), Some(b'"')) => harmless(text),
        (Cow::Owned(text), Some(b'"' | b'[')) => Cow::Owned(harmless(&text).into_owned()),
        (plain, _) => plain,
    })
}

/// A value as text: the words of a list are joined by semicolons, what is not words stays JSON.
///
/// # Errors
/// When it is not JSON.
pub fn text(value: &RawValue) -> serde_json::Result<Cow<'_, str>> {
    let json = value.get();
    match json.as_bytes().first() {
        // Without an escape the text is what stands between the quotation marks.
        Some(b'"') if !json.contains('\\') => Ok(Cow::Borrowed(&json[1..json.len() - 1])),
        Some(b'"') => Ok(Cow::Owned(serde_json::from_str(json)?)),
        Some(b'[') => {
            let elements: Vec<Value> = serde_json::from_str(json)?;
            let joined = words(&elements).map(|words| words.join(";"));
            Ok(Cow::Owned(joined.unwrap_or_else(|| Value::Array(elements).to_string())))
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
