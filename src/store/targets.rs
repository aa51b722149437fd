//! The present state of targets as rows.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::rows::Shown;
use super::schema::{target_milestones, targets};
use crate::record::target::MilestoneLevel;
use crate::record::{Goal, Kind, Recorded, Target};

/// A row of `targets`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = targets, treat_none_as_null = true, primary_key(city, id))]
pub struct TargetRow {
    pub(super) city: String,
    pub(super) id: String,
    kind: String,
    level: String,
    sector: Option<String>,
    baseline: Option<String>,
    baseline_kind: Option<String>,
    base_year: Option<i32>,
    reduction_percent: Option<f64>,
    level_kg: Option<i64>,
    scenario_kg: Option<i64>,
    target_year: i32,
    max_offset_percent: Option<f64>,
    standing: String,
    set_on: Option<NaiveDate>,
    superseded_by: Option<String>,
    conditional: Option<bool>,
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

/// A row of `target_milestones`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = target_milestones)]
pub struct MilestoneRow {
    pub(super) city: String,
    pub(super) target: String,
    pub(super) year: i32,
    kg: Option<i64>,
    reduction_percent: Option<f64>,
}

/// The rows that a target's record makes.
pub(super) fn rows(city: &str, id: &str, record: &Recorded<Target>) -> Option<(TargetRow, Vec<MilestoneRow>)> {
    let Shown { value: target, stamp, withdrawn } = Shown::of(record)?;
    let (reduction, level, scenario) = match target.goal {
        Goal::BaseYear { reduction_percent } | Goal::BaseYearIntensity { reduction_percent } => {
            (Some(reduction_percent), None, None)
        }
        Goal::FixedLevelPerPerson { .. } => (None, None, None),
        Goal::FixedLevel { tonnes } => (None, Some(tonnes), None),
        Goal::BaselineScenario { reduction_percent, scenario_tonnes } => {
            (Some(reduction_percent), None, Some(scenario_tonnes))
        }
    };
    let source = &target.source;
    let row = TargetRow {
        city: city.to_owned(),
        id: id.to_owned(),
        kind: target.goal.kind().to_string(),
        level: target.level.to_string(),
        sector: target.sector.as_ref().map(ToString::to_string),
        baseline: target.baseline.as_ref().map(ToString::to_string),
        baseline_kind: target.baseline.as_ref().map(|_| Kind::Baseline.to_string()),
        base_year: target.base_year.map(|year| year.get()),
        reduction_percent: reduction.map(|percent| percent.get()),
        level_kg: level.map(|tonnes| tonnes.kilograms()),
        scenario_kg: scenario.map(|tonnes| tonnes.kilograms()),
        target_year: target.target_year.get(),
        max_offset_percent: target.max_offset_percent.map(|percent| percent.get()),
        standing: target.standing.to_string(),
        set_on: target.set_on,
        superseded_by: target.superseded_by.as_ref().map(ToString::to_string),
        conditional: target.conditional,
        source_title: source.title.to_string(),
        source_url: source.url.as_ref().map(|url| url.as_str().to_owned()),
        source_publisher: source.publisher.as_ref().map(ToString::to_string),
        source_published: source.published,
        source_licence: source.licence.as_ref().map(ToString::to_string),
        source_locator: source.locator.as_ref().map(ToString::to_string),
        note: target.note.as_ref().map(ToString::to_string),
        withdrawn,
        revision: stamp.revision,
        sequence: stamp.sequence,
        recorded_at: stamp.recorded_at.naive_utc(),
        recorded_by: stamp.recorded_by.clone(),
        reason: stamp.reason.clone(),
    };
    let milestones = target.milestones.iter().map(|milestone| {
        let (kg, reduction_percent) = match milestone.level {
            MilestoneLevel::Tonnes { tonnes } => (Some(tonnes.kilograms()), None),
            MilestoneLevel::Reduction { reduction_percent } => (None, Some(reduction_percent.get())),
        };
        let year = milestone.year.get();
        MilestoneRow { city: city.to_owned(), target: id.to_owned(), year, kg, reduction_percent }
    });
    let milestones = milestones.collect();
    Some((row, milestones))
}

/// Changes the row of a target that is there; its milestones are taken away, to be inserted anew.
pub(super) fn update(connection: &mut AnyConnection, row: &TargetRow) -> QueryResult<()> {
    let milestones = target_milestones::table
        .filter(target_milestones::city.eq(&row.city))
        .filter(target_milestones::target.eq(&row.id));
    diesel::delete(milestones).execute(connection)?;
    diesel::update(targets::table.find((&row.city, &row.id))).set(row).execute(connection).map(drop)
}

/// Inserts targets that are not there yet.
pub(super) fn insert(connection: &mut AnyConnection, rows: &[TargetRow]) -> QueryResult<()> {
    insert_all!(connection, targets::table, rows)
}

/// Inserts milestones.
pub(super) fn insert_milestones(connection: &mut AnyConnection, rows: &[MilestoneRow]) -> QueryResult<()> {
    insert_all!(connection, target_milestones::table, rows)
}

/// Every target's row and every milestone's.
pub(super) fn load(connection: &mut AnyConnection) -> QueryResult<(Vec<TargetRow>, Vec<MilestoneRow>)> {
    let rows = targets::table.select(targets::all_columns).load(connection)?;
    let milestones = target_milestones::table.select(target_milestones::all_columns).load(connection)?;
    Ok((rows, milestones))
}
