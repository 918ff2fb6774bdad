//! The reasons why a copy stops. No message contains a secret.

use std::fmt;

use counterfoil::Realm;
use counterfoil::client::{ClientId, InvalidDocument};
use counterfoil::store::StoreError;
use counterfoil::types::{FamilyId, KeyId};

/// One of the two stores of a copy.
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
    pub(crate) fn failed(self) -> impl FnOnce(StoreError) -> CopyError {
        move |error| match error {
            StoreError::Corrupt { .. } if self == Self::Target => CopyError::DamagedTarget { count: 1 },
            error => CopyError::Store { side: self, error },
        }
    }
}

/// Returns the part of a message that names `family` as an example. Returns an empty text if `family` is `None`.
fn example(family: Option<&FamilyId>) -> String {
    family.map(|family| format!(", for example of family {}", Hex(family))).unwrap_or_default()
}

/// Shows the id of a family as hexadecimal digits.
struct Hex<'a>(&'a FamilyId);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a copy stopped. The data that was written remains in the target. Another run continues the copy, unless the
/// message of the error says that the target must be emptied first. A family is a personal access token with its
/// rotations, or a sign-in with its tokens.
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
    /// Rows of the source cannot be decoded. Nothing was written. Repair or remove these rows first. A copy that left
    /// them out would hide the loss.
    #[error(
        "{count} rows of the source do not decode{}; nothing was written; repair or remove them, then run the copy again",
        example(.first.as_ref())
    )]
    Damaged {
        /// The number of rows, families and registrations that cannot be decoded.
        count: u64,
        /// One of the families that cannot be decoded. `None` if only other rows are damaged.
        first: Option<FamilyId>,
    },
    /// Rows of the target cannot be decoded, so they cannot be compared with the source.
    #[error("{count} rows of the target do not decode; repair them, or copy into an empty store")]
    DamagedTarget {
        /// The number of rows that cannot be decoded among those that were read. There can be more, because the search
        /// may have stopped early.
        count: u64,
    },
    /// The target's last upkeep is later than the source's, so a service has run on the target. This service may have
    /// purged credentials that the source still has. A copy would bring them back, so nothing was written.
    #[error("a service has run on the target since the source's last upkeep; copy into an empty store")]
    TargetServed,
    /// The number of records that a store reports differs from the number of records that were found in its families.
    /// Either another process writes to the store, or the store has records without a family.
    #[error(
        "the {side} counts {counted} records, but its families have {walked}; stop the service and run the copy again"
    )]
    Uncounted {
        /// The store in which the numbers differ.
        side: Side,
        /// The number of records that the store's [`census`](counterfoil::store::TokenStore::census) reports.
        counted: u64,
        /// The number of records that were found in the store's families.
        walked: u64,
    },
    /// The target holds a family that the source does not have.
    #[error("the target holds credentials of its own, family {}; copy into an empty store", Hex(.0))]
    ForeignFamily(FamilyId),
    /// The target holds the registration of a client that the source does not have, or that differs from the source's.
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
    /// The target was used with another key ring: a key of this ring has the same number as a key of the source's ring,
    /// but is a different key.
    #[error("the target belongs to another key ring: key {} of realm {realm} differs", .key.number())]
    ForeignKeyRing {
        /// The realm whose settings show the difference. The settings of a realm contain a check value of each key, so
        /// that two keys can be compared.
        realm: Realm,
        /// The number that the two keys have in common.
        key: KeyId,
    },
    /// A family is different in the two stores, or is missing in one of them. One of the stores was used after an
    /// earlier part of the copy.
    #[error(
        "family {} differs in {field}: one of the stores was used meanwhile; empty the target and begin anew",
        Hex(.family)
    )]
    Differs {
        /// The family that differs.
        family: FamilyId,
        /// The name of the first field that differs. It is `family` if one store does not have the family.
        field: &'static str,
    },
    /// The family cannot be written to the target, because another family of the target already has its label. A label
    /// is unique among the credentials of an owner.
    #[error(
        "family {} cannot be written, since family {} of the target holds its label: one of the stores was used \
         meanwhile; empty the target and begin anew",
        Hex(.family),
        Hex(.holder)
    )]
    LabelHeld {
        /// The family that was not written.
        family: FamilyId,
        /// The family of the target that has the label.
        holder: FamilyId,
    },
    /// The target has an alias of an imported token that the source does not have, or whose entry differs from the
    /// source's.
    #[error("the target has an alias of an imported token of its own; copy into an empty store")]
    ForeignAlias,
    /// The source has aliases of imported tokens, but the target has no store for aliases. Without their aliases, the
    /// imported tokens would be refused. Nothing was written.
    #[error("the source has aliases of imported tokens, and the target has no store for them: call with_aliases")]
    NoAliases,
    /// A registration or a settings document cannot be converted to its stored form. This does not happen for documents
    /// that were read from a store.
    #[error("a document cannot be written; this is a fault of the library: report it with its cause")]
    Document(#[from] InvalidDocument),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_60_a_message_names_a_family_or_none_and_says_what_to_do() {
        let damaged = |first| CopyError::Damaged { count: 2, first }.to_string();
        let rest = "nothing was written; repair or remove them, then run the copy again";
        let family = FamilyId::from_bytes([0xab; 10]);
        let named = "for example of family abababababababababab";
        assert_eq!(damaged(Some(family)), format!("2 rows of the source do not decode, {named}; {rest}"));
        assert_eq!(damaged(None), format!("2 rows of the source do not decode; {rest}"));
        let held = CopyError::LabelHeld { family, holder: FamilyId::from_bytes([1; 10]) }.to_string();
        assert!(held.contains("family 01010101010101010101 of the target"), "{held}");
        assert!(held.ends_with("empty the target and begin anew"), "{held}");
    }
}
