//! Checks docs/performance.md. The program in benches/compare writes this page from the measured numbers in
//! docs/performance, and is not built here. These tests recalculate each ratio from the numbers, so that the page
//! cannot differ from them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The part of docs/performance.md that benches/compare writes from the measured numbers.
fn measured() -> String {
    let page = fs::read_to_string(docs().join("performance.md")).expect("the page");
    let [begin, end] = ["begin", "end"].map(|mark| format!("<!-- {mark}: written by benches/compare -->\n"));
    assert_eq!([page.matches(&begin).count(), page.matches(&end).count()], [1, 1], "each mark once");
    let (_, rest) = page.split_once(&begin).expect("a beginning");
    rest.split_once(&end).expect("an end after the beginning").0.to_owned()
}

/// The files of this extension in docs/performance.
fn files(extension: &str) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(docs().join("performance")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    assert!(!found.is_empty(), "no file {extension}");
    found
}

fn parts() -> Vec<Value> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a file");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files("json").into_iter().map(read).collect()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("no list {name}"))
}

fn numbers(round: &Value) -> Vec<f64> {
    let numbers: Vec<f64> = round.as_array().expect("a round").iter().filter_map(Value::as_f64).collect();
    assert!(numbers.iter().all(|&number| number > 0.0), "{numbers:?}");
    numbers
}

/// The median and the quartiles as the page shows them, but without commas between thousands.
fn shown(mut ratios: Vec<f64>) -> String {
    ratios.sort_by(f64::total_cmp);
    let [low, median, high] = [1, 2, 3].map(|quarter| {
        let ratio = ratios[ratios.len() * quarter / 4];
        let digits = if ratio < 10.0 { 2 } else { usize::from(ratio < 100.0) };
        format!("{ratio:.digits$}")
    });
    format!("{median} ({low} to {high})")
}

#[test]
fn host_72_the_performance_page_shows_the_ratios_of_the_figures_in_the_repository() {
    let page: String = measured().replace(',', "");
    let mut pairs = 0;
    for part in parts() {
        for pair in list(&part, "pairs") {
            let ratio = |round: &Value| {
                let [base, other] = numbers(round).try_into().expect("two costs");
                other / base
            };
            let ratio = shown(list(pair, "rounds").iter().map(ratio).collect());
            let what = pair["what"].as_str().expect("a name").replace(',', "");
            let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|') && line.contains(&what)).collect();
            // The table of SQLite has one column for each library.
            let found = rows.iter().any(|row| row.contains(&ratio)) || page.contains(&format!("| {ratio} |"));
            assert!(found, "{what} with {} records: {ratio}", pair["records"]);
            pairs += 1;
        }
        for callers in list(&part, "callers") {
            let places = list(callers, "callers");
            let place = |number: u64| places.iter().position(|place| place.as_u64() == Some(number)).expect("a number");
            let (one, two) = (place(1), place(2));
            let gain = |round: &Value| {
                let costs = numbers(round);
                costs[one] / costs[two]
            };
            let gain = shown(list(callers, "rounds").iter().map(gain).collect());
            assert!(page.contains(&format!("| {gain} |")), "{}: {gain}", callers["what"]);
        }
        for bytes in list(&part, "bytes") {
            assert!(page.contains(&format!("| {} |", bytes["bytes"])), "{bytes}");
        }
        for timing in list(&part, "timing") {
            let t = format!("| {:.2} |", timing["t"].as_f64().expect("t"));
            assert!(page.contains(&t), "{timing}");
        }
    }
    assert!(pairs > 0);
}

#[test]
fn host_72_the_performance_page_names_machine_date_and_parts_that_were_not_measured() {
    let page = measured();
    for part in parts() {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let machine = text(&part["machine"]["processor"]);
        assert!(page.contains(&machine), "{machine}");
        let date = text(&part["date"]);
        assert!(date.starts_with("20") && date.len() == "2026-01-01 00:00".len(), "{date}");
    }
    assert!(page.contains("The first part began on 20"));
    // The page must name each part that has no measured numbers.
    let measured: Vec<String> = parts().iter().map(|part| part["part"].as_str().expect("a name").to_owned()).collect();
    let program = fs::read_to_string(docs().join("../benches/compare/src/parts.rs")).expect("the program");
    let list = program
        .split_once("const PARTS: ")
        .and_then(|(_, rest)| rest.split_once(';'))
        .and_then(|(_, rest)| rest.split_once(';'));
    let names: Vec<&str> = list.expect("the parts").0.split('"').skip(1).step_by(2).collect();
    assert!(names.len() > 5, "{names:?}");
    let missing: Vec<&str> = names.into_iter().filter(|name| !measured.iter().any(|part| part == name)).collect();
    let line = format!("- Not measured: {}.\n", missing.join(", "));
    assert_eq!(page.contains("- Not measured:"), !missing.is_empty());
    assert!(missing.is_empty() || page.contains(&line), "{line}");
}

#[test]
fn host_72_the_pictures_of_the_performance_page_are_plain_svg() {
    let page = measured();
    for path in files("svg") {
        let name = path.file_name().expect("a name").to_str().expect("ASCII").to_owned();
        assert!(page.contains(&format!("(performance/{name})")), "{name} is on the page");
        let picture = fs::read_to_string(&path).expect("a picture");
        assert!(
            picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && picture.ends_with("</svg>\n"),
            "{name}"
        );
        assert!(picture.contains("<polyline points=\""), "{name} has lines");
        assert!(!picture.contains("script") && !picture.contains("href"), "{name}");
        for tag in ["svg", "title", "text"] {
            let (opened, closed) =
                (picture.matches(&format!("<{tag}")).count(), picture.matches(&format!("</{tag}>")).count());
            assert_eq!(opened, closed, "{name}: {tag}");
        }
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{name}");
    }
}
