//! Compares the store with the raw client. In one run, calls of the store alternate with single reads or writes that
//! the bench sends through the client, at 1, 16, 64 and 256 callers. Run it with `cargo bench -p counterfoil-redis`. A
//! word after `--` selects the cases whose names contain it.
//!
//! The result is the store's rate divided by the raw client's rate, as the median of the rounds. The server runs on the
//! same machine.
#![allow(clippy::expect_used, reason = "a bench that cannot go on says so")]
#![allow(clippy::disallowed_methods, reason = "a bench measures by the wall clock")]
#![allow(missing_docs, reason = "a bench is no library")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use counterfoil::memory::MemoryDirectory;
use counterfoil::settings::SettingsUpdate;
use counterfoil::store::{Inserted, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};
use counterfoil::{Account, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};
use counterfoil_conformance::sample::{Person, at, most, supersede};
use counterfoil_redis::redis::aio::MultiplexedConnection;
use counterfoil_redis::redis::{AsyncConnectionConfig, Client, Cmd, Pipeline, Value, cmd};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

const OWNERS: usize = 1_000;
const EACH: usize = 10;
const DUE: usize = 100;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(150);
const CALLERS: [usize; 4] = [1, 16, 64, 256];
const PREFIX: &str = "bench";

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;
/// A function that makes one call. Its arguments are the number of the caller, and the number of calls that this caller
/// has made before.
type Call = Arc<dyn Fn(usize, u64) -> Work + Send + Sync>;

struct Ground {
    store: RedisStore,
    raw: MultiplexedConnection,
    people: Vec<Person>,
    ids: Vec<RecordId>,
    handle: Counterfoil,
    tokens: Vec<String>,
}

fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let server = RedisServer::start();
    runtime.block_on(async {
        let ground = Arc::new(Ground::new(&server).await);
        println!("{:8} {:>7} {:>12} {:>12} {:>7}", "", "callers", "store, 1/s", "raw, 1/s", "ratio");
        for (name, ours, raw) in cases(&ground) {
            if !only.is_empty() && !only.iter().any(|word| name.contains(word.as_str())) {
                continue;
            }
            for callers in CALLERS {
                let mut ratios = Vec::new();
                let (mut best, mut best_raw) = (0.0_f64, 0.0_f64);
                for _ in 0..ROUNDS {
                    let (one, two) = (rate(callers, &ours).await, rate(callers, &raw).await);
                    ratios.push(one / two);
                    (best, best_raw) = (best.max(one), best_raw.max(two));
                }
                ratios.sort_by(f64::total_cmp);
                println!("{name:8} {callers:>7} {best:>12.0} {best_raw:>12.0} {:>7.2}", ratios[ROUNDS / 2]);
            }
        }
    });
}

/// Returns the number of calls per second that this number of concurrent callers makes.
async fn rate(callers: usize, call: &Call) -> f64 {
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let began = Instant::now();
    let running: Vec<_> = (0..callers)
        .map(|caller| {
            let (stop, done, call) = (Arc::clone(&stop), Arc::clone(&done), Arc::clone(call));
            tokio::spawn(async move {
                let mut made = 0;
                while !stop.load(Ordering::Relaxed) {
                    call(caller, made).await;
                    made += 1;
                }
                done.fetch_add(made, Ordering::Relaxed);
            })
        })
        .collect();
    tokio::time::sleep(ROUND).await;
    stop.store(true, Ordering::Relaxed);
    for one in running {
        one.await.expect("a caller");
    }
    let done = done.load(Ordering::Relaxed) as f64;
    done / began.elapsed().as_secs_f64()
}

impl Ground {
    async fn new(server: &RedisServer) -> Self {
        let store = RedisStore::open(server.url(), Options::new().prefix(PREFIX)).await.expect("a store");
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_pipeline_buffer_size(1_024);
        let client = Client::open(server.url()).expect("a client");
        let raw = client.get_multiplexed_async_connection_with_config(&config).await.expect("a connection");
        let (mut people, mut ids) = (Vec::new(), Vec::new());
        for owner in 0..OWNERS {
            let person = Person::new("default", &format!("owner-{owner}"));
            for number in 0..EACH {
                let draft = person.pat().created(at(number as u64));
                let draft = if number == 0 && owner < DUE { draft.noticed(at(5), 0) } else { draft };
                ids.push(draft.found(&store).await.expect("a record"));
            }
            people.push(person);
        }
        let (handle, tokens) = verified(store.clone()).await;
        Self { store, raw, people, ids, handle, tokens }
    }

