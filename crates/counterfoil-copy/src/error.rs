//! Why a copy stopped. Every message says what to do, and none contains a secret.

use std::fmt;

use counterfoil::Realm;
use counterfoil::client::{ClientId, InvalidDocument};
use counterfoil::store::StoreError;
use counterfoil::types::{FamilyId, KeyId};

/// One of the two stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The store that is copied.
    Source,
    /// The store that is filled.
    Target,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Target => "target",
        })
    }
}

impl Side {
    /// Names the side on which a store failed.
    pub(crate) fn failed(self) -> impl FnOnce(StoreError) -> CopyError {
        move |error| CopyError::Store { side: self, error }
    }
}

/// Why a copy stopped. What was written stays, and running the copy again continues it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A store failed. Run the copy again.
    #[error("the {side} failed; run the copy again")]
    Store {
        /// Which store.
        side: Side,
        /// Its error.
        #[source]
        error: StoreError,
    },
    /// Rows of the source do not decode. Nothing was written. Repair or remove them first: a copy without them would
    /// hide the loss.
    #[error("{count} rows of the source do not decode, for example of family {first:?}; nothing was written")]
    Damaged {
        /// How many families and registrations have such a row.
        count: u64,
        /// One of the families.
        first: Option<FamilyId>,
    },
    /// Rows of the target do not decode. Nothing was written.
    #[error("{count} rows of the target do not decode; repair them, or copy into an empty store")]
    DamagedTarget {
        /// How many families and registrations have such a row.
        count: u64,
    },
    /// The target's last upkeep is later than the source's: a service has run on the target. It may have purged
    /// credentials that the source still has, and a copy would bring them back. Nothing was written.
    #[error("a service has run on the target since the source's last upkeep; copy into an empty store")]
    TargetServed,
    /// The source counts more or fewer records than its families have. Another process writes, or rows without a family
    /// were left behind.
    #[error(
        "the {side} counts {counted} records, but its families have {walked}; stop the service and run the copy again"
    )]
    Uncounted {
        /// Which store.
        side: Side,
        /// Records in its census.
        counted: u64,
        /// Members of its families.
        walked: u64,
    },
    /// The target holds a family that the source does not have.
    #[error("the target holds credentials of its own, family {0:?}; copy into an empty store")]
    ForeignFamily(FamilyId),
    /// The target holds a registration that the source does not have, or has otherwise.
    #[error("the target has a client {client} of its own in realm {realm}; copy into an empty store")]
    ForeignClient {
        /// The realm.
        realm: Realm,
        /// The client.
        client: ClientId,
    },
    /// The target holds other settings.
    #[error("the target has settings of its own in realm {0}; copy into an empty store")]
    ForeignSettings(Realm),
    /// The target was used with another key ring: under one number it has another key.
    #[error("the target belongs to another key ring: key {} of realm {realm} differs", .key.number())]
    ForeignKeyRing {
        /// The realm.
        realm: Realm,
        /// The key's number.
        key: KeyId,
    },
    /// A family is in both stores and differs. One of them was used after an earlier part of the copy.
    #[error(
        "family {family:?} differs in {field}: one of the stores was used meanwhile; empty the target and begin anew"
    )]
    Differs {
        /// The family.
        family: FamilyId,
        /// The first field that differs; `family` if one side does not have it.
        field: &'static str,
    },
    /// A family of the target that is not this one holds the label.
    #[error("family {family:?} cannot be written, since family {holder:?} of the target holds its label")]
    LabelHeld {
        /// The family.
        family: FamilyId,
        /// Who holds the label.
        holder: FamilyId,
    },
    /// A document has no stored form. It does not occur with documents that a store gave.
    #[error("a document cannot be written")]
    Document(#[from] InvalidDocument),
}
