//! The host's people.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreSource;
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::role::Role;
use crate::types::secret::Secret;

/// The directory cannot be asked: `unavailable`, never a refusal.
#[derive(Debug, thiserror::Error)]
#[error("directory is unavailable")]
pub struct DirectoryError(#[source] pub Option<StoreSource>);

/// What somebody who signs in has sent.
#[derive(Debug)]
pub struct Login<'a> {
    /// As it was typed; a backslash is data.
    pub name: &'a str,
    /// The password.
    pub password: &'a Secret,
    /// A second factor, where one was sent.
    pub mfa_key: Option<&'a Secret>,
    /// A machine's key, where one was sent.
    pub machine_key: Option<&'a Secret>,
}

/// A name as the directory understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedName {
    /// The canonical key of the name: every spelling of one name gives one key, also for names of nobody. Failures are counted under it.
    pub key: String,
    /// Whose name it is.
    pub subject: Option<SubjectId>,
}

/// Supplies people. Absence is an answer, failure is an error.
///
/// An unknown name and a wrong password must cost the same work: hash against a dummy.
///
/// # Errors
///
/// Every method returns [`DirectoryError`] where the directory cannot be asked, and for nothing else.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Tests a login; `None` is a refusal.
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError>;

    /// The account as it is now; `None` where there is none.
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError>;

    /// The canonical key of a name, the same work whether anybody bears it.
    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError>;

    /// Accounts that a text finds (by name, by the host's own lights), at most `limit`, in a stable order.
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError>;
}

/// What is shown of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The immutable id.
    pub subject: SubjectId,
    /// The display name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// "Token login allowed": always where the policy does not ask for it.
    pub token_login_allowed: bool,
}
