//! Many years at once: `/v1/cities/{city}/reports:import`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use super::upload::{self, Upload};
use super::{Service, access, body, present_city, write};
use crate::import::cell::{CellFault, Refused};
use crate::import::draft::Report;
use crate::import::template::{self, Import, ImportRow};
use crate::import::{json_reports, table};
use crate::method::Ratio;
use crate::record::dossier::AnyRecord;
use crate::record::vocabulary::vocabulary;
use crate::record::warning::Warning;
use crate::record::{CityId, Fault, Inventory, Kind, Level, RecordKey, Slug, Tonnes, Year};
use crate::registry::answers;
use crate::registry::{Condition, Effect, Operation, Refusal, Snapshot, Together, WriteRequest};

/// How a file of reports is to be imported.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Whether to answer what would happen and change nothing.
    #[param(default = false)]
    dry_run: Option<bool>,
    /// Why published reports are changed, for the rows that do not say so themselves.
    #[param(min_length = 1, max_length = 2000, example = "Recalculated with the 2023 grid factors")]
    reason: Option<String>,
}

vocabulary! {
    /// What became of a row or, in a dry run and in a file that is refused, what would have.
    RowOutcome {
        /// Its year had no report.
        Created = "created",
        /// The report of its year is changed.
        Revised = "revised",
        /// The report of its year says the same already.
        Unchanged = "unchanged",
        /// It cannot be recorded.
        Refused = "refused",
    }
}

/// What became of a file of reports.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportAnswer {
    /// The city whose reports they are.
    pub city: Slug,
    /// Whether this was only asked.
    pub dry_run: bool,
    /// Whether the reports are on disk and readable: all of them, or none.
    pub done: bool,
    /// How many rows have a year that had no report.
    #[schema(example = 7)]
    pub created: usize,
    /// How many rows change the report of their year.
    #[schema(example = 1)]
    pub revised: usize,
    /// How many rows say what is recorded already.
    #[schema(example = 0)]
    pub unchanged: usize,
    /// How many rows cannot be recorded.
    #[schema(example = 0)]
    pub refused: usize,
    /// Sheets that are neither `Reports` nor `Lines` and were not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<String>>)]
    pub ignored_sheets: Vec<Arc<str>>,
    /// The rows, in the order of the file.
    pub rows: Vec<RowAnswer>,
}

/// What became of a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowAnswer {
    /// The sheet it stands in; absent for CSV and JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Reports")]
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    #[schema(example = 2)]
    pub row: u64,
    /// Its year, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<Year>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The figures that differ from those recorded before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<FigureChange>>)]
    pub changes: Vec<FigureChange>,
    /// Everything that is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<RowFault>>)]
    pub faults: Vec<RowFault>,
    /// What may be a slip; never a refusal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<Warning>>)]
    pub warnings: Vec<Warning>,
}

/// A figure that differs from the one recorded before.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FigureChange {
    /// Its level.
    pub level: Level,
    /// What was recorded, in t CO2e.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, example = 21_000_000)]
    pub old_tonnes: Option<Tonnes>,
    /// What the row says, in t CO2e.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, example = 21_049_331)]
    pub new_tonnes: Option<Tonnes>,
    /// The change in percent of what was recorded; absent when that is 0 or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, example = 0.234_91)]
    pub change_percent: Option<Ratio>,
}

/// Something that is wrong with a row, and where.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowFault {
    /// The sheet; absent for CSV and JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Reports")]
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    #[schema(example = 5)]
    pub row: u64,
    /// The letters of the column; absent when the fault is the whole row's, and for JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "B")]
    pub column: Option<String>,
    /// The header of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "total_basic")]
    pub header: Option<String>,
    /// What the cell holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1,233")]
    pub text: Option<String>,
    /// The place in the report as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/totals/basic")]
    pub pointer: Option<String>,
    /// What kind of fault it is; stable.
    #[schema(example = "ambiguous_number")]
    pub code: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl From<&CellFault> for RowFault {
    fn from(fault: &CellFault) -> Self {
        RowFault {
            sheet: fault.sheet.clone(),
            row: fault.row,
            column: fault.column.as_ref().and_then(|column| column.letters.clone()),
            header: fault.column.as_ref().map(|column| column.header.clone()),
            text: fault.text.clone(),
            pointer: fault.pointer.clone(),
            code: fault.code.clone(),
            detail: fault.detail.clone(),
        }
    }
}

