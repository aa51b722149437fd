//! Masks the secrets of keys in texts; a secret is recognised by its prefix.

use std::borrow::Cow;

/// The prefix of every secret, so that scanners for leaked secrets recognise one.
pub const KEY_PREFIX: &str = "pwk_";
/// The prefix with its last character percent-encoded, as in a URL.
const ESCAPED: &str = "pwk%5f";
/// Replaces the rest of a secret.
const MASK: &str = "***";

/// True if a text may contain a secret.
#[must_use]
pub fn may_have_a_key(text: &str) -> bool {
    begin(text).is_some()
}

/// The start and the end of the prefix of the first secret.
fn begin(text: &str) -> Option<(usize, usize)> {
    let ends_at = |prefix: &str| {
        let mut places = text.as_bytes().windows(prefix.len());
        let at = places.position(|place| place.eq_ignore_ascii_case(prefix.as_bytes()))?;
        Some((at, at + prefix.len()))
    };
    [KEY_PREFIX, ESCAPED].into_iter().filter_map(ends_at).min()
}

/// The text, with each secret cut down to its prefix and `***`.
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