    /// Returns the id of a record. The ids of successive calls are distributed over all records.
    fn id(&self, caller: usize, made: u64) -> RecordId {
        self.ids[spread(caller, made) % self.ids.len()]
    }
}

fn spread(caller: usize, made: u64) -> usize {
    let mixed = (made * 64 + caller as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 33).unwrap_or(0)
}

async fn verified(store: RedisStore) -> (Counterfoil, Vec<String>) {
    let people = Arc::new(MemoryDirectory::default());
    let person = |id, role| Account::new(SubjectId::new(id).expect("a subject"), id, role);
    let (ann, admin) = (person("ann", Role::Member), person("root", Role::Administrator));
    people.insert(ann.clone(), &["ann"], "not used");
    people.insert(admin.clone(), &["root"], "not used");
    let keys = KeyRing::generate_from_system().expect("a key");
    let handle = Counterfoil::builder().store(store).directory(people).key_ring(keys).build().expect("a handle");
    let by = Presenter::signed_in(&admin);
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    handle.update_settings(&by, &on).await.expect("the gate opens");
    handle.set_token_login(&by, ann.subject(), true).await.expect("the other gate opens");
    let mut tokens = Vec::new();
    for number in 0..10 {
        let label = format!("token {number}");
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(30));
        let made = handle.create_personal_access_token(&Presenter::signed_in(&ann), &new).await.expect("a token");
        tokens.push(made.token.expose_secret().to_owned());
    }
    (handle, tokens)
}

/// Returns the command by which the store reads a record.
fn look(id: &RecordId) -> Cmd {
    let mut key = format!("{PREFIX}:{{{:02x}}}:f:", id.shard()).into_bytes();
    key.extend_from_slice(id.family().as_bytes());
    let mut read = cmd("HMGET");
    read.arg(key);
    for field in ["i", "g", "e", "k", "r", "o"] {
        read.arg(field);
    }
    for letter in *b"btvxnqsru" {
        read.arg([&[letter], &id.member()[..]].concat());
    }
    read
}

/// Returns a command that writes as many bytes as the store does, but makes no decisions and updates no indexes.
fn write(caller: usize, made: u64, fields: usize) -> Cmd {
    let mut write = cmd("HSET");
    write.arg(format!("raw:{caller}:{made}"));
    for field in 0..fields {
        write.arg(field).arg([b'x'; 48].as_slice());
    }
    write
}

async fn asked(raw: &mut MultiplexedConnection, command: &Cmd) {
    raw.send_packed_command(command).await.and_then(Value::extract_error).expect("an answer");
}

async fn asked_all(raw: &mut MultiplexedConnection, commands: impl IntoIterator<Item = Cmd>) {
    let mut pipeline = Pipeline::new();
    for command in commands {
        pipeline.add_command(command);
    }
    let count = pipeline.len();
    assert_eq!(raw.send_packed_commands(&pipeline, 0, count).await.expect("answers").len(), count);
}

fn call<F: Future<Output = ()> + Send + 'static>(
    ground: &Arc<Ground>,
    act: impl Fn(Arc<Ground>, usize, u64) -> F + Send + Sync + 'static,
) -> Call {
    let ground = Arc::clone(ground);
    Arc::new(move |caller, made| Box::pin(act(Arc::clone(&ground), caller, made)))
}

