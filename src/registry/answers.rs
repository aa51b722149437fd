//! The shapes of what is served: records with who recorded them and when, and the judgement of a city.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::bodies::Body;
use crate::method::{self, Assessment, Explanation, SeriesRow, Unit, Yardsticks};
use crate::record::change::Change;
use crate::record::units::plain;
use crate::record::warning::{Warning, warnings};
use crate::record::{
    Action, City, CityId, Cut, Dossier, Inventory, Kind, Level, Recorded, Slug, Stamp, Target, Totals, Year,
};

/// Writes a time as it is hashed: RFC 3339, UTC, to the second.
fn to_the_second<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Writes a percentage with the six decimals that all are printed with.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn to_six_decimals<S: Serializer>(percent: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    plain((percent * 1e6).round() / 1e6, serializer)
}

/// Who recorded a revision, when, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Provenance {
    /// The number of the revision: 1 when first recorded.
    #[schema(minimum = 1, example = 1)]
    pub revision: i32,
    /// When it was recorded: RFC 3339, UTC.
    #[serde(serialize_with = "to_the_second")]
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    #[schema(example = "City of Los Angeles, climate office")]
    pub recorded_by: String,
    /// Why it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Recalculated with the 2023 grid factors")]
    pub reason: Option<String>,
}

impl Provenance {
    fn of(stamp: &Stamp) -> Self {
        Provenance {
            revision: stamp.revision,
            recorded_at: stamp.recorded_at,
            recorded_by: stamp.recorded_by.clone(),
            reason: stamp.reason.clone(),
        }
    }
}

/// A city as recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CityAnswer {
    /// Its id.
    pub id: Slug,
    /// What it says of itself.
    #[serde(flatten)]
    #[schema(value_type = City)]
    pub city: Arc<City>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// How much of a line-by-line inventory is known.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Completeness {
    /// Share of the BASIC lines with a value or `NO`, in percent.
    #[serde(serialize_with = "to_six_decimals")]
    #[schema(minimum = 0, maximum = 100, example = 90.625)]
    pub basic: f64,
    /// Share of the BASIC+ lines with a value or `NO`, in percent.
    #[serde(serialize_with = "to_six_decimals")]
    #[schema(minimum = 0, maximum = 100, example = 87.5)]
    pub basic_plus: f64,
}

/// What lines sum to by level, in t CO2e; below 0 where land takes up more than is emitted.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of computed totals, for the specification")]
pub struct ComputedTotals {
    /// GPC BASIC, t CO2e.
    basic: Option<f64>,
    /// GPC BASIC+, t CO2e.
    basic_plus: Option<f64>,
    /// GPC scope 1, t CO2e.
    scope_1: Option<f64>,
    /// GPC scopes 1 and 2, t CO2e.
    scope_1_2: Option<f64>,
    /// GPC scopes 1, 2 and 3, t CO2e.
    scope_1_2_3: Option<f64>,
}

/// A baseline or report as recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InventoryAnswer {
    /// Its id; of a report the year.
    #[schema(example = "1990")]
    pub id: String,
    /// The city it belongs to.
    #[serde(rename = "city")]
    pub city_id: Slug,
    /// The inventory.
    #[serde(flatten)]
    #[schema(value_type = Inventory)]
    pub inventory: Arc<Inventory>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What the lines sum to, at each level of which every line has a value or a notation key, in t CO2e.
    #[serde(skip_serializing_if = "Totals::is_empty")]
    #[schema(value_type = Option<ComputedTotals>)]
    pub computed_totals: Totals,
    /// How much of the inventory's lines is known; absent without lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness_percent: Option<Completeness>,
    /// What may be a slip; never a refusal.
    pub warnings: Vec<Warning>,
}

/// A target as recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TargetAnswer {
    /// Its id.
    pub id: Slug,
    /// The city it belongs to.
    #[serde(rename = "city")]
    pub city_id: Slug,
    /// The target.
    #[serde(flatten)]
    #[schema(value_type = Target)]
    pub target: Arc<Target>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A city in a judgement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CityName {
    /// Its id.
    pub id: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
}