impl RowFault {
    /// The fault as those of any input are told, with its place in words.
    fn told(&self) -> Fault {
        let sheet = self.sheet.as_ref().map(|sheet| format!("sheet {sheet}, ")).unwrap_or_default();
        let column = self.column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        let header = self.header.as_ref().map(|header| format!(" ({header})")).unwrap_or_default();
        let text = self.text.as_ref().map(|text| format!(" \"{text}\"")).unwrap_or_default();
        Fault {
            pointer: self.pointer.clone().unwrap_or_default(),
            code: self.code.clone(),
            detail: format!("{sheet}row {}{column}{header}{text}: {}", self.row, self.detail),
        }
    }
}

impl ImportAnswer {
    /// Everything that is wrong with the file, as the faults of any input.
    #[must_use]
    pub fn errors(&self) -> Vec<Fault> {
        self.rows.iter().flat_map(|row| &row.faults).map(RowFault::told).collect()
    }

    fn new(city: CityId, dry_run: bool, done: bool, rows: Vec<RowAnswer>, ignored_sheets: Vec<Arc<str>>) -> Self {
        let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
        ImportAnswer {
            city,
            dry_run,
            done,
            created: count(RowOutcome::Created),
            revised: count(RowOutcome::Revised),
            unchanged: count(RowOutcome::Unchanged),
            refused: count(RowOutcome::Refused),
            ignored_sheets,
            rows,
        }
    }
}

/// Import many reports
///
/// A CSV file, an XLSX workbook laid out as the template, both in a form with several files, or JSON: an object with `reports`, or an array of them, each with its `year`. The file is recorded whole or not at all; with `dry_run=true` nothing is recorded, and the answer says what would be.
#[utoipa::path(operation_id = "importReports", tag = "reports", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ImportQuery),
    request_body(description = "The file", content(
        (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (ReportsBody = "application/json"))),
    responses((status = 200, description = "What became of each row, or would become", body = ImportAnswer)))]
#[post("/cities/{city}/reports:import")]
pub async fn import(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let writer = access::reporter(&request, &service, &city).await?;
    let query = write::query::<ImportQuery>(&request)?;
    let reason = query.reason.map(|reason| body::reason_text(Value::String(reason), service.registry.today()));
    let asked = Asked {
        actor: writer.label.to_string(),
        city: Slug::new(&city).ok_or_else(Problem::not_found)?,
        reason: reason.transpose()?,
        dry_run: query.dry_run.unwrap_or(false),
    };
    present_city(&service.registry.present(), &city)?;
    let upload = upload::read(&request, payload).await?;
    let Imported { answer, .. } = run(&service, asked, upload).await?;
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(answer))
}

/// Many reports as JSON.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct ReportsBody {
    /// The reports, each with its year.
    #[schema(min_items = 1, max_items = 5000)]
    reports: Vec<super::reports::ReportBody>,
}

/// What is to be imported, for whom.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The label of the key.
    pub actor: String,
    /// The city whose reports they are.
    pub city: CityId,
    /// Why published reports are changed, for the rows that do not say so themselves.
    pub reason: Option<String>,
    /// Whether this is only asked.
    pub dry_run: bool,
}

/// What became of a file, and the reports that were read from it.
#[derive(Debug)]
pub struct Imported {
    /// What became of each row.
    pub answer: ImportAnswer,
    /// The reports of its good rows, as JSON that can be imported.
    pub reports: Vec<Value>,
}

