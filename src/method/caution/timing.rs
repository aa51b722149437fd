//! Cautions about years: how old and how many the figures are, and what the pledge leaves to its end.

use chrono::Datelike;

use super::{Caution, CautionCode, UsedFigures, about, list_years};
use crate::method::base::Origin;
use crate::method::budget::fill_gaps;
use crate::method::case::Case;
use crate::method::comparison::Compared;
use crate::method::conclusion::Conclusion;
use crate::method::course::{EARLY_YEARS, uncertainty};
use crate::method::goal::RESIDUAL_PERCENT;
use crate::method::printed::Unit;
use crate::method::standing;
use crate::method::verdict::Verdict;
use crate::record::Year;

/// Years between the latest figure and the judgement after which the figure is stale.
pub(in crate::method) const STALE_AFTER_YEARS: i32 = 4;
/// Reports after the base year below which a verdict rests on few figures.
const FEW_POINTS: usize = 3;
/// The years in which the pandemic lowered emissions.
const PANDEMIC: std::ops::RangeInclusive<i32> = 2020..=2021;

pub(in crate::method) fn cautions(
    case: &Case<'_, '_>,
    conclusion: &Conclusion,
    used: &UsedFigures<'_, '_>,
) -> Vec<Caution> {
    let is_decided = conclusion.verdict.is_decided();
    let found = [
        stale(case).filter(|_| !is_decided),
        early(case).filter(|_| !is_decided),
        few_points(case),
        interpolated(case, conclusion),
        skipped(case, conclusion),
        rebounded(case, conclusion),
        within_uncertainty(case, conclusion),
        pandemic_year(used),
        backloaded(case),
        offset_heavy(case),
        report_as_baseline(case),
        not_calendar_year(used),
    ];
    found.into_iter().flatten().collect()
}

/// The cautions that are about the years alone.
pub(super) fn year_cautions(used: &UsedFigures<'_, '_>) -> Vec<Caution> {
    pandemic_year(used).into_iter().chain(not_calendar_year(used)).collect()
}

fn stale(case: &Case<'_, '_>) -> Option<Caution> {
    let latest = case.comparison.compared.last()?.year();
    let age = case.judged_on.year() - latest.get();
    (age > STALE_AFTER_YEARS).then(|| {
        let detail = format!("The latest comparable figure is for {latest}, {age} years before the judgement.");
        Caution::new(CautionCode::Stale, detail, vec![latest])
    })
}

fn early(case: &Case<'_, '_>) -> Option<Caution> {
    let (base, latest) = (case.base.as_ref()?.year(), case.latest()?.year());
    let years = latest.since(base);
    (years < EARLY_YEARS).then(|| {
        let plural = if years > 1.0 { "s" } else { "" };
        let detail =
            format!("The latest comparable figure is for {latest}, only {years} year{plural} after the baseline.");
        Caution::new(CautionCode::Early, detail, vec![latest])
    })
}

fn few_points(case: &Case<'_, '_>) -> Option<Caution> {
    let years: Vec<Year> = case.comparison.compared.iter().map(Compared::year).collect();
    let detail = match years.as_slice() {
        [] => "There is no comparable figure after the base year.".to_owned(),
        [only] => format!("The only comparable figure after the base year is for {only}."),
        _ => format!("The only comparable figures after the base year are for {}.", list_years(&years)),
    };
    (years.len() < FEW_POINTS).then(|| Caution::new(CautionCode::FewPoints, detail, years))
}

/// Only the budget interpolates; it exists only in tonnes and with a baseline.
fn interpolated(case: &Case<'_, '_>, conclusion: &Conclusion) -> Option<Caution> {
    let years = match case.unit {
        Unit::Tonnes if case.base.is_some() => fill_gaps(&case.points_through(conclusion.numbers?.year)),
        _ => Vec::new(),
    };
    let years = years.iter().filter(|year| year.interpolated).map(|year| year.point.year).collect();
    about(CautionCode::Interpolated, years, |listed| {
        format!(
            "There is no comparable figure for {listed}: the budget takes a straight line between the years beside."
        )
    })
}

fn skipped(case: &Case<'_, '_>, conclusion: &Conclusion) -> Option<Caution> {
    let outcome = conclusion.outcome?;
    let (before, after) = (outcome.before?, outcome.year);
    let side = if outcome.achieved { "at or below" } else { "above" };
    let due = case.target.target_year;
    let detail =
        format!("There is no comparable figure for {due}; those for {before} and {after} are {side} the target.");
    Some(Caution::new(CautionCode::TargetYearSkipped, detail, vec![before, after]))
}

