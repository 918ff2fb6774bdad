//! A lock in the handle: one handle's calls go one at a time, another handle's go beside them.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{
    Applied, Change, InsertInto, Inserted, NewRecord, NoticeMark, ParentUpdate, Progress, Revoke, Revoked, Rotated,
    TokenRecord,
};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::{ReferenceStore, pause};

use super::blind::method::{CLAIM, PURGE, SETTLE, TOUCH};
use super::blind::{Blind, Called as _, Way, goes_its_way};
use super::{Flaw, Said};

/// The same as [`Blind`], behind the handle's lock.
#[derive(Default)]
pub(crate) struct HandleLock<const METHODS: u32, const POINTS: bool>(AtomicBool);

struct Held<'a>(&'a AtomicBool);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[async_trait]
impl<const METHODS: u32, const POINTS: bool> Way for HandleLock<METHODS, POINTS> {
    async fn step<T: Send>(
        &self,
        inner: &ReferenceStore,
        method: u32,
        act: impl for<'m> FnOnce(&'m mut Model) -> T + Send,
    ) -> T {
        while self.0.swap(true, Ordering::Acquire) {
            pause().await;
        }
        let _held = Held(&self.0);
        Blind::<METHODS, POINTS>.step(inner, method, act).await
    }
}

goes_its_way! {
    impl [const METHODS: u32, const POINTS: bool] for HandleLock<METHODS, POINTS>;
}
