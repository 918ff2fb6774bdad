//! Statements of a purge, which removes records past `gone_at` and shrinks superseded records.

/// Sets `purge_at` to NULL in members of revoked families.
///
/// A record is purged at its `purge_at`. But a member of a revoked family is purged at the `gone_at` of the family, and
/// [`CHORES`] finds it through the family. If the member kept its `purge_at`, [`CHORES`] would find it twice.
///
/// The statement looks at two groups of records: those without an unsent notice whose `purge_at` is at most $1 (now),
/// and those with an unsent notice whose `purge_at` is at most $2. In each group, it looks at the $3 records with the
/// earliest `purge_at`.
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
/// Selects the records that a purge must remove or shrink. The statement reads each index from its start, so that a
/// purge never reads records that stay. `shrinks` is 0 for a record to remove and 1 for a record to shrink.
///
/// Parameters: $1 now, $2 the instant up to which records with an unsent notice are removed, $3 the instant up to which
/// superseded records are shrunk, $4 the number of rows.
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
/// Removes records. A family is removed with its last member. Parameters: $1 ids, $2 the families of the ids, $3 now,
/// $4 the instant up to which records with an unsent notice are removed.
///
/// A record stays if its `gone_at` is later than $3, or later than $4 if the record has an unsent notice. This happens
/// if `gone_at` was moved to a later instant after the records were selected. For a member of a revoked family, the
/// `gone_at` of the family counts.
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
