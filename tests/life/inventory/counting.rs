//! A store and a directory that count what a page reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, ResolvedName};
use counterfoil::store::*;
use counterfoil::{Account, Role, SubjectId};

use crate::support::Base;

/// A store that counts the calls of `list`, the records that these calls return, and the calls of `get`.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) inner: Arc<Base>,
    pub(crate) listed: AtomicUsize,
    pub(crate) lists: AtomicUsize,
    pub(crate) gets: AtomicUsize,
    /// The number of damaged rows that each list reports.
    pub(crate) damaged: AtomicU32,
}

impl Counted {
    /// Returns how many records `list` has returned, and how often `get` was called. Sets all counts to zero.
    pub(super) fn take(&self) -> (usize, usize) {
        self.lists.store(0, Ordering::SeqCst);
        (self.listed.swap(0, Ordering::SeqCst), self.gets.swap(0, Ordering::SeqCst))
    }
}

/// Counts an answer of `list` or `get`, and returns it. Adds damaged rows to an answer of `list`.
macro_rules! size {
    (list, $counted:ident, $answer:ident) => {{
        $counted.lists.fetch_add(1, Ordering::SeqCst);
        $counted.listed.fetch_add($answer.items.len(), Ordering::SeqCst);
        Page { corrupt: $counted.damaged.load(Ordering::SeqCst), ..$answer }
    }};
    (get, $counted:ident, $answer:ident) => {{
        $counted.gets.fetch_add(1, Ordering::SeqCst);
        $answer
    }};
    ($other:ident, $counted:ident, $answer:ident) => {
        $answer
    };
}

macro_rules! counted {
    ($(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl TokenStore for Counted {
            $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
                let answer = self.inner.$name($($argument),*).await?;
                Ok(size!($name, self, answer))
            })*
        }
    };
}

counterfoil::methods_of!(TokenStore => counted);

/// A directory in which every subject is a member. It counts the accounts that its callers request.
#[derive(Default)]
pub(super) struct Everybody {
    pub(super) asked: AtomicUsize,
}

#[async_trait]
impl Accounts for Everybody {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(Some(Account::new(subject.clone(), subject.as_str(), Role::Member)))
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(name.to_owned()))
    }
}
