//! Every judgement is worked out again from the records and the text of the method, as a reader who distrusts us would,
//! and compared with what is printed, member by member.

mod cautions;
mod comparison;
mod history;
mod inventory;
mod judgement;
mod opinions;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{calculator, worked};
use crate::support::{Service, baseline, city, inventory as total, target};

use inventory::{Inventory, Record, Records, tonnes};
use judgement::{Case, Ruling, Used};

/// What a reader finds, or why the answer does not allow it to be found.
type Found<T> = Result<T, String>;

/// A year and the amount in it.
type Point = (i32, f64);

/// A number that must be printed.
fn number(value: &Value, name: &str) -> Found<f64> {
    value[name].as_f64().ok_or_else(|| format!("{name} is missing"))
}

/// A year that must be printed.
fn year_in(value: &Value, name: &str) -> Found<i32> {
    let year = value[name].as_i64().and_then(|year| year.try_into().ok());
    year.ok_or_else(|| format!("{name} is missing"))
}

/// The year of a row; 0 where it is missing, which no other is.
fn year_of(row: &Value) -> i32 {
    row["year"].as_i64().map_or(0, |year| year as i32)
}

/// The words of a list.
fn words(list: &Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Found<()> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The unit of a judgement: how its fields end and how finely they are printed.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    ending: &'static str,
    parts: f64,
}

impl Unit {
    const TONNES: Unit = Unit { ending: "tonnes", parts: 1e3 };
    const PER_PERSON: Unit = Unit { ending: "tonnes_per_person", parts: 1e6 };

    /// A share of people, and a level a person, are judged a person.
    fn of(target: &Value) -> Self {
        let per_person = target["kind"] == "base_year_intensity" || target.get("tonnes_per_person").is_some();
        if per_person { Self::PER_PERSON } else { Self::TONNES }
    }

    fn is_per_person(self) -> bool {
        self.ending == Self::PER_PERSON.ending
    }

    /// As an amount is printed; verdicts compare amounts so.
    fn round(self, amount: f64) -> f64 {
        (amount * self.parts).round() / self.parts
    }

    /// Tonnes of a whole city in this unit; none without the people to divide them by.
    fn of_tonnes(self, tonnes: f64, people: Option<f64>) -> Option<f64> {
        if self.is_per_person() { people.map(|people| tonnes / people) } else { Some(tonnes) }
    }
}

/// The amount on the straight lines through the points; flat outside.
fn along(points: &[Point], year: i32) -> f64 {
    let after = points.iter().position(|(y, _)| *y >= year).unwrap_or(points.len());
    match (after.checked_sub(1).map(|before| points[before]), points.get(after)) {
        (None, Some(first)) => first.1,
        (Some(last), None) => last.1,
        (Some((y0, v0)), Some((y1, v1))) => v0 + (v1 - v0) * f64::from(year - y0) / f64::from(y1 - y0),
        (None, None) => f64::NAN,
    }
}

/// What only tells for people what other members say.
const TOLD: [&str; 2] = ["sentence", "detail"];

/// Checks that two values are the same, as far as numbers are printed; a null is absent.
fn same(path: &str, printed: &Value, expected: &Value) -> Found<()> {
    match (printed, expected) {
        (Value::Object(printed), Value::Object(expected)) => {
            let names = printed.keys().filter(|name| !TOLD.contains(&name.as_str()));
            let names: BTreeSet<&String> =
                names.chain(expected.iter().filter(|(_, v)| !v.is_null()).map(|(k, _)| k)).collect();
            let of = |members: &Map<String, Value>, name: &str| members.get(name).cloned().unwrap_or_default();
            names
                .into_iter()
                .try_for_each(|name| same(&format!("{path}.{name}"), &of(printed, name), &of(expected, name)))
        }
        (Value::Array(printed), Value::Array(expected)) if printed.len() == expected.len() => {
            let rows = printed.iter().zip(expected).enumerate();
            rows.into_iter().try_for_each(|(place, (one, other))| same(&format!("{path}.{place}"), one, other))
        }
        (Value::Number(_), Value::Number(_)) => {
            let (one, other) = (printed.as_f64().unwrap(), expected.as_f64().unwrap());
            let fine =
                ["percent", "pace", "share", "ratio", "person", "quantile"].iter().any(|name| path.contains(name));
            // Half of the last digit, and what binary fractions lose.
            let within = if fine { 0.501e-6 } else { 0.501e-3 } + 1e-11 * other.abs();
            check((one - other).abs() <= within, || format!("{path} is {one}, not {other}"))
        }
        _ => check(printed == expected, || format!("{path} is {printed}, not {expected}")),
    }
}

