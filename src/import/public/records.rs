//! Makes records from what was read. The bodies look like those of API requests and pass the same checks.

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

/// The reason for leaving out a row: a code for counting, and a sentence.
pub(in crate::import) fn left_out(code: &'static str, detail: impl Into<String>) -> LeftOut {
    LeftOut { code, detail: detail.into() }
}

/// An object with those members that have a value.
pub(in crate::import) fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

/// A name in the form that records use; none if nothing remains of it.
pub(in crate::import) fn name(text: &str) -> Option<Value> {
    cleaned(text, NAME_CHARACTERS).map(Value::from)
}

/// A city's name in a file, normalized as an identifier; none if there is none.
pub(in crate::import) fn identifier(text: &str) -> Option<String> {
    let identifier = normalise_name(&cleaned(text, NAME_CHARACTERS)?);
    (!is_error(&identifier)).then_some(identifier)
}

/// A free text in the form that records use; none if nothing remains of it.
pub(in crate::import) fn text(text: &str) -> Option<Value> {
    cleaned(text, TEXT_CHARACTERS).map(Value::from)
}

/// A publication, to be used as the source of records.
#[derive(Debug, Clone, Default)]
pub(in crate::import) struct Publication {
    /// The title of the data set.
    pub title: String,
    /// Who published it.
    pub publisher: &'static str,
    /// Its licence or terms, if known.
    pub licence: Option<&'static str>,
    /// The day it was published, if known.
    pub published: Option<NaiveDate>,
}

impl Publication {
    /// The source for what is at `locator`.
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

/// Parses the body of a city.
pub(in crate::import) fn city(body: &Value, today: NaiveDate) -> Result<Arc<City>, LeftOut> {
    let read = fault::read(body.clone(), today, City::parse);
    read.map(Arc::new).map_err(|faults| refused(Kind::City, &faults, body))
}

/// Parses the body of a record.
pub(in crate::import) fn parse_record(
    kind: Kind,
    id: &str,
    body: &Value,
    today: NaiveDate,
) -> Result<FoundRecord, LeftOut> {
    let read = |key: CityRecord| {
        AnyRecord::parse_city_record(&key, body.clone(), today).map(|record| FoundRecord { key, record })
    };
    let found = CityRecord::read(kind, id).map_err(|fault| vec![fault]).and_then(read);
    found.map_err(|faults| refused(kind, &faults, body))
}

/// The reason for refusing a record, with the refused values.
fn refused(kind: Kind, faults: &[Fault], body: &Value) -> LeftOut {
    let refusals = faults.iter().map(|fault| {
        let value = body.pointer(&fault.pointer).filter(|value| !value.is_object() && !value.is_array());
        let path = fault.pointer.trim_start_matches('/').replace('/', ".");
        let shown = value.map_or(String::new(), |value| format!(" {}", quoted(&value.to_string())));
        format!("{path}{shown} {}", fault.detail)
    });
    let refusals: Vec<String> = refusals.collect();
    let code = faults.first().map_or("not_valid", |fault| code_of(&fault.code));
    left_out(code, format!("The {kind} would not be valid: {}.", refusals.join("; ")))
}

/// The code for counting a fault. Rare faults share one code.
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
