//! The verdict as one plain sentence, with its numbers and years.
//!
//! Numbers are rounded for reading. A sentence says nothing that the printed numbers do not support.

use chrono::Datelike;

use crate::record::Year;
use crate::record::target::{Goal, Target};

use super::case::Case;
use super::comparison::Compared;
use super::conclusion::{Conclusion, decisive_left_out};
use super::course::{Course, YearNumbers};
use super::outcome::Outcome;
use super::printed::Unit;
use super::verdict::{Reason, Verdict};
use super::wording::{amount, percent, plain_percent};

/// The sentence for the conclusion of a case.
pub(super) fn sentence(case: &Case<'_, '_>, conclusion: &Conclusion) -> String {
    match (conclusion.verdict, &conclusion.numbers, &conclusion.outcome) {
        (Verdict::Unreported, numbers, _) => describe_unreported(case, conclusion, numbers.as_ref()),
        (_, Some(numbers), Some(outcome)) => describe_outcome(case, conclusion, numbers, *outcome),
        (Verdict::Outdated, Some(numbers), None) => {
            let age = case.judged_on.year() - numbers.year.get();
            format!(
                "The latest figure is of {}, {age} years old. {}",
                numbers.year,
                describe_past_course(case, conclusion, numbers)
            )
        }
        (_, Some(numbers), None) => describe_course(case, conclusion, numbers),
        (verdict, None, _) => {
            let cannot = if verdict == Verdict::NotJudged { "is not judged" } else { "cannot be judged" };
            let why = conclusion
                .reason
                .map_or_else(|| "figures are missing".to_owned(), |reason| explain_reason(case, reason));
            format!("The target of {}, {}, {cannot}: {why}.", case.city(), describe_goal(case))
        }
    }
}

/// The sentence on a target whose year has passed without a figure that decides it.
fn describe_unreported(case: &Case<'_, '_>, conclusion: &Conclusion, numbers: Option<&YearNumbers>) -> String {
    let first = format!("No figure for {} is recorded.", case.target.target_year);
    match numbers {
        Some(numbers) => format!("{first} {}", describe_past_course(case, conclusion, numbers)),
        None => format!("{first} Whether {} kept its target, {}, is not known.", case.city(), describe_goal(case)),
    }
}

/// The sentence on a year that is too old to describe the present.
fn describe_past_course(case: &Case<'_, '_>, conclusion: &Conclusion, numbers: &YearNumbers) -> String {
    let was = conclusion.course.map_or("", Course::in_words);
    let (year, city, actual) = (numbers.year, case.city(), amount(numbers.actual, case.unit));
    format!("In {year} {city} was {was}: it emitted {actual}, {}.", compare_with_pathway(case, conclusion, numbers))
}

/// The sentence on a target that is decided, by its own year or by two reports around it.
fn describe_outcome(case: &Case<'_, '_>, conclusion: &Conclusion, numbers: &YearNumbers, outcome: Outcome) -> String {
    let growth = allowed_growth(case).unwrap_or_default();
    let (city, year, goal) = (case.city(), numbers.year, format!("{}{growth}", describe_goal(case)));
    let actual = amount(numbers.actual, case.unit);
    // A comma closes the clause about growth before the sentence goes on.
    let comma = if growth.is_empty() { "" } else { "," };
    if conclusion.reason == Some(Reason::ResidualNotOffset) {
        return format!(
            "In {year} {city} emitted {actual}, which its target of {goal}{comma} allows only if the rest is offset: \
             the credits retired for that year do not cover it."
        );
    }
    let gap = gap_to_target(numbers, case.unit);
    match outcome.before {
        None => format!("In {year} {city} emitted {actual}, {gap} its target of {goal}{comma} allows."),
        Some(before) => {
            let due = case.target.target_year;
            let side = if outcome.achieved { "at or below" } else { "above" };
            format!(
                "No figure for {due} is recorded, but {city} was {side} its target of {goal}{comma} both in {before} and \
                 in {year}, when it emitted {actual}."
            )
        }
    }
}

/// The sentence on a target whose year has not come.
fn describe_course(case: &Case<'_, '_>, conclusion: &Conclusion, numbers: &YearNumbers) -> String {
    let (year, city, actual) = (numbers.year, case.city(), amount(numbers.actual, case.unit));
    let emitted = format!("In {year} {city} emitted {actual}, {}", compare_with_pathway(case, conclusion, numbers));
    match conclusion.course {
        Some(Course::TooEarly) => {
            format!("{emitted}, but so little is called for by then that it is too early to judge.")
        }
        Some(Course::WithinNoise) => {
            format!("{emitted}, but so little is called for by then that inventories cannot tell.")
        }
        _ => format!("{emitted}{}.", course_detail(case, conclusion, numbers)),
    }
}