/// A judgement as it must be printed.
fn expected(printed: &Value, records: &Records, judged_on: &str) -> Found<Value> {
    let summary = printed.get("target").ok_or("target is missing")?;
    let id = summary["id"].as_str().ok_or("the id is missing")?;
    let states = records.targets.get(id).ok_or("the target is not recorded")?;
    let record = Record::of(states).ok_or("the target is withdrawn")?;
    let mut target = record.now.body.clone();
    target["id"] = json!(id);
    let unit = Unit::of(&target);
    let case = Case::of(&target, unit, records, judged_on)?;
    let ruling = case.ruling();
    let mut told = members(json!({
        "unit": if unit.is_per_person() { "t_co2e_per_person" } else { "t_co2e" },
        "verdict": ruling.verdict, "course": ruling.course, "reason": ruling.reason, "overdue_years": ruling.overdue_years,
        "milestones": [], "pathway": [], "figures": [], "left_out": [],
    }));
    told.insert("target".to_owned(), summary_of(&case, &ruling, record.now.revision));
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

fn members(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
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
        "source": inventory.0["source"], "uncertainty_percent": inventory.0["uncertainty_percent"], "warnings": warnings,
        "also_stated": (!also.is_empty()).then_some(also)}));
    of_people(&mut told, case.unit, Some(tonnes(kilograms)), inventory);
    told
}

/// What is known of the figures, whether or not there is a verdict.
fn inputs(told: &mut Map<String, Value>, case: &Case<'_>, ruling: &Ruling, printed: &Value) {
    if let Some(base) = case.base.as_ref()
        && let Some(kilograms) = base.kilograms
    {
        let mut row = cited(case, kilograms, base.year, &base.record, &printed["baseline"]["warnings"]);
        row.insert("id".to_owned(), json!(base.id));
        told.insert("baseline".to_owned(), Value::Object(row));
    }
    told.insert("base_year_report".to_owned(), json!(base_year_report(case)));
    let figures = case.used.iter().zip(0..).map(|(report, place)| {
        let warnings = &printed["figures"][place as usize]["warnings"];
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
        told.insert("milestones".to_owned(), json!(case.milestones()));
    }
    if let Some(place) = ruling.judged {
        let report = &case.used[place];
        let kilograms = report.record.inventory().figure(&case.scope).unwrap();
        let mut row = cited(case, kilograms, report.year, &report.record, &printed["judged"]["warnings"]);
        credits(&mut row, case.unit, report.record.inventory());
        told.insert("judged".to_owned(), Value::Object(row));
    }
}

fn figure(case: &Case<'_>, report: &Used<'_>, warnings: &Value) -> Value {
    let inventory = report.record.inventory();
    let amount = tonnes(inventory.figure(&case.scope).unwrap());
    let mut row = members(json!({"year": report.year, "tonnes": amount, "revision": report.record.now.revision,
        "of_other_gwp": report.of_other_gwp.then_some(true), "warnings": warnings}));
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
        "apart_percent": base.apart_percent(report.inventory()), "left_out": obstacle.map(|(reason, _)| reason)}));
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
        let has_warnings = |name: &str| printed[name].get("warnings").is_some().then(|| year_of(&printed[name]));
        let judged = has_warnings("judged").filter(|_| ruling.judged.is_some());
        let warned = has_warnings("baseline").into_iter().chain(judged).collect();
        found.extend(cautions::cautions(case, ruling, warned));
        found.extend(history::cautions(case)?);
    }
    Ok(sorted(found))
}

