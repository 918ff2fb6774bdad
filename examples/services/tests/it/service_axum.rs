//! Tests of `service_axum`: its users table, the modes of its files, sign-ins, tokens with scopes, restarts, a new
//! password, and a mail.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::Policy;
use counterfoil::testing::ManualClock;
use counterfoil::{Counterfoil, NewPersonalAccessToken, Presenter};
use counterfoil_sql::{SqliteStore, sqlx};
use counterfoil_testkit::servers::Smtp;

use crate::process::{Process, command, run};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_service_axum");
const ANN: &str = "ann@example.com";

/// Adds the person `ann` to the service whose files are in `folder`.
pub(crate) fn add_ann(folder: &Path) {
    run(PROGRAM, folder, &[("PASSWORD", "first")], &["add", ANN]);
}

/// Starts the service whose files are in `folder`, with the person `ann`.
fn with_ann(folder: &Path) -> Process {
    add_ann(folder);
    Process::start(PROGRAM, folder, &[])
}

/// Signs `ann` in. Returns the access token.
pub(crate) async fn sign_in(service: &Process, password: &str) -> String {
    let answer = service.post("/sign-in", "", &format!(r#"["{ANN}","{password}",null]"#)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.member("access_token")
}

/// Creates a personal access token with this scope. Returns its text.
pub(crate) async fn token(service: &Process, signed_in: &str, label: &str, scope: &str) -> String {
    let new = format!(r#"{{"label":"{label}","expires_in_days":30,"scope":"{scope}"}}"#);
    let answer = service.post("/me/tokens", signed_in, &new).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.member("token")
}

#[tokio::test]
async fn host_71_service_axum_signs_people_in_and_gives_them_tokens_with_scopes() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_ann(folder.path());
    for wrong in [r#"["ann@example.com","wrong",null]"#, r#"["bob@example.com","first",null]"#] {
        assert_eq!(service.post("/sign-in", "", wrong).await.status, 401);
    }
    let signed_in = sign_in(&service, "first").await;
    let reader = token(&service, &signed_in, "reader", "projects:read").await;
    let writer = token(&service, &signed_in, "writer", "projects:write").await;
    assert_eq!(service.get("/projects", &reader).await.body, "the projects of ann@example.com\n");
    let refused = service.get("/projects", &writer).await;
    assert_eq!(refused.status, 403);
    assert!(refused.challenge.contains(r#"error="insufficient_scope", scope="projects:read""#), "{refused:?}");
    let nobody = service.get("/projects", "").await;
    assert_eq!((nobody.status, nobody.challenge.as_str()), (401, r#"Bearer realm="default""#));
    let unknown = r#"{"label":"else","expires_in_days":30,"scope":"else"}"#;
    assert_eq!(service.post("/me/tokens", &signed_in, unknown).await.status, 422, "a scope that it does not know");
}

#[test]
fn host_71_only_its_owner_may_read_a_file_of_service_axum() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_ann(folder.path());
    let files = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = files.map(|file| (file.file_name(), file.metadata().expect("a file").permissions().mode() & 0o777));
    let files: Vec<_> = files.collect();
    assert!(["users.db", "service.db", "service.keys"].iter().all(|name| files.iter().any(|file| file.0 == *name)));
    assert!(files.iter().all(|file| file.1 & 0o077 == 0), "{files:?}");
    drop(service);
}

#[tokio::test]
async fn host_71_a_restart_of_service_axum_keeps_tokens_and_a_foreign_key_ring_stops_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_ann(folder.path());
    let reader = token(&service, &sign_in(&service, "first").await, "reader", "projects:read").await;
    service.terminate();
    let service = Process::start(PROGRAM, folder.path(), &[]);
    assert_eq!(service.get("/projects", &reader).await.status, 200);
    service.stop();

    std::fs::remove_file(folder.path().join("service.keys")).expect("a key file");
    let output = command(PROGRAM, folder.path(), &[]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty(), "it served");
    assert!(said.contains("put back the key file that belongs to the store"), "{said}");
}

#[tokio::test]
async fn host_71_a_new_password_in_service_axum_ends_the_other_sign_ins_and_the_tokens() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_ann(folder.path());
    let (here, there) = (sign_in(&service, "first").await, sign_in(&service, "first").await);
    let reader = token(&service, &here, "reader", "projects:read").await;
    assert_eq!(service.get("/projects", &there).await.status, 200);
    let wrong = service.post("/sign-in", "", r#"["ann@example.com","wrong","second"]"#).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(service.get("/projects", &there).await.status, 200, "nothing was changed");

    let changed = service.post("/sign-in", "", r#"["ann@example.com","first","second"]"#).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    for ended in [&here, &there, &reader] {
        assert_eq!(service.get("/projects", ended).await.status, 401);
    }
    assert_eq!(service.get("/projects", &changed.member("access_token")).await.status, 200);
    assert_eq!(service.post("/sign-in", "", r#"["ann@example.com","first",null]"#).await.status, 401);
    sign_in(&service, "second").await;

    // The refresh token of the new sign-in works. The client needs no secret for it.
    let refresh_token = changed.member("refresh_token");
    let form = format!("grant_type=refresh_token&client_id=app&refresh_token={refresh_token}");
    let refreshed = service.post("/token", "", &form).await;
    assert_eq!(service.get("/projects", &refreshed.member("access_token")).await.status, 200, "{refreshed:?}");
}

/// Changes a password while requests to sign in with the old password are in progress. Such a request can succeed
/// before the change or during it. Checks that after the change no token from such a request is valid.
#[tokio::test]
async fn host_71_a_sign_in_in_progress_does_not_outlive_a_new_password_in_service_axum() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_ann(folder.path());
    // Signs in again and again, until the old password is refused.
    let old = async || {
        let mut granted = Vec::new();
        loop {
            let answer = service.post("/sign-in", "", r#"["ann@example.com","first",null]"#).await;
            if answer.status != 200 {
                return (answer.status, granted);
            }
            granted.push(answer.member("access_token"));
        }
    };
    let change = service.post("/sign-in", "", r#"["ann@example.com","first","second"]"#);
    let (changed, first, second, third) = tokio::join!(change, old(), old(), old());
    assert_eq!(changed.status, 200, "{changed:?}");
    for (refused, granted) in [first, second, third] {
        assert_eq!(refused, 401);
        for token in granted {
            assert_eq!(service.get("/projects", &token).await.status, 401);
        }
    }
    assert_eq!(service.get("/projects", &changed.member("access_token")).await.status, 200);
}

/// Writes to the service's files a token that was created 24 days ago with a lifetime of 30 days.
async fn old_token(folder: &Path) {
    let people = MemoryDirectory::default();
    let ann = people.insert_member(1, ANN, "first");
    let then = SystemClock.now().minus(Duration::from_secs(24 * 86_400));
    let store = SqliteStore::open_or_create(folder.join("service.db")).await.expect("the store");
    let builder = Counterfoil::builder().policy(Policy::open()).store(store.clone()).directory(people);
    let builder = builder.key_ring_file(folder.join("service.keys")).expect("the key ring");
    let counterfoil = builder.clock(Arc::new(ManualClock::at(then))).start().await.expect("a start");
    let new = NewPersonalAccessToken::for_days("nightly build", 30);
    counterfoil.create_personal_access_token(&Presenter::signed_in(&ann), &new).await.expect("a token");
    store.close().await;
    // The person was added after the instant of the token's creation, so `valid_since` would make the token invalid.
    let url = format!("sqlite://{}", folder.join("users.db").display());
    let users = sqlx::SqlitePool::connect(&url).await.expect("the users");
    sqlx::query("update users set valid_since = 0").execute(&users).await.expect("one row");
    users.close().await;
}

#[tokio::test]
async fn host_71_service_axum_tells_people_by_mail_that_a_token_expires() {
    let folder = tempfile::tempdir().expect("a folder");
    add_ann(folder.path());
    old_token(folder.path()).await;
    let smtp = Smtp::start();
    let _service = Process::start(PROGRAM, folder.path(), &[("SMTP", &smtp.url())]);
    let mut mails = smtp.taken();
    for _ in 0..1_200 {
        if !mails.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        mails = smtp.taken();
    }
    assert_eq!(mails.len(), 1);
    assert!(mails[0].to[0].contains(ANN) && mails[0].data.contains("nightly build"), "{:?}", mails[0]);
}
