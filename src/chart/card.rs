//! A card: a picture with a heading and a bar of counts, for those who show a link as a picture.

use maud::{Markup, html};

use super::layout::{n, paragraph};
use super::text::{FAMILY, Font};
use super::theme::Theme;

/// Width and height that Open Graph recommends, in pixels.
const SIZE: [f64; 2] = [1200.0, 630.0];
const PAD: f64 = 70.0;

/// A part of the bar: its words, how many it counts, and its colour.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it counts.
    pub words: String,
    /// How many there are.
    pub count: usize,
    /// Its colour: `#rrggbb`.
    pub colour: &'static str,
}

/// A card as an SVG document.
#[must_use]
pub fn card(heading: &str, parts: &[Part], source: &str) -> String {
    let palette = Theme::Light.palette();
    let inner = SIZE[0] - 2.0 * PAD;
    let (title, small) = (Font::bold(64.0), Font::regular(26.0));
    let lines = title.wrap(heading, inner, 3);
    let (heading_drawn, bottom) = paragraph(&lines, title, PAD, PAD, 1.16, palette.ink, "ink");
    let (source_drawn, _) =
        paragraph(&small.wrap(source, inner, 1), small, PAD, SIZE[1] - PAD - 10.0, 1.3, palette.muted, "muted");
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (n(SIZE[0])) " " (n(SIZE[1])) } width=(n(SIZE[0])) height=(n(SIZE[1])) font-family=(FAMILY) {
            rect width="100%" height="100%" fill=(palette.paper) {}
            rect width="100%" height="14" fill=(palette.reported) {}
            (heading_drawn)
            (bar(parts, bottom + 44.0))
            (source_drawn)
        }
    }
    .into_string()
}

/// The bar, and below it what each part counts.
#[allow(clippy::cast_precision_loss, reason = "nobody counts 2^52 cities")]
fn bar(parts: &[Part], top: f64) -> Markup {
    let palette = Theme::Light.palette();
    let total: usize = parts.iter().map(|part| part.count).sum();
    let font = Font::regular(28.0);
    let mut left = PAD;
    let (mut x, mut y) = (PAD, top + 70.0 + 54.0);
    let mut drawn = Vec::new();
    for part in parts.iter().filter(|part| part.count > 0) {
        let width = (SIZE[0] - 2.0 * PAD) * part.count as f64 / total.max(1) as f64;
        let words = format!("{} {}", part.count, part.words);
        let needed = 40.0 + font.width(&words);
        if x + needed > SIZE[0] - PAD {
            (x, y) = (PAD, y + 48.0);
        }
        drawn.push((left, width, part.colour, x, y, words));
        (left, x) = (left + width, x + needed + 36.0);
    }
    html! {
        @for (left, width, colour, x, y, words) in drawn {
            rect x=(n(left)) y=(n(top)) width=(n((width - 4.0).max(2.0))) height="70" fill=(colour) {}
            rect x=(n(x)) y=(n(y - 22.0)) width="26" height="26" fill=(colour) {}
            text x=(n(x + 38.0)) y=(n(y)) font-size=(n(font.size)) fill=(palette.ink) { (words) }
        }
    }
}
