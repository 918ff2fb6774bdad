//! Queries for the limits of inserts and rotations.

use super::bounds::{expires, lives_until, no_end};

/// Live families: ?1 realm, ?2 owner, ?3 kind, ?4 client, ?5 now.
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
/// The number of live families, counted up to ?6.
pub(in crate::sqlite) const LIVE: &str = concat!("SELECT count(*) AS live FROM (SELECT 1 ", living!(), " LIMIT ?6)");
/// The ?6 least recently used live families.
pub(in crate::sqlite) const LEAVING: &str = concat!("SELECT id ", living!(), " ORDER BY used_at, id LIMIT ?6");
/// When the record at offset ?5 from the newest was created, if that is later than ?4.
pub(in crate::sqlite) const PACED: &str = "
SELECT created_at FROM counterfoil_record
WHERE realm = ?1 AND owner = ?2 AND kind = ?3 AND shrunk = 0 AND created_at > ?4
ORDER BY created_at DESC LIMIT 1 OFFSET ?5";
/// When the member of the family's kind ?3 and of generation ?2 was superseded.
pub(in crate::sqlite) const ROTATED: &str = "
SELECT superseded_at FROM counterfoil_record
WHERE family = ?1 AND generation = ?2 AND kind = ?3 AND superseded_at IS NOT NULL
ORDER BY id LIMIT 1";
/// How many access tokens of family ?1 are live at ?2, counted up to ?3, and when the first of them expires.
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
