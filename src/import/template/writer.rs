//! Writes the template as files: empty, or filled with the reports of a city.

use std::sync::Arc;

use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};
use serde_json::Value;

use crate::import::limits::SHEET_ROWS;
use crate::record::Inventory;

use super::columns::{ALSO_STATED, Column, Kind, Sheet};
use super::filled::Cells;
use crate::import::table::csv::needs_apostrophe;
use crate::import::table::number;
use crate::import::table::sheets::READ_ME;

/// The text above the list of columns in the sheet `Read me`.
const ADVICE: [&str; 13] = [
    "One row of the sheet Reports is the inventory of one year. The sheet Lines may give it line by line, by GPC reference.",
    "Rows whose filled cells all begin with # are remarks and are not read. Columns may stand in any order; those you do not need can go.",
    "Totals of other sources for the same year stand in also_stated_1_level, also_stated_1_tonnes, also_stated_1_source_title and so on, \
        up to 8 of them. They stay as recorded where a file has no such column, and lines where it has none.",
    "A row is either recorded whole or refused with everything that is wrong with it, cell by cell.",
    "A row that says what is recorded already changes nothing. One that changes a published figure needs a reason.",
    "Figures are tonnes of CO2 equivalent. A cell may name another unit itself: 1233 kt, 1.5 Mt, 4 Gg.",
    "Best type figures as plain numbers. In text, 1 233 000, 1,233,000 and 1.233.000 are all understood, and so are 1,233.5 and 1.233,5.",
    "Refused, for it could be two numbers: 1,233 or 1.233 as text. Write 1233 or 1 233 for the larger, 1.2330 for the smaller.",
    "Leave a cell empty when a figure is not known: 0 means that nothing was emitted.",
    "Days are written 2020-12-31 or 31.12.2020, or are cells formatted as dates. 03/04/2020 is refused, for it could be two days.",
    "A cell with an error such as #REF!, or with a formula that was never computed, is refused.",
    "As CSV, save in UTF-8; commas, semicolons and tabs are understood. Sheets other than Reports and Lines are not read.",
    "Example: 2020 | total_basic 21049331 | population 3898474 | protocol gpc | gases co2, ch4, n2o | gwp ar5 | source_title Community inventory 2020",
];

/// The template as an XLSX workbook: `Reports`, `Lines` and `Read me`, filled with the reports of a city.
///
/// The same reports give the same bytes.
///
/// # Errors
/// If a report does not fit into a workbook, which no recorded report causes.
pub fn xlsx(reports: &[Arc<Inventory>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // Without it the time of writing would be in the file.
    let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title("pledgewatch reports").set_creation_datetime(&created));
    for sheet in [Sheet::Reports, Sheet::Lines] {
        fill(book.add_worksheet().set_name(sheet.name())?, sheet, reports)?;
    }
    explain(book.add_worksheet().set_name(READ_ME)?)?;
    book.save_to_buffer()
}

/// One sheet of the template as a CSV file, with a byte order mark so that spreadsheets recognize UTF-8.
///
/// Reports with lines need both files. If only the reports are imported again, recorded lines are kept.
///
/// # Errors
/// Never, because it is written to memory.
pub fn csv(sheet: Sheet, reports: &[Arc<Inventory>]) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let columns = columns(sheet, reports);
    writer.write_record(columns.iter().map(|column| column.name))?;
    writer.write_record(columns.iter().map(|column| remark(column)))?;
    for row in rows(sheet, reports) {
        writer.write_record(row.iter().map(|value| value.as_ref().map_or_else(String::new, csv_text)))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The meaning of a column, marked as a remark so that it is not read as figures.
fn remark(column: &Column) -> String {
    format!("# {}", column.meaning)
}

/// The columns of a sheet. The number of groups for other sources is the largest that a report needs.
fn columns(sheet: Sheet, reports: &[Arc<Inventory>]) -> Vec<&'static Column> {
    let stated = match sheet {
        Sheet::Reports => reports.iter().map(|report| report.also_stated.len()).max().unwrap_or(0),
        Sheet::Lines => 0,
    };
    sheet.columns().iter().chain(ALSO_STATED.iter().take(stated).flatten()).collect()
}

/// The rows of a sheet: for each column its value; none if there is none.
fn rows(sheet: Sheet, reports: &[Arc<Inventory>]) -> Vec<Vec<Option<Value>>> {
    let columns = columns(sheet, reports);
    let lines = |report: &Arc<Inventory>| -> Vec<Cells> {
        report.lines.iter().map(|line| Cells::of_line(report.year, line)).collect()
    };
    let cells: Vec<Cells> = match sheet {
        Sheet::Reports => reports.iter().map(|report| Cells::of_report(report)).collect(),
        Sheet::Lines => reports.iter().flat_map(lines).collect(),
    };
    cells.into_iter().map(|cells| cells.row(&columns)).collect()
}

/// The text of a value in CSV, where everything is text.
fn csv_text(value: &Value) -> String {
    match (value.as_f64(), value.as_str()) {
        (Some(number), _) => number::plain(number),
        (_, Some(text)) if needs_apostrophe(text) => format!("'{text}"),
        (_, text) => text.unwrap_or_default().to_owned(),
    }
}

/// The words that a cell of a column may contain; none if it is not restricted.
fn choices(kind: Kind) -> Option<Vec<&'static str>> {
    match kind {
        Kind::Word(words) => Some(words()),
        Kind::YesNo => Some(vec!["yes", "no"]),
        _ => None,
    }
}

/// Writes a sheet: fixed headers, their meaning, the reports, and lists of allowed words.
fn fill(sheet: &mut Worksheet, kind: Sheet, reports: &[Arc<Inventory>]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let grey = Format::new().set_italic().set_font_color(Color::Gray).set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_freeze_panes(1, 1)?;
    // Two rows are above the figures.
    let last = u32::try_from(SHEET_ROWS + 1).unwrap_or(u32::MAX);
    for (index, column) in (0_u16..).zip(columns(kind, reports)) {
        sheet.write_string_with_format(0, index, column.name, &bold)?;
        sheet.write_string_with_format(1, index, remark(column), &grey)?;
        sheet.set_column_width(index, 24)?;
        if let Some(words) = choices(column.kind) {
            let choice = DataValidation::new().allow_list_strings(&words)?;
            sheet.add_data_validation(2, index, last, index, &choice)?;
        }
    }
    for (number, row) in (2_u32..).zip(rows(kind, reports)) {
        for (index, value) in (0_u16..).zip(row) {
            match value {
                Some(Value::Number(amount)) => {
                    sheet.write_number(number, index, amount.as_f64().unwrap_or_default())?
                }
                Some(Value::String(text)) => sheet.write_string(number, index, text)?,
                _ => sheet,
            };
        }
    }
    Ok(())
}

/// Writes the sheet that explains the others.
fn explain(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_column_width(0, 12)?.set_column_width(1, 26)?.set_column_width(2, 90)?;
    let mut row = 0;
    for advice in ADVICE {
        sheet.merge_range(row, 0, row, 2, advice, &wrapped)?;
        sheet.set_row_height(row, 32)?;
        row += 1;
    }
    row += 1;
    for (index, title) in (0_u16..).zip(["Sheet", "Column", "Meaning"]) {
        sheet.write_string_with_format(row, index, title, &bold)?;
    }
    for kind in [Sheet::Reports, Sheet::Lines] {
        for column in kind.columns() {
            row += 1;
            sheet.write_string(row, 0, kind.name())?;
            sheet.write_string(row, 1, column.name)?;
            sheet.write_string_with_format(row, 2, column.meaning, &wrapped)?;
        }
    }
    Ok(())
}
