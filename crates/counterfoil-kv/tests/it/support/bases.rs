//! Databases of each engine for the tests.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::ClientId;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle, ThrottleKey};
use counterfoil_conformance::transfer_clauses::{TransferFixture, Whole};
use counterfoil_conformance::{Fixture, Row, SiblingFixture, SiblingRow, Store};
use counterfoil_kv::{Engine, EngineError, FjallEngine, Key, KvStore, MemoryEngine, RedbEngine, Write};
use tempfile::TempDir;

use super::halting::Halting;

/// A kind of engine that a test can reopen on the same data.
pub trait Kind: Send + Sync + 'static {
    /// The data that remains after the engine is closed.
    type Kept: Send + Sync + 'static;

    /// Creates the data of an empty database.
    fn make() -> Self::Kept;
    /// Opens an engine on data that [`make`](Self::make) created.
    fn open(kept: &Self::Kept) -> Result<Arc<dyn Engine>, EngineError>;
    /// Makes the data unreachable if `down` is true, and reachable otherwise. Returns false if this kind does not
    /// support it.
    fn outage(_kept: &Self::Kept, _down: bool) -> bool {
        false
    }
}

/// The engine in memory of counterfoil-kv.
pub struct Memory;

impl Kind for Memory {
    type Kept = MemoryEngine;

    fn make() -> MemoryEngine {
        MemoryEngine::default()
    }

    fn open(kept: &MemoryEngine) -> Result<Arc<dyn Engine>, EngineError> {
        Ok(Arc::new(kept.clone()))
    }

    fn outage(kept: &MemoryEngine, down: bool) -> bool {
        kept.set_down(down);
        true
    }
}

/// The engine in memory, wrapped so that the conformance suite can pause each of its calls.
pub struct Halted;

impl Kind for Halted {
    type Kept = MemoryEngine;

    fn make() -> MemoryEngine {
        MemoryEngine::default()
    }

    fn open(kept: &MemoryEngine) -> Result<Arc<dyn Engine>, EngineError> {
        Ok(Arc::new(Halting(kept.clone())))
    }
}

/// The engine that stores its data in a redb file.
pub struct Redb;

impl Kind for Redb {
    type Kept = TempDir;

    fn make() -> TempDir {
        folder()
    }

    fn open(kept: &TempDir) -> Result<Arc<dyn Engine>, EngineError> {
        open_redb(kept.path())
    }
}

/// The engine that stores its data in a fjall folder.
pub struct Fjall;

impl Kind for Fjall {
    type Kept = TempDir;

    fn make() -> TempDir {
        folder()
    }

    fn open(kept: &TempDir) -> Result<Arc<dyn Engine>, EngineError> {
        open_fjall(kept.path())
    }
}

pub fn open_redb(folder: &Path) -> Result<Arc<dyn Engine>, EngineError> {
    Ok(Arc::new(RedbEngine::open(folder.join("counterfoil.redb"))?))
}

pub fn open_fjall(folder: &Path) -> Result<Arc<dyn Engine>, EngineError> {
    Ok(Arc::new(FjallEngine::open(folder.join("counterfoil.fjall"))?))
}

/// A function that opens an engine on the data in a folder.
pub type Open = fn(&Path) -> Result<Arc<dyn Engine>, EngineError>;

/// The engines that store their data in a folder.
pub const ENGINES: [(&str, Open); 2] = [("redb", open_redb), ("fjall", open_fjall)];

/// Opens a store on the engine that `open` opens in this folder.
pub async fn store(open: Open, folder: &Path) -> KvStore {
    KvStore::open(open(folder).expect("an engine")).await.expect("a store")
}

/// Makes a temporary folder. The folder is in memory if the system has a file system in memory, because thousands of
/// flushed commits on a disk would slow down the tests.
pub fn folder() -> TempDir {
    let folder = TempDir::with_prefix_in("counterfoil-", "/dev/shm");
    folder.or_else(|_| TempDir::with_prefix("counterfoil-")).expect("a folder")
}

/// A database. It consists of its data and one engine. All handles share the engine, because only one engine may have
/// the file open.
pub struct Base<K: Kind> {
    engine: Mutex<Option<Arc<dyn Engine>>>,
    kept: K::Kept,
}

