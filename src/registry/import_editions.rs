//! Decides which state of a record is current, when editions of publications are imported in any order.
//!
//! Each edition is a state of a record: its content, and the day from which it counts. In the order of their days,
//! states with the same content form runs. The first state of the last run is current. Of each other run only the first
//! state matters. So the editions alone determine what is current, and what was known on any day.

use chrono::NaiveDate;
use serde_json::Value;

use crate::record::{CityRecord, Dossier};
use crate::store::confirmations::Confirmation;

/// Members of a record that no judgement uses. A change of them alone is not a new state.
const DESCRIPTIVE: [&str; 3] = ["note", "source", "title"];

/// Members of a record that are figures or define the pledge.
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

/// A state of a record, as one edition gives it.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// The day from which it counts: the day of publication, or else of recording.
    since: NaiveDate,
    /// True if its source gives that day.
    is_dated: bool,
    /// The title of its source.
    title: String,
    /// The record in this edition.
    pub body: Value,
    /// The content that judgements use.
    content: Value,
}

impl State {
    /// The state for a body that was recorded on a day.
    pub fn new(body: Value, recorded_on: NaiveDate) -> Self {
        let published = body["source"]["published"].as_str().and_then(|day| day.parse::<NaiveDate>().ok());
        let title = body["source"]["title"].as_str().unwrap_or_default().to_owned();
        let mut content = body.clone();
        if let Some(content) = content.as_object_mut() {
            content.retain(|member, _| !DESCRIPTIVE.contains(&member.as_str()));
        }
        State { since: published.unwrap_or(recorded_on), is_dated: published.is_some(), title, body, content }
    }

    /// The day from which it counts.
    pub const fn since(&self) -> NaiveDate {
        self.since
    }

    /// True if a figure differs, and not only how it was accounted for.
    pub fn has_other_figures(&self, than: &State) -> bool {
        FIGURES.iter().any(|member| self.content.get(member) != than.content.get(member))
    }

    /// Orders states by the day from which they count, and publications of one day by title, so that the order of
    /// import does not matter. With the same title the later import wins.
    fn rank(&self) -> (NaiveDate, &str) {
        (self.since, &self.title)
    }

    /// True if it is the same edition. A file without a day counts from its first import.
    fn is_edition(&self, other: &State) -> bool {
        self.content == other.content
            && self.title == other.title
            && self.is_dated == other.is_dated
            && (!self.is_dated || self.since == other.since)
    }
}

/// How an imported state relates to the known states.
#[derive(Debug)]
pub(super) enum StatePosition {
    /// This edition is known.
    Known,
    /// It repeats the content of the edition before it.
    Confirms,
    /// It repeats the current content with an earlier day, and becomes current.
    Backdates,
    /// It has other content and becomes current.
    Replaces,
    /// It precedes the current state. These states follow it; the last one is current.
    Earlier(Vec<State>),
}

/// The states of a record, in the order of their days.
#[derive(Debug)]
pub(super) struct States {
    all: Vec<State>,
    /// The current state.
    pub current: State,
}

impl States {
    /// The recorded and the confirmed states; none if there is no such record.
    pub fn of(dossier: &Dossier, record: &CityRecord, confirmations: &[Confirmation]) -> Option<Self> {
        let mut all: Vec<State> = Vec::new();
        let recorded = recorded(dossier, record);
        let confirmed = confirmations.iter().map(|found| State::new(found.body.clone(), found.since));
        let last = recorded.last()?.body.clone();
        // If a state was recorded again after an earlier one, it is still the same state.
        for state in recorded.into_iter().chain(confirmed) {
            if all.iter().all(|known| known.body != state.body) {
                all.push(state);
            }
        }
        let current = all.iter().find(|state| state.body == last)?.clone();
        // Whoever recorded the current state overruled states with a later day and other content.
        all.retain(|state| state.rank() <= current.rank() || state.content == current.content);
        // Among states with the same day and title, the current one comes last.
        let is_last = |state: &State| state.body == last;
        all.sort_by(|one, other| one.rank().cmp(&other.rank()).then(is_last(one).cmp(&is_last(other))));
        Some(States { all, current })
    }

    /// True if the states are the same and only one of them has a day. A day may be added once it has passed.
    fn differs_in_date_only(&self, state: &State, arrived: &State) -> bool {
        let contradicts = |other: &State| {
            other.content != arrived.content && state.since < other.since && other.since <= arrived.since
        };
        state.is_dated != arrived.is_dated
            && state.content == arrived.content
            && state.since <= arrived.since
            && !self.all.iter().any(contradicts)
    }

    /// The bodies of the states, in the order of their days.
    pub fn bodies(&self) -> impl Iterator<Item = &Value> {
        self.all.iter().map(|state| &state.body)
    }

    /// How an imported state relates to these states.
    pub fn position(&self, arrived: &State) -> StatePosition {
        if self.all.iter().any(|state| state.is_edition(arrived) || self.differs_in_date_only(state, arrived)) {
            return StatePosition::Known;
        }
        let at = self.all.partition_point(|state| state.rank() <= arrived.rank());
        let (before, after) = self.all.split_at(at);
        if before.last().is_some_and(|state| state.content == arrived.content) {
            return StatePosition::Confirms;
        }
        if after.iter().all(|state| state.content == arrived.content) {
            let is_current = arrived.content == self.current.content;
            return if is_current { StatePosition::Backdates } else { StatePosition::Replaces };
        }
        // If the imported state splits a run, the second part begins with the state after it.
        let split = after.first().zip(before.last()).filter(|(next, last)| next.content == last.content);
        let last_run =
            after.iter().rposition(|state| state.content != self.current.content).map_or(0, |other| other + 1);
        let mut to_repeat: Vec<State> = split.map(|(next, _)| next.clone()).into_iter().collect();
        let current = after.get(last_run).unwrap_or(&self.current);
        if to_repeat.last().is_none_or(|state| state.body != current.body) {
            to_repeat.push(current.clone());
        }
        StatePosition::Earlier(to_repeat)
    }
}

/// Every recorded state except withdrawals, oldest first. In an import all of them are kept in full.
fn recorded(dossier: &Dossier, record: &CityRecord) -> Vec<State> {
    let states = dossier.revisions(record).filter_map(|(stamp, value)| Some((stamp, value?)));
    states.map(|(stamp, value)| State::new(value.body(), stamp.recorded_at.date_naive())).collect()
}
