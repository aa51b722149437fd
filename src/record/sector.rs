//! The sectors that an inventory's totals count, when the city states totals but no lines.

use super::fault::{At, list};
use super::vocabulary::vocabulary;
use serde_json::Value;

vocabulary! {
    /// A sector that an inventory's totals count, after the Common Reporting Framework of the Global Covenant of
    /// Mayors and the Covenant's own template.
    CountedSector {
        /// Residential buildings.
        ResidentialBuildings = "residential_buildings",
        /// Buildings and facilities of the municipality.
        MunicipalBuildings = "municipal_buildings",
        /// Commercial and institutional buildings and facilities.
        TertiaryBuildings = "tertiary_buildings",
        /// Energy used by manufacturing and construction.
        Industry = "industry",
        /// Transport.
        Transport = "transport",
        /// Waste and waste water.
        Waste = "waste",
        /// Generation of energy supplied to the grid.
        EnergySupply = "energy_supply",
        /// Agriculture.
        Agriculture = "agriculture",
        /// Land use and forestry.
        LandUse = "land_use",
        /// Industrial processes and product use.
        IndustrialProcesses = "industrial_processes",
    }
}

/// Reads the sectors counted: at least one, none twice; kept in one order so that equal sets are equal.
pub(super) fn counted_sectors(value: Value, at: &At<'_>) -> Option<Vec<CountedSector>> {
    let mut sectors: Vec<CountedSector> = list(value, at, CountedSector::ALL.len())?;
    if sectors.is_empty() {
        return at.fault("empty", "must name at least one sector; leave it out when the sectors are not known");
    }
    let named = sectors.len();
    sectors.sort_unstable();
    sectors.dedup();
    if sectors.len() == named { Some(sectors) } else { at.fault("duplicate", "must not name a sector twice") }
}
