//! `pledgewatch import`: files of figures, row by row, through the registry.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Database, clock, print};
use crate::api::csv::harmless;
use crate::import::failure::ReadError;
use crate::import::format::{Format, SourceFile};
use crate::import::stream::{self, CityReport, TableRow};
use crate::import::{LeftOut, Place, Provenance, Row};
use crate::record::limits::IMPORT_BATCH;
use crate::record::{Kind, Year};
use crate::registry::Refusal;
use crate::registry::answers;
use crate::registry::arrival::{Arrival, ArrivalCity, Landed, Landing};
use crate::registry::bulk::Bulk;

/// What to import, and how.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The format: cdp, covenant, klimatkollen, c40, uk, or table, which is the template as CSV with a column `city`.
    #[arg(value_parser = layout)]
    format: Layout,
    /// The files; `covenant` needs its signatories and inventory lines together.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    database: Database,
    /// Say what would happen, and change nothing.
    #[arg(long, env = "PLEDGEWATCH_DRY_RUN", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set, num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true)]
    dry_run: bool,
    /// A CSV file to write a verdict on every row to.
    #[arg(long, env = "PLEDGEWATCH_REPORT")]
    report: Option<PathBuf>,
    /// The day the files were published, where they do not say so: figures published later stand.
    #[arg(long, env = "PLEDGEWATCH_PUBLISHED")]
    published: Option<NaiveDate>,
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
    let today = clock().date_naive();
    let bulk = Bulk::open(&asked.database.database, clock, asked.dry_run)?;
    let progress = progress(&asked.files)?;
    let open = |path: &PathBuf| source(path, asked.published, today, &progress);
    let files: Vec<SourceFile<'_>> = asked.files.iter().map(open).collect::<anyhow::Result<_>>()?;
    let report = asked.report.as_deref().map(Report::create).transpose()?;
    let mut intake =
        Intake { bulk, label: label.to_string(), report, waiting: Vec::new(), summary: Summary::default() };
    let read = match asked.format {
        Layout::Public(format) => match format.read(files, &mut |row| intake.take(public(row))) {
            Err(ReadError::File(error)) => intake.flush().and(Err(error.into())),
            Err(ReadError::Sink(error)) => Err(error),
            Ok(()) => Ok(()),
        },
        Layout::Table => files.into_iter().try_for_each(|file| read_table(file, &mut intake)),
    };
    let outcome = read.and_then(|()| intake.flush());
    progress.finish_and_clear();
    print(&intake.summary.told(asked.dry_run))?;
    if let Some(report) = &mut intake.report {
        report.writer.flush().context("the report could not be written")?;
    }
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
    published: Option<NaiveDate>,
    today: NaiveDate,
    progress: &'p ProgressBar,
) -> anyhow::Result<SourceFile<'p>> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let provenance = Provenance { file: Arc::from(name), published, today };
    let reader: Box<dyn Read + 'p> = Box::new(progress.wrap_read(BufReader::new(file)));
    Ok(SourceFile { provenance, reader })
}

/// A row of a file, ready to be recorded or left out.
struct Incoming {
    place: Place,
    subject: String,
    outcome: Result<Arrival, (String, String)>,
    remarks: String,
}

/// A row of a public file.
fn public(row: Row) -> Incoming {
    let Row { place, subject, outcome } = row;
    match outcome {
        Err(LeftOut { code, detail }) => {
            Incoming { place, subject, outcome: Err((code.to_owned(), detail)), remarks: String::new() }
        }
        Ok(finding) => {
            let records = finding.records.into_iter().map(|found| (found.kind, found.id, found.record)).collect();
            let city = ArrivalCity::Described(finding.city);
            let arrival = Arrival { city, records, place: place.to_string(), reason: None };
            Incoming { place, subject, outcome: Ok(arrival), remarks: finding.remarks.join("; ") }
        }
    }
}

