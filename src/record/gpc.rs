//! The lines of a GPC inventory: the scope of each, and the totals that count it.
//!
//! Source: Global Protocol for Community-Scale Greenhouse Gas Inventories (GPC), World Resources
//! Institute, C40 Cities and ICLEI; line by line as in the taxonomy of the C40 GHG dashboard data of
//! 30 May 2023.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::fault::{At, Parse};
use super::level::Level;

/// Which totals count a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    /// BASIC and BASIC+.
    Basic,
    /// BASIC+ only.
    BasicPlus,
    /// Territorial emissions outside BASIC and BASIC+: energy supplied to the grid, imported waste.
    Territorial,
    /// Other scope 3.
    Other,
}

/// A line of the GPC taxonomy.
#[derive(Debug)]
struct Entry {
    /// The GPC reference number.
    reference: &'static str,
    /// 1, 2 or 3.
    scope: u8,
    /// Which totals count it.
    tier: Tier,
}

/// Shorthand for the table below.
const fn entry(reference: &'static str, scope: u8, tier: Tier) -> Entry {
    Entry { reference, scope, tier }
}

/// Every line of the taxonomy, in its order.
#[rustfmt::skip]
const TAXONOMY: &[Entry] = &[
    entry("I.1.1", 1, Tier::Basic),
    entry("I.1.2", 2, Tier::Basic),
    entry("I.1.3", 3, Tier::BasicPlus),
    entry("I.2.1", 1, Tier::Basic),
    entry("I.2.2", 2, Tier::Basic),
    entry("I.2.3", 3, Tier::BasicPlus),
    entry("I.3.1", 1, Tier::Basic),
    entry("I.3.2", 2, Tier::Basic),
    entry("I.3.3", 3, Tier::BasicPlus),
    entry("I.4.1", 1, Tier::Basic),
    entry("I.4.2", 2, Tier::Basic),
    entry("I.4.3", 3, Tier::BasicPlus),
    entry("I.4.4", 1, Tier::Territorial),
    entry("I.5.1", 1, Tier::Basic),
    entry("I.5.2", 2, Tier::Basic),
    entry("I.5.3", 3, Tier::BasicPlus),
    entry("I.6.1", 1, Tier::Basic),
    entry("I.6.2", 2, Tier::Basic),
    entry("I.6.3", 3, Tier::BasicPlus),
    entry("I.7.1", 1, Tier::Basic),
    entry("I.8.1", 1, Tier::Basic),
    entry("II.1.1", 1, Tier::Basic),
    entry("II.1.2", 2, Tier::Basic),
    entry("II.1.3", 3, Tier::BasicPlus),
    entry("II.2.1", 1, Tier::Basic),
    entry("II.2.2", 2, Tier::Basic),
    entry("II.2.3", 3, Tier::BasicPlus),
    entry("II.3.1", 1, Tier::Basic),
    entry("II.3.2", 2, Tier::Basic),
    entry("II.3.3", 3, Tier::BasicPlus),
    entry("II.4.1", 1, Tier::Basic),
    entry("II.4.2", 2, Tier::Basic),
    entry("II.4.3", 3, Tier::BasicPlus),
    entry("II.5.1", 1, Tier::Basic),
    entry("II.5.2", 2, Tier::Basic),
    entry("II.5.3", 3, Tier::BasicPlus),
    entry("III.1.1", 1, Tier::Basic),
    entry("III.1.2", 3, Tier::Basic),
    entry("III.1.3", 1, Tier::Territorial),
    entry("III.2.1", 1, Tier::Basic),
    entry("III.2.2", 3, Tier::Basic),
    entry("III.2.3", 1, Tier::Territorial),
    entry("III.3.1", 1, Tier::Basic),
    entry("III.3.2", 3, Tier::Basic),
    entry("III.3.3", 1, Tier::Territorial),
    entry("III.4.1", 1, Tier::Basic),
    entry("III.4.2", 3, Tier::Basic),
    entry("III.4.3", 1, Tier::Territorial),
    entry("IV.1", 1, Tier::BasicPlus),
    entry("IV.2", 1, Tier::BasicPlus),
    entry("V.1", 1, Tier::BasicPlus),
    entry("V.2", 1, Tier::BasicPlus),
    entry("V.3", 1, Tier::BasicPlus),
    entry("VI.1", 3, Tier::Other),
];

/// A line of the GPC taxonomy, such as `II.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GpcRef(u8);

impl GpcRef {
    /// The line with this reference number; `None` if there is none.
    #[must_use]
    pub fn new(reference: &str) -> Option<Self> {
        let index = TAXONOMY.iter().position(|entry| entry.reference == reference)?;
        u8::try_from(index).ok().map(GpcRef)
    }

    /// Every line, in the taxonomy's order.
    pub fn all() -> impl Iterator<Item = GpcRef> {
        (0u8..).take(TAXONOMY.len()).map(GpcRef)
    }

    /// Its index in the taxonomy, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The reference number.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.entry().reference
    }

    /// The sector's numeral: `I` stationary energy, `II` transportation, `III` waste, `IV` industrial
    /// processes and product use, `V` agriculture, forestry and other land use, `VI` other scope 3.
    #[must_use]
    pub fn sector(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }

    /// True if the line may be below zero, because land use can take up carbon.
    #[must_use]
    pub fn may_be_negative(self) -> bool {
        matches!(self.as_str(), "V.2" | "V.3")
    }

    /// True if a total at `level` counts this line.
    #[must_use]
    pub fn is_counted_at(self, level: Level) -> bool {
        let Entry { scope, tier, .. } = *self.entry();
        match level {
            Level::Basic => tier == Tier::Basic,
            Level::BasicPlus => matches!(tier, Tier::Basic | Tier::BasicPlus),
            Level::Scope1 => scope == 1,
            // Energy supplied to the grid is counted where it is used, in the lines of scope 2.
            Level::Scope12 => scope <= 2 && !self.is_grid_supply(),
            Level::Scope123 => !self.is_grid_supply(),
            // The lines of these totals are not defined.
            Level::Consumption | Level::Own => false,
        }
    }

    /// True if it is energy generated in the city and supplied to the grid.
    fn is_grid_supply(self) -> bool {
        self.as_str() == "I.4.4"
    }

    fn entry(self) -> &'static Entry {
        &TAXONOMY[usize::from(self.0)]
    }
}

impl utoipa::PartialSchema for GpcRef {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .enum_values(Some(GpcRef::all().map(GpcRef::as_str)))
            .description(Some("A line of the GPC taxonomy."))
            .into()
    }
}

impl utoipa::ToSchema for GpcRef {}

impl Serialize for GpcRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Parse for GpcRef {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        match value.as_str().and_then(GpcRef::new) {
            Some(reference) => Some(reference),
            None => at.fault("unknown_gpc_ref", "must be a line of the GPC taxonomy, such as I.1.1 or II.4.3"),
        }
    }
}
