//! Records and entries of the change log as documents, with who recorded them and when.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::body::Body;
use crate::record::change::Change;
use crate::record::units::serialize_plainly;
use crate::record::warning::{PreviousReports, Warning, target_warnings, warnings};
use crate::record::{
    Action, City, CityId, CityRecord, Dossier, Inventory, Kind, Level, Member, Network, Recorded, Slug, Stamp,
    Statement, Target, Totals, Year,
};

/// Writes a time in RFC 3339, UTC, to the second: the form in which entries are hashed.
pub(super) fn to_the_second<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Writes a percentage with at most six decimals, as all percentages are printed.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn to_six_decimals<S: Serializer>(percent: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serialize_plainly((percent * 1e6).round() / 1e6, serializer)
}

/// Who recorded a revision, when, and why.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Provenance {
    /// The number of the revision: 1 when first recorded.
    #[schema(minimum = 1, example = 1)]
    pub revision: i32,
    /// When the revision was recorded: RFC 3339, UTC.
    #[serde(serialize_with = "to_the_second")]
    pub recorded_at: DateTime<Utc>,
    /// Who recorded the revision: the label of the key, or of the command.
    #[schema(example = "City of Los Angeles, climate office")]
    pub recorded_by: String,
    /// Why the revision was made. Absent when no reason was given.
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
    /// The record itself.
    #[serde(flatten)]
    pub city: Arc<City>,
    /// The ids of the cities that came from this one by a merger or a split: those that name it as a predecessor.
    /// Absent when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<CityId>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// How complete the lines of an inventory are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Completeness {
    /// The share of the BASIC lines that have a value or the notation key `NO`, in percent.
    #[serde(serialize_with = "to_six_decimals")]
    #[schema(minimum = 0, maximum = 100, example = 90.625)]
    pub basic: f64,
    /// The share of the BASIC+ lines that have a value or the notation key `NO`, in percent.
    #[serde(serialize_with = "to_six_decimals")]
    #[schema(minimum = 0, maximum = 100, example = 87.5)]
    pub basic_plus: f64,
}

/// The sums of the lines by level, in t CO2e. A sum is below 0 where land takes up more than is emitted. A level is
/// absent unless all its lines have a value or a notation key, and at least one a value.
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
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InventoryAnswer {
    /// Its id. The id of a report is its year.
    #[schema(example = "1990")]
    pub id: String,
    /// The city it belongs to.
    #[serde(rename = "city")]
    pub city_id: Slug,
    /// The inventory.
    #[serde(flatten)]
    pub inventory: Arc<Inventory>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// The sums of the lines, in t CO2e. Absent when there is no level with a value or a notation key on every line.
    #[serde(skip_serializing_if = "Totals::is_empty")]
    #[schema(value_type = Option<ComputedTotals>)]
    pub computed_totals: Totals,
    /// How complete the lines are. Absent when the inventory has no lines.
    pub completeness_percent: Option<Completeness>,
    /// What may be a mistake. Warnings refuse nothing.
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
    pub target: Arc<Target>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What may be a mistake. Warnings refuse nothing.
    pub warnings: Vec<Warning>,
}

