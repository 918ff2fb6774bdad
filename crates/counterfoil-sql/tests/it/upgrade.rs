//! Tests with databases that an early version of the crate wrote (`testdata/2d47c90`). The store must open and upgrade
//! them, and limits must count the records in them. Also tests damaged family bodies, and label keys that the upgrade
//! recomputes.

use crate::support::RUNTIME;
use counterfoil::Realm;
use counterfoil::client::ClientKey;
use counterfoil::store::{
    Cap, ClientStore, InsertInto, Inserted, Page, Rotated, SettingsStore, TokenRecord, TokenStore,
};
use counterfoil::types::{FamilyId, OwnerId, RecordId, TokenKind, Version};
use counterfoil_conformance::sample::{
    Draft, EXPIRES, Person, at, bounded, digest_of, make_room, most, must_get, pace, refuse, supersede,
};

const PAT: TokenKind = TokenKind::PersonalAccessToken;
const REFRESH: TokenKind = TokenKind::RefreshToken;

fn family(number: u8) -> FamilyId {
    FamilyId::from_bytes([number; 10])
}

fn id(family: u8, member: u8) -> RecordId {
    let mut bytes = [family; 16];
    bytes[10..].copy_from_slice(&[member; 6]);
    RecordId::from_bytes(bytes)
}

fn client(first: u8) -> ClientKey {
    ClientKey::from_bytes([first, 0, 255, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13])
}

fn ann() -> Person {
    Person::new("default", "ann")
}

async fn read(store: &dyn TokenStore, family: u8, member: u8) -> TokenRecord {
    must_get(store, &id(family, member)).await.expect("it stands")
}

async fn insert(store: &dyn TokenStore, draft: &Draft, cap: Option<Cap>) -> Inserted {
    store.insert(draft.bounded(cap, None), &draft.records, at(200)).await.expect("an answer")
}

async fn standing(store: &dyn TokenStore, person: &Person, kind: TokenKind) -> Vec<RecordId> {
    let page = store.list(person.standing(kind, at(200)), None, most(50)).await.expect("a page");
    let Page { items, next: None, corrupt: 0 } = page else { panic!("one whole page") };
    items.iter().map(|record| record.record().id).collect()
}

async fn what_stood_stands(store: &dyn TokenStore) {
    let used = |record: &TokenRecord| (record.family().client, record.family().used_at);
    let one = read(store, 1, 0).await;
    assert_eq!(used(&one), (None, at(10)));
    let two = read(store, 2, 0).await;
    assert_eq!((two.revoked().map(|revoked| revoked.at), two.gone_at()), (Some(at(25)), Some(at(3_000_000))));
    let three = read(store, 3, 0).await.record().superseded.expect("handed over");
    assert_eq!((three.successor, three.honoured_until), (id(3, 1), None));

    for removed in 0..3 {
        assert!(store.get(&id(4, removed)).await.expect("an answer").is_none(), "`keep` removed it");
    }
    assert!(read(store, 4, 3).await.record().shrunk);
    let nonce = read(store, 4, 4).await.record().superseded.expect("rotated").nonce;
    assert_eq!(nonce.map(|nonce| nonce.bytes), Some([9; 32]));
    let four = read(store, 4, 5).await;
    assert!(four.is_newest() && used(&four) == (Some(client(7)), at(100)), "{four:?}");

    assert_eq!(used(&read(store, 5, 0).await), (Some(client(8)), at(120)));
    assert!(read(store, 5, 101).await.revoked().is_some());
    assert_eq!(used(&read(store, 6, 0).await), (Some(client(7)), at(55)));
    assert_eq!(read(store, 7, 0).await.revoked().map(|revoked| revoked.at), Some(at(135)));
    assert_eq!(used(&read(store, 8, 0).await), (None, at(150)));
    assert_eq!(used(&read(store, 9, 0).await), (None, at(160)));
    let notice = read(store, 10, 0).await.record().notice.expect("a notice");
    assert_eq!((notice.at, notice.stage), (at(500), 1));

    assert_eq!(standing(store, &ann(), PAT).await, [id(3, 1), id(3, 0), id(1, 0)]);
    assert_eq!(standing(store, &ann(), REFRESH).await, [id(5, 0), id(4, 5), id(6, 0)]);
    assert_eq!(standing(store, &ann(), TokenKind::AccessToken).await.len(), 8, "six of one sign-in and two of another");
    assert_eq!(standing(store, &Person::new("other", "ann"), PAT).await, [id(10, 0)]);
}

