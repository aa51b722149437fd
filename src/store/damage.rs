//! Damage to the log, and the cities and networks that cannot be trusted because of it.
//!
//! If a body does not match its hash, the content of its record is uncertain, so its city or network is marked. If the
//! chain is broken at an entry, nobody can tell what the entry was about or what is missing. From there on, the subject
//! of every later entry is marked.

use std::collections::BTreeMap;

use super::log::UnreadableRow;
use crate::record::{Change, CityId, Subject};

/// The errors in a log, and the cities and networks that they mark. Each is marked by the first entry responsible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    errors: Vec<String>,
    cities: BTreeMap<CityId, i64>,
    networks: BTreeMap<String, i64>,
    /// The entry at which the chain breaks.
    broken_at: Option<i64>,
}

impl Damage {
    /// True if nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// All errors, a sentence each.
    #[must_use]
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    /// The number of marked cities.
    #[must_use]
    pub fn marked_cities(&self) -> usize {
        self.cities.len()
    }

    /// The number of marked networks.
    #[must_use]
    pub fn marked_networks(&self) -> usize {
        self.networks.len()
    }

    /// The entry that marks a city; none if it is not marked.
    #[must_use]
    pub fn city_marked_by(&self, city: &str) -> Option<i64> {
        self.cities.get(city).copied()
    }

    /// The entry that marks a network; none if it is not marked.
    #[must_use]
    pub fn network_marked_by(&self, network: &str) -> Option<i64> {
        self.networks.get(network).copied()
    }

    /// True if the city or network of an entry is marked.
    #[must_use]
    pub fn is_marked(&self, subject: &Subject) -> bool {
        match subject.city() {
            Some(city) => self.cities.contains_key(city),
            None => self.networks.contains_key(&subject.id()),
        }
    }

    /// Checks an entry and its link to the entry before, `previous`. Records any error. Returns true if the entry can
    /// be trusted.
    pub fn check(&mut self, change: &Change, previous: (i64, &str)) -> bool {
        if let Err(message) = change.check_place(previous.0, previous.1) {
            self.break_chain(change.sequence, message);
        } else if let Err(message) = change.check_body() {
            self.add(change, message);
        }
        if self.broken_at.is_some() {
            self.mark(&change.subject, change.sequence);
        }
        !self.is_marked(&change.subject)
    }

    /// Records a row of the log that cannot be read as an entry.
    pub fn add_unreadable(&mut self, row: UnreadableRow) {
        let UnreadableRow { sequence, hash: _, message } = row;
        self.break_chain(sequence, message);
    }

    /// Records an error of an entry whose place in the chain is right.
    pub fn add(&mut self, change: &Change, message: String) {
        self.errors.push(message);
        self.mark(&change.subject, change.sequence);
    }

    /// Records an error that belongs to no single entry.
    pub fn add_general(&mut self, message: String) {
        self.errors.push(message);
    }

    fn break_chain(&mut self, sequence: i64, message: String) {
        self.errors.push(message);
        self.broken_at.get_or_insert(sequence);
    }

    fn mark(&mut self, subject: &Subject, sequence: i64) {
        match subject.city() {
            Some(city) => self.cities.entry(city.clone()).or_insert(sequence),
            None => self.networks.entry(subject.id()).or_insert(sequence),
        };
    }
}
