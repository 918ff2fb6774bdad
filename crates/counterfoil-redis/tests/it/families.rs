//! Tests pages of an owner's families: their order, families that other calls change during a walk, and rows that do
//! not decode.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use crate::support::monitor::Monitor;
use counterfoil::store::{Change, FamilyParts, TokenStore};
use counterfoil::types::{FamilyId, Version};
use counterfoil_conformance::sample::{Draft, EXPIRES, GONE, Person, at, most, revoked, supersede};
use counterfoil_redis::redis::cmd;
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

const BOTH: [Backend; 2] = [Backend::Single, Backend::Cluster];

/// Walks over all families of a person. Returns them, and the number of families that do not decode.
async fn walk(store: &RedisStore, person: &Person, limit: u32) -> (Vec<FamilyParts>, u32) {
    let (mut seen, mut after, mut corrupt) = (Vec::new(), None, 0);
    loop {
        let page = store.list_families(&person.realm, &person.owner, after.as_ref(), most(limit)).await;
        let page = page.expect("a page");
        assert!(page.items.len() + page.corrupt as usize <= limit as usize);
        seen.extend(page.items);
        (after, corrupt) = (page.next, corrupt + page.corrupt);
        if after.is_none() {
            return (seen, corrupt);
        }
    }
}

fn ids(families: &[FamilyParts]) -> Vec<FamilyId> {
    families.iter().map(|family| family.id).collect()
}

fn sorted(drafts: &[&Draft]) -> Vec<FamilyId> {
    let mut ids: Vec<_> = drafts.iter().map(|draft| draft.family.id).collect();
    ids.sort_unstable();
    ids
}

async fn revoke(store: &RedisStore, person: &Person, draft: &Draft) {
    let done = store.revoke(person.family(draft.family.id), revoked(at(5)), at(GONE), most(1)).await;
    assert_eq!(done.expect("an answer").changed, 1);
}

#[test]
fn families_come_by_id_and_only_those_of_the_owner_that_are_not_revoked() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::new("default", "ann"));
            let store = space.open().await;
            let others = [Person::new("other", "ann"), Person::new("default", "ann0"), Person::somebody()];
            for other in others {
                other.pat().found(&store).await.expect("a record");
            }
            let ending = |draft: Draft, end| draft.ending(Some(at(end)), Some(at(end + 1)));
            let drafts: Vec<_> = (0..40_u64)
                .map(|turn| match turn % 4 {
                    0 => ending(person.pat(), 1_000 - turn).labelled(&format!("label {turn}")),
                    1 => person.refresh().with_access().used(at(turn)),
                    2 => person.refresh().ending(None, None),
                    _ => person.pat(),
                })
                .collect();
            for draft in &drafts {
                draft.found(&store).await.expect("a record");
            }
            for draft in drafts.iter().skip(3).step_by(8) {
                revoke(&store, &person, draft).await;
            }
            assert!(space.damage_family(&drafts[5].family.id));
            let stands = |turn: usize| turn % 8 != 3 && turn != 5;
            let standing: Vec<_> =
                drafts.iter().enumerate().filter(|(turn, _)| stands(*turn)).map(|(_, d)| d).collect();
            for limit in [1, 3, 7, 200] {
                let (seen, corrupt) = walk(&store, &person, limit).await;
                assert_eq!(ids(&seen), sorted(&standing), "{backend:?}, {limit} a page");
                assert_eq!(corrupt, 1, "the damaged family");
                for family in &seen {
                    let draft = standing.iter().find(|draft| draft.family.id == family.id).expect("one of them");
                    assert_eq!(*family, FamilyParts::from(draft.family.clone()));
                }
            }
            while store.purge(at(2_000), at(2_000), at(0), most(9)).await.expect("an answer").more {}
            let left: Vec<_> = standing.iter().copied().filter(|draft| draft.family.label_key.is_none()).collect();
            assert_eq!(
                ids(&walk(&store, &person, 9).await.0),
                sorted(&left),
                "ended families stay until they are purged"
            );
        }
    });
}

