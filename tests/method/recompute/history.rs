//! The cautions about what was changed after the fact, worked out anew from section 7 of the method.

use serde_json::{Value, json};

use super::cautions::between;
use super::comparison::base_of;
use super::inventory::{Inventory, Record, Records, State, tonnes};
use super::judgement::{Case, line};
use super::{Found, Unit, year_of};

/// Every caution of history about a target that is judged.
pub fn cautions(case: &Case<'_>) -> Found<Vec<Value>> {
    let mut found = restated_inventory(case);
    found.extend(restated_target(case)?);
    found.extend(weakened(case)?);
    Ok(found)
}

/// The states of a record in the order of their publication, today's last.
fn states<'r>(record: &Record<'r>) -> Vec<&'r State> {
    record.earlier.iter().copied().chain([record.now]).collect()
}

/// A figure that a target was measured from: its year and amount.
type Measured = (i32, f64);

/// A caution for each state whose figure is not that of the state before.
fn moved(case: &Case<'_>, states: &[(Measured, &State)]) -> Vec<Value> {
    let caution = |pair: &[(Measured, &State)]| {
        let (((from, old), _), ((to, new), state)) = (pair[0], pair[1]);
        let years = if from == to { vec![to] } else { vec![from, to] };
        let told = between("baseline_restated", &years, case.unit, old, new);
        (from != to || case.unit.round(old - new) != 0.0).then(|| changed(told, state, None))
    };
    states.windows(2).filter_map(caution).collect()
}

/// A caution with when and why it changed.
fn changed(mut caution: Value, state: &State, day: Option<&str>) -> Value {
    caution["changed_on"] = json!(day.unwrap_or(&state.recorded_on));
    caution["reason"] = json!(state.reason);
    caution
}

/// The figures of the inventory that the target is measured from.
fn restated_inventory(case: &Case<'_>) -> Vec<Value> {
    let Some(base) = &case.base else { return Vec::new() };
    let measured = |state: &'_ State| {
        let inventory = Inventory(&state.body);
        let amount = case.unit.of_tonnes(tonnes(inventory.figure(&case.scope)?), inventory.people())?;
        let year = if base.id.is_some() { year_of(&state.body) } else { base.year };
        Some((year, amount))
    };
    let states: Vec<(Measured, &State)> =
        states(&base.record).into_iter().filter_map(|state| Some((measured(state)?, state))).collect();
    moved(case, &states)
}

/// The figures that the states of the target were measured from.
fn restated_target(case: &Case<'_>) -> Found<Vec<Value>> {
    let record = record_of(case.target["target"].as_str().unwrap(), case.records).unwrap();
    let mut found = Vec::new();
    for state in states(&record).into_iter().filter(|state| Unit::of(&state.body).ending == case.unit.ending) {
        let base = base_of(&state.body, case.unit, case.records, case.judged_on)?;
        let amount = base.as_ref().and_then(|base| {
            Some((base.year, case.unit.of_tonnes(tonnes(base.kilograms?), base.inventory().people())?))
        });
        found.extend(amount.map(|amount| (amount, state)));
    }
    Ok(moved(case, &found))
}

fn record_of<'r>(id: &str, records: &'r Records) -> Option<Record<'r>> {
    Record::of(records.targets.get(id)?)
}

/// The states that bound the city: a proposal binds nobody, and is made no pledge by being superseded.
fn binding<'r>(states: &[&'r State]) -> Vec<Option<&'r State>> {
    let standing = |state: &State| state.body["standing"].as_str().unwrap_or_default().to_owned();
    let mut bound = states.first().is_some_and(|first| standing(first) == "superseded");
    let states = states.iter().map(|state| {
        bound |= ["adopted", "in_law"].contains(&standing(state).as_str());
        (bound && !["proposed", "withdrawn"].contains(&standing(state).as_str())).then_some(*state)
    });
    states.collect()
}

/// The ids of the targets that one replaced, directly or by others between.
fn replaced(id: &str, records: &Records) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = vec![id.to_owned()];
    while let Some(successor) = open.pop() {
        for before in records.targets.keys() {
            let record = record_of(before, records);
            let by = record.as_ref().and_then(|record| record.now.body["superseded_by"].as_str());
            if by == Some(successor.as_str()) && before != id && !found.contains(before) {
                found.push(before.clone());
                open.push(before.clone());
            }
        }
    }
    found.sort();
    found
}

