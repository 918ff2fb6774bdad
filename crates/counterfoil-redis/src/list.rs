//! Reads lists page by page, and counts the records of each key of the key ring.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use counterfoil::store::{Cursor, Listing, Page, Show, StoreError, TokenRecord};
use counterfoil::types::{KeyId, OwnerId, RecordId, TokenKind};
use counterfoil::{Realm, Timestamp};
use redis::{Cmd, Value};

use crate::ask::{members, shape};
use crate::keys::Index;
use crate::row::{self, Bytes, instant_of, time, whose};
use crate::shared_connection::Does;
use crate::store::RedisStore;

const OP: &str = "list";
/// A value that sorts after every id.
const LAST: [u8; 17] = [0xFF; 17];

/// The prefix of the index entries of an owner's records of one kind.
pub(crate) struct OwnersKind {
    pub(crate) shard: u8,
    begins: Bytes,
}

impl OwnersKind {
    fn new(realm: &Realm, owner: &OwnerId, kind: TokenKind) -> Self {
        let begins = [whose(realm, owner).as_slice(), &row::kind(kind)].concat();
        Self { shard: counterfoil::token::shard(realm, owner), begins }
    }
}

impl RedisStore {
    pub(crate) async fn list_page(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        match of {
            Listing::Owner { realm, owner, kind, show: Show::All } => {
                let found = self.owned(&OwnersKind::new(realm, owner, kind), after, one_more(limit)).await?;
                self.page(OP, found, limit, |_| true).await
            }
            Listing::Owner { realm, owner, kind, show: Show::Standing { now } } => {
                self.standing_page(&OwnersKind::new(realm, owner, kind), now, after, limit).await
            }
            Listing::Kind { realm, kind } => self.kind_page(realm, kind, after, limit).await,
        }
    }

    /// Returns the cursors of an owner's records of one kind, newest first. Begins behind the cursor `after`, and
    /// returns at most `most` cursors.
    pub(crate) async fn owned(
        &self,
        of: &OwnersKind,
        after: Option<&Cursor>,
        most: i64,
    ) -> Result<Vec<Cursor>, StoreError> {
        let begins = of.begins.as_slice();
        // In an index entry, the kind is followed by digits. A colon sorts after all digits, so it ends the range of
        // this owner and kind.
        let last = after.map_or_else(
            || [b"(", begins, b":"].concat(),
            |cursor| [b"(", begins, &time(cursor.at), cursor.id.as_bytes()].concat(),
        );
        let mut range = redis::cmd("ZREVRANGEBYLEX");
        range.arg(self.keys().index(of.shard, Index::Owners)).arg(last).arg([b"[", begins].concat());
        range.arg("LIMIT").arg(0).arg(most);
        stamped_keys(&members(self.connection().command(OP, Does::Read, &range).await?))
    }

    async fn kind_page(
        &self,
        realm: &Realm,
        kind: TokenKind,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        let begins = [realm.as_str().as_bytes(), b"\0", &row::kind(kind)].concat();
        let look = |shard: u8| {
            let first = match after.filter(|cursor| cursor.id.shard() == shard) {
                None => [b"[", begins.as_slice()].concat(),
                Some(cursor) => [b"(", begins.as_slice(), cursor.id.as_bytes()].concat(),
            };
            let last = [b"(", begins.as_slice(), &LAST].concat();
            range(self.keys().index(shard, Index::Kinds), first, last, one_more(limit))
        };
        let first = after.map_or(0, |cursor| cursor.id.shard());
        let found = self.walk(OP, first, most(limit), look).await?;
        let keys = found.iter().map(|member| id_of(member).map(|id| Cursor { at: Timestamp::EPOCH, id }));
        self.page(OP, keys.collect::<Result<_, _>>()?, limit, |_| true).await
    }

