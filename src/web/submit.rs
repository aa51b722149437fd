//! `/submit`: a city's figures from the spreadsheet they are in, checked first and then recorded.
//!
//! It works without a script. The key is typed in for the check and once more to confirm; it is never kept, and
//! never part of an address.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::page::respond_with_form;
use crate::api::imports::{self, Asked, FigureChange, ImportAnswer, Imported, RowAnswer, RowFault, RowOutcome};
use crate::api::problem::{Code, Problem};
use crate::api::upload::{self, Field, Upload};
use crate::api::{Service, access, present_city};
use crate::record::Slug;
use crate::record::limits::{LISTED_CITIES, NAME_CHARACTERS, TEXT_CHARACTERS};

/// What the form is first shown with.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormQuery {
    /// The city to begin with.
    city: Option<String>,
}

/// What was typed into the form.
#[derive(Debug, Default)]
struct Form {
    city: String,
    key: String,
    reason: String,
    files: Vec<web::Bytes>,
    /// The reports of the check, to be confirmed.
    reports: Option<web::Bytes>,
}

impl Form {
    fn of(fields: Vec<Field>) -> Result<Self, Problem> {
        let mut form = Form::default();
        for field in fields {
            match field.name.as_str() {
                "city" => form.city = field.text(),
                "key" => form.key = field.text(),
                "reason" => form.reason = field.text(),
                "reports" => form.reports = Some(field.value),
                // A file that was not chosen comes as an empty one.
                "file" if field.value.is_empty() => {}
                "file" => form.files.push(field.value),
                other => return Err(Problem::fault("", "unknown_field", format!("the form has no field {other}"))),
            }
        }
        Ok(form)
    }
}

pub(super) async fn show(service: web::Data<Service>, query: web::Query<FormQuery>) -> HttpResponse {
    let form = Form { city: query.into_inner().city.unwrap_or_default(), ..Form::default() };
    page(StatusCode::OK, "Submit figures", &html! { h1 { "Submit figures" } (empty_form(&service, &form)) })
}

pub(super) async fn take(request: HttpRequest, service: web::Data<Service>, payload: web::Payload) -> HttpResponse {
    let form = match upload::form(&request, payload).await.and_then(Form::of) {
        Ok(form) => form,
        Err(problem) => return refused(&service, &Form::default(), &problem),
    };
    match import(&service, &form).await {
        Ok(imported) if imported.answer.done => done(&imported.answer),
        Ok(imported) => checked(&service, &form, &imported),
        Err(problem) => refused(&service, &form, &problem),
    }
}

/// Checks the file or, once that was confirmed, records the reports.
async fn import(service: &web::Data<Service>, form: &Form) -> Result<Imported, Problem> {
    let Some(city) = Slug::new(&form.city) else {
        return Err(Problem::fault("/city", "invalid_id", "choose a city"));
    };
    if form.key.is_empty() {
        return Err(Problem::new(Code::Unauthorized, "paste the key of the city"));
    }
    let writer = access::reporter_with(service, &form.key, &form.city).await?;
    present_city(&service.registry.present(), &form.city)?;
    let today = service.registry.today();
    let reason = Some(&form.reason).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| crate::api::body::reason_text(Value::from(reason.as_str()), today)).transpose()?;
    let (upload, dry_run) = match &form.reports {
        Some(reports) => (upload::json(reports.clone())?, false),
        None if form.files.is_empty() => return Err(Problem::fault("/file", "no_file", "choose a file")),
        None => (Upload::Files(form.files.clone()), true),
    };
    imports::run(service, Asked { actor: writer.label.to_string(), city, reason, dry_run }, upload).await
}

fn page(status: StatusCode, title: &str, content: &Markup) -> HttpResponse {
    respond_with_form(status, title, content)
}

/// The form, with what was typed but the key and the file.
fn empty_form(service: &web::Data<Service>, form: &Form) -> Markup {
    let template = |kind: &str| match Slug::new(&form.city) {
        Some(city) => format!("/v1/templates/reports.{kind}?city={city}"),
        None => format!("/v1/templates/reports.{kind}"),
    };
    html! {
        p.lead {
            "Put a year's totals in each row of the template, as "
            a href=(template("xlsx")) { "a workbook" } " or "
            a href=(template("csv")) { "a CSV file" }
            ". The file is checked first, and nothing is recorded before you have seen what would be."
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
                span #lines-hint.note { "Only if the first is a CSV file; a workbook has them in its second sheet." }
            }
            p {
                label for="reason" { "Why published figures change" }
                input id="reason" name="reason" value=(form.reason) maxlength=(TEXT_CHARACTERS) aria-describedby="reason-hint";
                span #reason-hint.note { "Needed where the file restates a year; shown beside the figures for ever." }
            }
            p { button { "Check the file" } }
        }
        (lost_key(service))
    }
}

