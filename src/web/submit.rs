//! `/submit`: a form that takes a city's figures from a spreadsheet. It checks them first and then records them.
//!
//! It works without a script. The user types in the key for the check, and again to confirm. The key is never stored,
//! and never part of an address.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use maud::{Markup, html};
use serde_json::Value;

use super::page::respond_once;
use super::row;
use crate::api::Service;
use crate::api::imports::answer::ImportAnswer;
use crate::api::imports::{self, ImportRequest, Imported};
use crate::api::limits::{BODY_WAIT, FORM_FRAME_BYTES, LISTED_CITIES, UNKEYED_FORM_WAIT};
use crate::api::request::lookup::present_city;
use crate::api::request::query::Query;
use crate::api::request::upload::{self, Field};
use crate::api::request::{access, body};
use crate::api::response::problem::{Code, Problem};
use crate::import::limits::SHEET_BYTES;
use crate::record::limits::{NAME_CHARACTERS, TEXT_CHARACTERS};
use crate::record::{CarriedOver, Slug};
use crate::registry::Key;

/// The query of the page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormQuery {
    /// The id of the city that the form is filled in with.
    city: Option<String>,
}

/// The fields of a form that was sent.
#[derive(Debug, Default)]
struct Form {
    city: String,
    reason: String,
    files: Vec<Field>,
    /// The check that the user confirms; none in the first step.
    checked: Option<Checked>,
}

/// The result of a check, in hidden fields of the form that confirms it.
#[derive(Debug)]
struct Checked {
    /// The reports that were read from the file, as JSON.
    reports: web::Bytes,
    /// What the recorded reports keep, because the file has nothing of the kind.
    kept: CarriedOver,
    /// The last entry of the change log at the time of the check.
    sequence: i64,
}

impl Form {
    fn of(fields: Vec<Field>) -> Result<Self, Problem> {
        let mut form = Form::default();
        let (mut reports, mut kept, mut sequence) = (None, CarriedOver::default(), None);
        for field in fields {
            match field.name.as_str() {
                "city" => form.city = field.text(),
                // The key was checked while the form was read.
                "key" => {}
                "reason" => form.reason = field.text(),
                "reports" => reports = Some(field.value),
                "keeps_lines" => kept.lines = field.text() == "true",
                "keeps_also_stated" => kept.also_stated = field.text() == "true",
                "sequence" => sequence = field.text().parse().ok(),
                // A browser sends an empty file if none was chosen.
                "file" if field.value.is_empty() => {}
                "file" => form.files.push(field),
                other => return Err(Problem::fault("", "unknown_field", format!("the form has no field {other}"))),
            }
        }
        if let Some(reports) = reports {
            let detail = "the form does not say what was checked: check the file again";
            let sequence = sequence.ok_or_else(|| Problem::fault("/sequence", "missing", detail))?;
            form.checked = Some(Checked { reports, kept, sequence });
        }
        Ok(form)
    }
}

pub(super) async fn show(service: web::Data<Service>, query: Query<FormQuery>) -> HttpResponse {
    let form = Form { city: query.into_inner().city.unwrap_or_default(), ..Form::default() };
    page(StatusCode::OK, "Submit figures", &html! { h1 { "Submit figures" } (first_form(&service, &form)) })
}

pub(super) async fn receive(request: HttpRequest, service: web::Data<Service>, payload: web::Payload) -> HttpResponse {
    let (writer, fields) = match read(&request, &service, payload).await {
        Ok(read) => read,
        Err((city, problem)) => return refused(&service, &Form { city, ..Form::default() }, &problem),
    };
    let form = match Form::of(fields) {
        Ok(form) => form,
        Err(problem) => return refused(&service, &Form::default(), &problem),
    };
    let mut imported = import(&service, &writer, &form, form.checked.is_none()).await;
    let outdated = imported.as_ref().err().filter(|problem| problem.code() == Code::PreconditionFailed).cloned();
    if outdated.is_some() {
        // The reports have changed since the check, so the user has to see and confirm what would happen now.
        imported = import(&service, &writer, &form, true).await;
    }
    match imported {
        Ok(imported) if imported.answer.done => done(&imported.answer),
        Ok(imported) => checked(&service, &form, &imported, outdated.as_ref()),
        Err(problem) => refused(&service, &form, &problem),
    }
}

/// The small fields of the form. They are read before the key is checked.
const SMALL: &[&str] = &["city", "key", "reason", "sequence", "keeps_lines", "keeps_also_stated"];

