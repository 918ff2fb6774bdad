//! A strict reader of JSON objects. It refuses repeated and unknown fields, and each error names its field.

use std::collections::HashSet;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeOwned, Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::problem::{self, Problem};

/// The fields of an object, in their order. Each name occurs once.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, Value)>);

/// An object whose fields are being read.
struct Object {
    fields: Vec<(String, Value)>,
    /// The problem that ended the reading of the object: a repeated field, or too many fields. `None` if there is none.
    fault: Option<Problem>,
}

impl<'de> Visitor<'de> for &mut Object {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            #[cfg(test)]
            counting::count();
            self.fault = if self.fields.len() == MOST {
                Some(Problem::new(problem::TOO_MANY))
            } else if !names.insert(name.clone()) {
                Some(Problem::said_back(&name, "field stands twice"))
            } else {
                None
            };
            if self.fault.is_some() {
                return Err(A::Error::custom("the fields are not read on"));
            }
            self.fields.push((name, map.next_value()?));
        }
        Ok(())
    }
}

/// Counts the fields that the current thread has read, for tests.
#[cfg(test)]
mod counting {
    use std::cell::Cell;

    thread_local!(static LOOKED: Cell<usize> = const { Cell::new(0) });

    pub(super) fn count() {
        LOOKED.set(LOOKED.get() + 1);
    }

    pub(super) fn taken() -> usize {
        LOOKED.get()
    }
}

pub(crate) trait Body: Sized {
    /// Whether the body can be missing. If true, an empty body and `null` mean the same as an empty object.
    const OPTIONAL: bool = false;

    /// Removes from `fields` each field that this kind of body has, and parses it. If a field remains, it is unknown,
    /// and the caller refuses the request.
    fn take(fields: &mut Fields) -> Result<Self, Problem>;
}

/// The maximum number of fields in a body. The largest body of the API has about twelve.
const MOST: usize = 64;

/// Reads a body. Checks the media type first, then the JSON syntax and the number of fields, then each field. If the
/// body is optional and empty, the media type is not checked.
pub(crate) fn read<T: Body>(media_type: Option<&[u8]>, bytes: &Bytes) -> Result<T, Problem> {
    if T::OPTIONAL && bytes.is_empty() {
        return T::take(&mut Fields::default());
    }
    if !media_type.is_some_and(is_json) {
        return Err(Problem::new(problem::MEDIA));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new(problem::NOT_JSON))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| Problem::new(problem::NOT_JSON))?;
    let mut fields = if T::OPTIONAL && text.trim() == "null" { Fields::default() } else { Fields::read(text)? };
    let body = T::take(&mut fields)?;
    match fields.0.pop() {
        None => Ok(body),
        Some((name, _)) => Err(Problem::said_back(&name, "field is not known")),
    }
}

/// Whether a media type is JSON, in upper or lower case. Parameters are ignored, because RFC 8259 defines none.
pub(crate) fn is_json(media_type: &[u8]) -> bool {
    let essence = media_type.split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

impl Fields {
    /// Reads a JSON object. Returns an error if a field is repeated, or if there are more than [`MOST`] fields.
    fn read(text: &str) -> Result<Self, Problem> {
        let mut object = Object { fields: Vec::new(), fault: None };
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = reader.deserialize_map(&mut object);
        match (object.fault, read) {
            (Some(fault), _) => Err(fault),
            (None, Ok(())) => Ok(Self(object.fields)),
            (None, Err(_)) => Err(Problem::unnamed("must be an object of known fields")),
        }
    }

    /// Removes an optional field and returns its value. Returns `None` if the field is missing. A field with the value
    /// `null` is not missing: for most types, `null` is an error.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, Problem> {
        let Some(at) = self.0.iter().position(|(own, _)| own == name) else { return Ok(None) };
        let (_, value) = self.0.swap_remove(at);
        serde_json::from_value(value).map(Some).map_err(|_| Problem::field(name, format!("{name} is of a wrong type")))
    }

    /// Removes a required field and returns its value. Returns an error if the field is missing.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Problem> {
        self.optional(name)?.ok_or_else(|| Problem::field(name, format!("{name} must be given")))
    }

    /// Removes an optional text field, and parses it with `FromStr`. Returns `None` if the field is missing.
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
    fn what_is_no_json_is_400() {
        for text in
            ["", "{", "{}}", "{\"label\":1,}", "{'label':1}", "nul", "{\"label\":\"\u{1}\"}", "\u{feff}{}", "[1"]
        {
            assert_eq!(fault_of(text), (400, "not-json"), "{text:?}");
        }
        assert_eq!(fault_of(&"[".repeat(100_000)), (400, "not-json"));
        let read = read::<Pair>(Some(b"application/json"), &Bytes::from_static(b"{\"label\":\"\xFF\"}"));
        assert_eq!(read.expect_err("no UTF-8").name(), "not-json");
    }

    #[test]
    fn fault_c13_another_media_type_is_415_before_anything_else_is_looked_at() {
        for media_type in
            [None, Some(b"text/plain".as_slice()), Some(b"application/jsonx"), Some(b"application/json, a/b")]
        {
            for text in [&b"[]"[..], b"{", b"", b"\xFF"] {
                let read = read::<Pair>(media_type, &Bytes::from_static(text));
                assert_eq!(read.expect_err("no JSON's type").name(), "media-type", "{text:?}");
            }
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
        assert_eq!(read::<Nothing>(None, &Bytes::from_static(b" ")).expect_err("blank").name(), "media-type");
        let json = Some(b"application/json".as_slice());
        assert_eq!(read::<Nothing>(json, &Bytes::from_static(b" ")).expect_err("blank").name(), "not-json");
        assert_eq!(read::<Pair>(json, &Bytes::new()).expect_err("nothing").name(), "not-json");
    }

    #[test]
    fn fault_b4_no_more_than_64_fields_are_looked_at_however_many_there_are() {
        let of = |fields: usize| {
            let fields: Vec<_> = (0..fields).map(|at| format!("\"f{at}\":1")).collect();
            format!("{{{}}}", fields.join(","))
        };
        let many = of(7_600);
        assert!(many.len() > 60_000);
        let before = counting::taken();
        assert_eq!(fault_of(&many), (400, "too-many-fields"));
        assert_eq!(counting::taken() - before, MOST + 1);
        assert_eq!(fault_of(&of(65)), (400, "too-many-fields"));
        assert_eq!(fault_of(&of(64)), (422, "invalid-field"), "64 are read");
        let twice = format!("{{\"f0\":1,{}", &many[1..]);
        let before = counting::taken();
        assert_eq!(fault_of(&twice), (422, "invalid-field"), "a field that stands twice ends it too");
        assert_eq!(counting::taken() - before, 2);
    }
}
