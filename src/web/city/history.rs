//! What was changed: restated baselines, weakened and replaced pledges, each with the day and the reason.

use maud::{Markup, html};

use super::story::Story;
use crate::method::Caution;
use crate::web::texts;

pub(super) fn section(story: &Story<'_>) -> Markup {
    let mut changes: Vec<&Caution> = Vec::new();
    for caution in story.status.targets.iter().flat_map(|target| &target.cautions) {
        if texts::is_history(caution.code) && !changes.iter().any(|other| other.detail == caution.detail) {
            changes.push(caution);
        }
    }
    changes.sort_by_key(|caution| caution.changed_on);
    let id = &story.status.city;
    html! {
        section aria-labelledby="history" {
            h2 #history { "What was changed" }
            @if changes.is_empty() {
                p { "No baseline was restated and no pledge weakened, as far as is recorded." }
            } @else {
                ul { @for change in changes { li { (change.detail) @if let Some(reason) = &change.reason { " Reason given: “" (reason) "”" } } } }
            }
            p.note { a href={ "/v1/cities/" (id) "/changes" } { "Every entry of the log about the city, as JSON" } }
        }
    }
}
