//! Queries for records and families.

use super::bounds::stands_until;
use crate::columns::{family_columns, record_columns, sqlite_columns};
use crate::ends::no_end;

pub(in crate::sqlite) const PAIR: &str = joined!("WHERE r.id = ?1");
pub(in crate::sqlite) const FAMILY: &str =
    concat!("SELECT ", family_columns!(sqlite_columns), " FROM counterfoil_family f WHERE f.id = ?1");
pub(in crate::sqlite) const TAKEN: &str = "SELECT 1 FROM counterfoil_record WHERE id = ?1";
pub(in crate::sqlite) const FIRST_MEMBER: &str =
    "SELECT id FROM counterfoil_record WHERE family = ?1 ORDER BY generation, id LIMIT 1";
pub(in crate::sqlite) const HOLDER: &str =
    "SELECT id, gone_at FROM counterfoil_family WHERE realm = ?1 AND owner = ?2 AND label_key = ?3 AND id <> ?4";
pub(in crate::sqlite) const LIST_OWNER: &str = joined!(
    "
WHERE r.realm = ?1 AND r.owner = ?2 AND r.kind = ?3 AND r.shrunk = 0 AND (r.created_at, r.id) < (?4, ?5)
ORDER BY r.created_at DESC, r.id DESC LIMIT ?6"
);
/// Selects a page of an owner's records. The query begins with the owner's families that are not revoked, so it reads
/// no record of a revoked family. Parameters: ?1 realm, ?2 owner, ?3 kind, ?4 and ?5 the cursor, ?6 the number of rows,
/// ?7 and ?8 the first and last kind of family, ?9 now.
pub(in crate::sqlite) const LIST_STANDING: &str = joined!(
    "WHERE r.id IN (
        SELECT s.id FROM counterfoil_family o CROSS JOIN counterfoil_record s
        WHERE o.realm = ?1 AND o.owner = ?2 AND o.kind BETWEEN ?7 AND ?8 AND o.revoked_at IS NULL
            AND s.family = o.id AND s.kind = ?3 AND s.shrunk = 0 AND s.revoked_at IS NULL
            AND ",
    stands_until!("s."),
    " > ?9
            AND (s.created_at, s.id) < (?4, ?5)
        ORDER BY s.created_at DESC, s.id DESC LIMIT ?6
    )
    ORDER BY r.created_at DESC, r.id DESC"
);
/// Selects a page of an owner's families that are not revoked, in ascending order of id. The statement reads the
/// owner's part of one index, sorts the ids that it finds there, and then reads only the families of the page.
/// `INDEXED BY` prevents the planner from walking over the families of all owners in order of id.
///
/// `damaged` is the number of the owner's families whose id has a wrong length. The page does not contain them. If the
/// page is empty, the statement returns one row whose other columns are NULL. Parameters: ?1 realm, ?2 owner, ?3 the id
/// after which the page begins, ?4 the number of rows.
pub(in crate::sqlite) const LIST_FAMILIES: &str = concat!(
    "WITH own AS MATERIALIZED (
        SELECT id FROM counterfoil_family INDEXED BY counterfoil_family_standing
        WHERE realm = ?1 AND owner = ?2 AND revoked_at IS NULL
    ), page AS MATERIALIZED (
        SELECT id FROM own WHERE length(id) = 10 AND id > ?3 ORDER BY id LIMIT ?4
    )
    SELECT ",
    family_columns!(sqlite_columns),
    ", d.damaged AS damaged
    FROM (SELECT count(*) AS damaged FROM own WHERE length(id) <> 10) d
        LEFT JOIN page ON true LEFT JOIN counterfoil_family f ON f.id = page.id
    ORDER BY page.id"
);
pub(in crate::sqlite) const LIST_KIND: &str =
    joined!("WHERE r.realm = ?1 AND r.kind = ?2 AND r.shrunk = 0 AND r.id > ?3 ORDER BY r.id LIMIT ?4");
/// Selects the ids of families from the table of records. So it also finds a family whose own row is missing.
pub(in crate::sqlite) const FAMILIES: &str =
    "SELECT DISTINCT family AS id FROM counterfoil_record WHERE family > ?1 ORDER BY family LIMIT ?2";
pub(in crate::sqlite) const WHOLE_FAMILY: &str = joined!("WHERE r.family = ?1");
pub(in crate::sqlite) const DUE: &str =
    joined!("WHERE r.notice_at <= ?1 AND (r.notice_at, r.id) > (?2, ?3) ORDER BY r.notice_at, r.id LIMIT ?4");
pub(in crate::sqlite) const CENSUS: &str =
    "SELECT key_id, count(*) AS count FROM counterfoil_record GROUP BY key_id ORDER BY key_id";
