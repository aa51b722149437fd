//! The limits of files of figures.

/// Largest file of figures, in bytes.
pub const SHEET_BYTES: usize = 5 * 1024 * 1024;
/// Most rows of figures that are sent at once, without headers and remarks, over all sheets and files.
pub const SHEET_ROWS: usize = 5_000;
/// Most faults of one row that are told.
pub const SHEET_ROW_FAULTS: usize = 25;
/// Most faults that are told of the rows of a file, or of its headers.
pub const SHEET_FAULTS: usize = 1_000;
/// Most other rows, columns or sheets that a fault names.
pub const SHEET_OTHERS_NAMED: usize = 5;
/// Most columns of a sheet.
pub const SHEET_COLUMNS: usize = 256;
/// Largest row of a CSV file, in bytes.
pub const SHEET_ROW_BYTES: usize = 256 * 1024;
/// Largest content of a workbook once unpacked, in bytes: several times what as many rows as are read take.
pub const WORKBOOK_BYTES: u64 = 16 * 1024 * 1024;
/// Longest stretch of a part of a workbook without a tag, in bytes: a cell holds 32,767 characters at most.
pub const WORKBOOK_STRETCH_BYTES: usize = 1024 * 1024;
/// Most parts of a workbook's package.
pub const WORKBOOK_PARTS: usize = 2_000;
/// Most elements of the parts of a workbook, over all of them.
pub const WORKBOOK_ELEMENTS: usize = 4_000_000;
/// Most sheets of a workbook.
pub const WORKBOOK_SHEETS: usize = 100;
/// Most cells of the sheets of a workbook that are read, formatted ones without a value among them.
pub const WORKBOOK_CELLS: usize = 300_000;
/// Most text of the cells of a workbook that are read, in bytes.
pub const WORKBOOK_TEXT_BYTES: usize = 8 * 1024 * 1024;
/// Most texts that the cells of a workbook share.
pub const WORKBOOK_STRINGS: usize = 100_000;
/// Most formats of the cells of a workbook.
pub const WORKBOOK_FORMATS: usize = 4_000;
/// Most elements of the part of a workbook that has its formats.
pub const WORKBOOK_STYLE_ELEMENTS: usize = 200_000;
/// Longest element of the part of a workbook that has its formats, and longest path of a sheet, in bytes.
pub const WORKBOOK_ELEMENT_BYTES: usize = 2 * 1024;
/// Longest number format that is looked into, in characters: spreadsheets take no longer ones.
pub const NUMBER_FORMAT_CHARACTERS: usize = 255;
/// A cell's text is cut after so many characters in a message.
pub const SHEET_QUOTED_CHARACTERS: usize = 100;
/// Largest workbook that the command line brings in, in bytes; it is read whole, unlike CSV.
pub const IMPORT_WORKBOOK_BYTES: usize = 32 * 1024 * 1024;
/// Largest content of such a workbook once unpacked, in bytes.
pub const IMPORT_WORKBOOK_UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
/// Most texts that the cells of such a workbook share.
pub const IMPORT_WORKBOOK_STRINGS: usize = 500_000;
/// Most formats of the cells of such a workbook.
pub const IMPORT_WORKBOOK_FORMATS: usize = 20_000;
/// Most rows of figures of such a workbook, over all of its sheets.
pub const IMPORT_WORKBOOK_ROWS: usize = 100_000;
/// Most cells of such a workbook, formatted ones without a value among them.
pub const IMPORT_WORKBOOK_CELLS: usize = 1_000_000;
/// Most text of the cells of such a workbook, in bytes.
pub const IMPORT_WORKBOOK_TEXT_BYTES: usize = 64 * 1024 * 1024;
/// Rows of an import that share one transaction.
pub const IMPORT_BATCH: usize = 1_000;
/// Largest report of an import that is JSON, in bytes with its white space: four times what is recorded of it.
pub const JSON_REPORT_BYTES: usize = 256 * 1024;
