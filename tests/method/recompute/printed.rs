//! A judgement as it must be printed: its figures, its numbers, and what of them may be absent.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::inventory::{Inventory, Record, Records, tonnes};
use super::judgement::{Case, Ruling, Used};
use super::{Found, Unit, cautions, check, comparison, history, judgement, members, opinions, year_of};

/// A judgement as it must be printed.
pub fn expected(printed: &Value, records: &Records, judged_on: &str) -> Found<Value> {
    let id = printed["target"].as_str().ok_or("the id is missing")?;
    let states = records.targets.get(id).ok_or("the target is not recorded")?;
    let record = Record::of(states).ok_or("the target is withdrawn")?;
    let mut target = record.now.body.clone();
    target["target"] = json!(id);
    let unit = Unit::of(&target);
    let case = Case::of(&target, unit, records, judged_on)?;
    let ruling = case.ruling();
    let mut told = members(json!({
        "unit": if unit.is_per_person() { "t_co2e_per_person" } else { "t_co2e" },
        "verdict": ruling.verdict, "course": ruling.course, "reason": ruling.reason, "overdue_years": ruling.overdue_years,
        "judged_milestones": [], "pathway": [], "figures": [], "left_out": [],
    }));
    told.extend(members(summary_of(&case, &ruling, record.now.revision)));
    if ruling.verdict != "not_judged" {
        inputs(&mut told, &case, &ruling, printed);
        numbers(&mut told, &case, &ruling);
        told.extend(opinions::opinions(&case, &ruling)?);
    }
    let cautions = expected_cautions(&case, &ruling, printed)?;
    let codes: BTreeSet<&str> = cautions.iter().filter_map(|caution| caution["code"].as_str()).collect();
    let sure = confidence(&codes, target["level"] == "own", cautions::declares_only_co2(&case, &ruling));
    told.insert("confidence".to_owned(), json!(sure));
    told.insert("cautions".to_owned(), json!(cautions));
    Ok(Value::Object(told))
}

/// What the record says of the target, and what it comes to.
fn summary_of(case: &Case<'_>, ruling: &Ruling, revision: i64) -> Value {
    let mut told = case.target.clone();
    for name in ["source", "note", "superseded_by"] {
        told.as_object_mut().unwrap().remove(name);
    }
    told["revision"] = json!(revision);
    if ruling.verdict != "not_judged" {
        // A level and a scenario ask for the same whatever is known of the base.
        let asked = case.line.as_ref().ok().map(|line| (line.target.1, line.gross)).or_else(|| {
            let alone = match case.target["kind"].as_str()? {
                "fixed_level" => case.target[case.unit.ending].as_f64()?,
                "baseline_scenario" => {
                    let left = 1.0 - case.target["reduction_percent"].as_f64()? / 100.0;
                    case.target["scenario_tonnes"].as_f64()? * left
                }
                _ => amount_of_base(case)? * (1.0 - case.target["reduction_percent"].as_f64()? / 100.0),
            };
            Some((alone, alone))
        });
        told[format!("target_{}", case.unit.ending)] = json!(asked.map(|(asked, _)| asked));
        let gross =
            asked.filter(|(asked, gross)| case.unit.round(*asked) > case.unit.round(*gross)).map(|(_, gross)| gross);
        told[format!("target_gross_{}", case.unit.ending)] = json!(gross);
    }
    told
}

/// `B`, whether or not a pathway can begin with it.
fn amount_of_base(case: &Case<'_>) -> Option<f64> {
    let base = case.base.as_ref()?;
    case.unit.of_tonnes(tonnes(base.kilograms?), base.inventory().people())
}

/// What an inventory gives to a target a person, beside its tonnes.
fn of_people(told: &mut Map<String, Value>, unit: Unit, tonnes: Option<f64>, inventory: Inventory<'_>) {
    if let Some(people) = inventory.people().filter(|_| unit.is_per_person()) {
        told.insert("population".to_owned(), json!(people));
        told.insert("tonnes_per_person".to_owned(), json!(tonnes.map(|tonnes| tonnes / people)));
    }
}

fn credits(told: &mut Map<String, Value>, unit: Unit, inventory: Inventory<'_>) {
    let credits = inventory.0["credits_retired_tonnes"].as_f64();
    let each = credits.zip(inventory.people()).filter(|_| unit.is_per_person());
    told.insert("credits_retired_tonnes".to_owned(), json!(credits));
    told.insert("credits_retired_tonnes_per_person".to_owned(), json!(each.map(|(credits, people)| credits / people)));
}

