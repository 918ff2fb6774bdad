//! Renewals: rotations that make an expired family live again. They race with inserts for the places under a cap and
//! for a label, through several stores on one database.

use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::store::{
    Applied, FamilyParts, Inserted, NewRecord, ParentUpdate, Rotated, StoreError, TokenStore, transition,
};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::sample::{Draft, Person, at, make_room, most, must_get, refuse, relabel, supersede};
use counterfoil_conformance::{Store, scale};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::RUNTIME;

/// The instant from which the families of these tests are expired.
const ENDS: u64 = 5;
/// The instant from which another family can take the label of a family of these tests.
const GONE: u64 = 8;
/// The cap of the races, and the numbers of renewals and inserts that compete for the places under this cap.
const CAP: u32 = 3;
const RENEWALS: usize = 5;
const INSERTS: usize = 4;

/// Makes a token that is expired at [`ENDS`].
fn expiring(person: &Person) -> Draft {
    person.pat().ending(Some(at(ENDS)), Some(at(GONE)))
}

/// Makes a rotation with a cap, and the successor.
fn renewal(draft: &Draft, parent: RecordId, now: u64, limit: Option<u32>) -> (ParentUpdate, NewRecord) {
    let next = draft.successor(parent, 1);
    let mut step = supersede(Version::FIRST, next.id, at(now));
    if let ParentUpdate::Supersede { cap, labelled, .. } = &mut step {
        (*cap, *labelled) = (limit.map(most), draft.family.label_key.is_some());
    }
    (step, next)
}

/// Renews the first token of the draft: rotates it at `now`, which is usually after its expiry.
async fn renew(store: &dyn TokenStore, draft: &Draft, now: u64, cap: Option<u32>) -> Result<Rotated, StoreError> {
    let (step, next) = renewal(draft, draft.id(), now, cap);
    store.rotate(&draft.id(), &step, &[next], at(now)).await
}

/// Returns the families of a person that are live at `now`.
async fn live(store: &dyn TokenStore, person: &Person, now: Timestamp) -> Vec<FamilyParts> {
    let page = store.list_families(&person.realm, &person.owner, None, most(50)).await.expect("a page");
    assert!(page.next.is_none() && page.corrupt == 0);
    page.items.into_iter().filter(|family| transition::is_live(family, now)).collect()
}

/// Renewals and inserts race for the places under one cap. Exactly [`CAP`] of them must succeed.
async fn race_for_places(stores: &[Store]) {
    for round in 0..scale().rounds {
        let person = Person::somebody();
        let drafts: Vec<Draft> = (0..RENEWALS).map(|_| expiring(&person)).collect();
        for draft in &drafts {
            draft.found(&*stores[0]).await.expect("a family");
        }
        let (mut racers, start) = (JoinSet::new(), Arc::new(Barrier::new(RENEWALS + INSERTS)));
        for (nth, draft) in drafts.into_iter().map(Some).chain([const { None }; INSERTS]).enumerate() {
            let (store, start, person) = (Arc::clone(&stores[nth % stores.len()]), Arc::clone(&start), person.clone());
            racers.spawn(async move {
                start.wait().await;
                match draft {
                    Some(draft) => match renew(&*store, &draft, ENDS + 1, Some(CAP)).await.expect("an answer") {
                        Rotated::Done => true,
                        Rotated::OwnerFull => false,
                        other => panic!("{other:?}"),
                    },
                    None => {
                        let draft = person.pat();
                        let home = draft.bounded(Some(refuse(CAP)), None);
                        match store.insert(home, &draft.records, at(ENDS + 1)).await.expect("an answer") {
                            Inserted::Done => true,
                            Inserted::OwnerFull => false,
                            other => panic!("{other:?}"),
                        }
                    }
                }
            });
        }
        let won = racers.join_all().await.into_iter().filter(|won| *won).count();
        let live = live(&*stores[0], &person, at(ENDS + 1)).await;
        assert_eq!((won, live.len()), (CAP as usize, CAP as usize), "round {round}");
    }
}

