//! Tests the profiles of the demo: their storage, concurrent changes, and the time zone of notices.

use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use crate::support::tempfile::TempDir;
use crate::support::{Server, refused};
use axum::body::Bytes;
use counterfoil::directory::{Accounts as _, Login, Logins as _, Search as _};
use counterfoil::{Secret, SubjectId};
use counterfoil_axum::console::{ImageFormat, Profiles as _, Signature};
use counterfoil_demo::{ACCOUNTS, People, ProfileStore};

fn open(folder: &Path) -> ProfileStore {
    ProfileStore::open(Some(folder.join("p.json"))).expect("profiles")
}

fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("an id")
}

fn image(length: usize) -> Signature {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.resize(length, 7);
    Signature::Image { format: ImageFormat::Png, bytes: Bytes::from(bytes) }
}

/// Returns the time zone of an account. Checks that all methods of the directory return the same time zone.
async fn zone(people: &People, name: &str) -> String {
    let password = Secret::from(name.to_owned());
    let login = Login::new(name, &password);
    let signed_in = people.authenticate(&login).await.expect("asked").expect("the right password");
    let own = people.account(&subject(name)).await.expect("asked").expect("somebody");
    let found = people.find(name, NonZeroU32::MIN).await.expect("asked").remove(0);
    assert_eq!([signed_in.zone(), found.zone()], [own.zone(); 2]);
    own.zone().to_owned()
}

#[tokio::test]
async fn console_2_a_zone_that_was_set_is_the_accounts_and_survives_a_restart() {
    let folder = TempDir::new().expect("a folder");
    let profiles = open(folder.path());
    let people = People::new(profiles.clone()).expect("people");
    assert_eq!((zone(&people, "ivan").await, zone(&people, "carol").await), ("Europe/Moscow".into(), "UTC".into()));
    for (name, set) in [("ivan", "Asia/Tokyo"), ("carol", "Europe/Paris"), ("carol", "Australia/Lord_Howe")] {
        profiles.set_zone(&subject(name), set).await.expect("kept");
        assert_eq!(zone(&people, name).await, set);
    }
    profiles.set_signature(&subject("carol"), Some(Signature::Typed("Carol".into()))).await.expect("kept");
    profiles.set_signature(&subject("ivan"), Some(image(256 * 1024))).await.expect("kept");
    let mode = std::fs::metadata(folder.path().join("p.json")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop((profiles, people));

    let profiles = open(folder.path());
    let people = People::new(profiles.clone()).expect("people");
    assert_eq!(zone(&people, "ivan").await, "Asia/Tokyo");
    assert_eq!(zone(&people, "carol").await, "Australia/Lord_Howe");
    assert_eq!(zone(&people, "newbie").await, "UTC");
    let of = async |name: &str| profiles.profile(&subject(name)).await.expect("asked").signature;
    assert_eq!(of("carol").await, Some(Signature::Typed("Carol".into())));
    assert_eq!(of("ivan").await, Some(image(256 * 1024)));
    profiles.set_signature(&subject("ivan"), None).await.expect("cleared");
    assert_eq!(of("ivan").await, None);
    assert_eq!(open(folder.path()).profile(&subject("ivan")).await.expect("asked").signature, None);
    assert_eq!(zone(&people, "ivan").await, "Asia/Tokyo", "clearing one thing leaves the other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn console_2_changes_at_once_lose_nothing() {
    let folder = TempDir::new().expect("a folder");
    let profiles = open(folder.path());
    let start = Arc::new(tokio::sync::Barrier::new(ACCOUNTS.len() * 2));
    let mut changes = tokio::task::JoinSet::new();
    for known in ACCOUNTS {
        let (profiles, start) = ([profiles.clone(), profiles.clone()], [start.clone(), start.clone()]);
        let ([zone, signature], [one, other]) = (profiles, start);
        changes.spawn(async move {
            one.wait().await;
            zone.set_zone(&subject(known.subject), known.name).await
        });
        changes.spawn(async move {
            other.wait().await;
            signature.set_signature(&subject(known.subject), Some(image(64 * 1024))).await
        });
    }
    while let Some(changed) = changes.join_next().await {
        changed.expect("no panic").expect("kept");
    }
    for profiles in [profiles, open(folder.path())] {
        for known in ACCOUNTS {
            let profile = profiles.profile(&subject(known.subject)).await.expect("asked");
            assert_eq!((profile.zone.as_deref(), profile.signature), (Some(known.name), Some(image(64 * 1024))));
        }
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_written_is_an_error_and_is_not_shown() {
    let folder = TempDir::new().expect("a folder");
    let profiles = open(folder.path());
    profiles.set_zone(&subject("ivan"), "Asia/Tokyo").await.expect("kept");
    drop(folder);
    profiles.set_zone(&subject("ivan"), "Asia/Seoul").await.expect_err("the folder is gone");
    assert_eq!(profiles.zone(&subject("ivan")).as_deref(), Some("Asia/Tokyo"));
}

#[tokio::test]
async fn without_a_file_profiles_live_as_long_as_the_process() {
    let profiles = ProfileStore::default();
    profiles.set_zone(&subject("ivan"), "Asia/Tokyo").await.expect("kept");
    assert_eq!(profiles.clone().zone(&subject("ivan")).as_deref(), Some("Asia/Tokyo"));
    assert_eq!(ProfileStore::open(None).expect("empty").zone(&subject("ivan")), None);
}

#[test]
fn a_damaged_file_of_profiles_stops_the_start_and_is_named() {
    for damaged in ["", "{\"ivan\": {\"zone\": \"canary", "{\"ivan\": {\"signature\": {\"image\": \"canary\"}}}"] {
        let output = refused(|command| {
            let folder = command.get_current_dir().expect("a folder").to_owned();
            std::fs::write(folder.join("counterfoil-demo.db.profiles.json"), damaged).expect("written");
        });
        assert!(
            output.contains("the file of the profiles: ") && output.contains("counterfoil-demo.db.profiles.json"),
            "{output}"
        );
        assert!(output.contains("damaged") && !output.contains("canary"), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_profiles_lies_beside_the_database_and_memory_has_none() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("one.db.profiles.json"), "{\"ivan\": {\"zone\": \"Asia/Tokyo\"}}")
        .expect("written");
    let server = Server::start_in(folder, |command| {
        command.env("COUNTERFOIL_STORE", "sqlite://one.db");
    });
    assert_eq!(server.call("GET", "/healthz", "", None).await.0, 200);
    let output = refused(|command| {
        let folder = command.get_current_dir().expect("a folder").to_owned();
        std::fs::write(folder.join("one.db.profiles.json"), "no profiles").expect("written");
        command.env("COUNTERFOIL_STORE", "sqlite://one.db");
    });
    assert!(output.contains("one.db.profiles.json"), "{output}");
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("counterfoil-demo.profiles.json"), "no profiles").expect("written");
    let server = Server::start_in(folder, |command| {
        command.env("COUNTERFOIL_STORE", "memory:");
    });
    assert_eq!(server.call("GET", "/healthz", "", None).await.0, 200, "nothing is read");
}
