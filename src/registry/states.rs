//! Which state of a record stands, when editions of publications arrive in any order.
//!
//! Each edition of a publication is a state of a record: what it says, and the day it counts from. Put in the order of
//! their days, the states make runs that say the same; the first state of the last run stands, and of the others only
//! the first of each run is news. So what stands, and what was known on any day, follows from the editions alone.

use chrono::NaiveDate;
use serde_json::Value;

use crate::record::{CityRecord, Dossier};
use crate::store::confirmations::Confirmation;

/// Members of a record that no judgement is made from: a change of them is no news.
const DESCRIPTIVE: [&str; 3] = ["note", "source", "title"];

/// Members of a record that are figures, or say what is pledged.
const FIGURES: [&str; 12] = [
    "baseline",
    "credits_retired_tonnes",
    "kind",
    "lines",
    "milestones",
    "population",
    "reduction_percent",
    "scenario_tonnes",
    "target_year",
    "tonnes",
    "tonnes_per_person",
    "totals",
];

/// A state of a record: an edition that says it.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// The day it counts from: of publication, else of recording.
    since: NaiveDate,
    /// Whether its source says that day.
    dated: bool,
    /// The title of its source.
    title: String,
    /// The record as the edition has it.
    pub body: Value,
    /// The figures, how they were accounted for, and when a target holds.
    said: Value,
}

impl State {
    /// The state that a body is, recorded on a day.
    pub fn new(body: Value, recorded_on: NaiveDate) -> Self {
        let published = body["source"]["published"].as_str().and_then(|day| day.parse::<NaiveDate>().ok());
        let title = body["source"]["title"].as_str().unwrap_or_default().to_owned();
        let mut said = body.clone();
        if let Some(said) = said.as_object_mut() {
            said.retain(|member, _| !DESCRIPTIVE.contains(&member.as_str()));
        }
        State { since: published.unwrap_or(recorded_on), dated: published.is_some(), title, body, said }
    }

    /// The day it counts from.
    pub const fn since(&self) -> NaiveDate {
        self.since
    }

    /// Whether a figure is another one, not only how it was accounted for.
    pub fn has_other_figures(&self, than: &State) -> bool {
        FIGURES.iter().any(|member| self.said.get(member) != than.said.get(member))
    }

    /// What decides which of two states is the later one: the day it counts from and, of two publications of one day,
    /// the title, so that the order of import does not. Of the same title the one that comes later is.
    fn rank(&self) -> (NaiveDate, &str) {
        (self.since, &self.title)
    }

    /// Whether it is the same edition: a file without a day counts from when it was first brought in.
    fn is_edition(&self, other: &State) -> bool {
        self.said == other.said
            && self.title == other.title
            && self.dated == other.dated
            && (!self.dated || self.since == other.since)
    }
}

/// What an arrived state is, beside those that are there.
#[derive(Debug)]
pub(super) enum StatePosition {
    /// Nothing new: this edition is there.
    Known,
    /// It says again what the edition before it says.
    Confirms,
    /// It stands, as the first to say so from its day on; what stood says the same.
    Precedes,
    /// It stands, and says otherwise than what stood.
    Stands,
    /// It stood before what stands, and these stand after it, the last one now.
    Earlier(Vec<State>),
}

/// The states of a record, in the order of their days.
#[derive(Debug)]
pub(super) struct States {
    all: Vec<State>,
    /// What stands.
    pub standing: State,
}

impl States {
    /// Those that were recorded, and those that confirmed them; none for a record that is not there.
    pub fn of(dossier: &Dossier, record: &CityRecord, confirmations: &[Confirmation]) -> Option<Self> {
        let mut all: Vec<State> = Vec::new();
        let recorded = recorded(dossier, record);
        let confirmed = confirmations.iter().map(|found| State::new(found.body.clone(), found.since));
        let last = recorded.last()?.body.clone();
        // What is recorded anew after an earlier state is the state that it was.
        for state in recorded.into_iter().chain(confirmed) {
            if all.iter().all(|known| known.body != state.body) {
                all.push(state);
            }
        }
        let standing = all.iter().find(|state| state.body == last)?.clone();
        // What counts from a later day and says otherwise was overruled by whoever recorded what stands.
        all.retain(|state| state.rank() <= standing.rank() || state.said == standing.said);
        // Of one day and title, what stands is the last.
        let order = |state: &State| state.body == last;
        all.sort_by(|one, other| one.rank().cmp(&other.rank()).then(order(one).cmp(&order(other))));
        Some(States { all, standing })
    }

    /// Whether the state is the arrived one, of which only one has a day: a day may be filled in once it has passed.
    fn is_dated_as(&self, state: &State, arrived: &State) -> bool {
        let otherwise =
            |other: &State| other.said != arrived.said && state.since < other.since && other.since <= arrived.since;
        state.dated != arrived.dated
            && state.said == arrived.said
            && state.since <= arrived.since
            && !self.all.iter().any(otherwise)
    }

    /// What each of them says, in the order of their days.
    pub fn bodies(&self) -> impl Iterator<Item = &Value> {
        self.all.iter().map(|state| &state.body)
    }

    /// What an arrived state is beside them.
    pub fn place(&self, arrived: &State) -> StatePosition {
        if self.all.iter().any(|state| state.is_edition(arrived) || self.is_dated_as(state, arrived)) {
            return StatePosition::Known;
        }
        let at = self.all.partition_point(|state| state.rank() <= arrived.rank());
        let (before, after) = self.all.split_at(at);
        if before.last().is_some_and(|state| state.said == arrived.said) {
            return StatePosition::Confirms;
        }
        if after.iter().all(|state| state.said == arrived.said) {
            return if arrived.said == self.standing.said { StatePosition::Precedes } else { StatePosition::Stands };
        }
        // Where it parts a run, the second part begins with the state after it.
        let parted = after.first().zip(before.last()).filter(|(next, last)| next.said == last.said);
        let last_run = after.iter().rposition(|state| state.said != self.standing.said).map_or(0, |other| other + 1);
        let mut to_stand: Vec<State> = parted.map(|(next, _)| next.clone()).into_iter().collect();
        let stands = after.get(last_run).unwrap_or(&self.standing);
        if to_stand.last().is_none_or(|state| state.body != stands.body) {
            to_stand.push(stands.clone());
        }
        StatePosition::Earlier(to_stand)
    }
}

/// Every state that was recorded, withdrawals left out, oldest first; all are whole where files are brought in.
fn recorded(dossier: &Dossier, record: &CityRecord) -> Vec<State> {
    let whole = dossier.revisions(record).filter_map(|(stamp, value)| Some((stamp, value?)));
    whole.map(|(stamp, value)| State::new(value.body(), stamp.recorded_at.date_naive())).collect()
}
