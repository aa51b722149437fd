//! The present, as an immutable snapshot: the dossier of every city, with its judgement and its response rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate, Utc};
use imbl::OrdMap;

use super::keyring::Keyring;
use super::recent::Recent;
use super::succession::Succession;
use crate::answers::body::Body;
use crate::answers::city_status::{self, Reply};
use crate::answers::edition::Edition;
use crate::answers::latest::Latest;
use crate::answers::records;
use crate::method::Assessment;
use crate::record::change::GENESIS;
use crate::record::limits::CHAIN;
use crate::record::text::normalise_name;
use crate::record::{AsOf, Change, City, CityId, CityRecord, Dossier, Network, RecordKey, Recorded, Slug};
use crate::store::{Damage, Head};

/// Everything as it is after one entry of the log. Cheap to clone, since its maps are shared.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The last entries that it includes, of the log and of the log of keys.
    pub head: Head,
    /// When the last entry was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The number of entries without a body.
    pub redacted: i64,
    /// The day as of which targets are judged.
    pub judged_on: NaiveDate,
    /// Identifies this state of the whole, for caching.
    pub edition: Arc<Edition>,
    /// The cities, withdrawn ones included, by id.
    pub cities: OrdMap<CityId, Arc<CityEntry>>,
    /// The networks, withdrawn ones included, by id.
    pub networks: OrdMap<Slug, Arc<NetworkEntry>>,
    /// The owner of each identifier.
    pub identifiers: OrdMap<Identifier, CityId>,
    /// The successors of each city.
    pub(super) succession: Succession,
    /// True if every revision is kept in full, for imports that compare with all of them.
    pub(super) keeps_all: bool,
    /// The keys.
    pub keyring: Keyring,
    /// The newest entries of the log.
    pub(super) recent: Recent,
    /// The ids of the accepted forks, at the last time this node followed the log.
    pub(super) accepted_forks: Arc<BTreeSet<String>>,
    /// The errors in the log. The cities and networks that they mark are in none of the maps.
    pub damage: Arc<Damage>,
}

/// An identifier that no two cities may share: a register, and the value in it.
pub type Identifier = (IdentifierRegister, String);

/// The register that an identifier belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentifierRegister {
    /// UN/LOCODE.
    Locode,
    /// A register named in the city's `identifiers`.
    Named(String),
}

/// A city in the snapshot.
#[derive(Debug)]
pub struct CityEntry {
    /// Everything recorded about the city.
    pub dossier: Dossier,
    /// The cities that name it as a predecessor and are not withdrawn, by id.
    pub successors: Vec<CityId>,
    /// What is served of the city; none once it is withdrawn.
    pub present: Option<Present>,
    /// Identifies this state of the city, for caching.
    pub edition: Arc<Edition>,
    /// The rendered responses of its records, made on first request.
    records: BTreeMap<CityRecord, OnceLock<Option<Body>>>,
}

/// A network in the snapshot.
#[derive(Debug)]
pub struct NetworkEntry {
    /// The id of the network.
    pub id: Slug,
    /// Everything recorded about the network. Its members are in the dossiers of the cities.
    pub network: Recorded<Network>,
    /// Identifies this state of the network, for caching.
    edition: Arc<Edition>,
    /// The rendered response, made on first request.
    record: OnceLock<Option<Body>>,
}

impl NetworkEntry {
    /// A network whose response is not rendered yet.
    #[must_use]
    pub fn new(id: Slug, network: Recorded<Network>, edition: Arc<Edition>) -> Self {
        NetworkEntry { id, network, edition, record: OnceLock::new() }
    }

    /// The rendered response; none if the network is withdrawn.
    #[must_use]
    pub fn record(&self) -> Option<Body> {
        let answer = || records::network(&self.id, &self.network);
        let render = || answer().map(|answer| Body::json(&answer).with_edition(&self.edition));
        self.record.get_or_init(render).clone()
    }
}

/// What is served of a city that is not withdrawn.
#[derive(Debug)]
pub struct Present {
    /// The record of the city itself.
    pub city: Arc<City>,
    /// The id of the target to show first.
    pub headline: Option<Slug>,
    /// The assessments of its targets.
    pub targets: Vec<Assessment>,
    /// The city's statement on the verdicts.
    pub statement: Option<Reply>,
    /// What the city last reported.
    pub latest: Latest,
    /// The path under which this judgement never changes.
    pub permalink: String,
    /// The rendered judgement.
    pub status: Body,
}

impl Present {
    /// The assessment of the target to show first.
    #[must_use]
    pub fn headline(&self) -> Option<&Assessment> {
        let id = self.headline.as_ref()?;
        self.targets.iter().find(|assessment| assessment.target.id == *id)
    }
}

/// The result of looking up a city.
#[derive(Debug)]
pub enum CityLookup<'a> {
    /// The city, and what is served of it.
    Here(&'a Arc<CityEntry>, &'a Present),
    /// A withdrawn city; its history stays.
    Withdrawn(&'a Arc<CityEntry>),
    /// A city that cannot be trusted, because this entry of the log is damaged.
    Damaged(i64),
    /// There was never a city with that id.
    Never,
}

impl CityEntry {
    /// Judges a city as of `judged_on` and renders the response.
    #[must_use]
    pub fn new(dossier: Dossier, successors: Vec<CityId>, judged_on: NaiveDate, edition: Arc<Edition>) -> Self {
        // The present is always in memory, so judging it cannot fail.
        let judged = city_status::status(&dossier, &AsOf::default(), judged_on, None, false).ok().flatten();
        let present = judged.and_then(|answer| {
            let status = Body::json(&answer).with_edition(&edition);
            let (city, _) = dossier.city.live()?;
            let latest = Latest::of(&dossier.present()?, judged_on);
            let city_status::CityStatus { headline_target: headline, targets, statement, permalink, .. } = answer;
            Some(Present { city: Arc::clone(city), headline, targets, statement, latest, permalink, status })
        });
        CityEntry { records: Self::slots(&dossier), dossier, successors, present, edition }
    }

