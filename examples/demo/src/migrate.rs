//! Updates the schema of the store without serving requests. The server can then use a database role with fewer rights
//! than the role of this command.

use std::fmt;

use crate::error::StartError;
use crate::store;
use crate::store_wait::with_progress_log;

/// The result of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrated {
    /// The schema is up to date.
    UpToDate,
    /// The store has no schema, so nothing was done.
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
    let url = store::parsed(url)?;
    let migrated = with_progress_log(url.migrate()).await.map_err(store::refused)?;
    Ok(match migrated {
        counterfoil_stores::Migrated::NothingToDo => Migrated::NothingToDo,
        _ => Migrated::UpToDate,
    })
}
