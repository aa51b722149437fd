//! Queries, read by type: what cannot be understood is refused in our own words, which name the parameter.

use std::borrow::Cow;
use std::fmt;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::Deserialize;
use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::excel;
use crate::api::response::problem::Problem;
use crate::record::{Fault, Slug};

/// The query of a request. It takes the place of the framework's own, which answers with the words of its parser.
#[derive(Debug)]
pub struct Query<T>(T);

impl<T> Query<T> {
    /// What it says.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(request).map(Query))
    }
}

/// The query of a resource that has no parameters: anything is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// Reads the query by hand, after the key was checked.
///
/// # Errors
/// 400 for parameters that the resource does not have, or whose value cannot be understood.
pub fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    let mut pairs = pairs(request.query_string());
    if excel::is_taken(request.match_info().as_str()) {
        excel::take(&mut pairs)?;
    }
    read_pairs(pairs)
}

/// Reads the text of a query.
///
/// # Errors
/// 400 for parameters that the resource does not have, or whose value cannot be understood.
pub fn read_query<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    read_pairs(pairs(text))
}

fn pairs(text: &str) -> Vec<(String, String)> {
    // Texts in pairs can always be read.
    web::Query::from_query(text).map(web::Query::into_inner).unwrap_or_default()
}

fn read_pairs<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, Problem> {
    T::deserialize(Parameters { pairs: pairs.into_iter(), next: None })
        .map_err(|misread| Problem::query(vec![misread.0]))
}

/// Reads one word of a vocabulary.
///
/// # Errors
/// The words that there are.
pub fn word<T: DeserializeOwned>(word: &str) -> Result<T, String> {
    let word: CowStrDeserializer<'_, Misread> = Cow::Borrowed(word).into_deserializer();
    T::deserialize(word).map_err(|misread| misread.0.detail)
}

/// Refuses any query parameter.
///
/// # Errors
/// 400 when there is one.
pub fn refuse_query(request: &HttpRequest) -> Result<(), Problem> {
    query::<NoQuery>(request).map(drop)
}

/// Checks that a parameter is an id, if it is given.
///
/// # Errors
/// 400 when it is none.
pub fn check_id(parameter: &str, id: Option<&str>) -> Result<(), Problem> {
    match id {
        Some(id) if Slug::new(id).is_none() => {
            let message = "must be an id: 2 to 64 small letters, digits and hyphens";
            Err(Problem::parameter(parameter, "invalid_id", message))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the parameters of a query, as far as they could be read.
#[derive(Debug, Default)]
pub struct QueryFaults {
    misread: Vec<Fault>,
    unfit: Vec<Fault>,
}

impl QueryFaults {
    /// Notes a value that could never be right, whatever is recorded.
    pub fn misread(&mut self, parameter: &str, code: &str, detail: impl Into<String>) {
        self.misread.push(fault(parameter, code, detail));
    }

    /// Notes a value that is well written, but does not fit what is recorded, the day, or the other parameters.
    pub fn unfit(&mut self, parameter: &str, code: &str, detail: impl Into<String>) {
        self.unfit.push(fault(parameter, code, detail));
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with all that could not be understood; else 422 with all that does not fit.
    pub fn check(self) -> Result<(), Problem> {
        match self {
            QueryFaults { misread, .. } if !misread.is_empty() => Err(Problem::query(misread)),
            QueryFaults { unfit, .. } if !unfit.is_empty() => Err(Problem::invalid(unfit)),
            QueryFaults { .. } => Ok(()),
        }
    }
}

fn fault(parameter: &str, code: &str, detail: impl Into<String>) -> Fault {
    Fault { pointer: format!("/{parameter}"), code: code.to_owned(), detail: detail.into() }
}

/// The first thing that cannot be understood.
#[derive(Debug)]
struct Misread(Fault);

impl Misread {
    fn value(code: &str, detail: impl Into<String>) -> Self {
        Misread(fault("", code, detail))
    }

    /// The same of the parameter that the value is of.
    fn of(mut self, parameter: &str) -> Self {
        self.0.pointer = format!("/{parameter}");
        self
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.pointer, self.0.detail)
    }
}

impl std::error::Error for Misread {}

impl serde::de::Error for Misread {
    fn custom<T: fmt::Display>(told: T) -> Self {
        Misread::value("not_allowed", told.to_string())
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Misread::value("wrong_type", "is written in a way that is not understood here")
    }

    fn invalid_value(unexpected: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(_: &str, words: &'static [&'static str]) -> Self {
        Misread::value("not_allowed", format!("must be one of {}", words.join(", ")))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        let told = match known {
            [] => "is no parameter of this address, which takes none".to_owned(),
            known => format!("is no parameter of this address, which takes {}", known.join(", ")),
        };
        Misread(fault(name, "unknown_parameter", told))
    }

    fn missing_field(name: &'static str) -> Self {
        Misread(fault(name, "missing", "is required"))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Misread(fault(name, "duplicate", "must not be given twice"))
    }
}

/// The parameters, one after the other.
struct Parameters {
    pairs: std::vec::IntoIter<(String, String)>,
    next: Option<(String, String)>,
}

impl<'de> Deserializer<'de> for Parameters {
    type Error = Misread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Parameters {
    type Error = Misread;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misread> {
        self.next = self.pairs.next();
        let Some((name, _)) = &self.next else { return Ok(None) };
        let name: CowStrDeserializer<'_, Misread> = Cow::<str>::Owned(name.clone()).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misread> {
        let (name, value) = self.next.take().unwrap_or_default();
        seed.deserialize(Text(value)).map_err(|misread| misread.of(&name))
    }
}

/// The value of a parameter.
struct Text(String);

impl Text {
    fn number<N: std::str::FromStr>(&self) -> Result<N, Misread> {
        self.0.parse().map_err(|_| Misread::value("wrong_type", "must be a whole number"))
    }
}

impl<'de> Deserializer<'de> for Text {
    type Error = Misread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_string(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.0.as_str() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Misread::value("wrong_type", "must be true or false")),
        }
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_i32(self.number()?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_u64(self.number()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        visitor.visit_enum(CowStrDeserializer::new(Cow::Owned(self.0)))
    }

    forward_to_deserialize_any! {
        i8 i16 u8 u16 u32 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple tuple_struct
        map struct identifier ignored_any
    }
}
