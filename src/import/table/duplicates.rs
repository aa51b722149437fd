//! What more than one row names, such as a year: nobody can say which row is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::Year;

use super::cell::some_of;

/// Where a row stands: the name of its table, if it has one, and its number.
pub(in crate::import) type Place = (Option<Arc<str>>, u64);

/// For each row, given by its year and its place, what is wrong when others name the same year.
pub(in crate::import) fn duplicates(rows: &[(Option<Year>, Place)]) -> Vec<Option<String>> {
    let message = |((year, _), others): (&(Option<Year>, Place), Option<String>)| {
        Some(format!("{} has more than one row; see {}", (*year)?, others?))
    };
    rows.iter().zip(others(rows)).map(message).collect()
}

/// For each row, given by what it states and its place, the other rows that state the same, if there are any.
pub(in crate::import) fn others<K: Ord>(rows: &[(Option<K>, Place)]) -> Vec<Option<String>> {
    let mut by_key: BTreeMap<&K, Vec<&Place>> = BTreeMap::new();
    for (key, place) in rows {
        if let Some(key) = key {
            by_key.entry(key).or_default().push(place);
        }
    }
    let message = |(key, place): &(Option<K>, Place)| {
        let places = by_key.get(key.as_ref()?).filter(|places| places.len() > 1)?;
        let others = places.iter().filter(|other| **other != place).map(|other| named(other, place));
        Some(some_of(others, places.len() - 1))
    };
    rows.iter().map(message).collect()
}

/// A row as one in the row at `here` is told of it.
fn named((sheet, row): &Place, here: &Place) -> String {
    match sheet {
        Some(sheet) if here.0.as_ref() != Some(sheet) => format!("row {row} of {sheet}"),
        _ => format!("row {row}"),
    }
}
