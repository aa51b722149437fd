//! Records that come from files: which city they are of, and whether they are news.
//!
//! A city is known by its identifiers, never by its name. A file published later restates what was recorded
//! before; one published earlier does not: what it says becomes the state before the one that stands, whenever it
//! is brought in. So the order in which files are brought in does not change what stands in the end.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::relations::city_key;
use super::snapshot::{IdentifierRegister, identifiers};
use super::staging::{Effect, Staging};
use super::{Condition, Operation, Refusal, WriteRequest};
use crate::record::dossier::AnyRecord;
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
    /// It says what stands, or what stood and was restated since.
    Known,
    /// It was published before what stands, and is now the state before it.
    Earlier,
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
                self.add_identifiers(&owner, described, place, actor, now)?;
                Ok((owner, false))
            }
            several => {
                let several: Vec<&str> = several.iter().map(Slug::as_str).collect();
                Err(Refusal::IdentifierTaken(format!("its identifiers belong to {}", several.join(" and "))))
            }
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
        let body = record.body();
        if self.dossier_of(&key).is_some_and(|dossier| has_said(dossier, &key, &body)) {
            return Ok(Landing::Known);
        }
        if rank(record, now.date_naive()) >= rank(&standing, stamp.recorded_at.date_naive()) {
            let reason = arrival.reason.clone().or_else(|| Some(format!("Restated in {}", arrival.place)));
            self.do_put(key, record.clone(), reason, actor, now)?;
            return Ok(Landing::Revised);
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

/// What decides which of two states stands: the day of publication, else of recording; of the same day, so that
/// the order of import never decides between two publications, their titles.
fn rank(record: &AnyRecord, recorded_on: NaiveDate) -> (NaiveDate, String) {
    let source: Option<&Source> = match record {
        AnyRecord::Baseline(inventory) | AnyRecord::Report(inventory) => Some(&inventory.source),
        AnyRecord::Target(target) => Some(&target.source),
        AnyRecord::Network(network) => Some(&network.source),
        AnyRecord::Member(member) => Some(&member.source),
        AnyRecord::City(_) | AnyRecord::Statement(_) => None,
    };
    let published = source.and_then(|source| source.published).unwrap_or(recorded_on);
    (published, source.map(|source| source.title.to_string()).unwrap_or_default())
}

/// Whether any state of a record said just this.
fn has_said(dossier: &Dossier, key: &RecordKey, body: &serde_json::Value) -> bool {
    fn any<T>(record: Option<&Recorded<T>>, wrap: impl Fn(Arc<T>) -> AnyRecord, body: &serde_json::Value) -> bool {
        let states = record.into_iter().flat_map(Recorded::revisions);
        states.filter_map(|state| state.value.clone()).any(|value| wrap(value).body() == *body)
    }
    let id = key.id.as_str();
    match key.kind {
        Kind::City => any(Some(&dossier.city), AnyRecord::City, body),
        // A network is in no dossier.
        Kind::Network => false,
        Kind::Member => any(dossier.memberships.get(id), AnyRecord::Member, body),
        Kind::Statement => any(dossier.statement.as_ref(), AnyRecord::Statement, body),
        Kind::Baseline => any(dossier.baselines.get(id), AnyRecord::Baseline, body),
        Kind::Target => any(dossier.targets.get(id), AnyRecord::Target, body),
        Kind::Report => {
            let year = crate::record::Year::from_id(id);
            any(year.and_then(|year| dossier.reports.get(&year)), AnyRecord::Report, body)
        }
    }
}
