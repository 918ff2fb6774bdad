//! Tests that many callers share one request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::post;
use counterfoil_remote::Introspection;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc};

use crate::support::{Count, clock, foreign, serve, start};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// Serves an endpoint that reports each request and holds back its answer until the test notifies it.
async fn held(active: bool) -> (String, Count, mpsc::UnboundedReceiver<()>, Arc<Notify>) {
    let (count, go) = (Count::default(), Arc::new(Notify::new()));
    let (send, asked) = mpsc::unbounded_channel();
    let (counted, goes) = (count.clone(), go.clone());
    let answer = move || {
        let (send, go) = (send.clone(), goes.clone());
        counted.count();
        async move {
            let _ = send.send(());
            go.notified().await;
            (JSON, format!(r#"{{"active":{active},"sub":"7"}}"#))
        }
    };
    (serve(Router::new().route("/introspect", post(answer))).await, count, asked, go)
}

fn ask(verifier: &Introspection) -> tokio::task::JoinHandle<bool> {
    let verifier = verifier.clone();
    tokio::spawn(async move { verifier.verify("t").await.is_ok() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_26_sixty_four_threads_with_one_token_make_one_request() {
    let (endpoint, count, mut asked, go) = held(true).await;
    let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
    let begun = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..64)
        .map(|_| {
            let (verifier, begun, handle) = (verifier.clone(), begun.clone(), Handle::current());
            std::thread::spawn(move || {
                begun.fetch_add(1, Ordering::SeqCst);
                handle.block_on(verifier.verify("t")).expect("active")
            })
        })
        .collect();
    asked.recv().await.expect("a request");
    while begun.load(Ordering::SeqCst) < 64 {
        tokio::task::yield_now().await;
    }
    go.notify_one();
    let joined = tokio::task::spawn_blocking(move || {
        threads.into_iter().map(|thread| thread.join().expect("no panic").subject().clone()).collect::<Vec<_>>()
    });
    assert!(joined.await.expect("no panic").iter().all(|subject| subject.as_str() == "7"));
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn host_26_callers_share_a_refusal_too_and_the_next_one_asks_again() {
    let (endpoint, count, mut asked, go) = held(false).await;
    let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
    let callers: Vec<_> = (0..8).map(|_| ask(&verifier)).collect();
    asked.recv().await.expect("a request");
    // The runtime has one thread, which runs every caller before the endpoint gets the request. So all callers already
    // wait for this request.
    go.notify_one();
    for caller in callers {
        assert!(!caller.await.expect("no panic"));
    }
    assert_eq!(count.get(), 1);
    go.notify_one();
    verifier.verify("t").await.expect_err("not active");
    assert_eq!(count.get(), 2);
}

#[tokio::test]
async fn host_26_a_caller_that_goes_away_does_not_end_the_request_of_the_others() {
    let (endpoint, count, mut asked, go) = held(true).await;
    let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
    let first = ask(&verifier);
    asked.recv().await.expect("a request");
    let second = ask(&verifier);
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.expect_err("aborted").is_cancelled());
    go.notify_one();
    assert!(second.await.expect("no panic"));
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn host_26_a_request_older_than_the_bound_is_not_joined_and_its_answer_is_not_kept() {
    let clock = clock();
    let (endpoint, count, mut asked, go) = held(true).await;
    let verifier = foreign(&endpoint, &clock).build().expect("a verifier");
    let slow = ask(&verifier);
    asked.recv().await.expect("a request");
    // The cache time of one second has passed since the request was sent. The token may have been revoked in this
    // second, so the next caller needs a new request.
    clock.set(start().plus_capped(Duration::from_secs(1)));
    let fresh = ask(&verifier);
    asked.recv().await.expect("another request");
    go.notify_waiters();
    assert!(slow.await.expect("no panic") && fresh.await.expect("no panic"));
    assert_eq!(count.get(), 2);
    clock.set(start().plus_capped(Duration::from_secs(2)));
    let third = ask(&verifier);
    asked.recv().await.expect("a third request");
    go.notify_one();
    assert!(third.await.expect("no panic"));
}
