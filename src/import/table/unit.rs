//! Reads units as tables write them. Each has an exact factor and a substance.

use unicode_normalization::UnicodeNormalization;

/// How many tonnes, people or percent one unit is: `multiplier` times ten to the power `power`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    multiplier: u64,
    power: i32,
}

impl Scale {
    /// The base unit itself.
    pub const ONE: Scale = Scale::power(0);
    /// A thousand base units.
    pub const THOUSAND: Scale = Scale::power(3);

    const fn power(power: i32) -> Scale {
        Scale { multiplier: 1, power }
    }

    const fn times(self, power: i32) -> Scale {
        Scale { power: self.power + power, ..self }
    }

    /// The amount for `digits` times ten to the power `exponent`, in this unit.
    ///
    /// It is computed from the digits, so that it is rounded only once, to the nearest binary number.
    #[must_use]
    pub fn amount(self, is_negative: bool, digits: &str, exponent: i32) -> Option<f64> {
        let sign = if is_negative { "-" } else { "" };
        let exponent = exponent.checked_add(self.power)?;
        let text = if self.multiplier == 1 {
            format!("{sign}{digits}e{exponent}")
        } else {
            let product = digits.parse::<u128>().ok()?.checked_mul(u128::from(self.multiplier))?;
            format!("{sign}{product}e{exponent}")
        };
        text.parse().ok().filter(|amount: &f64| amount.is_finite())
    }

    /// The amount for a number stored in a workbook.
    #[must_use]
    pub fn of(self, number: f64) -> Option<f64> {
        if self == Scale::ONE {
            return number.is_finite().then_some(number);
        }
        let text = number.abs().to_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let exponent = i32::try_from(decimals.len()).ok()?;
        self.amount(number.is_sign_negative(), &format!("{whole}{decimals}"), -exponent)
    }
}

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Substance {
    /// Not stated.
    Unstated,
    /// Greenhouse gases, as CO2 equivalent.
    Co2e,
    /// A single gas.
    Gas(&'static str),
}

/// A unit of mass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// How many tonnes one unit is.
    pub scale: Scale,
    /// What it measures.
    pub of: Substance,
}

/// Why a text is not accepted as a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoUnit {
    /// The unit is unknown.
    Unknown,
    /// It could be two units; the text continues the phrase `could mean`.
    Unclear(&'static str),
}

/// Units in exact spelling: tonnes as a power of ten.
const EXACT: &[(&str, i32)] = &[("Mg", 0), ("Mt", 6), ("Mton", 6), ("Mtonne", 6), ("Mtonnes", 6), ("g", -6)];

/// Units in any capitalization.
const WORDS: &[(&str, Scale)] = &[
    ("t", Scale::ONE),
    ("tonne", Scale::ONE),
    ("tonnes", Scale::ONE),
    ("tonnen", Scale::ONE),
    ("tonelada", Scale::ONE),
    ("toneladas", Scale::ONE),
    ("metricton", Scale::ONE),
    ("metrictons", Scale::ONE),
    ("metrictonne", Scale::ONE),
    ("metrictonnes", Scale::ONE),
    ("kt", Scale::power(3)),
    ("kton", Scale::power(3)),
    ("ktonne", Scale::power(3)),
    ("ktonnes", Scale::power(3)),
    ("ktonnen", Scale::power(3)),
    ("gg", Scale::power(3)),
    ("mmt", Scale::power(6)),
    ("tg", Scale::power(6)),
    ("gt", Scale::power(9)),
    ("kg", Scale::power(-3)),
    ("kgs", Scale::power(-3)),
    ("gram", Scale::power(-6)),
    ("grams", Scale::power(-6)),
    ("gramme", Scale::power(-6)),
    ("grammes", Scale::power(-6)),
    ("lb", POUND),
    ("lbs", POUND),
    ("pound", POUND),
    ("pounds", POUND),
    ("shortton", SHORT_TON),
    ("shorttons", SHORT_TON),
];
/// Units that could be two, in any capitalization that [`EXACT`] does not settle.
const UNCLEAR: &[(&str, &str)] = &[
    ("mt", "metric tons (write `t`) or megatonnes (write `Mt`)"),
    ("mton", "metric tons (write `t`) or megatonnes (write `Mt`)"),
    ("mtonne", "metric tons (write `t`) or megatonnes (write `Mt`)"),
    ("mtonnes", "metric tons (write `t`) or megatonnes (write `Mt`)"),
    ("mg", "megagrams (write `t`) or milligrams"),
    ("ton", "metric tons (write `t`) or short tons (write `short tons`)"),
    ("tons", "metric tons (write `t`) or short tons (write `short tons`)"),
];
/// The international pound: 0.45359237 kg by definition (1959).
const POUND: Scale = Scale { multiplier: 45_359_237, power: -11 };
/// 2,000 pounds.
const SHORT_TON: Scale = Scale { multiplier: 90_718_474, power: -8 };