    /// Returns a page of at most `limit` records whose notice is due. They are ordered by shard, then by instant, then
    /// by id.
    pub(crate) async fn due_page(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        let look = |shard: u8| {
            let first = match after.filter(|cursor| cursor.id.shard() == shard) {
                None => b"-".to_vec(),
                Some(cursor) => [b"(", &time(cursor.at)[..], cursor.id.as_bytes()].concat(),
            };
            let last = [b"(", &time(now)[..], &LAST].concat();
            range(self.keys().index(shard, Index::Due), first, last, one_more(limit))
        };
        let first = after.map_or(0, |cursor| cursor.id.shard());
        let found = self.walk("due", first, most(limit), look).await?;
        // Another worker may have claimed the notice after the index was read.
        let is_due = |record: &TokenRecord| record.record().notice.is_some_and(|notice| now.reached(notice.at));
        self.page("due", stamped_keys(&found)?, limit, is_due).await
    }

    /// Reads the records of a page. `keys` contains the cursors of these records, and one cursor more than `limit` if
    /// there is a next page. Skips records for which `shows` returns false, and records that were removed or shrunk
    /// after the index was read. Counts records that do not decode.
    async fn page(
        &self,
        op: &'static str,
        mut keys: Vec<Cursor>,
        limit: NonZeroU32,
        shows: impl Fn(&TokenRecord) -> bool + Send,
    ) -> Result<Page<TokenRecord>, StoreError> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let more = keys.len() > limit;
        keys.truncate(limit);
        let mut page = Page { items: Vec::new(), next: keys.last().copied().filter(|_| more), corrupt: 0 };
        let ids: Vec<RecordId> = keys.into_iter().map(|key| key.id).collect();
        for found in self.pairs(op, &ids).await? {
            match found {
                Ok(Some(record)) if shows(&record) && !record.record().shrunk => page.items.push(record),
                Ok(_) => {}
                Err(_) => page.corrupt = page.corrupt.saturating_add(1),
            }
        }
        Ok(page)
    }

    /// Returns for each key of the key ring how many records have a digest under this key. Adds up the counts of all
    /// shards.
    pub(crate) async fn count_keys(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        const OP: &str = "census";
        let look = |shard| {
            let mut all = redis::cmd("HGETALL");
            all.arg(self.keys().index(shard, Index::Census));
            vec![all]
        };
        let mut counts = BTreeMap::new();
        for answer in self.groups(OP, (0..=u8::MAX).map(look).collect()).await?.into_iter().flatten() {
            for (key, count) in pairs_of(answer)? {
                *counts.entry(KeyId::new(key)).or_insert(0) += count;
            }
        }
        Ok(counts.into_iter().collect())
    }
}

/// Decodes a hash whose fields and values are numbers. The answer may have the form of RESP2 or of RESP3.
fn pairs_of(answer: Value) -> Result<Vec<(u32, u64)>, StoreError> {
    let number = |value: &Value| row::bytes(value).and_then(row::number).ok_or_else(|| shape("census"));
    let pairs = match answer {
        Value::Map(pairs) => pairs,
        Value::Array(flat) => flat.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
        _ => return Err(shape("census")),
    };
    pairs
        .iter()
        .map(|(key, count)| Ok((u32::try_from(number(key)?).map_err(|_| shape("census"))?, number(count)?)))
        .collect()
}

fn one_more(limit: NonZeroU32) -> i64 {
    i64::from(limit.get()) + 1
}

fn most(limit: NonZeroU32) -> usize {
    usize::try_from(one_more(limit)).unwrap_or(usize::MAX)
}

fn range(index: Bytes, first: Bytes, last: Bytes, most: i64) -> Cmd {
    let mut range = redis::cmd("ZRANGEBYLEX");
    range.arg(index).arg(first).arg(last).arg("LIMIT").arg(0).arg(most);
    range
}

fn id_of(member: &[u8]) -> Result<RecordId, StoreError> {
    member.last_chunk::<16>().copied().map(RecordId::from_bytes).ok_or_else(|| shape("index"))
}

/// Makes cursors from index members. Each member ends with an instant and an id.
fn stamped_keys(members: &[Bytes]) -> Result<Vec<Cursor>, StoreError> {
    let key = |member: &Bytes| {
        let stamp = member.last_chunk::<32>().ok_or_else(|| shape("index"))?;
        Ok(Cursor { at: instant_of(&stamp[..16])?, id: id_of(member)? })
    };
    members.iter().map(key).collect()
}
