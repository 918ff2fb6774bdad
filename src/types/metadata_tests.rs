//! Tests of the limits of metadata, and of their stored form.

use super::*;
use InvalidMetadata::{Malformed, NoObject, Repeated, Spelling, TooDeep, TooLong};
use serde_json::json;

fn parsed(text: &str) -> Result<String, InvalidMetadata> {
    text.parse::<Metadata>().map(|metadata| metadata.as_str().to_owned())
}

/// The text of a JSON object with that many bytes.
fn of_length(bytes: usize) -> String {
    format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - r#"{"a":""}"#.len()))
}

/// The text of a JSON object with that many levels of objects and arrays.
fn of_depth(levels: usize) -> String {
    format!(r#"{{"a":{}0{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1))
}

#[test]
fn sight_5_metadata_have_at_most_1_024_bytes_without_blanks() {
    assert_eq!(parsed(&of_length(1_024)).map(|text| text.len()), Ok(1_024));
    assert_eq!(parsed(&of_length(1_025)), Err(TooLong));
    let wide = of_length(1_024).replace(':', &format!(" :{}", "\n".repeat(MAX_INPUT - 1_025)));
    assert_eq!(wide.len(), MAX_INPUT);
    assert_eq!(parsed(&wide), Ok(of_length(1_024)), "blanks do not count");
    assert_eq!(parsed(&format!("{wide} ")), Err(TooLong), "before it is parsed");
    assert_eq!(parsed(&"{".repeat(MAX_INPUT + 1)), Err(TooLong));
    let letters = json!({ "a": "ж".repeat(508) });
    assert_eq!(Metadata::new(&letters).map(|metadata| metadata.as_str().len()), Ok(1_024), "bytes, not characters");
    assert_eq!(Metadata::new(&json!({ "a": "ж".repeat(509) })), Err(TooLong));
}

#[test]
fn sight_5_metadata_have_at_most_8_levels() {
    for levels in 1..=8 {
        assert_eq!(parsed(&of_depth(levels)), Ok(of_depth(levels)), "{levels}");
    }
    for levels in [9, 10, 200, 5_000] {
        assert_eq!(parsed(&of_depth(levels)), Err(TooDeep), "{levels}");
    }
    let objects = |levels: usize| format!(r#"{}{{}}{}"#, r#"{"a":"#.repeat(levels - 1), "}".repeat(levels - 1));
    assert_eq!((parsed(&objects(8)), parsed(&objects(9))), (Ok(objects(8)), Err(TooDeep)));
    let beside = r#"{"a":[[[]]],"b":[[[[[[]]]]]],"c":[{},{},{}]}"#;
    assert_eq!(parsed(beside), Ok(beside.to_owned()), "levels are not added up");
    assert_eq!(parsed(r#"{"a":"[[[[[[[[[[{{{{"}"#), Ok(r#"{"a":"[[[[[[[[[[{{{{"}"#.to_owned()), "in a string");
}

#[test]
fn sight_5_metadata_are_an_object_with_members_of_different_names() {
    for text in ["null", "1", "\"{}\"", "[]", "[{}]", "true"] {
        assert_eq!(parsed(text), Err(NoObject), "{text}");
    }
    for text in
        ["", " ", "{", "{}}", "{} {}", "{a:1}", "{'a':1}", r#"{"a":}"#, r#"{"a":1,}"#, "\u{FEFF}{}", r#"{"a":01}"#]
    {
        assert_eq!(parsed(text), Err(Malformed), "{text}");
    }
    for text in [r#"{"a":"\ud800"}"#, r#"{"a":1e400}"#, "{\"a\":\"\n\"}", r#"{"a":1 2}"#, r#"{"a":"\x"}"#, "{\u{A0}}"] {
        assert_eq!(parsed(text), Err(Malformed), "{text}");
    }
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"x":{"a":1,"b":2,"a":3}}"#,
        r#"{"x":[0,{"a":1,"a":1}]}"#,
        r#"{"a":{"b":1},"a":{"c":1}}"#,
        r#"{"a:":1,"a:":2}"#,
    ] {
        assert_eq!(parsed(text), Err(Repeated), "{text}");
    }
    for text in [r#"{"a":1,"A":1}"#, r#"{"a":{"a":{"a":1}}}"#, r#"{"a":[{"a":1},{"a":1}]}"#, r#"{"":0}"#, "{}"] {
        assert_eq!(parsed(text), Ok(text.to_owned()), "{text}");
    }
}

#[test]
fn sight_5_metadata_come_back_as_they_were_given() {
    let given =
        "{ \"b\" : [ 1.10 , 2e3,12345678901234567890123 ],\r\n\t\"a\": \"x  \\\" { : \\\\\" , \"\\u0041\": null }";
    let kept = r#"{"b":[1.10,2e3,12345678901234567890123],"a":"x  \" { : \\","\u0041":null}"#;
    let metadata: Metadata = given.parse().expect("metadata");
    assert_eq!(metadata.as_str(), kept, "order, digits, escapes and blanks in strings");
    assert_eq!(Metadata::from_stored(kept), Ok(metadata.clone()));
    let members = metadata.get();
    assert_eq!((members.len(), &members["A"], &members["a"]), (3, &Value::Null, &json!("x  \" { : \\")));

    let value = json!({ "n": -1, "list": [true, {}], "text": "\u{0}\u{1F468}\n" });
    let metadata = Metadata::new(&value).expect("metadata");
    assert_eq!(metadata.as_str(), serde_json::to_string(&value).expect("JSON"));
    assert_eq!(Value::Object(metadata.get()), value);
    assert_eq!(Metadata::new(&json!([1])), Err(NoObject));
}

#[test]
fn sight_5_stored_metadata_with_blanks_or_broken_rules_are_refused() {
    for (text, error) in [
        (r#" {"a":1}"#, Spelling),
        (r#"{"a":1} "#, Spelling),
        (r#"{"a": 1}"#, Spelling),
        ("{\n}", Spelling),
        ("", Malformed),
        (r#"{"a":1"#, Malformed),
        ("null", NoObject),
        (r#"{"a":1,"a":1}"#, Repeated),
        (&of_depth(9), TooDeep),
        (&of_length(1_025), TooLong),
    ] {
        assert_eq!(Metadata::from_stored(text), Err(error), "{text}");
    }
    let metadata = Metadata::from_stored(r#"{"a":"b"}"#).expect("metadata");
    let document = serde_json::to_string(&metadata).expect("JSON");
    assert_eq!(document, r#""{\"a\":\"b\"}""#);
    assert_eq!(serde_json::from_str::<Metadata>(&document).expect("metadata"), metadata);
    assert!(serde_json::from_str::<Metadata>(r#""{ }""#).is_err());
    assert!(serde_json::from_str::<Metadata>(r#"{"a":"b"}"#).is_err(), "an object is not the stored form");
}

#[test]
fn sight_5_errors_name_the_limit_and_nothing_prints_the_metadata() {
    assert_eq!(TooLong.to_string(), "metadata must have at most 1024 bytes");
    assert_eq!(TooDeep.to_string(), "metadata must have at most 8 levels of objects and arrays");
    let metadata = Metadata::new(&json!({ "name": "canary" })).expect("metadata");
    assert_eq!(format!("{metadata:?}"), "Metadata(17 bytes)");
}
