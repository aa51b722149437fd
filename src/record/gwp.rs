//! Global warming potentials over 100 years: the tonnes of CO2 that equal one tonne of a gas.
//!
//! Sources: IPCC Second (1995), Fourth (2007), Fifth (2013, without climate-carbon feedbacks) and Sixth (2021, table
//! 7.15) Assessment Reports.

use super::vocabulary::vocabulary;

vocabulary! {
    /// The assessment report whose global warming potentials an inventory uses.
    GwpSet {
        /// IPCC Second Assessment Report, 1995.
        Ar2 = "ar2",
        /// IPCC Fourth Assessment Report, 2007.
        Ar4 = "ar4",
        /// IPCC Fifth Assessment Report, 2013.
        Ar5 = "ar5",
        /// IPCC Sixth Assessment Report, 2021.
        Ar6 = "ar6",
    }
}

vocabulary! {
    /// A gas in which a line can be stated.
    LineGas {
        /// Carbon dioxide.
        Co2 = "co2",
        /// Methane.
        Ch4 = "ch4",
        /// Nitrous oxide.
        N2o = "n2o",
        /// Sulphur hexafluoride.
        Sf6 = "sf6",
        /// Nitrogen trifluoride.
        Nf3 = "nf3",
        /// HFC-134a, the most common hydrofluorocarbon.
        Hfc134a = "hfc_134a",
        /// Tetrafluoromethane, the most common perfluorocarbon.
        Cf4 = "cf4",
    }
}

/// The tonnes of CO2 that equal one tonne of `gas` in `set`; `None` if the set has no value for it.
#[must_use]
pub const fn potential(gas: LineGas, set: GwpSet) -> Option<f64> {
    let row: [Option<f64>; 4] = match gas {
        LineGas::Co2 => [Some(1.0), Some(1.0), Some(1.0), Some(1.0)],
        LineGas::Ch4 => [Some(21.0), Some(25.0), Some(28.0), Some(27.9)],
        LineGas::N2o => [Some(310.0), Some(298.0), Some(265.0), Some(273.0)],
        LineGas::Sf6 => [Some(23_900.0), Some(22_800.0), Some(23_500.0), Some(25_200.0)],
        LineGas::Nf3 => [None, Some(17_200.0), Some(16_100.0), Some(17_400.0)],
        LineGas::Hfc134a => [Some(1_300.0), Some(1_430.0), Some(1_300.0), Some(1_530.0)],
        LineGas::Cf4 => [Some(6_500.0), Some(7_390.0), Some(6_630.0), Some(7_380.0)],
    };
    row[match set {
        GwpSet::Ar2 => 0,
        GwpSet::Ar4 => 1,
        GwpSet::Ar5 => 2,
        GwpSet::Ar6 => 3,
    }]
}
