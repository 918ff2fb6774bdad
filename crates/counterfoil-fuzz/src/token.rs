//! The target for the text of a token. It checks that each token has exactly one written form, and that one mistyped
//! character is detected.

use counterfoil::token::{Prefix, Prefixes};
use counterfoil::types::TokenKind;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Parses `data` as the text of a token. Also makes a token from `data`. Parses the text of this token, first as it is
/// and then with one character changed. Returns whether `data` is the text of a token.
#[must_use]
pub fn token(data: &[u8]) -> bool {
    let prefixes = Prefixes::default();
    let read = std::str::from_utf8(data).ok().and_then(|text| Some((text, prefixes.parse(text).ok()?)));
    if let Some((text, token)) = &read {
        let (prefix, body) = text.rsplit_once('_').expect("a prefix");
        assert_eq!(prefix, prefixes.current(token.kind()).as_str());
        assert_eq!(*text, written(prefix, *token.id().as_bytes(), &body[22..65]), "one spelling");
        assert_eq!(token.id().to_string().parse(), Ok(*token.id()));
        assert!(!format!("{token:?}").contains(&body[22..65]), "shown");
    }
    if let Some((id, rest)) = data.split_first_chunk::<16>() {
        made(&prefixes, *id, rest);
    }
    if let Some(prefix) = std::str::from_utf8(data).ok().and_then(|text| Prefix::new(text).ok()) {
        let text = prefix.as_str();
        assert!((2..=16).contains(&text.len()) && !text.ends_with('_') && text.is_ascii(), "{text}");
        assert_eq!(Prefix::new(text).ok().map(|again| again.as_str().to_owned()).as_deref(), Some(text));
    }
    read.is_some()
}

/// Makes a token with this id, and checks that its text can be parsed. Then changes one byte of the text, and checks
/// that the result is refused. `rest` determines the kind, the secret, and which byte is changed to which value.
fn made(prefixes: &Prefixes, id: [u8; 16], rest: &[u8]) {
    let byte = |at: usize| rest.get(at).copied().unwrap_or(0);
    let kind = TokenKind::ALL[usize::from(byte(0)) % TokenKind::ALL.len()];
    let letter = |at: usize| char::from(LETTERS[usize::from(byte(at + 3)) % LETTERS.len()]);
    let secret: String = (0..43).map(letter).collect();
    let text = written(prefixes.current(kind).as_str(), id, &secret);
    let token = prefixes.parse(&text).expect("a token");
    assert_eq!((token.kind(), token.id().as_bytes()), (kind, &id));
    let mut damaged = text.clone().into_bytes();
    let at = usize::from(byte(1)) % damaged.len();
    damaged[at] = byte(2);
    // A changed prefix may be a valid prefix of another kind, so a change in the first three characters is not checked
    // here. Such a token is refused later, because the digest depends on the kind.
    if at > 2 && damaged[at] != text.as_bytes()[at] {
        let damaged = String::from_utf8_lossy(&damaged);
        assert!(prefixes.parse(&damaged).is_err(), "{text} and {damaged}");
    }
}

/// Writes the text of a token as ARCHITECTURE.md describes it. Uses no code of the library.
pub(crate) fn written(prefix: &str, id: [u8; 16], secret: &str) -> String {
    let body = format!("{}{secret}", base62(u128::from_be_bytes(id), 22));
    let check = base62(u128::from(crc32(body.as_bytes())), 6);
    format!("{prefix}_{body}{check}")
}

fn base62(mut number: u128, letters: usize) -> String {
    let mut text = vec![b'0'; letters];
    for letter in text.iter_mut().rev() {
        *letter = LETTERS[usize::try_from(number % 62).expect("a digit")];
        number /= 62;
    }
    String::from_utf8(text).expect("ASCII")
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

/// Returns the text of a token that must be refused, because its id is 2^128 or more. Everything else in the text is
/// correct.
pub(crate) fn beyond() -> String {
    let body = "z".repeat(65);
    format!("cfp_{body}{}", base62(u128::from(crc32(body.as_bytes())), 6))
}
