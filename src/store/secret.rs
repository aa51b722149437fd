//! The secrets of keys: how they look, and the hash by which they are known.

use super::StoreError;
use crate::record::change::sha256;
use crate::record::masking::KEY_PREFIX;

/// The digits of a secret.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Random digits of a secret: 256 bits.
const RANDOM: usize = 43;
/// Digits of the checksum at the end: a CRC-32.
const CHECKSUM: usize = 6;
/// Hexadecimal digits of a secret as earlier versions made it, without a checksum.
const EARLIER: usize = 64;

/// Makes a secret.
///
/// # Errors
/// [`StoreError::Entropy`] when the system has no random bytes.
pub fn make() -> Result<String, StoreError> {
    let mut random = String::with_capacity(RANDOM);
    while random.len() < RANDOM {
        let mut bytes = [0_u8; 64];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Entropy(error.to_string()))?;
        // Bytes beyond the last multiple of 62 are left out: they would make some digits more likely than others.
        let digits = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(DIGITS[usize::from(byte % 62)]));
        random.extend(digits.take(RANDOM - random.len()));
    }
    let checksum = checksum(&random);
    Ok(format!("{KEY_PREFIX}{random}{checksum}"))
}

/// The hash by which a secret is known; none for what cannot be one, so that a slip, or a guess, is refused without a
/// look in the database.
#[must_use]
pub fn hash(secret: &str) -> Option<String> {
    let digits = secret.strip_prefix(KEY_PREFIX)?;
    let is_earlier = digits.len() == EARLIER && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    // A fast hash will do: a secret has 256 random bits, which no dictionary holds.
    (is_earlier || has_checksum(digits)).then(|| sha256(secret))
}

fn has_checksum(digits: &str) -> bool {
    digits.len() == RANDOM + CHECKSUM
        && digits.bytes().all(|digit| digit.is_ascii_alphanumeric())
        && checksum(&digits[..RANDOM]) == digits[RANDOM..]
}

/// The CRC-32 of a text, in digits of a secret.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [0_u8; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}
