//! Records that come from files: which city they are of, and whether they are news.
//!
//! A city is known by its identifiers and its country, never by its name. A file published later restates what was
//! recorded before; one published earlier does not: what it says becomes the state before the one that stands,
//! whenever it is brought in. So the order in which dated files are brought in does not change what stands in the
//! end. A file without a day counts from the day it is brought in: of several such files the last one stands.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::relations::city_key;
use super::snapshot::{IdentifierRegister, identifiers};
use super::staging::{Effect, Staging};
use super::{Condition, Operation, Refusal, WriteRequest};
use crate::record::dossier::{AnyRecord, Revision};
use crate::record::{City, CityId, Dossier, Kind, RecordKey, Recorded, Slug, Source};

/// Records of one city, read from one place in a file.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Which city they are of.
    pub city: ArrivalCity,
    /// The records, each with its kind and its id within the city, after those that it names.
    pub records: Vec<(Kind, String, AnyRecord)>,
    /// Where they were read, for the history: `cdp_2017.csv, row 12`.
    pub place: String,
    /// Why what was recorded is changed, if the file says so itself.
    pub reason: Option<String>,
}

/// The city that records are of.
#[derive(Debug, Clone)]
pub enum ArrivalCity {
    /// The one with any of its identifiers; recorded as here when nobody has them.
    Described(Arc<City>),
    /// The one with this id; it is there already.
    Id(CityId),
}

/// What became of a record that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// It is new.
    Created,
    /// It restates what stood before.
    Revised,
    /// It says what stands, or what stood and was restated since; its source says nothing new either.
    Known,
    /// It was published before what stands, and is now the state before it.
    Earlier,
    /// It says what stands, and on which day that was published, which nothing had said.
    Dated,
}

/// What became of an arrival: the city, and each of its records.
#[derive(Debug, Clone)]
pub struct Landed {
    /// The city.
    pub city: CityId,
    /// Whether the city was recorded with it.
    pub city_created: bool,
    /// What became of each record, in their order.
    pub records: Vec<Result<Landing, Refusal>>,
}

impl Staging {
    /// Takes in what has arrived.
    ///
    /// # Errors
    /// Why nothing of it can be recorded, when the city cannot be told; what is refused of a single record stands
    /// in its place.
    pub(super) fn land(&mut self, arrival: &Arrival, actor: &str, now: DateTime<Utc>) -> Result<Landed, Refusal> {
        let (city, city_created) = match &arrival.city {
            ArrivalCity::Id(id) => (id.clone(), false),
            ArrivalCity::Described(city) => self.city_of(city, &arrival.place, actor, now)?,
        };
        let mut land = |(kind, id, record): &(Kind, String, AnyRecord)| {
            let key = RecordKey { city: Some(city.clone()), kind: *kind, id: id.clone() };
            self.land_record(key, record, arrival, actor, now)
        };
        let records = arrival.records.iter().map(&mut land).collect();
        Ok(Landed { city, city_created, records })
    }

