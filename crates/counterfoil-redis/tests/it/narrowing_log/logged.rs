//! Tests which calls write a step, and that a step is written if and only if its change is.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{ALL, Reader, family, open, page};
use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use counterfoil::store::{
    Applied, Change, Inserted, Narrowed, NarrowingLog as _, NoticeMark, Restored, Revoke, Rotated, StoreError,
    TokenStore, Transfer,
};
use counterfoil::types::{KeyId, Version};
use counterfoil_conformance::sample::{
    Draft, EXPIRES, GONE, Person, at, describe_as, digest_of, make_room, most, must_get, relabel, revoked, slide,
    supersede,
};
use counterfoil_redis::RedisStore;
use counterfoil_redis::redis::cmd;

async fn found(store: &RedisStore, drafts: &[&Draft]) {
    for draft in drafts {
        draft.found(store).await.expect("a record");
    }
}

async fn applied(store: &RedisStore, draft: &Draft, expect: u64, change: &Change, now: u64) -> Applied {
    store.apply(&draft.id(), Version::new(expect), change, at(now)).await.expect("an answer")
}

#[test]
fn each_change_of_a_family_is_one_step_and_a_refused_change_is_none() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let (space, person) = (Space::new(backend), Person::somebody());
            let (store, other) = (open(&space).await, space.open().await);
            let (token, sliding) = (person.pat(), person.refresh());
            found(&store, &[&token, &sliding]).await;
            let mut reader = Reader::begin(&store).await;
            let changes = [
                describe_as("new"),
                Change::Expiry { expires_at: Some(at(9)), gone_at: Some(at(GONE)), notice: None },
                Change::Rekey { digest: digest_of(&token.id()), key_id: KeyId::new(2) },
            ];
            for (version, change) in (0..).zip(&changes) {
                assert!(matches!(applied(&store, &token, version, change, 1).await, Applied::Done(_)));
                assert_eq!(reader.read(&other).await, HashSet::from([family(&token)]), "{backend:?} {change:?}");
                assert!(matches!(applied(&store, &token, version, change, 1).await, Applied::Stale(_)));
                assert!(reader.read(&other).await.is_empty(), "{change:?}");
            }
            let next = token.successor(token.id(), 1);
            let step = supersede(Version::new(3), next.id, at(2));
            for done in [true, false] {
                let rotated = store.rotate(&token.id(), &step, std::slice::from_ref(&next), at(2)).await;
                assert_eq!(matches!(rotated, Ok(Rotated::Done)), done, "{rotated:?}");
                assert_eq!(reader.read(&other).await.contains(&family(&token)), done);
            }
            let end = Change::End { honoured_until: at(3), gone_at: at(GONE) };
            assert!(matches!(applied(&store, &token, 4, &end, 2).await, Applied::Done(_)));
            assert_eq!(reader.read(&other).await, HashSet::from([family(&token)]));
            let slid = store.rotate(&sliding.id(), &slide(at(EXPIRES + 1), at(GONE)), &[], at(2)).await;
            assert!(matches!(slid, Ok(Rotated::Done)), "{slid:?}");
            assert_eq!(reader.read(&other).await, HashSet::from([family(&sliding)]));
        }
    });
}

