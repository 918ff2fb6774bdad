//! Writes `sqlite.db` and `postgres.sql` as commit 2d47c90 writes them. Copy it to `crates/counterfoil-sql/examples/fill.rs` of that
//! commit and run `cargo run -p counterfoil-sql --example fill -- FOLDER`.

use std::num::NonZeroU32;
use std::process::Command;

use counterfoil::client::{ClientKey, Grant, RefreshMode, Registration};
use counterfoil::settings::StoredSettings;
use counterfoil::store::{
    ClientPut, ClientStore, Digest, FamilyBody, InsertInto, Inserted, NewFamily, NewRecord, Nonce, NoticeMark, Progress,
    Reserved, Revoke, Revoked, Rotated, SettingsPut, SettingsStore, ParentUpdate, Throttle, ThrottleKey, TokenStore,
};
use counterfoil::{
    FamilyId, KeyId, Label, OwnerId, Realm, RecordId, RevocationReason, Span, SubjectId, TokenKind, Timestamp, Version,
};
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use counterfoil_sql::{PgStore, SqliteStore};
use counterfoil_testkit::servers::Postgres;
use sqlx::ConnectOptions as _;
use sqlx::Executor as _;

const EXPIRES: u64 = 1_000_000;
const GONE: u64 = 2_000_000;
const REVOKED_GONE: u64 = 3_000_000;
const MANY: NonZeroU32 = NonZeroU32::MAX;

fn at(micros: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + micros).expect("an instant")
}

fn id(family: u8, member: u8) -> RecordId {
    let mut bytes = [family; 16];
    bytes[10..].copy_from_slice(&[member; 6]);
    RecordId::from_bytes(bytes)
}

fn person(name: &str) -> OwnerId {
    SubjectId::new(name).expect("a subject").into()
}

fn sign_in(client: u8, opened: u64) -> FamilyBody {
    FamilyBody::SignIn {
        client: ClientKey::from_bytes([client, 0, 255, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13]),
        client_id: "sample".parse().expect("a client id"),
        epoch: 3,
        grant: Some(Grant::Password),
        remember: true,
        opened_at: at(opened),
        absolute_end: at(50 * GONE),
    }
}

fn family(number: u8, owner: OwnerId, kind: TokenKind, body: FamilyBody) -> NewFamily {
    let (live_until, gone_at) = (Some(at(EXPIRES)), Some(at(GONE)));
    let id = FamilyId::from_bytes([number; 10]);
    NewFamily { id, realm: Realm::default(), owner, kind, body, live_until, gone_at, label_key: None }
}

fn record(family: &NewFamily, member: u8, kind: TokenKind, generation: u64, created: u64) -> NewRecord {
    let id = id(family.id.as_bytes()[0], member);
    NewRecord {
        id,
        realm: family.realm.clone(),
        owner: family.owner.clone(),
        kind,
        parent: None,
        generation,
        created_at: at(created),
        scope: "demo:read".parse().ok(),
        label: None,
        description: None,
        digest: Digest::from_bytes([family.id.as_bytes()[0]; 32]),
        key_id: KeyId::new(1),
        expires_at: family.live_until,
        gone_at: family.gone_at,
        notice: None,
    }
}

async fn found(store: &impl TokenStore, family: &NewFamily, new: &[NewRecord]) {
    let done = store.insert(InsertInto::Found { family, cap: NonZeroU32::new(50) }, new, at(0)).await;
    assert_eq!(done.expect("an answer"), Inserted::Done);
}

async fn supersede(store: &impl TokenStore, parent: RecordId, new: &[NewRecord], now: u64, overlap: bool) {
    let step = ParentUpdate::Supersede {
        expect: Version::FIRST,
        successor: new[0].id,
        nonce: (!overlap).then_some(Nonce { bytes: [9; 32], key_id: KeyId::new(1) }),
        honoured_until: (!overlap).then(|| at(now + 5)),
        gone_at: (!overlap).then(|| at(GONE)),
        keep: 3,
    };
    assert!(matches!(store.rotate(&parent, &step, new, at(now)).await, Ok(Rotated::Done)));
}

async fn revoke(store: &impl TokenStore, what: Revoke<'_>, now: u64) {
    let revoked = Revoked { at: at(now), why: RevocationReason::ByHost };
    let done = store.revoke(what, revoked, at(REVOKED_GONE), MANY).await;
    assert_eq!(done.expect("an answer"), Progress { changed: 1, more: false });
}

async fn slide(store: &impl TokenStore, parent: RecordId, new: &[NewRecord], now: u64) {
    let step = ParentUpdate::Slide { expires_at: at(EXPIRES + now), gone_at: at(GONE + now) };
    assert!(matches!(store.rotate(&parent, &step, new, at(now)).await, Ok(Rotated::Done)));
}

