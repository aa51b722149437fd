//! Refuses inventories that more than one row of a public file states.

use super::finding::Row;
use super::records::left_out;
use crate::import::table::duplicates::{Place, others};
use crate::record::{City, CityRecord};

/// Leaves out every row whose inventory another row of the file states too, and names that row. In a table with a row
/// for each sector, no row is the total.
pub(in crate::import) fn refuse(rows: &mut [Row]) {
    let keys: Vec<(Option<Stated>, Place)> =
        rows.iter().map(|row| (stated(row), (row.place.sheet.clone(), row.place.row))).collect();
    for ((row, others), (key, _)) in rows.iter_mut().zip(others(&keys)).zip(&keys) {
        if let (Some(others), Some((_, record))) = (others, key) {
            let (kind, id) = (record.kind(), record.id().unwrap_or_default());
            let message = format!("The file has more than one row for the {kind} {id} of this city; see {others}.");
            row.outcome = Err(left_out("duplicate_year", message));
        }
    }
}

/// Identifies an inventory: its city and its key.
type Stated = (String, CityRecord);

/// The inventory of a row, which is its last record.
fn stated(row: &Row) -> Option<Stated> {
    let finding = row.outcome.as_ref().ok()?;
    let last = finding.records.last()?;
    let is_inventory = matches!(last.key, CityRecord::Baseline(_) | CityRecord::Report(_));
    is_inventory.then(|| (entity(&finding.city), last.key.clone()))
}

/// Identifies a city by its identifiers. The text is only compared.
fn entity(city: &City) -> String {
    format!("{} {:?} {:?}", city.country.as_str(), city.locode, city.identifiers)
}
