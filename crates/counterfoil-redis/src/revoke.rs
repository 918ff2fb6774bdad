//! Revokes one record, one family, or all families of an owner. Each family of an owner is revoked by a script of its
//! own.

use std::num::NonZeroU32;

use counterfoil::store::{Corrupt, Progress, Revoke, Revoked, StoreError};
use counterfoil::types::{FamilyId, OwnerId, RecordId};
use counterfoil::{Realm, Timestamp};
use futures_util::future::join_all;

use crate::ask::{ABREAST, args};
use crate::row::{ended, stamped, time, whose};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "revoke";

impl RedisStore {
    pub(crate) async fn revoke_what(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        match what {
            Revoke::One(id) => self.revoke_one(id, revoked, gone_at).await,
            Revoke::Family { realm, owner, family } => {
                let changed = self.revoke_family(&whose(realm, owner), family, b"", revoked, gone_at).await?;
                Ok(Progress { changed, more: false })
            }
            Revoke::Owner { realm, owner } => self.revoke_owner(realm, owner, revoked, gone_at, limit).await,
        }
    }

    async fn revoke_one(&self, id: &RecordId, revoked: Revoked, gone_at: Timestamp) -> Result<Progress, StoreError> {
        let arguments = args![id.member(), stamped(revoked.at, revoked.reason.byte()), time(gone_at)];
        let keys = self.keys().step(&id.family());
        let value = self.waited(OP, &scripts::REVOKE_ONE, id.shard(), &keys, &arguments).await?;
        Ok(Progress { changed: Self::count(OP, &value)?, more: false })
    }

    /// Revokes all members of a family by writing one field of the family. Returns 1 if this call revoked the family,
    /// and 0 if the family does not exist, was already revoked, or belongs to another owner. `found` is the family's
    /// entry in the index of families that are not revoked. It is empty if the caller has not read this index.
    async fn revoke_family(
        &self,
        whose: &[u8],
        family: FamilyId,
        found: &[u8],
        revoked: Revoked,
        gone_at: Timestamp,
    ) -> Result<u64, StoreError> {
        let keys = self.keys().step(&family);
        let arguments = args![whose, ended(revoked, gone_at), found];
        let value = self.waited(OP, &scripts::REVOKE_FAMILY, family.shard(), &keys, &arguments).await?;
        match Self::count(OP, &value)? {
            2 => Err(StoreError::corrupt(None, Corrupt::Column { column: "identity" })),
            changed => Ok(changed),
        }
    }

    /// Revokes at most `limit` families of an owner. `more` in the result says that the owner has further families that
    /// are not revoked. A repeated call then continues with them, because a revoked family has lost its entry in the
    /// index that this function reads.
    async fn revoke_owner(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let whose = whose(realm, owner);
        let standing = self.families_not_revoked(OP, realm, owner, i64::from(limit.get()) + 1).await?;
        let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let families: Vec<(&[u8], FamilyId)> = standing
            .iter()
            .take(most)
            .filter_map(|entry| Some((entry.as_slice(), FamilyId::from_bytes(*entry.last_chunk::<10>()?))))
            .collect();
        let mut changed = 0;
        for abreast in families.chunks(ABREAST) {
            let revoking =
                abreast.iter().map(|(entry, family)| self.revoke_family(&whose, *family, entry, revoked, gone_at));
            for one in join_all(revoking).await {
                changed += one?;
            }
        }
        Ok(Progress { changed, more: standing.len() > most })
    }
}
