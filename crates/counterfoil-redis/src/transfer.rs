//! Reads and writes whole families, so that a store can be copied to another one.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Page, Restored, StoreError, Transfer, WholeFamily};
use counterfoil::types::{FamilyId, RecordId};
use redis::Value;

use crate::ask::{args, members, shape};
use crate::keys::Index;
use crate::row::{self, Bytes, FAMILY_FIELDS, MEMBER_FIELDS};
use crate::scripts;
use crate::shared_connection::Does;
use crate::store::RedisStore;

const OP: &str = "restore";
/// The number of entries that one `ZSCAN` examines.
const SCANNED: usize = 1_000;
/// The indexes that together contain all families. The first index contains the families that are not revoked. The
/// other two contain the revoked families.
const FAMILIES: [Index; 3] = [Index::Standing, Index::Tombs, Index::UnsentTombs];

#[async_trait]
impl Transfer for RedisStore {
    /// Lists the ids of families in ascending order. Redis does not sort families by id, so each page reads the ids of
    /// all families of at least one shard.
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let mut items = Vec::new();
        for shard in after.map_or(0, FamilyId::shard)..=u8::MAX {
            let found = self.families_of(shard).await?;
            items.extend(found.into_iter().filter(|family| after.is_none_or(|after| family > after)));
            if items.len() > limit {
                items.truncate(limit);
                return Ok(Page { next: items.last().copied(), items, corrupt: 0 });
            }
        }
        Ok(Page { items, next: None, corrupt: 0 })
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        let mut all = redis::cmd("HGETALL");
        all.arg(self.keys().family(id));
        let fields = fields_of(self.connection().command("family", Does::Read, &all).await?)?;
        let ids = fields.keys().filter_map(|field| match field.split_first() {
            Some((b'b', member)) => [id.as_bytes(), member].concat().try_into().ok().map(RecordId::from_bytes),
            _ => None,
        });
        let (mut family, mut records) = (None, Vec::new());
        for id in ids {
            let value = |field: &[u8]| fields.get(field).cloned().unwrap_or(Value::Nil);
            let own = MEMBER_FIELDS.iter().map(|letter| value(&[&[*letter], &id.member()[..]].concat()));
            let values: Vec<Value> = FAMILY_FIELDS.iter().map(|field| value(*field)).chain(own).collect();
            if let Some((record, row)) = row::record(&id, &values)?.map(counterfoil::store::TokenRecord::into_parts) {
                records.push(record);
                family = Some(row);
            }
        }
        let whole = family.map(|family| WholeFamily::new(family, records)).transpose();
        whole.map_err(|corrupt| StoreError::corrupt(None, corrupt))
    }

    async fn restore(&self, whole: &WholeFamily) -> Result<Restored, StoreError> {
        let (family, members) = (whole.family(), whole.members());
        let ends =
            [row::family_ends(family.live_until, family.gone_at).as_slice(), &row::time(family.used_at)].concat();
        let revoked = family.revoked.zip(family.gone_at);
        let label = family.label_key.as_ref().map(|key| format!("+{}", key.as_str())).unwrap_or_default();
        let nonce = members.iter().find_map(|member| {
            let nonce = member.superseded.and_then(|superseded| superseded.nonce)?;
            Some([&member.id.member()[..], &row::nonce(Some(nonce))].concat())
        });
        let mut arguments = args![
            row::identity_of_parts(family)?,
            family.generation.to_string().as_bytes(),
            ends,
            revoked.map(|(revoked, gone_at)| row::ended(revoked, gone_at)).unwrap_or_default(),
            family.client.map(|client| client.as_bytes().to_vec()).unwrap_or_default(),
            label.as_bytes(),
            nonce.unwrap_or_default(),
            members.len().to_string().as_bytes(),
        ];
        arguments.extend(members.iter().flat_map(row::restored));
        let keys = self.keys().step(&family.id);
        let value = self.waited(OP, &scripts::RESTORE, family.id.shard(), &keys, &arguments).await?;
        let answer = Self::answer(OP, value)?;
        match answer.word.as_str() {
            "done" => Ok(Restored::Done),
            "id" => Ok(Restored::IdTaken(RecordId::from_bytes(answer.id()?))),
            "label" => Ok(Restored::LabelTaken(FamilyId::from_bytes(answer.id()?))),
            _ => answer.unknown(OP),
        }
    }
}

impl RedisStore {
    /// Returns the ids of a shard's families, in ascending order.
    async fn families_of(&self, shard: u8) -> Result<BTreeSet<FamilyId>, StoreError> {
        let mut families = BTreeSet::new();
        for index in FAMILIES {
            let mut cursor = b"0".to_vec();
            loop {
                let mut scan = redis::cmd("ZSCAN");
                scan.arg(self.keys().index(shard, index)).arg(&cursor).arg("COUNT").arg(SCANNED);
                let Value::Array(answer) = self.connection().command("families", Does::Read, &scan).await? else {
                    return Err(shape("families"));
                };
                let [next, entries] = <[Value; 2]>::try_from(answer).map_err(|_| shape("families"))?;
                // Members and scores alternate in the answer.
                let entries = members(entries).into_iter().step_by(2);
                families.extend(entries.filter_map(|entry| entry.last_chunk().copied().map(FamilyId::from_bytes)));
                cursor = row::bytes(&next).ok_or_else(|| shape("families"))?.to_vec();
                if cursor == b"0" {
                    break;
                }
            }
        }
        Ok(families)
    }
}

/// Converts the answer to `HGETALL` into a map. RESP2 and RESP3 encode this answer differently.
fn fields_of(answer: Value) -> Result<BTreeMap<Bytes, Value>, StoreError> {
    let pairs = match answer {
        Value::Map(pairs) => pairs,
        Value::Array(flat) => flat.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
        _ => return Err(shape("family")),
    };
    let field = |(field, value): (Value, Value)| Some((row::bytes(&field)?.to_vec(), value));
    Ok(pairs.into_iter().filter_map(field).collect())
}
