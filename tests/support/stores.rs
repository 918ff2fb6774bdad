//! A store whose calls a test can intercept.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::*;
use counterfoil::types::{RecordId, Version};

use super::Base;

type Answer<T> = Result<T, StoreError>;

/// A call of a store before which a test can do something.
pub enum Call<'a> {
    Apply { id: &'a RecordId, expect: Version, now: Timestamp },
    Rotate { parent: &'a RecordId, step: &'a ParentUpdate, now: Timestamp },
    Revoke,
    Touch,
    Get,
}

/// What a test does before each call of a store, and after a rotation.
#[async_trait]
pub trait Around: Send + Sync + 'static {
    /// Runs before a call. If this returns an error, the store is not called, and the caller gets the error.
    async fn before(&self, store: &Base, call: Call<'_>) -> Answer<()>;

    /// Runs after the store has executed a rotation. If this returns an error, the caller gets it instead of the
    /// result.
    fn after_rotate(&self) -> Answer<()> {
        Ok(())
    }
}

/// A store whose calls a test intercepts.
pub struct Beset<A> {
    pub inner: Arc<Base>,
    pub around: A,
}

/// Returns the [`Call`] for a method of the store. Returns `None` if tests cannot intercept this method.
macro_rules! call {
    (get $($arguments:tt)*) => {
        Some(Call::Get)
    };
    (touch $($arguments:tt)*) => {
        Some(Call::Touch)
    };
    (revoke $($arguments:tt)*) => {
        Some(Call::Revoke)
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
