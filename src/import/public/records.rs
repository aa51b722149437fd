//! Records made from what was read: bodies as one would post them, through the same checks.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::record::any_record::AnyRecord;
use crate::record::limits::{NAME_CHARACTERS, TEXT_CHARACTERS};
use crate::record::text::normalise_name;
use crate::record::{City, CityRecord, Fault, Kind, Parse, fault};

use super::finding::{FoundRecord, LeftOut};
use super::text::cleaned;
use crate::import::table::cell::is_error;
use crate::import::table::figure::quoted;

/// Why a row is left out: a word to count by, and a sentence.
pub(in crate::import) fn left_out(code: &'static str, detail: impl Into<String>) -> LeftOut {
    LeftOut { code, detail: detail.into() }
}

/// An object of those members that have a value.
pub(in crate::import) fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

/// A name as records take it; none where nothing is left of it.
pub(in crate::import) fn name(text: &str) -> Option<Value> {
    cleaned(text, NAME_CHARACTERS).map(Value::from)
}

/// The name by which a file knows a city, in the one form in which it is an identifier; none where there is none.
pub(in crate::import) fn word(text: &str) -> Option<String> {
    let word = normalise_name(&cleaned(text, NAME_CHARACTERS)?);
    (!is_error(&word)).then_some(word)
}

/// A free text as records take it; none where nothing is left of it.
pub(in crate::import) fn text(text: &str) -> Option<Value> {
    cleaned(text, TEXT_CHARACTERS).map(Value::from)
}

/// A publication as the body of a source.
#[derive(Debug, Clone, Default)]
pub(in crate::import) struct Publication {
    /// The title of the data set.
    pub title: String,
    /// Who published it.
    pub publisher: &'static str,
    /// Its licence or terms, where they are known.
    pub licence: Option<&'static str>,
    /// The day it was published, where it is known.
    pub published: Option<NaiveDate>,
}

impl Publication {
    /// The source of what stands at `locator`.
    pub fn source(&self, locator: &str) -> Value {
        object([
            ("title", name(&self.title)),
            ("publisher", name(self.publisher)),
            ("licence", self.licence.and_then(name)),
            ("published", self.published.map(|day| Value::from(day.to_string()))),
            ("locator", text(locator)),
        ])
    }
}

/// The city of a body.
pub(in crate::import) fn city(body: &Value, today: NaiveDate) -> Result<Arc<City>, LeftOut> {
    let read = fault::read(body.clone(), today, City::parse);
    read.map(Arc::new).map_err(|faults| refused(Kind::City, &faults, body))
}

/// The record of a body.
pub(in crate::import) fn found(kind: Kind, id: &str, body: &Value, today: NaiveDate) -> Result<FoundRecord, LeftOut> {
    let read = |key: CityRecord| {
        AnyRecord::parse_city_record(&key, body.clone(), today).map(|record| FoundRecord { key, record })
    };
    let found = CityRecord::read(kind, id).map_err(|fault| vec![fault]).and_then(read);
    found.map_err(|faults| refused(kind, &faults, body))
}

/// What the checks of the records refused, with the text they refused.
fn refused(kind: Kind, faults: &[Fault], body: &Value) -> LeftOut {
    let refusals = faults.iter().map(|fault| {
        let value = body.pointer(&fault.pointer).filter(|value| !value.is_object() && !value.is_array());
        let place = fault.pointer.trim_start_matches('/').replace('/', ".");
        let shown = value.map_or(String::new(), |value| format!(" {}", quoted(&value.to_string())));
        format!("{place}{shown} {}", fault.detail)
    });
    let refusals: Vec<String> = refusals.collect();
    let code = faults.first().map_or("not_valid", |fault| code_of(&fault.code));
    left_out(code, format!("The {kind} would not be valid: {}.", refusals.join("; ")))
}

/// The stable word of a fault; the rarer ones share one.
fn code_of(fault: &str) -> &'static str {
    const CODES: [&str; 9] = [
        "unknown_country",
        "out_of_range",
        "not_ended",
        "in_future",
        "not_positive",
        "period_length",
        "not_after_base",
        "invalid_locode",
        "country_differs",
    ];
    CODES.into_iter().find(|code| *code == fault).unwrap_or("not_valid")
}
