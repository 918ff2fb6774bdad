//! Opens the first connection, and checks the server before the store changes anything on it.

use std::future::Future;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tokio::time::timeout;

use super::setup::PgSetup;
use super::sql;
use super::store::PLANNING;
use crate::error::SetupError;

/// The message that refuses a connection pooler in transaction or statement mode. Such a pooler assigns a server
/// connection only for one transaction or statement.
const POOLER: &str = "a connection pooler in transaction or statement mode is in between: prepared statements and settings are of a connection that it changes under \
    the store; connect to the server itself, or by a pooler in session mode that passes start-up options on";
/// The message that refuses a connection pooler that does not forward start-up options.
const OPTIONS: &str = "start-up options do not reach the server: a connection pooler in between drops or refuses them; connect to the server itself";

/// Connects. Refuses a server on which a guarantee of the store would be violated.
pub(super) async fn connect(options: &PgConnectOptions, setup: PgSetup) -> Result<PgConnection, SetupError> {
    let connecting = async {
        let mut first = options.connect().await.map_err(refusal)?;
        is_sound(&mut first, setup).await?;
        is_ours(&mut first, options).await?;
        Ok(first)
    };
    let no_answer = SetupError::NoAnswer { within: setup.connect_timeout };
    timeout(setup.connect_timeout, connecting).await.unwrap_or(Err(no_answer))
}

/// Awaits one of the checks with which a store is opened. Returns an error after the `statement_timeout` of `setup`.
pub(super) async fn within<T>(
    setup: PgSetup,
    asked: impl Future<Output = Result<T, SetupError>> + Send,
) -> Result<T, SetupError> {
    let no_answer = SetupError::NoAnswer { within: setup.statement_timeout };
    timeout(setup.statement_timeout, asked).await.unwrap_or(Err(no_answer))
}

/// Converts an error of the first connection. Some poolers refuse start-up options with an error message of their own.
/// Such an error is replaced by the message [`OPTIONS`].
fn refusal(error: sqlx::Error) -> SetupError {
    let said = error.as_database_error().map(|error| (error.code(), error.message().contains("startup parameter")));
    match said {
        Some((Some(code), true)) if code == "08P01" => SetupError::refused(OPTIONS),
        _ => error.into(),
    }
}

async fn is_sound(first: &mut PgConnection, setup: PgSetup) -> Result<(), SetupError> {
    let found = sqlx::raw_sql(sql::SETUP).fetch_one(&mut *first).await?;
    let (encoding, synchronous): (&str, &str) = (found.try_get("encoding")?, found.try_get("synchronous_commit")?);
    if encoding != "UTF8" {
        return Err(SetupError::refused(format!("the database's encoding is {encoding}, not UTF8")));
    }
    if synchronous == "off" {
        return Err(SetupError::refused("synchronous_commit is off: an acknowledged revocation could be lost"));
    }
    if !sqlx::raw_sql(sql::IS_PRIMARY).fetch_one(first).await?.try_get::<bool, _>("is_primary")? {
        return Err(SetupError::refused("the server is a replica or read-only; the address must lead to the primary"));
    }
    let asked = [("isolation", setup.isolation.name()), PLANNING[0], PLANNING[1]];
    for (column, asked) in asked {
        if found.try_get::<&str, _>(column)? != asked {
            return Err(SetupError::refused(OPTIONS));
        }
    }
    let needed = setup.all_connections();
    for (column, whose) in
        [("server_connections", "server"), ("database_connections", "database"), ("role_connections", "role")]
    {
        let allowed: i64 = found.try_get(column)?;
        if (0..needed).contains(&allowed) {
            return Err(SetupError::refused(format!(
                "the {whose} allows {allowed} connections, and this store makes up to {needed}: raise the limit, or set fewer by PgSetup::connections"
            )));
        }
    }
    Ok(())
}

/// Refuses a pooler that assigns server connections for less than a session. Opens a second connection, and checks that
/// the two connections have different server processes. Then checks that the first connection still has the same server
/// process.
async fn is_ours(first: &mut PgConnection, options: &PgConnectOptions) -> Result<(), SetupError> {
    let one = process(first).await?;
    let mut second = options.connect().await?;
    let other = process(&mut second).await?;
    let again = process(first).await?;
    second.close().await?;
    if one == other || one != again { Err(SetupError::refused(POOLER)) } else { Ok(()) }
}

/// Returns the id of the server process of a connection. Uses no prepared statement, because a pooler would refuse a
/// prepared statement with an error message of its own.
async fn process(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::raw_sql(sql::PROCESS).fetch_one(connection).await?.try_get("process")
}
