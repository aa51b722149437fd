//! `pledgewatch import`: files of figures, row by row, through the registry.

mod namesakes;
mod report;
mod summary;

use std::convert::Infallible;
use std::fs::File;
use std::io::{BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use chrono::NaiveDate;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::suspension::Suspension;
use super::{Database, clock, print};
use crate::answers::records;
use crate::import::failure::ReadError;
use crate::import::limits::IMPORT_BATCH;
use crate::import::public::finding::{UNFINISHED, breaks_off, file_name};
use crate::import::public::format::Format;
use crate::import::public::source::SourceFile;
use crate::import::template::stream::{self, CityReport, TableRow};
use crate::import::{FileError, LeftOut, Place, Provenance, Row};
use crate::record::any_record::AnyRecord;
use crate::record::{CarriedOver, CityId, CityRecord, RecordKey};
use crate::registry::Refusal;
use crate::registry::arrival::{Arrival, ArrivalCity, ArrivalOutcome, ImportOutcome};
use crate::registry::bulk::Bulk;

use namesakes::Namesakes;
use report::{Report, ReportedRow, Verdict};
use summary::Summary;

/// What to import, and how.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The format: cdp, covenant, klimatkollen, c40, uk, or table, which is the template with a column `city`.
    #[arg(value_parser = layout)]
    format: Layout,
    /// The files, CSV or XLSX; `covenant` needs its signatories and inventory lines together.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    database: Database,
    /// Say what would happen, and write nothing; a database that is not there counts as an empty one.
    #[arg(long, env = "PLEDGEWATCH_DRY_RUN", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set, num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true)]
    dry_run: bool,
    /// A CSV file to write a verdict on every row to; one that is there already is never overwritten.
    #[arg(long, env = "PLEDGEWATCH_REPORT")]
    report: Option<PathBuf>,
    /// The day the files were published, where they do not say so: figures published later stand.
    #[arg(long, env = "PLEDGEWATCH_PUBLISHED")]
    published: Option<NaiveDate>,
    /// Take public files that lack columns which files of their layout have; by default they are refused, as a column
    /// is more often renamed than gone.
    #[arg(long, env = "PLEDGEWATCH_ALLOW_MISSING_COLUMNS", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set, num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true)]
    allow_missing_columns: bool,
    /// By whom it is recorded; shown beside the records.
    #[arg(long, env = "PLEDGEWATCH_LABEL", default_value = "pledgewatch import")]
    label: String,
    /// The day to take for today.
    #[arg(long, env = "PLEDGEWATCH_TODAY", hide = true)]
    today: Option<NaiveDate>,
}

/// How the files are laid out.
#[derive(Debug, Clone, Copy)]
enum Layout {
    /// As somebody publishes them.
    Public(Format),
    /// As our template.
    Table,
}

fn layout(word: &str) -> Result<Layout, String> {
    let known: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
    match Format::from_word(word) {
        Some(format) => Ok(Layout::Public(format)),
        None if word == "table" => Ok(Layout::Table),
        None => Err(format!("must be one of {}, table", known.join(", "))),
    }
}

/// Imports, and prints a summary.
///
/// # Errors
/// What stopped it; what was recorded before stays recorded, and is told.
pub(super) fn run(asked: &Import) -> anyhow::Result<()> {
    let Some(label) = crate::store::keys::label(&asked.label) else {
        bail!("a label has 1 to 200 characters, none of them control characters");
    };
    let clock = clock(asked.today);
    let today = clock.now().date_naive();
    if asked.published.is_some_and(|day| day > today) {
        bail!("--published must not lie in the future");
    }
    let database = &asked.database.database;
    let mut report = asked.report.as_deref().map(|path| Report::create(path, database)).transpose()?;
    // Opening takes the lock too, to bring the database to this version.
    let suspension = Suspension::put_off()?;
    let outcome = Bulk::open(database, clock, asked.dry_run).map_err(Into::into).and_then(|bulk| {
        let (waiting, summary) = (Vec::new(), Summary::default());
        let mut namesakes = Namesakes::default();
        bulk.cities().for_each(|(id, city)| namesakes.note(id, city));
        let batch = RowBatch {
            bulk,
            suspension,
            label: label.to_string(),
            report: report.as_mut(),
            waiting,
            summary,
            namesakes,
        };
        read(asked, today, batch)
    });
    let closed = report.map_or(Ok(()), Report::close);
    outcome.and(closed)
}

