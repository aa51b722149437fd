//! The table of cities: verdict, gap, pace, last figure and its age, and the course as a small line.

use maud::{Markup, html};

use crate::api::response::list::List;
use crate::chart::sparkline;
use crate::method::{Assessment, Unit, Verdict};
use crate::overview::row::Row;
use crate::registry::Present;
use crate::web::badge::badge;
use crate::web::format;

/// Columns that are sorted by a link, with the order that each begins with.
const SORTED: [(&str, &str, &str); 4] = [
    ("City", "name", "-name"),
    ("Verdict", "headline.verdict", "-headline.verdict"),
    ("Gap", "-headline.gap_percent", "headline.gap_percent"),
    ("Delivered", "-headline.pace", "headline.pace"),
];

pub(super) fn table(shown: &List<Row<'_>>, filled: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-labelledby="cities" { table.stack {
            thead { tr {
                @for (words, first, other) in SORTED {
                    th scope="col" aria-sort=[direction(filled, first, other)] { a href=(ordered(filled, first, other)) { (words) } }
                }
                th scope="col" { "Latest figure" }
                th scope="col" { "Course" }
            } }
            @let is_ordered = filled.contains("sort=");
            @let (unsure, sure): (Vec<_>, Vec<_>) = shown.items.iter().partition(|row| !is_ordered && super::is_unsure(row));
            tbody { @for row in sure { (city(row)) } }
            @if !unsure.is_empty() {
                tbody {
                    tr { th colspan="6" scope="rowgroup" {
                        "Low confidence " span.note { "The figures behind these verdicts may not be comparable, or one may be wrong." }
                    } }
                    @for row in unsure { (city(row)) }
                }
            }
        } }
        p.note {
            (shown.total) @if shown.total == 1 { " city. " } @else { " cities. " }
            "Gap: how far the latest comparable figure lies above (+) or below (−) what the pathway allowed in its year. \
            Delivered: the share of the reduction due by then. Both are left empty where they say nothing of the present."
        }
        @if let Some(next) = &shown.next {
            p { a rel="next" href=(with(filled, "cursor", next)) { "More cities" } }
        }
    }
}

/// How the list is sorted by a column, if it is.
fn direction(filled: &str, first: &str, other: &str) -> Option<&'static str> {
    let is_given = |order: &str| filled.split('&').any(|pair| pair.strip_prefix("sort=") == Some(order));
    let is_up = |order: &str| !order.starts_with('-');
    [first, other]
        .into_iter()
        .find(|order| is_given(order))
        .map(|order| if is_up(order) { "ascending" } else { "descending" })
}

/// The address of the list sorted by a column; the other way round if it is sorted by it already.
fn ordered(filled: &str, first: &str, other: &str) -> String {
    let is_given = filled.split('&').any(|pair| pair.strip_prefix("sort=") == Some(first));
    with(filled, "sort", if is_given { other } else { first })
}

/// The same query with another value of one parameter, from its first page.
fn with(filled: &str, name: &str, value: &str) -> String {
    let is_other =
        |pair: &&str| !pair.is_empty() && !pair.starts_with(&format!("{name}=")) && !pair.starts_with("cursor=");
    let mut pairs: Vec<String> = filled.split('&').filter(is_other).map(str::to_owned).collect();
    pairs.push(format!("{name}={value}"));
    format!("/?{}", pairs.join("&"))
}

fn city(row: &Row<'_>) -> Markup {
    let present = row.present;
    let this_year = |target: &Assessment| target.judged.as_ref().map(|figure| figure.year);
    html! {
        tr {
            th scope="row" {
                a href={ "/cities/" (row.id) } { (present.city.name) } " " span.country { (present.city.country.as_str()) }
            }
            @match row.target {
                Some(target) => {
                    td { (badge(target)) (missing_year(target)) (reply(present)) @if let Some(title) = &target.target.title { " " span.note { (title) } } @else { " " span.note { (target.target.target_year) } } }
                    @let is_current = target.verdict.is_current();
                    td.number data-label="Gap" { @if let Some(gap) = target.gap.gap_percent.filter(|_| is_current) { (signed(gap.get())) } }
                    td.number data-label="Delivered" { @if let Some(pace) = target.pace.filter(|_| is_current) { (format::percent(100.0 * pace.get())) } }
                    td data-label="Latest figure" { @if let Some(year) = this_year(target) { (latest(target)) " " span.note { (year) } } }
                    td { (line(target)) }
                }
                None => { td { span.verdict { "no adopted target" } (reply(present)) } td {} td {} td { @if let Some(year) = present.latest.report { (year) } } td {} }
            }
        }
    }
}

/// The year that lacks a figure, or of the latest one, for a verdict that says nothing about today.
fn missing_year(target: &Assessment) -> Markup {
    let year = match target.verdict {
        Verdict::Unreported => Some(format!("for {}", target.target.target_year)),
        Verdict::Outdated => target.judged.as_ref().map(|figure| format!("last figure {}", figure.year)),
        _ => None,
    };
    html! { @if let Some(year) = year { " " span.country { (year) } } }
}

/// The city's statement, folded until the reader opens it.
fn reply(present: &Present) -> Markup {
    html! {
        @if let Some(reply) = &present.statement {
            details {
                summary { "The city replies" @if let Some(target) = &reply.statement.target { " on " (target) } }
                blockquote { (reply.statement.text) }
            }
        }
    }
}

fn signed(gap: f64) -> String {
    let sign = if gap > 0.0 { "+" } else { "" };
    format!("{sign}{}", format::percent(gap))
}

fn latest(target: &Assessment) -> String {
    let figure = target.judged.as_ref();
    let amount = figure.and_then(|figure| match target.unit {
        Unit::Tonnes => Some(figure.tonnes.get()),
        Unit::TonnesPerPerson => figure.tonnes_per_person.map(|amount| amount.get()),
    });
    amount.map_or_else(String::new, |amount| format::rounded(amount, target.unit))
}

/// The figures and the pathway in the size of a word.
fn line(target: &Assessment) -> Markup {
    let amount = |tonnes: f64, per_person: Option<f64>| match target.unit {
        Unit::Tonnes => Some(tonnes),
        Unit::TonnesPerPerson => per_person,
    };
    let base = target.baseline.iter().filter_map(|figure| {
        Some((figure.year.get(), amount(figure.tonnes.get(), figure.tonnes_per_person.map(|amount| amount.get()))?))
    });
    let figures = target.figures.iter().filter_map(|figure| {
        Some((figure.year.get(), amount(figure.tonnes.get(), figure.tonnes_per_person.map(|amount| amount.get()))?))
    });
    let pathway = target.pathway.iter().filter_map(|point| {
        let amount = match target.unit {
            Unit::Tonnes => point.tonnes?.get(),
            Unit::TonnesPerPerson => point.tonnes_per_person?.get(),
        };
        Some((point.year.get(), amount))
    });
    sparkline(&base.chain(figures).collect::<Vec<_>>(), &pathway.collect::<Vec<_>>())
}
