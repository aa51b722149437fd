//! The second opinions, worked out anew from section 5 of the method, and what a pathway leaves soon.

use serde_json::{Map, Value, json};

use super::comparison::{Base, Origin};
use super::inventory::{Line as Said, Record, all_lines, tonnes};
use super::judgement::{Case, Ruling, course};
use super::{Found, Point, Unit, along};

/// Student's t quantile at 0.975 by degrees of freedom, from a table: a trend has five to ten points.
const QUANTILES: [(usize, f64); 6] = [
    (3, 3.182_446_305_284),
    (4, 2.776_445_105_198),
    (5, 2.570_581_835_636),
    (6, 2.446_911_851_145),
    (7, 2.364_624_251_593),
    (8, 2.306_004_135_204),
];

/// The members of a judgement that are second opinions, by name; those that are absent are null.
pub fn opinions(case: &Case<'_>, ruling: &Ruling) -> Found<Map<String, Value>> {
    let mut told = Map::new();
    let judged = ruling.judged.map(|place| (case.used[place].year, case.used[place].amount));
    let line = case.line.as_ref().ok();
    let base = line.and_then(|line| line.base);
    let numbers = judged.zip(line);
    let based = numbers.zip(base);
    told.insert(
        "required".to_owned(),
        json!(based.map(|((judged, line), base)| required(case.unit, judged, line.target, base))),
    );
    let trend = numbers.and_then(|(judged, line)| trend(case, judged, base, line.target));
    told.insert("trend".to_owned(), json!(trend));
    let budget =
        based.filter(|_| !case.unit.is_per_person()).map(|((judged, line), _)| budget(case, judged.0, &line.points()));
    told.insert("budget".to_owned(), json!(budget));
    let growth = based.and_then(|((judged, line), base)| growth_ratio(case.unit, judged, line.target, base));
    told.insert("growth_ratio".to_owned(), json!(growth));
    let within = within_reports(case)?;
    let lines = like_for_like(case);
    told.insert("disagreement".to_owned(), json!(disagreement(ruling, &told, within.as_ref(), lines.as_ref())));
    told.insert("within_reports".to_owned(), json!(within));
    told.insert("like_for_like".to_owned(), json!(lines));
    told.insert("soon".to_owned(), json!(soon(case)));
    Ok(told)
}

fn compound(from: f64, to: f64, years: i32, unit: Unit) -> Option<f64> {
    let positive = unit.round(from) > 0.0 && unit.round(to) > 0.0;
    // (to / from)^(1 / years) - 1, by a way that keeps the digits of a rate near 0.
    positive.then(|| 100.0 * (((to - from) / from).ln_1p() / f64::from(years)).exp_m1())
}

fn required(unit: Unit, judged: Point, target: Point, base: Point) -> Value {
    let left = target.0 - judged.0;
    let yearly = (left > 0).then(|| (judged.1 - target.1) / f64::from(left));
    let ending = format!("{}_per_year", unit.ending);
    json!({
        ending.clone(): yearly,
        "base_percent_per_year": yearly.map(|yearly| 100.0 * yearly / base.1),
        "compound_percent_per_year": yearly.and_then(|_| compound(judged.1, target.1, left, unit)),
        format!("achieved_{ending}"): (base.1 - judged.1) / f64::from(judged.0 - base.0),
    })
}

/// The comparable points up to a year, those of another set of potentials left out.
fn points(case: &Case<'_>, last: i32) -> Vec<Point> {
    let used = case.used.iter().filter(|report| report.year <= last && !report.of_other_gwp);
    used.map(|report| (report.year, report.amount)).collect()
}

