//! Checks the files for scanners of leaked secrets in `docs/leaks`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

#[allow(dead_code, reason = "the example's main function is not called")]
#[path = "../examples/scanner_patterns.rs"]
mod scanner_patterns;

use std::fs;
use std::path::Path;

use counterfoil::token::{MalformedToken, Prefix, Prefixes};
use counterfoil::types::TokenKind;
use scanner_patterns::{files, prefixes};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/leaks"))
}

#[test]
fn life_5_the_files_for_scanners_are_those_that_the_example_makes() {
    for (name, made) in files(&prefixes()) {
        let kept = fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(kept, made, "{name}: run `cargo run --example scanner_patterns`");
    }
    assert_eq!(fs::read_dir(folder()).expect("a folder").count(), 3, "no other file is kept");
}

#[test]
fn life_5_each_file_for_scanners_has_the_pattern_of_each_kind() {
    let kind = TokenKind::PersonalAccessToken;
    let renamed = Prefixes::builder().current(kind, Prefix::new("acme_pat").expect("a prefix"));
    let renamed = renamed.old(kind, Prefix::new("cfp").expect("a prefix")).build().expect("a set");
    for prefixes in [prefixes(), renamed] {
        for (name, text) in files(&prefixes) {
            // In a table of Markdown, `|` is escaped.
            let text = text.replace("\\|", "|");
            for kind in TokenKind::ALL {
                assert!(text.contains(&prefixes.pattern_of(kind)), "{name} {kind:?}");
            }
            let keywords = prefixes.all().map(|(prefix, _)| format!("{prefix}_"));
            assert!(name.ends_with("md") || keywords.into_iter().all(|keyword| text.contains(&keyword)), "{name}");
        }
    }
}

#[test]
fn life_5_the_page_for_github_says_how_the_checksum_is_made() {
    // Applies the rule on the page, step by step, to the tokens of the sample corpus.
    let case = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/token/v1")).expect("the corpus");
    let cases = case.map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a case"));
    let tokens = cases.filter(|case| case.contains("expect: valid")).filter_map(|case| {
        let line = case.lines().find_map(|line| line.strip_prefix("token: ").map(str::to_owned))?;
        serde_json::from_str::<String>(&line).ok()
    });
    let tokens: Vec<String> = tokens.collect();
    assert!(tokens.len() > 10, "the corpus has tokens");
    for token in tokens {
        let (prefix, letters) = token.rsplit_once('_').expect("a prefix");
        let number = base62(&letters[65..]);
        assert_eq!(number, u64::from(crc32(&letters.as_bytes()[..65])), "{token}");
        let other = if letters.ends_with('0') { '1' } else { '0' };
        let mistyped = format!("{prefix}_{}{other}", &letters[..70]);
        assert_eq!(Prefixes::default().parse(&mistyped).err(), Some(MalformedToken::Checksum));
    }
}

fn base62(digits: &str) -> u64 {
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => letter - b'0',
        b'A'..=b'Z' => letter - b'A' + 10,
        _ => letter - b'a' + 36,
    };
    digits.bytes().fold(0, |number, letter| number * 62 + u64::from(digit(letter)))
}

/// CRC-32, bit by bit, as RFC 1952 §8 defines it.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}
