//! The gases of a baseline that was converted to other global warming potentials.

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::Tonnes;
use crate::record::gwp::LineGas;
use crate::record::line::LineValue;

use super::base::BaseInventory;

/// One gas of a converted baseline, summed over all lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConvertedGas {
    /// The gas.
    pub gas: LineGas,
    /// The amount of the gas itself, in tonnes.
    pub gas_tonnes: Tonnes,
    /// Its amount before the conversion, in t CO2e.
    pub old_tonnes: Tonnes,
    /// Its amount after the conversion to the potentials of the report, in t CO2e.
    pub new_tonnes: Tonnes,
}

impl ConvertedGas {
    /// The gases of a baseline that was converted; empty if it was not.
    pub(super) fn from_base(base: &BaseInventory<'_>) -> Vec<Self> {
        let Some((gwp, _)) = base.converted else { return Vec::new() };
        let lines: Vec<_> = base.inventory.lines.iter().filter(|line| base.scope.includes(line.reference)).collect();
        let convert = |gas: LineGas| {
            let (mut sums, mut stated) = ([0; 3], false);
            for line in &lines {
                if let LineValue::Gas { gas: line_gas, gas_tonnes } = line.value
                    && line_gas == gas
                {
                    let tonnes =
                        [Some(gas_tonnes.kilograms()), line.kilograms(base.inventory.gwp), line.kilograms(Some(gwp))];
                    sums.iter_mut().zip(tonnes).for_each(|(sum, more)| *sum += more.unwrap_or(0));
                    stated = true;
                }
            }
            let [gas_tonnes, old_tonnes, new_tonnes] = sums.map(Tonnes::from_kilograms);
            stated.then_some(ConvertedGas { gas, gas_tonnes, old_tonnes, new_tonnes })
        };
        LineGas::ALL.iter().filter_map(|gas| convert(*gas)).collect()
    }
}