/// Renewals race with inserts that revoke old families to make room under the cap. The inserts have an earlier `now`,
/// at which the families that are being renewed are still live. So an insert locks the owner's row and then the rows of
/// families, including families that a renewal is rotating. Each insert must succeed.
async fn race_with_room(stores: &[Store]) {
    for round in 0..scale().rounds.div_ceil(4) {
        let person = Person::somebody();
        let drafts: Vec<Draft> = (0..4).map(|_| expiring(&person)).collect();
        for draft in &drafts {
            draft.found(&*stores[0]).await.expect("a family");
        }
        let (mut racers, start) = (JoinSet::new(), Arc::new(Barrier::new(2 * drafts.len())));
        for (nth, draft) in drafts.into_iter().enumerate() {
            let (store, own) = (Arc::clone(&stores[nth % stores.len()]), Arc::clone(&start));
            racers.spawn(async move {
                own.wait().await;
                let outcome = renew(&*store, &draft, ENDS + 1, Some(CAP)).await.expect("an answer");
                assert!(matches!(outcome, Rotated::Done | Rotated::OwnerFull | Rotated::FamilyEnded), "{outcome:?}");
            });
            let (store, own, person) =
                (Arc::clone(&stores[(nth + 1) % stores.len()]), Arc::clone(&start), person.clone());
            racers.spawn(async move {
                own.wait().await;
                let draft = person.pat();
                let home = draft.bounded(Some(make_room(1, at(ENDS - 1))), None);
                let outcome = store.insert(home, &draft.records, at(ENDS - 1)).await.expect("an answer");
                assert!(matches!(outcome, Inserted::Done | Inserted::MadeRoom(_)), "{outcome:?}");
            });
        }
        racers.join_all().await;
        let live = live(&*stores[0], &person, at(ENDS + 1)).await.len();
        assert!((1..=CAP as usize).contains(&live), "round {round}: {live} families");
    }
}

/// Three calls race for one label: the renewal of the expired family that has the label, an insert with the label, and
/// a relabel of another family. Exactly one call must succeed, and exactly one family must have the label afterwards.
async fn race_for_a_label(stores: &[Store]) {
    for round in 0..scale().rounds {
        let person = Person::somebody();
        let holder = expiring(&person).labelled("one of one");
        let (other, third) = (person.pat(), person.pat().labelled("one of one"));
        for draft in [&holder, &other] {
            draft.found(&*stores[0]).await.expect("a family");
        }
        let start = Arc::new(Barrier::new(3));
        let handle = |nth: usize| (Arc::clone(&stores[(round as usize + nth) % stores.len()]), Arc::clone(&start));
        let mut racers = JoinSet::new();
        let (store, own) = handle(0);
        racers.spawn(async move {
            own.wait().await;
            match renew(&*store, &holder, GONE, Some(9)).await.expect("an answer") {
                Rotated::Done => true,
                Rotated::LabelLost => false,
                other => panic!("{other:?}"),
            }
        });
        let (store, own) = handle(1);
        racers.spawn(async move {
            own.wait().await;
            match store.insert(third.home(Some(9)), &third.records, at(GONE)).await.expect("an answer") {
                Inserted::Done => true,
                Inserted::LabelTaken(_) => false,
                other => panic!("{other:?}"),
            }
        });
        let (store, own) = handle(2);
        racers.spawn(async move {
            own.wait().await;
            let change = relabel("one of one");
            match store.apply(&other.id(), Version::FIRST, &change, at(GONE)).await.expect("an answer") {
                Applied::Done(_) => true,
                Applied::LabelTaken(_) => false,
                other => panic!("{other:?}"),
            }
        });
        let won = racers.join_all().await.into_iter().filter(|won| *won).count();
        let families = live(&*stores[0], &person, at(0)).await;
        let holders = families.iter().filter(|family| family.label_key.is_some()).count();
        assert_eq!((won, holders), (1, 1), "round {round}");
    }
}

