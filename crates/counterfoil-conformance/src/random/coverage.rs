//! Counts how often the commands of the model test reached each cell. A cell combines three things: an operation, the
//! state of its record, and whether a compared value is before, at or after its limit.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cells::{Boundary, Cell, Operation, out_of_reach};
use super::state::State;

/// For each cell of the coverage, how often a command reached it. A cell combines three things: an operation, the state
/// of its record, and whether a compared value is before, at or after its limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage(BTreeMap<Cell, u64>);

impl Coverage {
    pub(super) fn count(&mut self, cells: impl IntoIterator<Item = Cell>) {
        for cell in cells {
            *self.0.entry(cell).or_default() += 1;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (cell, times) in &other.0 {
            *self.0.entry(*cell).or_default() += times;
        }
    }

    pub(super) fn met(&self, cell: Cell) -> bool {
        self.0.contains_key(&cell)
    }

    /// Returns one line of text: how many cells were reached, and how many can be reached. Cells of damaged records are
    /// counted only if at least one of them was reached.
    pub(super) fn line(&self) -> String {
        let damage = self.0.keys().any(|(_, state, _)| *state == State::Damaged);
        let of_damage = |state: State| matches!(state, State::Damaged | State::BesideDamaged);
        let within = every_cell().filter(|cell| out_of_reach(*cell).is_none() && (damage || !of_damage(cell.1)));
        let within: Vec<Cell> = within.collect();
        let met = within.iter().filter(|cell| self.met(**cell)).count();
        let hook = if damage { "" } else { "; no hook `damage`" };
        format!("model test: {met} of {} cells (operation, state, boundary) met{hook}", within.len())
    }

    /// Returns a table as text. It has a line for each operation and state, and a column for each side of the limit.
    pub(super) fn table(&self) -> String {
        let mut text = String::from("operation, state: before / at / after the limit / extreme\n");
        for operation in Operation::ALL {
            for state in State::ALL {
                let cell = |boundary| self.count_text((operation, state, boundary));
                let [before, at, after, extreme] = Boundary::ALL.map(cell);
                let _ = writeln!(
                    text,
                    "{:16} {:20} {before:>6} / {at:>6} / {after:>6} / {extreme:>6}",
                    operation.name(),
                    state.name()
                );
            }
        }
        text
    }

    /// Returns how often the commands reached this cell of the coverage, as text, or `-` if no call can reach it.
    fn count_text(&self, cell: Cell) -> String {
        match (self.0.get(&cell), out_of_reach(cell)) {
            (Some(times), _) => times.to_string(),
            (None, Some(_)) => "-".into(),
            (None, None) => "0".into(),
        }
    }
}

pub(super) fn every_cell() -> impl Iterator<Item = Cell> {
    let states = |operation| State::ALL.into_iter().map(move |state| (operation, state));
    let boundaries = |(operation, state)| Boundary::ALL.into_iter().map(move |side| (operation, state, side));
    Operation::ALL.into_iter().flat_map(states).flat_map(boundaries)
}
