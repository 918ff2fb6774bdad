//! Measures the cost of each operation in stores with a thousand, a hundred thousand and a million personal access
//! tokens.
//!
//! The results show the order of magnitude, and whether a cost grows with the store. The bench `authenticate` gives
//! exact ratios. `COUNTERFOIL_BENCH_SIZES=1000` limits the sizes.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

#[allow(dead_code, reason = "shared with the other bench")]
#[path = "authenticate/host.rs"]
mod host;

use std::cell::Cell;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::client::{ClientId, Grant, NewClient, RefreshMode};
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::operations::SignIn;
use counterfoil::testing::ManualClock;
use counterfoil::token::Prefixes;
use counterfoil::{Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, SubjectId, Timestamp};
use criterion::{BatchSize, Criterion, Throughput};

use host::{Tokens, person, ready};

/// The maximum length of a page. One page contains all due notices, or all tokens of one owner, because there are fewer
/// of them.
const PAGE: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

/// The number of notices that are due.
const DUE: u32 = 100;

/// A client that may refresh, and its `Authorization` header.
struct Client {
    id: ClientId,
    header: String,
}

fn client(counterfoil: &Counterfoil, name: &str, refresh_mode: RefreshMode) -> Client {
    let id: ClientId = name.parse().expect("an id");
    let new = NewClient::named(name)
        .with_id(id.clone())
        .with_grants(vec![Grant::RefreshToken])
        .with_refresh_mode(refresh_mode);
    let made = ready(counterfoil.create_client(&Presenter::host(), new)).expect("registered");
    let secret = made.secret.expect("a confidential one");
    let header = format!("Basic {}", STANDARD.encode(format!("{name}:{}", secret.expose_secret())));
    Client { id, header }
}

/// Signs a person in. Returns the body of the token request that refreshes this sign-in.
fn signed_in(counterfoil: &Counterfoil, client: &Client) -> String {
    let subject = SubjectId::new("1").expect("an id");
    let sign_in = SignIn::new(&client.id, &subject).with_remember(true);
    let granted = ready(counterfoil.open_sign_in(&sign_in)).expect("opened");
    let token = granted.refresh_token.expect("a client that refreshes");
    format!("grant_type=refresh_token&refresh_token={}", token.expose_secret())
}

fn refresh(counterfoil: &Counterfoil, client: &Client, body: &str) -> Answer {
    let (source, authorization) = (counterfoil::types::Source::Unknown, [client.header.as_bytes()]);
    let request = OAuthRequest::new(body.as_bytes(), &source)
        .with_authorization(&authorization)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    let answer = ready(counterfoil.token(request)).unwrap_or_else(Answer::from);
    assert_eq!(answer.status(), 200);
    answer
}

fn at_size(criterion: &mut Criterion, size: usize) {
    // At this instant no notice is due. The tokens with a label `soon …` below live for eight days. Two days after this
    // instant, notices about these tokens are due, and no others.
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("a time")));
    let ring = KeyRing::generate_from_system().expect("the system's entropy");
    let counterfoil = host::host(size).clock(clock.clone()).key_ring(ring).build().expect("a handle");
    let mut tokens = Tokens::with_room_for(size);
    host::issue(&counterfoil, size, &mut tokens);
    tokens.shuffle();
    let people = u32::try_from(size / 10).expect("few");
    for number in 0..DUE {
        let by = Presenter::signed_in(&person(number % people));
        let label = format!("soon {number}");
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(8));
        ready(counterfoil.create_personal_access_token(&by, &new)).expect("issued");
    }
    clock.advance(Duration::from_secs(2 * 86_400));

    let mut group = criterion.benchmark_group(format!("{size} records"));
    group.throughput(Throughput::Elements(1));
    let mut walk = tokens.walk(0);
    group.bench_function("verify", |bench| {
        bench.iter(|| ready(counterfoil.verify(walk.next().unwrap_or_default())).is_ok());
    });
    let serial = Cell::new(0_u32);
    group.bench_function("issue and delete", |bench| {
        bench.iter(|| {
            serial.set(serial.get() + 1);
            let by = Presenter::signed_in(&person(serial.get() % people));
            let new = NewPersonalAccessToken::new("one more", Lifetime::Days(90));
            let issued = ready(counterfoil.create_personal_access_token(&by, &new)).expect("issued");
            ready(counterfoil.delete_personal_access_token(&by, issued.token.id())).expect("deleted");
        });
    });
    group.bench_function("list one owner's", |bench| {
        bench.iter(|| {
            serial.set(serial.get().wrapping_add(1));
            let by = Presenter::signed_in(&person(serial.get() % people));
            ready(counterfoil.list_personal_access_tokens(&by, None, PAGE)).expect("listed")
        });
    });
    group.bench_function("a hundred notices due", |bench| {
        bench.iter(|| ready(counterfoil.due_notices(None, PAGE)).expect("walked"));
    });
    let rotating = client(&counterfoil, "rotating", RefreshMode::Rotate);
    let reusing = client(&counterfoil, "reusing", RefreshMode::Reuse);
    group.bench_function("refresh, rotate", |bench| {
        let opened = || signed_in(&counterfoil, &rotating);
        bench.iter_batched(opened, |body| refresh(&counterfoil, &rotating, &body), BatchSize::SmallInput);
    });
    group.bench_function("refresh, a retry of it", |bench| {
        let body = signed_in(&counterfoil, &rotating);
        drop(refresh(&counterfoil, &rotating, &body));
        bench.iter(|| refresh(&counterfoil, &rotating, &body));
    });
    group.bench_function("refresh, reuse", |bench| {
        let opened = || signed_in(&counterfoil, &reusing);
        bench.iter_batched(opened, |body| refresh(&counterfoil, &reusing, &body), BatchSize::SmallInput);
    });
    group.finish();
}

/// Measures calls that find no stored record. The first call only parses a token. The second verifies a token with an
/// unknown id: it parses the token and computes its digest.
fn without_store(criterion: &mut Criterion) {
    let counterfoil = host::host(10).build().expect("a handle");
    let mut tokens = Tokens::with_room_for(10);
    host::issue(&counterfoil, 10, &mut tokens);
    let (prefixes, token) = (Prefixes::default(), tokens.get(0));
    let mut group = criterion.benchmark_group("without records");
    group.bench_function("parse", |bench| bench.iter(|| prefixes.parse(black_box(token)).is_ok()));
    let unknown = host::host(20);
    let unknown = unknown.build().expect("a handle that knows none of these");
    group.bench_function("parse and digest: an unknown id", |bench| {
        bench.iter(|| ready(unknown.verify(black_box(token))).is_err());
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let sizes = std::env::var("COUNTERFOIL_BENCH_SIZES").ok();
    let sizes = sizes.map(|text| text.split(',').filter_map(|size| size.trim().parse().ok()).collect());
    let sizes: Vec<usize> = sizes.unwrap_or(vec![1_000, 100_000, 1_000_000]);
    without_store(&mut criterion);
    sizes.into_iter().for_each(|size| at_size(&mut criterion, size));
    criterion.final_summary();
}
