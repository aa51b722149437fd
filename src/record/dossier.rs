//! All that is recorded of one city, with its whole history.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::change::{Action, Change, Kind, RecordKey};
use super::city::City;
use super::fault::{At, Fault, Parse, read, read_logged};
use super::inventory::Inventory;
use super::member::Member;
use super::network::Network;
use super::recorded::{Recorded, Revision, Stamp, Superseded};
use super::statement::Statement;
use super::target::Target;
use super::text::{CityId, Slug};
use super::units::Year;
use super::view::Cut;

/// All that is recorded of one city.
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
    /// Its statement, if it ever made one.
    pub statement: Option<Recorded<Statement>>,
    /// Its memberships, by the network's id.
    pub memberships: BTreeMap<Slug, Recorded<Member>>,
    /// How many entries of the log speak of it.
    pub entries: i64,
    /// The last of them.
    last_sequence: i64,
}

/// A value of one of the kinds.
#[derive(Debug, Clone)]
pub enum AnyRecord {
    /// A city.
    City(Arc<City>),
    /// A baseline.
    Baseline(Arc<Inventory>),
    /// A target.
    Target(Arc<Target>),
    /// A report.
    Report(Arc<Inventory>),
    /// A statement.
    Statement(Arc<Statement>),
    /// A network; no dossier has one.
    Network(Arc<Network>),
    /// A membership.
    Member(Arc<Member>),
}

impl AnyRecord {
    /// Reads the body of the record `key`, written on `today`.
    ///
    /// # Errors
    /// All faults of the body.
    pub fn parse(key: &RecordKey, body: Value, today: NaiveDate) -> Result<Self, Vec<Fault>> {
        read(body, today, |value, at| Self::parse_at(key, value, at))
    }

    fn parse_at(key: &RecordKey, value: Value, at: &At<'_>) -> Option<Self> {
        match key.kind {
            Kind::City => City::parse(value, at).map(Arc::new).map(AnyRecord::City),
            Kind::Baseline => Inventory::parse_baseline(value, at).map(Arc::new).map(AnyRecord::Baseline),
            Kind::Target => Target::parse(value, at).map(Arc::new).map(AnyRecord::Target),
            Kind::Report => {
                let report = Inventory::parse_report(value, at, year_of(key, at)?);
                report.map(Arc::new).map(AnyRecord::Report)
            }
            Kind::Statement => Statement::parse(value, at).map(Arc::new).map(AnyRecord::Statement),
            Kind::Network => Network::parse(value, at).map(Arc::new).map(AnyRecord::Network),
            Kind::Member => Member::parse(value, at).map(Arc::new).map(AnyRecord::Member),
            Kind::Redaction => at.fault("no_record", "a redaction is no record"),
        }
    }

    /// The day its source was published, if it names one that says so.
    #[must_use]
    pub fn published(&self) -> Option<NaiveDate> {
        match self {
            AnyRecord::Baseline(inventory) | AnyRecord::Report(inventory) => inventory.source.published,
            AnyRecord::Target(target) => target.source.published,
            AnyRecord::Network(network) => network.source.published,
            AnyRecord::Member(member) => member.source.published,
            AnyRecord::City(_) | AnyRecord::Statement(_) => None,
        }
    }

    /// The body of the record, members sorted by name.
    ///
    /// # Panics
    /// Never: records are plain data.
    #[must_use]
    pub fn body(&self) -> Value {
        let body = match self {
            AnyRecord::City(city) => serde_json::to_value(city.as_ref()),
            AnyRecord::Baseline(inventory) | AnyRecord::Report(inventory) => serde_json::to_value(inventory.as_ref()),
            AnyRecord::Target(target) => serde_json::to_value(target.as_ref()),
            AnyRecord::Statement(statement) => serde_json::to_value(statement.as_ref()),
            AnyRecord::Network(network) => serde_json::to_value(network.as_ref()),
            AnyRecord::Member(member) => serde_json::to_value(member.as_ref()),
        };
        body.expect("records are plain data with text keys")
    }
}

