//! The migration for limits of inserts and rotations, and for lists of current records. A cap limits how many live
//! families an owner has for each client. A pace limits how many records an owner creates in a period, or how often a
//! family is rotated in a period. The lists contain no records that are revoked, past `gone_at`, or superseded and past
//! their retry window.

use crate::ends::{expires, lives_until, no_end};

/// An expression for the instant at which a record leaves the lists of current records. It is the earlier of `gone_at`
/// and `honoured_until`. Revoked records are never in these lists, and neither are superseded records that a purge has
/// shrunk.
macro_rules! stands_until {
    ($of:literal) => {
        concat!("min(coalesce(", $of, "gone_at, ", no_end!(), "), coalesce(", $of, "honoured_until, ", no_end!(), "))")
    };
}
pub(super) use stands_until;

/// The migration that adds `client` and `used_at`. In the body of a sign-in's family, the client's key is a list of 16
/// numbers, one for each byte. `client` gets these bytes, or NULL if the body does not have this form. `used_at` is the
/// latest `expiry_set_at` of the family's members.
pub(super) const MIGRATION: &str = concat!(
    "
ALTER TABLE counterfoil_family ADD COLUMN client BLOB CHECK (length(client) = 16);
ALTER TABLE counterfoil_family ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE counterfoil_family SET
    client = CASE WHEN NOT json_valid(body) THEN NULL WHEN json_array_length(body, '$.sign_in.client') = 16 THEN (
        SELECT unhex(group_concat(printf('%02x', value & 255), '' ORDER BY key))
        FROM json_each(body, '$.sign_in.client')
    ) END,
    used_at = coalesce(
        (SELECT max(expiry_set_at) FROM counterfoil_record WHERE counterfoil_record.family = counterfoil_family.id),
        0
    );
DROP INDEX counterfoil_family_standing;
CREATE INDEX counterfoil_family_standing
    ON counterfoil_family (realm, owner, kind, client, ",
    lives_until!(),
    ")
    WHERE revoked_at IS NULL;
CREATE INDEX counterfoil_record_access
    ON counterfoil_record (family, ",
    expires!(),
    ")
    WHERE kind = 2 AND revoked_at IS NULL;
CREATE INDEX counterfoil_record_standing
    ON counterfoil_record (family, kind, ",
    stands_until!(""),
    ")
    WHERE shrunk = 0 AND revoked_at IS NULL;
"
);
