//! All SQL of the PostgreSQL store. `$n` are the values of the calling function, in its order.
//!
//! Every write is one autocommitted statement. At READ COMMITTED such a statement sees the rows as they were when it began, but a row that it waits for as
//! it then stands; so whatever may race is decided on rows that the statement locks, the family's first, and never by a count or a search of its own: what
//! must be counted, a function counts that looks anew once the lock is held (`sql/bounds.rs`). At SERIALIZABLE it fails where it would have had to wait for
//! another's write, and is repeated.

mod bounds;

use bounds::{no_end, stands_until};

use super::throttle_sql;
use crate::labels;

/// The columns of a record, in the order of `row.rs`.
macro_rules! record_columns {
    () => {
        "r.id, r.realm, r.owner, r.kind::bigint, r.parent, r.generation, r.created_at, r.scope, r.label, r.description, \
         r.digest, r.key_id, r.version, r.expires_at, r.expiry_set_at, r.gone_at, \
         r.superseded_at, r.successor, r.nonce, r.nonce_key, r.honoured_until, \
         r.revoked_at, r.revoked_why::bigint, r.last_used_at, \
         r.notice_at, r.notice_stage::bigint, r.noticed, r.shrunk::int::bigint"
    };
}

/// The columns of a family, in the order of `row.rs`.
macro_rules! family_columns {
    () => {
        "f.id, f.realm, f.owner, f.kind::bigint, f.generation, f.body, f.live_until, f.gone_at, f.label_key, \
         f.revoked_at, f.revoked_why::bigint, f.client, f.used_at"
    };
}

/// A record joined with its family; an orphan shows as a family of nulls.
macro_rules! joined {
    ($($where:expr),+ $(,)?) => {
        concat!(
            "SELECT ",
            record_columns!(),
            ", ",
            family_columns!(),
            " FROM counterfoil_record r LEFT JOIN counterfoil_family f ON f.id = r.family ",
            $($where),+
        )
    };
}

/// The new records, $1 to $16, put in for each row of `$from` (one, or none where a condition failed).
macro_rules! add_records {
    ($from:literal) => {
        concat!(
            "INSERT INTO counterfoil_record (id, family, realm, owner, kind, parent, generation, created_at, scope, label, description, digest, key_id, \
             version, expires_at, expiry_set_at, gone_at, purge_at, notice_at, notice_stage, noticed, shrunk) \
             SELECT n.id, substring(n.id FROM 1 FOR 10), $15, $16, n.kind, n.parent, n.generation, n.created_at, n.scope, n.label, n.description, n.digest, \
             n.key_id, 0, n.expires_at, n.created_at, n.gone_at, n.gone_at, n.notice_at, n.notice_stage, ''::bytea, false \
             FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bigint[], \
             $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[]) AS n (id, kind, parent, generation, created_at, scope, label, description, digest, \
             key_id, expires_at, gone_at, notice_at, notice_stage), ",
            $from
        )
    };
}

/// The row of a family that is not revoked, locked.
macro_rules! standing {
    ($id:literal) => {
        concat!(
            "f AS MATERIALIZED (SELECT * FROM counterfoil_family WHERE id = ",
            $id,
            " AND revoked_at IS NULL FOR NO KEY UPDATE)"
        )
    };
}

/// The later of a column and a value; nothing is later than no end.
macro_rules! forward {
    ($column:literal, $value:literal) => {
        concat!("CASE WHEN ", $column, " IS NULL THEN NULL ELSE greatest(", $column, ", ", $value, ") END")
    };
}

/// The schema, step by step. A step that was released never changes; a new one is appended.
pub(super) const MIGRATIONS: &[&str] = &[V1, V2, throttle_sql::MIGRATION, bounds::MIGRATION, labels::STEP, UPKEEP];
/// Families whose label's key has one of the characters $1, with nobody writing meanwhile.
pub(super) const OLD_LABELS: &str =
    "SELECT id, label_key FROM counterfoil_family WHERE label_key ~ ('[' || $1 || ']') ORDER BY id";
pub(super) const LOCK_LABELS: &str = "LOCK TABLE counterfoil_family IN SHARE ROW EXCLUSIVE MODE";
/// $1 key, $2 id; nothing where another family of the owner has the key.
pub(super) const RENEW_LABEL: &str = "UPDATE counterfoil_family f SET label_key = $1 WHERE f.id = $2 AND NOT EXISTS (SELECT 1 FROM counterfoil_family o WHERE o.realm = f.realm AND o.owner = f.owner AND o.label_key = $1)";

