//! Worked cases that try to come out better, or worse, than the figures carry; worked by hand.

mod compared;
mod outcomes;
mod time;

use compared::{accounting, coverage, series};
use outcomes::{figures, levels, outcomes};
use serde_json::{Value, json};

use crate::support::BASIC;
use time::{in_time, restated};

/// `body` with more members.
#[allow(clippy::needless_pass_by_value, reason = "the members are written where they are passed")]
fn with(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// An inventory by the GPC with these members.
fn inventory(members: Value) -> Value {
    with(json!({"protocol": "gpc", "source": {"title": "A worked case"}}), members)
}

/// A total at the level BASIC.
fn total(tonnes: i64) -> Value {
    inventory(json!({"totals": {"basic": tonnes}}))
}

/// The body of an inventory as the baseline of a year.
fn of(year: i32, body: Value) -> Value {
    with(body, json!({"year": year}))
}

/// A million tonnes of 2010.
fn million() -> Value {
    of(2010, total(1_000_000))
}

/// A baseline `b1`.
fn base(body: Value) -> Value {
    json!({"b1": body})
}

/// A cut from the baseline `b1`.
fn cut(percent: i32, by: i32) -> Value {
    json!({"kind": "base_year", "level": "basic", "baseline": "b1", "reduction_percent": percent, "target_year": by,
        "standing": "adopted", "source": {"title": "A worked case"}})
}

/// A level, measured from the baseline `b1`.
fn level(tonnes: i64, by: i32) -> Value {
    json!({"kind": "fixed_level", "level": "basic", "baseline": "b1", "tonnes": tonnes, "target_year": by,
        "standing": "adopted", "source": {"title": "A worked case"}})
}

/// A body with a name left out.
fn without(mut body: Value, member: &str) -> Value {
    body.as_object_mut().unwrap().remove(member).unwrap();
    body
}

/// The target `t1`.
fn pledge(body: Value) -> Value {
    json!({"t1": body})
}

/// What must come out of the target `t1`.
fn comes(expect: Value) -> Value {
    json!({"t1": expect})
}

fn case(name: &str, baselines: Value, reports: Value, targets: Value, expect: Value) -> Value {
    json!({"case": name, "baselines": baselines, "reports": reports, "targets": targets, "expect": expect})
}

/// What is recorded next, and what must come out of `t1` then.
fn step(path: &str, body: Value, expect: Value) -> Value {
    json!({"put": path, "body": body, "expect": comes(expect)})
}

/// The lines of an inventory: those named by `given`, and the others of BASIC as not occurring.
///
/// A number is tonnes, an upper-case word a notation key, perhaps with its explanation after it, and an object is
/// tonnes by gas.
fn lines(given: &Value) -> Value {
    let given = given.as_object().unwrap();
    let line = |name: &str, value: &Value| match value {
        Value::String(text) => {
            let (notation, explanation) = text.split_once(' ').unwrap_or((text, "as told"));
            vec![json!({"ref": name, "notation": notation, "explanation": explanation})]
        }
        Value::Object(gases) => {
            gases.iter().map(|(gas, tonnes)| json!({"ref": name, "gas": gas, "gas_tonnes": tonnes})).collect()
        }
        tonnes => vec![json!({"ref": name, "tonnes": tonnes})],
    };
    let beside = BASIC.iter().filter(|name| !given.contains_key(**name));
    let others = beside.map(|name| json!({"ref": name, "notation": "NO"}));
    given.iter().flat_map(|(name, value)| line(name, value)).chain(others).collect()
}

fn listed(given: Value) -> Value {
    inventory(json!({"lines": lines(&given)}))
}

/// Every case.
pub fn cases() -> Vec<Value> {
    [coverage(), accounting(), series(), restated(), in_time(), outcomes(), levels(), figures()].concat()
}
