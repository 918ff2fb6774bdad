//! A store whose calls a test can intercept.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::memory::MemoryStore;
use counterfoil::store::*;
use counterfoil::types::{RecordId, Version};

type Answer<T> = Result<T, StoreError>;

/// A call that a test can intercept.
pub enum Call<'a> {
    Apply { id: &'a RecordId, expect: Version, now: Timestamp },
    Rotate { parent: &'a RecordId, step: &'a ParentUpdate, now: Timestamp },
    Touch,
    Get,
}

/// The functions of a test that run before and after the calls of a store.
#[async_trait]
pub trait Around: Send + Sync + 'static {
    /// Runs before a call. If it returns an error, the error is the result of the call, and the store is not called.
    async fn before(&self, store: &MemoryStore, call: Call<'_>) -> Answer<()>;

    /// Runs after a rotation was executed. If it returns an error, the error replaces the result of the rotation.
    fn after_rotate(&self) -> Answer<()> {
        Ok(())
    }
}

/// The memory store, with calls that a test intercepts.
pub struct Beset<A> {
    pub inner: Arc<MemoryStore>,
    pub around: A,
}

/// The [`Call`] for a method, if a test can intercept the method.
macro_rules! call {
    (get $($arguments:tt)*) => {
        Some(Call::Get)
    };
    (touch $($arguments:tt)*) => {
        Some(Call::Touch)
    };
    (apply, $id:ident, $expect:ident, $change:ident, $now:ident) => {
        Some(Call::Apply { id: $id, expect: $expect, now: $now })
    };
    (rotate, $parent:ident, $step:ident, $new:ident, $now:ident) => {
        Some(Call::Rotate { parent: $parent, step: $step, now: $now })
    };
    ($($other:tt)*) => {
        None
    };
}

macro_rules! beset {
    ($(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl<A: Around> TokenStore for Beset<A> {
            $(async fn $name(&self $(, $argument: $kind)*) -> Answer<$answer> {
                if let Some(call) = call!($name $(, $argument)*) {
                    self.around.before(&self.inner, call).await?;
                }
                let answer = self.inner.$name($($argument),*).await?;
                if stringify!($name) == "rotate" {
                    self.around.after_rotate()?;
                }
                Ok(answer)
            })*
        }
    };
}

counterfoil::methods_of!(TokenStore => beset);
