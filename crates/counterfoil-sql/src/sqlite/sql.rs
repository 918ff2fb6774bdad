//! All SQL of the SQLite store. `?n` are the values of the calling function, in its order.

mod bounds;

use bounds::{expires, lives_until, no_end, stands_until};

use super::throttle_sql;
use crate::labels;

/// The columns of a family, in the order of `row.rs`.
macro_rules! family_columns {
    () => {
        "f.id, f.realm, f.owner, f.kind, f.generation, f.body, f.live_until, f.gone_at, f.label_key, \
         f.revoked_at, f.revoked_why, f.client, f.used_at"
    };
}

/// A record joined with its family, in the order of `row.rs`; an orphan shows as a family of nulls.
macro_rules! joined {
    ($($where:expr),+ $(,)?) => {
        concat!(
            "SELECT r.id, r.realm, r.owner, r.kind, r.parent, r.generation, r.created_at, r.scope, r.label, r.description, \
             r.digest, r.key_id, r.version, r.expires_at, r.expiry_set_at, r.gone_at, \
             r.superseded_at, r.successor, r.nonce, r.nonce_key, r.honoured_until, \
             r.revoked_at, r.revoked_why, r.last_used_at, r.notice_at, r.notice_stage, r.noticed, r.shrunk, ",
            family_columns!(),
            " FROM counterfoil_record r LEFT JOIN counterfoil_family f ON f.id = r.family ",
            $($where),+
        )
    };
}

/// The schema, step by step. A step that was released never changes; a new one is appended.
pub(super) const MIGRATIONS: &[&str] = &[V1, throttle_sql::MIGRATION, bounds::MIGRATION, labels::STEP, UPKEEP];
/// Families whose label's key has one of the characters ?1.
pub(super) const OLD_LABELS: &str =
    "SELECT id, label_key FROM counterfoil_family WHERE label_key GLOB '*[' || ?1 || ']*' ORDER BY id";
/// ?1 key, ?2 id; nothing where another family of the owner has the key.
pub(super) const RENEW_LABEL: &str = "UPDATE OR IGNORE counterfoil_family SET label_key = ?1 WHERE id = ?2";

/// The instant of the last upkeep: one row, or none.
const UPKEEP: &str = "
CREATE TABLE counterfoil_upkeep (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
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

pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(super) const SCHEMA_TABLE: &str = "CREATE TABLE IF NOT EXISTS counterfoil_schema (version INTEGER NOT NULL) STRICT";
pub(super) const SCHEMA_VERSION: &str = "SELECT max(version) FROM counterfoil_schema";
pub(super) const SCHEMA_STEP: &str = "INSERT INTO counterfoil_schema (version) VALUES (?1)";
pub(super) const SCHEMA_OBJECTS: &str = "SELECT name, sql FROM sqlite_schema WHERE tbl_name LIKE 'counterfoil\\_%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY name";
/// Whether there is a schema.
pub(super) const SCHEMA_IS_THERE: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'counterfoil_schema')";
/// A write that changes nothing.
pub(super) const PROBE: &str = "UPDATE counterfoil_schema SET version = version";
pub(super) const WAIT_FOR_NOBODY: &str = "PRAGMA busy_timeout = 0";
pub(super) const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// As `BUSY` in `store.rs`.
pub(super) const WAIT_AGAIN: &str = "PRAGMA busy_timeout = 5000";
pub(super) const JOURNAL_MODE: &str = "PRAGMA journal_mode";
pub(super) const SYNCHRONOUS: &str = "PRAGMA synchronous";
pub(super) const DATABASE_FILE: &str = "SELECT file FROM pragma_database_list WHERE name = 'main'";

pub(super) const PAIR: &str = joined!("WHERE r.id = ?1");
pub(super) const FAMILY: &str = concat!("SELECT ", family_columns!(), " FROM counterfoil_family f WHERE f.id = ?1");
pub(super) const TAKEN: &str = "SELECT 1 FROM counterfoil_record WHERE id = ?1";
pub(super) const FIRST_MEMBER: &str =
    "SELECT id FROM counterfoil_record WHERE family = ?1 ORDER BY generation, id LIMIT 1";
