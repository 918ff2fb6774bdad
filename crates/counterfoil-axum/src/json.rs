//! The strict reader of JSON objects: each field once, each of them known, each fault with the field's name.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::problem::{self, Problem};

/// The fields of an object, in order, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, Value)>);

/// What a request's body says.
pub(crate) trait Body: Sized {
    /// Whether no body at all, and `null`, say the same as an empty object.
    const OPTIONAL: bool = false;

    /// Takes its fields; what is left is unknown.
    fn take(fields: &mut Fields) -> Result<Self, Problem>;
}

/// Reads a body: is it JSON, is it announced as JSON, then field by field.
pub(crate) fn read<T: Body>(media_type: Option<&[u8]>, bytes: &Bytes) -> Result<T, Problem> {
    if T::OPTIONAL && bytes.is_empty() {
        return T::take(&mut Fields::default());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new(problem::NOT_JSON))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| Problem::new(problem::NOT_JSON))?;
    if !media_type.is_some_and(is_json) {
        return Err(Problem::new(problem::MEDIA));
    }
    let mut fields = if T::OPTIONAL && text.trim() == "null" { Fields::default() } else { Fields::read(text)? };
    let body = T::take(&mut fields)?;
    match fields.0.pop() {
        None => Ok(body),
        Some((name, _)) => Err(fault(&name, "field is not known")),
    }
}

/// The media type, in any case, whatever its parameters: RFC 8259 defines none.
pub(crate) fn is_json(media_type: &[u8]) -> bool {
    let essence = media_type.split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// The fault of a field whose name the caller wrote: it is said back only where it looks like a name, and cannot be anything else.
fn fault(name: &str, detail: &'static str) -> Problem {
    let is_name =
        (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Problem::field(Cow::Owned(name.to_owned()), detail) } else { Problem::unnamed(detail) }
}

impl Fields {
    fn read(text: &str) -> Result<Self, Problem> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(String, Value)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(fields)
            }
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let fields =
            reader.deserialize_map(Object).map_err(|_| Problem::unnamed("must be an object of known fields"))?;
        for (at, (name, _)) in fields.iter().enumerate() {
            if fields[..at].iter().any(|(other, _)| other == name) {
                return Err(fault(name, "field stands twice"));
            }
        }
        Ok(Self(fields))
    }

    /// A field that may be left out; `null` is a value like any other, and mostly a wrong one.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, Problem> {
        let Some(at) = self.0.iter().position(|(own, _)| own == name) else { return Ok(None) };
        let (_, value) = self.0.swap_remove(at);
        serde_json::from_value(value).map(Some).map_err(|_| Problem::field(name, format!("{name} is of a wrong type")))
    }

    /// A field that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Problem> {
        self.optional(name)?.ok_or_else(|| Problem::field(name, format!("{name} must be given")))
    }

    /// A field that is a text with a grammar of its own.
    pub(crate) fn parsed<T: std::str::FromStr>(&mut self, name: &'static str) -> Result<Option<T>, Problem>
    where
        T::Err: fmt::Display,
    {
        let Some(text) = self.optional::<String>(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|invalid: T::Err| Problem::field(name, invalid.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Pair(String, Option<i64>);

    impl Body for Pair {
        fn take(fields: &mut Fields) -> Result<Self, Problem> {
            Ok(Self(fields.required("label")?, fields.optional("days")?))
        }
    }

    fn fault_of(text: &str) -> (u16, &'static str) {
        let problem =
            read::<Pair>(Some(b"application/json"), &Bytes::copy_from_slice(text.as_bytes())).expect_err(text);
        (problem.status().as_u16(), problem.name())
    }

    #[test]
    fn what_is_no_json_is_400_whatever_else_is_wrong() {
        for text in
            ["", "{", "{}}", "{\"label\":1,}", "{'label':1}", "nul", "{\"label\":\"\u{1}\"}", "\u{feff}{}", "[1"]
        {
            assert_eq!(fault_of(text), (400, "not-json"), "{text:?}");
        }
        assert_eq!(fault_of(&"[".repeat(100_000)), (400, "not-json"));
        let read = read::<Pair>(None, &Bytes::from_static(b"{\"label\":\"\xFF\"}"));
        assert_eq!(read.expect_err("no UTF-8").name(), "not-json");
    }

    #[test]
    fn another_media_type_is_415_and_only_then_fields_are_looked_at() {
        for media_type in
            [None, Some(b"text/plain".as_slice()), Some(b"application/jsonx"), Some(b"application/json, a/b")]
        {
            let read = read::<Pair>(media_type, &Bytes::from_static(b"[]"));
            assert_eq!(read.expect_err("no JSON's type").name(), "media-type");
        }
        let read = read::<Pair>(Some(b"Application/JSON; charset=utf-8"), &Bytes::from_static(b"{\"label\":\"a\"}"));
        assert_eq!(read, Ok(Pair("a".into(), None)));
    }

    #[test]
    fn every_fault_of_a_field_is_422_and_names_it() {
        for (text, field) in [
            ("{}", Some("label")),
            ("{\"label\":null}", Some("label")),
            ("{\"label\":1}", Some("label")),
            ("{\"label\":\"a\",\"days\":1.5}", Some("days")),
            ("{\"label\":\"a\",\"days\":\"1\"}", Some("days")),
            ("{\"label\":\"a\",\"days\":99999999999999999999}", Some("days")),
            ("{\"label\":\"a\",\"label\":\"a\"}", Some("label")),
            ("{\"label\":\"a\",\"l\\u0061bel\":\"b\"}", Some("label")),
            ("{\"label\":\"a\",\"other\":1}", Some("other")),
            ("{\"label\":\"a\",\"a b\\r\\n\":1}", None),
            ("{\"label\":\"a\",\"days\":1e999}", None),
            ("{\"label\":\"\\ud800\"}", None),
            ("[]", None),
            ("1", None),
            (&("[".repeat(100_000) + &"]".repeat(100_000)), None),
            (&format!("{{\"label\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)), None),
        ] {
            assert_eq!(fault_of(text), (422, "invalid-field"), "{text}");
            let written = read::<Pair>(Some(b"application/json"), &Bytes::copy_from_slice(text.as_bytes()));
            let written: Value = serde_json::from_str(&written.expect_err(text).json()).expect("JSON");
            assert_eq!(written["field"].as_str(), field, "{text}");
        }
    }

    #[test]
    fn no_body_is_an_empty_object_only_where_nothing_is_needed() {
        #[derive(Debug)]
        struct Nothing;
        impl Body for Nothing {
            const OPTIONAL: bool = true;
            fn take(_: &mut Fields) -> Result<Self, Problem> {
                Ok(Self)
            }
        }
        assert!(read::<Nothing>(None, &Bytes::new()).is_ok());
        assert!(read::<Nothing>(Some(b"application/json"), &Bytes::from_static(b"null")).is_ok());
        assert_eq!(read::<Nothing>(None, &Bytes::from_static(b" ")).expect_err("blank").name(), "not-json");
        assert_eq!(read::<Pair>(None, &Bytes::new()).expect_err("nothing").name(), "not-json");
    }
}
