//! Counts the keys that each step reads and writes. The counts must not grow with the number of records.

use crate::support::counted::{Counted, Counts};
use crate::support::say;
use counterfoil::Timestamp;
use counterfoil::store::{NewRecord, Revoke, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};
use counterfoil_conformance::block_on;
use counterfoil_conformance::sample::{
    Draft, EXPIRES, GONE, Person, at, describe_as, details, edit_details, most, pace, renewing, revoked, slide,
    supersede,
};
use counterfoil_kv::KvStore;

/// The current instant, in microseconds after the start of the sample data. At this instant some notices are due and
/// some records are past `gone_at`.
const NOW: u64 = 100_000;

async fn opened() -> (Counted, KvStore) {
    let engine = Counted::default();
    let store = KvStore::open(engine.clone()).await.expect("a store");
    engine.take();
    (engine, store)
}

fn refreshed(draft: &Draft, parent: RecordId, generation: u64) -> [NewRecord; 2] {
    let next = draft.successor(parent, generation);
    let access = draft.access(generation).with_parent(next.id);
    [next, access]
}

async fn refresh(store: &KvStore, draft: &Draft, parent: RecordId, generation: u64) -> RecordId {
    let new = refreshed(draft, parent, generation);
    let step = supersede(Version::FIRST, new[0].id, at(generation));
    let answer = store.rotate(&parent, &step, &new, at(generation)).await;
    assert!(matches!(answer, Ok(Rotated::Done)), "{answer:?}");
    new[0].id
}

#[test]
fn each_step_reads_and_writes_so_many_keys() {
    block_on(async {
        let (engine, store) = opened().await;
        let mut others = Vec::new();
        let mut tell = |step: &str, calls: usize, read: usize, written: usize| {
            let counted = engine.take();
            let Counts { calls: asked, read: found, written: changed } = counted;
            say(format!("{step:<32} calls {asked:>2}   keys read {found:>3}   written {changed:>3}"));
            if counted != (Counts { calls, read, written }) {
                others.push(format!("{step}: {counted:?}"));
            }
        };
        let ann = Person::new("default", "ann");
        let token = ann.pat().labelled("ci").noticed(at(50), 0);
        token.found(&store).await.expect("a token");
        tell("insert a token with a label", 2, 4, 9);
        let draft = ann.refresh().with_access();
        let first = draft.found(&store).await.expect("a sign-in");
        tell("insert a sign-in, two records", 2, 4, 12);
        store.get(&first).await.expect("an answer").expect("a record");
        tell("get", 1, 2, 0);
        let mut tip = refresh(&store, &draft, first, 1).await;
        tell("refresh, the first", 2, 4, 14);
        tip = refresh(&store, &draft, tip, 2).await;
        tell("refresh, with an access token", 3, 5, 15);
        let slid = slide(at(3_000_000), at(4_000_000));
        let access = draft.access(2);
        let answer = store.rotate(&tip, &slid, std::slice::from_ref(&access), at(3)).await;
        assert!(matches!(answer, Ok(Rotated::Done)));
        tell("slide, with an access token", 2, 3, 11);
        store.touch(&[(tip, at(4))]).await.expect("touched");
        tell("touch", 2, 1, 1);
        let _ = store.apply(&tip, Version::FIRST, &describe_as("x"), at(5)).await.expect("applied");
        tell("edit", 2, 2, 1);
        let details = Some(details(1));
        let _ = store.apply(&tip, Version::FIRST.next(), &edit_details(details), at(5)).await.expect("applied");
        tell("edit of the details", 2, 2, 2);
        let _ = store.revoke(Revoke::One(&access.id), revoked(at(6)), at(GONE), most(1)).await.expect("revoked");
        tell("revoke one", 2, 2, 2);
        let _ = store.revoke(ann.family(draft.family.id), revoked(at(6)), at(GONE), most(1)).await.expect("revoked");
        tell("revoke a family of eight", 2, 2, 4);
        let mark = token.records[0].notice.expect("a mark");
        let held = store.claim(&token.id(), mark, at(60)).await.expect("an answer").expect("held").record().notice;
        tell("claim", 2, 2, 3);
        assert!(store.settle(&token.id(), held.expect("a lease"), None, Some((at(70), 0))).await.expect("settled"));
        tell("settle", 2, 2, 4);
        let next = token.successor(token.id(), 1);
        let step = renewing(supersede(Version::FIRST, next.id, at(EXPIRES)), true, Some(5));
        let renewed = store.rotate(&token.id(), &step, std::slice::from_ref(&next), at(EXPIRES)).await;
        assert!(matches!(renewed, Ok(Rotated::Done)), "{renewed:?}");
        tell("renewal under a cap", 4, 4, 10);
        assert!(others.is_empty(), "{others:#?}");
    });
}

