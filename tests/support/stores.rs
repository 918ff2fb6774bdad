//! A store in which a test can intercept calls.

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

/// What a test does around the calls of a store.
#[async_trait]
pub trait Around: Send + Sync + 'static {
    /// Runs before a call. An error becomes the call's answer, and the store is not called.
    async fn before(&self, store: &MemoryStore, call: Call<'_>) -> Answer<()>;

    /// Runs after a rotation. An error replaces the answer of the rotation, which was executed.
    fn after_rotate(&self) -> Answer<()> {
        Ok(())
    }
}

/// The memory store with a test's interception.
pub struct Beset<A> {
    pub inner: Arc<MemoryStore>,
    pub around: A,
}

/// The [`Call`] of a method, if a test can intercept it.
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
