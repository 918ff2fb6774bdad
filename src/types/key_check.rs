//! The check value of a key. The key cannot be derived from the value.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The check value of a key: the first eight bytes of a MAC under a sub-key that has no other use. It is stored, so
/// that a different key with the same number is detected. Its text form has 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyCheck([u8; 8]);

impl KeyCheck {
    pub(crate) const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    fn from_text(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bytes = u64::from_str_radix(text, 16).ok().filter(|_| digits)?;
        Some(Self(bytes.to_be_bytes()))
    }
}

impl fmt::Display for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyCheck({self})")
    }
}

impl Serialize for KeyCheck {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyCheck {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_text(&text).ok_or_else(|| de::Error::custom("a key check is 16 hex digits"))
    }
}