/// Reads the files into the database, and prints the summary.
fn read(asked: &Import, today: NaiveDate, mut batch: RowBatch<'_>) -> anyhow::Result<()> {
    let progress = progress(&asked.files)?;
    let open = |path: &PathBuf| source(path, asked, today, &progress);
    let files: Vec<SourceFile<'_>> = asked.files.iter().map(open).collect::<anyhow::Result<_>>()?;
    let read = match asked.format {
        Layout::Public(format) => read_public(format, files, &mut batch),
        Layout::Table => asked.files.iter().zip(files).try_for_each(|(path, file)| read_table(path, file, &mut batch)),
    };
    let outcome = read.and_then(|()| batch.flush());
    batch.summary.notices.extend(batch.namesakes.message());
    progress.finish_and_clear();
    print(&batch.summary.message(asked.dry_run))?;
    outcome
}

/// A bar on a terminal, nothing elsewhere.
fn progress(files: &[PathBuf]) -> anyhow::Result<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
    let bar = ProgressBar::new(files.iter().map(size).sum());
    Ok(bar.with_style(ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left")?))
}

fn source<'p>(
    path: &Path,
    asked: &Import,
    today: NaiveDate,
    progress: &'p ProgressBar,
) -> anyhow::Result<SourceFile<'p>> {
    let name = file_name(path);
    let file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    let (published, may_lack_columns) = (asked.published, asked.allow_missing_columns);
    let provenance = Provenance { file: name, published, today, may_lack_columns };
    let reader: Box<dyn Read + 'p> = Box::new(progress.wrap_read(BufReader::new(file)));
    Ok(SourceFile { provenance, reader })
}

/// A row of a file, ready to be recorded or left out.
struct PendingRow {
    place: Place,
    subject: String,
    outcome: Result<Arrival, (String, String)>,
    remarks: String,
}

/// Reads public files and takes in their rows, those published first before the others: what was said first then makes
/// the city and its history, in whatever order the files are named.
fn read_public(format: Format, files: Vec<SourceFile<'_>>, batch: &mut RowBatch<'_>) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let read = format.read(files, &mut |row| {
        rows.push(row);
        Ok::<(), Infallible>(())
    });
    by_publication(rows).into_iter().try_for_each(|row| batch.take(public(row)))?;
    match read {
        Ok(notices) => {
            batch.summary.notices = notices;
            Ok(())
        }
        Err(ReadError::File(error @ FileError::ColumnsMissing { .. })) => {
            let message = anyhow!("{error}; with --allow-missing-columns it is taken as it is");
            batch.flush().and(Err(message))
        }
        Err(ReadError::File(error)) => batch.flush().and(Err(error.into())),
        Err(ReadError::Sink(never)) => match never {},
    }
}

/// Rows by the day on which they were published, those without a day last; a row that is left out stays beside the one
/// before it.
fn by_publication(rows: Vec<Row>) -> Vec<Row> {
    let mut last = None;
    let mut dated: Vec<(bool, Option<NaiveDate>, Row)> = Vec::with_capacity(rows.len());
    for row in rows {
        if let Ok(finding) = &row.outcome {
            last = finding.records.last().and_then(|found| found.record.published());
        }
        dated.push((last.is_none(), last, row));
    }
    dated.sort_by_key(|(undated, day, _)| (*undated, *day));
    dated.into_iter().map(|(_, _, row)| row).collect()
}

/// A row of a public file.
fn public(row: Row) -> PendingRow {
    let Row { place, subject, outcome } = row;
    match outcome {
        Err(LeftOut { code, detail }) => {
            PendingRow { place, subject, outcome: Err((code.to_owned(), detail)), remarks: String::new() }
        }
        Ok(finding) => {
            let records = finding.records.into_iter().map(|found| (found.key, found.record)).collect();
            let city = ArrivalCity::Described(finding.city);
            let arrival =
                Arrival { city, records, place: place.to_string(), reason: None, kept: CarriedOver::default() };
            PendingRow { place, subject, outcome: Ok(arrival), remarks: finding.remarks.join("; ") }
        }
    }
}

