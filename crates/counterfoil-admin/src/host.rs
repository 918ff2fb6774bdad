//! The handle that the tool uses. The core makes the decisions and reports the events.

use std::time::Duration;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, ResolvedName};
use counterfoil::policy::Policy;
use counterfoil::{Account, Counterfoil, Realm, SubjectId};
use counterfoil_stores::AnyStore;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::store;

/// An empty directory. The tool does not know the service's directory, and the host's operations on credentials do not
/// need it.
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

impl Cli {
    /// Returns the realm of the arguments.
    pub(crate) fn realm(&self) -> Result<Realm, Failure> {
        Realm::new(&self.realm).map_err(|invalid| Failure::Usage(invalid.to_string()))
    }

    /// Returns the policy of the file that the arguments name, or the default policy.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        let Some(path) = &self.policy else { return Ok(Policy::default()) };
        let policy: Policy = serde_json::from_str(&store::read(path)?)
            .map_err(|error| Failure::refused(format!("{}: {error}", path.display())))?;
        policy.check().map_err(Failure::refused)?;
        Ok(policy)
    }

    /// Builds a handle on the store. The tool verifies and refreshes no tokens, so the handle needs no key ring.
    pub(crate) fn handle(&self, store: &AnyStore) -> Result<Counterfoil, Failure> {
        self.handle_of(store, self.realm()?)
    }

    /// The same in another realm.
    pub(crate) fn handle_of(&self, store: &AnyStore, realm: Realm) -> Result<Counterfoil, Failure> {
        let mut policy = self.policy()?;
        policy.refresh_tokens.grace = Duration::ZERO;
        let builder = store.build_into(Counterfoil::builder()).realm(realm).policy(policy).accounts(NoPeople);
        builder.build().map_err(Failure::failed)
    }
}
