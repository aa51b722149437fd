//! The columns of the template: their names, their meaning, and how a header is recognized.

use unicode_normalization::UnicodeNormalization;

use crate::import::table::number::{self, Quantity};
use crate::import::table::sheets;
use crate::import::table::unit::{self, Scale, plain_digit};
use crate::record::limits;

/// One of the two tables of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// One row for each year.
    Reports,
    /// One row for each line of a year's inventory.
    Lines,
}

impl Sheet {
    /// The sheet's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Sheet::Reports => sheets::REPORTS,
            Sheet::Lines => sheets::LINES,
        }
    }

    /// The sheet with this name, ignoring case; none if there is none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Sheet> {
        [Sheet::Reports, Sheet::Lines].into_iter().find(|sheet| sheet.name().eq_ignore_ascii_case(name.trim()))
    }

    /// Its columns in the order of the template. `city` is recognized but not in the template.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Sheet::Reports => REPORTS,
            Sheet::Lines => LINES,
        }
    }

    /// Every recognized column: those of the template, and the repeated groups.
    pub fn known(self) -> impl Iterator<Item = &'static Column> {
        let repeated = if self == Sheet::Reports { ALSO_STATED.as_flattened() } else { &[] };
        self.columns().iter().chain(repeated)
    }
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// The id of the city.
    City,
    /// The year.
    Year,
    /// A number.
    Number(Quantity),
    /// A day.
    Day,
    /// One word from a list.
    Word(fn() -> Vec<&'static str>),
    /// Gases from the list, separated by commas.
    Gases,
    /// `yes` or `no`.
    YesNo,
    /// Text.
    Text,
}

/// A column of the template.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name, which is the header in the template.
    pub name: &'static str,
    /// The JSON pointer of its value in the body of the report or line.
    pub pointer: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    /// Other headers with the same meaning, in lower-case letters and digits only.
    aliases: &'static [&'static str],
    /// The description in the template.
    pub meaning: &'static str,
}

// Columns are constants with unique names.
impl PartialEq for Column {
    fn eq(&self, other: &Column) -> bool {
        self.name == other.name
    }
}

/// The words of a vocabulary.
macro_rules! words {
    ($vocabulary:path) => {
        Kind::Word(|| <$vocabulary>::ALL.iter().map(|member| member.as_str()).collect())
    };
}

/// Shorthand for the tables below.
const fn column(
    name: &'static str,
    pointer: &'static str,
    kind: Kind,
    aliases: &'static [&'static str],
    meaning: &'static str,
) -> Column {
    Column { name, pointer, kind, aliases, meaning }
}

const TONNES: Kind = Kind::Number(Quantity::Tonnes);

const CITY: Column = column(
    "city",
    "/city",
    Kind::City,
    &["cityid"],
    "The id of the city, such as us-los-angeles; not needed in a city's own file.",
);

const YEAR: Column = column(
    "year",
    "/year",
    Kind::Year,
    &["reportingyear", "inventoryyear", "reportyear"],
    "The year of the figures, such as 2020; of a fiscal year the one in which it begins. Required.",
);

