//! Makes texts of tokens.

use counterfoil::token::{Prefix, Prefixes};
use counterfoil::types::TokenKind;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Returns an id, a secret, and the checksum of both.
fn letters(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        // xorshift64, so that each seed gives different letters.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        DIGITS[(state >> 33) as usize % 62]
    };
    // An id that begins with `0` is below 2^128.
    let mut letters = vec![b'0'];
    letters.extend((0..64).map(|_| next()));
    let number = crc32fast::hash(&letters);
    letters.extend((0..6).rev().map(|place| DIGITS[(number / 62_u32.pow(place)) as usize % 62]));
    String::from_utf8(letters).expect("ASCII")
}

/// Returns a token with that prefix. Each seed gives a different token.
pub(crate) fn token(prefix: &str, seed: u64) -> String {
    format!("{prefix}_{}", letters(seed))
}

/// Returns the text that replaces the token: its prefix and its id, and then `[redacted]`.
pub(crate) fn redacted(token: &str) -> String {
    format!("{}[redacted]", &token[..token.len() - 49])
}

/// Returns the token with a different last letter, so that its checksum is wrong.
pub(crate) fn mistyped(token: &str) -> String {
    let last = if token.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &token[..token.len() - 1])
}

/// Returns prefixes, including old ones. Some of them are contained in others.
pub(crate) fn prefixes() -> Prefixes {
    let prefix = |text| Prefix::new(text).expect("a prefix");
    let builder = Prefixes::builder()
        .current(TokenKind::PersonalAccessToken, prefix("acme_pat"))
        .old(TokenKind::PersonalAccessToken, prefix("cfp"))
        .old(TokenKind::PersonalAccessToken, prefix("pat"))
        .old(TokenKind::AccessToken, prefix("a_longest_prefix"))
        .old(TokenKind::SecurityCode, prefix("00"));
    builder.build().expect("none stands for two kinds")
}

/// Returns all these prefixes as texts.
pub(crate) fn all(prefixes: &Prefixes) -> Vec<String> {
    prefixes.all().map(|(prefix, _)| prefix.to_string()).collect()
}
