//! All SQL of the SQLite store. The calling function binds the values `?n` in the order that each comment lists.

/// Selects a record joined with its family. A record without a family has NULL in the family's columns.
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
mod purge;
mod read;
mod schema;
mod siblings;
mod write;

pub(super) use limits::*;
pub(super) use purge::*;
pub(super) use read::*;
pub(super) use schema::*;
pub(super) use siblings::*;
pub(super) use write::*;
