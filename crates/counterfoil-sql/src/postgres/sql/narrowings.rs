//! The log of narrowing steps: its tables and triggers, and the statements that read, write and trim it.
//!
//! A step has the id of its transaction (`xid`). The ids of transactions do not have the order of the commits. So a
//! reader remembers a set of transactions (`Seen` in `position.rs`): those before an id, without those that were still
//! running.

/// Whether both triggers are enabled as `counterfoil_log_narrowings` enables them. If somebody has disabled a trigger
/// and enabled it again in another way, the log has a gap and counts as off.
macro_rules! is_on {
    () => {
        "(
            SELECT count(*) FROM pg_trigger
            WHERE (tgrelid, tgname) IN (
                (to_regclass('counterfoil_record'), 'counterfoil_record_narrowed'),
                (to_regclass('counterfoil_family'), 'counterfoil_family_narrowed')
            ) AND tgenabled = 'A'
        ) = 2"
    };
}

/// A condition that is always true. It passes the instant of a call to the triggers of its statement, for a change that
/// writes this instant to no column. The setting ends with the transaction.
macro_rules! dated {
    ($now:literal) => {
        concat!("set_config('counterfoil.now', (", $now, "::bigint)::text, true) IS NOT NULL")
    };
}
pub(super) use dated;

/// The migration that adds the log. The triggers are disabled until the log is switched on.
///
/// - The trigger of a record has all columns but those that touch, claim, settle and purge write, and the nonce. It
///   leaves out an update that shrinks the record.
/// - The trigger of a family leaves out the number of members, the instant of use, and an update that advances the
///   generation: the same statement supersedes a record.
///
/// A trigger with a list of columns fires if a statement assigns one of them, even if the value stays the same.
///
/// The row of the log has the place of the last step that was trimmed. `recent` has the transactions whose steps were
/// trimmed, of those from `recent_from` on.
pub(super) const MIGRATION: &str = concat!(
    r#"
CREATE TABLE counterfoil_narrowing (
    xid BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    family BYTEA,
    realm TEXT COLLATE "C",
    owner TEXT COLLATE "C",
    at BIGINT NOT NULL,
    CONSTRAINT counterfoil_narrowing_key PRIMARY KEY (xid, id)
);
CREATE TABLE counterfoil_narrowing_log (
    id SMALLINT NOT NULL CONSTRAINT counterfoil_narrowing_log_id PRIMARY KEY CHECK (id = 1),
    epoch BYTEA NOT NULL CHECK (length(epoch) = 16),
    trimmed_xid BIGINT NOT NULL,
    trimmed_id BIGINT NOT NULL,
    recent_from BIGINT NOT NULL,
    recent BIGINT[] NOT NULL
);
CREATE FUNCTION counterfoil_record_narrowed() RETURNS TRIGGER LANGUAGE plpgsql VOLATILE AS $narrowed$
BEGIN
    INSERT INTO counterfoil_narrowing (family, at) VALUES (NEW.family, coalesce(
        nullif(current_setting('counterfoil.now', true), '')::bigint,
        CASE WHEN OLD.revoked_at IS NULL THEN NEW.revoked_at END,
        CASE WHEN OLD.superseded_at IS NULL THEN NEW.superseded_at END,
        NEW.expiry_set_at
    ));
    RETURN NULL;
END
$narrowed$;
CREATE FUNCTION counterfoil_family_narrowed() RETURNS TRIGGER LANGUAGE plpgsql VOLATILE AS $narrowed$
BEGIN
    INSERT INTO counterfoil_narrowing (family, at) VALUES (NEW.id, coalesce(
        nullif(current_setting('counterfoil.now', true), '')::bigint,
        CASE WHEN OLD.revoked_at IS NULL THEN NEW.revoked_at END,
        NEW.used_at
    ));
    RETURN NULL;
END
$narrowed$;
CREATE TRIGGER counterfoil_record_narrowed
    AFTER UPDATE OF
        id, family, realm, owner, kind, parent, generation, created_at, scope, label, description, digest, key_id,
        version, expires_at, expiry_set_at, gone_at, superseded_at, successor, honoured_until, revoked_at, revoked_why
    ON counterfoil_record FOR EACH ROW WHEN (OLD.shrunk = NEW.shrunk)
    EXECUTE FUNCTION counterfoil_record_narrowed();
CREATE TRIGGER counterfoil_family_narrowed
    AFTER UPDATE OF
        id, realm, owner, kind, generation, body, live_until, gone_at, label_key, revoked_at, revoked_why, client
    ON counterfoil_family FOR EACH ROW WHEN (OLD.generation = NEW.generation)
    EXECUTE FUNCTION counterfoil_family_narrowed();
ALTER TABLE counterfoil_record DISABLE TRIGGER counterfoil_record_narrowed;
ALTER TABLE counterfoil_family DISABLE TRIGGER counterfoil_family_narrowed;
CREATE FUNCTION counterfoil_log_narrowings(switched_on BOOLEAN) RETURNS VOID LANGUAGE plpgsql VOLATILE AS $log$
BEGIN
    LOCK TABLE counterfoil_family, counterfoil_record IN SHARE ROW EXCLUSIVE MODE;
    IF switched_on = ("#,
    is_on!(),
    r" AND EXISTS (SELECT 1 FROM counterfoil_narrowing_log WHERE id = 1)) THEN
        RETURN;
    END IF;
    DELETE FROM counterfoil_narrowing_log;
    DELETE FROM counterfoil_narrowing;
    IF switched_on THEN
        ALTER TABLE counterfoil_record ENABLE ALWAYS TRIGGER counterfoil_record_narrowed;
        ALTER TABLE counterfoil_family ENABLE ALWAYS TRIGGER counterfoil_family_narrowed;
        INSERT INTO counterfoil_narrowing_log (id, epoch, trimmed_xid, trimmed_id, recent_from, recent)
        VALUES (1, uuid_send(gen_random_uuid()), 0, 0, 0, '{}');
    ELSE
        ALTER TABLE counterfoil_record DISABLE TRIGGER counterfoil_record_narrowed;
        ALTER TABLE counterfoil_family DISABLE TRIGGER counterfoil_family_narrowed;
    END IF;
END
$log$;
"
);

/// Switches the log on or off, if it is not so already. Needs the owner of the tables. The lock waits for every
/// statement that has begun to write without the triggers. Parameters: $1 whether the log is on.
pub(in crate::postgres) const SWITCH_LOG: &str = "SELECT counterfoil_log_narrowings($1)";
/// Whether the log is on.
pub(in crate::postgres) const LOG_IS_ON: &str =
    concat!("SELECT (", is_on!(), " AND EXISTS (SELECT 1 FROM counterfoil_narrowing_log WHERE id = 1)) AS is_on");
/// Selects a role that may write records or families, but no steps.
pub(in crate::postgres) const MAY_NOT_LOG: &str = "
SELECT rolname::text FROM pg_roles
WHERE (
        has_table_privilege(oid, to_regclass('counterfoil_record'), 'UPDATE')
        OR has_table_privilege(oid, to_regclass('counterfoil_family'), 'UPDATE')
    ) AND NOT has_table_privilege(oid, to_regclass('counterfoil_narrowing'), 'INSERT')
ORDER BY 1 LIMIT 1";
/// Counts the triggers of the log.
pub(in crate::postgres) const LOG_TRIGGERS: &str = "
SELECT count(*) FROM pg_trigger
WHERE (tgrelid, tgname) IN (
    (to_regclass('counterfoil_record'), 'counterfoil_record_narrowed'),
    (to_regclass('counterfoil_family'), 'counterfoil_family_narrowed')
)";
/// The number of triggers that the migrations create.
pub(in crate::postgres) const LOG_TRIGGER_COUNT: i64 = 2;
/// Whether the role may write the steps that its own writes need. They need none while the log is off.
pub(in crate::postgres) const MAY_LOG: &str =
    concat!("SELECT NOT ", is_on!(), " OR has_table_privilege(to_regclass('counterfoil_narrowing'), 'INSERT')");

/// Selects at most $7 steps that a reader has not seen. The reader has seen the transactions before $1 that are not in
/// $2. It asks only for those before $3 that are not in $4, and only for the steps after the transaction $5 and the id
/// $6, in this order.
///
/// Each row also has the epoch, the place of the last step that was trimmed, and the present end: the transaction
/// `stop` is after all visible steps, and `running` has the transactions before it that are still running. `late` is 1
/// if a transaction in $2 has ended and its step was trimmed, or may have been. If the log is off, there is no row. If
/// there is no step, there is one row without a step.
///
/// The epoch depends on the instant at which the server was started, and on the table, so that it is another one after
/// a restore.
pub(in crate::postgres) const NARROWINGS: &str = concat!(
    "
WITH l AS MATERIALIZED (
    SELECT
        substring(sha256(
            epoch || int8send((extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint)
                || int8send(to_regclass('counterfoil_narrowing')::oid::bigint)
        ) FROM 1 FOR 16) AS epoch,
        trimmed_xid, trimmed_id, recent_from, recent
    FROM counterfoil_narrowing_log
    WHERE id = 1 AND ",
    is_on!(),
    "
), e AS MATERIALIZED (
    SELECT 1 + greatest(
        trimmed_xid, coalesce((SELECT xid FROM counterfoil_narrowing ORDER BY xid DESC LIMIT 1), 0)
    ) AS stop FROM l
), r AS MATERIALIZED (
    SELECT ARRAY(
        SELECT x::text::bigint FROM pg_snapshot_xip(pg_current_snapshot()) AS x
        WHERE x::text::bigint < e.stop ORDER BY 1
    ) AS running FROM e
), n AS MATERIALIZED (
    (
        SELECT xid, id, family, realm, owner FROM counterfoil_narrowing
        WHERE xid = ANY($2) AND xid < $3 AND xid <> ALL($4) AND (xid, id) > ($5, $6)
        ORDER BY xid, id LIMIT $7
    ) UNION ALL (
        SELECT xid, id, family, realm, owner FROM counterfoil_narrowing
        WHERE xid >= $1 AND xid < $3 AND xid <> ALL($4) AND (xid, id) > ($5, $6)
        ORDER BY xid, id LIMIT $7
    )
    ORDER BY xid, id LIMIT $7
)
SELECT
    l.epoch, l.trimmed_xid, l.trimmed_id, e.stop, r.running,
    EXISTS (
        SELECT 1 FROM unnest($2) AS x
        WHERE x <= l.trimmed_xid AND x <> ALL(r.running) AND (x < l.recent_from OR x = ANY(l.recent))
    )::int::bigint AS late,
    n.xid, n.id, n.family, n.realm, n.owner
FROM l CROSS JOIN e CROSS JOIN r LEFT JOIN n ON true
ORDER BY n.xid, n.id"
);
/// Writes a step of the host. Writes nothing if the log is off. Parameters: $1 family, $2 realm, $3 owner, $4 instant.
pub(in crate::postgres) const NARROW: &str = concat!(
    "INSERT INTO counterfoil_narrowing (family, realm, owner, at)
    SELECT $1, $2, $3, $4 FROM counterfoil_narrowing_log WHERE id = 1 AND ",
    is_on!()
);
/// Removes the oldest steps, up to the first one whose instant is $1 or later, and at most $2 of them. `removed` is
/// their number, and `logs` is 0 if the log is off. The lock on the row of the log lets one call at a time trim. The
/// row keeps the newest 1,024 transactions whose steps were trimmed.
pub(in crate::postgres) const TRIM: &str = concat!(
    "
WITH l AS MATERIALIZED (
    SELECT id FROM counterfoil_narrowing_log WHERE id = 1 AND ",
    is_on!(),
    " FOR NO KEY UPDATE
), s AS MATERIALIZED (
    SELECT o.xid, o.id, o.at FROM l CROSS JOIN LATERAL (
        SELECT xid, id, at FROM counterfoil_narrowing ORDER BY xid, id LIMIT $2
    ) o
), k AS MATERIALIZED (
    SELECT xid, id FROM s WHERE at >= $1 ORDER BY xid, id LIMIT 1
), d AS (
    DELETE FROM counterfoil_narrowing n USING s
    WHERE n.xid = s.xid AND n.id = s.id AND NOT EXISTS (SELECT 1 FROM k WHERE (k.xid, k.id) <= (s.xid, s.id))
    RETURNING n.xid, n.id
), u AS (
    UPDATE counterfoil_narrowing_log g SET (trimmed_xid, trimmed_id, recent_from, recent) = (
        SELECT t.xid, t.id, c.recent_from, c.recent
        FROM (
            SELECT xid, id FROM d UNION ALL SELECT g.trimmed_xid, g.trimmed_id
            ORDER BY xid DESC, id DESC LIMIT 1
        ) t, (
            SELECT
                greatest(g.recent_from, CASE WHEN max(place) > 1024 THEN min(xid) FILTER (WHERE place <= 1024) END)
                    AS recent_from,
                array_agg(xid ORDER BY xid) FILTER (WHERE place <= 1024) AS recent
            FROM (
                SELECT xid, row_number() OVER (ORDER BY xid DESC) AS place
                FROM (SELECT unnest(g.recent) AS xid UNION SELECT xid FROM d) a
            ) p
        ) c
    )
    WHERE g.id = 1 AND EXISTS (SELECT 1 FROM d)
)
SELECT (SELECT count(*) FROM d) AS removed, (SELECT count(*) FROM l) AS logs"
);
