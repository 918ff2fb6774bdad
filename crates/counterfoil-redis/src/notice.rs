//! Writes the time of a record's last use, and the progress of the record's notices. These writes do not change the
//! version of the record.

use std::collections::BTreeMap;

use counterfoil::Timestamp;
use counterfoil::store::{Corrupt, NOTICED_MAX, NoticeMark, StoreError, TokenRecord};
use counterfoil::types::RecordId;
use futures_util::future::join_all;

use crate::ask::{ABREAST, args};
use crate::row::{notice, stamped, time};
use crate::scripts;
use crate::store::RedisStore;

/// The maximum number of records whose last use one script writes. The number is small, because the server executes
/// nothing else during a script.
const USES: usize = 64;

impl RedisStore {
    /// Writes the time of the last use of each of these records. In a cluster, each shard gets a script of its own,
    /// because a script's keys must be in one slot.
    pub(crate) async fn touch_all(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        let mut shards: BTreeMap<u8, Vec<&(RecordId, Timestamp)>> = BTreeMap::new();
        for use_of in seen {
            let shard = if self.connection().connector().is_cluster() { use_of.0.shard() } else { 0 };
            shards.entry(shard).or_default().push(use_of);
        }
        let batches: Vec<&[&(RecordId, Timestamp)]> = shards.values().flat_map(|uses| uses.chunks(USES)).collect();
        let mut outcome = Ok(());
        for abreast in batches.chunks(ABREAST) {
            for answer in join_all(abreast.iter().map(|uses| self.touch_some(uses))).await {
                outcome = outcome.and(answer);
            }
        }
        outcome
    }

    async fn touch_some(&self, uses: &[&(RecordId, Timestamp)]) -> Result<(), StoreError> {
        let keys: Vec<_> = uses.iter().map(|(id, _)| self.keys().family(&id.family())).collect();
        let triples = uses
            .iter()
            .enumerate()
            .flat_map(|(index, (id, used))| args![(index + 1).to_string().as_bytes(), id.member(), time(*used)]);
        self.script("touch", &scripts::TOUCH, &keys, &triples.collect::<Vec<_>>()).await.map(drop)
    }

    pub(crate) async fn claim_notice(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        const OP: &str = "claim";
        let arguments = args![id.member(), notice(held), time(lease_until)];
        let keys = self.keys().step(&id.family());
        let answer = Self::answer(OP, self.script(OP, &scripts::CLAIM, &keys, &arguments).await?)?;
        match answer.word.as_str() {
            "done" => answer.record(id).map(Some),
            "none" => Ok(None),
            _ => answer.unknown(OP),
        }
    }

    pub(crate) async fn settle_notice(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        const OP: &str = "settle";
        let next = next.map(notice).unwrap_or_default();
        let sent = sent.map(|(expiry, stage)| stamped(expiry, stage)).unwrap_or_default();
        let arguments = args![id.member(), notice(held), next, sent, NOTICED_MAX.to_string().as_bytes()];
        let keys = self.keys().step(&id.family());
        let value = self.script(OP, &scripts::SETTLE, &keys, &arguments).await?;
        match Self::count(OP, &value)? {
            2 => Err(StoreError::corrupt(Some(*id), Corrupt::Column { column: "fields" })),
            settled => Ok(settled == 1),
        }
    }
}