/// The year that a report's id names.
fn year_of(key: &RecordKey, at: &At<'_>) -> Option<Year> {
    let year = Year::from_id(&key.id);
    if year.is_none() {
        return at.fault("out_of_range", "the year in the path must be four digits between 1970 and 2100");
    }
    year
}

impl Dossier {
    /// Begins the dossier of a city with the entry that created it.
    ///
    /// # Errors
    /// A sentence, when the entry is not the creation of a city or cannot be read.
    pub(super) fn begin(change: &Change) -> Result<Self, String> {
        let begins = (change.key.kind, change.action) == (Kind::City, Action::Create);
        let Some(id) = change.key.city.clone().filter(|_| begins) else {
            return Err(format!("entry {} is about a city that is not there", change.sequence));
        };
        let (stamp, record) = read_change(change)?;
        Ok(Dossier {
            id,
            city: Recorded::begin(Revision::new(stamp, record.and_then(AnyRecord::into_city), change.body_bytes()))?,
            baselines: BTreeMap::new(),
            targets: BTreeMap::new(),
            reports: BTreeMap::new(),
            statement: None,
            memberships: BTreeMap::new(),
            entries: 1,
            last_sequence: change.sequence,
        })
    }

    /// Adds what a later entry says of a record of this city; all states before it are kept whole if `keeps_all`.
    ///
    /// # Errors
    /// A sentence, when the entry cannot be read or does not follow the record's last revision.
    pub(super) fn apply(&mut self, change: &Change, keeps_all: bool) -> Result<(), String> {
        let (stamp, record) = read_change(change)?;
        let next = Next { stamp, bytes: change.body_bytes(), keeps_all };
        match change.key.kind {
            Kind::City => self.city.push(next.revision(record.and_then(AnyRecord::into_city)), next.keeps_all),
            Kind::Baseline => {
                add(&mut self.baselines, slug_of(change)?, record.and_then(AnyRecord::into_inventory), next)
            }
            Kind::Target => add(&mut self.targets, slug_of(change)?, record.and_then(AnyRecord::into_target), next),
            Kind::Report => {
                add(&mut self.reports, report_of(change)?, record.and_then(AnyRecord::into_inventory), next)
            }
            Kind::Statement if change.key.id != Statement::ID => {
                Err(format!("entry {} has an id that is not valid", change.sequence))
            }
            Kind::Statement => {
                let revision = next.revision(record.and_then(AnyRecord::into_statement));
                match &mut self.statement {
                    Some(statement) => statement.push(revision, next.keeps_all),
                    None => Recorded::begin(revision).map(|begun| self.statement = Some(begun)),
                }
            }
            Kind::Network | Kind::Redaction => Err(format!("entry {} is about no city", change.sequence)),
            Kind::Member => add(&mut self.memberships, slug_of(change)?, record.and_then(AnyRecord::into_member), next),
        }?;
        self.count(change);
        Ok(())
    }

    /// Takes out what the entry that `change` redacts said; whether there was anything.
    ///
    /// # Errors
    /// A sentence, when no revision of the city's records was made by that entry.
    pub(super) fn redact(&mut self, change: &Change, keeps_all: bool) -> Result<bool, String> {
        let was_there = self.take_out(change, keeps_all)?;
        self.count(change);
        Ok(was_there)
    }

    /// Counts an entry that speaks of the city.
    fn count(&mut self, change: &Change) {
        self.entries += 1;
        self.last_sequence = self.last_sequence.max(change.sequence);
    }

