//! The model test. It runs random sequences of commands on the store and on the reference model. It compares every
//! answer, and at the end the stored state.

mod act;
mod answer;
mod cells;
mod command;
mod coverage;
mod draw;
mod ids;
mod interrupted;
mod meets;
pub(crate) mod names;
mod replay;
mod report;
mod shrink;
mod state;
#[cfg(test)]
mod tests;
mod values;

use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::pool::Pool;
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation};

use coverage::Coverage;
use draw::Draw;
use meets::meets;
use replay::{Compared, Replay};
use shrink::{Failing, shrink};

/// The number of sequences that run in parallel. Each has its own database. While one waits for a server, the others
/// continue.
const ABREAST: usize = 4;

/// The number of commands between two comparisons of a part of the stored state with the model. The whole state is
/// compared at the end of a sequence.
const COMPARED_EVERY: u32 = 63;

/// Checks that the store answers random commands as the reference model does. If an answer differs, the message
/// contains the seed, the shortest sequence of commands that still fails, and the fields that differ.
pub async fn answers_equal_the_model(subject: &Subject) -> Verdict {
    let (next, covered) = (Arc::new(AtomicU32::new(0)), Arc::new(Mutex::new(Coverage::default())));
    let share = |_| {
        let (subject, next, covered) = (subject.clone(), Arc::clone(&next), Arc::clone(&covered));
        async move { sequences(&subject, &next, &covered).await }
    };
    let shares = Pool::new(&subject.driver(), ABREAST).race(share).await;
    shares.into_iter().collect::<Result<(), Violation>>()?;
    print(&covered.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Checked::Held)
}

/// Prints how many cells of the coverage were reached, or the whole table if `COUNTERFOIL_COVERAGE=1` is set. This
/// writes directly to stderr, which the test harness does not capture.
fn print(covered: &Coverage) {
    let whole = std::env::var("COUNTERFOIL_COVERAGE").is_ok_and(|whole| whole == "1");
    let table = if whole { covered.table() } else { String::new() };
    let _ = writeln!(std::io::stderr(), "{}\n{table}", covered.line());
}

/// Runs one random sequence after another. Takes the seed of each from `next`, which several threads share. Ends when
/// all of the threads together have begun as many sequences as the [`Scale`](crate::Scale) asks for.
async fn sequences(subject: &Subject, next: &AtomicU32, covered: &Mutex<Coverage>) -> Result<(), Violation> {
    let scale = subject.scale();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= scale.sequences {
            return Ok(());
        }
        let held = sequence(subject, u64::from(seed), scale.commands).await;
        // This store has failed the check, so the other threads need not continue.
        let met = held.inspect_err(|_| next.store(scale.sequences, Ordering::Relaxed))?;
        covered.lock().unwrap_or_else(PoisonError::into_inner).add(&met);
    }
}

/// Runs the random sequence with this seed and this many commands. With a seed from a message of
/// [`answers_equal_the_model`], the sequence fails in the same way again.
///
/// # Errors
///
/// A violation if an answer or the state differs from the model's. The violation contains the seed, the shortest
/// sequence of commands that still fails, and the fields that differ.
pub async fn one_sequence(subject: &Subject, seed: u64, commands: u32) -> Result<(), Violation> {
    sequence(subject, seed, commands).await.map(drop)
}

async fn sequence(subject: &Subject, seed: u64, commands: u32) -> Result<Coverage, Violation> {
    let database = subject.fresh_with(2).await;
    let (mut draw, mut covered) = (Draw::new(seed), Coverage::default());
    let (mut replay, mut history, mut difference) = (Replay::new(&database), Vec::new(), None);
    for number in 0..commands {
        let command = draw.command(&replay.model, number);
        covered.count(meets(&replay.model, &command, draw.now()));
        difference = replay.step(&command).await;
        history.push(command);
        let compared = match number {
            last if last + 1 == commands => Some(Compared::Whole),
            number if number % COMPARED_EVERY == COMPARED_EVERY - 1 => {
                Some(Compared::Part(usize::try_from(seed).unwrap_or(0) + number as usize / COMPARED_EVERY as usize))
            }
            _ => None,
        };
        if let Some(compared) = compared.filter(|_| difference.is_none()) {
            difference = replay.state(&draw.drawn, &draw.people, draw.now(), compared).await;
        }
        if difference.is_some() {
            break;
        }
    }
    database.remove().await;
    let Some(difference) = difference else { return Ok(covered) };
    let shortest = shrink(subject, Failing { commands: history, difference }, draw.now()).await;
    Err(Violation::new(report::report(seed, &shortest)))
}