fn trend(case: &Case<'_>, judged: Point, base: Option<Point>, target: Point) -> Option<Value> {
    let all = base.into_iter().chain(points(case, judged.0));
    let points: Vec<Point> = all.filter(|(year, _)| judged.0 - year < 10).collect();
    let (first, last) = (points.first()?.0, points.last()?.0);
    if points.len() < 5 || last - first < 5 {
        return None;
    }
    let n = points.len() as f64;
    let x = |point: &Point| f64::from(point.0 - first);
    let (mean_x, mean) = (points.iter().map(x).sum::<f64>() / n, points.iter().map(|point| point.1).sum::<f64>() / n);
    let spread: f64 = points.iter().map(|point| (x(point) - mean_x).powi(2)).sum();
    let slope = points.iter().map(|point| (x(point) - mean_x) * point.1).sum::<f64>() / spread;
    let at = |year: i32| mean + slope * (f64::from(year - first) - mean_x);
    let squares: f64 = points.iter().map(|point| (point.1 - at(point.0)).powi(2)).sum();
    let error = (squares / (n - 2.0)).sqrt();
    let quantile = QUANTILES.iter().find(|(freedom, _)| *freedom == points.len() - 2).unwrap().1;
    let away = f64::from(target.0 - first) - mean_x;
    let margin = quantile * error * (1.0 + 1.0 / n + away * away / spread).sqrt();
    let (low, high) = (at(target.0) - margin, at(target.0) + margin);
    let pairs =
        points.iter().enumerate().flat_map(|(place, from)| points[place + 1..].iter().map(move |to| (from, to)));
    let mut slopes: Vec<f64> = pairs.map(|(from, to)| (to.1 - from.1) / f64::from(to.0 - from.0)).collect();
    slopes.sort_by(f64::total_cmp);
    let middle = slopes.len() / 2;
    let median =
        if slopes.len().is_multiple_of(2) { (slopes[middle - 1] + slopes[middle]) / 2.0 } else { slopes[middle] };
    let round = |amount| case.unit.round(amount);
    let prospect = match () {
        () if round(high) <= round(target.1) => "likely",
        () if round(low) > round(target.1) => "unlikely",
        () => "uncertain",
    };
    let ending = format!("{}_per_year", case.unit.ending);
    Some(
        json!({"points": points.len(), "from": first, "to": last, ending.clone(): slope, "at_target_year": at(target.0),
        "low": low, "high": high, "standard_error": error, "t_quantile": quantile,
        format!("theil_sen_{ending}"): median, "meets_target": prospect}),
    )
}

fn budget(case: &Case<'_>, last: i32, line: &[Point]) -> Value {
    let points = points(case, last);
    let years = points[0].0..=points[points.len() - 1].0;
    let (from, to) = (*years.start(), *years.end());
    let emitted: f64 = years.clone().map(|year| along(&points, year)).sum();
    let allowed: f64 = years.clone().map(|year| along(line, year)).sum();
    let over = (case.unit.round(allowed) != 0.0).then(|| 100.0 * (emitted - allowed) / allowed);
    json!({"from": from, "to": to, "emitted_tonnes": emitted, "allowed_tonnes": allowed, "over_percent": over,
        "interpolated_years": years.count() - points.len()})
}

fn growth_ratio(unit: Unit, judged: Point, target: Point, base: Point) -> Option<f64> {
    let so_far = compound(base.1, judged.1, judged.0 - base.0, unit)?;
    let whole = compound(base.1, target.1, target.0 - base.0, unit)?;
    (unit.round(base.1 - target.1) != 0.0).then(|| so_far / whole)
}

/// The course from the report for the base year.
fn within_reports(case: &Case<'_>) -> Found<Option<Value>> {
    let Some(base) = &case.base else { return Ok(None) };
    let Some(report) = base.beside(case.records) else { return Ok(None) };
    let from = Base::new(Origin::ReportOfYear, None, base.year, report, &case.scope, case.records);
    if from.kilograms.is_none() {
        return Ok(None);
    }
    let within = Case::from(Some(from), case.target, case.unit, case.records, case.judged_on)?;
    let (Ok(line), Some(place)) = (&within.line, within.latest()) else { return Ok(None) };
    let (used, unit, from) = (&within.used[place], case.unit, line.base.unwrap());
    let (expected, u) = (line.at(used.year), within.uncertainty(&used.record));
    let called_for = from.1 - expected;
    let ending = unit.ending;
    Ok(Some(json!({
        "base_year": from.0, "year": used.year, "converted_gases": within.base.as_ref().and_then(Base::gases),
        format!("base_{ending}"): from.1, format!("target_{ending}"): line.target.1, ending: used.amount,
        format!("expected_{ending}"): expected, format!("gap_{ending}"): used.amount - expected,
        "pace": (unit.round(called_for) > 0.0).then(|| (from.1 - used.amount) / called_for),
        "course": course(from, line.target.1, (used.year, used.amount), expected, u, unit),
        "uncertainty_percent": 100.0 * u,
    })))
}

