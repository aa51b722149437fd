//! Sizes and places that follow from the width, and texts in lines.

use maud::{Markup, html};

use super::text::Font;
use super::theme::Palette;

/// Widest drawing that is laid out anew; a wider one is the same, enlarged.
const WIDEST: f64 = 860.0;
/// Narrowest drawing that is laid out; a narrower one is the same, made smaller.
const NARROWEST: f64 = 300.0;
/// Drawings narrower than this have smaller texts and less of them.
const NARROW: f64 = 560.0;

/// Sizes and places that follow from the width.
pub(super) struct Layout {
    /// What the ids begin with.
    pub id: &'static str,
    pub width: f64,
    pub pad: f64,
    pub title: Font,
    pub text: Font,
    pub small: Font,
    pub mark: f64,
    pub is_narrow: bool,
}

impl Layout {
    /// The layout for a width in pixels that was asked for.
    pub fn of(width: f64, id: &'static str) -> Self {
        let width = width.clamp(NARROWEST, WIDEST);
        let is_narrow = width < NARROW;
        let (pad, title, text, small, mark) =
            if is_narrow { (12.0, 15.0, 12.0, 10.0, 3.2) } else { (22.0, 21.0, 14.0, 11.5, 4.2) };
        Layout {
            id,
            width,
            pad,
            title: Font::bold(title),
            text: Font::regular(text),
            small: Font::regular(small),
            mark,
            is_narrow,
        }
    }

    /// The height of what is plotted.
    pub fn plot_height(&self) -> f64 {
        self.width * if self.is_narrow { 0.72 } else { 0.46 }
    }

    /// The width between the margins.
    pub fn inner(&self) -> f64 {
        self.width - 2.0 * self.pad
    }

    /// A reference to a definition of the drawing.
    pub fn reference(&self, name: &str) -> String {
        format!("url(#{}-{name})", self.id)
    }
}

/// Lines of one text, from `top` down.
pub(super) fn paragraph(
    lines: &[String],
    font: Font,
    x: f64,
    top: f64,
    leading: f64,
    fill: &str,
    class: &str,
) -> (Markup, f64) {
    let step = font.size * leading;
    let bottom = top + step * lines.len() as f64;
    let drawn = html! {
        @for (at, line) in lines.iter().enumerate() {
            text x=(n(x)) y=(n(top + step * at as f64 + font.size)) font-size=(n(font.size))
                font-weight=[font.is_bold.then_some("600")] fill=(fill) class=(class) { (line) }
        }
    };
    (drawn, bottom)
}

/// Where the figures are from and where they can be checked, from `top` down, and where that ends.
pub(super) fn credits(layout: &Layout, palette: &Palette, texts: [&str; 2], top: f64) -> (Markup, f64) {
    let mut bottom = top;
    let drawn = [4, 3].into_iter().zip(texts).map(|(most, text)| {
        let lines = layout.small.wrap(text, layout.inner(), most);
        let (drawn, next) = paragraph(&lines, layout.small, layout.pad, bottom, 1.4, palette.muted, "muted");
        bottom = next;
        drawn
    });
    let drawn: Vec<Markup> = drawn.collect();
    (html! { @for part in drawn { (part) } }, bottom)
}

/// A coordinate to a tenth of a pixel.
pub(super) fn n(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// The path of a diamond around a point.
pub(super) fn diamond(x: f64, y: f64, r: f64) -> String {
    format!("M{} {}L{} {}L{} {}L{} {}Z", n(x), n(y - r), n(x + r), n(y), n(x), n(y + r), n(x - r), n(y))
}
