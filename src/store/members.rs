//! The present state of memberships as rows.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::rows::Shown;
use super::schema::members;
use crate::record::{Member, Recorded};

/// A row of `members`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = members, treat_none_as_null = true, primary_key(network, city))]
pub struct MemberRow {
    pub(super) network: String,
    pub(super) city: String,
    joined_on: Option<NaiveDate>,
    left_on: Option<NaiveDate>,
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

/// The row that a member's record makes.
pub(super) fn row(network: &str, city: &str, record: &Recorded<Member>) -> Option<MemberRow> {
    let Shown { value: member, stamp, withdrawn } = Shown::of(record)?;
    let source = &member.source;
    Some(MemberRow {
        network: network.to_owned(),
        city: city.to_owned(),
        joined_on: member.joined_on,
        left_on: member.left_on,
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

/// Changes the row of a member that is there.
pub(super) fn update(connection: &mut AnyConnection, row: &MemberRow) -> QueryResult<()> {
    diesel::update(members::table.find((&row.network, &row.city))).set(row).execute(connection).map(drop)
}

/// Inserts members that are not there yet.
pub(super) fn insert(connection: &mut AnyConnection, rows: &[MemberRow]) -> QueryResult<()> {
    insert_all!(connection, members::table, rows)
}

/// Every member's row.
pub(super) fn load(connection: &mut AnyConnection) -> QueryResult<Vec<MemberRow>> {
    members::table.select(members::all_columns).load(connection)
}
