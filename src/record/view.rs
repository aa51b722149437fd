//! How a city stood at any moment: what had been recorded, and what was known, by then.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::city::City;
use super::dossier::Dossier;
use super::inventory::{AlsoStated, Inventory};
use super::recorded::{Recorded, Revision, Stamp, Superseded};
use super::statement::Statement;
use super::target::Target;
use super::text::{CityId, Slug};
use super::units::Year;

/// A moment to look back to; the default is the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AsOf {
    /// Only entries of the log up to this one.
    pub sequence: Option<i64>,
    /// Only what was recorded by the end of this day.
    pub as_of: Option<NaiveDate>,
    /// Only figures whose source was published by this day, undated sources counting from the day they were recorded,
    /// and the pledges in force on it.
    pub known_on: Option<NaiveDate>,
    /// Only reports of years up to this one.
    pub through: Option<Year>,
}

impl AsOf {
    /// Whether an entry had been recorded by then.
    #[must_use]
    pub fn includes(&self, stamp: &Stamp) -> bool {
        self.sequence.is_none_or(|sequence| stamp.sequence <= sequence)
            && self.as_of.is_none_or(|day| stamp.recorded_at.date_naive() <= day)
    }

    /// Whether it takes in the whole log, as the present does.
    #[must_use]
    pub const fn is_of_today(&self) -> bool {
        self.sequence.is_none() && self.as_of.is_none()
    }

    /// Whether a target that was known then was in force: under `known_on` none is that had ended.
    fn is_in_force(&self, known: &Known<'_, Target>) -> bool {
        self.known_on.is_none_or(|day| known.ended().is_none_or(|ended| ended > day))
    }

    /// The state of the record that was known then; none if it was not, or had been withdrawn.
    ///
    /// What stands counts from the day it was published on. Before that day counts what had been published last,
    /// so that the order in which it was all recorded says nothing; of the same day, what was recorded last.
    fn pick<'a, T: Superseded>(&self, record: &'a Recorded<T>) -> Option<PickedState<'a, T>> {
        if self.is_of_today() && self.known_on.is_none() {
            // Nothing is gathered: the present must not cost more with every revision.
            let revision = record.latest();
            return revision.is_there().then_some(PickedState { revision, earlier: Earlier::All(record) });
        }
        let recorded: Vec<&Revision<T>> =
            record.revisions().filter(|revision| self.includes(&revision.stamp)).collect();
        let standing = *recorded.last().filter(|standing| standing.is_there())?;
        // A withdrawal says that what was recorded before was wrong, whenever it was published.
        let withdrawn = recorded.iter().rposition(|revision| !revision.is_there());
        let mut states = recorded[self.known_on.and(withdrawn).unwrap_or(0)..].to_vec();
        states.retain(|state| state.is_there() && self.known_on.is_none_or(|day| state.since <= day));
        let stands = states.pop_if(|state| std::ptr::eq(*state, standing));
        states.sort_by_key(|state| state.since);
        let revision = stands.or_else(|| states.pop())?;
        Some(PickedState { revision, earlier: Earlier::Some(states) })
    }
}

/// The state of a record that was known at some moment.
struct PickedState<'a, T> {
    revision: &'a Revision<T>,
    earlier: Earlier<'a, T>,
}

impl<'a, T: Superseded> PickedState<'a, T> {
    fn known(self) -> Result<Known<'a, T>, Incomplete> {
        let value = self.revision.whole().ok_or(Incomplete)?;
        Ok(Known { value, stamp: &self.revision.stamp, earlier: self.earlier })
    }
}

/// What was known then has been superseded so long ago that it is not kept whole: it has to be read from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was known then is not kept whole")]
pub struct Incomplete;

/// A record as it was known at some moment.
#[derive(Debug)]
pub struct Known<'a, T> {
    /// Its value.
    pub value: &'a T,
    /// Who recorded it, when, and why.
    pub stamp: &'a Stamp,
    /// The states it had been in before.
    pub earlier: Earlier<'a, T>,
}

/// The states that a record had been in before, in the order of their publication, withdrawals left out.
#[derive(Debug)]
pub enum Earlier<'a, T> {
    /// All but the latest of a record.
    All(&'a Recorded<T>),
    /// These.
    Some(Vec<&'a Revision<T>>),
}

impl<'a, T: Superseded> Earlier<'a, T> {
    /// The states, but for those that say again what the one before them says: a record may have thousands.
    ///
    /// Those that are left out come after the one that they repeat, in the order of the log.
    pub fn turns(&self) -> Box<dyn DoubleEndedIterator<Item = &'a Revision<T>> + '_> {
        match self {
            Earlier::All(record) => Box::new(record.earlier().into_iter().flat_map(|earlier| earlier.turns())),
            Earlier::Some(states) => Box::new(states.iter().copied()),
        }
    }

    /// Of the states that say the same from `first` on, the last for which `holds`, given that it holds of the first
    /// ones.
    pub fn last_of_turn(&self, first: &'a Revision<T>, holds: impl Fn(&Revision<T>) -> bool) -> &'a Revision<T> {
        match self {
            Earlier::All(record) => record.earlier().map_or(first, |earlier| earlier.last_of_turn(first, holds)),
            Earlier::Some(_) => first,
        }
    }
}

impl View<'_> {
    /// What other sources state for an inventory, as far as they had been published.
    pub fn also_stated<'i>(&self, inventory: &'i Inventory) -> impl Iterator<Item = &'i AlsoStated> + use<'i> {
        let known_on = self.known_on;
        // A total whose source has no day counts with the inventory that it is kept with.
        let published = move |day| known_on.is_none_or(|known_on| day <= known_on);
        inventory.also_stated.iter().filter(move |other| other.source.published.is_none_or(published))
    }
}

