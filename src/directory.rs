//! The host's directory of people.

use std::error::Error;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::Deref;

use async_trait::async_trait;

use crate::store::error::StoreSource;
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::role::Role;
use crate::types::secret::Secret;

/// The error of a directory that is not reachable. The library then reports `unavailable` to its caller, and never a
/// refusal or "not found".
///
/// Every error type converts to this type, so `?` works in the methods of [`Accounts`], [`Logins`] and [`Search`]. `?`
/// reports every error as an outage. So return `Ok(None)` for an error that means "no such row". The cause of the error
/// is written to events, which only the host sees.
///
/// ```
/// use counterfoil::directory::DirectoryError;
///
/// fn number(text: &str) -> Result<u32, DirectoryError> {
///     Ok(text.parse()?)
/// }
/// assert_eq!(number("x").expect_err("no number").to_string(), "directory is unavailable");
/// let error = DirectoryError::from("pool is closed");
/// assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("pool is closed"));
/// assert_eq!(error.into_source().to_string(), "pool is closed");
/// ```
pub struct DirectoryError(Outage);

#[derive(Debug, thiserror::Error)]
#[error("directory is unavailable")]
struct Outage(#[source] StoreSource);

impl DirectoryError {
    /// The cause of the outage as an error value.
    #[must_use]
    pub fn into_source(self) -> StoreSource {
        self.0.0
    }
}

// `DirectoryError` does not implement `Error`, because the blanket `From` below would then overlap with `impl From<T>
// for T`.
impl<E: Into<StoreSource>> From<E> for DirectoryError {
    fn from(cause: E) -> Self {
        Self(Outage(cause.into()))
    }
}

impl Deref for DirectoryError {
    type Target = dyn Error + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DirectoryError").field(&self.0.0).finish()
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The content of a login form.
#[derive(Debug)]
#[non_exhaustive]
pub struct Login<'a> {
    /// The name as the person typed it. A backslash is an ordinary character.
    pub name: &'a str,
    /// The password as the person typed it.
    pub password: &'a Secret,
    /// The field `mfa_key` of the login form, if it was sent: a second factor. The library passes it on unchanged.
    pub mfa_key: Option<&'a Secret>,
    /// The field `machine_key` of the login form, if it was sent. The library passes it on unchanged.
    pub machine_key: Option<&'a Secret>,
}

impl<'a> Login<'a> {
    /// A login with a name and a password only.
    #[must_use]
    pub const fn new(name: &'a str, password: &'a Secret) -> Self {
        Self { name, password, mfa_key: None, machine_key: None }
    }
}

crate::types::setters::setters!(Login<'a> {
    with_name name = &'a str;
    with_password password = &'a Secret;
    with_mfa_key mfa_key: Option<&'a Secret>;
    with_machine_key machine_key: Option<&'a Secret>;
});

/// The result of a look-up of a name in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolvedName {
    /// The canonical key of the name. All spellings of a name must have the same key, even if no account has the name.
    /// Failed logins are counted by this key.
    pub key: String,
    /// The subject of the account with the name. `None` if no account has the name.
    pub subject: Option<SubjectId>,
}

impl ResolvedName {
    /// A result with this canonical [`key`](Self::key) and without a subject, for a name that no account has. If an
    /// account has the name, add its subject with [`with_subject`](Self::with_subject).
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), subject: None }
    }
}

crate::types::setters::setters!(ResolvedName {
    with_subject subject: Option<SubjectId>;
});

/// Supplies accounts. Set it with [`Builder::accounts`](crate::Builder::accounts). A host that does not let this
/// library test passwords implements only this trait.
///
/// `None` for a missing account is a normal result, not an error.
///
/// # Errors
///
/// Every method returns [`DirectoryError`] if the directory is not reachable, and for no other reason.
///
/// ```
/// use counterfoil::directory::{Accounts, DirectoryError, ResolvedName};
/// use counterfoil::memory::MemoryStore;
/// use counterfoil::{Account, Counterfoil, KeyRing, Role, SubjectId};
///
/// /// People who sign in elsewhere, by their number.
/// struct People(Vec<String>);
///
/// #[async_trait::async_trait]
/// impl Accounts for People {
///     async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
///         let named = self.0.iter().zip(0_u64..).find(|(_, number)| SubjectId::from(*number) == *subject);
///         Ok(named.map(|(name, number)| Account::new(number.into(), name, Role::Member)))
///     }
///
///     async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
///         let key = name.to_lowercase();
///         let subject = self.0.iter().zip(0_u64..).find(|(own, _)| own.to_lowercase() == key);
///         Ok(ResolvedName::new(key).with_subject(subject.map(|(_, number)| number.into())))
///     }
/// }
///
/// # futures_executor::block_on(async {
/// let counterfoil = Counterfoil::builder()
///     .store(MemoryStore::default())
///     .accounts(People(vec!["Ann".to_owned()]))
///     .key_ring(KeyRing::generate_from_system()?)
///     .build()?;
/// let ann = Account::new(0_u64.into(), "Ann", Role::Member);
/// let session = counterfoil.open_session_for(&ann).await?;
/// let principal = counterfoil.verify_session(session.token.expose_secret()).await?;
/// assert_eq!(principal.name(), "Ann");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// The current account of the subject. `None` if it does not exist. Every verification calls this method.
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError>;

    /// Shows the account that [`account`](Accounts::account) would return now, if the directory can do so without
    /// waiting. Calls `look` once, with `None` if there is no such account, and returns `true`. Otherwise returns
    /// `false` and does not call `look`. The caller then uses `account`.
    ///
    /// A directory that keeps its accounts in the memory of the process should implement this method. A verification is
    /// then faster. `look` must not call the directory and must not block. The default returns `false`.
    fn try_account(&self, subject: &SubjectId, look: &mut dyn FnMut(Option<&Account>)) -> bool {
        let _ = (subject, look);
        false
    }

    /// The canonical key of a name, and the subject with that name. The duration of the call must not depend on whether
    /// an account has the name.
    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError>;
}

/// Tests passwords. Set it with [`Builder::logins`](crate::Builder::logins). Without it, each operation that tests a
/// password returns [`Unavailable::NotGiven`](crate::Unavailable::NotGiven), and the token endpoint refuses the
/// password grant with `unsupported_grant_type` (RFC 6749 §5.2).
#[async_trait]
pub trait Logins: Send + Sync + 'static {
    /// Verifies a login. Returns the account, or `None` if the login is refused. An unknown name must take as much time
    /// as a wrong password. To achieve this, verify the password against a dummy hash.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] if the login could not be tested.
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError>;
}

/// Finds people for administrators. Set it with [`Builder::search`](crate::Builder::search). Without it,
/// [`Counterfoil::list_users`](crate::Counterfoil::list_users) returns
/// [`Unavailable::NotGiven`](crate::Unavailable::NotGiven).
#[async_trait]
pub trait Search: Send + Sync + 'static {
    /// Finds at most `limit` accounts that match a text, in a stable order. The directory decides how names match.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] if the directory is not reachable.
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError>;
}

/// A complete directory. Every type that implements [`Accounts`], [`Logins`] and [`Search`] also implements this trait.
pub trait Directory: Accounts + Logins + Search {}

impl<T: Accounts + Logins + Search + ?Sized> Directory for T {}

/// A user in the results of operations for administrators.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserView {
    /// The subject id, which never changes.
    pub subject: SubjectId,
    /// The display name of the user.
    pub name: String,
    /// The role, which decides what the user may do.
    pub role: Role,
    /// The user's switch "token login allowed". Always true if the policy does not use this switch.
    pub token_login_allowed: bool,
}
