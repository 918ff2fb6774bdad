//! The migrations of the schema, and the checks of the server at the start.

use super::super::throttle_sql;
use super::{bounds, narrowings};
use crate::labels;

/// The migrations, in order. A released migration never changes. A new migration is appended.
pub(in crate::postgres) const MIGRATIONS: &[&str] =
    &[V1, V2, throttle_sql::MIGRATION, bounds::MIGRATION, labels::STEP, UPKEEP, ALIAS_TABLE, narrowings::MIGRATION];
/// Selects the families whose label key contains one of the characters in $1. The caller holds the lock that
/// [`LOCK_LABELS`] takes.
pub(in crate::postgres) const OLD_LABELS: &str =
    "SELECT id, label_key FROM counterfoil_family WHERE label_key ~ ('[' || $1 || ']') ORDER BY id";
pub(in crate::postgres) const LOCK_LABELS: &str = "LOCK TABLE counterfoil_family IN SHARE ROW EXCLUSIVE MODE";
/// Replaces a label key. Parameters: $1 key, $2 id of the family. Changes nothing if another family of the owner has
/// the key.
pub(in crate::postgres) const RENEW_LABEL: &str = "
UPDATE counterfoil_family f SET label_key = $1
WHERE f.id = $2 AND NOT EXISTS (
    SELECT 1 FROM counterfoil_family o WHERE o.realm = f.realm AND o.owner = f.owner AND o.label_key = $1
)";

/// The migration that adds a table with the instant of the last upkeep. The table has at most one row.
const UPKEEP: &str = "
CREATE TABLE counterfoil_upkeep (
    id SMALLINT NOT NULL CONSTRAINT counterfoil_upkeep_id PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL
);
";

/// The migration that adds a table with the aliases of imported tokens.
const ALIAS_TABLE: &str = "
CREATE TABLE counterfoil_alias (
    alias BYTEA NOT NULL CONSTRAINT counterfoil_alias_key PRIMARY KEY CHECK (length(alias) = 32),
    id BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
";

const V1: &str = r#"
CREATE TABLE counterfoil_family (
    id BYTEA NOT NULL CONSTRAINT counterfoil_family_id PRIMARY KEY CHECK (length(id) = 10),
    realm TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    generation BIGINT NOT NULL,
    members BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    live_until BIGINT,
    gone_at BIGINT,
    label_key TEXT COLLATE "C",
    revoked_at BIGINT,
    revoked_why SMALLINT
);
CREATE UNIQUE INDEX counterfoil_family_label ON counterfoil_family (realm, owner, label_key) WHERE label_key IS NOT NULL;
CREATE INDEX counterfoil_family_standing ON counterfoil_family (realm, owner, kind, live_until) WHERE revoked_at IS NULL;
CREATE INDEX counterfoil_family_gone ON counterfoil_family (gone_at) WHERE revoked_at IS NOT NULL;
CREATE TABLE counterfoil_owner (
    realm TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (realm, owner, kind)
);
CREATE TABLE counterfoil_record (
    id BYTEA NOT NULL CONSTRAINT counterfoil_record_id PRIMARY KEY CHECK (length(id) = 16),
    family BYTEA NOT NULL,
    realm TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    kind SMALLINT NOT NULL,
    parent BYTEA,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    scope TEXT COLLATE "C",
    label TEXT COLLATE "C",
    description TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    key_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    expiry_set_at BIGINT NOT NULL,
    gone_at BIGINT,
    purge_at BIGINT,
    superseded_at BIGINT,
    successor BYTEA,
    nonce BYTEA,
    nonce_key BIGINT,
    honoured_until BIGINT,
    revoked_at BIGINT,
    revoked_why SMALLINT,
    last_used_at BIGINT,
    notice_at BIGINT,
    notice_stage SMALLINT,
    noticed BYTEA NOT NULL,
    shrunk BOOLEAN NOT NULL
);
CREATE INDEX counterfoil_record_generation ON counterfoil_record (family, generation);
CREATE INDEX counterfoil_record_owner ON counterfoil_record (realm, owner, kind, created_at, id) WHERE NOT shrunk;
CREATE INDEX counterfoil_record_kind ON counterfoil_record (realm, kind, id) WHERE NOT shrunk;
CREATE INDEX counterfoil_record_due ON counterfoil_record (notice_at, id) WHERE notice_at IS NOT NULL;
CREATE INDEX counterfoil_record_gone ON counterfoil_record (purge_at, id) WHERE purge_at IS NOT NULL AND notice_at IS NULL;
CREATE INDEX counterfoil_record_unsent ON counterfoil_record (purge_at, id) WHERE purge_at IS NOT NULL AND notice_at IS NOT NULL;
CREATE INDEX counterfoil_record_window ON counterfoil_record (honoured_until, id) WHERE honoured_until IS NOT NULL AND NOT shrunk;
CREATE TABLE counterfoil_client (
    realm TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    key BYTEA NOT NULL,
    document TEXT COLLATE "C",
    PRIMARY KEY (realm, client_id)
);
CREATE TABLE counterfoil_client_key (
    realm TEXT COLLATE "C" NOT NULL,
    key BYTEA NOT NULL,
    PRIMARY KEY (realm, key)
);
CREATE TABLE counterfoil_settings (
    realm TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL
);
CREATE TABLE counterfoil_counter (
    key BYTEA NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX counterfoil_counter_end ON counterfoil_counter (ends_at);
"#;

/// The migration that adds an SQL function to count an owner's live families, up to the cap. The statement that calls
/// the function may have waited for the lock on the owner's row. What the previous holder of the lock wrote is then
/// invisible to the statement itself. It is visible to the function, because a `VOLATILE` function sees everything that
/// is committed when the function is called.
const V2: &str = r#"
CREATE FUNCTION counterfoil_live(of_realm TEXT, of_owner TEXT, of_kind BIGINT, at_instant BIGINT, cap BIGINT) RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $live$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT 1 FROM counterfoil_family f WHERE f.realm = of_realm COLLATE "C" AND f.owner = of_owner COLLATE "C"
        AND f.kind = of_kind AND f.revoked_at IS NULL AND (f.live_until IS NULL OR f.live_until > at_instant) LIMIT cap) living);
