//! The secrets of keys, wherever a text may have one: they are known by how they begin, and masked.

use std::borrow::Cow;

/// What every secret begins with, so that scanners for leaked secrets recognise one.
pub const KEY_PREFIX: &str = "pwk_";
/// The same where an address writes the last sign of it by its number.
const ESCAPED: &str = "pwk%5f";
/// What stands in the place of the rest.
const MASK: &str = "***";

/// Whether a text may have a secret in it.
#[must_use]
pub fn may_have_a_key(text: &str) -> bool {
    begin(text).is_some()
}

/// Where the first secret begins, and where what it begins with ends.
fn begin(text: &str) -> Option<(usize, usize)> {
    let ends_at = |prefix: &str| {
        let mut places = text.as_bytes().windows(prefix.len());
        let at = places.position(|place| place.eq_ignore_ascii_case(prefix.as_bytes()))?;
        Some((at, at + prefix.len()))
    };
    [KEY_PREFIX, ESCAPED].into_iter().filter_map(ends_at).min()
}

/// The text with nothing of a secret left but how it begins.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    if !may_have_a_key(text) {
        return Cow::Borrowed(text);
    }
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((_, end)) = begin(rest) {
        whole.push_str(&rest[..end]);
        let after = rest[end..].trim_start_matches(|sign: char| sign.is_ascii_alphanumeric() || "_-%".contains(sign));
        if after.len() < rest.len() - end {
            whole.push_str(MASK);
        }
        rest = after;
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}
