//! Reads numbers as people type them: exactly, or not at all if they could mean two things.

use super::unit::{self, NoUnit, Scale, Substance};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Tonnes of CO2 equivalent. Other units of mass are converted.
    Tonnes,
    /// Tonnes of one gas. Other units of mass are converted.
    GasTonnes,
    /// A whole number of people.
    People,
    /// Percent, with or without its sign.
    Percent,
}

/// The decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// `1,233.5`, as in English.
    Point,
    /// `1.233,5`, as in most of Europe.
    Comma,
}

/// Why a text is not accepted as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFault {
    /// The code of the fault: `not_a_number`, `ambiguous_number`, `unknown_unit`, `shortened_number`, `not_whole`.
    pub code: &'static str,
    /// What is wrong and what to do, for a person.
    pub detail: String,
}

/// Reads a number in the unit of `quantity`: tonnes, people or percent.
///
/// `decimal_mark` is the decimal mark that the other cells of the column show. Without it a number such as `1,233` is
/// refused, because it could be 1233 or 1.233.
///
/// # Errors
/// If the text is not a number, could be two, or has an unknown unit.
pub fn read(text: &str, quantity: Quantity, decimal_mark: Option<Decimal>) -> Result<f64, NumberFault> {
    read_in(Scale::ONE, text, quantity, decimal_mark)
}

/// Like [`read`], for a column whose header names a unit. A unit in the cell takes precedence.
///
/// # Errors
/// The same as [`read`].
pub fn read_in(
    header: Scale,
    text: &str,
    quantity: Quantity,
    decimal_mark: Option<Decimal>,
) -> Result<f64, NumberFault> {
    let (figure, unit) = split_unit(text.trim());
    let scale = scale_of(unit, quantity)?.unwrap_or(header);
    // There are no fractions of people, but there are fractions of thousands of people.
    let is_whole = quantity == Quantity::People && scale == Scale::ONE;
    let number = Shape::of(figure).ok_or_else(|| not_a_number(figure))?.number(figure, is_whole, decimal_mark)?;
    if is_whole && number.decimals.bytes().any(|digit| digit != b'0') {
        return Err(fault("not_whole", "must be a whole number of people"));
    }
    let digits = format!("{}{}", number.whole, number.decimals);
    let exponent = i32::try_from(number.decimals.len()).unwrap_or(i32::MAX);
    scale.amount(number.negative, &digits, -exponent).ok_or_else(|| not_a_number(figure))
}

/// A text for a number that [`read`] can only read in one way.
#[must_use]
pub fn plain(number: f64) -> String {
    let text = number.to_string();
    match Shape::of(&text).map(|shape| shape.marks) {
        // A fourth decimal excludes a thousands separator.
        Some(Marks::Unclear(_)) => text + "0",
        _ => text,
    }
}

/// The decimal mark that a text shows, if it can only be read in one way.
#[must_use]
pub fn evidence(text: &str) -> Option<Decimal> {
    match Shape::of(split_unit(text.trim()).0)?.marks {
        Marks::Certain(decimal) => decimal,
        Marks::Unclear(_) => None,
    }
}

/// The meaning of the marks within a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    /// There is one reading, with this decimal mark if there is one.
    Certain(Option<Decimal>),
    /// A single mark with three digits after it and one to three before: a thousands separator or a decimal mark.
    Unclear(char),
}

/// The form of a number.
#[derive(Debug)]
struct Shape {
    negative: bool,
    marks: Marks,
}

/// The digits of a number.
#[derive(Debug)]
struct Digits {
    negative: bool,
    whole: String,
    decimals: String,
}