/// Cautions by their codes and years.
fn sorted(mut cautions: Vec<Value>) -> Vec<Value> {
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
        "baseline",
        "judged",
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
fn every_absence_has_a_reason(printed: &Value) -> Found<()> {
    let rows = printed["absent"].as_array().ok_or("absent is missing")?;
    let mut listed = BTreeSet::new();
    for row in rows {
        check(row["reason"].is_string(), || format!("{row} has no reason"))?;
        listed.insert(row["field"].as_str().ok_or("a field is missing")?);
    }
    check(listed.len() == rows.len(), || "a field is listed twice".to_owned())?;
    for field in may_be_absent(Unit::of(&printed["target"])) {
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

/// Works a judgement out again.
fn recompute(printed: &Value, records: &Records, judged_on: &str) -> Found<()> {
    every_absence_has_a_reason(printed)?;
    let mut printed = printed.clone();
    let cautions = printed["cautions"].as_array().ok_or("cautions are missing")?;
    printed["cautions"] = json!(sorted(cautions.clone()));
    let mut expected = expected(&printed, records, judged_on)?;
    expected["absent"] = printed["absent"].clone();
    same("", &printed, &expected)
}

/// The target that asks for most soon, of those that bind the whole city.
fn headline(status: &Value, records: &Records, judged_on: &str) -> Option<String> {
    let today: i64 = judged_on[..4].parse().unwrap();
    let targets = status["targets"].as_array().unwrap().iter();
    let candidates = targets.filter(|judged| {
        let target = &judged["target"];
        judgement::binds(target, records, judged_on) && target.get("sector").is_none()
    });
    let place = |judged: &&Value| {
        let (target, share) = (&judged["target"], judged["soon"]["share"].as_f64());
        let year = target["target_year"].as_i64().unwrap();
        let share = share.map_or(i64::MAX, |share| (share * 1e6).round() as i64);
        (today > year, share, year, target["id"].as_str().unwrap().to_owned())
    };
    candidates.map(|judged| place(&judged)).min().map(|(.., id)| id)
}

/// Works out every judgement of a status again, and follows its formulas; the verdicts found.
fn recompute_status(status: &Value, records: &Records) -> Vec<String> {
    let judged_on = status["judged_on"].as_str().unwrap();
    let targets = status["targets"].as_array().unwrap();
    for printed in targets {
        if let Err(why) = recompute(printed, records, judged_on) {
            panic!("{}: {why} in {printed:#}", status["city"]["id"]);
        }
    }
    assert_eq!(status["headline"].as_str(), headline(status, records, judged_on).as_deref(), "{}", status["city"]);
    targets.iter().map(|printed| printed["verdict"].as_str().unwrap().to_owned()).collect()
}

/// The judgement of a city with its formulas, worked out again.
fn recompute_city(service: &Service, id: &str) -> Vec<String> {
    let status = service.json(&format!("/v1/cities/{id}/status?explain=true"));
    for printed in status["targets"].as_array().unwrap() {
        let explained = &status["explain"]["targets"][printed["target"]["id"].as_str().unwrap()];
        let told = || explained.as_array().unwrap().iter();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let pairs: Vec<(String, String)> = told().map(|row| (text(row, "field"), text(row, "formula"))).collect();
        calculator::check(pairs.iter().map(|(field, formula)| (field.as_str(), formula.as_str())), printed);
        calculator::check_that_all_are_explained(pairs.iter().map(|(field, _)| field.as_str()), printed);
    }
    recompute_status(&status, &Records::read(service, id, 2100))
}

#[test]
fn every_judgement_of_the_demo_is_worked_out_again() {
    let service = Service::with(&["--demo"]);
    let cities = service.json("/v1/cities?limit=500");
    let mut verdicts = Vec::new();
    for city in cities["items"].as_array().unwrap() {
        verdicts.extend(recompute_city(&service, city["id"].as_str().unwrap()));
    }
    assert!(verdicts.len() > 60, "{verdicts:?}");
    for verdict in ["on_track", "behind", "off_track", "achieved", "unreported", "not_judged", "not_comparable"] {
        assert!(verdicts.iter().any(|found| found == verdict), "no target is {verdict}");
    }
}

#[test]
fn every_worked_case_is_worked_out_again() {
    for (day, cases) in worked::cases_by_day() {
        let service = Service::with(&["--today", &day]);
        for (number, case) in cases.iter().enumerate() {
            let id = format!("case-{number}");
            worked::record_case(&service, &id, case, |_| {
                recompute_city(&service, &id);
            });
            let status = service.json(&format!("/v1/cities/{id}/status"));
            let records = Records::read(&service, &id, 2100);
            for printed in status["targets"].as_array().unwrap() {
                nothing_may_be_missing(printed, &records, &day);
            }
        }
    }
}

/// A target against the baseline of [`record_city`].
fn pledge(kind: &str, more: &Value) -> Value {
    let mut body = json!({"kind": kind, "level": "basic", "baseline": "2000", "target_year": 2040, "standing": "in_law",
        "source": {"title": "A test"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A city with targets of every kind, and reports of which some cannot be compared.
fn record_city(service: &Service) {
    let place = "/v1/cities/us-somewhere";
    let counted = |tonnes: f64, people: i64| {
        let mut body = total(tonnes);
        body["population"] = json!(people);
        body
    };
    service.record(place, &city("Somewhere"));
    let mut base = baseline(2000, 1_234_567.891);
    base["population"] = json!(300_001);
    service.record(&format!("{place}/baselines/2000"), &base);
    service.record(&format!("{place}/baselines/nobody"), &baseline(2000, 1_234_567.891));
    for (year, tonnes) in [(1995, 0.0), (1996, 5.0)] {
        let own = json!({"totals": {"own": tonnes}, "source": {"title": "A test"}});
        service.record(&format!("{place}/reports/{year}"), &own);
    }
    service.record(&format!("{place}/reports/2000"), &total(1_300_000.0));
    service.record(&format!("{place}/reports/2003"), &counted(1_250_000.5, 310_000));
    service.record(&format!("{place}/reports/2010"), &counted(1_099_999.999, 333_333));
    service.record(&format!("{place}/reports/2016"), &total(1_000_000.0));
    let mut other = total(900_000.0);
    other["protocol"] = json!("crf");
    service.record(&format!("{place}/reports/2017"), &other);
    service.record(&format!("{place}/reports/2021"), &counted(777_777.777, 351_234));

    for (id, kind, more) in [
        ("plain", "base_year", json!({"reduction_percent": 33.3333})),
        ("all", "base_year", json!({"reduction_percent": 100})),
        ("offset", "base_year", json!({"reduction_percent": 100, "max_offset_percent": 7.5})),
        (
            "steps",
            "base_year",
            json!({"reduction_percent": 90, "milestones": [
            {"year": 2015, "reduction_percent": 12.5}, {"year": 2030, "tonnes": 400_000.125}]}),
        ),
        ("peak", "fixed_level", json!({"tonnes": 0, "milestones": [{"year": 2025, "tonnes": 1_500_000}]})),
        ("level", "fixed_level", json!({"tonnes": 600_000.001, "max_offset_percent": 1})),
        ("same", "fixed_level", json!({"tonnes": 1_234_567.891})),
        ("met", "base_year", json!({"reduction_percent": 10, "target_year": 2010})),
        ("missed", "base_year", json!({"reduction_percent": 30, "target_year": 2015})),
        ("nearly", "base_year", json!({"reduction_percent": 30, "target_year": 2020})),
        ("person", "base_year_intensity", json!({"reduction_percent": 60, "max_offset_percent": 2})),
        (
            "person-steps",
            "base_year_intensity",
            json!({"reduction_percent": 60, "milestones": [
            {"year": 2012, "tonnes": 3.5}, {"year": 2030, "reduction_percent": 45}]}),
        ),
        ("person-nobody", "base_year_intensity", json!({"reduction_percent": 60, "baseline": "nobody"})),
        ("scenario", "baseline_scenario", json!({"scenario_tonnes": 2_000_000, "reduction_percent": 15})),
        (
            "scenario-offset",
            "baseline_scenario",
            json!({"scenario_tonnes": 1_500_000, "reduction_percent": 45, "max_offset_percent": 3}),
        ),
        ("no-figure", "base_year", json!({"level": "scope_1", "reduction_percent": 10})),
    ] {
        service.record(&format!("{place}/targets/{id}"), &pledge(kind, &more));
    }
    let without = |body: Value, more: Value| {
        let mut body = body;
        body.as_object_mut().unwrap().remove("baseline");
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let report = pledge("base_year", &json!({"reduction_percent": 40}));
    service.record(&format!("{place}/targets/report"), &without(report.clone(), json!({"base_year": 2003})));
    let zero = json!({"base_year": 1995, "level": "own"});
    service.record(&format!("{place}/targets/zero"), &without(report.clone(), zero));
    service.record(&format!("{place}/targets/no-report"), &without(report, json!({"base_year": 2004})));
    let level = pledge("fixed_level", &json!({"tonnes": 500_000}));
    service.record(&format!("{place}/targets/anchored"), &without(level.clone(), json!({})));
    service
        .record(&format!("{place}/targets/due"), &without(level, json!({"level": "basic_plus", "target_year": 2020})));
}

#[test]
fn judgements_of_every_kind_are_worked_out_again() {
    let service = Service::start();
    record_city(&service);
    let verdicts = recompute_city(&service, "us-somewhere");
    assert_eq!(verdicts.len(), 21);
    for year in [2002, 2009, 2010, 2020] {
        let records = Records::read(&service, "us-somewhere", year);
        recompute_status(&service.json(&format!("/v1/cities/us-somewhere/status?through={year}")), &records);
    }
}

#[test]
fn more_courses_are_worked_out_again() {
    // Baseline and target, then the reports, then the verdict that a reader must come to.
    type Course<'a> = (f64, f64, i32, &'a [Point], &'a str);
    let courses: [Course<'_>; 10] = [
        (1000.0, 50.0, 2040, &[(2019, 1100.0), (2023, 1200.0)], "moving_away"),
        (1000.0, 1.0, 2100, &[(2022, 999.0)], "insufficient_data"),
        (1000.0, 50.0, 2020, &[(2019, 800.0), (2020, 500.0), (2022, 500.001)], "achieved"),
        (1000.0, 50.0, 2020, &[(2020, 500.001)], "missed"),
        (1000.0, 50.0, 2035, &[(2025, 762.5)], "on_track"),
        (1000.0, 50.0, 2035, &[(2025, 762.501)], "behind"),
        (1000.0, 50.0, 2035, &[(2025, 850.0)], "behind"),
        (1000.0, 50.0, 2035, &[(2025, 850.001)], "off_track"),
        (1000.0, 50.0, 2035, &[(2019, 800.0)], "outdated"),
        (1000.0, 50.0, 2024, &[(2020, 700.0)], "unreported"),
    ];
    let service = Service::start();
    for (number, (base, percent, end, reports, verdict)) in courses.into_iter().enumerate() {
        let place = format!("/v1/cities/course-{number}");
        service.record(&place, &city("A course"));
        service.record(&format!("{place}/baselines/2015"), &baseline(2015, base));
        service.record(&format!("{place}/targets/pledge"), &target("2015", percent, end));
        for (year, tonnes) in reports {
            service.record(&format!("{place}/reports/{year}"), &total(*tonnes));
        }
        assert_eq!(recompute_city(&service, &format!("course-{number}")), [verdict], "course {number}");
    }
}

/// Every place of a value that a judgement may be made without: what tells it for people, and where it was published.
fn is_aside(path: &[String]) -> bool {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names.as_slice() {
        [.., last] if TOLD.contains(last) => true,
        // The record tells more of these.
        ["figures", _, "warnings"] | ["figures", _, "warnings", _] => true,
        _ => false,
    }
}

/// The paths of all members of a value.
fn places(path: &[String], value: &Value, found: &mut Vec<Vec<String>>) {
    let below = |name: String| path.iter().cloned().chain([name]).collect::<Vec<String>>();
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.push(below(name.clone()));
            places(&below(name.clone()), value, found);
        }),
        // The first and the last row of a list tell for the others.
        Value::Array(rows) => {
            let ends = rows.iter().enumerate().filter(|(place, _)| *place == 0 || *place == rows.len() - 1);
            ends.for_each(|(place, row)| places(&below(place.to_string()), row, found));
        }
        _ => {}
    }
}

/// Checks that nothing can be taken out of a judgement without its being noticed.
fn nothing_may_be_missing(printed: &Value, records: &Records, judged_on: &str) -> usize {
    recompute(printed, records, judged_on).unwrap_or_else(|why| panic!("{why} in {printed:#}"));
    let mut all = Vec::new();
    places(&[], printed, &mut all);
    for path in all.iter().filter(|path| !is_aside(path)) {
        let mut less = printed.clone();
        let (name, parents) = path.split_last().unwrap();
        let parent = parents.iter().fold(String::new(), |pointer, name| format!("{pointer}/{name}"));
        less.pointer_mut(&parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        assert!(recompute(&less, records, judged_on).is_err(), "it is worked out without {path:?}: {printed:#}");
    }
    all.len()
}

#[test]
fn nothing_that_is_printed_may_be_missing() {
    let service = Service::start();
    record_city(&service);
    let records = Records::read(&service, "us-somewhere", 2100);
    let status = service.json("/v1/cities/us-somewhere/status");
    let targets = status["targets"].as_array().unwrap();
    let places: usize =
        targets.iter().map(|printed| nothing_may_be_missing(printed, &records, crate::support::TODAY)).sum();
    assert!(places > 500, "{places}");
}
