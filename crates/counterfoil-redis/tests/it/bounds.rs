//! Tests caps (limits on live families) and paces (limits on creations or rotations in a period). They must hold when
//! several stores insert at the same time, and when families are many or have many records.

use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use counterfoil::client::ClientKey;
use counterfoil::store::{InsertInto, Inserted, ParentUpdate, Rotated, StoreError, TokenStore};
use counterfoil::types::{RevocationReason, Version};
use counterfoil_conformance::sample::{Draft, EXPIRES, GONE, Person, at, make_room, most, pace, revoked, supersede};
use counterfoil_redis::RedisStore;

const BOTH: [Backend; 2] = [Backend::Single, Backend::Cluster];

async fn is_live(store: &RedisStore, draft: &Draft) -> bool {
    store.get(&draft.id()).await.expect("an answer").expect("it is there").revoked().is_none()
}

/// Checks a cap on live families while four stores (instead of four processes) make sixteen inserts each at the same
/// time. Every insert must succeed. As many families as the cap allows must stay live, and every other family must be
/// revoked exactly once. This is checked with a cap of one family, and with a cap of five.
#[test]
fn fault_a13_room_is_made_for_every_one_of_many_racers() {
    RUNTIME.block_on(async {
        for (backend, limit) in BOTH.into_iter().flat_map(|backend| [(backend, 1), (backend, 5)]) {
            let (space, person) = (Space::new(backend), Person::somebody());
            let mut racing = Vec::new();
            for _ in 0..4 {
                let store = space.open().await;
                for turn in 0..16 {
                    let (store, draft) = (store.clone(), person.refresh().used(at(turn)));
                    racing.push(tokio::spawn(async move {
                        let home = draft.bounded(Some(make_room(limit, at(50))), None);
                        (store.insert(home, &draft.records, at(50)).await.expect("it goes in"), draft)
                    }));
                }
            }
            let store = space.open().await;
            let (mut ended, mut drafts, mut live) = (Vec::new(), Vec::new(), 0);
            for racer in racing {
                let (inserted, draft) = racer.await.expect("no panic");
                match inserted {
                    Inserted::Done => {}
                    Inserted::MadeRoom(families) => ended.extend(families),
                    other => panic!("{other:?}"),
                }
                drafts.push(draft);
            }
            for draft in &drafts {
                live += u32::from(is_live(&store, draft).await);
            }
            ended.sort_unstable();
            let reported = ended.len();
            ended.dedup();
            assert_eq!((live, reported, ended.len()), (limit, 64 - limit as usize, 64 - limit as usize), "{backend:?}");
            for draft in &drafts {
                let record = store.get(&draft.id()).await.expect("an answer").expect("it is there");
                let why = ended.binary_search(&draft.family.id).is_ok().then_some(RevocationReason::MadeRoom);
                assert_eq!(record.revoked().map(|revoked| revoked.reason), why);
            }
        }
    });
}

/// While an insert revokes families because the cap is reached, other calls refresh and revoke the same families.
/// Checks that all calls succeed, and that no more families are live than the cap allows.
#[test]
fn fault_a13_room_is_made_beside_rotations_and_revocations() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            for round in 0..20_u64 {
                let olds: Vec<Draft> = (0..4).map(|turn| person.refresh().used(at(turn))).collect();
                for old in &olds {
                    old.found(&store).await.expect("a record");
                }
                let draft = person.refresh().used(at(90));
                let make = store.insert(draft.bounded(Some(make_room(2, at(90))), None), &draft.records, at(90));
                let refresh = async {
                    let next = olds[0].successor(olds[0].id(), 1);
                    let step = supersede(Version::FIRST, next.id, at(80));
                    store.rotate(&olds[0].id(), &step, &[next], at(80)).await
                };
                let revoke = store.revoke(person.family(olds[1].family.id), revoked(at(80)), at(GONE), most(1));
                let (made, refreshed, revoked_one) = tokio::join!(make, refresh, revoke);
                let made = made.expect("it goes in");
                assert!(matches!(made, Inserted::Done | Inserted::MadeRoom(_)), "{made:?}");
                assert!(matches!(refreshed, Ok(Rotated::Done | Rotated::FamilyEnded)), "{refreshed:?}");
                assert!(revoked_one.is_ok());
                let mut live = 0;
                for draft in olds.iter().chain([&draft]) {
                    live += u32::from(is_live(&store, draft).await);
                }
                assert!(live <= 2 && is_live(&store, &draft).await, "round {round}: {live} live");
                let all = store.revoke(person.all(), revoked(at(95)), at(GONE), most(100)).await.expect("an answer");
                assert!(!all.more);
            }
        }
    });
}