    /// Puts back the whole of what an earlier entry said, as it is read from the log.
    ///
    /// # Errors
    /// A sentence, when the entry cannot be read.
    pub fn restore(&mut self, change: &Change) -> Result<(), String> {
        fn put_back<T: Superseded>(record: Option<&mut Recorded<T>>, revision: i32, value: Option<Arc<T>>) {
            if let Some(record) = record {
                record.restore(revision, value);
            }
        }
        let (Stamp { revision, .. }, record) = read_change(change)?;
        match change.key.kind {
            Kind::City => put_back(Some(&mut self.city), revision, record.and_then(AnyRecord::into_city)),
            Kind::Baseline => {
                let found = self.baselines.get_mut(&slug_of(change)?);
                put_back(found, revision, record.and_then(AnyRecord::into_inventory));
            }
            Kind::Target => {
                let found = self.targets.get_mut(&slug_of(change)?);
                put_back(found, revision, record.and_then(AnyRecord::into_target));
            }
            Kind::Report => {
                let found = self.reports.get_mut(&report_of(change)?);
                put_back(found, revision, record.and_then(AnyRecord::into_inventory));
            }
            Kind::Statement => {
                put_back(self.statement.as_mut(), revision, record.and_then(AnyRecord::into_statement));
            }
            // No judgement is made from these.
            Kind::Network | Kind::Member | Kind::Redaction => {}
        }
        Ok(())
    }

    /// The keys of all records that it holds, withdrawn ones included.
    #[must_use]
    pub fn keys(&self) -> Vec<RecordKey> {
        let Dossier { id: city, baselines, targets, reports, statement, memberships, .. } = self;
        let key = |kind, id: String| RecordKey { city: Some(city.clone()), kind, id };
        let mut keys = vec![key(Kind::City, city.to_string())];
        keys.extend(baselines.keys().map(|id| key(Kind::Baseline, id.to_string())));
        keys.extend(targets.keys().map(|id| key(Kind::Target, id.to_string())));
        keys.extend(reports.keys().map(|year| key(Kind::Report, year.to_string())));
        keys.extend(statement.iter().map(|_| key(Kind::Statement, Statement::ID.to_owned())));
        keys.extend(memberships.keys().map(|id| key(Kind::Member, id.to_string())));
        keys
    }

    /// The record's latest revision and, unless withdrawn, its value; none if it was never recorded.
    #[must_use]
    pub fn latest(&self, kind: Kind, id: &str) -> Option<(&Stamp, Option<AnyRecord>)> {
        fn state<T: Superseded>(
            record: Option<&Recorded<T>>,
            wrap: impl Fn(Arc<T>) -> AnyRecord,
        ) -> Option<(&Stamp, Option<AnyRecord>)> {
            let latest = record?.latest();
            Some((&latest.stamp, latest.whole().cloned().map(wrap)))
        }
        match kind {
            Kind::City => state(Some(&self.city), AnyRecord::City),
            Kind::Baseline => state(self.baselines.get(id), AnyRecord::Baseline),
            Kind::Target => state(self.targets.get(id), AnyRecord::Target),
            Kind::Report => {
                let year = Year::from_id(id)?;
                state(self.reports.get(&year), AnyRecord::Report)
            }
            // A city makes one statement, which has no id of its own.
            Kind::Statement => state(self.statement.as_ref().filter(|_| id == Statement::ID), AnyRecord::Statement),
            Kind::Network | Kind::Redaction => None,
            Kind::Member => state(self.memberships.get(id), AnyRecord::Member),
        }
    }

    /// The stamp of every revision of every record.
    pub fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        fn of<T: Superseded>(record: &Recorded<T>) -> impl Iterator<Item = &Stamp> {
            record.revisions().map(|revision| &revision.stamp)
        }
        of(&self.city)
            .chain(self.baselines.values().flat_map(of))
            .chain(self.targets.values().flat_map(of))
            .chain(self.reports.values().flat_map(of))
            .chain(self.statement.iter().flat_map(of))
            .chain(self.memberships.values().flat_map(of))
    }

    /// Lets nothing be recorded after `time`: a later entry of the log was recorded then.
    pub(super) fn set_back(&mut self, time: DateTime<Utc>, keeps_all: bool) {
        self.city.set_back(time, keeps_all);
        self.baselines.values_mut().for_each(|record| record.set_back(time, keeps_all));
        self.targets.values_mut().for_each(|record| record.set_back(time, keeps_all));
        self.reports.values_mut().for_each(|record| record.set_back(time, keeps_all));
        self.statement.iter_mut().for_each(|record| record.set_back(time, keeps_all));
        self.memberships.values_mut().for_each(|record| record.set_back(time, keeps_all));
    }

    /// The last entry of the log that speaks of the city and is included in `cut`; 0 if none is.
    #[must_use]
    pub fn last_sequence(&self, cut: &Cut) -> i64 {
        if cut.is_of_today() {
            return self.last_sequence;
        }
        self.stamps().filter(|stamp| cut.includes(stamp)).map(|stamp| stamp.sequence).max().unwrap_or(0)
    }
}

