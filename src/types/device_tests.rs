//! Tests of the rules for a device's text, of [`Device::of_user_agent`], and of the stored and printed forms of a
//! device.

use super::*;

fn text(given: &str) -> Result<Option<String>, InvalidDevice> {
    Device::new(Some(given), None).map(|device| device.text().map(str::to_owned))
}

#[test]
fn sight_1_a_device_text_has_at_most_200_characters_in_one_line() {
    for fits in ["x".repeat(200), "😀".repeat(200), "e\u{301}".repeat(200), format!("  {}\t", "ж".repeat(200))] {
        assert_eq!(text(&fits).map(|text| text.map(|text| text.chars().count())), Ok(Some(200)));
    }
    for long in ["x".repeat(201), "😀".repeat(201), "e\u{301}".repeat(201), "x".repeat(100_000)] {
        assert_eq!(text(&long), Err(InvalidDevice::TooLong));
    }
    for (bad, character) in [
        ("a\nb", '\n'),
        ("a\rb", '\r'),
        ("a\u{0}b", '\u{0}'),
        ("a\u{202E}b", '\u{202E}'),
        ("a\u{2028}b", '\u{2028}'),
        ("a\u{200D}b", '\u{200D}'),
        ("a\u{E000}b", '\u{E000}'),
    ] {
        assert_eq!(text(bad), Err(InvalidDevice::Character(character)), "{bad:?}");
    }
    assert_eq!(text("👩\u{200D}🚀"), Ok(Some("👩\u{200D}🚀".to_owned())), "a joiner where Unicode allows it");
    assert_eq!(InvalidDevice::TooLong.to_string(), "device must have at most 200 characters");
    let message = InvalidDevice::Character('\u{7}').to_string();
    assert_eq!(message, "device contains U+0007, which is not allowed there");
}

#[test]
fn sight_1_a_device_text_that_shows_nothing_is_no_text() {
    for nothing in ["", " ", "\u{3164}", "\u{2800}\u{A0}", "\u{FE0F}"] {
        assert_eq!(text(nothing), Ok(None), "{nothing:?}");
        assert!(Device::of_user_agent(nothing, None).is_empty(), "{nothing:?}");
    }
    assert!(Device::default().is_empty() && Device::new(None, None).is_ok_and(|device| device.is_empty()));
    let source = SourceName::new("192.0.2.7").expect("a source");
    assert!(!Device::new(None, Some(&source)).expect("a device").is_empty());
    assert!(!Device::new(Some("x"), None).expect("a device").is_empty());
}

#[test]
fn sight_1_any_user_agent_becomes_a_valid_text() {
    let made = |given: &str| Device::of_user_agent(given, None).text().unwrap_or_default().to_owned();
    assert_eq!(made(" Mozilla/5.0\t(X11;\r\nLinux)\u{0} "), "Mozilla/5.0 (X11;  Linux)");
    assert_eq!(made("e\u{200B}\u{301}"), "\u{E9}", "composed after a character is left out");
    assert_eq!(made("👩\u{200D}🚀"), "👩🚀", "joiners are left out");
    assert_eq!(made(&"😀".repeat(100_000)), "😀".repeat(200));
    assert_eq!(made(&format!("{} {}", "x".repeat(199), "y".repeat(99))), "x".repeat(199), "no blank at the end");
    let hard: String = (0..=0x2_FFFF).filter_map(char::from_u32).collect();
    let letters: Vec<char> = hard.chars().collect();
    for piece in letters.chunks(97) {
        let device = Device::of_user_agent(&piece.iter().collect::<String>(), None);
        assert_eq!(Device::new(device.text(), None), Ok(device));
    }
}

#[test]
fn sight_1_a_stored_device_is_read_back_and_a_broken_one_is_refused() {
    let source = SourceName::new("2001:db8::7").expect("a source");
    for (device, text) in [
        (Device::default(), "{}"),
        (Device::new(Some("Firefox"), None).expect("a device"), r#"{"text":"Firefox"}"#),
        (Device::new(None, Some(&source)).expect("a device"), r#"{"source":"2001:db8::"}"#),
    ] {
        assert_eq!(serde_json::to_string(&device).expect("JSON"), text);
        assert_eq!(serde_json::from_str::<Device>(text).expect("a device"), device);
    }
    for bad in [
        r#"{"text":" Firefox"}"#,
        r#"{"text":""}"#,
        r#"{"text":"a\nb"}"#,
        r#"{"source":"2001:db8::7"}"#,
        r#"{"source":"a b"}"#,
        r#"{"source":""}"#,
        r#"{"text":"x","later":1}"#,
        r#"{"text":1}"#,
        r#""Firefox""#,
        "null",
    ] {
        assert!(serde_json::from_str::<Device>(bad).is_err(), "{bad}");
    }
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(201));
    assert!(serde_json::from_str::<Device>(&long).is_err());
}

#[test]
fn sight_1_a_printed_device_says_nothing_about_a_person() {
    let source = SourceName::new("192.0.2.7").expect("a source");
    let device = Device::new(Some("Firefox"), Some(&source)).expect("a device");
    assert_eq!(format!("{device:?}"), "Device { .. }");
}