/// A statement as recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatementAnswer {
    /// Always `statement`: a city has at most one.
    #[schema(example = "statement")]
    pub id: &'static str,
    /// The city it belongs to.
    #[serde(rename = "city")]
    pub city_id: Slug,
    /// The statement.
    #[serde(flatten)]
    pub statement: Arc<Statement>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A network as recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkAnswer {
    /// Its id.
    #[schema(example = "c40")]
    pub id: Slug,
    /// The network.
    #[serde(flatten)]
    pub network: Arc<Network>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A membership as recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberAnswer {
    /// The id of the network.
    #[schema(example = "c40")]
    pub id: Slug,
    /// The city that is the member.
    #[serde(rename = "city")]
    pub city_id: Slug,
    /// The membership.
    #[serde(flatten)]
    pub member: Arc<Member>,
    /// Who recorded it, when, and why.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// One entry of the change log.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// The number of the entry in the log: 1, 2, 3, without gaps.
    #[schema(minimum = 1, example = 812)]
    pub sequence: i64,
    /// When it was recorded: RFC 3339, UTC.
    #[serde(serialize_with = "to_the_second")]
    pub recorded_at: DateTime<Utc>,
    /// Who recorded it: the label of the key, or of the command.
    #[schema(example = "City of Los Angeles, climate office")]
    pub actor: String,
    /// The id of the key that recorded it. Absent for entries made without a key: by a command, or by the demo.
    #[schema(example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11")]
    pub key: Option<String>,
    /// The id of the city it is about. Absent when it is about a network.
    pub city: Option<Slug>,
    /// The kind of record.
    pub kind: Kind,
    /// The id of the record. For a report it is the year, for a statement `statement`, for a membership the id of the
    /// network, and for a redaction the number of the entry whose body was removed.
    #[schema(example = "2016")]
    pub id: String,
    /// What was done to the record.
    pub action: Action,
    /// The number of the record's revision that the entry makes.
    #[schema(minimum = 1, example = 2)]
    pub revision: i32,
    /// Why it was done. Absent when no reason was given.
    #[schema(example = "Recalculated with the 2023 grid factors")]
    pub reason: Option<String>,
    /// The record before the entry. Absent when the record is new.
    #[schema(value_type = Option<Object>)]
    pub before: Option<serde_json::Value>,
    /// The record after the entry. Absent when the record was withdrawn.
    #[schema(value_type = Option<Object>)]
    pub after: Option<serde_json::Value>,
    /// True if the body was removed; its hash remains. Absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// SHA-256 of the body: a JSON object of `after`, `key` and `reason`, as far as the entry has them. Its members are
    /// sorted by name, without white space.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub body_hash: String,
    /// The `hash` of the entry before; 64 zeros for the first entry.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub previous_hash: String,
    /// SHA-256 of `previous_hash`, `sequence`, `recorded_at`, `actor`, `kind`, `city`, `id`, `action`, `revision` and
    /// `body_hash`, joined by line feeds. An absent `city` counts as an empty string.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
    /// True if the entry does not match its hashes, so it was altered after it was written; its body is left out.
    /// Absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
    /// For a redacted entry: the number of the entry that says who removed its body, when and why. Absent if the body
    /// was removed by hand, or if the log was restored only up to an earlier entry.
    #[schema(minimum = 1, example = 813)]
    pub redaction: Option<i64>,
}

impl ChangeAnswer {
    /// The document of an entry. `predecessor` is the entry that made the revision before.
    ///
    /// # Errors
    /// A sentence, if a body cannot be read.
    pub fn new(change: Change, predecessor: Option<&Change>) -> Result<Self, String> {
        let damaged = !change.is_intact();
        let ((after, reason), key) =
            if damaged { ((None, None), None) } else { (change.contents()?, change.key_id()?) };
        let predecessor = predecessor.filter(|change| change.is_intact());
        let before = predecessor.map(Change::contents).transpose()?.and_then(|(before, _)| before);
        Ok(ChangeAnswer {
            sequence: change.sequence,
            recorded_at: change.recorded_at,
            actor: change.actor,
            key,
            city: change.subject.city().cloned(),
            kind: change.subject.kind(),
            id: change.subject.id(),
            action: change.action,
            revision: change.revision,
            reason,
            before,
            after,
            redacted: change.body.is_none(),
            body_hash: change.body_hash,
            previous_hash: change.previous_hash,
            hash: change.hash,
            damaged,
            redaction: None,
        })
    }
}

/// The document of a city; none if the city is withdrawn.
#[must_use]
pub fn city(dossier: &Dossier, successors: &[CityId]) -> Option<CityAnswer> {
    let (city, stamp) = dossier.city.live()?;
    let (id, successors) = (dossier.id.clone(), successors.to_vec());
    Some(CityAnswer { id, city: Arc::clone(city), successors, provenance: Provenance::of(stamp) })
}

/// The document of a baseline; none if there is no such baseline or it is withdrawn.
#[must_use]
pub fn baseline(dossier: &Dossier, id: &str) -> Option<InventoryAnswer> {
    inventory(&dossier.id, id, dossier.baselines.get(id)?, PreviousReports::default())
}

/// The document of a report; none if there is no such report or it is withdrawn.
#[must_use]
pub fn report(dossier: &Dossier, year: Year) -> Option<InventoryAnswer> {
    let live = |year| dossier.reports.get(&year).and_then(Recorded::live).map(|(inventory, _)| inventory.as_ref());
    inventory(&dossier.id, &year.to_string(), dossier.reports.get(&year)?, PreviousReports::of(year, live))
}

fn inventory(
    city: &CityId,
    id: &str,
    record: &Recorded<Inventory>,
    earlier: PreviousReports<'_>,
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
        warnings: warnings(inventory, earlier),
    })
}

/// The document of a target; none if there is no such target or it is withdrawn.
#[must_use]
pub fn target(dossier: &Dossier, id: &str) -> Option<TargetAnswer> {
    let (key, record) = dossier.targets.get_key_value(id)?;
    let (target, stamp) = record.live()?;
    Some(TargetAnswer {
        id: key.clone(),
        city_id: dossier.id.clone(),
        target: Arc::clone(target),
        provenance: Provenance::of(stamp),
        warnings: target_warnings(target),
    })
}

/// The document of a city's statement; none if there is no statement or it is withdrawn.
#[must_use]
pub fn statement(dossier: &Dossier) -> Option<StatementAnswer> {
    let (statement, stamp) = dossier.statement.as_ref()?.live()?;
    Some(StatementAnswer {
        id: Statement::ID,
        city_id: dossier.id.clone(),
        statement: Arc::clone(statement),
        provenance: Provenance::of(stamp),
    })
}

/// The document of a network; none if the network is withdrawn.
#[must_use]
pub fn network(id: &Slug, record: &Recorded<Network>) -> Option<NetworkAnswer> {
    let (network, stamp) = record.live()?;
    Some(NetworkAnswer { id: id.clone(), network: Arc::clone(network), provenance: Provenance::of(stamp) })
}

/// The document of a city's membership of a network; none if there is no such membership or it is withdrawn.
#[must_use]
pub fn member(dossier: &Dossier, network: &str) -> Option<MemberAnswer> {
    let (id, record) = dossier.memberships.get_key_value(network)?;
    let (member, stamp) = record.live()?;
    Some(MemberAnswer {
        id: id.clone(),
        city_id: dossier.id.clone(),
        member: Arc::clone(member),
        provenance: Provenance::of(stamp),
    })
}

/// Any record of a city, rendered; none if there is no such record or it is withdrawn.
#[must_use]
pub fn record(dossier: &Dossier, successors: &[CityId], record: &CityRecord) -> Option<Body> {
    match record {
        CityRecord::City => city(dossier, successors).map(|answer| Body::json(&answer)),
        CityRecord::Baseline(id) => baseline(dossier, id.as_str()).map(|answer| Body::json(&answer)),
        CityRecord::Target(id) => target(dossier, id.as_str()).map(|answer| Body::json(&answer)),
        CityRecord::Report(year) => report(dossier, *year).map(|answer| Body::json(&answer)),
        CityRecord::Statement => statement(dossier).map(|answer| Body::json(&answer)),
        CityRecord::Member(network) => member(dossier, network.as_str()).map(|answer| Body::json(&answer)),
    }
}
