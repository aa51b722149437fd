//! Records of any kind: their values, and what they all do alike with their revisions.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::change::{Action, Change};
use super::city::City;
use super::fault::{At, Fault, Parse, read, read_logged};
use super::inventory::Inventory;
use super::key::{CityRecord, RecordKey};
use super::member::Member;
use super::network::Network;
use super::recorded::{Recorded, Revision, Stamp, Superseded};
use super::statement::Statement;
use super::target::Target;

/// A value of one of the kinds of records.
pub(super) trait Recordable: Superseded {
    /// Wraps it as a value of any kind.
    fn into_any(value: Arc<Self>) -> AnyRecord;
    /// Unwraps a value of any kind; `None` if it is of another kind.
    fn of_any(any: AnyRecord) -> Option<Arc<Self>>;
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

            fn of_any(any: AnyRecord) -> Option<Arc<Self>> {
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
    pub fn parse_of_city(record: &CityRecord, body: Value, today: NaiveDate) -> Result<Self, Vec<Fault>> {
        read(body, today, |value, at| Self::parse_of_city_at(record, value, at))
    }

    fn parse_at(key: &RecordKey, value: Value, at: &At<'_>) -> Option<Self> {
        match key {
            RecordKey::Network(_) => Network::parse(value, at).map(any),
            RecordKey::OfCity(_, record) => Self::parse_of_city_at(record, value, at),
        }
    }

    fn parse_of_city_at(record: &CityRecord, value: Value, at: &At<'_>) -> Option<Self> {
        match record {
            CityRecord::City => City::parse(value, at).map(any),
            CityRecord::Baseline(_) => Inventory::parse_baseline(value, at).map(any),
            CityRecord::Target(_) => Target::parse(value, at).map(any),
            CityRecord::Report(year) => Inventory::parse_report(value, at, *year).map(any),
            CityRecord::Statement => Statement::parse(value, at).map(any),
            CityRecord::Member(_) => Member::parse(value, at).map(any),
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

fn any<T: Recordable>(value: T) -> AnyRecord {
    T::into_any(Arc::new(value))
}

/// A record with all its revisions, of any kind.
pub(super) trait AnyRecorded {
    /// Its latest stamp and, unless it is withdrawn, its value.
    fn latest(&self) -> (&Stamp, Option<AnyRecord>);
    /// Every revision, oldest first: its stamp and, if it is kept whole, its value.
    fn states(&self) -> Box<dyn Iterator<Item = (&Stamp, Option<AnyRecord>)> + '_>;
    /// See [`Recorded::redact`].
    fn take_out(&mut self, sequence: i64, keeps_all: bool) -> Option<bool>;
    /// See [`Recorded::cap_times`].
    fn set_back(&mut self, time: DateTime<Utc>, keeps_all: bool);
    /// Restores the whole value of a revision; `None` if it was redacted.
    fn restore(&mut self, revision: i32, value: Option<AnyRecord>);
}

impl<T: Recordable> AnyRecorded for Recorded<T> {
    fn latest(&self) -> (&Stamp, Option<AnyRecord>) {
        state(Recorded::latest(self))
    }

    fn states(&self) -> Box<dyn Iterator<Item = (&Stamp, Option<AnyRecord>)> + '_> {
        Box::new(self.revisions().map(state))
    }

    fn take_out(&mut self, sequence: i64, keeps_all: bool) -> Option<bool> {
        Recorded::take_out(self, sequence, keeps_all)
    }

    fn set_back(&mut self, time: DateTime<Utc>, keeps_all: bool) {
        Recorded::set_back(self, time, keeps_all);
    }

    fn restore(&mut self, revision: i32, value: Option<AnyRecord>) {
        Recorded::restore(self, revision, value.and_then(T::of_any));
    }
}

fn state<T: Recordable>(revision: &Revision<T>) -> (&Stamp, Option<AnyRecord>) {
    (&revision.stamp, revision.whole().cloned().map(T::into_any))
}

/// The next revision of a record, as an entry makes it.
pub(super) struct Next {
    pub stamp: Stamp,
    pub value: Option<AnyRecord>,
    /// The length of the entry's body, in bytes.
    bytes: usize,
    /// True if the earlier revisions are all kept whole.
    keeps_all: bool,
}

impl Next {
    /// Reads what an entry records as `key`.
    pub fn read(key: &RecordKey, change: &Change, keeps_all: bool) -> Result<Self, String> {
        let (after, reason) = change.contents()?;
        let written_on = change.recorded_at.date_naive();
        let read = |after| read_logged(after, written_on, |value, at| AnyRecord::parse_at(key, value, at));
        let value = after.map(read).transpose().map_err(|faults| {
            let message: Vec<String> =
                faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
            format!("entry {} holds a record that is not valid: {}", change.sequence, message.join("; "))
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
        Ok(Next { stamp, value, bytes: change.body.as_ref().map_or(0, String::len), keeps_all })
    }

    /// Starts a record with it.
    pub fn begin<T: Recordable>(self) -> Result<Recorded<T>, String> {
        Recorded::begin(self.revision())
    }

    /// Adds it to a record.
    pub fn follow<T: Recordable>(self, record: &mut Recorded<T>) -> Result<(), String> {
        let keeps_all = self.keeps_all;
        record.push(self.revision(), keeps_all)
    }

    /// Adds it to the record `id`, or starts that record.
    pub fn add<K: Ord + Clone, T: Recordable>(
        self,
        records: &mut BTreeMap<K, Recorded<T>>,
        id: &K,
    ) -> Result<(), String> {
        match records.entry(id.clone()) {
            Entry::Occupied(record) => self.follow(record.into_mut()),
            Entry::Vacant(vacant) => {
                vacant.insert(self.begin()?);
                Ok(())
            }
        }
    }

    fn revision<T: Recordable>(self) -> Revision<T> {
        Revision::new(self.stamp, self.value.and_then(T::of_any), self.bytes)
    }
}
