//! `pledgewatch import`: imports files of figures, row by row.

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
use crate::import::public::finding::{UNFINISHED, file_name, unfinished_notice};
use crate::import::public::format::Format;
use crate::import::public::source::SourceFile;
use crate::import::template::stream::{self, CityReport, TableRow};
use crate::import::{FileError, LeftOut, Place, Provenance, Row};
use crate::record::any_record::AnyRecord;
use crate::record::{CarriedOver, CityId, CityRecord, RecordKey};
use crate::registry::Refusal;
use crate::registry::bulk::Bulk;
use crate::registry::import_matching::{Arrival, ArrivalCity, ArrivalOutcome, ImportOutcome};

use namesakes::Namesakes;
use report::{Report, ReportedRow, Verdict};
use summary::Summary;

/// What to import, and how.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The format: cdp, covenant, klimatkollen, c40, uk, or table for the template with a column `city`.
    #[arg(value_parser = parse_layout)]
    format: Layout,
    /// The files, CSV or XLSX; `covenant` needs its signatories and inventory lines together.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    database: Database,
    /// Show what would happen, and write nothing; a missing database counts as an empty one.
    #[arg(long, env = "PLEDGEWATCH_DRY_RUN", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set, num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true)]
    dry_run: bool,
    /// A new CSV file for the outcome of every row; an existing file is never overwritten.
    #[arg(long, env = "PLEDGEWATCH_REPORT")]
    report: Option<PathBuf>,
    /// The day the files were published, if they do not say so; figures published later prevail.
    #[arg(long, env = "PLEDGEWATCH_PUBLISHED")]
    published: Option<NaiveDate>,
    /// Accept public files that lack columns of their layout; by default they are refused, since a missing column was
    /// probably renamed.
    #[arg(long, env = "PLEDGEWATCH_ALLOW_MISSING_COLUMNS", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set, num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true)]
    allow_missing_columns: bool,
    /// Who imports; shown with the records.
    #[arg(long, env = "PLEDGEWATCH_LABEL", default_value = "pledgewatch import")]
    label: String,
    /// The day to use as today.
    #[arg(long, env = "PLEDGEWATCH_TODAY", hide = true)]
    today: Option<NaiveDate>,
}

/// The layout of the files.
#[derive(Debug, Clone, Copy)]
enum Layout {
    /// A layout that others publish.
    Public(Format),
    /// The layout of our template.
    Table,
}

fn parse_layout(name: &str) -> Result<Layout, String> {
    let known: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
    match Format::from_word(name) {
        Some(format) => Ok(Layout::Public(format)),
        None if name == "table" => Ok(Layout::Table),
        None => Err(format!("must be one of {}, table", known.join(", "))),
    }
}

/// Imports the files, and prints a summary.
///
/// # Errors
/// The error that stopped it. What was recorded before stays recorded and is reported.
pub(super) fn run(args: &Import) -> anyhow::Result<()> {
    let Some(label) = crate::store::key::parse_label(&args.label) else {
        bail!("a label has 1 to 200 characters, none of them control characters");
    };
    let clock = clock(args.today);
    let today = clock.now().date_naive();
    if args.published.is_some_and(|day| day > today) {
        bail!("--published must not lie in the future");
    }
    let database = &args.database.database;
    let mut report = args.report.as_deref().map(|path| Report::create(path, database)).transpose()?;
    // Opening the database takes the lock too, to migrate it.
    let suspension = Suspension::defer()?;
    let outcome = Bulk::open(database, clock, args.dry_run).map_err(Into::into).and_then(|bulk| {
        let (waiting, summary) = (Vec::new(), Summary::default());
        let mut namesakes = Namesakes::default();
        bulk.cities().for_each(|(id, city)| namesakes.add(id, city));
        let batch = RowBatch {
            bulk,
            suspension,
            label: label.to_string(),
            report: report.as_mut(),
            waiting,
            summary,
            namesakes,
        };
        read(args, today, batch)
    });
    let closed = report.map_or(Ok(()), Report::close);
    outcome.and(closed)
}

