//! Writes one of each to a server, and prints every key that then stands there as the command that makes it again.
//!
//! An example of the crate as it was at commit 2d47c90, the last one that wrote layout 1.

use std::num::NonZeroU32;

use counterfoil::client::{ClientKey, Grant, RefreshMode, Registration};
use counterfoil::settings::{SettingName, StoredSettings};
use counterfoil::store::{
    Access, Change, ClientStore, Digest, FamilyBody, InsertInto, Inserted, NewFamily, NewRecord, Nonce, NoticeMark, Revoke,
    Revoked, Rotated, SettingsStore, ParentUpdate, TokenStore,
};
use counterfoil::{
    Description, FamilyId, KeyId, Label, OwnerId, Realm, RecordId, RevocationReason, SubjectId, TokenKind, Timestamp, Version,
};
use counterfoil_redis::redis::{Client, Connection, cmd};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

const EXPIRES: u64 = 1_000_000;
const GONE: u64 = 2_000_000;

fn at(micros: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + micros).expect("an instant")
}

fn ann() -> OwnerId {
    SubjectId::new("ann").expect("a subject").into()
}

fn bob() -> OwnerId {
    SubjectId::new("bob").expect("a subject").into()
}

fn family_id(owner: &OwnerId, number: u8) -> FamilyId {
    let mut bytes = [0; 10];
    (bytes[0], bytes[9]) = (counterfoil::shard(&Realm::default(), owner), number);
    FamilyId::from_bytes(bytes)
}

fn id(owner: &OwnerId, number: u8, member: u8) -> RecordId {
    let mut bytes = [0; 16];
    bytes[..10].copy_from_slice(family_id(owner, number).as_bytes());
    bytes[15] = member;
    RecordId::from_bytes(bytes)
}

fn sign_in(client: u8) -> FamilyBody {
    FamilyBody::SignIn {
        client: ClientKey::from_bytes([client; 16]),
        client_id: format!("client-{client}").parse().expect("a client id"),
        epoch: 3,
        grant: Some(Grant::Password),
        remember: true,
        opened_at: at(0),
        absolute_end: at(50 * GONE),
    }
}

fn record(owner: &OwnerId, number: u8, member: u8, kind: TokenKind, generation: u64, created: u64) -> NewRecord {
    NewRecord {
        id: id(owner, number, member),
        realm: Realm::default(),
        owner: owner.clone(),
        kind,
        parent: None,
        generation,
        created_at: at(created),
        scope: "demo:read".parse().ok(),
        label: None,
        description: None,
        digest: Digest::from_bytes([number; 32]),
        key_id: KeyId::new(1),
        expires_at: Some(at(EXPIRES)),
        gone_at: Some(at(GONE)),
        notice: None,
    }
}

struct Old(RedisStore);

impl Old {
    async fn found(
        &self,
        owner: &OwnerId,
        number: u8,
        kind: TokenKind,
        body: FamilyBody,
        label: Option<&str>,
        mut new: Vec<NewRecord>,
    ) {
        let label = label.map(|text| Label::new(text, 100).expect("a label"));
        let label_key = label.as_ref().map(Label::key);
        if let Some(first) = new.first_mut() {
            first.label = label;
        }
        let family = NewFamily {
            id: family_id(owner, number),
            realm: Realm::default(),
            owner: owner.clone(),
            kind,
            body,
            live_until: new[0].expires_at,
            gone_at: new[0].gone_at,
            label_key,
        };
        let done = self.0.insert(InsertInto::Found { family: &family, cap: None }, &new, at(0)).await.expect("answered");
        assert_eq!(done, Inserted::Done);
    }

    async fn refresh(&self, owner: &OwnerId, number: u8, generation: u8, now: u64) {
        let (next, access) = (generation + 1, generation + 11);
        let successor = record(owner, number, next, TokenKind::RefreshToken, u64::from(next), now);
        let beside = record(owner, number, access, TokenKind::AccessToken, u64::from(next), now);
        let step = ParentUpdate::Supersede {
            expect: Version::FIRST,
            successor: successor.id,
            nonce: Some(Nonce { bytes: [next; 32], key_id: KeyId::new(1) }),
            honoured_until: Some(at(now + 10)),
            gone_at: Some(at(GONE)),
            keep: 1_000,
        };
        let done = self.0.rotate(&id(owner, number, generation), &step, &[successor, beside], at(now)).await;
        assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
    }

