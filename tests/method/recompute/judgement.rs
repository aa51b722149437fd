//! A judgement, worked out anew from sections 2 to 4 of the method.

use serde_json::{Map, Value, json};

use super::comparison::{Base, Obstacle, base_of, compare, obstacle};
use super::inventory::{Record, Records, Scope, State, tonnes};
use super::{Found, Point, Unit, along, number, year_in};

/// A report that is compared.
#[derive(Debug, Clone)]
pub struct Used<'r> {
    pub year: i32,
    pub amount: f64,
    pub record: Record<'r>,
    pub of_other_gwp: bool,
}

/// The pathway, and what is asked for before anything is offset.
#[derive(Debug, Clone)]
pub struct Line {
    pub base: Option<Point>,
    pub milestones: Vec<Point>,
    pub target: Point,
    pub gross: f64,
}

impl Line {
    pub fn points(&self) -> Vec<Point> {
        self.base.into_iter().chain(self.milestones.iter().copied()).chain([self.target]).collect()
    }

    pub fn at(&self, year: i32) -> f64 {
        along(&self.points(), year)
    }
}

/// A target with all that bears on it.
pub struct Case<'r> {
    pub target: &'r Value,
    pub unit: Unit,
    pub scope: Scope,
    pub records: &'r Records,
    pub judged_on: &'r str,
    pub base: Option<Base<'r>>,
    pub used: Vec<Used<'r>>,
    pub left_out: Vec<(i32, Record<'r>, Obstacle)>,
    pub line: Result<Line, &'static str>,
}

/// What may be said of it.
#[derive(Debug, Clone)]
pub struct Ruling {
    pub verdict: &'static str,
    pub reason: Option<&'static str>,
    pub course: Option<&'static str>,
    pub overdue_years: Option<i32>,
    /// The year judged, whether the target was kept, and the year before a skipped one.
    pub outcome: Option<(i32, bool, Option<i32>)>,
    /// The place of the report judged among those used.
    pub judged: Option<usize>,
}

impl<'r> Case<'r> {
    pub fn of(target: &'r Value, unit: Unit, records: &'r Records, judged_on: &'r str) -> Found<Self> {
        let base = base_of(target, unit, records, judged_on)?;
        Self::from(base, target, unit, records, judged_on)
    }

    /// The target measured from a base, converted to the potentials of the report judged where that can be.
    pub fn from(
        base: Option<Base<'r>>,
        target: &'r Value,
        unit: Unit,
        records: &'r Records,
        judged_on: &'r str,
    ) -> Found<Self> {
        let case = Self::held_against(base, target, unit, records, judged_on)?;
        let fixed = ["fixed_level", "baseline_scenario"].contains(&target["kind"].as_str().unwrap_or_default());
        let judged = case.judged().map(|place| case.used[place].record.inventory());
        let converted = case.base.as_ref().zip(judged).and_then(|(base, report)| base.converted_for(report, fixed));
        match converted {
            Some(base) => Self::held_against(Some(base), target, unit, records, judged_on),
            None => Ok(case),
        }
    }

    fn held_against(
        base: Option<Base<'r>>,
        target: &'r Value,
        unit: Unit,
        records: &'r Records,
        judged_on: &'r str,
    ) -> Found<Self> {
        let scope = Scope::of(target)?;
        let (mut used, mut left_out) = (Vec::new(), Vec::new());
        for (year, states) in &records.reports {
            let Some(record) = Record::of(states) else { continue };
            let counts = base.as_ref().is_none_or(|base| *year > base.year);
            if !counts || record.inventory().ends(*year).as_str() >= judged_on {
                continue;
            }
            match compare(&record, *year, &scope, unit, base.as_ref(), records) {
                Ok(amount) => {
                    let set = base.as_ref().and_then(|base| base.converted).map(|(set, _)| set);
                    let theirs = record.inventory().text("gwp");
                    let of_other_gwp = set.is_some() && theirs.is_some() && theirs != set;
                    used.push(Used { year: *year, amount, record, of_other_gwp });
                }
                Err(obstacle) => left_out.push((*year, record, obstacle)),
            }
        }
        let line = line(target, unit, base.as_ref())?;
        Ok(Case { target, unit, scope, records, judged_on, base, used, left_out, line })
    }

    pub fn year_of_judgement(&self) -> i32 {
        self.judged_on[..4].parse().unwrap()
    }

    pub fn end(&self) -> i32 {
        self.target["target_year"].as_i64().unwrap() as i32
    }