/// A figure with its source; `warnings` are those printed.
fn cited(case: &Case<'_>, kilograms: i64, year: i32, record: &Record<'_>, warnings: &Value) -> Map<String, Value> {
    let inventory = record.inventory();
    let also: Vec<&Value> = inventory.0["also_stated"].as_array().into_iter().flatten().collect();
    let also =
        also.into_iter().filter(|other| case.scope.sector.is_none() && other["level"] == case.scope.level.as_str());
    let also: Vec<&Value> = also.collect();
    let mut told = members(json!({"year": year, "tonnes": tonnes(kilograms), "revision": record.now.revision,
        "source": inventory.0["source"], "uncertainty_percent": inventory.0["uncertainty_percent"], "warning_codes": warnings,
        "also_stated": (!also.is_empty()).then_some(also)}));
    of_people(&mut told, case.unit, Some(tonnes(kilograms)), inventory);
    told
}

/// What is known of the figures, whether or not there is a verdict.
fn inputs(told: &mut Map<String, Value>, case: &Case<'_>, ruling: &Ruling, printed: &Value) {
    if let Some(base) = case.base.as_ref()
        && let Some(kilograms) = base.kilograms
    {
        let mut row = cited(case, kilograms, base.year, &base.record, &printed["baseline_figure"]["warning_codes"]);
        row.insert("id".to_owned(), json!(base.id));
        told.insert("baseline_figure".to_owned(), Value::Object(row));
    }
    told.insert("base_year_report".to_owned(), json!(base_year_report(case)));
    let figures = case.used.iter().zip(0..).map(|(report, place)| {
        let warnings = &printed["figures"][place as usize]["warning_codes"];
        figure(case, report, warnings)
    });
    told.insert("figures".to_owned(), figures.collect());
    told.insert(
        "left_out".to_owned(),
        case.left_out.iter().map(|(year, record, obstacle)| left_out(case, *year, record, obstacle)).collect(),
    );
    let points = case.line.as_ref().map(judgement::Line::points).unwrap_or_default();
    let points = points.iter().map(|(year, amount)| json!({"year": year, case.unit.ending: amount}));
    told.insert("pathway".to_owned(), points.collect());
    if ruling.verdict != "not_comparable" {
        told.insert("judged_milestones".to_owned(), json!(case.milestones()));
    }
    if let Some(place) = ruling.judged {
        let report = &case.used[place];
        let kilograms = report.record.inventory().figure(&case.scope).unwrap();
        let mut row = cited(case, kilograms, report.year, &report.record, &printed["judged_figure"]["warning_codes"]);
        credits(&mut row, case.unit, report.record.inventory());
        told.insert("judged_figure".to_owned(), Value::Object(row));
    }
}

fn figure(case: &Case<'_>, report: &Used<'_>, warnings: &Value) -> Value {
    let inventory = report.record.inventory();
    let amount = tonnes(inventory.figure(&case.scope).unwrap());
    let mut row = members(json!({"year": report.year, "tonnes": amount, "revision": report.record.now.revision,
        "of_other_gwp": report.of_other_gwp.then_some(true), "warning_codes": warnings}));
    of_people(&mut row, case.unit, Some(amount), inventory);
    credits(&mut row, case.unit, inventory);
    Value::Object(row)
}

fn left_out(case: &Case<'_>, year: i32, record: &Record<'_>, (reason, more): &comparison::Obstacle) -> Value {
    let amount = record.inventory().figure(&case.scope).map(tonnes);
    let mut row = members(json!({"year": year, "reason": reason, "tonnes": amount}));
    of_people(&mut row, case.unit, amount, record.inventory());
    row.extend(more.clone());
    Value::Object(row)
}

fn base_year_report(case: &Case<'_>) -> Option<Value> {
    let base = case.base.as_ref()?;
    let report = base.beside(case.records)?;
    let amount = tonnes(report.inventory().figure(&case.scope)?);
    let obstacle = comparison::obstacle(&report, base.year, base, case.records);
    let mut row = members(json!({"year": base.year, "tonnes": amount, "revision": report.now.revision,
        "apart_percent": base.apart_percent(report.inventory()), "left_out_reason": obstacle.map(|(reason, _)| reason)}));
    of_people(&mut row, case.unit, Some(amount), report.inventory());
    Some(Value::Object(row))
}

