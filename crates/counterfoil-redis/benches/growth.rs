//! Measures reads, pages, changes and a purge in stores of ten thousand, a hundred thousand and a million records. One
//! call is made at a time. The results are the duration in microseconds, and its ratio to the duration in the smallest
//! store. `COUNTERFOIL_BENCH_SIZES=10000,100000` sets other sizes.
#![allow(clippy::expect_used, reason = "a bench that cannot go on says so")]
#![allow(clippy::disallowed_methods, reason = "a bench measures by the wall clock")]
#![allow(missing_docs, reason = "a bench is no library")]

use std::time::{Duration, Instant};

use counterfoil::store::{Applied, Change, Cursor, FamilyDetails, NewRecord, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{KeyId, Metadata, RecordId, TokenKind, Version};
use counterfoil_conformance::sample::{Person, at, digest_of, member_id, most, supersede};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

const NAMES: [&str; 8] =
    ["get", "list 10", "families 10", "details", "due 100", "purge 100", "nothing to purge", "renewal"];
/// The number of records of each owner.
const EACH: usize = 10;
/// An instant at which all records are expired.
const LATE: u64 = 2_000_000;
/// The number of records whose notice is due, in each store. One purge removes the same number of records.
const CHOSEN: usize = 100;
const TIMES: usize = 201;
const AT_ONCE: usize = 64;

fn main() {
    let sizes = std::env::var("COUNTERFOIL_BENCH_SIZES").unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let mut first: Option<[f64; NAMES.len()]> = None;
    println!("{:>9} {}", "records", NAMES.map(|name| format!("{name:>16}")).join(" "));
    for size in sizes.split(',') {
        let size: usize = size.trim().parse().expect("a size");
        let costs = runtime.block_on(costs(size));
        let least = *first.get_or_insert(costs);
        let columns = costs.iter().zip(least).map(|(cost, least)| format!("{cost:9.1} {:>5.2}x", cost / least));
        println!("{size:>9} {}", columns.map(|column| format!("{column:>16}")).collect::<Vec<_>>().join(" "));
    }
}

async fn costs(size: usize) -> [f64; NAMES.len()] {
    let server = RedisServer::start_with(&[("appendonly", "no")]);
    let store = RedisStore::open(server.url(), Options::new().volatile()).await.expect("a store");
    let people: Vec<Person> = (0..size / EACH).map(|owner| Person::new("default", &format!("owner-{owner}"))).collect();
    let ids = filled(&store, &people).await;
    let get = median(TIMES, async |turn| {
        assert!(store.get(&ids[turn * 7_919 % ids.len()]).await.expect("an answer").is_some())
    })
    .await;
    let list = median(TIMES, async |turn| {
        let person = &people[turn * 7_919 % people.len()];
        let page = store.list(person.listing(TokenKind::PersonalAccessToken), None::<&Cursor>, most(10)).await;
        assert_eq!(page.expect("a page").items.len(), EACH);
    })
    .await;
    let families = median(TIMES, async |turn| {
        let person = &people[turn * 7_919 % people.len()];
        let page = store.list_families(&person.realm, &person.owner, None, most(10)).await;
        assert_eq!(page.expect("a page").items.len(), EACH);
    })
    .await;
    let details = median(TIMES, async |turn| edit(&store, &ids[ids.len() - 1 - turn]).await).await;
    let due = median(TIMES, async |_| {
        assert_eq!(store.due(at(10), None, most(1_000)).await.expect("a page").items.len(), CHOSEN);
    })
    .await;
    // The records that a purge removes are inserted before the measurement begins, so only the purge is measured.
    let mut purges = Vec::new();
    for _ in 0..11 {
        for person in people.iter().take(CHOSEN) {
            person.pat().ending(Some(at(5)), Some(at(6))).found(&store).await.expect("a record");
        }
        let began = Instant::now();
        assert_eq!(store.purge(at(6), at(6), at(6), most(1_000)).await.expect("purged").changed, CHOSEN as u64);
        purges.push(began.elapsed());
    }
    let idle = median(TIMES, async |_| {
        assert_eq!(store.purge(at(6), at(6), at(6), most(1_000)).await.expect("purged").changed, 0);
    })
    .await;
    let renewal = median(TIMES, async |turn| renew(&store, &ids[ids.len() / 2 + turn]).await).await;
    [get, list, families, details, due, middle(purges), idle, renewal]
}

async fn edit(store: &RedisStore, id: &RecordId) {
    let metadata: Metadata = r#"{"job":"nightly"}"#.parse().expect("metadata");
    let details = Some(FamilyDetails::new().with_metadata(metadata).kept());
    let change = Change::Edit { label: None, description: None, scope: None, details };
    let done = store.apply(id, Version::FIRST, &change, at(5)).await;
    assert!(matches!(done, Ok(Applied::Done(_))), "{done:?}");
}

/// Renews an expired token. The cap is one more than the number of tokens of the owner, so the rotation is never
/// refused.
async fn renew(store: &RedisStore, expired: &RecordId) {
    let parent = store.get(expired).await.expect("an answer").expect("a record");
    let (family, record) = (parent.family(), parent.record());
    let id = member_id(family.id);
    let (realm, owner, key) = (family.realm.clone(), family.owner.clone(), KeyId::new(1));
    let next = NewRecord::new(id, realm, owner, record.kind, digest_of(&id), key, at(LATE));
    let next = next.with_parent(*expired).with_generation(1).with_expires_at(at(2 * LATE)).with_gone_at(at(2 * LATE));
    let mut step = supersede(record.version, id, at(LATE));
    if let ParentUpdate::Supersede { cap, .. } = &mut step {
        *cap = Some(most(11));
    }
    let done = store.rotate(expired, &step, std::slice::from_ref(&next), at(LATE)).await;
    assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
}

async fn filled(store: &RedisStore, people: &[Person]) -> Vec<RecordId> {
    let mut ids = Vec::with_capacity(people.len() * EACH);
    for (batch, people) in people.chunks(AT_ONCE).enumerate() {
        let filling: Vec<_> = people
            .iter()
            .enumerate()
            .map(|(index, person)| {
                let (store, person, number) = (store.clone(), person.clone(), batch * AT_ONCE + index);
                tokio::spawn(async move {
                    let mut own = Vec::new();
                    for turn in 0..EACH {
                        let draft = person.pat().created(at(turn as u64)).ending(Some(at(LATE - 1)), Some(at(LATE)));
                        let draft = if number < CHOSEN && turn == 0 { draft.noticed(at(5), 0) } else { draft };
                        own.push(draft.found(&store).await.expect("a record"));
                    }
                    own
                })
            })
            .collect();
        for own in filling {
            ids.extend(own.await.expect("filled"));
        }
    }
    ids
}

/// Calls `act` `times` times. Returns the median duration of a call in microseconds.
async fn median(times: usize, act: impl AsyncFn(usize)) -> f64 {
    let mut spent = Vec::with_capacity(times);
    for turn in 0..times {
        let began = Instant::now();
        act(turn).await;
        spent.push(began.elapsed());
    }
    middle(spent)
}

fn middle(mut spent: Vec<Duration>) -> f64 {
    spent.sort_unstable();
    spent[spent.len() / 2].as_secs_f64() * 1e6
}
