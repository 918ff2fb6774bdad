//! A directory whose password checks are slow.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Account;
use counterfoil::SubjectId;
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::memory::MemoryDirectory;

use super::{World, world_with};

/// A directory, and the time that each of its password checks takes.
struct Slow(Arc<MemoryDirectory>, Duration);

#[async_trait]
impl Accounts for Slow {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.0.account(subject).await
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        self.0.resolve(name).await
    }
}

#[async_trait]
impl Logins for Slow {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        tokio::time::sleep(self.1).await;
        self.0.authenticate(login).await
    }
}

#[async_trait]
impl Search for Slow {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        self.0.find(text, limit).await
    }
}

/// Makes a service in which each password check takes the time `test`.
pub(crate) async fn slow_world(test: Duration) -> World {
    world_with(|people| Arc::new(Slow(people, test))).await
}