END
$live$;
ALTER TABLE counterfoil_owner DROP COLUMN seq;
"#;

/// Takes the advisory lock that allows only one process at a time to migrate. The key of the lock is "counter" in
/// ASCII.
pub(in crate::postgres) const SCHEMA_LOCK: &str = "SELECT pg_advisory_xact_lock(27991992966505842)";
/// Turns off the lock timeout for the rest of the transaction.
pub(in crate::postgres) const WAIT_FOR_LOCKS: &str = "SET LOCAL lock_timeout = 0";
pub(in crate::postgres) const SCHEMA_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS counterfoil_schema (version BIGINT NOT NULL)";
pub(in crate::postgres) const SCHEMA_VERSION: &str = "SELECT max(version) FROM counterfoil_schema";
pub(in crate::postgres) const SCHEMA_STEP: &str = "INSERT INTO counterfoil_schema (version) VALUES ($1)";
/// Selects the text columns and index columns of the store that do not compare byte by byte.
pub(in crate::postgres) const WRONG_COLLATION: &str = "
SELECT c.relname || '.' || a.attname || ' has the collation ' || l.collname
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_class s ON s.relnamespace = c.relnamespace AND s.oid = to_regclass('counterfoil_schema')
JOIN pg_collation l ON l.oid = a.attcollation
WHERE c.relname LIKE 'counterfoil\\_%' AND c.relkind IN ('r', 'i', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND l.collname NOT IN ('C', 'POSIX')
ORDER BY 1 LIMIT 1";
/// Counts the store's valid indexes. An index is not valid if creating it failed or is in progress.
pub(in crate::postgres) const INDEXES: &str = "
SELECT count(*)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class s ON s.relnamespace = c.relnamespace AND s.oid = to_regclass('counterfoil_schema')
WHERE c.relname LIKE 'counterfoil\\_%' AND i.indisvalid";
/// The number of indexes that the migrations create.
pub(in crate::postgres) const INDEX_COUNT: i64 = 24;
/// Whether the store's tables are in the first schema of the `search_path`, in which migrations create them.
pub(in crate::postgres) const SCHEMA_IS_THERE: &str = "SELECT EXISTS (
    SELECT 1 FROM pg_class
    WHERE oid = to_regclass('counterfoil_schema')
        AND relnamespace = to_regnamespace(quote_ident(current_schema()))
)";
/// Selects the configured `search_path`, the role, the first schema of the path that exists and that the role may use,
/// and any schema that contains the store's tables.
pub(in crate::postgres) const SEARCH_PATH: &str = "
SELECT current_setting('search_path') AS path, current_user::text AS role, current_schema()::text AS present, (
    SELECT min(n.nspname::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'counterfoil_schema' AND c.relkind = 'r'
) AS elsewhere";
/// Selects for each of the schemas in $1, in this order, whether it exists, and whether it contains the store's tables.
pub(in crate::postgres) const NAMED_SCHEMAS: &str = "
SELECT named.name, n.oid IS NOT NULL AS is_there, EXISTS (
    SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'counterfoil_schema' AND c.relkind = 'r'
) AS has_store
FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place) LEFT JOIN pg_namespace n ON n.nspname = named.name
ORDER BY named.place";
/// Whether the server is the primary. False for a replica, and for a server that was made read-only, such as a former
/// primary.
pub(in crate::postgres) const IS_PRIMARY: &str =
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS is_primary";
/// A write that changes no row, to test whether the server accepts writes. A read-only server refuses even this write.
/// The statement also writes a message to the write-ahead log. Like a commit, the message is flushed to the disk.
/// Parameter: $1 a realm that does not exist.
pub(in crate::postgres) const PROBE: &str = "
WITH w AS (UPDATE counterfoil_settings SET version = version WHERE realm = $1 RETURNING 1)
SELECT pg_logical_emit_message(true, 'counterfoil', ''), (SELECT count(*) FROM w)";
/// Selects the id of the server process that serves this connection.
pub(in crate::postgres) const PROCESS: &str = "SELECT pg_backend_pid() AS process";
/// Selects the encoding of the server, `synchronous_commit`, and the settings that the store sets for its connections.
/// Also selects how many connections the server, the database and the role allow; -1 means no limit.
pub(in crate::postgres) const SETUP: &str = "
SELECT
    current_setting('server_encoding') AS encoding,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('transaction_isolation') AS isolation,
    current_setting('enable_seqscan') AS enable_seqscan,
    current_setting('jit') AS jit,
    current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
        AS server_connections,
    (SELECT datconnlimit::bigint FROM pg_database WHERE datname = current_database()) AS database_connections,
    (SELECT rolconnlimit::bigint FROM pg_roles WHERE rolname = session_user) AS role_connections";
/// Counts which of the functions `counterfoil_admit` and `counterfoil_access` exist and are `VOLATILE`. Each statement
/// in a `VOLATILE` function sees everything that is committed when the statement begins. `throttle_sql::SOUND` checks
/// the third function of the store.
pub(in crate::postgres) const FUNCTIONS: &str = "
SELECT count(*) FROM pg_proc WHERE provolatile = 'v' AND oid IN (
    to_regprocedure(
        'counterfoil_admit(text, text, bigint, bytea, text, bigint, bigint, bigint, bigint, bigint, bigint, bigint)'
    ),
    to_regprocedure('counterfoil_access(bytea, bigint, bigint)')
)";
/// The number of functions that [`FUNCTIONS`] must find.
pub(in crate::postgres) const FUNCTION_COUNT: i64 = 2;

/// Whether the role may write the instant of the last upkeep. Without this privilege nothing would be purged.
pub(in crate::postgres) const MAY_NOTE_UPKEEP: &str = "
SELECT bool_and(has_table_privilege(to_regclass('counterfoil_upkeep'), allowed))
FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS allowed";
