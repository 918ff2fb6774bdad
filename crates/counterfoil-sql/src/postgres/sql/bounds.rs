//! The migration for limits of inserts and rotations, and for lists of current records. A cap limits how many live
//! families an owner has for each client. A pace limits how many records an owner creates in a period, or how often a
//! family is rotated in a period. The lists contain no records that are revoked, past `gone_at`, or superseded and past
//! their retry window.
//!
//! The SQL functions of the migration are `VOLATILE`. Each statement in such a function sees everything that is
//! committed when that inner statement begins. The statement that calls the function sees less: if it has waited for a
//! lock, it does not see what the previous holder of the lock committed.

use crate::ends::{expires, lives_until, no_end};

/// An expression for the instant at which a record leaves the lists of current records. It is the earlier of `gone_at`
/// and `honoured_until`. Revoked records are never in these lists, and neither are superseded records that a purge has
/// shrunk.
macro_rules! stands_until {
    ($of:literal) => {
        concat!(
            "least(coalesce(",
            $of,
            "gone_at, ",
            no_end!(),
            "), coalesce(",
            $of,
            "honoured_until, ",
            no_end!(),
            "))"
        )
    };
}
pub(super) use stands_until;

/// A clause that selects the families that a cap counts. It uses the argument names of `counterfoil_admit`.
macro_rules! living {
    () => {
        concat!(
            "FROM counterfoil_family
             WHERE realm = of_realm COLLATE \"C\" AND owner = of_owner COLLATE \"C\" AND kind = of_kind
                 AND coalesce(client, ''::bytea) = coalesce(of_client, ''::bytea)
                 AND revoked_at IS NULL AND ",
            lives_until!(),
            " > at_instant"
        )
    };
}

