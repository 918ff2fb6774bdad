//! Tests that a store with data of an early version of the crate can be opened, and that all of the data is still
//! there. Also tests interrupted and concurrent upgrades. The program `testdata/layout1.rs` wrote the data in
//! `testdata/layout1.txt`.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use counterfoil::client::ClientKey;
use counterfoil::settings::{Reading, SettingName};
use counterfoil::store::{
    ClientStore, FamilyBody, InsertInto, Inserted, ParentUpdate, Revoked, Rotated, SettingsStore, TokenRecord,
    TokenStore,
};
use counterfoil::types::{FamilyId, OwnerId, RecordId, RevocationReason, TokenKind, Version};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::sample::{EXPIRES, GONE, Person, at, digest_of, make_room, most, pace, refuse, revoked};
use counterfoil_redis::RedisStore;
use counterfoil_redis::redis::{Value, cmd};

const BOTH: [Backend; 2] = [Backend::Single, Backend::Cluster];

fn ann() -> Person {
    Person::new("default", "ann")
}

fn bob() -> Person {
    Person::new("default", "bob")
}

fn codes() -> Person {
    Person { realm: Realm::default(), owner: OwnerId::realm() }
}

fn family_id(person: &Person, number: u8) -> FamilyId {
    let mut bytes = [0; 10];
    (bytes[0], bytes[9]) = (counterfoil::token::shard(&person.realm, &person.owner), number);
    FamilyId::from_bytes(bytes)
}

fn id(person: &Person, number: u8, member: u8) -> RecordId {
    let mut bytes = [0; 16];
    bytes[..10].copy_from_slice(family_id(person, number).as_bytes());
    bytes[15] = member;
    RecordId::from_bytes(bytes)
}

const fn client(number: u8) -> ClientKey {
    ClientKey::from_bytes([number; 16])
}

/// Decodes an escaped word of `layout1.txt`: `%` and two hexadecimal digits stand for one byte.
fn unescaped(word: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), word.as_bytes());
    while let [first, behind @ ..] = rest {
        rest = behind;
        bytes.push(if *first == b'%' {
            let (digits, behind) = behind.split_at(2);
            rest = behind;
            u8::from_str_radix(std::str::from_utf8(digits).expect("digits"), 16).expect("a byte")
        } else {
            *first
        });
    }
    bytes
}

/// Makes a space with the data that the old version wrote. Each key is on the node that serves its slot.
fn left_behind(backend: Backend) -> Space {
    let space = Space::new(backend);
    for line in include_str!("../testdata/layout1.txt").lines() {
        let mut words = line.split(' ');
        let (name, key) = (words.next().expect("a command"), words.next().expect("a key"));
        let mut command = cmd(name);
        command.arg(unescaped(&key.replacen("counterfoil", space.prefix(), 1)));
        for word in words {
            command.arg(unescaped(word));
        }
        let taken = backend.each(|node| command.exec(node).is_ok());
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "{line}");
    }
    space
}

fn layout(space: &Space, backend: Backend) -> String {
    let key = format!("{}:layout", space.prefix());
    let found = backend.each(|node| cmd("GET").arg(&key).query::<Option<String>>(node).ok().flatten());
    found.into_iter().flatten().next().unwrap_or_default()
}

async fn read(store: &RedisStore, id: &RecordId) -> TokenRecord {
    store.get(id).await.expect("an answer").expect("it is there")
}

/// Returns for each family of `layout1.txt`: its owner, its number, its client, the time of its last use, and its
/// generation.
fn families() -> Vec<(Person, u8, Option<ClientKey>, Timestamp, u64)> {
    let (seven, eight) = (Some(client(7)), Some(client(8)));
    vec![
        (ann(), 1, None, at(1), 0),
        (ann(), 2, None, at(20), 1),
        (ann(), 3, None, at(3), 0),
        (ann(), 4, None, at(4), 0),
        (ann(), 5, seven, at(300), 3),
        (ann(), 6, seven, at(6), 0),
        (ann(), 7, eight, at(7), 0),
        (ann(), 8, seven, at(8), 0),
        (ann(), 9, seven, at(500), 0),
        (ann(), 10, None, at(600), 0),
        (codes(), 11, None, at(12), 0),
        (ann(), 12, seven, at(10), 0),
        (bob(), 13, None, at(13), 0),
        (bob(), 14, seven, at(15), 0),
    ]
}

