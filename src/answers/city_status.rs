//! The status of a city: the assessment of every target, and the series of one.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::records::to_the_second;
use crate::method::{self, Assessment, Explanation, SeriesRow, Unit, Yardsticks};
use crate::record::{AsOf, CityId, Dossier, Incomplete, Known, Level, Slug, Statement, View};

/// What the city replies to the verdicts on it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reply {
    /// The statement.
    #[serde(flatten)]
    pub statement: Statement,
    /// When this revision was recorded: RFC 3339, UTC.
    #[serde(serialize_with = "to_the_second")]
    pub recorded_at: DateTime<Utc>,
    /// Who recorded this revision: the label of the key, or of the command.
    #[schema(example = "City of Los Angeles, climate office")]
    pub recorded_by: String,
    /// The number of the revision: 1 when the statement was first recorded.
    #[schema(minimum = 1, example = 1)]
    pub revision: i32,
}

impl Reply {
    fn of(known: &Known<'_, Statement>) -> Self {
        Reply {
            statement: known.value.clone(),
            recorded_at: known.stamp.recorded_at,
            recorded_by: known.stamp.recorded_by.clone(),
            revision: known.stamp.revision,
        }
    }
}

/// Every target of a city, judged.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CityStatus {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The day of the judgement. Whatever depends on the day, such as the age of a figure, refers to this one.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The version of the method.
    #[schema(example = "2")]
    pub method: &'static str,
    /// The number of the last entry of the change log about the city that was used.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// The id of the headline target, the one to show first. Only adopted targets for the whole city are considered;
    /// those whose year has not ended come first. Among these it is the one that asks for most soon. Absent when the
    /// city has adopted none.
    pub headline_target: Option<Slug>,
    /// The path of this judgement, which gives the same numbers for ever.
    #[schema(example = "/v1/cities/us-los-angeles/status?sequence=812&judged_on=2026-11-23&method=2")]
    pub permalink: String,
    /// What the city replies to the verdicts; it changes none. Absent when the city has made no statement.
    pub statement: Option<Reply>,
    /// All targets, each with its judgement, sorted by id.
    pub targets: Vec<Assessment>,
    /// Whether the pledges are ambitious enough; this changes no verdict.
    pub yardsticks: Yardsticks,
    /// The formula of every number, with the figures put in. Absent unless `explain=true`.
    pub explain: Option<Explained>,
}

/// The formulas of all numbers in a judgement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Explained {
    /// The formulas for each target, by its id.
    pub target_formulas: BTreeMap<Slug, Vec<Explanation>>,
    /// The formulas for the yardsticks.
    pub yardstick_formulas: Vec<Explanation>,
}

/// A city's emissions year by year, beside the pathway to one target.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeriesAnswer {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The id of the target.
    pub target: Slug,
    /// The unit of the amounts.
    pub unit: Unit,
    /// The day of the judgement.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The version of the method.
    #[schema(example = "2")]
    pub method: &'static str,
    /// The number of the last entry of the change log about the city that was used.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// One row for each year, from the base year to the target year, or to the last report if that is later. Empty for
    /// a target that is not judged.
    pub rows: Vec<SeriesRow>,
}

/// One year of a target of a city, for many of them in one table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeriesItem {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The id of the target.
    pub target: Slug,
    /// The unit of the amounts.
    pub unit: Unit,
    /// The year.
    #[serde(flatten)]
    pub row: SeriesRow,
}

/// Judges a city on the day `judged_on`, with what was known at `as_of`; none if it was not recorded then.
///
/// The yardsticks take `level`, or the level of the headline target without one. `explain` adds the formulas.
///
/// # Errors
/// If revisions known at `as_of` are no longer in memory: they have to be read from the log first.
pub fn status(
    dossier: &Dossier,
    as_of: &AsOf,
    judged_on: NaiveDate,
    level: Option<Level>,
    explain: bool,
) -> Result<Option<CityStatus>, Incomplete> {
    let Some(view) = dossier.view(as_of)? else { return Ok(None) };
    let assessed = method::assess(&view, judged_on);
    let yardsticks = method::yardsticks(&view, judged_on, level, &assessed);
    let explain = explain.then(|| Explained {
        target_formulas: assessed
            .targets
            .iter()
            .map(|target| (target.target.id.clone(), method::explain(target)))
            .collect(),
        yardstick_formulas: method::explain_yardsticks(&yardsticks, &assessed.targets),
    });
    let sequence = dossier.last_sequence(as_of);
    Ok(Some(CityStatus {
        city: dossier.id.clone(),
        name: view.city.value.name.to_string(),
        judged_on,
        method: method::VERSION,
        sequence,
        headline_target: assessed.headline,
        permalink: permalink(&dossier.id, as_of, sequence, judged_on, level),
        statement: view.statement.as_ref().map(Reply::of),
        targets: assessed.targets,
        yardsticks,
        explain,
    }))
}

/// The series of `target`, or of the headline target without one; none if the city had no such target at `as_of`.
///
/// # Errors
/// If revisions known at `as_of` are no longer in memory: they have to be read from the log first.
pub fn series(
    dossier: &Dossier,
    as_of: &AsOf,
    judged_on: NaiveDate,
    target: Option<&str>,
) -> Result<Option<SeriesAnswer>, Incomplete> {
    let view = dossier.view(as_of)?;
    Ok(view.and_then(|view| build_series(dossier, &view, as_of, judged_on, target)))
}

fn build_series(
    dossier: &Dossier,
    view: &View<'_>,
    as_of: &AsOf,
    judged_on: NaiveDate,
    target: Option<&str>,
) -> Option<SeriesAnswer> {
    let assessed = method::assess(view, judged_on);
    let target = target.map_or(assessed.headline, Slug::new)?;
    let unit = assessed.targets.iter().find(|assessment| assessment.target.id == target)?.unit;
    Some(SeriesAnswer {
        city: dossier.id.clone(),
        name: view.city.value.name.to_string(),
        unit,
        judged_on,
        method: method::VERSION,
        sequence: dossier.last_sequence(as_of),
        rows: method::series(view, &target, judged_on)?,
        target,
    })
}

/// The rows of the series of one target that was assessed on the day `judged_on`, each with what it is of.
#[must_use]
pub fn series_items(city: &CityId, view: &View<'_>, judged_on: NaiveDate, assessed: &Assessment) -> Vec<SeriesItem> {
    let target = &assessed.target.id;
    let item = |row| SeriesItem {
        city: city.clone(),
        name: view.city.value.name.to_string(),
        target: target.clone(),
        unit: assessed.unit,
        row,
    };
    method::series(view, target, judged_on).unwrap_or_default().into_iter().map(item).collect()
}

/// The path that repeats a judgement: it pins the entry of the log, the day and the method.
fn permalink(city: &CityId, as_of: &AsOf, sequence: i64, judged_on: NaiveDate, level: Option<Level>) -> String {
    let mut path =
        format!("/v1/cities/{city}/status?sequence={sequence}&judged_on={judged_on}&method={}", method::VERSION);
    if let Some(through) = as_of.through {
        path.push_str(&format!("&through={through}"));
    }
    if let Some(day) = as_of.known_on {
        path.push_str(&format!("&known_on={day}"));
    }
    if let Some(level) = level {
        path.push_str(&format!("&level={level}"));
    }
    path
}