/// Makes a store with `size` tokens, ten for each owner. The notices of a thousand tokens are due. A thousand other
/// tokens are past `gone_at`.
async fn filled(size: usize) -> (Counted, KvStore, Vec<RecordId>) {
    let (engine, store) = opened().await;
    let (every, far) = (size / 1_000, 1_000_000_000_000);
    let mut ids = Vec::new();
    for nth in 0..size {
        let owner = Person::new("default", &format!("owner-{}", nth / 10));
        let soon = nth as u64 % NOW;
        let (is_due, is_gone) = (nth % every == 0, nth % every == 1);
        let draft = owner.pat().created(at(nth as u64 % 1_000));
        let draft = draft.ending(Some(at(far)), Some(at(if is_gone { soon } else { far })));
        let draft = if is_gone { draft } else { draft.noticed(at(if is_due { soon } else { far }), 0) };
        ids.push(draft.found(&store).await.expect("a token"));
    }
    engine.take();
    (engine, store, ids)
}

async fn counted(size: usize) -> Vec<(&'static str, Counts)> {
    let (engine, store, ids) = filled(size).await;
    let mut all = Vec::new();
    store.get(&ids[5]).await.expect("an answer").expect("a record");
    all.push(("get", engine.take()));
    let owner = Person::new("default", "owner-3");
    for (name, listing) in [
        ("list of 10", owner.listing(TokenKind::PersonalAccessToken)),
        ("list of 10 that stand", owner.standing(TokenKind::PersonalAccessToken, at(NOW))),
    ] {
        let page = store.list(listing, None, most(10)).await.expect("a page");
        assert!(page.items.len() >= 8);
        all.push((name, engine.take()));
    }
    let page = store.list_families(&owner.realm, &owner.owner, None, most(10)).await.expect("a page");
    assert_eq!((page.items.len(), page.next), (10, None));
    all.push(("list of 10 families", engine.take()));
    let page = store.due(at(NOW), None, most(100)).await.expect("a page");
    assert_eq!(page.items.len(), 100);
    all.push(("due of 100", engine.take()));
    let _ = store.due(at(NOW), page.next.as_ref(), most(100)).await.expect("a page");
    all.push(("due of 100, the next", engine.take()));
    let done = store.purge(at(NOW), at(NOW), Timestamp::EPOCH, most(50)).await.expect("purged");
    assert_eq!((done.changed, done.more), (50, true));
    all.push(("purge of 50", engine.take()));
    let one = owner.pat();
    let home = one.bounded(Some(counterfoil_conformance::sample::refuse(20)), Some(pace(20, at(0))));
    assert_eq!(store.insert(home, &one.records, at(1)).await.expect("an answer"), counterfoil::store::Inserted::Done);
    all.push(("insert with cap and pace", engine.take()));
    all
}

#[test]
fn no_step_follows_the_number_of_records() {
    block_on(async {
        let few = counted(10_000).await;
        let many = counted(100_000).await;
        for ((name, few), (_, many)) in few.iter().zip(&many) {
            say(format!("{name:<24} at 10,000: {few:?}   at 100,000: {many:?}"));
            assert!(many.read <= few.read + 2 && many.written <= few.written + 2, "{name}: {few:?}, then {many:?}");
        }
    });
}

