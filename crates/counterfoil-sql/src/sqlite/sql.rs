//! All SQL of the SQLite store. `?n` are the values of the calling function, in its order.

/// A record joined with its family; an orphan shows as a family of nulls.
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
