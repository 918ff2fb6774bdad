//! Tests that a text that is written in pieces is redacted in the same way as the whole text.

use std::io::Write as _;

use counterfoil_redact::{RedactingWriter, Redactor};
use proptest::prelude::*;

use crate::support::{all, mistyped, prefixes, redacted, token};

/// Writes the pieces to a redacting writer. Returns the writer's output before `finish`, and its whole output after
/// `finish`. If `flush` is true, flushes the writer after each piece.
fn written(redactor: &Redactor, pieces: &[&[u8]], flush: bool) -> (Vec<u8>, Vec<u8>) {
    let mut writer = RedactingWriter::new(Vec::new(), redactor.clone());
    for piece in pieces {
        writer.write_all(piece).expect("a vector takes all");
        if flush {
            writer.flush().expect("a vector takes all");
        }
    }
    let before = writer.get_ref().clone();
    writer.finish().expect("a vector takes all");
    (before, writer.get_ref().clone())
}

#[test]
fn life_5_a_token_split_at_each_byte_is_redacted() {
    let prefixes = prefixes();
    let redactor = Redactor::new(&prefixes);
    for (seed, prefix) in all(&prefixes).iter().enumerate() {
        let token = token(prefix, seed as u64);
        for (before, after) in [("день ", " день"), ("", ""), ("acme_", "acme_"), ("inside", "word")] {
            let text = format!("{before}{token}{after}");
            let wanted = format!("{before}{}{after}", redacted(&token));
            for at in 0..=text.len() {
                let (one, other) = text.as_bytes().split_at(at);
                for flush in [false, true] {
                    let (_, end) = written(&redactor, &[one, other], flush);
                    assert_eq!(String::from_utf8_lossy(&end), wanted, "at {at}");
                }
            }
        }
    }
}

#[test]
fn life_5_a_token_written_byte_by_byte_or_split_at_two_places_is_redacted() {
    let token = token("cfp", 9);
    let text = format!("a {token} b");
    let wanted = format!("a {} b", redacted(&token));
    let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    assert_eq!(written(&Redactor::default(), &bytes, true).1, wanted.as_bytes());
    for first in 0..text.len() {
        for second in first..text.len() {
            let pieces = [&text.as_bytes()[..first], &text.as_bytes()[first..second], &text.as_bytes()[second..]];
            assert_eq!(written(&Redactor::default(), &pieces, false).1, wanted.as_bytes(), "{first} {second}");
        }
    }
}

#[test]
fn life_5_no_part_of_a_secret_is_passed_on_before_the_token_is_known() {
    let token = token("cfp", 10);
    for at in 0..token.len() {
        let (before, _) = written(&Redactor::default(), &[b"x ", &token.as_bytes()[..at]], true);
        assert_eq!(before, b"x ", "{at}");
    }
    let (before, _) = written(&Redactor::default(), &[b"x ", token.as_bytes()], true);
    assert_eq!(String::from_utf8_lossy(&before), format!("x {}", redacted(&token)), "a whole token is not held back");
    let wrong = mistyped(&token);
    assert_eq!(written(&Redactor::default(), &[wrong.as_bytes()], true).0, wrong.as_bytes(), "nor is what is none");
}

/// Returns two tokens. The last letters of the first one's checksum are also the prefix of the second one.
fn overlapping() -> (String, String) {
    let ends_in = |seed: &u64| token("00", *seed).ends_with("00");
    let seed = (0..1_000_000).find(ends_in).expect("one of 3,844 ends in it");
    (token("00", seed), token("00", 1)[2..].to_owned())
}

#[test]
fn life_5_a_token_whose_prefix_is_the_end_of_another_is_redacted_wherever_it_is_split() {
    let redactor = Redactor::new(&prefixes());
    let (first, second) = overlapping();
    let text = format!("{first}{second}");
    let wanted = format!("{}{}", redacted(&first), redacted(&second));
    assert_eq!(redactor.redact(&text), wanted);
    for at in 0..=text.len() {
        let (one, other) = text.as_bytes().split_at(at);
        assert_eq!(String::from_utf8_lossy(&written(&redactor, &[one, other], false).1), wanted, "at {at}");
    }
}

/// Generates a part of a text: a token, a piece of a token, or a text that resembles one of these.
fn part() -> impl Strategy<Value = String> {
    let names = all(&prefixes());
    let name = (0..names.len()).prop_map(move |at| names[at].clone());
    let (other, cut) = (name.clone(), name.clone());
    prop_oneof![
        4 => (name.clone(), 0_u64..50).prop_map(|(name, seed)| token(&name, seed)),
        1 => (other, 0_u64..50).prop_map(|(name, seed)| mistyped(&token(&name, seed))),
        2 => (cut, 0_u64..50, 1_usize..71).prop_map(|(name, seed, at)| token(&name, seed)[..at].to_owned()),
        2 => name,
        2 => "[a-z0_ \n]{0,5}",
        1 => "\\PC{0,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn life_5_any_text_in_any_pieces_is_redacted_like_the_whole(
        parts in prop::collection::vec(part(), 0..8),
        sizes in prop::collection::vec(1_usize..120, 1..40),
        strict: bool,
        flush: bool,
    ) {
        let redactor = Redactor::new(&prefixes()).strict(strict);
        let text = parts.concat();
        let (mut rest, mut pieces, mut sizes) = (text.as_bytes(), Vec::new(), sizes.iter().cycle());
        while !rest.is_empty() {
            let (piece, others) = rest.split_at(rest.len().min(*sizes.next().expect("a cycle")));
            pieces.push(piece);
            rest = others;
        }
        let (_, end) = written(&redactor, &pieces, flush);
        prop_assert_eq!(String::from_utf8_lossy(&end), redactor.redact(&text));
    }
}