/// Checks that every family still has its old data, and that the upgrade has added the data that the old layout did not
/// store.
async fn all_stands(store: &RedisStore) {
    for (person, number, client, used_at, generation) in families() {
        let record = read(store, &id(&person, number, 0)).await;
        let family = record.family();
        assert_eq!((family.client, family.used_at), (client, used_at), "family {number}");
        assert_eq!((&family.owner, family.generation), (&person.owner, generation), "family {number}");
    }
    let ann = ann();
    let noticed = read(store, &id(&ann, 1, 0)).await;
    assert_eq!(noticed.record().notice.map(|notice| notice.at), Some(at(900_000)));
    assert_eq!(noticed.record().last_used_at, Some(at(700)));
    let (handed, next) = (read(store, &id(&ann, 2, 0)).await, read(store, &id(&ann, 2, 1)).await);
    assert_eq!(handed.record().superseded.map(|superseded| superseded.successor), Some(next.record().id));
    for (number, when, reason) in [(3, 30, RevocationReason::ByOwner), (8, 40, RevocationReason::Replay)] {
        let ended = read(store, &id(&ann, number, 0)).await;
        assert_eq!(ended.revoked(), Some(Revoked { at: at(when), reason }));
        assert_eq!(ended.gone_at(), Some(at(GONE + 5)));
    }
    for (member, shrunk, nonce) in [(0, true, false), (1, true, false), (2, false, true)] {
        let old = read(store, &id(&ann, 5, member)).await;
        let superseded = old.record().superseded.expect("used up");
        assert_eq!((old.record().shrunk, superseded.nonce.is_some()), (shrunk, nonce), "generation {member}");
        assert_eq!(superseded.successor, id(&ann, 5, member + 1));
    }
    assert!(read(store, &id(&ann, 5, 11)).await.revoked().is_some_and(|revoked| revoked.at == at(310)));
    assert!(matches!(read(store, &id(&codes(), 11, 0)).await.family().body, FamilyBody::Code { .. }));
    let edited = read(store, &id(&bob(), 13, 0)).await;
    assert_eq!(edited.record().description.as_ref().map(|text| text.as_str()), Some("edited"));
}

async fn insert(store: &RedisStore, home: InsertInto<'_>, new: &[counterfoil::store::NewRecord], now: u64) -> Inserted {
    store.insert(home, new, at(now)).await.expect("an answer")
}

