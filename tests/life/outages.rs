//! Tests what a host learns about a store or a directory that does not respond (fault D1). Also tests where the events
//! of a service go (fault D4).

use std::fmt::Write as _;
use std::io;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::event::{EventKind, Fault, Means, TracingSink};
use counterfoil::memory::MemoryDirectory;
use counterfoil::store::StoreError;
use counterfoil::testing::RecordingSink;
use counterfoil::types::TokenKind;
use counterfoil::*;

use crate::support::*;

/// A switch between up and down. While it is down, the store and the directory that use it fail.
#[derive(Clone, Default)]
struct Switch(Arc<AtomicBool>);

impl Switch {
    fn turn(&self, down: bool) {
        self.0.store(down, Ordering::SeqCst);
    }

    fn is_down(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// An error that has a cause.
#[derive(Debug, thiserror::Error)]
#[error("pool is closed")]
struct Closed(#[source] io::Error);

fn refused() -> Closed {
    Closed(io::Error::other("connection refused\nby db-1"))
}

#[async_trait]
impl Around for Switch {
    async fn before(&self, _: &Base, call: Call<'_>) -> Result<(), StoreError> {
        if matches!(call, Call::Get) && self.is_down() {
            let source = Some(refused().into());
            return Err(StoreError::Unavailable { op: "get", retry: true, maybe_done: false, source });
        }
        Ok(())
    }
}

struct People {
    inner: Arc<MemoryDirectory>,
    switch: Switch,
}

impl People {
    fn answer(&self) -> Result<&MemoryDirectory, DirectoryError> {
        if self.switch.is_down() { Err(refused().into()) } else { Ok(&self.inner) }
    }
}

#[async_trait]
impl Accounts for People {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.answer()?.account(subject).await
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        self.answer()?.resolve(name).await
    }
}

#[async_trait]
impl Logins for People {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        self.answer()?.authenticate(login).await
    }
}

#[async_trait]
impl Search for People {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        self.answer()?.find(text, limit).await
    }
}

struct Outage {
    world: World,
    store: Switch,
    directory: Switch,
    token: IssuedToken,
}

fn outage() -> Outage {
    let (store, directory) = (Switch::default(), Switch::default());
    let (inner, around) = (Arc::new(Base::default()), store.clone());
    let beset = Arc::new(Beset { inner: Arc::clone(&inner), around });
    let switch = directory.clone();
    let world = world_on(open_policy(), inner, |builder| builder.token_store(beset));
    let inner = Arc::clone(&world.people);
    let world = world.elsewhere(|builder| {
        let beset = Beset { inner: Arc::clone(&world.store), around: store.clone() };
        builder.token_store(Arc::new(beset)).directory(People { inner, switch })
    });
    let token = world.pat("bill", "one").token;
    world.take_events();
    Outage { world, store, directory, token }
}

impl Outage {
    fn verify(&self) -> bool {
        match block_on(self.world.handle.verify(self.token.expose_secret())) {
            Ok(_) => true,
            Err(Denied::Unavailable(_)) => false,
            Err(refused) => panic!("an outage is no refusal: {refused}"),
        }
    }

    fn take_events(&self) -> Vec<EventKind> {
        self.world.take_events()
    }
}

fn failed(means: Means, op: &'static str, cause: &str, unsaid: u64) -> EventKind {
    EventKind::Failed { means, op, fault: Fault::Unavailable, id: None, cause: cause.to_owned(), unsaid }
}

fn ms(millis: u64) -> Duration {
    Duration::from_micros(1_000 * millis)
}

const OF_STORE: &str = "store is unavailable for get: pool is closed: connection refused by db-1";
const OF_DIRECTORY: &str = "directory is unavailable: pool is closed: connection refused by db-1";

#[test]
fn fault_d1_a_store_that_fails_is_told_with_its_causes_once_in_ten_seconds() {
    let outage = outage();
    assert!(outage.verify() && outage.take_events().is_empty());
    outage.store.turn(true);
    for _ in 0..100 {
        assert!(!outage.verify());
        outage.world.pass(ms(99));
    }
    assert_eq!(outage.take_events(), [failed(Means::TokenStore, "get", OF_STORE, 0)]);
    outage.world.pass(ms(100));
    assert!(!outage.verify());
    assert_eq!(outage.take_events(), [failed(Means::TokenStore, "get", OF_STORE, 99)]);
}

