//! Stores the aliases of imported tokens. The shard of an alias is its first byte. Each shard has one sorted set, with
//! one member for each alias. A member is made of three parts: the alias, the id of its record, and the instant at
//! which the entry was written.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Alias, AliasEntry, AliasPut, AliasStore, Corrupt, Page, StoreError};
use counterfoil::types::RecordId;
use redis::Value;

use crate::ask::{args, shape};
use crate::keys::Key;
use crate::row::{self, Bytes};
use crate::scripts;
use crate::shared_connection::Does;
use crate::store::RedisStore;

/// The length of a member in bytes: the alias, the id, and the instant in 16 digits.
const MEMBER: usize = 64;
/// The maximum number of shards that a page reads at the same time.
const ABREAST: usize = 64;

#[async_trait]
impl AliasStore for RedisStore {
    async fn alias(&self, alias: &Alias) -> Result<Option<AliasEntry>, StoreError> {
        const OP: &str = "alias";
        let mut get = redis::cmd("ZRANGEBYLEX");
        get.arg(self.aliases_of(alias)).arg(bound(b'[', alias.as_bytes())).arg(bound(b'(', &after(alias)));
        get.arg("LIMIT").arg(0).arg(1);
        let Value::Array(found) = self.connection().command(OP, Does::Read, &get).await? else { return Err(shape(OP)) };
        found.first().map(|member| row::bytes(member).and_then(entry).ok_or_else(corrupt)).transpose()
    }

    async fn put_alias(
        &self,
        alias: &Alias,
        entry: &AliasEntry,
        expect: Option<&RecordId>,
    ) -> Result<AliasPut, StoreError> {
        const OP: &str = "put_alias";
        let new = [entry.id.as_bytes().as_slice(), &row::time(entry.created_at)].concat();
        let expect = expect.map_or(&[][..], |expect| expect.as_bytes());
        let arguments = args![alias.as_bytes(), after(alias), expect, new];
        let keys = [self.aliases_of(alias)];
        let answer = Self::answer(OP, self.script(OP, &scripts::PUT_ALIAS, &keys, &arguments).await?)?;
        match answer.word.as_str() {
            "done" => Ok(AliasPut::Done),
            "missing" => Ok(AliasPut::Missing),
            "taken" => {
                let stands = answer.rest.first().and_then(row::bytes).and_then(self::entry);
                stands.map(AliasPut::Taken).ok_or_else(corrupt)
            }
            "corrupt" => Err(corrupt()),
            _ => answer.unknown(OP),
        }
    }

    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Result<bool, StoreError> {
        const OP: &str = "remove_alias";
        let arguments = args![alias.as_bytes(), after(alias), expect.as_bytes()];
        let keys = [self.aliases_of(alias)];
        Ok(Self::count(OP, &self.script(OP, &scripts::REMOVE_ALIAS, &keys, &arguments).await?)? == 1)
    }

    /// Reads the shards in order. If the first shards are nearly empty, reads more and more shards at the same time.
    async fn aliases(
        &self,
        from: Option<&Alias>,
        limit: NonZeroU32,
    ) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError> {
        const OP: &str = "aliases";
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let first = from.map_or(0, |from| from.as_bytes()[0]);
        let (mut found, mut shards, mut abreast) = (Vec::<Bytes>::new(), (first..=u8::MAX).collect::<Vec<_>>(), 1);
        // One entry more than the page needs is read. If it exists, there is a next page.
        while found.len() <= limit && !shards.is_empty() {
            let rest = shards.split_off(abreast.min(shards.len()));
            let look = |shard: u8| {
                let begin = match from {
                    Some(from) if shard == first => bound(b'(', &after(from)),
                    _ => b"-".to_vec(),
                };
                let mut read = redis::cmd("ZRANGEBYLEX");
                read.arg(self.keys().aliases(shard)).arg(begin).arg("+");
                read.arg("LIMIT").arg(0).arg(limit.saturating_add(1).saturating_sub(found.len()));
                vec![read]
            };
            let answers = self.groups(OP, shards.into_iter().map(look).collect()).await?;
            for answer in answers.into_iter().flatten() {
                let Value::Array(members) = answer else { return Err(shape(OP)) };
                found.extend(members.iter().filter_map(row::bytes).map(<[u8]>::to_vec));
            }
            (shards, abreast) = (rest, (abreast * 2).min(ABREAST));
        }
        let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
        for member in found.iter().take(limit) {
            let alias = alias_of(member);
            match entry(member) {
                Some(entry) => page.items.push((alias, entry)),
                None => page.corrupt = page.corrupt.saturating_add(1),
            }
            page.next = Some(alias);
        }
        page.next = page.next.filter(|_| found.len() > limit);
        Ok(page)
    }
}

impl RedisStore {
    fn aliases_of(&self, alias: &Alias) -> Key {
        self.keys().aliases(alias.as_bytes()[0])
    }
}

/// The position after every member that begins with the alias. In such a member, 16 bytes of an id and a digit follow
/// the alias. In the position, 17 bytes of the value 0xFF follow the alias. A digit is less than 0xFF, so the member is
/// always before the position.
fn after(alias: &Alias) -> Bytes {
    [alias.as_bytes().as_slice(), &[0xFF; 17]].concat()
}

fn bound(kind: u8, position: &[u8]) -> Bytes {
    [&[kind], position].concat()
}

/// Returns the alias at the beginning of a member. If a damaged member is shorter than an alias, the alias is filled
/// with zeros. So a walk can continue after this member.
fn alias_of(member: &[u8]) -> Alias {
    let mut alias = [0; 32];
    alias.iter_mut().zip(member).for_each(|(byte, own)| *byte = *own);
    Alias::from_bytes(alias)
}

/// Decodes a member. `None` if it is damaged.
fn entry(member: &[u8]) -> Option<AliasEntry> {
    let rest = member.get(32..).filter(|_| member.len() == MEMBER)?;
    let (id, created_at) = rest.split_first_chunk::<16>()?;
    Some(AliasEntry { id: RecordId::from_bytes(*id), created_at: row::instant_of(created_at).ok()? })
}

fn corrupt() -> StoreError {
    StoreError::corrupt(None, Corrupt::Column { column: "alias" })
}
