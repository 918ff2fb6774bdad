//! Queries for the limits of inserts and rotations.

use crate::ends::{expires, lives_until};

/// A clause that selects live families. Parameters: ?1 realm, ?2 owner, ?3 kind, ?4 client, ?5 now.
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
/// Counts live families up to ?6. Parameters ?1 to ?5 as for `living`.
pub(in crate::sqlite) const LIVE: &str = concat!("SELECT count(*) AS live FROM (SELECT 1 ", living!(), " LIMIT ?6)");
/// Selects the ?6 least recently used live families. Parameters ?1 to ?5 as for `living`.
pub(in crate::sqlite) const LEAVING: &str = concat!("SELECT id ", living!(), " ORDER BY used_at, id LIMIT ?6");
/// Finds out whether a pace is reached: whether an owner has created at least as many records after ?4 as the pace
/// allows. Counts back from the newest of these records, and selects the creation time of the record at which the limit
/// is reached. If there are fewer records, selects no row. Parameters: ?1 realm, ?2 owner, ?3 kind, ?4 start of the
/// period, ?5 limit minus one.
pub(in crate::sqlite) const PACED: &str = "
SELECT created_at FROM counterfoil_record
WHERE realm = ?1 AND owner = ?2 AND kind = ?3 AND shrunk = 0 AND created_at > ?4
ORDER BY created_at DESC LIMIT 1 OFFSET ?5";
/// Selects the time at which a member of family ?1 with generation ?2 and kind ?3 was superseded. Selects no row if no
/// such member was superseded.
pub(in crate::sqlite) const ROTATED: &str = "
SELECT superseded_at FROM counterfoil_record
WHERE family = ?1 AND generation = ?2 AND kind = ?3 AND superseded_at IS NOT NULL
ORDER BY id LIMIT 1";
/// Counts the access tokens of family ?1 that are live at the instant ?2. Stops at ?3 tokens. Also selects the time at
/// which the first of them expires.
pub(in crate::sqlite) const ACCESS: &str = concat!(
    "SELECT count(*) AS live, min(until) AS first_end FROM (
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
