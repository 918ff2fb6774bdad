//! Statements that change one record, or one record and its family.

use super::narrowings::dated;
use crate::columns::{family_columns, postgres_columns, record_columns};

/// A statement that changes a record but not its family. Parameters: $1 family, $2 id, $3 expected version, `$now` now.
/// It skips a row whose digest does not decode, as all statements for changes do. The read that follows reports the
/// error.
macro_rules! change {
    ($set:literal, $where:literal, $now:literal) => {
        concat!(
            "WITH ",
            standing!("$1"),
            " UPDATE counterfoil_record r SET version = r.version + 1, ",
            $set,
            " FROM f WHERE r.id = $2 AND r.version = $3 AND r.revoked_at IS NULL AND length(r.digest) = 32 AND ",
            dated!($now),
            $where,
            " RETURNING ",
            record_columns!(postgres_columns),
            ", ",
            family_columns!(postgres_columns)
        )
    };
}

/// Changes the description and the scope. Parameters: $4 whether the description changes, $5 the new description, $6
/// whether the scope changes, $7 the new scope, $8 now.
pub(in crate::postgres) const EDIT: &str = change!(
    "description = CASE WHEN $4 THEN $5 ELSE r.description END, scope = CASE WHEN $6 THEN $7 ELSE r.scope END",
    " AND NOT r.shrunk",
    "$8"
);
/// Changes the digest. Parameters: $4 digest, $5 id of the digest key, $6 now.
pub(in crate::postgres) const REKEY: &str = change!("digest = $4, key_id = $5", "", "$6");
/// Ends the retry window of a superseded record. Parameters: $4 honoured_until, $5 gone_at, $6 now.
pub(in crate::postgres) const END: &str = change!(
    "honoured_until = $4, gone_at = coalesce(r.gone_at, $5), purge_at = coalesce(r.gone_at, $5)",
    " AND r.superseded_at IS NOT NULL AND NOT r.shrunk",
    "$6"
);

/// A statement that changes a record and its family, and returns both rows as written.
macro_rules! change_both {
    ($before:literal, $record:literal, $where:literal, $family:literal, $now:literal) => {
        concat!(
            "
    WITH l AS MATERIALIZED (
        SELECT id, kind, generation FROM counterfoil_family
        WHERE id = $1 AND revoked_at IS NULL FOR NO KEY UPDATE
    ), p AS (
        UPDATE counterfoil_record r SET version = r.version + 1, ",
            $record,
            "
        FROM l
        WHERE r.id = $2 AND r.version = $3 AND r.revoked_at IS NULL AND NOT r.shrunk AND length(r.digest) = 32
            AND ",
            dated!($now),
            $where,
            "
        RETURNING r.*, r.kind = l.kind AND r.generation = l.generation AS leads
    )",
            $before,
            ", f AS (
        UPDATE counterfoil_family f SET ",
            $family,
            " f.id = $1
        RETURNING f.*
    ) SELECT ",
            record_columns!(postgres_columns),
            ", ",
            family_columns!(postgres_columns),
            " FROM p r, f"
        )
    };
}

/// Changes the label and the details, and also what [`EDIT`] changes. Additional parameters: $8 whether the label
/// changes, $9 label, $10 label_key, $11 now, $12 whether the details change, $13 the new text of the body with the
/// details. If a family past its `gone_at` holds the label key, the statement first removes the key from that family.
/// Only the newest record accepts details.
pub(in crate::postgres) const EDIT_BOTH: &str = change_both!(
    ", x AS (
        UPDATE counterfoil_family SET label_key = NULL
        WHERE realm = (SELECT realm FROM p) AND owner = (SELECT owner FROM p)
            AND label_key = $10 AND gone_at <= $11 AND id <> $1
        RETURNING 1
    )",
    "
            description = CASE WHEN $4 THEN $5 ELSE r.description END,
            scope = CASE WHEN $6 THEN $7 ELSE r.scope END,
            label = CASE WHEN $8 THEN $9 ELSE r.label END",
    " AND (NOT $12 OR (r.kind = l.kind AND r.generation = l.generation))",
    "
            label_key = CASE WHEN $8 THEN $10 ELSE f.label_key END,
            body = CASE WHEN $12 THEN $13 ELSE f.body END
        FROM p
        WHERE (SELECT count(*) FROM x) >= 0 AND",
    "$11"
);
/// Changes the expiry. Parameters: $4 expires_at, $5 gone_at, $6 the instant of the notice, $7 the stage of the notice,
/// $8 now.
pub(in crate::postgres) const EXPIRY: &str = change_both!(
    "",
    "expires_at = $4, gone_at = $5, purge_at = $5, notice_at = $6, notice_stage = $7, expiry_set_at = $8",
    "",
    "
            live_until = CASE WHEN p.leads THEN $4 ELSE f.live_until END,
            gone_at = CASE WHEN p.leads THEN $5 ELSE f.gone_at END
        FROM p
        WHERE",
    "$8"
);