/// The instant of the last upkeep: one row, or none.
const UPKEEP: &str = "
CREATE TABLE counterfoil_upkeep (
    id SMALLINT NOT NULL CONSTRAINT counterfoil_upkeep_id PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL
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

/// How many families of an owner live, no further than the cap. `VOLATILE`, and so counted as the rows are when it is called: whoever has waited for the
/// owner's row sees what the one before has committed, which the statement that calls this does not.
const V2: &str = r#"
CREATE FUNCTION counterfoil_live(of_realm TEXT, of_owner TEXT, of_kind BIGINT, at_instant BIGINT, cap BIGINT) RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $live$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT 1 FROM counterfoil_family f WHERE f.realm = of_realm COLLATE "C" AND f.owner = of_owner COLLATE "C"
        AND f.kind = of_kind AND f.revoked_at IS NULL AND (f.live_until IS NULL OR f.live_until > at_instant) LIMIT cap) living);
END
$live$;
ALTER TABLE counterfoil_owner DROP COLUMN seq;
"#;

/// The key of the lock under which one process at a time migrates: "counter" in ASCII.
pub(super) const SCHEMA_LOCK: &str = "SELECT pg_advisory_xact_lock(27991992966505842)";
/// For the rest of the transaction.
pub(super) const WAIT_FOR_LOCKS: &str = "SET LOCAL lock_timeout = 0";
pub(super) const SCHEMA_TABLE: &str = "CREATE TABLE IF NOT EXISTS counterfoil_schema (version BIGINT NOT NULL)";
pub(super) const SCHEMA_VERSION: &str = "SELECT max(version) FROM counterfoil_schema";
pub(super) const SCHEMA_STEP: &str = "INSERT INTO counterfoil_schema (version) VALUES ($1)";
/// Text columns and index columns of ours that do not compare byte for byte.
pub(super) const WRONG_COLLATION: &str = "SELECT c.relname || '.' || a.attname || ' has the collation ' || l.collname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_class s ON s.relnamespace = c.relnamespace AND s.oid = to_regclass('counterfoil_schema') JOIN pg_collation l ON l.oid = a.attcollation WHERE c.relname LIKE 'counterfoil\\_%' AND c.relkind IN ('r', 'i', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND l.collname NOT IN ('C', 'POSIX') ORDER BY 1 LIMIT 1";
/// Our indexes that are there and complete.
pub(super) const INDEXES: &str = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class s ON s.relnamespace = c.relnamespace AND s.oid = to_regclass('counterfoil_schema') WHERE c.relname LIKE 'counterfoil\\_%' AND i.indisvalid";
/// As many as the migrations make.
pub(super) const INDEX_COUNT: i64 = 21;
/// Whether the schema is in the first schema of the `search_path`, where the migrations make it.
pub(super) const SCHEMA_IS_THERE: &str = "SELECT EXISTS (
    SELECT 1 FROM pg_class WHERE oid = to_regclass('counterfoil_schema') AND relnamespace = to_regnamespace(quote_ident(current_schema()))
)";
/// The `search_path` as it is written, the role, the first of its schemas that is there and open to the role, and any schema that has our tables.
pub(super) const SEARCH_PATH: &str = "
SELECT current_setting('search_path'), current_user::text, current_schema()::text, (
    SELECT min(n.nspname::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'counterfoil_schema' AND c.relkind = 'r'
)";
/// Of schemas in their order: whether they are there, and have our tables. $1 names.
pub(super) const NAMED_SCHEMAS: &str = "
SELECT named.name, n.oid IS NOT NULL, EXISTS (
    SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'counterfoil_schema' AND c.relkind = 'r'
)
FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place) LEFT JOIN pg_namespace n ON n.nspname = named.name
ORDER BY named.place";
/// A replica takes no writes; nor does a server that was made read-only, a primary of yesterday among them.
pub(super) const IS_PRIMARY: &str =
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'";
/// A write of no row, which a server refuses that takes none, and a message to nobody in its log, flushed as a commit is. $1: no realm.
pub(super) const PROBE: &str = "
WITH w AS (UPDATE counterfoil_settings SET version = version WHERE realm = $1 RETURNING 1)
SELECT pg_logical_emit_message(true, 'counterfoil', ''), (SELECT count(*) FROM w)";
/// The process that serves this connection.
pub(super) const PROCESS: &str = "SELECT pg_backend_pid()";
/// Encoding, durability, the settings that the store asks for, and how many connections the server, the database and the role allow, -1 for any number.
pub(super) const SETUP: &str = "
SELECT current_setting('server_encoding'), current_setting('synchronous_commit'), current_setting('transaction_isolation'),
    current_setting('enable_seqscan'), current_setting('jit'),
    current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint,
    (SELECT datconnlimit::bigint FROM pg_database WHERE datname = current_database()),
    (SELECT rolconnlimit::bigint FROM pg_roles WHERE rolname = session_user)";