pub(super) const HOLDER: &str =
    "SELECT id, gone_at FROM counterfoil_family WHERE realm = ?1 AND owner = ?2 AND label_key = ?3 AND id <> ?4";
pub(super) const DISPLACE: &str = "UPDATE counterfoil_family SET label_key = NULL WHERE id = ?1";
/// Families that live: ?1 realm, ?2 owner, ?3 kind, ?4 client, ?5 now.
macro_rules! living {
    () => {
        concat!(
            "FROM counterfoil_family
             WHERE realm = ?1 AND owner = ?2 AND kind = ?3 AND client IS ?4 AND revoked_at IS NULL
                AND ",
            lives_until!(),
            " > ?5"
        )
    };
}
/// Counts no further than ?6.
pub(super) const LIVE: &str = concat!("SELECT count(*) FROM (SELECT 1 ", living!(), " LIMIT ?6)");
/// The ?6 least recently used.
pub(super) const LEAVING: &str = concat!("SELECT id ", living!(), " ORDER BY used_at, id LIMIT ?6");
/// When the newest record but ?5 was made, where that is later than ?4.
pub(super) const PACED: &str = "
SELECT created_at FROM counterfoil_record
WHERE realm = ?1 AND owner = ?2 AND kind = ?3 AND shrunk = 0 AND created_at > ?4
ORDER BY created_at DESC LIMIT 1 OFFSET ?5";
/// When the member of the family's kind, ?3, and of generation ?2 was superseded.
pub(super) const ROTATED: &str = "
SELECT superseded_at FROM counterfoil_record
WHERE family = ?1 AND generation = ?2 AND kind = ?3 AND superseded_at IS NOT NULL
ORDER BY id LIMIT 1";
/// How many access tokens of family ?1 live at ?2, counted no further than ?3, and when the first of them expires.
pub(super) const ACCESS: &str = concat!(
    "SELECT count(*), min(until) FROM (
        SELECT ",
    expires!(),
    " AS until FROM counterfoil_record
        WHERE family = ?1 AND kind = 2 AND revoked_at IS NULL AND ",
    expires!(),
    " > ?2
        ORDER BY ",
    expires!(),
    " LIMIT ?3
    )"
);

