//! Imports records from files: finds the city that a record belongs to, and decides whether the record is new.
//!
//! A city is recognized by its identifiers and its country, never by its name. A file that was published later restates
//! what was recorded before. If it says the same, it only confirms it, and nothing is recorded. A file that was
//! published earlier does not restate: its content becomes an earlier state, whenever it is imported. So the order of
//! import does not change the final state of dated files. A file without a date counts from the day of its import, so
//! the last one imported prevails.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::confirmed::Confirmed;
use super::import_editions::{State, StatePosition, States};
use super::refusal::Refusal;
use super::request::Effect;
use super::request::{Condition, Operation, WriteRequest};
use super::snapshot::{IdentifierRegister, identifiers};
use super::staging::Staging;
use crate::record::any_record::AnyRecord;
use crate::record::{CarriedOver, City, CityId, CityRecord, Fault, Inventory, RecordKey, Slug, fault};
use crate::store::confirmations::Confirmation;

/// Records of one city, read from one place in a file.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The city that the records belong to.
    pub city: ArrivalCity,
    /// The records; each comes after those that it refers to.
    pub records: Vec<(CityRecord, AnyRecord)>,
    /// Where the records were read, for the history: `cdp_2017.csv, row 12`.
    pub place: String,
    /// Why a recorded value changes, if the file gives a reason.
    pub reason: Option<String>,
    /// The members of a recorded report that are kept, because the file says nothing about them.
    pub kept: CarriedOver,
}

/// The city that records belong to.
#[derive(Debug, Clone)]
pub enum ArrivalCity {
    /// The city with any of these identifiers. It is created from this description if there is none.
    Described(Arc<City>),
    /// The city with this id, which must exist.
    Id(CityId),
}

/// What an import did with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The record is new.
    Created,
    /// The record changes what was current.
    Revised,
    /// The record repeats the current state, or an earlier one, in a known or in a later edition.
    Known,
    /// The record was published before the current state and now precedes it.
    Earlier,
    /// The record repeats the current state and was published before the recorded edition.
    Dated,
}

/// The outcome of an arrival: its city, and each of its records.
#[derive(Debug, Clone)]
pub struct ArrivalOutcome {
    /// The city.
    pub city: CityId,
    /// True if the city was created with it.
    pub city_created: bool,
    /// What became of each record, in order.
    pub records: Vec<Result<ImportOutcome, Refusal>>,
}