/// Other calls rotate families and change their expiry without a pause, so the index entries of the families move.
/// Every walk still finds each family once.
#[test]
fn families_that_move_in_the_index_during_a_walk_are_found_once() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            let drafts: Vec<_> = (0..12).map(|_| person.refresh()).collect();
            for draft in &drafts {
                draft.found(&store).await.expect("a record");
            }
            let stops = Arc::new(AtomicBool::new(false));
            let movers: Vec<_> = drafts
                .iter()
                .enumerate()
                .map(|(number, draft)| {
                    let (store, draft, stops) = (store.clone(), draft.clone(), Arc::clone(&stops));
                    tokio::spawn(async move {
                        let (mut tip, mut generation) = (draft.id(), 0);
                        while !stops.load(Ordering::Relaxed) {
                            generation += 1;
                            let next = draft.successor(tip, generation);
                            let (id, step) = (next.id, supersede(Version::FIRST, next.id, at(generation)));
                            let done = store.rotate(&tip, &step, &[next], at(generation)).await;
                            assert!(matches!(done, Ok(counterfoil::store::Rotated::Done)), "{done:?}");
                            // Every second change moves the entry back.
                            let end = if generation % 2 == 0 { EXPIRES } else { number as u64 };
                            let (expires_at, gone_at) = (Some(at(end)), Some(at(GONE)));
                            let change = Change::Expiry { expires_at, gone_at, notice: None };
                            let done = store.apply(&id, Version::FIRST, &change, at(generation)).await;
                            assert!(matches!(done, Ok(counterfoil::store::Applied::Done(_))), "{done:?}");
                            // The change has raised the version of this record to 1. The rotation at the start of the
                            // next turn expects version 0, so this rotation puts a new record in place.
                            let next = draft.successor(id, generation + 1);
                            let (new, step) = (next.id, supersede(Version::new(1), next.id, at(generation)));
                            let done = store.rotate(&id, &step, &[next], at(generation)).await;
                            assert!(matches!(done, Ok(counterfoil::store::Rotated::Done)), "{done:?}");
                            (tip, generation) = (new, generation + 1);
                        }
                        generation
                    })
                })
                .collect();
            let all = sorted(&drafts.iter().collect::<Vec<_>>());
            for turn in 0..60 {
                let (seen, corrupt) = walk(&store, &person, 1 + turn % 5).await;
                assert_eq!((ids(&seen), corrupt), (all.clone(), 0), "{backend:?}, walk {turn}");
            }
            stops.store(true, Ordering::Relaxed);
            for mover in movers {
                assert!(mover.await.expect("no panic") > 0, "the control: it was rotated");
            }
        }
    });
}

/// Families are revoked and purged while they are listed. No page shows a revoked family, and no page counts a revoked
/// or purged family as damaged.
#[test]
fn families_that_are_revoked_or_purged_meanwhile_are_left_out() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            let drafts: Vec<_> = (0..60).map(|_| person.pat()).collect();
            for draft in &drafts {
                draft.found(&store).await.expect("a record");
            }
            let stays = drafts.last().expect("one").family.id;
            let removing = tokio::spawn({
                let (store, person, drafts) = (store.clone(), person.clone(), drafts.clone());
                async move {
                    for draft in &drafts[..drafts.len() - 1] {
                        revoke(&store, &person, draft).await;
                        while store.purge(at(GONE - 1), at(GONE - 1), at(0), most(9)).await.expect("an answer").more {}
                    }
                }
            });
            while !removing.is_finished() {
                let (seen, corrupt) = walk(&store, &person, 9).await;
                assert!(seen.iter().all(|family| family.revoked.is_none()));
                assert!(ids(&seen).contains(&stays) && corrupt == 0, "{backend:?}");
            }
            removing.await.expect("no panic");
            assert_eq!(ids(&walk(&store, &person, 9).await.0), [stays]);
        }
    });
}

/// The owner's part of the index has four wrong entries. They name a family that does not exist, a family of another
/// owner, a revoked family, and for the second time a family that is listed.
#[test]
fn entries_without_a_family_of_the_owner_show_nothing() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let store = space.open().await;
        let (ann, bob) = (Person::new("default", "ann"), Person::new("default", "bob"));
        let (own, gone, foreign, absent) = (ann.pat(), ann.pat(), bob.pat(), ann.pat());
        for draft in [&own, &gone, &foreign] {
            draft.found(&store).await.expect("a record");
        }
        revoke(&store, &ann, &gone).await;
        let index = format!("{}:{{{:02x}}}:s", space.prefix(), own.family.id.shard());
        for draft in [&own, &gone, &foreign, &absent] {
            let entry = [&b"default\0ann\x00001-"[..], &b"0".repeat(32), draft.family.id.as_bytes()].concat();
            let added = Backend::Single
                .each(|node| cmd("ZADD").arg(&index).arg(0).arg(&entry).query::<u64>(node).expect("added"));
            assert_eq!(added, [1]);
        }
        for limit in [1, 9] {
            let (seen, corrupt) = walk(&store, &ann, limit).await;
            assert_eq!((ids(&seen), corrupt), (vec![own.family.id], 0), "{limit} a page");
        }
    });
}

/// An owner has 500 families. A page of ten families reads the index once, and the rows of ten families.
#[test]
fn a_page_of_families_reads_as_many_rows_as_it_shows() {
    let server = RedisServer::start();
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let person = Person::somebody();
        let drafts: Vec<_> = (0..500).map(|_| person.pat()).collect();
        for done in futures_util::future::join_all(drafts.iter().map(|draft| draft.found(&store))).await {
            done.expect("a record");
        }
        let monitor = Monitor::of(server.port());
        let page = store.list_families(&person.realm, &person.owner, None, most(10)).await.expect("a page");
        let sent = monitor.sent();
        assert_eq!((page.items.len(), page.next), (10, page.items.last().map(|family| family.id)));
        assert!(sent.len() <= 13, "{} commands", sent.len());
    });
}
