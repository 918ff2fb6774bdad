//! Tests of the random commands. They must reach every answer, and every cell of the coverage that they can reach. A
//! cell that no command reaches is never tested.

use std::collections::BTreeSet;

use super::act::on_model;
use super::cells::out_of_reach;
use super::command::Command;
use super::coverage::{Coverage, every_cell};
use super::draw::Draw;
use super::meets::meets;
use crate::reference::Model;
use crate::scale::Scale;

/// Draws the commands of a complete run, and runs them on the model only. For each answer that the model allows to a
/// command, calls `look` with the command and the name of the answer, such as `Done` or `IdTaken`.
fn drawn(mut look: impl FnMut(&Command, &str)) -> Coverage {
    let mut covered = Coverage::default();
    for seed in 0..Scale::CI.sequences {
        let (mut draw, mut model) = (Draw::new(u64::from(seed)), Model::default());
        for number in 0..Scale::CI.commands {
            let command = draw.command(&model, number);
            covered.count(meets(&model, &command, draw.now()));
            if let Command::ListWhilePurged { purge, .. } = &command {
                let _ = on_model(&mut model, &Command::Purge(*purge));
                continue;
            }
            for answer in on_model(&mut model, &command) {
                look(&command, answer.kind());
            }
        }
    }
    covered
}

#[test]
fn the_drawn_commands_meet_every_cell_within_reach() {
    let covered = drawn(|_, _| ());
    let (mut missed, mut wrong) = (Vec::new(), Vec::new());
    for cell in every_cell() {
        match (covered.met(cell), out_of_reach(cell)) {
            (false, None) => missed.push(cell),
            (true, Some(why)) => wrong.push((cell, why)),
            _ => {}
        }
    }
    println!("{}\n{}", covered.line(), covered.table());
    assert!(missed.is_empty() && wrong.is_empty(), "never met: {missed:#?}\nmet although out of reach: {wrong:#?}");
}

#[test]
fn the_drawn_commands_meet_every_answer() {
    let mut met = BTreeSet::new();
    drawn(|command, answer| {
        let asked = format!("{command:?}");
        let asked = asked.split([' ', '(']).next().unwrap_or_default();
        met.insert(format!("{asked} {answer}"));
    });
    for wanted in [
        "Found Done",
        "Found MadeRoom",
        "Found IdTaken",
        "Found LabelTaken",
        "Found OwnerFull",
        "Found PaceReached",
        "Join Done",
        "Join FamilyEnded",
        "Join IdTaken",
        "Join FamilyMoved",
        "Join FamilyFull",
        "Apply Done",
        "Apply Stale",
        "Apply LabelTaken",
        "Apply Missing",
        "Apply Corrupt",
        "Rotate Done",
        "Rotate Missing",
        "Rotate FamilyEnded",
        "Rotate Stale",
        "Rotate IdTaken",
        "Rotate LabelLost",
        "Rotate OwnerFull",
        "Rotate PaceReached",
        "Rotate FamilyFull",
        "Rotate Corrupt",
        "Claim Some",
        "Claim None",
        "Claim Corrupt",
        "Settle true",
        "Settle false",
        "Settle Corrupt",
        "Get Some",
        "Get None",
        "Get Corrupt",
    ] {
        assert!(met.contains(wanted), "{wanted} is never met, but {met:?} are");
    }
}
