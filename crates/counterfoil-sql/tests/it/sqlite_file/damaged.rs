//! Tests rows with one damaged column. The store must not read such a row as if the column had never been set.

use std::time::Duration;

use counterfoil::store::{Reserved, Rotated, StoreError, Throttle as _, ThrottleKey, TokenStore as _};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::sample::{Person, at, most, must_get, supersede};
use counterfoil_sql::SqliteStore;
use sqlx::Executor as _;

use crate::support::files::{File, raw};

/// The columns that describe how a record was superseded.
const SUPERSEDED: [&str; 5] = ["superseded_at", "successor", "nonce", "nonce_key", "honoured_until"];

/// Creates a refresh token that is superseded by another one.
async fn superseded(store: &SqliteStore) -> RecordId {
    let draft = Person::somebody().refresh();
    let id = draft.found(store).await.expect("a record");
    let next = draft.successor(id, 1);
    let step = supersede(Version::FIRST, next.id, at(1));
    let rotated = store.rotate(&id, &step, std::slice::from_ref(&next), at(1)).await;
    assert!(matches!(rotated, Ok(Rotated::Done)), "{rotated:?}");
    id
}

/// One of the columns that say how a record was superseded is empty. If this record were read as never superseded, a
/// used refresh token would be live again. Only `honoured_until` may be missing, which means that the retry window has
/// no end.
#[tokio::test]
async fn a_row_that_is_half_superseded_is_corrupt() {
    let file = File::new();
    let (store, mut raw) = (file.open().await, raw(&file).await);
    let id = superseded(&store).await;
    assert!(must_get(&store, &id).await.expect("a record").record().superseded.is_some());
    let lost = |column: &&str| format!("{column} = NULL");
    let lost_alone = SUPERSEDED.iter().take(4).map(lost);
    let left_alone = SUPERSEDED.map(|left| {
        let others: Vec<_> = SUPERSEDED.iter().filter(|column| **column != left).map(lost).collect();
        others.join(", ")
    });
    for damage in lost_alone.chain(left_alone) {
        let id = superseded(&store).await;
        let update = sqlx::AssertSqlSafe(format!("UPDATE counterfoil_record SET {damage} WHERE id = ?1"));
        let damaged = sqlx::query(update).bind(&id.as_bytes()[..]).execute(&mut raw).await.expect("damaged");
        assert_eq!(damaged.rows_affected(), 1);
        let read = store.get(&id).await;
        assert!(
            matches!(&read, Err(StoreError::Corrupt { id: Some(named), .. }) if *named == id),
            "{damage}: {read:?}"
        );
    }
}

/// A counter has failures, but the end of their window is missing. If the row were read as a counter without a window,
/// the failures would not count, and the next attempt would be allowed.
#[tokio::test]
async fn a_counter_of_failures_without_the_end_of_its_window_is_corrupt() {
    let file = File::new();
    let store = file.open().await;
    let (key, window) = (ThrottleKey::from_bytes([7; 32]), Duration::from_secs(60));
    let attempt = async || store.reserve(&key, at(0), window, most(1)).await;
    assert_eq!(attempt().await.expect("an answer"), Reserved::Granted(at(0)));
    store.failed(&key, at(0), at(0), window).await.expect("counted");
    assert_eq!(attempt().await.expect("an answer"), Reserved::Wait(at(0).plus_capped(window)));
    raw(&file).await.execute("UPDATE counterfoil_throttle SET ends_at = NULL").await.expect("damaged");
    let refused = attempt().await;
    assert!(matches!(refused, Err(StoreError::Corrupt { id: None, .. })), "{refused:?}");
}
