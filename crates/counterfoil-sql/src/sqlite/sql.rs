//! All SQL of the SQLite store. The comment of a statement lists its parameters `?n`. The calling function binds them
//! in this order.

/// A query for a record joined with its family. If the family is missing, its columns are NULL.
macro_rules! joined {
    ($($where:expr),+ $(,)?) => {
        concat!(
            "SELECT ",
            record_columns!(sqlite_columns),
            ", ",
            family_columns!(sqlite_columns),
            " FROM counterfoil_record r LEFT JOIN counterfoil_family f ON f.id = r.family ",
            $($where),+
        )
    };
}

mod bounds;
mod limits;
mod narrowings;
mod purge;
mod read;
mod schema;
mod siblings;
mod write;

pub(super) use limits::*;
pub(super) use narrowings::*;
pub(super) use purge::*;
pub(super) use read::*;
pub(super) use schema::*;
pub(super) use siblings::*;
pub(super) use write::*;
