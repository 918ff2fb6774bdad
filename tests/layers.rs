//! The layers of ARCHITECTURE.md, read off the `use crate::` lines: each room imports only from its own layer and those above it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::fs;
use std::path::{Path, PathBuf};

/// From the top down; a layer may import itself and every one before it.
const LAYERS: [&str; 9] =
    ["words", "instruments", "text", "counterfoil", "ports", "desk", "verbs", "endpoint", "handle"];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every layer that the code of a file (not its comments) names behind `crate::`.
fn imports(code: &str) -> Vec<String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect())
        .collect()
}

/// The breaches of one file, in words.
fn breaches(layer: &str, verb: Option<&str>, code: &str) -> Vec<String> {
    let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let own = rank(layer).expect("a layer");
    let mut found: Vec<String> = imports(code)
        .into_iter()
        .filter(|import| rank(import).is_some_and(|rank| rank > own))
        .map(|import| format!("{layer} imports {import}"))
        .collect();
    if let Some(verb) = verb {
        for rest in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| line.split("crate::verbs::").skip(1))
        {
            if !rest.starts_with(verb) {
                found.push(format!("verb {verb} imports {rest}"));
            }
        }
    }
    found
}

#[test]
fn every_room_imports_only_from_its_own_layer_and_those_above() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 50, "the rooms are found");
    let mut found = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).expect("inside");
        let mut parts = inside.components().map(|part| part.as_os_str().to_str().expect("a name"));
        let layer = parts.next().expect("a part");
        if layer == "lib.rs" {
            continue;
        }
        let verb = (layer == "verbs")
            .then(|| parts.next().expect("a verb").trim_end_matches(".rs"))
            .filter(|verb| *verb != "mod");
        let code = fs::read_to_string(&file).expect("a file");
        found.extend(breaches(layer, verb, &code).into_iter().map(|breach| format!("{}: {breach}", inside.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_breach_is_found_where_one_is_planted() {
    assert_eq!(breaches("words", None, "use crate::ports::store::TokenStore;").len(), 1);
    assert_eq!(breaches("verbs", Some("list"), "use crate::verbs::issue::x;").len(), 1);
    assert_eq!(breaches("verbs", Some("refresh"), "use crate::verbs::refresh::Turn;").len(), 0);
    assert_eq!(breaches("desk", None, "// crate::handle is below").len(), 0);
}

#[test]
fn rooms_stay_small() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut lengths: Vec<(usize, PathBuf)> =
        files.into_iter().map(|file| (fs::read_to_string(&file).expect("a file").lines().count(), file)).collect();
    lengths.sort();
    let (longest, file) = lengths.last().expect("a room");
    assert!(*longest <= 360, "{} has {longest} lines", file.display());
    assert!(lengths[lengths.len() / 2].0 <= 150, "the median is small");
}

/// The public functions of a file that take a presenter and ask for no permit, by name.
fn without_permit(code: &str) -> Vec<String> {
    let functions = code.split("    pub async fn ").skip(1);
    functions
        .filter(|function| function.contains("by: &Presenter"))
        .filter(|function| {
            let end = function.find("\n    }\n").unwrap_or(function.len());
            !function[..end].contains(".permit")
        })
        .map(|function| function.chars().take_while(|letter| *letter != '(' && *letter != '<').collect())
        .collect()
}

#[test]
fn all_kinds_9_every_function_that_takes_a_presenter_asks_for_a_permit() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/handle"), &mut files);
    let mut found = 0;
    for file in files {
        let code = fs::read_to_string(&file).expect("a file");
        found += code.matches("by: &Presenter").count();
        assert_eq!(without_permit(&code), Vec::<String>::new(), "{}", file.display());
    }
    assert!(found > 25, "{found}");
    let planted = "    pub async fn all(&self, by: &Presenter) -> u8 {\n        self.desk.all(by)\n    }\n";
    assert_eq!(without_permit(planted), ["all"]);
}