fn cases(ground: &Arc<Ground>) -> Vec<(&'static str, Call, Call)> {
    let raw_get = || {
        call(ground, |on, caller, made| async move { asked(&mut on.raw.clone(), &look(&on.id(caller, made))).await })
    };
    let get = call(ground, |on, caller, made| async move {
        assert!(on.store.get(&on.id(caller, made)).await.expect("an answer").is_some());
    });
    let verify = call(ground, |on, caller, made| async move {
        let token = &on.tokens[spread(caller, made) % on.tokens.len()];
        assert_eq!(on.handle.verify(token).await.expect("good").name(), "ann");
    });
    let touch = call(ground, |on, caller, made| async move {
        let seen: Vec<_> = (0..64).map(|use_of| (on.id(caller, made * 64 + use_of), at(made))).collect();
        on.store.touch(&seen).await.expect("noted");
    });
    let raw_touch = call(ground, |on, caller, made| async move {
        let writes = (0..64).map(|use_of| {
            let mut write = cmd("HSET");
            write.arg(format!("touched:{}", on.id(caller, made * 64 + use_of))).arg("u").arg(made);
            write
        });
        asked_all(&mut on.raw.clone(), writes).await;
    });
    let insert = call(ground, |on, _, _| async move {
        let draft = Person::somebody().pat();
        let done = on.store.insert(draft.home(None), &draft.records, at(0)).await.expect("an answer");
        assert_eq!(done, Inserted::Done);
    });
    let raw_insert = call(ground, |on, caller, made| async move {
        asked(&mut on.raw.clone(), &write(caller, made, 8)).await;
    });
    let rotate = rotations(ground);
    let raw_rotate = call(ground, |on, caller, made| async move {
        asked(&mut on.raw.clone(), &write(caller, made / 100, 9)).await;
    });
    let list = call(ground, |on, caller, made| async move {
        let person = &on.people[spread(caller, made) % OWNERS];
        let page = on.store.list(person.listing(TokenKind::PersonalAccessToken), None, most(10)).await;
        assert_eq!(page.expect("a page").items.len(), EACH);
    });
    let raw_list = call(ground, |on, caller, made| async move {
        let owner = spread(caller, made) % OWNERS;
        let mut range = cmd("ZREVRANGEBYLEX");
        range.arg(format!("{PREFIX}:{{{:02x}}}:o", on.ids[owner * EACH].shard())).arg("+").arg("-");
        range.arg("LIMIT").arg(0).arg(11);
        let mut raw = on.raw.clone();
        asked(&mut raw, &range).await;
        asked_all(&mut raw, on.ids[owner * EACH..(owner + 1) * EACH].iter().map(look)).await;
    });
    let due = call(ground, |on, _, _| async move {
        let page = on.store.due(at(10), None, most(1_000)).await.expect("a page");
        assert_eq!(page.items.len(), DUE);
    });
    let raw_due = call(ground, |on, _, _| async move {
        let mut raw = on.raw.clone();
        let ranges = (0..=u8::MAX).map(|shard| {
            let mut range = cmd("ZRANGEBYLEX");
            range.arg(format!("{PREFIX}:{{{shard:02x}}}:d")).arg("-").arg("+").arg("LIMIT").arg(0).arg(1_001);
            range
        });
        asked_all(&mut raw, ranges).await;
        asked_all(&mut raw, (0..DUE).map(|owner| look(&on.ids[owner * EACH]))).await;
    });
    vec![
        ("get", get, raw_get()),
        ("verify", verify, raw_get()),
        ("touch 64", touch, raw_touch),
        ("rotate", rotate, raw_rotate),
        ("insert", insert, raw_insert),
        ("list 10", list, raw_list),
        ("due 100", due, raw_due),
    ]
}

/// Rotates records. Each caller rotates the newest record of a family of its own, and begins a new family after 500
/// rotations.
fn rotations(ground: &Arc<Ground>) -> Call {
    type Chain = Option<(counterfoil_conformance::sample::Draft, RecordId, u64)>;
    let chains: Arc<Vec<tokio::sync::Mutex<Chain>>> =
        Arc::new((0..256).map(|_| tokio::sync::Mutex::default()).collect());
    call(ground, move |on, caller, _| {
        let chains = Arc::clone(&chains);
        async move {
            let mut chain = chains[caller].lock().await;
            let (draft, tip, generation) = match chain.take() {
                Some(chain) if chain.2 < 500 => chain,
                _ => {
                    let draft = Person::somebody().refresh();
                    let tip = draft.found(&on.store).await.expect("a family");
                    (draft, tip, 0)
                }
            };
            let next = draft.successor(tip, generation + 1);
            let step = supersede(Version::FIRST, next.id, at(generation));
            let done = on.store.rotate(&tip, &step, std::slice::from_ref(&next), at(generation)).await;
            assert!(matches!(done, Ok(Rotated::Done)));
            *chain = Some((draft, next.id, generation + 1));
        }
    })
}
