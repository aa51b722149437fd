//! Where a page may be quoted from: sources, the permalink, how to cite it, and the same as data.

use maud::{Markup, html};

use super::story::Story;
use crate::record::Source;
use crate::web::format;

/// A source with its link, its publisher, its day, its place and its licence.
pub(super) fn source(source: &Source) -> Markup {
    html! {
        span.source {
            @match &source.url {
                Some(url) => a href=(url.as_str()) rel="nofollow" { (source.title) },
                None => (source.title),
            }
            @if let Some(publisher) = &source.publisher { ", " (publisher) }
            @if let Some(day) = source.published { ", " (format::day(day)) }
            @if let Some(locator) = &source.locator { ", " (locator) }
            @if let Some(licence) = &source.licence { " (" (licence) ")" }
        }
    }
}

/// The same as data, with the media type of each.
pub(super) fn twins(story: &Story<'_>) -> Vec<(String, &'static str)> {
    let (id, pin) = (&story.status.city, story.pin());
    let status = (format!("/v1/cities/{id}/status?{pin}&explain=true"), "application/json");
    let series = story
        .target
        .map(|target| (format!("/v1/cities/{id}/series.csv?{pin}&target={}", target.target.id), "text/csv"));
    std::iter::once(status).chain(series).collect()
}

pub(super) fn section(story: &Story<'_>) -> Markup {
    let id = &story.status.city;
    let embed = format!(
        "<iframe src=\"{}/embed/{id}\" title=\"{} – pledgewatch\" width=\"100%\" height=\"620\" loading=\"lazy\"></iframe>",
        story.public_url,
        story.name()
    );
    html! {
        section aria-labelledby="cite" {
            h2 #cite { "Quote this" }
            p { "These numbers stay as they are under " a href=(story.permalink()) { "this permanent address" } ":" }
            pre tabindex="0" { code { (story.address()) } }
            details { summary { "Cite as text" } p { (text(story)) } }
            details { summary { "BibTeX" } pre tabindex="0" { code { (bibtex(story)) } } }
            details { summary { "CSL-JSON" } pre tabindex="0" { code { (csl(story)) } } }
            details { summary { "Embed the chart" } pre tabindex="0" { code { (embed) } } }
            p {
                "The same as data: "
                @for (address, media_type) in twins(story) {
                    a href=(address) { @if media_type == "text/csv" { "CSV" } @else { "JSON" } } ", "
                }
                a href={ "/v1/cities/" (id) } { "the record of the city" } ". Figures stay under the terms of those who "
                "published them, as named beside each."
            }
        }
    }
}

fn heading(story: &Story<'_>) -> String {
    story.target.map_or_else(|| story.name().to_owned(), |target| story.title(target))
}

fn text(story: &Story<'_>) -> String {
    let day = format::day(story.status.judged_on);
    format!("{}. pledgewatch, method {}, as known on {day}. {}", heading(story), story.status.method, story.address())
}

fn bibtex(story: &Story<'_>) -> String {
    let (id, day) = (&story.status.city, story.status.judged_on);
    let plain: String = heading(story).chars().filter(|letter| !matches!(letter, '{' | '}' | '\\')).collect();
    format!(
        "@misc{{pledgewatch-{id}-{day},\n  title = {{{plain}}},\n  author = {{{{pledgewatch}}}},\n  year = {{{}}},\n  \
        url = {{{}}},\n  note = {{Method {}, as known on {day}}}\n}}",
        story.year(),
        story.address(),
        story.status.method
    )
}

fn csl(story: &Story<'_>) -> String {
    let day = story.status.judged_on;
    let parts: Vec<i32> = day.to_string().split('-').filter_map(|part| part.parse().ok()).collect();
    let item = serde_json::json!([{
        "id": format!("pledgewatch-{}-{day}", story.status.city),
        "type": "webpage",
        "title": heading(story),
        "author": [{"literal": "pledgewatch"}],
        "issued": {"date-parts": [parts]},
        "URL": story.address(),
        "note": format!("Method {}, as known on {day}", story.status.method),
    }]);
    format!("{item:#}")
}