/// Reads the files into the database, and prints the summary.
fn read(args: &Import, today: NaiveDate, mut batch: RowBatch<'_>) -> anyhow::Result<()> {
    let progress = progress(&args.files)?;
    let open = |path: &PathBuf| open_source(path, args, today, &progress);
    let files: Vec<SourceFile<'_>> = args.files.iter().map(open).collect::<anyhow::Result<_>>()?;
    let read = match args.format {
        Layout::Public(format) => read_public(format, files, &mut batch),
        Layout::Table => args.files.iter().zip(files).try_for_each(|(path, file)| read_table(path, file, &mut batch)),
    };
    let outcome = read.and_then(|()| batch.flush());
    batch.summary.notices.extend(batch.namesakes.message());
    progress.finish_and_clear();
    print(&batch.summary.message(args.dry_run))?;
    outcome
}

/// A progress bar on a terminal, hidden elsewhere.
fn progress(files: &[PathBuf]) -> anyhow::Result<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
    let bar = ProgressBar::new(files.iter().map(size).sum());
    Ok(bar.with_style(ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left")?))
}

fn open_source<'p>(
    path: &Path,
    args: &Import,
    today: NaiveDate,
    progress: &'p ProgressBar,
) -> anyhow::Result<SourceFile<'p>> {
    let name = file_name(path);
    let file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    let (published, may_lack_columns) = (args.published, args.allow_missing_columns);
    let provenance = Provenance { file: name, published, today, may_lack_columns };
    let reader: Box<dyn Read + 'p> = Box::new(progress.wrap_read(BufReader::new(file)));
    Ok(SourceFile { provenance, reader })
}

/// A row of a file, to be recorded or left out.
struct PendingRow {
    place: Place,
    subject: String,
    outcome: Result<Arrival, (String, String)>,
    remarks: String,
}

/// Reads public files and imports their rows in order of publication. So the earliest publication creates the city and
/// its history, whatever the order of the files.
fn read_public(format: Format, files: Vec<SourceFile<'_>>, batch: &mut RowBatch<'_>) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let read = format.read(files, &mut |row| {
        rows.push(row);
        Ok::<(), Infallible>(())
    });
    sort_by_publication(rows).into_iter().try_for_each(|row| batch.push(pending(row)))?;
    match read {
        Ok(notices) => {
            batch.summary.notices = notices;
            Ok(())
        }
        Err(ReadError::File(error @ FileError::ColumnsMissing { .. })) => {
            let message = anyhow!("{error}; --allow-missing-columns imports it as it is");
            batch.flush().and(Err(message))
        }
        Err(ReadError::File(error)) => batch.flush().and(Err(error.into())),
        Err(ReadError::Sink(never)) => match never {},
    }
}

