//! Fills a store with many rows in one statement, which is faster than inserting them one by one.

use counterfoil::Timestamp;
use counterfoil::types::RecordId;
use counterfoil_conformance::sample::{Person, at, digest_of};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

/// The number of records of each owner.
pub const OF_ONE: usize = 10;
/// The number of records whose notice is due at [`NOW`], and also the number of records that are past `gone_at` at
/// [`NOW`].
pub const FEW: usize = 1_000;
/// The instant of the measurement, in microseconds after the start of the sample data.
pub const NOW: u64 = 100_000;
/// The number of rows in one statement or in one transaction.
const AT_ONCE: usize = 10_000;

const SQLITE_FAMILY: &str = "
INSERT INTO counterfoil_family (id, realm, owner, kind, generation, body, live_until, gone_at)
VALUES (?1, 'default', ?2, 1, 0, '\"alone\"', ?3, ?4)";
const SQLITE_RECORD: &str = "
INSERT INTO counterfoil_record (
    id, family, realm, owner, kind, generation, created_at, digest, key_id, version,
    expires_at, expiry_set_at, gone_at, purge_at, notice_at, notice_stage, noticed, shrunk
) VALUES (
    ?1, ?2, 'default', ?3, 1, 0, ?4, ?5, 1, 0,
    ?6, ?4, ?7, ?7, ?8, CASE WHEN ?8 IS NOT NULL THEN 0 END, x'', 0
)";
const POSTGRES_FAMILY: &str = "
INSERT INTO counterfoil_family (id, realm, owner, kind, generation, members, body, live_until, gone_at)
SELECT substring(id FROM 1 FOR 10), 'default', owner, 1, 0, 1, '\"alone\"', expires, gone
FROM unnest($1::bytea[], $2::text[], $3::bigint[], $4::bigint[]) n (id, owner, expires, gone)";
const POSTGRES_RECORD: &str = "
INSERT INTO counterfoil_record (
    id, family, realm, owner, kind, generation, created_at, digest, key_id, version,
    expires_at, expiry_set_at, gone_at, purge_at, notice_at, notice_stage, noticed, shrunk
)
SELECT
    id, substring(id FROM 1 FOR 10), 'default', owner, 1, 0, created, digest, 1, 0,
    expires, created, gone, gone, notice, CASE WHEN notice IS NOT NULL THEN 0 END, '', false
FROM unnest(
    $1::bytea[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bigint[]
) n (id, owner, expires, gone, created, digest, notice)";

/// A personal access token that is the only member of its family.
struct Row {
    id: RecordId,
    owner: String,
    digest: Vec<u8>,
    created_at: i64,
    expires_at: i64,
    gone_at: i64,
    notice_at: Option<i64>,
}

/// Makes row number `nth` of a table with `size` rows. In the whole table, the notices of [`FEW`] rows are due, [`FEW`]
/// other rows are past `gone_at`, and all other rows are neither. The owner of the row is `owner-` followed by `nth` /
/// [`OF_ONE`].
fn row(nth: usize, size: usize) -> Row {
    let owner = format!("owner-{}", nth / OF_ONE);
    let id = Person::new("default", &owner).pat().id();
    let (soon, far) = (nth as u64 % NOW, 1_000_000_000_000 + nth as u64);
    let every = size / FEW;
    let (is_due, is_gone) = (nth.is_multiple_of(every), nth % every == 1);
    Row {
        id,
        owner,
        digest: digest_of(&id).as_bytes().to_vec(),
        created_at: micros(at(nth as u64 % 1_000)),
        expires_at: micros(at(far)),
        gone_at: micros(at(if is_gone { soon } else { far })),
        notice_at: (!is_gone).then(|| micros(at(if is_due { soon } else { far }))),
    }
}

pub fn micros(at: Timestamp) -> i64 {
    i64::try_from(at.micros()).expect("an instant")
}

/// Fills the file of a store. Returns the ids of the records, except those past `gone_at`.
pub async fn fill_sqlite(options: &SqliteConnectOptions, size: usize) -> Vec<RecordId> {
    let mut raw = options.clone().journal_mode(SqliteJournalMode::Wal).connect().await.expect("a connection");
    let mut ids = Vec::new();
    for first in (0..size).step_by(AT_ONCE) {
        let mut tx = raw.begin().await.expect("a transaction");
        for nth in first..(first + AT_ONCE).min(size) {
            let row = row(nth, size);
            let family = sqlx::query(SQLITE_FAMILY).bind(row.id.family().as_bytes().to_vec()).bind(row.owner.as_str());
            family.bind(row.expires_at).bind(row.gone_at).execute(&mut *tx).await.expect("a family");
            let record = sqlx::query(SQLITE_RECORD).bind(row.id.as_bytes().to_vec());
            let record = record.bind(row.id.family().as_bytes().to_vec()).bind(row.owner.as_str()).bind(row.created_at);
            let record = record.bind(row.digest).bind(row.expires_at).bind(row.gone_at).bind(row.notice_at);
            record.execute(&mut *tx).await.expect("a record");
            keep(&mut ids, row.id, nth, size);
        }
        tx.commit().await.expect("committed");
    }
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
    ids
}

/// Fills the schema of a store. Returns the ids of the records, except those past `gone_at`.
pub async fn fill_postgres(options: &PgConnectOptions, size: usize) -> Vec<RecordId> {
    let mut raw = options.clone().disable_statement_logging().connect().await.expect("a connection");
    let mut ids = Vec::new();
    for first in (0..size).step_by(AT_ONCE) {
        let rows: Vec<Row> = (first..(first + AT_ONCE).min(size)).map(|nth| row(nth, size)).collect();
        let common = |text| {
            sqlx::query(text)
                .bind(rows.iter().map(|row| row.id.as_bytes().to_vec()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.owner.clone()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.expires_at).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.gone_at).collect::<Vec<_>>())
        };
        common(POSTGRES_FAMILY).execute(&mut raw).await.expect("families");
        let records = common(POSTGRES_RECORD)
            .bind(rows.iter().map(|row| row.created_at).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.digest.clone()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.notice_at).collect::<Vec<_>>());
        records.execute(&mut raw).await.expect("records");
        rows.iter().zip(first..).for_each(|(row, nth)| keep(&mut ids, row.id, nth, size));
    }
    for upkeep in ["VACUUM ANALYZE", "CHECKPOINT"] {
        raw.execute(upkeep).await.expect("statistics");
    }
    ids
}

fn keep(ids: &mut Vec<RecordId>, id: RecordId, nth: usize, size: usize) {
    if nth % (size / FEW) != 1 {
        ids.push(id);
    }
}
