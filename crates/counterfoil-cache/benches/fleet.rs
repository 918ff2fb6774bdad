//! Compares verifications with and without the cache, on PostgreSQL and on Redis: rates at 1, 16, 64 and 256 callers,
//! and the time of a call. Both are measured alternately in one run, on a server on the same machine. Then the hit rate
//! at a Zipf load (s = 1.0) of 100,000 credentials, with several capacities.
//!
//! Run it with `cargo bench -p counterfoil-cache --bench fleet`. Words after `--` select parts: `postgres`, `redis` and
//! `zipf`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a bench measures, or says why not"
)]
#![allow(missing_docs, reason = "a bench is no library")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::store::{
    ClientStore, Look, NarrowingLog, SettingsStore, Throttle, Ticket, TokenRecord, TokenStore, VerificationReads,
};
use counterfoil::types::RecordId;
use counterfoil::{Account, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};
use counterfoil_cache::{CacheOptions, CachedReads};
use counterfoil_conformance::dice::Dice;
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::PgStore;
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::servers::redis::RedisServer;

const CALLERS: [usize; 4] = [1, 16, 64, 256];
const TURNS: usize = 10;
const TURN: Duration = Duration::from_millis(200);
/// The number of tokens of one owner.
const EACH: usize = 5;
/// The number of tokens for the rates.
const TOKENS: usize = 1_000;
/// The number of tokens for the hit rates.
const POPULATION: usize = 100_000;

fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|word| word == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        if wanted("postgres") {
            let server = Postgres::start();
            let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
            let store = PgStore::connect(options.username("postgres").database("postgres")).await.expect("a store");
            rates("PostgreSQL", store.with_narrowing_log(true).await.expect("a log")).await;
        }
        if wanted("redis") {
            let server = RedisServer::start();
            let store = RedisStore::open(server.url(), Options::new().with_narrowing_log()).await.expect("a store");
            rates("Redis", store).await;
        }
        if wanted("zipf") {
            hit_rates().await;
        }
    });
}

/// Where tokens are created and verified.
struct Site<S> {
    store: Arc<S>,
    people: Arc<MemoryDirectory>,
    keys: Arc<KeyRing>,
}

impl<S: TokenStore + ClientStore + SettingsStore + Throttle> Site<S> {
    fn new(store: S) -> Self {
        let keys = Arc::new(KeyRing::generate_from_system().expect("a key"));
        Self { store: Arc::new(store), people: Arc::default(), keys }
    }

    fn handle(&self, reads: Option<impl VerificationReads>) -> Arc<Counterfoil> {
        let mut policy = Policy::synergy();
        policy.personal_access_tokens.setting = SettingGate::NotAsked;
        policy.verification_staleness = Duration::from_secs(1);
        let builder = Counterfoil::builder().policy(policy).store(Arc::clone(&self.store));
        let builder = builder.directory(Arc::clone(&self.people)).key_ring(Arc::clone(&self.keys));
        let builder = builder.events(counterfoil::event::NoSink);
        let builder = match reads {
            Some(reads) => builder.verification_reads(reads),
            None => builder,
        };
        Arc::new(builder.build().expect("a handle"))
    }

    async fn tokens(&self, count: usize) -> Vec<String> {
        let handle = self.handle(None::<CachedReads<MemoryStore>>);
        let mut tokens = Vec::new();
        for number in 0..count {
            let name = format!("owner-{}", number / EACH);
            let owner = Account::new(SubjectId::new(&name).expect("an id"), &name, Role::Member);
            if number % EACH == 0 {
                self.people.insert(owner.clone(), &[&name], "not used");
            }
            let label = format!("token {number}");
            let new = NewPersonalAccessToken::new(&label, Lifetime::Days(30));
            let issued = handle.create_personal_access_token(&Presenter::signed_in(&owner), &new).await;
            tokens.push(issued.expect("a token").token.expose_secret().to_owned());
        }
        tokens
    }
}

/// Prints rates and times of calls on a database.
async fn rates<S>(name: &str, store: S)
where
    S: TokenStore + NarrowingLog + ClientStore + SettingsStore + Throttle,
{
    let site = Site::new(store);
    let tokens = Arc::new(site.tokens(TOKENS).await);
    let cache = CachedReads::new(Arc::clone(&site.store), CacheOptions::default()).expect("valid options");
    let follower = cache.clone();
    tokio::spawn(async move {
        follower.run(tokio::time::sleep, std::future::pending(), |error| println!("the log: {error}")).await;
    });
    let with = site.handle(Some(cache));
    let without = site.handle(None::<CachedReads<S>>);
    println!("{name}, {TOKENS} tokens: verifications per second (fastest turn), time of a call");
    println!(
        "{:>7} | {:>12} {:>10} {:>10} | {:>12} {:>10} {:>10} | {:>6}",
        "callers", "cached, 1/s", "p50", "p99", "store, 1/s", "p50", "p99", "ratio"
    );
    for callers in CALLERS {
        let (mut cached, mut plain) = (Seen::default(), Seen::default());
        turn(callers, &with, &tokens).await;
        turn(callers, &without, &tokens).await;
        for _ in 0..TURNS {
            cached.add(turn(callers, &with, &tokens).await);
            plain.add(turn(callers, &without, &tokens).await);
        }
        let ([p50, p99], [plain_p50, plain_p99]) = (cached.times(), plain.times());
        println!(
            "{callers:>7} | {:>12.0} {p50:>10.1?} {p99:>10.1?} | {:>12.0} {plain_p50:>10.1?} {plain_p99:>10.1?} | {:>6.1}",
            cached.rate,
            plain.rate,
            cached.rate / plain.rate
        );
    }
}

