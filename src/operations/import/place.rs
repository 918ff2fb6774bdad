//! Writes the alias and the record of an imported token, also beside other calls that import the same token.

use std::time::Duration;

use super::valid::Valid;
use super::write::Written;
use super::{ImportOutcome, Importing};
use crate::event::EventKind;
use crate::record::state::Revoked;
use crate::service::changing::TURNS;
use crate::service::error::{ManageError, Unavailable};
use crate::service::revoking::BATCH;
use crate::store::alias_store::{Alias, AliasEntry, AliasPut};
use crate::store::change::Revoke;
use crate::token::draw::draw_id;
use crate::types::duration::hours;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// For how long another call may still write the record of a new alias. It is much shorter than the day after which
/// upkeep removes an alias without a record.
const UNDER_WAY: Duration = hours(1);

impl Importing<'_> {
    /// Writes the alias, then the record. A call that failed between the two left an alias without a record. A new
    /// alias might belong to another call that is still writing the record, so the record is then written under the
    /// same id: one of the two calls writes it. An older alias is replaced.
    pub(super) async fn place(&mut self, valid: &Valid<'_>) -> Result<ImportOutcome, ManageError> {
        let (service, now) = (self.permit.service(), self.permit.now());
        let owner = OwnerId::from(valid.owner);
        let aliases = service.aliases_of(valid.scheme, &valid.digest);
        let Some((&(key, alias), older)) = aliases.split_first() else {
            return Err(Unavailable::NotGiven { part: "import" }.into());
        };
        for (_, alias) in older {
            if let Some(id) = self.recorded(alias).await? {
                return Ok(ImportOutcome::AlreadyImported { id });
            }
        }
        for _ in 0..TURNS {
            let drawn = AliasEntry { id: draw_id(&service.realm, &owner, &*service.entropy)?, created_at: now };
            let id = match self.imports.aliases.put_alias(&alias, &drawn, None).await? {
                AliasPut::Done => drawn.id,
                AliasPut::Missing => continue,
                AliasPut::Taken(there) if self.exists(&there.id).await? => {
                    return Ok(ImportOutcome::AlreadyImported { id: there.id });
                }
                AliasPut::Taken(there) if is_under_way(&there, now) && there.id.shard() == drawn.id.shard() => there.id,
                AliasPut::Taken(there) => match self.replaced(&alias, &there, &drawn).await? {
                    Some(outcome) => return Ok(outcome),
                    None => continue,
                },
            };
            match self.write(valid, &owner, id, key).await? {
                Written::Done(label) if self.still_names(&alias, &id).await? => {
                    let scheme = valid.scheme.name();
                    self.permit.tell(EventKind::Imported { id, owner, scheme });
                    return Ok(ImportOutcome::Imported { id, label: label.as_str().to_owned() });
                }
                // Another call replaced the alias while this call was suspended for longer than an hour.
                Written::Done(_) => self.revoke(&owner, &id).await?,
                Written::Same => return Ok(ImportOutcome::AlreadyImported { id }),
                Written::LabelTaken => {
                    let _kept = self.imports.aliases.remove_alias(&alias, &id).await?;
                    return Ok(ImportOutcome::LabelTaken);
                }
                Written::IdTaken => {
                    let _kept = self.imports.aliases.remove_alias(&alias, &id).await?;
                }
            }
        }
        Err(Unavailable::Contended { operation: "import" }.into())
    }

    /// Replaces an old alias whose record is gone. `None` if the next turn can use the new alias. The record can have
    /// been written just before by a call that was suspended: then the old alias is put back.
    async fn replaced(
        &self,
        alias: &Alias,
        old: &AliasEntry,
        new: &AliasEntry,
    ) -> Result<Option<ImportOutcome>, ManageError> {
        let put = self.imports.aliases.put_alias(alias, new, Some(&old.id)).await?;
        if put == AliasPut::Done && self.exists(&old.id).await? {
            let _other = self.imports.aliases.put_alias(alias, old, Some(&new.id)).await?;
            return Ok(Some(ImportOutcome::AlreadyImported { id: old.id }));
        }
        Ok(None)
    }

    /// The record that an alias leads to, if it exists.
    async fn recorded(&self, alias: &Alias) -> Result<Option<RecordId>, ManageError> {
        match self.imports.aliases.alias(alias).await? {
            Some(entry) if self.exists(&entry.id).await? => Ok(Some(entry.id)),
            _ => Ok(None),
        }
    }

    async fn exists(&self, id: &RecordId) -> Result<bool, ManageError> {
        Ok(self.permit.service().store.get(id).await?.is_some())
    }

    async fn still_names(&self, alias: &Alias, id: &RecordId) -> Result<bool, ManageError> {
        Ok(self.imports.aliases.alias(alias).await?.is_some_and(|entry| entry.id == *id))
    }

    async fn revoke(&self, owner: &OwnerId, id: &RecordId) -> Result<(), ManageError> {
        let (service, now) = (self.permit.service(), self.permit.now());
        let what = Revoke::Family { realm: &service.realm, owner, family: id.family() };
        let revoked = Revoked { at: now, reason: RevocationReason::ByHost };
        let gone_at = service.policy.gone_after_revocation(now);
        let _progress = service.store.revoke(what, revoked, gone_at, BATCH).await?;
        Ok(())
    }
}

/// Whether another call may still be writing the record of an alias. An alias with an instant in the future counts as
/// new.
fn is_under_way(entry: &AliasEntry, now: Timestamp) -> bool {
    entry.created_at.plus(UNDER_WAY).is_none_or(|end| now < end)
}