impl Known<'_, Target> {
    /// The day the target was superseded or withdrawn: as stated, else as the log turned it so; none while it stands.
    #[must_use]
    pub fn ended(&self) -> Option<NaiveDate> {
        if !self.value.standing.has_ended() {
            return None;
        }
        if let Some(ended) = self.value.ended_on {
            return Some(ended.last_day());
        }
        // The first of the states in a row that say so, up to the last.
        let ended = |state: &&Revision<Target>| state.brief().is_some_and(|earlier| earlier.standing.has_ended());
        let days = self.earlier.turns().rev().take_while(ended).map(|state| &state.stamp).chain([self.stamp]);
        days.map(|stamp| stamp.recorded_at.date_naive()).min()
    }
}

/// How a city stood at some moment; what a judgement is made from.
#[derive(Debug)]
pub struct View<'a> {
    /// The city's id.
    pub id: &'a CityId,
    /// The day by which sources had to be published, if only these count.
    pub known_on: Option<NaiveDate>,
    /// The city itself.
    pub city: Known<'a, City>,
    /// Its statement, if it makes one; under `known_on` it counts from the day it was recorded.
    pub statement: Option<Known<'a, Statement>>,
    /// Its baselines.
    pub baselines: BTreeMap<&'a Slug, Known<'a, Inventory>>,
    /// Its targets.
    pub targets: BTreeMap<&'a Slug, Known<'a, Target>>,
    /// Its reports.
    pub reports: BTreeMap<Year, Known<'a, Inventory>>,
}

impl Dossier {
    /// How the city stands; none if it is withdrawn.
    #[must_use]
    pub fn present(&self) -> Option<View<'_>> {
        // The latest states are always whole.
        self.view(&AsOf::default()).ok().flatten()
    }

    /// How the city stood after `as_of`; none if it was not recorded then or is withdrawn.
    ///
    /// # Errors
    /// When what was known then is not kept whole: [`missing`](Dossier::missing) says what is to be restored first. Of
    /// the present nothing ever is.
    pub fn view(&self, as_of: &AsOf) -> Result<Option<View<'_>>, Incomplete> {
        let Some(city) = as_of.pick(&self.city) else { return Ok(None) };
        let statement = self.statement.as_ref().and_then(|record| as_of.pick(record));
        let mut targets = pick(&self.targets, as_of)?;
        targets.retain(|_, known| as_of.is_in_force(known));
        Ok(Some(View {
            id: &self.id,
            known_on: as_of.known_on,
            city: city.known()?,
            statement: statement.map(PickedState::known).transpose()?,
            baselines: pick(&self.baselines, as_of)?,
            targets,
            reports: self
                .reports
                .iter()
                .filter(|(year, _)| as_of.through.is_none_or(|through| **year <= through))
                .filter_map(|(year, record)| Some(as_of.pick(record)?.known().map(|known| (*year, known))))
                .collect::<Result<_, Incomplete>>()?,
        }))
    }

    /// The entries of the log that have to be restored before the city can be viewed after `as_of`.
    #[must_use]
    pub fn missing(&self, as_of: &AsOf) -> Vec<i64> {
        fn of<T: Superseded>(as_of: &AsOf, record: &Recorded<T>) -> Option<i64> {
            let PickedState { revision, .. } = as_of.pick(record)?;
            revision.whole().is_none().then_some(revision.stamp.sequence)
        }
        if (as_of.is_of_today() && as_of.known_on.is_none()) || as_of.pick(&self.city).is_none() {
            return Vec::new();
        }
        let reports = self.reports.iter().filter(|(year, _)| as_of.through.is_none_or(|through| **year <= through));
        of(as_of, &self.city)
            .into_iter()
            .chain(self.statement.as_ref().and_then(|record| of(as_of, record)))
            .chain(self.baselines.values().filter_map(|record| of(as_of, record)))
            .chain(self.targets.values().filter_map(|record| of(as_of, record)))
            .chain(reports.filter_map(|(_, record)| of(as_of, record)))
            .collect()
    }
}

/// The records of a map that were known after `as_of`, by key.
fn pick<'a, K: Ord, T: Superseded>(
    records: &'a BTreeMap<K, Recorded<T>>,
    as_of: &AsOf,
) -> Result<BTreeMap<&'a K, Known<'a, T>>, Incomplete> {
    let known = records.iter().filter_map(|(key, record)| Some((key, as_of.pick(record)?)));
    known.map(|(key, pick)| Ok((key, pick.known()?))).collect()
}
