//! The moment a judgement is asked for: as known when, from what, by which method.

use chrono::NaiveDate;

use crate::api::request::query::QueryFaults;
use crate::api::response::answer::CachePolicy;
use crate::api::response::problem::Problem;
use crate::method;
use crate::record::fault::parse_day;
use crate::record::limits::LAST_SEQUENCE;
use crate::record::{AsOf, Year};

/// Declares a query with the parameters of a moment beside its own: serde cannot flatten a query and
/// refuse unknown parameters at once.
macro_rules! moment_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$field_doc])* $field: $kind,)*
            /// Only reports of years up to this one.
            #[param(minimum = 1970, maximum = 2100, example = 2016)]
            through: Option<i32>,
            /// Only what this service had recorded by the end of this day (UTC).
            #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-23")]
            as_of: Option<String>,
            /// Only figures and pledges whose source was published by this day; those of undated sources
            /// count from the day they were recorded.
            #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-23")]
            known_on: Option<String>,
            /// Only entries of the change log up to this one; part of a permalink.
            #[param(minimum = 1, maximum = 9_007_199_254_740_991_i64, example = 812)]
            sequence: Option<i64>,
            /// The day of the judgement; today unless stated. Part of a permalink.
            #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-23")]
            judged_on: Option<String>,
            /// The version of the method; the current one unless stated. Part of a permalink.
            #[param(pattern = "^[0-9]{1,4}$", example = "2")]
            method: Option<String>,
        }

        impl $name {
            /// The moment that it asks for.
            fn moment(&self) -> $crate::api::request::moment::Moment<'_> {
                $crate::api::request::moment::Moment {
                    through: self.through,
                    as_of: self.as_of.as_deref(),
                    known_on: self.known_on.as_deref(),
                    sequence: self.sequence,
                    judged_on: self.judged_on.as_deref(),
                    method: self.method.as_deref(),
                }
            }
        }
    };
}
pub(crate) use moment_query;

/// A moment as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment<'q> {
    /// The last year of reports.
    pub through: Option<i32>,
    /// The last day of recording.
    pub as_of: Option<&'q str>,
    /// The last day of publication.
    pub known_on: Option<&'q str>,
    /// The last entry of the log.
    pub sequence: Option<i64>,
    /// The day of the judgement.
    pub judged_on: Option<&'q str>,
    /// The version of the method.
    pub method: Option<&'q str>,
}

/// A moment whose parameters were checked: what counts, and on which day it is judged.
#[derive(Debug, Clone, Copy)]
pub struct ResolvedMoment {
    /// What counts.
    pub cut: AsOf,
    /// The day of the judgement.
    pub judged_on: NaiveDate,
}

impl Moment<'_> {
    /// Whether it is the present.
    #[must_use]
    pub fn is_present(&self) -> bool {
        let Moment { through, as_of, known_on, sequence, judged_on, method } = self;
        let days = [as_of, known_on, judged_on, method].into_iter().all(Option::is_none);
        days && through.is_none() && sequence.is_none()
    }

    /// Whether the answer can never change: the log, the day and the method are pinned.
    #[must_use]
    pub fn is_permalink(&self) -> bool {
        self.sequence.is_some() && self.judged_on.is_some() && self.method.is_some()
    }

    /// How long the answer may be kept.
    #[must_use]
    pub fn cache_policy(&self) -> CachePolicy {
        if self.is_permalink() { CachePolicy::ADay } else { CachePolicy::Shared }
    }

    /// Checks it on `today`, when `last` is the last entry of the log.
    ///
    /// # Errors
    /// 400 with everything that cannot be understood; else 422 with everything that does not fit.
    pub fn resolve(&self, today: NaiveDate, last: i64) -> Result<ResolvedMoment, Problem> {
        let mut faults = QueryFaults::default();
        let as_of = past_day("as_of", self.as_of, today, &mut faults);
        let known_on = past_day("known_on", self.known_on, today, &mut faults);
        let judged_on = past_day("judged_on", self.judged_on, today, &mut faults);
        let through = self.through.and_then(|year| {
            let read = Year::new(year);
            if read.is_none() {
                faults.misread("through", "out_of_range", "must be a year between 1970 and 2100");
            }
            read
        });
        let message = format!("must be between 1 and {last}, the last entry");
        match self.sequence {
            Some(sequence) if !(1..=LAST_SEQUENCE).contains(&sequence) => {
                faults.misread("sequence", "out_of_range", message);
            }
            Some(sequence) if sequence > last => faults.unfit("sequence", "out_of_range", message),
            _ => {}
        }
        let message = format!("must be a version of the method; known is {}", method::VERSION);
        match self.method {
            Some(version) if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) => {
                faults.misread("method", "unknown_method", message);
            }
            Some(version) if version != method::VERSION => faults.unfit("method", "unknown_method", message),
            _ => {}
        }
        faults.check()?;
        let cut = AsOf { sequence: self.sequence, as_of, known_on, through };
        // What was known on a day is judged on that day, unless another is asked for.
        Ok(ResolvedMoment { cut, judged_on: judged_on.or(known_on).unwrap_or(today) })
    }
}

/// Reads a day that is not in the future.
fn past_day(parameter: &str, text: Option<&str>, today: NaiveDate, faults: &mut QueryFaults) -> Option<NaiveDate> {
    let read = parse_day(text?);
    match read {
        None => faults.misread(parameter, "invalid_day", "must be a day of the calendar, written YYYY-MM-DD"),
        Some(day) if day > today => faults.unfit(parameter, "in_future", "must not lie in the future"),
        Some(_) => {}
    }
    read
}
