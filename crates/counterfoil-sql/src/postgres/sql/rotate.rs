//! Statements of a rotation. Two supersede the parent, the third extends the parent's expiry.

/// A statement that supersedes the parent. `$owner` is a clause before the lock on the family. `$renewal` is the last
/// branch of `barred`, for a family that is not live. `$barred` is the result `barred`.
macro_rules! supersede {
    ($owner:literal, $family:literal, $renewal:literal, $barred:literal) => {
        concat!(
            "WITH ",
            $owner,
            standing!($family),
            ", a AS MATERIALIZED (
        SELECT
            (
                SELECT min(old.superseded_at) FROM counterfoil_record old
                WHERE old.family = $17
                    AND old.generation = (SELECT generation FROM counterfoil_record WHERE id = $18) - $28::bigint
                    AND old.kind = f.kind AND old.superseded_at > $29
            ) AS oldest,
            CASE WHEN $30::bigint IS NOT NULL THEN counterfoil_access($17, $20, $30) END AS full_until,
            CASE
                WHEN $31 AND f.label_key IS NULL THEN 1::bigint
                WHEN f.live_until IS NULL OR f.live_until > $20 THEN NULL
                WHEN ",
            $renewal,
            "
            END AS barred
        FROM f
    ), p AS (
        UPDATE counterfoil_record r SET version = r.version + 1, superseded_at = $20, successor = $21,
            nonce = $22, nonce_key = $23, honoured_until = $24, gone_at = $25, purge_at = $25,
            notice_at = NULL, notice_stage = NULL
        FROM f, a
        WHERE r.id = $18 AND r.version = $19 AND r.superseded_at IS NULL AND r.revoked_at IS NULL
            AND length(r.digest) = 32 AND f.generation + 1 >= ALL($4::bigint[])
            AND a.oldest IS NULL AND a.full_until IS NULL AND a.barred IS NULL
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
            ")
    SELECT
        (SELECT count(*) FROM p) AS written, (SELECT oldest FROM a) AS oldest,
        (SELECT full_until FROM a) AS full_until, ",
            $barred,
            " AS barred"
        )
    };
}

/// Supersedes the parent. Parameters: $17 family, $18 parent, $19 expected version, $20 now, $21 successor, $22 nonce,
/// $23 nonce key, $24 honoured_until, $25 gone_at, $26 and $27 the successor's expires_at and gone_at, $28 pace, $29
/// start of the pace's period, $30 how many access tokens may be live before the rotation (the limit minus the number
/// of new ones), $31 whether the family must have a label key, $32 cap (a limit on the owner's live families).
///
/// If the pace is reached, nothing is written, and the result `oldest` is the instant of the oldest rotation that the
/// pace counts. If more than $30 access tokens are live, nothing is written, and the result `full_until` is the instant
/// at which the first live access token expires. If the result `barred` is not NULL, nothing is written either:
///
/// - 1: The family must have a label key and has none.
/// - 2: The rotation has a cap, and the family is not live. [`RENEW`] must check the cap.
///
/// The pace is checked in the snapshot of the statement. This snapshot is new enough: if it contains the parent, it
/// also contains all earlier rotations of the family.
pub(in crate::postgres) const SUPERSEDE: &str =
    supersede!("", "$17 AND realm = $15 AND owner = $16", "$32::bigint IS NOT NULL THEN 2", "(SELECT barred FROM a)");
/// Like [`SUPERSEDE`], for a family that is possibly not live. First locks the owner's row, as an insert with a cap
/// does, and then the family's row. If the family is not live, the SQL function `counterfoil_admit` counts the live
/// families. Further values of `barred`:
///
/// - 3: The owner has reached the cap.
/// - 4: The owner has no row yet.
pub(in crate::postgres) const RENEW: &str = supersede!(
    "o AS MATERIALIZED (
        SELECT 1 FROM counterfoil_owner
        WHERE realm = $15 AND owner = $16 AND kind = (SELECT kind FROM counterfoil_family WHERE id = $17)
        FOR NO KEY UPDATE
    ), ",
    "$17 AND realm = $15 AND owner = $16 AND EXISTS (SELECT 1 FROM o)",
    "(counterfoil_admit(
                    $15, $16, f.kind, f.client, NULL, $20, $32, NULL, NULL, NULL, NULL, NULL
                )).verdict = 1 THEN 3",
    "CASE WHEN EXISTS (SELECT 1 FROM o) THEN (SELECT barred FROM a) ELSE 4 END"
);
/// Extends the parent's expiry. Parameters: $17 family, $18 parent, $19 now, $20 expires_at, $21 gone_at, $22 how many
/// access tokens may be live before the statement (the limit minus the number of new ones). If more than $22 are live,
/// nothing is written, and the result `full_until` is the instant at which the first live access token expires.
pub(in crate::postgres) const SLIDE: &str = concat!(
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
    ") SELECT (SELECT count(*) FROM p) AS written, (SELECT full_until FROM a) AS full_until"
);
