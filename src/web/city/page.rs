//! The page of a city, from the verdict down to where it may be cited.

use maud::{Markup, PreEscaped, html};

use super::story::Story;
use super::{cite, figures, history, opinions, peers, picture};
use crate::answers::body::Body;
use crate::chart::{self, Theme};
use crate::method::Assessment;
use crate::registry::{CityEntry, Snapshot};
use crate::web::badge::badge;
use crate::web::page::{self, Head};
use crate::web::{format, texts};

/// Width at which the chart is laid out for a screen, and for a telephone, in pixels.
const CHART_WIDTHS: [(u32, &str); 2] = [(860, "wide"), (340, "narrow")];

pub(super) fn render(snapshot: &Snapshot, entry: &CityEntry, story: &Story<'_>) -> Body {
    let id = &story.status.city;
    let title = match story.target {
        Some(target) => format!("{} – {}", story.title(target), texts::verdict(target.verdict)),
        None => story.name().to_owned(),
    };
    let head = Head {
        title,
        description: story.target.map_or_else(String::new, |target| target.sentence.clone()),
        picture: story.target.map(|_| format!("{}/cities/{id}/chart.png?width=1200", story.public_url)),
        public_url: story.public_url.to_owned(),
        twins: cite::twins(story),
    };
    let content = html! {
        p.crumbs { a href="/" { "All cities" } " / " (story.view.city.value.country.name()) }
        h1 { (story.name()) }
        @match story.target {
            Some(target) => { (verdict(story, target)) (drawing(story, target)) }
            None => p.lead { (story.name()) " has adopted no target for the whole city that could be judged." }
        }
        (targets(story))
        @if let Some(target) = story.target {
            (figures::section(story, target))
            (opinions::section(story, target))
            (cautions(target))
        }
        (history::section(story))
        (look_back(story))
        (statement(story))
        (networks(snapshot, entry))
        (peers::section(snapshot, story))
        (cite::section(story))
    };
    page::render(&head, &content)
}

/// The verdict: as a sentence first, then in the words of the method.
fn verdict(story: &Story<'_>, target: &Assessment) -> Markup {
    html! {
        p.lead { (badge(target)) " " (target.sentence) }
        p.note {
            strong { (texts::meaning(target.verdict)) } " "
            @if let Some(course) = target.course.filter(|_| !target.verdict.is_current()) {
                "In the year of the latest comparable figure it was " (texts::course(course)) ". "
            }
            "Judged on " (format::day(story.status.judged_on)) " by method " (story.status.method) ", with "
            (texts::confidence(target.confidence)) "."
        }
    }
}

fn drawing(story: &Story<'_>, target: &Assessment) -> Markup {
    let chart = picture::chart(story, target);
    let id = &story.status.city;
    let query = format!("{}&target={}", story.pin(), target.target.id);
    html! {
        figure.chart {
            @for (width, class) in CHART_WIDTHS {
                @let options = chart::Options { width, theme: Theme::Light, has_frame: false, id: class };
                div class=(class) { (PreEscaped(chart::svg(&chart, &options))) }
            }
            figcaption {
                (chart.source) " The numbers are in the table " a href="#figures" { "Figures" } ". Picture: "
                a href={ "/cities/" (id) "/chart.svg?" (query) } { "SVG" } ", "
                a href={ "/cities/" (id) "/chart.png?" (query) "&width=1600" } { "PNG" } "."
            }
        }
    }
}

/// Every target there was, with what it asked for and what became of it.
fn targets(story: &Story<'_>) -> Markup {
    let mut targets: Vec<&Assessment> = story.status.targets.iter().collect();
    targets.sort_by_key(|target| (target.target.standing.has_ended(), target.target.set_on, target.target.target_year));
    html! {
        section aria-labelledby="pledges" {
            h2 #pledges { "What was pledged" }
            @if targets.is_empty() {
                p { "No target is recorded." }
            } @else {
                div.scroll tabindex="0" role="group" aria-labelledby="pledges" { table.stack {
                    thead { tr {
                        th scope="col" { "Pledge" } th scope="col" { "Set" } th scope="col" { "By" } th scope="col" { "Counts" }
                        th scope="col" { "Standing" } th scope="col" { "Verdict" }
                    } }
                    tbody { @for target in targets { (pledge(story, target)) } }
                } }
            }
        }
    }
}

