//! All SQL of the PostgreSQL store. The comment of a statement lists its parameters `$n`. The calling function binds
//! them in this order.
//!
//! Every write is one autocommitted statement. At READ COMMITTED a statement sees the rows as they were when it began.
//! There is one exception. If the statement waited for the lock on a row, it sees the current state of this row.
//! Therefore every decision that can race uses rows that the statement locks, starting with the family's row.
//!
//! If the statement itself counted or searched, it would miss the changes that were committed while it waited for the
//! lock. Therefore the statement calls an SQL function that counts. This function sees everything that is committed
//! when the lock is acquired (`sql/bounds.rs`). At SERIALIZABLE a statement that waited for another write fails and is
//! repeated.

/// A query for a record joined with its family. If the family is missing, its columns are NULL.
macro_rules! joined {
    ($($where:expr),+ $(,)?) => {
        concat!(
            "SELECT ",
            record_columns!(postgres_columns),
            ", ",
            family_columns!(postgres_columns),
            " FROM counterfoil_record r LEFT JOIN counterfoil_family f ON f.id = r.family ",
            $($where),+
        )
    };
}

/// A clause that inserts the records in $1 to $16 for each row of `$from`. `$from` has one row, or no row if a
/// condition is false.
macro_rules! add_records {
    ($from:literal) => {
        concat!(
            "
        INSERT INTO counterfoil_record (
            id, family, realm, owner, kind, parent, generation, created_at, scope, label, description,
            digest, key_id, version, expires_at, expiry_set_at, gone_at, purge_at,
            notice_at, notice_stage, noticed, shrunk
        )
        SELECT
            n.id, substring(n.id FROM 1 FOR 10), $15, $16, n.kind, n.parent, n.generation, n.created_at,
            n.scope, n.label, n.description,
            n.digest, n.key_id, 0, n.expires_at, n.created_at, n.gone_at, n.gone_at,
            n.notice_at, n.notice_stage, ''::bytea, false
        FROM unnest(
            $1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
            $8::text[], $9::bytea[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[]
        ) AS n (
            id, kind, parent, generation, created_at, scope, label,
            description, digest, key_id, expires_at, gone_at, notice_at, notice_stage
        ), ",
            $from
        )
    };
}

/// A clause that selects and locks the row of a family that is not revoked.
macro_rules! standing {
    ($id:literal) => {
        concat!(
            "f AS MATERIALIZED (SELECT * FROM counterfoil_family WHERE id = ",
            $id,
            " AND revoked_at IS NULL FOR NO KEY UPDATE)"
        )
    };
}

/// An expression for the later of a column and a value. NULL in the column means "no end" and stays NULL.
macro_rules! forward {
    ($column:literal, $value:literal) => {
        concat!("CASE WHEN ", $column, " IS NULL THEN NULL ELSE greatest(", $column, ", ", $value, ") END")
    };
}

mod bounds;
mod change;
mod insert;
mod narrowings;
mod notice;
mod purge;
mod read;
mod revoke;
mod rotate;
mod schema;
mod siblings;
mod transfer;

pub(super) use change::*;
pub(super) use insert::*;
pub(super) use narrowings::*;
pub(super) use notice::*;
pub(super) use purge::*;
pub(super) use read::*;
pub(super) use revoke::*;
pub(super) use rotate::*;
pub(super) use schema::*;
pub(super) use siblings::*;
pub(super) use transfer::*;
