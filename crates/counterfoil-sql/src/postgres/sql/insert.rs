//! Statements that insert a new family, or insert records into an existing family.

use super::narrowings::dated;

/// Selects the family that holds the label, unless it is the family $4 or has reached its `gone_at`. Parameters: $1
/// realm, $2 owner, $3 label_key, $4 family, $5 now.
pub(in crate::postgres) const HOLDER: &str = "
SELECT id FROM counterfoil_family
WHERE realm = $1 AND owner = $2 AND label_key = $3 AND id <> $4 AND (gone_at IS NULL OR gone_at > $5)";

/// Selects what prevents a new family. Each row has an id and the number `obstacle`:
///
/// - 0: a stored record that has one of the new ids
/// - 1: the first record of a stored family that has the id of the new family
/// - 2: a family that holds the label and has not reached `gone_at`
///
/// Parameters: $1 ids, $2 family, $3 realm, $4 owner, $5 label_key, $6 now.
pub(in crate::postgres) const OBSTACLES: &str = "
SELECT id, 0::bigint AS obstacle FROM counterfoil_record WHERE id = ANY($1)
UNION ALL
(SELECT id, 1::bigint FROM counterfoil_record WHERE family = $2 ORDER BY generation, id LIMIT 1)
UNION ALL
SELECT id, 2::bigint FROM counterfoil_family
WHERE realm = $3 AND owner = $4 AND label_key = $5 AND id <> $2 AND (gone_at IS NULL OR gone_at > $6)";

/// A clause that inserts the family for each row of `$from`. `$from` has one row, or no row if a condition is false.
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

/// Inserts a family with its first records. If a family past its `gone_at` holds the label key, the statement first
/// removes the key from that family. Parameters: $17 id, $18 kind, $19 body, $20 live_until, $21 gone_at, $22
/// label_key, $23 now, $24 client, $25 used_at.
pub(in crate::postgres) const FOUND: &str = concat!(
    "WITH x AS (
        UPDATE counterfoil_family SET label_key = NULL
        WHERE realm = $15 AND owner = $16 AND label_key = $22 AND gone_at <= $23 AND ",
    dated!("$23"),
    "
        RETURNING id
    ), f AS (",
    add_family!("WHERE (SELECT count(*) FROM x) >= 0"),
    "), r AS (",
    add_records!("f RETURNING 1"),
    ") SELECT count(*) AS written FROM r"
);
/// Like [`FOUND`], with a cap (a limit on live families) or a pace (a limit on creations in a period). First locks the
/// owner's row. Then the SQL function `counterfoil_admit` decides. Its result is in `verdict`, which is NULL if the
/// owner has no row yet. Additional parameters: $26 cap, $30 pace, $31 start of the pace's period. For families that
/// are ended to make room: $27 revoked_at, $28 revoked_why, $29 gone_at.
pub(in crate::postgres) const FOUND_WITHIN: &str = concat!(
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
            AND ",
    dated!("$23"),
    "
        RETURNING id
    ), f AS (",
    add_family!("FROM c WHERE verdict = 0 AND (SELECT count(*) FROM x) >= 0"),
    "), r AS (",
    add_records!("f RETURNING 1"),
    ")
    SELECT
        (SELECT count(*) FROM r) AS written, (SELECT verdict FROM c) AS verdict,
        (SELECT oldest FROM c) AS oldest, (SELECT ended FROM c) AS ended"
);
pub(in crate::postgres) const ADD_OWNER: &str =
    "INSERT INTO counterfoil_owner (realm, owner, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Inserts records into a family. Parameters: $17 family, $18 generation, $19 now, $20 how many access tokens may be
/// live before the insert (the limit minus the number of new ones). If more than $20 are live, the statement inserts
/// nothing, and its result `full_until` is the instant at which the first live access token expires.
pub(in crate::postgres) const JOIN: &str = concat!(
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
    ") SELECT (SELECT count(*) FROM r) AS written, (SELECT full_until FROM a) AS full_until"
);
