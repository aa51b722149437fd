//! The limits of files of figures.

/// The largest file of figures, in bytes.
pub const SHEET_BYTES: usize = 5 * 1024 * 1024;
/// The most rows of figures in one request, over all sheets and files, without headers and remarks.
pub const SHEET_ROWS: usize = 5_000;
/// The most faults that are reported for one row.
pub const SHEET_ROW_FAULTS: usize = 25;
/// The most faults that are reported for all rows of a file, or for its headers.
pub const SHEET_FAULTS: usize = 1_000;
/// The most other rows, columns or sheets that a fault names.
pub const SHEET_OTHERS_NAMED: usize = 5;
/// The most columns of a sheet.
pub const SHEET_COLUMNS: usize = 256;
/// The largest row of a CSV file, in bytes.
pub const SHEET_ROW_BYTES: usize = 256 * 1024;
/// The largest unpacked content of a workbook, in bytes: several times what the allowed rows need.
pub const WORKBOOK_BYTES: u64 = 16 * 1024 * 1024;
/// The longest run without a tag in a part of a workbook, in bytes. A cell holds at most 32,767 characters.
pub const WORKBOOK_STRETCH_BYTES: usize = 1024 * 1024;
/// The most parts of a workbook's package.
pub const WORKBOOK_PARTS: usize = 2_000;
/// The most XML elements in all parts of a workbook.
pub const WORKBOOK_ELEMENTS: usize = 4_000_000;
/// The most sheets of a workbook.
pub const WORKBOOK_SHEETS: usize = 100;
/// The most cells in the sheets that are read, including empty cells with a format.
pub const WORKBOOK_CELLS: usize = 300_000;
/// The most text in the cells that are read, in bytes.
pub const WORKBOOK_TEXT_BYTES: usize = 8 * 1024 * 1024;
/// The most shared strings of a workbook.
pub const WORKBOOK_STRINGS: usize = 100_000;
/// The most cell formats of a workbook.
pub const WORKBOOK_FORMATS: usize = 4_000;
/// The most XML elements in the part with the formats.
pub const WORKBOOK_STYLE_ELEMENTS: usize = 200_000;
/// The longest element in the part with the formats, and the longest path of a sheet, in bytes.
pub const WORKBOOK_ELEMENT_BYTES: usize = 2 * 1024;
/// The longest number format that is analysed, in characters. Spreadsheets accept no longer ones.
pub const NUMBER_FORMAT_CHARACTERS: usize = 255;
/// The length at which a cell's text is cut in a message, in characters.
pub const SHEET_QUOTED_CHARACTERS: usize = 100;
/// The largest workbook that the command line imports, in bytes. Unlike CSV it is read at once.
pub const IMPORT_WORKBOOK_BYTES: usize = 32 * 1024 * 1024;
/// The largest unpacked content of such a workbook, in bytes.
pub const IMPORT_WORKBOOK_UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
/// The most shared strings of such a workbook.
pub const IMPORT_WORKBOOK_STRINGS: usize = 500_000;
/// The most cell formats of such a workbook.
pub const IMPORT_WORKBOOK_FORMATS: usize = 20_000;
/// The most rows of figures in such a workbook, over all sheets.
pub const IMPORT_WORKBOOK_ROWS: usize = 100_000;
/// The most cells of such a workbook, including empty cells with a format.
pub const IMPORT_WORKBOOK_CELLS: usize = 1_000_000;
/// The most text in the cells of such a workbook, in bytes.
pub const IMPORT_WORKBOOK_TEXT_BYTES: usize = 64 * 1024 * 1024;
/// The rows of an import that share one transaction.
pub const IMPORT_BATCH: usize = 1_000;
/// The largest report in a JSON import, in bytes including white space: four times the size of a record.
pub const JSON_REPORT_BYTES: usize = 256 * 1024;
