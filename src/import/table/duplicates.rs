//! Finds rows that name the same thing, such as a year. Nobody can say which row is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::Year;

use super::cell::first_few;

/// The place of a row: the name of its table, if any, and its number.
pub(in crate::import) type Place = (Option<Arc<str>>, u64);

/// For each row, given its year and place: the fault if other rows name the same year.
pub(in crate::import) fn duplicates(rows: &[(Option<Year>, Place)]) -> Vec<Option<String>> {
    let message = |((year, _), others): (&(Option<Year>, Place), Option<String>)| {
        Some(format!("{} has more than one row; see {}", (*year)?, others?))
    };
    rows.iter().zip(others(rows)).map(message).collect()
}

/// For each row, given its key and place: the other rows with the same key; none if there are none.
pub(in crate::import) fn others<K: Ord>(rows: &[(Option<K>, Place)]) -> Vec<Option<String>> {
    let mut by_key: BTreeMap<&K, Vec<&Place>> = BTreeMap::new();
    for (key, place) in rows {
        if let Some(key) = key {
            by_key.entry(key).or_default().push(place);
        }
    }
    let message = |(key, place): &(Option<K>, Place)| {
        let places = by_key.get(key.as_ref()?).filter(|places| places.len() > 1)?;
        let others = places.iter().filter(|other| **other != place).map(|other| describe(other, place));
        Some(first_few(others, places.len() - 1))
    };
    rows.iter().map(message).collect()
}

/// Describes a row for a reader of the row at `here`.
fn describe((sheet, row): &Place, here: &Place) -> String {
    match sheet {
        Some(sheet) if here.0.as_ref() != Some(sheet) => format!("row {row} of {sheet}"),
        _ => format!("row {row}"),
    }
}
