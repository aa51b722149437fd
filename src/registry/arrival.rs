//! Records that come from files: which city they are of, and whether they are news.
//!
//! A city is known by its identifiers and its country, never by its name. A file published later restates what was
//! recorded before, unless it says the same: then it confirms it, and nothing is recorded anew. A file published
//! earlier does not restate: what it says becomes the state before the one that stands, whenever it is brought in. So
//! the order in which dated files are brought in does not change what stands in the end. A file without a day counts
//! from the day it is brought in: of several such files the last one stands.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::confirmed::Confirmed;
use super::snapshot::{IdentifierRegister, identifiers};
use super::staging::{Effect, Staging};
use super::states::{State, StatePosition, States};
use super::{Condition, Operation, Refusal, WriteRequest};
use crate::record::any_record::AnyRecord;
use crate::record::{CarriedOver, City, CityId, CityRecord, Fault, Inventory, RecordKey, Slug, fault};
use crate::store::confirmations::Confirmation;

/// Records of one city, read from one place in a file.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Which city they are of.
    pub city: ArrivalCity,
    /// The records, each after those that it names.
    pub records: Vec<(CityRecord, AnyRecord)>,
    /// Where they were read, for the history: `cdp_2017.csv, row 12`.
    pub place: String,
    /// Why what was recorded is changed, if the file says so itself.
    pub reason: Option<String>,
    /// What stays of a report that is recorded, for the file says nothing of it.
    pub kept: CarriedOver,
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
pub enum ImportOutcome {
    /// It is new.
    Created,
    /// It restates what stood before.
    Revised,
    /// It says what stands, or what stood and was restated since, in an edition that is known or was published later.
    Known,
    /// It was published before what stands, and is now the state before it.
    Earlier,
    /// It says what stands, and was published before the edition that is recorded.
    Dated,
}

/// What became of an arrival: the city, and each of its records.
#[derive(Debug, Clone)]
pub struct ArrivalOutcome {
    /// The city.
    pub city: CityId,
    /// Whether the city was recorded with it.
    pub city_created: bool,
    /// What became of each record, in their order.
    pub records: Vec<Result<ImportOutcome, Refusal>>,
}

impl Staging {
    /// Takes in what has arrived.
    ///
    /// # Errors
    /// Why nothing of it can be recorded, when the city cannot be told; what is refused of a single record stands
    /// in its place.
    pub(super) fn apply_arrival(
        &mut self,
        arrival: &Arrival,
        confirmed: &mut Confirmed,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ArrivalOutcome, Refusal> {
        let (city, city_created) = match &arrival.city {
            ArrivalCity::Id(id) => (id.clone(), false),
            ArrivalCity::Described(city) => self.city_of(city, &arrival.place, actor, now)?,
        };
        let mut apply_arrival =
            |said: &(CityRecord, AnyRecord)| self.apply_record(&city, said, arrival, confirmed, actor, now);
        let records = arrival.records.iter().map(&mut apply_arrival).collect();
        Ok(ArrivalOutcome { city, city_created, records })
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
                self.do_put(RecordKey::city_itself(&id), record, None, actor, now)?;
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
        self.do_put(RecordKey::city_itself(id), AnyRecord::City(Arc::new(known)), reason, actor, now).map(drop)
    }

    fn apply_record(
        &mut self,
        city: &CityId,
        (record, said): &(CityRecord, AnyRecord),
        arrival: &Arrival,
        confirmed: &mut Confirmed,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ImportOutcome, Refusal> {
        let key = RecordKey::OfCity(city.clone(), record.clone());
        let Some((stamp, standing)) = self.latest(&key) else {
            self.do_put(key, said.clone(), None, actor, now)?;
            return Ok(ImportOutcome::Created);
        };
        // Whoever withdrew it knew more than a file does.
        let standing = standing.ok_or(Refusal::Gone)?;
        let states = self.dossier(city).and_then(|dossier| States::of(dossier, record, confirmed.of(&key)));
        let states = states.ok_or(Refusal::NotFound)?;
        let record = whole(said, &standing, &states, arrival.kept, now.date_naive()).map_err(Refusal::Invalid)?;
        let arrived = State::new(record.body(), now.date_naive());
        let (since, place) = (arrived.since(), &arrival.place);
        let reason = |message: String| Some(arrival.reason.clone().unwrap_or(message));
        match states.place(&arrived) {
            StatePosition::Known => Ok(ImportOutcome::Known),
            StatePosition::Confirms => {
                confirmed.add(Confirmation { key, since, body: arrived.body });
                Ok(ImportOutcome::Known)
            }
            StatePosition::Precedes => {
                let message = format!("The same, published on {since}, in {place}");
                self.do_put(key, record, Some(message), actor, now)?;
                Ok(ImportOutcome::Dated)
            }
            StatePosition::Stands => {
                let other = arrived.has_other_figures(&states.standing);
                let message = if other { "Restated" } else { "Described anew" };
                self.do_put(key, record, reason(format!("{message} in {place}")), actor, now)?;
                Ok(ImportOutcome::Revised)
            }
            StatePosition::Earlier(after) => {
                self.do_put(key.clone(), record, Some(format!("Published earlier, in {place}")), actor, now)?;
                for state in after {
                    let message = if state.body == states.standing.body {
                        format!("What was published later stands: revision {}", stamp.revision)
                    } else {
                        format!("What was published before that was published again on {}", state.since())
                    };
                    let record = AnyRecord::parse(&key, state.body, now.date_naive()).map_err(Refusal::Invalid)?;
                    self.do_put(key.clone(), record, Some(message), actor, now)?;
                }
                Ok(ImportOutcome::Earlier)
            }
        }
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
        let (actor, condition) = (actor.into(), Condition::None);
        self.execute(&WriteRequest { actor, key, operation, condition, mark: None }, now)
    }
}

/// What a file says of a record, with what stays of a state of it: of the one with which it is known already, else of
/// the one that stands, unless that is of a later day.
fn whole(
    said: &AnyRecord,
    standing: &AnyRecord,
    states: &States,
    kept: CarriedOver,
    today: NaiveDate,
) -> Result<AnyRecord, Vec<Fault>> {
    let (AnyRecord::Inventory(report), AnyRecord::Inventory(recorded)) = (said, standing) else {
        return Ok(said.clone());
    };
    if kept == CarriedOver::default() {
        return Ok(said.clone());
    }
    let place = |body: Value| states.place(&State::new(body, today));
    let with = |state: &Value| {
        let mut body = said.body();
        if let Some(body) = body.as_object_mut() {
            kept.copy_into(body, state);
        }
        body
    };
    let is_known = |body: &Value| matches!(place(body.clone()), StatePosition::Known);
    if let Some(known) = states.bodies().map(with).find(is_known) {
        let read = fault::read(known, today, |body, at| Inventory::parse_report(body, at, report.year));
        return read.map(Arc::new).map(AnyRecord::Inventory);
    }
    match place(said.body()) {
        StatePosition::Earlier(_) => Ok(said.clone()),
        _ => kept.complete(report, recorded, today).map(AnyRecord::Inventory),
    }
}
