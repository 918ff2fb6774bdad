//! After a number, a Russian noun has one of three forms (Unicode CLDR, plural rules of `ru`).

/// Returns the form of a noun after a number: one (1, 21), few (2 to 4, 22) or many (0, 5 to 20).
pub(super) fn form(count: u64, [one, few, many]: [&str; 3]) -> &str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}