/// How many of our functions look anew with each of their statements.
pub(super) const FUNCTIONS: &str = "
SELECT count(*) FROM pg_proc WHERE provolatile = 'v' AND oid IN (
    to_regprocedure('counterfoil_admit(text, text, bigint, bytea, text, bigint, bigint, bigint, bigint, bigint, bigint, bigint)'),
    to_regprocedure('counterfoil_access(bytea, bigint, bigint)')
)";
/// As many functions as the migrations make.
pub(super) const FUNCTION_COUNT: i64 = 2;

pub(super) const PAIRS: &str = joined!("WHERE r.id = ANY($1)");
pub(super) const FAMILY: &str = concat!("SELECT ", family_columns!(), " FROM counterfoil_family f WHERE f.id = $1");
pub(super) const TAKEN: &str = "SELECT id FROM counterfoil_record WHERE id = ANY($1)";
/// Who holds a label and is not gone.
pub(super) const HOLDER: &str = "SELECT id FROM counterfoil_family WHERE realm = $1 AND owner = $2 AND label_key = $3 AND id <> $4 AND (gone_at IS NULL OR gone_at > $5)";

/// What stands in the way of a new family: 0 a record of such an id, 1 the first record of the family's id, 2 the family that holds the label and is not gone.
/// $1 ids, $2 family, $3 realm, $4 owner, $5 label_key, $6 now.
pub(super) const OBSTACLES: &str = "SELECT id, 0::bigint FROM counterfoil_record WHERE id = ANY($1) UNION ALL (SELECT id, 1::bigint FROM counterfoil_record WHERE family = $2 ORDER BY generation, id LIMIT 1) UNION ALL SELECT id, 2::bigint FROM counterfoil_family WHERE realm = $3 AND owner = $4 AND label_key = $5 AND id <> $2 AND (gone_at IS NULL OR gone_at > $6)";

/// The new family's row, put in for each row of `$from`.
macro_rules! add_family {
    ($from:literal) => {
        concat!(
            "INSERT INTO counterfoil_family (
                id, realm, owner, kind, generation, members, body, live_until, gone_at, label_key, client, used_at
            ) SELECT $17, $15, $16, $18, 0, cardinality($1::bytea[]), $19, $20, $21, $22, $24, $25 ",
            $from,
            " RETURNING id"
        )
    };
}

/// $17 id, $18 kind, $19 body, $20 live_until, $21 gone_at, $22 label_key, $23 now, $24 client, $25 used_at.
pub(super) const FOUND: &str = concat!(
    "WITH x AS (
        UPDATE counterfoil_family SET label_key = NULL
        WHERE realm = $15 AND owner = $16 AND label_key = $22 AND gone_at <= $23
        RETURNING id
    ), f AS (",
    add_family!("WHERE (SELECT count(*) FROM x) >= 0"),
    "), r AS (",
    add_records!("f RETURNING 1"),
    ") SELECT count(*) FROM r"
);
/// The same within bounds: the owner's row is locked, then `counterfoil_admit` decides, asked for each row that was locked and never before. $26 cap, $27, $28 and $29 at, why and gone_at of those that
/// make room, $30 pace, $31 since. No verdict: the owner has no row.
pub(super) const FOUND_WITHIN: &str = concat!(
    "WITH o AS MATERIALIZED (
        SELECT 1 FROM counterfoil_owner WHERE realm = $15 AND owner = $16 AND kind = $18 FOR NO KEY UPDATE
    ), a AS MATERIALIZED (
        SELECT counterfoil_admit($15, $16, $18, $24, $22, $23, $26, $27, $28, $29, $30, $31) AS answer FROM o
    ), c AS MATERIALIZED (
        SELECT (answer).verdict, (answer).oldest, (answer).ended FROM a
    ), x AS (
        UPDATE counterfoil_family SET label_key = NULL
        WHERE realm = $15 AND owner = $16 AND label_key = $22 AND gone_at <= $23
            AND EXISTS (SELECT 1 FROM c WHERE verdict = 0) AND id <> ALL (ARRAY(SELECT unnest(ended) FROM c))
        RETURNING id
    ), f AS (",
    add_family!("FROM c WHERE verdict = 0 AND (SELECT count(*) FROM x) >= 0"),
    "), r AS (",
    add_records!("f RETURNING 1"),
    ") SELECT (SELECT count(*) FROM r), (SELECT verdict FROM c), (SELECT oldest FROM c), (SELECT ended FROM c)"
);
pub(super) const ADD_OWNER: &str =
    "INSERT INTO counterfoil_owner (realm, owner, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// $17 family, $18 generation, $19 now, $20 how many access tokens may live already. The second: until when the family is full.