    /// A city that is only written to: nothing is judged or rendered.
    pub(super) fn unjudged(dossier: Dossier) -> Self {
        let (successors, edition, records) = (Vec::new(), Arc::default(), BTreeMap::new());
        CityEntry { dossier, successors, present: None, edition, records }
    }

    /// An empty slot for the response of each record.
    fn slots(dossier: &Dossier) -> BTreeMap<CityRecord, OnceLock<Option<Body>>> {
        dossier.keys().into_iter().map(|record| (record, OnceLock::new())).collect()
    }

    /// True if the city is a member of a network on `day`.
    #[must_use]
    pub fn is_member(&self, network: &str, day: NaiveDate) -> bool {
        let membership = self.dossier.memberships.get(network).and_then(Recorded::live);
        membership.is_some_and(|(member, _)| member.includes(day))
    }

    /// The rendered response of a record; none if there is no such record or it is withdrawn.
    #[must_use]
    pub fn record(&self, record: &CityRecord) -> Option<Body> {
        let slot = self.records.get(record)?;
        let render =
            || records::record(&self.dossier, &self.successors, record).map(|body| body.with_edition(&self.edition));
        slot.get_or_init(render).clone()
    }
}

impl Snapshot {
    /// The snapshot of an empty log.
    #[must_use]
    pub fn empty(judged_on: NaiveDate) -> Self {
        Snapshot {
            head: Head { number: 0, hash: GENESIS.to_owned(), keys: 0, keys_hash: GENESIS.to_owned() },
            recorded_at: DateTime::UNIX_EPOCH,
            redacted: 0,
            judged_on,
            edition: Arc::default(),
            cities: OrdMap::new(),
            networks: OrdMap::new(),
            identifiers: OrdMap::new(),
            succession: Succession::default(),
            keeps_all: false,
            keyring: Keyring::default(),
            recent: Recent::default(),
            accepted_forks: Arc::default(),
            damage: Arc::default(),
        }
    }

    /// An empty snapshot that keeps every revision in full.
    pub(super) fn empty_keeping_all(judged_on: NaiveDate) -> Self {
        Snapshot { keeps_all: true, ..Self::empty(judged_on) }
    }

    /// Looks up a city.
    #[must_use]
    pub fn find(&self, id: &str) -> CityLookup<'_> {
        match self.cities.get(id) {
            None => self.damage.city_marked_by(id).map_or(CityLookup::Never, CityLookup::Damaged),
            Some(entry) => match &entry.present {
                Some(present) => CityLookup::Here(entry, present),
                None => CityLookup::Withdrawn(entry),
            },
        }
    }

    /// The rendered response of any record; none if there is no such record, or it or its city is withdrawn.
    #[must_use]
    pub fn record(&self, key: &RecordKey) -> Option<Body> {
        match key {
            RecordKey::Network(id) => self.networks.get(id)?.record(),
            RecordKey::OfCity(city, record) => match self.find(city.as_str()) {
                CityLookup::Here(entry, _) => entry.record(record),
                _ => None,
            },
        }
    }

    /// The last log entry about a record; none if there never was such a record.
    #[must_use]
    pub fn last_entry(&self, key: &RecordKey) -> Option<i64> {
        match key {
            RecordKey::Network(id) => Some(self.networks.get(id)?.network.latest().stamp.sequence),
            RecordKey::OfCity(city, record) => Some(self.cities.get(city)?.dossier.latest(record)?.0.sequence),
        }
    }

    /// The cities that are not withdrawn, by id.
    pub fn present(&self) -> impl Iterator<Item = (&CityId, &Arc<CityEntry>, &Present)> {
        self.cities.iter().filter_map(|(id, entry)| Some((id, entry, entry.present.as_ref()?)))
    }

    /// The newest entries of the log that are in memory, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Change> {
        self.recent.entries().iter().rev().map(|entry| &**entry)
    }

    /// The cities that contain a city: the one it is part of, the one that one is part of, and so on.
    pub fn wholes<'a>(&'a self, part: &'a City) -> impl Iterator<Item = (&'a CityId, &'a Present)> {
        let present = |id: &'a CityId| match self.find(id.as_str()) {
            CityLookup::Here(_, present) => Some((id, present)),
            _ => None,
        };
        let whole = move |city: &'a City| present(city.part_of.as_ref()?);
        std::iter::successors(whole(part), move |(_, present)| whole(&present.city)).take(CHAIN)
    }

    /// The same snapshot, judged as of another day.
    #[must_use]
    pub fn judged(&self, judged_on: NaiveDate) -> Self {
        let edition = Arc::default();
        let judge = |(id, entry): (&CityId, &Arc<CityEntry>)| {
            let (dossier, successors) = (entry.dossier.clone(), entry.successors.clone());
            (id.clone(), Arc::new(CityEntry::new(dossier, successors, judged_on, Arc::clone(&edition))))
        };
        let cities = self.cities.iter().map(judge).collect();
        Snapshot { judged_on, edition, cities, ..self.clone() }
    }
}

/// The identifiers of a city, normalized for lookup.
pub(super) fn identifiers(city: &City) -> impl Iterator<Item = Identifier> + '_ {
    let locode = city.locode.iter().map(|locode| (IdentifierRegister::Locode, locode.as_str().to_owned()));
    let named = city.identifiers.iter();
    // Some registers identify cities by name only.
    locode.chain(named.map(|(register, id)| (IdentifierRegister::Named(register.to_owned()), normalise_name(id))))
}
