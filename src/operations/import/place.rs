//! Writes the alias and the record of an imported token, even if several calls import the same token at the same time.

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

/// How long an alias counts as new. In this time, the call that wrote the alias may still be writing the record. This
/// time is much shorter than the day after which upkeep removes an alias without a record.
const UNDER_WAY: Duration = hours(1);

impl Importing<'_> {
    /// Writes the alias of a token, then its record. The alias leads from the token's text to the id of the record. If
    /// both exist already, the token is already imported. If only the alias exists, its age decides:
    ///
    /// - A new alias may belong to another call that is still writing the record. This call then also tries to write
    ///   the record under the id in that alias, and only one of the two calls succeeds. If the id in that alias cannot
    ///   be an id of this owner, the alias is replaced instead.
    /// - An older alias was left by a call that failed before it wrote the record. The alias is replaced by one with a
    ///   new id.
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
                // Another call has replaced or removed the alias, for example because this call was suspended for
                // longer than an hour. So this record could never be found by the text of its token, and is revoked.
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

    /// Replaces the alias entry `old`, whose record does not exist, by `new`. Returns `None` if the caller must try
    /// again, with the entry that is now stored.
    ///
    /// If the call that wrote `old` was only suspended, it can write its record during the replacement. Then this
    /// method stores `old` again and returns [`ImportOutcome::AlreadyImported`].
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

    /// The id of the record to which an alias leads, if this record exists.
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

/// Whether an alias is so new that the call that wrote it may still be writing the record. If the clock was set back,
/// `created_at` can be later than `now`. Such an alias counts as new.
fn is_under_way(entry: &AliasEntry, now: Timestamp) -> bool {
    entry.created_at.plus(UNDER_WAY).is_none_or(|end| now < end)
}