/// Every target of a city, judged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusAnswer {
    /// The city.
    pub city: CityName,
    /// The day of the judgement: what depends on the present day, such as staleness, is as on that day.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The version of the method.
    #[schema(example = "1")]
    pub method: &'static str,
    /// The last entry of the log that speaks of the city and was used.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// The id of the target to show first: the adopted one with the nearest future year, else the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<Slug>,
    /// The path that will give the same numbers for ever.
    #[schema(example = "/v1/cities/us-los-angeles/status?sequence=812&judged_on=2026-11-23&method=1")]
    pub permalink: String,
    /// The targets, each judged, by id.
    pub targets: Vec<Assessment>,
    /// What the pledges, and the course of emissions, are worth; these never change a verdict.
    pub yardsticks: Yardsticks,
    /// For every number the formula with the figures put in; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    #[schema(example = "1")]
    pub method: &'static str,
    /// The last entry of the log that speaks of the city and was used.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// A row a year, from the base year to the target year; none for a target that is not judged.
    pub rows: Vec<SeriesRow>,
}

/// One entry of the change log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// Its number in the log: 1, 2, 3 without a gap.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// When it was recorded: RFC 3339, UTC.
    #[serde(serialize_with = "to_the_second")]
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    #[schema(example = "City of Los Angeles, climate office")]
    pub actor: String,
    /// The city it is about.
    pub city: Slug,
    /// The kind of record.
    pub kind: Kind,
    /// The record's id; of a report the year.
    #[schema(example = "2016")]
    pub id: String,
    /// What it does.
    pub action: Action,
    /// The revision of the record that it makes.
    #[schema(minimum = 1, example = 2)]
    pub revision: i32,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Recalculated with the 2023 grid factors")]
    pub reason: Option<String>,
    /// The record before; absent when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<serde_json::Value>,
    /// The record after; absent when it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<serde_json::Value>,
    /// Whether the body was redacted; its hash remains. Absent when it was not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub redacted: bool,
    /// SHA-256 of the JSON object of `after` and `reason`: members sorted, no white space.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub body_hash: String,
    /// The hash of the entry before; 64 zeros for the first.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub previous_hash: String,
    /// SHA-256 of `previous_hash`, `sequence`, `recorded_at`, `actor`, `kind`, `city`, `id`, `action`,
    /// `revision` and `body_hash`, joined by line feeds.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
}

impl ChangeAnswer {
    /// The answer for an entry; `predecessor` made the revision before.
    ///
    /// # Errors
    /// A sentence, when a body cannot be read.
    pub fn new(change: Change, predecessor: Option<&Change>) -> Result<Self, String> {
        let (after, reason) = change.contents()?;
        let before = predecessor.map(Change::contents).transpose()?.and_then(|(before, _)| before);
        Ok(ChangeAnswer {
            sequence: change.sequence,
            recorded_at: change.recorded_at,
            actor: change.actor,
            city: change.key.city,
            kind: change.key.kind,
            id: change.key.id,
            action: change.action,
            revision: change.revision,
            reason,
            before,
            after,
            redacted: change.body.is_none(),
            body_hash: change.body_hash,
            previous_hash: change.previous_hash,
            hash: change.hash,
        })
    }
}

/// The city's answer; none when it is withdrawn.
#[must_use]
pub fn city(dossier: &Dossier) -> Option<CityAnswer> {
    let (city, stamp) = dossier.city.live()?;
    Some(CityAnswer { id: dossier.id.clone(), city: Arc::clone(city), provenance: Provenance::of(stamp) })
}

/// A baseline's answer; none when there is none or it is withdrawn.
#[must_use]
pub fn baseline(dossier: &Dossier, id: &str) -> Option<InventoryAnswer> {
    inventory(&dossier.id, id, dossier.baselines.get(id)?, None)
}

/// A report's answer; none when there is none or it is withdrawn.
#[must_use]
pub fn report(dossier: &Dossier, year: Year) -> Option<InventoryAnswer> {
    let before = Year::new(year.get() - 1).and_then(|year| dossier.reports.get(&year));
    let before = before.and_then(Recorded::live).map(|(inventory, _)| inventory.as_ref());
    inventory(&dossier.id, &year.to_string(), dossier.reports.get(&year)?, before)
}