    pub fn is_due(&self) -> bool {
        self.year_of_judgement() > self.end()
    }

    fn is_unnamed(&self) -> bool {
        self.target.get("baseline").is_none() && self.target.get("base_year").is_none()
    }

    /// The place of the latest report before the target year.
    pub fn latest(&self) -> Option<usize> {
        self.used.iter().rposition(|report| report.year < self.end())
    }

    /// The place of the report judged.
    fn judged(&self) -> Option<usize> {
        let outcome = self.line.as_ref().ok().and_then(|line| self.outcome(line.target, line.gross));
        match outcome {
            Some((year, ..)) => self.used.iter().position(|report| report.year == year),
            None => self.latest(),
        }
    }

    pub fn at_most(&self, one: f64, other: f64) -> bool {
        self.unit.round(one) <= self.unit.round(other)
    }

    /// How what is asked for in a year came out: the year that decides, whether it was kept, and the year before.
    fn outcome(&self, asked: Point, gross: f64) -> Option<(i32, bool, Option<i32>)> {
        let within = |report: &Used<'_>| self.at_most(report.amount, asked.1);
        let met = |report: &Used<'_>| {
            let credits = report.record.now.body["credits_retired_tonnes"].as_f64().unwrap_or(0.0);
            let credits = self.unit.of_tonnes(credits, report.record.inventory().people()).unwrap_or(0.0);
            within(report) && (self.at_most(report.amount, gross) || self.at_most(report.amount - gross, credits))
        };
        if let Some(report) = self.used.iter().find(|report| report.year == asked.0) {
            return Some((report.year, met(report), None));
        }
        let before = self.used.iter().rev().find(|report| (asked.0 - 3..asked.0).contains(&report.year))?;
        let after = self.used.iter().find(|report| (asked.0 + 1..=asked.0 + 3).contains(&report.year))?;
        match (within(before), within(after)) {
            (true, true) if met(before) && met(after) => Some((after.year, true, Some(before.year))),
            (false, false) => Some((after.year, false, Some(before.year))),
            _ => None,
        }
    }

    /// What follows: the first row of the table that applies.
    pub fn ruling(&self) -> Ruling {
        let told = |verdict, reason| Ruling {
            verdict,
            reason,
            course: None,
            overdue_years: None,
            outcome: None,
            judged: None,
        };
        if let Some(reason) = self.not_judged() {
            return told("not_judged", Some(reason));
        }
        if let Some(reason) = self.insufficient() {
            return told("insufficient_data", Some(reason));
        }
        if let Some(reason) = self.not_comparable() {
            return told("not_comparable", Some(reason));
        }
        let line = self.line.as_ref().unwrap();
        if let Some((year, kept, before)) = self.outcome(line.target, line.gross) {
            let judged = self.used.iter().position(|report| report.year == year);
            let not_offset =
                !kept && before.is_none() && self.at_most(self.used[judged.unwrap()].amount, line.target.1);
            let reason = not_offset.then_some("residual_not_offset");
            let outcome = Some((year, kept, before));
            return Ruling { outcome, judged, ..told(if kept { "achieved" } else { "missed" }, reason) };
        }
        let judged = self.latest().filter(|_| line.base.is_some());
        let course = judged.map(|place| self.course(&self.used[place]));
        let age = self.latest().map(|place| self.year_of_judgement() - self.used[place].year);
        let ruling = match course {
            _ if self.is_due() => told("unreported", None),
            _ if age.is_some_and(|age| age > 6) => told("outdated", None),
            Some(course @ ("too_early" | "within_noise")) => told("insufficient_data", Some(course)),
            Some(course) => told(course, None),
            None => told("insufficient_data", Some("no_report")),
        };
        let overdue_years = self.is_due().then(|| self.year_of_judgement() - self.end() - 1);
        Ruling { course, judged, overdue_years, ..ruling }
    }

    fn not_judged(&self) -> Option<&'static str> {
        let states = &self.records.targets[self.target["target"].as_str().unwrap()];
        let reason = match self.target["standing"].as_str().unwrap() {
            "adopted" | "in_law" => None,
            "proposed" => Some("proposed"),
            standing => {
                let ended = ended(self.target, states);
                let due = format!("{}-12-31", self.end());
                let reason = if standing == "superseded" { "superseded" } else { "withdrawn" };
                (ended.as_str() <= self.judged_on && ended <= due).then_some(reason)
            }
        };
        let lacking = self.left_out.iter().filter(|(.., (reason, _))| *reason == "no_figure_at_level").count();
        let no_report = self.used.is_empty() && lacking > 0 && lacking == self.left_out.len();
        let no_base = self.base.as_ref().is_some_and(|base| base.kilograms.is_none());
        let without = self.scope.sector.as_ref().is_some_and(|lines| lines.is_empty() || no_base || no_report);
        reason.or(without.then_some("sector_without_lines"))
    }

    fn insufficient(&self) -> Option<&'static str> {
        let nothing = self.used.is_empty() && self.left_out.is_empty() && !self.is_due();
        match &self.line {
            Err("baseline_no_figure_at_level") => nothing.then_some("no_report"),
            Err(reason) => Some(reason),
            Ok(_) if self.base.is_none() && self.is_unnamed() => (!self.is_due()).then_some("no_baseline"),
            Ok(_) => nothing.then_some("no_report"),
        }
    }

    fn not_comparable(&self) -> Option<&'static str> {
        if let Err(reason) = self.line {
            return Some(reason);
        }
        let last = self.left_out.last();
        if self.base.is_some() && self.used.is_empty() && last.is_some() {
            return last.map(|(.., (reason, _))| *reason);
        }
        if self.tested_percent().is_some_and(|percent| percent > 5.0) {
            return Some("baseline_contradicted");
        }
        if let Some((.., (reason, _))) = self.left_out.iter().find(|(year, ..)| *year == self.end()) {
            return Some(reason);
        }
        // Once it is decided nothing is said of a figure that is not there.
        let line = self.line.as_ref().unwrap();
        let (latest, (year, _, (reason, _))) = (self.used.last()?.year, last?);
        let hidden = self.year_of_judgement() - latest > 6 && *year > latest;
        (hidden && self.outcome(line.target, line.gross).is_none()).then_some(*reason)
    }

    /// How far the report for the base year is apart, where it is of the baseline's accounting by the tests alone.
    pub fn tested_percent(&self) -> Option<f64> {
        let base = self.base.as_ref()?;
        let report = base.beside(self.records)?;
        let of_series = base.accounting.is_of_series(&super::comparison::Accounting::of(report.inventory()));
        let tested = !of_series && obstacle(&report, base.year, base, self.records).is_none();
        base.apart_percent(report.inventory()).filter(|_| tested)
    }

    /// The larger uncertainty that the base and a report state, as a share.
    pub fn uncertainty(&self, report: &Record<'_>) -> f64 {
        let stated = |body: &Value| body["uncertainty_percent"].as_f64();
        let base = self.base.as_ref().and_then(|base| stated(&base.record.now.body));
        match (base, stated(&report.now.body)) {
            (None, None) => 0.03,
            (one, other) => (one.unwrap_or(0.0).max(other.unwrap_or(0.0)) / 100.0).min(0.10),
        }
    }

    fn course(&self, report: &Used<'_>) -> &'static str {
        let line = self.line.as_ref().unwrap();
        let judged = (report.year, report.amount);
        course(
            line.base.unwrap(),
            line.target.1,
            judged,
            line.at(report.year),
            self.uncertainty(&report.record),
            self.unit,
        )
    }

    /// The milestones, each judged by itself.
    pub fn milestones(&self) -> Vec<Value> {
        let Ok(line) = &self.line else { return Vec::new() };
        let judged = |milestone: &Point| {
            let outcome = self.outcome(*milestone, milestone.1);
            let verdict = match outcome {
                Some((_, true, _)) => "achieved",
                Some(_) => "missed",
                None if self.year_of_judgement() > milestone.0 => "unreported",
                None => "ahead",
            };
            let decided = outcome.map(|(year, _, before)| before.into_iter().chain([year]).collect::<Vec<i32>>());
            let mut row = Map::new();
            row.insert(self.unit.ending.to_owned(), json!(milestone.1));
            row.extend([("year".to_owned(), json!(milestone.0)), ("verdict".to_owned(), json!(verdict))]);
            row.insert("decided_by".to_owned(), json!(decided));
            Value::Object(row)
        };
        line.milestones.iter().map(judged).collect()
    }
}

