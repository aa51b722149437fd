//! CDP open data, emissions or targets of cities: not read yet.

use super::csv_file::CsvFile;
use super::format::{Sink, SourceFile, Stop};

/// Reads the file.
pub(super) fn read(file: SourceFile<'_>, _sink: &mut Sink<'_>) -> Result<(), Stop> {
    Err(CsvFile::open(file)?.header.not_of_format("none yet").into())
}