/// Checks that paces count records that were created before the upgrade, including deleted ones. A pace limits how many
/// records are created, or how often a family is rotated, in a period. Also checks that the instant of a rotation is
/// kept after upkeep has shrunk the replaced record (reduced it to the fields that detect a reuse).
async fn paces_count(store: &dyn TokenStore) {
    let draft = ann().pat().created(at(200));
    let paced = |since| draft.bounded(None, Some(pace(4, at(since))));
    let refused = store.insert(paced(9), &draft.records, at(200)).await.expect("an answer");
    assert_eq!(refused, Inserted::PaceReached { oldest: at(10) });
    assert_eq!(store.insert(paced(10), &draft.records, at(200)).await.expect("an answer"), Inserted::Done);

    let tip = read(store, 4, 5).await;
    let mut next = Person::new("default", "ann").refresh().successor(tip.record().id, 6);
    (next.id, next.digest) = (id(4, 6), digest_of(&id(4, 6)));
    let rotate = async |limit, since: u64| {
        let step = supersede(Version::FIRST, next.id, at(200));
        let step = bounded(step, Some(pace(limit, at(since))), None);
        store.rotate(&id(4, 5), &step, std::slice::from_ref(&next), at(200)).await.expect("an answer")
    };
    assert!(matches!(rotate(2, 89).await, Rotated::PaceReached { oldest } if oldest == at(90)));
    assert!(matches!(rotate(1, 90).await, Rotated::PaceReached { oldest } if oldest == at(100)));
    assert!(matches!(rotate(2, 90).await, Rotated::Done), "equality is reached");
    assert!(read(store, 4, 3).await.record().shrunk, "an older generation stays");
    assert_eq!(read(store, 4, 6).await.family().used_at, at(200));
}

/// Checks that caps count families that were live before the upgrade, and that a cap ends the least recently used
/// families. A cap limits how many families are live at once. Families are counted separately for each client. The
/// previous version stored the client only in the family's body, so the upgrade must read it there.
async fn caps_count(store: &dyn TokenStore) {
    let through = |first| ann().refresh().through(client(first)).used(at(200));
    let (seventh, eighth) = (through(7), through(8));
    assert_eq!(insert(store, &seventh, Some(refuse(2))).await, Inserted::OwnerFull);
    assert_eq!(insert(store, &seventh, Some(make_room(2, at(200)))).await, Inserted::MadeRoom(vec![family(6)]));
    assert!(read(store, 6, 0).await.revoked().is_some() && read(store, 4, 6).await.revoked().is_none());
    assert_eq!(insert(store, &eighth, Some(refuse(1))).await, Inserted::OwnerFull);
    assert_eq!(insert(store, &eighth, Some(refuse(2))).await, Inserted::Done);
    let mut session = ann().pat();
    (session.family.kind, session.records[0].kind) = (TokenKind::ConsoleSession, TokenKind::ConsoleSession);
    assert_eq!(insert(store, &session, Some(refuse(1))).await, Inserted::OwnerFull);
    let mut code = Person { realm: Realm::default(), owner: OwnerId::realm() }.pat();
    (code.family.kind, code.records[0].kind) = (TokenKind::SecurityCode, TokenKind::SecurityCode);
    assert_eq!(insert(store, &code, Some(refuse(1))).await, Inserted::OwnerFull);

    let home = |cap| InsertInto::Join { family: family(5), generation: 0, access_cap: Some(most(cap)) };
    let access = through(8).access(0).with_id(id(5, 103));
    let full = store.insert(home(2), std::slice::from_ref(&access), at(200)).await.expect("an answer");
    assert_eq!(full, Inserted::FamilyFull { until: at(EXPIRES) });
    assert_eq!(store.insert(home(3), &[access], at(200)).await.expect("an answer"), Inserted::Done);
}