/// What was seen in several turns.
#[derive(Default)]
struct Seen {
    rate: f64,
    times: Vec<Duration>,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.rate = self.rate.max(other.rate);
        self.times.extend(other.times);
    }

    fn times(&mut self) -> [Duration; 2] {
        self.times.sort_unstable();
        [50, 99].map(|percent| self.times[(self.times.len() - 1) * percent / 100])
    }
}

/// One turn: the callers verify tokens in random order.
async fn turn(callers: usize, handle: &Arc<Counterfoil>, tokens: &Arc<Vec<String>>) -> Seen {
    let began = Instant::now();
    let call = |caller: usize| {
        let (handle, tokens) = (Arc::clone(handle), Arc::clone(tokens));
        tokio::spawn(async move {
            let (mut dice, mut times) = (Dice::new(caller as u64), Vec::new());
            while began.elapsed() < TURN {
                let token = dice.pick(&tokens);
                let at = Instant::now();
                handle.verify(token).await.expect("accepted");
                times.push(at.elapsed());
                // A verification in memory does not wait, and the other callers would never have a turn.
                tokio::task::yield_now().await;
            }
            times
        })
    };
    let calling: Vec<_> = (0..callers).map(call).collect();
    let mut times = Vec::new();
    for caller in calling {
        times.extend(caller.await.expect("a caller"));
    }
    Seen { rate: times.len() as f64 / began.elapsed().as_secs_f64(), times }
}

/// Counts the records that come from memory.
struct Counted<R>(R, Arc<AtomicU64>);

impl<R: VerificationReads> VerificationReads for Counted<R> {
    fn max_staleness(&self) -> Duration {
        self.0.max_staleness()
    }
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> Option<Ticket> {
        let ticket = self.0.try_read(id, look)?;
        self.1.fetch_add(1, Ordering::Relaxed);
        Some(ticket)
    }
    fn holds(&self, ticket: Ticket) -> bool {
        self.0.holds(ticket)
    }
    fn start(&self) -> Ticket {
        self.0.start()
    }
    fn is_in_time(&self, started: Ticket) -> bool {
        self.0.is_in_time(started)
    }
    fn begin(&self) -> Option<Ticket> {
        self.0.begin()
    }
    fn keep(&self, began: Ticket, record: TokenRecord) {
        self.0.keep(began, record);
    }
}

/// Prints the hit rates at a Zipf load, beside those of a cache that always has the most used tokens.
async fn hit_rates() {
    let site = Site::new(MemoryStore::default());
    let tokens = site.tokens(POPULATION).await;
    // The sums of 1/1, 1/2, 1/3 and so on.
    let sums: Vec<f64> = (1..=POPULATION)
        .scan(0.0, |sum, rank| {
            *sum += 1.0 / rank as f64;
            Some(*sum)
        })
        .collect();
    let all = sums[POPULATION - 1];
    println!("Zipf load (s = 1.0) of {POPULATION} tokens: hit rate, and the best possible one");
    for capacity in [10_000, 25_000, 50_000, 100_000] {
        let options = CacheOptions::default().with_capacity(capacity).with_max_age(Duration::from_secs(3_600));
        let cache = CachedReads::new(Arc::clone(&site.store), options).expect("valid options");
        let hits = Arc::new(AtomicU64::new(0));
        let handle = site.handle(Some(Counted(cache.clone(), Arc::clone(&hits))));
        let mut dice = Dice::new(1);
        let calls = 1_000_000;
        // The first half fills the cache.
        for call in 0..2 * calls {
            if call % 10_000 == 0 {
                cache.refresh().await.expect("read");
            }
            if call == calls {
                hits.store(0, Ordering::Relaxed);
            }
            let at = dice.below(1 << 53) as f64 / (1_u64 << 53) as f64 * all;
            let rank = sums.partition_point(|sum| *sum <= at).min(POPULATION - 1);
            handle.verify(&tokens[rank]).await.expect("accepted");
        }
        let rate = hits.load(Ordering::Relaxed) as f64 / f64::from(calls);
        println!("capacity {capacity:>6}: {:>5.1} %, {:>5.1} %", rate * 100.0, sums[capacity - 1] / all * 100.0);
    }
}
