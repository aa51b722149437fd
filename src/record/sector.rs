//! The sector of a target: the part of a city's emissions that it covers, in lines of the GPC.

use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::fault::{At, Parse, json_type, parse_list};
use super::gpc::GpcRef;
use super::level::Level;
use super::text::Name;
use super::vocabulary::vocabulary;

vocabulary! {
    /// A sector of the GPC, by its Roman numeral.
    GpcSector {
        /// Stationary energy.
        StationaryEnergy = "I",
        /// Transportation.
        Transportation = "II",
        /// Waste.
        Waste = "III",
        /// Industrial processes and product use.
        IndustrialProcesses = "IV",
        /// Agriculture, forestry and other land use.
        LandUse = "V",
        /// Other scope 3.
        OtherScope3 = "VI",
    }
}

impl GpcSector {
    /// Its name in the GPC.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            GpcSector::StationaryEnergy => "stationary energy",
            GpcSector::Transportation => "transportation",
            GpcSector::Waste => "waste",
            GpcSector::IndustrialProcesses => "industrial processes and product use",
            GpcSector::LandUse => "agriculture, forestry and other land use",
            GpcSector::OtherScope3 => "other scope 3",
        }
    }
}

/// The part of a city's emissions that a target covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sector {
    /// A whole sector of the GPC.
    Whole(GpcSector),
    /// Some lines, in the order of the taxonomy, none twice.
    Lines(Vec<GpcRef>),
    /// A name without lines. Earlier versions recorded such names; a target with one is not judged.
    Named(Name),
}

impl Sector {
    /// Reads a sector by its numeral, such as `II`, or a line, such as `II.1.1`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let whole = GpcSector::from_word(word).map(Sector::Whole);
        whole.or_else(|| GpcRef::new(word).map(|line| Sector::Lines(vec![line])))
    }

    /// True if it covers all of `other` in a total at `level`.
    #[must_use]
    pub fn covers(&self, other: &Sector, level: Level) -> bool {
        let (own, wanted) = (self.lines(level), other.lines(level));
        self == other || (!wanted.is_empty() && wanted.iter().all(|line| own.contains(line)))
    }

    /// The lines it covers in a total at `level`, in the order of the taxonomy; empty if only a name is known.
    ///
    /// At a level whose lines are not defined, a whole sector is all of its lines.
    #[must_use]
    pub fn lines(&self, level: Level) -> Vec<GpcRef> {
        match self {
            Sector::Whole(sector) => {
                let of_sector = GpcRef::all().filter(|line| line.sector() == sector.as_str());
                of_sector.filter(|line| !level.has_lines() || line.is_counted_at(level)).collect()
            }
            Sector::Lines(lines) => lines.clone(),
            Sector::Named(_) => Vec::new(),
        }
    }
}

/// In words, for a sentence: `transportation`, `lines I.1.1 and I.1.2`.
impl std::fmt::Display for Sector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Sector::Whole(sector) => f.write_str(sector.name()),
            Sector::Named(name) => name.fmt(f),
            Sector::Lines(lines) => match lines.as_slice() {
                [] => Ok(()),
                [only] => write!(f, "line {}", only.as_str()),
                [first @ .., last] => {
                    let first: Vec<&str> = first.iter().map(|line| line.as_str()).collect();
                    write!(f, "lines {} and {}", first.join(", "), last.as_str())
                }
            },
        }
    }
}

impl Serialize for Sector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Sector::Whole(sector) => sector.serialize(serializer),
            Sector::Lines(lines) => lines.serialize(serializer),
            Sector::Named(name) => name.serialize(serializer),
        }
    }
}

impl Parse for Sector {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        match &value {
            Value::Array(_) => parse_lines(value, at),
            Value::String(text) => match GpcSector::from_word(text) {
                Some(sector) => Some(Sector::Whole(sector)),
                None if at.is_logged => Name::parse(value, at).map(Sector::Named),
                None => at.fault("unknown_sector", "must be a GPC sector from I to VI, or an array of GPC lines"),
            },
            other => at.fault("wrong_type", format!("must be a string or an array, not {}", json_type(other))),
        }
    }
}

/// Reads GPC lines: at least one, none twice. They are sorted, so that equal sets are equal.
fn parse_lines(value: Value, at: &At<'_>) -> Option<Sector> {
    let mut lines: Vec<GpcRef> = parse_list(value, at, GpcRef::all().count())?;
    if lines.is_empty() {
        return at.fault("empty", "must name at least one line; leave it out for the whole city");
    }
    let count = lines.len();
    lines.sort_unstable();
    lines.dedup();
    if lines.len() == count { Some(Sector::Lines(lines)) } else { at.fault("duplicate", "must not name a line twice") }
}

impl PartialSchema for Sector {
    fn schema() -> RefOr<Schema> {
        let lines = ArrayBuilder::new()
            .items(Ref::from_schema_name(GpcRef::name()))
            .min_items(Some(1))
            .max_items(Some(GpcRef::all().count()))
            .unique_items(true);
        OneOfBuilder::new()
            .item(Ref::from_schema_name(<GpcSector as ToSchema>::name()))
            .item(lines)
            .description(Some("A whole GPC sector by its numeral, or some GPC lines, none of them twice."))
            .into()
    }
}

impl ToSchema for Sector {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((<GpcSector as ToSchema>::name().into(), GpcSector::schema()));
        schemas.push((GpcRef::name().into(), GpcRef::schema()));
    }
}
