//! The font of the charts: how wide a text is, and where it breaks.

use std::sync::LazyLock;

use ttf_parser::Face;

/// Inter by Rasmus Andersson and others (SIL Open Font License 1.1), Latin, Greek and Cyrillic.
pub(super) const REGULAR: &[u8] = include_bytes!("fonts/Inter-Regular.otf");
pub(super) const BOLD: &[u8] = include_bytes!("fonts/Inter-SemiBold.otf");

/// How the browser is to show it; what is measured is the first.
pub(super) const FAMILY: &str = "Inter, Helvetica Neue, Helvetica, Arial, sans-serif";

/// Width of a character that the font lacks, as a share of the size: that of a CJK character.
const UNKNOWN_WIDTH: f64 = 1.0;
/// Other fonts than the one measured may be a little wider.
const SPARE: f64 = 1.03;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Font {
    pub size: f64,
    pub is_bold: bool,
}

static FACES: LazyLock<[Option<Face<'static>>; 2]> =
    LazyLock::new(|| [Face::parse(REGULAR, 0).ok(), Face::parse(BOLD, 0).ok()]);

impl Font {
    pub const fn regular(size: f64) -> Self {
        Font { size, is_bold: false }
    }

    pub const fn bold(size: f64) -> Self {
        Font { size, is_bold: true }
    }

    /// The width of a text in pixels.
    pub fn width(self, text: &str) -> f64 {
        let face = FACES[usize::from(self.is_bold)].as_ref();
        let advance = |letter: char| {
            let known = face.and_then(|face| {
                let advance = face.glyph_hor_advance(face.glyph_index(letter)?)?;
                Some(f64::from(advance) / f64::from(face.units_per_em()))
            });
            known.unwrap_or(UNKNOWN_WIDTH)
        };
        text.chars().map(advance).sum::<f64>() * self.size * SPARE
    }

    /// Breaks a text into at most `most` lines that fit; what is left over ends in an ellipsis.
    pub fn wrap(self, text: &str, width: f64, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace().flat_map(|word| self.chop(word, width)) {
            let joined = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            if self.width(&joined) <= width {
                line = joined;
            } else {
                lines.push(std::mem::replace(&mut line, word));
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                *last = self.shorten(&format!("{last}…"), width);
            }
        }
        lines
    }

    /// The beginning of a text that fits, with an ellipsis if it is not all.
    pub fn shorten(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut kept: Vec<char> = text.trim_end_matches('…').chars().collect();
        while kept.pop().is_some() {
            let shorter: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
            if self.width(&shorter) <= width {
                return shorter;
            }
        }
        String::new()
    }

    /// A word that is wider than a line, in pieces.
    fn chop(self, word: &str, width: f64) -> Vec<String> {
        let mut pieces = vec![String::new()];
        for letter in word.chars() {
            let longer = pieces.last().map_or_else(String::new, |piece| format!("{piece}{letter}"));
            match pieces.last_mut() {
                Some(piece) if self.width(&longer) <= width || piece.is_empty() => *piece = longer,
                _ => pieces.push(letter.to_string()),
            }
        }
        pieces
    }
}