/// The numbers of the year judged.
fn numbers(told: &mut Map<String, Value>, case: &Case<'_>, ruling: &Ruling) {
    let (Some(place), Ok(line)) = (ruling.judged, &case.line) else { return };
    let (report, unit) = (&case.used[place], case.unit);
    let (actual, expected) = (report.amount, line.at(report.year));
    let share = |part: f64, whole: f64| (unit.round(whole) != 0.0).then(|| part / whole);
    let gap = share(100.0 * (actual - expected), expected).filter(|_| unit.round(expected) > 0.0);
    let mut put = |name: &str, amount: Option<f64>| told.insert(format!("{name}_{}", unit.ending), json!(amount));
    put("expected", Some(expected));
    put("gap", Some(actual - expected));
    put("delivered", line.base.map(|(_, base)| base - actual));
    put("called_for", line.base.map(|(_, base)| base - expected));
    told.insert("gap_percent".to_owned(), json!(gap));
    let Some((_, base)) = line.base else { return };
    let pace = share(base - actual, base - expected).filter(|_| unit.round(base - expected) > 0.0);
    told.insert("pace".to_owned(), json!(pace));
    told.insert("achieved_reduction_percent".to_owned(), json!(share(100.0 * (base - actual), base)));
    told.insert("target_progress_percent".to_owned(), json!(share(100.0 * (base - actual), base - line.target.1)));
}

/// The cautions, in an order of their own; figures are questioned by the warnings that are printed with them.
fn expected_cautions(case: &Case<'_>, ruling: &Ruling, printed: &Value) -> Found<Vec<Value>> {
    let mut found = Vec::new();
    if ruling.verdict == "not_judged" {
        // What is judged had not ended, or ended after its year.
        found.extend(history::claimed_later(case.target, case.records));
    } else {
        let has_warnings = |name: &str| printed[name].get("warning_codes").is_some().then(|| year_of(&printed[name]));
        let judged = has_warnings("judged_figure").filter(|_| ruling.judged.is_some());
        let warned = has_warnings("baseline_figure").into_iter().chain(judged).collect();
        found.extend(cautions::cautions(case, ruling, warned));
        found.extend(history::cautions(case)?);
    }
    Ok(sorted(found))
}

/// Cautions by their codes and years.
pub fn sorted(mut cautions: Vec<Value>) -> Vec<Value> {
    let key = |caution: &Value| {
        let of = |member: &str| caution[member].as_f64().map_or(0, |tonnes| (tonnes * 1e3).round() as i64);
        (
            format!("{} {} {}", caution["code"], caution["years"], caution["replaced"]),
            of("old_tonnes"),
            of("new_tonnes"),
        )
    };
    cautions.sort_by_key(key);
    cautions
}

/// How sure a verdict is follows from its cautions.
fn confidence(codes: &BTreeSet<&str>, own: bool, only_co2: bool) -> &'static str {
    let lowering = |code: &&&str| match **code {
        "accounting_undeclared" => own,
        "gases_undeclared" => own || only_co2,
        "anchored_at_first_report"
        | "stated_differs_from_sum"
        | "baseline_differs_from_report"
        | "coverage_differs"
        | "coverage_unknown"
        | "contradicted"
        | "figure_questioned"
        | "electricity_differs"
        | "boundary_suspect" => true,
        _ => false,
    };
    match () {
        () if codes.iter().any(|code| lowering(&code)) => "low",
        () if codes.is_empty() => "high",
        () => "medium",
    }
}

/// The members that are listed as absent where they are.
fn may_be_absent(unit: Unit) -> Vec<String> {
    let amounts = ["expected", "gap", "delivered", "called_for"].map(|name| format!("{name}_{}", unit.ending));
    let others = [
        "baseline_figure",
        "judged_figure",
        "gap_percent",
        "achieved_reduction_percent",
        "target_progress_percent",
        "pace",
        "soon",
        "required",
        "trend",
        "budget",
        "growth_ratio",
        "within_reports",
        "like_for_like",
        "disagreement",
    ];
    amounts.into_iter().chain(others.map(str::to_owned)).collect()
}

/// Each member is there, or listed as absent with a reason.
pub fn every_absence_has_a_reason(printed: &Value) -> Found<()> {
    let rows = printed["absent"].as_array().ok_or("absent is missing")?;
    let mut listed = BTreeSet::new();
    for row in rows {
        check(row["reason"].is_string(), || format!("{row} has no reason"))?;
        listed.insert(row["field"].as_str().ok_or("a field is missing")?);
    }
    check(listed.len() == rows.len(), || "a field is listed twice".to_owned())?;
    for field in may_be_absent(Unit::of(printed)) {
        let is_listed = listed.contains(field.as_str());
        check(is_listed != printed.get(&field).is_some(), || format!("{field}: given and absent, or neither"))?;
    }
    // A member of an opinion is listed where the opinion is given without it.
    listed.iter().filter(|field| field.contains('.')).try_for_each(|field| {
        let (opinion, member) = field.split_once('.').unwrap();
        check(printed[opinion].is_object() && printed[opinion].get(member).is_none(), || {
            format!("{field} is not absent")
        })
    })
}
