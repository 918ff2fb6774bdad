//! The core library's handle that the commands use. The core library makes the decisions and emits the events.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, ResolvedName};
use counterfoil::policy::Policy;
use counterfoil::{Account, Builder, Counterfoil, Realm, SubjectId};
use counterfoil_stores::AnyStore;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::store;

/// A directory without accounts. The tool cannot read the service's directory, and calls only operations that need no
/// directory.
struct NoPeople;

#[async_trait]
impl Accounts for NoPeople {
    async fn account(&self, _subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        Ok(None)
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(name))
    }
}

/// Returns the policy in a JSON file.
pub(crate) fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let policy: Policy = serde_json::from_str(&store::read(path)?)
        .map_err(|error| Failure::refused(format!("{}: {error}", path.display())))?;
    policy.check().map_err(Failure::refused)?;
    Ok(policy)
}

impl Cli {
    /// Returns the realm of `--realm`.
    pub(crate) fn realm(&self) -> Result<Realm, Failure> {
        Realm::new(&self.realm).map_err(|invalid| Failure::Usage(invalid.to_string()))
    }

    /// Returns the policy in the file of `--policy`, or the default policy if there is no such argument.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        self.policy.as_deref().map_or_else(|| Ok(Policy::default()), read_policy)
    }

    /// Builds a handle on the store for the realm of `--realm`. The commands that use it verify and refresh no tokens,
    /// so the handle needs no key ring.
    pub(crate) fn handle(&self, store: &AnyStore) -> Result<Counterfoil, Failure> {
        self.handle_of(store, self.realm()?)
    }

    /// Builds a handle on the store for this realm.
    pub(crate) fn handle_of(&self, store: &AnyStore, realm: Realm) -> Result<Counterfoil, Failure> {
        self.handle_with(store, realm, |builder| builder)
    }

    /// Builds a handle on the store for this realm. `change` adds what a command needs besides the store, the realm and
    /// the policy, such as a key ring.
    pub(crate) fn handle_with(
        &self,
        store: &AnyStore,
        realm: Realm,
        change: impl FnOnce(Builder) -> Builder,
    ) -> Result<Counterfoil, Failure> {
        let mut policy = self.policy()?;
        policy.refresh_tokens.grace = Duration::ZERO;
        let builder = store.build_into(Counterfoil::builder()).realm(realm).policy(policy).accounts(NoPeople);
        change(builder).build().map_err(Failure::failed)
    }
}