/// Reads a table laid out as our template.
///
/// A year that a city has twice is no restatement but a slip, or a table with a row for each sector: which row is meant,
/// nobody can say. So the file is read twice: first for the years that its cities have more than once.
fn read_table(path: &Path, file: SourceFile<'_>, batch: &mut RowBatch<'_>) -> anyhow::Result<()> {
    let SourceFile { provenance, reader } = file;
    let name = provenance.file;
    let first = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    if !first.metadata().is_ok_and(|about| about.is_file()) {
        bail!("{name} is no file that can be read twice, as a table is; save it as one");
    }
    let known = |city: &CityId| batch.bulk.dossier(city.as_str()).is_some();
    let repeated = stream::repeated(first, provenance.today, known).with_context(|| format!("{name}"))?;
    let rows = stream::open(reader, provenance.today).with_context(|| format!("{name}"))?;
    batch.summary.notices.extend(rows.told_unread(&name));
    let (sheet, kept) = (rows.sheet.clone(), rows.kept());
    for row in rows {
        let TableRow { row, subject, outcome, unfinished } = row.with_context(|| format!("{name}"))?;
        let place = Place { file: Arc::clone(&name), sheet: sheet.clone(), row };
        let remarks = if unfinished { UNFINISHED.to_owned() } else { String::new() };
        batch.summary.notices.extend(unfinished.then(|| breaks_off(&name, row)));
        let outcome = match outcome {
            Ok(CityReport { city, report }) => repeated.check(&city, report.year, row).map(|()| {
                let record = dated(report.record, provenance.published);
                let records = vec![(CityRecord::Report(report.year), record)];
                let (city, place, reason) = (ArrivalCity::Id(city), place.to_string(), report.reason);
                Arrival { city, records, place, reason, kept }
            }),
            Err(faults) => {
                let code = faults.first().map_or_else(String::new, |fault| fault.code.clone());
                let message: Vec<String> = faults.iter().map(ToString::to_string).collect();
                Err((code, message.join("; ")))
            }
        };
        batch.take(PendingRow { place, subject, outcome, remarks })?;
    }
    Ok(())
}

/// A report with the day its file was published, where it has none of its own.
fn dated(mut record: AnyRecord, published: Option<NaiveDate>) -> AnyRecord {
    if let AnyRecord::Inventory(report) = &mut record
        && report.source.published.is_none()
    {
        Arc::make_mut(report).source.published = published;
    }
    record
}

/// Rows on their way into the database.
struct RowBatch<'r> {
    bulk: Bulk,
    suspension: Suspension,
    label: String,
    report: Option<&'r mut Report>,
    waiting: Vec<PendingRow>,
    summary: Summary,
    namesakes: Namesakes,
}

