//! The rows of a file on the page `/submit`: the outcome, the changes and the faults of each.

use maud::{Markup, html};
use serde_json::Value;

use crate::api::imports::answer::{ImportAnswer, RowAnswer, RowFault, RowOutcome};
use crate::api::imports::differences::LineChanges;
use crate::method::Ratio;
use crate::record::Tonnes;
use crate::record::units::group_thousands;

/// Every row of a file.
pub(super) fn table(answer: &ImportAnswer) -> Markup {
    html! {
        table {
            caption { "Every row of the file" }
            thead { tr {
                th scope="col" { "Row" } th scope="col" { "Year" } th scope="col" { "Outcome" } th scope="col" { "Details" }
            } }
            tbody { @for row in &answer.rows { (table_row(row)) } }
        }
    }
}

fn table_row(row: &RowAnswer) -> Markup {
    let mark = if row.outcome == RowOutcome::RefusedFile { "off_track" } else { "" };
    html! {
        tr {
            th scope="row" { @if let Some(sheet) = &row.sheet { (sheet) " " } (row.row) }
            td { @if let Some(year) = row.year { (year) } }
            td { span.verdict.(mark) { (row.outcome.as_str()) } }
            td {
                (changes(row))
                @for fault in &row.faults { p.fault { (fault_text(fault)) } }
                @for warning in &row.warnings { p.note { "Please check: " (warning.detail) } }
            }
        }
    }
}

/// Everything that differs from the recorded report.
fn changes(row: &RowAnswer) -> Markup {
    // A change of a stated total also changes the figure, which is shown first.
    let is_shown = |pointer: &str| {
        row.changes.iter().any(|change| pointer.strip_prefix("/totals/") == Some(change.level.as_str()))
    };
    html! {
        @for change in &row.changes {
            p { (change.level) ": " (tonnes(change.old_tonnes)) " becomes " (tonnes(change.new_tonnes)) (percent(change.change_percent)) }
        }
        @for change in row.member_changes.iter().filter(|change| !is_shown(&change.pointer)) {
            p {
                (change.pointer[1..].replace(['/', '_'], " ")) ": " (value_text(change.old.as_ref())) " becomes "
                (value_text(change.new.as_ref())) (percent(change.change_percent))
            }
        }
        @if let Some(LineChanges { added, removed, changed }) = row.line_changes {
            @let parts = [(removed, "removed"), (added, "added"), (changed, "changed")];
            @let parts: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
            p { "lines: " @if parts.is_empty() { "in another order" } @else { (parts.join(", ")) } }
        }
    }
}

fn tonnes(tonnes: Option<Tonnes>) -> String {
    tonnes.map_or_else(|| "nothing".to_owned(), |tonnes| format!("{} t", group_thousands(tonnes.get())))
}

fn percent(percent: Option<Ratio>) -> String {
    percent.map(|percent| format!(" ({:+.1} %)", percent.get())).unwrap_or_default()
}

/// A JSON value as text for people.
fn value_text(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("\"{text}\""),
        Some(Value::Array(parts)) => parts
            .iter()
            .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        Some(other) => other.as_f64().map_or_else(|| other.to_string(), group_thousands),
    }
}

fn fault_text(fault: &RowFault) -> Markup {
    html! {
        @if let Some(header) = &fault.header {
            strong { @if let Some(column) = &fault.column { (column) ", " } (header) }
            @if let Some(text) = &fault.text { " " code { (text) } }
            ": "
        }
        (fault.detail)
    }
}
