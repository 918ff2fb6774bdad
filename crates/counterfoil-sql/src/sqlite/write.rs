//! The only writer of the store. A write is a transaction that first reads everything and then writes.

use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::store::{Corrupt, FamilyParts, NewRecord, RecordParts, StoreError, TokenRecord};
use counterfoil::types::{FamilyId, LabelKey, RecordId};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult};
use sqlx::{Sqlite, Transaction};

use super::file::OpenFile;
use super::sql;
use super::store::SqliteStore;
use crate::error::{not_done, unavailable};
use crate::port::backend_call;
use crate::row::{self, count, micros, micros_of, noticed};

/// The number of broken connections that one call of [`SqliteStore::write`] replaces before it returns an error.
const GIVEN_UP: u32 = 3;

/// A write in progress. It is rolled back unless [`Write::commit`] is called.
pub(super) struct Write {
    tx: Transaction<'static, Sqlite>,
    file: Arc<OpenFile>,
    op: &'static str,
}

/// Whether another family holds a label, and whether the label can be taken from it.
pub(super) enum Holder {
    /// No other family holds the label, or there is no label.
    Nobody,
    /// Another family holds the label, but is past its `gone_at`. The label can be taken from it.
    Gone(FamilyId),
    /// Another family holds the label and keeps it.
    Kept(FamilyId),
}

pub(super) type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

impl SqliteStore {
    /// Begins a write. Waits until the connection for writes is free.
    ///
    /// If the disk is full or a write fails, SQLite rolls back by itself. The driver's ROLLBACK then fails, and from
    /// then on the driver treats the transaction as open. Such a connection is replaced.
    pub(super) async fn write(&self, op: &'static str) -> Result<Write, StoreError> {
        backend_call!();
        self.file().stands().map_err(not_done(op))?;
        for _ in 0..GIVEN_UP {
            match self.writer().begin_with(sql::BEGIN).await {
                Ok(tx) => return Ok(Write { tx, file: Arc::clone(self.file()), op }),
                Err(sqlx::Error::InvalidSavePointStatement) => {
                    let stuck = self.writer().acquire().await.map_err(not_done(op))?;
                    stuck.close().await.map_err(not_done(op))?;
                }
                Err(error) => return Err(not_done(op)(error)),
            }
        }
        Err(StoreError::unavailable(op))
    }
}

impl Write {
    /// Commits the transaction, and returns `answer`. If the commit fails, the error says that the write was possibly
    /// executed. A [`Write`] that is dropped before its commit has written nothing.
    pub(super) async fn commit<T>(self, answer: T) -> Result<T, StoreError> {
        let op = self.op;
        backend_call!();
        self.tx.commit().await.map_err(|error| unavailable(op, true, error))?;
        self.file.stands_with_its_log().map_err(|error| unavailable(op, true, error))?;
        Ok(answer)
    }

    pub(super) async fn run(&mut self, query: Statement<'_>) -> Result<SqliteQueryResult, StoreError> {
        query.execute(&mut *self.tx).await.map_err(not_done(self.op))
    }

    pub(super) async fn one(&mut self, query: Statement<'_>) -> Result<Option<sqlx::sqlite::SqliteRow>, StoreError> {
        query.fetch_optional(&mut *self.tx).await.map_err(not_done(self.op))
    }

    pub(super) async fn all(&mut self, query: Statement<'_>) -> Result<Vec<sqlx::sqlite::SqliteRow>, StoreError> {
        query.fetch_all(&mut *self.tx).await.map_err(not_done(self.op))
    }

    /// Reads a record and its family as separate parts.
    pub(super) async fn pair(&mut self, id: &RecordId) -> Result<Option<(RecordParts, FamilyParts)>, StoreError> {
        let found = self.one(sqlx::query(sql::PAIR).bind(id.as_bytes().as_slice())).await?;
        found.map(|row| row::record_of(id, &row).map(TokenRecord::into_parts)).transpose()
    }

