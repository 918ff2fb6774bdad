//! Reads and writes whole families, so that a store can be copied to another one.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Nonce, Page, RecordParts, Restored, StoreError, Superseded, Transfer, WholeFamily};
use counterfoil::types::{Description, FamilyId, Label, LabelKey};

use super::ask::{Statement, TURNS, Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count, micros, micros_of, noticed};

const OP: &str = "restore";

#[async_trait]
impl Transfer for PgStore {
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
        let query = || {
            sqlx::query(sql::FAMILIES)
                .bind(after.map_or(&[][..], |after| after.as_bytes()))
                .bind(i64::from(limit.get()) + 1)
        };
        row::families(&self.read("families", query).await?, limit.get())
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        let query = || sqlx::query(sql::WHOLE_FAMILY).bind(id.as_bytes().as_slice());
        row::whole_family(&self.read("family", query).await?)
    }

    async fn restore(&self, whole: &WholeFamily) -> Result<Restored, StoreError> {
        let body = row::body(&whole.family().body, whole.family().details.as_deref())?;
        for _ in 0..TURNS {
            if let Wrote::Done(Some(_)) = self.write_one(OP, || statement(whole, &body)).await? {
                return Ok(Restored::Done);
            }
            if let Some(refused) = self.in_the_way(whole).await? {
                return Ok(refused);
            }
        }
        Err(lost(OP))
    }
}

impl PgStore {
    /// Reads why a family could not be restored: an id is in use, or another family holds the label. Returns `None` if
    /// neither is true any more.
    async fn in_the_way(&self, whole: &WholeFamily) -> Result<Option<Restored>, StoreError> {
        let (family, members) = (whole.family(), whole.members());
        let query = || {
            sqlx::query(sql::OBSTACLES)
                .bind(members.iter().map(|member| member.id.as_bytes().to_vec()).collect::<Vec<_>>())
                .bind(family.id.as_bytes().as_slice())
                .bind(family.realm.as_str())
                .bind(family.owner.as_str())
                .bind(family.label_key.as_ref().map(LabelKey::as_str))
                // The statement ignores a family that holds the label if its `gone_at` is at most this instant. This
                // instant is before every `gone_at`, so no such family is ignored, not even one past its `gone_at`.
                .bind(-1_i64)
        };
        let mut refused = None;
        for row in self.read(OP, query).await? {
            match row::number(&row, "obstacle")? {
                0 | 1 => return row::id(&row).map(Restored::IdTaken).map(Some),
                _ => refused = Some(Restored::LabelTaken(row::family_id(&row)?)),
            }
        }
        Ok(refused)
    }
}

fn statement<'q>(whole: &'q WholeFamily, body: &'q str) -> Statement<'q> {
    fn each<T>(whole: &WholeFamily, column: impl Fn(&RecordParts) -> T) -> Vec<T> {
        whole.members().iter().map(column).collect()
    }
    let superseded =
        |member: &RecordParts, column: fn(&Superseded) -> Option<i64>| member.superseded.as_ref().and_then(column);
    let nonce = |member: &RecordParts| member.superseded.and_then(|superseded| superseded.nonce);
    let text_of = |text: Option<&str>| text.map(str::to_owned);
    let family = whole.family();
    sqlx::query(sql::RESTORE)
        .bind(family.id.as_bytes().as_slice())
        .bind(family.realm.as_str())
        .bind(family.owner.as_str())
        .bind(i64::from(family.kind.byte()))
        .bind(count(family.generation))
        .bind(body)
        .bind(micros_of(family.live_until))
        .bind(micros_of(family.gone_at))
        .bind(family.label_key.as_ref().map(LabelKey::as_str))
        .bind(family.revoked.map(|revoked| micros(revoked.at)))
        .bind(family.revoked.map(|revoked| i64::from(revoked.reason.byte())))
        .bind(family.client.as_ref().map(|client| client.as_bytes().as_slice()))
        .bind(micros(family.used_at))
        .bind(each(whole, |member| member.id.as_bytes().to_vec()))
        .bind(each(whole, |member| i64::from(member.kind.byte())))
        .bind(each(whole, |member| member.parent.map(|parent| parent.as_bytes().to_vec())))
        .bind(each(whole, |member| count(member.generation)))
        .bind(each(whole, |member| micros(member.created_at)))
        .bind(each(whole, |member| text_of(member.scope.as_ref().map(counterfoil::Scope::as_str))))
        .bind(each(whole, |member| text_of(member.label.as_ref().map(Label::as_str))))
        .bind(each(whole, |member| text_of(member.description.as_ref().map(Description::as_str))))
        .bind(each(whole, |member| member.digest.as_bytes().to_vec()))
        .bind(each(whole, |member| i64::from(member.key_id.number())))
        .bind(each(whole, |member| count(member.version.number())))
        .bind(each(whole, |member| micros_of(member.expires_at)))
        .bind(each(whole, |member| micros(member.expiry_set_at)))
        .bind(each(whole, |member| micros_of(member.gone_at)))
        .bind(each(whole, |member| superseded(member, |superseded| Some(micros(superseded.at)))))
        .bind(each(whole, |member| member.superseded.map(|superseded| superseded.successor.as_bytes().to_vec())))
        .bind(each(whole, |member| nonce(member).map(|nonce: Nonce| nonce.bytes.to_vec())))
        .bind(each(whole, |member| nonce(member).map(|nonce| i64::from(nonce.key_id.number()))))
        .bind(each(whole, |member| superseded(member, |superseded| micros_of(superseded.honoured_until))))
        .bind(each(whole, |member| member.revoked.map(|revoked| micros(revoked.at))))
        .bind(each(whole, |member| member.revoked.map(|revoked| i64::from(revoked.reason.byte()))))
        .bind(each(whole, |member| micros_of(member.last_used_at)))
        .bind(each(whole, |member| member.notice.map(|notice| micros(notice.at))))
        .bind(each(whole, |member| member.notice.map(|notice| i64::from(notice.stage))))
        .bind(each(whole, |member| noticed(&member.noticed)))
        .bind(each(whole, |member| member.shrunk))
}
