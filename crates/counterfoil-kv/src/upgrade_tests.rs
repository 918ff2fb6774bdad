//! Tests an upgrade that exists only here. It appends one byte to each row whose key begins with `V` or `S`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use counterfoil_conformance::block_on;
use tempfile::TempDir;

use super::*;
use crate::setup::{SetupError, check};
use crate::{FjallEngine, KvStore, RedbEngine};

/// The last byte of a row in the newer layout.
const NEWER: u8 = b'+';
/// The last byte of a row that the upgrade cannot read.
const ODD: u8 = b'?';

/// Changes a row from format 1 to format 2, which has the byte [`NEWER`] at the end. Returns `None` if the row already
/// has format 2. The first byte of a row is the version of its format. A row that was wrongly changed twice would end
/// with two bytes [`NEWER`].
fn add_a_byte(key: &Key, value: &Value) -> Result<Option<Changes>, Corrupt> {
    match value.as_slice() {
        [2, ..] => Ok(None),
        [1, .., ODD] => Err(Corrupt::Column { column: "made up" }),
        [1, rest @ ..] => Ok(Some(vec![(key.clone(), Some([&[2], rest, &[NEWER]].concat()))])),
        _ => Err(Corrupt::Column { column: "form" }),
    }
}

const MADE_UP: &[Upgrade] = &[Upgrade { letters: b"SV", rewrite: add_a_byte }];

/// Two upgrades, one after the other. The first changes rows with [`add_a_byte`], and the second moves the settings to
/// another key.
const TWO: &[Upgrade] = &[
    Upgrade { letters: b"SV", rewrite: add_a_byte },
    Upgrade {
        letters: b"S",
        rewrite: |key, value| {
            let moved = [b"z", &key[1..]].concat();
            Ok(Some(vec![(key.clone(), None), (moved, Some(value.clone()))]))
        },
    },
];

/// An engine that fails at a given write, counted from 1, and at all later writes.
struct Failing {
    engine: Arc<dyn Engine>,
    left: AtomicU32,
}

#[async_trait]
impl Engine for Failing {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        self.engine.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        self.engine.scan(from, until, limit).await
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        let counted = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        counted.map_err(|_| EngineError::not_done("cut off"))?;
        self.engine.write(write).await
    }
}

