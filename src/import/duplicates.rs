//! Years that more than one row names: nobody can say which row is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::Year;

use super::cell::some_of;

/// Where a row stands: the name of its table, if it has one, and its number.
pub(super) type Place = (Option<Arc<str>>, u64);

/// For each row, given by its year and its place, what is wrong when others name the same year.
pub(super) fn duplicates(rows: &[(Option<Year>, Place)]) -> Vec<Option<String>> {
    let mut by_year: BTreeMap<Year, Vec<&Place>> = BTreeMap::new();
    for (year, place) in rows {
        if let Some(year) = year {
            by_year.entry(*year).or_default().push(place);
        }
    }
    let told = |(year, place): &(Option<Year>, Place)| {
        let year = (*year)?;
        let places = by_year.get(&year).filter(|places| places.len() > 1)?;
        let others = places.iter().filter(|other| **other != place).map(|other| named(other, place));
        Some(format!("{year} has more than one row; see {}", some_of(others, places.len() - 1)))
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
