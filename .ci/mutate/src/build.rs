//! Builds one test binary that contains all mutants. If some mutants do not compile, builds it again without them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::edits::{Edited, edit};
use crate::mutant::{Genre, Mutant};

/// A test binary, and the mutants that it contains.
pub struct Built {
    pub binary: PathBuf,
    pub mutants: Vec<Mutant>,
    /// The number of mutants that were left out because they do not compile.
    pub unviable: usize,
}

/// The assumed maximum length of a `match` expression, in bytes. It is needed because the errors of the compiler do not
/// say where the expression ends.
const LONGEST: usize = 1_500;

/// The code of the function `is_mutant`, which is appended to the crate's `lib.rs`. The code of each mutant calls this
/// function.
const SWITCH: &str = "
/// Whether the mutant with this number is on.
#[doc(hidden)]
pub(crate) fn is_mutant(number: u32) -> bool {
    static ON: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var(\"MUTANT\").ok().and_then(|on| on.parse().ok()).unwrap_or(0));
    *ON == number
}
";

/// Builds the test binary with the cargo command `cargo`. If some mutants do not compile, removes them and builds
/// again, until the build succeeds.
pub fn build(tree: &Path, mutants: Vec<Mutant>, cargo: &[String]) -> Built {
    let files: BTreeSet<String> = mutants.iter().map(|mutant| mutant.file.clone()).collect();
    let read = |file: &String| (file.clone(), std::fs::read_to_string(tree.join(file)).expect("a source file"));
    let sources: BTreeMap<String, String> = files.iter().map(read).collect();
    let root = files.iter().next().and_then(|file| file.split_once("src/")).expect("a crate has src/").0.to_owned();
    let root = tree.join(root).join("src/lib.rs");
    let lib = std::fs::read_to_string(&root).expect("a crate's root");
    std::fs::write(&root, lib + SWITCH).expect("written");
    let (mut mutants, mut unviable) = (mutants, 0);
    loop {
        let mut edited: BTreeMap<String, Edited> = BTreeMap::new();
        for (file, source) in &sources {
            let of: Vec<&Mutant> = mutants.iter().filter(|mutant| mutant.file == *file).collect();
            let text = edit(source, &of);
            std::fs::write(tree.join(file), &text.text).expect("written");
            edited.insert(file.clone(), text);
        }
        let built: BTreeSet<usize> =
            edited.values().flat_map(|file| file.places.iter().map(|(number, _)| *number)).collect();
        mutants.retain(|mutant| built.contains(&mutant.number));
        let arms: BTreeSet<usize> =
            mutants.iter().filter(|mutant| mutant.genre == Genre::Arm).map(|mutant| mutant.number).collect();
        match run(tree, cargo, &edited, &arms) {
            Ok(binary) => return Built { binary, mutants, unviable },
            Err(broken) => {
                for mutant in mutants.iter().filter(|mutant| broken.contains(&mutant.number)) {
                    println!("does not compile: {}", mutant.name);
                }
                unviable += broken.len();
                mutants.retain(|mutant| !broken.contains(&mutant.number));
            }
        }
    }
}

/// Runs the cargo command once. Returns the path of the test binary. If the build fails, returns the numbers of the
/// mutants that do not compile.
fn run(
    tree: &Path,
    cargo: &[String],
    edited: &BTreeMap<String, Edited>,
    arms: &BTreeSet<usize>,
) -> Result<PathBuf, BTreeSet<usize>> {
    let mut command = Command::new(&cargo[0]);
    command.args(&cargo[1..]).args(["--no-run", "--message-format=json"]).current_dir(tree);
    let output = command.stderr(Stdio::inherit()).output().expect("cargo runs");
    let (mut binary, mut broken, mut unknown) = (None, BTreeSet::new(), Vec::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        if let (Some(path), Some(true)) = (message["executable"].as_str(), message["profile"]["test"].as_bool()) {
            binary = Some(PathBuf::from(path));
        }
        let message = &message["message"];
        if message["level"] != "error" {
            continue;
        }
        let spans = message["spans"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<usize> = spans.iter().filter_map(|span| at(span, edited)).collect();
        // For an incomplete `match`, the compiler reports the position where the `match` begins. The mutant may have
        // removed any arm of this `match`.
        if message["code"]["code"] == "E0004" {
            found = spans.iter().flat_map(|span| arms_behind(span, edited, arms)).collect();
        }
        if found.is_empty() && !spans.is_empty() {
            unknown.push(message["rendered"].to_string());
        }
        broken.extend(found);
    }
    if output.status.success() {
        return Ok(binary.expect("a test binary"));
    }
    assert!(!broken.is_empty(), "an error that no mutant explains: {unknown:#?}");
    Err(broken)
}

/// Returns the mutants that may have made a `match` incomplete by removing one of its arms. `span` is the place at
/// which the compiler reports the incomplete `match`. This place shows where the `match` begins, but not where it ends.
/// So the result has every mutant that removes an arm within the next [`LONGEST`] bytes, even an arm of a later
/// `match`.
fn arms_behind(span: &Value, edited: &BTreeMap<String, Edited>, arms: &BTreeSet<usize>) -> Vec<usize> {
    let (Some(file), Some(start)) = (file_of(span, edited), span["byte_start"].as_u64()) else { return Vec::new() };
    let near = start as usize..start as usize + LONGEST;
    let arms = file.places.iter().filter(|(number, place)| arms.contains(number) && near.contains(&place.start));
    arms.map(|(number, _)| *number).collect()
}

fn file_of<'a>(span: &Value, edited: &'a BTreeMap<String, Edited>) -> Option<&'a Edited> {
    let named = |name: &str| span["file_name"].as_str().is_some_and(|at| at.ends_with(name));
    edited.iter().find(|(name, _)| named(name)).map(|(_, file)| file)
}

/// Returns the mutant whose code contains `span`, the place of a compiler error. If there are several, returns the
/// mutant with the shortest code. Returns `None` if `span` is in the code of no mutant.
fn at(span: &Value, edited: &BTreeMap<String, Edited>) -> Option<usize> {
    let file = file_of(span, edited)?;
    let (start, end) = (span["byte_start"].as_u64()? as usize, span["byte_end"].as_u64()? as usize);
    let holds = file.places.iter().filter(|(_, place)| place.start <= start && end <= place.end);
    holds.min_by_key(|(_, place)| place.len()).map(|(number, _)| *number)
}
