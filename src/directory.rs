//! The host's directory of people.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreSource;
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::role::Role;
use crate::types::secret::Secret;

/// The directory is not reachable: `unavailable`, never a refusal.
#[derive(Debug, thiserror::Error)]
#[error("directory is unavailable")]
pub struct DirectoryError(#[source] pub Option<StoreSource>);

/// The input of a login.
#[derive(Debug)]
pub struct Login<'a> {
    /// The name as typed. A backslash is an ordinary character.
    pub name: &'a str,
    /// The password.
    pub password: &'a Secret,
    /// A second factor, if one was sent.
    pub mfa_key: Option<&'a Secret>,
    /// A machine key, if one was sent.
    pub machine_key: Option<&'a Secret>,
}

/// A name as resolved by the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedName {
    /// The canonical key of the name. Every spelling of one name gives the same key, also for names without an
    /// account. Failures are counted under it.
    pub key: String,
    /// The subject with that name, if any.
    pub subject: Option<SubjectId>,
}

/// Supplies accounts. Absence is a result; failure is an error.
///
/// An unknown name and a wrong password must cost the same work: hash against a dummy.
///
/// # Errors
///
/// Every method returns [`DirectoryError`] only if the directory is not reachable.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Verifies a login; `None` is a refusal.
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError>;

    /// The current account; `None` if there is none.
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError>;

    /// The canonical key of a name. The work must not depend on whether an account has the name.
    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError>;

    /// Finds accounts by a text, with the directory's own matching of names, at most `limit`, in a stable order.
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError>;
}

/// The view of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The immutable id.
    pub subject: SubjectId,
    /// The display name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// "Token login allowed". Always true if the policy does not use the switch.
    pub token_login_allowed: bool,
}
