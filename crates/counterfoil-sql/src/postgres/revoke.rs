//! Revokes one record, one family, or all families of an owner. An owner's families are revoked in several calls.

use std::num::NonZeroU32;

use counterfoil::store::{Progress, Revoke, Revoked, StoreError};
use counterfoil::types::{FamilyId, OwnerId, RecordId};
use counterfoil::{Realm, Timestamp};

use super::ask::Statement;
use super::sql;
use super::store::PgStore;
use crate::row::micros;

const OP: &str = "revoke";

impl PgStore {
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
        let query = || {
            bind(sql::REVOKE_ONE, revoked, gone_at).bind(id.family().as_bytes().to_vec()).bind(id.as_bytes().as_slice())
        };
        Ok(Progress { changed: self.changed(OP, query).await?, more: false })
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
        let query = || {
            bind(sql::REVOKE_FAMILY, revoked, gone_at)
                .bind(family.as_bytes().as_slice())
                .bind(realm.as_str())
                .bind(owner.as_str())
        };
        Ok(Progress { changed: self.changed(OP, query).await?, more: false })
    }

    /// Revokes at most `limit` families of an owner. `more` in the result says whether the owner has further families
    /// that are not revoked. A repeated call continues with them, because the statement does not select revoked
    /// families.
    async fn revoke_owner(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let query = || {
            bind(sql::REVOKE_OWNER, revoked, gone_at)
                .bind(realm.as_str())
                .bind(owner.as_str())
                .bind(i64::from(limit.get()))
        };
        let changed = self.changed(OP, query).await?;
        let stands = || sqlx::query(sql::OWNER_STANDS).bind(realm.as_str()).bind(owner.as_str());
        Ok(Progress { changed, more: self.read_one(OP, stands).await?.is_some() })
    }
}

fn bind<'q>(text: &'static str, revoked: Revoked, gone_at: Timestamp) -> Statement<'q> {
    sqlx::query(text).bind(micros(revoked.at)).bind(i64::from(revoked.reason.byte())).bind(micros(gone_at))
}