/// Checks that the limits of the new version also apply to the records of the old version: a label of an old record is
/// taken, and old records count for each cap (limit on live families), for each pace (limit on creations or rotations
/// in a period), and for the limit on access tokens.
async fn all_counts(store: &RedisStore) {
    const NOW: u64 = 1_000;
    let ann = ann();
    let labelled = |text| ann.pat().labelled(text);
    let (held, free) = (labelled("ci"), labelled("gone").created(at(NOW)));
    let taken = insert(store, held.home(None), &held.records, NOW).await;
    assert_eq!(taken, Inserted::LabelTaken(family_id(&ann, 1)));

    // The old version created personal access tokens at the instants 1, 2, 3, 4 and 20.
    let paced = insert(store, free.bounded(None, Some(pace(5, at(0)))), &free.records, NOW).await;
    assert_eq!(paced, Inserted::PaceReached { oldest: at(1) });
    let made = insert(store, free.bounded(None, Some(pace(5, at(1)))), &free.records, NOW).await;
    assert_eq!(made, Inserted::Done, "its label was given back by the revocation");

    // Client 7 has three live families: the fifth, the sixth and the ninth. The eighth is revoked, the twelfth has
    // expired.
    let sign_in = || ann.refresh().through(client(7)).used(at(NOW));
    let (fourth, fifth, other) = (sign_in(), sign_in(), ann.refresh().through(client(8)));
    assert_eq!(insert(store, fourth.home(Some(3)), &fourth.records, NOW).await, Inserted::OwnerFull);
    assert_eq!(insert(store, fourth.home(Some(4)), &fourth.records, NOW).await, Inserted::Done);
    assert_eq!(insert(store, other.home(Some(1)), &other.records, NOW).await, Inserted::OwnerFull);
    let room = fifth.bounded(Some(make_room(4, at(NOW))), None);
    let ended = insert(store, room, &fifth.records, NOW).await;
    assert_eq!(ended, Inserted::MadeRoom(vec![family_id(&ann, 6)]), "the least recently used");
    let ended = read(store, &id(&ann, 6, 0)).await;
    assert_eq!(ended.revoked().map(|revoked| revoked.reason), Some(RevocationReason::MadeRoom));

    // The first rotation of the fifth family was at the instant 100. A shrunk record keeps this instant. Three access
    // tokens of the family are live.
    let mut next = fourth.successor(id(&ann, 5, 3), 4);
    next.id = id(&ann, 5, 4);
    let step = |since, access_cap| ParentUpdate::Supersede {
        expect: Version::FIRST,
        successor: next.id,
        nonce: None,
        honoured_until: Some(at(NOW + 10)),
        gone_at: Some(at(GONE)),
        labelled: false,
        cap: None,
        pace: Some(pace(3, at(since))),
        access_cap: Some(most(access_cap)),
    };
    let access =
        next.clone().with_id(id(&ann, 5, 14)).with_kind(TokenKind::AccessToken).with_digest(digest_of(&next.id));
    let new = [next.clone(), access];
    let parent = id(&ann, 5, 3);
    let paced = store.rotate(&parent, &step(99, 4), &new, at(NOW)).await;
    assert!(matches!(paced, Ok(Rotated::PaceReached { oldest }) if oldest == at(100)), "{paced:?}");
    let full = store.rotate(&parent, &step(100, 3), &new, at(NOW)).await;
    assert!(matches!(full, Ok(Rotated::FamilyFull { until }) if until == at(EXPIRES)), "{full:?}");
    let done = store.rotate(&parent, &step(100, 4), &new, at(NOW)).await;
    assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
    assert_eq!(read(store, &next.id).await.family().used_at, at(NOW));
}

/// Checks that all families can be revoked, that all records can be purged, and that no index entry remains.
async fn all_goes(space: &Space, backend: Backend, store: &RedisStore) {
    for person in [ann(), bob(), codes()] {
        let done = store.revoke(person.all(), revoked(at(2_000)), at(GONE + 9), most(1_000)).await.expect("an answer");
        assert!(done.changed > 0 && !done.more);
    }
    for (person, number, ..) in families() {
        assert!(read(store, &id(&person, number, 0)).await.revoked().is_some(), "family {number}");
    }
    let later = at(2 * GONE);
    while store.purge(later, later, later, most(100)).await.expect("an answer").more {}
    let pattern = format!("{}:*", space.prefix());
    let all = backend.each(|node| cmd("KEYS").arg(&pattern).query::<Vec<Vec<u8>>>(node).expect("keys"));
    let mut kinds: Vec<String> = all.into_iter().flatten().map(|key| kind_of(&key)).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["cd", "ci", "cu", "layout", "p"], "only clients, settings and the layout are left");
}

