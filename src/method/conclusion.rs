//! The conclusion: the first row of the table of verdicts that applies (section 4 of the method).

use chrono::Datelike;

use super::case::Case;
use super::course::{Course, YearNumbers, uncertainty};
use super::left_out::LeftOut;
use super::outcome::Outcome;
use super::pathway::Pathway;
use super::standing;
use super::verdict::{Reason, Verdict};

/// Years after which a figure is outdated. A city that follows the rule of the Global Covenant of Mayors never has a
/// latest figure so old: it reports every two years, for a year at most four years back.
pub const OUTDATED_AFTER_YEARS: i32 = 6;

/// The conclusion of a case.
#[derive(Debug, Clone)]
pub(super) struct Conclusion {
    /// The verdict.
    pub verdict: Verdict,
    /// Why there is no verdict, or why a target is missed whose level was reached.
    pub reason: Option<Reason>,
    /// The course in the latest comparable year; `None` once the target is decided.
    pub course: Option<Course>,
    /// The years from the year after the target year to that of the judgement; `None` unless the target is unreported.
    pub overdue_years: Option<i32>,
    /// The outcome of the target; `None` until it is decided.
    pub outcome: Option<Outcome>,
    /// The numbers of the year judged; `None` if no year can be judged.
    pub numbers: Option<YearNumbers>,
}

impl Conclusion {
    fn without_numbers(verdict: Verdict, reason: Reason) -> Self {
        Conclusion { verdict, reason: Some(reason), course: None, overdue_years: None, outcome: None, numbers: None }
    }

    /// Concludes a case, row by row of the table.
    pub fn of(case: &Case<'_, '_>) -> Self {
        if let Some(reason) = reason_not_judged(case) {
            return Conclusion::without_numbers(Verdict::NotJudged, reason);
        }
        if let Some(reason) = reason_insufficient(case) {
            return Conclusion::without_numbers(Verdict::InsufficientData, reason);
        }
        if let Some(reason) = reason_not_comparable(case) {
            return Conclusion::without_numbers(Verdict::NotComparable, reason);
        }
        match &case.pathway {
            Ok(pathway) => conclude_compared(case, pathway),
            Err(reason) => Conclusion::without_numbers(Verdict::InsufficientData, *reason),
        }
    }
}

/// Why the target is not judged; `None` if it is.
fn reason_not_judged(case: &Case<'_, '_>) -> Option<Reason> {
    standing::reason_not_judged(case.known, case.standing_day()).or_else(|| {
        let is_incomplete = case.target.sector.is_some() && is_missing_lines(case);
        is_incomplete.then_some(Reason::SectorWithoutLines)
    })
}

/// True if lines of the sector are missing in the baseline, or in every report after it.
fn is_missing_lines(case: &Case<'_, '_>) -> bool {
    let left_out = &case.comparison.left_out;
    let without_figure =
        left_out.iter().filter(|report| Reason::from(report.reason) == Reason::NoFigureAtLevel).count();
    let has_no_base_figure = case.base.as_ref().is_some_and(|base| base.figure.is_none());
    let has_only_name = case.target.sector.as_ref().is_some_and(|sector| sector.lines(case.target.level).is_empty());
    has_only_name
        || has_no_base_figure
        || (case.comparison.compared.is_empty() && without_figure > 0 && without_figure == left_out.len())
}

/// Why there is too little data for any verdict; `None` if there is enough.
fn reason_insufficient(case: &Case<'_, '_>) -> Option<Reason> {
    let reports = case.comparison.compared.len() + case.comparison.left_out.len();
    match &case.pathway {
        // This is no lack of data: there are figures, but at another level.
        Err(Reason::BaselineNoFigureAtLevel) => (reports == 0 && !case.is_due()).then_some(Reason::NoReport),
        Err(reason) => Some(*reason),
        Ok(_) if case.is_unanchored() => (!case.is_due()).then_some(Reason::NoBaseline),
        Ok(_) => (reports == 0 && !case.is_due()).then_some(Reason::NoReport),
    }
}

/// Why the figures cannot be compared; `None` if they can.
fn reason_not_comparable(case: &Case<'_, '_>) -> Option<Reason> {
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
    decisive_left_out(case).map(|report| report.reason.into())
}

/// A report that was left out, but whose year must not be called unreported or outdated: the report of the target year
/// or, if the latest comparable figure is outdated, a later one.
pub(super) fn decisive_left_out<'c>(case: &'c Case<'_, '_>) -> Option<&'c LeftOut> {
    let left_out = &case.comparison.left_out;
    if let Some(report) = left_out.iter().find(|report| report.year == case.target.target_year) {
        return Some(report);
    }
    if case.allowed_level().and_then(|allowed| allowed.outcome(&case.comparison.compared)).is_some() {
        return None;
    }
    let latest = case.comparison.compared.last()?.year();
    let later = left_out.last().filter(|report| report.year > latest);
    later.filter(|_| case.judged_on.year() - latest.get() > OUTDATED_AFTER_YEARS)
}

/// The conclusion if the figures can be compared, or none is needed.
fn conclude_compared(case: &Case<'_, '_>, pathway: &Pathway) -> Conclusion {
    let outcome = case.allowed_level().and_then(|allowed| allowed.outcome(&case.comparison.compared));
    let numbers = case.judged().map(|report| YearNumbers::of(pathway, report.point(), case.unit));
    if let Some(outcome) = outcome {
        let verdict = if outcome.achieved { Verdict::Achieved } else { Verdict::Missed };
        let reason = outcome.not_offset.then_some(Reason::ResidualNotOffset);
        return Conclusion { verdict, reason, course: None, overdue_years: None, outcome: Some(outcome), numbers };
    }
    // Without a base nothing can be said before the target year.
    let numbers = numbers.filter(|_| pathway.base().is_some());
    let course =
        numbers.and_then(|numbers| numbers.course(pathway, uncertainty(&case.inventories_of(numbers.year)), case.unit));
    let (verdict, reason) = undecided_verdict(case, course);
    let since = case.judged_on.year() - case.target.target_year.get() - 1;
    let overdue_years = (verdict == Verdict::Unreported).then_some(since);
    Conclusion { verdict, reason, course, overdue_years, outcome: None, numbers }
}

/// The verdict on a target that is not decided.
fn undecided_verdict(case: &Case<'_, '_>, course: Option<Course>) -> (Verdict, Option<Reason>) {
    let age = case.latest().map(|latest| case.judged_on.year() - latest.year().get());
    match course {
        _ if case.is_due() => (Verdict::Unreported, None),
        _ if age.is_some_and(|age| age > OUTDATED_AFTER_YEARS) => (Verdict::Outdated, None),
        Some(course) => Verdict::of_course(course),
        None => (Verdict::InsufficientData, Some(Reason::NoReport)),
    }
}
