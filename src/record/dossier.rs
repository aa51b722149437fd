//! All records of one city, with their whole history.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::any_record::{AnyRecord, AnyRecorded, NextRevision, Recordable};
use super::as_of::AsOf;
use super::change::Change;
use super::city::City;
use super::inventory::Inventory;
use super::key::{CityRecord, RecordKey, Subject};
use super::member::Member;
use super::recorded::Recorded;
use super::revision::Stamp;
use super::statement::Statement;
use super::target::Target;
use super::text::{CityId, Slug};
use super::units::Year;

/// All records of one city.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The city's id.
    pub id: CityId,
    /// The city itself.
    pub city: Recorded<City>,
    /// Its base-year inventories.
    pub baselines: BTreeMap<Slug, Recorded<Inventory>>,
    /// Its targets.
    pub targets: BTreeMap<Slug, Recorded<Target>>,
    /// Its yearly inventories.
    pub reports: BTreeMap<Year, Recorded<Inventory>>,
    /// Its statement; `None` if it never made one.
    pub statement: Option<Recorded<Statement>>,
    /// Its memberships, by the network's id.
    pub memberships: BTreeMap<Slug, Recorded<Member>>,
    /// The number of entries of the log about it.
    pub entries: i64,
    /// The last of them.
    last_sequence: i64,
}

impl Dossier {
    /// Starts the dossier of a city with the revision made by the entry that created it.
    pub(super) fn start(id: CityId, created: NextRevision) -> Result<Self, String> {
        let last_sequence = created.stamp.sequence;
        Ok(Dossier {
            id,
            city: created.start()?,
            baselines: BTreeMap::new(),
            targets: BTreeMap::new(),
            reports: BTreeMap::new(),
            statement: None,
            memberships: BTreeMap::new(),
            entries: 1,
            last_sequence,
        })
    }

    /// Adds the revision of a record that a later entry makes.
    ///
    /// # Errors
    /// A sentence, if it does not follow the record's last revision.
    pub(super) fn add(&mut self, record: &CityRecord, next: NextRevision) -> Result<(), String> {
        let sequence = next.stamp.sequence;
        match record {
            CityRecord::City => next.append_to(&mut self.city),
            CityRecord::Baseline(id) => next.add_to(&mut self.baselines, id),
            CityRecord::Target(id) => next.add_to(&mut self.targets, id),
            CityRecord::Report(year) => next.add_to(&mut self.reports, year),
            CityRecord::Statement => match &mut self.statement {
                Some(statement) => next.append_to(statement),
                None => next.start().map(|started| self.statement = Some(started)),
            },
            CityRecord::Member(network) => next.add_to(&mut self.memberships, network),
        }?;
        self.count_entry(sequence);
        Ok(())
    }

    /// Removes what the entry `redacted` recorded, as the entry `sequence` demands. Returns whether there was anything
    /// to remove; `None` if `redacted` made no revision of the city's records.
    pub(super) fn redact(&mut self, redacted: i64, sequence: i64, keeps_all: bool) -> Option<bool> {
        let records = self.keys();
        let had_content = records.iter().find_map(|record| self.find_mut(record)?.redact(redacted, keeps_all))?;
        self.count_entry(sequence);
        Some(had_content)
    }

    /// Counts an entry about the city.
    fn count_entry(&mut self, sequence: i64) {
        self.entries += 1;
        self.last_sequence = self.last_sequence.max(sequence);
    }

    /// Restores the whole of what an earlier entry recorded, as it is read from the log.
    ///
    /// # Errors
    /// A sentence, if the entry cannot be read.
    pub fn restore(&mut self, change: &Change) -> Result<(), String> {
        if let Subject::Record(key @ RecordKey::OfCity(_, record)) = &change.subject
            && let Some(recorded) = self.find_mut(record)
        {
            let NextRevision { stamp, value, .. } = NextRevision::read(key, change, false)?;
            recorded.restore(stamp.revision, value);
        }
        Ok(())
    }

    /// The keys of all its records, withdrawn ones included.
    #[must_use]
    pub fn keys(&self) -> Vec<CityRecord> {
        let mut keys = vec![CityRecord::City];
        keys.extend(self.baselines.keys().cloned().map(CityRecord::Baseline));
        keys.extend(self.targets.keys().cloned().map(CityRecord::Target));
        keys.extend(self.reports.keys().copied().map(CityRecord::Report));
        keys.extend(self.statement.iter().map(|_| CityRecord::Statement));
        keys.extend(self.memberships.keys().cloned().map(CityRecord::Member));
        keys
    }

    fn find(&self, record: &CityRecord) -> Option<&dyn AnyRecorded> {
        fn as_any<T: Recordable>(found: Option<&Recorded<T>>) -> Option<&dyn AnyRecorded> {
            found.map(|found| found as &dyn AnyRecorded)
        }
        match record {
            CityRecord::City => as_any(Some(&self.city)),
            CityRecord::Baseline(id) => as_any(self.baselines.get(id)),
            CityRecord::Target(id) => as_any(self.targets.get(id)),
            CityRecord::Report(year) => as_any(self.reports.get(year)),
            CityRecord::Statement => as_any(self.statement.as_ref()),
            CityRecord::Member(network) => as_any(self.memberships.get(network)),
        }
    }

    fn find_mut(&mut self, record: &CityRecord) -> Option<&mut dyn AnyRecorded> {
        fn as_any<T: Recordable>(found: Option<&mut Recorded<T>>) -> Option<&mut dyn AnyRecorded> {
            found.map(|found| found as &mut dyn AnyRecorded)
        }
        match record {
            CityRecord::City => as_any(Some(&mut self.city)),
            CityRecord::Baseline(id) => as_any(self.baselines.get_mut(id)),
            CityRecord::Target(id) => as_any(self.targets.get_mut(id)),
            CityRecord::Report(year) => as_any(self.reports.get_mut(year)),
            CityRecord::Statement => as_any(self.statement.as_mut()),
            CityRecord::Member(network) => as_any(self.memberships.get_mut(network)),
        }
    }

    /// The latest stamp of the record and, unless it is withdrawn, its value; `None` if it was never recorded.
    #[must_use]
    pub fn latest(&self, record: &CityRecord) -> Option<(&Stamp, Option<AnyRecord>)> {
        Some(self.find(record)?.latest())
    }

    /// Every revision of a record, oldest first: its stamp and, if it is kept whole, its value.
    pub fn revisions(&self, record: &CityRecord) -> impl Iterator<Item = (&Stamp, Option<AnyRecord>)> {
        self.find(record).into_iter().flat_map(AnyRecorded::revisions)
    }

    /// The stamp of every revision of every record.
    pub fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        let records = self.keys().into_iter().filter_map(|record| self.find(&record));
        records.flat_map(AnyRecorded::revisions).map(|(stamp, _)| stamp)
    }

    /// Moves recording times after `time` back to it, because a later entry of the log was recorded at `time`.
    pub(super) fn cap_times(&mut self, time: DateTime<Utc>, keeps_all: bool) {
        for record in self.keys() {
            if let Some(recorded) = self.find_mut(&record) {
                recorded.cap_times(time, keeps_all);
            }
        }
    }

    /// The last entry of the log about the city that `as_of` includes; 0 if there is none.
    #[must_use]
    pub fn last_sequence(&self, as_of: &AsOf) -> i64 {
        if as_of.covers_whole_log() {
            return self.last_sequence;
        }
        self.stamps().filter(|stamp| as_of.includes(stamp)).map(|stamp| stamp.sequence).max().unwrap_or(0)
    }
}
