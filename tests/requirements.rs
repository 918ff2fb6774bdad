//! Checks that docs/requirements.md and the names of tests agree. Each requirement id in a test name must be listed on
//! the page, and each listed id must be in a test name. Also checks that the page names existing files for each id.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The words before the number of a requirement id in a test name. Each new kind of id needs an entry here.
const GROUPS: [&str; 23] = [
    "syn_pat_",
    "syn_token_",
    "a2_token_",
    "ao_code_",
    "notice_",
    "all_kinds_",
    "console_",
    "life_",
    "sight_",
    "machine_",
    "host_",
    "compat_",
    "fleet_",
    "fault_a",
    "fault_b",
    "fault_c",
    "fault_d",
    "fault_e",
    "fault_f",
    "fault_g",
    "t",
    "i",
    "c",
];

/// If a test name begins with one of these words, a number in it is not part of an id.
const ORDINARY: [&str; 4] = ["rfc", "http", "what", "a"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Returns the names of all functions in the workspace. Leaves out names of one word.
fn names() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "crates", "examples", "benches"] {
        rust_files(&root().join(folder), &mut files);
    }
    let of_file = |file: PathBuf| {
        let code = fs::read_to_string(file).expect("a file");
        let functions = code.split("fn ").skip(1);
        functions
            .map(|rest| rest.chars().take_while(|&letter| is_of_a_name(letter)).collect::<String>())
            .collect::<Vec<_>>()
    };
    files.into_iter().flat_map(of_file).filter(|name| name.contains('_')).collect()
}

/// Splits a text into the number at its beginning and the rest. The rest must be empty or begin with `_`. Returns
/// `None` for any other text.
fn number(text: &str) -> Option<(u32, &str)> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    (rest.is_empty() || rest.starts_with('_')).then(|| number.parse().ok()).flatten().map(|number| (number, rest))
}

/// Splits a text into the id at its beginning and the rest. The id is returned as its group and its number. Returns
/// `None` if the text does not begin with an id.
fn id(text: &str) -> Option<(&'static str, u32, &str)> {
    GROUPS.iter().find_map(|group| {
        let (number, rest) = number(text.strip_prefix(group)?)?;
        Some((*group, number, rest))
    })
}

/// Returns the ids in a test name. The first id is at the beginning. After an id, `_and_2` adds one more number of the
/// same group, and `_to_5` adds all numbers up to 5. `_and_fault_d4` adds an id with its own group.
fn ids(name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = Some(name);
    while let Some((group, first, after)) = rest.and_then(id) {
        found.insert(format!("{group}{first}"));
        let last = after.strip_prefix("_to_").map(|last| last.strip_prefix(group).unwrap_or(last)).and_then(number);
        let one_more = after.strip_prefix("_and_").and_then(number);
        for number in last.map_or(first..=first, |(last, _)| first..=last).chain(one_more.map(|(more, _)| more)) {
            found.insert(format!("{group}{number}"));
        }
        rest = after.split_once("_and_").map(|(_, other)| other);
    }
    found
}

/// Whether a name seems to begin with an id whose group is not in [`GROUPS`].
fn is_numbered(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let is_number = |word: &&str| {
        let digits = word.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
        word.len() - digits.len() <= 1 && digits.parse::<u32>().is_ok()
    };
    words.len() > 2 && words[..3].iter().any(is_number) && ids(name).is_empty() && !ORDINARY.contains(&words[0])
}

/// Returns the ids that the page lists. Each line of the list consists of `- `, the id in backticks, a colon, and a
/// sentence.
fn listed(page: &str) -> Vec<&str> {
    let entries = page.lines().filter_map(|line| line.strip_prefix("- `"));
    entries.filter_map(|entry| entry.split_once("`: ")).map(|(id, _)| id).collect()
}

/// Returns a description of each id that is missing in the page or in the names of tests.
fn breaches<'a>(names: impl Iterator<Item = &'a str> + Clone, page: &str) -> Vec<String> {
    let used: BTreeSet<String> = names.clone().flat_map(ids).collect();
    let listed = listed(page);
    let once: BTreeSet<&str> = listed.iter().copied().collect();
    let unlisted = used.iter().filter(|id| !once.contains(id.as_str()));
    let unused = once.iter().filter(|id| !used.contains(**id));
    unlisted
        .map(|id| format!("a test uses {id}, which docs/requirements.md does not list"))
        .chain(unused.map(|id| format!("docs/requirements.md lists {id}, which no test uses")))
        .chain((once.len() < listed.len()).then(|| "docs/requirements.md lists an id twice".to_owned()))
        .chain(
            names.filter(|name| is_numbered(name)).map(|name| format!("{name} begins with a number of no known group")),
        )
        .collect()
}

/// The beginning of the line that names the files in which a requirement is decided. The line is a part of the
/// requirement's entry.
const DECIDED_IN: &str = "  Decided in: ";

/// Returns each id of the page with the text after [`DECIDED_IN`]. The text is empty if the id has no such line. The
/// text ends at the next entry of the list, or at an empty line.
fn pointers(page: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let (mut is_in_entry, mut is_in_pointer) = (false, false);
    for line in page.lines() {
        let entry = line.strip_prefix("- `").and_then(|entry| entry.split_once("`: "));
        if let Some((id, _)) = entry {
            found.push((id, String::new()));
        }
        if entry.is_some() || !line.starts_with("  ") {
            (is_in_entry, is_in_pointer) = (entry.is_some(), false);
            continue;
        }
        let begun = line.strip_prefix(DECIDED_IN).filter(|_| is_in_entry);
        is_in_pointer |= begun.is_some();
        if let Some((_, text)) = found.last_mut().filter(|_| is_in_pointer) {
            text.push_str(begun.unwrap_or(line));
            text.push('\n');
        }
    }
    found
}