pub(super) const JOIN: &str = concat!(
    "WITH l AS MATERIALIZED (
        SELECT id FROM counterfoil_family
        WHERE id = $17 AND generation = $18 AND realm = $15 AND owner = $16 AND revoked_at IS NULL
        FOR NO KEY UPDATE
    ), a AS MATERIALIZED (
        SELECT CASE WHEN $20::bigint IS NOT NULL THEN counterfoil_access($17, $19, $20) END AS full_until FROM l
    ), f AS (
        UPDATE counterfoil_family SET members = members + cardinality($1::bytea[]), used_at = $19
        FROM a WHERE id = $17 AND a.full_until IS NULL
        RETURNING id
    ), r AS (",
    add_records!("f RETURNING 1"),
    ") SELECT (SELECT count(*) FROM r), (SELECT full_until FROM a)"
);

/// $17 family, $18 parent, $19 expected version, $20 now, $21 successor, $22 nonce, $23 nonce key, $24 honoured_until, $25 gone_at, $26 and
/// $27 the successor's expires_at and gone_at, $28 pace, $29 since, $30 how many access tokens may live already. The second and third: the
/// oldest rotation where the pace is reached, and until when the family is full. What was superseded before the parent was made is seen as
/// the parent is: the pace needs no later look.
pub(super) const SUPERSEDE: &str = concat!(
    "WITH ",
    standing!("$17 AND realm = $15 AND owner = $16"),
    ", a AS MATERIALIZED (
        SELECT
            (
                SELECT min(old.superseded_at) FROM counterfoil_record old
                WHERE old.family = $17
                    AND old.generation = (SELECT generation FROM counterfoil_record WHERE id = $18) - $28::bigint
                    AND old.kind = f.kind AND old.superseded_at > $29
            ) AS oldest,
            CASE WHEN $30::bigint IS NOT NULL THEN counterfoil_access($17, $20, $30) END AS full_until
        FROM f
    ), p AS (
        UPDATE counterfoil_record r SET version = r.version + 1, superseded_at = $20, successor = $21,
            nonce = $22, nonce_key = $23, honoured_until = $24, gone_at = $25, purge_at = $25,
            notice_at = NULL, notice_stage = NULL
        FROM f, a
        WHERE r.id = $18 AND r.version = $19 AND r.superseded_at IS NULL AND r.revoked_at IS NULL
            AND length(r.digest) = 32 AND f.generation + 1 >= ALL($4::bigint[]) AND a.oldest IS NULL AND a.full_until IS NULL
        RETURNING r.generation, f.generation + 1 AS now_at
    ), g AS (
        UPDATE counterfoil_record r SET nonce = NULL, nonce_key = NULL
        WHERE r.family = $17 AND r.generation = (SELECT generation - 1 FROM p)
            AND r.successor = $18 AND r.nonce IS NOT NULL
    ), u AS (
        UPDATE counterfoil_family SET generation = p.now_at, live_until = $26, gone_at = $27, used_at = $20,
            members = members + cardinality($1::bytea[])
        FROM p WHERE id = $17
    ), r AS (",
    add_records!("p RETURNING 1"),
    ") SELECT (SELECT count(*) FROM p), (SELECT oldest FROM a), (SELECT full_until FROM a)"
);
/// $17 family, $18 parent, $19 now, $20 expires_at, $21 gone_at, $22 how many access tokens may live already. The second: until when the
/// family is full.
pub(super) const SLIDE: &str = concat!(
    "WITH ",
    standing!("$17 AND (cardinality($1::bytea[]) = 0 OR (realm = $15 AND owner = $16))"),
    ", a AS MATERIALIZED (
        SELECT CASE WHEN $22::bigint IS NOT NULL THEN counterfoil_access($17, $19, $22) END AS full_until FROM f
    ), p AS (
        UPDATE counterfoil_record r SET expiry_set_at = $19,
            expires_at = ",
    forward!("r.expires_at", "$20"),
    ", gone_at = ",
    forward!("r.gone_at", "$21"),
    ", purge_at = ",
    forward!("r.gone_at", "$21"),
    " FROM f, a
        WHERE r.id = $18 AND r.superseded_at IS NULL AND r.revoked_at IS NULL
            AND (r.expires_at IS NULL OR r.expires_at > $19)
            AND length(r.digest) = 32 AND f.generation >= ALL($4::bigint[]) AND a.full_until IS NULL
        RETURNING r.kind = f.kind AND r.generation = f.generation AS leads
    ), u AS (
        UPDATE counterfoil_family SET used_at = $19, members = members + cardinality($1::bytea[]),
            live_until = CASE WHEN p.leads THEN ",
    forward!("live_until", "$20"),
    " ELSE live_until END, gone_at = CASE WHEN p.leads THEN ",
    forward!("gone_at", "$21"),
    " ELSE gone_at END
        FROM p WHERE id = $17
    ), r AS (",
    add_records!("p RETURNING 1"),
    ") SELECT (SELECT count(*) FROM p), (SELECT full_until FROM a)"
);