/// What earlier pledges asked for in years in which the pathway allows more now.
fn weakened(case: &Case<'_>) -> Found<Vec<Value>> {
    let Ok(pathway) = &case.line else { return Ok(Vec::new()) };
    let id = case.target["target"].as_str().unwrap();
    let record = record_of(id, case.records).unwrap();
    // Each pledge with the state that ended it, the day, and whom it belongs to.
    let mut pledges: Vec<(&State, &State, Option<&str>, Option<String>)> = Vec::new();
    let own = states(&record);
    for (old, next) in binding(&own[..own.len() - 1]).into_iter().zip(&own[1..]) {
        pledges.extend(old.map(|old| (old, *next, None, None)));
    }
    let before = replaced(id, case.records);
    let others: Vec<Record<'_>> = before.iter().map(|id| record_of(id, case.records).unwrap()).collect();
    for (id, record) in before.iter().zip(&others) {
        let set_on = case.target["set_on"].as_str();
        let bound = binding(&states(record)).into_iter().flatten();
        pledges.extend(bound.map(|old| (old, record.now, set_on, Some(id.clone()))));
    }
    // By the year, what was asked for, and the target replaced.
    type Key = (i32, i64, Option<String>);
    let mut found: Vec<(Key, Value)> = Vec::new();
    for (old, by, day, replaced) in pledges {
        for (year, amount, cut) in asked(&old.body, case)? {
            let says = pathway.base.map_or(pathway.target.0 <= year, |(base, _)| base < year);
            if !says || case.at_most(pathway.at(year), amount) {
                continue;
            }
            let mut caution = between("target_weakened", &[year], case.unit, amount, pathway.at(year));
            caution["replaced"] = json!(replaced);
            caution["asked_reduction_percent"] = json!(cut.map(|(percent, _)| percent));
            caution[format!("asked_of_{}", case.unit.ending)] = json!(cut.map(|(_, of)| of));
            let key = (year, (case.unit.round(amount) * case.unit.parts).round() as i64, replaced.clone());
            // The same pledge of several revisions is told once, by what ended it last.
            found.retain(|(other, _)| *other != key);
            found.push((key, changed(caution, by, day)));
        }
    }
    Ok(found.into_iter().map(|(_, caution)| caution).collect())
}

/// What a pledge asked for in a year, and the percentage, and of what, that it was stated as.
type Asked = (i32, f64, Option<(f64, f64)>);

fn asked(old: &Value, case: &Case<'_>) -> Found<Vec<Asked>> {
    let end = old["target_year"].as_i64().unwrap() as i32;
    let percent = old["reduction_percent"].as_f64();
    if old.get("sector") != case.target.get("sector") {
        return Ok(Vec::new());
    }
    let unit = Unit::of(old);
    if old["level"] != case.target["level"] || unit.ending != case.unit.ending {
        // A pledge of zero is zero at every level.
        let level = old["tonnes"].as_f64().or(old["tonnes_per_person"].as_f64());
        let zero = level.is_some_and(|level| level <= 0.0) || percent.is_some_and(|percent| percent >= 100.0);
        return Ok(zero.then_some((end, 0.0, None)).into_iter().collect());
    }
    let base = base_of(old, unit, case.records, case.judged_on)?;
    let amount = base.as_ref().and_then(|base| unit.of_tonnes(tonnes(base.kilograms?), base.inventory().people()));
    let mut found = Vec::new();
    for milestone in old["milestones"].as_array().into_iter().flatten() {
        let cut = milestone["reduction_percent"].as_f64().zip(amount);
        let reduced = cut.map(|(percent, of)| of * (1.0 - percent / 100.0));
        found
            .extend(amount.and(milestone["tonnes"].as_f64().or(reduced)).map(|asked| (year_of(milestone), asked, cut)));
    }
    let Ok(pathway) = line(old, unit, base.as_ref())? else { return Ok(found) };
    let of = old["scenario_tonnes"].as_f64().or(amount).filter(|_| pathway.target.1 == pathway.gross);
    found.push((end, pathway.target.1, percent.zip(of)));
    Ok(found)
}

/// The day on which the log first held, after a target year, that the target had ended within it.
pub fn claimed_later(target: &Value, records: &Records) -> Option<Value> {
    let record = record_of(target["target"].as_str()?, records)?;
    let due = format!("{}-12-31", target["target_year"]);
    let says = |state: &State| match state.body["ended_on"].as_str() {
        Some(year) if year.len() == 4 => format!("{year}-12-31") <= due,
        Some(day) => day <= due.as_str(),
        None => false,
    };
    if !says(record.now) {
        return None;
    }
    let first = states(&record).into_iter().filter(|state| says(state)).map(|state| &state.recorded_on).min()?;
    let year = target["target_year"].as_i64()?;
    (**first > *due).then(|| json!({"code": "ended_claimed_later", "years": [year], "changed_on": first}))
}
