//! Finds formatting in a workbook that changes the meaning of cells: raised or struck out text, hidden rows and
//! columns.

use std::collections::HashMap;
use std::io::Cursor;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::import::limits::SHEET_COLUMNS;

use super::cell::{Mark, RefusedFile};
use super::package::damaged;

/// The row and the column of a cell, counted from 0.
pub(in crate::import) type Position = (u32, u32);

/// The formatting of the cells of a workbook.
pub(in crate::import) struct Styles<'b> {
    /// The package, whose parts are stored uncompressed.
    package: &'b [u8],
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// The parts by path, in lower case, because programs ignore case.
    parts: HashMap<String, usize>,
    /// The paths of the sheets' parts, in the order of the sheets.
    sheets: Vec<String>,
    /// The formatting of the shared strings, by index.
    texts: Vec<TextStyle>,
    /// The mark of each cell format.
    formats: Vec<Option<Mark>>,
}

/// The formatting of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct TextStyle {
    /// The mark of one of its runs.
    mark: Option<Mark>,
    /// True if a part of it has no format of its own and looks like its cell.
    is_bare: bool,
}

impl<'b> Styles<'b> {
    /// Opens a repacked workbook.
    pub fn open(package: &'b [u8]) -> Result<Self, RefusedFile> {
        let archive = ZipArchive::new(Cursor::new(package)).map_err(|_| damaged())?;
        let mut parts = HashMap::new();
        for index in 0..archive.len() {
            let name = archive.name_for_index(index).ok_or_else(damaged)?.map_err(|_| damaged())?;
            if parts.insert(name.replace('\\', "/").to_ascii_lowercase(), index).is_some() {
                return Err(damaged());
            }
        }
        let mut styles = Styles { package, archive, parts, sheets: Vec::new(), texts: Vec::new(), formats: Vec::new() };
        let book = styles.workbook()?;
        let (folder, file) = book.rsplit_once('/').map_or(("", book.as_str()), |(folder, file)| (folder, file));
        let within = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let targets = relations(styles.part(&within(&format!("_rels/{file}.rels")))?.ok_or_else(damaged)?)?;
        let workbook = styles.part(&book)?.ok_or_else(damaged)?;
        for id in sheet_relations(workbook)? {
            let (_, _, target) = targets.iter().find(|(known, ..)| *known == id).ok_or_else(damaged)?;
            let path = target.strip_prefix('/').map_or_else(|| within(target), str::to_owned);
            styles.sheets.push(path);
        }
        if let Some(text) = styles.part(&within("sharedStrings.xml"))? {
            styles.texts = shared_texts(text)?;
        }
        if let Some(text) = styles.part(&within("styles.xml"))? {
            styles.formats = formats(text)?;
        }
        Ok(styles)
    }

    /// The path of the part that lists the sheets.
    fn workbook(&mut self) -> Result<String, RefusedFile> {
        let package = self.part("_rels/.rels")?.ok_or_else(damaged)?;
        let mut relations = relations(package)?;
        relations.retain(|(_, kind, _)| kind.ends_with("/relationships/officeDocument"));
        let (_, _, target) = relations.pop().ok_or_else(damaged)?;
        Ok(target.strip_prefix('/').unwrap_or(&target).to_owned())
    }

    /// The text of a part, without copying it; none if there is no such part.
    fn part(&mut self, path: &str) -> Result<Option<&'b str>, RefusedFile> {
        let Some(index) = self.parts.get(&path.to_ascii_lowercase()) else { return Ok(None) };
        let part = self.archive.by_index(*index).map_err(|_| damaged())?;
        let range = part.data_start().and_then(|start| {
            let start = usize::try_from(start).ok()?;
            Some(start..start.checked_add(usize::try_from(part.size()).ok()?)?)
        });
        let text = range.and_then(|range| std::str::from_utf8(self.package.get(range)?).ok());
        text.map(Some).ok_or_else(damaged)
    }

    /// The text of the sheet's part at `index`, counted from 0.
    pub fn sheet(&mut self, index: usize) -> Result<&'b str, RefusedFile> {
        let path = self.sheets.get(index).cloned().ok_or_else(damaged)?;
        self.part(&path)?.ok_or_else(damaged)
    }

    /// The cells of a sheet in the order of its part, given the text of that part.
    pub fn cells<'t>(&'t self, sheet: &'t str) -> Result<CellStyles<'t>, RefusedFile> {
        let mut cells = CellStyles {
            xml: reader(sheet),
            styles: self,
            hidden_columns: vec![false; SHEET_COLUMNS],
            row: 0,
            column: 0,
            is_row_hidden: false,
        };
        loop {
            match event(&mut cells.xml)? {
                Event::Start(e) if e.local_name().as_ref() == "col" => {
                    for index in hidden_columns(&e) {
                        cells.hidden_columns[index] = true;
                    }
                }
                Event::Start(e) if e.local_name().as_ref() == "sheetData" => return Ok(cells),
                Event::Eof => return Err(damaged()),
                _ => {}
            }
        }
    }
}

