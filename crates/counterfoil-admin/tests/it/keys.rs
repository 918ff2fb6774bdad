//! Tests the commands for key ring files.

use std::fs;

use counterfoil::client::NewClient;
use counterfoil::{KeyRing, Presenter, Realm, Secret};

use crate::tool::{RUNTIME, Service, open, text, tool};

#[test]
fn host_61_a_ring_is_made_added_to_checked_and_rotated_and_never_printed() {
    let service = Service::on_sqlite();
    let keys = service.keys();
    let run = |arguments: &[&str]| {
        let run = tool(&[&["--json", "--store", service.url.as_str(), "keys"], arguments].concat());
        if let Ok(ring) = fs::read_to_string(&keys) {
            for key in ring.lines().filter_map(|line| line.split(':').nth(1)) {
                assert!(!run.out.contains(key) && !run.err.contains(key), "a key is shown");
            }
        }
        run
    };
    let name = text(&keys);
    assert_eq!(run(&["make", name]).json()["newest"], 1);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&keys).expect("a file").permissions()) & 0o777,
        0o600
    );
    let (old, _) = service.token("under key 1");
    assert_eq!(run(&["check", name]).json()["result"], "the ring is the store's");

    assert_eq!(run(&["add", name]).code, 3);
    assert_eq!(run(&["add", name, "--dry-run"]).json()["newest"], 2);
    assert_eq!(run(&["check", name]).json()["newest"], 1, "a dry run changes nothing");
    assert_eq!(run(&["add", name, "--yes"]).json()["keys"], serde_json::json!([2, 1]));
    assert!(service.accepts(&old), "the old key stays");
    let (new, _) = service.token("under key 2");

    // When a token is used, it gets a new digest with the newest key. So no digest uses key 1 any more, and two use key
    // 2.
    let rotated = run(&["rotate", name, "--yes", "--all-realms"]);
    assert_eq!((rotated.code, rotated.json()["newest"].as_u64()), (0, Some(3)), "{}", rotated.err);
    assert!(service.accepts(&old) && service.accepts(&new));
    assert_eq!(run(&["check", name]).code, 0);
}

#[test]
fn host_61_a_foreign_ring_and_a_missing_key_are_found() {
    let service = Service::on_sqlite();
    service.token("ci");
    let other = service.folder.path().join("other");
    assert_eq!(tool(&["keys", "make", text(&other)]).code, 0);
    let check = |file: &str| tool(&["--store", service.url.as_str(), "keys", "check", file]);
    let run = check(text(&other));
    assert!(run.code == 5 && run.err.contains("key 1 is another than the store's"), "{}", run.err);
    assert_eq!(check("/nowhere/at/all").code, 4);

    assert_eq!(tool(&["keys", "add", text(&service.keys()), "--yes"]).code, 0);
    service.serve(async |_, _| {});
    let ring = KeyRing::from_text(&Secret::from(fs::read_to_string(service.keys()).expect("a file"))).expect("a ring");
    let without = ring.without(counterfoil::types::KeyId::new(1)).expect("another key");
    fs::write(service.keys(), without.to_text().expose_secret()).expect("a file");
    let run = check(text(&service.keys()));
    assert!(run.code == 5 && run.err.contains("key 1 is missing"), "{}", run.err);
}

/// Registers a client in another realm. Its secret has a digest under the newest key.
fn client_of_another_realm(service: &Service) {
    RUNTIME.block_on(async {
        let store = open(&service.url).await;
        let people = counterfoil::memory::MemoryDirectory::default();
        let builder = store.build_into(counterfoil::Counterfoil::builder()).directory(people);
        let builder = builder.realm(Realm::new("other").expect("a realm"));
        let ring = KeyRing::open_or_create(service.keys()).expect("a key ring");
        let counterfoil = builder.key_ring(ring).build().expect("a handle");
        counterfoil.start().await.expect("its own ring");
        let new = NewClient::named("Server").with_id(Some("server".parse().expect("a client id")));
        let _secret = counterfoil.create_client(&Presenter::host(), new).await.expect("a client");
        store.close().await;
    });
}