impl<K: Kind> Base<K> {
    pub fn new() -> Self {
        Self::of(K::make())
    }

    fn of(kept: K::Kept) -> Self {
        Self { engine: Mutex::new(Some(K::open(&kept).expect("an engine"))), kept }
    }

    pub fn engine(&self) -> Arc<dyn Engine> {
        Arc::clone(self.engine.lock().unwrap_or_else(PoisonError::into_inner).as_ref().expect("open"))
    }

    pub async fn store(&self) -> KvStore {
        KvStore::open(self.engine()).await.expect("a store")
    }

    /// Overwrites the value of a key with bytes that do not decode. Returns false if the key had no value.
    async fn spoil(&self, key: Key) -> bool {
        let engine = self.engine();
        let found = engine.get(std::slice::from_ref(&key)).await.expect("an answer");
        let change = vec![(key, Some(b"spoilt".to_vec()))];
        let _applied = engine.write(Write { expect: Vec::new(), change }).await.expect("an answer");
        found[0].is_some()
    }
}

/// The conformance suite's fixture for an engine.
pub struct Bases<K>(pub K);

#[async_trait]
impl<K: Kind> Fixture for Bases<K> {
    type Database = Base<K>;

    async fn create(&self) -> Base<K> {
        Base::new()
    }

    async fn open(&self, base: &Base<K>) -> Store {
        Arc::new(base.store().await)
    }

    async fn reopen(&self, base: Base<K>) -> Option<Base<K>> {
        drop(base.engine.lock().unwrap_or_else(PoisonError::into_inner).take());
        Some(Base::of(base.kept))
    }

    async fn damage(&self, base: &Base<K>, row: Row<'_>) -> bool {
        let id = match &row {
            Row::Record(id) => &id.as_bytes()[..],
            Row::Family(id) => &id.as_bytes()[..],
        };
        base.spoil([b"r", id].concat()).await
    }

    async fn outage(&self, base: &Base<K>, down: bool) -> bool {
        K::outage(&base.kept, down)
    }
}

#[async_trait]
impl<K: Kind> TransferFixture for Bases<K> {
    async fn open_whole(&self, base: &Base<K>) -> Arc<dyn Whole> {
        Arc::new(base.store().await)
    }
}

#[async_trait]
impl<K: Kind> SiblingFixture for Bases<K> {
    type Database = Base<K>;

    async fn create(&self) -> Base<K> {
        Base::new()
    }

    async fn clients(&self, base: &Base<K>) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(base.store().await))
    }

    async fn settings(&self, base: &Base<K>) -> Option<Arc<dyn SettingsStore>> {
        Some(Arc::new(base.store().await))
    }

    async fn throttle(&self, base: &Base<K>) -> Option<Arc<dyn Throttle>> {
        Some(Arc::new(base.store().await))
    }

    async fn aliases(&self, base: &Base<K>) -> Option<Arc<dyn AliasStore>> {
        Some(Arc::new(base.store().await))
    }

    async fn damage(&self, base: &Base<K>, row: SiblingRow<'_>) -> bool {
        base.spoil(match row {
            SiblingRow::Client(realm, id) => client_key(realm, id),
            SiblingRow::Settings(realm) => with_text(b'S', realm.as_str()),
            SiblingRow::Counter(key) => counter_key(key),
            SiblingRow::Alias(alias) => [b"I", &alias.as_bytes()[..]].concat(),
        })
        .await
    }

    async fn outage(&self, base: &Base<K>, down: bool) -> bool {
        K::outage(&base.kept, down)
    }
}

fn with_text(letter: u8, text: &str) -> Key {
    let length = u32::try_from(text.len()).expect("short").to_be_bytes();
    [&[letter], &length[..], text.as_bytes()].concat()
}

fn client_key(realm: &Realm, id: &ClientId) -> Key {
    [with_text(b'C', realm.as_str()), id.as_str().as_bytes().to_vec()].concat()
}

fn counter_key(key: &ThrottleKey) -> Key {
    [b"T", &key.as_bytes()[..]].concat()
}