/// The cells of a sheet, one by one.
pub(in crate::import) struct CellStyles<'t> {
    xml: Reader<&'t [u8]>,
    styles: &'t Styles<'t>,
    /// For each column, whether it is hidden.
    hidden_columns: Vec<bool>,
    row: u32,
    column: u32,
    is_row_hidden: bool,
}

impl CellStyles<'_> {
    /// The position and the mark of the next cell; none after the last.
    pub fn next(&mut self) -> Result<Option<(Position, Option<Mark>)>, RefusedFile> {
        loop {
            match event(&mut self.xml)? {
                Event::Start(e) if e.local_name().as_ref() == "row" => {
                    if let Some(number) = attribute(&e, "r") {
                        self.row = position(&number)?.0;
                    }
                    let height = attribute(&e, "ht").and_then(|height| height.parse::<f64>().ok());
                    self.is_row_hidden = is_true(&e, "hidden") || height == Some(0.0);
                }
                Event::End(e) if e.local_name().as_ref() == "row" => {
                    (self.row, self.column, self.is_row_hidden) = (self.row.saturating_add(1), 0, false);
                }
                Event::Start(e) if e.local_name().as_ref() == "c" => return self.cell(&e).map(Some),
                Event::End(e) if e.local_name().as_ref() == "sheetData" => return Ok(None),
                Event::Eof => return Err(damaged()),
                _ => {}
            }
        }
    }

    fn cell(&mut self, cell: &BytesStart<'_>) -> Result<(Position, Option<Mark>), RefusedFile> {
        let position = match attribute(cell, "r") {
            Some(reference) => {
                let (row, column) = position(&reference)?;
                self.column = column.ok_or_else(damaged)?;
                (row, self.column)
            }
            None => (self.row, self.column),
        };
        let is_shared = attribute(cell, "t").as_deref() == Some("s");
        let mut text = TextStyle { mark: None, is_bare: true };
        loop {
            match event(&mut self.xml)? {
                Event::Start(e) if e.local_name().as_ref() == "is" => text = text_style(&mut self.xml, "is")?,
                Event::Start(e) if e.local_name().as_ref() == "v" && is_shared => {
                    let index = content(&mut self.xml, "v")?.trim().parse::<usize>().ok();
                    text = index.and_then(|index| self.styles.texts.get(index)).copied().unwrap_or(text);
                }
                Event::End(e) if e.local_name().as_ref() == "c" => break,
                Event::Eof => return Err(damaged()),
                _ => {}
            }
        }
        self.column = self.column.saturating_add(1);
        let format = attribute(cell, "s").and_then(|index| index.parse::<usize>().ok()).unwrap_or(0);
        let own = self.styles.formats.get(format).copied().flatten().filter(|_| text.is_bare);
        let is_hidden = self.is_row_hidden || self.hidden_columns.get(position.1 as usize) == Some(&true);
        Ok((position, text.mark.max(own).max(is_hidden.then_some(Mark::Hidden))))
    }
}

fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    reader
}

fn event<'t>(xml: &mut Reader<&'t [u8]>) -> Result<Event<'t>, RefusedFile> {
    xml.read_event().map_err(|_| damaged())
}

/// The value of an attribute, if the element has it.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    Some(found.value.into_owned())
}

/// True if an attribute is set to a true value.
fn is_true(element: &BytesStart<'_>, name: &str) -> bool {
    matches!(attribute(element, name).as_deref(), Some("1" | "true" | "on"))
}

/// The row and, if given, the column of a reference such as `B7`.
fn position(reference: &str) -> Result<(u32, Option<u32>), RefusedFile> {
    let letters = reference.len() - reference.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let (letters, digits) = reference.split_at(letters);
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    let row = digits.parse::<u32>().ok().and_then(|row| row.checked_sub(1)).ok_or_else(damaged)?;
    Ok((row, column.ok_or_else(damaged)?.checked_sub(1)))
}

/// The columns that an element `col` hides. Columns beyond the limit do not matter.
fn hidden_columns(element: &BytesStart<'_>) -> std::ops::Range<usize> {
    let number = |name| attribute(element, name).and_then(|number| number.parse::<usize>().ok());
    let width = attribute(element, "width").and_then(|width| width.parse::<f64>().ok());
    match (number("min"), number("max")) {
        (Some(first), Some(last)) if is_true(element, "hidden") || width == Some(0.0) => {
            first.saturating_sub(1)..last.min(SHEET_COLUMNS)
        }
        _ => 0..0,
    }
}

