//! Numbers as people type them into tables: read exactly, or refused where they could mean two things.

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Tonnes of CO2 equivalent; `kt`, `Mt` and `Gg` are converted.
    Tonnes,
    /// Tonnes of one gas; `kt`, `Mt` and `Gg` are converted.
    GasTonnes,
    /// A whole number of people.
    People,
    /// Percent, with or without its sign.
    Percent,
}

/// Which mark stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// `1,233.5`, as in English.
    Point,
    /// `1.233,5`, as in most of Europe.
    Comma,
}

/// Why a text is not taken as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFault {
    /// What kind of fault it is: `not_a_number`, `ambiguous_number`, `unknown_unit`, `shortened_number`, `not_whole`.
    pub code: &'static str,
    /// What is wrong and what would be right, for a person.
    pub detail: String,
}

/// Reads a number in the unit of `quantity`: tonnes, people or percent.
///
/// `settled` says which mark stands before the decimals, where the other cells of the column show it; without it a
/// number such as `1,233` is refused, for it is 1233 to some and 1.233 to others.
///
/// # Errors
/// When the text is no number, could be two, or is in a unit that is not known.
pub fn read(text: &str, quantity: Quantity, settled: Option<Decimal>) -> Result<f64, NumberFault> {
    let (figure, unit) = split_unit(text.trim());
    let power = power_of(unit, quantity)?;
    let number = Shape::of(figure).ok_or_else(|| not_a_number(figure))?.number(figure, quantity, settled)?;
    let exponent = power - i32::try_from(number.decimals.len()).unwrap_or(i32::MAX);
    if quantity == Quantity::People && number.decimals.bytes().any(|digit| digit != b'0') {
        return Err(fault("not_whole", "must be a whole number of people"));
    }
    // Rust reads decimal text to the nearest binary number, so no rounding but that one takes place.
    let sign = if number.negative { "-" } else { "" };
    let read = format!("{sign}{}{}e{exponent}", number.whole, number.decimals).parse::<f64>().ok();
    read.filter(|number| number.is_finite()).ok_or_else(|| not_a_number(figure))
}

/// Which mark a text shows to stand before decimals, if it can only be read one way.
#[must_use]
pub fn evidence(text: &str) -> Option<Decimal> {
    match Shape::of(split_unit(text.trim()).0)?.marks {
        Marks::Certain(decimal) => decimal,
        Marks::Unclear(_) => None,
    }
}

/// What the marks within a number are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    /// There is one reading; and, if it takes one to tell, the mark of decimals.
    Certain(Option<Decimal>),
    /// One mark, with three digits after it and one to three before: of thousands or of decimals.
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
    /// The form of a text without its unit, if it is that of a number.
    fn of(figure: &str) -> Option<Shape> {
        let (negative, bare) = unsigned(figure);
        let first = bare.chars().next()?;
        let last = bare.chars().next_back()?;
        let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',') || is_group_mark(c);
        if !(first.is_ascii_digit() && last.is_ascii_digit() && bare.chars().all(allowed)) {
            return None;
        }
        // Spaces and apostrophes are never decimal marks; at most one kind of them groups the digits.
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

    /// The digits of `figure`, whose form this is.
    fn number(&self, figure: &str, quantity: Quantity, settled: Option<Decimal>) -> Result<Digits, NumberFault> {
        let bare = unsigned(figure).1;
        let decimal = match self.marks {
            Marks::Certain(decimal) => decimal,
            // There are no fractions of people.
            Marks::Unclear(mark) if quantity == Quantity::People => Some(grouped_by(mark)),
            Marks::Unclear(mark) => Some(settled.ok_or_else(|| ambiguous(bare, mark))?),
        };
        let (whole, decimals) = digits(bare, decimal).ok_or_else(|| not_a_number(figure))?;
        Ok(Digits { negative: self.negative, whole, decimals })
    }
}

/// What the only mark of a number is: of decimals, unless the digits around it could be groups of thousands.
fn single(bare: &str, mark: char, decimal: Decimal) -> Marks {
    let (before, after) = bare.split_once(mark).unwrap_or((bare, ""));
    let could_group = after.len() == 3 && before.len() <= 3 && !before.starts_with('0');
    if could_group { Marks::Unclear(mark) } else { Marks::Certain(Some(decimal)) }
}

/// The mark of decimals where `mark` groups thousands.
const fn grouped_by(mark: char) -> Decimal {
    if mark == ',' { Decimal::Point } else { Decimal::Comma }
}

