//! The verdict as one plain sentence, with the numbers and years in it.
//!
//! Numbers are rounded for reading; a sentence says nothing that the printed numbers do not carry.

use crate::record::Year;
use crate::record::target::{Goal, Target};

use super::case::{Case, Ruling};
use super::printed::Unit;
use super::verdict::{Judgement, Reason, Verdict};

/// The sentence for what follows from a case.
pub(super) fn sentence(case: &Case<'_, '_>, ruling: &Ruling) -> String {
    match ruling {
        Ruling::Judged(judgement) => judged(case, judgement),
        Ruling::Unjudged(verdict, reason) => {
            let why = why(case, *reason);
            let cannot = if *verdict == Verdict::NotJudged { "is not judged" } else { "cannot be judged" };
            format!("The target of {}, {}, {cannot}: {why}.", case.city(), goal(case))
        }
    }
}

/// The sentence where there are numbers.
fn judged(case: &Case<'_, '_>, judgement: &Judgement) -> String {
    let growth = growth(case).unwrap_or_default();
    let (city, year, goal) = (case.city(), judgement.year, format!("{}{growth}", goal(case)));
    let actual = amount(judgement.actual, case.unit);
    let emitted = format!("In {year} {city} emitted {actual}");
    match judgement.verdict {
        Verdict::Achieved | Verdict::Missed => {
            // The clause about growth is closed by a comma before the sentence goes on.
            let comma = if growth.is_empty() { "" } else { "," };
            format!("{emitted}, {} its target of {goal}{comma} allows.", than(judgement, case.unit))
        }
        Verdict::InsufficientData => format!(
            "{emitted}, {} its pathway to {goal}, but so little is called for by then that it is too early to judge.",
            beside(judgement, case.unit)
        ),
        Verdict::MovingAway => {
            let since = since_base(case, judgement).unwrap_or_else(|| "more than in the base year".to_owned());
            format!("{emitted}, {since} and {} its pathway to {goal}.", beside(judgement, case.unit))
        }
        _ => format!("{emitted}, {} its pathway to {goal}{}.", beside(judgement, case.unit), addition(case, judgement)),
    }
}

/// What a sentence about the course adds.
fn addition(case: &Case<'_, '_>, judgement: &Judgement) -> String {
    let asked = case.pathway.as_ref().ok().map(|pathway| case.unit.round(pathway.target().amount));
    let within = asked.is_some_and(|asked| case.unit.round(judgement.actual) <= asked);
    match (judgement.verdict, judgement.pace) {
        (Verdict::OnTrack, Some(_)) if within => {
            format!(" and already within what it pledged for {}", case.target.target_year)
        }
        (Verdict::OffTrack, Some(pace)) => {
            format!(", with {} of the reduction called for by then", percent(100.0 * pace))
        }
        _ => String::new(),
    }
}

/// How much more was emitted than in the base year.
fn since_base(case: &Case<'_, '_>, judgement: &Judgement) -> Option<String> {
    let more = -judgement.achieved_reduction_percent?;
    let year = case.base?.year();
    Some(if is_slight(more) {
        format!("slightly more than in {year}")
    } else {
        format!("{} more than in {year}", percent(more))
    })
}

/// Where the figure stands against the pathway: `10.8 % above`.
fn beside(judgement: &Judgement, unit: Unit) -> String {
    against(judgement, unit, ["above", "below"], "exactly on")
}

/// How the figure compares with what the target allows: `27.2 % more than`.
fn than(judgement: &Judgement, unit: Unit) -> String {
    against(judgement, unit, ["more than", "less than"], "exactly what")
}

/// The gap in words: the percentage where there is one, the direction where there is none.
fn against(judgement: &Judgement, unit: Unit, [over, under]: [&str; 2], even: &str) -> String {
    let gap = unit.round(judgement.gap);
    if gap == 0.0 {
        return even.to_owned();
    }
    let way = if gap > 0.0 { over } else { under };
    match judgement.gap_percent {
        Some(percent) if is_slight(percent) => format!("slightly {way}"),
        Some(gap) => format!("{} {way}", percent(gap.abs())),
        None => way.to_owned(),
    }
}

/// How much more than in the base year a target allows, where it lets emissions rise.
fn growth(case: &Case<'_, '_>) -> Option<String> {
    let pathway = case.pathway.as_ref().ok()?;
    let (base, target) = (pathway.base()?, pathway.target().amount);
    let rises = case.unit.round(target) > case.unit.round(base.amount);
    let more = 100.0 * (target - base.amount) / base.amount;
    let much = if is_slight(more) { "slightly".to_owned() } else { percent(more) };
    rises.then(|| format!(", which is {much} more than in {}", base.year))
}

