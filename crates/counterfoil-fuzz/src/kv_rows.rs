//! The target for rows of a key-value engine. The target gives one row arbitrary contents. Every call must then end
//! soon, and must either succeed or say that a row is corrupt. The records of other families must not change.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::client::{ClientId, Registration};
use counterfoil::settings::StoredSettings;
use counterfoil::store::{
    ClientStore as _, Listing, NewRecord, Revoke, Revoked, Rotated, SettingsStore as _, Show, StoreError,
    Throttle as _, ThrottleKey, TokenStore as _,
};
use counterfoil::types::{RecordId, RevocationReason, TokenKind, Version};
use counterfoil_conformance::reference::describe;
use counterfoil_conformance::sample::{
    EXPIRES, Person, at, details, edit_details, member_id, relabel, renewing, supersede,
};
use counterfoil_kv::{Engine, EngineError, Key, KvStore, MemoryEngine, Outcome, Value, Write};
use tokio::runtime::Runtime;

use crate::bytes::choice;
use crate::documents::REGISTRATION;

/// The maximum number of engine calls in one store call. With the few rows of this target, no correct store call needs
/// more.
const MOST: usize = 400;

/// The limit for lists and batches. It is larger than the number of rows of any kind.
const LIMIT: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// An engine in memory that counts its calls.
#[derive(Clone, Default)]
struct Counted {
    engine: MemoryEngine,
    asked: Arc<AtomicUsize>,
}

impl Counted {
    fn count(&self) {
        assert!(self.asked.fetch_add(1, Ordering::Relaxed) < MOST, "a call does not end");
    }
}

#[async_trait]
impl Engine for Counted {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        self.count();
        self.engine.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        self.count();
        self.engine.scan(from, until, limit).await
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        self.count();
        self.engine.write(write).await
    }
}

/// An undamaged store: the person who owns its records, the ids and descriptions of the records, and all rows.
struct Sound {
    person: Person,
    ids: Vec<RecordId>,
    pairs: Vec<(Key, Value)>,
    records: Vec<String>,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

fn sound() -> &'static Sound {
    static SOUND: OnceLock<Sound> = OnceLock::new();
    SOUND.get_or_init(|| runtime().block_on(filled()))
}

async fn filled() -> Sound {
    let engine = Counted::default();
    let store = KvStore::open(engine.clone()).await.expect("a store");
    let person = Person::new("default", "7");
    let pat = person.pat().labelled("one").noticed(at(5), 1);
    let sign_in = person.refresh().with_access().detailed(Some(details(1)));
    let mut ids = vec![pat.found(&store).await.expect("in"), sign_in.found(&store).await.expect("in")];
    let (successor, access) = (sign_in.successor(ids[1], 1), sign_in.access(1));
    ids.extend([sign_in.records[1].id, successor.id, access.id]);
    let step = supersede(Version::FIRST, successor.id, at(10));
    let rotated = store.rotate(&sign_in.id(), &step, &[successor, access], at(10)).await.expect("rotated");
    assert!(matches!(rotated, Rotated::Done), "{rotated:?}");
    let registration = Registration::from_document(REGISTRATION).expect("a registration");
    let realm = &person.realm;
    let _put = store.put_client(realm, None, &registration).await.expect("in");
    let _put = store.put_settings(realm, None, &StoredSettings::default()).await.expect("in");
    let (window, limit) = (Duration::from_secs(60), NonZeroU32::new(3).expect("a limit"));
    let _granted = store.reserve(&ThrottleKey::from_bytes([1; 32]), at(0), window, limit).await.expect("a counter");
    let pairs = engine.engine.scan(&[], &[0xFF; 64], usize::MAX).await.expect("pairs");
    let mut records = Vec::new();
    for id in &ids {
        records.push(describe(&store.get(id).await.expect("sound").expect("there")));
    }
    Sound { person, ids, pairs, records }
}

/// Returns inputs with which the fuzzing begins: one for each undamaged row, except index entries. Each input gives the
/// row the value that it already has, so that the fuzzer starts from valid values.
pub(crate) fn rows() -> Vec<Vec<u8>> {
    let seed = |(at, (_, value)): (usize, &(Key, Value))| [&[u8::try_from(at).expect("few")], &value[..]].concat();
    sound().pairs.iter().enumerate().filter(|(_, (_, value))| !value.is_empty()).map(seed).collect()
}

/// Damages one row of a store, and calls the methods of the store. The first byte of `data` chooses the row, and the
/// rest becomes its value.
#[must_use]
pub fn kv_rows(data: &[u8]) -> bool {
    let (at, value) = choice(data);
    let sound = sound();
    let at = at % sound.pairs.len();
    let engine = Counted::default();
    thread_local!(static RUNTIME: Runtime = runtime());
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let pair = |(own, (key, kept)): (usize, &(Key, Value))| {
                (key.clone(), Some(if own == at { value.to_vec() } else { kept.clone() }))
            };
            let change = sound.pairs.iter().enumerate().map(pair).collect();
            let _applied = engine.engine.write(Write { expect: Vec::new(), change }).await.expect("in memory");
            let Ok(store) = KvStore::open(engine.clone()).await else { return false };
            used(&store, &engine, sound, &sound.pairs[at].0).await
        })
    })
}

