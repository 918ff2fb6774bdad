//! Tests the lines that a spawned worker writes to the log.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Counterfoil;
use counterfoil::testing::ManualClock;
use counterfoil_notify::{Digest, SendError, Transport, Worker};
use tokio::sync::oneshot;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::*;

/// Records the level and the message of each log line of the worker.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Message<'a>(&'a mut String);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            let _written = write!(self.0, "{value:?}");
        }
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "counterfoil::notice"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = format!("{} ", event.metadata().level());
        event.record(&mut Message(&mut line));
        self.0.lock().expect("nobody died with it").push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Down;

#[async_trait]
impl Transport for Down {
    async fn send(&self, _: &Digest<'_>) -> Result<(), SendError> {
        Err(SendError::Down(None))
    }
}

/// Spawns a worker for a store with one due token, and lets it run once.
async fn run(transport: impl Transport) {
    let world = World::new();
    world.create(&person("bill"), "ci", 30, day(0)).await;
    let ring = Arc::new(counterfoil::KeyRing::generate_from_system().expect("a key"));
    let builder = Counterfoil::builder().policy(policy()).store(Arc::clone(&world.store)).key_ring(ring);
    let builder = builder.clock(Arc::new(ManualClock::at(day(23)))).directory(Arc::clone(&world.people));
    let worker = Worker::new(builder.build().expect("a handle"), transport);
    let (quit, quits) = oneshot::channel::<()>();
    let running = tokio::spawn(worker.run(async { drop(quits.await) }));
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(quit);
    running.await.expect("it ends");
}

#[tokio::test(start_paused = true)]
async fn fault_d8_the_log_says_what_became_of_a_run() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    run(Down).await;
    let logged = std::mem::take(&mut *lines.0.lock().expect("nobody died with it"));
    assert_eq!(logged.last().map(String::as_str), Some("WARN the transport is down: notices wait"), "{logged:?}");
    assert!(!logged.iter().any(|line| line.contains("were sent")), "{logged:?}");
    run(Outbox::default()).await;
    let logged = std::mem::take(&mut *lines.0.lock().expect("nobody died with it"));
    assert_eq!(logged, ["INFO notices were sent"]);
}
