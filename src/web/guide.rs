//! `/guide/{page}`: texts for operators, written in Markdown so that they read well in the repository too.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{PreEscaped, html};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::page::respond;
use crate::api::response::problem::Problem;

/// A text: the word in its address, and what it says.
struct Guide {
    word: &'static str,
    title: String,
    content: String,
}

/// The texts, read once.
static GUIDES: LazyLock<Vec<Guide>> = LazyLock::new(|| {
    let texts = [
        ("when-something-is-wrong", include_str!("guide/when-something-is-wrong.md")),
        ("more-than-one-machine", include_str!("guide/more-than-one-machine.md")),
    ];
    texts.into_iter().map(|(word, text)| Guide { word, title: title(text), content: rendered(text) }).collect()
});

/// The text's heading of the first level.
fn title(text: &str) -> String {
    let mut words = String::new();
    let mut is_inside = false;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => is_inside = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => break,
            Event::Text(text) | Event::Code(text) if is_inside => words.push_str(&text),
            _ => {}
        }
    }
    words
}

/// The text as HTML.
fn rendered(text: &str) -> String {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(text, Options::ENABLE_TABLES));
    html
}

pub(super) async fn show(request: HttpRequest, word: web::Path<String>) -> Result<HttpResponse, Problem> {
    let guide = GUIDES.iter().find(|guide| guide.word == word.as_str()).ok_or_else(Problem::not_found)?;
    Ok(respond(&request, &guide.title, &html! { div.guide { (PreEscaped(&guide.content)) } }))
}