/// Returns the number of entries in the index of families that are not revoked.
fn places(space: &Space, backend: Backend) -> u64 {
    let shards = [ann(), bob(), codes()].map(|person| counterfoil::token::shard(&person.realm, &person.owner));
    let keys = shards.map(|shard| format!("{}:{{{shard:02x}}}:s", space.prefix()));
    let count = |key: &String| backend.each(|node| cmd("ZCARD").arg(key).query(node).unwrap_or(0));
    // A replica answers with a redirection to its primary. This counts as zero.
    keys.iter().flat_map(count).sum()
}

/// Returns the kind of a key `<prefix>:{<shard>}:<kind>` without any text that follows the kind.
fn kind_of(key: &[u8]) -> String {
    let text = String::from_utf8_lossy(key);
    let behind = text.split_once("}:").map_or_else(|| text.rsplit(':').next().unwrap_or_default(), |(_, kind)| kind);
    behind.split(':').next().unwrap_or_default().to_owned()
}

#[test]
fn what_layout_1_left_is_upgraded_and_counts_and_goes() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let space = left_behind(backend);
            assert_eq!(layout(&space, backend), "1");
            let store = space.open().await;
            assert_eq!(layout(&space, backend), "5");
            all_stands(&store).await;
            assert_eq!(places(&space, backend), 12, "one for each family that is not revoked");
            let clients = store.clients(&Realm::default(), None, most(9)).await.expect("a page");
            assert_eq!((clients.items.len(), clients.next, clients.corrupt), (2, None, 0));
            let settings = store.settings(&Realm::default()).await.expect("an answer").expect("settings").settings;
            assert!(matches!(settings.number(SettingName::AccessLifetimeSeconds), Reading::Value(600)));
            all_counts(&store).await;
            all_goes(&space, backend, &store).await;
        }
    });
}

/// Polls a future at most `turns` times, then drops it. Returns its output, or `None` if it was dropped before it was
/// ready.
pub(crate) async fn cut_off<T>(turns: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut turn) = (pin!(work), 0);
    poll_fn(move |context| {
        turn += 1;
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if turn >= turns => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[test]
fn an_upgrade_that_was_cut_off_is_gone_on_with_and_several_do_no_harm() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let mut under_way = 0;
            for turns in [4, 8, 12, 16, 24, 32, 48, 64, 96] {
                let space = left_behind(backend);
                let opened = cut_off(turns, space.open()).await;
                under_way += usize::from(opened.is_none() && layout(&space, backend) == "2");
                let (one, other) = tokio::join!(space.open(), space.open());
                assert_eq!(layout(&space, backend), "5", "after {turns} polls");
                all_stands(&one).await;
                assert_eq!(places(&space, backend), 12, "after {turns} polls");
                all_counts(&other).await;
                all_goes(&space, backend, &one).await;
            }
            assert!(under_way > 0, "the control: one at least was cut off after the layout said so");
        }
    });
}