/// Checks that a page reads at most a fixed number of keys, even if most records of the owner are no longer live.
#[test]
fn a_page_reads_a_bounded_number_of_keys_however_much_is_dead() {
    block_on(async {
        let (engine, store) = opened().await;
        let ann = Person::new("default", "ann");
        for nth in 0..1_000 {
            let draft = ann.pat().created(at(nth));
            draft.found(&store).await.expect("a token");
            if nth > 0 {
                let what = ann.family(draft.family.id);
                let _ = store.revoke(what, revoked(at(nth)), at(GONE), most(1)).await.expect("revoked");
            }
        }
        engine.take();
        let (mut after, mut seen, mut pages) = (None, 0, 0);
        loop {
            let of = ann.standing(TokenKind::PersonalAccessToken, at(NOW));
            let page = store.list(of, after.as_ref(), most(2)).await.expect("a page");
            assert!(engine.take().read <= 65 + 2 * 64);
            (seen, pages) = (seen + page.items.len(), pages + 1);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, 1, "what stands is behind all that is dead");
        assert!(pages <= 17, "{pages} pages");
    });
}

/// Checks that a page of families reads the index entries of all families of the owner, but the rows of at most 500.
#[test]
fn a_page_of_families_reads_a_bounded_number_of_rows() {
    block_on(async {
        let (engine, store) = opened().await;
        let (ann, bob) = (Person::new("default", "ann"), Person::new("default", "bob"));
        for nth in 0..1_200 {
            let draft = if nth % 2 == 0 { ann.pat() } else { bob.pat() };
            draft.found(&store).await.expect("a token");
        }
        engine.take();
        for (limit, calls, rows) in [(1, 2, 1), (96, 2, 96), (97, 3, 97), (500, 7, 500), (u32::MAX, 7, 500)] {
            let page = store.list_families(&ann.realm, &ann.owner, None, most(limit)).await.expect("a page");
            assert_eq!((page.items.len(), page.next), (rows, page.items.last().map(|family| family.id)));
            assert_eq!(engine.take(), Counts { calls, read: 600 + rows, written: 0 }, "a page of {limit}");
        }
    });
}

#[test]
fn damaged_rows_at_the_front_hide_nothing_from_a_purge_and_end_it() {
    block_on(async {
        let (engine, store) = opened().await;
        let ann = Person::new("default", "ann");
        let mut spoilt = Vec::new();
        for nth in 0..200 {
            let id = ann.pat().ending(None, Some(at(nth))).found(&store).await.expect("a token");
            if nth < 150 {
                spoilt.push(id);
            }
        }
        for id in &spoilt {
            let change = vec![([b"r", &id.as_bytes()[..]].concat(), Some(b"spoilt".to_vec()))];
            let write = counterfoil_kv::Write { expect: Vec::new(), change };
            let _ = counterfoil_kv::Engine::write(&engine, write).await.expect("an answer");
        }
        let first = store.purge(at(500), at(500), Timestamp::EPOCH, most(49)).await.expect("purged");
        assert_eq!((first.changed, first.more), (49, true));
        let second = store.purge(at(500), at(500), Timestamp::EPOCH, most(1)).await.expect("purged");
        assert_eq!((second.changed, second.more), (1, false));
        let third = store.purge(at(500), at(500), Timestamp::EPOCH, most(1)).await.expect("purged");
        assert_eq!((third.changed, third.more), (0, false));
    });
}

/// Checks that after a purge of all records only the key of the layout version is left.
#[test]
fn what_is_purged_leaves_no_trace() {
    block_on(async {
        let (engine, store) = opened().await;
        let ann = Person::new("default", "ann");
        let empty = engine.len();
        for nth in 0..20_u64 {
            let draft = ann.refresh().with_access().labelled(&format!("label {nth}")).noticed(at(nth), 0);
            let first = draft.found(&store).await.expect("a sign-in");
            let tip = refresh(&store, &draft, first, 1).await;
            refresh(&store, &draft, tip, 2).await;
            if nth % 2 == 0 {
                let what = ann.family(draft.family.id);
                let _ = store.revoke(what, revoked(at(9)), at(GONE), most(1)).await.expect("revoked");
            }
        }
        while store.purge(at(GONE), at(GONE), at(GONE), most(7)).await.expect("purged").more {}
        assert_eq!(engine.len(), empty);
    });
}
