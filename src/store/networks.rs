//! The present state of networks as rows.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::rows::Shown;
use super::schema::networks;
use crate::record::{Network, Recorded};

/// A row of `networks`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = networks, treat_none_as_null = true, primary_key(id))]
pub struct NetworkRow {
    pub(super) id: String,
    name: String,
    website: Option<String>,
    source_title: String,
    source_url: Option<String>,
    source_publisher: Option<String>,
    source_published: Option<NaiveDate>,
    source_licence: Option<String>,
    source_locator: Option<String>,
    withdrawn: bool,
    revision: i32,
    pub(super) sequence: i64,
    recorded_at: NaiveDateTime,
    recorded_by: String,
    reason: Option<String>,
}

/// The row that a network's record makes.
pub(super) fn row(id: &str, record: &Recorded<Network>) -> Option<NetworkRow> {
    let Shown { value: network, stamp, withdrawn } = Shown::of(record)?;
    let source = &network.source;
    Some(NetworkRow {
        id: id.to_owned(),
        name: network.name.to_string(),
        website: network.website.as_ref().map(|address| address.as_str().to_owned()),
        source_title: source.title.to_string(),
        source_url: source.url.as_ref().map(|url| url.as_str().to_owned()),
        source_publisher: source.publisher.as_ref().map(ToString::to_string),
        source_published: source.published,
        source_licence: source.licence.as_ref().map(ToString::to_string),
        source_locator: source.locator.as_ref().map(ToString::to_string),
        withdrawn,
        revision: stamp.revision,
        sequence: stamp.sequence,
        recorded_at: stamp.recorded_at.naive_utc(),
        recorded_by: stamp.recorded_by.clone(),
        reason: stamp.reason.clone(),
    })
}

/// Changes the row of a network that is there.
pub(super) fn update(connection: &mut AnyConnection, row: &NetworkRow) -> QueryResult<()> {
    diesel::update(networks::table.find(&row.id)).set(row).execute(connection).map(drop)
}

/// Inserts networks that are not there yet.
pub(super) fn insert(connection: &mut AnyConnection, rows: &[NetworkRow]) -> QueryResult<()> {
    insert_all!(connection, networks::table, rows)
}

/// Every network's row.
pub(super) fn load(connection: &mut AnyConnection) -> QueryResult<Vec<NetworkRow>> {
    networks::table.select(networks::all_columns).load(connection)
}
