//! Statements that record the last use of records, and the progress of notices.

use crate::columns::{family_columns, postgres_columns, record_columns};

/// Records the last use. Parameters: $1 ids, $2 instants. An id may occur twice. The statement first locks the rows in
/// the order of their ids. Otherwise two overlapping batches could deadlock.
pub(in crate::postgres) const TOUCH: &str = "
WITH n AS MATERIALIZED (
    SELECT id, max(at) AS at FROM unnest($1::bytea[], $2::bigint[]) AS n (id, at) GROUP BY id
), l AS MATERIALIZED (
    SELECT r.id FROM counterfoil_record r
    WHERE r.id = ANY($1) AND NOT r.shrunk
    ORDER BY r.id FOR NO KEY UPDATE
)
UPDATE counterfoil_record r SET last_used_at = n.at
FROM n JOIN l USING (id)
WHERE r.id = n.id AND (r.last_used_at IS NULL OR r.last_used_at < n.at)";

/// Claims a notice of a record, so that only one worker sends it. The notice mark of the record (the instant and the
/// stage of its next notice) must be as expected. Parameters: $1 id, $2 the expected instant, $3 the expected stage, $4
/// the end of the lease, $5 family. The shared lock on the family's row excludes writers, so that both rows are from
/// the same moment.
pub(in crate::postgres) const CLAIM: &str = concat!(
    "
WITH f AS MATERIALIZED (SELECT * FROM counterfoil_family WHERE id = $5 FOR SHARE)
UPDATE counterfoil_record r SET notice_at = $4
FROM f
WHERE r.id = $1 AND r.notice_at = $2 AND r.notice_stage = $3 AND length(r.digest) = 32
RETURNING ",
    record_columns!(postgres_columns),
    ", ",
    family_columns!(postgres_columns)
);
/// Records the outcome of a notice. A notice mark is the instant and the stage of a record's next notice. Parameters:
/// $1 id, $2 and $3 the expected mark, $4 and $5 the next mark, $6 the notice that was sent, $7 the maximum size of
/// `noticed` in bytes. `noticed` has nine bytes for each notice that was sent, oldest first. A record that a purge has
/// shrunk (reduced to the fields that reuse detection needs) stores no sent notices. `held` says whether the record had
/// the expected mark. `sound` is false if the stored bytes have an unexpected form. Nothing is written then.
pub(in crate::postgres) const SETTLE: &str = "
WITH l AS MATERIALIZED (
    SELECT
        id,
        noticed AS known,
        length(noticed) % 9 = 0 AND length(digest) = 32 AS sound,
        coalesce(notice_at = $2 AND notice_stage = $3, false) AS held,
        CASE
            WHEN shrunk OR $6::bytea IS NULL OR EXISTS (
                SELECT 1 FROM generate_series(1, length(noticed), 9) AS at_byte
                WHERE substring(noticed FROM at_byte FOR 9) = $6
            ) THEN noticed
            WHEN length(noticed) < $7 THEN noticed || $6
            ELSE substring(noticed FROM 10) || $6
        END AS updated
    FROM counterfoil_record
    WHERE id = $1
    FOR NO KEY UPDATE
), u AS (
    UPDATE counterfoil_record r SET
        noticed = updated,
        notice_at = CASE WHEN held THEN $4 ELSE notice_at END,
        notice_stage = CASE WHEN held THEN $5 ELSE notice_stage END
    FROM l
    WHERE r.id = l.id AND sound AND (held OR updated <> known)
)
SELECT held::int::bigint AS held, sound::int::bigint AS sound FROM l";
