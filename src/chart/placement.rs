//! Labels that never overlap: each takes the free place that covers the least of the lines, or is left away.

use super::text::Font;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub fn around(x: f64, y: f64, radius: f64) -> Self {
        Area { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
    }

    fn meets(&self, other: &Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn holds(&self, other: &Area) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.bottom <= self.bottom
    }
}

/// A label with its place.
#[derive(Debug)]
pub(super) struct Placed {
    pub text: String,
    /// Left end of the base line.
    pub x: f64,
    pub y: f64,
}

/// The room for labels, and what is taken of it.
pub(super) struct Room {
    pub within: Area,
    /// Marks and other labels, which no label may cover.
    pub taken: Vec<Area>,
    /// Points of lines, which a label had better not cover.
    pub lines: Vec<Area>,
}

impl Room {
    /// Places a label beside a mark, where it covers nothing, or at worst a line.
    pub fn place(&mut self, text: &str, font: Font, (x, y): (f64, f64), distance: f64) -> Option<Placed> {
        let (width, ascent, descent) = (font.width(text), font.size * 0.78, font.size * 0.24);
        let middle = y + font.size * 0.36;
        let mut places = Vec::new();
        for away in [1.0, 2.2, 3.6, 5.5] {
            let d = distance * away;
            places.extend([
                (x - width / 2.0, y - d - descent),
                (x + d, y - d * 0.6),
                (x + d, middle),
                (x - width / 2.0, y + d + ascent),
                (x + d, y + d * 0.6 + ascent),
                (x - d - width, y - d * 0.6),
                (x - d - width, middle),
                (x - d - width, y - 5.5),
                (x + d, y - 5.5),
                (x - d - width, y + d * 0.6 + ascent),
            ]);
        }
        let area = |(left, base): (f64, f64)| Area {
            left: left - 1.5,
            top: base - ascent - 1.0,
            right: left + width + 1.5,
            bottom: base + descent + 1.0,
        };
        let is_free = |place: &&(f64, f64)| {
            let area = area(**place);
            self.within.holds(&area) && !self.taken.iter().any(|taken| taken.meets(&area))
        };
        let covered = |place: &&(f64, f64)| self.lines.iter().filter(|line| line.meets(&area(**place))).count();
        let place = *places.iter().filter(is_free).min_by_key(covered)?;
        self.taken.push(area(place));
        Some(Placed { text: text.to_owned(), x: place.0, y: place.1 })
    }
}
