//! The layout of a token: `<prefix>_<id 22><secret 43><check 6>`. All characters after the prefix and its `_` are
//! `[0-9A-Za-z]`.
//!
//! The part after the prefix has a fixed length. A text is therefore split at a fixed distance from its end, and the
//! prefix is unambiguous although it can contain `_`. For example, a text `cf_p_…` with 71 letters after the last `_`
//! has the prefix `cf_p`, and not `cf`.

use crate::types::base62::{self, ALPHABET};

/// The number of letters that the checksum covers: 22 letters of the id and 43 letters of the secret.
pub(crate) const BODY: usize = 65;
/// The number of letters after the prefix and its `_`: id, secret and checksum.
pub(crate) const LETTERS: usize = BODY + 6;

/// The parts of the text of a token. Only their lengths and the `_` have been checked.
pub(crate) struct Parts<'a> {
    pub(crate) prefix: &'a [u8],
    pub(crate) body: &'a [u8; BODY],
    pub(crate) check: &'a [u8; 6],
}

/// Splits the text of a token into prefix, body and checksum. `None` if the text is shorter than 72 bytes, or if the
/// byte directly before its last 71 bytes is not `_`.
pub(crate) fn split(text: &[u8]) -> Option<Parts<'_>> {
    let (rest, check) = text.split_last_chunk()?;
    let (rest, body) = rest.split_last_chunk()?;
    let [prefix @ .., b'_'] = rest else { return None };
    Some(Parts { prefix, body, check })
}

/// Splits the body of a token into the id and the secret.
pub(crate) fn halves(body: &[u8; BODY]) -> Option<(&[u8; 22], &[u8; 43])> {
    let (id, secret) = body.split_first_chunk()?;
    Some((id, secret.first_chunk()?))
}

/// Whether all letters are `[0-9A-Za-z]`. The loop uses no table and does not exit early, so the compiler turns it into
/// a few wide comparisons.
pub(crate) fn is_base62(letters: &[u8]) -> bool {
    letters
        .iter()
        .fold(true, |all, &byte| all & ((byte | 0x20).wrapping_sub(b'a') < 26 || byte.wrapping_sub(b'0') < 10))
}

/// The checksum of the letters: their CRC-32, encoded as six base62 letters. GitHub's tokens have the same checksum.
/// The checksum detects typing errors without a store call. It does not detect forgery.
pub(crate) fn check(letters: &[u8]) -> [u8; 6] {
    // The number is split into two numbers of three base-62 digits each. So no digit depends on a long chain of
    // divisions, and the processor can compute the digits of both numbers at the same time. Six digits suffice, because
    // 62^6 is 13 times 2^32.
    const HALF: u32 = 62 * 62 * 62;
    let crc = crc32fast::hash(letters);
    let digit = |number: u32, weight: u32| ALPHABET[(number / weight % 62) as usize];
    let (high, low) = (crc / HALF, crc % HALF);
    [digit(high, 62 * 62), digit(high, 62), digit(high, 1), digit(low, 62 * 62), digit(low, 62), digit(low, 1)]
}

/// Whether the six letters in `check` are the checksum of `letters`. The six letters must be base62. They are decoded
/// to a number, which is compared with the CRC-32 of `letters`. Decoding needs no division, so this is faster than
/// computing the checksum with [`check()`].
pub(crate) fn agrees(letters: &[u8], check: &[u8; 6]) -> bool {
    let [a, b, c, d, e, f] = check.map(|letter| u64::from(base62::raw_value(letter)));
    let (high, low) = ((a * 62 + b) * 62 + c, (d * 62 + e) * 62 + f);
    high * (62 * 62 * 62) + low == u64::from(crc32fast::hash(letters))
}

/// The id and the secret of a token as 65 letters, without the prefix and the checksum.
pub(crate) fn body(id: &[u8; 16], secret: &[u8; 43]) -> [u8; BODY] {
    let mut body = [0; BODY];
    body[..22].copy_from_slice(&base62::encode_id(id));
    body[22..].copy_from_slice(secret);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_1_the_checksum_is_that_of_the_published_example() {
        // Source of this example: github.blog, "Behind GitHub's new authentication token formats" (2021).
        assert_eq!(&check(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), b"0mLq17");
        assert_eq!(&check(b""), b"000000", "padded");
    }

    #[test]
    fn a_text_is_split_from_its_end() {
        let text = format!("a_b_{}", "x".repeat(71));
        let parts = split(text.as_bytes()).expect("long enough");
        assert_eq!(parts.prefix, b"a_b");
        assert!(split(&text.as_bytes()[..74]).is_none(), "the blank before the letters is no _");
        assert!(split(&[b'_'; 71]).is_none());
        assert!(split(b"").is_none());
    }

    #[test]
    fn letters_are_those_of_base62() {
        for byte in 0..=255u8 {
            assert_eq!(is_base62(&[byte; 70]), base62::raw_value(byte) != 0xFF);
            assert_eq!(is_base62(&[byte]), base62::raw_value(byte) != 0xFF);
        }
    }

    #[test]
    fn the_checksum_is_the_number_in_base62() {
        for seed in 0..1000u32 {
            let letters = seed.to_be_bytes();
            let number = check(&letters).iter().fold(0u64, |n, &l| n * 62 + u64::from(base62::raw_value(l)));
            assert_eq!(number, u64::from(crc32fast::hash(&letters)));
            assert!(agrees(&letters, &check(&letters)));
            assert!(!agrees(&[seed as u8], &check(&letters)));
        }
    }
}
