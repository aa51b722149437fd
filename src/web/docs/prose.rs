//! The descriptions of the specification, which are Markdown.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// A description in paragraphs and lists.
pub(super) fn block(markdown: &str) -> Markup {
    written(markdown, |_| true)
}

/// A description of one paragraph, to stand in a line.
pub(super) fn line(markdown: &str) -> Markup {
    written(markdown, |event| !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)))
}

fn written(markdown: &str, keep: impl Fn(&Event<'_>) -> bool) -> Markup {
    let mut written = String::new();
    let events = Parser::new(markdown).filter(keep).map(|event| match event {
        // A description has no tags: what looks like one is meant as it stands.
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    pulldown_cmark::html::push_html(&mut written, events);
    PreEscaped(written)
}
