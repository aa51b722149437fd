//! A day, or a year if the day is not known.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::fault::{At, Parse, json_type, parse_day};
use super::limits::{FIRST_YEAR, LAST_YEAR};
use super::units::Year;

/// A day, or a year if the day is not known; a year counts as its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrYear {
    /// A day.
    Day(NaiveDate),
    /// A year.
    Year(Year),
}

impl DayOrYear {
    /// The day itself, or the last day of the year.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        match self {
            DayOrYear::Day(day) => day,
            DayOrYear::Year(year) => last_day(year),
        }
    }

    /// Reads a day or a year that does not end after the day of reading.
    pub(super) fn parse_past(value: Value, at: &At<'_>) -> Option<Self> {
        let date = Self::parse(value, at)?;
        if date.last_day() > at.today {
            return at.fault("in_future", "must not lie in the future; a year counts as its last day");
        }
        Some(date)
    }
}

/// The last day of a calendar year.
///
/// # Panics
/// Never: every year has a 31 December.
#[must_use]
pub fn last_day(year: Year) -> NaiveDate {
    NaiveDate::from_ymd_opt(year.get(), 12, 31).expect("31 December is in every year")
}

/// The first day of a calendar year.
///
/// # Panics
/// Never: every year has a 1 January.
#[must_use]
pub fn first_day(year: Year) -> NaiveDate {
    NaiveDate::from_ymd_opt(year.get(), 1, 1).expect("1 January is in every year")
}

impl fmt::Display for DayOrYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DayOrYear::Day(day) => day.fmt(f),
            DayOrYear::Year(year) => year.fmt(f),
        }
    }
}

impl Serialize for DayOrYear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl utoipa::PartialSchema for DayOrYear {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
            .pattern(Some("^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$"))
            .minimum(Some(FIRST_YEAR))
            .maximum(Some(LAST_YEAR))
            .description(Some(
                "A day, `YYYY-MM-DD`, or a year, `YYYY`, if the day is not known; responses give it as a string.",
            ))
            .into()
    }
}

impl utoipa::ToSchema for DayOrYear {}

impl Parse for DayOrYear {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let out_of_range = || at.fault("out_of_range", "must be a year between 1970 and 2100, or a day in one of them");
        match &value {
            Value::Number(_) => Year::parse(value, at).map(DayOrYear::Year),
            Value::String(text) => match (Year::from_id(text), parse_day(text)) {
                (Some(year), _) => Some(DayOrYear::Year(year)),
                (None, Some(day)) => Year::new(day.year()).map(|_| DayOrYear::Day(day)).or_else(out_of_range),
                (None, None) => at.fault("invalid_day", "must be a day written YYYY-MM-DD, or a year written YYYY"),
            },
            other => at.fault("wrong_type", format!("must be a day or a year, not {}", json_type(other))),
        }
    }
}
