//! The present, immutable: every city's dossier with its judgement computed and its answer rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate, Utc};
use imbl::OrdMap;

use super::keyring::Keyring;
use super::recent::Recent;
use super::succession::Succession;
use crate::answers::body::Body;
use crate::answers::edition::Edition;
use crate::answers::judgement::{self, Reply};
use crate::answers::latest::Latest;
use crate::answers::records;
use crate::method::Assessment;
use crate::record::change::GENESIS;
use crate::record::limits::CHAIN;
use crate::record::text::normalise_name;
use crate::record::{AsOf, City, CityId, CityRecord, Dossier, Network, RecordKey, Recorded, Slug};
use crate::store::{Damage, Head};

/// Everything as it is after one entry of the log; cheap to clone, for its maps are shared.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The last entries of the log, and of the log of keys, that it includes.
    pub head: Head,
    /// When its last entry was recorded.
    pub recorded_at: DateTime<Utc>,
    /// How many entries of the log were without their bodies when they were read.
    pub redacted: i64,
    /// The day as of which targets are judged.
    pub judged_on: NaiveDate,
    /// Since when any of it is as it is.
    pub edition: Arc<Edition>,
    /// The cities, withdrawn ones included, by id.
    pub cities: OrdMap<CityId, Arc<CityEntry>>,
    /// The networks, withdrawn ones included, by id.
    pub networks: OrdMap<Slug, Arc<NetworkEntry>>,
    /// Which city has which identifier.
    pub identifiers: OrdMap<Identifier, CityId>,
    /// Which cities came after which.
    pub(super) succession: Succession,
    /// Whether every state there was is kept whole, for who compares with all of them.
    pub(super) keeps_all: bool,
    /// The keys.
    pub keyring: Keyring,
    /// The newest entries of the log, as they are there.
    pub(super) recent: Recent,
    /// The forks of the log that were accepted, by their ids, when something was last taken over from others.
    pub(super) accepted_forks: Arc<BTreeSet<String>>,
    /// What of the log is wrong; the cities and networks that it marks are in none of the maps.
    pub damage: Arc<Damage>,
}

/// An identifier that no two cities may share: a register (`locode` or as the city names it) and its word.
pub type Identifier = (IdentifierRegister, String);

/// The register an identifier belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentifierRegister {
    /// UN/LOCODE.
    Locode,
    /// A register that the city's `identifiers` name.
    Named(String),
}

/// A city in the snapshot.
#[derive(Debug)]
pub struct CityEntry {
    /// All that is recorded of it.
    pub dossier: Dossier,
    /// The cities there are that came from it, by id.
    pub successors: Vec<CityId>,
    /// What is served of it; none once it is withdrawn.
    pub present: Option<Present>,
    /// Since when all that is served of it is as it is.
    pub edition: Arc<Edition>,
    /// The rendered answers of its records, made when first asked for.
    records: BTreeMap<CityRecord, OnceLock<Option<Body>>>,
}

/// A network in the snapshot.
#[derive(Debug)]
pub struct NetworkEntry {
    /// Its id.
    pub id: Slug,
    /// All that is recorded of it, but for its members: they are in the dossiers of the cities.
    pub network: Recorded<Network>,
    /// Since when it is as it is.
    edition: Arc<Edition>,
    /// Its rendered answer, made when first asked for.
    record: OnceLock<Option<Body>>,
}

impl NetworkEntry {
    /// A network whose answer is not rendered yet.
    #[must_use]
    pub fn new(id: Slug, network: Recorded<Network>, edition: Arc<Edition>) -> Self {
        NetworkEntry { id, network, edition, record: OnceLock::new() }
    }

    /// The rendered answer; none when it is withdrawn.
    #[must_use]
    pub fn record(&self) -> Option<Body> {
        let answer = || records::network(&self.id, &self.network);
        let render = || answer().map(|answer| Body::json(&answer).of(&self.edition));
        self.record.get_or_init(render).clone()
    }
}

/// What is served of a city that is not withdrawn.
#[derive(Debug)]
pub struct Present {
    /// The city's own record.
    pub city: Arc<City>,
    /// The id of the target to show first.
    pub headline: Option<Slug>,
    /// Its targets, judged.
    pub targets: Vec<Assessment>,
    /// What it says of the verdicts.
    pub statement: Option<Reply>,
    /// What it reported last.
    pub latest: Latest,
    /// The path at which the judgement keeps its numbers for ever.
    pub permalink: String,
    /// The rendered judgement.
    pub status: Body,
}

