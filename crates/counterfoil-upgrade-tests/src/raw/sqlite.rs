//! Dumps SQLite files, and makes them small.

use counterfoil_sql::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use counterfoil_sql::sqlx::{AssertSqlSafe, ConnectOptions as _, query, query_scalar, raw_sql};

async fn connect(options: &SqliteConnectOptions) -> SqliteConnection {
    options.connect().await.expect("a connection")
}

/// Moves the write-ahead log into the file and makes the file as small as it can be.
pub(crate) async fn shrink(options: &SqliteConnectOptions) {
    let raw = &mut connect(options).await;
    for statement in ["PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM", "PRAGMA journal_mode = WAL"] {
        raw_sql(statement).execute(&mut *raw).await.expect("it runs");
    }
    query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *raw).await.expect("a checkpoint");
}

/// Returns the schema, and each row of each table.
pub(crate) async fn dump(options: &SqliteConnectOptions) -> Vec<String> {
    let raw = &mut connect(options).await;
    let schema = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY type, name";
    let mut lines: Vec<String> = query_scalar(schema).fetch_all(&mut *raw).await.expect("the schema");
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = query_scalar(tables).fetch_all(&mut *raw).await.expect("the tables");
    for table in tables {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns: Vec<String> = query_scalar(AssertSqlSafe(columns)).fetch_all(&mut *raw).await.expect("columns");
        let quoted: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
        let rows = format!("SELECT '{table} ' || {} FROM {table} ORDER BY 1", quoted.join(" || ', ' || "));
        let rows: Vec<String> = query_scalar(AssertSqlSafe(rows)).fetch_all(&mut *raw).await.expect("rows");
        lines.extend(rows);
    }
    lines
}
