//! Upgrades layout 3 to layout 5. A label key is the form of a label in which labels are compared. The upgrade
//! recomputes all label keys by the present rules of the core, because the keys of older versions can contain invisible
//! characters.
//!
//! If two families of an owner get the same new label key, one of them keeps its old key. Then both families keep their
//! labels, and no new family can use this label. The upgrade may be interrupted and repeated. Several processes may run
//! it at the same time.

use counterfoil::store::StoreError;
use counterfoil::types::{FamilyId, LabelKey};
use futures_util::future::join_all;
use redis::Value;

use crate::ask::{args, members, shape};
use crate::keys::Index;
use crate::row;
use crate::scripts;
use crate::shared_connection::Does;
use crate::store::RedisStore;

const OP: &str = "upgrade";
/// The number of shards that are upgraded at the same time.
const ABREAST: usize = 16;
/// The number of labels that one step reads.
const BATCH: usize = 256;

impl RedisStore {
    pub(crate) async fn renew_labels(&self) -> Result<(), StoreError> {
        let shards: Vec<u8> = (0..=u8::MAX).collect();
        for abreast in shards.chunks(ABREAST) {
            for done in join_all(abreast.iter().map(|shard| self.renew_labels_of(*shard))).await {
                done?;
            }
        }
        Ok(())
    }

    async fn renew_labels_of(&self, shard: u8) -> Result<(), StoreError> {
        let labels = self.keys().index(shard, Index::Labels);
        let mut cursor = b"0".to_vec();
        loop {
            let mut scan = redis::cmd("HSCAN");
            scan.arg(&labels).arg(&cursor).arg("COUNT").arg(BATCH);
            let Value::Array(answer) = self.connection().command(OP, Does::Read, &scan).await? else {
                return Err(shape(OP));
            };
            let [next, pairs] = <[Value; 2]>::try_from(answer).map_err(|_| shape(OP))?;
            for pair in members(pairs).chunks_exact(2) {
                let [field, held] = pair else { continue };
                if let Some((family, [new_field, old, new])) = renewed(field, held) {
                    let keys = [self.keys().family(&family), labels.clone()];
                    let arguments = args![field.as_slice(), new_field.as_slice(), old.as_slice(), new.as_slice()];
                    self.script(OP, &scripts::RELABEL, &keys, &arguments).await?;
                }
            }
            cursor = row::bytes(&next).ok_or_else(|| shape(OP))?.to_vec();
            if cursor == b"0" {
                return Ok(());
            }
        }
    }
}

/// Recomputes the label key in one entry of the label index. The field of the entry is the realm, the owner and the
/// label key, and its value begins with the id of the family that has the label. Returns this id, the new field, the
/// old label key and the new label key. Returns `None` if the label key does not change, if the new one would be empty,
/// or if the entry does not decode.
fn renewed(field: &[u8], held: &[u8]) -> Option<(FamilyId, [Vec<u8>; 3])> {
    let end = field.iter().rposition(|byte| *byte == 0)? + 1;
    let (owner, key) = field.split_at(end);
    let old = LabelKey::from_stored(std::str::from_utf8(key).ok()?);
    let new = old.renewed();
    if new == old || new.as_str().is_empty() {
        return None;
    }
    let family = FamilyId::from_bytes(*held.first_chunk()?);
    let new = new.as_str().as_bytes();
    Some((family, [[owner, new].concat(), key.to_vec(), new.to_vec()]))
}
