//! Mutants of a store, all in one build: each change is behind a condition that an environment variable turns on.
//! `.ci/mutants` says how it is called.

mod build;
mod edits;
mod judge;
mod mutant;

use std::path::PathBuf;
use std::process::ExitCode;

/// `mutate <tree> <mutants.json> <report> <shard> -- <cargo test …>`: the tree is a copy of the repository that may
/// be changed, the shard `K/N`. `SUITE` in the environment names the tests of the binary that judge, all without it.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tree, list, report, shard, dashes, cargo @ ..] = arguments.as_slice() else {
        eprintln!("mutate <tree> <mutants.json> <report> <shard> -- <cargo test …>");
        return ExitCode::FAILURE;
    };
    assert_eq!(dashes, "--");
    let tree = PathBuf::from(tree);
    let mutants = mutant::read(list);
    let built = build::build(&tree, mutants, cargo);
    let (part, parts) = shard.split_once('/').expect("a shard is K/N");
    let (part, parts): (usize, usize) = (part.parse().expect("a number"), parts.parse().expect("a number"));
    let mine = |index: &usize| index % parts == part;
    judge::judge(&built, report, mine)
}
