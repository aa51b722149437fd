//! `/guide/` and `/guide/{page}`: the guide, written in Markdown so that it reads well in the repository too.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::page::{guard, render};
use crate::answers::body::Body;
use crate::api::response::answer::{Keep, answer};
use crate::api::response::problem::Problem;

/// The pages: the word in the address, which is the name of the file, and the text. The first one lists the others.
const TEXTS: &[(&str, &str)] = &[
    ("README", include_str!("guide/README.md")),
    ("method", include_str!("guide/method.md")),
    ("recipes", include_str!("guide/recipes.md")),
    ("api", include_str!("guide/api.md")),
    ("change-log", include_str!("guide/change-log.md")),
    ("data", include_str!("guide/data.md")),
    ("importing", include_str!("guide/importing.md")),
    ("keys", include_str!("guide/keys.md")),
    ("configuration", include_str!("guide/configuration.md")),
    ("deployment", include_str!("guide/deployment.md")),
    ("when-something-is-wrong", include_str!("guide/when-something-is-wrong.md")),
    ("more-than-one-machine", include_str!("guide/more-than-one-machine.md")),
];

/// The page that lists the others: a file of this name is what a repository shows of a folder.
const INDEX: &str = "README";

/// The pages by their words, each made and tagged once.
static GUIDE: LazyLock<HashMap<&str, Body>> = LazyLock::new(|| {
    let pages = TEXTS.iter().map(|(word, text)| {
        let text = Text::read(text);
        (*word, render(&text.title, &text.markup(*word == INDEX)))
    });
    pages.collect()
});

/// A text, read.
#[derive(Default)]
struct Text {
    title: String,
    /// The headings of the second level: id and words.
    parts: Vec<(String, String)>,
    /// What follows the title, as HTML.
    content: String,
}

impl Text {
    fn read(markdown: &str) -> Self {
        let (mut text, mut ids, mut events) = (Text::default(), Ids::default(), Vec::new());
        let mut parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
        while let Some(event) = parser.next() {
            let Event::Start(Tag::Heading { level, classes, attrs, .. }) = event else {
                events.push(with_address(event));
                continue;
            };
            let is_inside = |event: &Event<'_>| !matches!(event, Event::End(TagEnd::Heading(_)));
            let inside: Vec<_> = parser.by_ref().take_while(is_inside).collect();
            let words = words(&inside);
            if level == HeadingLevel::H1 {
                text.title = words;
                continue;
            }
            let id = ids.of(&words);
            if level == HeadingLevel::H2 {
                text.parts.push((id.clone(), words));
            }
            events.push(Event::Start(Tag::Heading { level, id: Some(id.into()), classes, attrs }));
            events.extend(inside.into_iter().map(with_address));
            events.push(Event::End(TagEnd::Heading(level)));
        }
        pulldown_cmark::html::push_html(&mut text.content, events.into_iter());
        text
    }

    /// The text with links to its parts and, unless it is the index, to the index.
    fn markup(&self, is_index: bool) -> Markup {
        html! {
            div.guide {
                h1 { (self.title) }
                @if !is_index && self.parts.len() > 2 {
                    nav aria-label="On this page" { @for (id, words) in &self.parts { a href={ "#" (id) } { (words) } } }
                }
                (PreEscaped(&self.content))
                @if !is_index { p { a href="/guide/" { "All pages of the guide" } } }
            }
        }
    }
}

/// The text of events, without marks.
fn words(events: &[Event<'_>]) -> String {
    let text = |event: &Event<'_>| match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        _ => String::new(),
    };
    events.iter().map(text).collect()
}

/// A link to another file of the guide, by the address of its page.
fn with_address(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = address(&dest_url).map_or(dest_url, CowStr::from);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    }
}

/// `importing.md#units` is served as `/guide/importing#units`.
fn address(link: &str) -> Option<String> {
    let (file, part) = link.split_at(link.find('#').unwrap_or(link.len()));
    let word = file.strip_suffix(".md").filter(|word| !word.contains('/'))?;
    let word = if word == INDEX { "" } else { word };
    Some(format!("/guide/{word}{part}"))
}

/// The ids of the headings of one page, made as repositories make them.
#[derive(Default)]
struct Ids(HashMap<String, usize>);

impl Ids {
    /// Small letters, digits and hyphens; the second of two headings alike ends with `-1`.
    fn of(&mut self, words: &str) -> String {
        let letters = words.to_lowercase();
        let kept = letters.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        let id: String = kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect();
        let count = self.0.entry(id.clone()).or_default();
        *count += 1;
        if *count == 1 { id } else { format!("{id}-{}", *count - 1) }
    }
}

pub(super) async fn index(request: HttpRequest) -> Result<HttpResponse, Problem> {
    page(&request, INDEX)
}

pub(super) async fn show(request: HttpRequest, word: web::Path<String>) -> Result<HttpResponse, Problem> {
    if word.as_str() == INDEX { Err(Problem::not_found()) } else { page(&request, &word) }
}

fn page(request: &HttpRequest, word: &str) -> Result<HttpResponse, Problem> {
    let page = GUIDE.get(word).ok_or_else(Problem::not_found)?;
    Ok(guard(answer(request, page, Keep::Revalidate)))
}
