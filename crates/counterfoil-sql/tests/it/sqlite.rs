//! Runs the store contract on SQLite. Each database is a file in its own temporary folder.

use std::sync::Arc;

use crate::support::RUNTIME;
use crate::support::files::{File, raw};
use async_trait::async_trait;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::log_clauses::{LogFixture, Logged};
use counterfoil_conformance::transfer_clauses::{TransferFixture, Whole};
use counterfoil_conformance::{
    Fixture, Row, SiblingFixture, SiblingRow, Store, Task, conformance, log_conformance, sibling_conformance,
    transfer_conformance,
};
use sqlx::query;

/// The log of narrowing steps is on in the files of the contract, and off in the others.
struct Files;

#[async_trait]
impl Fixture for Files {
    type Database = File;

    async fn create(&self) -> File {
        File::new()
    }

    async fn open(&self, file: &File) -> Store {
        Arc::new(file.open().await.with_narrowing_log(true).await.expect("switched on"))
    }

    async fn reopen(&self, file: File) -> Option<File> {
        Some(file)
    }

    async fn damage(&self, file: &File, row: Row<'_>) -> bool {
        let mut raw = raw(file).await;
        let damage = match row {
            Row::Record(id) => {
                query("UPDATE counterfoil_record SET digest = x'00' WHERE id = ?1").bind(&id.as_bytes()[..])
            }
            Row::Family(id) => query("UPDATE counterfoil_family SET body = 'x' WHERE id = ?1").bind(&id.as_bytes()[..]),
        };
        damage.execute(&mut raw).await.expect("the row is damaged").rows_affected() == 1
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

conformance!(sqlite, Files);

#[async_trait]
impl TransferFixture for Files {
    async fn open_whole(&self, file: &File) -> Arc<dyn Whole> {
        Arc::new(file.open().await)
    }
}

transfer_conformance!(sqlite_copied, Files);

#[async_trait]
impl LogFixture for Files {
    async fn open_logged(&self, file: &File) -> Arc<dyn Logged> {
        Arc::new(file.open().await.with_narrowing_log(true).await.expect("switched on"))
    }

    /// Switches the log off. The next handle switches it on again.
    async fn renew_log(&self, file: &File) -> bool {
        file.open().await.with_narrowing_log(false).await.expect("switched off");
        true
    }
}

log_conformance!(sqlite_log, Files);

#[async_trait]
impl SiblingFixture for Files {
    type Database = File;

    async fn create(&self) -> File {
        File::new()
    }

    async fn clients(&self, file: &File) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(file.open().await))
    }

    async fn settings(&self, file: &File) -> Option<Arc<dyn SettingsStore>> {
        Some(Arc::new(file.open().await))
    }

    async fn throttle(&self, file: &File) -> Option<Arc<dyn Throttle>> {
        Some(Arc::new(file.open().await))
    }

    async fn aliases(&self, file: &File) -> Option<Arc<dyn AliasStore>> {
        Some(Arc::new(file.open().await))
    }

    async fn damage(&self, file: &File, row: SiblingRow<'_>) -> bool {
        let mut raw = raw(file).await;
        let damage = match row {
            SiblingRow::Client(realm, id) => {
                query("UPDATE counterfoil_client SET document = 'x' WHERE realm = ?1 AND client_id = ?2")
                    .bind(realm.as_str())
                    .bind(id.as_str())
            }
            SiblingRow::Settings(realm) => {
                query("UPDATE counterfoil_settings SET document = 'x' WHERE realm = ?1").bind(realm.as_str())
            }
            SiblingRow::Counter(key) => {
                query("UPDATE counterfoil_throttle SET under_way = x'ffffffffffffffff' WHERE key = ?1")
                    .bind(&key.as_bytes()[..])
            }
            SiblingRow::Alias(alias) => {
                query("UPDATE counterfoil_alias SET id = x'00' WHERE alias = ?1").bind(&alias.as_bytes()[..])
            }
        };
        damage.execute(&mut raw).await.expect("the row is damaged").rows_affected() == 1
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

sibling_conformance!(beside_sqlite, Files);