/// How a figure compares with the pathway to the target and, after a rise, with the base year.
fn compare_with_pathway(case: &Case<'_, '_>, conclusion: &Conclusion, numbers: &YearNumbers) -> String {
    let goal = format!("{}{}", describe_goal(case), allowed_growth(case).unwrap_or_default());
    let gap = gap_to_pathway(numbers, case.unit);
    if conclusion.course == Some(Course::MovingAway) {
        let since = increase_since_base(case, numbers).unwrap_or_else(|| "more than in the base year".to_owned());
        return format!("{since} and {gap} its pathway to {goal}");
    }
    format!("{gap} its pathway to {goal}")
}

/// The end of a sentence about the course.
fn course_detail(case: &Case<'_, '_>, conclusion: &Conclusion, numbers: &YearNumbers) -> String {
    let allowed = case.pathway.as_ref().ok().map(|pathway| case.unit.round(pathway.target().amount));
    let is_within = allowed.is_some_and(|allowed| case.unit.round(numbers.actual) <= allowed);
    match (conclusion.course, numbers.pace) {
        (Some(Course::OnTrack), Some(_)) if is_within => {
            format!(" and already within what it pledged for {}", case.target.target_year)
        }
        (Some(Course::OffTrack), Some(pace)) if pace >= 0.0 => {
            format!(", with {} of the reduction called for by then", percent(100.0 * pace))
        }
        _ => String::new(),
    }
}

/// How much more was emitted than in the base year.
fn increase_since_base(case: &Case<'_, '_>, numbers: &YearNumbers) -> Option<String> {
    let more = -numbers.achieved_reduction_percent?;
    let year = case.base.as_ref()?.year();
    Some(if is_slight(more) {
        format!("slightly more than in {year}")
    } else {
        format!("{} more than in {year}", percent(more))
    })
}

/// How the figure compares with the pathway: `10.8 % above`.
fn gap_to_pathway(numbers: &YearNumbers, unit: Unit) -> String {
    gap_in_words(numbers, unit, ["above", "below"], "exactly on")
}

/// How the figure compares with what the target allows: `27.2 % more than`.
fn gap_to_target(numbers: &YearNumbers, unit: Unit) -> String {
    gap_in_words(numbers, unit, ["more than", "less than"], "exactly what")
}

/// The gap in words: in percent, or only its direction if there is no percentage.
fn gap_in_words(numbers: &YearNumbers, unit: Unit, [over, under]: [&str; 2], even: &str) -> String {
    let gap = unit.round(numbers.gap);
    if gap == 0.0 {
        return even.to_owned();
    }
    let direction = if gap > 0.0 { over } else { under };
    match numbers.gap_percent {
        Some(percent) if is_slight(percent) => format!("slightly {direction}"),
        Some(gap) => format!("{} {direction}", percent(gap.abs())),
        None => direction.to_owned(),
    }
}

/// How much more than in the base year a target allows; `None` if it does not let emissions rise.
fn allowed_growth(case: &Case<'_, '_>) -> Option<String> {
    let pathway = case.pathway.as_ref().ok()?;
    let (base, target) = (pathway.base()?, pathway.target().amount);
    let rises = case.unit.round(target) > case.unit.round(base.amount);
    let more = 100.0 * (target - base.amount) / base.amount;
    let much = if is_slight(more) { "slightly".to_owned() } else { percent(more) };
    rises.then(|| format!(", which is {much} more than in {}", base.year))
}

/// What a target asks for: `halving 1990 emissions by 2025`.
fn describe_goal(case: &Case<'_, '_>) -> String {
    let (target, year) = (case.target, case.target.target_year);
    let base = case.base.as_ref().map(|base| base.year()).or(target.base_year);
    let emissions = match base {
        Some(base) => format!("{base} emissions"),
        None => "base-year emissions".to_owned(),
    };
    let reduction = match &target.goal {
        Goal::BaseYear { reduction_percent } => describe_reduction(reduction_percent.get(), base, &emissions, year),
        Goal::BaseYearIntensity { reduction_percent } => {
            describe_reduction(reduction_percent.get(), base, &format!("{emissions} per person"), year)
        }
        Goal::FixedLevel { tonnes } if tonnes.kilograms() == 0 => format!("zero emissions by {year}"),
        Goal::FixedLevel { tonnes } if tonnes.kilograms() < 0 => format!("less than zero emissions by {year}"),
        Goal::FixedLevel { tonnes } => {
            format!("emitting at most {} by {year}", amount(tonnes.get(), Unit::Tonnes))
        }
        Goal::FixedLevelPerPerson { tonnes_per_person } => {
            format!("emitting at most {} by {year}", amount(tonnes_per_person.get(), Unit::TonnesPerPerson))
        }
        Goal::BaselineScenario { reduction_percent, .. } => {
            format!("emitting {} less in {year} than its scenario foresees", plain_percent(reduction_percent.get()))
        }
    };
    let part = target.sector.as_ref().map_or_else(String::new, |sector| format!(" in {sector}"));
    format!("{reduction}{part}{}", describe_offset(target, &emissions))
}

