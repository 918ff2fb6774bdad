//! Reads the list of mutants that `cargo mutants --list --json` prints.

use std::ops::Range;

use serde_json::Value;

/// The kind of a mutant: what it changes in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Genre {
    /// Replaces the body of a function with a value.
    Body,
    /// Replaces a binary operator with another.
    Binary,
    /// Removes a unary operator.
    Unary,
    /// Replaces the guard of a match arm with a value.
    Guard,
    /// Removes a match arm.
    Arm,
    /// In a struct expression with `..`, takes the value of one field from the struct after `..`.
    Field,
}

/// A change of one place in a source file.
#[derive(Clone, Debug)]
pub struct Mutant {
    pub number: usize,
    pub name: String,
    pub file: String,
    pub genre: Genre,
    pub replacement: String,
    /// The line and column where the changed code begins, both counted from 1.
    pub start: (usize, usize),
    /// The line and column of the first character after the changed code.
    pub end: (usize, usize),
}

/// Reads the mutants from the file `path`. Returns those that can be built into one binary with other mutants, and
/// numbers them from 1. Prints the names of the other mutants.
pub fn read(path: &str) -> Vec<Mutant> {
    let text = std::fs::read_to_string(path).expect("the list of mutants");
    let list: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let mut mutants = Vec::new();
    for one in &list {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let genre = match text("genre").as_str() {
            // Functions that return `impl Trait` are excluded, because the value and the original body would have
            // different types.
            "FnValue" if !text("name").contains("-> impl ") => Genre::Body,
            "BinaryOperator" => Genre::Binary,
            "UnaryOperator" => Genre::Unary,
            "MatchArmGuard" => Genre::Guard,
            "MatchArm" => Genre::Arm,
            "StructField" => Genre::Field,
            _ => {
                println!("not built: {}", text("name"));
                continue;
            }
        };
        let place = |end: &str| {
            let of = |key: &str| one["span"][end][key].as_u64().unwrap_or(1) as usize;
            (of("line"), of("column"))
        };
        let (start, end) = (place("start"), place("end"));
        let number = mutants.len() + 1;
        let replacement = text("replacement");
        mutants.push(Mutant { number, name: text("name"), file: text("file"), genre, replacement, start, end });
    }
    mutants
}

/// Returns the range of bytes between two positions. A position is a line and a column.
pub fn bytes(source: &str, start: (usize, usize), end: (usize, usize)) -> Range<usize> {
    offset(source, start)..offset(source, end)
}

/// Returns the byte offset of a position. The line and the column are counted from 1, and the column is counted in
/// characters.
pub fn offset(source: &str, (line, column): (usize, usize)) -> usize {
    let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &source[before..];
    before + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
}
