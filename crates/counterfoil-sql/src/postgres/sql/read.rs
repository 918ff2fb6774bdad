//! Queries for records and families.

use super::bounds::stands_until;
use crate::columns::{family_columns, postgres_columns, record_columns};
use crate::ends::no_end;

pub(in crate::postgres) const PAIRS: &str = joined!("WHERE r.id = ANY($1)");
pub(in crate::postgres) const FAMILY: &str =
    concat!("SELECT ", family_columns!(postgres_columns), " FROM counterfoil_family f WHERE f.id = $1");
pub(in crate::postgres) const TAKEN: &str = "SELECT id FROM counterfoil_record WHERE id = ANY($1)";
pub(in crate::postgres) const LIST_OWNER: &str = joined!(
    "
WHERE r.realm = $1 AND r.owner = $2 AND r.kind = $3 AND NOT r.shrunk AND (r.created_at, r.id) < ($4, $5)
ORDER BY r.created_at DESC, r.id DESC LIMIT $6"
);
/// Selects a page of an owner's records. The query begins at the families that are not revoked, so that it reads no
/// deleted records. Parameters: $1 realm, $2 owner, $3 kind, $4 and $5 the cursor, $6 the number of rows, $7 and $8 the
/// first and last kind of family, $9 now. `OFFSET 0` prevents the planner from flattening the subquery, so that it uses
/// nested loops.
pub(in crate::postgres) const LIST_STANDING: &str = joined!(
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
/// Selects a page of an owner's families that are not revoked, in ascending order of id. The statement reads all these
/// families of the owner by one index and sorts them. `MATERIALIZED` prevents the planner from walking over the
/// families of all owners in order of id.
///
/// `damaged` is the number of the owner's families whose id has a wrong length. The page does not contain them. If the
/// page is empty, the statement returns one row whose other columns are NULL. Parameters: $1 realm, $2 owner, $3 the id
/// after which the page begins, $4 the number of rows.
pub(in crate::postgres) const LIST_FAMILIES: &str = concat!(
    "WITH own AS MATERIALIZED (
        SELECT * FROM counterfoil_family WHERE realm = $1 AND owner = $2 AND revoked_at IS NULL
    )
    SELECT ",
    family_columns!(postgres_columns),
    ", d.damaged
    FROM (SELECT count(*) AS damaged FROM own WHERE length(id) <> 10) d
        LEFT JOIN (SELECT * FROM own WHERE length(id) = 10 AND id > $3 ORDER BY id LIMIT $4) f ON true
    ORDER BY f.id"
);
pub(in crate::postgres) const LIST_KIND: &str =
    joined!("WHERE r.realm = $1 AND r.kind = $2 AND NOT r.shrunk AND r.id > $3 ORDER BY r.id LIMIT $4");
/// Selects the ids of families from the table of records. So it also finds a family whose own row is missing.
pub(in crate::postgres) const FAMILIES: &str =
    "SELECT DISTINCT family AS id FROM counterfoil_record WHERE family > $1 ORDER BY family LIMIT $2";
pub(in crate::postgres) const WHOLE_FAMILY: &str = joined!("WHERE r.family = $1");
pub(in crate::postgres) const DUE: &str =
    joined!("WHERE r.notice_at <= $1 AND (r.notice_at, r.id) > ($2, $3) ORDER BY r.notice_at, r.id LIMIT $4");
pub(in crate::postgres) const CENSUS: &str =
    "SELECT key_id, count(*) AS count FROM counterfoil_record GROUP BY key_id ORDER BY key_id";
