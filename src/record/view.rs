//! How a city stood at any moment: what had been recorded, and what was known, by then.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::city::City;
use super::dossier::{Dossier, Recorded, Revision, Stamp};
use super::inventory::{AlsoStated, Inventory};
use super::statement::Statement;
use super::target::Target;
use super::text::{CityId, Slug};
use super::units::Year;

/// A moment to look back to; the default is the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cut {
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

impl Cut {
    /// Whether an entry had been recorded by then.
    #[must_use]
    pub fn includes(&self, stamp: &Stamp) -> bool {
        self.sequence.is_none_or(|sequence| stamp.sequence <= sequence)
            && self.as_of.is_none_or(|day| stamp.recorded_at.date_naive() <= day)
    }

    /// The target as it was known then; under `known_on` none that was not set by that day or had ended.
    ///
    /// A pledge counts from the day it was set: a source often tells of it only years later.
    fn pledged<'a>(&self, record: &'a Recorded<Target>) -> Option<Known<'a, Target>> {
        let known = self.known(record, |target| target.set_on.or(target.source.published))?;
        let in_force = self.known_on.is_none_or(|day| known.ended().is_none_or(|ended| ended > day));
        in_force.then_some(known)
    }

    /// The record as it was known then; none if it was not, or had been withdrawn.
    ///
    /// What stands counts from the day it was published on. Before that day counts what had been published last,
    /// so that the order in which it was all recorded says nothing; of the same day, what was recorded last.
    fn known<'a, T>(
        &self,
        record: &'a Recorded<T>,
        published: impl Fn(&T) -> Option<NaiveDate>,
    ) -> Option<Known<'a, T>> {
        let since = |revision: &Revision<T>| {
            let published = revision.value.as_deref().and_then(&published);
            published.unwrap_or(revision.stamp.recorded_at.date_naive())
        };
        let recorded: Vec<&Revision<T>> =
            record.revisions().iter().filter(|revision| self.includes(&revision.stamp)).collect();
        let standing = *recorded.last()?;
        standing.value.as_ref()?;
        // A withdrawal says that what was recorded before was wrong, whenever it was published.
        let withdrawn = recorded.iter().rposition(|revision| revision.value.is_none());
        let mut states = recorded[self.known_on.and(withdrawn).unwrap_or(0)..].to_vec();
        states.retain(|state| state.value.is_some() && self.known_on.is_none_or(|day| since(state) <= day));
        let stands = states.pop_if(|state| std::ptr::eq(*state, standing));
        states.sort_by_key(|state| since(state));
        let last = stands.or_else(|| states.pop())?;
        let value = last.value.as_deref()?;
        Some(Known { value, stamp: &last.stamp, earlier: states })
    }
}

/// A record as it was known at some moment.
#[derive(Debug)]
pub struct Known<'a, T> {
    /// Its value.
    pub value: &'a T,
    /// Who recorded it, when, and why.
    pub stamp: &'a Stamp,
    /// The states it had been in before, in the order of their publication, withdrawals left out.
    pub earlier: Vec<&'a Revision<T>>,
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
        let ended =
            |state: &&&Revision<Target>| state.value.as_deref().is_some_and(|earlier| earlier.standing.has_ended());
        let days = self.earlier.iter().rev().take_while(ended).map(|state| &state.stamp).chain([self.stamp]);
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
    /// How the city stood after `cut`; none if it was not recorded then or is withdrawn.
    #[must_use]
    pub fn view(&self, cut: &Cut) -> Option<View<'_>> {
        // What a city is called is no figure: under `known_on` it counts as known from the start.
        let city = cut.known(&self.city, |_| Some(NaiveDate::MIN))?;
        let published = |inventory: &Inventory| inventory.source.published;
        Some(View {
            id: &self.id,
            known_on: cut.known_on,
            city,
            statement: self.statement.as_ref().and_then(|record| cut.known(record, |_| None)),
            baselines: pick(&self.baselines, |record| cut.known(record, published)),
            targets: pick(&self.targets, |record| cut.pledged(record)),
            reports: self
                .reports
                .iter()
                .filter(|(year, _)| cut.through.is_none_or(|through| **year <= through))
                .filter_map(|(year, record)| Some((*year, cut.known(record, published)?)))
                .collect(),
        })
    }
}

/// The records of a map that are known, by key.
fn pick<'a, K: Ord, T>(
    records: &'a BTreeMap<K, Recorded<T>>,
    known: impl Fn(&'a Recorded<T>) -> Option<Known<'a, T>>,
) -> BTreeMap<&'a K, Known<'a, T>> {
    records.iter().filter_map(|(key, record)| Some((key, known(record)?))).collect()
}
