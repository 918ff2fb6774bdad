//! Ids of service accounts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::types::base62;
use crate::types::ids::SubjectId;

/// The text before the id in the subject of a service account.
pub(crate) const PREFIX: &str = "service-account:";

/// The id of a service account: 16 random bytes. Its text form has 22 base62 letters. The id is never used for another
/// account, and is not secret.
///
/// ```
/// use counterfoil::service_account::ServiceAccountId;
///
/// let id = ServiceAccountId::from_bytes([7; 16]);
/// assert_eq!(id.to_string().parse(), Ok(id));
/// assert_eq!(id.subject().as_str(), format!("service-account:{id}"));
/// assert_eq!(ServiceAccountId::of_subject(&id.subject()), Some(id));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceAccountId([u8; 16]);

/// Not a valid id of a service account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("service account id must be 22 characters of [0-9A-Za-z] for a number below 2^128")]
pub struct InvalidServiceAccountId;

impl ServiceAccountId {
    /// Creates an id from its bytes, as [`ServiceAccountId::as_bytes`] returns them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The number that the 22 letters of the text form encode, with the most significant byte first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The subject id of the account as an owner of credentials. It is reserved ([`SubjectId::is_reserved`]), and
    /// consists of `service-account:` and the text of this id.
    #[must_use]
    pub fn subject(&self) -> SubjectId {
        SubjectId::known(&format!("{PREFIX}{self}"))
    }

    /// The id of the service account with that subject. `None` for every other subject.
    #[must_use]
    pub fn of_subject(subject: &SubjectId) -> Option<Self> {
        subject.as_str().strip_prefix(PREFIX)?.parse().ok()
    }
}

impl fmt::Display for ServiceAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = base62::encode_id(&self.0);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for ServiceAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccountId({self})")
    }
}

impl FromStr for ServiceAccountId {
    type Err = InvalidServiceAccountId;

    fn from_str(text: &str) -> Result<Self, InvalidServiceAccountId> {
        let letters: &[u8; 22] = text.as_bytes().try_into().map_err(|_| InvalidServiceAccountId)?;
        base62::decode_id(letters).map(Self).ok_or(InvalidServiceAccountId)
    }
}

impl Serialize for ServiceAccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ServiceAccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_1_the_subject_of_every_account_is_reserved_and_names_it_alone() {
        for bytes in [[0; 16], [0xFF; 16], [7; 16], *b"0123456789abcdef"] {
            let id = ServiceAccountId::from_bytes(bytes);
            assert!(id.subject().is_reserved());
            assert_eq!(ServiceAccountId::of_subject(&id.subject()), Some(id));
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        let letters = "0".repeat(22);
        for other in ["service-account:", "service-account:0", "7", &letters, &format!("Service-account:{letters}")] {
            let subject = SubjectId::new(other).expect("an id");
            assert!(!subject.is_reserved() && ServiceAccountId::of_subject(&subject).is_none(), "{other}");
        }
        // This subject is reserved, but no account can have it, because its letters encode a number of 2^128 or more.
        let beyond = SubjectId::new(&format!("service-account:{}", "z".repeat(22))).expect("an id");
        assert!(beyond.is_reserved() && ServiceAccountId::of_subject(&beyond).is_none());
    }
}