/// The text content of the current element `name`.
fn content(xml: &mut Reader<&[u8]>, name: &str) -> Result<String, RefusedFile> {
    let mut text = String::new();
    loop {
        match event(xml)? {
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            // The entity itself does not matter, only that there is text.
            Event::GeneralRef(_) => text.push('&'),
            Event::End(e) if e.local_name().as_ref() == name => return Ok(text),
            Event::Eof => return Err(damaged()),
            _ => {}
        }
    }
}

/// The relations of a part: id, type and target.
fn relations(text: &str) -> Result<Vec<(String, String, String)>, RefusedFile> {
    let mut xml = reader(text);
    let mut relations = Vec::new();
    loop {
        match event(&mut xml)? {
            Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                let value = |name| attribute(&e, name).unwrap_or_default();
                relations.push((value("Id"), value("Type"), value("Target")));
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// The relation ids of the sheets, in their order.
fn sheet_relations(workbook: &str) -> Result<Vec<String>, RefusedFile> {
    let mut xml = reader(workbook);
    let mut ids = Vec::new();
    loop {
        match event(&mut xml)? {
            Event::Start(e) if e.local_name().as_ref() == "sheet" => {
                let mut attributes = e.attributes().flatten();
                let id =
                    attributes.find(|attribute| attribute.key.local_name().as_ref() == "id").ok_or_else(damaged)?;
                ids.push(id.value.into_owned());
            }
            Event::Eof => return Ok(ids),
            _ => {}
        }
    }
}

/// The formatting of each shared string.
fn shared_texts(text: &str) -> Result<Vec<TextStyle>, RefusedFile> {
    let mut xml = reader(text);
    let mut styles = Vec::new();
    loop {
        match event(&mut xml)? {
            Event::Start(e) if e.local_name().as_ref() == "si" => styles.push(text_style(&mut xml, "si")?),
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}

/// The formatting of the text in the current element `name`, run by run.
fn text_style(xml: &mut Reader<&[u8]>, name: &str) -> Result<TextStyle, RefusedFile> {
    let mut style = TextStyle::default();
    let mut run = Run::default();
    let mut last = ' ';
    let mut is_phonetic = false;
    loop {
        match event(xml)? {
            Event::Start(e) => match e.local_name().as_ref() {
                "r" => run = Run::default(),
                "rPr" => run.has_format = true,
                "rPh" => is_phonetic = true,
                "t" => {
                    let text = content(xml, "t")?;
                    if is_phonetic || text.trim().is_empty() {
                        continue;
                    }
                    // The lowered 2 of CO2 follows a letter. After a digit it would look like another digit.
                    let lowered = run.is_lowered && !last.is_alphabetic();
                    style.mark = style.mark.max(run.mark).max(lowered.then_some(Mark::Raised));
                    style.is_bare |= !run.has_format;
                    last = text.chars().next_back().unwrap_or(last);
                }
                _ => run.apply(&e),
            },
            Event::End(e) if e.local_name().as_ref() == "rPh" => is_phonetic = false,
            Event::End(e) if e.local_name().as_ref() == name => return Ok(style),
            Event::Eof => return Err(damaged()),
            _ => {}
        }
    }
}

/// The formatting of a run of text, or of a font.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    has_format: bool,
    mark: Option<Mark>,
    is_lowered: bool,
}

impl Run {
    /// Applies a format element.
    fn apply(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "strike" if attribute(element, "val").is_none() || is_true(element, "val") => {
                self.mark = self.mark.max(Some(Mark::StruckOut));
            }
            "vertAlign" => match attribute(element, "val").as_deref() {
                Some("superscript") => self.mark = self.mark.max(Some(Mark::Raised)),
                Some("subscript") => self.is_lowered = true,
                _ => {}
            },
            _ => {}
        }
    }
}

/// The mark of each cell format, from its font.
fn formats(styles: &str) -> Result<Vec<Option<Mark>>, RefusedFile> {
    let mut xml = reader(styles);
    let (mut fonts, mut formats): (Vec<Run>, Vec<usize>) = Default::default();
    let mut section = String::new();
    loop {
        match event(&mut xml)? {
            Event::Start(e) => match (section.as_str(), e.local_name().as_ref()) {
                ("", name @ ("fonts" | "cellXfs")) => name.clone_into(&mut section),
                ("fonts", "font") => fonts.push(Run::default()),
                ("fonts", _) => fonts.iter_mut().next_back().into_iter().for_each(|font| font.apply(&e)),
                ("cellXfs", "xf") => {
                    formats.push(attribute(&e, "fontId").and_then(|index| index.parse().ok()).unwrap_or(0));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == section => section.clear(),
            Event::Eof => break,
            _ => {}
        }
    }
    let mark = |font: usize| fonts.get(font).and_then(|font| font.mark.max(font.is_lowered.then_some(Mark::Raised)));
    Ok(formats.into_iter().map(mark).collect())
}
