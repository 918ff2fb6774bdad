//! Tests imports of one row at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use counterfoil::import::{ForeignCredential, ImportOutcome};
use counterfoil::store::*;
use counterfoil::testing::{Failure, Faults, SeededEntropy};
use counterfoil::*;

use super::{aliases, all_schemes, faulty, import, importing, live_tokens, tokens};
use crate::support::*;

/// A store of aliases and records that simulates a concurrent import. Before the next call of the method `at`, another
/// node (`rival`) imports the same row.
struct Overtaken {
    store: Arc<Base>,
    at: &'static str,
    rival: World,
    is_armed: AtomicBool,
}

impl Overtaken {
    async fn before(&self, method: &str) {
        if method == self.at && self.is_armed.swap(false, Ordering::SeqCst) {
            let (bill, [scheme, _, row]) = (subject("bill"), tokens()[0]);
            let one = [ForeignCredential::new(scheme, row, &bill, "Telegram")];
            self.rival.handle.import_credentials(&Presenter::host(), &one).await.expect("imported");
        }
    }
}

macro_rules! overtaken {
    ($trait:ident; $(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl $trait for Overtaken {
            $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
                self.before(stringify!($name)).await;
                $trait::$name(&*self.store, $($argument),*).await
            })*
        }
    };
}
counterfoil::methods_of!(AliasStore => overtaken[AliasStore;]);
counterfoil::methods_of!(TokenStore => overtaken[TokenStore;]);

#[test]
fn life_6_of_two_imports_of_one_row_one_wins_wherever_the_other_comes_between() {
    for dangling in [false, true] {
        for at in ["put_alias", "insert", "alias", "get"] {
            let (world, bill) = (importing(), subject("bill"));
            let [scheme, text, row] = tokens()[0];
            let one = ForeignCredential::new(scheme, row, &bill, "Telegram");
            if dangling {
                let faults = Faults::default();
                faults.on("insert", Failure::NotExecuted);
                let failed = block_on(
                    faulty(&world, &faults).handle.import_credentials(&Presenter::host(), std::slice::from_ref(&one)),
                );
                assert!(failed.is_err());
                world.pass(days(2));
            }
            let rival =
                world.elsewhere(|builder| all_schemes(world.store.clone())(builder.entropy(SeededEntropy::new(5))));
            let store = Arc::clone(&world.store);
            let overtaken = Arc::new(Overtaken { store, at, rival, is_armed: AtomicBool::new(true) });
            let node = world.elsewhere(|builder| {
                all_schemes(overtaken.clone())(builder.token_store(overtaken.clone()).entropy(SeededEntropy::new(6)))
            });
            let _outcome = import(&node.handle, std::slice::from_ref(&one));
            assert_eq!(live_tokens(&world, "bill"), 1, "{at} {dangling}");
            assert!(world.works(text), "{at} {dangling}");
            assert_eq!(aliases(&world.store).len(), 1);
        }
    }
}

#[test]
fn life_6_of_many_imports_of_one_row_one_wins() {
    for round in 0..20 {
        let (world, bill) = (importing(), subject("bill"));
        let [scheme, text, row] = tokens()[round % 8];
        let nodes: Vec<_> = (0..8)
            .map(|seed| {
                let entropy = SeededEntropy::new(100 + seed);
                world.elsewhere(|builder| all_schemes(world.store.clone())(builder.entropy(entropy))).handle
            })
            .collect();
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let one = |node: &Counterfoil| import(node, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
            let threads: Vec<_> = nodes.iter().map(|node| scope.spawn(move || one(node))).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
        });
        let won = outcomes.iter().filter(|outcome| matches!(outcome, ImportOutcome::Imported { .. })).count();
        assert_eq!(won, 1, "{outcomes:?}");
        assert!(world.works(text));
        assert_eq!(live_tokens(&world, "bill"), 1);
    }
}
