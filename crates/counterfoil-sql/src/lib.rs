#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod columns;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod ends;
mod error;
#[cfg(all(feature = "fuzzing", feature = "sqlite"))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod labels;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod port;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod row;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod rules;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use error::SetupError;
#[cfg(feature = "postgres")]
pub use postgres::setup::{Isolation, PgSetup};
#[cfg(feature = "postgres")]
pub use postgres::store::PgStore;
#[cfg(feature = "sqlite")]
pub use sqlite::store::SqliteStore;
/// The database driver, re-exported for its connect options.
pub use sqlx;
