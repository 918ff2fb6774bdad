//! Ids of records, families, owners, people, clients and keys.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::types::base62;
pub(crate) use crate::types::family_id::FamilyId;
use crate::types::short::Short;

/// The public id of a credential. Its 16 bytes are one byte for the shard, nine bytes for the family, and six bytes for
/// the credential. The last 15 are random or derived, for example from a submitted form. As text it is 22 base62
/// letters.
///
/// The id is part of the token's text and is not secret.
///
/// ```
/// use counterfoil::types::RecordId;
///
/// let id = RecordId::from_bytes([7; 16]);
/// assert_eq!(id.to_string().parse(), Ok(id));
/// assert_eq!(id.family().as_bytes(), &[7; 10]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

/// Not a valid record id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("id must be 22 characters of [0-9A-Za-z] for a number below 2^128")]
pub struct InvalidId;

impl RecordId {
    /// Creates a record id from its bytes: the 10 bytes of the family id, then 6 bytes for the member.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn of(family: FamilyId, member: [u8; 6]) -> Self {
        let mut bytes = [0; 16];
        bytes[..10].copy_from_slice(family.as_bytes());
        bytes[10..].copy_from_slice(&member);
        Self(bytes)
    }

    /// The id as bytes: the 10 bytes of the family id, then 6 bytes for the member.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The shard: the first byte of the id. It is derived from realm and owner, and reveals which of 256 groups the
    /// owner belongs to.
    #[must_use]
    pub const fn shard(&self) -> u8 {
        self.0[0]
    }

    /// The family that the credential belongs to.
    #[must_use]
    pub fn family(&self) -> FamilyId {
        let mut family = [0; 10];
        family.copy_from_slice(&self.0[..10]);
        FamilyId::from_bytes(family)
    }

    /// The six bytes that distinguish the credential from others of its family.
    #[must_use]
    pub fn member(&self) -> [u8; 6] {
        let mut member = [0; 6];
        member.copy_from_slice(&self.0[10..]);
        member
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = base62::encode_id(&self.0);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

impl FromStr for RecordId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let letters: &[u8; 22] = text.as_bytes().try_into().map_err(|_| InvalidId)?;
        base62::decode_id(letters).map(Self).ok_or(InvalidId)
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The immutable id of a person in the host's directory: 1 to 255 bytes without control characters.
///
/// Do not use a name as an id. If a person gives up a name and another person gets this name, the second person would
/// get the credentials of the first.
///
/// A conversion with `From` from a number gives the number in decimal. Equal numbers of different types give the same
/// id, so a database column can change from signed to unsigned, and all credentials stay valid. With the feature
/// `uuid`, a conversion with `From` from a UUID gives its hyphenated form.
///
/// ```
/// use counterfoil::SubjectId;
///
/// assert_eq!(SubjectId::from(7_u64), SubjectId::from(7_i64));
/// assert_eq!(SubjectId::from(7_u64), SubjectId::new("7")?);
/// assert_eq!(SubjectId::from(-7_i64).as_str(), "-7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SubjectId(Short);

/// Not a valid subject id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("subject id must be 1 to 255 bytes without control characters")]
pub struct InvalidSubject;

impl SubjectId {
    /// Checks the id.
    ///
    /// # Errors
    ///
    /// [`InvalidSubject`] if the text is empty, is longer than 255 bytes, or contains a control character.
    pub fn new(id: &str) -> Result<Self, InvalidSubject> {
        let fits = (1..=255).contains(&id.len()) && !id.chars().any(char::is_control);
        fits.then(|| Self(Short::new(id))).ok_or(InvalidSubject)
    }

    /// Whether the id is reserved for service accounts: `service-account:` and 22 letters of `[0-9A-Za-z]`. The library
    /// itself keeps the accounts with reserved ids, and never looks them up in the directory.
    ///
    /// ```
    /// use counterfoil::SubjectId;
    ///
    /// assert!(SubjectId::new("service-account:0000000000000000000001")?.is_reserved());
    /// assert!(!SubjectId::new("service-account:billing")?.is_reserved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        let letters = self.as_str().strip_prefix(crate::types::service_account_id::PREFIX);
        letters.is_some_and(|rest| rest.len() == 22 && rest.bytes().all(|letter| letter.is_ascii_alphanumeric()))
    }

    /// Wraps a text that is known to be valid.
    pub(super) fn known(id: &str) -> Self {
        Self(Short::new(id))
    }

    /// The subject id as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for SubjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SubjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The owner of a record. It is a person or a service account, or the realm itself for security codes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OwnerId(SubjectId);

/// The stored text for the realm as owner. It contains a control character, so no [`SubjectId`] can equal it.
const REALM_OWNER: &str = "\u{1}realm";

impl OwnerId {
    /// The owner in an empty record. When a stored record is copied into the empty record, the owner of the stored
    /// record replaces it.
    pub(crate) const BLANK: Self = Self(SubjectId(Short::EMPTY));

    /// The realm itself: the owner of every security code.
    #[must_use]
    pub fn realm() -> Self {
        Self(SubjectId(Short::new(REALM_OWNER)))
    }

    /// Parses the stored text: the id of a subject, or the reserved text for the realm.
    ///
    /// # Errors
    ///
    /// [`InvalidSubject`] if the text is neither a valid subject id nor the reserved text.
    pub fn from_stored(text: &str) -> Result<Self, InvalidSubject> {
        if text == REALM_OWNER { Ok(Self::realm()) } else { SubjectId::new(text).map(Self::from) }
    }

    /// Wraps the text of an owner that is known to be valid.
    #[cfg(feature = "memory")]
    pub(crate) fn known(text: &str) -> Self {
        Self(SubjectId::known(text))
    }

    /// The subject id of the owner with this stored text. `None` for the realm. The caller must know that the text is
    /// valid.
    #[cfg(feature = "memory")]
    #[inline]
    pub(crate) fn known_person(text: &str) -> Option<SubjectId> {
        (text != REALM_OWNER).then(|| SubjectId::known(text))
    }

    /// The owner as a store keeps it: the subject id, or the reserved text for the realm.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The subject id of the person or service account. `None` for the realm.
    #[must_use]
    pub fn subject(&self) -> Option<SubjectId> {
        self.person().cloned()
    }

    pub(crate) fn person(&self) -> Option<&SubjectId> {
        (self.as_str() != REALM_OWNER).then_some(&self.0)
    }
}

impl From<SubjectId> for OwnerId {
    fn from(subject: SubjectId) -> Self {
        Self(subject)
    }
}

impl From<&SubjectId> for OwnerId {
    fn from(subject: &SubjectId) -> Self {
        Self(subject.clone())
    }
}

/// The number of a key of the key ring. 0 means "no key": a plain SHA-256 digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(u32);

impl KeyId {
    /// The number 0, which means "no key".
    pub const NONE: Self = Self(0);

    /// The id of the key with that number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number of the key. 0 means "no key".
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The version of a stored record or document: a number that only grows. The contract of each store says which writes
/// increase it. Stores compare versions only for equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version(u64);

impl Version {
    /// The version of a newly inserted record.
    pub const FIRST: Self = Self(0);

    /// The version with that number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The version as a number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
#[path = "ids_tests.rs"]
mod tests;
