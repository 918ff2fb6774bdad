//! The metadata that a host attaches to a credential.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

/// The metadata that a host attaches to a credential: a JSON object of at most 1,024 bytes. The library returns the
/// object in the result of a verification and to administrators, and never searches or interprets it.
///
/// The text is kept as it was given, without the blanks between its parts: names keep their order, and numbers keep
/// their digits. Two metadata are equal if their texts are equal.
///
/// Metadata are not secret. But `Debug` prints only their length, so that no data of the host gets into a log when a
/// record is printed.
///
/// ```
/// use counterfoil::types::{InvalidMetadata, Metadata};
/// use serde_json::json;
///
/// let metadata = Metadata::new(&json!({ "ticket": 4711 }))?;
/// assert_eq!(metadata.as_str(), r#"{"ticket":4711}"#);
/// assert_eq!(metadata.get()["ticket"], 4711);
/// assert_eq!(r#" { "ticket" : 4711 } "#.parse(), Ok(metadata));
/// assert_eq!(Metadata::new(&json!(["no object"])), Err(InvalidMetadata::NoObject));
/// # Ok::<(), InvalidMetadata>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Metadata(Box<str>);

/// Not valid metadata. Operations report this as [`Invalid`](crate::Invalid) with the field `metadata`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidMetadata {
    /// More than 1,024 bytes without the blanks between the parts, or more than 16,384 bytes with them.
    #[error("metadata must have at most {} bytes", Metadata::MAX)]
    TooLong,
    /// The text is not JSON, or a number is larger than JSON readers accept.
    #[error("metadata must be JSON")]
    Malformed,
    /// The JSON value is not an object.
    #[error("metadata must be a JSON object")]
    NoObject,
    /// The object has more than 8 levels of objects and arrays.
    #[error("metadata must have at most {} levels of objects and arrays", Metadata::MAX_DEPTH)]
    TooDeep,
    /// An object has two members with the same name.
    #[error("metadata must not have two members of one name in an object")]
    Repeated,
    /// A stored text has blanks between its JSON parts. This library always stores metadata without such blanks.
    #[error("stored metadata are not in their only spelling")]
    Spelling,
}

/// The longest text that is read, in bytes. Indented JSON is several times as long as the same JSON without blanks.
const MAX_INPUT: usize = 16 * Metadata::MAX;

impl Metadata {
    /// The largest length of the text, in bytes, without blanks between its parts.
    pub const MAX: usize = 1_024;
    /// The largest number of levels of objects and arrays. The metadata object itself is the first level.
    pub const MAX_DEPTH: usize = 8;

    /// Creates metadata from a JSON value. If the host has the JSON as text, use [`str::parse`] instead: a repeated
    /// member can be found only in a text.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadata`] with the broken rule.
    pub fn new(value: &Value) -> Result<Self, InvalidMetadata> {
        serde_json::to_string(value).map_err(|_| InvalidMetadata::Malformed)?.parse()
    }

    /// Reads the stored text, which is the text of [`Metadata::as_str`].
    ///
    /// # Errors
    ///
    /// [`InvalidMetadata`] if the text breaks a rule, or has blanks between its parts.
    ///
    /// ```
    /// use counterfoil::types::{InvalidMetadata, Metadata};
    ///
    /// assert_eq!(Metadata::from_stored(r#"{"a":1}"#)?.as_str(), r#"{"a":1}"#);
    /// assert_eq!(Metadata::from_stored(r#"{"a": 1}"#), Err(InvalidMetadata::Spelling));
    /// assert_eq!(Metadata::from_stored(r#"{"a":1"#), Err(InvalidMetadata::Malformed));
    /// # Ok::<(), InvalidMetadata>(())
    /// ```
    pub fn from_stored(text: &str) -> Result<Self, InvalidMetadata> {
        let metadata: Self = text.parse()?;
        if *metadata.0 == *text { Ok(metadata) } else { Err(InvalidMetadata::Spelling) }
    }

    /// The JSON text, without blanks between its parts.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The members of the object. A number with more digits than `serde_json` keeps is rounded. [`Metadata::as_str`]
    /// has all digits.
    #[must_use]
    pub fn get(&self) -> Map<String, Value> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl FromStr for Metadata {
    type Err = InvalidMetadata;

    /// Parses a JSON text. Blanks between its parts are removed.
    fn from_str(text: &str) -> Result<Self, InvalidMetadata> {
        if text.len() > MAX_INPUT {
            return Err(InvalidMetadata::TooLong);
        }
        // The levels are counted before the text is parsed, so that no function below recurses deeper than
        // [`Metadata::MAX_DEPTH`].
        let shape = Shape::of(text);
        if shape.depth > Self::MAX_DEPTH {
            return Err(InvalidMetadata::TooDeep);
        }
        let value: Value = serde_json::from_str(text).map_err(|_| InvalidMetadata::Malformed)?;
        if !value.is_object() {
            return Err(InvalidMetadata::NoObject);
        }
        // If the text has two members with the same name, the parsed value has only one of them.
        if shape.members != members(&value) {
            return Err(InvalidMetadata::Repeated);
        }
        if shape.compact.len() > Self::MAX {
            return Err(InvalidMetadata::TooLong);
        }
        Ok(Self(shape.compact.into()))
    }
}

/// Properties of a JSON text that depend only on the characters outside of its strings.
struct Shape {
    /// The text without the blanks between its parts.
    compact: String,
    /// The number of members of all objects.
    members: usize,
    /// The number of levels of objects and arrays.
    depth: usize,
}

impl Shape {
    /// Scans a JSON text. If the text is not JSON, the result has no meaning.
    fn of(text: &str) -> Self {
        let mut shape = Self { compact: String::with_capacity(text.len()), members: 0, depth: 0 };
        let (mut in_string, mut escaped, mut level) = (false, false, 0_usize);
        for letter in text.chars() {
            if in_string {
                in_string = escaped || letter != '"';
                escaped = !escaped && letter == '\\';
            } else {
                match letter {
                    ' ' | '\t' | '\n' | '\r' => continue,
                    '"' => in_string = true,
                    ':' => shape.members += 1,
                    '{' | '[' => level += 1,
                    '}' | ']' => level = level.saturating_sub(1),
                    _ => {}
                }
                shape.depth = shape.depth.max(level);
            }
            shape.compact.push(letter);
        }
        shape
    }
}

/// The number of members of all objects in a value.
fn members(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.values().map(|value| 1 + members(value)).sum(),
        Value::Array(values) => values.iter().map(members).sum(),
        _ => 0,
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Metadata({} bytes)", self.0.len())
    }
}

impl Serialize for Metadata {
    /// The stored text, as a string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    /// Reads the stored text from a string, as [`Metadata::from_stored`] does.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_stored(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
