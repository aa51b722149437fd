//! Every judgement is worked out again from the printed answer alone, as a reader who distrusts us would.

use serde_json::{Value, json};

use crate::support::{Service, baseline, city, inventory, target};

/// What a reader finds, or why the answer does not allow it to be found.
type Found<T> = Result<T, String>;

/// A number that must be printed.
fn number(value: &Value, name: &str) -> Found<f64> {
    value[name].as_f64().ok_or_else(|| format!("{name} is missing"))
}

/// A list that must be printed.
fn list<'a>(value: &'a Value, name: &str) -> Found<&'a Vec<Value>> {
    value[name].as_array().ok_or_else(|| format!("{name} is missing"))
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Found<()> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The unit of an assessment: how its fields end and how finely they are printed.
#[derive(Clone, Copy)]
struct Unit {
    ending: &'static str,
    parts: f64,
}

impl Unit {
    fn of(assessment: &Value) -> Found<Self> {
        match assessment["unit"].as_str() {
            Some("t_co2e") => Ok(Unit { ending: "tonnes", parts: 1e3 }),
            Some("t_co2e_per_person") => Ok(Unit { ending: "tonnes_per_person", parts: 1e6 }),
            other => Err(format!("unit {other:?}")),
        }
    }

    fn is_per_person(self) -> bool {
        self.ending == "tonnes_per_person"
    }

    /// As an amount is printed; verdicts compare amounts so.
    fn round(self, amount: f64) -> f64 {
        (amount * self.parts).round() / self.parts
    }

    /// A figure in this unit, divided anew.
    fn amount(self, figure: &Value) -> Found<f64> {
        let tonnes = number(figure, "tonnes")?;
        if !self.is_per_person() {
            return Ok(tonnes);
        }
        let amount = tonnes / number(figure, "population")?;
        self.printed(figure, "tonnes_per_person", Some(amount))?;
        Ok(amount)
    }

    /// Checks that the field holds the amount, within its printed precision.
    fn printed(self, value: &Value, field: &str, amount: Option<f64>) -> Found<()> {
        printed(value, field, amount, self.parts)
    }
}

/// Checks that the field holds the number, within its printed precision, or is absent with it.
fn printed(value: &Value, field: &str, expected: Option<f64>, parts: f64) -> Found<()> {
    match (expected, value.get(field)) {
        (None, None) => Ok(()),
        (Some(expected), Some(printed)) => {
            let printed = printed.as_f64().ok_or_else(|| format!("{field} is no number"))?;
            // Half of the last digit, and what the sum of binary fractions loses.
            let within = 0.5 / parts + 1e-12 * expected.abs() + 1e-9 / parts;
            check((printed - expected).abs() <= within, || format!("{field} is {printed}, not {expected}"))
        }
        (expected, printed) => Err(format!("{field} is {printed:?}, not {expected:?}")),
    }
}

/// A year and the amount in it.
type Point = (i32, f64);

fn year(value: &Value) -> Found<i32> {
    year_in(value, "year")
}

