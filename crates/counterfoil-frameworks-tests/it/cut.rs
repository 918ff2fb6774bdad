//! A test of a caller that disconnects before the response.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use counterfoil::testing::Failure;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::case::send;
use crate::scene::Scene;
use crate::servers::Framework;
use crate::wire::{exchange, written};

const LOGIN: &str = "grant_type=password&username=ivan&password=ivan";
/// The number of wrong passwords after which an account must wait. It equals the limit in [`Scene::new`].
const ALLOWED: usize = 3;

/// Waits until `count` is at least `calls`.
async fn reached(count: &AtomicUsize, calls: usize) {
    let waiting = async {
        while count.load(Ordering::SeqCst) < calls {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("the calls are made");
}

/// Checks that a sign-in is completed even if its caller disconnects. A sign-in reserves an attempt before it tests the
/// password, and releases the attempt afterwards. If an interrupted request kept its attempt, three such requests would
/// lock a person out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_42_a_sign_in_whose_caller_goes_away_is_carried_out_to_its_end() {
    for framework in [Framework::Axum, Framework::Actix, Framework::Poem, Framework::Tower] {
        let mut scene = Scene::new().await;
        let login = send("POST", "/token").header("authorization", "Basic {basic}").form(LOGIN);
        let login = scene.fill(&login).await;
        let running = framework.start(scene.service.counterfoil().clone()).await;
        let (held, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (holding, ending) = (held.clone(), ended.clone());
        scene.service.faults().plan(move |call| match call.method {
            "release" => {
                holding.fetch_add(1, Ordering::SeqCst);
                Some(Failure::Hangs)
            }
            _ => None,
        });
        let mut callers = Vec::new();
        for _ in 0..ALLOWED {
            let mut caller = TcpStream::connect(running.address).await.expect("connected");
            caller.write_all(written(&login).as_bytes()).await.expect("sent");
            callers.push(caller);
        }
        reached(&held, ALLOWED).await;
        drop(callers);
        // These requests give the server time to detect that the callers have closed their connections.
        for _ in 0..10 {
            let other = exchange(running.address, &send("GET", "/nothing")).await;
            assert_eq!(other.status, 404, "{framework:?}");
        }
        scene.service.faults().plan(move |call| {
            if call.method == "insert" {
                ending.fetch_add(1, Ordering::SeqCst);
            }
            None
        });
        reached(&ended, ALLOWED).await;
        assert_eq!(exchange(running.address, &login).await.status, 200, "{framework:?}");
        running.stop().await;
    }
}
