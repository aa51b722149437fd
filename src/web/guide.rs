//! `/guide/` and `/guide/{page}`: the guide. It is written in Markdown, so that it can be read in the repository too.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::page::{Head, public_url, render, with_security_headers};
use crate::answers::body::Body;
use crate::api::response::answer::{CachePolicy, answer};
use crate::api::response::problem::Problem;

/// The pages: the name, which is that of the file and stands in the address, and the text. The first lists the others.
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

/// The page that lists the others. It has this name because repositories show a file of this name for its folder.
const INDEX: &str = "README";

/// The texts by name.
static PARSED: LazyLock<HashMap<&str, Text>> =
    LazyLock::new(|| TEXTS.iter().map(|(name, text)| (*name, Text::parse(text))).collect());

/// The pages by name, each rendered once.
static GUIDE: OnceLock<HashMap<&str, Body>> = OnceLock::new();

/// Renders the pages.
fn rendered(public_url: &str) -> HashMap<&'static str, Body> {
    let page = |name: &str, text: &Text| render(&Head::titled(&text.title, public_url), &text.markup(name == INDEX));
    PARSED.iter().map(|(name, text)| (*name, page(name, text))).collect()
}

/// The text of one page.
#[derive(Default)]
struct Text {
    title: String,
    /// The headings of the second level: id and heading.
    sections: Vec<(String, String)>,
    /// Everything after the title, as HTML.
    content: String,
}

impl Text {
    fn parse(markdown: &str) -> Self {
        let (mut text, mut ids, mut events) = (Text::default(), Ids::default(), Vec::new());
        let mut parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
        while let Some(event) = parser.next() {
            let Event::Start(Tag::Heading { level, classes, attrs, .. }) = event else {
                events.push(rewrite_link(event));
                continue;
            };
            let is_inside = |event: &Event<'_>| !matches!(event, Event::End(TagEnd::Heading(_)));
            let inside: Vec<_> = parser.by_ref().take_while(is_inside).collect();
            let heading = plain_text(&inside);
            if level == HeadingLevel::H1 {
                text.title = heading;
                continue;
            }
            let id = ids.make(&heading);
            if level == HeadingLevel::H2 {
                text.sections.push((id.clone(), heading));
            }
            events.push(Event::Start(Tag::Heading { level, id: Some(id.into()), classes, attrs }));
            events.extend(inside.into_iter().map(rewrite_link));
            events.push(Event::End(TagEnd::Heading(level)));
        }
        let mut content = String::new();
        pulldown_cmark::html::push_html(&mut content, events.into_iter());
        text.content = scrollable(&content);
        text
    }

    /// The page: the title, links to the sections if there are more than two, the content, and a link to the index.
    fn markup(&self, is_index: bool) -> Markup {
        html! {
            div.guide {
                h1 { (self.title) }
                @if !is_index && self.sections.len() > 2 {
                    nav aria-label="On this page" {
                        @for (id, heading) in &self.sections { a href={ "#" (id) } { (heading) } }
                    }
                }
                (PreEscaped(&self.content))
                @if !is_index { p { a href="/guide/" { "All pages of the guide" } } }
            }
        }
    }
}

/// Lets what may be wider than a telephone be scrolled sideways, also by the keyboard. In the text of a page these tags are
/// escaped, so that only the elements themselves are found.
fn scrollable(content: &str) -> String {
    const FRAME: &str = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">";
    content
        .replace("<pre>", "<pre tabindex=\"0\">")
        .replace("<table>", &format!("{FRAME}<table>"))
        .replace("</table>", "</table></div>")
}

/// The text of events without formatting.
fn plain_text(events: &[Event<'_>]) -> String {
    let text = |event: &Event<'_>| match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        _ => String::new(),
    };
    events.iter().map(text).collect()
}

/// Replaces a link to another file of the guide by a link to its page.
fn rewrite_link(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = page_address(&dest_url).map_or(dest_url, CowStr::from);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    }
}

/// The address of a page of the guide: `importing.md#units` becomes `/guide/importing#units`. None for other links.
fn page_address(link: &str) -> Option<String> {
    let (file, fragment) = link.split_at(link.find('#').unwrap_or(link.len()));
    let name = file.strip_suffix(".md").filter(|name| !name.contains('/'))?;
    let name = if name == INDEX { "" } else { name };
    Some(format!("/guide/{name}{fragment}"))
}

/// Makes the ids of the headings of one page by the rules of GitHub, so that the same links work in both places.
#[derive(Default)]
struct Ids(HashMap<String, usize>);

impl Ids {
    /// An id of lowercase letters, digits, hyphens and underscores. If an id repeats, the second ends with `-1`.
    fn make(&mut self, heading: &str) -> String {
        let lowercase = heading.to_lowercase();
        let allowed = lowercase.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
        let id: String = allowed.map(|char| if char == ' ' { '-' } else { char }).collect();
        let count = self.0.entry(id.clone()).or_default();
        *count += 1;
        if *count == 1 { id } else { format!("{id}-{}", *count - 1) }
    }
}

pub(super) async fn index(request: HttpRequest) -> Result<HttpResponse, Problem> {
    page(&request, INDEX)
}

pub(super) async fn show(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    if name.as_str() == INDEX { Err(Problem::not_found()) } else { page(&request, &name) }
}

/// The title and the content of a page of the guide, for a page that shows more beside it.
pub(super) fn text(name: &str) -> Option<(&'static str, Markup)> {
    let text = PARSED.get(name)?;
    Some((&text.title, text.markup(name == INDEX)))
}

fn page(request: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let page = GUIDE.get_or_init(|| rendered(public_url(request))).get(name).ok_or_else(Problem::not_found)?;
    Ok(with_security_headers(answer(request, page, CachePolicy::Revalidate)))
}
