//! A moment to look back to.

use chrono::NaiveDate;

use super::revision::Stamp;
use super::units::Year;

/// A moment to look back to; the default is the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AsOf {
    /// Include only entries of the log up to this one.
    pub sequence: Option<i64>,
    /// Include only what was recorded by the end of this day.
    pub as_of: Option<NaiveDate>,
    /// Include only figures whose source was published by this day, and only targets in force on it. A source without a
    /// date counts from the day it was recorded.
    pub known_on: Option<NaiveDate>,
    /// Include only reports of years up to this one.
    pub through: Option<Year>,
}

impl AsOf {
    /// True if the entry had been recorded by then.
    #[must_use]
    pub fn includes(&self, stamp: &Stamp) -> bool {
        self.sequence.is_none_or(|sequence| stamp.sequence <= sequence)
            && self.as_of.is_none_or(|day| stamp.recorded_at.date_naive() <= day)
    }

    /// True if the whole log is included, as for the present.
    #[must_use]
    pub const fn covers_whole_log(&self) -> bool {
        self.sequence.is_none() && self.as_of.is_none()
    }
}