pub(super) const ADD_FAMILY: &str = "
INSERT INTO counterfoil_family (
    generation, live_until, gone_at, label_key, revoked_at, revoked_why, used_at, id, realm, owner, kind, body, client
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
pub(super) const PUT_FAMILY: &str = "
UPDATE counterfoil_family SET
    generation = ?1, live_until = ?2, gone_at = ?3, label_key = ?4, revoked_at = ?5, revoked_why = ?6, used_at = ?7
WHERE id = ?8";
pub(super) const ADD_RECORD: &str = "
INSERT INTO counterfoil_record (
    scope, label, description, digest, key_id, version, expires_at, expiry_set_at, gone_at, purge_at,
    superseded_at, successor, nonce, nonce_key, honoured_until, revoked_at, revoked_why,
    notice_at, notice_stage, noticed, id, family, realm, owner, kind, parent, generation, created_at, shrunk
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
    ?11, ?12, ?13, ?14, ?15, ?16, ?17,
    ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, 0
)";
pub(super) const PUT_RECORD: &str = "
UPDATE counterfoil_record SET
    scope = ?1, label = ?2, description = ?3, digest = ?4, key_id = ?5, version = ?6,
    expires_at = ?7, expiry_set_at = ?8, gone_at = ?9, purge_at = ?10,
    superseded_at = ?11, successor = ?12, nonce = ?13, nonce_key = ?14, honoured_until = ?15,
    revoked_at = ?16, revoked_why = ?17, notice_at = ?18, notice_stage = ?19, noticed = ?20
WHERE id = ?21";

/// The superseded of the generation before the parent's whose successor the parent is.
pub(super) const WIPE_GRANDPARENT: &str = "
UPDATE counterfoil_record SET nonce = NULL, nonce_key = NULL
WHERE family = ?1 AND generation = ?2 AND successor = ?3 AND nonce IS NOT NULL";

pub(super) const REVOKE_FAMILY: &str = "
UPDATE counterfoil_family SET revoked_at = ?1, revoked_why = ?2, gone_at = ?3, label_key = NULL
WHERE id = ?4 AND realm = ?5 AND owner = ?6 AND revoked_at IS NULL";
pub(super) const REVOKE_OWNER: &str = "UPDATE counterfoil_family SET revoked_at = ?1, revoked_why = ?2, gone_at = ?3, label_key = NULL WHERE id IN (SELECT id FROM counterfoil_family WHERE realm = ?4 AND owner = ?5 AND revoked_at IS NULL LIMIT ?6)";
pub(super) const OWNER_STANDS: &str =
    "SELECT 1 FROM counterfoil_family WHERE realm = ?1 AND owner = ?2 AND revoked_at IS NULL LIMIT 1";

pub(super) const TOUCH: &str = "UPDATE counterfoil_record SET last_used_at = ?2 WHERE id = ?1 AND shrunk = 0 AND (last_used_at IS NULL OR last_used_at < ?2)";

pub(super) const LIST_OWNER: &str = joined!(
    "WHERE r.realm = ?1 AND r.owner = ?2 AND r.kind = ?3 AND r.shrunk = 0 AND (r.created_at, r.id) < (?4, ?5) ORDER BY r.created_at DESC, r.id DESC LIMIT ?6"
);
/// Goes from the owner's families that are not revoked, so that no page walks what is deleted. ?1 realm, ?2 owner, ?3 kind, ?4 and ?5 the
/// cursor, ?6 how many, ?7 and ?8 the families' kinds, ?9 now.
pub(super) const LIST_STANDING: &str = joined!(
    "WHERE r.id IN (
        SELECT s.id FROM counterfoil_family o CROSS JOIN counterfoil_record s
        WHERE o.realm = ?1 AND o.owner = ?2 AND o.kind BETWEEN ?7 AND ?8 AND o.revoked_at IS NULL
            AND s.family = o.id AND s.kind = ?3 AND s.shrunk = 0 AND s.revoked_at IS NULL
            AND ",
    stands_until!("s."),
    " > ?9
            AND (s.created_at, s.id) < (?4, ?5)
        ORDER BY s.created_at DESC, s.id DESC LIMIT ?6
    )
    ORDER BY r.created_at DESC, r.id DESC"
);
pub(super) const LIST_KIND: &str =
    joined!("WHERE r.realm = ?1 AND r.kind = ?2 AND r.shrunk = 0 AND r.id > ?3 ORDER BY r.id LIMIT ?4");
pub(super) const DUE: &str =
    joined!("WHERE r.notice_at <= ?1 AND (r.notice_at, r.id) > (?2, ?3) ORDER BY r.notice_at, r.id LIMIT ?4");
pub(super) const CENSUS: &str = "SELECT key_id, count(*) FROM counterfoil_record GROUP BY key_id ORDER BY key_id";