#[test]
fn each_family_that_a_revocation_or_an_insert_narrows_is_a_step() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let (space, person) = (Space::new(backend), Person::somebody());
            let (store, other) = (open(&space).await, space.open().await);
            let [one, two, three, four] = [person.pat(), person.pat(), person.pat(), person.pat()];
            found(&store, &[&one, &two, &three, &four]).await;
            let mut reader = Reader::begin(&store).await;
            let id = one.id();
            for (what, changed, narrowed) in [
                (Revoke::One(&id), 1, vec![&one]),
                (Revoke::One(&id), 0, vec![]),
                (person.family(two.family.id), 1, vec![&two]),
                (person.family(two.family.id), 0, vec![]),
                (person.all(), 3, vec![&one, &three, &four]),
                (person.all(), 0, vec![]),
            ] {
                let done = other.revoke(what, revoked(at(1)), at(GONE), most(9)).await.expect("an answer");
                assert_eq!(done.changed, changed, "{what:?}");
                assert_eq!(reader.read(&store).await, narrowed.into_iter().map(family).collect(), "{what:?}");
            }
            let [old, older, newest] = [person.refresh(), person.refresh(), person.refresh()];
            found(&store, &[&old, &older]).await;
            assert!(reader.read(&store).await.is_empty(), "a new family narrows nothing");
            let room = newest.bounded(Some(make_room(1, at(2))), None);
            let made = store.insert(room, &newest.records, at(2)).await;
            assert!(matches!(made, Ok(Inserted::MadeRoom(ended)) if ended.len() == 2));
            assert_eq!(reader.read(&store).await, HashSet::from([family(&old), family(&older)]));

            let over = |text: &str| person.pat().labelled(text).ending(Some(at(1)), Some(at(2)));
            let (first, second) = (over("first"), over("second"));
            let (taker, changed) = (person.pat().labelled("first"), person.pat());
            found(&store, &[&first, &second, &changed]).await;
            let taken = store.insert(taker.home(None), &taker.records, at(3)).await;
            assert!(matches!(taken, Ok(Inserted::Done)));
            assert_eq!(reader.read(&store).await, HashSet::from([family(&first)]), "it has lost its label");
            assert!(matches!(applied(&store, &changed, 0, &relabel("second"), 3).await, Applied::Done(_)));
            assert_eq!(reader.read(&store).await, HashSet::from([family(&second), family(&changed)]));
        }
    });
}

#[test]
fn a_use_a_notice_a_purge_and_a_restore_are_no_steps() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = open(&space).await;
            let (noticed, gone) = (person.refresh().noticed(at(5), 0), person.pat().ending(Some(at(1)), Some(at(2))));
            let mut reader = Reader::begin(&store).await;
            found(&store, &[&noticed, &gone]).await;
            let joined = store.insert(noticed.join(0), &[noticed.access(0)], at(1)).await;
            assert!(matches!(joined, Ok(Inserted::Done)));
            store.touch(&[(noticed.id(), at(7))]).await.expect("touched");
            let mark = |micros| NoticeMark { at: at(micros), stage: 0 };
            assert!(store.claim(&noticed.id(), mark(5), at(9)).await.expect("an answer").is_some());
            let sent = Some((at(EXPIRES), 0));
            assert!(store.settle(&noticed.id(), mark(9), None, sent).await.expect("an answer"));
            let whole = store.family(&gone.family.id).await.expect("an answer").expect("a family");
            assert_eq!(store.purge(at(3), at(3), at(3), most(9)).await.expect("an answer").changed, 1);
            assert!(matches!(store.restore(&whole).await, Ok(Restored::Done)));
            assert!(must_get(&store, &gone.id()).await.is_ok());
            assert!(reader.read(&store).await.is_empty(), "{backend:?}");
        }
    });
}

#[test]
fn a_step_of_the_host_names_a_family_an_owner_or_everything() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let (space, person) = (Space::new(backend), Person::new("other", "ann"));
            let (store, other) = (open(&space).await, space.open().await);
            let mut reader = Reader::begin(&store).await;
            let owner = Narrowed::Owner { realm: person.realm.clone(), owner: person.owner.clone() };
            for what in [Narrowed::Family(person.family_id()), owner, Narrowed::All] {
                other.narrow(&what, at(1)).await.expect("written");
                assert_eq!(reader.read(&store).await, HashSet::from([what]));
            }
        }
    });
}

