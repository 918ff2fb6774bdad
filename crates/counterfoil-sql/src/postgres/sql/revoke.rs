//! Statements that revoke a family, some families of an owner, or one record.

/// Revokes a family. Parameters: $1 revoked_at, $2 revoked_why, $3 gone_at, $4 family, $5 realm, $6 owner. Writing the
/// family's row revokes all members at once, including a successor that a concurrent rotation is about to commit.
pub(in crate::postgres) const REVOKE_FAMILY: &str = "
UPDATE counterfoil_family SET revoked_at = $1, revoked_why = $2, gone_at = $3, label_key = NULL
WHERE id = $4 AND realm = $5 AND owner = $6 AND revoked_at IS NULL";
/// Revokes at most $6 families of an owner. Parameters: $1 to $3 as for [`REVOKE_FAMILY`], $4 realm, $5 owner, $6
/// limit.
pub(in crate::postgres) const REVOKE_OWNER: &str = "
WITH f AS MATERIALIZED (
    SELECT id FROM counterfoil_family
    WHERE realm = $4 AND owner = $5 AND revoked_at IS NULL
    ORDER BY id LIMIT $6 FOR NO KEY UPDATE
)
UPDATE counterfoil_family SET revoked_at = $1, revoked_why = $2, gone_at = $3, label_key = NULL
WHERE id = ANY(ARRAY(SELECT id FROM f)) AND revoked_at IS NULL";
pub(in crate::postgres) const OWNER_STANDS: &str =
    "SELECT 1::bigint FROM counterfoil_family WHERE realm = $1 AND owner = $2 AND revoked_at IS NULL LIMIT 1";
/// Revokes one record. Parameters: $1 to $3 as for [`REVOKE_FAMILY`], $4 family, $5 id.
pub(in crate::postgres) const REVOKE_ONE: &str = concat!(
    "WITH ",
    standing!("$4"),
    "
UPDATE counterfoil_record r SET
    revoked_at = $1, revoked_why = $2, gone_at = $3, purge_at = $3, notice_at = NULL, notice_stage = NULL
FROM f
WHERE r.id = $5 AND r.revoked_at IS NULL"
);
