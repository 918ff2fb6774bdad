//! Tests the details of families: the newest record changes them, no concurrent change is lost, and they stay with the
//! family until it is purged.

use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use crate::support::monitor::Monitor;
use counterfoil::store::{
    Applied, Change, FamilyBody, FamilyDetails, Relabel, Rotated, StoreError, TokenRecord, TokenStore,
};
use counterfoil::types::{Label, Metadata, Networks, RecordId, Version};
use counterfoil_conformance::sample::{Draft, GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use counterfoil_redis::redis::cmd;
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

const BOTH: [Backend; 2] = [Backend::Single, Backend::Cluster];

fn numbered(number: u64) -> FamilyDetails {
    let metadata = format!(r#"{{"number":{number}}}"#).parse::<Metadata>().expect("metadata");
    let office = Networks::new(["192.0.2.0/24"]).expect("a block");
    FamilyDetails::new().with_metadata(metadata).with_allowed_sources(office)
}

fn edit(details: Option<FamilyDetails>) -> Change {
    let details = Some(details.and_then(FamilyDetails::kept));
    Change::Edit { label: None, description: None, scope: None, details }
}

async fn apply(store: &RedisStore, id: &RecordId, expect: u64, change: &Change) -> Applied {
    store.apply(id, Version::new(expect), change, at(5)).await.expect("an answer")
}

async fn details_of(store: &RedisStore, id: &RecordId) -> Option<FamilyDetails> {
    read(store, id).await.family().details.as_deref().cloned()
}

async fn read(store: &RedisStore, id: &RecordId) -> TokenRecord {
    store.get(id).await.expect("an answer").expect("it is there")
}

#[test]
fn details_are_changed_through_the_newest_record_and_go_with_the_family() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::new("realm", "\u{436}"));
            let store = space.open().await;
            let mut draft = person.refresh().with_access();
            draft.family.details = numbered(0).kept();
            let (first, access) = (draft.found(&store).await.expect("a record"), draft.records[1].id);
            assert_eq!(details_of(&store, &access).await, Some(numbered(0)), "each record shows them");

            let stale = apply(&store, &access, 0, &edit(Some(numbered(1)))).await;
            assert!(matches!(stale, Applied::Stale(_)), "an access token is not the newest: {stale:?}");
            let Applied::Done(done) = apply(&store, &first, 0, &edit(Some(numbered(1)))).await else { panic!("fits") };
            assert_eq!(
                (done.record().version, done.family().details.as_deref()),
                (Version::new(1), Some(&numbered(1)))
            );

            let next = draft.successor(first, 1);
            let (tip, step) = (next.id, supersede(Version::new(1), next.id, at(6)));
            assert!(matches!(store.rotate(&first, &step, &[next], at(6)).await, Ok(Rotated::Done)));
            let stale = apply(&store, &first, 2, &edit(None)).await;
            assert!(matches!(stale, Applied::Stale(_)), "it is superseded: {stale:?}");
            assert!(matches!(apply(&store, &tip, 0, &describe_as("x")).await, Applied::Done(_)));
            assert_eq!(details_of(&store, &tip).await, Some(numbered(1)), "other changes keep them");
            assert!(matches!(apply(&store, &tip, 1, &edit(None)).await, Applied::Done(_)));
            assert_eq!(details_of(&store, &tip).await, None);
            assert!(matches!(apply(&store, &tip, 2, &edit(Some(numbered(2)))).await, Applied::Done(_)));

            let all = store.revoke(person.all(), revoked(at(7)), at(8), most(9)).await.expect("an answer");
            assert_eq!((all.changed, all.more), (1, false), "the index still leads to the family");
            assert!(matches!(apply(&store, &tip, 3, &edit(None)).await, Applied::Stale(_)));
            assert_eq!(details_of(&store, &tip).await, Some(numbered(2)));
            while store.purge(at(GONE), at(GONE), at(GONE), most(9)).await.expect("an answer").more {}
            assert!(matches!(apply(&store, &tip, 3, &edit(None)).await, Applied::Missing));
            let keys = backend.each(|node| {
                cmd("KEYS").arg(format!("{}:{{*", space.prefix())).query::<Vec<Vec<u8>>>(node).expect("keys")
            });
            assert_eq!(keys.concat(), Vec::<Vec<u8>>::new(), "nothing is left");
        }
    });
}

/// Sixteen callers of four stores change the details, with the same expected version. One caller succeeds, and the
/// details of this caller are stored.
#[test]
fn details_have_one_winner_of_many_racers() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let space = Space::new(backend);
            let stores = [space.open().await, space.open().await, space.open().await, space.open().await];
            let draft = Person::somebody().refresh();
            let id = draft.found(&stores[0]).await.expect("a record");
            for round in 0..10 {
                let racers = (0..16_u64).map(|number| {
                    let store = stores[number as usize % 4].clone();
                    tokio::spawn(
                        async move { (number, apply(&store, &id, round, &edit(Some(numbered(number)))).await) },
                    )
                });
                let (mut winners, mut stale) = (Vec::new(), 0);
                for racer in racers.collect::<Vec<_>>() {
                    match racer.await.expect("no panic") {
                        (number, Applied::Done(_)) => winners.push(number),
                        (_, Applied::Stale(_)) => stale += 1,
                        (_, other) => panic!("{other:?}"),
                    }
                }
                assert_eq!((winners.len(), stale), (1, 15), "{backend:?}, round {round}");
                assert_eq!(details_of(&stores[0], &id).await, Some(numbered(winners[0])));
            }
        }
    });
}