/// Returns the names of the files in `pointer`, which is the text after [`DECIDED_IN`]. The names are in backticks and
/// outside of parentheses.
fn files(pointer: &str) -> Vec<&str> {
    let (mut files, mut is_in_rule) = (Vec::new(), false);
    for (at, part) in pointer.split('`').enumerate() {
        if at % 2 == 1 && !is_in_rule {
            files.push(part);
        } else if at % 2 == 0
            && let Some(last) = part.rfind(['(', ')'])
        {
            is_in_rule = part[last..].starts_with('(');
        }
    }
    files
}

/// Returns a description of each id whose text after [`DECIDED_IN`] is missing or malformed, or names a file for which
/// `exists` is false.
fn pointer_breaches(page: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let of_id = |(id, pointer): (&str, String)| {
        let files = files(&pointer);
        let missing = files.iter().filter(|file| !exists(file));
        let missing = missing.map(|file| format!("docs/requirements.md names {file} for {id}, which does not exist"));
        let is_whole = !files.is_empty() && pointer.trim_end().ends_with(").");
        let none = (!is_whole).then(|| format!("docs/requirements.md does not say by which files {id} is decided"));
        missing.chain(none).collect::<Vec<_>>()
    };
    pointers(page).into_iter().flat_map(of_id).collect()
}

#[test]
fn every_id_names_the_files_that_decide_it() {
    let page = fs::read_to_string(root().join("docs/requirements.md")).expect("the page");
    let found = pointer_breaches(&page, |file| root().join(file).is_file());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_missing_pointer_and_a_missing_file_are_found_where_they_are_planted() {
    let page = "\
- `t1`: One.\n  Two lines.\n  Decided in: `a.rs` (first rule: `x`, and more), `b.rs`,\n  `c.rs` (second rule).\n\
- `t2`: Two.\n\n  Decided in: `d.rs` (not of an entry).\n- `t3`: Three.\n  Decided in: `e.rs`.\n";
    let pointers: Vec<_> = pointers(page).into_iter().map(|(id, pointer)| (id, pointer.is_empty())).collect();
    assert_eq!(pointers, [("t1", false), ("t2", true), ("t3", false)]);
    let named = files("`a.rs` (first rule: `x`, and more), `b.rs`,\n  `c.rs` (second rule).\n");
    assert_eq!(named, ["a.rs", "b.rs", "c.rs"]);
    let without_b = pointer_breaches(page, |file| file != "b.rs");
    assert_eq!(without_b.len(), 3, "the file b.rs, no pointer, no rule: {without_b:?}");
    assert!(without_b[0].contains("b.rs for t1"));
    assert!(without_b[1].contains("t2") && without_b[2].contains("t3"));
}

#[test]
fn every_id_of_a_test_is_listed_and_every_listed_id_is_used() {
    let (names, page) = (names(), fs::read_to_string(root().join("docs/requirements.md")).expect("the page"));
    assert!(listed(&page).len() > 100, "the ids are found");
    let found = breaches(names.iter().map(String::as_str), &page);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_test_that_a_document_cites_exists() {
    let (names, mut found) = (names(), Vec::new());
    for folder in [root().to_owned(), root().join("docs")] {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            // The changelog describes the past, so it may cite tests that no longer exist.
            if path.extension().is_none_or(|extension| extension != "md") || path.ends_with("CHANGELOG.md") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a document");
            let words = text.split(|letter| !is_of_a_name(letter)).filter(|word| word.contains('_'));
            let cited = words.filter(|word| !ids(word).is_empty());
            let missing = cited.filter(|word| !names.iter().any(|name| name.starts_with(word)));
            found.extend(missing.map(|word| format!("{}: {word}", path.display())));
        }
    }
    assert!(found.is_empty(), "no such test:\n{}", found.join("\n"));
}

#[test]
fn a_breach_is_found_where_one_is_planted() {
    let of = |name| ids(name).into_iter().collect::<Vec<_>>();
    assert_eq!(of("fault_a3_nothing"), ["fault_a3"]);
    assert_eq!(of("t13_eight_kibibytes_and_32_parameters"), ["t13"]);
    assert_eq!(of("syn_pat_1_and_2_a_closed_gate"), ["syn_pat_1", "syn_pat_2"]);
    assert_eq!(of("i1_to_i3_every_case"), ["i1", "i2", "i3"]);
    assert_eq!(of("ao_code_1_to_2_life"), ["ao_code_1", "ao_code_2"]);
    assert_eq!(of("a2_token_1_and_syn_pat_1_both"), ["a2_token_1", "syn_pat_1"]);
    assert_eq!(of("fault_d1_in_the_log_and_fault_d4_its_parts"), ["fault_d1", "fault_d4"]);
    assert_eq!(of("a_retry_and_2_more"), Vec::<String>::new());

    let page = "- `syn_pat_1`: One.\n- `fault_a3`: Three.\n";
    let breaches = |names: &[&str]| breaches(names.iter().copied(), page).len();
    assert_eq!(breaches(&["syn_pat_1_a", "fault_a3_b", "rfc_6750_3_c", "another"]), 0);
    assert_eq!(breaches(&["syn_pat_1_a"]), 1, "listed and not used");
    assert_eq!(breaches(&["syn_pat_1_a", "fault_a3_b", "fault_a4_c"]), 1, "used and not listed");
    assert_eq!(breaches(&["syn_pat_1_a", "fault_a3_b", "other_4_c"]), 1, "of a group that nobody knows");
}
