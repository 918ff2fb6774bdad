//! Tests fail-overs in rounds. There is one round of each kind, or twenty with `COUNTERFOIL_SCALE=soak`. During a
//! round, one node of a service verifies and revokes continuously. A token whose revocation was acknowledged must never
//! verify, and no other token may be refused. This is checked during the fail-over and afterwards on the primary.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use counterfoil::{Counterfoil, Denied, Presenter};
use counterfoil_conformance::{Scale, scale};
use counterfoil_sql::{PgSetup, PgStore};

use super::HEALED;
use super::pair::{Pair, takes_writes, writing};
use crate::support::host::{revoke, sign_in};
use crate::support::{RUNTIME, say};

/// The number of callers that verify at the same time.
const CALLERS: usize = 4;
/// The number of sign-ins that a round prepares for revocation.
const STOCK: usize = 8;
/// The shortest duration of a fail-over. It is longer than one second, so that every connection is checked again.
const WRONG: Duration = Duration::from_millis(1_500);

fn is_soak() -> bool {
    scale() == Scale::SOAK
}

fn rounds() -> usize {
    if is_soak() { 20 } else { 1 }
}

/// The result of all rounds of one kind.
#[derive(Default)]
struct Tally {
    revoked: usize,
    wrong: u32,
    unavailable: u32,
    recovered: Vec<Duration>,
}

impl Tally {
    fn tell(mut self, what: &str) {
        self.recovered.sort_unstable();
        let (median, longest) = (self.recovered[self.recovered.len() / 2], self.recovered[self.recovered.len() - 1]);
        say(format_args!(
            "{what}: {} fail-overs, {} revocations, {} wrong answers, {} times reads were unavailable, served again after {median:.2?} (median), {longest:.2?} (longest)",
            self.recovered.len(),
            self.revoked,
            self.wrong,
            self.unavailable
        ));
        assert_eq!(self.wrong, 0);
        assert!(self.unavailable > 0, "the control: the store was out of reach");
        assert!(longest < HEALED);
    }
}

/// The access token and the refresh token of a sign-in, in this order.
type SignIn = [String; 2];

/// One round: a node of the service, and what its callers have observed. The node connects to the database through
/// [`Pair::address`], a port that forwards to a server and can be moved to another server.
struct Round {
    node: Counterfoil,
    stock: Mutex<Vec<SignIn>>,
    /// Access tokens whose revocation was acknowledged.
    revoked: Mutex<Vec<String>>,
    /// Access tokens that are not revoked in the round.
    kept: Mutex<Vec<String>>,
    wrong: AtomicU32,
    unavailable: AtomicU32,
    over: AtomicBool,
}