/// Reads a table laid out as our template.
fn read_table(file: SourceFile<'_>, intake: &mut Intake) -> anyhow::Result<()> {
    let SourceFile { provenance, reader } = file;
    let name = provenance.file;
    let rows = stream::open(BufReader::new(reader), provenance.today).with_context(|| format!("{name}"))?;
    for row in rows {
        let TableRow { row, subject, outcome } = row.with_context(|| format!("{name}"))?;
        let place = Place { file: Arc::clone(&name), sheet: None, row };
        let outcome = match outcome {
            Ok(CityReport { city, report }) => {
                let records = vec![(Kind::Report, report.year.to_string(), report.record)];
                Ok(Arrival { city: ArrivalCity::Id(city), records, place: place.to_string(), reason: report.reason })
            }
            Err(faults) => {
                let code = faults.first().map_or_else(String::new, |fault| fault.code.clone());
                let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
                Err((code, told.join("; ")))
            }
        };
        intake.take(Incoming { place, subject, outcome, remarks: String::new() })?;
    }
    Ok(())
}

/// Rows on their way into the database.
struct Intake {
    bulk: Bulk,
    label: String,
    report: Option<Report>,
    waiting: Vec<Incoming>,
    summary: Summary,
}

impl Intake {
    fn take(&mut self, row: Incoming) -> anyhow::Result<()> {
        self.waiting.push(row);
        if self.waiting.len() < IMPORT_BATCH { Ok(()) } else { self.flush() }
    }

    /// Records what is waiting, and tells what became of it.
    fn flush(&mut self) -> anyhow::Result<()> {
        let mut arrivals = Vec::new();
        let mut rows = Vec::new();
        for Incoming { place, subject, outcome, remarks } in std::mem::take(&mut self.waiting) {
            let left_out = match outcome {
                Ok(arrival) => {
                    arrivals.push(arrival);
                    None
                }
                Err(reason) => Some(reason),
            };
            rows.push((Told { place, subject, remarks }, left_out));
        }
        let landed = self.bulk.land(&arrivals, &self.label)?;
        let mut landed = arrivals.iter().zip(landed);
        for (row, left_out) in &rows {
            if let Some((code, detail)) = left_out {
                self.tell_left_out(row, code, detail)?;
            } else {
                let (arrival, landed) = landed.next().context("every arrival has landed or was refused")?;
                self.tell(row, arrival, landed)?;
            }
        }
        Ok(())
    }

    fn tell_left_out(&mut self, row: &Told, code: &str, detail: &str) -> anyhow::Result<()> {
        *self.summary.left_out.entry(code.to_owned()).or_default() += 1;
        let verdict = Verdict { outcome: "left_out", code, detail, ..Verdict::default() };
        self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))
    }

    fn tell(&mut self, row: &Told, arrival: &Arrival, landed: Result<Landed, Refusal>) -> anyhow::Result<()> {
        let landed = match landed {
            Ok(landed) => landed,
            Err(refusal) => return self.tell_refused(row, &Verdict::default(), &refusal),
        };
        self.summary.cities += usize::from(landed.city_created);
        let city = landed.city.as_str();
        for ((kind, id, _), outcome) in arrival.records.iter().zip(&landed.records) {
            let about = Verdict { city, kind: kind.as_str(), id, ..Verdict::default() };
            match outcome {
                Err(refusal) => self.tell_refused(row, &about, refusal)?,
                Ok(landing) => {
                    *self.summary.landed.entry((*kind, word(*landing))).or_default() += 1;
                    let warnings = self.warnings(city, *kind, id);
                    self.summary.warned += usize::from(!warnings.is_empty());
                    let verdict =
                        Verdict { outcome: word(*landing), detail: &row.remarks, warnings: &warnings, ..about };
                    self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))?;
                }
            }
        }
        Ok(())
    }

    fn tell_refused(&mut self, row: &Told, about: &Verdict<'_>, refusal: &Refusal) -> anyhow::Result<()> {
        let (code, detail) = why(refusal);
        *self.summary.refused.entry(code.to_owned()).or_default() += 1;
        let verdict = Verdict { outcome: "refused", code, detail: &detail, ..*about };
        self.report.iter_mut().try_for_each(|report| report.add(row, &verdict))
    }

    /// The codes of the warnings that hold for an inventory as it stands now.
    fn warnings(&self, city: &str, kind: Kind, id: &str) -> String {
        let Some(dossier) = self.bulk.dossier(city) else { return String::new() };
        let answer = match kind {
            Kind::Baseline => answers::baseline(dossier, id),
            Kind::Report => Year::from_id(id).and_then(|year| answers::report(dossier, year)),
            _ => None,
        };
        let codes = answer.iter().flat_map(|answer| &answer.warnings).map(|warning| warning.code.as_str());
        let mut codes: Vec<&str> = codes.collect();
        codes.dedup();
        codes.join(";")
    }
}