type Engines = [(&'static str, Arc<dyn Engine>); 2];

fn engines(folder: &TempDir) -> Engines {
    let redb = RedbEngine::open(folder.path().join("made-up.redb")).expect("an engine");
    let fjall = FjallEngine::open(folder.path().join("made-up.fjall")).expect("an engine");
    [("redb", Arc::new(redb)), ("fjall", Arc::new(fjall))]
}

/// The number of rows for each first letter of a key. The upgrade reads them in several batches, because a batch is
/// smaller than this number. The database also contains rows with letters that the upgrade does not read.
const ROWS: u16 = 50;

async fn fill(engine: &dyn Engine) {
    check(engine, UPGRADES).await.expect("the first layout");
    let row = |letter: u8, number: u16| ([&[letter], &number.to_be_bytes()[..]].concat(), Some(vec![1, letter]));
    let rows = (0..ROWS).flat_map(|number| [b'R', b'S', b'T', b'V', b'W'].map(|letter| row(letter, number)));
    let odd = (b"Sodd".to_vec(), Some(vec![1, ODD]));
    let change = rows.chain([odd]).collect();
    let written = engine.write(Write { expect: Vec::new(), change }).await.expect("an answer");
    assert_eq!(written, Outcome::Applied);
}

async fn rows(engine: &dyn Engine) -> Vec<(Key, Value)> {
    engine.scan(b"A", &[0xff], usize::MAX).await.expect("rows")
}

async fn number(engine: &dyn Engine) -> u64 {
    let row = engine.get(&[key::LAYOUT.to_vec()]).await.expect("a row").pop().flatten().expect("a number");
    crate::row::read_version(&row).expect("a number").number()
}

/// Checks that no row is missing, and that each row with the letter `S` or `V` was rewritten exactly once.
async fn assert_upgraded(name: &str, engine: &dyn Engine) {
    assert_eq!(number(engine).await, 3, "{name}");
    let rows = rows(engine).await;
    assert_eq!(rows.len(), 5 * usize::from(ROWS) + 1, "{name}");
    for (key, value) in rows {
        let concerns = matches!(key[0], b'S' | b'V') && key != b"Sodd";
        let expected = match (concerns, key == b"Sodd") {
            (true, _) => vec![2, key[0], NEWER],
            (_, true) => vec![1, ODD],
            _ => vec![1, key[0]],
        };
        assert_eq!(value, expected, "{name}: {key:?}");
    }
}

#[test]
fn an_older_layout_is_upgraded_in_place_and_refused_by_the_older_version() {
    let folder = TempDir::new().expect("a folder");
    for (name, engine) in engines(&folder) {
        block_on(async {
            fill(&*engine).await;
            check(&*engine, MADE_UP).await.expect(name);
            assert_upgraded(name, &*engine).await;
            check(&*engine, MADE_UP).await.expect("again it does nothing");
            assert_upgraded(name, &*engine).await;
            let older = KvStore::open(Arc::clone(&engine)).await;
            assert!(matches!(older, Err(SetupError::Newer { found: 3 })), "{name}: {older:?}");
        });
    }
}

#[test]
fn an_upgrade_that_was_cut_off_anywhere_is_continued() {
    let folder = TempDir::new().expect("a folder");
    for (name, engine) in engines(&folder) {
        block_on(async {
            let mut cuts = 0;
            for left in 0.. {
                let all = rows(&*engine).await.into_iter().map(|(key, _)| (key, None));
                let change = all.chain([(key::LAYOUT.to_vec(), None)]).collect();
                let emptied = engine.write(Write { expect: Vec::new(), change }).await.expect("an answer");
                assert_eq!(emptied, Outcome::Applied);
                fill(&*engine).await;
                let failing = Failing { engine: Arc::clone(&engine), left: AtomicU32::new(left) };
                if check(&failing, MADE_UP).await.is_ok() {
                    assert_upgraded(name, &*engine).await;
                    break;
                }
                // Before the first write the data is unchanged. After the first write the older version refuses to open
                // the data.
                let older = check(&*engine, UPGRADES).await;
                let refused = matches!(older, Err(SetupError::Newer { found: 2 }));
                assert_eq!(refused, left > 0, "{name}, {left}: {older:?}");
                check(&*engine, MADE_UP).await.expect(name);
                assert_upgraded(name, &*engine).await;
                cuts += 1;
            }
            // There are two writes of the layout's number, and at least two batches for each letter.
            assert!(cuts >= 6, "{name}: {cuts}");
        });
    }
}

#[test]
fn an_upgrade_by_several_at_once_rewrites_each_row_once() {
    let folder = TempDir::new().expect("a folder");
    for (name, engine) in engines(&folder) {
        block_on(fill(&*engine));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| block_on(check(&*engine, MADE_UP)).expect(name));
            }
        });
        block_on(assert_upgraded(name, &*engine));
    }
}

#[test]
fn the_steps_are_made_one_after_the_other_from_wherever_the_data_is() {
    let folder = TempDir::new().expect("a folder");
    for (name, engine) in engines(&folder) {
        block_on(async {
            fill(&*engine).await;
            check(&*engine, MADE_UP).await.expect("one step");
            check(&*engine, TWO).await.expect("the other step");
            assert_eq!(number(&*engine).await, 5, "{name}");
            let rows = rows(&*engine).await;
            let moved = rows.iter().filter(|(key, _)| key[0] == b'z').count();
            assert_eq!((moved, rows.len()), (usize::from(ROWS) + 1, 5 * usize::from(ROWS) + 1), "{name}");
            assert!(rows.iter().all(|(key, _)| key[0] != b'S'), "{name}");
        });
    }
}

#[test]
fn a_new_store_begins_with_the_present_layout() {
    let folder = TempDir::new().expect("a folder");
    for (name, engine) in engines(&folder) {
        block_on(async {
            check(&*engine, TWO).await.expect(name);
            assert_eq!(number(&*engine).await, 5, "{name}");
        });
    }
}