fn copy(of: &Mutex<Vec<String>>) -> Vec<String> {
    of.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn push(to: &Mutex<Vec<String>>, token: String) {
    to.lock().unwrap_or_else(PoisonError::into_inner).push(token);
}

impl Round {
    async fn new(node: Counterfoil) -> Arc<Self> {
        let mut stock = Vec::new();
        for _ in 0..STOCK {
            stock.push(sign_in(&node).await);
        }
        let [kept, _] = sign_in(&node).await;
        let (stock, kept) = (Mutex::new(stock), Mutex::new(vec![kept]));
        let (revoked, wrong, unavailable, over) = Default::default();
        Arc::new(Self { node, stock, revoked, kept, wrong, unavailable, over })
    }

    /// Verifies all known tokens. Returns whether every call was answered.
    async fn verify_by(&self, node: &Counterfoil) -> bool {
        let (revoked, kept, mut answered) = (copy(&self.revoked), copy(&self.kept), true);
        for (token, stands) in revoked.iter().map(|token| (token, false)).chain(kept.iter().map(|token| (token, true)))
        {
            let wrong = match node.verify(token).await {
                Ok(_) => !stands,
                Err(Denied::Refused(_)) => stands,
                Err(_) => {
                    answered = false;
                    self.unavailable.fetch_add(1, Ordering::Relaxed);
                    false
                }
            };
            self.wrong.fetch_add(u32::from(wrong), Ordering::Relaxed);
        }
        answered
    }

    /// Revokes one of the prepared sign-ins. Tries again until the revocation is acknowledged or the round is over.
    /// Returns whether it was acknowledged.
    async fn revoke_by(&self, node: &Counterfoil) -> bool {
        let taken = self.stock.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let [access, refresh] = taken.expect("the stock lasts");
        while !self.over.load(Ordering::Relaxed) {
            if revoke(node, &refresh).await.status() == 200 {
                push(&self.revoked, access);
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }

    async fn sign_in_by(&self, node: &Counterfoil) {
        let [access, _] = sign_in(node).await;
        push(&self.kept, access);
    }

    /// Starts callers that verify until the round is over.
    fn crowd(self: &Arc<Self>) -> tokio::task::JoinSet<()> {
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..CALLERS {
            let round = Arc::clone(self);
            crowd.spawn(async move {
                while !round.over.load(Ordering::Relaxed) {
                    round.verify_by(&round.node).await;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            });
        }
        crowd
    }

    /// Waits until all calls are answered and a write is acknowledged. Returns the time since `begun`.
    async fn recovered(&self, begun: Instant) -> Duration {
        let all = async {
            while !self.verify_by(&self.node).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(self.revoke_by(&self.node).await);
        };
        assert!(tokio::time::timeout_at((begun + HEALED).into(), all).await.is_ok(), "it does not serve");
        begun.elapsed()
    }

    /// Ends a round. Checks the data of the current primary through the round's node and through another node. Then
    /// revokes all sign-ins.
    async fn end(&self, tally: &mut Tally, recovered: Duration, present: &Counterfoil, pair: &Pair) {
        self.over.store(true, Ordering::Relaxed);
        for node in [&self.node, present] {
            assert!(self.verify_by(node).await, "the primary answers");
        }
        let ended = self.node.revoke_all_of(&Presenter::host(), pair.site.ann.subject()).await;
        assert!(ended.is_ok(), "{ended:?}");
        copy(&self.kept).into_iter().for_each(|token| push(&self.revoked, token));
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        assert!(self.verify_by(present).await, "the primary answers");
        tally.revoked += copy(&self.revoked).len();
        tally.wrong += self.wrong.load(Ordering::Relaxed);
        tally.unavailable += self.unavailable.load(Ordering::Relaxed);
        tally.recovered.push(recovered);
    }
}

/// Runs one round. `breaks` begins the fail-over and `mends` ends it. The node under test connects through
/// [`Pair::address`], and another node connects directly to the primary. A sign-in is revoked on the node under test
/// before the fail-over. During the fail-over, sign-ins are revoked on both nodes, and one sign-in is made on the other
/// node. The node under test also verifies tokens during the whole round.
async fn fail_over(
    tally: &mut Tally,
    pair: &Pair,
    [store, near]: [PgStore; 2],
    breaks: impl AsyncFnOnce(),
    mends: impl AsyncFnOnce() -> Instant,
    present: impl AsyncFnOnce() -> PgStore,
) {
    let primary = pair.site.node(near);
    let round = Round::new(pair.site.node(store)).await;
    assert!(round.revoke_by(&round.node).await);
    let crowd = round.crowd();
    breaks().await;
    let meanwhile = {
        let round = Arc::clone(&round);
        tokio::spawn(async move { round.revoke_by(&round.node).await })
    };
    for _ in 0..2 {
        assert!(round.revoke_by(&primary).await);
    }
    round.sign_in_by(&primary).await;
    tokio::time::sleep(WRONG).await;
    let begun = mends().await;
    let recovered = round.recovered(begun).await;
    assert!(meanwhile.await.expect("a caller"), "it is acknowledged once the store serves");
    round.over.store(true, Ordering::Relaxed);
    crowd.join_all().await;
    round.end(tally, recovered, &pair.site.node(present().await), pair).await;
}

async fn both(pair: &Pair) -> [PgStore; 2] {
    [PgStore::connect(pair.options()).await.expect("a store"), pair.direct().await]
}

#[test]
fn fault_g1_rounds_of_an_address_that_moves_to_a_standby_that_lags() {
    let pair = Pair::lend();
    RUNTIME.block_on(async {
        let mut tally = Tally::default();
        for _ in 0..rounds() {
            let (breaks, mends) = (async || pair.fail_over().await, async || pair.lead_back());
            fail_over(&mut tally, &pair, both(&pair).await, breaks, mends, async || pair.direct().await).await;
            pair.catch_up().await;
        }
        tally.tell("PostgreSQL, a standby that lags behind the address");
    });
}

#[test]
fn fault_g1_rounds_of_a_server_that_takes_no_writes_for_a_while() {
    let pair = Pair::lend();
    RUNTIME.block_on(async {
        let (mut tally, port) = (Tally::default(), pair.primary.port());
        for _ in 0..rounds() {
            let [store, _] = both(&pair).await;
            let near = PgStore::connect(writing(port)).await.expect("a store");
            let mends = async || {
                takes_writes(port, true).await;
                Instant::now()
            };
            let breaks = async || takes_writes(port, false).await;
            fail_over(&mut tally, &pair, [store, near], breaks, mends, async || pair.direct().await).await;
        }
        tally.tell("PostgreSQL, a server made read-only");
    });
}

#[test]
fn fault_g1_rounds_of_a_standby_that_is_promoted() {
    let mut pair = Pair::lend();
    RUNTIME.block_on(async {
        let mut tally = Tally::default();
        for _ in 0..rounds() {
            let stores = both(&pair).await;
            let (breaks, mends) = (async || pair.lead_ahead(), async || pair.promote().await);
            fail_over(&mut tally, &pair, stores, breaks, mends, async || pair.promoted().await).await;
            pair.rebuild().await;
        }
        tally.tell("PostgreSQL, a standby promoted");
    });
}

/// Runs rounds in which the connections become silent. The store has the default time limits with
/// `COUNTERFOIL_SCALE=soak`, and shorter ones otherwise.
#[test]
fn fault_g3_rounds_of_connections_that_fall_silent() {
    let pair = Pair::lend();
    let setup = if is_soak() {
        PgSetup::default()
    } else {
        let limit = Duration::from_secs(1);
        PgSetup::default().statement_timeout(limit).connect_timeout(limit)
    };
    RUNTIME.block_on(async {
        let mut tally = Tally::default();
        for _ in 0..rounds() {
            let store = PgStore::connect_with(pair.options(), setup).await.expect("a store");
            let mends = async || {
                pair.address.speak();
                Instant::now()
            };
            let (breaks, stores) = (async || pair.address.fall_silent(), [store, pair.direct().await]);
            fail_over(&mut tally, &pair, stores, breaks, mends, async || pair.direct().await).await;
            // This closes connections that are still silent.
            pair.lead_back();
        }
        tally.tell("PostgreSQL, connections that fall silent");
    });
}
