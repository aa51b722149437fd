//! Reads days and years from tables, typed or as serial numbers of a spreadsheet.

use chrono::{Datelike, Days, NaiveDate};

use crate::record::fault;
use crate::record::limits::{FIRST_YEAR, LAST_YEAR};

use super::cell::Cell;

/// Why a cell is not accepted as a day or a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFault {
    /// The code of the fault: `invalid_day`, `ambiguous_day`, `invalid_year`.
    pub code: &'static str,
    /// What is wrong and what to do, for a person.
    pub detail: String,
}

/// Reads a day: a date of the file, a serial number, or text such as `2020-12-31` and `31.12.2020`.
///
/// # Errors
/// If it is not a day, or could be two.
pub fn read(cell: &Cell) -> Result<NaiveDate, DayFault> {
    match cell {
        Cell::Day(day) => Ok(*day),
        Cell::Number(number) => from_serial(*number).ok_or_else(invalid),
        Cell::Text(text) => parse(text),
        _ => Err(invalid()),
    }
}

/// Reads a year: a number, four digits, or the year's first or last day.
///
/// # Errors
/// If it is not a year.
pub fn read_year(cell: &Cell) -> Result<i64, DayFault> {
    let refused = || DayFault {
        code: "invalid_year",
        detail: "must be a year such as 2020; of a fiscal year the one in which it begins".to_owned(),
    };
    let from_day = |day: NaiveDate| {
        let is_end = matches!((day.month(), day.day()), (1, 1) | (12, 31));
        (is_end && (FIRST_YEAR..=LAST_YEAR).contains(&day.year())).then(|| i64::from(day.year()))
    };
    match cell {
        #[allow(clippy::cast_possible_truncation, reason = "whole, and of four digits")]
        Cell::Number(number) if number.fract() == 0.0 && (1_000.0..10_000.0).contains(number) => Ok(*number as i64),
        Cell::Text(text) => {
            let digits = text.strip_suffix(".0").unwrap_or(text);
            let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let year = if plain { digits.parse().ok() } else { parse(text).ok().and_then(from_day) };
            year.ok_or_else(refused)
        }
        Cell::Day(day) => from_day(*day).ok_or_else(refused),
        _ => Err(refused()),
    }
}

/// The day for a spreadsheet's serial number; none outside the years that records allow.
#[must_use]
pub fn from_serial(serial: f64) -> Option<NaiveDate> {
    // 30 December 1899, because spreadsheets count a 29 February 1900 that did not exist.
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds")]
    let days = (1.0..3_000_000.0).contains(&serial).then(|| Days::new(serial as u64))?;
    zero.checked_add_days(days).filter(|day| (FIRST_YEAR..=LAST_YEAR).contains(&day.year()))
}

/// Parses a day that was typed.
fn parse(text: &str) -> Result<NaiveDate, DayFault> {
    if let Some(day) = fault::parse_day(text) {
        return Ok(day);
    }
    if text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().and_then(from_serial).ok_or_else(invalid);
    }
    // Some programs write a day with a time of midnight.
    if let Some(day) = text.strip_suffix("T00:00:00").or_else(|| text.strip_suffix(" 00:00:00")) {
        return fault::parse_day(day).ok_or_else(invalid);
    }
    let parts: Vec<&str> = text.split(['.', '/', '-']).map(str::trim).collect();
    let [first, second, year] = parts.as_slice() else { return Err(invalid()) };
    let number = |digits: &str, digits_max: usize| {
        let plain = (1..=digits_max).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse::<u32>().ok() } else { None }
    };
    let (Some(first), Some(second), Some(year)) = (number(first, 2), number(second, 2), number(year, 4)) else {
        return Err(invalid());
    };
    let date = |day, month| {
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        // Years of two digits could be in any century.
        (1900..=2200).contains(&date.year()).then_some(date)
    };
    let (day_first, month_first) = (date(first, second), date(second, first));
    match (day_first, month_first) {
        // Dates with points always put the day first.
        (Some(day), _) if text.contains('.') => Ok(day),
        (Some(one), Some(other)) if one != other => Err(DayFault {
            code: "ambiguous_day",
            detail: format!("could be {one} or {other}: write it as year-month-day"),
        }),
        (Some(day), _) => Ok(day),
        (None, Some(day)) if !text.contains('.') => Ok(day),
        _ => Err(invalid()),
    }
}

fn invalid() -> DayFault {
    DayFault {
        code: "invalid_day",
        detail: "must be a day of the calendar such as 2020-12-31 or 31.12.2020".to_owned(),
    }
}
