//! Years that more than one row names: nobody can say which row is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::{City, Kind, Year};

use super::cell::some_of;
use super::finding::Row;
use super::records::left_out;

/// Where a row stands: the name of its table, if it has one, and its number.
pub(super) type Place = (Option<Arc<str>>, u64);

/// For each row, given by its year and its place, what is wrong when others name the same year.
pub(super) fn duplicates(rows: &[(Option<Year>, Place)]) -> Vec<Option<String>> {
    let told = |((year, _), others): (&(Option<Year>, Place), Option<String>)| {
        Some(format!("{} has more than one row; see {}", (*year)?, others?))
    };
    rows.iter().zip(others(rows)).map(told).collect()
}

/// Leaves out every row of a public file that states an inventory which another row of it states too, and names that
/// row: of a table with a row for each sector none is the total.
pub(super) fn refuse(rows: &mut [Row]) {
    let keys: Vec<(Option<Stated>, Place)> =
        rows.iter().map(|row| (stated(row), (row.place.sheet.clone(), row.place.row))).collect();
    for ((row, others), (key, _)) in rows.iter_mut().zip(others(&keys)).zip(&keys) {
        if let (Some(others), Some((_, kind, id))) = (others, key) {
            let told = format!("The file has more than one row for the {kind} {id} of this city; see {others}.");
            row.outcome = Err(left_out("duplicate_year", told));
        }
    }
}

/// An inventory as a row states it: whose it is, its kind and its id.
type Stated = (String, Kind, String);

/// The inventory that a row is about, which is its last record.
fn stated(row: &Row) -> Option<Stated> {
    let finding = row.outcome.as_ref().ok()?;
    let last = finding.records.last()?;
    let is_inventory = matches!(last.kind, Kind::Baseline | Kind::Report);
    is_inventory.then(|| (entity(&finding.city), last.kind, last.id.clone()))
}

/// What a city is known by. The text is only compared.
fn entity(city: &City) -> String {
    format!("{} {:?} {:?}", city.country.as_str(), city.locode, city.identifiers)
}

/// For each row, given by what it states and its place, the other rows that state the same, if there are any.
pub(super) fn others<K: Ord>(rows: &[(Option<K>, Place)]) -> Vec<Option<String>> {
    let mut by_key: BTreeMap<&K, Vec<&Place>> = BTreeMap::new();
    for (key, place) in rows {
        if let Some(key) = key {
            by_key.entry(key).or_default().push(place);
        }
    }
    let told = |(key, place): &(Option<K>, Place)| {
        let places = by_key.get(key.as_ref()?).filter(|places| places.len() > 1)?;
        let others = places.iter().filter(|other| **other != place).map(|other| named(other, place));
        Some(some_of(others, places.len() - 1))
    };
    rows.iter().map(told).collect()
}

/// A row as one in the row at `here` is told of it.
fn named((sheet, row): &Place, here: &Place) -> String {
    match sheet {
        Some(sheet) if here.0.as_ref() != Some(sheet) => format!("row {row} of {sheet}"),
        _ => format!("row {row}"),
    }
}
