//! What a file changes in a report that is recorded: its figures, its other members and its lines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::method::Ratio;
use crate::record::any_record::AnyRecord;
use crate::record::line::{Line, LineValue};
use crate::record::{Inventory, Level, Tonnes};

/// A figure that differs from the one recorded before.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FigureChange {
    /// Its level.
    pub level: Level,
    /// What was recorded, in t CO2e.
    pub old_tonnes: Option<Tonnes>,
    /// What the row says, in t CO2e.
    pub new_tonnes: Option<Tonnes>,
    /// The change in percent of what was recorded; absent when that is 0 or missing.
    pub change_percent: Option<Ratio>,
}

/// A member of the report, other than its lines, that differs from what was recorded before.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberChange {
    /// Its place in the report as a JSON pointer.
    #[schema(example = "/population")]
    pub pointer: String,
    /// What was recorded, as JSON of any kind; absent when nothing was.
    #[schema(value_type = Value, required = false, example = 3_950_000)]
    pub old: Option<Value>,
    /// What the row says, as JSON of any kind; absent when it says nothing.
    #[schema(value_type = Value, required = false, example = 3_898_474)]
    pub new: Option<Value>,
    /// The change in percent of what was recorded; absent when that is 0, missing or no number.
    pub change_percent: Option<Ratio>,
}

/// How many lines of the report differ; all 0 where only their order does.
///
/// A line is the same one when its reference and its gas are the same.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct LineChanges {
    /// How many lines are new.
    #[schema(example = 1)]
    pub added: usize,
    /// How many lines are gone.
    #[schema(example = 0)]
    pub removed: usize,
    /// How many lines say something else.
    #[schema(example = 2)]
    pub changed: usize,
}

/// The figures that differ, level by level.
#[must_use]
pub fn of_figures(before: &Inventory, after: &Inventory) -> Vec<FigureChange> {
    let figure = |inventory: &Inventory, level| inventory.figure(level).map(|figure| figure.tonnes);
    let change = |level: &Level| {
        let (old, new) = (figure(before, *level), figure(after, *level));
        let change_percent = percent(old.map(Tonnes::get), new.map(Tonnes::get));
        (old != new).then_some(FigureChange { level: *level, old_tonnes: old, new_tonnes: new, change_percent })
    };
    Level::ALL.iter().filter_map(change).collect()
}

/// The members that differ, by their pointers; lines are not among them.
#[must_use]
pub fn of_members(before: &Arc<Inventory>, after: &Arc<Inventory>) -> Vec<MemberChange> {
    let (mut old, mut new) = (members(before), members(after));
    let pointers: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
    let change = |pointer: String| {
        let (old, new) = (old.remove(&pointer), new.remove(&pointer));
        let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64);
        let change_percent = percent(number(&old), number(&new));
        (old != new).then_some(MemberChange { pointer, old, new, change_percent })
    };
    pointers.into_iter().filter_map(change).collect()
}

/// How many lines differ; none when all are as they were.
#[must_use]
pub fn of_lines(before: &Inventory, after: &Inventory) -> Option<LineChanges> {
    if before.lines == after.lines {
        return None;
    }
    let (old, new) = (by_identity(&before.lines), by_identity(&after.lines));
    Some(LineChanges {
        added: new.keys().filter(|key| !old.contains_key(*key)).count(),
        removed: old.keys().filter(|key| !new.contains_key(*key)).count(),
        changed: new.iter().filter(|(key, line)| old.get(*key).is_some_and(|before| before != *line)).count(),
    })
}

/// The change in percent of what was; none where that is 0.
fn percent(old: Option<f64>, new: Option<f64>) -> Option<Ratio> {
    let (old, new) = old.filter(|old| *old > 0.0).zip(new)?;
    Ratio::new(100.0 * (new - old) / old)
}

/// The members of a report by their pointers, those of objects one by one; without its lines.
fn members(report: &Arc<Inventory>) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let Value::Object(body) = AnyRecord::Inventory(Arc::clone(report)).body() else { return found };
    for (name, value) in body.into_iter().filter(|(name, _)| name != "lines") {
        match value {
            Value::Object(inner) => {
                found.extend(inner.into_iter().map(|(inner, value)| (format!("/{name}/{inner}"), value)));
            }
            value => {
                found.insert(format!("/{name}"), value);
            }
        }
    }
    found
}

/// The lines by what makes each the same one: an inventory has one of a reference, or one of each gas.
fn by_identity(lines: &[Line]) -> BTreeMap<(&str, Option<&'static str>), &Line> {
    let gas = |line: &Line| match &line.value {
        LineValue::Gas { gas, .. } => Some(gas.as_str()),
        _ => None,
    };
    lines.iter().map(|line| ((line.reference.as_str(), gas(line)), line)).collect()
}
