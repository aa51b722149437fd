//! The present state of records as rows of the plain tables: written with every change, compared by `verify`.

use std::fmt::Debug;

use diesel::QueryResult;

use super::connection::AnyConnection;
use super::{StoreError, cities, inventories, members, networks, statements, targets};
use crate::record::{Dossier, Kind, Network, RecordKey, Recorded, Stamp, Year};

/// What the tables show of a record: its last value, and whether it is withdrawn.
pub(super) struct Shown<'a, T> {
    /// The last value it had.
    pub(super) value: &'a T,
    /// The stamp of its last revision.
    pub(super) stamp: &'a Stamp,
    /// Whether the last revision withdrew it.
    pub(super) withdrawn: bool,
}

impl<'a, T> Shown<'a, T> {
    /// What is shown of `record`; nothing when no value is left to show.
    pub(super) fn of(record: &'a Recorded<T>) -> Option<Self> {
        let value = record.revisions().iter().rev().find_map(|revision| revision.value.as_deref())?;
        let latest = record.latest();
        Some(Shown { value, stamp: &latest.stamp, withdrawn: latest.value.is_none() })
    }
}

/// Rows of all tables.
#[derive(Debug, Default, PartialEq)]
pub struct Rows {
    cities: Vec<cities::CityRow>,
    identifiers: Vec<cities::IdentifierRow>,
    inventories: Vec<inventories::InventoryRow>,
    lines: Vec<inventories::LineRow>,
    targets: Vec<targets::TargetRow>,
    milestones: Vec<targets::MilestoneRow>,
    statements: Vec<statements::StatementRow>,
    networks: Vec<networks::NetworkRow>,
    members: Vec<members::MemberRow>,
}

impl Rows {
    /// Adds the rows that the record `key` of `dossier` makes.
    pub fn add(&mut self, dossier: &Dossier, key: &RecordKey) {
        let city = dossier.id.as_str();
        match key.kind {
            Kind::City => self.add_city(dossier),
            Kind::Baseline => {
                if let Some(record) = dossier.baselines.get(key.id.as_str()) {
                    self.add_inventory(city, Kind::Baseline, &key.id, record);
                }
            }
            Kind::Report => {
                let year = Year::from_id(&key.id);
                if let Some(record) = year.and_then(|year| dossier.reports.get(&year)) {
                    self.add_inventory(city, Kind::Report, &key.id, record);
                }
            }
            Kind::Target => {
                if let Some(record) = dossier.targets.get(key.id.as_str()) {
                    self.add_target(city, &key.id, record);
                }
            }
            Kind::Statement => self.add_statement(dossier),
            // A network is in no dossier.
            Kind::Network => {}
            Kind::Member => self.add_member(dossier, &key.id),
        }
    }

    /// Adds the rows of everything in a dossier.
    pub fn add_all(&mut self, dossier: &Dossier) {
        let city = dossier.id.as_str();
        self.add_city(dossier);
        for (id, record) in &dossier.baselines {
            self.add_inventory(city, Kind::Baseline, id.as_str(), record);
        }
        for (year, record) in &dossier.reports {
            self.add_inventory(city, Kind::Report, &year.to_string(), record);
        }
        for (id, record) in &dossier.targets {
            self.add_target(city, id.as_str(), record);
        }
        self.add_statement(dossier);
        for network in dossier.memberships.keys() {
            self.add_member(dossier, network.as_str());
        }
    }

    /// Adds the row that a network makes.
    pub fn add_network(&mut self, id: &str, record: &Recorded<Network>) {
        self.networks.extend(networks::row(id, record));
    }

    fn add_city(&mut self, dossier: &Dossier) {
        if let Some((row, identifiers)) = cities::rows(dossier) {
            self.cities.push(row);
            self.identifiers.extend(identifiers);
        }
    }

    fn add_inventory(&mut self, city: &str, kind: Kind, id: &str, record: &Recorded<crate::record::Inventory>) {
        if let Some((row, lines)) = inventories::rows(city, kind, id, record) {
            self.inventories.push(row);
            self.lines.extend(lines);
        }
    }

    fn add_target(&mut self, city: &str, id: &str, record: &Recorded<crate::record::Target>) {
        if let Some((row, milestones)) = targets::rows(city, id, record) {
            self.targets.push(row);
            self.milestones.extend(milestones);
        }
    }

    fn add_statement(&mut self, dossier: &Dossier) {
        let record = dossier.statement.as_ref();
        self.statements.extend(record.and_then(|record| statements::row(dossier.id.as_str(), record)));
    }

    fn add_member(&mut self, dossier: &Dossier, network: &str) {
        let record = dossier.memberships.get(network);
        self.members.extend(record.and_then(|record| members::row(network, dossier.id.as_str(), record)));
    }

