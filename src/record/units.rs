//! Years, tonnes, percentages and degrees: exact in memory, plain numbers in JSON.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::fault::{At, Parse, json_type};
use super::limits::{FIRST_YEAR, LAST_YEAR, PER_PERSON_MAX, REDUCTION_PERCENT_MAX, TONNES_MAX};

/// Writes a number without a needless fraction: `21049331`, not `21049331.0`.
///
/// Within the bounds of our types no number is written with an exponent. So the text of a record is the same in every
/// language, and its hash can be recomputed anywhere.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_plainly<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        serializer.serialize_i64(number as i64)
    } else {
        serializer.serialize_f64(number)
    }
}

/// Implements `Serialize` and `ToSchema` for a type whose `get` returns its number.
macro_rules! written_plainly {
    ($name:ident, $about:literal, $example:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::record::units::serialize_plainly(self.get(), serializer)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
                ObjectBuilder::new()
                    .schema_type(Type::Number)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)))
                    .description(Some($about))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use written_plainly;

/// Formats a number with its digits grouped by thousands: `21,049,331`.
#[must_use]
pub fn group_thousands(number: f64) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut digits = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            digits.push(',');
        }
        digits.push(digit);
    }
    let sign = if number < 0.0 { "-" } else { "" };
    fraction.map_or_else(|| format!("{sign}{digits}"), |fraction| format!("{sign}{digits}.{fraction}"))
}

/// Reads a finite number from `min` to `max`.
fn parse_number(value: &Value, at: &At<'_>, min: f64, max: f64) -> Option<f64> {
    let Some(number) = value.as_f64().filter(|n| n.is_finite()) else {
        return at.fault("wrong_type", format!("must be a number, not {}", json_type(value)));
    };
    if (min..=max).contains(&number) {
        Some(number)
    } else {
        at.fault("out_of_range", format!("must be between {min} and {max}"))
    }
}

/// Reads a whole number from `min` to `max`. `190.0` counts as whole, as in JSON Schema.
pub fn parse_integer(value: &Value, at: &At<'_>, min: i64, max: i64) -> Option<i64> {
    #[allow(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
    let number = parse_number(value, at, min as f64, max as f64)?;
    if number.fract() == 0.0 {
        #[allow(clippy::cast_possible_truncation, reason = "whole and within the bounds")]
        Some(number as i64)
    } else {
        at.fault("wrong_type", "must be a whole number")
    }
}

/// A year from 1970 to 2100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(minimum = 1970, maximum = 2100, example = 2020)]
pub struct Year(i32);

impl Year {
    /// The year; `None` if a record may not name it.
    #[must_use]
    pub fn new(year: i32) -> Option<Self> {
        (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(Year(year))
    }

    /// The year in the id of a report: exactly four digits, so that each year has one id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        let is_four_digits = id.len() == 4 && id.bytes().all(|b| b.is_ascii_digit());
        is_four_digits.then(|| id.parse().ok().and_then(Year::new))?
    }

    /// The number of the year.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// The years from `earlier` to this one; negative if `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: Year) -> f64 {
        f64::from(self.0 - earlier.0)
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Parse for Year {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let year = parse_integer(&value, at, FIRST_YEAR.into(), LAST_YEAR.into())?;
        i32::try_from(year).ok().and_then(Year::new)
    }
}

/// Tonnes of CO2 equivalent, exact to the kilogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Tonnes {
    kilograms: i64,
}

impl Tonnes {
    /// The amount from kilograms.
    #[must_use]
    pub const fn from_kilograms(kilograms: i64) -> Self {
        Tonnes { kilograms }
    }

    /// The amount nearest to `tonnes`; `None` if it is not finite or exceeds the largest total allowed.
    #[must_use]
    pub fn new(tonnes: f64) -> Option<Self> {
        #[allow(clippy::cast_precision_loss, reason = "10^12 is far below 2^53")]
        let max = TONNES_MAX as f64;
        #[allow(clippy::cast_possible_truncation, reason = "at most 10^15 in amount")]
        (tonnes.abs() <= max).then(|| Tonnes { kilograms: (tonnes * 1_000.0).round() as i64 })
    }

    /// The amount in kilograms.
    #[must_use]
    pub const fn kilograms(self) -> i64 {
        self.kilograms
    }

    /// The amount in tonnes.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "at most 10^15 in amount, below 2^53")]
    pub fn get(self) -> f64 {
        self.kilograms as f64 / 1_000.0
    }

    /// True if the amount is above 0.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.kilograms > 0
    }
}

written_plainly!(Tonnes, "Tonnes of CO2 equivalent, exact to 0.001.", 21_049_331);