#[rustfmt::skip]
const REPORTS: &[Column] = &[
    YEAR,
    column("total_basic", "/totals/basic", TONNES, &["basic", "gpcbasic", "basictotal"],
        "Total by GPC BASIC, in t CO2e: stationary energy, transport and waste, scopes 1 and 2, and scope 3 of waste. At least one total, or lines, is required."),
    column("total_basic_plus", "/totals/basic_plus", TONNES, &["basicplus", "gpcbasicplus", "basicplustotal"],
        "Total by GPC BASIC+, in t CO2e: BASIC and transboundary transport, losses, industry and land use."),
    column("total_scope_1", "/totals/scope_1", TONNES, &["scope1", "scope1total"],
        "Total of GPC scope 1, in t CO2e: what is emitted within the city."),
    column("total_scope_1_2", "/totals/scope_1_2", TONNES, &["scope12", "scopes12", "scope1plus2", "scopes1and2", "totalscope1plus2", "totalscopes1and2"],
        "Total of GPC scopes 1 and 2, in t CO2e: scope 1 and energy from the grid."),
    column("total_scope_1_2_3", "/totals/scope_1_2_3", TONNES, &["scope123", "scopes123", "scope1plus2plus3", "scopes12and3", "totalscope1plus2plus3", "totalscopes12and3"],
        "Total of GPC scopes 1, 2 and 3, in t CO2e."),
    column("total_consumption", "/totals/consumption", TONNES, &["consumption", "consumptiontotal", "consumptionbased"],
        "What the people of the city cause wherever it is emitted, in t CO2e; a stated total only."),
    column("total_own", "/totals/own", TONNES, &["own", "owntotal"],
        "The city's own total by its own definition, in t CO2e."),
    column("population", "/population", Kind::Number(Quantity::People), &["inhabitants", "residents", "people"],
        "People living within the boundary in that year, a whole number."),
    column("period_start", "/period/start", Kind::Day, &["periodfrom", "periodbegin"],
        "First day of the accounting period, when it is not the calendar year; it lies in the year."),
    column("period_end", "/period/end", Kind::Day, &["periodto"],
        "Last day of the accounting period; 360 to 370 days in all."),
    column("protocol", "/protocol", words!(crate::record::vocabulary::Protocol), &["accountingstandard"],
        "The accounting standard: gpc (Global Protocol for Communities), crf (Common Reporting Framework), ipcc, national or other."),
    column("gases", "/gases", Kind::Gases, &["gasescovered", "gasesincluded"],
        "The gases covered, parted by commas: co2, ch4, n2o, hfc, pfc, sf6, nf3."),
    column("gwp", "/gwp", words!(crate::record::gwp::GwpSet), &["gwpset", "globalwarmingpotentials"],
        "The IPCC assessment report whose global warming potentials were used: ar2, ar4, ar5 or ar6. Required with lines stated by gas."),
    column("series", "/series", Kind::Text, &[],
        "The series that the figures belong to, as an id such as smhi-2026: made by one method, boundary and edition. Only where the publisher says that the years are recalculated together."),
    column("electricity", "/electricity", words!(crate::record::vocabulary::Electricity), &["electricitymethod"],
        "How the emissions of electricity used are counted: location (by the average of the grid), market (by the contracts for it) or mixed."),
    column("weather_normalised", "/weather_normalised", Kind::YesNo, &["weathernormalized", "weathercorrected"],
        "Whether the figures are corrected for how warm or cold the year was: yes or no."),
    column("credits_retired_tonnes", "/credits_retired_tonnes", TONNES, &["creditsretired", "offsetsretired"],
        "Carbon credits retired for that year, in t CO2e; they never lower a figure."),
    column("uncertainty_percent", "/uncertainty_percent", Kind::Number(Quantity::Percent), &["uncertainty"],
        "The city's own estimate of the uncertainty of the total, in percent: 5 for 5 %."),
    column("verification_level", "/verification/level", words!(crate::record::vocabulary::VerificationLevel), &["verification"],
        "Who checked the inventory: self (the city) or audited (an independent auditor)."),
    column("verification_by", "/verification/by", Kind::Text, &["verifiedby", "verifier", "auditor"],
        "The name of who checked it."),
    column("source_title", "/source/title", Kind::Text, &["source"],
        "The title of the document or data set in which the figures were published. Required."),
    column("source_url", "/source/url", Kind::Text, &["sourcelink", "sourceaddress"],
        "Where it can be read: an address that begins with https:// or http://."),
    column("source_publisher", "/source/publisher", Kind::Text, &["publisher"],
        "Who published it."),
    column("source_published", "/source/published", Kind::Day, &["published", "publishedon", "publicationdate"],
        "The day it was published."),
    column("source_licence", "/source/licence", Kind::Text, &["licence", "license", "sourcelicense"],
        "The licence or terms it is published under."),
    column("source_locator", "/source/locator", Kind::Text, &["locator"],
        "Where in it the figures stand: page, table, row."),
    column("note", "/note", Kind::Text, &["notes", "comment", "comments"],
        "A note to readers."),
    column("reason", "/reason", Kind::Text, &["reasonforchange"],
        "Why a figure that was published before is changed; required only then, and published with it."),
];

#[rustfmt::skip]
const LINES: &[Column] = &[
    YEAR,
    column("ref", "/ref", Kind::Text, &["reference", "gpcref", "gpcreference", "gpcreferencenumber"],
        "The GPC reference number of the line, such as I.1.1 or II.4.3. Required."),
    column("gas", "/gas", words!(crate::record::gwp::LineGas), &[],
        "The gas, when the line is stated by gas: co2, ch4, n2o, sf6, nf3, hfc_134a or cf4."),
    column("tonnes", "/tonnes", TONNES, &["tco2e", "tonnesco2e", "emissions"],
        "Emissions in t CO2e; below 0 only in V.2 and V.3. Each line has either tonnes, or gas and gas_tonnes, or notation."),
    column("gas_tonnes", "/gas_tonnes", Kind::Number(Quantity::GasTonnes), &["tonnesofgas"],
        "Emissions in tonnes of the gas itself; converted by the year's gwp."),
    column("notation", "/notation", words!(crate::record::line::Notation), &["notationkey"],
        "Why the line has no value: NO (not occurring), NE (not estimated), IE (included elsewhere), C (confidential)."),
    column("explanation", "/explanation", Kind::Text, &[],
        "The city's explanation of the notation key."),
];

