//! Many years at once: `/v1/cities/{city}/reports:import`.

use std::sync::Arc;

pub mod answer;
pub mod differences;
mod outcome;

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Service;
use super::request::import_slots::ImportSlot;
use super::request::lookup::present_city;
use super::request::upload::{self, Upload};
use super::request::{access, body, idempotency, query, unambiguous};
use super::response::problem::Problem;
use crate::api::limits::IMPORT_TRIES;
use crate::import::limits::SHEET_BYTES;
use crate::import::table;
use crate::import::table::cell::{CellFault, RefusedFile};
use crate::import::template::draft::Report;
use crate::import::template::json;
use crate::import::template::reader::{self, Import, ImportRow};
use crate::record::any_record::AnyRecord;
use crate::record::limits::{BODY_BYTES, LAST_SEQUENCE};
use crate::record::{Actor, CarriedOver, CityId, CityRecord, Fault, Inventory, RecordKey, Slug, Year};
use crate::registry::{BatchOutcome, Condition, Mark, Operation, Refusal, Snapshot, WriteRequest};
use answer::{ImportAnswer, RowFault};

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
    /// Record the file only if none of its reports was changed after this entry of the change log, or all that were say what the file says: the `sequence` that a dry run was answered with.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 812)]
    unchanged_since: Option<i64>,
}

