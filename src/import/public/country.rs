//! Converts country names, as the files word them, to ISO 3166-1 codes.

use unicode_normalization::UnicodeNormalization;

use super::finding::LeftOut;
use super::records::left_out;
use crate::import::table::figure::quoted;

/// Names that differ from ISO 3166-1, and their codes. Their words are in the order that [`words`] gives.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("america states united", "US"),
    ("bolivia", "BO"),
    ("bosnia", "BA"),
    ("brunei", "BN"),
    ("cape verde", "CV"),
    ("china greater taiwan", "TW"),
    ("china hong kong", "HK"),
    ("china hong kong region administrative special", "HK"),
    ("china macao", "MO"),
    ("congo democratic republic", "CD"),
    ("czech republic", "CZ"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("hong kong", "HK"),
    ("iran", "IR"),
    ("ivory coast", "CI"),
    ("korea south", "KR"),
    ("laos", "LA"),
    ("macau", "MO"),
    ("macedonia north", "MK"),
    ("micronesia", "FM"),
    ("moldova", "MD"),
    ("netherlands", "NL"),
    ("palestine", "PS"),
    ("russia", "RU"),
    ("syria", "SY"),
    ("swaziland", "SZ"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("turkey", "TR"),
    ("turkiye", "TR"),
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("us", "US"),
    ("usa", "US"),
    ("venezuela", "VE"),
    ("vietnam", "VN"),
];

/// The alpha-2 code of a country that the file names.
pub(in crate::import) fn country(stated: &str) -> Result<&'static str, LeftOut> {
    let wanted = words(stated);
    let other = || OTHER_NAMES.iter().find(|(name, _)| words(name) == wanted).map(|(_, code)| *code);
    let official = || rust_iso3166::ALL.iter().find(|country| words(country.name) == wanted).map(|it| it.alpha2);
    if wanted.is_empty() {
        return Err(left_out("no_country", "The row names no country."));
    }
    other().or_else(official).ok_or_else(|| {
        left_out("unknown_country", format!("\"{}\" is no country that is known by that name.", quoted(stated)))
    })
}

/// The words of a name without accents, sorted, so that `Korea (Republic of)` equals `Republic of Korea`.
fn words(name: &str) -> Vec<String> {
    let plain: String = name.nfkd().filter(|c| !('\u{300}'..='\u{36F}').contains(c)).collect();
    let lower = plain.to_lowercase().replace(['\'', '’'], " ");
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<String> =
        words.filter(|word| !matches!(*word, "" | "the" | "of" | "and" | "s" | "d")).map(str::to_owned).collect();
    words.sort_unstable();
    words
}
