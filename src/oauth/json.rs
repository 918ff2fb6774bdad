//! JSON objects that may contain tokens. Each object is serialized once, into memory that is wiped.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use zeroize::Zeroizing;

use crate::types::secret::Secret;

/// The value of a member of a JSON object.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(u64),
    Bool(bool),
    /// An object with `sub` as its only member (RFC 8693 §4.1).
    Subject(&'a str),
}

/// An object. Its members are written in the order in which they were added.
#[derive(Default)]
pub(crate) struct Object<'a>(Vec<(&'a str, Value<'a>)>);

impl<'a> Object<'a> {
    /// Adds a member. The caller must not add the same name twice.
    pub(crate) fn with(mut self, name: &'a str, value: Value<'a>) -> Self {
        self.0.push((name, value));
        self
    }

    pub(crate) fn with_text(self, name: &'a str, value: &'a str) -> Self {
        self.with(name, Value::Text(value))
    }

    /// Adds a member if it has a value.
    pub(crate) fn with_optional(self, name: &'a str, value: Option<Value<'a>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The largest possible length of the JSON text. Escaping makes at most six bytes of JSON from one byte, and the
    /// longest number takes 20 bytes. A buffer of this length is never reallocated, so no unwiped copy of a token
    /// remains in memory.
    fn room(&self) -> usize {
        let text = |text: &str| 6 * text.len() + 2;
        let value = |value: &Value<'_>| match value {
            Value::Text(own) => text(own),
            Value::Subject(own) => text(own) + 8,
            Value::Number(_) | Value::Bool(_) => 20,
        };
        self.0.iter().map(|(name, own)| text(name) + value(own) + 2).sum::<usize>() + 2
    }

    /// Serializes the object into memory that is wiped. `None` cannot occur, because every value has a JSON form.
    pub(crate) fn written(&self) -> Option<Secret> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.room()));
        serde_json::to_writer(&mut *bytes, self).ok()?;
        String::from_utf8(std::mem::take(&mut *bytes)).ok().map(Secret::from)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            match value {
                Value::Text(text) => map.serialize_entry(name, text)?,
                Value::Number(number) => map.serialize_entry(name, number)?,
                Value::Bool(is) => map.serialize_entry(name, is)?,
                Value::Subject(sub) => map.serialize_entry(name, &BTreeMap::from([("sub", sub)]))?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_the_buffer_never_grows() {
        let text = "\u{1}\"\\\u{7f}ж".repeat(50);
        let object = Object::default()
            .with_text("b", &text)
            .with("a", Value::Number(u64::MAX))
            .with("\u{2}", Value::Bool(false))
            .with_optional("c", None);
        let written = object.written().expect("JSON");
        assert!(written.expose_secret().len() <= object.room());
        assert!(written.expose_secret().starts_with("{\"b\":\"\\u0001\\\"\\\\"), "{}", written.expose_secret());
        let read: serde_json::Value = serde_json::from_str(written.expose_secret()).expect("JSON");
        assert_eq!(read["b"], text);
        assert_eq!(read["a"], u64::MAX);
    }
}
