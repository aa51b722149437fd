//! Pages of lists: how many, from where, and where the next one begins.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Code, Problem};
use crate::record::change::sha256;
use crate::record::limits::{PAGE_DEFAULT, PAGE_MAX};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5f1d2c7a75732d6c6f73")]
    pub next: Option<String>,
    /// How many items there are on all pages.
    #[schema(minimum = 0, example = 31)]
    pub total: usize,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<usize>,
    /// Where the page begins: `next` of the page before, with the same filters.
    #[param(pattern = "^([0-9a-f]{2}){4,2000}$")]
    pub cursor: Option<String>,
}

/// Reads `limit`.
///
/// # Errors
/// 400 outside 1 to 500.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(PAGE_DEFAULT) {
        limit if (1..=PAGE_MAX).contains(&limit) => Ok(limit),
        _ => Err(Problem::new(Code::InvalidQuery, format!("limit must be between 1 and {PAGE_MAX}"))),
    }
}

/// Cuts the page out of items that are sorted by their key.
///
/// The cursor holds the last key served, so no item is served twice and none is skipped while others
/// come and go; and a digest of `filters`, so it cannot be used with other ones.
///
/// # Errors
/// 400 for a limit out of bounds, 422 for a cursor that is not one of these filters.
pub fn page<T>(sorted: Vec<(String, T)>, page: &Page, filters: &str) -> Result<List<T>, Problem> {
    let limit = limit(page.limit)?;
    let total = sorted.len();
    let mark = &sha256(filters)[..8];
    let after = page.cursor.as_deref().map(|cursor| read_cursor(cursor, mark)).transpose()?;
    let mut rest = sorted.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after)).peekable();
    let mut items = Vec::new();
    let mut last = String::new();
    while items.len() < limit
        && let Some((key, item)) = rest.next()
    {
        last = key;
        items.push(item);
    }
    let next = rest.peek().is_some().then(|| format!("{mark}{}", hex::encode(&last)));
    Ok(List { items, next, total })
}

fn read_cursor(cursor: &str, mark: &str) -> Result<String, Problem> {
    let key = cursor.strip_prefix(mark).and_then(|key| String::from_utf8(hex::decode(key).ok()?).ok());
    key.ok_or_else(|| Problem::fault("/cursor", "other_list", "is not a cursor of this list with these filters"))
}
