//! A store whose calls fail when a test requires it.

use std::num::NonZeroU32;

use async_trait::async_trait;

use super::faults::{Failure, Faults};
use crate::record::record_ref::Look;
use crate::store::alias_store::AliasStore;
use crate::store::client_store::ClientStore;
use crate::store::error::StoreError;
use crate::store::narrowing_log::NarrowingLog;
use crate::store::page::Page;
use crate::store::settings_store::SettingsStore;
use crate::store::throttle::Throttle;
use crate::store::token_store::TokenStore;
use crate::store::transfer::{Restored, Transfer, WholeFamily};
use crate::types::ids::{FamilyId, RecordId};

/// Wraps a store. [`Faults`] decides which calls fail. The error is `StoreError::Unavailable { retry: true, .. }`.
///
/// The wrapper implements each of the traits [`TokenStore`], [`ClientStore`], [`SettingsStore`], [`Throttle`],
/// [`AliasStore`], [`NarrowingLog`] and [`Transfer`] that the inner store implements. The same faults apply to all
/// traits.
///
/// ```
/// use std::sync::Arc;
///
/// use counterfoil::memory::MemoryStore;
/// use counterfoil::store::TokenStore;
/// use counterfoil::testing::{Failure, Faults, FaultyStore};
/// use counterfoil::Denied;
///
/// # futures_executor::block_on(async {
/// let service = counterfoil::testing::service();
/// let token = service.personal_access_token("ivan", "projects:read").await;
/// service.faults().on("get", Failure::NotExecuted);
/// let during = service.verify(token.token.expose_secret()).await;
/// assert!(matches!(during, Err(Denied::Unavailable(_))), "an outage is no refusal");
/// service.faults().heal();
/// assert!(service.verify(token.token.expose_secret()).await.is_ok());
/// # });
/// ```
#[derive(Debug, Default)]
pub struct FaultyStore<S> {
    inner: S,
    faults: Faults,
}

impl<S> FaultyStore<S> {
    /// Wraps a store. `faults` decides which calls of the returned store fail.
    pub fn new(inner: S, faults: Faults) -> Self {
        Self { inner, faults }
    }

    /// The inner store. The faults do not affect calls of the inner store itself.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// The faults of this store. Use the returned value to change the plan.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
}

fn unavailable(op: &'static str, maybe_done: bool) -> StoreError {
    StoreError::Unavailable { op, retry: true, maybe_done, source: Some("a planted fault".into()) }
}

macro_rules! faulty {
    ($port:ident $({ $($own:tt)* })?; $(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<S: $port> $port for FaultyStore<S> {
            $($($own)*)?

            $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
                match self.faults.next(stringify!($name)).await {
                    None | Some(Failure::Hangs) => self.inner.$name($($argument),*).await,
                    Some(Failure::NotExecuted) => Err(unavailable(stringify!($name), false)),
                    Some(Failure::AnswerLost) => {
                        let _lost = self.inner.$name($($argument),*).await?;
                        Err(unavailable(stringify!($name), true))
                    }
                }
            })*
        }
    };
}

crate::methods_of!(TokenStore => faulty[TokenStore {
    /// Always returns `false`, so that every read is a `get`, to which the faults apply.
    fn try_read(&self, _: &RecordId, _: &mut Look<'_>) -> bool {
        false
    }
};]);
crate::methods_of!(ClientStore => faulty[ClientStore;]);
crate::methods_of!(SettingsStore => faulty[SettingsStore;]);
crate::methods_of!(Throttle => faulty[Throttle;]);
crate::methods_of!(AliasStore => faulty[AliasStore;]);
crate::methods_of!(NarrowingLog => faulty[NarrowingLog;]);
faulty! { Transfer;
    fn families(&self, after: Option<&FamilyId>, limit: NonZeroU32) -> Page<FamilyId, FamilyId>;
    fn family(&self, id: &FamilyId) -> Option<WholeFamily>;
    fn restore(&self, family: &WholeFamily) -> Restored;
}
