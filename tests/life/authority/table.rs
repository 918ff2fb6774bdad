//! Calls every operation with every presenter. Compares the results with the table in
//! `testdata/authority/operations.txt`.

use counterfoil::http_auth::Gate;
use counterfoil::{Forbidden, ManageError, Presenter};

use super::operations::operations;
use super::presenters::{PEOPLE, Presented, all, unhindered};
use crate::support::World;

/// The table with the expected results.
const EXPECTED: &str = include_str!("../../../testdata/authority/operations.txt");

fn word(outcome: Result<(), ManageError>) -> String {
    match outcome {
        Ok(()) => "yes".into(),
        Err(ManageError::Forbidden(forbidden)) => match forbidden {
            Forbidden::Realm => "realm".into(),
            Forbidden::CredentialKind => "kind".into(),
            Forbidden::Scope { .. } => "scope".into(),
            Forbidden::Role { .. } | Forbidden::ProfileManagement => "right".into(),
            Forbidden::NoPerson => "person".into(),
            Forbidden::Gate { gate: Gate::Setting } => "setting".into(),
            Forbidden::Gate { gate: Gate::Switch } => "switch".into(),
            Forbidden::Collaborator => "collab.".into(),
            Forbidden::StaleSession => "proof".into(),
            other => format!("{other:?}"),
        },
        Err(ManageError::NotFound) => "no such".into(),
        Err(other) => format!("{other:?}"),
    }
}

fn line(name: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!(" {cell:>13}")).collect();
    format!("{name:<42}{cells}").trim_end().to_owned() + "\n"
}

/// Calls every operation with every presenter. Returns the results as a table, and the number of its rows.
fn written() -> (String, usize) {
    let mut table = String::new();
    let mut cells = 0;
    for operation in operations() {
        table.push_str(&line(operation.name, PEOPLE.iter().map(|(role, _)| (*role).to_owned())));
        // One world is used for all rows, because a separate world for each row would take a minute. Instead, each call
        // gets its own target.
        let world: World = unhindered();
        for kind in all(&world, operation.scope) {
            let mut row = Vec::new();
            for presented in &kind.of {
                row.push(match presented {
                    Some(presented) => {
                        cells += 1;
                        word((operation.run)(&world, presented))
                    }
                    None => "-".into(),
                });
            }
            table.push_str(&line(&format!("  {}", kind.name), row.into_iter()));
        }
        let host = Presented { by: Presenter::host(), credential: None };
        cells += 1;
        table.push_str(&line("  the host", std::iter::once(word((operation.run)(&world, &host)))));
        table.push('\n');
    }
    (table, cells)
}

/// Compares the results with the table in [`EXPECTED`]. The command
/// `cargo test --test life the_table_of_operations -- --nocapture` prints the table with the present results.
#[test]
fn all_kinds_9_the_table_of_operations_and_presenters_is_the_one_that_is_written_down() {
    let (table, cells) = written();
    println!("{table}{} operations, {cells} cells", operations().count());
    let body = EXPECTED.split_once("\n\n").map_or("", |(_, body)| body);
    if body != table {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("operations.txt");
        std::fs::write(&path, &table).expect("written");
        panic!("testdata/authority/operations.txt says otherwise; what holds is in {}", path.display());
    }
}