/// A change of a record alone: $1 family, $2 id, $3 expected version. Like every step, it leaves a row alone whose digest does not decode:
/// the read behind it says so.
macro_rules! change {
    ($set:literal, $where:literal) => {
        concat!(
            "WITH ",
            standing!("$1"),
            " UPDATE counterfoil_record r SET version = r.version + 1, ",
            $set,
            " FROM f WHERE r.id = $2 AND r.version = $3 AND r.revoked_at IS NULL AND length(r.digest) = 32",
            $where,
            " RETURNING ",
            record_columns!(),
            ", ",
            family_columns!()
        )
    };
}

/// $4 and $5 the description, $6 and $7 the scope: whether it changes, and to what.
pub(super) const EDIT: &str = change!(
    "description = CASE WHEN $4 THEN $5 ELSE r.description END, scope = CASE WHEN $6 THEN $7 ELSE r.scope END",
    " AND NOT r.shrunk"
);
/// $4 digest, $5 key.
pub(super) const REKEY: &str = change!("digest = $4, key_id = $5", "");
/// $4 honoured_until, $5 gone_at.
pub(super) const END: &str = change!(
    "honoured_until = $4, gone_at = coalesce(r.gone_at, $5), purge_at = coalesce(r.gone_at, $5)",
    " AND r.superseded_at IS NOT NULL AND NOT r.shrunk"
);

/// A change that moves the family's row with the record's: the answer joins both as written.
macro_rules! change_both {
    ($before:literal, $record:literal, $family:literal) => {
        concat!(
            "WITH l AS MATERIALIZED (SELECT id, kind, generation FROM counterfoil_family WHERE id = $1 AND revoked_at IS NULL FOR NO KEY UPDATE), \
             p AS (UPDATE counterfoil_record r SET version = r.version + 1, ",
            $record,
            " FROM l WHERE r.id = $2 AND r.version = $3 AND r.revoked_at IS NULL AND NOT r.shrunk AND length(r.digest) = 32 \
             RETURNING r.*, r.kind = l.kind AND r.generation = l.generation AS leads)",
            $before,
            ", f AS (UPDATE counterfoil_family f SET ",
            $family,
            " f.id = $1 RETURNING f.*) SELECT ",
            record_columns!(),
            ", ",
            family_columns!(),
            " FROM p r, f"
        )
    };
}

/// As [`EDIT`]; $8 label, $9 label_key, $10 now. A holder that is gone gives the key up first, and only where the record did change.
pub(super) const RELABEL: &str = change_both!(
    ", x AS (UPDATE counterfoil_family SET label_key = NULL WHERE realm = (SELECT realm FROM p) AND owner = (SELECT owner FROM p) \
     AND label_key = $9 AND gone_at <= $10 AND id <> $1 RETURNING 1)",
    "description = CASE WHEN $4 THEN $5 ELSE r.description END, scope = CASE WHEN $6 THEN $7 ELSE r.scope END, label = $8",
    "label_key = $9 FROM p WHERE (SELECT count(*) FROM x) >= 0 AND"
);
/// $4 expires_at, $5 gone_at, $6 and $7 the notice, $8 now.
pub(super) const EXPIRY: &str = change_both!(
    "",
    "expires_at = $4, gone_at = $5, purge_at = $5, notice_at = $6, notice_stage = $7, expiry_set_at = $8",
    "live_until = CASE WHEN p.leads THEN $4 ELSE f.live_until END, gone_at = CASE WHEN p.leads THEN $5 ELSE f.gone_at END FROM p WHERE"
);

