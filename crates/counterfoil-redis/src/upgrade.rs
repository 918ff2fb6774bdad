//! Upgrades older layouts to layout 5. From layout 1, adds to each family its client, its last use and an index of its
//! access tokens. Also adds the client and the last use to the family's entry in the index of families that are not
//! revoked. From layouts 1 and 3, recomputes the label key of each family. The even numbers mean that an upgrade is in
//! progress.
//!
//! Before the first key is changed, the version is set to 2, or to 4 if the store has layout 3, so that older versions
//! of the crate can no longer open the store. At the end the version is set to 5. Each step writes whole families, and
//! skips families that are already upgraded. So the upgrade may be interrupted and repeated, and several processes may
//! run it at the same time.

use counterfoil::store::StoreError;
use counterfoil::types::FamilyId;
use futures_util::future::join_all;
use redis::Value;

use crate::ask::{args, members, shape};
use crate::keys::{Index, LAYOUT, RELABELLING, UPGRADING};
use crate::row::{self, Bytes};
use crate::scripts;
use crate::shared_connection::Does;
use crate::store::RedisStore;

const OP: &str = "upgrade";
/// The number of shards that are upgraded at the same time.
const ABREAST: usize = 16;
/// The number of families that one step upgrades.
const BATCH: usize = 64;
/// The maximum number of fields that one script reads. The number is limited, because the server executes nothing else
/// during a script.
const FIELDS: u32 = 20_000;
/// The indexes that together contain all families. The first index contains the families that are not revoked. The
/// other two contain the revoked families.
const FAMILIES: [Index; 3] = [Index::Standing, Index::Tombs, Index::UnsentTombs];

/// A family to upgrade, and its client. The client is empty if the family has no client.
type Lacking = (FamilyId, Bytes);

impl RedisStore {
    /// Upgrades the stored data from the layout with the version `found`.
    pub(crate) async fn upgrade(&self, found: u64) -> Result<(), StoreError> {
        if found <= UPGRADING {
            self.raise(UPGRADING).await?;
            let shards: Vec<u8> = (0..=u8::MAX).collect();
            for abreast in shards.chunks(ABREAST) {
                for done in join_all(abreast.iter().map(|shard| self.upgrade_shard(*shard))).await {
                    done?;
                }
            }
        }
        self.raise(RELABELLING).await?;
        self.renew_labels().await?;
        self.raise(LAYOUT).await
    }

    pub(crate) async fn raise(&self, version: u64) -> Result<(), StoreError> {
        let arguments = args![version.to_string().as_bytes()];
        self.script(OP, &scripts::RAISE, &[self.keys().layout()], &arguments).await.map(drop)
    }

    async fn upgrade_shard(&self, shard: u8) -> Result<(), StoreError> {
        for index in FAMILIES {
            let mut cursor = b"0".to_vec();
            loop {
                let mut scan = redis::cmd("ZSCAN");
                scan.arg(self.keys().index(shard, index)).arg(&cursor).arg("COUNT").arg(BATCH);
                let Value::Array(answer) = self.connection().command(OP, Does::Read, &scan).await? else {
                    return Err(shape(OP));
                };
                let [next, entries] = <[Value; 2]>::try_from(answer).map_err(|_| shape(OP))?;
                // The answer contains a score after each member.
                let entries = members(entries).into_iter().step_by(2);
                let families: Vec<_> =
                    entries.filter_map(|entry| entry.last_chunk().copied().map(FamilyId::from_bytes)).collect();
                for batch in families.chunks(BATCH) {
                    self.upgrade_families(&self.lacking(batch).await?).await?;
                }
                cursor = row::bytes(&next).ok_or_else(|| shape(OP))?.to_vec();
                if cursor == b"0" {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Returns each of the `families` that still has layout 1. A family that does not decode is left out, so the
    /// upgrade does not change it.
    async fn lacking(&self, families: &[FamilyId]) -> Result<Vec<Lacking>, StoreError> {
        let look = |family: &FamilyId| {
            let mut get = redis::cmd("HMGET");
            get.arg(self.keys().family(family)).arg("i").arg("e");
            get
        };
        let group = families.iter().map(look).collect();
        let answers = self.groups(OP, vec![group]).await?.pop().unwrap_or_default();
        let lacking = families.iter().zip(answers).filter_map(|(family, answer)| {
            let Value::Array(fields) = answer else { return None };
            let [identity, ends] = fields.as_slice() else { return None };
            let client = row::lacking(row::bytes(identity)?, row::bytes(ends)?)?;
            Some((*family, client.map(|client| client.as_bytes().to_vec()).unwrap_or_default()))
        });
        Ok(lacking.collect())
    }

    async fn upgrade_families(&self, mut families: &[Lacking]) -> Result<(), StoreError> {
        while let Some((first, _)) = families.first() {
            let mut keys = self.keys().step(first);
            keys.extend(families.iter().map(|(family, _)| self.keys().family(family)));
            let mut arguments = args![FIELDS.to_string().as_bytes()];
            arguments.extend(families.iter().map(|(_, client)| client.clone()));
            let done = Self::count(OP, &self.script(OP, &scripts::UPGRADE, &keys, &arguments).await?)?;
            families = usize::try_from(done)
                .ok()
                .filter(|done| *done > 0)
                .and_then(|done| families.get(done..))
                .ok_or_else(|| shape(OP))?;
        }
        Ok(())
    }
}
