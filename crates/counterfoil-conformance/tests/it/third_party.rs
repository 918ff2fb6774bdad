//! A store as a third party would write it. Its database has only one operation that writes: a compare-and-swap of one
//! document, which replaces the document if it still has the version that was read.
//!
//! There is one document for each shard, because all data that one step uses is in one shard. Each step reads the
//! document, decides, and replaces it. If another call replaced the document first, the step begins again. The decision
//! is left to the reference model, so that the example shows only how a step becomes atomic.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::store::{
    Applied, Change, Cursor, FamilyParts, InsertInto, Inserted, Listing, Look, NewRecord, NoticeMark, Page,
    ParentUpdate, Progress, RecordParts, Revoke, Revoked, Rotated, StoreError, TokenRecord, TokenStore, check_insert,
    check_rotate,
};
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, Version};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::{CHECKS, Checked, Fixture, Scale, Store, Subject, backend_call, pause};

/// A document with a version, which is the number of times that it was replaced.
#[derive(Clone, Default)]
struct Document {
    version: u64,
    text: String,
}

/// The database, which contains the documents by shard. If `careless` is true, the database does not compare versions.
/// So it replaces a document even if the document has changed since it was read.
#[derive(Default)]
struct Database {
    documents: Mutex<BTreeMap<u8, Document>>,
    careless: bool,
}

impl Database {
    async fn read(&self, key: u8) -> Document {
        backend_call().await;
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned().unwrap_or_default()
    }

    /// Replaces the document of a shard if its version is still `read`. Returns true if it was replaced.
    async fn swap(&self, key: u8, read: u64, text: String) -> bool {
        backend_call().await;
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        let document = documents.entry(key).or_default();
        let fits = document.version == read || self.careless;
        if fits {
            *document = Document { version: read + 1, text };
        }
        fits
    }
}

/// A handle of the store, which uses the database.
struct DocumentStore(Arc<Database>);

/// Decodes a document into the records and families of a shard. The core's feature `serde` can encode and decode both.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if the document cannot be decoded.
fn decoded(document: &Document) -> Result<Model, StoreError> {
    if document.text.is_empty() {
        return Ok(Model::default());
    }
    let (records, families): (Vec<RecordParts>, Vec<FamilyParts>) =
        serde_json::from_str(&document.text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(Model::new(records, families))
}

fn encoded(model: &Model) -> Result<String, StoreError> {
    serde_json::to_string(&(&model.records, &model.families)).map_err(|invalid| StoreError::corrupt(None, invalid))
}

impl DocumentStore {
    async fn shard(&self, shard: u8) -> Result<Model, StoreError> {
        decoded(&self.0.read(shard).await)
    }

    /// Runs `act` on the records and families of a shard, and replaces the document, as one atomic step. If `act`
    /// changes nothing, the document is not replaced. So a call that is refused does not make concurrent calls begin
    /// again.
    async fn step<T>(&self, shard: u8, act: impl Fn(&mut Model) -> T + Send) -> Result<T, StoreError> {
        loop {
            let document = self.0.read(shard).await;
            let mut model = decoded(&document)?;
            let answer = act(&mut model);
            let text = encoded(&model)?;
            let unchanged = text == document.text || (document.text.is_empty() && model.records.is_empty());
            if unchanged || self.0.swap(shard, document.version, text).await {
                return Ok(answer);
            }
            pause().await;
        }
    }
}

fn count(limit: NonZeroU32) -> usize {
    usize::try_from(limit.get()).unwrap_or(usize::MAX)
}

/// Reads a page of at most `limit` records. The shards are read one after another, from the shard of the cursor on.
/// `page` makes the page of one shard, and `key` returns the instant for the cursor of a record.
async fn pages(
    store: &DocumentStore,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    key: impl Fn(&RecordParts) -> Timestamp + Send,
    page: impl Fn(&Model, Option<&Cursor>, usize) -> Page<TokenRecord> + Send,
) -> Result<Page<TokenRecord>, StoreError> {
    let first = after.map_or(0, |cursor| cursor.id.shard());
    let mut whole = Page { items: Vec::new(), next: None, corrupt: 0 };
    for shard in first..=u8::MAX {
        let within = after.filter(|cursor| cursor.id.shard() == shard);
        let room = count(limit) - whole.items.len();
        // Reads one record more than the page may contain. If this record exists, there is a next page.
        let found = page(&store.shard(shard).await?, within, room + 1);
        let more = found.items.len() > room;
        whole.items.extend(found.items.into_iter().take(room));
        if more {
            let last = whole.items.last().map(TokenRecord::record);
            whole.next = last.map(|record| Cursor { at: key(record), id: record.id });
            return Ok(whole);
        }
    }
    Ok(whole)
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl TokenStore for DocumentStore {
    fn try_read(&self, _: &RecordId, _: &mut Look<'_>) -> bool {
        false
    }

    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError> {
        check_insert(home, new)?;
        let shard = match home {
            InsertInto::Found { family, .. } => family.id.shard(),
            InsertInto::Join { family, .. } => family.shard(),
        };
        let insert = |model: &mut Model| model.check_home(home, new).map(|()| model.insert(home, new, now));
        self.step(shard, insert).await?
    }

    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        self.shard(id.shard()).await?.get(id)
    }

    async fn apply(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        self.step(id.shard(), |model| model.apply(id, expect, change, now)).await?
    }

    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        check_rotate(parent, step, new)?;
        let rotate = |model: &mut Model| {
            model.check_parent(parent, step, new)?;
            model.rotate(parent, step, new, now)
        };
        self.step(parent.shard(), rotate).await?
    }

    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let shard = match what {
            Revoke::One(id) => id.shard(),
            Revoke::Family { family, .. } => family.shard(),
            Revoke::Owner { realm, owner } => counterfoil::token::shard(realm, owner),
        };
        let (changed, more) = self.step(shard, |model| model.revoke(what, revoked, gone_at, limit.get())).await?;
        Ok(Progress { changed, more })
    }

    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        for one in seen {
            self.step(one.0.shard(), |model| model.touch(&[*one])).await?;
        }
        Ok(())
    }

    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        match of {
            Listing::Owner { realm, owner, .. } => {
                Ok(self.shard(counterfoil::token::shard(realm, owner)).await?.list(of, after, count(limit)))
            }
            Listing::Kind { .. } => {
                pages(self, after, limit, |_| Timestamp::EPOCH, |model, after, limit| model.list(of, after, limit))
                    .await
            }
        }
    }

    async fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
        let model = self.shard(counterfoil::token::shard(realm, owner)).await?;
        Ok(model.list_families(realm, owner, after, count(limit)))
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        let key = |record: &RecordParts| record.notice.map_or(Timestamp::EPOCH, |notice| notice.at);
        pages(self, after, limit, key, |model, after, limit| model.due(now, after, limit)).await
    }

    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        self.step(id.shard(), |model| model.claim(id, held, lease_until)).await?
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        self.step(id.shard(), |model| model.settle(id, held, next, sent)).await?
    }

    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let mut changed = 0;
        for shard in 0..=u8::MAX {
            let room = count(limit).saturating_sub(usize::try_from(changed).unwrap_or(usize::MAX));
            let (went, more) = self.step(shard, |model| model.purge(now, unsent_before, windows_before, room)).await?;
            changed += went;
            if more {
                return Ok(Progress { changed, more });
            }
        }
        Ok(Progress { changed, more: false })
    }

    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        let mut counts = BTreeMap::new();
        for shard in 0..=u8::MAX {
            for (key, count) in self.shard(shard).await?.census() {
                *counts.entry(key).or_insert(0) += count;
            }
        }
        Ok(counts.into_iter().collect())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.shard(0).await.map(drop)
    }
}

