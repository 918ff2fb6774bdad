//! Tests which texts are redacted and which are not changed.

use std::borrow::Cow;

use counterfoil::testing;
use counterfoil::token::Prefixes;
use counterfoil_redact::Redactor;

use crate::support::{all, mistyped, prefixes, redacted, token};

/// Asserts that the redactor does not change a text and does not copy it.
fn is_left(redactor: &Redactor, text: &str) {
    assert!(matches!(redactor.redact(text), Cow::Borrowed(same) if same == text), "{text}");
    assert!(matches!(redactor.redact_bytes(text.as_bytes()), Cow::Borrowed(same) if same == text.as_bytes()), "{text}");
}

#[test]
fn life_5_a_token_of_each_prefix_and_of_each_old_prefix_is_redacted() {
    for prefixes in [Prefixes::default(), prefixes()] {
        let redactor = Redactor::new(&prefixes);
        for (seed, prefix) in all(&prefixes).iter().enumerate() {
            let token = token(prefix, seed as u64);
            assert!(prefixes.parse(&token).is_ok(), "{prefix}");
            assert_eq!(redactor.redact(&token), redacted(&token));
        }
    }
}

#[test]
fn life_5_the_tokens_of_a_service_are_redacted() {
    futures_executor::block_on(async {
        let service = testing::service();
        let issued = service.personal_access_token("ivan", "projects:read").await;
        let shown = Redactor::default().redact(issued.token.expose_secret()).into_owned();
        assert_eq!(shown, redacted(issued.token.expose_secret()));
        // The result consists of the prefix and its `_` (4 bytes), the id (22 letters), and `[redacted]` (10 bytes).
        assert_eq!(shown.len(), 4 + 22 + 10);
    });
}

#[test]
fn life_5_what_is_around_a_token_does_not_matter() {
    let redactor = Redactor::default();
    let token = token("cfa", 1);
    let around = [
        ("", ""),
        ("Authorization: Bearer ", "\r\n"),
        ("{\"access_token\":\"", "\",\"token_type\":\"bearer\"}"),
        ("\"{\\\"token\\\":\\\"", "\\\"}\""),
        ("a line\\n", "\\nanother"),
        ("https://example.com/?access_token=", "&x=1#y"),
        ("https%3A%2F%2Fexample.com%2F%3Ft%3D", "%26x%3D1"),
        ("\u{1b}[3mtoken\u{1b}[0m\u{1b}[2m=\u{1b}[0m", "\u{1b}[0m"),
        ("inside", "aword"),
        ("x_", "_y"),
        ("_", "_"),
        ("cfa_", "cfa_"),
        ("cf", "a"),
        ("Добрый день", "до свидания"),
        ("日本語", "🦀"),
        ("e\u{301}", "\u{301}"),
        ("\0", "\0"),
    ];
    for (before, after) in around {
        let text = format!("{before}{token}{after}");
        let wanted = format!("{before}{}{after}", redacted(&token));
        assert_eq!(redactor.redact(&text), wanted);
        assert_eq!(*redactor.redact_bytes(text.as_bytes()), *wanted.as_bytes());
    }
    let json = serde_json::json!({ "a": { "b": [&token, format!("x {token}")] } }).to_string();
    let read: serde_json::Value = serde_json::from_str(&redactor.redact(&json)).expect("still JSON");
    assert_eq!(read["a"]["b"][1], format!("x {}", redacted(&token)));
}

#[test]
fn life_5_every_token_of_a_text_is_redacted() {
    let redactor = Redactor::default();
    let tokens: Vec<String> = (0..100).map(|seed| token(["cfp", "cfa", "cfr"][seed % 3], seed as u64)).collect();
    for between in ["", " ", ",", "_", "ж"] {
        let wanted: Vec<String> = tokens.iter().map(|token| redacted(token)).collect();
        assert_eq!(redactor.redact(&tokens.join(between)), wanted.join(between), "{between:?}");
    }
}

#[test]
fn life_5_a_wrong_checksum_is_left_unless_the_redactor_is_not_strict() {
    let (redactor, lenient) = (Redactor::default(), Redactor::default().strict(false));
    for seed in 0..200 {
        let token = token("cfr", seed);
        let wrong = mistyped(&token);
        is_left(&redactor, &wrong);
        assert_eq!(lenient.redact(&wrong), redacted(&wrong));
        assert_eq!(lenient.redact(&token), redacted(&token));
        let both = format!("{wrong} {token}");
        assert_eq!(redactor.redact(&both), format!("{wrong} {}", redacted(&token)));
    }
}

#[test]
fn life_5_what_is_no_token_is_left() {
    let token = token("cfp", 3);
    let letters = &token[4..];
    for redactor in [Redactor::default(), Redactor::default().strict(false)] {
        for text in ["", "_", "cfp_", "no token", "_cfp", "cfp__", "____", "день_день"] {
            is_left(&redactor, text);
        }
        is_left(&redactor, &token[..token.len() - 1]);
        is_left(&redactor, letters);
        is_left(&redactor, &format!("ghp_{letters}"));
        is_left(&redactor, &format!("CFP_{letters}"));
        is_left(&redactor, &format!("cfp-{letters}"));
        is_left(&redactor, &format!("cfp_ {letters}"));
        is_left(&redactor, &format!("{}é{}", &token[..40], &token[41..]));
        is_left(&redactor, &format!("{}\n{}", &token[..40], &token[40..]));
    }
}

#[test]
fn life_5_an_id_beyond_128_bits_with_the_right_checksum_is_redacted_too() {
    let mut letters = "z".repeat(65);
    let number = crc32fast::hash(letters.as_bytes());
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    letters.extend((0..6).rev().map(|place| char::from(digits[(number / 62_u32.pow(place)) as usize % 62])));
    let token = format!("cfp_{letters}");
    assert!(Prefixes::default().parse(&token).is_err());
    assert_eq!(Redactor::default().redact(&token), redacted(&token));
}

#[test]
fn life_5_bytes_that_are_not_utf_8_are_kept() {
    let token = token("cfs", 1);
    let text = [b"\xFF\xFE".as_slice(), token.as_bytes(), b"\x80"].concat();
    let wanted = [b"\xFF\xFE".as_slice(), redacted(&token).as_bytes(), b"\x80"].concat();
    assert_eq!(*Redactor::default().redact_bytes(&text), *wanted);
}