fn rebounded(case: &Case<'_, '_>, conclusion: &Conclusion) -> Option<Caution> {
    let (allowed, outcome) = (case.allowed_level()?, conclusion.outcome?);
    let is_above_again = |report: &&Compared<'_>| report.year() > outcome.year && !allowed.is_within(report);
    let was_met = conclusion.verdict == Verdict::Achieved;
    let years =
        case.comparison.compared.iter().filter(|_| was_met).filter(is_above_again).map(Compared::year).collect();
    about(CautionCode::Rebounded, years, |listed| {
        format!("The target was met in {}, but emissions were above it again in {listed}.", outcome.year)
    })
}

fn within_uncertainty(case: &Case<'_, '_>, conclusion: &Conclusion) -> Option<Caution> {
    let (allowed, outcome, numbers) = (case.allowed_level()?, conclusion.outcome?, conclusion.numbers?);
    let uncertainty = uncertainty(&case.inventories_of(outcome.year));
    let margin = uncertainty * numbers.actual.abs();
    let is_within = margin > 0.0 && case.unit.round((numbers.actual - allowed.amount).abs()) <= case.unit.round(margin);
    is_within.then(|| {
        let percent = 100.0 * uncertainty;
        let detail = format!(
            "The figure for {} is within {percent} % of the target, which is no more than inventories err.",
            outcome.year
        );
        Caution::new(CautionCode::WithinUncertainty, detail, vec![outcome.year])
    })
}

fn pandemic_year(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let years = used.years().filter(|year| PANDEMIC.contains(&year.get())).collect();
    about(CautionCode::PandemicYear, years, |listed| {
        format!("In {listed} the pandemic lowered emissions, which says little of a course.")
    })
}

fn backloaded(case: &Case<'_, '_>) -> Option<Caution> {
    let sums = case.pathway.as_ref().ok()?.backloaded_sums()?;
    let detail =
        "The milestones leave most of the reduction to the end: over all the years the pathway allows more than \
                  a tenth more than a straight line would."
            .to_owned();
    Some(Caution::between(CautionCode::Backloaded, detail, Vec::new(), case.unit, sums.straight, sums.allowed))
}

fn offset_heavy(case: &Case<'_, '_>) -> Option<Caution> {
    let percent = case.target.max_offset_percent.map(|percent| percent.get())?;
    (percent > RESIDUAL_PERCENT).then(|| {
        let detail = format!(
            "Up to {percent} % of the baseline is planned to be offset; only {RESIDUAL_PERCENT} % counts, and only of \
             what net zero leaves over."
        );
        Caution::new(CautionCode::OffsetHeavy, detail, Vec::new())
    })
}

/// Only for targets that are not judged: a target that is judged had not ended, or ended after its target year.
pub(in crate::method) fn ended_claimed_later(case: &Case<'_, '_>) -> Option<Caution> {
    let day = standing::late_claim_day(case.known)?;
    let ended = case.known.ended()?;
    let due = case.target.target_year;
    let detail = format!(
        "That the target ended on {ended}, within its target year {due} or before, was first recorded here on {day}, \
         after that year."
    );
    let mut caution = Caution::new(CautionCode::EndedClaimedLater, detail, vec![due]);
    caution.changed_on = Some(day);
    Some(caution)
}

fn report_as_baseline(case: &Case<'_, '_>) -> Option<Caution> {
    let base = case.base.as_ref()?;
    let year = base.year();
    let (code, detail) = match base.origin {
        Origin::Baseline => return None,
        Origin::ReportOfYear => (
            CautionCode::ReportUsedAsBaseline,
            format!("The target names a base year but no baseline; the report for {year} serves as one."),
        ),
        Origin::FirstReport => (
            CautionCode::AnchoredAtFirstReport,
            format!("The target names no baseline; the earliest comparable report, for {year}, serves as one."),
        ),
    };
    Some(Caution::new(code, detail, vec![year]))
}

fn not_calendar_year(used: &UsedFigures<'_, '_>) -> Option<Caution> {
    let mut years: Vec<Year> =
        used.inventories().filter(|inventory| !inventory.is_calendar_year()).map(|inventory| inventory.year).collect();
    years.sort_unstable();
    years.dedup();
    about(CautionCode::NotCalendarYear, years, |listed| {
        format!("The accounting period of {listed} is not the calendar year.")
    })
}
