//! Prepares writes: checks their conditions against the current state and drafts their log entries.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::keyring::Keyring;
use super::refusal::Refusal;
use super::request::{Condition, Effect, Operation, WriteRequest};
use super::snapshot::{CityEntry, Identifier, NetworkEntry, Snapshot, identifiers};
use super::succession::Origins;
use crate::answers::body::Body;
use crate::answers::edition::Edition;
use crate::answers::records;
use crate::record::any_record::AnyRecord;
use crate::record::change::{Draft, entry_time};
use crate::record::{
    Action, Change, CityId, CityRecord, Dossier, Kind, Ledger, Network, RecordKey, Recorded, Slug, Stamp,
};
use crate::store::key_log::KeyChange;
use crate::store::{self, AnyConnection, Head, StoreError};

/// The next snapshot in preparation, with the entries that lead to it.
pub(super) struct Staging {
    /// The starting snapshot. Its identifiers and head are kept up to date, its cities are not.
    pub(super) snapshot: Snapshot,
    /// Only the cities and networks that change or must be rendered again.
    pub(super) ledger: Ledger,
    /// The entries to append.
    entries: Vec<Change>,
}

impl Staging {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Staging { ledger: Ledger::new(snapshot.keeps_all), snapshot, entries: Vec::new() }
    }

    /// The sequence and the hash of the entry that new entries follow.
    pub(super) fn head(&self) -> (i64, &str) {
        (self.snapshot.head.number, &self.snapshot.head.hash)
    }

    /// Applies an entry that another node wrote.
    ///
    /// # Errors
    /// A sentence, if the entry does not follow the head or cannot be read.
    pub(super) fn follow(&mut self, change: &Change) -> Result<(), String> {
        change.check(self.snapshot.head.number, &self.snapshot.head.hash)?;
        if self.snapshot.damage.is_empty() {
            return self.apply(change);
        }
        self.salvage_entry(change);
        Ok(())
    }

    /// The city that has an identifier.
    pub(super) fn owner(&self, identifier: &Identifier) -> Option<&CityId> {
        self.snapshot.identifiers.get(identifier)
    }

    /// Discards all keys that were entered up to `head`.
    pub(super) fn forget_keys(&mut self, head: &Head) {
        self.snapshot.keyring = Keyring::default();
        (self.snapshot.head.keys, self.snapshot.head.keys_hash) = (head.keys, head.keys_hash.clone());
    }

    /// Applies an entry of the log of keys.
    ///
    /// # Errors
    /// A sentence, if the entry does not follow the head or cannot be read.
    pub(super) fn follow_key(&mut self, entry: &KeyChange) -> Result<(), String> {
        let head = &mut self.snapshot.head;
        entry.check(head.keys, &head.keys_hash)?;
        self.snapshot.keyring.apply(entry)?;
        (head.keys, head.keys_hash) = (entry.sequence, entry.hash.clone());
        Ok(())
    }

    /// Executes a request if its conditions are met.
    pub(super) fn execute(&mut self, request: &WriteRequest, now: DateTime<Utc>) -> Result<Effect, Refusal> {
        // The key may have been revoked, on this or another node, since the request was admitted.
        if let Some(key) = &request.actor.key {
            self.snapshot.keyring.check(key, now)?;
        }
        match &request.operation {
            Operation::Put { record, reason } => self.put(request, record, reason.as_deref(), now),
            Operation::Withdraw { reason } => self.withdraw(request, reason, now),
        }
    }

    fn put(
        &mut self,
        request: &WriteRequest,
        record: &AnyRecord,
        reason: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Effect, Refusal> {
        let key = &request.key;
        self.check_owners(key)?;
        let latest = self.latest(key);
        let live = latest.as_ref().and_then(|(_, value)| value.as_ref());
        let body = record.body();
        let is_same = live.is_some_and(|live| live.body() == body);
        // A record with the same content overwrites nothing, whoever changed it: sending a file twice is no conflict.
        if !(is_same && matches!(request.condition, Condition::UnchangedSince(_))) {
            self.check_condition(key, &request.condition, live.is_some())?;
        }
        if is_same {
            return Ok(Effect::Unchanged);
        }
        self.check_against_others(key, record, live)?;
        if latest.is_some() && reason.is_none() {
            return Err(Refusal::ReasonRequired);
        }
        let revision = latest.as_ref().map_or(0, |(stamp, _)| stamp.revision) + 1;
        let action = if live.is_some() { Action::Revise } else { Action::Create };
        let draft = Draft {
            actor: request.actor.clone(),
            subject: key.clone().into(),
            action,
            revision,
            after: Some(body),
            reason: reason.map(str::to_owned),
        };
        self.append(draft, now)?;
        Ok(if action == Action::Create { Effect::Created } else { Effect::Revised })
    }

    fn withdraw(&mut self, request: &WriteRequest, reason: &str, now: DateTime<Utc>) -> Result<Effect, Refusal> {
        let key = &request.key;
        self.check_owners(key)?;
        match self.latest(key) {
            None => return Err(Refusal::NotFound),
            Some((_, None)) => return Err(Refusal::Gone),
            Some((_, Some(_))) => {}
        }
        self.check_condition(key, &request.condition, true)?;
        self.check_unused(key)?;
        for (key, revision) in self.with_dependants(key) {
            let draft = Draft {
                actor: request.actor.clone(),
                subject: key.into(),
                action: Action::Withdraw,
                revision: revision + 1,
                after: None,
                reason: Some(reason.to_owned()),
            };
            self.append(draft, now)?;
        }
        Ok(Effect::Withdrawn)
    }

    /// The last stamp of the record and, unless it is withdrawn, its value.
    pub(super) fn latest(&self, key: &RecordKey) -> Option<(Stamp, Option<AnyRecord>)> {
        match key {
            RecordKey::Network(id) => {
                let latest = self.network(id)?.latest();
                Some((latest.stamp.clone(), latest.whole().cloned().map(AnyRecord::Network)))
            }
            RecordKey::OfCity(city, record) => {
                let (stamp, value) = self.dossier(city)?.latest(record)?;
                Some((stamp.clone(), value))
            }
        }
    }

    pub(super) fn dossier(&self, city: &CityId) -> Option<&Dossier> {
        let before = || self.snapshot.cities.get(city).map(|entry| &entry.dossier);
        self.ledger.cities.get(city).or_else(before)
    }

    fn network(&self, id: &Slug) -> Option<&Recorded<Network>> {
        let before = || self.snapshot.networks.get(id).map(|entry| &entry.network);
        self.ledger.networks.get(id).or_else(before)
    }

    pub(super) fn is_live(&self, key: &RecordKey) -> bool {
        matches!(self.latest(key), Some((_, Some(_))))
    }

    /// Checks that the city of a record exists and, for a membership, its network too.
    fn check_owners(&self, key: &RecordKey) -> Result<(), Refusal> {
        let (network, city) = match key {
            RecordKey::Network(_) | RecordKey::OfCity(_, CityRecord::City) => return Ok(()),
            RecordKey::OfCity(city, CityRecord::Member(network)) => (Some(RecordKey::Network(network.clone())), city),
            RecordKey::OfCity(city, _) => (None, city),
        };
        network.iter().chain([&RecordKey::city_itself(city)]).try_for_each(|owner| match self.latest(owner) {
            None => Err(Refusal::NotFound),
            Some((_, None)) => Err(Refusal::Gone),
            Some((_, Some(_))) => Ok(()),
        })
    }

    fn check_condition(&self, key: &RecordKey, condition: &Condition, exists: bool) -> Result<(), Refusal> {
        let is_met = match condition {
            Condition::None => true,
            Condition::IsNew => !exists,
            Condition::Exists => exists,
            Condition::Tag(tags) => self.render(key).is_some_and(|body| tags.iter().any(|tag| tag == body.tag())),
            Condition::UnchangedSince(entry) => self.latest(key).is_none_or(|(stamp, _)| stamp.sequence <= *entry),
        };
        if is_met { Ok(()) } else { Err(Refusal::PreconditionFailed) }
    }

    /// The response for a record in its current state.
    fn render(&self, key: &RecordKey) -> Option<Body> {
        match key {
            RecordKey::Network(id) => records::network(id, self.network(id)?).map(|answer| Body::json(&answer)),
            RecordKey::OfCity(city, record) => {
                let successors = if *record == CityRecord::City { self.successors(city) } else { Vec::new() };
                records::record(self.dossier(city)?, &successors, record)
            }
        }
    }

    /// Appends a draft to the log.
    ///
    /// The record is parsed again from the text of the entry, although it is at hand. So memory holds what the log
    /// says, and nothing is appended that the parser would refuse at the next start.
    fn append(&mut self, draft: Draft, now: DateTime<Utc>) -> Result<(), Refusal> {
        let (number, hash) = self.head();
        let change = draft.into_entry(number + 1, entry_time(self.snapshot.recorded_at, now), hash);
        if let Err(message) = self.apply(&change) {
            // The parser of the log must accept what the parser of the request accepted. Anything else is a bug.
            log::error!("a drafted change cannot be applied: {message}");
            return Err(Refusal::Internal);
        }
        self.entries.push(change);
        Ok(())
    }

    pub(super) fn apply(&mut self, change: &Change) -> Result<(), String> {
        self.stage(change)?;
        let removed_body = match change.subject.city() {
            Some(city) => self.apply_to_city(city, change)?,
            None => self.ledger.apply(change)?,
        };
        self.snapshot.redacted += i64::from(removed_body);
        self.advance(change);
        Ok(())
    }

    /// Applies an entry about a staged city. Updates the identifiers and the succession of cities.
    fn apply_to_city(&mut self, city: &CityId, change: &Change) -> Result<bool, String> {
        let before = self.ledger.cities.get(city).map(Origins::of).unwrap_or_default();
        let is_city_record = change.subject.kind() == Kind::City;
        if is_city_record {
            self.identifiers_of(city).iter().for_each(|identifier| drop(self.snapshot.identifiers.remove(identifier)));
        }
        let applied = self.ledger.apply(change);
        if is_city_record {
            let named = self.identifiers_of(city).into_iter().map(|identifier| (identifier, city.clone()));
            self.snapshot.identifiers.extend(named);
        }
        let now = self.ledger.cities.get(city).map(Origins::of).unwrap_or_default();
        self.update_succession(city, &before, &now);
        applied
    }

    /// The identifiers of a city, unless it is withdrawn.
    pub(super) fn identifiers_of(&self, city: &CityId) -> Vec<Identifier> {
        let live = self.dossier(city).and_then(|dossier| dossier.city.live());
        live.iter().flat_map(|(city, _)| identifiers(city)).collect()
    }

    /// Moves the head to an entry, whether it was applied or not.
    pub(super) fn advance(&mut self, change: &Change) {
        if change.recorded_at < self.snapshot.recorded_at {
            self.cap_times(change.recorded_at);
        }
        self.snapshot.recorded_at = change.recorded_at;
        self.snapshot.redacted += i64::from(change.body.is_none());
        self.snapshot.head.number = change.sequence;
        self.snapshot.head.hash.clone_from(&change.hash);
        self.snapshot.recent.push(change);
    }

    /// The snapshot after the entries. Only the cities that they concern are judged again.
    pub(super) fn finish(self) -> Snapshot {
        let judged_on = self.snapshot.judged_on;
        self.finish_with(|dossier, successors, edition| {
            CityEntry::new(dossier, successors, judged_on, Arc::clone(edition))
        })
    }

    /// Like [`finish`](Self::finish), but for a snapshot that no client reads: nothing is judged.
    pub(super) fn finish_unjudged(self) -> Snapshot {
        self.finish_with(|dossier, _, _| CityEntry::unjudged(dossier))
    }

    fn finish_with(self, entry: impl Fn(Dossier, Vec<CityId>, &Arc<Edition>) -> CityEntry) -> Snapshot {
        let Ledger { cities, networks, .. } = &self.ledger;
        if cities.is_empty() && networks.is_empty() {
            return self.snapshot;
        }
        let successors: Vec<Vec<CityId>> = cities.keys().map(|id| self.successors(id)).collect();
        let (mut snapshot, edition) = (self.snapshot, Arc::default());
        for ((id, dossier), successors) in self.ledger.cities.into_iter().zip(successors) {
            snapshot.cities.insert(id, Arc::new(entry(dossier, successors, &edition)));
        }
        for (id, network) in self.ledger.networks {
            let entry = NetworkEntry::new(id.clone(), network, Arc::clone(&edition));
            snapshot.networks.insert(id, Arc::new(entry));
        }
        snapshot.edition = edition;
        snapshot
    }

    /// Appends the entries to the log and updates the table of records. Must run in a transaction that has locked the
    /// revision row, which was at `head`.
    pub(super) fn save(&self, connection: &mut AnyConnection, head: &Head) -> Result<(), StoreError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        store::log::append(connection, &self.entries)?;
        store::records::save(connection, &self.entries)?;
        let (number, hash) = self.head();
        store::log::set_head(connection, &Head { number, hash: hash.to_owned(), ..head.clone() })?;
        Ok(())
    }
}
