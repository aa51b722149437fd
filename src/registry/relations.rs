//! How records hold together: what one may not be beside the others, and what goes with it.

use super::Refusal;
use super::snapshot::{IdentifierRegister, identifiers};
use super::staging::Staging;
use crate::record::dossier::AnyRecord;
use crate::record::limits::{CHAIN, USERS_NAMED};
use crate::record::{City, CityId, Fault, Kind, RecordKey, Recorded, Slug, Statement, Target};

impl Staging {
    /// Checks what a record may not be beside the others.
    pub(super) fn check_against_others(
        &self,
        key: &RecordKey,
        record: &AnyRecord,
        live: Option<&AnyRecord>,
    ) -> Result<(), Refusal> {
        match (record, live) {
            (AnyRecord::City(city), _) => {
                self.check_part_of(key, city.part_of.as_ref())?;
                self.check_predecessors(key, city)?;
                self.check_identifiers(key, city)
            }
            (AnyRecord::Baseline(new), Some(AnyRecord::Baseline(old))) if new.year != old.year => {
                let detail = format!("is {} and stays so: record another year under another id", old.year);
                Err(invalid("/year", "year_changed", detail))
            }
            (AnyRecord::Target(target), _) => self.check_target(key, target),
            (AnyRecord::Statement(statement), _) => self.check_statement(key, statement),
            _ => Ok(()),
        }
    }

    fn check_part_of(&self, key: &RecordKey, part_of: Option<&CityId>) -> Result<(), Refusal> {
        match part_of {
            Some(whole) if self.wholes_of(whole).any(|id| Some(id) == key.city.as_ref()) => {
                Err(invalid("/part_of", "own_part", "must not be the city itself, or a part of it"))
            }
            Some(whole) if !self.is_live(&city_key(whole)) => {
                Err(invalid("/part_of", "unknown_city", format!("there is no city {whole}")))
            }
            _ => Ok(()),
        }
    }

    /// A predecessor was recorded before, and is withdrawn where it was merged away.
    fn check_predecessors(&self, key: &RecordKey, city: &City) -> Result<(), Refusal> {
        let check = |(index, earlier): (usize, &CityId)| {
            let at = format!("/predecessors/{index}/city");
            if key.city.as_ref().is_some_and(|city| self.came_from(earlier, city)) {
                let told = "must not be the city itself, or one that came from it";
                return Some(fault(&at, "own_predecessor", told));
            }
            let is_known = self.latest(&city_key(earlier)).is_some();
            (!is_known).then(|| fault(&at, "unknown_city", format!("there never was a city {earlier}")))
        };
        let named = city.predecessors.iter().map(|predecessor| &predecessor.city);
        let faults: Vec<Fault> = named.enumerate().filter_map(check).collect();
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
    }

    fn check_identifiers(&self, key: &RecordKey, city: &City) -> Result<(), Refusal> {
        for identifier in identifiers(city) {
            if let Some(owner) =
                self.snapshot.identifiers.get(&identifier).filter(|owner| Some(*owner) != key.city.as_ref())
            {
                let (register, word) = identifier;
                let register = match register {
                    IdentifierRegister::Locode => "locode".to_owned(),
                    IdentifierRegister::Named(name) => name,
                };
                return Err(Refusal::IdentifierTaken(format!("the {register} identifier {word} belongs to {owner}")));
            }
        }
        Ok(())
    }

