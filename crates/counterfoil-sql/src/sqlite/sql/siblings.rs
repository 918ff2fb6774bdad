//! Statements for clients, settings, the instant of the last upkeep, and aliases.

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

/// Selects the entry of an alias. Parameter: ?1 alias.
pub(in crate::sqlite) const ALIAS: &str = "SELECT id, created_at FROM counterfoil_alias WHERE alias = ?1";
/// Selects a page of aliases and their entries. Parameters: ?1 the alias after which the page begins, ?2 number of
/// rows.
pub(in crate::sqlite) const ALIASES: &str =
    "SELECT alias, id, created_at FROM counterfoil_alias WHERE alias > ?1 ORDER BY alias LIMIT ?2";
/// Inserts an alias, or replaces its entry if the alias exists. Parameters: ?1 alias, ?2 id, ?3 created_at.
pub(in crate::sqlite) const PUT_ALIAS: &str = "
INSERT INTO counterfoil_alias (alias, id, created_at) VALUES (?1, ?2, ?3)
ON CONFLICT (alias) DO UPDATE SET id = excluded.id, created_at = excluded.created_at";
/// Removes an alias if its entry has the expected id. Parameters: ?1 alias, ?2 the expected id.
pub(in crate::sqlite) const REMOVE_ALIAS: &str = "DELETE FROM counterfoil_alias WHERE alias = ?1 AND id = ?2";
