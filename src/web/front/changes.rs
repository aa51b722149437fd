//! What changed lately: the newest entries of the log, in words.

use maud::{Markup, html};

use crate::record::Change;
use crate::registry::Snapshot;
use crate::web::format;

/// How many entries are shown.
const SHOWN: usize = 8;

pub(super) fn section(snapshot: &Snapshot) -> Markup {
    let entries: Vec<&Change> = snapshot.newest().take(SHOWN).collect();
    html! {
        @if !entries.is_empty() {
            section aria-labelledby="lately" {
                h2 #lately { "What changed lately" }
                ul { @for entry in entries { li { (in_words(snapshot, entry)) } } }
                p { a href="/changes" { "All changes" } " · " a href="/weakened" { "Weakened or dropped pledges" } " · " a href="/never-reported" { "Never reported" } }
            }
        }
    }
}

/// An entry as a sentence, with links.
pub(in crate::web) fn in_words(snapshot: &Snapshot, entry: &Change) -> Markup {
    let day = format::day(entry.recorded_at.date_naive());
    let kind = entry.subject.kind();
    let id = entry.subject.id();
    let name = |id: &crate::record::CityId| {
        let present = snapshot.cities.get(id).and_then(|entry| entry.present.as_ref());
        present.map_or_else(|| id.to_string(), |present| present.city.name.to_string())
    };
    html! {
        time datetime=(entry.recorded_at.date_naive()) { (day) } ": "
        @match entry.subject.city() {
            Some(city) => { a href={ "/cities/" (city) } { (name(city)) } ", " (kind) " " (id) ", " (entry.action) },
            None => { (kind) " " (id) ", " (entry.action) },
        }
        @if entry.revision > 1 { " (revision " (entry.revision) ")" }
    }
}