/// The columns for totals from other sources, numbered in the header and in the record.
#[rustfmt::skip]
macro_rules! also_stated {
    ($(($number:literal, $index:literal)),+) => {
        [$([
            column(concat!("also_stated_", $number, "_level"), concat!("/also_stated/", $index, "/level"),
                words!(crate::record::Level), &[], "The level of a total that another source states for this year."),
            column(concat!("also_stated_", $number, "_tonnes"), concat!("/also_stated/", $index, "/tonnes"),
                TONNES, &[], "That total, in t CO2e."),
            column(concat!("also_stated_", $number, "_source_title"), concat!("/also_stated/", $index, "/source/title"),
                Kind::Text, &[], "The title of the document or data set in which it was published."),
            column(concat!("also_stated_", $number, "_source_url"), concat!("/also_stated/", $index, "/source/url"),
                Kind::Text, &[], "Where that can be read."),
            column(concat!("also_stated_", $number, "_source_publisher"), concat!("/also_stated/", $index, "/source/publisher"),
                Kind::Text, &[], "Who published it."),
            column(concat!("also_stated_", $number, "_source_published"), concat!("/also_stated/", $index, "/source/published"),
                Kind::Day, &[], "The day it was published."),
            column(concat!("also_stated_", $number, "_source_licence"), concat!("/also_stated/", $index, "/source/licence"),
                Kind::Text, &[], "The licence or terms it is published under."),
            column(concat!("also_stated_", $number, "_source_locator"), concat!("/also_stated/", $index, "/source/locator"),
                Kind::Text, &[], "Where in it the total stands: page, table, row."),
        ]),+]
    };
}

/// The groups of columns for totals from other sources, as many as a report may have.
pub static ALSO_STATED: [[Column; 8]; limits::ALSO_STATED] =
    also_stated![(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6), (8, 7)];

/// What a header means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// This column, with figures in this unit.
    Known(Column, Scale),
    /// This column, in a unit that is not accepted, and why.
    WrongUnit(Column, String, String),
    /// No column; the most similar name, if any.
    Unknown(Option<&'static str>),
}

/// Determines what a header means. Case, spaces and underscores do not matter, and a unit may follow.
#[must_use]
pub fn meaning(header: &str, sheet: Sheet) -> Meaning {
    let (name, unit) = split_unit(header);
    let key = key_of(name);
    let mut known = std::iter::once(&CITY).chain(sheet.known());
    if let Some(column) = known.find(|column| key_of(column.name) == key || column.aliases.contains(&key.as_str())) {
        return match unit.map_or(Ok(Scale::ONE), |unit| scale_of(unit, column.kind)) {
            Ok(scale) => Meaning::Known(*column, scale),
            Err(message) => Meaning::WrongUnit(*column, unit.unwrap_or_default().to_owned(), message),
        };
    }
    let mut near: Vec<(usize, &'static str)> =
        sheet.known().map(|column| (distance(&key, &key_of(column.name)), column.name)).collect();
    near.sort_unstable();
    Meaning::Unknown(near.first().filter(|(steps, name)| *steps * 2 <= name.len()).map(|(_, name)| *name))
}

/// The letters and digits of a header in lower case. `+` and `&` become words, because BASIC+ is another total than
/// BASIC.
fn key_of(name: &str) -> String {
    let worded =
        name.nfc().map(plain_digit).collect::<String>().to_lowercase().replace('+', "plus").replace('&', "and");
    worded.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Splits a header into name and unit. A unit is in brackets at the end, or is a unit of mass after a mark.
fn split_unit(header: &str) -> (&str, Option<&str>) {
    let header = header.trim();
    if let Some(start) = header.find(['(', '[']).filter(|start| *start > 0 && header.ends_with([')', ']'])) {
        return (&header[..start], Some(header[start + 1..header.len() - 1].trim()));
    }
    let marked = [":", ",", " in "].into_iter().filter_map(|mark| header.rsplit_once(mark));
    let is_unit = |unit: &str| unit::read(unit) != Err(unit::NoUnit::Unknown);
    let found = marked.into_iter().find(|(name, unit)| !name.is_empty() && is_unit(unit));
    found.map_or((header, None), |(name, unit)| (name, Some(unit.trim())))
}

/// The scale for the unit of a header, or why it is not accepted.
fn scale_of(unit: &str, kind: Kind) -> Result<Scale, String> {
    let Kind::Number(quantity) = kind else { return Ok(Scale::ONE) };
    let word: String = unit.to_lowercase().split_whitespace().collect();
    let is_one = match quantity {
        Quantity::Tonnes | Quantity::GasTonnes => {
            let unit = if quantity == Quantity::GasTonnes { unit.trim_end_matches("of gas") } else { unit };
            return number::mass(unit, quantity == Quantity::Tonnes).map_err(|fault| fault.detail);
        }
        Quantity::Percent => matches!(word.as_str(), "%" | "percent" | "inpercent"),
        Quantity::People => matches!(word.as_str(), "people" | "persons" | "inhabitants" | "residents"),
    };
    let scale = if quantity == Quantity::People { unit::count(unit) } else { None };
    scale.or(is_one.then_some(Scale::ONE)).ok_or_else(|| "is not a unit of it".to_owned())
}

/// The number of letters to insert, delete or change to turn one word into the other (Levenshtein distance).
fn distance(one: &str, other: &str) -> usize {
    // Only the first 64 letters are compared, since a long header is far from every name.
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.chars().take(64).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, compared) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *compared);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}