    /// The city that has the identifiers of `described`; recorded so when there is none.
    fn city_of(
        &mut self,
        described: &Arc<City>,
        place: &str,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<(CityId, bool), Refusal> {
        let mut owners: Vec<CityId> = identifiers(described).filter_map(|it| self.owner(&it).cloned()).collect();
        owners.sort_unstable();
        owners.dedup();
        match owners.as_slice() {
            [] => {
                let id = self.vacant_id(described).ok_or_else(|| {
                    Refusal::IdentifierTaken("the city has no identifier that it could be found by again".to_owned())
                })?;
                let record = AnyRecord::City(Arc::clone(described));
                self.do_put(city_key(&id), record, None, actor, now)?;
                Ok((id, true))
            }
            [owner] => {
                let owner = owner.clone();
                self.check_country(&owner, described)?;
                self.add_identifiers(&owner, described, place, actor, now)?;
                Ok((owner, false))
            }
            several => {
                let several: Vec<&str> = several.iter().map(Slug::as_str).collect();
                Err(Refusal::IdentifierTaken(format!("its identifiers belong to {}", several.join(" and "))))
            }
        }
    }

    /// Refuses a city of another country: some identifiers are names, and London lies in Canada too.
    fn check_country(&self, owner: &CityId, described: &City) -> Result<(), Refusal> {
        match self.dossier(owner).and_then(|dossier| dossier.city.live()) {
            Some((city, _)) if city.country != described.country => {
                let (there, here) = (city.country.as_str(), described.country.as_str());
                Err(Refusal::IdentifierTaken(format!("its identifier belongs to {owner} in {there}, not in {here}")))
            }
            _ => Ok(()),
        }
    }

    /// An id that no city has: the country and the name and, where another has that, an identifier too.
    fn vacant_id(&self, city: &City) -> Option<CityId> {
        let (register, word) = identifiers(city).next()?;
        let register = match &register {
            IdentifierRegister::Locode => "locode",
            IdentifierRegister::Named(name) => name,
        };
        let country = city.country.as_str();
        let name = format!("{country} {}", city.name.as_str());
        let with_identifier = format!("{country} {register} {word} {}", city.name.as_str());
        let ids = [Slug::from_words(&name)?, Slug::from_words(&with_identifier)?];
        ids.into_iter().find(|id| self.dossier(id).is_none())
    }

    /// Records the identifiers that the city did not have yet, by which other files know it.
    fn add_identifiers(
        &mut self,
        id: &CityId,
        described: &City,
        place: &str,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let Some((city, _)) = self.dossier(id).and_then(|dossier| dossier.city.live()) else {
            return Err(Refusal::Gone);
        };
        let Some(known) = city.with_identifiers_of(described) else { return Ok(()) };
        let reason = Some(format!("Known by another identifier too, in {place}"));
        self.do_put(city_key(id), AnyRecord::City(Arc::new(known)), reason, actor, now).map(drop)
    }

    fn land_record(
        &mut self,
        key: RecordKey,
        record: &AnyRecord,
        arrival: &Arrival,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<Landing, Refusal> {
        let Some((stamp, standing)) = self.latest(&key) else {
            self.do_put(key, record.clone(), None, actor, now)?;
            return Ok(Landing::Created);
        };
        // Whoever withdrew it knew more than a file does.
        let Some(standing) = standing else { return Err(Refusal::Gone) };
        let states = self.dossier_of(&key).map_or_else(Vec::new, |dossier| states(dossier, &key));
        let arrived = State::new(record, now.date_naive());
        if arrived.is_in(&states) {
            return Ok(Landing::Known);
        }
        let stands = State::new(&standing, stamp.recorded_at.date_naive()).since_its_first_day(&states);
        if arrived.rank() >= stands.rank() {
            let reason = arrival.reason.clone().or_else(|| Some(format!("Restated in {}", arrival.place)));
            self.do_put(key, record.clone(), reason, actor, now)?;
            return Ok(Landing::Revised);
        }
        if stands.published.is_none() && arrived.says_the_same_until(&stands, &states) {
            let reason = Some(format!("The same, published on {}, in {}", arrived.since, arrival.place));
            self.do_put(key, record.clone(), reason, actor, now)?;
            return Ok(Landing::Dated);
        }
        let reason = Some(format!("Published earlier, in {}", arrival.place));
        self.do_put(key.clone(), record.clone(), reason, actor, now)?;
        let reason = Some(format!("What was published later stands: revision {}", stamp.revision));
        self.do_put(key, standing, reason, actor, now)?;
        Ok(Landing::Earlier)
    }

    fn do_put(
        &mut self,
        key: RecordKey,
        record: AnyRecord,
        reason: Option<String>,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<Effect, Refusal> {
        let operation = Operation::Put { record, reason };
        self.execute(&WriteRequest { actor: actor.to_owned(), key, operation, condition: Condition::None }, now)
    }
}

/// A state of a record, as an arrival is held against it.
struct State {
    /// When it was published, if its source says so.
    published: Option<NaiveDate>,
    /// The day it counts from: of publication, else of recording.
    since: NaiveDate,
    /// The title of its source.
    title: String,
    body: Value,
    /// The body without the day of its source and the place in it: neither makes a restatement.
    said: Value,
}

impl State {
    fn new(record: &AnyRecord, recorded_on: NaiveDate) -> Self {
        let source: Option<&Source> = match record {
            AnyRecord::Baseline(inventory) | AnyRecord::Report(inventory) => Some(&inventory.source),
            AnyRecord::Target(target) => Some(&target.source),
            AnyRecord::Network(network) => Some(&network.source),
            AnyRecord::Member(member) => Some(&member.source),
            AnyRecord::City(_) | AnyRecord::Statement(_) => None,
        };
        let published = source.and_then(|source| source.published);
        let title = source.map(|source| source.title.to_string()).unwrap_or_default();
        let body = record.body();
        let mut said = body.clone();
        if let Some(source) = said.get_mut("source").and_then(Value::as_object_mut) {
            source.remove("published");
            source.remove("locator");
        }
        State { published, since: published.unwrap_or(recorded_on), title, body, said }
    }

    /// What decides which of two states stands: the day it counts from and, of two publications of one day, the
    /// title, so that the order of import does not. Of the same title the one that comes later stands.
    fn rank(&self) -> (NaiveDate, &str) {
        (self.since, &self.title)
    }

    /// Whether nothing of it is news: a state says just this, or the same by a source of which only one has a day.
    ///
    /// Two days are two publications: each is kept, so that what was known on any day does not depend on which was
    /// brought in first.
    fn is_in(&self, states: &[State]) -> bool {
        states.iter().any(|state| {
            let one_day = state.published == self.published;
            let one_undated = state.published.is_none() || self.published.is_none();
            state.body == self.body
                || (state.said == self.said && one_day)
                || (one_undated && state.says_the_same_until(self, states))
        })
    }

    /// Whether a later state says the same and none of `states` said otherwise between.
    fn says_the_same_until(&self, later: &State, states: &[State]) -> bool {
        let otherwise =
            |state: &State| state.said != self.said && self.since < state.since && state.since <= later.since;
        self.said == later.said && self.since <= later.since && !states.iter().any(otherwise)
    }

    /// The state that stands, counted from when it was first recorded: it is recorded anew after an earlier one.
    fn since_its_first_day(mut self, states: &[State]) -> Self {
        let same = states.iter().filter(|state| state.body == self.body && state.says_the_same_until(&self, states));
        if let Some(first) = same.map(|state| state.since).min() {
            self.since = first;
        }
        self
    }
}

/// Every state that a record has been in, withdrawals left out, oldest first.
fn states(dossier: &Dossier, key: &RecordKey) -> Vec<State> {
    fn of<T>(record: Option<&Recorded<T>>, wrap: impl Fn(Arc<T>) -> AnyRecord) -> Vec<State> {
        let revisions = record.into_iter().flat_map(Recorded::revisions);
        let state = |revision: &Revision<T>| {
            let recorded_on = revision.stamp.recorded_at.date_naive();
            Some(State::new(&wrap(revision.value.clone()?), recorded_on))
        };
        revisions.filter_map(state).collect()
    }
    let id = key.id.as_str();
    match key.kind {
        Kind::City => of(Some(&dossier.city), AnyRecord::City),
        // A network is in no dossier.
        Kind::Network => Vec::new(),
        Kind::Member => of(dossier.memberships.get(id), AnyRecord::Member),
        Kind::Statement => of(dossier.statement.as_ref(), AnyRecord::Statement),
        Kind::Baseline => of(dossier.baselines.get(id), AnyRecord::Baseline),
        Kind::Target => of(dossier.targets.get(id), AnyRecord::Target),
        Kind::Report => {
            let year = crate::record::Year::from_id(id);
            of(year.and_then(|year| dossier.reports.get(&year)), AnyRecord::Report)
        }
    }
}
