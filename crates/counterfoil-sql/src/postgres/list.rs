//! Reads pages of records and of families. Each page continues after the last row of the page before it.

use std::num::NonZeroU32;

use counterfoil::store::{Cursor, FamilyParts, Listing, Page, Show, StoreError, TokenRecord};
use counterfoil::types::{FamilyId, OwnerId};
use counterfoil::{Realm, Timestamp};

use super::sql;
use super::store::PgStore;
use crate::row::{self, LAST_ID, Order, micros};
use crate::rules::families_of;

impl PgStore {
    pub(super) async fn list_page(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        let most = i64::from(limit.get()) + 1;
        let order = match of {
            Listing::Owner { .. } => Order::CreatedAt,
            Listing::Kind { .. } => Order::Id,
        };
        let query = || match of {
            Listing::Owner { realm, owner, kind, show } => {
                let (at, id) = after.map_or((i64::MAX, LAST_ID), |cursor| (micros(cursor.at), cursor.id.as_bytes()));
                let text = if show == Show::All { sql::LIST_OWNER } else { sql::LIST_STANDING };
                let query = sqlx::query(text)
                    .bind(realm.as_str())
                    .bind(owner.as_str())
                    .bind(i64::from(kind.byte()))
                    .bind(at)
                    .bind(id.as_slice())
                    .bind(most);
                match show {
                    Show::All => query,
                    Show::Standing { now } => {
                        let (from, to) = families_of(kind);
                        query.bind(from).bind(to).bind(micros(now))
                    }
                }
            }
            Listing::Kind { realm, kind } => sqlx::query(sql::LIST_KIND)
                .bind(realm.as_str())
                .bind(i64::from(kind.byte()))
                .bind(after.map_or(&[][..], |cursor| cursor.id.as_bytes()))
                .bind(most),
        };
        let rows = self.read("list", query).await?;
        Ok(row::page(&rows, limit.get(), order))
    }

    pub(super) async fn list_family_page(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
        let query = || {
            sqlx::query(sql::LIST_FAMILIES)
                .bind(realm.as_str())
                .bind(owner.as_str())
                .bind(after.map_or(&[][..], |after| after.as_bytes()))
                .bind(i64::from(limit.get()) + 1)
        };
        let rows = self.read("list_families", query).await?;
        row::family_page(&rows, limit.get(), after)
    }

    pub(super) async fn due_page(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        let query = || {
            sqlx::query(sql::DUE)
                .bind(micros(now))
                .bind(after.map_or(-1, |cursor| micros(cursor.at)))
                .bind(after.map_or(&[][..], |cursor| cursor.id.as_bytes()))
                .bind(i64::from(limit.get()) + 1)
        };
        let rows = self.read("due", query).await?;
        Ok(row::page(&rows, limit.get(), Order::NoticeAt))
    }
}
