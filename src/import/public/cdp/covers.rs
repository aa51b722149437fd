//! What a target covers: the whole inventory at some level, or a part of it in sectors and lines of the GPC.
//!
//! CDP offers `Energy`, `Transport` and `Waste` besides the whole inventory. These are the three sectors of the GPC's
//! BASIC level (GPC, chapter 4), so its `Energy` is stationary energy. Text written by a city is accepted only if it
//! names a total, a sector or a subsector of the GPC, in any language. Anything else may be delimited differently.

use serde_json::{Value, json};

use crate::import::public::finding::LeftOut;
use crate::import::public::records::left_out;
use crate::import::table::figure::quoted;

/// What a target covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covers {
    /// The level of the totals that it refers to.
    pub level: &'static str,
    /// The part that it covers; none for the whole.
    pub part: Option<Part>,
}

/// A part of an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// The name in plain words, for ids and notes.
    pub name: &'static str,
    /// Lines of the GPC, or one whole sector.
    lines: &'static [&'static str],
}

impl Part {
    /// The part in the form that records use.
    pub fn sector(self) -> Value {
        match self.lines {
            [sector] if !sector.contains('.') => json!(sector),
            lines => json!(lines),
        }
    }
}

const fn whole(level: &'static str) -> Covers {
    Covers { level, part: None }
}

const fn part(name: &'static str, lines: &'static [&'static str]) -> Covers {
    Covers { level: "own", part: Some(Part { name, lines }) }
}

const ENERGY: Covers = part("stationary energy", &["I"]);
const TRANSPORT: Covers = part("transport", &["II"]);
const WASTE: Covers = part("waste", &["III"]);
const INDUSTRY: Covers = part("ippu", &["IV"]);
const LAND: Covers = part("afolu", &["V"]);
const RESIDENTIAL: Covers = part("residential", &["I.1.1", "I.1.2"]);
const TERTIARY: Covers = part("tertiary", &["I.2.1", "I.2.2"]);

/// What CDP's own options cover, in lower case.
const OFFERED: &[(&str, Covers)] = &[
    ("total", whole("own")),
    ("all emissions sources included in city inventory", whole("own")),
    ("energy", ENERGY),
    ("transport", TRANSPORT),
    ("waste", WASTE),
];

/// What texts written by cities cover, in lower case.
const FREE_TEXTS: &[(&str, Covers)] = &[
    ("total", whole("own")),
    ("community", whole("own")),
    ("community-wide (everything)", whole("own")),
    ("total city-wide emissions", whole("own")),
    ("target covers basic emissions only, although basic+ emissions are reported", whole("basic")),
    ("energy, transport, and waste", whole("basic")),
    ("energía, transporte y desechos", whole("basic")),
    ("energía, transporte, desechos", whole("basic")),
    ("energía transporte y desechos", whole("basic")),
    ("transporte, energía y desechos", whole("basic")),
    ("energía, transporte y residuos", whole("basic")),
    ("scope 1 ghg emissions", whole("scope_1")),
    ("consumption-based emissions", whole("consumption")),
    ("consumption based emissions", whole("consumption")),
    ("stationary energy", ENERGY),
    ("transportation", TRANSPORT),
    ("waste and wastewater", WASTE),
    ("wastewater", part("wastewater", &["III.4.1", "III.4.2"])),
    ("industrial processes and product use", INDUSTRY),
    ("procesos industriales y uso de productos", INDUSTRY),
    ("산업공정", INDUSTRY),
    ("afolu", LAND),
    ("agricultura. silvicultura y otros usos de la tierra (afolu)", LAND),
    ("lulucf", part("land use", &["V.2"])),
    ("land use, land use change and forestry", part("land use", &["V.2"])),
    ("residential", RESIDENTIAL),
    ("residential sector", RESIDENTIAL),
    ("residential buildings", RESIDENTIAL),
    ("résidentiel", RESIDENTIAL),
    ("tertiaire", TERTIARY),
];

/// What an answer covers.
///
/// An empty answer does not mean the whole.
pub(super) fn covers(stated: &str) -> Result<Covers, LeftOut> {
    let lower = stated.to_lowercase();
    let own_words = lower.strip_prefix("other").and_then(|rest| rest.split_once(':')).map(|(_, words)| words.trim());
    let find = |list: &[(&str, Covers)], words: &str| {
        list.iter().find(|(known, _)| *known == words).map(|(_, covers)| *covers)
    };
    let found = match own_words {
        Some(words) => find(FREE_TEXTS, words),
        None => find(OFFERED, &lower).or_else(|| find(FREE_TEXTS, &lower)),
    };
    match found {
        Some(covers) => Ok(covers),
        None if lower.is_empty() => {
            Err(left_out("sector_not_stated", "The row does not say which emissions it covers."))
        }
        None => {
            let message = format!("\"{}\" is neither the whole inventory nor a sector of the GPC.", quoted(stated));
            Err(left_out("sector_not_gpc", message))
        }
    }
}
