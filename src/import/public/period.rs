//! The period of an inventory, as files state it: both ends, one end, or in words.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde_json::{Value, json};

use crate::record::fault::parse_day;
use crate::record::limits::{PERIOD_DAYS_MAX, PERIOD_DAYS_MIN};

use super::finding::LeftOut;
use super::records::left_out;
use crate::import::table::figure::{quoted, year};

/// The year of an inventory, and its first and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) struct AccountingYear {
    /// The year that it counts as.
    pub year: i32,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// True if only one of the two days is stated.
    pub is_half_open: bool,
}

impl AccountingYear {
    /// Reads `2015-07-01 - 2016-06-30`, `- 2016-06-30`, `2015-07-01 -`, `12/31/2015 12:00:00 AM` or `2015`.
    ///
    /// A single day is the last day of the period, unless it is written as the first. In 2016, 36 cities gave CDP a
    /// single day, and in 2017 the same total with both days. For 32 of them it was the last day, for one the first,
    /// for three neither. A period counts as the year in which it begins. If it begins in December, it counts as the
    /// next year, which has nearly all of its days.
    pub fn read(stated: &str) -> Result<Self, LeftOut> {
        let unclear = || left_out("no_period", format!("\"{}\" is no accounting year.", quoted(stated)));
        let (start, end) = match stated.split_once(" - ") {
            Some((start, end)) => (Some(start), Some(end)),
            None if stated == "-" => (None, None),
            None => match (stated.strip_prefix('-'), stated.strip_suffix('-')) {
                (Some(end), _) => (None, Some(end)),
                (_, Some(start)) => (Some(start), None),
                _ if year(stated).is_some() => return year(stated).and_then(Self::calendar).ok_or_else(unclear),
                _ => (None, Some(stated)),
            },
        };
        let read = |text: Option<&str>| text.map(|text| parse_any_day(text).ok_or_else(unclear)).transpose();
        match (read(start)?, read(end)?) {
            (Some(start), Some(end)) => Self::between(start, end, false, stated),
            (Some(start), None) => {
                let end = start.checked_add_months(Months::new(12)).and_then(|day| day.checked_sub_days(Days::new(1)));
                Self::between(start, end.ok_or_else(unclear)?, true, stated)
            }
            (None, Some(end)) => {
                let before = end.checked_add_days(Days::new(1)).and_then(|day| day.checked_sub_months(Months::new(12)));
                Self::between(before.ok_or_else(unclear)?, end, true, stated)
            }
            (None, None) => Err(left_out("no_period", "The row states no accounting year.")),
        }
    }

    /// The calendar year.
    fn calendar(year: i32) -> Option<Self> {
        let (start, end) = (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?);
        Some(AccountingYear { year, start, end, is_half_open: false })
    }

    fn between(start: NaiveDate, end: NaiveDate, is_half_open: bool, stated: &str) -> Result<Self, LeftOut> {
        let days = (end - start).num_days() + 1;
        if !(PERIOD_DAYS_MIN..=PERIOD_DAYS_MAX).contains(&days) {
            let message =
                format!("\"{}\" spans {days} days; a year has {PERIOD_DAYS_MIN} to {PERIOD_DAYS_MAX}.", quoted(stated));
            return Err(left_out("period_not_a_year", message));
        }
        let year = if start.month() == 12 { start.year() + 1 } else { start.year() };
        Ok(AccountingYear { year, start, end, is_half_open })
    }

    /// True if it begins in the December before the year that it counts as.
    pub fn starts_before_year(&self) -> bool {
        self.start.year() != self.year
    }

    /// The period in the form that records use. None for the calendar year. None also if it begins before its year,
    /// which a record cannot express.
    pub fn body(&self) -> Option<Value> {
        let calendar = Self::calendar(self.year).is_some_and(|year| (year.start, year.end) == (self.start, self.end));
        let stated = !calendar && !self.starts_before_year();
        stated.then(|| json!({"start": self.start.to_string(), "end": self.end.to_string()}))
    }
}

/// Parses `2015-12-31` or `12/31/2015` (month first), each with or without a time.
fn parse_any_day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let date = text.split([' ', 'T']).next()?;
    if let Some(day) = parse_day(date) {
        return Some(day);
    }
    let mut parts = date.split('/');
    let (month, day_of_month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let two = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !two(month) || !two(day_of_month) || year.len() != 4 {
        return None;
    }
    parse_day(&format!("{year}-{month:0>2}-{day_of_month:0>2}"))
}

/// The period for words such as `July 2018 - June 2019` that begins in `year`; none if they do not say enough.
///
/// The words name months, so the period runs from the first day of one to the last day of the other. If that is not a
/// year, as in `April 2018 - April 2019`, they do not say enough.
pub(in crate::import) fn in_words(stated: &str, year: i32) -> Option<Value> {
    let (first, last) = stated.split_once('-')?;
    let start = parse_month(first)?;
    let end = parse_month(last.trim_start_matches('-'))?.checked_add_months(Months::new(1))?.pred_opt()?;
    let days = (end - start).num_days() + 1;
    let whole = start.year() == year && (PERIOD_DAYS_MIN..=PERIOD_DAYS_MAX).contains(&days);
    whole.then(|| json!({"start": start.to_string(), "end": end.to_string()}))
}

/// The first day of a month in words. A day before it must be the first or the last of the month.
fn parse_month(text: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    let (day_of_month, month, year) = match words[..] {
        [month, year] => (None, month, year),
        [day_of_month, month, year] => (Some(day_of_month), month, year),
        _ => return None,
    };
    let number = (1u32..).zip(MONTHS).find(|(_, name)| month.eq_ignore_ascii_case(name))?.0;
    let first = NaiveDate::from_ymd_opt(crate::import::table::figure::year(year)?, number, 1)?;
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    let is_first_or_last = |day: &str| day.parse::<u32>().is_ok_and(|day| day == 1 || day == last.day());
    day_of_month.is_none_or(is_first_or_last).then_some(first)
}