    pub(super) async fn family(&mut self, id: &FamilyId) -> Result<Option<FamilyParts>, StoreError> {
        let found = self.one(sqlx::query(sql::FAMILY).bind(id.as_bytes().as_slice())).await?;
        found.as_ref().map(row::family).transpose()
    }

    /// Returns the first id of `new` that is already in use in the store, or that occurs earlier in `new`. `None` if
    /// there is no such id.
    pub(super) async fn taken(&mut self, new: &[NewRecord]) -> Result<Option<RecordId>, StoreError> {
        for (index, record) in new.iter().enumerate() {
            let twice = new.iter().take(index).any(|earlier| earlier.id == record.id);
            let query = sqlx::query(sql::TAKEN).bind(record.id.as_bytes().as_slice());
            if twice || self.one(query).await?.is_some() {
                return Ok(Some(record.id));
            }
        }
        Ok(None)
    }

    /// Finds out whether a family other than `asking` holds the label.
    pub(super) async fn holder(
        &mut self,
        asking: &FamilyParts,
        key: Option<&LabelKey>,
        now: Timestamp,
    ) -> Result<Holder, StoreError> {
        let Some(key) = key else { return Ok(Holder::Nobody) };
        let query = sqlx::query(sql::HOLDER)
            .bind(asking.realm.as_str())
            .bind(asking.owner.as_str())
            .bind(key.as_str())
            .bind(asking.id.as_bytes().as_slice());
        let Some(holder) = self.one(query).await? else { return Ok(Holder::Nobody) };
        let (id, gone_at) = (row::family_id(&holder)?, row::instant(&holder, "gone_at")?);
        let gone = gone_at.is_some_and(|gone_at| now.reached(gone_at));
        Ok(if gone { Holder::Gone(id) } else { Holder::Kept(id) })
    }

    /// Removes the label from the family `gone`, which is past its `gone_at`.
    pub(super) async fn displace(&mut self, gone: &FamilyId) -> Result<(), StoreError> {
        self.run(sqlx::query(sql::DISPLACE).bind(gone.as_bytes().as_slice())).await.map(drop)
    }

    pub(super) async fn add_family(&mut self, family: &FamilyParts) -> Result<(), StoreError> {
        let body = row::body(&family.body, family.details.as_deref())?;
        let query = bind_family(sqlx::query(sql::ADD_FAMILY), family);
        let query = query.bind(family.realm.as_str()).bind(family.owner.as_str());
        let query = query.bind(i64::from(family.kind.byte())).bind(body);
        self.run(query.bind(family.client.as_ref().map(|client| client.as_bytes().as_slice()))).await.map(drop)
    }

    pub(super) async fn put_family(&mut self, family: &FamilyParts) -> Result<(), StoreError> {
        self.run(bind_family(sqlx::query(sql::PUT_FAMILY), family)).await.map(drop)
    }

    /// Writes the column `body` of a family. Its text contains the family's body and details.
    pub(super) async fn put_details(&mut self, family: &FamilyParts) -> Result<(), StoreError> {
        let body = row::body(&family.body, family.details.as_deref())?;
        self.run(sqlx::query(sql::PUT_DETAILS).bind(body).bind(family.id.as_bytes().as_slice())).await.map(drop)
    }

    pub(super) async fn add_records(&mut self, new: &[NewRecord], family: &FamilyParts) -> Result<(), StoreError> {
        for new in new {
            self.add_record(&RecordParts::from(new.clone()), family).await?;
        }
        Ok(())
    }