/// The part of the migration that adds `client` and `used_at`. In the body of a sign-in's family, the client's key is a
/// list of 16 numbers, one for each byte. `client` gets these bytes, or NULL if the body does not have this form.
/// `used_at` is the latest `expiry_set_at` of the family's members.
macro_rules! tables {
    () => {
        concat!(
            r#"
ALTER TABLE counterfoil_family
    ADD COLUMN client BYTEA CONSTRAINT counterfoil_family_client CHECK (length(client) = 16),
    ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
UPDATE counterfoil_family SET
    client = (
        SELECT decode(string_agg(lpad(to_hex(number::int % 256), 2, '0'), '' ORDER BY place), 'hex')
        FROM unnest(string_to_array(
            (regexp_match(body, '^\{"sign_in":\{"client":\[((?:[0-9]{1,3},){15}[0-9]{1,3})\]'))[1], ','
        )) WITH ORDINALITY AS numbers (number, place)
    ),
    used_at = coalesce(
        (SELECT max(expiry_set_at) FROM counterfoil_record WHERE counterfoil_record.family = counterfoil_family.id),
        0
    );
DROP INDEX counterfoil_family_standing;
CREATE INDEX counterfoil_family_standing
    ON counterfoil_family (realm, owner, kind, (coalesce(client, ''::bytea)), ("#,
            lives_until!(),
            "))
    WHERE revoked_at IS NULL;
CREATE INDEX counterfoil_record_access
    ON counterfoil_record (family, (",
            expires!(),
            "))
    WHERE kind = 2 AND revoked_at IS NULL;
CREATE INDEX counterfoil_record_standing
    ON counterfoil_record (family, kind, (",
            stands_until!(""),
            "))
    WHERE NOT shrunk AND revoked_at IS NULL;
DROP FUNCTION counterfoil_live(TEXT, TEXT, BIGINT, BIGINT, BIGINT);
"
        )
    };
}

/// The SQL function `counterfoil_admit`, which decides whether a family can be created. The caller holds the lock on
/// the owner's row. `verdict` has one of these values:
///
/// - 0: The family can be created. `ended` contains the families that were revoked to make room.
/// - 1: The owner has reached the cap.
/// - 2: The owner has reached the pace. `oldest` is the creation time of the oldest record that the pace counts.
/// - 3: Room must be made, but another family holds the label. No family was revoked.
///
/// To make room, the SQL function chooses the least recently used families and locks them. It repeats this until all
/// chosen families are locked, because a concurrent rotation may have used one of them.
macro_rules! admit {
    () => {
        concat!(
    "
CREATE FUNCTION counterfoil_admit(
    of_realm TEXT, of_owner TEXT, of_kind BIGINT, of_client BYTEA, of_label TEXT, at_instant BIGINT,
    cap BIGINT, end_at BIGINT, end_why BIGINT, end_gone BIGINT,
    pace BIGINT, made_after BIGINT,
    OUT verdict BIGINT, OUT oldest BIGINT, OUT ended BYTEA[]
) LANGUAGE plpgsql VOLATILE AS $admit$
DECLARE
    held BYTEA[] := '{}';
BEGIN
    verdict := 0;
    ended := '{}';
    IF cap IS NOT NULL AND end_at IS NULL THEN
        IF (SELECT count(*) FROM (SELECT 1 ",
    living!(),
    " LIMIT cap) living) >= cap THEN
            verdict := 1;
            RETURN;
        END IF;
    END IF;
    IF pace IS NOT NULL THEN
        oldest := (
            SELECT created_at FROM counterfoil_record
            WHERE realm = of_realm COLLATE \"C\" AND owner = of_owner COLLATE \"C\" AND kind = of_kind
                AND NOT shrunk AND created_at > made_after
            ORDER BY created_at DESC LIMIT 1 OFFSET pace - 1
        );
        IF oldest IS NOT NULL THEN
            verdict := 2;
            RETURN;
        END IF;
    END IF;
    IF cap IS NULL OR end_at IS NULL THEN
        RETURN;
    END IF;
    LOOP
        ended := (SELECT array_agg(id ORDER BY used_at, id) ",
    living!(),
    ");
        ended := coalesce(ended[1:greatest(cardinality(ended) + 1 - cap, 0)::int], '{}');
        EXIT WHEN ended <@ held;
        PERFORM 1 FROM counterfoil_family WHERE id = ANY(ended) ORDER BY id FOR NO KEY UPDATE;
        held := held || ended;
    END LOOP;
    IF ended = '{}' THEN
        RETURN;
    END IF;
    IF EXISTS (
        SELECT 1 FROM counterfoil_family
        WHERE realm = of_realm COLLATE \"C\" AND owner = of_owner COLLATE \"C\" AND label_key = of_label COLLATE \"C\"
            AND (gone_at IS NULL OR gone_at > at_instant)
    ) THEN
        verdict := 3;
        ended := '{}';
        RETURN;
    END IF;
    UPDATE counterfoil_family SET revoked_at = end_at, revoked_why = end_why, gone_at = end_gone, label_key = NULL
    WHERE id = ANY(ended);
END
$admit$;
"
)
    };
}

/// The SQL function `counterfoil_access`, which limits the live access tokens of a family. `most` says how many can be
/// live now so that the new access tokens still fit under the cap. It is negative if the new tokens alone exceed the
/// cap. If more than `most` are live, the SQL function returns the instant at which the first of them expires.
/// Otherwise it returns NULL. The caller holds the lock on the family's row.
macro_rules! access {
    () => {
        concat!(
            "
CREATE FUNCTION counterfoil_access(of_family BYTEA, at_instant BIGINT, most BIGINT) RETURNS BIGINT
LANGUAGE plpgsql VOLATILE AS $access$
DECLARE
    living BIGINT;
    earliest BIGINT;
BEGIN
    SELECT count(*), min(until) INTO living, earliest FROM (
        SELECT ",
            expires!(),
            " AS until FROM counterfoil_record
        WHERE family = of_family AND kind = 2 AND revoked_at IS NULL AND ",
            expires!(),
            " > at_instant
        ORDER BY ",
            expires!(),
            " LIMIT greatest(most + 1, 1)
    ) live;
    RETURN CASE WHEN living > most THEN coalesce(earliest, at_instant) END;
END
$access$;
"
        )
    };
}

pub(super) const MIGRATION: &str = concat!(tables!(), admit!(), access!());