/// $1 at, $2 why, $3 gone_at, $4 family, $5 realm, $6 owner. One row, so all members at once, and successors that a rotation is about to publish.
pub(super) const REVOKE_FAMILY: &str = "UPDATE counterfoil_family SET revoked_at = $1, revoked_why = $2, gone_at = $3, label_key = NULL WHERE id = $4 AND realm = $5 AND owner = $6 AND revoked_at IS NULL";
/// $4 realm, $5 owner, $6 limit.
pub(super) const REVOKE_OWNER: &str = "WITH f AS MATERIALIZED (SELECT id FROM counterfoil_family WHERE realm = $4 AND owner = $5 AND revoked_at IS NULL ORDER BY id LIMIT $6 FOR NO KEY UPDATE) UPDATE counterfoil_family SET revoked_at = $1, revoked_why = $2, gone_at = $3, label_key = NULL WHERE id = ANY(ARRAY(SELECT id FROM f)) AND revoked_at IS NULL";
pub(super) const OWNER_STANDS: &str =
    "SELECT 1::bigint FROM counterfoil_family WHERE realm = $1 AND owner = $2 AND revoked_at IS NULL LIMIT 1";
/// $4 family, $5 id.
pub(super) const REVOKE_ONE: &str = concat!(
    "WITH ",
    standing!("$4"),
    " UPDATE counterfoil_record r SET revoked_at = $1, revoked_why = $2, gone_at = $3, purge_at = $3, notice_at = NULL, notice_stage = NULL FROM f \
     WHERE r.id = $5 AND r.revoked_at IS NULL"
);

/// Locked in one order first: without it batches that overlap deadlock. The id is in the list twice where it was seen twice.
pub(super) const TOUCH: &str = "WITH n AS MATERIALIZED (SELECT id, max(at) AS at FROM unnest($1::bytea[], $2::bigint[]) AS n (id, at) GROUP BY id), l AS MATERIALIZED (SELECT r.id FROM counterfoil_record r WHERE r.id = ANY($1) AND NOT r.shrunk ORDER BY r.id FOR NO KEY UPDATE) UPDATE counterfoil_record r SET last_used_at = n.at FROM n JOIN l USING (id) WHERE r.id = n.id AND (r.last_used_at IS NULL OR r.last_used_at < n.at)";

pub(super) const LIST_OWNER: &str = joined!(
    "WHERE r.realm = $1 AND r.owner = $2 AND r.kind = $3 AND NOT r.shrunk AND (r.created_at, r.id) < ($4, $5) ORDER BY r.created_at DESC, r.id DESC LIMIT $6"
);
/// Goes from the owner's families that are not revoked, so that no page walks what is deleted. $1 realm, $2 owner, $3 kind, $4 and $5 the
/// cursor, $6 how many, $7 and $8 the families' kinds, $9 now. `OFFSET 0` keeps the two loops one in the other.
pub(super) const LIST_STANDING: &str = joined!(
    "WHERE r.id = ANY(ARRAY(
        SELECT s.id FROM counterfoil_family o CROSS JOIN LATERAL (
            SELECT m.id, m.created_at FROM counterfoil_record m
            WHERE m.family = o.id AND m.kind = $3 AND NOT m.shrunk AND m.revoked_at IS NULL
                AND ",
    stands_until!("m."),
    " > $9
                AND (m.created_at, m.id) < ($4, $5)
            OFFSET 0
        ) s
        WHERE o.realm = $1 AND o.owner = $2 AND o.kind BETWEEN $7 AND $8 AND o.revoked_at IS NULL
        ORDER BY s.created_at DESC, s.id DESC LIMIT $6
    ))
    ORDER BY r.created_at DESC, r.id DESC"
);
pub(super) const LIST_KIND: &str =
    joined!("WHERE r.realm = $1 AND r.kind = $2 AND NOT r.shrunk AND r.id > $3 ORDER BY r.id LIMIT $4");
pub(super) const DUE: &str =
    joined!("WHERE r.notice_at <= $1 AND (r.notice_at, r.id) > ($2, $3) ORDER BY r.notice_at, r.id LIMIT $4");
pub(super) const CENSUS: &str = "SELECT key_id, count(*) FROM counterfoil_record GROUP BY key_id ORDER BY key_id";

