//! Tests that written fields decode to the same values, and that other texts do not decode.

use counterfoil::Timestamp;

use super::fields::{counted, instant, maybe_instant, noticed_of, stamp, texts_of};
use super::{maybe, piece, time};

/// Checks that a text with a damaged first byte does not decode. This byte says whether the text is missing. If a
/// damaged byte made a scope missing, the credential could do everything that its owner may do.
#[test]
fn a_damaged_mark_of_a_text_is_no_text_that_is_missing() {
    assert_eq!(texts_of(b"+000003a b-+000001x"), Some([Some("a b"), None, Some("x")]));
    assert_eq!(texts_of(b"---"), Some([None; 3]));
    for damaged in [&b"*000003a b--"[..], b"1--", b"--", b"----", b"+00003a b--", b"++00003a b--", b"---+000001x"] {
        assert_eq!(texts_of(damaged), None, "{damaged:?}");
    }
}

#[test]
fn numbers_and_instants_have_one_spelling() {
    for (text, expected) in [(&b"0"[..], Some(0)), (b"10", Some(10)), (b"+1", None), (b"01", None), (b"", None)] {
        assert_eq!(counted(text), expected, "{text:?}");
    }
    assert_eq!(instant(b"0000000000000001"), Timestamp::from_micros(1));
    for other in [&b"+000000000000001"[..], b"1", b"00000000000000001", b""] {
        assert_eq!(instant(other), None, "{other:?}");
    }
    assert_eq!(
        noticed_of(b"0000000000000001002"),
        Some(vec![(Timestamp::from_micros(1).unwrap_or(Timestamp::MAX), 2)])
    );
    assert_eq!((noticed_of(b"00000000000000012"), stamp(b"00000000000000010002")), (None, None));
}

#[test]
fn instants_are_sixteen_digits_that_order_as_the_instants_do() {
    assert_eq!(&time(Timestamp::EPOCH), b"0000000000000000");
    assert_eq!(&time(Timestamp::MAX), b"9007199254740991");
    assert_eq!(maybe_instant(&maybe(None)), Some(None));
    assert_eq!(maybe_instant(&maybe(Some(Timestamp::MAX))), Some(Some(Timestamp::MAX)));
    assert_eq!(instant(b"9007199254740992"), None, "no instant");
    assert_eq!(instant(b"+000000000000001"), None, "scripts compare the text, in which a sign is less than any digit");
}

#[test]
fn texts_come_back_and_a_cut_one_does_not() {
    let texts = [piece(Some("a b")), piece(None), piece(Some("\u{436}"))].concat();
    assert_eq!(texts, "+000003a b-+000002\u{436}".as_bytes());
    assert_eq!(texts_of(&texts), Some([Some("a b"), None, Some("\u{436}")]));
    for cut in 0..texts.len() {
        assert_eq!(texts_of(&texts[..cut]), None, "{cut}");
    }
}
