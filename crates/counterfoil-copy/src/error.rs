//! The reasons why a copy stops. Every message says what the operator must do. No message contains a secret.

use std::fmt;

use counterfoil::Realm;
use counterfoil::client::{ClientId, InvalidDocument};
use counterfoil::store::StoreError;
use counterfoil::types::{FamilyId, KeyId};

/// One of the two stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The store from which the copy reads.
    Source,
    /// The store to which the copy writes.
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
    /// Returns a function that converts an error of this side's store.
    pub(crate) fn failed(self) -> impl FnOnce(StoreError) -> CopyError {
        move |error| CopyError::Store { side: self, error }
    }
}

/// Why a copy stopped. The data that was written remains, and another run continues the copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A store failed. Run the copy again.
    #[error("the {side} failed; run the copy again")]
    Store {
        /// The store that failed.
        side: Side,
        /// The store's error.
        #[source]
        error: StoreError,
    },
    /// The source has rows that cannot be decoded. Nothing was written. Repair or remove these rows first, because a
    /// copy without them would hide the loss.
    #[error("{count} rows of the source do not decode, for example of family {first:?}; nothing was written")]
    Damaged {
        /// The number of families and registrations that have such a row.
        count: u64,
        /// One of the damaged families.
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
    /// The census of a store differs from the number of records in its families. Either another process writes to the
    /// store, or the store has records without a family.
    #[error(
        "the {side} counts {counted} records, but its families have {walked}; stop the service and run the copy again"
    )]
    Uncounted {
        /// The store in which the numbers differ.
        side: Side,
        /// The number of records in the store's census.
        counted: u64,
        /// The number of records in the store's families.
        walked: u64,
    },
    /// The target holds a family that the source does not have.
    #[error("the target holds credentials of its own, family {0:?}; copy into an empty store")]
    ForeignFamily(FamilyId),
    /// The target holds a registration that the source does not have, or that differs from the source's.
    #[error("the target has a client {client} of its own in realm {realm}; copy into an empty store")]
    ForeignClient {
        /// The realm of the registration.
        realm: Realm,
        /// The id of the client.
        client: ClientId,
    },
    /// The target's settings of this realm differ from the source's.
    #[error("the target has settings of its own in realm {0}; copy into an empty store")]
    ForeignSettings(Realm),
    /// The target was used with another key ring: a key with the same number is a different key.
    #[error("the target belongs to another key ring: key {} of realm {realm} differs", .key.number())]
    ForeignKeyRing {
        /// The realm whose settings contain the key's check value.
        realm: Realm,
        /// The number of the key.
        key: KeyId,
    },
    /// A family is in both stores and differs. One of the stores was used after an earlier part of the copy.
    #[error(
        "family {family:?} differs in {field}: one of the stores was used meanwhile; empty the target and begin anew"
    )]
    Differs {
        /// The family that differs.
        family: FamilyId,
        /// The first field that differs. It is `family` if one side does not have the family.
        field: &'static str,
    },
    /// Another family of the target holds the label of this family.
    #[error("family {family:?} cannot be written, since family {holder:?} of the target holds its label")]
    LabelHeld {
        /// The family that was not written.
        family: FamilyId,
        /// The family that holds the label.
        holder: FamilyId,
    },
    /// A document cannot be converted to its stored form. This does not happen for documents that were read from a
    /// store.
    #[error("a document cannot be written")]
    Document(#[from] InvalidDocument),
}
