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
pub fn may_contain_key(text: &str) -> bool {
    find_prefix(text).is_some()
}

/// The start and the end of the prefix of the first secret.
fn find_prefix(text: &str) -> Option<(usize, usize)> {
    let find = |prefix: &str| {
        let mut windows = text.as_bytes().windows(prefix.len());
        let start = windows.position(|window| window.eq_ignore_ascii_case(prefix.as_bytes()))?;
        Some((start, start + prefix.len()))
    };
    [KEY_PREFIX, ESCAPED].into_iter().filter_map(find).min()
}

/// The text, with each secret cut down to its prefix and `***`.
#[must_use]
pub fn mask_keys(text: &str) -> Cow<'_, str> {
    if !may_contain_key(text) {
        return Cow::Borrowed(text);
    }
    let (mut masked, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((_, end)) = find_prefix(rest) {
        masked.push_str(&rest[..end]);
        let after = rest[end..]
            .trim_start_matches(|character: char| character.is_ascii_alphanumeric() || "_-%".contains(character));
        if after.len() < rest.len() - end {
            masked.push_str(MASK);
        }
        rest = after;
    }
    masked.push_str(rest);
    Cow::Owned(masked)
}
