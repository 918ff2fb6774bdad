//! Makes the message of a sequence that failed, with its seed, its commands and the difference.

use std::fmt::Write as _;

use counterfoil::store::{NewFamily, NewRecord};
use counterfoil::types::RecordId;

use super::answer::cut;
use super::command::Command;
use super::shrink::Failing;

/// The largest number of bytes of a message.
const MESSAGE: usize = 3_000;
/// The largest number of bytes of one command in a message.
const LINE: usize = 330;

/// Returns the message about a sequence that failed. If the commands do not fit, the message contains only the last
/// ones.
pub(super) fn report(seed: u64, failing: &Failing) -> String {
    let Failing { commands, difference } = failing;
    let mut names = Names(Vec::new());
    let lines: Vec<String> = commands.iter().map(|command| names.short(&line(command))).collect();
    let difference = names.short(difference);
    let mut text = format!("seed {seed}, shrunk to {} commands; the store and the model differ:\n", commands.len());
    text += &clipped(&difference, MESSAGE / 2);
    let mut room = MESSAGE.saturating_sub(text.len() + 200);
    let mut shown = Vec::new();
    for (number, text) in lines.iter().enumerate().rev() {
        let text = format!("{number:3} {}\n", clipped(text, LINE));
        let Some(left) = room.checked_sub(text.len()) else { break };
        room = left;
        shown.push(text);
    }
    let _ = writeln!(text, "after (the last of them is the one that fails, or the state behind it):");
    if shown.len() < lines.len() {
        let _ = writeln!(text, "    {} commands before", lines.len() - shown.len());
    }
    text.extend(shown.into_iter().rev());
    text
}

fn clipped(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.into();
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…\n", &text[..end])
}

/// Short names for record ids in a message. The first id of the message is called r0, the second r1, and so on.
struct Names(Vec<String>);

impl Names {
    fn short(&mut self, text: &str) -> String {
        const LETTERS: usize = 22;
        let mut short = String::new();
        let mut word = String::new();
        for letter in text.chars().chain(['\n']) {
            if letter.is_ascii_alphanumeric() {
                word.push(letter);
                continue;
            }
            if word.len() == LETTERS && word.parse::<RecordId>().is_ok() {
                let index = self.0.iter().position(|known| *known == word).unwrap_or(self.0.len());
                if index == self.0.len() {
                    self.0.push(word.clone());
                }
                word = format!("r{index}");
            }
            short += &word;
            word.clear();
            short.push(letter);
        }
        short.pop();
        short.replace("RecordId(", "(").replace("Some(", "(").replace("NoticeMark ", "")
    }
}

fn line(command: &Command) -> String {
    match command {
        Command::Found { family, cap, pace, new, now } => {
            format!("insert {} cap {cap:?} pace {pace:?} {} now {}", family_line(family), records(new), now.micros())
        }
        Command::Join { generation, access_cap, new, now, .. } => {
            format!("join at generation {generation} cap {access_cap:?} {} now {}", records(new), now.micros())
        }
        Command::Rotate { parent, step, new, now } => {
            format!("rotate {parent} {step:?} {} now {}", records(new), now.micros())
        }
        Command::Touch { seen } => {
            let last: Vec<String> =
                seen.iter().rev().take(4).map(|(id, at)| format!("{id} at {}", at.micros())).collect();
            format!("touch of {} records, the last of them {}", seen.len(), last.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn family_line(family: &NewFamily) -> String {
    let label = family.label_key.as_ref().map(|key| cut(key.as_str()));
    format!("{:?}/{:?} {} label {label:?}", cut(family.realm.as_str()), cut(family.owner.as_str()), family.kind)
}

fn records(new: &[NewRecord]) -> String {
    let one = |new: &NewRecord| {
        format!(
            "{} {} generation {} created {} expires {:?} gone {:?} notice {:?}",
            new.id,
            new.kind,
            new.generation,
            new.created_at.micros(),
            new.expires_at.map(counterfoil::Timestamp::micros),
            new.gone_at.map(counterfoil::Timestamp::micros),
            new.notice.map(|notice| (notice.at.micros(), notice.stage)),
        )
    };
    format!("[{}]", new.iter().map(one).collect::<Vec<_>>().join("; "))
}