async fn fill<S: TokenStore + ClientStore + SettingsStore + Throttle>(store: &S) {
    let ann = || person("ann");
    let (pat, refresh, access) = (TokenKind::PersonalAccessToken, TokenKind::RefreshToken, TokenKind::AccessToken);

    // 1: holds a label.
    let label = Label::new("CI", 20).expect("a label");
    let one = NewFamily { label_key: Some(label.key()), ..family(1, ann(), pat, FamilyBody::Alone) };
    found(store, &one, &[NewRecord { label: Some(label.clone()), ..record(&one, 0, pat, 0, 10) }]).await;
    // 2: held one, and is revoked.
    let other = Label::new("old", 20).expect("a label");
    let two = NewFamily { label_key: Some(other.key()), ..family(2, ann(), pat, FamilyBody::Alone) };
    found(store, &two, &[NewRecord { label: Some(other), ..record(&two, 0, pat, 0, 20) }]).await;
    revoke(store, Revoke::Family { realm: &two.realm, owner: &two.owner, family: two.id }, 25).await;
    // 3: handed over, the old half honoured still.
    let three = family(3, ann(), pat, FamilyBody::Alone);
    found(store, &three, &[record(&three, 0, pat, 0, 30)]).await;
    supersede(store, id(3, 0), &[record(&three, 1, pat, 1, 40)], 40, true).await;
    // 4: rotated five times, of which three generations are left, the oldest of them shrunk.
    let four = family(4, ann(), refresh, sign_in(7, 50));
    found(store, &four, &[record(&four, 0, refresh, 0, 50), record(&four, 100, access, 0, 50)]).await;
    for generation in 1..=5_u8 {
        let now = 50 + 10 * u64::from(generation);
        let next = record(&four, generation, refresh, generation.into(), now);
        let beside = record(&four, 100 + generation, access, generation.into(), now);
        supersede(store, id(4, generation - 1), &[next, beside], now, false).await;
    }
    let shrunk = store.purge(at(0), at(0), at(95), MANY).await.expect("an answer");
    assert_eq!(shrunk, Progress { changed: 1, more: false });
    // 5: another client's, slid, with two live access tokens and a revoked one.
    let five = family(5, ann(), refresh, sign_in(8, 110));
    found(store, &five, &[record(&five, 0, refresh, 0, 110), record(&five, 100, access, 0, 110)]).await;
    slide(store, id(5, 0), &[record(&five, 101, access, 0, 120), record(&five, 102, access, 0, 120)], 120).await;
    revoke(store, Revoke::One(&id(5, 101)), 125).await;
    // 6: untouched, the least recently used of its client.
    let six = family(6, ann(), refresh, sign_in(7, 55));
    found(store, &six, &[record(&six, 0, refresh, 0, 55)]).await;
    // 7: revoked.
    let seven = family(7, ann(), refresh, sign_in(7, 130));
    found(store, &seven, &[record(&seven, 0, refresh, 0, 130)]).await;
    revoke(store, Revoke::Family { realm: &seven.realm, owner: &seven.owner, family: seven.id }, 135).await;
    // 8: a session, slid.
    let body = FamilyBody::Session { authenticated_at: at(140), absolute_end: at(50 * GONE) };
    let eight = family(8, ann(), TokenKind::ConsoleSession, body);
    found(store, &eight, &[record(&eight, 0, TokenKind::ConsoleSession, 0, 140)]).await;
    slide(store, id(8, 0), &[], 150).await;
    // 9: a permanent security code.
    let access_level = counterfoil::store::Access::SuperAdministrator;
    let body = FamilyBody::Code { created_by: SubjectId::new("root").expect("a subject"), access: access_level };
    let code = family(9, OwnerId::realm(), TokenKind::SecurityCode, body);
    let nine = NewFamily { live_until: None, gone_at: None, ..code };
    found(store, &nine, &[record(&nine, 0, TokenKind::SecurityCode, 0, 160)]).await;
    // 10: another realm's, with a notice.
    let realm = Realm::new("other").expect("a realm");
    let ten = NewFamily { realm, ..family(10, ann(), pat, FamilyBody::Alone) };
    let notice = Some(NoticeMark { at: at(500), stage: 1 });
    found(store, &ten, &[NewRecord { notice, ..record(&ten, 0, pat, 0, 170) }]).await;

    for (key, client_id) in [(7, "sample"), (8, "second")] {
        let registration = Registration {
            client_id: client_id.parse().expect("a client id"),
            key: ClientKey::from_bytes([key; 16]),
            display_name: client_id.into(),
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
        };
        let put = store.put_client(&Realm::default(), None, &registration).await.expect("an answer");
        assert!(matches!(put, ClientPut::Done(_)));
    }
    let mut settings = StoredSettings::default();
    settings.set_personal_access_tokens(true);
    let put = store.put_settings(&Realm::default(), None, &settings).await.expect("an answer");
    assert!(matches!(put, SettingsPut::Done(_)));
    for _ in 0..3 {
        let key = ThrottleKey::from_bytes([5; 32]);
        let reserved = store.reserve(&key, at(0), Span::seconds(60), MANY).await.expect("an answer");
        assert_eq!(reserved, Reserved::Granted);
    }
}

#[tokio::main]
async fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder"));

    let file = SqliteConnectOptions::new().filename(folder.join("sqlite.db")).create_if_missing(true).page_size(512);
    let store = SqliteStore::open(file.clone()).await.expect("a store");
    fill(&store).await;
    store.close().await;
    let mut raw = file.connect().await.expect("a connection");
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");

    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port()).username("postgres");
    let store = PgStore::connect(options.database("postgres")).await.expect("a store");
    fill(&store).await;
    store.close().await;
    let port = server.port().to_string();
    let dump = Command::new("pg_dump")
        .args(["--inserts", "--no-owner", "--host", "127.0.0.1", "--port", &port, "--username", "postgres", "postgres"])
        .output()
        .expect("pg_dump");
    assert!(dump.status.success());
    // Without psql's own commands and the empty search path, so that it goes into any schema.
    let text = String::from_utf8(dump.stdout).expect("a text");
    let kept = text.lines().filter(|line| !line.starts_with('\\') && !line.contains("set_config('search_path'"));
    let kept = kept.map(|line| line.replace("public.", "")).collect::<Vec<_>>().join("\n");
    std::fs::write(folder.join("postgres.sql"), kept).expect("written");
}