/// A fixture that makes empty databases and opens handles on them.
#[derive(Default)]
struct Databases {
    careless: bool,
}

#[async_trait]
impl Fixture for Databases {
    type Database = Arc<Database>;

    async fn create(&self) -> Arc<Database> {
        Arc::new(Database { careless: self.careless, ..Database::default() })
    }

    async fn open(&self, database: &Arc<Database>) -> Store {
        Arc::new(DocumentStore(Arc::clone(database)))
    }

    async fn reopen(&self, database: Arc<Database>) -> Option<Arc<Database>> {
        Some(database)
    }
}

/// Runs all checks in one test, with few rounds, because each step of this database writes a document with many
/// families. A store would usually use `conformance!(third_party, Databases::default());`, which generates one test for
/// each check.
#[test]
fn a_third_partys_store_keeps_the_contract() {
    let scale = Scale::CI.with_rounds(4).with_threads(8).with_sequences(6);
    let subject = Subject::new(Databases::default()).with_scale(scale);
    for check in CHECKS {
        match check.run(&subject) {
            Ok(Checked::Held) => {}
            Ok(Checked::NotApplicable(why)) => {
                assert!(
                    ["garbage_is_corrupt", "outage_is_unavailable", "no_replica_answers"].contains(&check.name),
                    "{}: {why}",
                    check.name
                );
            }
            Err(violation) => panic!("{}: {violation}", check.name),
        }
    }
}

/// A database that replaces documents without comparing versions must be rejected. The store awaits `backend_call`
/// before each read and each replacement. So the check of interleavings always finds the fault.
#[test]
fn a_database_without_compare_and_swap_is_found_out_by_interleaving() {
    let scale = Scale::CI.with_rounds(30);
    let subject = Subject::new(Databases { careless: true }).with_scale(scale);
    let check = CHECKS.iter().find(|check| check.name == "interleavings_are_steps").expect("a clause of that name");
    assert!(check.run(&subject).is_err());
}

/// The check `rotate_has_one_winner` must reject a database that replaces documents without comparing versions, because
/// two concurrent rotations can succeed. This does not happen in every round, so many rounds are allowed. The first
/// round in which it happens ends the test.
#[test]
fn a_database_without_compare_and_swap_is_found_out() {
    let scale = Scale::CI.with_threads(8);
    let subject = Subject::new(Databases { careless: true }).with_scale(scale);
    let race = CHECKS.iter().find(|check| check.name == "rotate_has_one_winner").expect("a clause of that name");
    assert!(race.run(&subject).is_err());
}
