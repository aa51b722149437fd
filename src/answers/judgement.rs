//! The shapes in which a city's judgement is served: every target judged, and a target's course.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::records::to_the_second;
use crate::method::{self, Assessment, Explanation, SeriesRow, Unit, Yardsticks};
use crate::record::{AsOf, CityId, Dossier, Incomplete, Known, Level, Slug, Statement, View};

/// A city in a judgement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CityName {
    /// Its id.
    pub id: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
}

/// What the city itself says of the verdicts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reply {
    /// The statement.
    #[serde(flatten)]
    pub statement: Statement,
    /// When it was recorded: RFC 3339, UTC.
    #[serde(serialize_with = "to_the_second")]
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    #[schema(example = "City of Los Angeles, climate office")]
    pub recorded_by: String,
    /// The number of its revision: 1 when first recorded.
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
pub struct StatusAnswer {
    /// The city.
    pub city: CityName,
    /// The day of the judgement: what depends on the present day, such as staleness, is as on that day.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The version of the method.
    #[schema(example = "2")]
    pub method: &'static str,
    /// The last entry of the log that speaks of the city and was used.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// The id of the target to show first: of those that bind the whole city, not yet due first, the one that asks for most
    /// soon.
    pub headline: Option<Slug>,
    /// The path that will give the same numbers for ever.
    #[schema(example = "/v1/cities/us-los-angeles/status?sequence=812&judged_on=2026-11-23&method=2")]
    pub permalink: String,
    /// What the city says of the verdicts, if it has said anything; it never changes one.
    pub statement: Option<Reply>,
    /// The targets, each judged, by id.
    pub targets: Vec<Assessment>,
    /// What the pledges, and the course of emissions, are worth; these never change a verdict.
    pub yardsticks: Yardsticks,
    /// For every number the formula with the figures put in; only when asked for.
    pub explain: Option<Explained>,
}

/// Every number explained.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Explained {
    /// The numbers of each target, by its id.
    pub targets: BTreeMap<Slug, Vec<Explanation>>,
    /// The numbers of the yardsticks.
    pub yardsticks: Vec<Explanation>,
}

/// The course of a city's emissions towards a target.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeriesAnswer {
    /// The city.
    pub city: CityName,
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
    /// The last entry of the log that speaks of the city and was used.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// A row a year, from the base year to the target year or the last report after it; none for a target that is not
    /// judged.
    pub rows: Vec<SeriesRow>,
}

/// The judgement of a city as it stood at `as_of`, on the day `judged_on`; none if it was not recorded then.
///
/// `level` is that of the yardsticks, the headline target's unless stated; `explain` adds the formulas.
///
/// # Errors
/// When what was known then has to be restored first.
pub fn status(
    dossier: &Dossier,
    as_of: &AsOf,
    judged_on: NaiveDate,
    level: Option<Level>,
    explain: bool,
) -> Result<Option<StatusAnswer>, Incomplete> {
    let Some(view) = dossier.view(as_of)? else { return Ok(None) };
    let assessed = method::assess(&view, judged_on);
    let yardsticks = method::yardsticks(&view, judged_on, level, &assessed);
    let explain = explain.then(|| Explained {
        targets: assessed.targets.iter().map(|target| (target.target.id.clone(), method::explain(target))).collect(),
        yardsticks: method::explain_yardsticks(&yardsticks, &assessed.targets),
    });
    let sequence = dossier.last_sequence(as_of);
    Ok(Some(StatusAnswer {
        city: CityName { id: dossier.id.clone(), name: view.city.value.name.to_string() },
        judged_on,
        method: method::VERSION,
        sequence,
        headline: assessed.headline,
        permalink: permalink(&dossier.id, as_of, sequence, judged_on, level),
        statement: view.statement.as_ref().map(Reply::of),
        targets: assessed.targets,
        yardsticks,
        explain,
    }))
}

/// The course towards `target`, the headline target unless stated; none if there was no such target then.
///
/// # Errors
/// When what was known then has to be restored first.
pub fn series(
    dossier: &Dossier,
    as_of: &AsOf,
    judged_on: NaiveDate,
    target: Option<&str>,
) -> Result<Option<SeriesAnswer>, Incomplete> {
    let view = dossier.view(as_of)?;
    Ok(view.and_then(|view| series_of(dossier, &view, as_of, judged_on, target)))
}

fn series_of(
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
        city: CityName { id: dossier.id.clone(), name: view.city.value.name.to_string() },
        unit,
        judged_on,
        method: method::VERSION,
        sequence: dossier.last_sequence(as_of),
        rows: method::series(view, &target, judged_on)?,
        target,
    })
}

/// The path that pins the log, the day and the method; `sequence` includes what `as_of` asked for.
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