/// Imports what was sent, or says what would happen.
///
/// # Errors
/// 422 with every fault, and those of any write; in a dry run only a file that cannot be read at all.
pub async fn run(service: &Service, asked: Asked, upload: Upload) -> Result<Imported, Problem> {
    let (city, today) = (asked.city.clone(), service.registry.today());
    let snapshot = service.registry.present();
    let read = web::block(move || read(upload, &city, today, &snapshot)).await;
    let read = read.map_err(|_| Problem::from(Refusal::Internal))?.map_err(|refused| unreadable(&refused))?;
    if read.rows.is_empty() {
        return Err(Problem::fault("", "no_rows", "there is no report in the file"));
    }
    let mut read = read;
    if !read.with_lines {
        keep_lines(&mut read, service, &asked.city);
    }
    let requests: Vec<WriteRequest> =
        read.rows.iter().filter_map(|row| Some(asked.request(row.outcome.as_ref().ok()?))).collect();
    let unreadable_rows = requests.len() < read.rows.len();
    let together = if asked.dry_run || unreadable_rows {
        service.registry.rehearse(&requests)
    } else {
        service.registry.write_together(requests).await?
    };
    let mut outcomes = together.outcomes.iter();
    let reports = read.rows.iter().filter_map(|row| row.outcome.as_ref().ok()).map(body_of).collect();
    let rows = read.rows.iter().map(|row| answer_row(row, outcomes.by_ref(), &asked.city, &together)).collect();
    let answer = ImportAnswer::new(asked.city, asked.dry_run, together.done, rows, read.ignored);
    if answer.refused > 0 && !asked.dry_run {
        return Err(Problem::import_refused(answer));
    }
    Ok(Imported { answer, reports })
}

/// A report as one would send it, its year and its reason in it.
fn body_of(report: &Report) -> Value {
    let mut body = report.record.body();
    if let Some(members) = body.as_object_mut() {
        members.insert("year".to_owned(), report.year.get().into());
        members.extend(report.reason.iter().map(|reason| ("reason".to_owned(), reason.as_str().into())));
    }
    body
}

fn read(upload: Upload, city: &CityId, today: chrono::NaiveDate, snapshot: &Snapshot) -> Result<Import, Refused> {
    let recorded = |year| {
        let (report, _) = snapshot.cities.get(city.as_str())?.dossier.reports.get(&year)?.live()?;
        Some(AnyRecord::Report(report.clone()).body())
    };
    match upload {
        Upload::Json(bytes) => json_reports::read(&bytes, today),
        Upload::Files(files) => template::read(&table::read_all(&files)?, city, today, &recorded),
    }
}

/// Leaves the recorded lines of a year as they are, where the file could say nothing of them.
fn keep_lines(read: &mut Import, service: &Service, city: &CityId) {
    let (snapshot, today) = (service.registry.present(), service.registry.today());
    let Some(entry) = snapshot.cities.get(city.as_str()) else { return };
    for report in read.rows.iter_mut().filter_map(|row| row.outcome.as_mut().ok()) {
        let known = entry.dossier.latest(Kind::Report, &report.year.to_string()).and_then(|(_, known)| known);
        let Some(lines) = known.and_then(|known| known.body().get("lines").cloned()) else { continue };
        let mut body = report.record.body();
        if let Some(members) = body.as_object_mut() {
            members.insert("lines".to_owned(), lines);
        }
        let key = RecordKey { city: Some(city.clone()), kind: Kind::Report, id: report.year.to_string() };
        // Lines that no longer fit, such as gases without a set of potentials, are told by the file's own fault.
        if let Ok(record) = AnyRecord::parse(&key, body, today) {
            report.record = record;
        }
    }
}

/// A file that is no table of reports at all.
fn unreadable(refused: &Refused) -> Problem {
    if refused.faults.is_empty() {
        return Problem::fault("", refused.code, refused.detail.clone());
    }
    Problem::invalid(refused.faults.iter().map(|fault| RowFault::from(fault).told()).collect())
}

