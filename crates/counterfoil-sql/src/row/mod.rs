//! The rows of both dialects, and the code that decodes them.

mod alias;
mod columns;
mod counter;
mod document;
mod narrowing;
mod page;
mod record;
mod values;

pub(crate) use alias::{alias, aliases};
pub(crate) use columns::{instant, number, number_or_null, version};
pub(crate) use counter::census;
#[cfg(feature = "sqlite")]
pub(crate) use counter::counter;
#[cfg(feature = "postgres")]
pub(crate) use counter::instant_of;
pub(crate) use document::{client, settings};
#[cfg(feature = "sqlite")]
pub(crate) use narrowing::mark;
#[cfg(feature = "postgres")]
pub(crate) use narrowing::running;
pub(crate) use narrowing::{columns_of, epoch, narrowed};
#[cfg(all(feature = "fuzzing", feature = "sqlite"))]
pub(crate) use page::decoded_families;
pub(crate) use page::{LAST_ID, Order, clients, family_page, page};
#[cfg(all(feature = "fuzzing", feature = "sqlite"))]
pub(crate) use record::record;
pub(crate) use record::{body, families, family, family_id, id, record_of, whole_family};
#[cfg(feature = "postgres")]
pub(crate) use record::{family_ids, record_id, unsound_notices};
#[cfg(feature = "sqlite")]
pub(crate) use values::instants;
pub(crate) use values::{count, micros, micros_of, noticed};

/// The size in bytes of one sent notice in `noticed`. Eight bytes are the expiry in microseconds (big-endian), and one
/// byte is the stage.
pub(crate) const NOTICE: usize = 9;

/// A row of either dialect. Every column is a number, bytes or a text.
pub(crate) trait SqlRow {
    /// The position of the column with this name, or `None` if there is no such column.
    fn position(&self, name: &str) -> Option<usize>;
    fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error>;
    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error>;
    fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error>;
}

macro_rules! sql_row {
    ($row:ty) => {
        impl SqlRow for $row {
            fn position(&self, name: &str) -> Option<usize> {
                sqlx::ColumnIndex::<$row>::index(&name, self).ok()
            }

            fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }

            fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }

            fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }
        }
    };
}

#[cfg(feature = "sqlite")]
sql_row!(sqlx::sqlite::SqliteRow);
#[cfg(feature = "postgres")]
sql_row!(sqlx::postgres::PgRow);
