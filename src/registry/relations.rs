//! The relations between records: which references are allowed, and what is withdrawn together.

use super::refusal::Refusal;
use super::snapshot::{IdentifierRegister, identifiers};
use super::staging::Staging;
use crate::record::any_record::AnyRecord;
use crate::record::limits::{CHAIN, USERS_NAMED};
use crate::record::{City, CityId, CityRecord, Fault, Kind, RecordKey, Recorded, Slug, Statement, Target};

/// The order in which the records of a city are withdrawn with it. A kind comes before the kinds that it may refer to.
const DEPENDANTS_FIRST: [Kind; 6] =
    [Kind::Member, Kind::Statement, Kind::Target, Kind::Report, Kind::Baseline, Kind::City];

impl Staging {
    /// Checks a record against the other records.
    pub(super) fn check_against_others(
        &self,
        key: &RecordKey,
        record: &AnyRecord,
        live: Option<&AnyRecord>,
    ) -> Result<(), Refusal> {
        self.check_record_limit(key)?;
        let RecordKey::OfCity(id, kind) = key else { return Ok(()) };
        match (kind, record, live) {
            (CityRecord::City, AnyRecord::City(city), _) => {
                self.check_part_of(id, city.part_of.as_ref())?;
                self.check_predecessors(id, city)?;
                self.check_identifiers(id, city)
            }
            (CityRecord::Baseline(_), AnyRecord::Inventory(new), Some(AnyRecord::Inventory(old)))
                if new.year != old.year =>
            {
                let detail = format!("is {} and stays so: record another year under another id", old.year);
                Err(invalid("/year", "year_changed", detail))
            }
            (CityRecord::Target(own), AnyRecord::Target(target), _) => self.check_target(id, own, target),
            (CityRecord::Statement, AnyRecord::Statement(statement), _) => self.check_statement(id, statement),
            _ => Ok(()),
        }
    }

    fn check_part_of(&self, city: &CityId, part_of: Option<&CityId>) -> Result<(), Refusal> {
        match part_of {
            Some(whole) if self.city_and_wholes(whole).any(|id| id == city) => {
                Err(invalid("/part_of", "own_part", "must not be the city itself, or a part of it"))
            }
            Some(whole) if !self.is_live(&RecordKey::city_itself(whole)) => {
                Err(invalid("/part_of", "unknown_city", format!("there is no city {whole}")))
            }
            _ => Ok(()),
        }
    }

    /// A predecessor must have been recorded before. It may be withdrawn, for instance after a merger.
    fn check_predecessors(&self, id: &CityId, city: &City) -> Result<(), Refusal> {
        let check = |(index, earlier): (usize, &CityId)| {
            let at = format!("/predecessors/{index}/city");
            if self.is_descendant(earlier, id) {
                let message = "must not be the city itself, or one of its successors";
                return Some(fault(&at, "own_predecessor", message));
            }
            let is_known = self.latest(&RecordKey::city_itself(earlier)).is_some();
            (!is_known).then(|| fault(&at, "unknown_city", format!("there never was a city {earlier}")))
        };
        let named = city.predecessors.iter().map(|predecessor| &predecessor.city);
        let faults: Vec<Fault> = named.enumerate().filter_map(check).collect();
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
    }

    fn check_identifiers(&self, id: &CityId, city: &City) -> Result<(), Refusal> {
        for identifier in identifiers(city) {
            if let Some(owner) = self.owner(&identifier).filter(|owner| *owner != id) {
                let (register, value) = identifier;
                let register = match register {
                    IdentifierRegister::Locode => "locode".to_owned(),
                    IdentifierRegister::Named(name) => name,
                };
                return Err(Refusal::IdentifierTaken(format!("the {register} identifier {value} belongs to {owner}")));
            }
        }
        Ok(())
    }

