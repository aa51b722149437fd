//! What the total of an inventory counts.

use super::vocabulary::vocabulary;

vocabulary! {
    /// What a total counts. Only totals of the same level are ever compared.
    Level {
        /// GPC BASIC: stationary energy, transport and waste, in scopes 1 and 2, and waste in scope 3.
        Basic = "basic",
        /// GPC BASIC+: BASIC plus transboundary transport, grid losses, industry and land use.
        BasicPlus = "basic_plus",
        /// GPC scope 1.
        Scope1 = "scope_1",
        /// GPC scopes 1 and 2.
        Scope12 = "scope_1_2",
        /// GPC scopes 1, 2 and 3.
        Scope123 = "scope_1_2_3",
        /// Emissions caused by the people of the city, wherever they occur.
        Consumption = "consumption",
        /// The city's own total, as the city defines it.
        Own = "own",
    }
}

impl Level {
    /// True if it is defined which lines a total at this level counts.
    #[must_use]
    pub const fn has_lines(self) -> bool {
        !matches!(self, Level::Consumption | Level::Own)
    }

    /// True if a total at this level may be below 0, because it counts land use, which may remove more than is emitted.
    #[must_use]
    pub const fn may_be_negative(self) -> bool {
        matches!(self, Level::BasicPlus | Level::Consumption | Level::Own)
    }
}