/// Reads the form. Files are read only after the key was found to be valid for the city.
///
/// # Errors
/// Why the form is refused, with the id of the chosen city, which the form is shown with again.
async fn read(
    request: &HttpRequest,
    service: &web::Data<Service>,
    payload: web::Payload,
) -> Result<(Arc<Key>, Vec<Field>), (String, Problem)> {
    let without_city = |problem: Problem| (String::new(), problem);
    let share = service.unkeyed_forms.take(access::client_address(request, service), 1);
    let share = share.map_err(|exceeded| without_city(exceeded.into()))?;
    let mut form = upload::Form::open(request, payload).map_err(without_city)?;
    let first = tokio::time::timeout(UNKEYED_FORM_WAIT, form.first(SMALL)).await;
    first.map_err(|_| without_city(body::late()))?.map_err(without_city)?;
    let text = |name: &str| form.fields.iter().find(|field| field.name == name).map(Field::text).unwrap_or_default();
    let (city, key) = (text("city"), text("key"));
    let with_city = |problem: Problem| (city.clone(), problem);
    let writer = authorize(request, service, &city, &key).await.map_err(with_city)?;
    drop(share);
    body::admit_body(request, service, &writer, SHEET_BYTES + FORM_FRAME_BYTES).map_err(with_city)?;
    form.admit().map_err(with_city)?;
    let rest = tokio::time::timeout(BODY_WAIT, form.rest()).await;
    rest.map_err(|_| with_city(body::late()))?.map_err(with_city)?;
    Ok((writer, form.close()))
}

/// Finds the key, and checks that it may write the reports of the city.
async fn authorize(
    request: &HttpRequest,
    service: &web::Data<Service>,
    city: &str,
    key: &str,
) -> Result<Arc<Key>, Problem> {
    if Slug::new(city).is_none() {
        return Err(Problem::fault("/city", "invalid_id", "choose a city; its field must come before the file"));
    }
    if key.is_empty() {
        return Err(Problem::new(Code::Unauthorized, "paste the key of the city; its field must come before the file"));
    }
    let writer = access::reporter_with(request, service, key, city).await?;
    present_city(&service.registry.present(), city)?;
    Ok(writer)
}

/// Checks the reports of the form, and records them unless it is a `dry_run`.
async fn import(service: &web::Data<Service>, writer: &Key, form: &Form, dry_run: bool) -> Result<Imported, Problem> {
    let city = Slug::new(&form.city).ok_or_else(Problem::not_found)?;
    let today = service.registry.today();
    let reason = Some(&form.reason).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| body::reason_text(Value::from(reason.as_str()), today)).transpose()?;
    let upload = match &form.checked {
        Some(checked) => upload::json(&checked.reports),
        None => upload::files(form.files.clone())?,
    };
    let order = ImportRequest {
        actor: writer.actor(),
        city,
        reason,
        dry_run,
        unchanged_since: form.checked.as_ref().filter(|_| !dry_run).map(|checked| checked.sequence),
        kept: form.checked.as_ref().map_or(CarriedOver::default(), |checked| checked.kept),
        mark: None,
    };
    imports::run(service, order, upload).await
}

fn page(status: StatusCode, title: &str, content: &Markup) -> HttpResponse {
    respond_once(status, title, content)
}

/// The form of the first step. It keeps the city and the reason, but neither the key nor the file.
fn first_form(service: &web::Data<Service>, form: &Form) -> Markup {
    let template = |kind: &str| match Slug::new(&form.city) {
        Some(city) => format!("/v1/templates/reports.{kind}?city={city}"),
        None => format!("/v1/templates/reports.{kind}"),
    };
    html! {
        p.lead {
            "Fill in the template, with one row for each year: "
            a href=(template("xlsx")) { "a workbook" } " or "
            a href=(template("csv")) { "a CSV file" }
            ". The file is checked first. Nothing is recorded before you have seen and confirmed what would change."
        }
        form method="post" action="/submit" enctype="multipart/form-data" {
            p { label for="city" { "City" } (city_field(service, &form.city)) }
            (key_field())
            p {
                label for="file" { "File" }
                input id="file" name="file" type="file" accept=".csv,.xlsx" required;
            }
            p {
                label for="lines" { "Second file, with GPC lines" }
                input id="lines" name="file" type="file" accept=".csv" aria-describedby="lines-hint";
                span #lines-hint.note { "Only if the first file is CSV. A workbook has the lines in its second sheet." }
            }
            p {
                label for="reason" { "Why published figures change" }
                input id="reason" name="reason" type="text" value=(form.reason) maxlength=(TEXT_CHARACTERS) aria-describedby="reason-hint";
                span #reason-hint.note { "Required if the file changes a recorded year and gives no reason itself. It is public." }
            }
            p { button type="submit" { "Check the file" } }
        }
        (lost_key(service))
    }
}

/// A list of the cities, or a field for the id if the list would be too long.
fn city_field(service: &web::Data<Service>, chosen: &str) -> Markup {
    let snapshot = service.registry.present();
    let mut cities: Vec<_> = snapshot.present().map(|(id, _, present)| (id, &present.city.name)).collect();
    if cities.len() <= LISTED_CITIES {
        cities.sort_by_key(|(_, name)| *name);
    }
    html! {
        @if cities.len() > LISTED_CITIES {
            input id="city" name="city" type="text" value=(chosen) required pattern="[a-z0-9\\-]{2,64}" placeholder="us-los-angeles";
        } @else {
            select id="city" name="city" required {
                option value="" { "Choose" }
                @for (id, name) in cities {
                    option value=(id) selected[id.as_str() == chosen] { (name) " (" (id) ")" }
                }
            }
        }
    }
}

