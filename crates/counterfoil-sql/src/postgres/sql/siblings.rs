//! Statements for clients, settings, the instant of the last upkeep, and aliases.

pub(in crate::postgres) const CLIENT: &str =
    "SELECT version, document FROM counterfoil_client WHERE realm = $1 AND client_id = $2 AND document IS NOT NULL";
pub(in crate::postgres) const CLIENTS: &str = "
SELECT version, document, client_id FROM counterfoil_client
WHERE realm = $1 AND client_id > $2 AND document IS NOT NULL
ORDER BY client_id LIMIT $3";
/// Creates a client. A removed client keeps its row without a document, so that its version numbers continue. If the
/// client's internal key was used before, the statement violates the primary key of the table of used keys and writes
/// nothing.
pub(in crate::postgres) const CREATE_CLIENT: &str = "
WITH c AS (
    INSERT INTO counterfoil_client AS own (realm, client_id, version, key, document) VALUES ($1, $2, 0, $3, $4)
    ON CONFLICT (realm, client_id) DO UPDATE SET
        version = own.version + 1, key = excluded.key, document = excluded.document
    WHERE own.document IS NULL
    RETURNING version
), k AS (
    INSERT INTO counterfoil_client_key (realm, key) SELECT $1, $3 FROM c
)
SELECT version FROM c";
/// Replaces a client if it has the expected version $5. If the client's internal key has changed, also adds the new key
/// to the table of used keys. An unchanged key is already there.
pub(in crate::postgres) const REPLACE_CLIENT: &str = "
WITH o AS MATERIALIZED (
    SELECT key FROM counterfoil_client
    WHERE realm = $1 AND client_id = $2 AND version = $5 AND document IS NOT NULL
    FOR NO KEY UPDATE
), c AS (
    UPDATE counterfoil_client SET version = version + 1, key = $3, document = $4
    FROM o
    WHERE realm = $1 AND client_id = $2
    RETURNING version
), k AS (
    INSERT INTO counterfoil_client_key (realm, key) SELECT $1, $3 FROM c, o WHERE o.key <> $3
)
SELECT version FROM c";
pub(in crate::postgres) const REMOVE_CLIENT: &str = "
UPDATE counterfoil_client SET document = NULL
WHERE realm = $1 AND client_id = $2 AND version = $3 AND document IS NOT NULL";

pub(in crate::postgres) const SETTINGS: &str = "SELECT version, document FROM counterfoil_settings WHERE realm = $1";
pub(in crate::postgres) const CREATE_SETTINGS: &str = "
INSERT INTO counterfoil_settings (realm, version, document) VALUES ($1, 0, $2)
ON CONFLICT DO NOTHING
RETURNING version";
pub(in crate::postgres) const REPLACE_SETTINGS: &str = "
UPDATE counterfoil_settings SET version = version + 1, document = $2
WHERE realm = $1 AND version = $3
RETURNING version";

pub(in crate::postgres) const LAST_UPKEEP: &str = "SELECT at FROM counterfoil_upkeep";
pub(in crate::postgres) const FIRST_UPKEEP: &str =
    "INSERT INTO counterfoil_upkeep (id, at) VALUES (1, $1) ON CONFLICT DO NOTHING";
pub(in crate::postgres) const NOTE_UPKEEP: &str = "UPDATE counterfoil_upkeep SET at = $1 WHERE id = 1 AND at = $2";

/// Selects the entry of an alias. Parameter: $1 alias.
pub(in crate::postgres) const ALIAS: &str = "SELECT id, created_at FROM counterfoil_alias WHERE alias = $1";
/// Selects a page of aliases and their entries. Parameters: $1 the alias after which the page begins, $2 number of
/// rows.
pub(in crate::postgres) const ALIASES: &str =
    "SELECT alias, id, created_at FROM counterfoil_alias WHERE alias > $1 ORDER BY alias LIMIT $2";
/// Inserts an alias unless it exists. Parameters: $1 alias, $2 id, $3 created_at.
pub(in crate::postgres) const CREATE_ALIAS: &str =
    "INSERT INTO counterfoil_alias (alias, id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
/// Replaces the entry of an alias if it has the expected id. Parameters: $1 alias, $2 id, $3 created_at, $4 the
/// expected id.
pub(in crate::postgres) const REPLACE_ALIAS: &str =
    "UPDATE counterfoil_alias SET id = $2, created_at = $3 WHERE alias = $1 AND id = $4";
/// Removes an alias if its entry has the expected id. Parameters: $1 alias, $2 the expected id.
pub(in crate::postgres) const REMOVE_ALIAS: &str = "DELETE FROM counterfoil_alias WHERE alias = $1 AND id = $2";
