//! Brings the store's schema up to date without serving: for a role that may, before a start under one that may not.

use std::fmt;

use counterfoil_sql::PgStore;

use crate::error::StartError;
use crate::patience::waited_for;
use crate::store::{self, Kind, Stores};

/// What a migration came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrated {
    /// The schema is the one that this version needs.
    UpToDate,
    /// The store has no schema that is brought up to date apart.
    NothingToDo,
}

impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UpToDate => "the schema is up to date",
            Self::NothingToDo => "there is nothing to migrate: a start brings this kind of store up to date by itself",
        })
    }
}

/// Brings the schema of the store that a URL names up to date. It makes what is not there yet, and nothing else of the demo's.
///
/// # Errors
///
/// [`StartError`], without a word of the URL.
pub async fn migrate(url: &str) -> Result<Migrated, StartError> {
    match store::kind(url)? {
        Kind::Postgres(options) => {
            let migrated = waited_for(PgStore::migrate(*options)).await;
            migrated.map(|()| Migrated::UpToDate).map_err(store::refused)
        }
        Kind::Sqlite(_) => {
            // Who may open the file may also bring it up to date, so opening it does.
            waited_for(Stores::open(url)).await?.close().await;
            Ok(Migrated::UpToDate)
        }
        Kind::Memory | Kind::Redis | Kind::RedisCluster(_) => Ok(Migrated::NothingToDo),
    }
}
