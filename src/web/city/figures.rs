//! The figures of a target: the arithmetic of the verdict, and every figure with its source.

use maud::{Markup, html};

use super::{cite, story::Story};
use crate::method::{Assessment, Ratio, SeriesRow, Unit};
use crate::web::{format, texts};

pub(super) fn section(story: &Story<'_>, target: &Assessment) -> Markup {
    html! {
        section aria-labelledby="arithmetic" {
            h2 #arithmetic { "The arithmetic" }
            (arithmetic(target))
            (formulas(story, target))
        }
        section aria-labelledby="figures" {
            h2 #figures { "Figures" }
            (table(story, target))
        }
    }
}

/// An amount in the unit of a target.
pub(super) fn amount(target: &Assessment, tonnes: Option<f64>, per_person: Option<Ratio>) -> Option<String> {
    let amount = match target.unit {
        Unit::Tonnes => tonnes,
        Unit::TonnesPerPerson => per_person.map(Ratio::get),
    };
    amount.map(|amount| format::exact(amount, target.unit))
}

/// The numbers that make the verdict, in the order in which they are computed.
fn arithmetic(target: &Assessment) -> Markup {
    let base = target.baseline.as_ref();
    let judged = target.judged.as_ref();
    let gap = &target.gap;
    let number = |amount: crate::method::Amount| amount.get();
    let rows = [
        base.and_then(|figure| {
            let value = amount(target, Some(figure.tonnes.get()), figure.tonnes_per_person)?;
            Some((format!("Baseline, {}", figure.year), value))
        }),
        judged.and_then(|figure| {
            let value = amount(target, Some(figure.tonnes.get()), figure.tonnes_per_person)?;
            Some((format!("Emitted in {}", figure.year), value))
        }),
        amount(target, gap.expected_tonnes.map(number), gap.expected_tonnes_per_person)
            .map(|value| ("Allowed by the pathway in that year".to_owned(), value)),
        amount(target, gap.gap_tonnes.map(number), gap.gap_tonnes_per_person)
            .map(|value| ("Above the pathway (below it if negative)".to_owned(), value)),
        gap.gap_percent.map(|gap| ("In percent of what was allowed".to_owned(), format::percent(gap.get()))),
        amount(target, target.delivered_tonnes.map(number), target.delivered_tonnes_per_person)
            .map(|value| ("Reduction delivered".to_owned(), value)),
        amount(target, target.called_for_tonnes.map(number), target.called_for_tonnes_per_person)
            .map(|value| ("Reduction due by then".to_owned(), value)),
        target.pace.map(|pace| ("Share of it delivered".to_owned(), format::percent(100.0 * pace.get()))),
        amount(target, target.target.target_tonnes.map(number), target.target.target_tonnes_per_person)
            .map(|value| (format!("Target for {}", target.target.target_year), value)),
    ];
    html! {
        table.pairs { tbody { @for (label, value) in rows.into_iter().flatten() { tr { th scope="row" { (label) } td.number { (value) } } } } }
    }
}

/// Every number with its formula.
fn formulas(story: &Story<'_>, target: &Assessment) -> Markup {
    let explained =
        story.status.explain.as_ref().and_then(|explained| explained.target_formulas.get(&target.target.id));
    html! {
        @if let Some(formulas) = explained.filter(|formulas| !formulas.is_empty()) {
            details {
                summary { "How each number is computed" }
                ul.formulas { @for formula in formulas { li { code { (formula.formula) } } } }
            }
        }
    }
}

/// Every year of which a figure is known, with its source.
fn table(story: &Story<'_>, target: &Assessment) -> Markup {
    let rows: Vec<&SeriesRow> = story.rows.iter().filter(|row| is_reported(row)).collect();
    let level = texts::level(target.target.level);
    html! {
        @if rows.is_empty() {
            p { "There is no figure at the level that the target counts." }
        } @else {
            div.scroll tabindex="0" role="group" aria-labelledby="figures" { table.stack {
                caption { "Emissions at the level of the target: " (level) }
                thead { tr {
                    th scope="col" { "Year" } th.number scope="col" { "Reported" } th.number scope="col" { "Pathway" }
                    th scope="col" { "Used as" } th.number scope="col" { "Revision" } th scope="col" { "Source" }
                } }
                tbody { @for row in rows { (figure(story, target, row)) } }
            } }
        }
    }
}

fn is_reported(row: &SeriesRow) -> bool {
    row.reported_tonnes.is_some() || row.left_out_reason.is_some() || row.reported_tonnes_per_person.is_some()
}

fn figure(story: &Story<'_>, target: &Assessment, row: &SeriesRow) -> Markup {
    let number = |amount: crate::method::Amount| amount.get();
    let reported = amount(target, row.reported_tonnes.map(number), row.reported_tonnes_per_person)
        .or_else(|| amount(target, row.left_out_tonnes.map(number), row.left_out_tonnes_per_person));
    let pathway = amount(target, row.pathway_tonnes.map(number), row.pathway_tonnes_per_person);
    let baseline = target.baseline.as_ref().filter(|figure| figure.year == row.year && row.left_out_reason.is_none());
    let report = story.view.reports.get(&row.year);
    let used = match (baseline, &row.left_out_reason) {
        (Some(_), _) => "baseline".to_owned(),
        (None, Some(reason)) => format!("not compared: {}", texts::words(reason.as_str())),
        (None, None) => "compared".to_owned(),
    };
    let note = report.filter(|_| baseline.is_none()).and_then(|report| report.value.note.as_ref());
    let cited = baseline.map(|figure| (&figure.source, figure.revision));
    let cited = cited.or(report.map(|report| (&report.value.source, report.stamp.revision)));
    html! {
        tr {
            th scope="row" { (row.year) }
            td.number data-label="Reported" { (reported.unwrap_or_default()) }
            td.number data-label="Pathway" { (pathway.unwrap_or_default()) }
            td data-label="Used as" { (used) }
            @match cited {
                Some((source, revision)) => { td.number data-label="Revision" { (revision) } td data-label="Source" { (cite::source(source)) @if let Some(note) = note { p.note.lines { (note) } } } }
                None => { td {} td {} }
            }
        }
    }
}
