//! Updates the schema of the store without serving. The command may use a database role that has more rights than the
//! role of the server.

use std::fmt;

use counterfoil_sql::PgStore;

use crate::error::StartError;
use crate::store::{self, Kind, Stores};
use crate::store_wait::with_progress_log;

/// The result of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrated {
    /// The schema is up to date.
    UpToDate,
    /// Nothing was done, because a store of this kind has no schema.
    NothingToDo,
}

impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UpToDate => "the schema is up to date",
            Self::NothingToDo => "there is nothing to migrate: this kind of store needs no migration",
        })
    }
}

/// Creates or updates the schema of the store with this URL. Adds no accounts, clients or settings.
///
/// # Errors
///
/// [`StartError`]. Its message does not contain the URL.
pub async fn migrate(url: &str) -> Result<Migrated, StartError> {
    match store::kind(url)? {
        Kind::Postgres(options) => {
            let migrated = with_progress_log(PgStore::migrate(*options)).await;
            migrated.map(|()| Migrated::UpToDate).map_err(store::refused)
        }
        Kind::Sqlite(_) => {
            // Opening a SQLite file updates its schema.
            with_progress_log(Stores::open(url)).await?.close().await;
            Ok(Migrated::UpToDate)
        }
        Kind::Memory | Kind::Redis | Kind::RedisCluster(_) => Ok(Migrated::NothingToDo),
    }
}
