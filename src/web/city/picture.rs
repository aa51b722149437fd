//! The chart of a target, from what is recorded and judged of it.

use std::collections::BTreeMap;

use super::story::Story;
use crate::chart::{self, Chart};
use crate::method::{Amount, Assessment, CautionCode, MilestoneVerdict, Ratio, SeriesRow, Unit, Verdict};
use crate::record::{Inventory, Known, Level, Source, Year};
use crate::web::{drawing, format, texts};

/// Draws the target that a page tells of.
pub(super) fn chart(story: &Story<'_>, target: &Assessment) -> Chart {
    let unit = target.unit;
    let point = |year: Year, amount: f64| chart::Point { year: year.get(), amount };
    let rows = &story.rows;
    let base = target.baseline.as_ref().map(|figure| figure.year);
    let left_out = |row: &SeriesRow| {
        let amount = amount(unit, row.left_out_tonnes, row.left_out_tonnes_per_person)?;
        let reason = texts::words(row.left_out_reason?.as_str());
        let detail = format!("{}: {}, not compared: {reason}", row.year, format::rounded(amount, unit));
        Some(chart::LeftOut { point: point(row.year, amount), detail })
    };
    let trend = |row: &SeriesRow| {
        let fitted = amount(unit, row.trend_tonnes, row.trend_tonnes_per_person)?;
        let low = amount(unit, row.trend_low_tonnes, row.trend_low_tonnes_per_person);
        let high = amount(unit, row.trend_high_tonnes, row.trend_high_tonnes_per_person);
        Some(chart::Trend { point: point(row.year, fitted), interval: low.zip(high).map(|(low, high)| [low, high]) })
    };
    let corners = target.pathway.iter();
    let pathway: Vec<chart::Point> = corners
        .filter_map(|corner| Some(point(corner.year, amount(unit, corner.tonnes, corner.tonnes_per_person)?)))
        .collect();
    let asked = amount(unit, target.target.target_tonnes, target.target.target_tonnes_per_person);
    let figures: Vec<chart::Figure> = rows.iter().filter_map(|row| figure(story, target, row, base)).collect();
    let milestones = target.milestones.iter().filter_map(|milestone| {
        let amount = amount(unit, milestone.tonnes, milestone.tonnes_per_person)?;
        let kept = match milestone.verdict {
            MilestoneVerdict::Achieved => Some(true),
            MilestoneVerdict::Missed => Some(false),
            MilestoneVerdict::Unreported | MilestoneVerdict::Ahead => None,
        };
        let verdict = milestone.verdict.to_string();
        let detail = format!("Milestone {}: at most {}; {verdict}", milestone.year, format::rounded(amount, unit));
        Some(chart::Milestone { point: point(milestone.year, amount), kept, detail })
    });
    let is_old = target.cautions.iter().any(|caution| caution.code == CautionCode::Stale);
    Chart {
        title: story.title(target),
        sentence: target.sentence.clone(),
        per_person: unit == Unit::TonnesPerPerson,
        restated: restated(story, target, rows),
        left_out: rows.iter().filter_map(left_out).collect(),
        target: asked.map(|asked| point(target.target.target_year, asked)),
        trend: rows.iter().filter_map(trend).collect(),
        benchmark: benchmark(story, target),
        milestones: milestones.collect(),
        this_year: story.year(),
        is_stale: is_old || matches!(target.verdict, Verdict::Outdated | Verdict::Unreported),
        source: credits(story, &figures),
        address: story.address(),
        description: description(target, &figures),
        figures,
        pathway,
    }
}

/// The amount in the unit of the target.
fn amount(unit: Unit, tonnes: Option<Amount>, per_person: Option<Ratio>) -> Option<f64> {
    match unit {
        Unit::Tonnes => tonnes.map(Amount::get),
        Unit::TonnesPerPerson => per_person.map(Ratio::get),
    }
}