/// The digits before and after the mark of decimals, if all others group the first by threes.
fn digits(bare: &str, decimal: Option<Decimal>) -> Option<(String, String)> {
    let mark = decimal.map(|decimal| if decimal == Decimal::Point { '.' } else { ',' });
    let (whole, decimals) = mark.and_then(|mark| bare.split_once(mark)).unwrap_or((bare, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(|c: char| !c.is_ascii_digit());
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    // A number that is grouped begins with one to three digits, not with a zero.
    let begins = rest.is_empty() || ((1..=3).contains(&first.len()) && !first.starts_with('0'));
    (begins && !first.is_empty() && rest.iter().all(|group| group.len() == 3) && all_digits(decimals))
        .then(|| (format!("{first}{}", rest.concat()), decimals.to_owned()))
}

/// Whether a character groups digits and does nothing else: a space of any width, or an apostrophe.
const fn is_group_mark(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}' | '\u{2007}' | '\'' | '\u{2019}')
}

/// Whether a number has a minus before it, and the number without.
fn unsigned(figure: &str) -> (bool, &str) {
    let bare = figure.strip_prefix(['-', '\u{2212}']);
    (bare.is_some(), bare.unwrap_or(figure))
}

/// Cuts a text before its first letter or percent sign: a figure, and its unit.
fn split_unit(text: &str) -> (&str, &str) {
    let begins = text.find(|c: char| c.is_alphabetic() || c == '%').unwrap_or(text.len());
    let (figure, unit) = text.split_at(begins);
    (figure.trim_end(), unit.trim())
}

/// The power of ten that brings a unit to that of the quantity.
fn power_of(unit: &str, quantity: Quantity) -> Result<i32, NumberFault> {
    let spaceless: String = unit.chars().filter(|c| !c.is_whitespace()).collect();
    let spaceless = spaceless.replace('\u{2082}', "2");
    match quantity {
        _ if spaceless.is_empty() => Ok(0),
        _ if is_exponent(&spaceless) => Err(shortened()),
        Quantity::Percent if spaceless == "%" => Ok(0),
        Quantity::Tonnes | Quantity::GasTonnes => mass(&spaceless, quantity == Quantity::Tonnes),
        Quantity::Percent => Err(fault("unknown_unit", "must be a number of percent, such as 5 or 5 %")),
        Quantity::People => Err(fault("unknown_unit", "must be a number of people without a unit, such as 3898474")),
    }
}

/// Whether what follows the digits is an exponent, as in `1.23E+06`.
fn is_exponent(unit: &str) -> bool {
    let power = unit.strip_prefix(['e', 'E']).map(|power| power.trim_start_matches(['+', '-']));
    power.is_some_and(|power| !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The power of ten that brings a unit of mass, with or without what it is a mass of, to tonnes.
fn mass(unit: &str, of_co2e: bool) -> Result<i32, NumberFault> {
    const SUBSTANCES: [&str; 6] = ["co2e", "co2eq", "co2-eq", "co2-e", "co2equivalent", "co2"];
    let lower = unit.to_ascii_lowercase();
    let substance = SUBSTANCES.iter().find(|substance| of_co2e && lower.ends_with(**substance));
    let mass = &unit[..unit.len() - substance.map_or(0, |substance| substance.len())];
    match mass {
        "t" | "T" | "tonne" | "tonnes" | "Tonne" | "Tonnes" => Ok(0),
        "kt" | "kT" | "KT" | "Kt" | "Gg" | "ktonnes" | "kilotonnes" => Ok(3),
        "Mt" | "megatonnes" => Ok(6),
        "mt" | "MT" | "mT" => {
            Err(fault("unknown_unit", "could mean metric tons (write `t`) or megatonnes (write `Mt`)"))
        }
        "%" => Err(fault("unknown_unit", "must be an amount in tonnes, not a percentage")),
        _ => {
            let told: String = unit.chars().take(40).collect();
            let like = if of_co2e { "t, kt, Mt or Gg, each with or without CO2e" } else { "t, kt, Mt or Gg" };
            Err(fault("unknown_unit", format!("has the unit \"{told}\"; those understood are {like}")))
        }
    }
}

fn fault(code: &'static str, detail: impl Into<String>) -> NumberFault {
    NumberFault { code, detail: detail.into() }
}

/// Tables write `1.23E+06` for 1234567 where the column is narrow: digits are lost.
fn shortened() -> NumberFault {
    fault("shortened_number", "is written with an exponent, by which digits may have been lost: write it in full")
}

fn not_a_number(figure: &str) -> NumberFault {
    let hint = if figure.is_empty() { "; leave the cell empty when there is no figure" } else { "" };
    fault("not_a_number", format!("must be a number such as 1233, 1 233 or 1233.5{hint}"))
}

/// The refusal of `1,233` with both of its readings.
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
