//! The statements that write whole families.

/// Inserts a family ($1 to $13) and its members ($14 to $39). `purge_at` is null for the members of a revoked family,
/// because the family's `gone_at` applies to them.
pub(in crate::postgres) const RESTORE: &str = "
WITH f AS (
    INSERT INTO counterfoil_family (
        id, realm, owner, kind, generation, members, body, live_until, gone_at, label_key,
        revoked_at, revoked_why, client, used_at
    ) VALUES ($1, $2, $3, $4, $5, cardinality($14::bytea[]), $6, $7, $8, $9, $10, $11, $12, $13)
    RETURNING id
), r AS (
    INSERT INTO counterfoil_record (
        id, family, realm, owner, kind, parent, generation, created_at, scope, label, description,
        digest, key_id, version, expires_at, expiry_set_at, gone_at, purge_at,
        superseded_at, successor, nonce, nonce_key, honoured_until, revoked_at, revoked_why,
        last_used_at, notice_at, notice_stage, noticed, shrunk
    )
    SELECT
        n.id, f.id, $2, $3, n.kind, n.parent, n.generation, n.created_at, n.scope, n.label, n.description,
        n.digest, n.key_id, n.version, n.expires_at, n.expiry_set_at, n.gone_at,
        CASE WHEN $10::bigint IS NULL THEN n.gone_at END,
        n.superseded_at, n.successor, n.nonce, n.nonce_key, n.honoured_until, n.revoked_at, n.revoked_why,
        n.last_used_at, n.notice_at, n.notice_stage, n.noticed, n.shrunk
    FROM unnest(
        $14::bytea[], $15::bigint[], $16::bytea[], $17::bigint[], $18::bigint[], $19::text[], $20::text[],
        $21::text[], $22::bytea[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::bigint[],
        $28::bigint[], $29::bytea[], $30::bytea[], $31::bigint[], $32::bigint[], $33::bigint[], $34::bigint[],
        $35::bigint[], $36::bigint[], $37::bigint[], $38::bytea[], $39::boolean[]
    ) AS n (
        id, kind, parent, generation, created_at, scope, label,
        description, digest, key_id, version, expires_at, expiry_set_at, gone_at,
        superseded_at, successor, nonce, nonce_key, honoured_until, revoked_at, revoked_why,
        last_used_at, notice_at, notice_stage, noticed, shrunk
    ), f
    RETURNING 1
)
SELECT count(*) AS written FROM r";