/// The field for the key. It comes before the files, because no file is read without a key. The browser must not store
/// the key: the next person at that machine would get it.
fn key_field() -> Markup {
    html! {
        p {
            label for="key" { "Key" }
            input id="key" name="key" type="password" autocomplete="off" required maxlength=(NAME_CHARACTERS);
        }
    }
}

fn lost_key(service: &web::Data<Service>) -> Markup {
    html! {
        p.note {
            "A key belongs to one person, and works for the cities that this person reports for. This service does \
            not store it and cannot look it up. If it is lost, ask "
            @match &service.contact {
                Some(contact) => { strong { (contact) } }
                None => { "whoever runs this service" }
            }
            " for a new one; the old one is then revoked."
        }
    }
}

/// What would happen, and the form to confirm it. `outdated` says why an earlier check does not count any more.
fn checked(service: &web::Data<Service>, form: &Form, imported: &Imported, outdated: Option<&Problem>) -> HttpResponse {
    let answer = &imported.answer;
    let has_changes = answer.created + answer.revised > 0;
    let content = html! {
        h1 { "Check of the file for " (answer.city) }
        @if let Some(problem) = outdated {
            div.refusal role="alert" {
                h2 { "Not recorded: please check again" }
                p { "After you had checked the file, " (problem.document().detail()) ". This is what it would change now." }
            }
        }
        (summary(answer, ["would be", "would be"]))
        (row::table(answer))
        @if answer.refused > 0 {
            h2 { "Nothing can be recorded yet" }
            p { "A file is recorded whole or not at all. Correct what is marked, then check the file again." }
            (first_form(service, form))
        } @else if has_changes {
            h2 { "Record this?" }
            p { "Nothing is recorded yet. Once it is, it stays in the history of the city for ever." }
            form method="post" action="/submit" enctype="multipart/form-data" {
                input type="hidden" name="city" value=(form.city);
                (key_field())
                input type="hidden" name="reason" value=(form.reason);
                input type="hidden" name="sequence" value=(answer.sequence);
                input type="hidden" name="keeps_lines" value=(imported.kept.lines);
                input type="hidden" name="keeps_also_stated" value=(imported.kept.also_stated);
                input type="hidden" name="reports" value=(imported.reports_text());
                p { button type="submit" { "Record " (answer.created + answer.revised) " reports" } }
            }
        } @else {
            h2 { "There is nothing to record" }
            p { "Every row is the same as what is recorded already." }
            (first_form(service, form))
        }
    };
    let status = match outdated {
        Some(problem) => problem.status_code(),
        None if answer.refused > 0 => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    page(status, "Check of the file", &content)
}

fn done(answer: &ImportAnswer) -> HttpResponse {
    let reports = format!("/v1/cities/{}/reports", answer.city);
    let status = format!("/v1/cities/{}/status", answer.city);
    let content = html! {
        h1 { "Recorded for " (answer.city) }
        (summary(answer, ["was", "were"]))
        (row::table(answer))
        p { a href=(reports) { "All reports" } " · " a href=(status) { "Status of the targets" } }
    };
    page(StatusCode::OK, "Recorded", &content)
}

/// Why the form was refused, above the form to try again.
fn refused(service: &web::Data<Service>, form: &Form, problem: &Problem) -> HttpResponse {
    let document = problem.document();
    let content = html! {
        h1 { "Submit figures" }
        div.refusal role="alert" {
            h2 { (document.title()) }
            p { (document.detail()) "." }
            @if !document.errors().is_empty() {
                ul { @for fault in document.errors() { li { (fault.detail) } } }
            }
        }
        (first_form(service, form))
    };
    let mut response = page(problem.status_code(), "Not recorded", &content);
    if let Some(wait) = problem.error_response().headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    response
}

/// The rows counted by outcome. The verb, in the singular and the plural, follows the first count only.
fn summary(answer: &ImportAnswer, [singular, plural]: [&str; 2]) -> Markup {
    let counts = [
        (answer.created, "new"),
        (answer.revised, "changed"),
        (answer.unchanged, "the same as before"),
        (answer.refused, "refused"),
    ];
    let mut parts = Vec::new();
    for (count, outcome) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let verb = if count == 1 { singular } else { plural };
        parts.push(if parts.is_empty() { format!("{count} {verb} {outcome}") } else { format!("{count} {outcome}") });
    }
    let rows = answer.rows.len();
    html! {
        p.lead { (rows) @if rows == 1 { " row: " } @else { " rows: " } (parts.join(", ")) "." }
        @if !answer.ignored_sheets.is_empty() { p.note { "Not read: " (answer.ignored_sheets.join(", ")) } }
    }
}
