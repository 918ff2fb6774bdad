//! Runs the migrations of `sql/schema.rs`, and checks the set-up of the database.

use sqlx::{Connection as _, PgConnection, Row as _};

use super::{search_path, sql, throttle_sql};
use crate::error::SetupError;
use crate::labels;

/// The newest schema version that this crate supports.
fn known() -> i64 {
    i64::try_from(sql::MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Whether the schema needs a migration. Refuses an ambiguous `search_path` and a schema of a newer version. Changes
/// nothing.
pub(super) async fn needs_migration(connection: &mut PgConnection) -> Result<bool, SetupError> {
    search_path::check(connection).await?;
    let found = version(connection).await?;
    if found > known() {
        return Err(SetupError::Newer { found, known: known() });
    }
    Ok(found < known())
}

/// Makes the error [`SetupError::Outdated`]. Reads the version of the schema for it.
pub(super) async fn outdated(connection: &mut PgConnection) -> Result<SetupError, SetupError> {
    Ok(SetupError::Outdated { found: version(connection).await?, known: known() })
}

/// Returns the version of the schema, or 0 if there is no schema.
async fn version(connection: &mut PgConnection) -> Result<i64, SetupError> {
    let there: bool = sqlx::query_scalar(sql::SCHEMA_IS_THERE).fetch_one(&mut *connection).await?;
    if !there {
        return Ok(0);
    }
    let found: Option<i64> = sqlx::query_scalar(sql::SCHEMA_VERSION).fetch_one(connection).await?;
    Ok(found.unwrap_or(0))
}

/// Migrates the database in one transaction. Only one process at a time migrates. The transaction runs in a separate
/// task, because the transaction would stay open if the caller dropped the future of this function.
pub(super) async fn migrate(mut connection: PgConnection) -> Result<PgConnection, SetupError> {
    let task = tokio::spawn(async move {
        let migrated = migrate_in_transaction(&mut connection).await;
        match migrated {
            Err(SetupError::Backend(error)) if may_not(&error) => {
                let found = version(&mut connection).await?;
                Err(SetupError::Older { found, known: known() })
            }
            migrated => migrated.map(|()| connection),
        }
    });
    task.await.unwrap_or_else(|_| Err(SetupError::refused("the migration was cut off and rolled back")))
}

/// Whether the error says that the role lacks a privilege, for example on the schema.
pub(super) fn may_not(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == "42501" || code == "3F000")
}

async fn migrate_in_transaction(connection: &mut PgConnection) -> Result<(), SetupError> {
    let mut tx = connection.begin().await?;
    sqlx::query(sql::WAIT_FOR_LOCKS).execute(&mut *tx).await?;
    sqlx::query(sql::SCHEMA_LOCK).execute(&mut *tx).await?;
    sqlx::query(sql::SCHEMA_TABLE).execute(&mut *tx).await?;
    let found: Option<i64> = sqlx::query_scalar(sql::SCHEMA_VERSION).fetch_one(&mut *tx).await?;
    let found = found.unwrap_or(0);
    if found > known() {
        return Err(SetupError::Newer { found, known: known() });
    }
    for (step, version) in sql::MIGRATIONS.iter().zip(1_i64..).skip_while(|(_, version)| *version <= found) {
        if *step == labels::STEP {
            renew_labels(&mut tx).await?;
        } else {
            sqlx::raw_sql(*step).execute(&mut *tx).await?;
        }
        sqlx::query(sql::SCHEMA_STEP).bind(version).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn renew_labels(connection: &mut PgConnection) -> Result<(), SetupError> {
    sqlx::query(sql::LOCK_LABELS).execute(&mut *connection).await?;
    let old = sqlx::query(sql::OLD_LABELS).bind(labels::IGNORED).fetch_all(&mut *connection).await?;
    for row in old {
        let (id, key): (Vec<u8>, String) = (row.try_get("id")?, row.try_get("label_key")?);
        if let Some(new) = labels::renewed(&key) {
            sqlx::query(sql::RENEW_LABEL).bind(new).bind(id).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Refuses tables and functions that would violate a guarantee of the store.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), SetupError> {
    let functions: i64 = sqlx::query_scalar(sql::FUNCTIONS).fetch_one(&mut *connection).await?;
    if functions < sql::FUNCTION_COUNT {
        return Err(SetupError::refused(
            "a function of the schema, counterfoil_admit or counterfoil_access, is not there or is not VOLATILE: a cap would be passed",
        ));
    }
    let attempts: i64 = sqlx::query_scalar(throttle_sql::SOUND).fetch_one(&mut *connection).await?;
    if attempts == 0 {
        return Err(SetupError::refused(
            "the function counterfoil_attempt is not there, or is not VOLATILE: a limit would be passed",
        ));
    }
    let wrong = sqlx::query_scalar::<_, String>(sql::WRONG_COLLATION).fetch_optional(&mut *connection).await?;
    if let Some(what) = wrong {
        return Err(SetupError::refused(format!("{what}, not C")));
    }
    let may_note: Option<bool> = sqlx::query_scalar(sql::MAY_NOTE_UPKEEP).fetch_one(&mut *connection).await?;
    if may_note != Some(true) {
        return Err(SetupError::refused(
            "the role may not note the upkeep, so nothing would ever be purged: GRANT SELECT, INSERT, UPDATE ON counterfoil_upkeep",
        ));
    }
    let triggers: i64 = sqlx::query_scalar(sql::LOG_TRIGGERS).fetch_one(&mut *connection).await?;
    if triggers < sql::LOG_TRIGGER_COUNT {
        return Err(SetupError::refused(
            "a trigger of the log of narrowing steps is not there: a step would be missed",
        ));
    }
    let may_log: Option<bool> = sqlx::query_scalar(sql::MAY_LOG).fetch_one(&mut *connection).await?;
    if may_log != Some(true) {
        return Err(SetupError::refused(
            "the log of narrowing steps is on, and the role may not write it, so nothing could be changed: GRANT INSERT ON counterfoil_narrowing",
        ));
    }
    let indexes: i64 = sqlx::query_scalar(sql::INDEXES).fetch_one(connection).await?;
    if indexes < sql::INDEX_COUNT {
        return Err(SetupError::refused(format!("{indexes} of {} indexes are there and valid", sql::INDEX_COUNT)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use counterfoil::Timestamp;
    use counterfoil::store::{Inserted, Throttle as _, TokenStore as _};
    use counterfoil::types::RecordId;
    use counterfoil_conformance::sample::{Person, at};
    use counterfoil_testkit::servers::Postgres;
    use sqlx::ConnectOptions as _;
    use sqlx::postgres::PgConnectOptions;

    use super::{known, sql};
    use crate::PgStore;

    /// Rows for the tables of the first migration: an owner with one family, which has one record.
    const ANN: &str = "
INSERT INTO counterfoil_owner VALUES ('default', 'ann', 1, 7);
INSERT INTO counterfoil_family VALUES (decode(repeat('07', 10), 'hex'), 'default', 'ann', 1, 0, 1, '\"alone\"', NULL, NULL, NULL, NULL, NULL);
INSERT INTO counterfoil_record (id, family, realm, owner, kind, generation, created_at, digest, key_id, version, expiry_set_at, noticed, shrunk)
    VALUES (decode(repeat('07', 16), 'hex'), decode(repeat('07', 10), 'hex'), 'default', 'ann', 1, 0, 5, sha256('x'), 1, 0, 5, '', false);
";

    #[tokio::test]
    async fn a_database_of_the_first_version_is_brought_up_to_date() {
        let server = Postgres::start();
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
        let options = options.username("postgres").database("postgres");
        let mut raw = options.connect().await.expect("a connection");
        let counter = "INSERT INTO counterfoil_counter VALUES (sha256('x'), 3, 9)";
        for step in [sql::SCHEMA_TABLE, sql::MIGRATIONS[0], "INSERT INTO counterfoil_schema VALUES (1)", ANN, counter] {
            sqlx::raw_sql(step).execute(&mut raw).await.expect("the first version");
        }
        let store = PgStore::connect(options).await.expect("brought up to date");
        let version: i64 =
            sqlx::query_scalar(sql::SCHEMA_VERSION).fetch_one(&mut store.wire().await).await.expect("a version");
        assert_eq!(version, known());
        let kept =
            store.get(&RecordId::from_bytes([7; 16])).await.expect("an answer").expect("what stood there stands");
        assert_eq!(kept.record().owner.as_str(), "ann");
        assert_eq!(
            store.purge_counters(Timestamp::MAX, NonZeroU32::MAX).await.expect("an answer"),
            0,
            "counters are dropped"
        );
        let draft = Person::new("default", "ann").pat();
        for (cap, expected) in [(1, Inserted::OwnerFull), (2, Inserted::Done)] {
            assert_eq!(store.insert(draft.home(Some(cap)), &draft.records, at(0)).await.expect("an answer"), expected);
        }
    }
}
