//! Numbers as they are printed, and their units.
//!
//! Everything is computed in `f64` from exact tonnes, and rounded once, at the very end. Comparisons that decide a
//! verdict use the printed precision (see [`Unit::round`]). So a reader who compares the printed numbers comes to the
//! same verdict, and the last bit of a floating-point number never decides it.

use crate::record::Tonnes;
use crate::record::inventory::{Figure, Inventory};
use crate::record::units::{Population, written_plainly};
use crate::record::vocabulary::vocabulary;

vocabulary! {
    /// The unit in which a target is judged.
    Unit {
        /// Tonnes of CO2 equivalent.
        Tonnes = "t_co2e",
        /// Tonnes of CO2 equivalent per person.
        TonnesPerPerson = "t_co2e_per_person",
    }
}

/// Declares a number that also keeps its value from before it was rounded for print.
macro_rules! printed {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name {
            exact: f64,
            printed: f64,
        }

        impl $name {
            /// The number as printed.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.printed
            }

            /// The number before it was rounded, for further calculations.
            #[must_use]
            pub(super) const fn exact(self) -> f64 {
                self.exact
            }
        }

        /// Equal if both print the same.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.printed == other.printed
            }
        }
    };
}

printed! {
    /// Tonnes of CO2 equivalent as printed: rounded to 0.001 t; never NaN, infinite or -0.
    Amount
}

printed! {
    /// A ratio, a percentage or an amount per person as printed: rounded to 6 decimals; never NaN, infinite or -0.
    Ratio
}

/// An amount in the unit of the target as printed: rounded to 0.001 t, or to 0.000001 t per person; never NaN, infinite
/// or -0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity(f64);

impl Quantity {
    /// The rounded amount.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

written_plainly!(Amount, "Tonnes of CO2 equivalent, rounded to 0.001.", 21_049_331);
written_plainly!(Ratio, "A ratio, a percentage or t CO2e per person, rounded to six decimals.", 5.399_377);
written_plainly!(Quantity, "An amount in the unit of the target.", 16_166_507.833);

impl Amount {
    /// The amount in t CO2e, rounded; `None` if it is not finite.
    #[must_use]
    pub fn new(tonnes: f64) -> Option<Self> {
        tonnes.is_finite().then(|| Amount { exact: tonnes, printed: round_to(tonnes, 1e3) })
    }
}

impl Ratio {
    /// The ratio, rounded; `None` if it is not finite.
    #[must_use]
    pub fn new(ratio: f64) -> Option<Self> {
        ratio.is_finite().then(|| Ratio { exact: ratio, printed: round_to(ratio, 1e6) })
    }
}

impl Unit {
    /// Rounds an amount as it is printed in this unit: to 0.001 t, or to 0.000001 t per person.
    #[must_use]
    pub fn round(self, amount: f64) -> f64 {
        match self {
            Unit::Tonnes => round_to(amount, 1e3),
            Unit::TonnesPerPerson => round_to(amount, 1e6),
        }
    }

    /// A figure in this unit; `None` if the unit is per person and the population is not known.
    #[must_use]
    pub fn amount(self, figure: Figure, population: Option<Population>) -> Option<f64> {
        let tonnes = figure.tonnes.get();
        match self {
            Unit::Tonnes => Some(tonnes),
            Unit::TonnesPerPerson => population.map(|population| tonnes / population.people()),
        }
    }

    /// An amount in this unit as printed; `None` if it is not finite.
    pub(super) fn quantity(self, amount: f64) -> Option<Quantity> {
        amount.is_finite().then(|| Quantity(self.round(amount)))
    }

    /// The population of an inventory, if this unit is per person.
    pub(super) fn population(self, inventory: &Inventory) -> Option<Population> {
        inventory.population.filter(|_| self == Unit::TonnesPerPerson)
    }

    /// The credits retired for the year of an inventory, per person; `None` if this unit is tonnes.
    pub(super) fn credits_per_person(self, inventory: &Inventory) -> Option<f64> {
        let credits = inventory.credits_retired_tonnes.map(Tonnes::get);
        credits.zip(self.population(inventory)).map(|(credits, population)| credits / population.people())
    }

    /// An amount as printed: the first value if this unit is tonnes, the second if it is per person.
    pub(super) fn print(self, amount: Option<f64>) -> (Option<Amount>, Option<Ratio>) {
        match self {
            Unit::Tonnes => (amount.and_then(Amount::new), None),
            Unit::TonnesPerPerson => (None, amount.and_then(Ratio::new)),
        }
    }
}

/// Rounds to one part in `parts`; adding 0 turns -0 into 0.
pub(super) fn round_to(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts + 0.0
}
