//! Builds all mutants of a store into one test binary, and runs the tests on each of them. The code of each mutant is
//! behind a condition. The environment variable `MUTANT` contains the number of the mutant whose condition is true. The
//! script `.ci/mutants` calls this program.

mod build;
mod edits;
mod judge;
mod mutant;

use std::path::PathBuf;
use std::process::ExitCode;

/// Usage: `mutate <tree> <mutants.json> <report> <shard> -- <cargo test …>`.
///
/// The tree is a copy of the repository, which this program changes. The shard is `K/N`: this run judges one of every N
/// mutants. The environment variable `SUITE` contains the arguments of the test binary, which select the tests that
/// judge the mutants. Without `SUITE`, all tests judge them.
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
