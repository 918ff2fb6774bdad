//! The list of mutants, as `cargo mutants --list --json` prints it.

use std::ops::Range;

use serde_json::Value;

/// What a mutant changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Genre {
    /// The body of a function becomes a value.
    Body,
    /// An operator becomes another.
    Binary,
    /// An operator goes.
    Unary,
    /// The guard of a match arm becomes a value.
    Guard,
    /// A match arm goes.
    Arm,
    /// A field of a struct is taken from what stands behind `..`.
    Field,
}

/// A change of one place.
#[derive(Clone, Debug)]
pub struct Mutant {
    pub number: usize,
    pub name: String,
    pub file: String,
    pub genre: Genre,
    pub replacement: String,
    /// Line and column of the beginning and the end, from 1.
    pub start: (usize, usize),
    pub end: (usize, usize),
}

/// Those that can be built beside others, numbered from 1. The others are printed.
pub fn read(path: &str) -> Vec<Mutant> {
    let text = std::fs::read_to_string(path).expect("the list of mutants");
    let list: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let mut mutants = Vec::new();
    for one in &list {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let genre = match text("genre").as_str() {
            // The value and the body are of two types where the function returns an `impl Trait`.
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

/// The bytes of a span.
pub fn bytes(source: &str, start: (usize, usize), end: (usize, usize)) -> Range<usize> {
    offset(source, start)..offset(source, end)
}

/// The byte at which that column, counted in characters from 1, of that line begins.
pub fn offset(source: &str, (line, column): (usize, usize)) -> usize {
    let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &source[before..];
    before + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
}