/// What became of the lines that both sides know.
fn like_for_like(case: &Case<'_>) -> Option<Value> {
    let base = case.base.as_ref()?;
    let ended = |record: &Record<'_>, year: i32| record.inventory().ends(year).as_str() < case.judged_on;
    let reports = case.records.reports.iter().filter_map(|(year, states)| Some((*year, Record::of(states)?)));
    let mut after = reports.filter(|(year, record)| *year > base.year && ended(record, *year));
    let (year, report) = after.next_back()?;
    let (ours, theirs, scope) = (base.inventory(), report.inventory(), &case.scope);
    if !ours.has_lines(scope) || !theirs.has_lines(scope) {
        return None;
    }
    let (one, other) = (ours.by_line(scope, base.gwp()), theirs.by_line(scope, theirs.text("gwp")));
    let known = |said: Option<&Said>| match said {
        Some(Said::Known { kilograms, .. }) => Some(*kilograms),
        _ => None,
    };
    let lines = all_lines();
    let both =
        lines.iter().filter_map(|line| Some((line, known(one.get(line.as_str()))?, known(other.get(line.as_str()))?)));
    let both: Vec<(&String, i64, i64)> = both.collect();
    if both.is_empty() {
        return None;
    }
    let from = tonnes(both.iter().map(|(_, from, _)| from).sum());
    let to = tonnes(both.iter().map(|(.., to)| to).sum());
    let share = |part: f64, whole: Option<f64>| whole.filter(|whole| *whole > 0.0).map(|whole| 100.0 * part / whole);
    let u = case.uncertainty(&report);
    let percent = match case.target["kind"].as_str() {
        Some("base_year") => case.target["reduction_percent"].as_f64(),
        Some("fixed_level") if case.target["tonnes"] == 0 => Some(100.0),
        _ => None,
    };
    let asked = percent.filter(|_| from > 0.0 && year < case.end()).map(|percent| {
        let target = from * (100.0 - percent) / 100.0;
        let expected = along(&[(base.year, from), (case.end(), target)], year);
        let pace = (case.unit.round(from - expected) > 0.0).then(|| (from - to) / (from - expected));
        (pace, course((base.year, from), target, (year, to), expected, u, case.unit))
    });
    let by_line =
        both.iter().map(|(line, from, to)| json!({"ref": line, "base_tonnes": tonnes(*from), "tonnes": tonnes(*to)}));
    Some(json!({"year": year, "line_count": both.len(), "base_tonnes": from, "tonnes": to,
        "base_share_percent": share(from, base.kilograms.map(tonnes)), "share_percent": share(to, theirs.figure(scope).map(tonnes)),
        "change_percent": share(to - from, Some(from)), "pace": asked.and_then(|(pace, _)| pace),
        "course": asked.map(|(_, course)| course), "uncertainty_percent": asked.map(|_| 100.0 * u),
        "by_line": by_line.collect::<Vec<Value>>()}))
}

fn rank(course: &str) -> Option<usize> {
    ["on_track", "behind", "off_track", "moving_away"].iter().position(|known| *known == course)
}

/// Whether a second opinion contradicts the course; none where none could.
fn disagreement(
    ruling: &Ruling,
    told: &Map<String, Value>,
    within: Option<&Value>,
    lines: Option<&Value>,
) -> Option<bool> {
    let rank_of = |opinion: Option<&Value>| opinion.and_then(|opinion| opinion["course"].as_str()).and_then(rank);
    let ours = ruling.course.and_then(rank)?;
    let prospect = told["trend"]["meets_target"].as_str();
    if ours > 0 {
        return prospect.map(|prospect| prospect == "likely");
    }
    let budget = Some(&told["budget"]).filter(|budget| budget.is_object() && budget["from"] != budget["to"]);
    let others: Vec<usize> = [rank_of(within), rank_of(lines)].into_iter().flatten().collect();
    if prospect.is_none() && budget.is_none() && others.is_empty() {
        return None;
    }
    let over = budget.and_then(|budget| budget["over_percent"].as_f64()).is_some_and(|over| over > 10.0);
    Some(prospect == Some("unlikely") || over || others.iter().any(|other| *other > ours))
}

/// What the pathway leaves in five years of the latest comparable figure.
fn soon(case: &Case<'_>) -> Option<Value> {
    let line = case.line.as_ref().ok().filter(|line| line.base.is_some())?;
    let latest = case.used.last()?.amount;
    let year = case.year_of_judgement() + 5;
    let expected = line.at(year);
    let name = format!("expected_{}", case.unit.ending);
    (latest > 0.0).then(|| json!({"year": year, name: expected, "share": expected / latest}))
}
