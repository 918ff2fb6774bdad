//! Revokes one record, one family, or all families of an owner. An owner's families are revoked in several calls.

use std::num::NonZeroU32;

use counterfoil::store::{Progress, Revoke, Revoked, StoreError, transition};
use counterfoil::types::{FamilyId, OwnerId, RecordId};
use counterfoil::{Realm, Timestamp};

use super::sql;
use super::store::SqliteStore;
use super::write::{Statement, Write};
use crate::row::micros;

const OP: &str = "revoke";

impl SqliteStore {
    pub(super) async fn revoke_what(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        match what {
            Revoke::One(id) => self.revoke_one(id, revoked, gone_at).await,
            Revoke::Family { realm, owner, family } => {
                self.revoke_family(realm, owner, &family, revoked, gone_at).await
            }
            Revoke::Owner { realm, owner } => self.revoke_owner(realm, owner, revoked, gone_at, limit).await,
        }
    }

    async fn revoke_one(&self, id: &RecordId, revoked: Revoked, gone_at: Timestamp) -> Result<Progress, StoreError> {
        let mut write = self.write(OP).await?;
        let found = write.pair(id).await?.filter(|(record, family)| !transition::reads_as_revoked(record, family));
        let Some((mut record, family)) = found else { return Ok(Progress { changed: 0, more: false }) };
        (record.revoked, record.gone_at, record.notice) = (Some(revoked), Some(gone_at), None);
        write.put_record(&record, &family).await?;
        write.commit(Progress { changed: 1, more: false }).await
    }

    /// Revokes all members of a family at once by writing the family's row. Changes nothing if the family is already
    /// revoked or belongs to another owner.
    async fn revoke_family(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        family: &FamilyId,
        revoked: Revoked,
        gone_at: Timestamp,
    ) -> Result<Progress, StoreError> {
        let mut write = self.write(OP).await?;
        let changed = write.end_family(realm, owner, family, revoked, gone_at).await?;
        write.commit(Progress { changed, more: false }).await
    }

    /// Revokes at most `limit` families of an owner. `more` in the result says that the owner has further families that
    /// are not revoked. A repeated call continues with them, because the statement does not select revoked families.
    async fn revoke_owner(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let mut write = self.write(OP).await?;
        let query = bind(sql::REVOKE_OWNER, revoked, gone_at)
            .bind(realm.as_str())
            .bind(owner.as_str())
            .bind(i64::from(limit.get()));
        let changed = write.run(query).await?.rows_affected();
        let stands = sqlx::query(sql::OWNER_STANDS).bind(realm.as_str()).bind(owner.as_str());
        let more = write.one(stands).await?.is_some();
        write.commit(Progress { changed, more }).await
    }
}

impl Write {
    /// Revokes a family if it belongs to this owner and is not revoked yet. Returns the number of revoked families,
    /// which is 0 or 1.
    pub(super) async fn end_family(
        &mut self,
        realm: &Realm,
        owner: &OwnerId,
        family: &FamilyId,
        revoked: Revoked,
        gone_at: Timestamp,
    ) -> Result<u64, StoreError> {
        let query = bind(sql::REVOKE_FAMILY, revoked, gone_at)
            .bind(family.as_bytes().as_slice())
            .bind(realm.as_str())
            .bind(owner.as_str());
        Ok(self.run(query).await?.rows_affected())
    }
}

fn bind(text: &'static str, revoked: Revoked, gone_at: Timestamp) -> Statement<'static> {
    sqlx::query(text).bind(micros(revoked.at)).bind(i64::from(revoked.reason.byte())).bind(micros(gone_at))
}