/// A reduction from a base year in words.
fn describe_reduction(percent: f64, base: Option<Year>, emissions: &str, year: Year) -> String {
    let of_base = if base.is_some() { emissions.to_owned() } else { format!("its {emissions}") };
    if percent.to_bits() == 50_f64.to_bits() {
        format!("halving {of_base} by {year}")
    } else if percent > 100.0 {
        format!("less than zero emissions by {year}")
    } else if percent >= 100.0 {
        format!("zero emissions by {year}")
    } else {
        format!("cutting {of_base} by {} by {year}", plain_percent(percent))
    }
}

/// What a target plans to offset, in words; empty if it plans nothing.
fn describe_offset(target: &Target, emissions: &str) -> String {
    match target.max_offset_percent {
        Some(percent) if !percent.is_zero() => {
            format!(" with up to {} of {emissions} offset", plain_percent(percent.get()))
        }
        _ => String::new(),
    }
}

/// Why there is no verdict, as the end of a sentence.
fn explain_reason(case: &Case<'_, '_>, reason: Reason) -> String {
    let level = case.target.level;
    let base = case.base.as_ref().map_or_else(|| "the base year".to_owned(), |base| base.year().to_string());
    match reason {
        Reason::Proposed => "it is only proposed".to_owned(),
        Reason::Superseded => "it was replaced by another".to_owned(),
        Reason::Withdrawn => "the city gave it up".to_owned(),
        Reason::SectorWithoutLines => {
            let sector = case.target.sector.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("it covers {sector}, and the figures do not have all of these lines")
        }
        Reason::BaselineNoFigureAtLevel => format!("its baseline has no figure at the level {level}"),
        Reason::BaselineContradicted => {
            format!("the report for {base} itself differs from the baseline by more than 5 %")
        }
        Reason::NoFigureAtLevel
        | Reason::SeriesDiffers
        | Reason::ProtocolDiffers
        | Reason::GasesDiffer
        | Reason::BoundaryChanged
        | Reason::CoverageDiffers
        | Reason::RestatedSince => explain_left_out(case, &base),
        Reason::NoBaseline => "there is no baseline figure to measure it from".to_owned(),
        Reason::NoPopulation => "a population is missing, by which it is divided".to_owned(),
        Reason::BaselineNotPositive => format!("the figure of {base} is not above zero"),
        Reason::BaselineNotBeforeTarget => format!("its baseline is for {base}, not before its target year"),
        Reason::NoReport => format!("there is no report for a year after {base}"),
        Reason::TooEarly => "it is too early".to_owned(),
        Reason::WithinNoise => "so little is called for that inventories cannot tell".to_owned(),
        Reason::ResidualNotOffset => "the rest is not offset".to_owned(),
    }
}

/// Why no report, or not the one that matters, can be compared with the baseline.
fn explain_left_out(case: &Case<'_, '_>, base: &str) -> String {
    let latest = case.comparison.compared.last().map(Compared::year);
    let decisive = decisive_left_out(case).filter(|_| latest.is_some() || case.base.is_none());
    let left_out = decisive.or(case.comparison.left_out.last());
    let why = left_out.and_then(|report| report.detail.as_deref()).unwrap_or_default().trim_end_matches('.');
    match (decisive.map(|report| report.year), latest) {
        (Some(year), Some(latest)) if year != case.target.target_year => {
            format!("the figure for {year}, later than that for {latest}, cannot be compared with the baseline ({why})")
        }
        (Some(year), _) => format!("the figure for {year} cannot be compared with the baseline ({why})"),
        (None, _) => {
            let example = left_out.map_or_else(String::new, |report| format!(" (for {}: {why})", report.year));
            format!("no report after {base} can be compared with the baseline{example}")
        }
    }
}

/// True if a percentage is too small to be given as a number.
fn is_slight(percent: f64) -> bool {
    percent.abs() < 0.05
}
