//! The state of a city at a chosen moment: what had been recorded, and what was known, by then.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::as_of::AsOf;
use super::city::City;
use super::dossier::Dossier;
use super::inventory::{AlsoStated, Inventory};
use super::recorded::Recorded;
use super::revision::{Revision, Stamp, Versioned};
use super::statement::Statement;
use super::target::Target;
use super::text::{CityId, Slug};
use super::units::Year;

impl AsOf {
    /// True if a known target was in force. With `known_on` set, a target that had ended by that day was not.
    fn is_in_force(&self, known: &Known<'_, Target>) -> bool {
        self.known_on.is_none_or(|day| known.ended().is_none_or(|ended| ended > day))
    }

    /// Selects the revision of a record that was known then; `None` if there was none, or it had been withdrawn.
    ///
    /// That is the revision recorded last, if its source had been published by then. Otherwise it is the one published
    /// last before that; of several published on one day, the one recorded last. So the order of recording matters
    /// little.
    fn select<'a, T: Versioned>(&self, record: &'a Recorded<T>) -> Option<SelectedRevision<'a, T>> {
        if self.covers_whole_log() && self.known_on.is_none() {
            // Return early: the cost of the present must not grow with the number of revisions.
            let revision = record.latest();
            return revision
                .has_value()
                .then_some(SelectedRevision { revision, earlier: EarlierRevisions::All(record) });
        }
        let recorded: Vec<&Revision<T>> =
            record.revisions().filter(|revision| self.includes(&revision.stamp)).collect();
        let latest = *recorded.last().filter(|latest| latest.has_value())?;
        // A withdrawal means that everything recorded before it was wrong, whenever it was published.
        let withdrawn = recorded.iter().rposition(|revision| !revision.has_value());
        let mut revisions = recorded[self.known_on.and(withdrawn).unwrap_or(0)..].to_vec();
        revisions.retain(|revision| revision.has_value() && self.known_on.is_none_or(|day| revision.since <= day));
        let selected = revisions.pop_if(|revision| std::ptr::eq(*revision, latest));
        revisions.sort_by_key(|revision| revision.since);
        let revision = selected.or_else(|| revisions.pop())?;
        Some(SelectedRevision { revision, earlier: EarlierRevisions::Some(revisions) })
    }
}

/// The revision of a record that was known at some moment, and those before it.
struct SelectedRevision<'a, T> {
    revision: &'a Revision<T>,
    earlier: EarlierRevisions<'a, T>,
}

impl<'a, T: Versioned> SelectedRevision<'a, T> {
    fn known(self) -> Result<Known<'a, T>, Incomplete> {
        let value = self.revision.whole().ok_or(Incomplete)?;
        Ok(Known { value, stamp: &self.revision.stamp, earlier: self.earlier })
    }
}

/// The revision that was known then is no longer whole in memory: it has to be read from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a revision that was known then is no longer whole in memory")]
pub struct Incomplete;

/// A record as it was known at some moment.
#[derive(Debug)]
pub struct Known<'a, T> {
    /// Its value.
    pub value: &'a T,
    /// Who recorded it, when, and why.
    pub stamp: &'a Stamp,
    /// The revisions before this one.
    pub earlier: EarlierRevisions<'a, T>,
}

/// The earlier revisions of a record, in order of publication, without withdrawals.
#[derive(Debug)]
pub enum EarlierRevisions<'a, T> {
    /// All revisions but the latest.
    All(&'a Recorded<T>),
    /// These revisions.
    Some(Vec<&'a Revision<T>>),
}

impl<'a, T: Versioned> EarlierRevisions<'a, T> {
    /// The first revision of each run of equal ones: a record may have thousands of revisions that repeat each other.
    ///
    /// The repetitions, which are skipped, follow the first of their run in the order of the log.
    pub fn run_starts(&self) -> Box<dyn DoubleEndedIterator<Item = &'a Revision<T>> + '_> {
        match self {
            EarlierRevisions::All(record) => {
                Box::new(record.earlier().into_iter().flat_map(|earlier| earlier.run_starts()))
            }
            EarlierRevisions::Some(revisions) => Box::new(revisions.iter().copied()),
        }
    }

    /// The last revision of the run that starts with `first` for which `holds` is true. `holds` must be true for the
    /// first revisions of the run, and false for all after them.
    pub fn last_of_run(&self, first: &'a Revision<T>, holds: impl Fn(&Revision<T>) -> bool) -> &'a Revision<T> {
        match self {
            EarlierRevisions::All(record) => {
                record.earlier().map_or(first, |earlier| earlier.last_of_run(first, holds))
            }
            EarlierRevisions::Some(_) => first,
        }
    }
}

impl View<'_> {
    /// What other sources state for an inventory, if they had been published by `known_on`.
    pub fn also_stated<'i>(&self, inventory: &'i Inventory) -> impl Iterator<Item = &'i AlsoStated> + use<'i> {
        let known_on = self.known_on;
        // A total whose source has no date counts together with its inventory.
        let published = move |day| known_on.is_none_or(|known_on| day <= known_on);
        inventory.also_stated.iter().filter(move |other| other.source.published.is_none_or(published))
    }
}

