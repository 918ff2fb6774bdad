//! Writes docs/performance.md and its pictures from the figures.

mod format;
mod pictures;
mod plot;
mod tables;
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::figures::{Bytes, Callers, Pair, Part, Timing, folder};
use crate::parts::PARTS;

const BEGIN: &str = "<!-- begin: written by benches/compare -->\n";
const END: &str = "<!-- end: written by benches/compare -->\n";

/// The figures of all parts that were measured.
pub(crate) struct Run {
    parts: Vec<Part>,
}

impl Run {
    fn read() -> Self {
        Self { parts: Part::read_all(&PARTS) }
    }

    fn pairs(&self) -> impl Iterator<Item = &Pair> {
        self.parts.iter().flat_map(|part| &part.pairs)
    }

    fn pair(&self, what: &str, records: usize) -> Option<&Pair> {
        self.pairs().find(|pair| pair.what == what && pair.records == records)
    }

    fn callers(&self, what: &str, one_credential: bool) -> Option<&Callers> {
        let mut all = self.parts.iter().flat_map(|part| &part.callers);
        all.find(|callers| callers.what == what && callers.one_credential == one_credential)
    }

    fn bytes(&self) -> impl Iterator<Item = &Bytes> {
        self.parts.iter().flat_map(|part| &part.bytes)
    }

    fn timing(&self) -> impl Iterator<Item = &Timing> {
        self.parts.iter().flat_map(|part| &part.timing)
    }
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/performance.md")
}

/// Replaces the part of the page between the marks, and writes the pictures.
pub(crate) fn write() {
    let run = Run::read();
    let text = fs::read_to_string(page()).expect("docs/performance.md");
    fs::write(page(), replaced(&text, &measured(&run))).expect("written");
    for (name, picture) in pictures::all(&run) {
        fs::write(folder().join(name), picture).expect("written");
    }
}

fn replaced(text: &str, measured: &str) -> String {
    let (before, rest) = text.split_once(BEGIN).expect("the mark at the beginning");
    let (_, after) = rest.split_once(END).expect("the mark at the end");
    format!("{before}{BEGIN}{measured}{END}{after}")
}

/// Returns the part of the page that is computed from the figures.
fn measured(run: &Run) -> String {
    let machines: BTreeSet<_> = run.parts.iter().map(|part| &part.machine).collect();
    let mut text = String::from("\n## Machine and date\n\n");
    for machine in machines {
        text += &format!(
            "- {}, {} cores, {} GiB of memory, {}, {}\n",
            machine.processor, machine.cores, machine.memory_gib, machine.system, machine.compiler
        );
    }
    let dates: BTreeSet<_> = run.parts.iter().map(|part| part.date.as_str()).collect();
    if let (Some(first), Some(last)) = (dates.first(), dates.last()) {
        text += &format!("- The first part began on {first} UTC, the last on {last} UTC.\n");
    }
    let missing: Vec<_> =
        PARTS.iter().filter(|name| run.parts.iter().all(|part| part.part != **name)).copied().collect();
    if !missing.is_empty() {
        text += &format!("- Not measured: {}.\n", missing.join(", "));
    }
    for section in [
        targets::section(run),
        tables::floor(run),
        tables::peers(run),
        tables::callers(run),
        tables::sqlite(run),
        tables::memory(run),
        tables::timing(run),
    ] {
        text += "\n";
        text += &section;
    }
    text += "\n";
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_the_pictures_are_made_of_the_figures_in_the_repository() {
        let run = Run::read();
        let text = fs::read_to_string(page()).expect("docs/performance.md");
        assert_eq!(text, replaced(&text, &measured(&run)), "run with --page");
        for (name, picture) in pictures::all(&run) {
            assert_eq!(fs::read_to_string(folder().join(name)).expect(name), picture, "run with --page");
        }
    }
}
