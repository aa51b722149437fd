//! Records of any kind: their values, and what they all do alike with their revisions.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::change::{Action, Change};
use super::city::City;
use super::fault::{At, Fault, Parse, read, read_entry};
use super::inventory::Inventory;
use super::key::{CityRecord, RecordKey};
use super::member::Member;
use super::network::Network;
use super::recorded::Recorded;
use super::revision::{Revision, Stamp, Versioned};
use super::statement::Statement;
use super::target::Target;

/// A value of one of the kinds of records.
pub(super) trait Recordable: Versioned {
    /// Wraps it as a value of any kind.
    fn into_any(value: Arc<Self>) -> AnyRecord;
    /// Unwraps a value of any kind; `None` if it is of another kind.
    fn from_any(any: AnyRecord) -> Option<Arc<Self>>;
}

/// Declares the types of values that records have.
macro_rules! any_record {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A value of a record.
        #[derive(Debug, Clone)]
        pub enum AnyRecord {
            $($(#[$doc])* $name(Arc<$name>),)+
        }

        $(impl Recordable for $name {
            fn into_any(value: Arc<Self>) -> AnyRecord {
                AnyRecord::$name(value)
            }

            fn from_any(any: AnyRecord) -> Option<Arc<Self>> {
                if let AnyRecord::$name(value) = any { Some(value) } else { None }
            }
        })+

        impl AnyRecord {
            /// The body of the record, members sorted by name.
            ///
            /// # Panics
            /// Never: records are plain data.
            #[must_use]
            pub fn body(&self) -> Value {
                let body = match self {
                    $(AnyRecord::$name(value) => serde_json::to_value(value.as_ref()),)+
                };
                body.expect("records are plain data with text keys")
            }
        }
    };
}

any_record! {
    /// Of a city.
    City,
    /// Of a baseline or a report.
    Inventory,
    /// Of a target.
    Target,
    /// Of a statement.
    Statement,
    /// Of a network.
    Network,
    /// Of a membership.
    Member,
}

impl AnyRecord {
    /// Reads the body of a record that was written on `today`.
    ///
    /// # Errors
    /// All faults of the body.
    pub fn parse(key: &RecordKey, body: Value, today: NaiveDate) -> Result<Self, Vec<Fault>> {
        read(body, today, |value, at| Self::parse_at(key, value, at))
    }

    /// Reads the body of a record of any city that was written on `today`.
    ///
    /// # Errors
    /// All faults of the body.
    pub fn parse_city_record(record: &CityRecord, body: Value, today: NaiveDate) -> Result<Self, Vec<Fault>> {
        read(body, today, |value, at| Self::parse_city_record_at(record, value, at))
    }

    fn parse_at(key: &RecordKey, value: Value, at: &At<'_>) -> Option<Self> {
        match key {
            RecordKey::Network(_) => Network::parse(value, at).map(into_any_record),
            RecordKey::OfCity(_, record) => Self::parse_city_record_at(record, value, at),
        }
    }

    fn parse_city_record_at(record: &CityRecord, value: Value, at: &At<'_>) -> Option<Self> {
        match record {
            CityRecord::City => City::parse(value, at).map(into_any_record),
            CityRecord::Baseline(_) => Inventory::parse_baseline(value, at).map(into_any_record),
            CityRecord::Target(_) => Target::parse(value, at).map(into_any_record),
            CityRecord::Report(year) => Inventory::parse_report(value, at, *year).map(into_any_record),
            CityRecord::Statement => Statement::parse(value, at).map(into_any_record),
            CityRecord::Member(_) => Member::parse(value, at).map(into_any_record),
        }
    }

    /// The day its source was published; `None` if it names no source or no day.
    #[must_use]
    pub fn published(&self) -> Option<NaiveDate> {
        match self {
            AnyRecord::Inventory(inventory) => inventory.source.published,
            AnyRecord::Target(target) => target.source.published,
            AnyRecord::Network(network) => network.source.published,
            AnyRecord::Member(member) => member.source.published,
            AnyRecord::City(_) | AnyRecord::Statement(_) => None,
        }
    }
}

fn into_any_record<T: Recordable>(value: T) -> AnyRecord {
    T::into_any(Arc::new(value))
}

/// A record with all its revisions, of any kind.
pub(super) trait AnyRecorded {
    /// Its latest stamp and, unless it is withdrawn, its value.
    fn latest(&self) -> (&Stamp, Option<AnyRecord>);
    /// Every revision, oldest first: its stamp and, if it is kept whole, its value.
    fn revisions(&self) -> Box<dyn Iterator<Item = (&Stamp, Option<AnyRecord>)> + '_>;
    /// See [`Recorded::redact`].
    fn redact(&mut self, sequence: i64, keeps_all: bool) -> Option<bool>;
    /// See [`Recorded::cap_times`].
    fn cap_times(&mut self, time: DateTime<Utc>, keeps_all: bool);
    /// Restores the whole value of a revision; `None` if it was redacted.
    fn restore(&mut self, revision: i32, value: Option<AnyRecord>);
}

impl<T: Recordable> AnyRecorded for Recorded<T> {
    fn latest(&self) -> (&Stamp, Option<AnyRecord>) {
        stamp_and_value(Recorded::latest(self))
    }

    fn revisions(&self) -> Box<dyn Iterator<Item = (&Stamp, Option<AnyRecord>)> + '_> {
        Box::new(Recorded::revisions(self).map(stamp_and_value))
    }

    fn redact(&mut self, sequence: i64, keeps_all: bool) -> Option<bool> {
        Recorded::redact(self, sequence, keeps_all)
    }

    fn cap_times(&mut self, time: DateTime<Utc>, keeps_all: bool) {
        Recorded::cap_times(self, time, keeps_all);
    }

    fn restore(&mut self, revision: i32, value: Option<AnyRecord>) {
        Recorded::restore(self, revision, value.and_then(T::from_any));
    }
}

