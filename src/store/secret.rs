//! The secrets of keys: their form, and the hash by which they are recognized.

use super::error::StoreError;
use crate::record::change::sha256;
use crate::record::masking::KEY_PREFIX;

/// The digits that a secret consists of.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The number of random digits in a secret: 256 bits.
const RANDOM_DIGITS: usize = 43;
/// The number of digits of the checksum at the end, a CRC-32.
const CHECKSUM_DIGITS: usize = 6;
/// The number of hexadecimal digits in a secret of the old form, without a checksum.
const OLD_DIGITS: usize = 64;

/// Generates a secret.
///
/// # Errors
/// [`StoreError::Entropy`] if the system has no random bytes.
pub fn make() -> Result<String, StoreError> {
    let mut random = String::with_capacity(RANDOM_DIGITS);
    while random.len() < RANDOM_DIGITS {
        let mut bytes = [0_u8; 64];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Entropy(error.to_string()))?;
        // Bytes of 248 or more are skipped, since they would make some digits more likely than others.
        let digits = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(DIGITS[usize::from(byte % 62)]));
        random.extend(digits.take(RANDOM_DIGITS - random.len()));
    }
    let checksum = checksum(&random);
    Ok(format!("{KEY_PREFIX}{random}{checksum}"))
}

/// The hash by which a secret is recognized. None if the text cannot be a secret, so that a typing error or a guess is
/// refused without asking the database.
#[must_use]
pub fn hash(secret: &str) -> Option<String> {
    let digits = secret.strip_prefix(KEY_PREFIX)?;
    let is_old = digits.len() == OLD_DIGITS && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    // A fast hash is enough: a secret has 256 random bits, which no dictionary holds.
    (is_old || has_checksum(digits)).then(|| sha256(secret))
}

fn has_checksum(digits: &str) -> bool {
    digits.len() == RANDOM_DIGITS + CHECKSUM_DIGITS
        && digits.bytes().all(|digit| digit.is_ascii_alphanumeric())
        && checksum(&digits[..RANDOM_DIGITS]) == digits[RANDOM_DIGITS..]
}

/// The CRC-32 of a text, in the digits of a secret.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [0_u8; CHECKSUM_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}
