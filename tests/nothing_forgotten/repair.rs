//! What a schema cannot say: rules that make of any values of the schemas records that are valid beside each other.
//!
//! They put values right and leave out what excludes each other. A member that no rule knows of stays as it is.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Map, Value, json};

use super::schema::Schemas;

/// The levels at which a total may be below 0.
const NEGATIVE: [&str; 3] = ["basic_plus", "consumption", "own"];
/// The ids that records of a case have.
pub const BASELINES: [&str; 2] = ["first", "of-1990"];
pub const TARGETS: [&str; 3] = ["first", "then", "2050-zero"];
pub const YEARS: [i32; 3] = [1999, 2008, 2019];
/// The cities that those of a case are a part of, or came from.
pub const GROUND: [&str; 5] = ["us-ground", "us-former-1", "us-former-2", "us-former-3", "us-former-4"];

fn members(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().unwrap()
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    value.as_array_mut().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Where a word stands in a list.
fn place(words: &[&str], word: &Value) -> usize {
    words.iter().position(|known| *word == *known).unwrap()
}

/// The words of a list in the order of a vocabulary, none twice, as records keep them.
fn in_order(words: &mut Value, vocabulary: &[&str]) {
    list(words).sort_by_key(|word| place(vocabulary, word));
    list(words).dedup();
}

/// What is empty says nothing, and a record does not have it.
fn drop_empty(body: &mut Value) {
    let is_empty = |value: &Value| *value == json!([]) || *value == json!({});
    members(body).retain(|_, value| !is_empty(value));
}

/// The amount without its sign.
fn unsigned(amount: &mut Value) {
    if number(amount) < 0.0 {
        *amount = if amount.is_i64() { json!(-amount.as_i64().unwrap()) } else { json!(-number(amount)) };
    }
}

/// A city, the one of this number.
pub fn city(body: &mut Value, case: usize) {
    members(body).remove("reason");
    let country = ["US", "DE", "JP", "BR"][case % 4];
    body["country"] = json!(country);
    if body.get("locode").is_some() {
        let letter = |count: usize| char::from(b'A' + u8::try_from(count % 26).unwrap());
        body["locode"] = json!(format!("{country} {}{}{}", letter(case / 676), letter(case / 26), letter(case)));
    }
    for (register, id) in body.get_mut("identifiers").into_iter().flat_map(members) {
        *id = json!(format!("{} {register} {case}", text(id)));
    }
    if body.get("latitude").is_some() != body.get("longitude").is_some() {
        (body["latitude"], body["longitude"]) = (json!(1.5), json!(-2));
    }
    if body.get("part_of").is_some() {
        body["part_of"] = json!(GROUND[0]);
    }
    for (index, predecessor) in body.get_mut("predecessors").into_iter().flat_map(list).enumerate() {
        predecessor["city"] = json!(GROUND[1 + index]);
    }
    // Recorded where it is left out.
    members(body).entry("boundary").or_insert(json!("community"));
    drop_empty(body);
}

/// The inventory of a year: a baseline, which is above 0, or a report.
pub fn inventory(body: &mut Value, year: i32, is_baseline: bool, schemas: &Schemas) {
    members(body).remove("reason");
    body["year"] = json!(year);
    if let Some(period) = body.get_mut("period") {
        let day = |name: &str| period[name].as_str().unwrap().parse::<NaiveDate>().unwrap();
        let start = NaiveDate::from_yo_opt(year, day("start").ordinal().min(365)).unwrap();
        let end = start.checked_add_days(Days::new(359 + u64::from(day("end").ordinal() % 11))).unwrap();
        *period = json!({"start": start, "end": end});
    }
    if is_baseline {
        for (_, total) in body.get_mut("totals").into_iter().flat_map(members) {
            unsigned(total);
            *total = if number(total) == 0.0 { json!(1) } else { total.clone() };
        }
    }
    if let Some(gases) = body.get_mut("gases") {
        in_order(gases, &schemas.words("Gas"));
    }
    for stated in body.get_mut("also_stated").into_iter().flat_map(list) {
        if !NEGATIVE.contains(&stated["level"].as_str().unwrap()) {
            unsigned(&mut stated["tonnes"]);
        }
    }
    lines(body, schemas);
    drop_empty(body);
    if body.get("totals").is_none() && body.get("lines").is_none() {
        body["totals"] = json!({"own": 7.125});
    }
}

/// The lines of an inventory: each in one of the three forms, none twice.
fn lines(body: &mut Value, schemas: &Schemas) {
    let Some(mut lines) = members(body).remove("lines") else { return };
    let mut seen = BTreeSet::new();
    list(&mut lines).retain(|line| seen.insert(text(&line["ref"])));
    for line in list(&mut lines) {
        let form = match place(&schemas.words("GpcRef"), &line["ref"]) % 3 {
            0 => ["tonnes"].as_slice(),
            1 => &["gas", "gas_tonnes"],
            _ => &["notation", "explanation"],
        };
        let others = ["tonnes", "gas", "gas_tonnes", "notation", "explanation"];
        members(line).retain(|name, _| form.contains(&name.as_str()) || !others.contains(&name.as_str()));
        for (name, value) in
            [("tonnes", json!(1.5)), ("gas", json!("ch4")), ("gas_tonnes", json!(2)), ("notation", json!("NE"))]
        {
            if form.contains(&name) {
                members(line).entry(name).or_insert(value);
            }
        }
        if line["ref"] != "V.2" && line["ref"] != "V.3" {
            ["tonnes", "gas_tonnes"].iter().filter_map(|name| line.get_mut(*name).map(unsigned)).count();
        }
    }
    if lines.as_array().unwrap().iter().any(|line| line.get("gas").is_some()) {
        // The set of 1995 has no value for every gas.
        let gwp = body.get("gwp").filter(|gwp| **gwp != "ar2").cloned();
        body["gwp"] = gwp.unwrap_or(json!("ar5"));
    }
    body["lines"] = lines;
}

/// The target of this place among those of a case.
pub fn target(body: &mut Value, index: usize, schemas: &Schemas) {
    members(body).remove("reason");
    let odd = body["target_year"].as_i64().unwrap() % 2 == 1;
    body["target_year"] = json!(2030 + body["target_year"].as_i64().unwrap() % 71);
    let kind = text(&body["kind"]);
    let mut level = match kind.as_str() {
        "fixed_level" if odd => vec![("tonnes", json!(0))],
        "fixed_level" => vec![("tonnes_per_person", json!(2.5))],
        _ => vec![("reduction_percent", json!(50))],
    };
    if kind == "baseline_scenario" {
        level.push(("scenario_tonnes", json!(5000)));
    }
    let of_kinds = ["reduction_percent", "tonnes", "tonnes_per_person", "scenario_tonnes"];
    members(body).retain(|name, _| !of_kinds.contains(&name.as_str()) || level.iter().any(|(own, _)| own == name));
    for (name, value) in level {
        members(body).entry(name).or_insert(value);
    }
    base(body, &kind, odd);
    milestones(body, &kind);
    end(body, index);
    if let Some(sector) = body.get_mut("sector").filter(|sector| sector.is_array()) {
        in_order(sector, &schemas.words("GpcRef"));
    }
    drop_empty(body);
}

/// What a target is measured from: a baseline or a year, not both, and nothing only of a fixed level.
fn base(body: &mut Value, kind: &str, odd: bool) {
    members(body).remove(if odd { "baseline" } else { "base_year" });
    if kind != "fixed_level" && body.get("baseline").is_none() && body.get("base_year").is_none() {
        body["baseline"] = json!("");
    }
    if body.get("baseline").is_some() {
        body["baseline"] = json!(BASELINES[0]);
    }
    if let Some(year) = body.get_mut("base_year") {
        *year = json!(1980 + year.as_i64().unwrap() % 21);
    }
}

/// The milestones of a target, by year, each in one of the two forms.
fn milestones(body: &mut Value, kind: &str) {
    let has_base = body.get("baseline").is_some() || body.get("base_year").is_some();
    let Some(milestones) = body.get_mut("milestones") else { return };
    for milestone in list(milestones) {
        let year = 2001 + milestone["year"].as_i64().unwrap() % 29;
        milestone["year"] = json!(year);
        let in_percent = has_base && kind != "baseline_scenario" && year % 2 == 0;
        let (form, other, value) =
            if in_percent { ("reduction_percent", "tonnes", 12.5) } else { ("tonnes", "reduction_percent", 0.5) };
        members(milestone).remove(other);
        members(milestone).entry(form).or_insert(json!(value));
    }
    list(milestones).sort_by_key(|milestone| milestone["year"].as_i64().unwrap());
    list(milestones).dedup_by_key(|milestone| milestone["year"].as_i64().unwrap());
}

/// How a target ended, if its standing says that it has.
fn end(body: &mut Value, index: usize) {
    let standing = text(&body["standing"]);
    if !["superseded", "withdrawn"].contains(&standing.as_str()) {
        members(body).remove("ended_on");
    }
    if standing != "superseded" || index == 0 {
        members(body).remove("superseded_by");
    }
    if body.get("superseded_by").is_some() {
        body["superseded_by"] = json!(TARGETS[0]);
    }
    if body.get("ended_on").is_some() {
        let is_day = body["ended_on"].as_str().is_some_and(|text| text.len() == 10);
        body["ended_on"] = if is_day { json!("2024-02-29") } else { json!("2023") };
        if body.get("set_on").is_some() {
            body["set_on"] = json!("2019-04-29");
        }
    }
}

/// The statement of a city.
pub fn statement(body: &mut Value) {
    members(body).remove("reason");
    if body.get("target").is_some() {
        body["target"] = json!(TARGETS[1]);
    }
}

/// A network.
pub fn network(body: &mut Value) {
    members(body).remove("reason");
}

/// A membership, which ends after it began.
pub fn member(body: &mut Value) {
    members(body).remove("reason");
    if let (Some(joined), Some(left)) = (body.get("joined_on").map(text), body.get("left_on").map(text)) {
        (body["joined_on"], body["left_on"]) =
            (json!(joined.clone().min(left.clone())), json!(joined.clone().max(left.clone())));
        if joined == left {
            members(body).remove("left_on");
        }
    }
}
