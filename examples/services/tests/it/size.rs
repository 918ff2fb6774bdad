//! Limits the length of each example program, so that a reader can read it without a break.

use std::fs;
use std::path::Path;

#[test]
fn host_71_each_program_is_one_file_of_less_than_150_lines() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = fs::read_dir(folder.join("src/bin")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = programs.chain([folder.join("tests_of_a_service.rs")]).collect();
    assert_eq!(files.len(), 6, "{files:?}");
    for file in files {
        let lines = fs::read_to_string(&file).expect("a file").lines().count();
        assert!(lines < 150, "{}: {lines} lines", file.display());
    }
}