impl Asked {
    fn request(&self, report: &Report) -> WriteRequest {
        let reason = report.reason.clone().or_else(|| self.reason.clone());
        WriteRequest {
            actor: self.actor.clone(),
            key: RecordKey { city: Some(self.city.clone()), kind: Kind::Report, id: report.year.to_string() },
            operation: Operation::Put { record: report.record.clone(), reason },
            condition: Condition::None,
        }
    }
}

fn answer_row<'o>(
    row: &ImportRow,
    mut outcomes: impl Iterator<Item = &'o Result<Effect, Refusal>>,
    city: &CityId,
    together: &Together,
) -> RowAnswer {
    let mut answer = RowAnswer {
        sheet: row.sheet.clone(),
        row: row.row,
        year: row.year,
        outcome: RowOutcome::Refused,
        changes: Vec::new(),
        faults: Vec::new(),
        warnings: Vec::new(),
    };
    let effect = match &row.outcome {
        Err(faults) => {
            answer.faults = faults.iter().map(RowFault::from).collect();
            return answer;
        }
        Ok(report) => outcomes.next().map(|outcome| (report.year, outcome)),
    };
    let Some((year, outcome)) = effect else { return answer };
    match outcome {
        Err(refusal) => answer.faults = refusal_faults(row, refusal),
        Ok(effect) => {
            answer.outcome = match effect {
                Effect::Created => RowOutcome::Created,
                Effect::Revised => RowOutcome::Revised,
                Effect::Unchanged | Effect::Withdrawn => RowOutcome::Unchanged,
            };
        }
    }
    let report = |snapshot: &Snapshot| {
        let entry = snapshot.cities.get(city.as_str())?;
        answers::report(&entry.dossier, year)
    };
    let (before, after) = (report(&together.before), report(&together.after));
    if let Some((before, after)) = before.zip(after.as_ref()) {
        answer.changes = changes(&before.inventory, &after.inventory);
    }
    answer.warnings = after.map(|after| after.warnings).unwrap_or_default();
    answer
}

/// Why the registry refused a row.
fn refusal_faults(row: &ImportRow, refusal: &Refusal) -> Vec<RowFault> {
    let errors = match refusal {
        Refusal::Invalid(faults) => faults.clone(),
        Refusal::ReasonRequired => vec![Fault {
            pointer: "/reason".to_owned(),
            code: "reason_required".to_owned(),
            detail: "the report of this year is published and says otherwise: say why it changes".to_owned(),
        }],
        other => {
            let problem = Problem::from(other.clone()).document();
            let (code, detail) = (problem.code().as_str().to_owned(), problem.detail().to_owned());
            vec![Fault { pointer: String::new(), code, detail }]
        }
    };
    let place = |fault: Fault| RowFault {
        sheet: row.sheet.clone(),
        row: row.row,
        column: None,
        header: None,
        text: None,
        pointer: Some(fault.pointer).filter(|pointer| !pointer.is_empty()),
        code: fault.code,
        detail: fault.detail,
    };
    errors.into_iter().map(place).collect()
}

/// The figures that differ, level by level.
fn changes(before: &Inventory, after: &Inventory) -> Vec<FigureChange> {
    let figure = |inventory: &Inventory, level| inventory.figure(level).map(|figure| figure.tonnes);
    let change = |level: &Level| {
        let (old, new) = (figure(before, *level), figure(after, *level));
        let percent = old.zip(new).filter(|(old, _)| old.is_positive());
        (old != new).then(|| FigureChange {
            level: *level,
            old_tonnes: old,
            new_tonnes: new,
            change_percent: percent.and_then(|(old, new)| Ratio::new(100.0 * (new.get() - old.get()) / old.get())),
        })
    };
    Level::ALL.iter().filter_map(change).collect()
}