    /// Inserts a record that does not exist yet. Does not write the columns `last_used_at` and `shrunk`.
    pub(super) async fn add_record(&mut self, record: &RecordParts, family: &FamilyParts) -> Result<(), StoreError> {
        let query = bind_record(sqlx::query(sql::ADD_RECORD), record, family)
            .bind(family.id.as_bytes().as_slice())
            .bind(record.realm.as_str())
            .bind(record.owner.as_str())
            .bind(i64::from(record.kind.byte()))
            .bind(record.parent.as_ref().map(|id| id.as_bytes().as_slice()))
            .bind(count(record.generation))
            .bind(micros(record.created_at));
        self.run(query).await.map(drop)
    }

    /// Writes all columns of a record that can change, except the last use.
    pub(super) async fn put_record(&mut self, record: &RecordParts, family: &FamilyParts) -> Result<(), StoreError> {
        self.run(bind_record(sqlx::query(sql::PUT_RECORD), record, family)).await.map(drop)
    }

    /// Writes the notice mark and the sent notices of a record.
    pub(super) async fn put_notices(&mut self, record: &RecordParts) -> Result<(), StoreError> {
        let query = sqlx::query(sql::PUT_NOTICES)
            .bind(record.notice.map(|notice| micros(notice.at)))
            .bind(record.notice.map(|notice| i64::from(notice.stage)))
            .bind(noticed(&record.noticed))
            .bind(record.id.as_bytes().as_slice());
        self.run(query).await.map(drop)
    }
}

fn bind_family<'q>(query: Statement<'q>, family: &'q FamilyParts) -> Statement<'q> {
    query
        .bind(count(family.generation))
        .bind(micros_of(family.live_until))
        .bind(micros_of(family.gone_at))
        .bind(family.label_key.as_ref().map(LabelKey::as_str))
        .bind(family.revoked.map(|revoked| micros(revoked.at)))
        .bind(family.revoked.map(|revoked| i64::from(revoked.reason.byte())))
        .bind(micros(family.used_at))
        .bind(family.id.as_bytes().as_slice())
}

fn bind_record<'q>(query: Statement<'q>, record: &'q RecordParts, family: &FamilyParts) -> Statement<'q> {
    let superseded = record.superseded.as_ref();
    let nonce = superseded.and_then(|superseded| superseded.nonce.as_ref());
    // For a member of a revoked family, `purge_at` is NULL, because the `gone_at` of the family determines when the
    // member is purged.
    let purge_at = record.gone_at.filter(|_| family.revoked.is_none());
    query
        .bind(record.scope.as_ref().map(counterfoil::Scope::as_str))
        .bind(record.label.as_ref().map(counterfoil::types::Label::as_str))
        .bind(record.description.as_ref().map(counterfoil::types::Description::as_str))
        .bind(record.digest.as_bytes().as_slice())
        .bind(i64::from(record.key_id.number()))
        .bind(count(record.version.number()))
        .bind(micros_of(record.expires_at))
        .bind(micros(record.expiry_set_at))
        .bind(micros_of(record.gone_at))
        .bind(micros_of(purge_at))
        .bind(superseded.map(|superseded| micros(superseded.at)))
        .bind(superseded.map(|superseded| superseded.successor.as_bytes().as_slice()))
        .bind(nonce.map(|nonce| nonce.bytes.as_slice()))
        .bind(nonce.map(|nonce| i64::from(nonce.key_id.number())))
        .bind(superseded.and_then(|superseded| micros_of(superseded.honoured_until)))
        .bind(record.revoked.map(|revoked| micros(revoked.at)))
        .bind(record.revoked.map(|revoked| i64::from(revoked.reason.byte())))
        .bind(record.notice.map(|notice| micros(notice.at)))
        .bind(record.notice.map(|notice| i64::from(notice.stage)))
        .bind(noticed(&record.noticed))
        .bind(record.id.as_bytes().as_slice())
}

/// Joins a record and its family after both were written.
pub(super) fn joined(record: RecordParts, family: FamilyParts) -> Result<TokenRecord, StoreError> {
    let id = record.id;
    TokenRecord::from_parts(record, family).map_err(|corrupt: Corrupt| StoreError::corrupt(Some(id), corrupt))
}
