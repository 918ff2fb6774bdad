//! The argument and the result of an import.

use std::fmt;

use crate::service::invalid::Invalid;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// A token of another system, from a row of that system's table.
///
/// ```
/// use counterfoil::SubjectId;
/// use counterfoil::import::ForeignCredential;
///
/// let owner = SubjectId::new("7")?;
/// let row = ForeignCredential::new("sanctum", "1a51bd…", &owner, "Telegram");
/// assert!(row.scope.is_none() && row.expires_at.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ForeignCredential<'a> {
    /// The name of the scheme ([`ForeignScheme::name`](crate::import::ForeignScheme::name)).
    pub scheme: &'a str,
    /// The digest of the token, in the form in which the other system stores it.
    pub row: &'a str,
    /// The owner of the token.
    pub owner: &'a SubjectId,
    /// The label of the token. If the policy requires unique labels and another token of the owner has this label, a
    /// number such as ` (2)` is appended. A label that is too long is cut.
    pub label: &'a str,
    /// The scope of the token. `None` means all rights of the owner.
    pub scope: Option<Scope>,
    /// When the token expires. `None` means never. The import accepts a longer life than the policy allows for a new
    /// token. The policy's rule for existing tokens then applies to this life ([`Existing`](crate::policy::Existing)).
    pub expires_at: Option<Timestamp>,
    /// When the other system created the token. `None` means now. An instant in the future counts as now.
    pub created_at: Option<Timestamp>,
    /// When the token was last used. `None` means never.
    pub last_used_at: Option<Timestamp>,
    /// The addresses from which the token can be used. `None` means from anywhere.
    pub allowed_sources: Option<Networks>,
    /// The host's own data, for example the id of the row. The host gets this data back with each verification.
    pub metadata: Option<Metadata>,
}

impl<'a> ForeignCredential<'a> {
    /// A token that does not expire and has all rights of its owner.
    #[must_use]
    pub const fn new(scheme: &'a str, row: &'a str, owner: &'a SubjectId, label: &'a str) -> Self {
        Self {
            scheme,
            row,
            owner,
            label,
            scope: None,
            expires_at: None,
            created_at: None,
            last_used_at: None,
            allowed_sources: None,
            metadata: None,
        }
    }
}

/// Does not print the row, which contains the digest of the token.
impl fmt::Debug for ForeignCredential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            scheme,
            row: _,
            owner,
            label,
            scope,
            expires_at,
            created_at,
            last_used_at,
            allowed_sources,
            metadata,
        } = self;
        f.debug_struct("ForeignCredential")
            .field("scheme", scheme)
            .field("owner", owner)
            .field("label", label)
            .field("scope", scope)
            .field("expires_at", expires_at)
            .field("created_at", created_at)
            .field("last_used_at", last_used_at)
            .field("allowed_sources", allowed_sources)
            .field("metadata", metadata)
            .finish_non_exhaustive()
    }
}

crate::types::setters::setters!(ForeignCredential<'a> {
    with_scope scope: Option<Scope>;
    with_expires_at expires_at: Option<Timestamp>;
    with_created_at created_at: Option<Timestamp>;
    with_last_used_at last_used_at: Option<Timestamp>;
    with_allowed_sources allowed_sources: Option<Networks>;
    with_metadata metadata: Option<Metadata>;
});

/// The result of [`Counterfoil::import_credentials`](crate::Counterfoil::import_credentials) for one token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportOutcome {
    /// The token was imported. It is a personal access token of its owner with this id.
    Imported {
        /// The id of the new personal access token.
        id: RecordId,
        /// The label that the token got, with the appended number if there is one.
        label: String,
    },
    /// The same token was imported before, and its record is still kept. The token may have been changed or deleted
    /// since. Nothing was written, except a later last use.
    AlreadyImported {
        /// The id of the record from the earlier import.
        id: RecordId,
    },
    /// A field of the argument is invalid. Nothing was written for this token.
    Refused(Invalid),
    /// The label is taken, and also with each number up to 1,000. Nothing was imported.
    LabelTaken,
}
