//! Dumps and restores PostgreSQL databases as plain SQL.

use std::process::Command;

use counterfoil_sql::sqlx::postgres::{PgConnectOptions, PgConnection};
use counterfoil_sql::sqlx::{AssertSqlSafe, ConnectOptions as _, raw_sql};

/// Runs statements as the superuser.
pub(crate) async fn run(options: &PgConnectOptions, statements: &str) {
    let mut raw: PgConnection = options.connect().await.expect("a connection");
    raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut raw).await.expect("the statements run");
}

/// Returns what `pg_dump` prints, without the commands of psql and without comments.
pub(crate) fn dump(options: &PgConnectOptions) -> String {
    let port = options.get_port().to_string();
    let database = options.get_database().expect("a database");
    let output = Command::new("pg_dump")
        .args(["--inserts", "--no-owner", "--host", "127.0.0.1", "--username", "postgres", "--port", &port, database])
        .output()
        .expect("pg_dump runs");
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("a text");
    // A line of psql begins with a backslash. Comments and settings depend on the version of the server.
    let left_out = |line: &str| line.is_empty() || ["\\", "--", "SET "].iter().any(|start| line.starts_with(start));
    let kept = text.lines().filter(|line| !left_out(line));
    kept.map(|line| format!("{line}\n")).collect()
}
