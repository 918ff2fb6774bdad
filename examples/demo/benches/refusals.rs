//! Measures whether the duration of a refusal reveals that an account or a client exists. Compares a sign-in with an
//! unknown name to one with a wrong password. Also compares a token request of an unknown client to one with a wrong
//! secret. The directory is that of the demo and uses Argon2id. The two cases of a pair alternate. Prints the median of
//! each case, the ratio of the two medians, and the number of computed hashes.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a bench that cannot go on says so")]
#![allow(clippy::disallowed_methods, reason = "a bench measures by the wall clock")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use counterfoil::memory::MemoryStore;
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::policy::Allowance;
use counterfoil::{Counterfoil, KeyRing};
use counterfoil_demo::{People, ProfileStore, Stores, policy, seed};

const SEED_CLIENT: &[u8] = b"Basic dGVzdC50b2tlbjphN2Q4NDkzNjZkMjI0ZjhlYjUyMWNjZjY5NjkyNTYyNw==";
/// The `Authorization` header for the client `test.token` and the secret `wrong`.
const WRONG_SECRET: &[u8] = b"Basic dGVzdC50b2tlbjp3cm9uZw==";
/// The `Authorization` header for the client `nobody.tok`, which does not exist, and the secret `wrong`.
const UNKNOWN_CLIENT: &[u8] = b"Basic bm9ib2R5LnRvazp3cm9uZw==";

struct Asked {
    name: &'static str,
    authorization: &'static [u8],
    body: &'static [u8],
}

async fn ask(counterfoil: &Counterfoil, asked: &Asked) -> (f64, u16, String) {
    let authorization = [asked.authorization];
    let source = counterfoil::types::Source::Unknown;
    let request = OAuthRequest::new(asked.body, &source)
        .with_authorization(&authorization)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    let began = Instant::now();
    let answer = counterfoil.token(request).await.unwrap_or_else(Answer::from);
    let took = began.elapsed().as_secs_f64();
    (took, answer.status(), answer.expose_secret().to_owned())
}

async fn compare(counterfoil: &Counterfoil, people: &People, pair: [Asked; 2], rounds: usize) {
    let (mut times, mut answers, mut hashes) = ([Vec::new(), Vec::new()], Vec::new(), [0, 0]);
    for round in 0..rounds + 10 {
        for turn in 0..2 {
            let at = (round + turn) % 2;
            let before = people.verifications();
            let (took, status, body) = ask(counterfoil, &pair[at]).await;
            hashes[at] += people.verifications() - before;
            answers.push((status, body));
            // The first ten rounds are not measured, because they warm up the caches.
            times[at].extend((round >= 10).then_some(took));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "the same answer");
    assert_eq!(hashes[0], hashes[1], "the same count of hashes");
    let [mut one, mut other] = times;
    let of = |times: &mut Vec<f64>, at: f64| {
        times.sort_by(f64::total_cmp);
        times[((times.len() - 1) as f64 * at) as usize] * 1e6
    };
    println!(
        "{} against {}: medians {:.1} µs and {:.1} µs, ratio {:.3} (quartiles {:.1} to {:.1} µs and {:.1} to {:.1} µs), {} hashes each, {rounds} pairs",
        pair[0].name,
        pair[1].name,
        of(&mut one, 0.5),
        of(&mut other, 0.5),
        of(&mut one, 0.5) / of(&mut other, 0.5),
        of(&mut one, 0.25),
        of(&mut one, 0.75),
        of(&mut other, 0.25),
        of(&mut other, 0.75),
        hashes[0],
    );
}

#[tokio::main]
async fn main() {
    let people = Arc::new(People::new(ProfileStore::default()).expect("people"));
    let stores = Stores::of(MemoryStore::default(), None);
    let mut policy = policy::demo();
    // There are no limits, because the back-off after failures is not measured here.
    let none = Allowance::new(NonZeroU32::MAX, Duration::from_secs(1));
    (policy.throttle.account, policy.throttle.client, policy.throttle.source) = (none, none, none);
    let builder = Counterfoil::builder().policy(policy).directory(people.clone());
    let builder = builder.key_ring(KeyRing::generate_from_system().expect("a key"));
    let counterfoil = stores.build_into(builder.events(counterfoil::event::NoSink)).build().expect("a handle");
    seed(&counterfoil, &stores).await.expect("seeded");
    let login = |name, body| Asked { name, authorization: SEED_CLIENT, body };
    let users = [
        login("unknown user", b"grant_type=password&username=navi&password=wrong"),
        login("wrong password", b"grant_type=password&username=ivan&password=wrong"),
    ];
    compare(&counterfoil, &people, users, 200).await;
    let body = b"grant_type=refresh_token&refresh_token=x";
    let clients = [
        Asked { name: "unknown client", authorization: UNKNOWN_CLIENT, body },
        Asked { name: "wrong secret", authorization: WRONG_SECRET, body },
    ];
    compare(&counterfoil, &people, clients, 20_000).await;
}
