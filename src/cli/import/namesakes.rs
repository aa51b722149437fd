//! Finds cities that an import creates although a city of the same name exists: it may be the same city.

use std::collections::HashMap;

use crate::import::table::cell::first_few;
use crate::record::text::fold_name;
use crate::record::{City, CityId};

/// The existing cities, by country and the words of their names.
#[derive(Debug, Default)]
pub(super) struct Namesakes {
    existing: HashMap<Key, Vec<ExistingCity>>,
    /// The created cities, each with the existing city of the same name.
    created: Vec<String>,
}

/// The country of a city and the words of its name.
type Key = (String, String);

/// A city that exists already.
#[derive(Debug)]
struct ExistingCity {
    id: CityId,
    region: Option<String>,
}

impl Namesakes {
    /// Adds an existing city.
    pub fn add(&mut self, id: &CityId, city: &City) {
        self.existing.entry(key(city)).or_default().push(ExistingCity { id: id.clone(), region: region(city) });
    }

    /// Adds a city that was just created. Returns a remark if a city of the same name existed before.
    pub fn add_created(&mut self, id: &CityId, city: &City) -> Option<String> {
        let region = region(city);
        let is_alike = |other: &&ExistingCity| other.region.is_none() || region.is_none() || other.region == region;
        let namesakes = self.existing.get(&key(city));
        let namesake = namesakes.and_then(|cities| cities.iter().find(is_alike)).map(|other| other.id.clone());
        self.add(id, city);
        let namesake = namesake?;
        self.created.push(format!("{id} (as {namesake})"));
        Some(format!(
            "a new city was created, although {namesake} has the same name; it lacks the identifier in the file"
        ))
    }

    /// The sentence about all of them; none if there are none.
    pub fn message(&self) -> Option<String> {
        let count = self.created.len();
        let list = first_few(self.created.iter().cloned(), count);
        let cities = if count == 1 { "city was" } else { "cities were" };
        (count > 0).then(|| {
            format!(
                "{count} {cities} created although one of the same name exists: {list}; if they are the same city, add the \
                 file's identifier to the existing city before importing"
            )
        })
    }
}

/// Words in names that only say what kind of place it is.
const KINDS: [&str; 10] =
    ["city", "of", "the", "town", "municipality", "metropolitan", "greater", "council", "district", "county"];

/// The country of a city and the words of its name, without parts in brackets and words for the kind of place.
fn key(city: &City) -> Key {
    let name = fold_name(city.name.as_str());
    let bare = name.split(['(', '[']).next().filter(|bare| !bare.trim().is_empty()).unwrap_or(&name);
    let words: Vec<&str> = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut proper = words.clone();
    proper.retain(|word| !KINDS.contains(word));
    (city.country.as_str().to_owned(), if proper.is_empty() { words } else { proper }.join(" "))
}

fn region(city: &City) -> Option<String> {
    city.region.as_ref().map(|region| fold_name(region.as_str()))
}
