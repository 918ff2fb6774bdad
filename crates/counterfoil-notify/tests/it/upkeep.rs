//! Tests all periodic work in one call (requirement HOST 9).

use std::sync::Arc;
use std::time::Duration;

use crate::support::*;
use async_trait::async_trait;
use counterfoil::IssuedCredential;
use counterfoil::store::TokenStore as _;
use counterfoil_notify::{Digest, SendError, Transport, Upkeep, Worker};
use tokio::sync::Notify;

/// Makes a host whose first upkeep already purges records. With the usual `clock_doubt`, the first upkeep would doubt
/// the clock and purge nothing.
fn world() -> World {
    let mut policy = policy();
    policy.clock_doubt = Duration::ZERO;
    World::with(policy)
}

async fn last_use(world: &World, issued: &IssuedCredential) -> Option<counterfoil::Timestamp> {
    world.store.get(&issued.view.id).await.expect("available").expect("a record").record().last_used_at
}

#[tokio::test(start_paused = true)]
async fn host_9_one_call_flushes_purges_and_sends_until_the_shutdown() {
    let (world, outbox) = (world(), Outbox::default());
    let now = world.counterfoil.now();
    let due = world.create(&person("bill"), "due", 30, now.minus(Duration::from_secs(24 * 86_400))).await;
    let gone = world.create(&person("bill"), "gone", 1, now.minus(Duration::from_secs(400 * 86_400))).await;
    let used = world.create(&ivan(), "used", 90, now).await;
    world.counterfoil.verify(used.token.expose_secret()).await.expect("verified");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let upkeep = Upkeep::new(world.counterfoil.clone()).with_notices(world.worker(outbox.clone()));
    let upkeep = tokio::spawn(upkeep.run(async { drop(stopped.await) }));
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(outbox.take().iter().flatten().filter(|(_, label, _)| label == "due").count(), 1, "sent once");
    assert!(world.is_marked(&due).await);
    assert!(world.store.get(&gone.view.id).await.expect("available").is_none(), "what is gone is purged");
    let late = world.create(&ivan(), "late", 90, now).await;
    world.counterfoil.verify(late.token.expose_secret()).await.expect("verified");
    drop(stop);
    upkeep.await.expect("ended");
    assert!(last_use(&world, &used).await.is_some());
    assert!(last_use(&world, &late).await.is_some(), "the shutdown writes what is left");
}

/// A transport that waits in each delivery until the test lets it continue.
struct Held(Arc<Notify>, Outbox);

#[async_trait]
impl Transport for Held {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        self.0.notified().await;
        self.1.send(digest).await
    }
}

#[tokio::test(start_paused = true)]
async fn host_9_a_shutdown_waits_for_the_digest_that_is_being_sent_and_then_flushes() {
    let (world, outbox, go) = (world(), Outbox::default(), Arc::new(Notify::new()));
    let now = world.counterfoil.now();
    let due = world.create(&person("bill"), "due", 30, now.minus(Duration::from_secs(24 * 86_400))).await;
    let limits = limits().with_send_timeout(Duration::from_secs(600));
    let worker = Worker::new(world.counterfoil.clone(), Held(go.clone(), outbox.clone())).with_limits(limits);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let upkeep = Upkeep::new(world.counterfoil.clone()).with_notices(worker);
    let upkeep = tokio::spawn(upkeep.run(async { drop(stopped.await) }));
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(stop);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!upkeep.is_finished(), "a digest is on its way");
    go.notify_one();
    upkeep.await.expect("ended");
    assert_eq!(outbox.take().len(), 1);
    assert!(world.is_marked(&due).await);
}

#[tokio::test(start_paused = true)]
async fn host_9_upkeep_without_notices_ends_at_the_shutdown() {
    let world = world();
    let used = world.create(&ivan(), "used", 90, world.counterfoil.now()).await;
    world.counterfoil.verify(used.token.expose_secret()).await.expect("verified");
    Upkeep::new(world.counterfoil.clone()).run(async {}).await;
    assert!(last_use(&world, &used).await.is_some());
}