/// A change of the details reads the family's body before the script runs. Meanwhile another family with the same id
/// can replace the family. The change must not bring the old body back.
#[test]
fn details_do_not_bring_back_the_body_of_a_family_that_was_replaced() {
    fn epoch(record: &TokenRecord) -> u64 {
        let FamilyBody::SignIn { epoch, .. } = record.family().body else { panic!("a sign-in") };
        epoch
    }
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let store = space.open().await;
        let draft = Person::somebody().refresh();
        let id = draft.found(&store).await.expect("a record");
        let key = space.family_key(&id);
        let read_field = |key: &[u8]| {
            Backend::Single.each(|node| cmd("HGET").arg(key).arg("i").query::<String>(node).expect("a field")).concat()
        };
        let written = read_field(&key);
        for round in 0..300_u64 {
            let replaced = written.replace(r#""epoch":3"#, &format!(r#""epoch":{}"#, round + 1_000));
            assert_ne!(replaced, written, "the control: the body has an epoch");
            let key = key.clone();
            let replacing = tokio::task::spawn_blocking(move || {
                Backend::Single.each(|node| cmd("HSET").arg(&key).arg("i").arg(&replaced).exec(node).expect("written"));
            });
            let change = edit(Some(numbered(round)));
            let (done, replaced) = tokio::join!(apply(&store, &id, round, &change), replacing);
            assert!(replaced.is_ok() && matches!(done, Applied::Done(_)), "round {round}: {done:?}");
            assert_eq!(epoch(&read(&store, &id).await), round + 1_000, "round {round}");
        }
    });
}

/// A family whose row does not decode, for example because a newer version wrote it, keeps its row.
#[test]
fn details_of_a_damaged_family_are_corrupt_and_not_overwritten() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let space = Space::new(backend);
            let store = space.open().await;
            let draft = Person::somebody().pat();
            let id = draft.found(&store).await.expect("a record");
            assert!(space.damage_family(&id.family()));
            let absent = counterfoil_conformance::sample::member_id(id.family());
            for expect in [0, 7] {
                let refused = store.apply(&id, Version::new(expect), &edit(None), at(5)).await;
                assert!(matches!(refused, Err(StoreError::Corrupt { id: Some(of), .. }) if of == id), "{refused:?}");
            }
            assert!(matches!(apply(&store, &absent, 0, &edit(None)).await, Applied::Missing));
            assert!(matches!(store.get(&id).await, Err(StoreError::Corrupt { .. })), "it is still damaged");
        }
    });
}

/// If another family has the label, the whole edit is refused, unless the `gone_at` of that family is reached. In this
/// case the edit takes over the label in the same step.
#[test]
fn details_and_a_label_change_together_or_not_at_all() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            let (holder, draft): (Draft, Draft) = (person.pat().labelled("one"), person.pat().labelled("two"));
            let (held, id) =
                (holder.found(&store).await.expect("a record"), draft.found(&store).await.expect("a record"));
            let label = Label::new("one", 100).expect("a label");
            let relabel = Relabel { key: Some(label.key()), label };
            let details = Some(numbered(1).kept());
            let change = Change::Edit { label: Some(relabel), description: None, scope: None, details };
            let taken = apply(&store, &id, 0, &change).await;
            assert!(matches!(taken, Applied::LabelTaken(family) if family == held.family()), "{taken:?}");
            assert_eq!(details_of(&store, &id).await, None);
            let done = store.apply(&id, Version::FIRST, &change, at(GONE)).await.expect("an answer");
            let Applied::Done(record) = done else { panic!("{done:?}") };
            assert_eq!(record.family().details.as_deref(), Some(&numbered(1)));
            assert_eq!(must_get(&store, &held).await.expect("a record").family().label_key, None);
        }
    });
}

/// An edit of the details costs one more read. Every other edit costs one command.
#[test]
fn an_edit_without_details_costs_one_command() {
    let server = RedisServer::start();
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let id = Person::somebody().pat().found(&store).await.expect("a record");
        assert!(matches!(apply(&store, &id, 0, &describe_as("x")).await, Applied::Done(_)), "the script is known");
        for (expect, change, commands) in [(1, describe_as("y"), 1), (2, edit(Some(numbered(1))), 2)] {
            let monitor = Monitor::of(server.port());
            assert!(matches!(apply(&store, &id, expect, &change).await, Applied::Done(_)));
            let sent: Vec<_> = monitor.sent().into_iter().filter(|line| !line.contains("\"ROLE\"")).collect();
            assert_eq!(sent.len(), commands, "{sent:?}");
        }
    });
}