    /// Reads what the tables hold.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let (cities, identifiers) = cities::load(connection)?;
        let (inventories, lines) = inventories::load(connection)?;
        let (targets, milestones) = targets::load(connection)?;
        let statements = statements::load(connection)?;
        let (networks, members) = (networks::load(connection)?, members::load(connection)?);
        Ok(Rows { cities, identifiers, inventories, lines, targets, milestones, statements, networks, members })
    }

    /// The first difference between these rows, made from the log, and `stored` ones, as a sentence.
    #[must_use]
    pub fn first_difference(mut self, mut stored: Rows) -> Option<String> {
        fn order<R, K: Ord>(rows: [&mut Vec<R>; 2], key: impl Fn(&R) -> K) {
            for rows in rows {
                rows.sort_by_key(&key);
            }
        }
        // Databases sort text in different ways, so the order is made here.
        order([&mut self.cities, &mut stored.cities], |row| row.id.clone());
        order([&mut self.identifiers, &mut stored.identifiers], Clone::clone);
        order([&mut self.inventories, &mut stored.inventories], |row| {
            (row.city.clone(), row.kind.clone(), row.id.clone())
        });
        order([&mut self.lines, &mut stored.lines], Clone::clone);
        order([&mut self.targets, &mut stored.targets], |row| (row.city.clone(), row.id.clone()));
        order([&mut self.milestones, &mut stored.milestones], |row| (row.city.clone(), row.target.clone(), row.year));
        order([&mut self.statements, &mut stored.statements], |row| row.city.clone());
        order([&mut self.networks, &mut stored.networks], |row| row.id.clone());
        order([&mut self.members, &mut stored.members], |row| (row.network.clone(), row.city.clone()));
        let main = [
            first("cities", &self.cities, &stored.cities, |row| Some(row.sequence)),
            first("inventories", &self.inventories, &stored.inventories, |row| Some(row.sequence)),
            first("targets", &self.targets, &stored.targets, |row| Some(row.sequence)),
            first("statements", &self.statements, &stored.statements, |row| Some(row.sequence)),
            first("networks", &self.networks, &stored.networks, |row| Some(row.sequence)),
            first("members", &self.members, &stored.members, |row| Some(row.sequence)),
            first("city_identifiers", &self.identifiers, &stored.identifiers, |_| None),
            first("inventory_lines", &self.lines, &stored.lines, |_| None),
            first("target_milestones", &self.milestones, &stored.milestones, |_| None),
        ];
        main.into_iter().flatten().next()
    }
}

/// The first row in which a table differs from what the log says.
fn first<R: PartialEq + Debug>(
    table: &str,
    logged: &[R],
    stored: &[R],
    sequence: impl Fn(&R) -> Option<i64>,
) -> Option<String> {
    let differing = (0..logged.len().max(stored.len())).find(|&index| logged.get(index) != stored.get(index))?;
    let (log, table_row) = (logged.get(differing), stored.get(differing));
    let entry = log.or(table_row).and_then(sequence).map(|n| format!(" (entry {n})")).unwrap_or_default();
    let told = |row: Option<&R>| row.map_or("no such row".to_owned(), |row| format!("{row:?}"));
    Some(format!(
        "table {table} differs from the log{entry}: the log says {}, the table {}",
        told(log),
        told(table_row)
    ))
}

/// Writes rows: `changed` ones are there already, `new` ones are not.
///
/// # Errors
/// Those of the database.
pub fn save(connection: &mut AnyConnection, new: &Rows, changed: &Rows) -> QueryResult<()> {
    // What others point at comes first: cities, inventories, targets and their like; new before changed.
    cities::insert(connection, &new.cities)?;
    changed.cities.iter().try_for_each(|row| cities::update(connection, row))?;
    inventories::insert(connection, &new.inventories)?;
    changed.inventories.iter().try_for_each(|row| inventories::update(connection, row))?;
    targets::insert(connection, &new.targets)?;
    changed.targets.iter().try_for_each(|row| targets::update(connection, row))?;
    statements::insert(connection, &new.statements)?;
    changed.statements.iter().try_for_each(|row| statements::update(connection, row))?;
    networks::insert(connection, &new.networks)?;
    changed.networks.iter().try_for_each(|row| networks::update(connection, row))?;
    members::insert(connection, &new.members)?;
    changed.members.iter().try_for_each(|row| members::update(connection, row))?;
    for rows in [changed, new] {
        cities::insert_identifiers(connection, &rows.identifiers)?;
        inventories::insert_lines(connection, &rows.lines)?;
        targets::insert_milestones(connection, &rows.milestones)?;
    }
    Ok(())
}
