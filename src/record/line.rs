//! One line of an inventory: a GPC reference with tonnes of CO2e, with tonnes of one gas, or with the reason why it has
//! no value.

use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::fault::{At, Fields, Parse};
use super::gpc::GpcRef;
use super::gwp::{GwpSet, LineGas, potential};
use super::text::Text;
use super::units::{SignedTonnes, Tonnes};
use super::vocabulary::vocabulary;

vocabulary! {
    /// Why a line has no value (GPC notation keys).
    Notation {
        /// Not occurring: counts as 0.
        NotOccurring = "NO",
        /// Not estimated: unknown.
        NotEstimated = "NE",
        /// Included elsewhere: not known by itself.
        IncludedElsewhere = "IE",
        /// Confidential: unknown.
        Confidential = "C",
    }
}

/// The value of a line, or why it has none.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LineValue {
    /// The line's emissions in CO2 equivalent.
    Tonnes {
        /// Emissions in t CO2e; below 0 only in V.2 and V.3.
        tonnes: Tonnes,
    },
    /// The line's emissions of one gas.
    Gas {
        /// The gas.
        gas: LineGas,
        /// Emissions in tonnes of that gas; the inventory's `gwp` converts them to CO2e.
        gas_tonnes: Tonnes,
    },
    /// Why the line has no value.
    Notation {
        /// The GPC notation key.
        notation: Notation,
        /// The city's explanation; absent if it gave none.
        explanation: Option<Text>,
    },
}

/// One line of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    /// The GPC reference number.
    #[serde(rename = "ref")]
    #[schema(example = "I.1.1")]
    pub reference: GpcRef,
    /// Its value.
    #[serde(flatten)]
    pub value: LineValue,
}

impl Line {
    /// The line in kilograms of CO2e, with gases converted by `gwp`; `None` if the amount is unknown.
    ///
    /// `NO` counts as 0; `NE`, `IE` and `C` are unknown, never 0.
    #[must_use]
    pub fn kilograms(&self, gwp: Option<GwpSet>) -> Option<i64> {
        match &self.value {
            LineValue::Tonnes { tonnes } => Some(tonnes.kilograms()),
            LineValue::Gas { gas, gas_tonnes } => {
                let factor = potential(*gas, gwp?)?;
                Tonnes::new(gas_tonnes.get() * factor).map(Tonnes::kilograms)
            }
            LineValue::Notation { notation: Notation::NotOccurring, .. } => Some(0),
            LineValue::Notation { .. } => None,
        }
    }

    /// The lines in which this one is included, read from the explanation of an `IE`.
    pub fn included_in(&self) -> Vec<GpcRef> {
        let LineValue::Notation { notation: Notation::IncludedElsewhere, explanation: Some(text) } = &self.value else {
            return Vec::new();
        };
        let words = text.as_str().split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        words.filter_map(|word| GpcRef::new(word.trim_matches('.'))).collect()
    }

    /// True if it states an amount, of CO2e or of a gas.
    #[must_use]
    pub fn has_value(&self) -> bool {
        !matches!(self.value, LineValue::Notation { .. })
    }
}

impl Parse for Line {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let form = ["tonnes", "gas", "gas_tonnes", "notation", "explanation"].map(|name| fields.has(name));
        if !matches!(
            form,
            [true, false, false, false, false] | [false, true, true, false, false] | [false, false, false, true, _]
        ) {
            at.fault::<()>(
                "line_form",
                "must have either `tonnes`, or `gas` and `gas_tonnes`, or `notation` and perhaps `explanation`",
            );
        }
        let reference: Option<GpcRef> = fields.required("ref");
        let tonnes: Option<SignedTonnes> = fields.optional("tonnes");
        let gas: Option<LineGas> = fields.optional("gas");
        let gas_tonnes: Option<SignedTonnes> = fields.optional("gas_tonnes");
        let notation: Option<Notation> = fields.optional("notation");
        let explanation: Option<Text> = fields.optional("explanation");
        fields.close();
        let value = match (tonnes, gas, gas_tonnes, notation, explanation) {
            (Some(SignedTonnes(tonnes)), None, None, None, None) => LineValue::Tonnes { tonnes },
            (None, Some(gas), Some(SignedTonnes(gas_tonnes)), None, None) => LineValue::Gas { gas, gas_tonnes },
            (None, None, None, Some(notation), explanation) => LineValue::Notation { notation, explanation },
            // The fault has been noted already.
            _ => return None,
        };
        let line = Line { reference: reference?, value };
        let negative = match &line.value {
            LineValue::Tonnes { tonnes } | LineValue::Gas { gas_tonnes: tonnes, .. } => tonnes.kilograms() < 0,
            LineValue::Notation { .. } => false,
        };
        if negative && !line.reference.may_be_negative() {
            return at.fault("out_of_range", "must be at least 0: only V.2 and V.3 may be negative");
        }
        Some(line)
    }
}