fn inventory(
    city: &CityId,
    id: &str,
    record: &Recorded<Inventory>,
    year_before: Option<&Inventory>,
) -> Option<InventoryAnswer> {
    let (inventory, stamp) = record.live()?;
    let share = |level| inventory.completeness_percent(level);
    Some(InventoryAnswer {
        id: id.to_owned(),
        city_id: city.clone(),
        inventory: Arc::clone(inventory),
        provenance: Provenance::of(stamp),
        computed_totals: Totals::collect(|level| inventory.summed(level)),
        completeness_percent: share(Level::Basic)
            .zip(share(Level::BasicPlus))
            .map(|(basic, basic_plus)| Completeness { basic, basic_plus }),
        warnings: warnings(inventory, year_before),
    })
}

/// A target's answer; none when there is none or it is withdrawn.
#[must_use]
pub fn target(dossier: &Dossier, id: &str) -> Option<TargetAnswer> {
    let (key, record) = dossier.targets.get_key_value(id)?;
    let (target, stamp) = record.live()?;
    Some(TargetAnswer {
        id: key.clone(),
        city_id: dossier.id.clone(),
        target: Arc::clone(target),
        provenance: Provenance::of(stamp),
    })
}

/// The rendered answer of any record; none when there is none or it is withdrawn.
#[must_use]
pub fn record(dossier: &Dossier, kind: Kind, id: &str) -> Option<Body> {
    match kind {
        Kind::City => city(dossier).map(|answer| Body::json(&answer)),
        Kind::Baseline => baseline(dossier, id).map(|answer| Body::json(&answer)),
        Kind::Target => target(dossier, id).map(|answer| Body::json(&answer)),
        Kind::Report => {
            let year = Year::from_id(id)?;
            report(dossier, year).map(|answer| Body::json(&answer))
        }
    }
}

/// The judgement of a city as it stood at `cut`, on the day `judged_on`; none if it was not recorded then.
///
/// `level` is that of the yardsticks, the headline target's unless stated; `explain` adds the formulas.
#[must_use]
pub fn status(
    dossier: &Dossier,
    cut: &Cut,
    judged_on: NaiveDate,
    level: Option<Level>,
    explain: bool,
) -> Option<StatusAnswer> {
    let view = dossier.view(cut)?;
    let assessed = method::assess(&view, judged_on);
    let yardsticks = method::yardsticks(&view, judged_on, level, &assessed);
    let explain = explain.then(|| Explained {
        targets: assessed.targets.iter().map(|target| (target.target.id.clone(), method::explain(target))).collect(),
        yardsticks: method::explain_yardsticks(&yardsticks, &assessed.targets),
    });
    let sequence = dossier.last_sequence(cut);
    Some(StatusAnswer {
        city: CityName { id: dossier.id.clone(), name: view.city.value.name.to_string() },
        judged_on,
        method: method::VERSION,
        sequence,
        headline: assessed.headline,
        permalink: permalink(&dossier.id, cut, sequence, judged_on, level),
        targets: assessed.targets,
        yardsticks,
        explain,
    })
}

/// The course towards `target`, the headline target unless stated; none if there was no such target then.
#[must_use]
pub fn series(dossier: &Dossier, cut: &Cut, judged_on: NaiveDate, target: Option<&str>) -> Option<SeriesAnswer> {
    let view = dossier.view(cut)?;
    let assessed = method::assess(&view, judged_on);
    let target = target.map_or(assessed.headline, Slug::new)?;
    let unit = assessed.targets.iter().find(|assessment| assessment.target.id == target)?.unit;
    Some(SeriesAnswer {
        city: CityName { id: dossier.id.clone(), name: view.city.value.name.to_string() },
        unit,
        judged_on,
        method: method::VERSION,
        sequence: dossier.last_sequence(cut),
        rows: method::series(&view, &target, judged_on)?,
        target,
    })
}

/// The path that pins the log, the day and the method; `sequence` includes what `as_of` asked for.
fn permalink(city: &CityId, cut: &Cut, sequence: i64, judged_on: NaiveDate, level: Option<Level>) -> String {
    let mut path =
        format!("/v1/cities/{city}/status?sequence={sequence}&judged_on={judged_on}&method={}", method::VERSION);
    if let Some(through) = cut.through {
        path.push_str(&format!("&through={through}"));
    }
    if let Some(day) = cut.known_on {
        path.push_str(&format!("&known_on={day}"));
    }
    if let Some(level) = level {
        path.push_str(&format!("&level={level}"));
    }
    path
}
