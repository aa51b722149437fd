//! JSON in which no object names a member twice.
//!
//! RFC 8259 leaves open which of the two counts, so a figure could be taken that was not meant.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use crate::api::limits::JSON_MEMBERS;
use crate::api::response::problem::{Code, Problem};
use crate::record::malformed;

/// Reads JSON in which no object names a member twice.
///
/// # Errors
/// 400.
pub fn read(bytes: &[u8]) -> Result<Value, Problem> {
    let Read(value) = serde_json::from_slice(bytes).map_err(|error| refuse(&error))?;
    Ok(value)
}

/// Checks that JSON is so, in little memory: nothing is made of it.
///
/// # Errors
/// 400.
pub fn check(bytes: &[u8]) -> Result<(), Problem> {
    serde_json::from_slice::<Checked>(bytes).map(drop).map_err(|error| refuse(&error))
}

fn refuse(error: &serde_json::Error) -> Problem {
    let message = match error.classify() {
        // These are of this file: what it says is followed by the place.
        Category::Data => error.to_string().replace(" at line ", ", at line "),
        _ => format!("the body is not JSON: {}", malformed::explain(error)),
    };
    Problem::new(Code::MalformedJson, message)
}

fn twice<E: Error>(name: &str) -> E {
    E::custom(format_args!("the member `{name}` stands twice in one object"))
}

/// JSON that was read.
struct Read(Value);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Read)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(Read(element)) = elements.next_element()? {
            read.push(element);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = serde_json::Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Read(value) = members.next_value()?;
            if read.contains_key(&name) {
                return Err(twice(&name));
            }
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

/// JSON that was looked through.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Checker).map(|()| Checked)
    }
}

struct Checker;

impl<'de> Visitor<'de> for Checker {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element::<Checked>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value::<Checked>()?;
            if names.contains(&name) {
                return Err(twice(&name));
            }
            if names.len() == JSON_MEMBERS {
                return Err(A::Error::custom(format_args!("an object has more than {JSON_MEMBERS} members")));
            }
            names.insert(name);
        }
        Ok(())
    }
}