impl AnyRecord {
    fn into_city(self) -> Option<Arc<City>> {
        if let AnyRecord::City(city) = self { Some(city) } else { None }
    }

    fn into_target(self) -> Option<Arc<Target>> {
        if let AnyRecord::Target(target) = self { Some(target) } else { None }
    }

    fn into_statement(self) -> Option<Arc<Statement>> {
        if let AnyRecord::Statement(statement) = self { Some(statement) } else { None }
    }

    fn into_member(self) -> Option<Arc<Member>> {
        if let AnyRecord::Member(member) = self { Some(member) } else { None }
    }

    pub(super) fn into_network(self) -> Option<Arc<Network>> {
        if let AnyRecord::Network(network) = self { Some(network) } else { None }
    }

    fn into_inventory(self) -> Option<Arc<Inventory>> {
        match self {
            AnyRecord::Baseline(inventory) | AnyRecord::Report(inventory) => Some(inventory),
            _ => None,
        }
    }
}

/// The stamp and the value that an entry carries.
pub(super) fn read_change(change: &Change) -> Result<(Stamp, Option<AnyRecord>), String> {
    let (after, reason) = change.contents()?;
    let record = after
        .map(|after| {
            read_logged(after, change.recorded_at.date_naive(), |value, at| AnyRecord::parse_at(&change.key, value, at))
        })
        .transpose()
        .map_err(|faults| {
            let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
            format!("entry {} holds a record that is not valid: {}", change.sequence, told.join("; "))
        })?;
    if record.is_some() == (change.action == Action::Withdraw) && change.body.is_some() {
        return Err(format!("entry {} has a body that does not fit its action", change.sequence));
    }
    let stamp = Stamp {
        revision: change.revision,
        sequence: change.sequence,
        recorded_at: change.recorded_at,
        recorded_by: change.actor.clone(),
        reason,
    };
    Ok((stamp, record))
}

/// What the next revision of a record is made of, beside its value.
pub(super) struct Next {
    pub stamp: Stamp,
    pub bytes: usize,
    pub keeps_all: bool,
}

impl Next {
    fn revision<T: Superseded>(&self, value: Option<Arc<T>>) -> Revision<T> {
        Revision::new(self.stamp.clone(), value, self.bytes)
    }
}

/// Adds a revision to the record `id`, or begins it.
pub(super) fn add<K: Ord, T: Superseded>(
    records: &mut BTreeMap<K, Recorded<T>>,
    id: K,
    value: Option<Arc<T>>,
    next: Next,
) -> Result<(), String> {
    let revision = Revision::new(next.stamp, value, next.bytes);
    match records.entry(id) {
        Entry::Occupied(record) => record.into_mut().push(revision, next.keeps_all),
        Entry::Vacant(vacant) => {
            vacant.insert(Recorded::begin(revision)?);
            Ok(())
        }
    }
}

fn report_of(change: &Change) -> Result<Year, String> {
    Year::from_id(&change.key.id).ok_or_else(|| format!("entry {} names no year", change.sequence))
}

pub(super) fn slug_of(change: &Change) -> Result<Slug, String> {
    Slug::new(&change.key.id).ok_or_else(|| format!("entry {} has an id that is not valid", change.sequence))
}
