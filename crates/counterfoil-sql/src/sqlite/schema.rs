//! Runs the migrations of `sql/schema.rs`. Also checks that the tables are those that the migrations create.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqlitePool};

use super::sql;
use crate::error::SetupError;
use crate::labels;

/// The newest schema version that this crate supports.
fn known() -> i64 {
    i64::try_from(sql::MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Whether a migration is missing. Refuses a schema of a newer version. Changes nothing and waits for no lock.
pub(super) async fn needs_migration(connection: &mut SqliteConnection) -> Result<bool, SetupError> {
    let found = version(connection).await?;
    if found > known() {
        return Err(SetupError::Newer { found, known: known() });
    }
    Ok(found < known())
}

/// Makes the error [`SetupError::Outdated`]. Reads the version of the schema for it.
pub(super) async fn outdated(connection: &mut SqliteConnection) -> Result<SetupError, SetupError> {
    Ok(SetupError::Outdated { found: version(connection).await?, known: known() })
}

/// Returns the version of the schema, or 0 if there is no schema.
async fn version(connection: &mut SqliteConnection) -> Result<i64, SetupError> {
    let there: bool = sqlx::query_scalar(sql::SCHEMA_IS_THERE).fetch_one(&mut *connection).await?;
    if !there {
        return Ok(0);
    }
    let found: Option<i64> = sqlx::query_scalar(sql::SCHEMA_VERSION).fetch_one(connection).await?;
    Ok(found.unwrap_or(0))
}

/// Migrates the file in one transaction. If the process dies during the transaction, the file stays at the old version.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), SetupError> {
    let mut tx = connection.begin_with(sql::BEGIN).await?;
    sqlx::query(sql::SCHEMA_TABLE).execute(&mut *tx).await?;
    let found: Option<i64> = sqlx::query_scalar(sql::SCHEMA_VERSION).fetch_one(&mut *tx).await?;
    let found = found.unwrap_or(0);
    if found > known() {
        return Err(SetupError::Newer { found, known: known() });
    }
    for (step, version) in sql::MIGRATIONS.iter().zip(1..).skip_while(|(_, version)| *version <= found) {
        if *step == labels::STEP {
            renew_labels(&mut tx).await?;
        } else {
            sqlx::raw_sql(*step).execute(&mut *tx).await?;
        }
        sqlx::query(sql::SCHEMA_STEP).bind(version).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn renew_labels(connection: &mut SqliteConnection) -> Result<(), SetupError> {
    let old = sqlx::query(sql::OLD_LABELS).bind(labels::IGNORED).fetch_all(&mut *connection).await?;
    for row in old {
        let (id, key): (Vec<u8>, String) = (row.try_get("id")?, row.try_get("label_key")?);
        if let Some(new) = labels::renewed(&key) {
            sqlx::query(sql::RENEW_LABEL).bind(new).bind(id).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Refuses a file whose tables differ from those that the migrations create. Examples are another collation, a missing
/// index or a foreign trigger.
pub(super) async fn check(pool: &SqlitePool) -> Result<(), SetupError> {
    let journal: String = sqlx::query_scalar(sql::JOURNAL_MODE).fetch_one(pool).await?;
    let synchronous: i64 = sqlx::query_scalar(sql::SYNCHRONOUS).fetch_one(pool).await?;
    if journal != "wal" || synchronous != 2 {
        let what = format!("journal_mode is {journal} and synchronous is {synchronous}, not wal and 2 (FULL)");
        return Err(SetupError::refused(what));
    }
    let mut blank = SqliteConnectOptions::new().in_memory(true).disable_statement_logging().connect().await?;
    migrate(&mut blank).await?;
    let expected = sqlx::query(sql::SCHEMA_OBJECTS).fetch_all(&mut blank).await?;
    let found = sqlx::query(sql::SCHEMA_OBJECTS).fetch_all(pool).await?;
    let (expected, found) = (texts(&expected)?, texts(&found)?);
    let differs = expected.iter().find(|object| !found.contains(object));
    match differs.or_else(|| found.iter().find(|object| !expected.contains(object))) {
        None => Ok(()),
        Some((name, _)) => {
            Err(SetupError::refused(format!("{name} is not as this crate made it (collation, index or trigger)")))
        }
    }
}

/// Returns the name of the database file. The name is empty for a database in memory.
pub(super) async fn file(connection: &mut SqliteConnection) -> Result<String, SetupError> {
    Ok(sqlx::query_scalar::<_, Option<String>>(sql::DATABASE_FILE).fetch_one(connection).await?.unwrap_or_default())
}

fn texts(rows: &[SqliteRow]) -> Result<Vec<(String, String)>, sqlx::Error> {
    rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("sql")?))).collect()
}
