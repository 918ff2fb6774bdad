//! Reads pages of an owner's families.

use std::num::NonZeroU32;

use counterfoil::Realm;
use counterfoil::store::{FamilyParts, Page, StoreError, Transfer as _};
use counterfoil::types::{FamilyId, OwnerId};
use redis::{Cmd, Value};

use crate::ask::{members, shape};
use crate::keys::Index;
use crate::row::{self, Bytes, FAMILY_FIELDS, whose};
use crate::shared_connection::Does;
use crate::store::RedisStore;

const OP: &str = "list_families";
/// The number of entries that `LIMIT` takes to mean "all entries".
const ALL: i64 = -1;

impl RedisStore {
    /// Returns a page of at most `limit` families of an owner that are not revoked, in ascending order of id. The index
    /// of these families is not ordered by id, so each page reads all index entries of the owner. One command reads all
    /// of these entries, because other calls can move entries between two commands. Only the rows of at most `limit`
    /// families are read.
    pub(crate) async fn family_page(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let entries = self.families_not_revoked(OP, realm, owner, ALL).await?;
        let ids = entries.iter().filter_map(|entry| entry.last_chunk().copied().map(FamilyId::from_bytes));
        let mut ids: Vec<_> = ids.filter(|id| after.is_none_or(|after| id > after)).collect();
        ids.sort_unstable();
        // A node of an older version may have left a second entry of a family.
        ids.dedup();
        let more = ids.len() > limit;
        ids.truncate(limit);
        let mut page = Page { items: Vec::new(), next: ids.last().copied().filter(|_| more), corrupt: 0 };
        let looks = ids.iter().map(|id| self.look_at_family(id)).collect();
        let rows = self.groups(OP, vec![looks]).await?.pop().unwrap_or_default();
        for (id, row) in ids.iter().zip(rows) {
            let Value::Array(fields) = row else { return Err(shape(OP)) };
            match self.family_row(id, &fields).await {
                // The family may have been revoked or purged after the index was read.
                Ok(Some(family)) if family.revoked.is_none() && family.realm == *realm && family.owner == *owner => {
                    page.items.push(family);
                }
                Ok(_) => {}
                Err(StoreError::Corrupt { .. }) => page.corrupt = page.corrupt.saturating_add(1),
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }

    /// Returns the index entries of an owner's families that are not revoked, but at most `most` of them. Each entry
    /// ends with the id of its family.
    pub(crate) async fn families_not_revoked(
        &self,
        op: &'static str,
        realm: &Realm,
        owner: &OwnerId,
        most: i64,
    ) -> Result<Vec<Bytes>, StoreError> {
        let whose = whose(realm, owner);
        // In an index entry, realm and owner are followed by digits. A colon sorts after all digits, so the range
        // contains all entries of this owner and no others.
        let (first, last) = ([b"[", whose.as_slice()].concat(), [b"(", whose.as_slice(), b":"].concat());
        let mut range = redis::cmd("ZRANGEBYLEX");
        range.arg(self.keys().index(counterfoil::token::shard(realm, owner), Index::Standing));
        range.arg(first).arg(last).arg("LIMIT").arg(0).arg(most);
        Ok(members(self.connection().command(op, Does::Read, &range).await?))
    }

    fn look_at_family(&self, id: &FamilyId) -> Cmd {
        let mut look = redis::cmd("HMGET");
        look.arg(self.keys().family(id));
        for field in FAMILY_FIELDS {
            look.arg(field.as_slice());
        }
        look
    }

    /// Decodes the row of a family. If a node of an older version wrote it in layout 1, reads its members too.
    async fn family_row(&self, id: &FamilyId, fields: &[Value]) -> Result<Option<FamilyParts>, StoreError> {
        let [identity, _, ends, ..] = fields else { return Err(shape(OP)) };
        if row::bytes(identity).zip(row::bytes(ends)).and_then(|(i, e)| row::lacking(i, e)).is_some() {
            return Ok(self.family(id).await?.map(|whole| whole.family().clone()));
        }
        row::family(*id, fields)
    }
}