#[test]
fn fault_d1_a_directory_that_fails_is_told_beside_a_store_that_fails() {
    let outage = outage();
    outage.directory.turn(true);
    assert!(!outage.verify());
    assert_eq!(outage.take_events(), [failed(Means::Directory, "account", OF_DIRECTORY, 0)]);
    outage.store.turn(true);
    assert!(!outage.verify());
    assert_eq!(outage.take_events(), [failed(Means::TokenStore, "get", OF_STORE, 0)]);
}

#[test]
fn fault_d1_an_end_of_an_outage_is_told_five_seconds_after_its_last_failure() {
    let outage = outage();
    let since = outage.world.now();
    outage.store.turn(true);
    assert!(!outage.verify() && !outage.verify());
    outage.store.turn(false);
    outage.take_events();
    for (passed, reported) in [(4_999, false), (1, true), (60_000, false)] {
        outage.world.pass(ms(passed));
        assert!(outage.verify());
        let over = EventKind::Recovered { means: Means::TokenStore, failures: 2, since };
        assert_eq!(
            outage.take_events(),
            reported.then_some(over).into_iter().collect::<Vec<_>>(),
            "after {passed} ms more"
        );
    }
    // After the recovery, the next outage is reported immediately.
    outage.store.turn(true);
    assert!(!outage.verify());
    assert_eq!(outage.take_events(), [failed(Means::TokenStore, "get", OF_STORE, 0)]);
}

#[test]
fn fault_d1_a_clock_put_back_keeps_no_outage_untold() {
    let outage = outage();
    outage.store.turn(true);
    assert!(!outage.verify());
    outage.take_events();
    outage.world.clock.set(outage.world.now().minus(hours(1)));
    assert!(!outage.verify());
    assert_eq!(outage.take_events().len(), 1);
}

/// Collects the text of a log. Each event is one line, with its fields in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl tracing::Subscriber for Log {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "counterfoil"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Line<'a>(&'a mut String);
        impl tracing::field::Visit for Line<'_> {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                let _ = write!(self.0, " {}={value:?}", field.name());
            }
        }
        let mut log = self.0.lock().expect("not poisoned");
        let _ = write!(log, "{}", event.metadata().level());
        event.record(&mut Line(&mut log));
        log.push('\n');
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn fault_d1_a_failure_is_an_error_in_the_log_and_fault_d4_its_parts_are_fields() {
    let (outage, log) = (outage(), Log::default());
    tracing::subscriber::with_default(log.clone(), || {
        outage.store.turn(true);
        assert!(!outage.verify());
    });
    let log = log.0.lock().expect("not poisoned");
    assert!(log.starts_with("ERROR ") && log.lines().count() == 1, "{log}");
    for field in ["event=\"failed\"", "means=\"token_store\"", "op=\"get\"", "reason=\"unavailable\"", "count=0"] {
        assert!(log.contains(field), "{field} in {log}");
    }
    assert!(log.contains(&format!("cause={OF_STORE:?}")), "{log}");
}

#[test]
fn fault_d4_sinks_add_up_and_a_shared_one_is_one() {
    let (first, second, log) = (Arc::new(RecordingSink::default()), RecordingSink::default(), Log::default());
    let world = world_with(open_policy(), |builder| {
        builder.events(Arc::clone(&first)).events(vec![second.clone()]).events(Box::new(second.clone()))
    });
    tracing::subscriber::with_default(log.clone(), || world.pat("bill", "one"));
    let issued = |reported: Vec<event::Event>| {
        reported
            .into_iter()
            .filter(|event| matches!(event.kind, EventKind::Issued { kind: TokenKind::PersonalAccessToken, .. }))
            .count()
    };
    assert_eq!((issued(first.take()), issued(second.take())), (1, 2));
    assert!(log.0.lock().expect("not poisoned").contains("INFO"), "tracing has it too");
    let silent = world_with(open_policy(), Builder::without_tracing);
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || silent.pat("bill", "one"));
    assert_eq!(*log.0.lock().expect("not poisoned"), "", "a host may do without");
    let _: TracingSink = TracingSink;
}