/// $1 id, $2 and $3 the mark that is held, $4 the lease, $5 family. The family's row is locked against writers alone, so that both halves are of one moment.
pub(super) const CLAIM: &str = concat!(
    "WITH f AS MATERIALIZED (SELECT * FROM counterfoil_family WHERE id = $5 FOR SHARE) \
     UPDATE counterfoil_record r SET notice_at = $4 FROM f WHERE r.id = $1 AND r.notice_at = $2 AND r.notice_stage = $3 AND length(r.digest) = 32 RETURNING ",
    record_columns!(),
    ", ",
    family_columns!()
);
/// $1 id, $2 and $3 the mark that is held, $4 and $5 the next one, $6 the notice that was sent, $7 the most bytes that are remembered. `noticed` is a row of nine
/// bytes for each notice, the oldest first. A shrunk record keeps no memory. The second number: whether what stood there was such a row; else nothing is written.
pub(super) const SETTLE: &str = "WITH l AS MATERIALIZED (SELECT id, noticed AS stood, length(noticed) % 9 = 0 AND length(digest) = 32 AS sound, coalesce(notice_at = $2 AND notice_stage = $3, false) AS held, CASE WHEN shrunk OR $6::bytea IS NULL OR EXISTS (SELECT 1 FROM generate_series(1, length(noticed), 9) AS place WHERE substring(noticed FROM place FOR 9) = $6) THEN noticed WHEN length(noticed) < $7 THEN noticed || $6 ELSE substring(noticed FROM 10) || $6 END AS told FROM counterfoil_record WHERE id = $1 FOR NO KEY UPDATE), u AS (UPDATE counterfoil_record r SET noticed = told, notice_at = CASE WHEN held THEN $4 ELSE notice_at END, notice_stage = CASE WHEN held THEN $5 ELSE notice_stage END FROM l WHERE r.id = l.id AND sound AND (held OR told <> stood)) SELECT held::int::bigint, sound::int::bigint FROM l";

/// A member of a revoked family waits for the family's tombstone, by which [`CHORES`] finds it. It leaves the timeline of the records, so that no purge looks at
/// it again meanwhile. Looks at the fronts alone: $1 now, $2 the limit of the unsent, $3 how far.
pub(super) const LEAVE_TO_FAMILY: &str = "WITH c AS MATERIALIZED (SELECT r.id FROM ((SELECT id, family FROM counterfoil_record WHERE purge_at <= $1 AND notice_at IS NULL ORDER BY purge_at, id LIMIT $3) UNION ALL (SELECT id, family FROM counterfoil_record WHERE purge_at <= $2 AND notice_at IS NOT NULL ORDER BY purge_at, id LIMIT $3)) r WHERE (SELECT f.revoked_at FROM counterfoil_family f WHERE f.id = r.family) IS NOT NULL), l AS MATERIALIZED (SELECT id FROM counterfoil_record WHERE id = ANY(ARRAY(SELECT id FROM c)) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) UPDATE counterfoil_record SET purge_at = NULL WHERE id = ANY(ARRAY(SELECT id FROM l))";
/// From the fronts of the timelines, so that a purge never looks at what stays: $1 now, $2 the limit of the unsent, $3 the limit of the windows, $4 how many.
/// 0: to be removed, 1: to be shrunk.
pub(super) const CHORES: &str = "(SELECT id, 0::bigint FROM counterfoil_record WHERE purge_at <= $1 AND notice_at IS NULL ORDER BY purge_at, id LIMIT $4) UNION ALL (SELECT id, 0::bigint FROM counterfoil_record WHERE purge_at <= $2 AND notice_at IS NOT NULL ORDER BY purge_at, id LIMIT $4) UNION ALL (SELECT r.id, 0::bigint FROM counterfoil_family f JOIN counterfoil_record r ON r.family = f.id WHERE f.revoked_at IS NOT NULL AND f.gone_at <= $1 AND (r.notice_at IS NULL OR f.gone_at <= $2) ORDER BY f.gone_at LIMIT $4) UNION ALL (SELECT id, 1::bigint FROM counterfoil_record WHERE honoured_until <= $3 AND NOT shrunk ORDER BY honoured_until, id LIMIT $4 + $4)";
/// $1 ids, $2 their families, $3 now, $4 the limit of the unsent. What came back to life since it was read stays; a family goes where none of its members stays.
pub(super) const REMOVE: &str = "WITH f AS MATERIALIZED (SELECT id, members, revoked_at, gone_at FROM counterfoil_family WHERE id = ANY($2) ORDER BY id FOR UPDATE), l AS MATERIALIZED (SELECT r.id FROM counterfoil_record r LEFT JOIN f ON f.id = r.family WHERE r.id = ANY($1) AND CASE WHEN f.revoked_at IS NULL THEN r.gone_at ELSE f.gone_at END <= CASE WHEN r.notice_at IS NULL THEN $3 ELSE $4 END ORDER BY r.id FOR UPDATE OF r), d AS (DELETE FROM counterfoil_record r USING l WHERE r.id = l.id RETURNING r.family), n AS MATERIALIZED (SELECT family, count(*) AS gone FROM d GROUP BY family), e AS (DELETE FROM counterfoil_family USING n, f WHERE counterfoil_family.id = n.family AND f.id = n.family AND f.members <= n.gone), u AS (UPDATE counterfoil_family SET members = f.members - n.gone FROM n, f WHERE counterfoil_family.id = n.family AND f.id = n.family AND f.members > n.gone) SELECT count(*) FROM d";
/// $1 ids, $2 the limit of the windows.
pub(super) const SHRINK: &str = "WITH l AS MATERIALIZED (SELECT id FROM counterfoil_record WHERE id = ANY($1) AND honoured_until <= $2 AND superseded_at IS NOT NULL AND NOT shrunk ORDER BY id FOR NO KEY UPDATE) UPDATE counterfoil_record SET nonce = NULL, nonce_key = NULL, created_at = superseded_at, expiry_set_at = superseded_at, parent = NULL, scope = NULL, label = NULL, description = NULL, expires_at = NULL, last_used_at = NULL, notice_at = NULL, notice_stage = NULL, noticed = ''::bytea, shrunk = true WHERE id = ANY(ARRAY(SELECT id FROM l))";