impl Staging {
    /// Imports an arrival.
    ///
    /// # Errors
    /// Why nothing can be recorded, if the city cannot be determined. The refusal of a single record is part of the
    /// outcome instead.
    pub(super) fn apply_arrival(
        &mut self,
        arrival: &Arrival,
        confirmed: &mut Confirmed,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ArrivalOutcome, Refusal> {
        let (city, city_created) = match &arrival.city {
            ArrivalCity::Id(id) => (id.clone(), false),
            ArrivalCity::Described(city) => self.find_or_create_city(city, &arrival.place, actor, now)?,
        };
        let mut import =
            |imported: &(CityRecord, AnyRecord)| self.apply_record(&city, imported, arrival, confirmed, actor, now);
        let records = arrival.records.iter().map(&mut import).collect();
        Ok(ArrivalOutcome { city, city_created, records })
    }

    /// Finds the city that has the identifiers of `described`. Creates it if there is none.
    fn find_or_create_city(
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
                self.put_record(RecordKey::city_itself(&id), record, None, actor, now)?;
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

    /// Refuses a city of another country. Some identifiers are names, and Canada has a London too.
    fn check_country(&self, owner: &CityId, described: &City) -> Result<(), Refusal> {
        match self.dossier(owner).and_then(|dossier| dossier.city.live()) {
            Some((city, _)) if city.country != described.country => {
                let (owner_country, country) = (city.country.as_str(), described.country.as_str());
                let detail = format!("its identifier belongs to {owner} in {owner_country}, not in {country}");
                Err(Refusal::IdentifierTaken(detail))
            }
            _ => Ok(()),
        }
    }

    /// An id that no city has: country and name, with an identifier if another city has these already.
    fn vacant_id(&self, city: &City) -> Option<CityId> {
        let (register, identifier) = identifiers(city).next()?;
        let register = match &register {
            IdentifierRegister::Locode => "locode",
            IdentifierRegister::Named(name) => name,
        };
        let country = city.country.as_str();
        let name = format!("{country} {}", city.name.as_str());
        let with_identifier = format!("{country} {register} {identifier} {}", city.name.as_str());
        let ids = [Slug::from_words(&name)?, Slug::from_words(&with_identifier)?];
        ids.into_iter().find(|id| self.dossier(id).is_none())
    }

    /// Records the identifiers that are new for the city. Other files may know it by them.
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
        self.put_record(RecordKey::city_itself(id), AnyRecord::City(Arc::new(known)), reason, actor, now).map(drop)
    }

    fn apply_record(
        &mut self,
        city: &CityId,
        (record, imported): &(CityRecord, AnyRecord),
        arrival: &Arrival,
        confirmed: &mut Confirmed,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ImportOutcome, Refusal> {
        let key = RecordKey::OfCity(city.clone(), record.clone());
        let Some((stamp, current)) = self.latest(&key) else {
            self.put_record(key, imported.clone(), None, actor, now)?;
            return Ok(ImportOutcome::Created);
        };
        // Whoever withdrew the record knew more than the file.
        let current = current.ok_or(Refusal::Gone)?;
        let states = self.dossier(city).and_then(|dossier| States::of(dossier, record, confirmed.of(&key)));
        let states = states.ok_or(Refusal::NotFound)?;
        let record =
            carry_over(imported, &current, &states, arrival.kept, now.date_naive()).map_err(Refusal::Invalid)?;
        let arrived = State::new(record.body(), now.date_naive());
        let (since, place) = (arrived.since(), &arrival.place);
        let reason = |default: String| Some(arrival.reason.clone().unwrap_or(default));
        match states.position(&arrived) {
            StatePosition::Known => Ok(ImportOutcome::Known),
            StatePosition::Confirms => {
                confirmed.add(Confirmation { key, since, body: arrived.body });
                Ok(ImportOutcome::Known)
            }
            StatePosition::Backdates => {
                let reason = format!("The same, published on {since}, in {place}");
                self.put_record(key, record, Some(reason), actor, now)?;
                Ok(ImportOutcome::Dated)
            }
            StatePosition::Replaces => {
                let is_restated = arrived.has_other_figures(&states.current);
                let verb = if is_restated { "Restated" } else { "Described anew" };
                self.put_record(key, record, reason(format!("{verb} in {place}")), actor, now)?;
                Ok(ImportOutcome::Revised)
            }
            StatePosition::Earlier(after) => {
                self.put_record(key.clone(), record, Some(format!("Published earlier, in {place}")), actor, now)?;
                for state in after {
                    let reason = if state.body == states.current.body {
                        format!("What was published later stands: revision {}", stamp.revision)
                    } else {
                        format!("What was published before that was published again on {}", state.since())
                    };
                    let record = AnyRecord::parse(&key, state.body, now.date_naive()).map_err(Refusal::Invalid)?;
                    self.put_record(key.clone(), record, Some(reason), actor, now)?;
                }
                Ok(ImportOutcome::Earlier)
            }
        }
    }

    fn put_record(
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

/// Adds to an imported report what a recorded state says beyond it. That is the state that makes the import a known
/// one, if there is any; else the current state, unless it is of a later day.
fn carry_over(
    imported: &AnyRecord,
    current: &AnyRecord,
    states: &States,
    carried_over: CarriedOver,
    today: NaiveDate,
) -> Result<AnyRecord, Vec<Fault>> {
    let (AnyRecord::Inventory(report), AnyRecord::Inventory(recorded)) = (imported, current) else {
        return Ok(imported.clone());
    };
    if carried_over == CarriedOver::default() {
        return Ok(imported.clone());
    }
    let position = |body: Value| states.position(&State::new(body, today));
    let add_from = |state: &Value| {
        let mut body = imported.body();
        if let Some(body) = body.as_object_mut() {
            carried_over.copy_into(body, state);
        }
        body
    };
    let is_known = |body: &Value| matches!(position(body.clone()), StatePosition::Known);
    if let Some(known) = states.bodies().map(add_from).find(is_known) {
        let read = fault::read(known, today, |body, at| Inventory::parse_report(body, at, report.year));
        return read.map(Arc::new).map(AnyRecord::Inventory);
    }
    match position(imported.body()) {
        StatePosition::Earlier(_) => Ok(imported.clone()),
        _ => carried_over.complete(report, recorded, today).map(AnyRecord::Inventory),
    }
}