/// A process with the old version of the crate was not stopped before the upgrade, and still writes rows in the old
/// layout. The store can read and revoke the families in these rows. The rows do not disturb other calls.
#[test]
fn what_a_node_of_the_old_version_writes_afterwards_is_read_and_revoked() {
    RUNTIME.block_on(async {
        let (space, person) = (left_behind(Backend::Single), ann());
        let store = space.open().await;
        let standing = format!("{}:{{{:02x}}}:s", space.prefix(), family_id(&person, 6).shard());
        for number in [6, 9] {
            let family = family_id(&person, number);
            let entry = [b"default\x00ann\x00003".as_slice(), &b"1700000001000000"[..], family.as_bytes()].concat();
            Backend::Single.each(|node| {
                let (key, old) = (space.family_key(&id(&person, number, 0)), "17000000010000001700000002000000");
                cmd("HSET").arg(&key).arg("e").arg(old).exec(node).expect("as the old version writes it");
                cmd("ZADD").arg(&standing).arg(0).arg(&entry).exec(node).expect("as the old version writes it");
            });
        }
        let strayed = read(&store, &id(&person, 6, 0)).await;
        assert_eq!((strayed.family().client, strayed.family().used_at), (Some(client(7)), at(6)));
        let page = store.list_families(&person.realm, &person.owner, None, most(100)).await.expect("a page");
        let listed: Vec<u8> = page.items.iter().map(|family| family.id.as_bytes()[9]).collect();
        assert_eq!(
            (listed, page.corrupt),
            (vec![1, 2, 4, 5, 6, 7, 9, 10, 12], 0),
            "once each, and without the revoked"
        );
        assert!(page.items.contains(strayed.family()));
        // The cap still counts the index entry from before the upgrade as one of the three families of client 7. This
        // insert removes the entry, so it need not revoke a family.
        let draft = person.refresh().through(client(7)).used(at(1_000));
        let room = draft.bounded(Some(make_room(3, at(1_000))), None);
        assert_eq!(insert(&store, room, &draft.records, 1_000).await, Inserted::Done);
        let full = person.refresh().through(client(7));
        assert_eq!(
            insert(&store, full.bounded(Some(refuse(3)), None), &full.records, 1_000).await,
            Inserted::OwnerFull
        );
        let done = store.revoke(person.all(), revoked(at(2_000)), at(GONE), most(100)).await.expect("an answer");
        assert!(!done.more);
        assert!(read(&store, &id(&person, 6, 0)).await.revoked().is_some());
        let left = Backend::Single.each(|node| cmd("EXISTS").arg(&standing).query::<Value>(node).expect("an answer"));
        assert_eq!(left, [Value::Int(0)], "no entry is left");
    });
}

/// Checks the upgrade of two families with labels that look alike. Layout 3 has a different label key for each label,
/// but the recomputed keys are equal. The upgrade gives the recomputed key to the first family only. Both families stay
/// live.
#[test]
fn fault_f2_label_keys_of_layout_3_are_made_anew_and_both_of_two_that_look_alike_stay() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (left_behind(backend), ann());
            drop(space.open().await);
            let shard = family_id(&person, 1).shard();
            let labels = format!("{}:{{{shard:02x}}}:l", space.prefix());
            for (number, now, old) in [(1, "ci", "nightly\u{FE0F}"), (4, "forever", "nightly\u{34F}")] {
                let key = space.family_key(&id(&person, number, 0));
                backend.each(|node| {
                    let Ok(Some(held)) =
                        cmd("HGET").arg(&labels).arg(format!("default\0ann\0{now}")).query::<Option<Vec<u8>>>(node)
                    else {
                        return;
                    };
                    cmd("HDEL").arg(&labels).arg(format!("default\0ann\0{now}")).exec(node).expect("an answer");
                    cmd("HSET")
                        .arg(&labels)
                        .arg(format!("default\0ann\0{old}"))
                        .arg(held)
                        .exec(node)
                        .expect("an answer");
                    cmd("HSET").arg(&key).arg("k").arg(old).exec(node).expect("an answer");
                });
            }
            let layout_key = format!("{}:layout", space.prefix());
            backend.each(|node| cmd("SET").arg(&layout_key).arg(3).arg("XX").exec(node).ok());
            let store = space.open().await;
            assert_eq!(layout(&space, backend), "5");
            let fields: Vec<String> = backend
                .each(|node| cmd("HKEYS").arg(&labels).query::<Vec<String>>(node).unwrap_or_default())
                .into_iter()
                .flatten()
                .collect();
            let held = |key: &str| fields.iter().any(|field| *field == format!("default\0ann\0{key}"));
            assert!(held("nightly") != held("nightly\u{FE0F}") && fields.len() == 3, "{fields:?}");
            let third = person.pat().labelled("nightly").created(at(900));
            let outcome = insert(&store, third.bounded(None, None), &third.records, 900).await;
            assert!(matches!(outcome, Inserted::LabelTaken(_)), "{outcome:?}");
            for number in [1, 4] {
                assert!(read(&store, &id(&person, number, 0)).await.revoked().is_none(), "both stay");
            }
        }
    });
}