/// The cities to choose from, or a field for the id where a list would be too long.
fn city_field(service: &web::Data<Service>, chosen: &str) -> Markup {
    let snapshot = service.registry.present();
    let mut cities: Vec<_> = snapshot.present().map(|(id, _, present)| (id, &present.city.name)).collect();
    cities.sort_by_key(|(_, name)| *name);
    html! {
        @if cities.len() > LISTED_CITIES {
            input id="city" name="city" value=(chosen) required pattern="[a-z0-9\\-]{2,64}" placeholder="us-los-angeles";
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

/// Nothing but a person fills this in: a browser that keeps the key would give it to the next who sits there.
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
            "Each city has a key. It is not kept here and cannot be looked up. If it is lost, ask "
            @match &service.contact {
                Some(contact) => { strong { (contact) } }
                None => { "whoever runs this service" }
            }
            " for a new one; the old one is then revoked."
        }
    }
}

/// What would happen, and the way to confirm it.
fn checked(service: &web::Data<Service>, form: &Form, imported: &Imported) -> HttpResponse {
    let answer = &imported.answer;
    let news = answer.created + answer.revised > 0;
    let content = html! {
        h1 { "Check of the file for " (answer.city) }
        (summary(answer, "would be"))
        (rows(answer))
        @if answer.refused > 0 {
            h2 { "Nothing can be recorded yet" }
            p { "A file is recorded whole or not at all. Mend what is marked and check it again." }
            (empty_form(service, form))
        } @else if news {
            h2 { "Record this?" }
            p { "So far nothing is recorded. What is recorded stays in the history of the city for ever." }
            form method="post" action="/submit" enctype="multipart/form-data" {
                input type="hidden" name="city" value=(form.city);
                input type="hidden" name="reason" value=(form.reason);
                input type="hidden" name="reports" value=(json!({"reports": imported.reports}));
                (key_field())
                p { button { "Record " (answer.created + answer.revised) " reports" } }
            }
        } @else {
            h2 { "There is nothing to record" }
            p { "Every row says what is recorded already." }
            (empty_form(service, form))
        }
    };
    let status = if answer.refused > 0 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(status, "Check of the file", &content)
}

fn done(answer: &ImportAnswer) -> HttpResponse {
    let reports = format!("/v1/cities/{}/reports", answer.city);
    let status = format!("/v1/cities/{}/status", answer.city);
    let content = html! {
        h1 { "Recorded for " (answer.city) }
        (summary(answer, "were"))
        (rows(answer))
        p { a href=(reports) { "All reports" } " · " a href=(status) { "What follows for the targets" } }
    };
    page(StatusCode::OK, "Recorded", &content)
}

/// Why nothing was done, above the form.
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
        (empty_form(service, form))
    };
    page(problem.status_code(), "Not recorded", &content)
}

fn summary(answer: &ImportAnswer, verb: &str) -> Markup {
    let counted = [
        (answer.created, "new"),
        (answer.revised, "changed"),
        (answer.unchanged, "the same as before"),
        (answer.refused, "refused"),
    ];
    let told: Vec<String> =
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    html! {
        p.lead { "Of " (answer.rows.len()) " rows " (verb) ": " (told.join(", ")) "." }
        @if !answer.ignored_sheets.is_empty() { p.note { "Not read: " (answer.ignored_sheets.join(", ")) } }
    }
}

fn rows(answer: &ImportAnswer) -> Markup {
    html! {
        table {
            caption { "Every row of the file" }
            thead { tr {
                th scope="col" { "Row" } th scope="col" { "Year" } th scope="col" { "Outcome" } th scope="col" { "What to look at" }
            } }
            tbody { @for row in &answer.rows { (row_of(row)) } }
        }
    }
}

fn row_of(row: &RowAnswer) -> Markup {
    let mark = if row.outcome == RowOutcome::Refused { "off_track" } else { "" };
    html! {
        tr {
            th scope="row" { @if let Some(sheet) = &row.sheet { (sheet) " " } (row.row) }
            td { @if let Some(year) = row.year { (year) } }
            td { span.verdict.(mark) { (row.outcome.as_str()) } }
            td {
                @for change in &row.changes { p { (change_of(change)) } }
                @for fault in &row.faults { p.fault { (fault_of(fault)) } }
                @for warning in &row.warnings { p.note { "Look again: " (warning.detail) } }
            }
        }
    }
}

fn change_of(change: &FigureChange) -> Markup {
    html! {
        (change.level) ": "
        @match change.old_tonnes { Some(old) => { (old.get()) " t" } None => { "nothing" } }
        " becomes "
        @match change.new_tonnes { Some(new) => { (new.get()) " t" } None => { "nothing" } }
        @if let Some(percent) = change.change_percent { " (" (format!("{:+.1}", percent.get())) " %)" }
    }
}

fn fault_of(fault: &RowFault) -> Markup {
    html! {
        @if let Some(header) = &fault.header {
            strong { @if let Some(column) = &fault.column { (column) ", " } (header) }
            @if let Some(text) = &fault.text { " " code { (text) } }
            ": "
        }
        (fault.detail)
    }
}
