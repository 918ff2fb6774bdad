//! How the cache follows a log: pages, lost steps, another epoch, failures and dropped reads.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use counterfoil::store::{
    Digest, FamilyBody, FamilyParts, LogEpoch, LogPosition, Narrowed, NarrowingLog, Narrowings, RecordParts,
    StoreError, TokenRecord, VerificationReads,
};
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, TokenKind};
use counterfoil::{Realm, SubjectId, Timestamp};
use counterfoil_cache::{CacheOptions, CachedReads};
use futures_executor::block_on;

use crate::world::DrivenAge;

/// A log whose answers the test writes. It remembers the positions of the requests.
#[derive(Default)]
struct Scripted {
    answers: Mutex<VecDeque<Result<Narrowings, StoreError>>>,
    asked: Mutex<Vec<Option<u8>>>,
}

#[async_trait]
impl NarrowingLog for Scripted {
    async fn narrowings(&self, after: Option<&LogPosition>, _: NonZeroU32) -> Result<Narrowings, StoreError> {
        self.asked.lock().expect("not poisoned").push(after.map(|after| after.as_bytes()[0]));
        let answer = self.answers.lock().expect("not poisoned").pop_front();
        match answer {
            Some(answer) => answer,
            None => poll_fn(|_| Poll::Pending).await,
        }
    }

    async fn narrow(&self, _: &Narrowed, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    async fn trim_narrowings(&self, _: Timestamp, _: NonZeroU32) -> Result<u64, StoreError> {
        Ok(0)
    }
}

struct Scene {
    log: Arc<Scripted>,
    cache: CachedReads<Scripted>,
}

fn page(epoch: u8, next: u8, families: &[u8], more: bool) -> Narrowings {
    let steps = families.iter().map(|byte| Narrowed::Family(family(*byte))).collect();
    Narrowings::new(LogEpoch::from_bytes([epoch; 16]), LogPosition::from_bytes([next])).with_steps(steps, more)
}

fn family(byte: u8) -> FamilyId {
    FamilyId::from_bytes([byte; 10])
}

fn record(byte: u8) -> TokenRecord {
    let owner = OwnerId::from(SubjectId::new(&byte.to_string()).expect("a subject"));
    let (kind, id) = (TokenKind::PersonalAccessToken, RecordId::from_bytes([byte; 16]));
    let digest = Digest::from_bytes([1; 32]);
    let record = RecordParts::new(id, Realm::default(), owner.clone(), kind, digest, KeyId::NONE, Timestamp::EPOCH);
    let family = FamilyParts::new(family(byte), Realm::default(), owner, kind, FamilyBody::Alone, Timestamp::EPOCH);
    TokenRecord::from_parts(record, family).expect("consistent")
}

impl Scene {
    /// A cache that has read the first page, which says that the log ends at 10. It has the records 1 and 2.
    fn new() -> Self {
        let log = Arc::new(Scripted::default());
        let options = CacheOptions::default();
        let cache = CachedReads::with_clock(Arc::clone(&log), options, DrivenAge::default()).expect("valid");
        let scene = Self { log, cache };
        scene.read([Ok(page(1, 10, &[], false))]).expect("read");
        scene.fill();
        assert_eq!(scene.known(), [1, 2]);
        scene
    }

    fn fill(&self) {
        for byte in [1, 2] {
            self.cache.keep(self.cache.begin().expect("trusted"), record(byte));
        }
    }

    fn read(&self, answers: impl IntoIterator<Item = Result<Narrowings, StoreError>>) -> Result<bool, StoreError> {
        self.log.answers.lock().expect("not poisoned").extend(answers);
        block_on(self.cache.refresh())
    }

    /// The numbers of the records that are in memory and count.
    fn known(&self) -> Vec<u8> {
        let known = |byte: &u8| self.cache.try_read(&RecordId::from_bytes([*byte; 16]), &mut |_| {}).is_some();
        [1, 2].into_iter().filter(known).collect()
    }

    fn asked(&self) -> Vec<Option<u8>> {
        std::mem::take(&mut *self.log.asked.lock().expect("not poisoned"))
    }
}

#[test]
fn fleet_2_pages_are_read_to_the_end_of_the_log() {
    let scene = Scene::new();
    scene.asked();
    let pages = [page(1, 12, &[9, 9], true), page(1, 13, &[1], true), page(1, 13, &[], false)];
    assert!(scene.read(pages.map(Ok)).expect("read"));
    assert_eq!((scene.known(), scene.asked()), (vec![2], vec![Some(10), Some(12), Some(13)]));
}

#[test]
fn fleet_2_a_reader_that_may_have_lost_steps_forgets_everything() {
    for (lost, what) in [
        (page(2, 10, &[], false), "another epoch"),
        (page(1, 12, &[], false).with_lost(true), "the store says that steps are missing"),
    ] {
        let scene = Scene::new();
        scene.read([Ok(lost.clone())]).expect("read");
        assert_eq!(scene.known(), [0; 0], "{what}");
        scene.fill();
        assert_eq!(scene.known(), [1, 2], "{what}: what is read afterwards counts");
        scene.asked();
        scene.read([Ok(page(lost.epoch.as_bytes()[0], 20, &[], false))]).expect("read");
        assert_eq!(
            (scene.known(), scene.asked()),
            (vec![1, 2], vec![Some(lost.next.as_bytes()[0])]),
            "{what}: goes on"
        );
    }
}

#[test]
fn fleet_2_a_step_for_everything_or_for_an_owner_is_followed() {
    let owner = SubjectId::new("2").expect("a subject").into();
    let owned = Narrowed::Owner { realm: Realm::default(), owner };
    for (what, left) in [(owned, vec![1]), (Narrowed::All, vec![])] {
        let scene = Scene::new();
        scene.read([Ok(page(1, 11, &[], false).with_steps(vec![what], false))]).expect("read");
        assert_eq!(scene.known(), left);
    }
}

#[test]
fn fleet_2_a_step_that_comes_twice_is_harmless() {
    let scene = Scene::new();
    scene.read([Ok(page(1, 12, &[1, 1], true)), Ok(page(1, 13, &[1], false))]).expect("read");
    assert_eq!(scene.known(), [2]);
}

#[test]
fn fleet_2_a_failed_or_dropped_read_goes_on_after_the_last_page() {
    let scene = Scene::new();
    let first = page(1, 12, &[1], true);
    assert!(scene.read([Ok(first), Err(StoreError::unavailable("narrowings"))]).is_err());
    assert_eq!(scene.known(), [2], "the pages that were read count");
    scene.asked();
    {
        let mut dropped = pin!(scene.cache.refresh());
        assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(!block_on(scene.cache.refresh()).expect("no read"), "another call is reading");
    }
    assert!(scene.read([Ok(page(1, 13, &[2], false))]).expect("read"));
    assert_eq!((scene.known(), scene.asked()), (vec![], vec![Some(12), Some(12)]));
}

#[test]
fn fleet_2_a_log_that_does_not_go_forward_is_an_error_and_no_endless_read() {
    let scene = Scene::new();
    let stuck = scene.read([Ok(page(1, 10, &[], true))]);
    assert!(matches!(stuck, Err(StoreError::Corrupt { .. })));
}