fn figure(story: &Story<'_>, target: &Assessment, row: &SeriesRow, base: Option<Year>) -> Option<chart::Figure> {
    let amount = amount(target.unit, row.reported_tonnes, row.reported_tonnes_per_person)?;
    let is_base = Some(row.year) == base;
    let (source, revision) = match &target.baseline {
        Some(baseline) if is_base => (&baseline.source, baseline.revision),
        _ => {
            let report = story.view.reports.get(&row.year)?;
            (&report.value.source, report.stamp.revision)
        }
    };
    let word = if is_base { " (baseline)" } else { "" };
    let detail = format!(
        "{}{word}: {}. Source: {}. Revision {revision}.",
        row.year,
        format::exact(amount, target.unit),
        cited(source)
    );
    let url = source.url.as_ref().map(|url| url.as_str().to_owned());
    Some(chart::Figure { point: chart::Point { year: row.year.get(), amount }, detail, url, is_base })
}

/// A source in a few words.
fn cited(source: &Source) -> String {
    match &source.publisher {
        Some(publisher) => format!("{}, {publisher}", source.title),
        None => source.title.to_string(),
    }
}

/// The values that the figures drawn had before they were restated.
fn restated(story: &Story<'_>, target: &Assessment, rows: &[SeriesRow]) -> Vec<chart::Restated> {
    let level = target.target.level;
    let baseline = target.baseline.as_ref().and_then(|figure| story.view.baselines.get(figure.id.as_ref()?));
    let reports = rows.iter().filter(|row| row.reported_tonnes.is_some());
    let reports = reports.filter_map(|row| story.view.reports.get(&row.year));
    baseline.into_iter().chain(reports).flat_map(|known| former(known, level, target.unit)).collect()
}

fn former(known: &Known<'_, Inventory>, level: Level, unit: Unit) -> Vec<chart::Restated> {
    let value = |inventory: &Inventory| {
        let tonnes = inventory.figure(level)?.tonnes.get();
        match unit {
            Unit::Tonnes => Some(tonnes),
            Unit::TonnesPerPerson => Some(tonnes / inventory.population?.people()),
        }
    };
    let now = value(known.value);
    // Of equal values the last is told, with the day until which it stood.
    let mut former: BTreeMap<String, chart::Restated> = BTreeMap::new();
    for revision in known.earlier.run_starts() {
        let Some((year, amount)) = revision.abridged().and_then(|before| Some((before.year, value(before)?))) else {
            continue;
        };
        if now != Some(amount) {
            let recorded = format::day(revision.stamp.recorded_at.date_naive());
            let detail =
                format!("{year}, before it was restated: {} (recorded {recorded})", format::exact(amount, unit));
            let point = chart::Point { year: year.get(), amount };
            former.insert(format!("{amount}"), chart::Restated { point, detail });
        }
    }
    former.into_values().collect()
}

/// What is left in 2030 if emissions fall as the IPCC finds for 1.5 °C, beside the pathway of a target in tonnes.
fn benchmark(story: &Story<'_>, target: &Assessment) -> Option<(String, Vec<chart::Point>)> {
    let yardstick = &story.status.yardsticks.by_target.get(target.target.id.as_str())?.ipcc_1_5c;
    let emitted = yardstick.emissions_2019_tonnes?.get();
    let allowed = yardstick.allowed_2030_tonnes?.get();
    let points = vec![chart::Point { year: 2019, amount: emitted }, chart::Point { year: 2030, amount: allowed }];
    (target.unit == Unit::Tonnes).then(|| ("world average for 1.5 °C (IPCC)".to_owned(), points))
}

/// Every publisher of a figure, and the moment that is shown.
fn credits(story: &Story<'_>, figures: &[chart::Figure]) -> String {
    let years = figures.iter().filter_map(|figure| Year::new(figure.point.year));
    let reports = years.filter_map(|year| story.view.reports.get(&year)).map(|report| &report.value.source);
    let baseline = story.target.and_then(|target| target.baseline.as_ref()).map(|figure| &figure.source);
    let publishers = drawing::publishers(baseline.into_iter().chain(reports));
    let day = format::day(story.status.judged_on);
    let method = story.status.method;
    let sources = if publishers.is_empty() { String::new() } else { format!("Figures: {}. ", publishers.join("; ")) };
    format!("{sources}Judged by pledgewatch, method {method}, as known on {day}.")
}

/// The chart in words.
fn description(target: &Assessment, figures: &[chart::Figure]) -> String {
    let told: Vec<String> = figures.iter().map(|figure| figure.detail.clone()).collect();
    format!("{} {}", target.sentence, told.join(" "))
}
