//! Cities that an import makes although one of the same name is there: it may be the same one.

use std::collections::HashMap;

use crate::import::table::cell::some_of;
use crate::record::text::fold_name;
use crate::record::{City, CityId};

/// The cities that are there, by their country and the words of their names.
#[derive(Debug, Default)]
pub(super) struct Namesakes {
    there: HashMap<Key, Vec<ExistingCity>>,
    /// Each city that was made, with the one that is named like it.
    made: Vec<String>,
}

/// The country of a city and the words of its name.
type Key = (String, String);

/// A city that is there.
#[derive(Debug)]
struct ExistingCity {
    id: CityId,
    region: Option<String>,
}

impl Namesakes {
    /// Notes a city that is there.
    pub fn note(&mut self, id: &CityId, city: &City) {
        self.there.entry(key(city)).or_default().push(ExistingCity { id: id.clone(), region: region(city) });
    }

    /// Notes a city that was made; what is to be remarked on it when one that was there is named like it.
    pub fn note_made(&mut self, id: &CityId, city: &City) -> Option<String> {
        let region = region(city);
        let alike = |there: &&ExistingCity| there.region.is_none() || region.is_none() || there.region == region;
        let there =
            self.there.get(&key(city)).and_then(|cities| cities.iter().find(alike)).map(|there| there.id.clone());
        self.note(id, city);
        let there = there?;
        self.made.push(format!("{id} (as {there})"));
        Some(format!("a new city was made, though {there} is named like it and lacks its identifier"))
    }

    /// What is to be told of all of them, if there are any.
    pub fn message(&self) -> Option<String> {
        let count = self.made.len();
        let message = some_of(self.made.iter().cloned(), count);
        let of = if count == 1 { "city was" } else { "cities were" };
        (count > 0).then(|| {
            format!(
                "{count} {of} made though one of the same name is there: {message}; where they are the same, record the \
                 file's identifier of the city there before importing"
            )
        })
    }
}

/// Words of names that say what kind of place it is.
const KINDS: [&str; 10] =
    ["city", "of", "the", "town", "municipality", "metropolitan", "greater", "council", "district", "county"];

/// The country of a city and the words of its name, without what stands in brackets and what kind of place it is.
fn key(city: &City) -> Key {
    let name = fold_name(city.name.as_str());
    let bare = name.split(['(', '[']).next().filter(|bare| !bare.trim().is_empty()).unwrap_or(&name);
    let words: Vec<&str> = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut own = words.clone();
    own.retain(|word| !KINDS.contains(word));
    (city.country.as_str().to_owned(), if own.is_empty() { words } else { own }.join(" "))
}

fn region(city: &City) -> Option<String> {
    city.region.as_ref().map(|region| fold_name(region.as_str()))
}
