//! What of a log is not as it was written, and which cities and networks cannot be trusted because of it.
//!
//! A body that its hash does not match says nothing certain of its record, so its city, or its network, is marked. Where
//! an entry does not follow the one before it, or its own words are others than were hashed, nobody can tell what it was
//! about, or what is missing: whatever later entries speak of is marked.

use std::collections::BTreeMap;

use super::log::Unreadable;
use crate::record::{Change, CityId, Subject};

/// The wrong entries, and what is marked because of them, each by the first entry that made it so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    wrong: Vec<String>,
    cities: BTreeMap<CityId, i64>,
    networks: BTreeMap<String, i64>,
    /// The entry from which on the chain cannot be trusted.
    broken_at: Option<i64>,
}

impl Damage {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Everything that is wrong, a sentence each.
    #[must_use]
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }

    /// The cities that are marked.
    #[must_use]
    pub fn cities(&self) -> usize {
        self.cities.len()
    }

    /// The networks that are marked.
    #[must_use]
    pub fn networks(&self) -> usize {
        self.networks.len()
    }

    /// The entry because of which a city is marked.
    #[must_use]
    pub fn of_city(&self, city: &str) -> Option<i64> {
        self.cities.get(city).copied()
    }

    /// The entry because of which a network is marked.
    #[must_use]
    pub fn of_network(&self, network: &str) -> Option<i64> {
        self.networks.get(network).copied()
    }

    /// Whether the city or network that an entry is about is marked.
    #[must_use]
    pub fn marks(&self, subject: &Subject) -> bool {
        match subject.city() {
            Some(city) => self.cities.contains_key(city),
            None => self.networks.contains_key(&subject.id()),
        }
    }

    /// Checks an entry by itself and as the one after `previous`; what is wrong is noted. Returns whether it can be
    /// trusted.
    pub fn check(&mut self, change: &Change, previous: (i64, &str)) -> bool {
        if let Err(message) = change.check_place(previous.0, previous.1) {
            self.break_chain(change.sequence, message);
        } else if let Err(message) = change.check_body() {
            self.note(change, message);
        }
        if self.broken_at.is_some() {
            self.mark(&change.subject, change.sequence);
        }
        !self.marks(&change.subject)
    }

    /// Notes that a row of the log cannot be an entry.
    pub fn note_unreadable(&mut self, row: Unreadable) {
        let Unreadable { sequence, hash: _, message } = row;
        self.break_chain(sequence, message);
    }

    /// Notes what is wrong with an entry that is in its place.
    pub fn note(&mut self, change: &Change, message: String) {
        self.wrong.push(message);
        self.mark(&change.subject, change.sequence);
    }

    /// Notes what is wrong with none of the entries alone.
    pub fn note_of_all(&mut self, message: String) {
        self.wrong.push(message);
    }

    fn break_chain(&mut self, sequence: i64, message: String) {
        self.wrong.push(message);
        self.broken_at.get_or_insert(sequence);
    }

    fn mark(&mut self, subject: &Subject, sequence: i64) {
        match subject.city() {
            Some(city) => self.cities.entry(city.clone()).or_insert(sequence),
            None => self.networks.entry(subject.id()).or_insert(sequence),
        };
    }
}
