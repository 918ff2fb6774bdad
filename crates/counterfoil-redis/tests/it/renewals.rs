//! Tests rotations of families that have ended. The rotation must find the label key that it needs, and it must not
//! make more families live than a cap allows. Both must hold when several stores write at the same time.

use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use counterfoil::client::ClientKey;
use counterfoil::store::{Applied, Inserted, NewRecord, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::sample::{
    Draft, EXPIRES, GONE, Person, at, make_room, most, must_get, pace, relabel, supersede,
};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

const BOTH: [Backend; 2] = [Backend::Single, Backend::Cluster];
/// An instant at which the drafts have ended, and the `gone_at` of the drafts is not reached.
const ENDED: u64 = EXPIRES + 10;

/// Makes a rotation that renews this family: the successor expires later than the drafts do.
fn renewal(draft: &Draft, needs_label: bool, limit: Option<u32>) -> (ParentUpdate, NewRecord) {
    let next = draft.successor(draft.id(), 1).with_expires_at(at(2 * EXPIRES)).with_gone_at(at(2 * GONE));
    let mut step = supersede(Version::FIRST, next.id, at(ENDED));
    if let ParentUpdate::Supersede { labelled, cap, .. } = &mut step {
        (*labelled, *cap) = (needs_label, limit.map(most));
    }
    (step, next)
}

async fn renew(store: &RedisStore, draft: &Draft, needs_label: bool, limit: Option<u32>, now: u64) -> Rotated {
    let (step, next) = renewal(draft, needs_label, limit);
    store.rotate(&draft.id(), &step, &[next], at(now)).await.expect("an answer")
}

async fn found(store: &RedisStore, drafts: &[Draft]) {
    for draft in drafts {
        draft.found(store).await.expect("a record");
    }
}

async fn is_live(store: &RedisStore, id: &RecordId, now: u64) -> bool {
    let record = must_get(store, id).await.expect("a record");
    let family = record.family();
    family.revoked.is_none() && family.live_until.is_none_or(|end| !at(now).reached(end))
}

/// Sixteen ended families are rotated, and sixteen new families are inserted, at the same time and with the same cap.
/// Exactly as many calls succeed as the cap allows, and the same number of families is live afterwards.
#[test]
fn renewals_and_inserts_that_race_fill_the_cap_and_do_not_exceed_it() {
    RUNTIME.block_on(async {
        for (backend, limit) in BOTH.into_iter().flat_map(|backend| [(backend, 1), (backend, 5)]) {
            let (space, person) = (Space::new(backend), Person::somebody());
            let stores = [space.open().await, space.open().await, space.open().await, space.open().await];
            let (olds, news): (Vec<_>, Vec<_>) =
                (0..16).map(|_| (person.pat(), person.pat().ending(Some(at(2 * EXPIRES)), Some(at(2 * GONE))))).unzip();
            found(&stores[0], &olds).await;
            let mut racing = Vec::new();
            for (turn, (old, new)) in olds.iter().cloned().zip(news.iter().cloned()).enumerate() {
                let [one, other] = [stores[turn % 4].clone(), stores[(turn + 1) % 4].clone()];
                racing.push(tokio::spawn(async move {
                    match renew(&one, &old, false, Some(limit), ENDED).await {
                        Rotated::Done => true,
                        Rotated::OwnerFull => false,
                        other => panic!("{other:?}"),
                    }
                }));
                racing.push(tokio::spawn(async move {
                    match other.insert(new.home(Some(limit)), &new.records, at(ENDED)).await.expect("an answer") {
                        Inserted::Done => true,
                        Inserted::OwnerFull => false,
                        other => panic!("{other:?}"),
                    }
                }));
            }
            let (mut done, mut live) = (0, 0);
            for racer in racing {
                done += u32::from(racer.await.expect("no panic"));
            }
            for old in &olds {
                live += u32::from(is_live(&stores[0], &old.id(), ENDED).await);
            }
            for new in &news {
                live += u32::from(stores[0].get(&new.id()).await.expect("an answer").is_some());
            }
            assert_eq!((done, live), (limit, limit), "{backend:?}");
        }
    });
}

/// Ended families are rotated while inserts revoke old families to make room. No more families are live than the cap
/// allows.
#[test]
fn renewals_beside_inserts_that_make_room_do_not_exceed_the_cap() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            for round in 0..20 {
                let olds: Vec<_> = (0..4).map(|_| person.refresh()).collect();
                found(&store, &olds).await;
                let new = person.refresh().used(at(ENDED)).ending(Some(at(2 * EXPIRES)), Some(at(2 * GONE)));
                let renewals =
                    futures_util::future::join_all(olds.iter().map(|old| renew(&store, old, false, Some(2), ENDED)));
                let made = store.insert(new.bounded(Some(make_room(2, at(ENDED))), None), &new.records, at(ENDED));
                let (renewals, made) = tokio::join!(renewals, made);
                assert!(renewals.iter().all(|one| matches!(one, Rotated::Done | Rotated::OwnerFull)), "{renewals:?}");
                assert!(matches!(made, Ok(Inserted::Done | Inserted::MadeRoom(_))), "{made:?}");
                let mut live = 0;
                for draft in olds.iter().chain([&new]) {
                    live += u32::from(is_live(&store, &draft.id(), ENDED).await);
                }
                assert!(live <= 2, "{backend:?}, round {round}: {live} live");
                // The families of the next round must not be counted with those of this round.
                let all = person.all();
                let ended = counterfoil_conformance::sample::revoked(at(ENDED));
                assert!(!store.revoke(all, ended, at(GONE), most(100)).await.expect("an answer").more);
            }
        }
    });
}

