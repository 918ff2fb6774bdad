//! All SQL of the counters. The calling function binds the parameters `$n` in the order of its own arguments.

/// The migration that adds attempts in progress to the throttle counters. It drops the counters of older versions,
/// because their numbers had another meaning. Little is lost, because a counter lasted only a minute.
///
/// The SQL function `counterfoil_attempt` does on a locked row what `counterfoil::store::Counter` does in memory.
/// `step` is 0 to reserve an attempt, 1 to record a failure, and 2 to release an attempt. For `step` 0, the function
/// returns −1 if the attempt is granted, and −2 if too many attempts are in progress. If there were too many failures,
/// it returns the end of their window. For the other steps it returns 0.
///
/// A refused attempt writes only if `ahead` is true. `ahead` means that an instant of the counter is impossibly far in
/// the future, because the clock was set back.
pub(super) const MIGRATION: &str = r#"
DROP TABLE counterfoil_counter;
CREATE TABLE counterfoil_throttle (
    key BYTEA NOT NULL CONSTRAINT counterfoil_throttle_key PRIMARY KEY,
    failures BIGINT NOT NULL,
    ends_at BIGINT,
    under_way BIGINT[] NOT NULL,
    gone_at BIGINT NOT NULL
);
CREATE INDEX counterfoil_throttle_gone ON counterfoil_throttle (gone_at);
CREATE FUNCTION counterfoil_attempt(step BIGINT, of_key BYTEA, noted BIGINT, at_instant BIGINT, span BIGINT, most BIGINT) RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $attempt$
DECLARE
    latest CONSTANT BIGINT := 9007199254740991;
    minute CONSTANT BIGINT := 60000000;
    cap CONSTANT BIGINT := LEAST(at_instant + span, latest);
    failed BIGINT;
    ends BIGINT;
    going BIGINT[];
    one BIGINT;
    place INT;
    ahead BOOLEAN;
    answer BIGINT;
BEGIN
    IF step = 0 THEN
        SELECT t.ends_at INTO ends FROM counterfoil_throttle t
            WHERE t.key = of_key AND t.failures >= most AND t.ends_at > at_instant AND t.ends_at <= cap;
        IF FOUND THEN RETURN ends; END IF;
    END IF;
    FOR turn IN 1..64 LOOP
        SELECT t.failures, t.ends_at, t.under_way INTO failed, ends, going FROM counterfoil_throttle t WHERE t.key = of_key FOR UPDATE;
        IF NOT FOUND THEN
            IF step <> 0 THEN RETURN 0; END IF;
            INSERT INTO counterfoil_throttle VALUES (of_key, 0, NULL, ARRAY[at_instant], LEAST(at_instant + minute + span, latest)) ON CONFLICT DO NOTHING;
            IF FOUND THEN RETURN -1; END IF;
            CONTINUE;
        END IF;
        ahead := COALESCE(ends > cap, false) OR EXISTS (SELECT 1 FROM unnest(going) u WHERE u - at_instant >= minute);
        IF ends > cap THEN ends := cap; END IF;
        FOR one IN SELECT u FROM unnest(going) u WHERE abs(at_instant - u) >= minute ORDER BY u LOOP
            one := LEAST(one + minute, latest, at_instant);
            IF one < ends THEN failed := failed + 1; ELSE failed := 1; ends := LEAST(one + span, latest); END IF;
        END LOOP;
        going := ARRAY(SELECT u FROM unnest(going) u WHERE abs(at_instant - u) < minute);
        IF ends <= at_instant THEN failed := 0; ends := NULL; END IF;
        IF step = 0 THEN
            IF failed >= most THEN answer := ends;
            ELSIF failed + cardinality(going) >= most THEN answer := -2;
            ELSE answer := -1; going := going || at_instant;
            END IF;
            IF answer <> -1 AND NOT ahead THEN RETURN answer; END IF;
        ELSE
            answer := 0;
            place := array_position(going, noted);
            IF place IS NOT NULL THEN
                going := going[:place - 1] || going[place + 1:];
                IF step = 1 THEN
                    IF at_instant < ends THEN failed := failed + 1; ELSE failed := 1; ends := cap; END IF;
                END IF;
            END IF;
        END IF;
        IF failed = 0 AND cardinality(going) = 0 THEN
            DELETE FROM counterfoil_throttle WHERE key = of_key;
        ELSE
            SELECT max(u) INTO one FROM unnest(going) u;
            UPDATE counterfoil_throttle SET failures = failed, ends_at = ends, under_way = going,
                gone_at = GREATEST(ends, CASE WHEN one IS NOT NULL THEN LEAST(one + minute + span, latest) END) WHERE key = of_key;
        END IF;
        RETURN answer;
    END LOOP;
    RAISE EXCEPTION 'the counter was made and removed too often meanwhile' USING ERRCODE = 'serialization_failure';
END
$attempt$;
"#;

/// Selects 1 if the SQL function `counterfoil_attempt` exists and is `VOLATILE`, and otherwise 0. A function that is
/// not `VOLATILE` would see only what its calling statement sees.
pub(super) const SOUND: &str = "
SELECT count(*) FROM pg_proc
WHERE oid = to_regprocedure('counterfoil_attempt(bigint, bytea, bigint, bigint, bigint, bigint)')
    AND provolatile = 'v'";

pub(super) const ATTEMPT: &str = "SELECT counterfoil_attempt($1, $2, $3, $4, $5, $6) AS outcome";
pub(super) const PURGE: &str = "
WITH l AS MATERIALIZED (
    SELECT key FROM counterfoil_throttle WHERE gone_at <= $1 ORDER BY gone_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
DELETE FROM counterfoil_throttle WHERE key = ANY(ARRAY(SELECT key FROM l)) AND gone_at <= $1";

#[cfg(test)]
mod tests {
    use counterfoil::Timestamp;
    use counterfoil::store::UNSETTLED;
    use counterfoil::types::whole_micros;

    use super::MIGRATION;

    /// Checks that two numbers in the SQL function `counterfoil_attempt` are equal to constants of the core. The
    /// numbers are literals there, because the text of a released migration must not change when a constant changes.
    #[test]
    fn syn_token_12_the_function_fails_an_attempt_after_the_time_of_the_core() {
        for constant in [
            format!("minute CONSTANT BIGINT := {};", whole_micros(UNSETTLED)),
            format!("latest CONSTANT BIGINT := {};", Timestamp::MAX.micros()),
        ] {
            assert!(MIGRATION.contains(&constant), "not in the migration: {constant}");
        }
    }
}
