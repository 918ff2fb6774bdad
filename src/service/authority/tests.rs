//! Tests that the table `testdata/authority/operations.txt` lists every operation.

use super::operations::ALL;

const TABLE: &str = include_str!("../../../testdata/authority/operations.txt");

/// Checks that the code and the table have operations with the same names. The tests in `tests/life/authority` compare
/// the other columns of the table with the behaviour.
#[test]
fn all_kinds_9_every_operation_has_its_rows_in_the_table() {
    let headings: Vec<_> = TABLE
        .lines()
        .filter(|line| line.ends_with(" super") && !line.starts_with(' '))
        .filter_map(|line| line.split(' ').next())
        .collect();
    for (name, rule) in ALL {
        assert!(headings.contains(name), "{name} has no rows in testdata/authority/operations.txt: {rule:?}");
    }
    let known = |heading: &&str| ALL.iter().any(|(name, _)| name == heading);
    assert!(headings.iter().all(known), "a row of no operation: {headings:?}");
    assert!(headings.len() >= ALL.len());
}
