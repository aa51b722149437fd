//! The period that an inventory covers, as files state it: both ends, one of them, or in words.

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
    /// The year it counts as.
    pub year: i32,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// Whether only one of the two is stated.
    pub half_open: bool,
}

impl AccountingYear {
    /// Reads `2015-07-01 - 2016-06-30`, `- 2016-06-30`, `2015-07-01 -`, `12/31/2015 12:00:00 AM` or `2015`.
    ///
    /// A lone day is the last of the year, unless it is written as the first. Of the 36 cities that gave
    /// CDP a lone day in 2016 and the same total with both days in 2017, it was the last for 32, the
    /// first for one and neither for three. A period counts as the year in which it begins, but as the
    /// next where it begins in December: nearly all of its days lie there.
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
        let read = |text: Option<&str>| text.map(|text| any_day(text).ok_or_else(unclear)).transpose();
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
        Some(AccountingYear { year, start, end, half_open: false })
    }

    fn between(start: NaiveDate, end: NaiveDate, half_open: bool, stated: &str) -> Result<Self, LeftOut> {
        let days = (end - start).num_days() + 1;
        if !(PERIOD_DAYS_MIN..=PERIOD_DAYS_MAX).contains(&days) {
            let message =
                format!("\"{}\" spans {days} days; a year has {PERIOD_DAYS_MIN} to {PERIOD_DAYS_MAX}.", quoted(stated));
            return Err(left_out("period_not_a_year", message));
        }
        let year = if start.month() == 12 { start.year() + 1 } else { start.year() };
        Ok(AccountingYear { year, start, end, half_open })
    }

    /// Whether it begins in the December before the year it counts as.
    pub fn begins_before(&self) -> bool {
        self.start.year() != self.year
    }

    /// The period as records have it: none for the calendar year, and none where it begins before the year,
    /// which a record cannot say.
    pub fn body(&self) -> Option<Value> {
        let calendar = Self::calendar(self.year).is_some_and(|year| (year.start, year.end) == (self.start, self.end));
        let stated = !calendar && !self.begins_before();
        stated.then(|| json!({"start": self.start.to_string(), "end": self.end.to_string()}))
    }
}

/// A day written `2015-12-31`, perhaps with a time, or `12/31/2015`, perhaps with a time, month first.
fn any_day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let date = text.split([' ', 'T']).next()?;
    if let Some(day) = parse_day(date) {
        return Some(day);
    }
    let mut parts = date.split('/');
    let (month, of_month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let two = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !two(month) || !two(of_month) || year.len() != 4 {
        return None;
    }
    parse_day(&format!("{year}-{month:0>2}-{of_month:0>2}"))
}

/// The period of words such as `July 2018 - June 2019` that begins in `year`; none where they say less.
///
/// The words name months, so the period runs from the first day of the one to the last of the other; where
/// that is no year (`April 2018 - April 2019`) they do not say enough.
pub(in crate::import) fn in_words(stated: &str, year: i32) -> Option<Value> {
    let (from, to) = stated.split_once('-')?;
    let start = month_of(from)?;
    let end = month_of(to.trim_start_matches('-'))?.checked_add_months(Months::new(1))?.pred_opt()?;
    let days = (end - start).num_days() + 1;
    let whole = start.year() == year && (PERIOD_DAYS_MIN..=PERIOD_DAYS_MAX).contains(&days);
    whole.then(|| json!({"start": start.to_string(), "end": end.to_string()}))
}

/// The first day of a month in words, with or without a day before it that is its first or last.
fn month_of(text: &str) -> Option<NaiveDate> {
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
    let (of_month, month, year) = match words[..] {
        [month, year] => (None, month, year),
        [of_month, month, year] => (Some(of_month), month, year),
        _ => return None,
    };
    let number = (1u32..).zip(MONTHS).find(|(_, name)| month.eq_ignore_ascii_case(name))?.0;
    let first = NaiveDate::from_ymd_opt(crate::import::table::figure::year(year)?, number, 1)?;
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    let at_an_end = |day: &str| day.parse::<u32>().is_ok_and(|day| day == 1 || day == last.day());
    of_month.is_none_or(at_an_end).then_some(first)
}
