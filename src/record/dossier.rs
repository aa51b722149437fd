//! All that is recorded of one city, with its whole history.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::change::{Action, Change, Kind, RecordKey};
use super::city::City;
use super::fault::{At, Fault, Parse, read, read_logged};
use super::inventory::Inventory;
use super::member::Member;
use super::network::Network;
use super::statement::Statement;
use super::target::Target;
use super::text::{CityId, Slug};
use super::units::Year;
use super::view::Cut;

/// Who recorded a revision, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The number of the revision: 1, 2, 3 for each record.
    pub revision: i32,
    /// The entry of the log that made it.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    pub recorded_by: String,
    /// Why it was changed.
    pub reason: Option<String>,
}

/// One state of a record: a value, or its withdrawal.
#[derive(Debug)]
pub struct Revision<T> {
    /// Who, when, why.
    pub stamp: Stamp,
    /// The value; none when it was withdrawn (or redacted).
    pub value: Option<Arc<T>>,
}

// Derived, `Clone` would ask for `T: Clone`, which sharing does not need.
impl<T> Clone for Revision<T> {
    fn clone(&self) -> Self {
        Revision { stamp: self.stamp.clone(), value: self.value.clone() }
    }
}

/// A record with every state it has had, oldest first; never empty.
#[derive(Debug)]
pub struct Recorded<T> {
    pub(super) revisions: Vec<Revision<T>>,
}

impl<T> Clone for Recorded<T> {
    fn clone(&self) -> Self {
        Recorded { revisions: self.revisions.clone() }
    }
}

impl<T> Recorded<T> {
    /// Every state, oldest first.
    #[must_use]
    pub fn revisions(&self) -> &[Revision<T>] {
        &self.revisions
    }

    /// The state it is in.
    ///
    /// # Panics
    /// Never: a record has at least one revision.
    #[must_use]
    pub fn latest(&self) -> &Revision<T> {
        self.revisions.last().expect("a record is made with its first revision")
    }

    /// The present value and its stamp, unless the record is withdrawn.
    #[must_use]
    pub fn live(&self) -> Option<(&Arc<T>, &Stamp)> {
        let latest = self.latest();
        latest.value.as_ref().map(|value| (value, &latest.stamp))
    }
}

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
    pub fn begin(change: &Change) -> Result<Self, String> {
        let begins = (change.key.kind, change.action) == (Kind::City, Action::Create);
        let Some(id) = change.key.city.clone().filter(|_| begins) else {
            return Err(format!("entry {} is about a city that is not there", change.sequence));
        };
        let (stamp, record) = read_change(change)?;
        let mut revisions = Vec::new();
        push(&mut revisions, stamp, record.and_then(AnyRecord::into_city))?;
        Ok(Dossier {
            id,
            city: Recorded { revisions },
            baselines: BTreeMap::new(),
            targets: BTreeMap::new(),
            reports: BTreeMap::new(),
            statement: None,
            memberships: BTreeMap::new(),
        })
    }

    /// Adds what a later entry says of this city.
    ///
    /// # Errors
    /// A sentence, when the entry cannot be read or does not follow the record's last revision.
    pub fn apply(&mut self, change: &Change) -> Result<(), String> {
        let (stamp, record) = read_change(change)?;
        match change.key.kind {
            Kind::City => push(&mut self.city.revisions, stamp, record.and_then(AnyRecord::into_city)),
            Kind::Baseline => {
                let slot = self.baselines.entry(slug_of(change)?).or_insert(Recorded { revisions: Vec::new() });
                push(&mut slot.revisions, stamp, record.and_then(AnyRecord::into_inventory))
            }
            Kind::Target => {
                let slot = self.targets.entry(slug_of(change)?).or_insert(Recorded { revisions: Vec::new() });
                push(&mut slot.revisions, stamp, record.and_then(AnyRecord::into_target))
            }
            Kind::Report => {
                let year = Year::from_id(&change.key.id);
                let year = year.ok_or_else(|| format!("entry {} names no year", change.sequence))?;
                let slot = self.reports.entry(year).or_insert(Recorded { revisions: Vec::new() });
                push(&mut slot.revisions, stamp, record.and_then(AnyRecord::into_inventory))
            }
            Kind::Statement if change.key.id != Statement::ID => {
                Err(format!("entry {} has an id that is not valid", change.sequence))
            }
            Kind::Statement => {
                let slot = self.statement.get_or_insert(Recorded { revisions: Vec::new() });
                push(&mut slot.revisions, stamp, record.and_then(AnyRecord::into_statement))
            }
            Kind::Network => Err(format!("entry {} is about no city", change.sequence)),
            Kind::Member => {
                let slot = self.memberships.entry(slug_of(change)?).or_insert(Recorded { revisions: Vec::new() });
                push(&mut slot.revisions, stamp, record.and_then(AnyRecord::into_member))
            }
        }
    }

    /// The record's latest revision and, unless withdrawn, its value; none if it was never recorded.
    #[must_use]
    pub fn latest(&self, kind: Kind, id: &str) -> Option<(&Stamp, Option<AnyRecord>)> {
        fn state<T>(
            record: Option<&Recorded<T>>,
            wrap: impl Fn(Arc<T>) -> AnyRecord,
        ) -> Option<(&Stamp, Option<AnyRecord>)> {
            let latest = record?.latest();
            Some((&latest.stamp, latest.value.clone().map(wrap)))
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
            Kind::Network => None,
            Kind::Member => state(self.memberships.get(id), AnyRecord::Member),
        }
    }

    /// The stamp of every revision of every record.
    pub fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        fn of<T>(record: &Recorded<T>) -> impl Iterator<Item = &Stamp> {
            record.revisions.iter().map(|revision| &revision.stamp)
        }
        of(&self.city)
            .chain(self.baselines.values().flat_map(of))
            .chain(self.targets.values().flat_map(of))
            .chain(self.reports.values().flat_map(of))
            .chain(self.statement.iter().flat_map(of))
            .chain(self.memberships.values().flat_map(of))
    }

    /// The last entry of the log that speaks of the city and is included in `cut`; 0 if none is.
    #[must_use]
    pub fn last_sequence(&self, cut: &Cut) -> i64 {
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

fn slug_of(change: &Change) -> Result<Slug, String> {
    Slug::new(&change.key.id).ok_or_else(|| format!("entry {} has an id that is not valid", change.sequence))
}

/// Adds a state to those of a record, as the next revision.
pub(super) fn push<T>(revisions: &mut Vec<Revision<T>>, stamp: Stamp, value: Option<Arc<T>>) -> Result<(), String> {
    let last = revisions.last().map_or(0, |revision| revision.stamp.revision);
    if stamp.revision != last + 1 {
        return Err(format!("entry {} makes revision {} after {last}", stamp.sequence, stamp.revision));
    }
    revisions.push(Revision { stamp, value });
    Ok(())
}