fn pledge(story: &Story<'_>, assessment: &Assessment) -> Markup {
    let target = &assessment.target;
    let title = target.title.as_ref().map_or_else(|| target.id.to_string(), ToString::to_string);
    let url = format!("/cities/{}?target={}&{}", story.status.city, target.id, story.pin());
    let recorded = story.view.targets.get(&target.id).map(|known| known.value);
    let (source, note) = (recorded.map(|target| &target.source), recorded.and_then(|target| target.note.as_ref()));
    html! {
        tr {
            th scope="row" {
                a href=(url) { (title) }
                @if let Some(note) = note { p.note.lines { (note) } }
                @if let Some(source) = source { p.note { "Source: " (cite::source(source)) } }
            }
            td data-label="Set" { @match target.set_on { Some(day) => (format::day(day)), None => "not stated" } }
            td data-label="By" { (target.target_year) }
            td data-label="Counts" { (texts::level(target.level)) }
            td data-label="Standing" {
                (texts::standing(target.standing))
                @if let Some(ended) = target.ended_on { " (until " (ended) ")" }
            }
            td {
                (badge(assessment)) " " span.note { (assessment.sentence) }
            }
        }
    }
}

/// What a reader should know before using the verdict.
fn cautions(target: &Assessment) -> Markup {
    let cautions: Vec<_> = target.cautions.iter().filter(|caution| !texts::is_history(caution.code)).collect();
    html! {
        @if !cautions.is_empty() {
            section aria-labelledby="cautions" {
                h2 #cautions { "Before you use this" }
                ul { @for caution in cautions { li { (caution.detail) } } }
                p.note { a href="/guide/method#cautions" { "Every caution, and which of them make the confidence low" } }
            }
        }
    }
}

/// A form that leads to the page as it would have been on another day.
fn look_back(story: &Story<'_>) -> Markup {
    html! {
        section aria-labelledby="look-back" {
            h2 #look-back { "Look back" }
            form.filters action={ "/cities/" (story.status.city) } method="get" aria-label="Another day" {
                p { label for="known_on" { "As was known on" } input #known_on name="known_on" type="date" max=(story.status.judged_on) required; }
                p { button type="submit" { "Show that day" } }
            }
            p.note { "Only figures that had been published by then are used, and only pledges that were in force." }
        }
    }
}

fn statement(story: &Story<'_>) -> Markup {
    html! {
        @if let Some(reply) = &story.status.statement {
            section aria-labelledby="statement" {
                h2 #statement { "What the city says" }
                blockquote.lines { (reply.statement.text) }
                p.note {
                    "Recorded by " (reply.recorded_by) " on " (format::day(reply.recorded_at.date_naive()))
                    "; it changes no verdict."
                }
            }
        }
    }
}

fn networks(snapshot: &Snapshot, entry: &CityEntry) -> Markup {
    let is_member = |id: &&crate::record::Slug| entry.is_member(id.as_str(), snapshot.judged_on);
    let networks: Vec<_> = entry.dossier.memberships.keys().filter(is_member).collect();
    let name = |id: &crate::record::Slug| {
        let network = snapshot.networks.get(id.as_str()).and_then(|entry| entry.network.live());
        network.map_or_else(|| id.to_string(), |(network, _)| network.name.to_string())
    };
    html! {
        @if !networks.is_empty() {
            section aria-labelledby="networks" {
                h2 #networks { "Networks" }
                ul { @for id in networks { li { a href={ "/networks/" (id) } { (name(id)) } } } }
            }
        }
    }
}
