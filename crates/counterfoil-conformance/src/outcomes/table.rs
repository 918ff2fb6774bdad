//! Reads the table of answers in `WRITING-A-STORE.md`.

use super::ask::Operation;
use super::state::State;

const GUIDE: &str = include_str!("../../WRITING-A-STORE.md");

/// Returns the answers that the table of `WRITING-A-STORE.md` allows for this operation in this state. There can be
/// several.
///
/// # Panics
///
/// If the table has no such row or column, which is a mistake in the suite.
pub(super) fn allowed(operation: Operation, state: State) -> Vec<&'static str> {
    let mut rows = GUIDE.lines().skip_while(|line| !line.starts_with("| operation |")).map(cells);
    let head = rows.next().expect("the guide has the table");
    let column = head.iter().position(|cell| *cell == state.name()).expect("the guide has the state");
    let mut rows = rows.take_while(|row| row.len() == head.len());
    let row = rows.find(|row| row[0] == operation.name()).expect("the guide has the operation");
    row[column].split(" or ").collect()
}

fn cells(line: &'static str) -> Vec<&'static str> {
    line.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_has_an_answer_for_every_operation_in_every_state() {
        for operation in Operation::ALL {
            for state in State::ALL {
                assert!(!allowed(operation, state).is_empty(), "{} {}", operation.name(), state.name());
            }
        }
    }
}