/// What a target asks for: `halving 1990 emissions by 2025`.
fn goal(case: &Case<'_, '_>) -> String {
    let (target, year) = (case.target, case.target.target_year);
    let base = case.base.map(|base| base.year()).or(target.base_year);
    let emissions = match base {
        Some(base) => format!("{base} emissions"),
        None => "base-year emissions".to_owned(),
    };
    let asked = match &target.goal {
        Goal::BaseYear { reduction_percent } => reduction(reduction_percent.get(), base, &emissions, year),
        Goal::BaseYearIntensity { reduction_percent } => {
            reduction(reduction_percent.get(), base, &format!("{emissions} per person"), year)
        }
        Goal::FixedLevel { tonnes } if tonnes.kilograms() == 0 => format!("zero emissions by {year}"),
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
    format!("{asked}{}", offsets(target, &emissions))
}

/// A reduction from a base year in words.
fn reduction(percent: f64, base: Option<Year>, emissions: &str, year: Year) -> String {
    let of_base = if base.is_some() { emissions.to_owned() } else { format!("its {emissions}") };
    if percent.to_bits() == 50_f64.to_bits() {
        format!("halving {of_base} by {year}")
    } else if percent >= 100.0 {
        format!("zero emissions by {year}")
    } else {
        format!("cutting {of_base} by {} by {year}", plain_percent(percent))
    }
}

/// What a target openly plans to offset.
fn offsets(target: &Target, emissions: &str) -> String {
    match target.max_offset_percent {
        Some(percent) if !percent.is_zero() => {
            format!(" with up to {} of {emissions} offset", plain_percent(percent.get()))
        }
        _ => String::new(),
    }
}

/// Why there is no verdict.
fn why(case: &Case<'_, '_>, reason: Reason) -> String {
    let level = case.target.level;
    let base = case.base.map_or_else(|| "the base year".to_owned(), |base| base.year().to_string());
    match reason {
        Reason::Proposed => "it is only proposed".to_owned(),
        Reason::Superseded => "it was replaced by another".to_owned(),
        Reason::Withdrawn => "the city gave it up".to_owned(),
        Reason::SectorTarget => {
            let sector = case.target.sector.as_ref().map(ToString::to_string);
            format!("it covers one sector only ({})", sector.unwrap_or_default())
        }
        Reason::BaselineNoFigureAtLevel => format!("its baseline has no figure at the level {level}"),
        Reason::NoComparableReport => match case.comparison.left_out.len() {
            1 => format!("the only report after {base} cannot be compared with the baseline"),
            reports => format!("none of the {reports} reports after {base} can be compared with the baseline"),
        },
        Reason::NoBaseline => "there is no baseline figure to measure it from".to_owned(),
        Reason::NoPopulation => "its baseline states no population".to_owned(),
        Reason::BaselineNotPositive => format!("the figure of {base} is not above zero"),
        Reason::BaselineNotBeforeTarget => format!("its baseline is for {base}, not before its target year"),
        Reason::NoReport => format!("there is no report for a year after {base}"),
        Reason::TooEarly => "it is too early".to_owned(),
    }
}

/// Whether a percentage is too small to be worth a number.
fn is_slight(percent: f64) -> bool {
    percent.abs() < 0.05
}

/// A percentage for reading: one decimal, none from 100 on.
pub(super) fn percent(percent: f64) -> String {
    if percent.abs() < 99.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// A percentage that the city stated, for reading: one decimal where it has one.
fn plain_percent(percent: f64) -> String {
    let rounded = (percent * 10.0).round() / 10.0;
    // What is not quite all, or not quite nothing, is not said to be.
    if (1.0..100.0).contains(&rounded) { format!("{rounded} %") } else { format!("{percent} %") }
}

/// An amount for reading: three significant figures.
pub(super) fn amount(amount: f64, unit: Unit) -> String {
    match unit {
        Unit::TonnesPerPerson => format!("{} t CO2e per person", three_figures(amount)),
        Unit::Tonnes => {
            let (divisor, prefix) = match amount.abs() {
                // 999,500 would be written 1000 kt.
                size if size >= 999_500.0 => (1e6, "M"),
                size if size >= 999.5 => (1e3, "k"),
                _ => (1.0, ""),
            };
            format!("{} {prefix}t CO2e", three_figures(amount / divisor))
        }
    }
}

/// A number with three significant figures, but no more than three decimals.
fn three_figures(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        size if size >= 99.95 => format!("{number:.0}"),
        size if size >= 9.995 => format!("{number:.1}"),
        size if size >= 0.9995 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}
