//! The write-ahead log of SQLite. It contains committed data until the data is copied into the database file.

use sqlx::{SqliteConnection, SqlitePool};

use super::sql;

/// Copies the log into the database file and empties the log. If readers still use a part of the log, leaves this part
/// to a later call and does not wait for the readers. During the copy, the connection for writes has no busy timeout.
/// The copy runs in a separate task, so that the timeout is set again even if the caller drops this future.
pub(super) async fn empty(writer: &SqlitePool) {
    let writer = writer.clone();
    let task = tokio::spawn(async move {
        let Ok(mut connection) = writer.acquire().await else { return };
        if emptied(&mut connection).await.is_err() {
            let _closed = connection.close().await;
        }
    });
    let _whatever_came = task.await;
}

async fn emptied(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    for pragma in [sql::WAIT_FOR_NOBODY, sql::EMPTY_LOG, sql::WAIT_AGAIN] {
        sqlx::raw_sql(pragma).execute(&mut *connection).await?;
    }
    Ok(())
}
