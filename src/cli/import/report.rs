//! The report of an import: the outcome of every row, and the reason.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::api::response::table::harmless;
use crate::import::Place;
use crate::import::public::finding::file_name;
use crate::store::DatabaseUrl;

/// A row in the report.
pub(super) struct ReportedRow {
    /// Where the row is.
    pub place: Place,
    /// What the row is about, in the words of the file.
    pub subject: String,
    /// What a reader of the report should know about the row.
    pub remarks: String,
}

/// The outcome of a row, or of one record in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Verdict<'v> {
    pub city: &'v str,
    pub kind: &'v str,
    pub id: &'v str,
    pub outcome: &'v str,
    pub code: &'v str,
    pub detail: &'v str,
    pub warnings: &'v str,
}

/// The report file, as CSV.
pub(super) struct Report {
    path: PathBuf,
    writer: csv::Writer<File>,
    is_empty: bool,
}

impl Report {
    const COLUMNS: [&'static str; 11] =
        ["file", "sheet", "row", "subject", "outcome", "city", "kind", "id", "code", "detail", "warnings"];

    /// Creates the report as a new file. It never overwrites a file, which by mistake could be an input or the
    /// database.
    ///
    /// # Errors
    /// If the file exists, belongs to the database, or cannot be created.
    pub fn create(path: &Path, database: &DatabaseUrl) -> anyhow::Result<Self> {
        let name = file_name(path);
        let refused = || format!("{name} cannot be written");
        if database.files().iter().any(|file| resolve(file) == resolve(path)) {
            bail!("{name} is a file of the database; name another one for the report");
        }
        let file = match File::options().write(true).create_new(true).open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("{name} already exists; name a new file for the report, or remove that one")
            }
            other => other.with_context(refused)?,
        };
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(Self::COLUMNS).with_context(refused)?;
        Ok(Report { path: path.to_owned(), writer, is_empty: true })
    }

    /// Closes the report. Removes it if it has no rows.
    ///
    /// # Errors
    /// If it could not be written completely.
    pub fn close(mut self) -> anyhow::Result<()> {
        self.writer.flush().context("the report could not be written")?;
        if self.is_empty {
            std::fs::remove_file(&self.path).with_context(|| format!("{} cannot be removed", file_name(&self.path)))?;
        }
        Ok(())
    }

    /// Adds a row, or one record of it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, row: &ReportedRow, verdict: &Verdict<'_>) -> anyhow::Result<()> {
        self.is_empty = false;
        let place = &row.place;
        let number = place.row.to_string();
        let cells = [
            place.file.as_ref(),
            place.sheet.as_deref().unwrap_or_default(),
            &number,
            &row.subject,
            verdict.outcome,
            verdict.city,
            verdict.kind,
            verdict.id,
            verdict.code,
            verdict.detail,
            verdict.warnings,
        ];
        self.writer
            .write_record(cells.map(|cell| harmless(cell).into_owned()))
            .context("the report could not be written")
    }
}

/// The canonical path of a file that may not exist: its name in its canonical directory.
fn resolve(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().unwrap_or(folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}
