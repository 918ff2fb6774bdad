//! The migrations of the schema, and the checks of the file.

use super::super::throttle_sql;
use super::{bounds, narrowings};
use crate::labels;

/// The migrations, in order. A released migration never changes. A new migration is appended.
pub(in crate::sqlite) const MIGRATIONS: &[&str] =
    &[V1, throttle_sql::MIGRATION, bounds::MIGRATION, labels::STEP, UPKEEP, ALIAS_TABLE, narrowings::MIGRATION];
/// Selects the families whose label key contains one of the characters in ?1.
pub(in crate::sqlite) const OLD_LABELS: &str =
    "SELECT id, label_key FROM counterfoil_family WHERE label_key GLOB '*[' || ?1 || ']*' ORDER BY id";
/// Replaces a label key. Parameters: ?1 key, ?2 id of the family. Changes nothing if another family of the owner has
/// the key.
pub(in crate::sqlite) const RENEW_LABEL: &str = "UPDATE OR IGNORE counterfoil_family SET label_key = ?1 WHERE id = ?2";

/// The migration that adds a table with the instant of the last upkeep. The table has at most one row.
const UPKEEP: &str = "
CREATE TABLE counterfoil_upkeep (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
";

/// The migration that adds a table with the aliases of imported tokens.
const ALIAS_TABLE: &str = "
CREATE TABLE counterfoil_alias (
    alias BLOB NOT NULL PRIMARY KEY CHECK (length(alias) = 32),
    id BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

const V1: &str = "
CREATE TABLE counterfoil_family (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 10),
    realm TEXT COLLATE BINARY NOT NULL,
    owner TEXT COLLATE BINARY NOT NULL,
    kind INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    body TEXT NOT NULL,
    live_until INTEGER,
    gone_at INTEGER,
    label_key TEXT COLLATE BINARY,
    revoked_at INTEGER,
    revoked_why INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX counterfoil_family_label ON counterfoil_family (realm, owner, label_key) WHERE label_key IS NOT NULL;
CREATE INDEX counterfoil_family_standing ON counterfoil_family (realm, owner, kind, live_until) WHERE revoked_at IS NULL;
CREATE INDEX counterfoil_family_gone ON counterfoil_family (gone_at) WHERE revoked_at IS NOT NULL;
CREATE TABLE counterfoil_record (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    family BLOB NOT NULL,
    realm TEXT COLLATE BINARY NOT NULL,
    owner TEXT COLLATE BINARY NOT NULL,
    kind INTEGER NOT NULL,
    parent BLOB,
    generation INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    scope TEXT,
    label TEXT,
    description TEXT,
    digest BLOB NOT NULL,
    key_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    expiry_set_at INTEGER NOT NULL,
    gone_at INTEGER,
    purge_at INTEGER,
    superseded_at INTEGER,
    successor BLOB,
    nonce BLOB,
    nonce_key INTEGER,
    honoured_until INTEGER,
    revoked_at INTEGER,
    revoked_why INTEGER,
    last_used_at INTEGER,
    notice_at INTEGER,
    notice_stage INTEGER,
    noticed BLOB NOT NULL,
    shrunk INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX counterfoil_record_generation ON counterfoil_record (family, generation);
CREATE INDEX counterfoil_record_owner ON counterfoil_record (realm, owner, kind, created_at, id) WHERE shrunk = 0;
CREATE INDEX counterfoil_record_kind ON counterfoil_record (realm, kind, id) WHERE shrunk = 0;
CREATE INDEX counterfoil_record_due ON counterfoil_record (notice_at, id) WHERE notice_at IS NOT NULL;
CREATE INDEX counterfoil_record_gone ON counterfoil_record (purge_at) WHERE purge_at IS NOT NULL AND notice_at IS NULL;
CREATE INDEX counterfoil_record_unsent ON counterfoil_record (purge_at) WHERE purge_at IS NOT NULL AND notice_at IS NOT NULL;
CREATE INDEX counterfoil_record_window ON counterfoil_record (honoured_until) WHERE honoured_until IS NOT NULL AND shrunk = 0;
CREATE TABLE counterfoil_client (
    realm TEXT COLLATE BINARY NOT NULL,
    client_id TEXT COLLATE BINARY NOT NULL,
    version INTEGER NOT NULL,
    key BLOB NOT NULL,
    document TEXT,
    PRIMARY KEY (realm, client_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE counterfoil_client_key (
    realm TEXT COLLATE BINARY NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (realm, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE counterfoil_settings (
    realm TEXT COLLATE BINARY NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE counterfoil_counter (
    key BLOB NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX counterfoil_counter_end ON counterfoil_counter (ends_at);
";

pub(in crate::sqlite) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(in crate::sqlite) const SCHEMA_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS counterfoil_schema (version INTEGER NOT NULL) STRICT";
pub(in crate::sqlite) const SCHEMA_VERSION: &str = "SELECT max(version) FROM counterfoil_schema";
pub(in crate::sqlite) const SCHEMA_STEP: &str = "INSERT INTO counterfoil_schema (version) VALUES (?1)";
pub(in crate::sqlite) const SCHEMA_OBJECTS: &str = "
SELECT name, sql FROM sqlite_schema
WHERE tbl_name LIKE 'counterfoil\\_%' ESCAPE '\\' AND sql IS NOT NULL
ORDER BY name";
/// Whether the table with the schema version exists. It is missing in an empty file.
pub(in crate::sqlite) const SCHEMA_IS_THERE: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'counterfoil_schema')";
/// A write that changes no value, to test whether the file accepts writes.
pub(in crate::sqlite) const PROBE: &str = "UPDATE counterfoil_schema SET version = version";
pub(in crate::sqlite) const WAIT_FOR_NOBODY: &str = "PRAGMA busy_timeout = 0";
pub(in crate::sqlite) const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// Sets the busy timeout to the value of `BUSY` in `store.rs`, after [`WAIT_FOR_NOBODY`] has turned it off.
pub(in crate::sqlite) const WAIT_AGAIN: &str = "PRAGMA busy_timeout = 5000";
pub(in crate::sqlite) const JOURNAL_MODE: &str = "PRAGMA journal_mode";
pub(in crate::sqlite) const SYNCHRONOUS: &str = "PRAGMA synchronous";
pub(in crate::sqlite) const DATABASE_FILE: &str = "SELECT file FROM pragma_database_list WHERE name = 'main'";
