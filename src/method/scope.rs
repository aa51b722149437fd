//! The scope of a target: the total at a level, or some lines of an inventory.

use crate::record::gpc::GpcRef;
use crate::record::gwp::GwpSet;
use crate::record::inventory::{Figure, Inventory};
use crate::record::level::Level;
use crate::record::line::LineValue;
use crate::record::target::Target;

/// What a target counts of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// The level of the totals.
    pub level: Level,
    /// The lines of a target for one sector; `None` for the whole city.
    pub lines: Option<Vec<GpcRef>>,
}

impl Scope {
    /// The scope of `target`.
    pub fn of(target: &Target) -> Self {
        Scope { level: target.level, lines: target.sector.as_ref().map(|sector| sector.lines(target.level)) }
    }

    /// The figure of an inventory. For the whole city, that is the stated total, or else the sum; for a sector, the sum
    /// of its lines.
    ///
    /// Lines stated by gas are converted by the inventory's own set of potentials.
    pub fn figure(&self, inventory: &Inventory) -> Option<Figure> {
        match &self.lines {
            None => inventory.figure(self.level),
            Some(lines) => {
                let tonnes = inventory.sum_of(lines.iter().copied(), inventory.gwp)?;
                Some(Figure { tonnes, stated: None, summed: Some(tonnes) })
            }
        }
    }

    /// The figure of an inventory with its lines converted by another set of potentials.
    pub fn figure_by(&self, inventory: &Inventory, gwp: GwpSet) -> Option<Figure> {
        let tonnes = inventory.sum_of(self.counted_lines(), Some(gwp))?;
        Some(Figure { tonnes, stated: None, summed: Some(tonnes) })
    }

    /// True if a line is counted; at a level whose lines are not defined, every line is.
    pub fn includes(&self, line: GpcRef) -> bool {
        match &self.lines {
            Some(lines) => lines.contains(&line),
            None => match self.level {
                Level::Own => true,
                Level::Consumption => false,
                level => line.is_counted_at(level),
            },
        }
    }

    /// True if it is the whole city by its own definition, whose lines may be less than its total.
    pub fn is_own(&self) -> bool {
        self.level == Level::Own && self.lines.is_none()
    }

    /// True if it is defined which lines the figure must have.
    pub fn has_lines(&self) -> bool {
        self.lines.is_some() || self.level.has_lines()
    }

    /// True if every line is given and none is stated in tonnes of CO2e, so that another set can convert it.
    pub fn is_by_gas(&self, inventory: &Inventory) -> bool {
        let by_gas = |line: GpcRef| {
            let mut given = inventory.lines.iter().filter(|given| given.reference == line).peekable();
            given.peek().is_some() && given.all(|line| !matches!(line.value, LineValue::Tonnes { .. }))
        };
        let has_gas_line = inventory.lines.iter().any(|line| matches!(line.value, LineValue::Gas { .. }));
        has_gas_line && self.has_lines() && inventory.gwp.is_some() && self.counted_lines().all(by_gas)
    }

    /// The lines that the figure must have; empty if they are not defined.
    fn counted_lines(&self) -> impl Iterator<Item = GpcRef> {
        let known = self.has_lines();
        GpcRef::all().filter(move |line| known && self.includes(*line))
    }
}
