//! Checks the guide and the other documents. The guide's summary must list every chapter, every link must have a
//! target, and every crate that the guide names must exist. The crate `counterfoil-guide` must compile all Rust code in
//! the guide.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn chapters() -> PathBuf {
    root().join("docs/guide/src")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Adds the Markdown files in a folder and its subfolders to `found`.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// Returns the paths of all documents: those in `docs` (this includes the guide), in the root folder, and in each
/// crate.
fn all_documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    documents(&root().join("docs"), &mut found);
    documents(&root().join("crates"), &mut found);
    let top = fs::read_dir(root()).expect("a folder").map(|entry| entry.expect("an entry").path());
    found.extend(top.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    found.sort();
    found
}

/// Splits a document into the text outside of fenced code blocks, and these blocks. Each block consists of the info
/// string after the fence and the lines of the block.
fn blocks(page: &str) -> (String, Vec<(String, String)>) {
    let (mut text, mut blocks, mut inside) = (String::new(), Vec::<(String, String)>::new(), false);
    for line in page.lines() {
        match (line.trim_start().strip_prefix("```"), inside) {
            (Some(_), true) => inside = false,
            (Some(info), false) => {
                inside = true;
                blocks.push((info.to_owned(), String::new()));
            }
            (None, true) => {
                let (_, lines) = blocks.last_mut().expect("a block");
                lines.push_str(line);
                lines.push('\n');
            }
            (None, false) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    (text, blocks)
}

/// Returns the anchor that mdBook and GitHub make for a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|&letter| letter.is_alphanumeric() || " -_".contains(letter));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn anchors(page: &str) -> BTreeSet<String> {
    let (text, _) = blocks(page);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// Returns the targets of the links on a page. Leaves out links to other sites and rustdoc links.
fn links(page: &str) -> Vec<String> {
    let (text, _) = blocks(page);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned());
    targets.filter(|target| !target.contains("://") && !target.contains("::")).collect()
}

/// Returns the links on a page that have no target. `page` is the text of the page, and `own` is its path. `page_at`
/// returns the text of the file at a path, or `None` if there is no such file.
fn dead_links(page: &str, own: &Path, page_at: impl Fn(&Path) -> Option<String>) -> Vec<String> {
    let is_dead = |link: &String| {
        let (path, fragment) = link.split_once('#').map_or((link.as_str(), None), |(path, of)| (path, Some(of)));
        let target = if path.is_empty() { own.to_owned() } else { own.with_file_name(path) };
        match (page_at(&target), fragment) {
            (None, _) => true,
            (Some(page), Some(fragment)) => !anchors(&page).contains(fragment),
            (Some(_), None) => false,
        }
    };
    links(page).into_iter().filter(is_dead).collect()
}

#[test]
fn every_relative_link_and_anchor_of_the_documents_leads_somewhere() {
    let documents = all_documents();
    assert!(documents.len() > 30, "the documents are found");
    let page_at = |path: &Path| match path.extension() {
        Some(extension) if extension == "md" => fs::read_to_string(path).ok(),
        _ => path.exists().then(String::new),
    };
    let dead = documents.iter().flat_map(|path| {
        let dead = dead_links(&read(path), path, page_at);
        dead.into_iter().map(move |link| format!("{}: {link}", path.display()))
    });
    let dead: Vec<_> = dead.collect();
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

#[test]
fn the_summary_lists_every_chapter_once() {
    let mut listed: Vec<_> = links(&read(&chapters().join("SUMMARY.md")));
    listed.sort();
    let mut there = Vec::new();
    documents(&chapters(), &mut there);
    let names = there.iter().map(|path| path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned());
    let mut names: Vec<_> = names.filter(|name| name != "SUMMARY.md").collect();
    names.sort();
    assert_eq!(listed, names);
}

#[test]
fn every_rust_block_of_the_guide_is_compiled() {
    let compiled = read(&root().join("crates/counterfoil-guide/src/lib.rs"));
    let mut pages = Vec::new();
    documents(&chapters(), &mut pages);
    let mut infos = BTreeMap::<String, u32>::new();
    for path in pages {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let (_, blocks) = blocks(&read(&path));
        let has_rust = blocks.iter().any(|(info, _)| info.starts_with("rust"));
        assert_eq!(has_rust, compiled.contains(&format!("/docs/guide/src/{name}\")]")), "{name}");
        for (info, _) in blocks {
            *infos.entry(info).or_default() += 1;
        }
    }
    let known = ["rust", "rust,no_run", "sh", "toml"];
    let unknown: Vec<_> = infos.keys().filter(|info| !known.contains(&info.as_str())).collect();
    assert!(unknown.is_empty(), "blocks that nothing checks: {unknown:?}");
    assert!(infos["rust"] > 15, "{infos:?}");
}

/// Returns the contents of the first three code blocks of a page.
fn first_blocks(page: &str) -> Vec<String> {
    blocks(page).1.into_iter().map(|(_, lines)| lines).take(3).collect()
}

#[test]
fn host_70_the_chapter_of_the_start_has_the_commands_and_the_code_of_the_readme() {
    let readme = read(&root().join("README.md"));
    let (_, start) = readme.split_once("\n## Start in five minutes\n").expect("the start");
    let chapter = read(&chapters().join("five-minutes.md"));
    assert_eq!(first_blocks(&chapter), first_blocks(start));
    assert!(first_blocks(start)[1].contains("fn main"), "the code is the second one");
}

#[test]
fn every_crate_that_a_command_or_a_manifest_of_the_guide_names_exists() {
    let manifests = fs::read_dir(root().join("crates")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let manifests =
        manifests.chain([root().to_owned(), root().join("examples/demo"), root().join("examples/services")]);
    let manifests: Vec<_> = manifests.map(|folder| read(&folder.join("Cargo.toml"))).collect();
    let mut pages = Vec::new();
    documents(&chapters(), &mut pages);
    let mut named = BTreeSet::new();
    for (info, lines) in pages.iter().flat_map(|path| blocks(&read(path)).1) {
        if info == "sh" || info == "toml" {
            let words = lines.split(|letter: char| !letter.is_ascii_lowercase() && letter != '-').map(str::to_owned);
            named.extend(words.filter(|word| word.starts_with("counterfoil")));
        }
    }
    let exists = |name: &String| manifests.iter().any(|text| text.contains(&format!("\nname = \"{name}\"\n")));
    let missing: Vec<_> = named.iter().filter(|name| !exists(name)).collect();
    assert!(missing.is_empty() && named.len() > 3, "no such crates: {missing:?}");
}

#[test]
fn a_dead_link_is_found_where_one_is_planted() {
    let page = "# One thing\n[a](#one-thing) [b](other.md#two) [c](https://example.com/x)\n```sh\n[d](none.md)\n```\n";
    let other = |path: &Path| match path.to_str() {
        Some("here/page.md") => Some(page.to_owned()),
        Some("here/other.md") => Some("## Two\n```\n## Three\n```\n".to_owned()),
        _ => None,
    };
    let dead = |page: &str| dead_links(page, Path::new("here/page.md"), other);
    assert_eq!(dead(page), Vec::<String>::new());
    assert_eq!(dead("[a](none.md) [b](other.md#three) [c](#two)"), ["none.md", "other.md#three", "#two"]);
    assert_eq!(anchor(" `run_upkeep`, and what it does: a test"), "run_upkeep-and-what-it-does-a-test");
}