/// Words that multiply the unit before or after them, as powers of ten. Longer words come before words that they
/// contain.
const MULTIPLES: &[(&str, i32)] = &[
    ("thousandsof", 3),
    ("thousands", 3),
    ("thousand", 3),
    ("tausend", 3),
    ("tsd", 3),
    ("1000000", 6),
    ("1000s", 3),
    ("1000", 3),
    ("000s", 3),
    ("000", 3),
    ("millionsof", 6),
    ("millions", 6),
    ("millionen", 6),
    ("million", 6),
    ("mio", 6),
    ("mln", 6),
    ("billions", 9),
    ("billion", 9),
    ("kilo", 3),
    ("mega", 6),
    ("giga", 9),
    ("tera", 12),
];

/// The substances that may follow a unit.
const SUBSTANCES: &[(&str, Substance)] = &[
    ("co2e", Substance::Co2e),
    ("co2eq", Substance::Co2e),
    ("co2eqs", Substance::Co2e),
    ("co2eqv", Substance::Co2e),
    ("co2equiv", Substance::Co2e),
    ("co2equivalent", Substance::Co2e),
    ("co2equivalents", Substance::Co2e),
    ("co2aeq", Substance::Co2e),
    ("co2äq", Substance::Co2e),
    ("co2Äq", Substance::Co2e),
    ("co2äquivalent", Substance::Co2e),
    ("co2Äquivalent", Substance::Co2e),
    ("co2äquivalente", Substance::Co2e),
    ("co2Äquivalente", Substance::Co2e),
    ("co2ekv", Substance::Co2e),
    ("co2ekvivalent", Substance::Co2e),
    ("co2ekvivalenter", Substance::Co2e),
    ("carbondioxideequivalent", Substance::Co2e),
    ("carbondioxideequivalents", Substance::Co2e),
    ("cde", Substance::Co2e),
    ("eco2", Substance::Co2e),
    ("eqco2", Substance::Co2e),
    ("éqco2", Substance::Co2e),
    ("equivalentco2", Substance::Co2e),
    ("équivalentco2", Substance::Co2e),
    ("co2", Substance::Gas("CO2")),
    ("carbondioxide", Substance::Gas("CO2")),
    ("ch4", Substance::Gas("CH4")),
    ("methane", Substance::Gas("CH4")),
    ("n2o", Substance::Gas("N2O")),
    ("nitrousoxide", Substance::Gas("N2O")),
    ("sf6", Substance::Gas("SF6")),
    ("nf3", Substance::Gas("NF3")),
    ("hfc", Substance::Gas("HFC")),
    ("hfcs", Substance::Gas("HFC")),
    ("pfc", Substance::Gas("PFC")),
    ("pfcs", Substance::Gas("PFC")),
    ("c", Substance::Gas("carbon")),
    ("carbon", Substance::Gas("carbon")),
];

/// Suffixes that state an amount per year, as every amount here is.
const PER_YEAR: &[&str] =
    &["/yr", "/year", "/y", "/a", "/annum", "/jahr", "/an", "peryear", "peryr", "perannum", "annually"];

/// Reads a text that consists only of a unit of mass: `kt CO2e`, `thousand tonnes`, `MMT`, `Tsd. t`, `lb`.
///
/// # Errors
/// If the unit is unknown, or could be two.
pub fn read(text: &str) -> Result<Unit, NoUnit> {
    let compact = compact(text);
    let lower = compact.to_ascii_lowercase();
    let rest = PER_YEAR.iter().filter_map(|tail| lower.strip_suffix(tail)).map(str::len).min().unwrap_or(lower.len());
    let mut endings: Vec<(usize, Substance)> = SUBSTANCES
        .iter()
        .filter(|(word, _)| lower[..rest].ends_with(word))
        .map(|(word, of)| (word.len(), *of))
        .collect();
    // Tries `eCO2` before `CO2`. If the rest is not a unit, as in `tonne CO2`, the shorter one is meant.
    endings.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    endings.push((0, Substance::Unstated));
    let mut no_unit = NoUnit::Unknown;
    for (length, of) in endings {
        match scale(strip_words(&compact[..rest - length])) {
            Ok(scale) => return Ok(Unit { scale, of }),
            Err(NoUnit::Unknown) => {}
            Err(unclear) => no_unit = unclear,
        }
    }
    Err(no_unit)
}

/// Finds the unit of mass in a header: in brackets, after a mark, or as its last words; none if there is none.
///
/// # Errors
/// If the unit could mean two; returns its text and the meanings.
pub fn in_header(header: &str) -> Result<Option<(Unit, &str)>, (&str, &'static str)> {
    let mut unclear = None;
    for candidate in candidates(header) {
        match read(candidate) {
            Ok(_) if names_a_multiple(header, candidate) => unclear = Some((header, "it or a multiple of it")),
            Ok(unit) => return Ok(Some((unit, candidate))),
            Err(NoUnit::Unclear(could_mean)) if unclear.is_none() => unclear = Some((candidate, could_mean)),
            Err(_) => {}
        }
    }
    unclear.map_or(Ok(None), Err)
}

