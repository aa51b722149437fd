//! Reads figures in machine-written files: plain decimals, without guessing.

use serde_json::{Number, Value};

use super::number::{self, Quantity};
use super::unit::Scale;

/// Why a cell is not a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum NoFigure {
    /// It is empty.
    Empty,
    /// It holds something else: this text.
    Text(String),
}

/// The longest text of a figure, in characters. No machine writes more digits.
const FIGURE_CHARACTERS: usize = 40;

/// Reads a plain decimal: `1233`, `1233.5`, `-4`, `1.5E6`, or `1,233,456.7` with every thousand separated.
///
/// `1,233` alone is refused, because the comma could be a decimal mark. So is `1.233,5`.
pub(in crate::import) fn figure(cell: &str) -> Result<f64, NoFigure> {
    figure_in(Scale::ONE, cell)
}

/// Like [`figure`], for a cell in another unit. Returns tonnes or people.
pub(in crate::import) fn figure_in(scale: Scale, cell: &str) -> Result<f64, NoFigure> {
    let text = cell.trim();
    if text.is_empty() {
        return Err(NoFigure::Empty);
    }
    let refused = || NoFigure::Text(quoted(text));
    let plain = without_commas(text).filter(|plain| plain.len() <= FIGURE_CHARACTERS).ok_or_else(refused)?;
    let (mantissa, exponent) = match plain.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| refused())?),
        None => (plain.as_str(), 0),
    };
    let bare = mantissa.strip_prefix('-');
    let (whole, fraction) = bare.unwrap_or(mantissa).split_once('.').unwrap_or((bare.unwrap_or(mantissa), ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let ends_well = !whole.is_empty() && !mantissa.ends_with('.');
    if !ends_well || !all_digits(whole) || !all_digits(fraction) || exponent.abs() > 30 {
        return Err(refused());
    }
    let decimals = i32::try_from(fraction.len()).map_err(|_| refused())?;
    scale.amount(bare.is_some(), &format!("{whole}{fraction}"), exponent - decimals).ok_or_else(refused)
}

/// The text without thousands separators; none if a comma may be a decimal mark.
fn without_commas(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.strip_prefix('-').unwrap_or(whole).split(',');
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()));
    let further: Vec<&str> = groups.collect();
    let in_threes =
        first.is_some() && further.iter().all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()));
    // In `1.233,5` the comma is the decimal mark.
    let certain = in_threes
        && match fraction {
            Some(fraction) => !further.is_empty() && !fraction.contains(','),
            None => further.len() > 1,
        };
    certain.then(|| text.replace(',', ""))
}

/// Reads a year of four digits, also in the form `2015.0`.
pub(in crate::import) fn year(cell: &str) -> Option<i32> {
    let text = cell.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// Rounds to whole people; none below a half or above 10^9.
pub(in crate::import) fn people(figure: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "at most 10^9")]
    (0.5..=1e9).contains(&figure).then(|| figure.round() as i64)
}

/// Reads a population in the unit of `scale`. Adds a remark if the cell cannot be read.
///
/// There are no fractions of people, so `1.234` and `1,234` are 1234. Thousands of people do have fractions, so there
/// such a text is unclear.
pub(in crate::import) fn population(scale: Scale, cell: &str, remarks: &mut Vec<String>) -> Option<i64> {
    let whole = (scale == Scale::ONE && is_grouped(cell)).then(|| number::read(cell, Quantity::People, None).ok());
    let read = match whole {
        Some(read) => read,
        None => match figure_in(scale, cell) {
            Err(NoFigure::Empty) => return None,
            other => other.ok(),
        },
    };
    let counted = read.and_then(people);
    if counted.is_none() && read != Some(0.0) {
        remarks.push(format!("the population \"{}\" cannot be read as one number, and is left out", quoted(cell)));
    }
    counted
}

/// True if one mark separates all digits in groups of three.
fn is_grouped(cell: &str) -> bool {
    let mut groups = cell.trim().split(|c: char| !c.is_ascii_digit());
    let mut marks = cell.trim().chars().filter(|c| !c.is_ascii_digit());
    let mark = marks.next();
    mark.is_some()
        && marks.all(|other| Some(other) == mark)
        && groups.next().is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.all(|group| group.len() == 3)
}

/// A figure for the body of a record.
pub(in crate::import) fn json(figure: f64) -> Value {
    Number::from_f64(figure).map_or(Value::Null, Value::Number)
}

/// The text of a cell for a sentence: on one line, and cut if it is long.
pub(in crate::import) fn quoted(text: &str) -> String {
    let line: String = text.split(|c: char| c.is_whitespace() || c.is_control()).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 80 { line } else { line.chars().take(79).chain(['…']).collect() }
}
