//! Changes one record. The script writes only if the record has the expected version (compare-and-swap).

use counterfoil::store::{Applied, Change, FamilyDetails, StoreError};
use counterfoil::types::{FamilyId, RecordId, Version};
use counterfoil::{Scope, Timestamp};

use crate::ask::{TURNS, args, lost};
use crate::row::{self, Bytes, digested, maybe, notice, piece, time};
use crate::scripts;
use crate::shared_connection::Does;
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
            let identities = match change {
                Change::Edit { details: Some(details), .. } => match self.detailed(id, details.as_deref()).await? {
                    Some(identities) => identities,
                    // The family does not exist, or it is damaged. If the record can be read now, another call has just
                    // inserted it.
                    None => match self.pair(OP, id).await? {
                        Some(_) => continue,
                        None => return Ok(Applied::Missing),
                    },
                },
                _ => Default::default(),
            };
            let mut keys = self.keys().step(&id.family());
            keys.extend(lent.iter().map(|holder| self.keys().family(holder)));
            let mut arguments = args![id.member(), time(now), expect.as_bytes()];
            arguments.extend(arguments_of(change, &identities));
            let answer = Self::answer(OP, self.script(OP, &scripts::APPLY, &keys, &arguments).await?)?;
            return match answer.word.as_str() {
                "lend" => {
                    lent = Some(FamilyId::from_bytes(answer.id()?));
                    continue;
                }
                "moved" => continue,
                "done" => answer.record(id).map(Applied::Done),
                "stale" => answer.record(id).map(Applied::Stale),
                "label" => Ok(Applied::LabelTaken(FamilyId::from_bytes(answer.id()?))),
                "missing" => Ok(Applied::Missing),
                _ => answer.unknown(OP),
            };
        }
        Err(lost(OP))
    }

    /// Reads the field `i` of the record's family. Returns the stored value of the field, and the value with the new
    /// details. The script writes the second value only if the first is still stored. Returns `None` if the field is
    /// missing or does not decode.
    async fn detailed(&self, id: &RecordId, details: Option<&FamilyDetails>) -> Result<Option<[Bytes; 2]>, StoreError> {
        let mut get = redis::cmd("HGET");
        get.arg(self.keys().family(&id.family())).arg("i");
        let held = self.connection().command(OP, Does::Read, &get).await?;
        let Some(held) = row::bytes(&held) else { return Ok(None) };
        Ok(row::with_details(held, details)?.map(|identity| [held.to_vec(), identity]))
    }
}

/// Returns the name of this change in the script, and the values of the change as script arguments. If the change has
/// new details, `held` is the stored field `i` of the family, and `identity` is the field with the new details.
/// Otherwise `held` and `identity` are empty.
fn arguments_of(change: &Change, [held, identity]: &[Bytes; 2]) -> Vec<Bytes> {
    match change {
        Change::Edit { label, description, scope, details: _ } => {
            let text = label.as_ref().map(|relabel| piece(Some(relabel.label.as_str()))).unwrap_or_default();
            let key = label.as_ref().and_then(|relabel| relabel.key.as_ref());
            let key = key.map(|key| format!("+{}", key.as_str())).unwrap_or_default();
            let description = description.as_ref().map(|text| piece(Some(text.as_str()))).unwrap_or_default();
            let scope = scope.as_ref().map(|scope| piece(scope.as_ref().map(Scope::as_str))).unwrap_or_default();
            args![b"edit", text, key.as_bytes(), description, scope, held, identity]
        }
        Change::Expiry { expires_at, gone_at, notice: mark } => {
            args![b"expiry", maybe(*expires_at), maybe(*gone_at), mark.map(notice).unwrap_or_default()]
        }
        Change::Rekey { digest, key_id } => args![b"rekey", digested(*key_id, digest)],
        Change::End { honoured_until, gone_at } => args![b"end", time(*honoured_until), time(*gone_at)],
    }
}
