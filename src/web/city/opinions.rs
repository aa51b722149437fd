//! Second opinions: what else the figures say of a target, and how ambitious it is; none of it changes a verdict.

use maud::{Markup, html};

use super::figures::amount;
use super::story::Story;
use crate::method::{Amount, Assessment};
use crate::web::{format, texts};

/// One row: the question, the answer, and the figures of it.
struct Opinion {
    question: &'static str,
    answer: String,
    detail: String,
}

pub(super) fn section(story: &Story<'_>, target: &Assessment) -> Markup {
    let opinions: Vec<Opinion> =
        [trend(target), required(target), budget(target), within_reports(target), like_for_like(target)]
            .into_iter()
            .flatten()
            .collect();
    html! {
        @if !opinions.is_empty() {
            section aria-labelledby="opinions" {
                h2 #opinions { "Second opinions" }
                p.note { "Other ways to look at the same figures. None of them changes the verdict." }
                (table("What else the figures say", &opinions))
            }
        }
        section aria-labelledby="ambition" {
            h2 #ambition { "Is the pledge ambitious?" }
            p.note { "Another question than whether it is kept." }
            ul {
                @for sentence in ambition(story, target) { li { (sentence) } }
            }
        }
    }
}

fn table(caption: &str, opinions: &[Opinion]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-labelledby="opinions" { table.stack {
            caption { (caption) }
            thead { tr { th scope="col" { "Question" } th scope="col" { "Answer" } th scope="col" { "From" } } }
            tbody {
                @for opinion in opinions {
                    tr { th scope="row" { (opinion.question) } td { (opinion.answer) } td { (opinion.detail) } }
                }
            }
        } }
    }
}

fn trend(target: &Assessment) -> Option<Opinion> {
    let trend = target.trend.as_ref()?;
    let unit = target.unit;
    // No city emits less than nothing; the line only says that it would be there before that year.
    let reached = |amount: f64| if amount < 0.0 { "below zero".to_owned() } else { format::rounded(amount, unit) };
    let ends = [trend.low, trend.high].map(|end| reached(end.get()));
    Some(Opinion {
        question: "Where does the trend lead?",
        answer: format!(
            "{} in {}: {}",
            reached(trend.at_target_year.get()),
            target.target.target_year,
            texts::prospect(trend.meets_target)
        ),
        detail: format!(
            "A line through {} figures of {} to {}; with 95 % probability between {} and {}.",
            trend.points, trend.from, trend.to, ends[0], ends[1]
        ),
    })
}

fn required(target: &Assessment) -> Option<Opinion> {
    let required = target.required.as_ref()?;
    let per_year = amount(target, required.tonnes_per_year.map(Amount::get), required.tonnes_per_person_per_year)?;
    let achieved = amount(
        target,
        required.achieved_tonnes_per_year.map(Amount::get),
        required.achieved_tonnes_per_person_per_year,
    );
    Some(Opinion {
        question: "How fast must emissions fall now?",
        answer: format!("by {per_year} every year until {}", target.target.target_year),
        detail: achieved.map_or_else(String::new, |achieved| format!("So far they fell by {achieved} a year.")),
    })
}

fn budget(target: &Assessment) -> Option<Opinion> {
    let budget = target.budget.as_ref()?;
    let over = budget.over_percent.map(|over| over.get());
    let word = if over.is_some_and(|over| over > 0.0) { "more" } else { "less" };
    Some(Opinion {
        question: "Was more emitted than the pathway allowed, all years together?",
        answer: over.map_or_else(String::new, |over| format!("{} {word} than allowed", format::percent(over.abs()))),
        detail: format!(
            "{} to {}: {} emitted, {} allowed; {} years filled in.",
            budget.from,
            budget.to,
            format::rounded(budget.emitted_tonnes.get(), crate::method::Unit::Tonnes),
            format::rounded(budget.allowed_tonnes.get(), crate::method::Unit::Tonnes),
            budget.interpolated_years
        ),
    })
}

fn within_reports(target: &Assessment) -> Option<Opinion> {
    let within = target.within_reports.as_ref()?;
    Some(Opinion {
        question: "And measured from the report of the base year?",
        answer: texts::course(within.course).to_owned(),
        detail: format!("The report for {} in place of the baseline, compared with {}.", within.base_year, within.year),
    })
}

fn like_for_like(target: &Assessment) -> Option<Opinion> {
    let shared = target.like_for_like.as_ref()?;
    let change = shared.change_percent.map(|change| format::percent(change.get()));
    Some(Opinion {
        question: "What became of the lines that both inventories have?",
        answer: change.map_or_else(String::new, |change| format!("{change} since the base year")),
        detail: format!("{} lines that both know, until {}.", shared.line_count, shared.year),
    })
}

/// What the yardsticks say, as sentences.
fn ambition<'a>(story: &'a Story<'_>, target: &Assessment) -> Vec<&'a str> {
    let yardsticks = &story.status.yardsticks;
    let own = yardsticks.by_target.get(target.target.id.as_str());
    let ipcc = own.map(|own| [own.ipcc_1_5c.sentence.as_str(), own.ipcc_2c.sentence.as_str()]);
    let city = [yardsticks.race_to_zero.sentence.as_str(), yardsticks.carbon_law.sentence.as_str()];
    ipcc.into_iter().flatten().chain(city).collect()
}