impl Known<'_, Target> {
    /// The day the target was superseded or withdrawn: as stated, or else the day the log first said so. `None` while
    /// it is in force.
    #[must_use]
    pub fn ended(&self) -> Option<NaiveDate> {
        if !self.value.standing.has_ended() {
            return None;
        }
        if let Some(ended) = self.value.ended_on {
            return Some(ended.last_day());
        }
        // The first of the latest revisions in a row that say that it ended.
        let has_ended =
            |revision: &&Revision<Target>| revision.abridged().is_some_and(|earlier| earlier.standing.has_ended());
        let days =
            self.earlier.run_starts().rev().take_while(has_ended).map(|revision| &revision.stamp).chain([self.stamp]);
        days.map(|stamp| stamp.recorded_at.date_naive()).min()
    }
}

/// The state of a city at some moment; a judgement is made from it.
#[derive(Debug)]
pub struct View<'a> {
    /// The city's id.
    pub id: &'a CityId,
    /// If set, only sources published by this day count.
    pub known_on: Option<NaiveDate>,
    /// The city itself.
    pub city: Known<'a, City>,
    /// Its statement, if it has one; with `known_on` set it counts from the day it was recorded.
    pub statement: Option<Known<'a, Statement>>,
    /// Its baselines.
    pub baselines: BTreeMap<&'a Slug, Known<'a, Inventory>>,
    /// Its targets.
    pub targets: BTreeMap<&'a Slug, Known<'a, Target>>,
    /// Its reports.
    pub reports: BTreeMap<Year, Known<'a, Inventory>>,
}

impl Dossier {
    /// The present state of the city; `None` if it is withdrawn.
    #[must_use]
    pub fn present(&self) -> Option<View<'_>> {
        // The latest revisions are always whole.
        self.view(&AsOf::default()).ok().flatten()
    }

    /// The state of the city at `as_of`; `None` if it was not recorded by then or was withdrawn.
    ///
    /// # Errors
    /// [`Incomplete`] if a revision that was known then is no longer whole in memory.
    /// [`missing_entries`](Dossier::missing_entries) names the entries to restore first. The present is always
    /// complete.
    pub fn view(&self, as_of: &AsOf) -> Result<Option<View<'_>>, Incomplete> {
        let Some(city) = as_of.select(&self.city) else { return Ok(None) };
        let statement = self.statement.as_ref().and_then(|record| as_of.select(record));
        let mut targets = select_all(&self.targets, as_of)?;
        targets.retain(|_, known| as_of.is_in_force(known));
        Ok(Some(View {
            id: &self.id,
            known_on: as_of.known_on,
            city: city.known()?,
            statement: statement.map(SelectedRevision::known).transpose()?,
            baselines: select_all(&self.baselines, as_of)?,
            targets,
            reports: self
                .reports
                .iter()
                .filter(|(year, _)| as_of.through.is_none_or(|through| **year <= through))
                .filter_map(|(year, record)| Some(as_of.select(record)?.known().map(|known| (*year, known))))
                .collect::<Result<_, Incomplete>>()?,
        }))
    }

    /// The entries of the log that have to be restored before the city can be viewed at `as_of`.
    #[must_use]
    pub fn missing_entries(&self, as_of: &AsOf) -> Vec<i64> {
        fn entry_to_restore<T: Versioned>(as_of: &AsOf, record: &Recorded<T>) -> Option<i64> {
            let SelectedRevision { revision, .. } = as_of.select(record)?;
            revision.whole().is_none().then_some(revision.stamp.sequence)
        }
        if (as_of.covers_whole_log() && as_of.known_on.is_none()) || as_of.select(&self.city).is_none() {
            return Vec::new();
        }
        let reports = self.reports.iter().filter(|(year, _)| as_of.through.is_none_or(|through| **year <= through));
        entry_to_restore(as_of, &self.city)
            .into_iter()
            .chain(self.statement.as_ref().and_then(|record| entry_to_restore(as_of, record)))
            .chain(self.baselines.values().filter_map(|record| entry_to_restore(as_of, record)))
            .chain(self.targets.values().filter_map(|record| entry_to_restore(as_of, record)))
            .chain(reports.filter_map(|(_, record)| entry_to_restore(as_of, record)))
            .collect()
    }
}

/// The records of a map that were known at `as_of`, by key.
fn select_all<'a, K: Ord, T: Versioned>(
    records: &'a BTreeMap<K, Recorded<T>>,
    as_of: &AsOf,
) -> Result<BTreeMap<&'a K, Known<'a, T>>, Incomplete> {
    let known = records.iter().filter_map(|(key, record)| Some((key, as_of.select(record)?)));
    known.map(|(key, selected)| Ok((key, selected.known()?))).collect()
}
