//! The report of an import: what became of every row, and why.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::api::response::table::harmless;
use crate::import::Place;
use crate::import::public::finding::file_name;
use crate::store::DatabaseUrl;

/// A row as it is told of.
pub(super) struct ReportedRow {
    /// Where it stands.
    pub place: Place,
    /// What it is about, in the file's own words.
    pub subject: String,
    /// What a reader of the report should know of it.
    pub remarks: String,
}

/// What became of a row, or of one record of it.
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

/// A verdict on every row, as CSV.
pub(super) struct Report {
    path: PathBuf,
    writer: csv::Writer<File>,
    is_empty: bool,
}

impl Report {
    const COLUMNS: [&'static str; 11] =
        ["file", "sheet", "row", "subject", "outcome", "city", "kind", "id", "code", "detail", "warnings"];

    /// Begins a report in a file that is not there yet: it never takes the place of another, which a slip of the hand
    /// could make an input or the database.
    ///
    /// # Errors
    /// When there is such a file, it would be one of the database's, or it cannot be made.
    pub fn create(path: &Path, database: &DatabaseUrl) -> anyhow::Result<Self> {
        let name = file_name(path);
        let refused = || format!("{name} cannot be written");
        if database.files().iter().any(|file| place(file) == place(path)) {
            bail!("{name} is a file of the database; name another one for the report");
        }
        let file = match File::options().write(true).create_new(true).open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("{name} is there already; name a new file for the report, or remove that one")
            }
            other => other.with_context(refused)?,
        };
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(Self::COLUMNS).with_context(refused)?;
        Ok(Report { path: path.to_owned(), writer, is_empty: true })
    }

    /// Ends the report; one without a row is taken away again.
    ///
    /// # Errors
    /// When not all of it could be written.
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
    /// When it cannot be written.
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

/// Where a file is, or would be: its name in its folder, whatever way leads there.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().unwrap_or(folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}