impl Shape {
    /// The form of a text without its unit; none if it is not a number.
    fn of(figure: &str) -> Option<Shape> {
        let (negative, bare) = unsigned(figure);
        let first = bare.chars().next()?;
        let last = bare.chars().next_back()?;
        let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',') || is_group_mark(c);
        if !(first.is_ascii_digit() && last.is_ascii_digit() && bare.chars().all(allowed)) {
            return None;
        }
        // Spaces and apostrophes are never decimal marks. At most one kind of them separates groups.
        let mut groupers: Vec<char> = bare.chars().filter(|c| is_group_mark(*c)).collect();
        groupers.dedup();
        let (points, commas) = (bare.matches('.').count(), bare.matches(',').count());
        let marks = match (groupers.as_slice(), points, commas) {
            ([] | [_], 0, 0) => Marks::Certain(None),
            ([], 1, 0) => single(bare, '.', Decimal::Point),
            ([], 0, 1) => single(bare, ',', Decimal::Comma),
            ([_], 1, 0) | ([], 0, _) => Marks::Certain(Some(Decimal::Point)),
            ([_], 0, 1) | ([], _, 0) => Marks::Certain(Some(Decimal::Comma)),
            ([], _, 1) if bare.rfind(',') > bare.rfind('.') => Marks::Certain(Some(Decimal::Comma)),
            ([], 1, _) if bare.rfind('.') > bare.rfind(',') => Marks::Certain(Some(Decimal::Point)),
            _ => return None,
        };
        let readable = match marks {
            Marks::Certain(decimal) => digits(bare, decimal).is_some(),
            Marks::Unclear(_) => true,
        };
        readable.then_some(Shape { negative, marks })
    }

    /// The digits of `figure`, which must have this form.
    fn number(&self, figure: &str, is_whole: bool, decimal_mark: Option<Decimal>) -> Result<Digits, NumberFault> {
        let bare = unsigned(figure).1;
        let decimal = match self.marks {
            Marks::Certain(decimal) => decimal,
            Marks::Unclear(mark) if is_whole => Some(decimal_besides(mark)),
            Marks::Unclear(mark) => Some(decimal_mark.ok_or_else(|| ambiguous(bare, mark))?),
        };
        let (whole, decimals) = digits(bare, decimal).ok_or_else(|| not_a_number(figure))?;
        Ok(Digits { negative: self.negative, whole, decimals })
    }
}

/// The meaning of the only mark: a decimal mark, unless it could separate thousands.
fn single(bare: &str, mark: char, decimal: Decimal) -> Marks {
    let (before, after) = bare.split_once(mark).unwrap_or((bare, ""));
    let could_group = after.len() == 3 && before.len() <= 3 && !before.starts_with('0');
    if could_group { Marks::Unclear(mark) } else { Marks::Certain(Some(decimal)) }
}

/// The decimal mark if `mark` separates thousands.
const fn decimal_besides(mark: char) -> Decimal {
    if mark == ',' { Decimal::Point } else { Decimal::Comma }
}

/// The digits before and after the decimal mark; none if the other marks do not form groups of three.
fn digits(bare: &str, decimal: Option<Decimal>) -> Option<(String, String)> {
    let mark = decimal.map(|decimal| if decimal == Decimal::Point { '.' } else { ',' });
    let (whole, decimals) = mark.and_then(|mark| bare.split_once(mark)).unwrap_or((bare, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(|c: char| !c.is_ascii_digit());
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    // A grouped number begins with one to three digits, and not with a zero.
    let begins = rest.is_empty() || ((1..=3).contains(&first.len()) && !first.starts_with('0'));
    (begins && !first.is_empty() && rest.iter().all(|group| group.len() == 3) && all_digits(decimals))
        .then(|| (format!("{first}{}", rest.concat()), decimals.to_owned()))
}

/// True if a character can only separate groups of digits: a space of any width, or an apostrophe.
const fn is_group_mark(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}' | '\u{2007}' | '\'' | '\u{2019}')
}

/// Splits off a minus sign: whether there is one, and the rest.
fn unsigned(figure: &str) -> (bool, &str) {
    let bare = figure.strip_prefix(['-', '\u{2212}']);
    (bare.is_some(), bare.unwrap_or(figure))
}