async fn labels_are_held(store: &dyn TokenStore) {
    assert_eq!(insert(store, &ann().pat().labelled("ci"), None).await, Inserted::LabelTaken(family(1)));
    assert_eq!(insert(store, &ann().pat().labelled("old"), None).await, Inserted::Done);
}

async fn siblings_stand<S: ClientStore + SettingsStore>(store: &S) {
    let page = store.clients(&Realm::default(), None, most(1)).await.expect("a page");
    assert_eq!((page.items.len(), page.corrupt), (1, 0));
    let rest = store.clients(&Realm::default(), page.next.as_ref(), most(1)).await.expect("a page");
    assert!(rest.items[0].registration.client_id.as_str() == "second" && rest.next.is_none());
    let settings = store.settings(&Realm::default()).await.expect("an answer").expect("settings");
    assert_eq!(settings.version, Version::FIRST);
    assert_eq!(store.last_upkeep().await.expect("an answer"), None);
    assert!(store.note_upkeep(None, at(1)).await.expect("an answer"));
    assert_eq!(store.last_upkeep().await.expect("an answer"), Some(at(1)));
}

async fn an_upgraded_store_is_whole<S: TokenStore + ClientStore + SettingsStore>(store: &S) {
    what_stood_stands(store).await;
    paces_count(store).await;
    caps_count(store).await;
    labels_are_held(store).await;
    siblings_stand(store).await;
}