pub(super) const CLIENT: &str =
    "SELECT version, document FROM counterfoil_client WHERE realm = $1 AND client_id = $2 AND document IS NOT NULL";
pub(super) const CLIENTS: &str = "
SELECT version, document, client_id FROM counterfoil_client
WHERE realm = $1 AND client_id > $2 AND document IS NOT NULL
ORDER BY client_id LIMIT $3";
/// A removed client leaves its row without a document: its version goes on from there. A key that was ever used breaks the statement, and nothing is written.
pub(super) const CREATE_CLIENT: &str = "WITH c AS (INSERT INTO counterfoil_client AS own (realm, client_id, version, key, document) VALUES ($1, $2, 0, $3, $4) ON CONFLICT (realm, client_id) DO UPDATE SET version = own.version + 1, key = excluded.key, document = excluded.document WHERE own.document IS NULL RETURNING version), k AS (INSERT INTO counterfoil_client_key (realm, key) SELECT $1, $3 FROM c) SELECT version FROM c";
/// $5 the expected version. A key that stays was entered when the client was made.
pub(super) const REPLACE_CLIENT: &str = "WITH o AS MATERIALIZED (SELECT key FROM counterfoil_client WHERE realm = $1 AND client_id = $2 AND version = $5 AND document IS NOT NULL FOR NO KEY UPDATE), c AS (UPDATE counterfoil_client SET version = version + 1, key = $3, document = $4 FROM o WHERE realm = $1 AND client_id = $2 RETURNING version), k AS (INSERT INTO counterfoil_client_key (realm, key) SELECT $1, $3 FROM c, o WHERE o.key <> $3) SELECT version FROM c";
pub(super) const REMOVE_CLIENT: &str = "UPDATE counterfoil_client SET document = NULL WHERE realm = $1 AND client_id = $2 AND version = $3 AND document IS NOT NULL";

pub(super) const SETTINGS: &str = "SELECT version, document FROM counterfoil_settings WHERE realm = $1";
pub(super) const CREATE_SETTINGS: &str = "INSERT INTO counterfoil_settings (realm, version, document) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING RETURNING version";
pub(super) const REPLACE_SETTINGS: &str = "UPDATE counterfoil_settings SET version = version + 1, document = $2 WHERE realm = $1 AND version = $3 RETURNING version";

/// Whether the role may note the upkeep. Without it nothing would ever be purged.
pub(super) const MAY_NOTE_UPKEEP: &str = "SELECT bool_and(has_table_privilege(to_regclass('counterfoil_upkeep'), allowed)) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS allowed";
pub(super) const LAST_UPKEEP: &str = "SELECT at FROM counterfoil_upkeep";
pub(super) const FIRST_UPKEEP: &str = "INSERT INTO counterfoil_upkeep (id, at) VALUES (1, $1) ON CONFLICT DO NOTHING";
pub(super) const NOTE_UPKEEP: &str = "UPDATE counterfoil_upkeep SET at = $1 WHERE id = 1 AND at = $2";
