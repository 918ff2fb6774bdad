//! Shortens a sequence of commands that fails. Commands are left out as long as the rest still fails in the same way on
//! an empty database.

use std::collections::BTreeSet;

use counterfoil::Timestamp;
use counterfoil::types::RecordId;

use super::command::Command;
use super::draw::NAMED;
use super::replay::{Compared, Replay};
use crate::sample::Person;
use crate::subject::Subject;

/// A sequence of commands that fails, and the difference from the model at its end.
pub(super) struct Failing {
    pub(super) commands: Vec<Command>,
    pub(super) difference: String,
}

/// The largest number of runs that are made to shorten one sequence, each on a new database. There is a limit because a
/// run takes long on a remote store.
const TRIES: u32 = 250;

/// Shortens a sequence of commands that fails. A sequence fails if the answer of its last command differs from the
/// model's, or if the stored state differs afterwards. `now` is the instant at which the states are compared.
pub(super) async fn shrink(subject: &Subject, failing: Failing, now: Timestamp) -> Failing {
    let mut best = failing;
    let mut tries = TRIES;
    let mut chunk = best.commands.len();
    while chunk > 0 && tries > 0 {
        let mut index = 0;
        while index < best.commands.len() && tries > 0 {
            let mut fewer = best.commands.clone();
            fewer.drain(index..(index + chunk).min(fewer.len()));
            tries -= 1;
            match fails(subject, &fewer, now).await {
                Some(shorter) if way(&shorter.difference) == way(&best.difference) => best = shorter,
                _ => index += chunk,
            }
        }
        chunk /= 2;
    }
    best
}

/// Returns the words at the beginning of a description of a difference, without ids and numbers. Two sequences differ
/// from the model in the same way if these words are equal. If commands are left out, the rest can differ in another
/// way: for example, a new record's generation no longer fits its family. Such a sequence does not show the fault that
/// was found.
fn way(difference: &str) -> Vec<&str> {
    const LINES: usize = 3;
    let words = difference.lines().take(LINES).flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic)).collect()
}

/// Runs the commands on an empty database. Returns the commands up to the first one whose answer differs from the
/// model's. If only the final state differs, returns all commands. Returns `None` if nothing differs.
async fn fails(subject: &Subject, commands: &[Command], now: Timestamp) -> Option<Failing> {
    let database = subject.fresh_with(2).await;
    let mut replay = Replay::new(&database);
    let mut failing = None;
    for (number, command) in commands.iter().enumerate() {
        if let Some(difference) = replay.step(command).await {
            failing = Some(Failing { commands: commands[..=number].to_vec(), difference });
            break;
        }
    }
    if failing.is_none() && !commands.is_empty() {
        let difference = replay.state(&ids(commands), &people(commands), now, Compared::Whole).await;
        failing = difference.map(|difference| Failing { commands: commands.to_vec(), difference });
    }
    database.remove().await;
    failing
}

fn ids(commands: &[Command]) -> Vec<RecordId> {
    let mut all = BTreeSet::new();
    for command in commands {
        all.extend(command.ids().into_iter().rev().take(NAMED));
    }
    all.into_iter().collect()
}

fn people(commands: &[Command]) -> Vec<Person> {
    let mut all: Vec<Person> = Vec::new();
    for command in commands {
        let Command::Found { family, .. } = command else { continue };
        let person = Person { realm: family.realm.clone(), owner: family.owner.clone() };
        if !all.contains(&person) {
            all.push(person);
        }
    }
    all
}
