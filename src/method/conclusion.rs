//! The conclusion: the first row of the table of verdicts that applies (section 4 of the method).

use chrono::Datelike;

use super::assessment::LeftOut;
use super::case::Case;
use super::course::{Course, YearNumbers, uncertainty};
use super::outcome::Outcome;
use super::pathway::Pathway;
use super::standing;
use super::verdict::{Reason, Verdict};

/// Years after which a figure says nothing of the present: a city that keeps to the rule of the Global Covenant of
/// Mayors (an inventory every two years, of a year at most four back) is never that old.
pub const OUTDATED_AFTER_YEARS: i32 = 6;

/// What follows from a case.
#[derive(Debug, Clone)]
pub(super) struct Conclusion {
    /// The verdict.
    pub verdict: Verdict,
    /// Why there is none, or why a target that was met is missed.
    pub reason: Option<Reason>,
    /// How things stood in the latest comparable year; none once decided.
    pub course: Option<Course>,
    /// Whole years since the year after the target year; only of a target that is unreported.
    pub overdue_years: Option<i32>,
    /// How the target came out, if it is decided.
    pub outcome: Option<Outcome>,
    /// The numbers of the year judged.
    pub numbers: Option<YearNumbers>,
}

impl Conclusion {
    fn without_numbers(verdict: Verdict, reason: Reason) -> Self {
        Conclusion { verdict, reason: Some(reason), course: None, overdue_years: None, outcome: None, numbers: None }
    }

    /// What follows from a case: the rows of the table in its order.
    pub fn of(case: &Case<'_, '_>) -> Self {
        if let Some(reason) = not_judged(case) {
            return Conclusion::without_numbers(Verdict::NotJudged, reason);
        }
        if let Some(reason) = insufficient(case) {
            return Conclusion::without_numbers(Verdict::InsufficientData, reason);
        }
        if let Some(reason) = not_comparable(case) {
            return Conclusion::without_numbers(Verdict::NotComparable, reason);
        }
        match &case.pathway {
            Ok(pathway) => compared(case, pathway),
            Err(reason) => Conclusion::without_numbers(Verdict::InsufficientData, *reason),
        }
    }
}

/// Why the target is not judged, if it is not.
fn not_judged(case: &Case<'_, '_>) -> Option<Reason> {
    standing::not_judged(case.known, case.stands_on()).or_else(|| {
        let lacks = case.target.sector.is_some() && lacks_lines(case);
        lacks.then_some(Reason::SectorWithoutLines)
    })
}

/// Whether a sector's lines are missing in the baseline, or in each report after it.
fn lacks_lines(case: &Case<'_, '_>) -> bool {
    let left_out = &case.comparison.left_out;
    let lacking = left_out.iter().filter(|report| Reason::from(report.reason) == Reason::NoFigureAtLevel).count();
    let without = case.base.as_ref().is_some_and(|base| base.figure.is_none());
    let named = case.target.sector.as_ref().is_some_and(|sector| sector.lines(case.target.level).is_empty());
    named || without || (case.comparison.compared.is_empty() && lacking > 0 && lacking == left_out.len())
}

/// What is missing for any verdict.
fn insufficient(case: &Case<'_, '_>) -> Option<Reason> {
    let reports = case.comparison.compared.len() + case.comparison.left_out.len();
    match &case.pathway {
        // Not a lack of data: figures are there, and they are of another kind.
        Err(Reason::BaselineNoFigureAtLevel) => (reports == 0 && !case.is_due()).then_some(Reason::NoReport),
        Err(reason) => Some(*reason),
        Ok(_) if case.is_unanchored() => (!case.is_due()).then_some(Reason::NoBaseline),
        Ok(_) => (reports == 0 && !case.is_due()).then_some(Reason::NoReport),
    }
}

/// Why the figures cannot be compared, if they cannot.
fn not_comparable(case: &Case<'_, '_>) -> Option<Reason> {
    if let Err(Reason::BaselineNoFigureAtLevel) = case.pathway {
        return Some(Reason::BaselineNoFigureAtLevel);
    }
    let (compared, left_out) = (&case.comparison.compared, &case.comparison.left_out);
    if case.base.is_some() && compared.is_empty() && !left_out.is_empty() {
        return left_out.last().map(|report| report.reason.into());
    }
    if case.comparison.is_contradicted() {
        return Some(Reason::BaselineContradicted);
    }
    hidden(case).map(|report| report.reason.into())
}

/// The report that is left out and without which it would be false to say that none is recorded: that of the target
/// year, or, where the latest comparable figure is old, a later one.
pub(super) fn hidden<'c>(case: &'c Case<'_, '_>) -> Option<&'c LeftOut> {
    let left_out = &case.comparison.left_out;
    if let Some(report) = left_out.iter().find(|report| report.year == case.target.target_year) {
        return Some(report);
    }
    if case.asked().and_then(|asked| asked.outcome(&case.comparison.compared)).is_some() {
        return None;
    }
    let latest = case.comparison.compared.last()?.year();
    let later = left_out.last().filter(|report| report.year > latest);
    later.filter(|_| case.judged_on.year() - latest.get() > OUTDATED_AFTER_YEARS)
}

/// What follows where figures are compared, or none is needed.
fn compared(case: &Case<'_, '_>, pathway: &Pathway) -> Conclusion {
    let outcome = case.asked().and_then(|asked| asked.outcome(&case.comparison.compared));
    let numbers = case.judged().map(|report| YearNumbers::of(pathway, report.point(), case.unit));
    if let Some(outcome) = outcome {
        let verdict = if outcome.achieved { Verdict::Achieved } else { Verdict::Missed };
        let reason = outcome.not_offset.then_some(Reason::ResidualNotOffset);
        return Conclusion { verdict, reason, course: None, overdue_years: None, outcome: Some(outcome), numbers };
    }
    // Without a base nothing is said before the target year.
    let numbers = numbers.filter(|_| pathway.base().is_some());
    let course =
        numbers.and_then(|numbers| numbers.course(pathway, uncertainty(&case.inventories_of(numbers.year)), case.unit));
    let (verdict, reason) = on_the_way(case, course);
    let since = case.judged_on.year() - case.target.target_year.get() - 1;
    let overdue_years = (verdict == Verdict::Unreported).then_some(since);
    Conclusion { verdict, reason, course, overdue_years, outcome: None, numbers }
}

/// The verdict on a target that is not decided.
fn on_the_way(case: &Case<'_, '_>, course: Option<Course>) -> (Verdict, Option<Reason>) {
    let age = case.latest().map(|latest| case.judged_on.year() - latest.year().get());
    match course {
        _ if case.is_due() => (Verdict::Unreported, None),
        _ if age.is_some_and(|age| age > OUTDATED_AFTER_YEARS) => (Verdict::Outdated, None),
        Some(course) => Verdict::of_course(course),
        None => (Verdict::InsufficientData, Some(Reason::NoReport)),
    }
}
