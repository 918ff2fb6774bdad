//! Statements that write records and families.

pub(in crate::sqlite) const DISPLACE: &str = "UPDATE counterfoil_family SET label_key = NULL WHERE id = ?1";
pub(in crate::sqlite) const ADD_FAMILY: &str = "
INSERT INTO counterfoil_family (
    generation, live_until, gone_at, label_key, revoked_at, revoked_why, used_at, id, realm, owner, kind, body, client
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
pub(in crate::sqlite) const PUT_FAMILY: &str = "
UPDATE counterfoil_family SET
    generation = ?1, live_until = ?2, gone_at = ?3, label_key = ?4, revoked_at = ?5, revoked_why = ?6, used_at = ?7
WHERE id = ?8";
pub(in crate::sqlite) const PUT_DETAILS: &str = "UPDATE counterfoil_family SET body = ?1 WHERE id = ?2";
pub(in crate::sqlite) const ADD_RECORD: &str = "
INSERT INTO counterfoil_record (
    scope, label, description, digest, key_id, version, expires_at, expiry_set_at, gone_at, purge_at,
    superseded_at, successor, nonce, nonce_key, honoured_until, revoked_at, revoked_why,
    notice_at, notice_stage, noticed, id, family, realm, owner, kind, parent, generation, created_at, shrunk
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
    ?11, ?12, ?13, ?14, ?15, ?16, ?17,
    ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, 0
)";
/// Sets the columns of a restored record that an insert does not set. Parameters: ?1 last_used_at, ?2 shrunk, ?3 id.
pub(in crate::sqlite) const COMPLETE_RECORD: &str =
    "UPDATE counterfoil_record SET last_used_at = ?1, shrunk = ?2 WHERE id = ?3";
pub(in crate::sqlite) const PUT_RECORD: &str = "
UPDATE counterfoil_record SET
    scope = ?1, label = ?2, description = ?3, digest = ?4, key_id = ?5, version = ?6,
    expires_at = ?7, expiry_set_at = ?8, gone_at = ?9, purge_at = ?10,
    superseded_at = ?11, successor = ?12, nonce = ?13, nonce_key = ?14, honoured_until = ?15,
    revoked_at = ?16, revoked_why = ?17, notice_at = ?18, notice_stage = ?19, noticed = ?20
WHERE id = ?21";
/// Writes the notice mark and the sent notices. Unlike [`PUT_RECORD`], it writes no step to the log of narrowing steps.
pub(in crate::sqlite) const PUT_NOTICES: &str =
    "UPDATE counterfoil_record SET notice_at = ?1, notice_stage = ?2, noticed = ?3 WHERE id = ?4";

/// Removes the nonce of the grandparent when the parent is superseded. The parent is the grandparent's successor.
/// Parameters: ?1 family, ?2 generation of the grandparent, ?3 id of the parent.
pub(in crate::sqlite) const WIPE_GRANDPARENT: &str = "
UPDATE counterfoil_record SET nonce = NULL, nonce_key = NULL
WHERE family = ?1 AND generation = ?2 AND successor = ?3 AND nonce IS NOT NULL";

pub(in crate::sqlite) const REVOKE_FAMILY: &str = "
UPDATE counterfoil_family SET revoked_at = ?1, revoked_why = ?2, gone_at = ?3, label_key = NULL
WHERE id = ?4 AND realm = ?5 AND owner = ?6 AND revoked_at IS NULL";
pub(in crate::sqlite) const REVOKE_OWNER: &str = "
UPDATE counterfoil_family SET revoked_at = ?1, revoked_why = ?2, gone_at = ?3, label_key = NULL
WHERE id IN (
    SELECT id FROM counterfoil_family WHERE realm = ?4 AND owner = ?5 AND revoked_at IS NULL LIMIT ?6
)";
pub(in crate::sqlite) const OWNER_STANDS: &str =
    "SELECT 1 FROM counterfoil_family WHERE realm = ?1 AND owner = ?2 AND revoked_at IS NULL LIMIT 1";

pub(in crate::sqlite) const TOUCH: &str = "
UPDATE counterfoil_record SET last_used_at = ?2
WHERE id = ?1 AND shrunk = 0 AND (last_used_at IS NULL OR last_used_at < ?2)";
