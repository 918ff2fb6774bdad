//! Tests properties of the embedded engines that the contract does not cover: that only one engine can have a file
//! open, the permissions and the contents of the files, a store that is opened without changes, and a process that is
//! killed during writes.

use std::path::Path;
use std::time::Duration;

use crate::support::bases::{ENGINES, Open, folder, open_fjall, open_redb, store};
use crate::support::{canary, say};
use counterfoil_conformance::dice::Dice;
use counterfoil_conformance::sample::{Person, must_get};
use counterfoil_conformance::{block_on, scale};
use counterfoil_testkit::crash::{Journal, Says, Tally, examine, load};
use counterfoil_testkit::crew::{Post, loner};
use counterfoil_testkit::threads;
use tempfile::TempDir;

#[test]
fn one_engine_has_a_file_and_the_next_one_when_it_is_dropped() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let first = store(open, folder.path()).await;
            let id = Person::somebody().pat().found(&first).await.expect("a token");
            let refused = open(folder.path()).map(drop).expect_err(name);
            assert!(!refused.maybe_done, "{name}");
            drop(first);
            assert!(must_get(&store(open, folder.path()).await, &id).await.is_ok(), "{name}");
        });
    }
}

/// The bytes of all files in the folder. Zero bytes are left out, because the files are padded with them.
fn content(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let more = if path.is_dir() { content(&path) } else { std::fs::read(&path).expect("a file") };
        all.extend(more.into_iter().filter(|byte| *byte != 0));
    }
    all
}

#[cfg(unix)]
#[test]
fn what_an_engine_creates_only_its_owner_may_open() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    let (redb, fjall) = (folder.path().join("new.redb"), folder.path().join("above").join("new.fjall"));
    drop(counterfoil_kv::RedbEngine::open(&redb).expect("an engine"));
    drop(counterfoil_kv::FjallEngine::open(&fjall).expect("an engine"));
    assert_eq!((mode(&redb), mode(&fjall)), (0o600, 0o700));
    std::fs::set_permissions(&redb, std::fs::Permissions::from_mode(0o640)).expect("its owner may");
    drop(counterfoil_kv::RedbEngine::open(&redb).expect("an engine"));
    assert_eq!(mode(&redb), 0o640, "the mode of a file that exists stays");
}

#[test]
fn a_store_that_is_opened_unchanged_is_neither_created_nor_upgraded() {
    let folder = folder();
    let path = folder.path().join("store.redb");
    assert!(counterfoil_kv::RedbEngine::open_unchanged(&path).is_err() && !path.exists());
    let open = || counterfoil_kv::RedbEngine::open(&path).expect("an engine");
    block_on(async {
        let missing = counterfoil_kv::KvStore::open_unchanged(open()).await.map(drop);
        assert!(matches!(missing, Err(counterfoil_kv::SetupError::Outdated { found: 0 })), "{missing:?}");
        drop(counterfoil_kv::KvStore::open(open()).await.expect("a store"));
        let engine = counterfoil_kv::RedbEngine::open_unchanged(&path).expect("an engine").expect("a table");
        assert!(counterfoil_kv::KvStore::open_unchanged(engine).await.is_ok());
    });
}

#[test]
fn no_secret_is_in_the_files() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let secrets = canary::secrets(store(open, folder.path()).await).await;
            let kept = content(folder.path());
            let label = kept.windows(12).any(|window| window == b"canary-label");
            assert!(label, "{name}: what is kept is found");
            assert!(secrets.len() > 8);
            for secret in secrets {
                assert!(!canary::shows(&kept, &secret), "{name}: {secret}");
            }
        });
    }
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_that_writes_to_redb() {
    write(open_redb, Says::WhenTold);
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_that_writes_to_fjall() {
    write(open_fjall, Says::WhenTold);
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_that_acknowledges_too_early_to_redb() {
    write(open_redb, Says::TooEarly);
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_that_acknowledges_too_early_to_fjall() {
    write(open_fjall, Says::TooEarly);
}

fn write(open: Open, says: Says) {
    let post = Post::take();
    let (folder, part) = (Path::new(post.target()), post.place());
    let store = block_on(store(open, folder));
    let journal = Journal::open(&folder.join(format!("journal-{part}")));
    let part = u16::try_from(part).expect("few");
    let ended = threads(4, |worker| block_on(load(&store, &journal, part, worker, says)));
    assert!(ended.iter().all(Option::is_none), "{ended:?}");
}

/// Starts and kills a writing process `times` times at random moments. Returns one [`Tally`] for all crashes together.
fn killed(open: Open, times: u16, writer: &str) -> Tally {
    let folder = TempDir::with_prefix("counterfoil-").expect("a folder on the disk");
    let (mut dice, mut tally) = (Dice::new(3), Tally::default());
    for part in 1..=times {
        let journal = Journal::open(&folder.path().join(format!("journal-{part}")));
        let mut process = loner(writer, &folder.path().display().to_string(), usize::from(part));
        let long_enough = 500 + dice.below(30_000);
        while journal.size() < long_enough {
            assert!(process.try_wait().expect("a process").is_none(), "the writer ended by itself");
            std::thread::sleep(Duration::from_millis(1));
        }
        process.kill().expect("killed");
        process.wait().expect("dead");
        tally.add(block_on(async { examine(&store(open, folder.path()).await, &journal.lines()).await }));
    }
    // Data that survived one crash must also survive the later crashes.
    let store = block_on(store(open, folder.path()));
    for part in 1..=times {
        let lines = Journal::open(&folder.path().join(format!("journal-{part}"))).lines();
        tally.broken.extend(block_on(examine(&store, &lines)).broken);
    }
    tally
}

#[test]
fn nothing_acknowledged_is_lost_when_the_writer_is_killed() {
    let kills = u16::try_from((scale().rounds / 60).max(3)).expect("few");
    for (name, open) in ENGINES {
        let tally = killed(open, kills, &format!("files::a_process_that_writes_to_{name}"));
        say(format!("{name}, {kills} x kill -9 of the writer: {tally}"));
        assert!(tally.broken.is_empty(), "{name}: {:#?}", tally.broken);
        assert!(tally.created > 0 && tally.rotated > 0 && tally.revoked > 0 && tally.in_doubt > 0, "{name}: {tally}");
        let control = killed(open, kills, &format!("files::a_process_that_acknowledges_too_early_to_{name}"));
        say(format!("the control, acknowledged before the write: {control}"));
        assert!(!control.broken.is_empty(), "{name}: the control: what was not written is missed");
    }
}
