use async_trait::async_trait;
use counterfoil::memory::MemoryStore;
use counterfoil::store::*;
use counterfoil_conformance::{CHECKS, Fixture, Store, Subject};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
static CALLS: AtomicU64 = AtomicU64::new(0);
struct Counted(Arc<MemoryStore>);
macro_rules! counted {
    ($(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl TokenStore for Counted {
            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, StoreError> {
                CALLS.fetch_add(1, Ordering::Relaxed);
                self.0.$name($($arg),*).await
            })*
        }
    };
}
counterfoil::methods_of!(TokenStore => counted);
struct Memory;
#[async_trait]
impl Fixture for Memory {
    type Database = Arc<MemoryStore>;
    async fn create(&self) -> Arc<MemoryStore> {
        Arc::default()
    }
    async fn open(&self, database: &Arc<MemoryStore>) -> Store {
        Arc::new(Counted(Arc::clone(database))) as Store
    }
}
#[test]
#[ignore]
fn zz_count() {
    let mut total = 0;
    for check in CHECKS {
        let begun = std::time::Instant::now();
        let before = CALLS.load(Ordering::Relaxed);
        let _ = check.run(&Subject::new(Memory)).unwrap();
        let calls = CALLS.load(Ordering::Relaxed) - before;
        total += calls;
        println!("{:36} {calls:>8} {:?}", check.name, begun.elapsed());
    }
    println!("total {total}");
}