/// A rotation counts the families that an insert counts: those with the same owner, kind and client that are live. The
/// family that is rotated is not counted. The cap never refuses the rotation of a family that is live.
#[test]
fn a_renewal_counts_what_an_insert_counts() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            let long = |draft: Draft| draft.ending(Some(at(2 * EXPIRES)), Some(at(2 * GONE)));
            let other_client = long(person.refresh()).through(ClientKey::from_bytes([9; 16]));
            let strangers = [long(person.pat()), other_client, long(Person::somebody().refresh()), person.refresh()];
            let gone = long(person.refresh());
            found(&store, &strangers).await;
            found(&store, std::slice::from_ref(&gone)).await;
            let ended = counterfoil_conformance::sample::revoked(at(1));
            let revoke = store.revoke(person.family(gone.family.id), ended, at(GONE), most(1)).await;
            assert_eq!(revoke.expect("an answer").changed, 1);
            let (first, second) = (person.refresh(), person.refresh());
            found(&store, &[first.clone(), second.clone()]).await;
            let done = renew(&store, &first, false, Some(1), EXPIRES).await;
            assert!(matches!(done, Rotated::Done), "no other family counts: {done:?}");

            let before = must_get(&store, &second.id()).await.expect("a record");
            let full = renew(&store, &second, false, Some(1), EXPIRES).await;
            assert!(matches!(full, Rotated::OwnerFull), "its end is reached at equality: {full:?}");
            let (_, next) = renewal(&second, false, None);
            let paced = ParentUpdate::Supersede {
                expect: Version::FIRST,
                successor: next.id,
                nonce: None,
                honoured_until: None,
                gone_at: None,
                labelled: true,
                cap: Some(most(1)),
                pace: Some(pace(1, at(0))),
                access_cap: Some(most(1)),
            };
            let lost = store.rotate(&second.id(), &paced, &[next], at(EXPIRES)).await;
            assert!(matches!(lost, Ok(Rotated::LabelLost)), "the label comes before the cap: {lost:?}");
            let after = must_get(&store, &second.id()).await.expect("a record");
            assert_eq!(format!("{before:?}"), format!("{after:?}"), "nothing was written");

            let live = renew(&store, &second, false, Some(1), EXPIRES - 1).await;
            assert!(matches!(live, Rotated::Done), "a live family is not capped: {live:?}");
        }
    });
}

