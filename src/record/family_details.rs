//! The details of a family: the addresses from which the credential can be used, the host's metadata, and the device on
//! which a person opened a sign-in or session.

use serde::{Deserialize, Serialize};

use crate::types::device::Device;
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;

/// The details of a family. They belong to the family and not to one of its records, so a rotation keeps them.
///
/// A store keeps the details in the document of the family's body
/// ([`FamilyBody::to_document`](crate::store::FamilyBody::to_document)). An older version of this library that does not
/// know a field of the details refuses the document as corrupt. So it cannot ignore a restriction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FamilyDetails {
    /// The addresses from which the credential can be used. `None` means from anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_sources: Option<Networks>,
    /// The metadata that the host stored with the credential. `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The device on which the person opened the sign-in or session. `None` for other families, and if the device was
    /// not stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
}

impl FamilyDetails {
    /// Details without any content.
    #[must_use]
    pub const fn new() -> Self {
        Self { allowed_sources: None, metadata: None, device: None }
    }

    /// The details in the form in which a family keeps them: `None` if they have no content.
    #[must_use]
    pub fn kept(self) -> Option<Box<Self>> {
        (self != Self::new()).then(|| Box::new(self))
    }
}

crate::types::setters::setters!(FamilyDetails {
    with_allowed_sources allowed_sources: Option<Networks>;
    with_metadata metadata: Option<Metadata>;
    with_device device: Option<Device>;
});
