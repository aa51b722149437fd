//! A write on its way: its conditions checked against what is then current, its entries drafted.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::snapshot::{CityEntry, Identifier, NetworkEntry, Snapshot, identifiers};
use super::succession::Origins;
use super::{Condition, Operation, Refusal, WriteRequest};
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

/// The snapshot to be, with the entries that lead to it.
pub(super) struct Staging {
    /// Where it starts from; its identifiers and head are kept up to date, its cities are not.
    pub(super) snapshot: Snapshot,
    /// The cities and networks that are changed or shown anew, and no others.
    pub(super) ledger: Ledger,
    /// The entries to append.
    entries: Vec<Change>,
}

/// What a write does, once it may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The record is new, or back.
    Created,
    /// The record has a new revision.
    Revised,
    /// The record was the same already.
    Unchanged,
    /// The record is withdrawn.
    Withdrawn,
}

impl Staging {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Staging { ledger: Ledger::new(snapshot.keeps_all), snapshot, entries: Vec::new() }
    }

    /// The entry that new ones follow: its sequence and its hash.
    pub(super) fn head(&self) -> (i64, &str) {
        (self.snapshot.head.number, &self.snapshot.head.hash)
    }

    /// Takes over an entry that another node wrote.
    ///
    /// # Errors
    /// A sentence, when it does not follow the head or cannot be read.
    pub(super) fn follow(&mut self, change: &Change) -> Result<(), String> {
        change.check(self.snapshot.head.number, &self.snapshot.head.hash)?;
        if self.snapshot.damage.is_none() {
            return self.apply(change);
        }
        self.take_up(change);
        Ok(())
    }

    /// Which city has an identifier.
    pub(super) fn owner(&self, identifier: &Identifier) -> Option<&CityId> {
        self.snapshot.identifiers.get(identifier)
    }

    /// Knows no key that was entered up to `head`.
    pub(super) fn forget_keys(&mut self, head: &Head) {
        self.snapshot.keyring = super::Keyring::default();
        (self.snapshot.head.keys, self.snapshot.head.keys_hash) = (head.keys, head.keys_hash.clone());
    }

    /// Takes over an entry of the log of keys.
    ///
    /// # Errors
    /// A sentence, when it does not follow the head or cannot be read.
    pub(super) fn follow_key(&mut self, entry: &KeyChange) -> Result<(), String> {
        let head = &mut self.snapshot.head;
        entry.check(head.keys, &head.keys_hash)?;
        self.snapshot.keyring.follow(entry)?;
        (head.keys, head.keys_hash) = (entry.sequence, entry.hash.clone());
        Ok(())
    }

    /// Does what a request asks, if it may be done now.
    pub(super) fn execute(&mut self, request: &WriteRequest, now: DateTime<Utc>) -> Result<Effect, Refusal> {
        // It may have been revoked, on this node or another, since the request was let in.
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
        // What says the same already overwrites nothing, whoever changed it since: a file sent twice is no conflict.
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
        self.enter(draft, now)?;
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
            self.enter(draft, now)?;
        }
        Ok(Effect::Withdrawn)
    }

    /// The record's last stamp and, unless withdrawn, its value.
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

    /// What belongs to a city needs a city that is there, and a membership its network too.
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
        let met = match condition {
            Condition::None => true,
            Condition::IsNew => !exists,
            Condition::Exists => exists,
            Condition::Tag(tags) => self.rendered(key).is_some_and(|body| tags.iter().any(|tag| tag == body.tag())),
            Condition::UnchangedSince(entry) => self.latest(key).is_none_or(|(stamp, _)| stamp.sequence <= *entry),
        };
        if met { Ok(()) } else { Err(Refusal::PreconditionFailed) }
    }

    /// The answer of a record as it is now.
    fn rendered(&self, key: &RecordKey) -> Option<Body> {
        match key {
            RecordKey::Network(id) => records::network(id, self.network(id)?).map(|answer| Body::json(&answer)),
            RecordKey::OfCity(city, record) => {
                let shown_with = if *record == CityRecord::City { self.successors(city) } else { Vec::new() };
                records::record(self.dossier(city)?, &shown_with, record)
            }
        }
    }

    /// Gives a draft its place in the log.
    ///
    /// The text of the entry is read again, though its record is at hand: so memory has what the log says, by the
    /// parser that reads it at the next start, and nothing is appended that this parser does not take.
    fn enter(&mut self, draft: Draft, now: DateTime<Utc>) -> Result<(), Refusal> {
        let (number, hash) = self.head();
        let change = draft.into_entry(number + 1, entry_time(self.snapshot.recorded_at, now), hash);
        if let Err(message) = self.apply(&change) {
            // What the request's own parser took, the log's parser must take: anything else is our mistake.
            log::error!("a drafted change cannot be applied: {message}");
            return Err(Refusal::Internal);
        }
        self.entries.push(change);
        Ok(())
    }

    pub(super) fn apply(&mut self, change: &Change) -> Result<(), String> {
        self.bring_in(change)?;
        let was_there = match change.subject.city() {
            Some(city) => self.apply_to_city(city, change)?,
            None => self.ledger.apply(change)?,
        };
        self.snapshot.redacted += i64::from(was_there);
        self.pass(change);
        Ok(())
    }

    /// Applies an entry about a city that is brought in, and keeps up what is known of all cities together.
    fn apply_to_city(&mut self, city: &CityId, change: &Change) -> Result<bool, String> {
        let before = self.ledger.cities.get(city).map(Origins::of).unwrap_or_default();
        let names_it = change.subject.kind() == Kind::City;
        if names_it {
            self.identifiers_of(city).iter().for_each(|identifier| drop(self.snapshot.identifiers.remove(identifier)));
        }
        let applied = self.ledger.apply(change);
        if names_it {
            let named = self.identifiers_of(city).into_iter().map(|identifier| (identifier, city.clone()));
            self.snapshot.identifiers.extend(named);
        }
        let now = self.ledger.cities.get(city).map(Origins::of).unwrap_or_default();
        self.note_origins(city, &before, &now);
        applied
    }

    /// The identifiers of a city, unless it is withdrawn.
    pub(super) fn identifiers_of(&self, city: &CityId) -> Vec<Identifier> {
        let live = self.dossier(city).and_then(|dossier| dossier.city.live());
        live.iter().flat_map(|(city, _)| identifiers(city)).collect()
    }

    /// Goes on to the entry, which is not applied or was already.
    pub(super) fn pass(&mut self, change: &Change) {
        if change.recorded_at < self.snapshot.recorded_at {
            self.cap_times(change.recorded_at);
        }
        self.snapshot.recorded_at = change.recorded_at;
        self.snapshot.redacted += i64::from(change.body.is_none());
        self.snapshot.head.number = change.sequence;
        self.snapshot.head.hash.clone_from(&change.hash);
        self.snapshot.recent.push(change);
    }

    /// The snapshot that the entries lead to: only the cities they speak of are judged anew.
    pub(super) fn finish(self) -> Snapshot {
        let judged_on = self.snapshot.judged_on;
        self.finish_with(|dossier, successors, edition| {
            CityEntry::new(dossier, successors, judged_on, Arc::clone(edition))
        })
    }

    /// The same where nobody reads it: nothing is judged.
    pub(super) fn finish_unread(self) -> Snapshot {
        self.finish_with(|dossier, _, _| CityEntry::unread(dossier))
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

    /// Appends the entries to the log and brings the table of records up to them, within a transaction that holds the
    /// revision row, which was at `head`.
    pub(super) fn save(&self, connection: &mut AnyConnection, head: &Head) -> Result<(), StoreError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        store::log::append(connection, &self.entries)?;
        store::records::save(connection, &self.entries)?;
        let (number, hash) = self.head();
        store::log::raise(connection, &Head { number, hash: hash.to_owned(), ..head.clone() })?;
        Ok(())
    }
}