/// Family bodies that no version wrote: invalid JSON, a body without a client, and clients that are not 16 bytes.
const DAMAGE: [(u8, &str); 4] = [
    (1, "{"),
    (4, r#"{"sign_in":{"client":[1,2,3],"client_id":"x"}}"#),
    (5, r#"{"sign_in":{"client":[300,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"client_id":"x"}}"#),
    (6, r#"{"sign_in":{"client":"x"}}"#),
];

/// Checks a store that was upgraded with the damaged families of [`DAMAGE`]. Reading a damaged family must return an
/// error. All other families must be unchanged.
async fn damage_stops_no_upgrade(store: &dyn TokenStore) {
    for (number, member) in [(1, 0), (4, 5), (5, 0), (6, 0)] {
        let answer = store.get(&id(number, member)).await;
        assert!(matches!(answer, Err(counterfoil::store::StoreError::Corrupt { .. })), "{answer:?}");
    }
    assert_eq!(read(store, 8, 0).await.family().used_at, at(150));
}

/// Label keys as the previous version stored them. Two of the labels look alike, the third one looks different.
const OLD_KEYS: [(u8, &str); 3] = [(1, "nightly\u{FE0F}"), (3, "nightly\u{34F}"), (8, "stra\u{DF}e")];

/// Checks a store that was upgraded with the keys of [`OLD_KEYS`]. Of the two families whose labels look alike, the
/// first gets the new key, and the second keeps its old key. Creating another family with such a label must be refused.
async fn labels_are_compared_anew(store: &dyn TokenStore) {
    assert_eq!(insert(store, &ann().pat().labelled("nightly"), None).await, Inserted::LabelTaken(family(1)));
    for number in [1, 3] {
        assert!(read(store, number, 0).await.revoked().is_none(), "both stay");
    }
    let free = ann().pat().labelled("nightly 2");
    assert_eq!(insert(store, &free, None).await, Inserted::Done);
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use counterfoil_sql::SqliteStore;
    use sqlx::Executor as _;

    use super::*;
    use crate::support::files::{File, raw};

    const WRITTEN: &[u8] = include_bytes!("../../testdata/2d47c90/sqlite.db");

    fn written() -> File {
        let file = File::new();
        std::fs::write(file.path(), WRITTEN).expect("a file");
        file
    }

    #[test]
    fn a_file_of_2d47c90_opens_and_counts_right() {
        RUNTIME.block_on(async {
            let file = written();
            let found: i64 = sqlx::query_scalar("SELECT max(version) FROM counterfoil_schema")
                .fetch_one(&mut raw(&file).await)
                .await
                .expect("a version");
            assert_eq!(found, 1, "the control: not upgraded yet");
            an_upgraded_store_is_whole(&file.open().await).await;
            assert!(SqliteStore::open(file.options()).await.is_ok(), "and opens again");
        });
    }

    #[test]
    fn a_damaged_body_stops_no_upgrade_of_a_file() {
        RUNTIME.block_on(async {
            let file = written();
            let mut raw = raw(&file).await;
            for (number, body) in DAMAGE {
                let damage = sqlx::query("UPDATE counterfoil_family SET body = ?1 WHERE id = ?2").bind(body);
                raw.execute(damage.bind(family(number).as_bytes().to_vec())).await.expect("damaged");
            }
            damage_stops_no_upgrade(&file.open().await).await;
        });
    }

    #[test]
    fn fault_f2_label_keys_of_a_file_are_made_anew_and_both_of_two_that_look_alike_stay() {
        RUNTIME.block_on(async {
            let file = written();
            let mut raw = raw(&file).await;
            for (number, key) in OLD_KEYS {
                let old = sqlx::query("UPDATE counterfoil_family SET label_key = ?1 WHERE id = ?2").bind(key);
                raw.execute(old.bind(family(number).as_bytes().to_vec())).await.expect("an old key");
            }
            labels_are_compared_anew(&file.open().await).await;
            let keys: Vec<String> =
                sqlx::query_scalar("SELECT label_key FROM counterfoil_family WHERE label_key IS NOT NULL ORDER BY id")
                    .fetch_all(&mut raw)
                    .await
                    .expect("keys");
            assert!(
                ["nightly", "nightly\u{34F}", "stra\u{DF}e"].iter().all(|key| keys.iter().any(|own| own == key)),
                "{keys:?}"
            );
        });
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use sqlx::Executor as _;

    use super::*;
    use crate::support::schemas::{Schema, raw};

    const WRITTEN: &str = include_str!("../../testdata/2d47c90/postgres.sql");

    async fn written() -> Schema {
        let schema = Schema::new().await;
        sqlx::raw_sql(WRITTEN).execute(&mut raw(&schema.options()).await).await.expect("what the dump says");
        schema
    }

    #[test]
    fn a_database_of_2d47c90_opens_and_counts_right() {
        RUNTIME.block_on(async {
            let schema = written().await;
            let found: i64 = sqlx::query_scalar("SELECT max(version) FROM counterfoil_schema")
                .fetch_one(&mut raw(&schema.options()).await)
                .await
                .expect("a version");
            assert_eq!(found, 2, "the control: not upgraded yet");
            an_upgraded_store_is_whole(&schema.open().await).await;
            drop(schema.open().await);
        });
    }

    #[test]
    fn a_damaged_body_stops_no_upgrade_of_a_database() {
        RUNTIME.block_on(async {
            let schema = written().await;
            let mut raw = raw(&schema.options()).await;
            for (number, body) in DAMAGE {
                let damage = sqlx::query("UPDATE counterfoil_family SET body = $1 WHERE id = $2").bind(body);
                raw.execute(damage.bind(family(number).as_bytes().to_vec())).await.expect("damaged");
            }
            damage_stops_no_upgrade(&schema.open().await).await;
        });
    }

    #[test]
    fn fault_f2_label_keys_of_a_database_are_made_anew_and_both_of_two_that_look_alike_stay() {
        RUNTIME.block_on(async {
            let schema = written().await;
            let mut raw = raw(&schema.options()).await;
            for (number, key) in OLD_KEYS {
                let old = sqlx::query("UPDATE counterfoil_family SET label_key = $1 WHERE id = $2").bind(key);
                raw.execute(old.bind(family(number).as_bytes().to_vec())).await.expect("an old key");
            }
            labels_are_compared_anew(&schema.open().await).await;
            let keys: Vec<String> =
                sqlx::query_scalar("SELECT label_key FROM counterfoil_family WHERE label_key IS NOT NULL ORDER BY id")
                    .fetch_all(&mut raw)
                    .await
                    .expect("keys");
            assert!(
                ["nightly", "nightly\u{34F}", "stra\u{DF}e"].iter().all(|key| keys.iter().any(|own| own == key)),
                "{keys:?}"
            );
        });
    }
}
