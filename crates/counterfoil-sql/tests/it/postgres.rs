//! Runs the store contract on PostgreSQL, at READ COMMITTED and at SERIALIZABLE. One server serves the whole test
//! binary. Each test store gets its own schema and role.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::support::RUNTIME;
use crate::support::schemas::{Schema, raw};
use async_trait::async_trait;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::log_clauses::{LogFixture, Logged};
use counterfoil_conformance::transfer_clauses::{TransferFixture, Whole};
use counterfoil_conformance::{
    Fixture, Row, Scale, SiblingFixture, SiblingRow, Store, Task, conformance, log_conformance, scale,
    sibling_conformance, transfer_conformance,
};
use counterfoil_sql::{Isolation, PgSetup, PgStore};
use sqlx::query;

/// Schemas whose stores use one isolation level.
struct Schemas {
    setup: PgSetup,
    /// Whether the log of narrowing steps is on. The contract is the same in both cases.
    logs: bool,
    emptied: Mutex<Vec<Used>>,
}

/// A schema, and the stores that were opened on it. Creating a schema, its connections and their prepared statements
/// takes longer than a short test. Therefore a test that needs an empty schema gets a used schema that was emptied,
/// together with its stores.
struct Used {
    schema: Schema,
    stores: Mutex<Stores>,
}

#[derive(Default)]
struct Stores {
    opened: Vec<Store>,
    given: usize,
}

impl Schemas {
    /// Makes the fixture for this isolation level, with a statement timeout of 60 s. If many callers lock one row on a
    /// busy machine, a statement can take longer than the default timeout.
    fn at(isolation: Isolation) -> Self {
        let setup = PgSetup::default().isolation(isolation).statement_timeout(Duration::from_secs(60));
        Self { setup, logs: false, emptied: Mutex::default() }
    }

    fn with_log(self) -> Self {
        Self { logs: true, ..self }
    }

    async fn connect(&self, schema: &Schema) -> Arc<PgStore> {
        let store = schema.open_with(self.setup).await;
        Arc::new(if self.logs { store.with_narrowing_log(true).await.expect("switched on") } else { store })
    }
}

impl Used {
    async fn new() -> Self {
        Self { schema: Schema::new().await, stores: Mutex::default() }
    }

    fn stores<T>(&self, act: impl FnOnce(&mut Stores) -> T) -> T {
        act(&mut self.stores.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns an open store that the current test has not used yet, or `None` if the test has used all of them.
    fn idle(&self) -> Option<Store> {
        self.stores(|stores| {
            let idle = stores.opened.get(stores.given).cloned();
            stores.given += usize::from(idle.is_some());
            idle
        })
    }
}

#[async_trait]
impl Fixture for Schemas {
    type Database = Used;

    async fn create(&self) -> Used {
        let emptied = self.emptied.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match emptied {
            Some(used) => used,
            None => Used::new().await,
        }
    }

    async fn open(&self, used: &Used) -> Store {
        if let Some(idle) = used.idle() {
            return idle;
        }
        let store: Store = self.connect(&used.schema).await;
        used.stores(|stores| {
            stores.opened.push(Store::clone(&store));
            stores.given = stores.opened.len();
        });
        store
    }

    async fn remove(&self, used: Used) {
        used.schema.empty().await;
        used.stores(|stores| stores.given = 0);
        self.emptied.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    }

    async fn reopen(&self, used: Used) -> Option<Used> {
        Some(Used { schema: used.schema, stores: Mutex::default() })
    }

    async fn damage(&self, used: &Used, row: Row<'_>) -> bool {
        let mut raw = raw(&used.schema.options()).await;
        let damage = match row {
            Row::Record(id) => {
                query("UPDATE counterfoil_record SET digest = '\\x00' WHERE id = $1").bind(&id.as_bytes()[..])
            }
            Row::Family(id) => query("UPDATE counterfoil_family SET body = 'x' WHERE id = $1").bind(&id.as_bytes()[..]),
        };
        damage.execute(&mut raw).await.expect("the row is damaged").rows_affected() == 1
    }

    async fn outage(&self, used: &Used, down: bool) -> bool {
        used.schema.lock_out(down).await;
        true
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

#[async_trait]
impl TransferFixture for Schemas {
    async fn open_whole(&self, used: &Used) -> Arc<dyn Whole> {
        self.connect(&used.schema).await
    }
}

transfer_conformance!(postgres_copied, Schemas::at(Isolation::ReadCommitted));

#[async_trait]
impl LogFixture for Schemas {
    async fn open_logged(&self, used: &Used) -> Arc<dyn Logged> {
        self.connect(&used.schema).await
    }

    /// Switches the log off. The next handle switches it on again.
    async fn renew_log(&self, used: &Used) -> bool {
        used.schema.open_with(self.setup).await.with_narrowing_log(false).await.expect("switched off");
        true
    }
}

log_conformance!(postgres_log, Schemas::at(Isolation::ReadCommitted).with_log());
log_conformance!(serializable_log, Schemas::at(Isolation::Serializable).with_log());

conformance!(postgres, Schemas::at(Isolation::ReadCommitted));
conformance!(serializable, Schemas::at(Isolation::Serializable).with_log(), scale = fewer(scale()));

/// Returns the scale for the second isolation level. It has a fifth of the rounds (at least four) and at most 25
/// sequences, because both levels run the same statements. With `COUNTERFOIL_SCALE=soak` nothing is reduced.
fn fewer(of: Scale) -> Scale {
    if of == Scale::SOAK { of } else { of.with_rounds((of.rounds / 5).max(4)).with_sequences(of.sequences.min(25)) }
}

#[async_trait]
impl SiblingFixture for Schemas {
    type Database = Schema;

    async fn create(&self) -> Schema {
        Schema::new().await
    }

    async fn clients(&self, schema: &Schema) -> Option<Arc<dyn ClientStore>> {
        Some(self.connect(schema).await)
    }

    async fn settings(&self, schema: &Schema) -> Option<Arc<dyn SettingsStore>> {
        Some(self.connect(schema).await)
    }

    async fn throttle(&self, schema: &Schema) -> Option<Arc<dyn Throttle>> {
        Some(self.connect(schema).await)
    }

    async fn aliases(&self, schema: &Schema) -> Option<Arc<dyn AliasStore>> {
        Some(self.connect(schema).await)
    }

    async fn damage(&self, schema: &Schema, row: SiblingRow<'_>) -> bool {
        let mut raw = raw(&schema.options()).await;
        let damage = match row {
            SiblingRow::Client(realm, id) => {
                query("UPDATE counterfoil_client SET document = 'x' WHERE realm = $1 AND client_id = $2")
                    .bind(realm.as_str())
                    .bind(id.as_str())
            }
            SiblingRow::Settings(realm) => {
                query("UPDATE counterfoil_settings SET document = 'x' WHERE realm = $1").bind(realm.as_str())
            }
            // The columns of a counter have integer types, so the server stores only values that decode.
            SiblingRow::Counter(_) => return false,
            SiblingRow::Alias(alias) => {
                query("UPDATE counterfoil_alias SET id = '\\x00' WHERE alias = $1").bind(&alias.as_bytes()[..])
            }
        };
        damage.execute(&mut raw).await.expect("the row is damaged").rows_affected() == 1
    }

    async fn outage(&self, schema: &Schema, down: bool) -> bool {
        schema.lock_out(down).await;
        true
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

sibling_conformance!(beside_postgres, Schemas::at(Isolation::ReadCommitted));
sibling_conformance!(beside_serializable, Schemas::at(Isolation::Serializable));
