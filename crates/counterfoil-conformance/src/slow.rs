//! A wrapper that slows a store down. A fast store finishes a call within one time slice of the scheduler, so races
//! between its calls rarely happen. The wrapper lets other threads run before and after each call.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use async_trait::async_trait;
use counterfoil::store::{
    Applied, Change, Cursor, FamilyParts, InsertInto, Inserted, Listing, Look, NewRecord, NoticeMark, Page,
    ParentUpdate, Progress, Revoke, Revoked, Rotated, StoreError, TokenRecord, TokenStore,
};
use counterfoil::testing::BackendCalls;
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, Version};
use counterfoil::{Realm, Timestamp};

use crate::dice::Dice;

/// Lets other threads run, and then lets other tasks of the runtime run, each once.
pub async fn pause() {
    std::thread::yield_now();
    let mut given = false;
    poll_fn(|context| {
        if given {
            return Poll::Ready(());
        }
        given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A listener of backend calls that lets other threads run before about every fourth call. So if an operation of a
/// store makes two backend calls, other threads can run between them. If the listener did this before every call, the
/// holder of a lock would be paused at each of its calls, and the threads that wait for the lock would lose most of
/// their time.
pub(crate) struct Yielding {
    seed: u64,
    calls: AtomicU64,
}

impl Yielding {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, calls: AtomicU64::new(0) }
    }
}

impl BackendCalls for Yielding {
    fn poll_call(&self, _first: bool, context: &mut Context<'_>) -> Poll<()> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if Dice::new(self.seed << 32 ^ call).chance(3, 4) {
            return Poll::Ready(());
        }
        std::thread::yield_now();
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn inside_step(&self) {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if Dice::new(self.seed << 32 ^ call).chance(1, 2) {
            std::thread::yield_now();
        }
    }
}

/// Wraps a store. Before and after each call of the store, the wrapper lets other threads run zero to three times. The
/// seed determines how often.
#[derive(Debug)]
pub struct SlowStore<S> {
    inner: S,
    seed: u64,
    calls: AtomicU64,
}

impl<S> SlowStore<S> {
    /// Wraps the store `inner`. The seed determines how often other threads run before and after each call.
    pub fn new(inner: S, seed: u64) -> Self {
        Self { inner, seed, calls: AtomicU64::new(0) }
    }

    async fn dawdle(&self) {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        for _ in 0..Dice::new(self.seed ^ call.wrapping_mul(0x9e37_79b9)).below(4) {
            pause().await;
        }
    }
}

macro_rules! slowly {
    ($(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<S: TokenStore> TokenStore for SlowStore<S> {
            /// Returns false without calling the callback. So every caller must use `get`, which is slow.
            fn try_read(&self, _: &RecordId, _: &mut Look<'_>) -> bool {
                false
            }

            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, StoreError> {
                self.dawdle().await;
                let answer = self.inner.$name($($arg),*).await;
                self.dawdle().await;
                answer
            })*
        }
    };
}

slowly! {
    fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Inserted;
    fn get(&self, id: &RecordId) -> Option<TokenRecord>;
    fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Timestamp) -> Applied;
    fn rotate(&self, parent: &RecordId, step: &ParentUpdate, new: &[NewRecord], now: Timestamp) -> Rotated;
    fn revoke(&self, what: Revoke<'_>, revoked: Revoked, gone_at: Timestamp, limit: NonZeroU32) -> Progress;
    fn touch(&self, seen: &[(RecordId, Timestamp)]) -> ();
    fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
    fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32
    ) -> Page<FamilyParts, FamilyId>;
    fn due(&self, now: Timestamp, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
    fn claim(&self, id: &RecordId, held: NoticeMark, lease_until: Timestamp) -> Option<TokenRecord>;
    fn settle(&self, id: &RecordId, held: NoticeMark, next: Option<NoticeMark>, sent: Option<(Timestamp, u8)>) -> bool;
    fn purge(&self, now: Timestamp, unsent_before: Timestamp, windows_before: Timestamp, limit: NonZeroU32) -> Progress;
    fn census(&self) -> Vec<(KeyId, u64)>;
    fn probe(&self) -> ();
}
