//! Determines how a spreadsheet's number format displays a number: as itself, or as something else.

use crate::import::limits::NUMBER_FORMAT_CHARACTERS;

/// How a number is displayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum DisplayedAs {
    /// As it is stored, except for rounding and separators.
    Plain,
    /// As a percentage: 0.05 as `5 %`.
    Percent,
    /// As it is stored, with these words next to it.
    Beside(String),
    /// As another number, or not at all: scaled, with added digits, or depending on conditions.
    Otherwise,
}

/// A piece of a number format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// A digit, or the whole value.
    Digit,
    Comma,
    Point,
    Percent,
    /// A character that is displayed as it is.
    Literal(char),
    /// A condition for using the section.
    Condition,
}

/// How a number format displays `number`.
pub(in crate::import) fn display_of(format: &str, number: f64) -> DisplayedAs {
    if format.is_empty() {
        return DisplayedAs::Plain;
    }
    if format.chars().nth(NUMBER_FORMAT_CHARACTERS).is_some() {
        return DisplayedAs::Otherwise;
    }
    let sections = sections(format);
    // Sections with conditions are not evaluated. They are rare for figures and usually rescale them.
    if sections.iter().flatten().any(|piece| *piece == Piece::Condition) {
        return DisplayedAs::Otherwise;
    }
    let index = match sections.len() {
        2.. if number < 0.0 => 1,
        3.. if number == 0.0 => 2,
        _ => 0,
    };
    section_display(&sections[index], number)
}

/// The sections of a number format: for positive numbers, negative numbers, zero and text.
fn sections(format: &str) -> Vec<Vec<Piece>> {
    let mut sections = vec![Vec::new()];
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        if first == ';' {
            sections.push(Vec::new());
            rest = after;
            continue;
        }
        let (pieces, left) = next_pieces(first, rest, after);
        sections.last_mut().expect("there is always one").extend(pieces);
        rest = left;
    }
    sections
}

/// The pieces at the beginning of `rest`, and what follows them. `first` is the first character of `rest`, `after` its
/// remainder.
fn next_pieces<'f>(first: char, rest: &'f str, after: &'f str) -> (Vec<Piece>, &'f str) {
    let literals = |text: &str| text.chars().map(Piece::Literal).collect();
    let one = |text: &'f str| text.split_at(text.chars().next().map_or(0, char::len_utf8));
    match first {
        '"' => {
            let (text, left) = after.split_once('"').unwrap_or((after, ""));
            (literals(text), left)
        }
        '[' => {
            let (inside, left) = after.split_once(']').unwrap_or((after, ""));
            (bracket(inside), left)
        }
        // Displays the next character once, or repeatedly to fill the cell. A digit there would look like one of the
        // number.
        '\\' | '*' => (literals(one(after).0), one(after).1),
        // A space as wide as the next character.
        '_' => (Vec::new(), one(after).1),
        '0' | '#' | '?' | '@' => (vec![Piece::Digit], after),
        ',' => (vec![Piece::Comma], after),
        '.' => (vec![Piece::Point], after),
        '%' => (vec![Piece::Percent], after),
        'E' | 'e' if after.starts_with(['+', '-']) => (Vec::new(), &after[1..]),
        _ => match rest.get(..7).filter(|word| word.eq_ignore_ascii_case("general")) {
            Some(word) => (vec![Piece::Digit], &rest[word.len()..]),
            None => (vec![Piece::Literal(first)], after),
        },
    }
}

/// The pieces for square brackets: a condition, a currency symbol, or a colour, which displays nothing.
fn bracket(inside: &str) -> Vec<Piece> {
    if inside.starts_with(['<', '>', '=']) {
        return vec![Piece::Condition];
    }
    let Some(currency) = inside.strip_prefix('$') else { return Vec::new() };
    let symbol = currency.rsplit_once('-').map_or(currency, |(symbol, _)| symbol);
    symbol.chars().map(Piece::Literal).collect()
}

/// How a section displays a number.
fn section_display(pieces: &[Piece], number: f64) -> DisplayedAs {
    let words = words(pieces);
    let Some(digit) = pieces.iter().position(|piece| *piece == Piece::Digit) else {
        let is_dash = number == 0.0 && words.chars().all(|c| c.is_whitespace() || is_dash(c));
        return if is_dash { DisplayedAs::Plain } else { DisplayedAs::Otherwise };
    };
    let letters = words.chars().any(char::is_alphabetic);
    let negates = |piece: &Piece| matches!(piece, Piece::Literal(c) if *c == '(' || is_dash(*c));
    let looks_negative =
        number > 0.0 && (pieces[..digit].iter().any(negates) || (!letters && pieces[digit..].iter().any(negates)));
    if looks_negative || scales(pieces) || adds_digits(pieces) {
        return DisplayedAs::Otherwise;
    }
    let beside = words.chars().any(|c| !(c.is_whitespace() || is_dash(c) || "()+'\u{2019}".contains(c)));
    match pieces.iter().filter(|piece| **piece == Piece::Percent).count() {
        0 if beside => DisplayedAs::Beside(words.trim_matches(|c: char| c.is_whitespace() || is_dash(c)).to_owned()),
        0 => DisplayedAs::Plain,
        1 if !beside => DisplayedAs::Percent,
        _ => DisplayedAs::Otherwise,
    }
}

/// The literal characters of a section.
fn words(pieces: &[Piece]) -> String {
    let literal = |piece: &Piece| if let Piece::Literal(c) = piece { Some(*c) } else { None };
    pieces.iter().filter_map(literal).collect()
}

const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{2013}' | '\u{2014}')
}

/// True if a comma is not between two digits before the point. Such a comma divides by a thousand.
fn scales(pieces: &[Piece]) -> bool {
    let point = pieces.iter().position(|piece| *piece == Piece::Point).unwrap_or(pieces.len());
    pieces.iter().enumerate().any(|(index, piece)| {
        let between = index > 0 && pieces[index - 1] == Piece::Digit && pieces.get(index + 1) == Some(&Piece::Digit);
        *piece == Piece::Comma && (index > point || !between)
    })
}

/// True if literal digits or marks are added to the number, as in `0",000"`. Digits within a word, as in `CO2`, do not
/// count.
fn adds_digits(pieces: &[Piece]) -> bool {
    let mut in_word = false;
    pieces.iter().any(|piece| {
        let Piece::Literal(c) = *piece else {
            in_word = false;
            return false;
        };
        let of_number = c.is_numeric() || matches!(c, '.' | ',');
        in_word = c.is_alphabetic() || (in_word && of_number);
        of_number && !in_word
    })
}
