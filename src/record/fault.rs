//! Reads JSON into valid values, and collects everything that is wrong with it.

use std::cell::RefCell;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One thing that is wrong with the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// The location as a JSON pointer (RFC 6901) into the body; empty for the body as a whole. In a query it is a slash
    /// and the name of the parameter.
    #[schema(example = "/totals/basic")]
    pub pointer: String,
    /// The kind of fault; codes never change.
    #[schema(example = "out_of_range")]
    pub code: String,
    /// What is wrong and what would be right, for people.
    #[schema(example = "must be at most 1000000000000")]
    pub detail: String,
}

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    /// The faults, in the order they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Fault> {
        self.0.into_inner()
    }

    /// True if nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The value that was read, or all faults if there are any.
    fn into_result<T>(self, parsed: Option<T>) -> Result<T, Vec<Fault>> {
        match parsed {
            Some(parsed) if self.is_empty() => Ok(parsed),
            _ => Err(self.into_vec()),
        }
    }
}

/// A place in an input: it collects faults there, and knows the day of reading.
#[derive(Debug, Clone)]
pub struct At<'a> {
    pointer: String,
    faults: &'a Faults,
    /// The day of reading; an accounting period must have ended by then.
    pub today: NaiveDate,
    /// True if an entry of the log is read, which an earlier version of the program may have written.
    pub is_logged: bool,
}

impl<'a> At<'a> {
    /// The root of an input read on `today`.
    #[must_use]
    pub fn root(faults: &'a Faults, today: NaiveDate) -> Self {
        At { pointer: String::new(), faults, today, is_logged: false }
    }

    /// The root of the body of a log entry that was written on `today`.
    #[must_use]
    pub fn root_of_entry(faults: &'a Faults, today: NaiveDate) -> Self {
        At { is_logged: true, ..At::root(faults, today) }
    }

    /// The place of the member or element `name` within this one.
    #[must_use]
    pub fn child(&self, name: &str) -> At<'a> {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        At { pointer: format!("{}/{escaped}", self.pointer), ..self.clone() }
    }

    /// Notes a fault here. Returns `None`, so that a parser can end with it.
    pub fn fault<T>(&self, code: &str, detail: impl Into<String>) -> Option<T> {
        self.faults.0.borrow_mut().push(Fault {
            pointer: self.pointer.clone(),
            code: code.to_owned(),
            detail: detail.into(),
        });
        None
    }

    /// The number of faults noted in the whole input.
    #[must_use]
    pub fn count(&self) -> usize {
        self.faults.0.borrow().len()
    }
}

/// A value that can only be made from valid JSON.
pub trait Parse: Sized {
    /// Reads the value. If anything is wrong, notes all of it at `at` and returns `None`.
    fn parse(value: Value, at: &At<'_>) -> Option<Self>;
}

/// Reads a whole input that was written on `today`.
///
/// # Errors
/// All faults, if there are any.
pub fn read<T>(
    value: Value,
    today: NaiveDate,
    parse: impl FnOnce(Value, &At<'_>) -> Option<T>,
) -> Result<T, Vec<Fault>> {
    let faults = Faults::default();
    let parsed = parse(value, &At::root(&faults, today));
    faults.into_result(parsed)
}

/// Reads the body of a log entry that was written on `today`.
///
/// # Errors
/// All faults, if there are any.
pub fn read_entry<T>(
    value: Value,
    today: NaiveDate,
    parse: impl FnOnce(Value, &At<'_>) -> Option<T>,
) -> Result<T, Vec<Fault>> {
    let faults = Faults::default();
    let parsed = parse(value, &At::root_of_entry(&faults, today));
    faults.into_result(parsed)
}

/// The members of a JSON object, taken one by one.
#[derive(Debug)]
pub struct Fields<'a> {
    members: Map<String, Value>,
    at: At<'a>,
}

impl<'a> Fields<'a> {
    /// Opens an object; anything else is a fault.
    #[must_use]
    pub fn open(value: Value, at: &At<'a>) -> Option<Fields<'a>> {
        match value {
            Value::Object(members) => Some(Fields { members, at: at.clone() }),
            other => at.fault("wrong_type", format!("must be an object, not {}", json_type(&other))),
        }
    }

    /// The place of this object.
    #[must_use]
    pub fn at(&self) -> &At<'a> {
        &self.at
    }

    /// True if the member `name` is present and not taken yet, valid or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Takes the required member `name`; if it is absent, notes a fault.
    pub fn required<T: Parse>(&mut self, name: &str) -> Option<T> {
        let at = self.at.child(name);
        match self.members.remove(name) {
            Some(value) => T::parse(value, &at),
            None => at.fault("missing", "is required"),
        }
    }

    /// Takes the optional member `name`; `None` if it is absent or not valid.
    pub fn optional<T: Parse>(&mut self, name: &str) -> Option<T> {
        let value = self.members.remove(name)?;
        T::parse(value, &self.at.child(name))
    }

    /// Takes the member `name` as raw JSON, with its place.
    pub fn take(&mut self, name: &str) -> Option<(Value, At<'a>)> {
        let value = self.members.remove(name)?;
        Some((value, self.at.child(name)))
    }

    /// Ends the reading: members that were not taken are faults.
    pub fn close(self) {
        for name in self.members.keys() {
            self.at.child(name).fault::<()>("unknown_field", "is not a field of this record");
        }
    }
}

/// Reads an array of at most `max` elements, element by element.
pub fn parse_list<T: Parse>(value: Value, at: &At<'_>, max: usize) -> Option<Vec<T>> {
    let Value::Array(elements) = value else {
        return at.fault("wrong_type", format!("must be an array, not {}", json_type(&value)));
    };
    if elements.len() > max {
        return at.fault("too_many", format!("has {} elements; at most {max} are allowed", elements.len()));
    }
    let parsed: Vec<Option<T>> =
        elements.into_iter().enumerate().map(|(i, element)| T::parse(element, &at.child(&i.to_string()))).collect();
    parsed.into_iter().collect()
}

/// The type of a JSON value, for a sentence.
#[must_use]
pub fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null (leave an absent value out)",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl Parse for bool {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        match value {
            Value::Bool(b) => Some(b),
            other => at.fault("wrong_type", format!("must be true or false, not {}", json_type(&other))),
        }
    }
}

impl Parse for NaiveDate {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let Value::String(text) = &value else {
            return at.fault("wrong_type", format!("must be a day such as \"2024-12-31\", not {}", json_type(&value)));
        };
        match parse_day(text) {
            Some(day) => Some(day),
            None => at.fault("invalid_day", "must be a day of the calendar, written YYYY-MM-DD"),
        }
    }
}

/// Reads `YYYY-MM-DD` strictly, from the year 1900 to 2200.
#[must_use]
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    use chrono::Datelike;
    let has_shape = text.len() == 10 && text.is_ascii();
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| has_shape)?;
    (1900..=2200).contains(&day.year()).then_some(day)
}
