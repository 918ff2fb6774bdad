//! Statements for clients, settings, and the time of the last maintenance run.

pub(in crate::sqlite) const CLIENT: &str = "
SELECT version, document, key FROM counterfoil_client
WHERE realm = ?1 AND client_id = ?2 AND document IS NOT NULL";
pub(in crate::sqlite) const CLIENTS: &str = "
SELECT version, document, client_id FROM counterfoil_client
WHERE realm = ?1 AND client_id > ?2 AND document IS NOT NULL
ORDER BY client_id LIMIT ?3";
pub(in crate::sqlite) const USE_KEY: &str = "INSERT OR IGNORE INTO counterfoil_client_key (realm, key) VALUES (?1, ?2)";
/// Writes a client. A removed client keeps its row without a document, so that its version numbers continue.
pub(in crate::sqlite) const PUT_CLIENT: &str = "
INSERT INTO counterfoil_client (realm, client_id, version, key, document) VALUES (?1, ?2, 0, ?3, ?4)
ON CONFLICT (realm, client_id) DO UPDATE SET
    version = version + 1, key = excluded.key, document = excluded.document
RETURNING version";
pub(in crate::sqlite) const REMOVE_CLIENT: &str = "
UPDATE counterfoil_client SET document = NULL
WHERE realm = ?1 AND client_id = ?2 AND version = ?3 AND document IS NOT NULL";

pub(in crate::sqlite) const SETTINGS: &str = "SELECT version, document FROM counterfoil_settings WHERE realm = ?1";
pub(in crate::sqlite) const PUT_SETTINGS: &str = "
INSERT INTO counterfoil_settings (realm, version, document) VALUES (?1, 0, ?2)
ON CONFLICT (realm) DO UPDATE SET version = version + 1, document = excluded.document
RETURNING version";

pub(in crate::sqlite) const LAST_UPKEEP: &str = "SELECT at FROM counterfoil_upkeep";
pub(in crate::sqlite) const NOTE_UPKEEP: &str =
    "INSERT INTO counterfoil_upkeep (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