/// Splits a text before its first letter or percent sign, into figure and unit.
fn split_unit(text: &str) -> (&str, &str) {
    let start = text.find(|c: char| c.is_alphabetic() || c == '%').unwrap_or(text.len());
    let (figure, unit) = text.split_at(start);
    (figure.trim_end(), unit.trim())
}

/// The scale of the unit after a figure; none if there is no unit.
fn scale_of(unit: &str, quantity: Quantity) -> Result<Option<Scale>, NumberFault> {
    let spaceless: String = unit.chars().filter(|c| !c.is_whitespace()).collect();
    match quantity {
        _ if spaceless.is_empty() => Ok(None),
        _ if is_exponent(&spaceless) => Err(shortened()),
        Quantity::Percent if spaceless == "%" => Ok(None),
        Quantity::Tonnes | Quantity::GasTonnes => mass(unit, quantity == Quantity::Tonnes).map(Some),
        Quantity::Percent => Err(fault("unknown_unit", "must be a number of percent, such as 5 or 5 %")),
        Quantity::People => Err(fault("unknown_unit", "must be a number of people without a unit, such as 3898474")),
    }
}

/// True if the text after the digits is an exponent, as in `1.23E+06`.
fn is_exponent(unit: &str) -> bool {
    let power = unit.strip_prefix(['e', 'E']).map(|power| power.trim_start_matches(['+', '-']));
    power.is_some_and(|power| !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The scale of a unit of mass: of CO2e, stated or not, or of a gas.
///
/// # Errors
/// If the unit is unknown, could be two, or is for another substance.
pub(in crate::import) fn mass(unit: &str, of_co2e: bool) -> Result<Scale, NumberFault> {
    let read = unit::read(unit).map_err(|no| match no {
        NoUnit::Unclear(could_mean) => fault("unknown_unit", format!("could mean {could_mean}")),
        NoUnit::Unknown if unit == "%" => fault("unknown_unit", "must be an amount in tonnes, not a percentage"),
        NoUnit::Unknown => {
            let message: String = unit.chars().take(40).collect();
            let like = if of_co2e { ", each with or without CO2e" } else { "" };
            fault(
                "unknown_unit",
                format!("has the unit \"{message}\"; those understood are t, kt, Mt, Gg, kg and lb{like}"),
            )
        }
    })?;
    match (read.of, of_co2e) {
        (Substance::Unstated, _) | (Substance::Co2e, true) => Ok(read.scale),
        (Substance::Gas(gas), true) => {
            Err(fault("unknown_unit", format!("is an amount of {gas}, not of CO2e: give it in t CO2e")))
        }
        (_, false) => Err(fault("unknown_unit", "must be an amount of the gas itself, which the column `gas` names")),
    }
}

fn fault(code: &'static str, detail: impl Into<String>) -> NumberFault {
    NumberFault { code, detail: detail.into() }
}

/// Spreadsheets show `1.23E+06` for 1234567 in a narrow column, which loses digits.
fn shortened() -> NumberFault {
    fault("shortened_number", "is written with an exponent, by which digits may have been lost: write it in full")
}

fn not_a_number(figure: &str) -> NumberFault {
    let hint = if figure.is_empty() { "; leave the cell empty when there is no figure" } else { "" };
    fault("not_a_number", format!("must be a number such as 1233, 1 233 or 1233.5{hint}"))
}

/// The refusal of `1,233`, with both of its readings.
fn ambiguous(bare: &str, mark: char) -> NumberFault {
    let (before, after) = bare.split_once(mark).unwrap_or((bare, ""));
    fault(
        "ambiguous_number",
        format!(
            "could be {before}{after} or {before} and {after} thousandths: write {before}{after} or {before} {after} for the \
             first, {before}{mark}{after}0 for the second"
        ),
    )
}
