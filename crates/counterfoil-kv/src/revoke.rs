//! Revokes one record, one family, or all families of an owner. An owner's families are revoked one after another.

use std::num::NonZeroU32;

use counterfoil::store::{Progress, Revoke, Revoked, StoreError, transition};
use counterfoil::types::{FamilyId, OwnerId, RecordId};
use counterfoil::{Realm, Timestamp};

use crate::engine::Engine;
use crate::key;
use crate::rows::Families;
use crate::step::{Decision, Step, after_a_part, carry_out, unavailable};

const OP: &str = "revoke";
/// The number of families that one scan reads.
const SCAN: usize = 64;

/// The time and the reason of a revocation, and the new `gone_at` of the revoked record or family.
#[derive(Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) revoked: Revoked,
    pub(crate) gone_at: Timestamp,
}

/// Revokes one record, one family or all families of an owner.
pub(crate) async fn revoke(
    engine: &dyn Engine,
    what: Revoke<'_>,
    ending: Ending,
    limit: NonZeroU32,
) -> Result<Progress, StoreError> {
    let changed = match what {
        Revoke::One(id) => carry_out(engine, OP, &RevokeOne { id, ending }).await?,
        Revoke::Family { realm, owner, family } => {
            carry_out(engine, OP, &RevokeFamily { realm, owner, family, ending }).await?
        }
        Revoke::Owner { realm, owner } => return revoke_owner(engine, realm, owner, ending, limit).await,
    };
    Ok(Progress { changed: u64::from(changed), more: false })
}

struct RevokeOne<'a> {
    id: &'a RecordId,
    ending: Ending,
}

impl Decision for RevokeOne<'_> {
    type Answer = bool;

    async fn decide(&self, step: &mut Step<'_>) -> Result<bool, StoreError> {
        let Some(before) = step.pair(self.id).await?.filter(|pair| !pair.reads_as_revoked()) else { return Ok(false) };
        let mut record = before.record.clone();
        transition::revoke_record(&mut record, self.ending.revoked, self.ending.gone_at);
        step.put_record(Some(&before.record), &record);
        Ok(true)
    }
}

struct RevokeFamily<'a> {
    realm: &'a Realm,
    owner: &'a OwnerId,
    family: FamilyId,
    ending: Ending,
}

impl Decision for RevokeFamily<'_> {
    type Answer = bool;

    async fn decide(&self, step: &mut Step<'_>) -> Result<bool, StoreError> {
        step.load([key::family(&self.family), key::owner(self.realm, self.owner)]).await?;
        match step.loaded_family(&self.family) {
            Ok(Some(family)) if family.parts.realm == *self.realm && family.parts.owner == *self.owner => {
                step.end_family(&self.family, self.ending)
            }
            Ok(_) => Ok(false),
            // The error contains the id of a member, because callers do not know the ids of families.
            Err(StoreError::Corrupt { source, .. }) => {
                Err(StoreError::Corrupt { id: step.first_member(&self.family).await?, source })
            }
            Err(other) => Err(other),
        }
    }
}

impl Step<'_> {
    /// Revokes a family, and with it all its members at once. Returns false if the family does not exist or is already
    /// revoked. The rows of the family and of its owner must be loaded.
    pub(crate) fn end_family(&mut self, family: &FamilyId, ending: Ending) -> Result<bool, StoreError> {
        let Some(before) = self.loaded_family(family)? else { return Ok(false) };
        let mut after = before.clone();
        if !transition::revoke_family(&mut after.parts, ending.revoked, ending.gone_at) {
            return Ok(false);
        }
        self.put_family(Some(&before), &after)?;
        self.mark_owner(&before.parts.realm, &before.parts.owner, family, Families::Same);
        Ok(true)
    }
}

/// Revokes at most `limit` families of an owner. The function scans the index of the owner's families that are not
/// revoked, page by page. A revoked family loses its entry in this index. So after a page in which a family was
/// revoked, the next scan begins at the first entry again.
///
/// Corrupt families are skipped. If there is a corrupt family and at least one family was revoked, the result says that
/// there is `more` to revoke. If there is a corrupt family and no family was revoked, the error of the corrupt family
/// is returned.
async fn revoke_owner(
    engine: &dyn Engine,
    realm: &Realm,
    owner: &OwnerId,
    ending: Ending,
    limit: NonZeroU32,
) -> Result<Progress, StoreError> {
    let standing = key::standing(realm, owner);
    let (front, until) = (standing.clone().key(), standing.end_of_prefix());
    let (mut from, mut changed, mut corrupt) = (front.clone(), 0, None);
    loop {
        let page = engine.scan(&from, &until, SCAN).await;
        let page = page.map_err(|error| after_a_part(unavailable(OP, error), changed > 0))?;
        let mut moved = false;
        for family in page.iter().filter_map(|(key, _)| key::last_family(key)) {
            if changed >= u64::from(limit.get()) {
                return Ok(Progress { changed, more: true });
            }
            match carry_out(engine, OP, &RevokeFamily { realm, owner, family, ending }).await {
                Ok(revoked) => {
                    moved |= revoked;
                    changed += u64::from(revoked);
                }
                Err(error @ StoreError::Corrupt { .. }) => corrupt = Some(error),
                Err(error) => return Err(after_a_part(error, changed > 0)),
            }
        }
        match page.last() {
            _ if moved => from.clone_from(&front),
            Some((key, _)) if page.len() == SCAN => from = key::after(key.clone()),
            _ => break,
        }
    }
    match corrupt {
        Some(error) if changed == 0 => Err(error),
        corrupt => Ok(Progress { changed, more: corrupt.is_some() }),
    }
}