/// Checks a renewal without concurrent calls: at which instants the cap applies, which families the cap counts, the
/// order of the refusals, and that a refusal writes nothing.
async fn decide(store: &dyn TokenStore) {
    let person = Person::somebody();
    let (old, live) = (expiring(&person), person.pat());
    for draft in [&old, &live, &person.refresh(), &Person::somebody().pat()] {
        draft.found(store).await.expect("a family");
    }
    let before = format!("{:?}", must_get(store, &old.id()).await.expect("a record"));
    // Only `live` counts towards the cap, so a cap of 1 is reached. The person's sign-in has another kind, and the last
    // token has another owner.
    for now in [ENDS, ENDS + 1] {
        let outcome = renew(store, &old, now, Some(1)).await;
        assert!(matches!(outcome, Ok(Rotated::OwnerFull)), "{outcome:?}");
    }
    assert_eq!(format!("{:?}", must_get(store, &old.id()).await.expect("a record")), before);
    // At the instant `ENDS` a family is expired, as tested above. Before this instant it is live and already counts
    // towards the cap. So its rotation is allowed even if the cap is reached.
    let early = expiring(&person);
    early.found(store).await.expect("a family");
    assert!(matches!(renew(store, &early, ENDS - 1, Some(1)).await, Ok(Rotated::Done)));
    // Two other families are live: `live`, and `early` since its rotation. So a cap of 2 is reached, and a cap of 3 is
    // not.
    assert!(matches!(renew(store, &old, ENDS, Some(2)).await, Ok(Rotated::OwnerFull)));
    assert!(matches!(renew(store, &old, ENDS, Some(3)).await, Ok(Rotated::Done)));
    // A family that never expires is always live, so a cap does not apply to its rotation.
    let endless = person.pat().ending(None, None);
    endless.found(store).await.expect("a family");
    assert!(matches!(renew(store, &endless, GONE, Some(1)).await, Ok(Rotated::Done)));
    // A rotation that requires a label (`labelled`) is refused if the family has none, even if the cap is reached too.
    let plain = expiring(&person);
    plain.found(store).await.expect("a family");
    let (mut step, next) = renewal(&plain, plain.id(), ENDS, Some(1));
    if let ParentUpdate::Supersede { labelled, .. } = &mut step {
        *labelled = true;
    }
    let outcome = store.rotate(&plain.id(), &step, &[next], at(ENDS)).await;
    assert!(matches!(outcome, Ok(Rotated::LabelLost)), "{outcome:?}");
    // A repeated rotation must return `Stale` with the parent's record, which names the successor.
    let (mut step, next) = renewal(&plain, plain.id(), ENDS, None);
    assert!(matches!(store.rotate(&plain.id(), &step, std::slice::from_ref(&next), at(ENDS)).await, Ok(Rotated::Done)));
    // It must return `Stale` even if the cap is reached and the required label is missing.
    if let ParentUpdate::Supersede { cap, labelled, .. } = &mut step {
        (*cap, *labelled) = (Some(most(1)), true);
    }
    let outcome = store.rotate(&plain.id(), &step, std::slice::from_ref(&next), at(ENDS)).await;
    assert!(matches!(&outcome, Ok(Rotated::Stale(there)) if there.record().superseded.is_some()), "{outcome:?}");
    // An id that is in use is reported, even if the cap is reached too.
    let last = expiring(&person);
    last.found(store).await.expect("a family");
    let (mut step, mut next) = renewal(&last, last.id(), ENDS, Some(1));
    let taken = last.access(0);
    let joined = store.insert(last.join(0), std::slice::from_ref(&taken), at(0)).await;
    assert!(matches!(joined, Ok(Inserted::Done)), "{joined:?}");
    next.id = taken.id;
    if let ParentUpdate::Supersede { successor, .. } = &mut step {
        *successor = taken.id;
    }
    let outcome = store.rotate(&last.id(), &step, &[next], at(ENDS)).await;
    assert!(matches!(outcome, Ok(Rotated::IdTaken(id)) if id == taken.id), "{outcome:?}");
}

#[cfg(feature = "sqlite")]
#[test]
fn renewals_on_sqlite() {
    RUNTIME.block_on(async {
        let file = crate::support::files::File::new();
        let stores: Vec<Store> = vec![Arc::new(file.open().await), Arc::new(file.open().await)];
        decide(&*stores[0]).await;
        race_for_places(&stores).await;
        race_with_room(&stores).await;
        race_for_a_label(&stores).await;
    });
}

/// Also checks that the server counted no deadlock. A server process adds its deadlocks to the count of the database
/// when the process ends. The shared server has one database for all tests, so this test starts a server of its own.
#[cfg(feature = "postgres")]
#[test]
fn renewals_on_postgresql() {
    use std::time::Duration;

    use counterfoil_sql::{Isolation, PgSetup, PgStore};
    use counterfoil_testkit::servers::Postgres;

    RUNTIME.block_on(async {
        let server = Postgres::setup().setting("fsync", "off").start();
        let options = crate::support::schemas::options(server.port()).username("postgres");
        for isolation in [Isolation::ReadCommitted, Isolation::Serializable] {
            let setup = PgSetup::default().isolation(isolation).statement_timeout(Duration::from_secs(60));
            let mut stores = Vec::new();
            for _ in 0..2 {
                stores.push(PgStore::connect_with(options.clone(), setup).await.expect("a store"));
            }
            let shared: Vec<Store> = stores.iter().map(|store| Arc::new(store.clone()) as Store).collect();
            decide(&*shared[0]).await;
            race_for_places(&shared).await;
            race_with_room(&shared).await;
            race_for_a_label(&shared).await;
            for store in stores {
                store.close().await;
            }
        }
        let mut raw = crate::support::schemas::raw(&options).await;
        let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        sqlx::raw_sql(ended).execute(&mut raw).await.expect("ended");
        let deadlocks: i64 = sqlx::query_scalar(deadlocks).fetch_one(&mut raw).await.expect("a count");
        assert_eq!(deadlocks, 0);
    });
}