    fn check_target(&self, key: &RecordKey, target: &Target) -> Result<(), Refusal> {
        let mut faults = Vec::new();
        if let Some(id) = &target.baseline {
            let dossier = self.dossier_of(key);
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
            let successor_key = RecordKey { id: successor.to_string(), ..key.clone() };
            if self.successors_of(key, successor).any(|id| id.as_str() == key.id) {
                let told = "must not be the target itself, or one that it supersedes";
                faults.push(fault("/superseded_by", "own_successor", told));
            } else if !self.is_live(&successor_key) {
                faults.push(fault("/superseded_by", "unknown_target", format!("there is no target {successor}")));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
    }

    fn check_statement(&self, key: &RecordKey, statement: &Statement) -> Result<(), Refusal> {
        let target_key = |id: &Slug| RecordKey { kind: Kind::Target, id: id.to_string(), ..key.clone() };
        match &statement.target {
            Some(id) if !self.is_live(&target_key(id)) => {
                Err(invalid("/target", "unknown_target", format!("there is no target {id}")))
            }
            _ => Ok(()),
        }
    }

    /// The city, the one it is part of, and so on.
    fn wholes_of<'a>(&'a self, part: &'a CityId) -> impl Iterator<Item = &'a CityId> {
        let whole = |id: &&CityId| self.dossier(id)?.city.live()?.0.part_of.as_ref();
        std::iter::successors(Some(part), whole).take(CHAIN)
    }

    /// The target `target` of the city of `key`, the one it is superseded by, and so on.
    fn successors_of<'a>(&'a self, key: &RecordKey, target: &'a Slug) -> impl Iterator<Item = &'a Slug> {
        let targets = self.dossier_of(key).map(|dossier| &dossier.targets);
        let successor = move |id: &&Slug| targets?.get(*id)?.live()?.0.superseded_by.as_ref();
        std::iter::successors(Some(target), successor).take(CHAIN)
    }

    /// A record that others name cannot be withdrawn before them.
    pub(super) fn check_unused(&self, key: &RecordKey) -> Result<(), Refusal> {
        let users: Vec<String> = match key.kind {
            Kind::Report | Kind::Statement | Kind::Member | Kind::Redaction => Vec::new(),
            Kind::City => {
                let parts = key.city.iter().flat_map(|city| self.parts_of(city));
                parts.map(|city| format!("city {city}")).collect()
            }
            Kind::Network => self.members_of(&key.id).map(|city| format!("member {city}")).collect(),
            Kind::Baseline => self.targets_naming(key, |target| target.baseline.as_ref()),
            Kind::Target => {
                let mut users = self.targets_naming(key, |target| target.superseded_by.as_ref());
                users.extend(self.statement_naming(key));
                users
            }
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

    fn targets_naming(&self, key: &RecordKey, named: impl Fn(&Target) -> Option<&Slug>) -> Vec<String> {
        let Some(dossier) = self.dossier_of(key) else { return Vec::new() };
        let live = dossier.targets.iter().filter_map(|(id, record)| Some((id, record.live()?.0)));
        let naming = live.filter(|(_, target)| named(target).is_some_and(|id| id.as_str() == key.id));
        naming.map(|(id, _)| format!("target {id}")).collect()
    }

    fn statement_naming(&self, key: &RecordKey) -> Option<String> {
        let (statement, _) = self.dossier_of(key)?.statement.as_ref()?.live()?;
        let names = statement.target.as_ref().is_some_and(|id| id.as_str() == key.id);
        names.then(|| "the city's statement".to_owned())
    }

    /// The cities that are part of `whole`. Looks at every city, which withdrawals are rare enough for.
    fn parts_of<'a>(&'a self, whole: &'a CityId) -> impl Iterator<Item = &'a CityId> {
        self.cities().filter(move |id| {
            let live = self.dossier(id).and_then(|dossier| dossier.city.live());
            live.is_some_and(|(city, _)| city.part_of.as_ref() == Some(whole))
        })
    }

    /// The cities that are members of a network. Looks at every city, too.
    fn members_of<'a>(&'a self, network: &'a str) -> impl Iterator<Item = &'a CityId> {
        self.cities().filter(move |id| {
            let membership = self.dossier(id).and_then(|dossier| dossier.memberships.get(network));
            membership.is_some_and(|record| record.live().is_some())
        })
    }

    /// Every city there ever was.
    fn cities(&self) -> impl Iterator<Item = &CityId> {
        let known = &self.snapshot.cities;
        known.keys().chain(self.ledger.cities.keys().filter(|id| !known.contains_key(*id)))
    }

    /// The record and all that goes with it, dependants first, each with its last revision.
    pub(super) fn with_dependants(&self, key: &RecordKey) -> Vec<(RecordKey, i32)> {
        let record = |kind, id: String| (RecordKey { city: key.city.clone(), kind, id }, 0);
        let mut records = Vec::new();
        if let Some(dossier) = self.dossier_of(key).filter(|_| key.kind == Kind::City) {
            records.extend(dossier.memberships.keys().map(|network| record(Kind::Member, network.to_string())));
            records.extend(dossier.statement.iter().map(|_| record(Kind::Statement, Statement::ID.to_owned())));
            records.extend(dossier.targets.keys().map(|id| record(Kind::Target, id.to_string())));
            records.extend(dossier.reports.keys().map(|year| record(Kind::Report, year.to_string())));
            records.extend(dossier.baselines.keys().map(|id| record(Kind::Baseline, id.to_string())));
        }
        records.push((key.clone(), 0));
        let last = |(key, _): (RecordKey, i32)| match self.latest(&key) {
            Some((stamp, Some(_))) => Some((key, stamp.revision)),
            _ => None,
        };
        records.into_iter().filter_map(last).collect()
    }
}

pub(super) fn city_key(city: &CityId) -> RecordKey {
    RecordKey { city: Some(city.clone()), kind: Kind::City, id: city.to_string() }
}

fn fault(pointer: &str, code: &str, detail: impl Into<String>) -> Fault {
    Fault { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.into() }
}

fn invalid(pointer: &str, code: &str, detail: impl Into<String>) -> Refusal {
    Refusal::Invalid(vec![fault(pointer, code, detail)])
}