    fn check_target(&self, city: &CityId, own: &Slug, target: &Target) -> Result<(), Refusal> {
        let mut faults = Vec::new();
        if let Some(id) = &target.baseline {
            let dossier = self.dossier(city);
            let baseline = dossier.and_then(|dossier| dossier.baselines.get(id)).and_then(Recorded::live);
            match baseline {
                None => faults.push(fault("/baseline", "unknown_baseline", format!("there is no baseline {id}"))),
                Some((baseline, _)) => {
                    let after = format!("must lie after {}, the year of the baseline", baseline.year);
                    if target.target_year <= baseline.year {
                        faults.push(fault("/target_year", "not_after_base", after.clone()));
                    }
                    if target.milestones.iter().any(|milestone| milestone.year <= baseline.year) {
                        faults.push(fault("/milestones", "not_between", after));
                    }
                }
            }
        }
        if let Some(successor) = &target.superseded_by {
            if self.successors_of(city, successor).any(|id| id == own) {
                let message = "must not be the target itself, or one that it supersedes";
                faults.push(fault("/superseded_by", "own_successor", message));
            } else if !self.is_live(&target_key(city, successor)) {
                faults.push(fault("/superseded_by", "unknown_target", format!("there is no target {successor}")));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
    }

    fn check_statement(&self, city: &CityId, statement: &Statement) -> Result<(), Refusal> {
        match &statement.target {
            Some(id) if !self.is_live(&target_key(city, id)) => {
                Err(invalid("/target", "unknown_target", format!("there is no target {id}")))
            }
            _ => Ok(()),
        }
    }

    /// The city, the city that it is part of, and so on.
    fn city_and_wholes<'a>(&'a self, part: &'a CityId) -> impl Iterator<Item = &'a CityId> {
        let whole = |id: &&CityId| self.dossier(id)?.city.live()?.0.part_of.as_ref();
        std::iter::successors(Some(part), whole).take(CHAIN)
    }

    /// The target, the target that supersedes it, and so on.
    fn successors_of<'a>(&'a self, city: &CityId, target: &'a Slug) -> impl Iterator<Item = &'a Slug> {
        let targets = self.dossier(city).map(|dossier| &dossier.targets);
        let successor = move |id: &&Slug| targets?.get(*id)?.live()?.0.superseded_by.as_ref();
        std::iter::successors(Some(target), successor).take(CHAIN)
    }

    /// Refuses to withdraw a record while others refer to it.
    pub(super) fn check_unused(&self, key: &RecordKey) -> Result<(), Refusal> {
        let users: Vec<String> = match key {
            RecordKey::Network(id) => self.members_of(id).map(|city| format!("member {city}")).collect(),
            RecordKey::OfCity(city, record) => match record {
                CityRecord::City => self.parts_of(city).map(|city| format!("city {city}")).collect(),
                CityRecord::Baseline(id) => self.targets_naming(city, id, |target| target.baseline.as_ref()),
                CityRecord::Target(id) => {
                    let mut users = self.targets_naming(city, id, |target| target.superseded_by.as_ref());
                    users.extend(self.statement_naming(city, id));
                    users
                }
                CityRecord::Report(_) | CityRecord::Statement | CityRecord::Member(_) => Vec::new(),
            },
        };
        match users.len() {
            0 => Ok(()),
            few if few <= USERS_NAMED => Err(Refusal::InUse(users.join(", "))),
            many => {
                let named = users[..USERS_NAMED].join(", ");
                Err(Refusal::InUse(format!("{named} and {} more", many - USERS_NAMED)))
            }
        }
    }

    fn targets_naming(&self, city: &CityId, id: &Slug, named: impl Fn(&Target) -> Option<&Slug>) -> Vec<String> {
        let Some(dossier) = self.dossier(city) else { return Vec::new() };
        let live = dossier.targets.iter().filter_map(|(id, record)| Some((id, record.live()?.0)));
        let naming = live.filter(|(_, target)| named(target) == Some(id));
        naming.map(|(id, _)| format!("target {id}")).collect()
    }

    fn statement_naming(&self, city: &CityId, id: &Slug) -> Option<String> {
        let (statement, _) = self.dossier(city)?.statement.as_ref()?.live()?;
        (statement.target.as_ref() == Some(id)).then(|| "the city's statement".to_owned())
    }

    /// The cities that are part of `whole`. Scans every city, which is fine since withdrawals are rare.
    fn parts_of<'a>(&'a self, whole: &'a CityId) -> impl Iterator<Item = &'a CityId> {
        self.cities().filter(move |id| {
            let live = self.dossier(id).and_then(|dossier| dossier.city.live());
            live.is_some_and(|(city, _)| city.part_of.as_ref() == Some(whole))
        })
    }

    /// The cities that are members of a network. Also scans every city.
    fn members_of<'a>(&'a self, network: &'a Slug) -> impl Iterator<Item = &'a CityId> {
        self.cities().filter(move |id| {
            let membership = self.dossier(id).and_then(|dossier| dossier.memberships.get(network));
            membership.is_some_and(|record| record.live().is_some())
        })
    }

    /// Every city that was ever recorded.
    fn cities(&self) -> impl Iterator<Item = &CityId> {
        let known = &self.snapshot.cities;
        known.keys().chain(self.ledger.cities.keys().filter(|id| !known.contains_key(*id)))
    }

    /// The record and everything withdrawn with it, dependants first, each with its last revision.
    pub(super) fn with_dependants(&self, key: &RecordKey) -> Vec<(RecordKey, i32)> {
        let mut withdrawn = vec![key.clone()];
        if let RecordKey::OfCity(city, CityRecord::City) = key
            && let Some(dossier) = self.dossier(city)
        {
            let mut records = dossier.keys();
            records.sort_by_key(|record| DEPENDANTS_FIRST.iter().position(|kind| *kind == record.kind()));
            withdrawn = records.into_iter().map(|record| RecordKey::OfCity(city.clone(), record)).collect();
        }
        let last = |key: RecordKey| match self.latest(&key) {
            Some((stamp, Some(_))) => Some((key, stamp.revision)),
            _ => None,
        };
        withdrawn.into_iter().filter_map(last).collect()
    }
}

fn target_key(city: &CityId, id: &Slug) -> RecordKey {
    RecordKey::OfCity(city.clone(), CityRecord::Target(id.clone()))
}

fn fault(pointer: &str, code: &str, detail: impl Into<String>) -> Fault {
    Fault { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.into() }
}

fn invalid(pointer: &str, code: &str, detail: impl Into<String>) -> Refusal {
    Refusal::Invalid(vec![fault(pointer, code, detail)])
}
