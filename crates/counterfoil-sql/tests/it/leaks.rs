//! Tests reports of leaked secrets on SQLite and on PostgreSQL (requirement LIFE 5).

use counterfoil::types::FamilyId;
#[cfg(feature = "sqlite")]
use sqlx::Executor as _;

use crate::support::{RUNTIME, leaks};

/// Makes a statement that changes the reason of a family's revocation to a number that this version does not support.
/// `bytes` writes the family's id in the database's syntax for bytes.
fn unknown_reason(family: FamilyId, bytes: impl FnOnce(String) -> String) -> String {
    let family: String = family.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("UPDATE counterfoil_family SET revoked_why = 8 WHERE revoked_why = 7 AND id = {}", bytes(family))
}

#[cfg(feature = "sqlite")]
#[test]
fn life_5_a_thousand_texts_on_sqlite() {
    RUNTIME.block_on(async {
        let file = crate::support::files::File::new();
        leaks::check(file.open().await).await;
    });
}

#[cfg(feature = "postgres")]
#[test]
fn life_5_a_thousand_texts_on_postgresql() {
    RUNTIME.block_on(async {
        let schema = crate::support::schemas::Schema::new().await;
        leaks::check(schema.open().await).await;
    });
}

#[cfg(feature = "sqlite")]
#[test]
fn life_5_a_version_that_does_not_know_the_reason_of_an_end_never_accepts_on_sqlite() {
    RUNTIME.block_on(async {
        let file = crate::support::files::File::new();
        leaks::check_unknown_reason(file.open().await, async |family, _| {
            let statement = unknown_reason(family, |id| format!("x'{id}'"));
            let mut raw = crate::support::files::raw(&file).await;
            let done = raw.execute(sqlx::AssertSqlSafe(statement)).await.expect("planted");
            assert_eq!(done.rows_affected(), 1);
        })
        .await;
    });
}

#[cfg(feature = "postgres")]
#[test]
fn life_5_a_version_that_does_not_know_the_reason_of_an_end_never_accepts_on_postgresql() {
    RUNTIME.block_on(async {
        let schema = crate::support::schemas::Schema::new().await;
        leaks::check_unknown_reason(schema.open().await, async |family, _| {
            schema.run(&unknown_reason(family, |id| format!(r"'\x{id}'"))).await;
        })
        .await;
    });
}
