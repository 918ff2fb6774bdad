//! Broken stores that answer from a replica after a fail-over, each in its own way. The check `no_replica_answers`
//! (clause 55 of `TokenStore`) must reject each of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::methods_of;
use counterfoil::store::{StoreError, TokenStore};
use counterfoil_conformance::{CHECKS, Checked, Fixture, ReferenceStore, Store, Subject, Verdict};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// Checks the server's role only when a connection is opened. If the server becomes a replica afterwards, it still
    /// answers reads on this connection.
    ReadsOn,
    /// Answers reads from a replica until the store has sent a write, which the replica refuses. Only then does the
    /// store detect that the server was demoted.
    ReadsUntilAWriteIsRefused,
    /// Reads listings from a replica, as if the contract allowed outdated ones.
    ListsOn,
    CountsOn,
    /// Reports every record as absent while the primary cannot be reached.
    FindsNothing,
    /// Sends writes to the replica and acknowledges them. The primary never gets them, so they are lost.
    WritesOn,
    /// Probes with a read alone. A replica answers this read too, so the probe succeeds although a write would fail.
    ProbesByReading,
    /// Never opens a new connection after a write was refused, so it stays unavailable.
    StaysAway,
}

const CASES: &[Flaw] = &[
    Flaw::ReadsOn,
    Flaw::ReadsUntilAWriteIsRefused,
    Flaw::ListsOn,
    Flaw::CountsOn,
    Flaw::FindsNothing,
    Flaw::WritesOn,
    Flaw::ProbesByReading,
    Flaw::StaysAway,
];

/// The servers behind the address of a store. The address leads to the replica if there is one, and to the primary
/// otherwise.
#[derive(Default)]
struct Servers {
    primary: Arc<ReferenceStore>,
    replica: Mutex<Option<Arc<ReferenceStore>>>,
}

struct Client {
    servers: Arc<Servers>,
    flaw: Flaw,
    refused: AtomicBool,
}

impl Client {
    /// Returns the server from which the store answers a call of the method `op`. Returns an error if the store refuses
    /// to answer.
    fn server(&self, op: &'static str) -> Result<Arc<ReferenceStore>, StoreError> {
        let replica = self.servers.replica.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (counts, lists) = (op == "census", matches!(op, "list" | "due" | "census"));
        let reads = lists || op == "get";
        let refused = self.refused.load(Ordering::SeqCst);
        let Some(replica) = replica else {
            let away = self.flaw == Flaw::StaysAway && refused;
            return if away { Err(StoreError::unavailable(op)) } else { Ok(Arc::clone(&self.servers.primary)) };
        };
        let answers = match self.flaw {
            Flaw::None | Flaw::StaysAway => false,
            Flaw::ReadsOn => reads,
            Flaw::ReadsUntilAWriteIsRefused => reads && !refused,
            Flaw::ListsOn => lists,
            Flaw::CountsOn => counts,
            Flaw::FindsNothing => op == "get",
            Flaw::WritesOn => !reads,
            Flaw::ProbesByReading => op == "probe",
        };
        self.refused.fetch_or(!reads, Ordering::SeqCst);
        match answers {
            true if self.flaw == Flaw::FindsNothing => Ok(Arc::default()),
            true => Ok(replica),
            false => Err(StoreError::unavailable(op)),
        }
    }
}

macro_rules! by_the_address {
    ($(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl TokenStore for Client {
            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, StoreError> {
                self.server(stringify!($name))?.$name($($arg),*).await
            })*
        }
    };
}

methods_of!(TokenStore => by_the_address);

struct Bench(Flaw);

#[async_trait]
impl Fixture for Bench {
    type Database = Arc<Servers>;

    async fn create(&self) -> Arc<Servers> {
        Arc::default()
    }

    async fn open(&self, servers: &Arc<Servers>) -> Store {
        Arc::new(Client { servers: Arc::clone(servers), flaw: self.0, refused: AtomicBool::new(false) })
    }

    async fn demote(&self, servers: &Arc<Servers>, demoted: bool) -> Option<Store> {
        let replica = demoted.then(|| {
            let (replica, held) = (ReferenceStore::new(), servers.primary.with(|model| model.clone()));
            replica.with(|model| *model = held);
            Arc::new(replica)
        });
        *servers.replica.lock().unwrap_or_else(PoisonError::into_inner) = replica;
        Some(Arc::<ReferenceStore>::clone(&servers.primary))
    }
}

fn tried(flaw: Flaw) -> Verdict {
    let check = CHECKS.iter().find(|check| check.name == "no_replica_answers").expect("a check of that name");
    check.run(&Subject::new(Bench(flaw)))
}

#[test]
fn every_store_that_answers_from_a_replica_is_rejected() {
    std::thread::scope(|scope| {
        for flaw in CASES {
            scope.spawn(move || match tried(*flaw) {
                Err(broken) => println!("{flaw:?}: {}", broken.what().chars().take(120).collect::<String>()),
                Ok(held) => panic!("{flaw:?} is not rejected: {held:?}"),
            });
        }
    });
}

/// Checks that a store without a flaw passes with the fixture of this file. So if the check rejects a store of this
/// file, the reason is the flaw and not the fixture.
#[test]
fn the_store_without_a_flaw_passes() {
    assert_eq!(tried(Flaw::None).map_err(|broken| broken.to_string()), Ok(Checked::Held));
}
