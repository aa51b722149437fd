//! The present state of cities as rows.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::rows::Shown;
use super::schema::{cities, city_identifiers};
use crate::record::{City, Dossier};

/// A row of `cities`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = cities, treat_none_as_null = true)]
pub struct CityRow {
    pub(super) id: String,
    name: String,
    country: String,
    region: Option<String>,
    locode: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    boundary: String,
    part_of: Option<String>,
    website: Option<String>,
    withdrawn: bool,
    revision: i32,
    pub(super) sequence: i64,
    recorded_at: NaiveDateTime,
    recorded_by: String,
    reason: Option<String>,
}

/// A row of `city_identifiers`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = city_identifiers)]
pub struct IdentifierRow {
    city: String,
    register: String,
    identifier: String,
}

/// The rows that a city's record makes.
pub(super) fn rows(dossier: &Dossier) -> Option<(CityRow, Vec<IdentifierRow>)> {
    let Shown { value: city, stamp, withdrawn } = Shown::of(&dossier.city)?;
    let id = dossier.id.to_string();
    let identifiers = if withdrawn { Vec::new() } else { identifiers(&id, city) };
    let row = CityRow {
        id,
        name: city.name.to_string(),
        country: city.country.as_str().to_owned(),
        region: city.region.as_ref().map(ToString::to_string),
        locode: city.locode.as_ref().map(|locode| locode.as_str().to_owned()),
        latitude: city.latitude.map(|angle| angle.get()),
        longitude: city.longitude.map(|angle| angle.get()),
        boundary: city.boundary.to_string(),
        part_of: city.part_of.as_ref().map(ToString::to_string),
        website: city.website.as_ref().map(|address| address.as_str().to_owned()),
        withdrawn,
        revision: stamp.revision,
        sequence: stamp.sequence,
        recorded_at: stamp.recorded_at.naive_utc(),
        recorded_by: stamp.recorded_by.clone(),
        reason: stamp.reason.clone(),
    };
    Some((row, identifiers))
}

fn identifiers(id: &str, city: &City) -> Vec<IdentifierRow> {
    let row = |(register, identifier): (&str, &str)| IdentifierRow {
        city: id.to_owned(),
        register: register.to_owned(),
        identifier: identifier.to_owned(),
    };
    city.identifiers.iter().map(row).collect()
}

/// Changes the row of a city that is there; its identifiers are taken away, to be inserted anew.
pub(super) fn update(connection: &mut AnyConnection, row: &CityRow) -> QueryResult<()> {
    diesel::delete(city_identifiers::table.filter(city_identifiers::city.eq(&row.id))).execute(connection)?;
    diesel::update(cities::table.find(&row.id)).set(row).execute(connection).map(drop)
}

/// Inserts cities that are not there yet.
pub(super) fn insert(connection: &mut AnyConnection, rows: &[CityRow]) -> QueryResult<()> {
    insert_all!(connection, cities::table, rows)
}

/// Inserts identifiers.
pub(super) fn insert_identifiers(connection: &mut AnyConnection, rows: &[IdentifierRow]) -> QueryResult<()> {
    insert_all!(connection, city_identifiers::table, rows)
}

/// Every city's row and every identifier's.
pub(super) fn load(connection: &mut AnyConnection) -> QueryResult<(Vec<CityRow>, Vec<IdentifierRow>)> {
    let rows = cities::table.select(cities::all_columns).load(connection)?;
    let identifiers = city_identifiers::table.select(city_identifiers::all_columns).load(connection)?;
    Ok((rows, identifiers))
}
