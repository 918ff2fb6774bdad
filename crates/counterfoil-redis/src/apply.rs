//! Changes one record. The script writes only if the record has the expected version (compare-and-swap).

use counterfoil::store::{Applied, Change, StoreError};
use counterfoil::types::{FamilyId, RecordId, Version};
use counterfoil::{Scope, Timestamp};

use crate::ask::{TURNS, args, lost};
use crate::row::{Bytes, digested, maybe, notice, piece, time};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "apply";

impl RedisStore {
    pub(crate) async fn apply_change(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let expect = expect.number().to_string();
        let mut lent: Option<FamilyId> = None;
        for _ in 0..TURNS {
            let mut keys = self.keys().step(&id.family());
            keys.extend(lent.iter().map(|holder| self.keys().family(holder)));
            let mut arguments = args![id.member(), time(now), expect.as_bytes()];
            arguments.extend(arguments_of(change));
            let answer = Self::answer(OP, self.script(OP, &scripts::APPLY, &keys, &arguments).await?)?;
            return match answer.word.as_str() {
                "lend" => {
                    lent = Some(FamilyId::from_bytes(answer.id()?));
                    continue;
                }
                "done" => answer.record(id).map(Applied::Done),
                "stale" => answer.record(id).map(Applied::Stale),
                "label" => Ok(Applied::LabelTaken(FamilyId::from_bytes(answer.id()?))),
                "missing" => Ok(Applied::Missing),
                _ => answer.unknown(OP),
            };
        }
        Err(lost(OP))
    }
}

/// Returns the name of this change in the script, and the values of the change as script arguments.
fn arguments_of(change: &Change) -> Vec<Bytes> {
    match change {
        Change::Edit { label, description, scope, details: _ } => {
            let text = label.as_ref().map(|relabel| piece(Some(relabel.label.as_str()))).unwrap_or_default();
            let key = label.as_ref().and_then(|relabel| relabel.key.as_ref());
            let key = key.map(|key| format!("+{}", key.as_str())).unwrap_or_default();
            let description = description.as_ref().map(|text| piece(Some(text.as_str()))).unwrap_or_default();
            let scope = scope.as_ref().map(|scope| piece(scope.as_ref().map(Scope::as_str))).unwrap_or_default();
            args![b"edit", text, key.as_bytes(), description, scope]
        }
        Change::Expiry { expires_at, gone_at, notice: mark } => {
            args![b"expiry", maybe(*expires_at), maybe(*gone_at), mark.map(notice).unwrap_or_default()]
        }
        Change::Rekey { digest, key_id } => args![b"rekey", digested(*key_id, digest)],
        Change::End { honoured_until, gone_at } => args![b"end", time(*honoured_until), time(*gone_at)],
    }
}