impl Parse for Tonnes {
    /// Reads an amount of at least 0; fractions of a kilogram are rounded.
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        #[allow(clippy::cast_precision_loss, reason = "10^12 is far below 2^53")]
        parse_number(&value, at, 0.0, TONNES_MAX as f64).and_then(Tonnes::new)
    }
}

/// Tonnes that may be negative: removals by land use, and targets below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedTonnes(pub Tonnes);

impl Parse for SignedTonnes {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        #[allow(clippy::cast_precision_loss, reason = "10^12 is far below 2^53")]
        let max = TONNES_MAX as f64;
        parse_number(&value, at, -max, max).and_then(Tonnes::new).map(SignedTonnes)
    }
}

/// A percentage: 0, or from 0.0001 to 200, exact to six decimals.
///
/// Only a reduction may be above 100: the emissions that are left are then below 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent {
    millionths: i64,
}

/// The smallest percentage above 0: a smaller one would be written with an exponent.
const PERCENT_LEAST: f64 = 0.0001;

impl Percent {
    /// The percentage nearest to `percent`; `None` unless it is 0 or from 0.0001 to 200.
    #[must_use]
    pub fn new(percent: f64) -> Option<Self> {
        #[allow(clippy::cast_possible_truncation, reason = "at most 2 * 10^8")]
        (percent == 0.0 || (PERCENT_LEAST..=REDUCTION_PERCENT_MAX).contains(&percent))
            .then(|| Percent { millionths: (percent * 1e6).round() as i64 })
    }

    /// Reads a reduction: above 0, and at most 200.
    pub fn parse_reduction(value: &Value, at: &At<'_>) -> Option<Self> {
        let percent = parse_number(value, at, 0.0, REDUCTION_PERCENT_MAX)?;
        match Percent::new(percent).filter(|percent| !percent.is_zero()) {
            Some(percent) => Some(percent),
            None => at.fault("out_of_range", "must be above 0: at least 0.0001"),
        }
    }

    /// The percentage: 50 for one half.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "at most 2 * 10^8")]
    pub fn get(self) -> f64 {
        self.millionths as f64 / 1e6
    }

    /// The percentage as a share: 0.5 for one half.
    #[must_use]
    pub fn share(self) -> f64 {
        self.get() / 100.0
    }

    /// True if it is 0.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.millionths == 0
    }
}

written_plainly!(Percent, "A percentage, exact to six decimals.", 50);

impl Parse for Percent {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let percent = parse_number(&value, at, 0.0, 100.0)?;
        match Percent::new(percent) {
            Some(percent) => Some(percent),
            None => at.fault("out_of_range", "must be 0 or between 0.0001 and 100"),
        }
    }
}

/// Tonnes of CO2 equivalent per person, exact to six decimals; below 0 if more is removed than emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TonnesPerPerson {
    grams: i64,
}

impl TonnesPerPerson {
    /// The amount in tonnes per person.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "at most 10^9")]
    pub fn get(self) -> f64 {
        self.grams as f64 / 1e6
    }
}

written_plainly!(TonnesPerPerson, "Tonnes of CO2 equivalent per person, exact to six decimals.", 2);

impl Parse for TonnesPerPerson {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let tonnes = parse_number(&value, at, -PER_PERSON_MAX, PER_PERSON_MAX)?;
        #[allow(clippy::cast_possible_truncation, reason = "at most 10^9")]
        Some(TonnesPerPerson { grams: (tonnes * 1e6).round() as i64 })
    }
}

/// Degrees of latitude or longitude, exact to 0.0001 (about 11 m).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Degrees {
    ten_thousandths: i32,
}

impl Degrees {
    /// The angle in degrees.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from(self.ten_thousandths) / 1e4
    }

    /// Reads an angle from `-max` to `max` degrees.
    pub fn parse_within(value: &Value, at: &At<'_>, max: f64) -> Option<Self> {
        let degrees = parse_number(value, at, -max, max)?;
        #[allow(clippy::cast_possible_truncation, reason = "at most 1.8 million")]
        Some(Degrees { ten_thousandths: (degrees * 1e4).round() as i32 })
    }
}

written_plainly!(Degrees, "Degrees of latitude or longitude, to 0.0001.", 34.0522);

/// A number of people, at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(example = 3_898_474)]
pub struct Population(i64);

impl Population {
    /// The number of people.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The number of people, for a division.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "at most 10^9")]
    pub fn people(self) -> f64 {
        self.0 as f64
    }
}

impl Parse for Population {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        parse_integer(&value, at, 1, super::limits::POPULATION_MAX).map(Population)
    }
}
