//! Chooses which cells of the coverage a random sequence tries to reach. A cell combines three things: an operation,
//! the state of its record, and whether a compared value is before, at or after its limit.

use super::Draw;
use crate::random::cells::{Cell, out_of_reach};
use crate::random::coverage::every_cell;
use crate::random::state::State;
use crate::reference::Model;

/// The number of shares into which the cells are divided. Each sequence tries to reach the cells of one share. The
/// number is not a multiple of 3, because every third sequence damages rows. So the cells of each share are tried both
/// with and without damage.
const SHARES: usize = 7;

impl Draw {
    /// Returns the cells of the coverage that the sequence with this seed tries to reach. All cells are divided into
    /// [`SHARES`] shares, and the seed selects one of them.
    pub(super) fn share(seed: u64) -> Vec<Cell> {
        let share = usize::try_from(seed).unwrap_or(0) % SHARES;
        let cells = every_cell().filter(|cell| out_of_reach(*cell).is_none());
        cells.enumerate().filter(|(index, _)| (index + index / 44) % SHARES == share).map(|(_, cell)| cell).collect()
    }

    /// Chooses the cell that the next command tries to reach. `self.open` is the list of the cells that the sequence
    /// has not reached yet. The search begins at a random index of this list. It stops at the first cell for which the
    /// model contains a record in the state of the cell. A cell with the state [`State::Absent`] needs no record. If
    /// the search finds no cell, takes the cell at the random index. Returns the index of the chosen cell.
    pub(super) fn take_aim(&mut self, model: &Model) -> usize {
        if self.open.is_empty() {
            self.open = Self::share(self.dice.below(SHARES as u64));
        }
        let count = self.open.len();
        let start = usize::try_from(self.dice.below(count as u64)).unwrap_or(0);
        let indexes = (0..count).map(|step| (start + step) % count);
        let index = indexes.into_iter().find(|index| self.is_met(model, self.open[*index].1)).unwrap_or(start);
        self.aim = self.open[index];
        index
    }

    fn is_met(&self, model: &Model, state: State) -> bool {
        let now = self.now();
        match state {
            State::Absent => true,
            State::BesideDamaged => !model.damaged.is_empty(),
            wanted => model.records.iter().any(|record| State::of_record(model, record, now) == wanted),
        }
    }
}