/// Clears `purge_at` of members of revoked families. [`GONE_FAMILIES`] purges them by the family's tombstone, and no purge meets them twice. Reads only the first
/// ?3 rows of each timeline. ?1 now, ?2 the limit for unsent notices.
pub(super) const LEAVE_TO_FAMILY: &str = "UPDATE counterfoil_record SET purge_at = NULL WHERE id IN (SELECT r.id FROM (SELECT id, family FROM counterfoil_record WHERE purge_at <= ?1 AND notice_at IS NULL ORDER BY purge_at, id LIMIT ?3) r WHERE EXISTS (SELECT 1 FROM counterfoil_family f WHERE f.id = r.family AND f.revoked_at IS NOT NULL) UNION ALL SELECT r.id FROM (SELECT id, family FROM counterfoil_record WHERE purge_at <= ?2 AND notice_at IS NOT NULL ORDER BY purge_at, id LIMIT ?3) r WHERE EXISTS (SELECT 1 FROM counterfoil_family f WHERE f.id = r.family AND f.revoked_at IS NOT NULL))";
pub(super) const GONE: &str =
    "SELECT id FROM counterfoil_record WHERE purge_at <= ?1 AND notice_at IS NULL ORDER BY purge_at, id LIMIT ?2";
pub(super) const GONE_UNSENT: &str =
    "SELECT id FROM counterfoil_record WHERE purge_at <= ?1 AND notice_at IS NOT NULL ORDER BY purge_at, id LIMIT ?2";
pub(super) const GONE_FAMILIES: &str = "SELECT r.id FROM counterfoil_family f CROSS JOIN counterfoil_record r ON r.family = f.id WHERE f.revoked_at IS NOT NULL AND f.gone_at <= ?1 AND (r.notice_at IS NULL OR f.gone_at <= ?2) LIMIT ?3";
pub(super) const WINDOWS: &str =
    "SELECT id FROM counterfoil_record WHERE honoured_until <= ?1 AND shrunk = 0 ORDER BY honoured_until, id LIMIT ?2";
pub(super) const REMOVE: &str = "DELETE FROM counterfoil_record WHERE id = ?1";
pub(super) const REMOVE_EMPTY: &str =
    "DELETE FROM counterfoil_family WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM counterfoil_record WHERE family = ?1)";
pub(super) const SHRINK: &str = "UPDATE counterfoil_record SET nonce = NULL, nonce_key = NULL, created_at = superseded_at, expiry_set_at = superseded_at, parent = NULL, scope = NULL, label = NULL, description = NULL, expires_at = NULL, last_used_at = NULL, notice_at = NULL, notice_stage = NULL, noticed = x'', shrunk = 1 WHERE id = ?1 AND superseded_at IS NOT NULL";

pub(super) const CLIENT: &str = "SELECT version, document, key FROM counterfoil_client WHERE realm = ?1 AND client_id = ?2 AND document IS NOT NULL";
pub(super) const CLIENTS: &str = "
SELECT version, document, client_id FROM counterfoil_client
WHERE realm = ?1 AND client_id > ?2 AND document IS NOT NULL
ORDER BY client_id LIMIT ?3";
pub(super) const USE_KEY: &str = "INSERT OR IGNORE INTO counterfoil_client_key (realm, key) VALUES (?1, ?2)";
/// A removed client leaves its row without a document: its version goes on from there.
pub(super) const PUT_CLIENT: &str = "INSERT INTO counterfoil_client (realm, client_id, version, key, document) VALUES (?1, ?2, 0, ?3, ?4) ON CONFLICT (realm, client_id) DO UPDATE SET version = version + 1, key = excluded.key, document = excluded.document RETURNING version";
pub(super) const REMOVE_CLIENT: &str = "UPDATE counterfoil_client SET document = NULL WHERE realm = ?1 AND client_id = ?2 AND version = ?3 AND document IS NOT NULL";

pub(super) const SETTINGS: &str = "SELECT version, document FROM counterfoil_settings WHERE realm = ?1";
pub(super) const PUT_SETTINGS: &str = "INSERT INTO counterfoil_settings (realm, version, document) VALUES (?1, 0, ?2) ON CONFLICT (realm) DO UPDATE SET version = version + 1, document = excluded.document RETURNING version";

pub(super) const LAST_UPKEEP: &str = "SELECT at FROM counterfoil_upkeep";
pub(super) const NOTE_UPKEEP: &str =
    "INSERT INTO counterfoil_upkeep (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