fn stamp_and_value<T: Recordable>(revision: &Revision<T>) -> (&Stamp, Option<AnyRecord>) {
    (&revision.stamp, revision.whole().cloned().map(T::into_any))
}

/// The next revision of a record, as an entry makes it.
pub(super) struct NextRevision {
    pub stamp: Stamp,
    pub value: Option<AnyRecord>,
    /// The length of the entry's body, in bytes.
    bytes: usize,
    /// True if the earlier revisions are all kept whole.
    keeps_all: bool,
}

impl NextRevision {
    /// Reads what an entry records as `key`.
    pub fn read(key: &RecordKey, change: &Change, keeps_all: bool) -> Result<Self, String> {
        let (after, reason) = change.contents()?;
        let written_on = change.recorded_at.date_naive();
        let read = |after| read_entry(after, written_on, |value, at| AnyRecord::parse_at(key, value, at));
        let value = after.map(read).transpose().map_err(|faults| {
            let problems: Vec<String> =
                faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
            format!("entry {} holds a record that is not valid: {}", change.sequence, problems.join("; "))
        })?;
        if value.is_some() == (change.action == Action::Withdraw) && change.body.is_some() {
            return Err(format!("entry {} has a body that does not fit its action", change.sequence));
        }
        let stamp = Stamp {
            revision: change.revision,
            sequence: change.sequence,
            recorded_at: change.recorded_at,
            recorded_by: change.actor.clone(),
            reason,
        };
        Ok(NextRevision { stamp, value, bytes: change.body.as_ref().map_or(0, String::len), keeps_all })
    }

    /// Starts a record with it.
    pub fn start<T: Recordable>(self) -> Result<Recorded<T>, String> {
        Recorded::start(self.into_revision())
    }

    /// Adds it to a record.
    pub fn append_to<T: Recordable>(self, record: &mut Recorded<T>) -> Result<(), String> {
        let keeps_all = self.keeps_all;
        record.push(self.into_revision(), keeps_all)
    }

    /// Adds it to the record `id`, or starts that record.
    pub fn add_to<K: Ord + Clone, T: Recordable>(
        self,
        records: &mut BTreeMap<K, Recorded<T>>,
        id: &K,
    ) -> Result<(), String> {
        match records.entry(id.clone()) {
            Entry::Occupied(record) => self.append_to(record.into_mut()),
            Entry::Vacant(vacant) => {
                vacant.insert(self.start()?);
                Ok(())
            }
        }
    }

    fn into_revision<T: Recordable>(self) -> Revision<T> {
        Revision::new(self.stamp, self.value.and_then(T::from_any), self.bytes)
    }
}
