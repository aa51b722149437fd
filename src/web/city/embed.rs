//! `/embed/{city}`: the chart alone with its source line, for a page of somebody else.

use maud::{DOCTYPE, PreEscaped, html};

use super::picture;
use super::story::Story;
use crate::answers::body::Body;
use crate::chart::{self, Theme};
use crate::web::page::{Head, heading};

/// Widths at which the chart is laid out, in pixels: the style sheet shows the one that fits.
const WIDTHS: [(u32, &str); 2] = [(860, "wide"), (340, "narrow")];

pub(super) fn render(story: &Story<'_>) -> Body {
    let title = story.target.map_or_else(|| story.name().to_owned(), |target| story.title(target));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (heading(&Head::titled(&title, "")))
            body.embed {
                main {
                    h1.hidden { (title) }
                    @match story.target {
                        Some(target) => {
                            @let chart = picture::chart(story, target);
                            @for (width, class) in WIDTHS {
                                @let options = chart::Options { width, theme: Theme::Light, has_frame: true, id: class };
                                div class=(class) { (PreEscaped(chart::svg(&chart, &options))) }
                            }
                        }
                        None => p { (story.name()) " has adopted no target for the whole city that could be judged." },
                    }
                    p.note {
                        a href=(story.address()) target="_blank" rel="noopener" { "How this is judged, and every source" }
                    }
                }
            }
        }
    };
    Body::new("text/html; charset=utf-8", page.into_string())
}
