//! Tests the store on engines that make as much trouble as the interface allows. An engine may report a conflict where
//! there is none, lose answers, or answer every write with a conflict.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use counterfoil::store::{Inserted, Rotated, StoreError, TokenStore};
use counterfoil::types::Version;
use counterfoil_conformance::sample::{Person, at, most, must_get, revoked, supersede};
use counterfoil_conformance::{Fixture, Store, block_on, conformance};
use counterfoil_kv::{Engine, EngineError, Key, KvStore, MemoryEngine, Outcome, Value, Write};

/// The fault that every nth write has.
#[derive(Clone, Copy)]
enum Odd {
    /// The write is not executed and is reported as a conflict.
    Refused,
    /// The write is executed and its answer is lost.
    Lost,
}

struct Unsteady {
    engine: MemoryEngine,
    odd: Odd,
    every: usize,
    writes: AtomicUsize,
}

impl Unsteady {
    fn new(odd: Odd, every: usize) -> Self {
        Self { engine: MemoryEngine::default(), odd, every, writes: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Engine for Unsteady {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        self.engine.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        self.engine.scan(from, until, limit).await
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        // The first write stores the layout version. This write is made while the store is opened, so it must not fail.
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        match self.odd {
            _ if number == 0 || !number.is_multiple_of(self.every) => self.engine.write(write).await,
            Odd::Refused => Ok(Outcome::Conflict),
            Odd::Lost => {
                let _lost = self.engine.write(write).await?;
                Err(EngineError::unknown("the answer was lost"))
            }
        }
    }
}

/// An engine that executes a given number of writes. It fails at all later writes.
#[derive(Clone)]
struct Dying {
    engine: MemoryEngine,
    left: Arc<AtomicUsize>,
}

impl Default for Dying {
    fn default() -> Self {
        Self { engine: MemoryEngine::default(), left: Arc::new(AtomicUsize::new(1_000)) }
    }
}

#[async_trait]
impl Engine for Dying {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        self.engine.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        self.engine.scan(from, until, limit).await
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        if left == 0 {
            return Err(EngineError::not_done("as a test asked"));
        }
        self.engine.write(write).await
    }
}

async fn opened(odd: Odd, every: usize) -> KvStore {
    KvStore::open(Unsteady::new(odd, every)).await.expect("a store")
}

struct Nervous;

#[async_trait]
impl Fixture for Nervous {
    type Database = KvStore;

    async fn create(&self) -> KvStore {
        opened(Odd::Refused, 2).await
    }

    async fn open(&self, store: &KvStore) -> Store {
        Arc::new(store.clone())
    }
}

// This engine does not execute every second write, and reports a conflict although there is none. The store must repeat
// these writes.
conformance!(nervous, Nervous);

fn is_unknown<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unavailable { retry: true, maybe_done: true, .. }))
}

#[test]
fn a_call_whose_answer_was_lost_may_have_been_carried_out_and_its_repetition_says_so() {
    block_on(async {
        let store = opened(Odd::Lost, 1).await;
        let draft = Person::somebody().refresh().labelled("one");
        let lost = store.insert(draft.home(Some(1)), &draft.records, at(0)).await;
        assert!(is_unknown(&lost), "{lost:?}");
        let again = store.insert(draft.home(Some(1)), &draft.records, at(0)).await.expect("an answer");
        assert_eq!(again, Inserted::IdTaken(draft.id()));
        let next = draft.successor(draft.id(), 1);
        let step = supersede(Version::FIRST, next.id, at(5));
        let lost = store.rotate(&draft.id(), &step, std::slice::from_ref(&next), at(5)).await;
        assert!(is_unknown(&lost), "{lost:?}");
        let again = store.rotate(&draft.id(), &step, std::slice::from_ref(&next), at(5)).await;
        let Ok(Rotated::Stale(stands)) = again else { panic!("{again:?}") };
        assert_eq!(stands.record().superseded.map(|by| by.successor), Some(next.id));
        assert!(is_unknown(&store.touch(&[(next.id, at(9))]).await));
        assert_eq!(must_get(&store, &next.id).await.expect("a record").record().last_used_at, Some(at(9)));
        assert!(is_unknown(&store.purge(at(5_000_000), at(5_000_000), at(0), most(9)).await));
        assert!(store.get(&next.id).await.expect("an answer").is_none());
    });
}

#[test]
fn a_batch_of_which_a_part_was_carried_out_says_so() {
    block_on(async {
        let ann = Person::somebody();
        let engine = Dying::default();
        let store = KvStore::open(engine.clone()).await.expect("a store");
        for _ in 0..3 {
            ann.pat().found(&store).await.expect("a token");
        }
        for (writes, maybe) in [(0, false), (1, true)] {
            engine.left.store(writes, Ordering::Relaxed);
            let answer = store.revoke(ann.all(), revoked(at(1)), at(2), most(9)).await;
            let unavailable =
                matches!(&answer, Err(StoreError::Unavailable { maybe_done, .. }) if *maybe_done == maybe);
            assert!(unavailable, "{writes}: {answer:?}");
        }
    });
}

#[test]
fn a_step_that_meets_nothing_but_conflicts_ends_and_was_not_carried_out() {
    block_on(async {
        let store = opened(Odd::Refused, 1).await;
        let draft = Person::somebody().pat();
        let answer = store.insert(draft.home(None), &draft.records, at(0)).await;
        assert!(matches!(answer, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{answer:?}");
        assert!(store.get(&draft.id()).await.expect("an answer").is_none());
    });
}
