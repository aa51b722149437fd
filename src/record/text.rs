//! Names, texts and identifiers, of limited length and without control characters; texts may have several lines.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use super::fault::{At, Parse, json_type};
use super::limits::{NAME_CHARACTERS, SLUG_MAX, SLUG_MIN, TEXT_CHARACTERS};

/// Reads a text of 1 to `max` characters without control characters, and trims it.
pub fn parse_bounded(value: Value, at: &At<'_>, max: usize) -> Option<String> {
    check_bounded(&parse_string(value, at)?, at, max)
}

fn parse_string(value: Value, at: &At<'_>) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        other => at.fault("wrong_type", format!("must be a string, not {}", json_type(&other))),
    }
}

/// The same of a text that may have several lines, which end as on Unix.
fn parse_lines(value: Value, at: &At<'_>, max: usize) -> Option<String> {
    let text = parse_string(value, at)?.replace("\r\n", "\n");
    // Anything but a line feed is checked as in a text of one line.
    check_bounded(&text.replace('\n', " "), at, max)?;
    Some(text.trim().to_owned())
}

fn check_bounded(text: &str, at: &At<'_>, max: usize) -> Option<String> {
    // Check before trimming, which would hide a line feed at an end.
    if text.chars().any(char::is_control) {
        return at.fault("control_character", "must not contain control characters");
    }
    if text.chars().any(is_invisible) {
        return at.fault("control_character", "must not contain invisible characters, or ones that turn the direction");
    }
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 {
        return at.fault("blank", "must not be blank");
    }
    if length > max {
        return at.fault("too_long", format!("has {length} characters; at most {max} are allowed"));
    }
    Some(text.to_owned())
}

/// True if a character is invisible, or reverses the direction of the text. Joiners within words are allowed.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Folds a name for comparison, without capitals and accents: `Łódź` becomes `lodz`, `Køge` becomes `koge`.
///
/// Letters of other scripts lose the same accents only, and keep their vowel signs. Variants of a letter, such as the
/// wide ones of East Asia, become that letter. White space of any kind becomes one space.
#[must_use]
pub fn fold_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.nfkd().filter(|c| !is_accent(*c)).flat_map(char::to_lowercase) {
        match plain_letters(c) {
            Some(plain) => folded.push_str(&plain.to_ascii_lowercase()),
            None => folded.push(c),
        }
    }
    single_spaced(&folded)
}

/// The form of a name that is kept for search: composed letters, and single spaces between the words.
#[must_use]
pub fn normalise_name(name: &str) -> String {
    single_spaced(&name.nfkc().collect::<String>())
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The plain letters for a Latin letter that does not decompose into a letter and an accent: ł, ø, đ, ß.
fn plain_letters(c: char) -> Option<&'static str> {
    let is_letters = |plain: &&str| plain.bytes().all(|b| b.is_ascii_alphabetic());
    deunicode::deunicode_char(c).filter(|_| is_latin_beyond_ascii(c)).filter(is_letters)
}

/// True if a character is a combining diacritical mark.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

const fn is_latin_beyond_ascii(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

/// Declares a bounded text type.
macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $parse:ident, $max:ident = $number:tt) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
        #[serde(transparent)]
        #[schema(min_length = 1, max_length = $number)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Parse for $name {
            fn parse(value: Value, at: &At<'_>) -> Option<Self> {
                $parse(value, at, $max).map($name)
            }
        }
    };
}

bounded_text!(
    /// A name, label or title: 1 to 200 characters.
    Name,
    parse_bounded,
    NAME_CHARACTERS = 200
);
bounded_text!(
    /// A free text: 1 to 2,000 characters, in one line or several.
    Text,
    parse_lines,
    TEXT_CHARACTERS = 2_000
);

/// Reads a reason: 1 to 2,000 characters in one line, for it stands in lists and in addresses.
pub fn parse_reason(value: Value, at: &At<'_>) -> Option<String> {
    parse_bounded(value, at, TEXT_CHARACTERS)
}

/// An identifier in a path: 2 to 64 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[a-z0-9-]{2,64}$", example = "us-los-angeles")]
pub struct Slug(String);

/// The identifier of a city.
pub type CityId = Slug;

impl Slug {
    /// The identifier; `None` if `text` is not one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let has_valid_length = (SLUG_MIN..=SLUG_MAX).contains(&text.len());
        let has_valid_characters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        (has_valid_length && has_valid_characters).then(|| Slug(text.to_owned()))
    }

    /// Makes an identifier of `words`, transliterated to Latin letters; `None` if nothing is left of them.
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        let latin = deunicode::deunicode(words).to_ascii_lowercase();
        let parts: Vec<&str> =
            latin.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
        let joined: String = parts.join("-").chars().take(SLUG_MAX).collect();
        Slug::new(joined.trim_end_matches('-'))
    }

    /// The identifier itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::borrow::Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Parse for Slug {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        match Slug::new(&parse_string(value, at)?) {
            Some(slug) => Some(slug),
            None => at.fault("invalid_id", "must be 2 to 64 characters of a-z, 0-9 and -"),
        }
    }
}

/// An address on the web; `http` or `https` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^https?://", max_length = 2000, example = "https://www.lacity.gov")]
pub struct WebAddress(String);

impl WebAddress {
    /// The address itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// True if there is a user name or password before the host in `rest`, which follows `https://`.
fn has_credentials(rest: &str) -> bool {
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

impl Parse for WebAddress {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let text = parse_bounded(value, at, TEXT_CHARACTERS)?;
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        // Earlier versions accepted credentials, so the log may contain them.
        if !at.is_logged && rest.is_some_and(has_credentials) {
            let detail = "must not have a user name or a password before the host: what is recorded is public";
            return at.fault("credentials", detail);
        }
        // A host must follow at once. White space or quotes could break out of a link in a page.
        let has_host = rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['));
        if has_host
            && !text.contains(|c: char| {
                c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
            })
        {
            Some(WebAddress(text))
        } else {
            at.fault("invalid_url", "must be an address that begins with https:// or http://")
        }
    }
}