#[test]
fn host_61_no_key_is_removed_that_a_client_secret_of_another_realm_may_be_under() {
    let service = Service::on_sqlite();
    service.serve(async |_, _| {});
    client_of_another_realm(&service);
    let keys = service.keys();
    let name = text(&keys);
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str(), "keys"], arguments].concat());
    assert_eq!(run(&["add", name, "--yes"]).code, 0);
    service.serve(async |_, _| {});
    let before = fs::read_to_string(&keys).expect("a file");
    for unsure in [&["rotate", name, "--yes"][..], &["rotate", name, "--yes", "--with-realm", "third"]] {
        let refused = run(unsure);
        assert!(refused.code == 5 && refused.err.contains("--all-realms"), "{}", refused.err);
    }
    assert_eq!(fs::read_to_string(&keys).expect("a file"), before);
    let rotated = run(&["rotate", name, "--with-realm", "other", "--all-realms", "--yes"]);
    assert_eq!((rotated.code, rotated.json()["removed"].clone()), (0, serde_json::json!([])), "{}", rotated.err);
    assert!(rotated.err.contains("added 1 key, 3, to"), "{}", rotated.err);
}

#[test]
fn host_61_a_ring_that_the_service_would_not_start_with_is_not_written() {
    let service = Service::on_sqlite();
    service.serve(async |_, _| {});
    let name = service.keys();
    assert_eq!(tool(&["keys", "add", text(&name), "--yes"]).code, 0);
    let before = fs::read_to_string(&name).expect("a file");
    let rotate = ["--store", &service.url, "keys", "rotate", text(&name), "--all-realms", "--yes"];
    let refused = tool(&rotate);
    assert!(refused.code == 5 && refused.err.contains("would not start"), "{}", refused.err);
    assert_eq!(fs::read_to_string(&name).expect("a file"), before);
    service.serve(async |_, _| {});
    assert_eq!(tool(&rotate).code, 0);
    service.serve(async |_, _| {});
}

#[cfg(unix)]
#[test]
fn host_61_a_link_and_the_mode_of_a_ring_stay_and_the_ring_before_is_kept() {
    use crate::tool::{mode, set_mode};
    let folder = tempfile::TempDir::new().expect("a folder");
    let (link, file) = (folder.path().join("link"), folder.path().join("keys"));
    assert_eq!(tool(&["keys", "make", text(&file)]).code, 0);
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    set_mode(&file, 0o400);
    let before = fs::read_to_string(&file).expect("a file");
    let added = tool(&["keys", "add", text(&link), "--yes"]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert!(fs::symlink_metadata(&link).expect("a link").file_type().is_symlink());
    assert_eq!(mode(&file), 0o400);
    assert_eq!(fs::read_to_string(&file).expect("a file").lines().count(), 2);
    let old = folder.path().join("keys.old");
    assert_eq!((mode(&old), fs::read_to_string(&old).expect("a file")), (0o600, before));
    let names: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("one").path()).collect();
    assert_eq!(names.len(), 3, "no draft and no lock is left: {names:?}");
}

#[test]
fn host_61_commands_that_change_a_ring_at_once_lose_no_key() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("keys");
    assert_eq!(tool(&["keys", "make", text(&file)]).code, 0);
    let lock = folder.path().join("keys.lock");
    fs::write(&lock, "").expect("a file");
    let refused = tool(&["keys", "add", text(&file), "--yes"]);
    assert!(refused.code == 5 && refused.err.contains("remove that file"), "{}", refused.err);
    assert!(lock.exists(), "another's lock stays");
    fs::remove_file(&lock).expect("a file");
    let adds: Vec<_> = (0..8)
        .map(|_| {
            let file = file.clone();
            std::thread::spawn(move || tool(&["keys", "add", text(&file), "--yes"]).code)
        })
        .collect();
    let codes: Vec<_> = adds.into_iter().map(|add| add.join().expect("it ends")).collect();
    assert!(codes.iter().all(|code| [0, 5].contains(code)), "{codes:?}");
    let added = codes.iter().filter(|code| **code == 0).count();
    assert_eq!(fs::read_to_string(&file).expect("a file").lines().count(), 1 + added);
}
