//! Tests of key ring files.

use std::fs;

use counterfoil::KeyRing;
use counterfoil::Secret;

use crate::tool::{Service, text, tool};

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
    let rotated = run(&["rotate", name, "--yes"]);
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
