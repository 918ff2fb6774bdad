//! Statements that purge records.

/// Clears the column `purge_at` of members of revoked families. For other records, this column has the instant at which
/// they are purged. A member of a revoked family is purged at the `gone_at` of the family instead, and [`CHORES`] finds
/// it through the family. Without the clearing, [`CHORES`] would also find it through `purge_at`. The statement looks
/// at the first $3 rows by `purge_at`. Other parameters: $1 now, $2 the instant up to which records with an unsent
/// notice are removed.
pub(in crate::postgres) const LEAVE_TO_FAMILY: &str = "
WITH c AS MATERIALIZED (
    SELECT r.id FROM (
        (
            SELECT id, family FROM counterfoil_record
            WHERE purge_at <= $1 AND notice_at IS NULL
            ORDER BY purge_at, id LIMIT $3
        ) UNION ALL (
            SELECT id, family FROM counterfoil_record
            WHERE purge_at <= $2 AND notice_at IS NOT NULL
            ORDER BY purge_at, id LIMIT $3
        )
    ) r
    WHERE (SELECT f.revoked_at FROM counterfoil_family f WHERE f.id = r.family) IS NOT NULL
), l AS MATERIALIZED (
    SELECT id FROM counterfoil_record
    WHERE id = ANY(ARRAY(SELECT id FROM c))
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE counterfoil_record SET purge_at = NULL WHERE id = ANY(ARRAY(SELECT id FROM l))";
/// Selects the records that are due. It reads each index from its start, so that a purge never reads records that stay.
/// Parameters: $1 now, $2 the instant up to which records with an unsent notice are removed, $3 the instant up to which
/// superseded records are shrunk, $4 the number of rows. `shrinks` is 0 for a record to remove and 1 for a record to
/// shrink.
pub(in crate::postgres) const CHORES: &str = "
(
    SELECT id, 0::bigint AS shrinks FROM counterfoil_record
    WHERE purge_at <= $1 AND notice_at IS NULL
    ORDER BY purge_at, id LIMIT $4
) UNION ALL (
    SELECT id, 0::bigint FROM counterfoil_record
    WHERE purge_at <= $2 AND notice_at IS NOT NULL
    ORDER BY purge_at, id LIMIT $4
) UNION ALL (
    SELECT r.id, 0::bigint FROM counterfoil_family f JOIN counterfoil_record r ON r.family = f.id
    WHERE f.revoked_at IS NOT NULL AND f.gone_at <= $1 AND (r.notice_at IS NULL OR f.gone_at <= $2)
    ORDER BY f.gone_at LIMIT $4
) UNION ALL (
    SELECT id, 1::bigint FROM counterfoil_record
    WHERE honoured_until <= $3 AND NOT shrunk
    ORDER BY honoured_until, id LIMIT $4 + $4
)";
/// Removes records. Parameters: $1 ids, $2 the families of the ids, $3 now, $4 the instant up to which records with an
/// unsent notice are removed. A record stays if its `gone_at` is no longer reached, because it was moved to a later
/// instant after the records were selected. `gone_at` is compared with $4 if the record has an unsent notice, and with
/// $3 otherwise. A family is removed with its last member.
pub(in crate::postgres) const REMOVE: &str = "
WITH f AS MATERIALIZED (
    SELECT id, members, revoked_at, gone_at FROM counterfoil_family WHERE id = ANY($2) ORDER BY id FOR UPDATE
), l AS MATERIALIZED (
    SELECT r.id FROM counterfoil_record r LEFT JOIN f ON f.id = r.family
    WHERE r.id = ANY($1)
        AND CASE WHEN f.revoked_at IS NULL THEN r.gone_at ELSE f.gone_at END
            <= CASE WHEN r.notice_at IS NULL THEN $3 ELSE $4 END
    ORDER BY r.id FOR UPDATE OF r
), d AS (
    DELETE FROM counterfoil_record r USING l WHERE r.id = l.id RETURNING r.family
), n AS MATERIALIZED (
    SELECT family, count(*) AS gone FROM d GROUP BY family
), e AS (
    DELETE FROM counterfoil_family USING n, f
    WHERE counterfoil_family.id = n.family AND f.id = n.family AND f.members <= n.gone
), u AS (
    UPDATE counterfoil_family SET members = f.members - n.gone
    FROM n, f
    WHERE counterfoil_family.id = n.family AND f.id = n.family AND f.members > n.gone
)
SELECT count(*) AS removed FROM d";
/// Shrinks superseded records: clears the columns that reuse detection does not need. Parameters: $1 ids, $2 the
/// instant that `honoured_until` must not exceed.
pub(in crate::postgres) const SHRINK: &str = "
WITH l AS MATERIALIZED (
    SELECT id FROM counterfoil_record
    WHERE id = ANY($1) AND honoured_until <= $2 AND superseded_at IS NOT NULL AND NOT shrunk
    ORDER BY id FOR NO KEY UPDATE
)
UPDATE counterfoil_record SET
    nonce = NULL, nonce_key = NULL, created_at = superseded_at, expiry_set_at = superseded_at, parent = NULL,
    scope = NULL, label = NULL, description = NULL, expires_at = NULL, last_used_at = NULL,
    notice_at = NULL, notice_stage = NULL, noticed = ''::bytea, shrunk = true
WHERE id = ANY(ARRAY(SELECT id FROM l))";