impl RowBatch<'_> {
    fn take(&mut self, row: PendingRow) -> anyhow::Result<()> {
        self.waiting.push(row);
        if self.waiting.len() < IMPORT_BATCH { Ok(()) } else { self.flush() }
    }

    /// Records what is waiting, and tells what became of it.
    fn flush(&mut self) -> anyhow::Result<()> {
        let mut arrivals = Vec::new();
        let mut rows = Vec::new();
        for PendingRow { place, subject, outcome, remarks } in std::mem::take(&mut self.waiting) {
            let left_out = match outcome {
                Ok(arrival) => {
                    arrivals.push(arrival);
                    None
                }
                Err(reason) => Some(reason),
            };
            rows.push((ReportedRow { place, subject, remarks }, left_out));
        }
        let outcomes = self.bulk.import(&arrivals, &self.label)?;
        self.suspension.stop_if_asked()?;
        let mut outcomes = arrivals.iter().zip(outcomes);
        for (row, left_out) in &rows {
            if let Some((code, detail)) = left_out {
                self.report_left_out(row, code, detail)?;
            } else {
                let (arrival, outcomes) = outcomes.next().context("every arrival has landed or was refused")?;
                self.report_row(row, arrival, outcomes)?;
            }
        }
        Ok(())
    }

    fn report_left_out(&mut self, row: &ReportedRow, code: &str, detail: &str) -> anyhow::Result<()> {
        *self.summary.left_out.entry(code.to_owned()).or_default() += 1;
        let verdict = Verdict { outcome: "left_out", code, detail, ..Verdict::default() };
        self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))
    }

    fn report_row(
        &mut self,
        row: &ReportedRow,
        arrival: &Arrival,
        outcomes: Result<ArrivalOutcome, Refusal>,
    ) -> anyhow::Result<()> {
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(refusal) => return self.report_refused(row, &Verdict::default(), &refusal),
        };
        self.summary.cities += usize::from(outcomes.city_created);
        let city = outcomes.city.as_str();
        let made = match &arrival.city {
            ArrivalCity::Described(described) if outcomes.city_created => {
                self.namesakes.note_made(&outcomes.city, described)
            }
            _ => None,
        };
        let remarks: Vec<&str> = [row.remarks.as_str()].into_iter().chain(made.as_deref()).collect();
        let detail = remarks.into_iter().filter(|remark| !remark.is_empty()).collect::<Vec<_>>().join("; ");
        for ((record, _), outcome) in arrival.records.iter().zip(&outcomes.records) {
            let (kind, id) = (record.kind(), RecordKey::OfCity(outcomes.city.clone(), record.clone()).id());
            let about = Verdict { city, kind: kind.as_str(), id: &id, ..Verdict::default() };
            match outcome {
                Err(refusal) => self.report_refused(row, &about, refusal)?,
                Ok(outcome) => {
                    *self.summary.outcomes.entry((kind, word(*outcome))).or_default() += 1;
                    let warnings = self.warnings(city, record);
                    self.summary.warned += usize::from(!warnings.is_empty());
                    let verdict = Verdict { outcome: word(*outcome), detail: &detail, warnings: &warnings, ..about };
                    self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))?;
                }
            }
        }
        Ok(())
    }

    fn report_refused(&mut self, row: &ReportedRow, about: &Verdict<'_>, refusal: &Refusal) -> anyhow::Result<()> {
        let (code, detail) = why(refusal);
        *self.summary.refused.entry(code.to_owned()).or_default() += 1;
        let verdict = Verdict { outcome: "refused", code, detail: &detail, ..*about };
        self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))
    }

    /// The codes of the warnings that hold for an inventory as it stands now.
    fn warnings(&self, city: &str, record: &CityRecord) -> String {
        let Some(dossier) = self.bulk.dossier(city) else { return String::new() };
        let answer = match record {
            CityRecord::Baseline(id) => records::baseline(dossier, id.as_str()),
            CityRecord::Report(year) => records::report(dossier, *year),
            _ => None,
        };
        let codes = answer.iter().flat_map(|answer| &answer.warnings).map(|warning| warning.code.as_str());
        let mut codes: Vec<&str> = codes.collect();
        codes.dedup();
        codes.join(";")
    }
}

const fn word(outcome: ImportOutcome) -> &'static str {
    match outcome {
        ImportOutcome::Created => "created",
        ImportOutcome::Revised => "revised",
        ImportOutcome::Known => "known",
        ImportOutcome::Earlier => "earlier",
        ImportOutcome::Dated => "dated",
    }
}

/// Why a record was not taken, as a word and a sentence.
fn why(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::Gone => ("gone", "It was withdrawn; an import does not bring it back.".to_owned()),
        Refusal::Invalid(faults) => {
            let message: Vec<String> =
                faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
            ("invalid", message.join("; "))
        }
        Refusal::IdentifierTaken(message) => ("identifier_taken", message.clone()),
        Refusal::TooManyRecords(message) => ("too_many_records", message.clone()),
        Refusal::NotFound => ("unknown_city", "There is no such city.".to_owned()),
        other => ("not_recorded", format!("{other:?}")),
    }
}