/// A row as it is told of.
struct Told {
    place: Place,
    subject: String,
    remarks: String,
}

const fn word(landing: Landing) -> &'static str {
    match landing {
        Landing::Created => "created",
        Landing::Revised => "revised",
        Landing::Known => "known",
        Landing::Earlier => "earlier",
        Landing::Dated => "dated",
    }
}

/// Why a record was not taken, as a word and a sentence.
fn why(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::Gone => ("gone", "It was withdrawn; an import does not bring it back.".to_owned()),
        Refusal::Invalid(faults) => {
            let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
            ("invalid", told.join("; "))
        }
        Refusal::IdentifierTaken(told) => ("identifier_taken", told.clone()),
        Refusal::NotFound => ("unknown_city", "There is no such city.".to_owned()),
        other => ("not_recorded", format!("{other:?}")),
    }
}

/// How many of what.
#[derive(Debug, Default)]
struct Summary {
    cities: usize,
    landed: BTreeMap<(Kind, &'static str), usize>,
    warned: usize,
    left_out: BTreeMap<String, usize>,
    refused: BTreeMap<String, usize>,
}

impl Summary {
    fn told(&self, dry_run: bool) -> String {
        let mut told = String::new();
        if dry_run {
            told.push_str("Nothing was changed; this is what would have been.\n");
        }
        told.push_str(&format!("{:6}  cities created\n", self.cities));
        for ((kind, outcome), count) in &self.landed {
            told.push_str(&format!("{count:6}  {kind}s {outcome}\n"));
        }
        told.push_str(&format!("{:6}  inventories with a warning\n", self.warned));
        for (title, counts) in [("rows left out", &self.left_out), ("records refused", &self.refused)] {
            told.push_str(&format!("{:6}  {title}\n", counts.values().sum::<usize>()));
            for (code, count) in counts {
                told.push_str(&format!("{count:12}  {code}\n"));
            }
        }
        told.trim_end().to_owned()
    }
}

/// What became of a row, or of one record of it.
#[derive(Debug, Clone, Copy, Default)]
struct Verdict<'v> {
    city: &'v str,
    kind: &'v str,
    id: &'v str,
    outcome: &'v str,
    code: &'v str,
    detail: &'v str,
    warnings: &'v str,
}

/// A verdict on every row, as CSV.
struct Report {
    writer: csv::Writer<File>,
}

impl Report {
    const COLUMNS: [&'static str; 11] =
        ["file", "sheet", "row", "subject", "outcome", "city", "kind", "id", "code", "detail", "warnings"];

    fn create(path: &Path) -> anyhow::Result<Self> {
        let mut writer =
            csv::Writer::from_path(path).with_context(|| format!("{} cannot be written", path.display()))?;
        writer.write_record(Self::COLUMNS)?;
        Ok(Report { writer })
    }

    fn add(&mut self, row: &Told, verdict: &Verdict<'_>) -> anyhow::Result<()> {
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