/// A permanent family never ends, so no cap refuses its rotation.
#[test]
fn a_permanent_family_is_rotated_whatever_the_cap_is() {
    RUNTIME.block_on(async {
        let (space, person) = (Space::new(Backend::Single), Person::somebody());
        let store = space.open().await;
        let drafts = [person.pat().ending(None, None), person.pat().ending(None, None)];
        found(&store, &drafts).await;
        for draft in &drafts {
            let done = renew(&store, draft, false, Some(1), ENDED).await;
            assert!(matches!(done, Rotated::Done), "{done:?}");
        }
    });
}

/// The `gone_at` of a family is reached, so that another family can take its label. At the same time the family is
/// rotated and needs its label. The call that takes effect first gets the label, and the other call is refused.
#[test]
fn a_renewal_and_another_family_do_not_both_get_the_label() {
    RUNTIME.block_on(async {
        for (backend, by_relabel) in BOTH.into_iter().flat_map(|backend| [(backend, false), (backend, true)]) {
            let (space, person) = (Space::new(backend), Person::somebody());
            let (one, other) = (space.open().await, space.open().await);
            let (mut kept, mut lost) = (0, 0);
            for round in 0..60 {
                let text = format!("label {round}");
                let old = person.pat().labelled(&text);
                let taker = person.pat().ending(Some(at(2 * EXPIRES)), Some(at(2 * GONE)));
                let taker = if by_relabel { taker } else { taker.labelled(&text) };
                found(&one, std::slice::from_ref(&old)).await;
                if by_relabel {
                    found(&one, std::slice::from_ref(&taker)).await;
                }
                let renewing = tokio::spawn({
                    let (store, old) = (one.clone(), old.clone());
                    async move { renew(&store, &old, true, None, GONE).await }
                });
                let taking = tokio::spawn({
                    let (store, taker, change) = (other.clone(), taker.clone(), relabel(&text));
                    async move {
                        if by_relabel {
                            let done = store.apply(&taker.id(), Version::FIRST, &change, at(GONE)).await;
                            match done.expect("an answer") {
                                Applied::Done(_) => true,
                                Applied::LabelTaken(_) => false,
                                other => panic!("{other:?}"),
                            }
                        } else {
                            let done = store.insert(taker.home(None), &taker.records, at(GONE)).await;
                            match done.expect("an answer") {
                                Inserted::Done => true,
                                Inserted::LabelTaken(_) => false,
                                other => panic!("{other:?}"),
                            }
                        }
                    }
                });
                let (renewed, taken) = (renewing.await.expect("no panic"), taking.await.expect("no panic"));
                let renewed = match renewed {
                    Rotated::Done => true,
                    Rotated::LabelLost => false,
                    other => panic!("{other:?}"),
                };
                assert_ne!(renewed, taken, "{backend:?}, round {round}");
                let holds = must_get(&one, &old.id()).await.expect("a record").family().label_key.is_some();
                assert_eq!(holds, renewed, "{backend:?}, round {round}");
                (kept, lost) = (kept + u32::from(renewed), lost + u32::from(taken));
                // A renewed family has a later `gone_at`, so its label is not free again.
                let late = person.pat().labelled(&text);
                let again = one.insert(late.home(None), &late.records, at(GONE)).await.expect("an answer");
                let holder = if renewed { &old } else { &taker };
                assert_eq!(again, Inserted::LabelTaken(holder.family.id));
            }
            assert_eq!(kept + lost, 60);
        }
    });
}

/// Only a rotation with a cap, of a family that has ended, counts the families of the owner.
#[test]
fn an_ordinary_rotation_counts_no_families() {
    let server = RedisServer::start();
    let counted = || {
        let stats = server.cli(&["INFO", "commandstats"]);
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_zlexcount:calls="));
        line.and_then(|line| line.split(',').next()).map_or(0, |calls| calls.parse::<u64>().expect("a number"))
    };
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let person = Person::somebody();
        for (limit, now, counts) in [(None, ENDED, 0), (Some(9), EXPIRES - 1, 0), (Some(9), ENDED, 1)] {
            let draft = person.pat();
            found(&store, std::slice::from_ref(&draft)).await;
            let before = counted();
            assert!(matches!(renew(&store, &draft, false, limit, now).await, Rotated::Done));
            assert_eq!(counted() - before, counts, "{limit:?} at {now}");
        }
    });
}