/// A year that must be printed.
fn year_in(value: &Value, name: &str) -> Found<i32> {
    let year = value[name].as_i64().and_then(|year| year.try_into().ok());
    year.ok_or_else(|| format!("{name} is missing"))
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

/// What the target asks for in its year, `T`; none when it needs a baseline that is not there.
fn goal(target: &Value, base: Option<f64>) -> Found<Option<f64>> {
    let percent = || number(target, "reduction_percent");
    let asked = match target["kind"].as_str() {
        Some("base_year" | "base_year_intensity") => {
            let percent = percent()?;
            base.map(|base| base * (1.0 - percent / 100.0))
        }
        Some("fixed_level") => Some(number(target, "tonnes")?),
        Some("baseline_scenario") => Some(number(target, "scenario_tonnes")? * (1.0 - percent()? / 100.0)),
        other => return Err(format!("kind {other:?}")),
    };
    let offset = target["max_offset_percent"].as_f64().unwrap_or(0.0);
    Ok(match (asked, base) {
        (Some(asked), Some(base)) => Some(asked + base * offset / 100.0),
        (asked, None) if offset == 0.0 => asked,
        _ => None,
    })
}

/// The milestones between the base and the target.
fn milestones(target: &Value, base: Point, end: i32) -> Found<Vec<Point>> {
    let mut points = Vec::new();
    for milestone in target["milestones"].as_array().into_iter().flatten() {
        let amount = match milestone["tonnes"].as_f64() {
            Some(tonnes) => tonnes,
            None => base.1 * (1.0 - number(milestone, "reduction_percent")? / 100.0),
        };
        points.push((year(milestone)?, amount));
    }
    points.retain(|(year, _)| base.0 < *year && *year < end);
    points.sort_by_key(|(year, _)| *year);
    Ok(points)
}

/// Checks the verdict and the reason for it.
fn told(assessment: &Value, verdict: &str, reason: Option<&str>) -> Found<()> {
    check(assessment["verdict"] == verdict && assessment["reason"].as_str() == reason, || {
        format!("{} ({}), not {verdict} ({reason:?})", assessment["verdict"], assessment["reason"])
    })
}

const NUMBERS: [&str; 4] = ["gap_percent", "achieved_reduction_percent", "target_progress_percent", "pace"];
const AMOUNTS: [&str; 4] = ["expected", "gap", "delivered", "called_for"];

/// Works an assessment out again.
fn recompute(assessment: &Value, judged_on: i32) -> Found<()> {
    let target = &assessment["target"];
    let unit = Unit::of(assessment)?;
    let standing = target["standing"].as_str().ok_or("standing is missing")?;
    every_absence_has_a_reason(assessment, unit)?;
    if !["adopted", "in_law"].contains(&standing) {
        return told(assessment, "not_judged", Some(standing));
    }
    if target.get("sector").is_some() {
        return told(assessment, "not_judged", Some("sector_target"));
    }
    confidence(assessment)?;

    // What it is measured from, and the pathway.
    let end = year_in(target, "target_year")?;
    let unnamed = target.get("baseline").is_none() && target.get("base_year").is_none();
    let left_out = list(assessment, "left_out")?.len();
    let Some(cited) = assessment.get("baseline") else {
        return without_baseline(assessment, unit, unnamed, end);
    };
    if unit.is_per_person() && cited.get("population").is_none() {
        return told(assessment, "insufficient_data", Some("no_population"));
    }
    let base = (year(cited)?, unit.amount(cited)?);
    let asked = goal(target, Some(base.1))?.ok_or("the target in tonnes is missing")?;
    unit.printed(target, &format!("target_{}", unit.ending), Some(asked))?;

    let points = figures(assessment, unit)?;
    check(points.iter().all(|(year, _)| *year > base.0), || "a figure of the base year or before".to_owned())?;
    if points.is_empty() && left_out > 0 {
        return told(assessment, "not_comparable", Some("no_comparable_report"));
    }
    if unit.round(base.1) <= 0.0 {
        return told(assessment, "insufficient_data", Some("baseline_not_positive"));
    }
    if base.0 >= end {
        return told(assessment, "insufficient_data", Some("baseline_not_before_target"));
    }
    let mut line = vec![base];
    line.extend(milestones(target, base, end)?);
    line.push((end, asked));
    same_line(assessment, &line, unit)?;
    cautions(assessment, &points, Some(base.0), end, judged_on)?;
    if points.is_empty() {
        return told(assessment, "insufficient_data", Some("no_report"));
    }

    // The year judged, and its numbers.
    let reached = points.iter().find(|(year, _)| *year >= end);
    let (judged, actual) = *reached.or(points.last()).ok_or("no figures")?;
    same_figure(assessment, judged)?;
    let expected = along(&line, judged);
    let (delivered, called_for) = (base.1 - actual, base.1 - expected);
    let amounts = [expected, actual - expected, delivered, called_for];
    for (name, amount) in AMOUNTS.into_iter().zip(amounts) {
        unit.printed(assessment, &format!("{name}_{}", unit.ending), Some(amount))?;
    }
    let share = |dividend: f64, divisor: f64| (unit.round(divisor) != 0.0).then(|| dividend / divisor);
    let pace = share(delivered, called_for).filter(|_| called_for > 0.0);
    let ratios = [
        share(100.0 * (actual - expected), expected),
        share(100.0 * delivered, base.1),
        share(100.0 * delivered, base.1 - asked),
        pace,
    ];
    for (name, ratio) in NUMBERS.into_iter().zip(ratios) {
        printed(assessment, name, ratio, 1e6)?;
    }

    // The verdict: the first row of the table that applies.
    let at_most = |one: f64, other: f64| unit.round(one) <= unit.round(other);
    let little = unit.round(called_for) < unit.round(0.05 * base.1);
    match pace {
        _ if reached.is_some() => told(assessment, if at_most(actual, asked) { "achieved" } else { "missed" }, None)?,
        _ if !at_most(base.1, asked) && at_most(actual, asked) => told(assessment, "on_track", None)?,
        Some(_) if judged - base.0 < 5 && little => told(assessment, "insufficient_data", Some("too_early"))?,
        Some(pace) => {
            let cut_offs = [(0.95, "on_track"), (0.60, "behind"), (0.0, "off_track"), (f64::MIN, "moving_away")];
            let pace = (pace * 1e6).round() / 1e6;
            let (_, verdict) = cut_offs.into_iter().find(|(least, _)| pace >= *least).ok_or("no verdict")?;
            told(assessment, verdict, None)?;
        }
        None if at_most(actual, expected) => told(assessment, "on_track", None)?,
        None if at_most(actual, 1.05 * expected) => told(assessment, "behind", None)?,
        None => told(assessment, "off_track", None)?,
    }
    let above = points.iter().any(|(year, amount)| *year > judged && !at_most(*amount, asked));
    cautioned(assessment, "rebounded", assessment["verdict"] == "achieved" && above)
}

/// A level that nothing is measured from is met or missed; anything else needs its baseline.
fn without_baseline(assessment: &Value, unit: Unit, unnamed: bool, end: i32) -> Found<()> {
    if assessment["reason"] == "baseline_no_figure_at_level" {
        return told(assessment, "not_comparable", Some("baseline_no_figure_at_level"));
    }
    let points = figures(assessment, unit)?;
    let asked = goal(&assessment["target"], None)?;
    let (Some((judged, actual)), Some(asked), true) = (points.iter().find(|(year, _)| *year >= end), asked, unnamed)
    else {
        return told(assessment, "insufficient_data", Some("no_baseline"));
    };
    same_line(assessment, &[(end, asked)], unit)?;
    same_figure(assessment, *judged)?;
    for (name, amount) in AMOUNTS.into_iter().zip([Some(asked), Some(actual - asked), None, None]) {
        unit.printed(assessment, &format!("{name}_{}", unit.ending), amount)?;
    }
    told(assessment, if unit.round(*actual) <= unit.round(asked) { "achieved" } else { "missed" }, None)
}

/// The comparable figures, each year once, in order.
fn figures(assessment: &Value, unit: Unit) -> Found<Vec<Point>> {
    let figures = list(assessment, "figures")?.iter().map(|figure| Ok((year(figure)?, unit.amount(figure)?)));
    let points = figures.collect::<Found<Vec<Point>>>()?;
    check(points.is_sorted_by(|(one, _), (other, _)| one < other), || "the figures are not in order".to_owned())?;
    for left_out in list(assessment, "left_out")? {
        let year = year(left_out)?;
        check(points.iter().all(|(used, _)| *used != year), || format!("{year} is used and left out"))?;
    }
    Ok(points)
}

/// The year judged is cited as it is listed.
fn same_figure(assessment: &Value, judged: i32) -> Found<()> {
    let cited = assessment.get("judged").ok_or("judged is missing")?;
    let mut listed = list(assessment, "figures")?.iter();
    let figure = listed.find(|figure| figure["year"] == judged).ok_or("the year judged is not among the figures")?;
    for (name, value) in figure.as_object().ok_or("a figure is no object")? {
        check(cited[name] == *value, || format!("judged has {name} {}, listed is {value}", cited[name]))?;
    }
    check(cited["source"]["title"].is_string(), || "the year judged has no source".to_owned())
}

/// The printed pathway is the one that follows from the target.
fn same_line(assessment: &Value, line: &[Point], unit: Unit) -> Found<()> {
    let printed = list(assessment, "pathway")?;
    check(printed.len() == line.len(), || format!("the pathway is {printed:?}, not {line:?}"))?;
    for (point, (y, amount)) in printed.iter().zip(line) {
        check(year(point)? == *y, || format!("the pathway has {point} in place of {y}"))?;
        unit.printed(point, unit.ending, Some(*amount))?;
    }
    Ok(())
}

fn codes(assessment: &Value) -> Found<Vec<&str>> {
    list(assessment, "cautions")?
        .iter()
        .map(|c| c["code"].as_str().ok_or_else(|| "a caution has no code".to_owned()))
        .collect()
}

/// How sure a verdict is follows from its cautions.
fn confidence(assessment: &Value) -> Found<()> {
    let codes = codes(assessment)?;
    let own = assessment["target"]["level"] == "own";
    let lowering = |code: &&str| match *code {
        "accounting_undeclared" => own,
        "anchored_at_first_report"
        | "stated_differs_from_sum"
        | "baseline_differs_from_report"
        | "coverage_differs" => true,
        _ => false,
    };
    let expected = if codes.iter().any(lowering) {
        "low"
    } else if codes.is_empty() {
        "high"
    } else {
        "medium"
    };
    check(assessment["confidence"] == expected, || format!("confidence {}, not {expected}", assessment["confidence"]))
}

fn cautioned(assessment: &Value, code: &str, expected: bool) -> Found<()> {
    check(codes(assessment)?.contains(&code) == expected, || format!("{code} should be there: {expected}"))
}

/// The cautions that follow from years alone.
fn cautions(assessment: &Value, points: &[Point], base: Option<i32>, end: i32, judged_on: i32) -> Found<()> {
    let latest = points.last().map(|(year, _)| *year);
    cautioned(assessment, "stale", latest.is_some_and(|latest| judged_on - latest > 4))?;
    cautioned(assessment, "early", latest.zip(base).is_some_and(|(latest, base)| latest - base < 5))?;
    cautioned(assessment, "few_points", !points.is_empty() && points.len() < 3)?;
    let unreported = judged_on > end && latest.is_none_or(|latest| latest < end);
    cautioned(assessment, "target_year_unreported", unreported)?;
    cautioned(assessment, "anchored_at_first_report", {
        let target = &assessment["target"];
        base.is_some() && target.get("baseline").is_none() && target.get("base_year").is_none()
    })
}

/// Each field is there, or listed as absent with a reason.
fn every_absence_has_a_reason(assessment: &Value, unit: Unit) -> Found<()> {
    let amounts = AMOUNTS.map(|name| format!("{name}_{}", unit.ending));
    let fields = amounts.iter().map(String::as_str).chain(NUMBERS).chain(["baseline", "judged"]);
    let absent = list(assessment, "absent")?;
    for field in fields {
        let listed = absent.iter().any(|absent| absent["field"] == field && absent["reason"].is_string());
        check(listed != assessment.get(field).is_some(), || format!("{field}: given and absent, or neither"))?;
    }
    Ok(())
}

/// Works out every judgement of a city again; the verdicts found.
fn recompute_city(service: &Service, id: &str) -> Vec<String> {
    let status = service.json(&format!("/v1/cities/{id}/status"));
    let judged_on = status["judged_on"].as_str().unwrap()[..4].parse().unwrap();
    let targets = status["targets"].as_array().unwrap();
    for assessment in targets {
        if let Err(why) = recompute(assessment, judged_on) {
            panic!("{id}: {why} in {assessment:#}");
        }
    }
    targets.iter().map(|assessment| assessment["verdict"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_judgement_of_the_demo_follows_from_what_is_printed() {
    let service = Service::with(&["--demo"]);
    let cities = service.json("/v1/cities?limit=500");
    let mut verdicts = Vec::new();
    for city in cities["items"].as_array().unwrap() {
        verdicts.extend(recompute_city(&service, city["id"].as_str().unwrap()));
    }
    assert!(verdicts.len() > 60, "{verdicts:?}");
    for verdict in ["on_track", "behind", "off_track", "achieved", "not_judged", "not_comparable"] {
        assert!(verdicts.iter().any(|found| found == verdict), "no target is {verdict}");
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
        let mut body = inventory(tonnes);
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
    service.record(&format!("{place}/reports/2000"), &inventory(1_300_000.0));
    service.record(&format!("{place}/reports/2003"), &counted(1_250_000.5, 310_000));
    service.record(&format!("{place}/reports/2010"), &counted(1_099_999.999, 333_333));
    service.record(&format!("{place}/reports/2016"), &inventory(1_000_000.0));
    let mut other = inventory(900_000.0);
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
fn judgements_of_every_kind_follow_from_what_is_printed() {
    let service = Service::start();
    record_city(&service);
    let verdicts = recompute_city(&service, "us-somewhere");
    assert_eq!(verdicts.len(), 21);
    for year in [2002, 2009, 2010, 2020] {
        let status = service.json(&format!("/v1/cities/us-somewhere/status?through={year}"));
        for assessment in status["targets"].as_array().unwrap() {
            recompute(assessment, 2026).unwrap_or_else(|why| panic!("through {year}: {why} in {assessment:#}"));
        }
    }
}

#[test]
fn more_courses_follow_from_what_is_printed() {
    // Baseline and target, then the reports, then the verdict that a reader must come to.
    type Course<'a> = (f64, f64, i32, &'a [Point], &'a str);
    let courses: [Course<'_>; 8] = [
        (1000.0, 50.0, 2040, &[(2019, 1100.0), (2023, 1200.0)], "moving_away"),
        (1000.0, 1.0, 2100, &[(2019, 999.0)], "insufficient_data"),
        (1000.0, 50.0, 2020, &[(2019, 800.0), (2020, 500.0), (2022, 500.001)], "achieved"),
        (1000.0, 50.0, 2020, &[(2020, 500.001)], "missed"),
        (1000.0, 50.0, 2025, &[(2020, 762.5)], "on_track"),
        (1000.0, 50.0, 2025, &[(2020, 762.501)], "behind"),
        (1000.0, 50.0, 2025, &[(2020, 850.0)], "behind"),
        (1000.0, 50.0, 2025, &[(2020, 850.001)], "off_track"),
    ];
    let service = Service::start();
    for (number, (base, percent, end, reports, verdict)) in courses.into_iter().enumerate() {
        let place = format!("/v1/cities/course-{number}");
        service.record(&place, &city("A course"));
        service.record(&format!("{place}/baselines/2015"), &baseline(2015, base));
        service.record(&format!("{place}/targets/pledge"), &target("2015", percent, end));
        for (year, tonnes) in reports {
            service.record(&format!("{place}/reports/{year}"), &inventory(*tonnes));
        }
        assert_eq!(recompute_city(&service, &format!("course-{number}")), [verdict], "course {number}");
    }
}

#[test]
fn nothing_that_a_judgement_needs_may_be_missing() {
    let service = Service::start();
    record_city(&service);
    let status = service.json("/v1/cities/us-somewhere/status");
    let without = |target: &str, place: &str| {
        let mut assessment = crate::support::assessment(&status, target).clone();
        recompute(&assessment, 2026).unwrap();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let removed = assessment.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        assert!(removed.is_some(), "{target} has no {place}");
        assert!(recompute(&assessment, 2026).is_err(), "{target} is worked out without {place}");
    };
    for (target, places) in [
        (
            "plain",
            &[
                "/unit",
                "/baseline",
                "/baseline/tonnes",
                "/baseline/year",
                "/judged",
                "/judged/source",
                "/figures",
                "/figures/2/year",
                "/figures/3/tonnes",
                "/pathway",
                "/cautions",
                "/left_out",
                "/absent",
                "/expected_tonnes",
                "/gap_percent",
                "/target/kind",
                "/target/target_year",
                "/target/reduction_percent",
                "/target/standing",
                "/target/target_tonnes",
                "/verdict",
                "/confidence",
            ][..],
        ),
        ("offset", &["/target/max_offset_percent"]),
        ("steps", &["/target/milestones", "/target/milestones/1/tonnes"]),
        ("level", &["/target/tonnes"]),
        ("person", &["/baseline/population", "/figures/0/population", "/judged/tonnes_per_person"]),
        ("scenario", &["/target/scenario_tonnes", "/target/reduction_percent"]),
    ] {
        for place in places {
            without(target, place);
        }
    }
}