    async fn slide(&self, owner: &OwnerId, number: u8, new: &[NewRecord], now: u64) {
        let step = ParentUpdate::Slide { expires_at: at(EXPIRES + now), gone_at: at(GONE + now) };
        let done = self.0.rotate(&id(owner, number, 0), &step, new, at(now)).await;
        assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
    }

    async fn revoke(&self, what: Revoke<'_>, now: u64, why: RevocationReason) {
        let one = NonZeroU32::MIN;
        let done = self.0.revoke(what, Revoked { at: at(now), why }, at(GONE + 5), one).await.expect("answered");
        assert_eq!(done.changed, 1);
    }
}

async fn write(store: &Old) {
    use TokenKind::{AccessToken, ConsoleSession, PersonalAccessToken, RefreshToken, SecurityCode};
    let (realm, ann, bob, codes) = (Realm::default(), ann(), bob(), OwnerId::realm());
    let first = |owner: &OwnerId, number, kind, created| record(owner, number, 0, kind, 0, created);

    // Personal access tokens: one with a notice, one handed over, one revoked, one without an end.
    let noticed =
        NewRecord { notice: Some(NoticeMark { at: at(900_000), stage: 0 }), ..first(&ann, 1, PersonalAccessToken, 1) };
    store.found(&ann, 1, PersonalAccessToken, FamilyBody::Alone, Some("ci"), vec![noticed]).await;
    store
        .found(
            &ann,
            2,
            PersonalAccessToken,
            FamilyBody::Alone,
            Some("old"),
            vec![first(&ann, 2, PersonalAccessToken, 2)],
        )
        .await;
    let next = record(&ann, 2, 1, PersonalAccessToken, 1, 20);
    let step = ParentUpdate::Supersede {
        expect: Version::FIRST,
        successor: next.id,
        nonce: None,
        honoured_until: None,
        gone_at: None,
        keep: 1_000,
    };
    assert!(matches!(store.0.rotate(&id(&ann, 2, 0), &step, &[next], at(20)).await, Ok(Rotated::Done)));
    store
        .found(
            &ann,
            3,
            PersonalAccessToken,
            FamilyBody::Alone,
            Some("gone"),
            vec![first(&ann, 3, PersonalAccessToken, 3)],
        )
        .await;
    store
        .revoke(Revoke::Family { realm: &realm, owner: &ann, family: family_id(&ann, 3) }, 30, RevocationReason::ByOwner)
        .await;
    let forever = NewRecord { expires_at: None, gone_at: None, ..first(&ann, 4, PersonalAccessToken, 4) };
    store.found(&ann, 4, PersonalAccessToken, FamilyBody::Alone, Some("forever"), vec![forever]).await;

    // Sign-ins: one rotated three times, of whose access tokens one is revoked; two of client 7 and one of client 8;
    // one revoked, one that slides, one that has expired.
    let both = |number, created| {
        vec![first(&ann, number, RefreshToken, created), record(&ann, number, 10, AccessToken, 0, created)]
    };
    store.found(&ann, 5, RefreshToken, sign_in(7), None, both(5, 5)).await;
    for (generation, now) in [(0, 100), (1, 200), (2, 300)] {
        store.refresh(&ann, 5, generation, now).await;
    }
    store.revoke(Revoke::One(&id(&ann, 5, 11)), 310, RevocationReason::ByClient).await;
    store.found(&ann, 6, RefreshToken, sign_in(7), None, both(6, 6)).await;
    store.found(&ann, 7, RefreshToken, sign_in(8), None, both(7, 7)).await;
    store.found(&ann, 8, RefreshToken, sign_in(7), None, both(8, 8)).await;
    store
        .revoke(Revoke::Family { realm: &realm, owner: &ann, family: family_id(&ann, 8) }, 40, RevocationReason::Replay)
        .await;
    store.found(&ann, 9, RefreshToken, sign_in(7), None, both(9, 9)).await;
    store.slide(&ann, 9, &[record(&ann, 9, 11, AccessToken, 0, 500)], 500).await;
    let mut early = both(12, 10);
    early[0].expires_at = Some(at(50));
    store.found(&ann, 12, RefreshToken, sign_in(7), None, early).await;

    // A session that slides, a security code, an edited token, a sign-in without a refresh token.
    let session = FamilyBody::Session { authenticated_at: at(11), absolute_end: at(50 * GONE) };
    store.found(&ann, 10, ConsoleSession, session, None, vec![first(&ann, 10, ConsoleSession, 11)]).await;
    store.slide(&ann, 10, &[], 600).await;
    let created_by = SubjectId::new("ann").expect("a subject");
    let code = FamilyBody::Code { created_by, access: Access::SuperAdministrator };
    let lasting = NewRecord { expires_at: None, gone_at: None, ..first(&codes, 11, SecurityCode, 12) };
    store.found(&codes, 11, SecurityCode, code, None, vec![lasting]).await;
    store
        .found(&bob, 13, PersonalAccessToken, FamilyBody::Alone, None, vec![first(&bob, 13, PersonalAccessToken, 13)])
        .await;
    let edit = Change::Edit { label: None, description: Description::new("edited").ok(), scope: None };
    let _edited = store.0.apply(&id(&bob, 13, 0), Version::FIRST, &edit, at(14)).await.expect("answered");
    store.found(&bob, 14, AccessToken, sign_in(7), None, vec![first(&bob, 14, AccessToken, 15)]).await;

    store.0.touch(&[(id(&ann, 1, 0), at(700))]).await.expect("touched");
    // The first two generations of the fifth shrink.
    let purged = store.0.purge(at(0), at(0), at(210), NonZeroU32::MAX).await.expect("purged");
    assert_eq!((purged.changed, purged.more), (2, false));

    for (client, display_name) in [(7, "seven"), (8, "eight")] {
        let registration = Registration {
            client_id: format!("client-{client}").parse().expect("a client id"),
            key: ClientKey::from_bytes([client; 16]),
            display_name: display_name.into(),
            secrets: Vec::new(),
            grants: vec![Grant::Password, Grant::RefreshToken],
            allowed_scope: None,
            default_scope: None,
            public: true,
            refresh_mode: RefreshMode::Rotate,
            resource_server: false,
            disabled: false,
            epoch: 3,
            created_at: at(0),
            unknown: counterfoil::client::UnknownFields::default(),
        };
        let _put = store.0.put_client(&realm, None, &registration).await.expect("put");
    }
    let mut settings = StoredSettings::default();
    settings.set_number(SettingName::AccessLifetimeSeconds, 600).expect("a setting");
    let _put = store.0.put_settings(&realm, None, &settings).await.expect("put");
}