/// The scale of a counting word such as `thousand`, `000s` or `Mio.`; none for other words.
#[must_use]
pub fn count(text: &str) -> Option<Scale> {
    let compact = compact(text).to_ascii_lowercase();
    let word = compact.strip_prefix("in").unwrap_or(&compact);
    MULTIPLES.iter().find(|(multiple, _)| *multiple == word).map(|(_, power)| Scale::power(*power))
}

/// A text with plain digits instead of subscripts: CO₂ becomes CO2.
#[must_use]
pub fn without_subscripts(text: &str) -> String {
    text.chars().map(plain_digit).collect()
}

/// The plain digit for a subscript.
#[must_use]
pub const fn plain_digit(c: char) -> char {
    match c {
        '₂' => '2',
        '₃' => '3',
        '₄' => '4',
        '₆' => '6',
        c => c,
    }
}

/// The letters and digits of a unit. Also `/` and `%`, which make it another unit.
fn compact(text: &str) -> String {
    let powers =
        text.replace("10³", "1000").replace("10^3", "1000").replace("10⁶", "1000000").replace("10^6", "1000000");
    powers.nfc().map(plain_digit).filter(|c| c.is_alphanumeric() || matches!(c, '/' | '%')).collect()
}

/// A unit of mass without surrounding words such as `in` and `of`.
fn strip_words(mass: &str) -> &str {
    let lower = mass.to_ascii_lowercase();
    let end = if lower.ends_with("of") { mass.len() - 2 } else { mass.len() };
    let start = if lower.starts_with("in") { 2.min(end) } else { 0 };
    &mass[start..end]
}

/// The scale of a compact unit of mass, with or without a multiple such as `thousand`.
fn scale(mass: &str) -> Result<Scale, NoUnit> {
    let lower = mass.to_ascii_lowercase();
    let base = |(word, power): &(&str, i32)| {
        let behind = lower.strip_prefix(word).map(|base| &mass[mass.len() - base.len()..]);
        let base = behind.or_else(|| lower.strip_suffix(word).map(|base| &mass[..base.len()]))?;
        Some(single(base).map(|scale| scale.times(*power)))
    };
    let read = std::iter::once(single(mass)).chain(MULTIPLES.iter().filter_map(base));
    read.into_iter().find(|read| *read != Err(NoUnit::Unknown)).unwrap_or(Err(NoUnit::Unknown))
}

/// The scale of a unit without a multiple.
fn single(mass: &str) -> Result<Scale, NoUnit> {
    if let Some((_, power)) = EXACT.iter().find(|(unit, _)| *unit == mass) {
        return Ok(Scale::power(*power));
    }
    let lower = mass.to_ascii_lowercase();
    if let Some((_, could_mean)) = UNCLEAR.iter().find(|(unit, _)| *unit == lower) {
        return Err(NoUnit::Unclear(could_mean));
    }
    let known = WORDS.iter().find(|(unit, _)| *unit == lower);
    known.map(|(_, scale)| *scale).ok_or(NoUnit::Unknown)
}

/// The most words of a unit at the end of a header.
const UNIT_WORDS: usize = 5;

/// The places for a unit in a header, most reliable first: in brackets, after a mark, and as its last words.
fn candidates(header: &str) -> impl Iterator<Item = &str> {
    let brackets = header.rmatch_indices(['(', '[']).filter_map(|(at, _)| {
        let inside = &header[at + 1..];
        inside.find([')', ']']).map(|end| &inside[..end])
    });
    let bare = header.trim_end();
    let bare = if bare.ends_with([')', ']']) { &bare[..bare.rfind(['(', '[']).unwrap_or(bare.len())] } else { bare };
    let marked =
        [":", ",", ";", " in "].into_iter().filter_map(|mark| bare.rsplit_once(mark)).map(|(_, behind)| behind);
    // The longest first, because `1000 tonnes` also ends with a unit.
    let mut starts: Vec<usize> = bare
        .char_indices()
        .filter(|(at, c)| !is_gap(*c) && (*at == 0 || bare[..*at].ends_with(is_gap)))
        .map(|(at, _)| at)
        .collect();
    starts.drain(..starts.len().saturating_sub(UNIT_WORDS));
    brackets.chain(marked).chain(starts.into_iter().map(|at| &bare[at..]))
}

/// True if a header also counts thousands outside its unit, as in `in thousands (t CO2e)`.
fn names_a_multiple(header: &str, unit: &str) -> bool {
    let around = header.split(unit).flat_map(|rest| rest.split(|c: char| !c.is_alphanumeric()));
    around.into_iter().any(|word| count(word).is_some())
}

/// True if a character separates the words of a header.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '_' | ':' | ',' | ';')
}
