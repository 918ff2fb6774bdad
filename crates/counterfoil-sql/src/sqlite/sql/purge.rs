//! Statements of a purge, which removes records past `gone_at` and shrinks superseded records.

/// Clears the column `purge_at` of records whose family is revoked. For any other record, this column has the instant
/// at which the record is purged. A record of a revoked family is purged at the `gone_at` of the family instead, and
/// [`GONE_FAMILIES`] finds it. If the column were not cleared, a purge would also find the record through `purge_at`.
///
/// The statement looks only at rows that are due, in the order of `purge_at`. A row without an unsent notice is due if
/// its `purge_at` is at most ?1, which is now. A row with an unsent notice is due if its `purge_at` is at most ?2. The
/// statement looks at no more than ?3 rows of each kind.
pub(in crate::sqlite) const LEAVE_TO_FAMILY: &str = "
UPDATE counterfoil_record SET purge_at = NULL
WHERE id IN (
    SELECT r.id FROM (
        SELECT id, family FROM counterfoil_record
        WHERE purge_at <= ?1 AND notice_at IS NULL
        ORDER BY purge_at, id LIMIT ?3
    ) r
    WHERE EXISTS (SELECT 1 FROM counterfoil_family f WHERE f.id = r.family AND f.revoked_at IS NOT NULL)
    UNION ALL
    SELECT r.id FROM (
        SELECT id, family FROM counterfoil_record
        WHERE purge_at <= ?2 AND notice_at IS NOT NULL
        ORDER BY purge_at, id LIMIT ?3
    ) r
    WHERE EXISTS (SELECT 1 FROM counterfoil_family f WHERE f.id = r.family AND f.revoked_at IS NOT NULL)
)";
pub(in crate::sqlite) const GONE: &str =
    "SELECT id FROM counterfoil_record WHERE purge_at <= ?1 AND notice_at IS NULL ORDER BY purge_at, id LIMIT ?2";
pub(in crate::sqlite) const GONE_UNSENT: &str =
    "SELECT id FROM counterfoil_record WHERE purge_at <= ?1 AND notice_at IS NOT NULL ORDER BY purge_at, id LIMIT ?2";
pub(in crate::sqlite) const GONE_FAMILIES: &str = "
SELECT r.id FROM counterfoil_family f CROSS JOIN counterfoil_record r ON r.family = f.id
WHERE f.revoked_at IS NOT NULL AND f.gone_at <= ?1 AND (r.notice_at IS NULL OR f.gone_at <= ?2)
LIMIT ?3";
pub(in crate::sqlite) const WINDOWS: &str =
    "SELECT id FROM counterfoil_record WHERE honoured_until <= ?1 AND shrunk = 0 ORDER BY honoured_until, id LIMIT ?2";
pub(in crate::sqlite) const REMOVE: &str = "DELETE FROM counterfoil_record WHERE id = ?1";
pub(in crate::sqlite) const REMOVE_EMPTY: &str =
    "DELETE FROM counterfoil_family WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM counterfoil_record WHERE family = ?1)";
pub(in crate::sqlite) const SHRINK: &str = "
UPDATE counterfoil_record SET
    nonce = NULL, nonce_key = NULL, created_at = superseded_at, expiry_set_at = superseded_at, parent = NULL,
    scope = NULL, label = NULL, description = NULL, expires_at = NULL, last_used_at = NULL,
    notice_at = NULL, notice_stage = NULL, noticed = x'', shrunk = 1
WHERE id = ?1 AND superseded_at IS NOT NULL";
