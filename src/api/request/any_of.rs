//! Several words of a vocabulary in one query parameter, separated by commas: any of them is meant.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::query::{self, QueryFaults};

/// Words as they were asked for; which of them there are is looked at when they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyOf<T> {
    text: String,
    words: PhantomData<T>,
}

impl<T: DeserializeOwned> AnyOf<T> {
    /// The words; every one that there is not is a fault of `parameter`.
    pub fn read(&self, parameter: &str, faults: &mut QueryFaults) -> Vec<T> {
        let mut words = Vec::new();
        for word in self.text.split(',') {
            match query::word(word) {
                Ok(word) => words.push(word),
                Err(known) => faults.misread(parameter, "not_allowed", format!("{word:?} is not known: each {known}")),
            }
        }
        words
    }
}

impl<'de, T> Deserialize<'de> for AnyOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| AnyOf { text, words: PhantomData })
    }
}

/// A text of the words of `T`, each of which is told as it is of `T`.
impl<T: PartialSchema> PartialSchema for AnyOf<T> {
    fn schema() -> RefOr<Schema> {
        let (mut words, mut message) = (Vec::new(), None);
        if let RefOr::T(Schema::Object(of_one)) = T::schema() {
            words = of_one.enum_values.unwrap_or_default();
            message = of_one.description;
        }
        let words: Vec<&str> = words.iter().filter_map(|word| word.as_str()).collect();
        let word = format!("({})", words.join("|"));
        let several = ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^{word}(,{word})*$")));
        several.description(message).into()
    }
}

impl<T: PartialSchema> ToSchema for AnyOf<T> {}