/// Eight tasks revoke families through two stores while a reader follows the log. Each revoked family is read, and each
/// family that was read is revoked.
#[test]
fn a_reader_beside_many_writers_misses_no_step() {
    RUNTIME.block_on(async {
        for backend in [Backend::Single, Backend::Cluster] {
            let space = Space::new(backend);
            let (store, other) = (open(&space).await, space.open().await);
            let mut reader = Reader::begin(&store).await;
            let stop = Arc::new(AtomicBool::new(false));
            let writers: Vec<_> = (0..8)
                .map(|number| {
                    let store = if number % 2 == 0 { store.clone() } else { other.clone() };
                    tokio::spawn(async move {
                        let mut all = HashSet::new();
                        for _ in 0..60 {
                            let person = Person::somebody();
                            let draft = person.pat();
                            draft.found(&store).await.expect("a record");
                            let done = store.revoke(person.all(), revoked(at(1)), at(GONE), most(1)).await;
                            assert_eq!(done.expect("an answer").changed, 1);
                            all.insert(family(&draft));
                        }
                        all
                    })
                })
                .collect();
            let reading = tokio::spawn({
                let (store, stop) = (store.clone(), Arc::clone(&stop));
                async move {
                    let mut seen = HashSet::new();
                    while !stop.load(Ordering::SeqCst) {
                        for step in reader.read(&store).await {
                            let Narrowed::Family(id) = &step else { panic!("{step:?}") };
                            let whole = store.family(id).await.expect("an answer").expect("a family");
                            assert!(whole.family().revoked.is_some(), "a step is read before its change");
                            seen.insert(step);
                        }
                    }
                    seen.extend(reader.read(&store).await);
                    seen
                }
            });
            let mut all = HashSet::new();
            for writer in writers {
                all.extend(writer.await.expect("no panic"));
            }
            stop.store(true, Ordering::SeqCst);
            let seen = reading.await.expect("no panic");
            assert!(all.len() == 480 && seen == all, "{backend:?}: {} of {}", seen.len(), all.len());
        }
    });
}

/// The connections are cut while families are revoked, so that many calls have no answer. Afterwards the log names
/// exactly the families that are revoked.
#[test]
fn a_call_that_is_cut_off_leaves_both_the_change_and_its_step_or_neither() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let store = open(&space).await;
        let mut drafts = Vec::new();
        for _ in 0..200 {
            let person = Person::somebody();
            let draft = person.pat();
            draft.found(&store).await.expect("a record");
            drafts.push((person, draft));
        }
        let mut reader = Reader::begin(&store).await;
        let mut failed = 0;
        for some in drafts.chunks(20) {
            let revoking = some
                .iter()
                .map(|(person, draft)| store.revoke(person.family(draft.family.id), revoked(at(1)), at(GONE), most(1)));
            let cutting = async { space.cut() };
            let (answers, ()) = tokio::join!(futures_util::future::join_all(revoking), cutting);
            failed += answers.iter().filter(|answer| matches!(answer, Err(StoreError::Unavailable { .. }))).count();
        }
        let mut changed = HashSet::new();
        for (_, draft) in &drafts {
            if must_get(&store, &draft.id()).await.expect("a record").revoked().is_some() {
                changed.insert(family(draft));
            }
        }
        assert!(failed > 0, "the control");
        assert_eq!(reader.read(&store).await, changed);
    });
}

/// If the key of a log is damaged, a change is refused before its first write.
#[test]
fn a_damaged_log_refuses_changes_and_reads() {
    RUNTIME.block_on(async {
        let (space, person) = (Space::new(Backend::Single), Person::somebody());
        let store = open(&space).await;
        let draft = person.pat();
        draft.found(&store).await.expect("a record");
        let end = page(&store, None, 1).await.next;
        let key = format!("{}:{{{:02x}}}:j", space.prefix(), draft.id().shard());
        let damages = [vec!["HSET", &key, "e", "x"], vec!["DEL", &key], vec!["SET", &key, "x"]];
        for (number, damage) in damages.iter().enumerate() {
            Backend::Single.each(|node| cmd(damage[0]).arg(&damage[1..]).exec(node).expect("damaged"));
            let read = store.narrowings(Some(&end), most(1)).await;
            assert!(read.is_err(), "{damage:?}: {read:?}");
            if number == 1 {
                continue;
            }
            let refused = store.revoke(person.all(), revoked(at(1)), at(GONE), most(1)).await;
            assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{damage:?}: {refused:?}");
            assert!(must_get(&store, &draft.id()).await.expect("a record").revoked().is_none());
        }
    });
}
