//! Realms, which separate tenants.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::types::short::Short;

/// The name of a realm (a tenant, a domain). A name has 1 to 255 visible ASCII characters and is compared byte for
/// byte.
///
/// Ids, labels, listings and digests of one realm are not valid in another realm. A host with one tenant uses
/// [`Realm::default`] implicitly.
///
/// ```
/// use counterfoil::Realm;
///
/// assert_eq!(Realm::default().as_str(), "default");
/// assert!(Realm::new("example.com").is_ok());
/// assert!(Realm::new("two words").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Realm(Option<Short>);

/// The name of the realm of a host with one tenant. In memory, this realm is `None`, so that its name need not be
/// copied with each record. Every record contains a realm, and most hosts use only this realm.
const DEFAULT: &str = "default";

/// Not a valid realm name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("realm must be 1 to 255 visible ASCII characters")]
pub struct InvalidRealm;

impl Realm {
    pub(crate) const DEFAULT: Self = Self(None);

    #[cfg(feature = "memory")]
    pub(crate) const DEFAULT_NAME: &'static str = DEFAULT;

    /// Checks the name.
    ///
    /// # Errors
    ///
    /// [`InvalidRealm`] if the name is empty, is longer than 255 bytes, or contains a character outside `%x21-7E`.
    pub fn new(name: &str) -> Result<Self, InvalidRealm> {
        let fits = (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self((name != DEFAULT).then(|| Short::new(name)))).ok_or(InvalidRealm)
    }

    /// The name of the realm.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(DEFAULT, Short::as_str)
    }
}

impl Default for Realm {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Realm").field(&self.as_str()).finish()
    }
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Realm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Realm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::new(&name).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_realm_is_one_however_it_is_made() {
        let spelled = Realm::new("default").expect("a realm");
        assert_eq!(spelled, Realm::default());
        assert_eq!((spelled.as_str(), format!("{spelled:?}").as_str()), ("default", "Realm(\"default\")"));
        assert_ne!(Realm::new("Default").expect("a realm"), Realm::default());
    }
}