impl Present {
    /// The judgement of the target to show first.
    #[must_use]
    pub fn headline(&self) -> Option<&Assessment> {
        let id = self.headline.as_ref()?;
        self.targets.iter().find(|assessment| assessment.target.id == *id)
    }
}

/// What a look for a city finds.
#[derive(Debug)]
pub enum CityLookup<'a> {
    /// The city, and what is served of it.
    Here(&'a Arc<CityEntry>, &'a Present),
    /// A city that was withdrawn; its history stays.
    Withdrawn(&'a Arc<CityEntry>),
    /// A city of which this entry of the log is not as it was written, so that nothing of it can be trusted.
    Damaged(i64),
    /// Nothing of that id.
    Never,
}

impl CityEntry {
    /// Judges a city as of `judged_on` and renders the answer.
    #[must_use]
    pub fn new(dossier: Dossier, successors: Vec<CityId>, judged_on: NaiveDate, edition: Arc<Edition>) -> Self {
        // The present is whole.
        let judged = judgement::status(&dossier, &AsOf::default(), judged_on, None, false).ok().flatten();
        let present = judged.and_then(|answer| {
            let status = Body::json(&answer).of(&edition);
            let (city, _) = dossier.city.live()?;
            let latest = Latest::of(&dossier.present()?, judged_on);
            let judgement::StatusAnswer { headline, targets, statement, permalink, .. } = answer;
            Some(Present { city: Arc::clone(city), headline, targets, statement, latest, permalink, status })
        });
        CityEntry { records: Self::slots(&dossier), dossier, successors, present, edition }
    }

    /// A city that is written to and not read: nothing is judged or rendered.
    pub(super) fn unread(dossier: Dossier) -> Self {
        let (successors, edition, records) = (Vec::new(), Arc::default(), BTreeMap::new());
        CityEntry { dossier, successors, present: None, edition, records }
    }

    /// A place for each record's answer.
    fn slots(dossier: &Dossier) -> BTreeMap<CityRecord, OnceLock<Option<Body>>> {
        dossier.keys().into_iter().map(|record| (record, OnceLock::new())).collect()
    }

    /// Whether the city is a member of a network on `day`.
    #[must_use]
    pub fn is_member(&self, network: &str, day: NaiveDate) -> bool {
        let membership = self.dossier.memberships.get(network).and_then(Recorded::live);
        membership.is_some_and(|(member, _)| member.includes(day))
    }

    /// The rendered answer of a record; none when there is none or it is withdrawn.
    #[must_use]
    pub fn record(&self, record: &CityRecord) -> Option<Body> {
        let slot = self.records.get(record)?;
        let render = || records::record(&self.dossier, &self.successors, record).map(|body| body.of(&self.edition));
        slot.get_or_init(render).clone()
    }
}

impl Snapshot {
    /// Nothing recorded yet.
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

    /// The same where every state is kept whole.
    pub(super) fn empty_for_all(judged_on: NaiveDate) -> Self {
        Snapshot { keeps_all: true, ..Self::empty(judged_on) }
    }

    /// Looks for a city.
    #[must_use]
    pub fn find(&self, id: &str) -> CityLookup<'_> {
        match self.cities.get(id) {
            None => self.damage.of_city(id).map_or(CityLookup::Never, CityLookup::Damaged),
            Some(entry) => match &entry.present {
                Some(present) => CityLookup::Here(entry, present),
                None => CityLookup::Withdrawn(entry),
            },
        }
    }

    /// The rendered answer of any record; none when there is none, or it or its city is withdrawn.
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

    /// The last entry of the log about a record; none if there never was such a record.
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

    /// The cities that a city is a part of: the one it names, the one that names, and so on.
    pub fn wholes<'a>(&'a self, part: &'a City) -> impl Iterator<Item = (&'a CityId, &'a Present)> {
        let present = |id: &'a CityId| match self.find(id.as_str()) {
            CityLookup::Here(_, present) => Some((id, present)),
            _ => None,
        };
        let whole = move |city: &'a City| present(city.part_of.as_ref()?);
        std::iter::successors(whole(part), move |(_, present)| whole(&present.city)).take(CHAIN)
    }

    /// The same, judged as of another day.
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

/// The identifiers of a city, each in the one form in which it is looked for.
pub(super) fn identifiers(city: &City) -> impl Iterator<Item = Identifier> + '_ {
    let locode = city.locode.iter().map(|locode| (IdentifierRegister::Locode, locode.as_str().to_owned()));
    let named = city.identifiers.iter();
    // Some registers know cities by their names alone.
    locode.chain(named.map(|(register, id)| (IdentifierRegister::Named(register.to_owned()), normalise_name(id))))
}