/// The cap is lowered for an owner with many sign-ins. Checks that one insert then revokes the least recently used
/// sign-ins, until as many are live as the new cap allows. A sign-in through another client must stay live.
#[test]
fn fault_a13_a_cap_that_was_lowered_ends_hundreds_at_once() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            let mut drafts = Vec::new();
            for turn in 0..300 {
                let draft = person.refresh().used(at(1_000 - turn / 3));
                draft.found(&store).await.expect("a record");
                drafts.push(draft);
            }
            let other = person.refresh().through(ClientKey::from_bytes([9; 16]));
            other.found(&store).await.expect("another client's");
            let draft = person.refresh().used(at(2_000));
            let home = draft.bounded(Some(make_room(10, at(2_000))), None);
            let made = store.insert(home, &draft.records, at(2_000)).await.expect("it goes in");
            drafts.sort_by_key(|draft| (draft.family.used_at, draft.family.id));
            let oldest: Vec<_> = drafts.iter().take(291).map(|draft| draft.family.id).collect();
            assert_eq!(made, Inserted::MadeRoom(oldest));
            assert!(is_live(&store, &drafts[291]).await && !is_live(&store, &drafts[290]).await);
            assert!(is_live(&store, &other).await, "a cap counts one client's");
        }
    });
}

/// A family gets a thousand generations and many expired access tokens. Checks that the first generation is still
/// stored as superseded, so that its reuse is detected. Also checks that the cap on live access tokens is exact in such
/// a family.
#[test]
fn fault_a4_a_thousand_rotations_leave_every_generation_and_the_first_replay_is_known() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let store = space.open().await;
        let draft = Person::somebody().refresh().with_access();
        let first = draft.found(&store).await.expect("a record");
        let (mut tip, turns) = (first, 1_100_u64);
        for turn in 1..=turns {
            let mut access = draft.access(turn);
            access.expires_at = Some(at(turn + 10));
            let next = draft.successor(tip, turn);
            let ParentUpdate::Supersede { expect, successor, nonce, honoured_until, gone_at, .. } =
                supersede(Version::FIRST, next.id, at(turn))
            else {
                panic!("a supersession")
            };
            let (paced, access_cap) = (Some(pace(1_101, at(0))), Some(most(12)));
            let step = ParentUpdate::Supersede {
                expect,
                successor,
                nonce,
                honoured_until,
                gone_at,
                labelled: false,
                cap: None,
                pace: paced,
                access_cap,
            };
            let (id, new) = (next.id, [next, access]);
            let done = store.rotate(&tip, &step, &new, at(turn)).await;
            assert!(matches!(done, Ok(Rotated::Done)), "{turn}: {done:?}");
            tip = id;
        }
        let oldest = store.get(&first).await.expect("an answer").expect("the first generation is known");
        assert!(oldest.record().superseded.is_some_and(|superseded| superseded.at == at(1)));
        // At the instant `now`, the first access token and the access tokens of the last nine rotations are live.
        let joins = |cap| InsertInto::Join { family: draft.family.id, generation: turns, access_cap: Some(most(cap)) };
        let now = at(turns + 1);
        let full = store.insert(joins(10), &[draft.access(turns)], now).await.expect("an answer");
        assert_eq!(full, Inserted::FamilyFull { until: at(turns + 2) });
        assert_eq!(store.insert(joins(11), &[draft.access(turns)], now).await.expect("an answer"), Inserted::Done);
    });
}

/// The server refuses connections while an insert must revoke an old family to make room. Checks that the insert
/// returns `Unavailable`, and that it succeeds when it is repeated later.
#[test]
fn a_server_that_is_down_while_room_is_made_is_unavailable() {
    RUNTIME.block_on(async {
        let (space, person) = (Space::new(Backend::Single), Person::somebody());
        let store = space.open().await;
        person.refresh().found(&store).await.expect("a record");
        space.lock_out(true);
        let draft = person.refresh().ending(Some(at(EXPIRES)), Some(at(GONE)));
        let home = || draft.bounded(Some(make_room(1, at(9))), None);
        let refused = store.insert(home(), &draft.records, at(9)).await;
        assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
        space.lock_out(false);
        let mut made = store.insert(home(), &draft.records, at(9)).await;
        for _ in 0..20 {
            if made.is_ok() {
                break;
            }
            made = store.insert(home(), &draft.records, at(9)).await;
        }
        assert!(matches!(made, Ok(Inserted::MadeRoom(ref ended)) if ended.len() == 1), "{made:?}");
    });
}
