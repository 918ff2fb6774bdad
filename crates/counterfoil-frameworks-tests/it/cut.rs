//! A caller that goes away.

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
/// As many wrong passwords as a source may send.
const ALLOWED: usize = 3;

/// Waits until that many calls were counted.
async fn reached(count: &AtomicUsize, calls: usize) {
    let waiting = async {
        while count.load(Ordering::SeqCst) < calls {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("the calls are made");
}

/// An attempt is reserved before its password is tested, and released afterwards. If a cut request kept its attempt,
/// three of them would lock a person out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_42_a_sign_in_whose_caller_goes_away_is_carried_out_to_its_end() {
    for framework in [Framework::Axum] {
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
        // The answers to others show that the server has seen the ends of the connections.
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