/// The course by the table of section 4.
pub fn course(base: Point, target: f64, judged: Point, expected: f64, u: f64, unit: Unit) -> &'static str {
    let (b, a, p) = (base.1, judged.1, expected);
    let at_most = |one: f64, other: f64| unit.round(one) <= unit.round(other);
    let below = |one: f64, other: f64| unit.round(one) < unit.round(other);
    let called_for = b - p;
    if below(target, b) && at_most(a, target) {
        return "on_track";
    }
    let little = below(0.0, called_for) && below(called_for, 0.05 * b);
    if judged.0 - base.0 < 5 && little && below((a - p).abs(), 0.1 * b) {
        return "too_early";
    }
    if below(called_for.abs(), u * b) {
        return match () {
            () if at_most(a, (1.0 - u) * b) || (at_most(b, target) && at_most(a, p)) => "on_track",
            () if at_most(a, (1.0 + u) * b) => "within_noise",
            () if at_most(p, b) => "moving_away",
            () => "off_track",
        };
    }
    if called_for > 0.0 {
        let pace = (b - a) / called_for;
        return match () {
            () if !at_most(a, b) => "moving_away",
            () if pace >= 0.95 * (1.0 - 1e-9) => "on_track",
            () if pace >= 0.60 * (1.0 - 1e-9) => "behind",
            () => "off_track",
        };
    }
    match () {
        () if at_most(a, p) => "on_track",
        () if at_most(a, 1.05 * p) => "behind",
        () => "off_track",
    }
}