/// Checks that a call either succeeded or failed with `Corrupt`. Returns the result of the call, or `None` if the call
/// failed. Then counts the engine calls from zero again.
fn sane<T>(engine: &Counted, answer: Result<T, StoreError>) -> Option<T> {
    engine.asked.store(0, Ordering::Relaxed);
    match answer {
        Ok(answer) => Some(answer),
        Err(StoreError::Corrupt { .. }) => None,
        Err(other) => panic!("neither an answer nor corrupt: {other:?}"),
    }
}

/// Calls every read method of the store, then every write method. Returns whether all calls succeeded.
async fn used(store: &KvStore, engine: &Counted, sound: &Sound, damaged: &[u8]) -> bool {
    let mut whole = true;
    for (id, before) in sound.ids.iter().zip(&sound.records) {
        let read = sane(engine, store.get(id).await);
        let own = damaged.first() == Some(&b'r') && id.as_bytes().starts_with(&damaged[1..damaged.len().min(11)]);
        let now = read.as_ref().map(|read| read.as_ref().map(describe));
        assert!(own || now.as_ref() == Some(&Some(before.clone())), "another family: {now:?}");
        whole &= now.is_some();
    }
    whole
        & listed(store, engine, sound).await
        & siblings(store, engine, sound).await
        & written(store, engine, sound).await
}

async fn listed(store: &KvStore, engine: &Counted, sound: &Sound) -> bool {
    let (realm, owner, limit) = (&sound.person.realm, &sound.person.owner, LIMIT);
    let mut whole = true;
    for kind in TokenKind::ALL {
        let of = Listing::Owner { realm, owner, kind, show: Show::All };
        whole &= sane(engine, store.list(of, None, limit).await).is_some_and(|page| page.corrupt == 0);
    }
    let families = sane(engine, store.list_families(realm, owner, None, limit).await);
    let due = sane(engine, store.due(at(6), None, limit).await);
    let census = sane(engine, store.census().await);
    whole &= families.is_some_and(|page| page.corrupt == 0);
    whole & due.is_some_and(|page| page.corrupt == 0) & census.is_some()
}

async fn siblings(store: &KvStore, engine: &Counted, sound: &Sound) -> bool {
    let realm = &sound.person.realm;
    let id: ClientId = "app".parse().expect("an id");
    let client = sane(engine, store.client(realm, &id).await);
    if let Some(Some(client)) = &client {
        assert!(client.registration.to_document().is_ok());
    }
    let clients = sane(engine, store.clients(realm, None, LIMIT).await);
    let settings = sane(engine, store.settings(realm).await);
    let (key, window, limit) = (ThrottleKey::from_bytes([1; 32]), Duration::from_secs(60), LIMIT);
    let reserved = sane(engine, store.reserve(&key, at(1), window, limit).await);
    sane(engine, store.failed(&key, at(1), at(2), window).await);
    sane(engine, store.purge_counters(Timestamp::MAX, limit).await);
    client.is_some() & clients.is_some() & settings.is_some() & reserved.is_some()
}

async fn written(store: &KvStore, engine: &Counted, sound: &Sound) -> bool {
    let (realm, owner, limit) = (&sound.person.realm, &sound.person.owner, LIMIT);
    let seen: Vec<_> = sound.ids.iter().map(|id| (*id, at(20))).collect();
    let mut whole = sane(engine, store.touch(&seen).await).is_some();
    for id in &sound.ids {
        let version = sane(engine, store.get(id).await).flatten().map_or(Version::FIRST, |read| read.record().version);
        whole &= sane(engine, store.apply(id, version, &relabel("two"), at(21)).await).is_some();
        whole &= sane(engine, store.apply(id, version.next(), &edit_details(None), at(21)).await).is_some();
        whole &= renewed(store, engine, id).await;
    }
    let revoked = Revoked { at: at(22), reason: RevocationReason::ByHost };
    let all = Revoke::Owner { realm, owner };
    whole &= sane(engine, store.revoke(all, revoked, at(30), limit).await).is_some();
    whole & sane(engine, store.purge(Timestamp::MAX, Timestamp::MAX, Timestamp::MAX, limit).await).is_some()
}

/// Renews the record: rotates it at the instant `EXPIRES`. The rotation needs the label of the family, and has a cap on
/// live families. Returns false if a call failed because a row is corrupt.
async fn renewed(store: &KvStore, engine: &Counted, id: &RecordId) -> bool {
    let Some(Some(read)) = sane(engine, store.get(id).await) else { return false };
    let record = read.record();
    let next = NewRecord::new(
        member_id(id.family()),
        record.realm.clone(),
        record.owner.clone(),
        record.kind,
        record.digest,
        record.key_id,
        at(EXPIRES),
    )
    .with_parent(*id)
    .with_generation(record.generation + 1);
    let step = renewing(supersede(record.version, next.id, at(EXPIRES)), true, Some(3));
    sane(engine, store.rotate(id, &step, &[next], at(EXPIRES)).await).is_some()
}