/// Sorts rows by the day of publication, those without a day last. A row that is left out stays next to the row before
/// it.
fn sort_by_publication(rows: Vec<Row>) -> Vec<Row> {
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

/// Converts a row of a public file.
fn pending(row: Row) -> PendingRow {
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

/// Reads a table in the layout of our template.
///
/// If a city has a year twice, that is not a restatement. It is a mistake, or a table with a row for each sector, and
/// nobody can tell which row is meant. So the file is read twice: first to find such years.
fn read_table(path: &Path, file: SourceFile<'_>, batch: &mut RowBatch<'_>) -> anyhow::Result<()> {
    let SourceFile { provenance, reader } = file;
    let name = provenance.file;
    let first = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    if !first.metadata().is_ok_and(|metadata| metadata.is_file()) {
        bail!("{name} is not a regular file; a table is read twice, so save it as a file");
    }
    let known = |city: &CityId| batch.bulk.dossier(city.as_str()).is_some();
    let repeated = stream::find_duplicate_years(first, provenance.today, known).with_context(|| format!("{name}"))?;
    let rows = stream::open(reader, provenance.today).with_context(|| format!("{name}"))?;
    batch.summary.notices.extend(rows.unread_notice(&name));
    let (sheet, kept) = (rows.sheet.clone(), rows.kept());
    for row in rows {
        let TableRow { row, subject, outcome, is_unfinished } = row.with_context(|| format!("{name}"))?;
        let place = Place { file: Arc::clone(&name), sheet: sheet.clone(), row };
        let remarks = if is_unfinished { UNFINISHED.to_owned() } else { String::new() };
        batch.summary.notices.extend(is_unfinished.then(|| unfinished_notice(&name, row)));
        let outcome = match outcome {
            Ok(CityReport { city, report }) => repeated.check(&city, report.year, row).map(|()| {
                let record = with_publication(report.record, provenance.published);
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
        batch.push(PendingRow { place, subject, outcome, remarks })?;
    }
    Ok(())
}

/// Sets the day of publication of a report that has none.
fn with_publication(mut record: AnyRecord, published: Option<NaiveDate>) -> AnyRecord {
    if let AnyRecord::Inventory(report) = &mut record
        && report.source.published.is_none()
    {
        Arc::make_mut(report).source.published = published;
    }
    record
}

/// Rows waiting to be recorded.
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
    fn push(&mut self, row: PendingRow) -> anyhow::Result<()> {
        self.waiting.push(row);
        if self.waiting.len() < IMPORT_BATCH { Ok(()) } else { self.flush() }
    }

    /// Records the waiting rows and reports their outcomes.
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
        self.suspension.suspend_if_requested()?;
        let mut outcomes = arrivals.iter().zip(outcomes);
        for (row, left_out) in &rows {
            if let Some((code, detail)) = left_out {
                self.report_left_out(row, code, detail)?;
            } else {
                let (arrival, outcomes) = outcomes.next().context("every arrival has an outcome")?;
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
        let remark = match &arrival.city {
            ArrivalCity::Described(described) if outcomes.city_created => {
                self.namesakes.add_created(&outcomes.city, described)
            }
            _ => None,
        };
        let remarks: Vec<&str> = [row.remarks.as_str()].into_iter().chain(remark.as_deref()).collect();
        let detail = remarks.into_iter().filter(|remark| !remark.is_empty()).collect::<Vec<_>>().join("; ");
        for ((record, _), outcome) in arrival.records.iter().zip(&outcomes.records) {
            let (kind, id) = (record.kind(), RecordKey::OfCity(outcomes.city.clone(), record.clone()).id());
            let base = Verdict { city, kind: kind.as_str(), id: &id, ..Verdict::default() };
            match outcome {
                Err(refusal) => self.report_refused(row, &base, refusal)?,
                Ok(outcome) => {
                    *self.summary.outcomes.entry((kind, outcome_name(*outcome))).or_default() += 1;
                    let warnings = self.warnings(city, record);
                    self.summary.warned += usize::from(!warnings.is_empty());
                    let verdict =
                        Verdict { outcome: outcome_name(*outcome), detail: &detail, warnings: &warnings, ..base };
                    self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))?;
                }
            }
        }
        Ok(())
    }

    fn report_refused(&mut self, row: &ReportedRow, base: &Verdict<'_>, refusal: &Refusal) -> anyhow::Result<()> {
        let (code, detail) = describe(refusal);
        *self.summary.refused.entry(code.to_owned()).or_default() += 1;
        let verdict = Verdict { outcome: "refused", code, detail: &detail, ..*base };
        self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))
    }

    /// The codes of the warnings that apply to an inventory now.
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

const fn outcome_name(outcome: ImportOutcome) -> &'static str {
    match outcome {
        ImportOutcome::Created => "created",
        ImportOutcome::Revised => "revised",
        ImportOutcome::Known => "known",
        ImportOutcome::Earlier => "earlier",
        ImportOutcome::Dated => "dated",
    }
}

/// The code and a sentence that explain why a record was refused.
fn describe(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::Gone => ("gone", "It was withdrawn; an import does not restore it.".to_owned()),
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
