//! Pages of lists: how many, from where, and where the next one begins.

use std::sync::Arc;

use actix_web::HttpRequest;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use crate::answers::body::Body;
use crate::answers::edition::Edition;
use crate::api::limits::PAGE_DEFAULT;
use crate::api::request::excel;
use crate::api::request::fields::Fields;
use crate::record::change::sha256;
use crate::record::limits::PAGE_MAX;

/// A page of a list.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; absent at the end.
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
    /// Only these fields of the items, by the names of the CSV columns or what comes before a point in them,
    /// separated by commas; what tells items apart is always there.
    #[param(pattern = "^[a-z0-9_.]+(,[a-z0-9_.]+)*$", example = "id")]
    pub fields: Option<String>,
}

/// A page of a list, and the edition that it is of.
pub type Listed<'s, T> = (List<T>, &'s Arc<Edition>);

/// The format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, at the path of the list.
    Json,
    /// CSV, at the same path with `.csv` behind it.
    Csv {
        /// Whether it begins with the mark by which Excel knows UTF-8.
        excel: bool,
    },
}

impl Format {
    /// Reads the format from the path of a request, and from its query.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        // The path as the router decoded it: a client may write the point as `%2E`.
        match request.match_info().as_str().rsplit_once('.') {
            Some((_, "csv")) => Format::Csv { excel: excel::is_asked(request) },
            _ => Format::Json,
        }
    }
}

/// What says where an item stands in a list, in the order of the list.
pub trait Key: Ord + Sized {
    /// It as a text, for a cursor.
    fn text(&self) -> String;

    /// It from that text.
    fn read(text: &str) -> Option<Self>;
}

impl Key for String {
    fn text(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// A page as JSON, of the items only the fields asked for.
///
/// # Errors
/// 422 for fields that are not among `columns`.
pub fn rendered<T: Serialize>(list: &List<T>, columns: &[String], fields: Option<&str>) -> Result<Body, Problem> {
    let Some(asked) = fields else { return Ok(Body::json(list)) };
    let fields = Fields::read(asked, columns)?;
    let items = list.items.iter().map(|item| fields.trim(item)).collect::<Result<Vec<_>, _>>()?;
    Ok(Body::json(&List { items, next: list.next.clone(), total: list.total }))
}

/// Reads `limit`.
///
/// # Errors
/// 400 outside 1 to 500.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(PAGE_DEFAULT) {
        limit if (1..=PAGE_MAX).contains(&limit) => Ok(limit),
        _ => Err(Problem::parameter("limit", "out_of_range", format!("must be between 1 and {PAGE_MAX}"))),
    }
}

/// Cuts the page out of items, in the order of their keys.
///
/// The cursor holds the last key served, so while others come and go every item whose key stays the same is
/// served exactly once; and a digest of `filters`, so it cannot be used with other ones.
///
/// # Errors
/// 400 for a limit out of bounds, 422 for a cursor that is not one of these filters.
pub fn page<K: Key, T>(mut items: Vec<(K, T)>, page: &Page, filters: &str) -> Result<List<T>, Problem> {
    let limit = limit(page.limit)?;
    let total = items.len();
    items.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mark = &sha256(filters)[..8];
    let after: Option<K> = page.cursor.as_deref().map(|cursor| read_cursor(cursor, mark)).transpose()?;
    let begin = after.map_or(0, |after| items.partition_point(|(key, _)| *key <= after));
    let mut rest = items.into_iter().skip(begin).peekable();
    let mut items = Vec::new();
    let mut last = None;
    while items.len() < limit
        && let Some((key, item)) = rest.next()
    {
        last = Some(key);
        items.push(item);
    }
    let is_more = rest.peek().is_some();
    let next = last.filter(|_| is_more).map(|last| format!("{mark}{}", hex::encode(last.text())));
    Ok(List { items, next, total })
}

fn read_cursor<K: Key>(cursor: &str, mark: &str) -> Result<K, Problem> {
    let text = |hex: &str| String::from_utf8(hex::decode(hex).ok()?).ok();
    if hex::decode(cursor).map_or(true, |bytes| bytes.len() < mark.len() / 2) {
        return Err(Problem::parameter("cursor", "not_a_cursor", "must be `next` of the page before"));
    }
    let key = cursor.strip_prefix(mark).and_then(text).and_then(|text| K::read(&text));
    key.ok_or_else(|| Problem::fault("/cursor", "other_list", "is not a cursor of this list with these filters"))
}
