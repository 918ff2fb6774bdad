//! Tests reports of leaked secrets on each engine (requirement LIFE 5).

use std::sync::Arc;

use counterfoil_conformance::block_on;
use counterfoil_kv::{KvStore, Write};

use crate::support::bases::{ENGINES, folder, store};
use crate::support::leaks;

#[test]
fn life_5_a_thousand_texts_on_a_key_value_engine() {
    for (_, open) in ENGINES {
        let folder = folder();
        block_on(async { leaks::check(store(open, folder.path()).await).await });
    }
}

#[test]
fn life_5_a_version_that_does_not_know_the_reason_of_an_end_never_accepts_on_a_key_value_engine() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let engine = open(folder.path()).expect("an engine");
            let store = KvStore::open(Arc::clone(&engine)).await.expect("a store");
            leaks::check_unknown_reason(store, async |family, at| {
                let key = [b"r", &family.as_bytes()[..]].concat();
                let mut value = engine.get(std::slice::from_ref(&key)).await.expect("an answer").remove(0).expect(name);
                let revoked = [&at.micros().to_be_bytes()[..], &[7]].concat();
                let place = value.windows(revoked.len()).position(|part| part == revoked).expect(name);
                value[place + revoked.len() - 1] = 8;
                let change = vec![(key, Some(value))];
                let _applied = engine.write(Write { expect: Vec::new(), change }).await.expect("an answer");
            })
            .await;
        });
    }
}
