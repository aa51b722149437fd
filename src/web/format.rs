//! Numbers and days as pages show them: one place, for other languages write them otherwise.

use chrono::NaiveDate;

use crate::method::Unit;

/// A number with a comma for thousands, at most `decimals` decimals, and a true minus.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let groups: Vec<&str> = whole.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    let is_zero = part.is_empty() && whole.bytes().all(|digit| digit == b'0');
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{part}", groups.join(","))
}

/// An amount exactly as the API prints it.
pub(super) fn exact(amount: f64, unit: Unit) -> String {
    match unit {
        Unit::Tonnes => format!("{} t", number(amount, 3)),
        Unit::TonnesPerPerson => format!("{} t a person", number(amount, 6)),
    }
}

/// An amount to three digits, for reading.
pub(super) fn rounded(amount: f64, unit: Unit) -> String {
    let (divisor, word) = match (unit, amount.abs()) {
        (Unit::TonnesPerPerson, _) => (1.0, "t a person"),
        (Unit::Tonnes, size) if size >= 999_500.0 => (1e6, "million t"),
        (Unit::Tonnes, size) if size >= 1_000.0 => (1e3, "thousand t"),
        (Unit::Tonnes, _) => (1.0, "t"),
    };
    format!("{} {word}", three_digits(amount / divisor))
}

/// A number to three significant digits.
pub(super) fn three_digits(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    number(value, decimals)
}

/// A percentage to one decimal.
pub(super) fn percent(value: f64) -> String {
    format!("{} %", number(value, 1))
}

/// A day: 30 November 2026.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}
