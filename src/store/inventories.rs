//! The present state of baselines and reports as rows.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::rows::Shown;
use super::schema::{inventories, inventory_lines};
use crate::record::line::{Line, LineValue};
use crate::record::{Inventory, Kind, Level, Recorded};

/// A row of `inventories`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = inventories, treat_none_as_null = true, primary_key(city, kind, id))]
pub struct InventoryRow {
    pub(super) city: String,
    pub(super) kind: String,
    pub(super) id: String,
    year: i32,
    period_start: Option<NaiveDate>,
    period_end: Option<NaiveDate>,
    basic_kg: Option<i64>,
    basic_plus_kg: Option<i64>,
    scope_1_kg: Option<i64>,
    scope_1_2_kg: Option<i64>,
    scope_1_2_3_kg: Option<i64>,
    own_kg: Option<i64>,
    population: Option<i64>,
    protocol: Option<String>,
    gases: Option<String>,
    gwp: Option<String>,
    credits_retired_kg: Option<i64>,
    uncertainty_percent: Option<f64>,
    verification_level: Option<String>,
    verification_by: Option<String>,
    source_title: String,
    source_url: Option<String>,
    source_publisher: Option<String>,
    source_published: Option<NaiveDate>,
    source_licence: Option<String>,
    source_locator: Option<String>,
    note: Option<String>,
    withdrawn: bool,
    revision: i32,
    pub(super) sequence: i64,
    recorded_at: NaiveDateTime,
    recorded_by: String,
    reason: Option<String>,
}

/// A row of `inventory_lines`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = inventory_lines)]
pub struct LineRow {
    city: String,
    kind: String,
    id: String,
    position: i32,
    gpc_ref: String,
    kg: Option<i64>,
    gas: Option<String>,
    gas_kg: Option<i64>,
    notation: Option<String>,
    explanation: Option<String>,
}

/// The rows that an inventory's record makes.
pub(super) fn rows(
    city: &str,
    kind: Kind,
    id: &str,
    record: &Recorded<Inventory>,
) -> Option<(InventoryRow, Vec<LineRow>)> {
    let Shown { value: inventory, stamp, withdrawn } = Shown::of(record)?;
    let kilograms = |level| inventory.totals.get(level).map(|tonnes| tonnes.kilograms());
    let gases: Vec<&str> = inventory.gases.iter().map(|gas| gas.as_str()).collect();
    let source = &inventory.source;
    let row = InventoryRow {
        city: city.to_owned(),
        kind: kind.to_string(),
        id: id.to_owned(),
        year: inventory.year.get(),
        period_start: inventory.period.map(|period| period.start),
        period_end: inventory.period.map(|period| period.end),
        basic_kg: kilograms(Level::Basic),
        basic_plus_kg: kilograms(Level::BasicPlus),
        scope_1_kg: kilograms(Level::Scope1),
        scope_1_2_kg: kilograms(Level::Scope12),
        scope_1_2_3_kg: kilograms(Level::Scope123),
        own_kg: kilograms(Level::Own),
        population: inventory.population.map(|population| population.get()),
        protocol: inventory.protocol.map(|protocol| protocol.to_string()),
        gases: (!gases.is_empty()).then(|| gases.join(",")),
        gwp: inventory.gwp.map(|set| set.to_string()),
        credits_retired_kg: inventory.credits_retired_tonnes.map(|tonnes| tonnes.kilograms()),
        uncertainty_percent: inventory.uncertainty_percent.map(|percent| percent.get()),
        verification_level: inventory.verification.as_ref().map(|by| by.level.to_string()),
        verification_by: inventory.verification.as_ref().and_then(|by| by.by.as_ref().map(ToString::to_string)),
        source_title: source.title.to_string(),
        source_url: source.url.as_ref().map(|url| url.as_str().to_owned()),
        source_publisher: source.publisher.as_ref().map(ToString::to_string),
        source_published: source.published,
        source_licence: source.licence.as_ref().map(ToString::to_string),
        source_locator: source.locator.as_ref().map(ToString::to_string),
        note: inventory.note.as_ref().map(ToString::to_string),
        withdrawn,
        revision: stamp.revision,
        sequence: stamp.sequence,
        recorded_at: stamp.recorded_at.naive_utc(),
        recorded_by: stamp.recorded_by.clone(),
        reason: stamp.reason.clone(),
    };
    let lines = (0..).zip(&inventory.lines).map(|(position, line)| line_row(&row, position, line)).collect();
    Some((row, lines))
}

fn line_row(of: &InventoryRow, position: i32, line: &Line) -> LineRow {
    let mut row = LineRow {
        city: of.city.clone(),
        kind: of.kind.clone(),
        id: of.id.clone(),
        position,
        gpc_ref: line.reference.as_str().to_owned(),
        kg: None,
        gas: None,
        gas_kg: None,
        notation: None,
        explanation: None,
    };
    match &line.value {
        LineValue::Tonnes { tonnes } => row.kg = Some(tonnes.kilograms()),
        LineValue::Gas { gas, gas_tonnes } => {
            row.gas = Some(gas.to_string());
            row.gas_kg = Some(gas_tonnes.kilograms());
        }
        LineValue::Notation { notation, explanation } => {
            row.notation = Some(notation.to_string());
            row.explanation = explanation.as_ref().map(ToString::to_string);
        }
    }
    row
}

/// Changes the row of an inventory that is there; its lines are taken away, to be inserted anew.
pub(super) fn update(connection: &mut AnyConnection, row: &InventoryRow) -> QueryResult<()> {
    let lines = inventory_lines::table
        .filter(inventory_lines::city.eq(&row.city))
        .filter(inventory_lines::kind.eq(&row.kind))
        .filter(inventory_lines::id.eq(&row.id));
    diesel::delete(lines).execute(connection)?;
    let key = (&row.city, &row.kind, &row.id);
    diesel::update(inventories::table.find(key)).set(row).execute(connection).map(drop)
}

/// Inserts inventories that are not there yet.
pub(super) fn insert(connection: &mut AnyConnection, rows: &[InventoryRow]) -> QueryResult<()> {
    insert_all!(connection, inventories::table, rows)
}

/// Inserts lines.
pub(super) fn insert_lines(connection: &mut AnyConnection, rows: &[LineRow]) -> QueryResult<()> {
    insert_all!(connection, inventory_lines::table, rows)
}

/// Every inventory's row and every line's.
pub(super) fn load(connection: &mut AnyConnection) -> QueryResult<(Vec<InventoryRow>, Vec<LineRow>)> {
    let rows = inventories::table.select(inventories::all_columns).load(connection)?;
    let lines = inventory_lines::table.select(inventory_lines::all_columns).load(connection)?;
    Ok((rows, lines))
}
