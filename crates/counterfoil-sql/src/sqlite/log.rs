//! SQLite's log: what was committed is in it until it is copied into the file.

use sqlx::{SqliteConnection, SqlitePool};

use super::sql;

/// Copies the log into the file and empties it. It waits for no reader: what readers still need is left for the next
/// time. It runs in a task of its own, since its connection must not be dropped with the busy timeout off.
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