/// A byte that is no visible ASCII character, a blank or a percent sign, in percent and two hex digits.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        if byte.is_ascii_graphic() && *byte != b'%' {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02x}"));
        }
    }
    text
}

fn dump(conn: &mut Connection) {
    let mut keys: Vec<Vec<u8>> = cmd("KEYS").arg("*").query(conn).expect("keys");
    keys.sort();
    for key in keys {
        let kind: String = cmd("TYPE").arg(&key).query(conn).expect("a type");
        let (command, mut values): (&str, Vec<Vec<u8>>) = match kind.as_str() {
            "hash" => ("HSET", cmd("HGETALL").arg(&key).query(conn).expect("a hash")),
            "set" => ("SADD", cmd("SMEMBERS").arg(&key).query(conn).expect("a set")),
            "string" => ("SET", vec![cmd("GET").arg(&key).query(conn).expect("a string")]),
            "zset" => {
                ("ZADD", cmd("ZRANGE").arg(&key).arg("0").arg("-1").arg("WITHSCORES").query(conn).expect("a zset"))
            }
            other => panic!("{other}"),
        };
        if kind == "zset" {
            values.chunks_mut(2).for_each(|pair| pair.swap(0, 1));
        }
        if kind == "hash" {
            let mut pairs: Vec<_> = values.chunks(2).map(<[Vec<u8>]>::to_vec).collect();
            pairs.sort();
            values = pairs.concat();
        }
        let words: Vec<String> = values.iter().map(|value| escaped(value)).collect();
        println!("{command} {} {}", escaped(&key), words.join(" "));
    }
}

fn main() {
    let server = RedisServer::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = Old(RedisStore::open(server.url(), Options::new()).await.expect("a store"));
        write(&store).await;
    });
    let mut conn = Client::open(server.url()).and_then(|client| client.get_connection()).expect("a connection");
    dump(&mut conn);
}
