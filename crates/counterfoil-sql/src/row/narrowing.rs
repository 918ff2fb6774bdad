//! Decodes the rows of the log of narrowing steps.

use counterfoil::Realm;
use counterfoil::store::{LogEpoch, Narrowed, StoreError};
use counterfoil::types::{FamilyId, OwnerId};

use super::SqlRow;
use super::columns::{Columns, corrupt, need};

/// What a step names in the columns `family`, `realm` and `owner`. A row that does not decode names everything, so that
/// a reader forgets enough.
pub(crate) fn narrowed(row: &impl SqlRow) -> Narrowed {
    let columns = Columns { row, first: 0 };
    if let Ok(Some(family)) = columns.bytes("family") {
        return Narrowed::Family(FamilyId::from_bytes(family));
    }
    match (columns.text("realm", Realm::new), columns.text("owner", OwnerId::from_stored)) {
        (Ok(Some(realm)), Ok(Some(owner))) => Narrowed::Owner { realm, owner },
        _ => Narrowed::All,
    }
}

/// The values of a step for the columns `family`, `realm` and `owner`.
pub(crate) fn columns_of(what: &Narrowed) -> (Option<&[u8]>, Option<&str>, Option<&str>) {
    match what {
        Narrowed::Family(family) => (Some(family.as_bytes()), None, None),
        Narrowed::Owner { realm, owner } => (None, Some(realm.as_str()), Some(owner.as_str())),
        // `All` and every kind that this version does not know.
        _ => (None, None, None),
    }
}

/// Reads the column `epoch`.
pub(crate) fn epoch(row: &impl SqlRow) -> Result<LogEpoch, StoreError> {
    let epoch = Columns { row, first: 0 }.bytes("epoch").and_then(|epoch| need(epoch, "epoch"));
    epoch.map(LogEpoch::from_bytes).map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// Reads the column `running`, a list of transactions.
#[cfg(feature = "postgres")]
pub(crate) fn running(row: &sqlx::postgres::PgRow) -> Result<Vec<i64>, StoreError> {
    sqlx::Row::try_get(row, "running").map_err(|_| StoreError::corrupt(None, corrupt("running")))
}

/// Reads a column with the mark of a step, or NULL.
#[cfg(feature = "sqlite")]
pub(crate) fn mark(row: &impl SqlRow, column: &'static str) -> Result<Option<String>, StoreError> {
    let mark = row.position(column).and_then(|at| row.text(at).ok());
    mark.map(|mark| mark.map(str::to_owned)).ok_or_else(|| StoreError::corrupt(None, corrupt(column)))
}
