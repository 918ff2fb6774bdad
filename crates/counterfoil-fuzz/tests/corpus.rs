//! Runs each target on every file of its folder in `fuzz/corpus`, and checks that the target finds no fault.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use counterfoil_fuzz::{TARGETS, Target, seeds};

/// The maximum number of files in the corpus of one target.
const FILES: usize = 30;
/// The maximum size of all files of the corpus together, in bytes.
const BYTES: usize = 300 * 1024;

fn folder(name: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("an entry");
        (entry.file_name().into_string().expect("a name"), fs::read(entry.path()).expect("a file"))
    };
    let mut files: Vec<_> = fs::read_dir(&path).expect("a corpus").map(read).collect();
    files.sort();
    assert!((2..=FILES).contains(&files.len()), "{name} has {} files", files.len());
    files
}

/// Runs the target on each file of its corpus. Returns the faults, and the size of these files in bytes.
fn hold(name: &str, target: Target) -> (Vec<String>, usize) {
    let files = folder(name);
    let fault = |(file, bytes): &(String, Vec<u8>)| {
        let fault = match catch_unwind(AssertUnwindSafe(|| target(bytes))) {
            Err(_) => "breaks a promise",
            Ok(false) if file.starts_with("good-") => "must be accepted",
            Ok(true) if file.starts_with("bad-") => "must be refused",
            Ok(_) => return None,
        };
        Some(format!("fuzz/corpus/{name}/{file} {fault}"))
    };
    (files.iter().filter_map(fault).collect(), files.iter().map(|(_, bytes)| bytes.len()).sum())
}

#[test]
fn what_a_fuzzer_found_or_began_with_holds_what_its_target_promises() {
    let (faults, bytes): (Vec<_>, Vec<_>) = TARGETS.iter().map(|(name, target)| hold(name, *target)).unzip();
    let faults = faults.concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(bytes.iter().sum::<usize>() <= BYTES, "the corpora have {bytes:?} bytes");
}

#[test]
#[ignore = "writes fuzz/corpus: the seeds that are made of real formats; what a fuzzer found is kept beside them by hand"]
fn write_the_seeds() {
    for (target, name, bytes) in seeds::all() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a file");
    }
}

#[test]
fn no_bytes_at_all_and_a_single_one_are_no_case_apart() {
    for (_, target) in TARGETS {
        target(&[]);
        for byte in 0..=255 {
            target(&[byte]);
        }
    }
}