/// Import many reports
///
/// A CSV file, an XLSX workbook laid out as the template, both in a form with several files, or JSON: an object with `reports`, or an array of them, each with its `year`. The file is recorded whole or not at all; with `dry_run=true` nothing is recorded, and the answer says what would be. A row is the whole report of its year: what it does not say goes. Only lines, and totals that other sources state, stay where a table says nothing of them at all.
#[utoipa::path(operation_id = "importReports", tag = "reports", security(("bearer" = [])),
    params(("city" = Slug, Path, description = "The city's id"), ImportQuery),
    request_body(description = "The file", content(
        (String = "text/csv"), (upload::Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
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
    let query = query::query::<ImportQuery>(&request)?;
    if query.unchanged_since.is_some_and(|entry| !(0..=LAST_SEQUENCE).contains(&entry)) {
        let message = format!("must be between 0 and {LAST_SEQUENCE}");
        return Err(Problem::parameter("unchanged_since", "out_of_range", message));
    }
    let reason = body::reason_in_query(query.reason, service.registry.today())?;
    let order = ImportRequest {
        actor: writer.actor(),
        city: Slug::new(&city).ok_or_else(Problem::not_found)?,
        reason,
        dry_run: query.dry_run.unwrap_or(false),
        unchanged_since: query.unchanged_since,
        kept: CarriedOver::default(),
        mark: None,
    };
    present_city(&service.registry.present(), &city)?;
    body::admit_body(&request, &service, &writer, SHEET_BYTES)?;
    let upload = upload::read(&request, payload).await?;
    let mark = idempotency::mark(&request, &writer, upload.parts().map(|part| &part[..]))?;
    let Imported { answer, repeated, slot, .. } = run(&service, ImportRequest { mark, ..order }, upload).await?;
    let body = off_the_loop(&slot, move || serde_json::to_vec(&answer)).await?;
    let body = body.map_err(|_| Problem::from(Refusal::Internal))?;
    let mut response = HttpResponse::Ok();
    let mut response =
        response.insert_header(("Cache-Control", "no-store")).content_type("application/json").body(body);
    if repeated {
        idempotency::set_replayed(&mut response);
    }
    Ok(response)
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
pub struct ImportRequest {
    /// Who asks.
    pub actor: Actor,
    /// The city whose reports they are.
    pub city: CityId,
    /// Why published reports are changed, for the rows that do not say so themselves.
    pub reason: Option<String>,
    /// True if nothing is to be recorded, only to be told what would be.
    pub dry_run: bool,
    /// The entry of the log after which none of the reports may have changed.
    pub unchanged_since: Option<i64>,
    /// What stays of recorded reports even though the file could say something of it.
    pub kept: CarriedOver,
    /// By what the same request is known when it is sent again.
    pub mark: Option<Mark>,
}

/// What became of a file, and the reports that were read from it.
#[derive(Debug)]
pub struct Imported {
    /// What became of each row.
    pub answer: ImportAnswer,
    /// The reports of its good rows as the file has them.
    reports: Vec<Report>,
    /// What stays of recorded reports, for the file says nothing of it.
    pub kept: CarriedOver,
    /// Whether the same request had been done before: nothing was done now.
    pub repeated: bool,
    /// The slot in which all this takes its memory.
    slot: ImportSlot,
}

impl Imported {
    /// The reports of its good rows as the file has them, as JSON that can be imported.
    #[must_use]
    pub fn reports_text(&self) -> String {
        let reports: Vec<String> = self.reports.iter().map(|report| body_of(report).to_string()).collect();
        format!("{{\"reports\":[{}]}}", reports.join(","))
    }
}

/// Does work that may take long and, with what it made, much memory, where no other request waits for it.
///
/// The slot is held until the work is done, even if the client goes away.
async fn off_the_loop<T: Send + 'static>(
    slot: &ImportSlot,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let slot = slot.clone();
    let work = move || {
        let made = work();
        drop(slot);
        made
    };
    web::block(work).await.map_err(|_| Problem::from(Refusal::Internal))
}

/// Imports what was sent, or says what would happen.
///
/// # Errors
/// 412 when a report has changed that was not to, 422 with every fault, and those of any write; in a dry run only a
/// file that cannot be read at all.
pub async fn run(service: &Service, order: ImportRequest, upload: Upload) -> Result<Imported, Problem> {
    let slot = service.imports.acquire().await?;
    let dry_run = order.dry_run;
    let (prepared, together) = carry_out(service, &order, &upload, &slot).await?;
    let (outdated, repeated) = (is_outdated(&together), together.repeated);
    let answer = move || {
        let answer = ImportAnswer::new(order.city, dry_run, &prepared.rows, &together);
        (ImportAnswer { ignored_sheets: prepared.ignored, ..answer }, prepared.reports, prepared.kept)
    };
    let (answer, reports, kept) = off_the_loop(&slot, answer).await?;
    if answer.refused > 0 && !dry_run {
        return Err(if outdated { Problem::import_outdated(answer) } else { Problem::import_refused(answer) });
    }
    Ok(Imported { answer, reports, kept, repeated, slot })
}

/// Records the reports of a file together, or rehearses that.
///
/// They are read beside what is recorded, and written only if that has not changed meanwhile: if it has, the file is
/// read anew.
async fn carry_out(
    service: &Service,
    order: &ImportRequest,
    upload: &Upload,
    slot: &ImportSlot,
) -> Result<(Prepared, BatchOutcome), Problem> {
    let mut tries = IMPORT_TRIES;
    loop {
        tries -= 1;
        let (before, today) = (service.registry.present(), service.registry.today());
        let head = before.head.number;
        let prepare = {
            let (upload, order, registry) = (upload.clone(), order.clone(), service.registry.clone());
            move || {
                let prepared = Prepared::new(&upload, &order, &before, today)?;
                let requests = prepared.requests(&order, head);
                let is_rehearsed = order.dry_run || requests.len() < prepared.rows.len();
                let rehearsed = is_rehearsed.then(|| registry.rehearse(before, &requests));
                Ok::<_, Problem>((prepared, requests, rehearsed))
            }
        };
        let (prepared, requests, rehearsed) = off_the_loop(slot, prepare).await??;
        if let Some(together) = rehearsed {
            return Ok((prepared, together));
        }
        let together = service.registry.write_atomically(requests, order.mark.clone()).await?;
        // All rows are written with one key.
        if let Some(Err(refusal @ Refusal::KeyRefused(_))) = together.outcomes.first() {
            return Err(refusal.clone().into());
        }
        // What changed after the entry that the client named stays changed.
        let may_pass = order.unchanged_since.is_none_or(|since| since > head);
        if tries == 0 || !may_pass || !is_outdated(&together) {
            return Ok((prepared, together));
        }
    }
}

/// A file, read beside what is recorded.
struct Prepared {
    /// Its rows, ready to be written.
    rows: Vec<ImportRow>,
    /// See [`Imported`].
    reports: Vec<Report>,
    /// See [`Imported`].
    kept: CarriedOver,
    /// The sheets that were not read.
    ignored: Vec<Arc<str>>,
}

impl Prepared {
    fn new(
        upload: &Upload,
        order: &ImportRequest,
        before: &Snapshot,
        today: chrono::NaiveDate,
    ) -> Result<Self, Problem> {
        if let Upload::Json(bytes) = upload {
            unambiguous::check(bytes)?;
        }
        let read = read(upload, &order.city, today, before).map_err(|refused| unreadable(&refused))?;
        if read.rows.is_empty() {
            return Err(Problem::fault("", "no_rows", "there is no report in the file"));
        }
        let kept = order.kept.or(read.kept);
        let reports = read.rows.iter().filter_map(|row| row.outcome.as_ref().ok()).cloned().collect();
        let complete = |row: ImportRow| {
            let recorded = row.year.and_then(|year| recorded(before, &order.city, year));
            complete(row, kept, recorded, today)
        };
        Ok(Prepared { rows: read.rows.into_iter().map(complete).collect(), reports, kept, ignored: read.ignored })
    }

    /// The writes of its good rows, when `head` is the last entry of the log that was looked at.
    fn requests(&self, order: &ImportRequest, head: i64) -> Vec<WriteRequest> {
        let since = order.unchanged_since.map_or(head, |since| since.min(head));
        let reports = self.rows.iter().filter_map(|row| row.outcome.as_ref().ok());
        reports.map(|report| order.request(report, since)).collect()
    }
}

/// Whether something was refused because a report had changed.
fn is_outdated(together: &BatchOutcome) -> bool {
    together.outcomes.iter().any(|outcome| matches!(outcome, Err(Refusal::PreconditionFailed)))
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

/// The report that is recorded for a year, unless it is withdrawn.
fn recorded<'s>(snapshot: &'s Snapshot, city: &CityId, year: Year) -> Option<&'s Arc<Inventory>> {
    Some(snapshot.cities.get(city)?.dossier.reports.get(&year)?.live()?.0)
}

fn read(upload: &Upload, city: &CityId, today: chrono::NaiveDate, snapshot: &Snapshot) -> Result<Import, RefusedFile> {
    let kept = |year| Some(AnyRecord::Inventory(Arc::clone(recorded(snapshot, city, year)?)).body());
    match upload {
        Upload::Json(bytes) => json::read(bytes, today),
        Upload::Files(files) => reader::read(&table::read_all(files)?, city, today, &kept),
    }
}

/// A row with what stays of the report that is recorded; refused if that does not fit it, or it is too large a record.
fn complete(
    row: ImportRow,
    kept: CarriedOver,
    recorded: Option<&Arc<Inventory>>,
    today: chrono::NaiveDate,
) -> ImportRow {
    let Ok(report) = &row.outcome else { return row };
    let record = match (&report.record, recorded) {
        (AnyRecord::Inventory(said), Some(recorded)) if kept != CarriedOver::default() => {
            let whole = kept.complete(said, recorded, today).map(AnyRecord::Inventory);
            whole.map_err(|faults| faults.into_iter().map(unfit).collect())
        }
        _ => Ok(report.record.clone()),
    };
    let message = |faults: Vec<Fault>| faults.into_iter().map(|fault| row_fault(&row, fault)).collect();
    let outcome = record.and_then(within_limit).map(|record| Report { record, ..report.clone() }).map_err(message);
    ImportRow { outcome, ..row }
}

/// A fault of a row with the lines that stay: without them it had none.
fn unfit(fault: Fault) -> Fault {
    let detail =
        format!("{}: the lines that are recorded, of which the file says nothing, do not fit it", fault.detail);
    Fault { detail, ..fault }
}

/// The record, unless it is larger than one that is sent alone may be.
fn within_limit(record: AnyRecord) -> Result<AnyRecord, Vec<Fault>> {
    let bytes = record.body().to_string().len();
    if bytes <= BODY_BYTES {
        return Ok(record);
    }
    let detail = format!(
        "the report of this year has {bytes} bytes as JSON, its lines included; at most {BODY_BYTES} are allowed: shorten its texts"
    );
    Err(vec![Fault { pointer: String::new(), code: "record_too_large".to_owned(), detail }])
}

/// A fault of the report as a whole, told by its row.
fn row_fault(row: &ImportRow, fault: Fault) -> CellFault {
    let Fault { pointer, code, detail } = fault;
    let pointer = Some(pointer).filter(|pointer| !pointer.is_empty());
    CellFault { sheet: row.sheet.clone(), row: row.row, column: None, pointer, text: None, code, detail }
}

/// A file that is no table of reports at all.
fn unreadable(refused: &RefusedFile) -> Problem {
    if refused.faults.is_empty() {
        return Problem::fault("", refused.code, refused.detail.clone());
    }
    Problem::invalid(refused.faults.iter().map(|fault| RowFault::from(fault).to_fault()).collect())
}

fn key(city: &CityId, report: &Report) -> RecordKey {
    RecordKey::OfCity(city.clone(), CityRecord::Report(report.year))
}

impl ImportRequest {
    fn request(&self, report: &Report, since: i64) -> WriteRequest {
        let reason = report.reason.clone().or_else(|| self.reason.clone());
        WriteRequest {
            actor: self.actor.clone(),
            key: key(&self.city, report),
            operation: Operation::Put { record: report.record.clone(), reason },
            condition: Condition::UnchangedSince(since),
            // The file is marked as a whole.
            mark: None,
        }
    }
}