/// The day on which a target ended, as stated, else as the log turned it so.
fn ended(target: &Value, states: &[State]) -> String {
    let has_ended =
        |state: &&State| ["superseded", "withdrawn"].contains(&state.body["standing"].as_str().unwrap_or_default());
    match target["ended_on"].as_str() {
        Some(year) if year.len() == 4 => format!("{year}-12-31"),
        Some(day) => day.to_owned(),
        None => states.iter().rev().take_while(has_ended).last().unwrap().recorded_on.clone(),
    }
}

/// Whether a target binds the city on a day.
pub fn binds(target: &Value, records: &Records, judged_on: &str) -> bool {
    match target["standing"].as_str() {
        Some("adopted" | "in_law") => true,
        Some("superseded" | "withdrawn") => {
            ended(target, &records.targets[target["target"].as_str().unwrap()]).as_str() > judged_on
        }
        _ => false,
    }
}

/// The pathway, or why there is none.
pub fn line(target: &Value, unit: Unit, base: Option<&Base<'_>>) -> Found<Result<Line, &'static str>> {
    let unnamed = target.get("baseline").is_none() && target.get("base_year").is_none();
    let point = match base {
        None if unnamed => None,
        None => return Ok(Err("no_baseline")),
        Some(base) => {
            let Some(kilograms) = base.kilograms else { return Ok(Err("baseline_no_figure_at_level")) };
            let Some(amount) = unit.of_tonnes(tonnes(kilograms), base.inventory().people()) else {
                return Ok(Err("no_population"));
            };
            if unit.round(amount) <= 0.0 {
                return Ok(Err("baseline_not_positive"));
            }
            Some((base.year, amount))
        }
    };
    let end = year_in(target, "target_year")?;
    let Some(gross) = gross(target, unit, point.map(|point| point.1))? else { return Ok(Err("no_baseline")) };
    if point.is_some_and(|(year, _)| year >= end) {
        return Ok(Err("baseline_not_before_target"));
    }
    let offset = target["max_offset_percent"].as_f64().unwrap_or(0.0).min(10.0);
    let asked = point.map_or(gross, |(_, b)| gross.max((gross + offset / 100.0 * b).min(0.1 * b)));
    let mut milestones = Vec::new();
    for milestone in target["milestones"].as_array().into_iter().flatten() {
        let Some((from, b)) = point else { break };
        let year = super::year_of(milestone);
        let amount = match milestone["tonnes"].as_f64() {
            Some(tonnes) => tonnes,
            None => b * (1.0 - number(milestone, "reduction_percent")? / 100.0),
        };
        if from < year && year < end {
            milestones.push((year, amount));
        }
    }
    milestones.sort_by_key(|(year, _)| *year);
    Ok(Ok(Line { base: point, milestones, target: (end, asked), gross }))
}

/// What is asked for before anything is offset; none where it is a share of what is not known.
fn gross(target: &Value, unit: Unit, base: Option<f64>) -> Found<Option<f64>> {
    let left = || Ok::<f64, String>(1.0 - number(target, "reduction_percent")? / 100.0);
    Ok(match target["kind"].as_str() {
        Some("base_year" | "base_year_intensity") => {
            let left = left()?;
            base.map(|base| base * left)
        }
        Some("fixed_level") => Some(number(target, unit.ending)?),
        Some("baseline_scenario") => Some(number(target, "scenario_tonnes")? * left()?),
        other => return Err(format!("kind {other:?}")),
    })
}
